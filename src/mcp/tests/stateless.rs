//! The core on the stateless revision: results, what requests must say, input.

use serde_json::{Value, json};

use super::{ask, with_meta};

#[tokio::test]
async fn results_of_the_stateless_revision_say_what_they_are() {
    for method in ["server/discover", "tools/list"] {
        let answer = ask("2026-07-28", method, with_meta(json!({}), json!({}))).await;
        let result = &answer["result"];
        assert_eq!(result["resultType"], "complete");
        assert_eq!((&result["ttlMs"], &result["cacheScope"]), (&json!(300_000), &json!("private")));
        assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "echo");
    }
    let call = json!({ "name": "echo", "arguments": {} });
    let call = ask("2026-07-28", "tools/call", with_meta(call, json!({}))).await;
    assert_eq!(call["result"]["resultType"], "complete");
    assert!(call["result"].get("ttlMs").is_none());
    for method in ["initialize", "ping", "logging/setLevel", "resources/subscribe"] {
        let answer = ask("2026-07-28", method, with_meta(json!({}), json!({}))).await;
        assert_eq!(answer["error"]["code"], -32601, "{method}");
    }
}

#[tokio::test]
async fn what_every_stateless_request_must_say_is_asked_for() {
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    for meta in [
        json!(null),
        json!(7),
        json!([]),
        json!({}),
        json!({ version: "2026-07-28" }),
        json!({ capabilities: {} }),
        json!({ version: 20_260_728, capabilities: {} }),
        json!({ version: "2026-07-28", capabilities: [] }),
        json!({ version: "2026-07-28", capabilities: {}, "progressToken": {} }),
        json!({ version: "2026-07-28", capabilities: {}, "progressToken": 1.5 }),
        json!({ version: "2026-07-28", capabilities: {}, "io.modelcontextprotocol/clientInfo": 1 }),
        json!({ version: "2026-07-28", capabilities: {}, "io.modelcontextprotocol/logLevel": "x" }),
    ] {
        let answer = ask("2026-07-28", "tools/list", json!({ "_meta": meta })).await;
        assert_eq!(answer["error"]["code"], -32602, "{meta}");
    }
    assert_eq!(ask("2026-07-28", "tools/list", Value::Null).await["error"]["code"], -32602);
}

#[tokio::test]
async fn a_request_can_ask_for_input_and_goes_on_with_it() {
    let call = json!({ "name": "ask", "arguments": { "b": 1, "a": 2 } });
    let first = ask("2026-07-28", "tools/call", with_meta(call.clone(), json!({}))).await;
    assert_eq!(first["result"]["resultType"], "input_required");
    assert_eq!(first["result"]["inputRequests"]["name"]["method"], "elicitation/create");
    let state = first["result"]["requestState"].as_str().unwrap().to_owned();
    let again = async |call: &Value, state: &str, responses: Value| {
        let mut retry = with_meta(call.clone(), json!({}));
        retry["requestState"] = state.into();
        retry["inputResponses"] = responses;
        ask("2026-07-28", "tools/call", retry).await
    };
    let given = json!({ "name": { "action": "accept" }, "more": {} });
    let same = json!({ "arguments": { "a": 2, "b": 1 }, "name": "ask" });
    let second = again(&same, &state, given.clone()).await;
    assert_eq!(second["result"]["structuredContent"]["asked"], "first");
    let anew = again(&call, &state, json!({ "other": {} })).await;
    assert_eq!(anew["result"]["resultType"], "input_required");

    let other = json!({ "name": "ask", "arguments": { "a": 3, "b": 1 } });
    let expired = format!("{}{}", "0".repeat(16), &state[16..]);
    for (call, state) in [
        (&other, state.as_str()),
        (&call, ""),
        (&call, "x y z"),
        (&call, &expired),
        (&call, &state[2..]),
    ] {
        assert_eq!(again(call, state, given.clone()).await["error"]["code"], -32602, "{state}");
    }
    for responses in [Value::Null, json!([]), json!({ "name": 7 })] {
        assert_eq!(again(&call, &state, responses).await["error"]["code"], -32602);
    }

    let nothing = json!({ "io.modelcontextprotocol/clientCapabilities": {} });
    let answer = ask("2026-07-28", "tools/call", with_meta(call, nothing)).await;
    assert_eq!(answer["error"]["code"], -32021);
    assert_eq!(answer["error"]["data"], json!({ "requiredCapabilities": { "elicitation": {} } }));
}
