//! A person is asked in a client that can show a form; only there.

use serde_json::{Value, json};

use crate::harness::*;

const META: &str = "io.modelcontextprotocol/";

/// Calls as a client of 2026-07-28 that declares this of elicitation.
async fn call_as(server: &Server, key: &str, elicitation: &Value, params: Value) -> Value {
    let mut params = params;
    let mut capabilities = json!({});
    if !elicitation.is_null() {
        capabilities["elicitation"] = elicitation.clone();
    }
    params["_meta"] = json!({
        format!("{META}protocolVersion"): "2026-07-28",
        format!("{META}clientCapabilities"): capabilities,
    });
    let headers = [
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", params["name"].as_str().unwrap()),
    ];
    let body = request(1, "tools/call", params.clone());
    parse(server.post_with("/mcp", key, body, &headers).await).await
}

async fn stop(server: &Server) -> Value {
    let active = server.data(ACME, "wiv_list_all_executions", json!({ "status": "active" })).await;
    let run = &active["data"][0];
    let arguments =
        json!({ "workflow_id": run["workflow_id"], "execution_id": run["execution_id"] });
    json!({ "name": "wiv_stop_execution", "arguments": arguments })
}

async fn stops(server: &Server) -> usize {
    let calls = server.upstream_calls().await;
    calls.iter().filter(|call| call["path"].as_str().unwrap().ends_with("/stop")).count()
}

/// The same request with a person's answer.
fn answered(params: &Value, asked: &Value, answer: Value) -> Value {
    let mut params = params.clone();
    params["requestState"] = asked["requestState"].clone();
    params["inputResponses"] = json!({ "confirm": answer });
    params
}

#[tokio::test]
async fn a_person_is_asked_and_what_they_say_counts() {
    let server = Server::start().await;
    let params = stop(&server).await;
    let form = json!({});
    let asked = call_as(&server, ACME, &form, params.clone()).await["result"].clone();
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let question = &asked["inputRequests"]["confirm"];
    assert_eq!(question["method"], "elicitation/create");
    assert!(
        question["params"]["message"].as_str().unwrap().starts_with("This stops the execution")
    );
    assert_eq!(stops(&server).await, 0);
    for no in ["decline", "cancel"] {
        let said = answered(&params, &asked, json!({ "action": no }));
        let result = call_as(&server, ACME, &form, said).await["result"].clone();
        assert_eq!(result["isError"], false, "{result}");
        assert_eq!(result["structuredContent"]["data"]["declined"], true);
        assert!(result["content"][0]["text"].as_str().unwrap().contains("Nothing was changed"));
    }
    for unclear in [json!({}), json!({ "action": "maybe" }), json!({ "action": 5 })] {
        let said = answered(&params, &asked, unclear);
        let result = call_as(&server, ACME, &form, said).await["result"].clone();
        assert_eq!(result["resultType"], "input_required", "{result}");
    }
    assert_eq!(stops(&server).await, 0);
    let yes = answered(&params, &asked, json!({ "action": "accept", "content": {} }));
    let result = call_as(&server, ACME, &form, yes.clone()).await["result"].clone();
    assert_eq!(result["structuredContent"]["data"]["status"], "STOPPED", "{result}");
    let again = call_as(&server, ACME, &form, yes).await["result"].clone();
    assert_ne!(again["structuredContent"]["data"]["status"], "STOPPED", "{again}");
    assert_eq!(stops(&server).await, 1);
}

#[tokio::test]
async fn an_answer_is_for_its_own_request_and_caller() {
    let server = Server::start().await;
    let params = stop(&server).await;
    let form = json!({ "form": {} });
    let asked = call_as(&server, ACME, &form, params.clone()).await["result"].clone();
    let yes = answered(&params, &asked, json!({ "action": "accept" }));
    let foreign = call_as(&server, GLOBEX, &form, yes.clone()).await;
    assert_eq!(foreign["error"]["code"], -32602, "{foreign}");
    let mut other = yes.clone();
    other["arguments"]["execution_id"] = json!("exec_other");
    let other = call_as(&server, ACME, &form, other).await;
    assert_eq!(other["error"]["code"], -32602, "{other}");
    let mut bare = yes;
    bare.as_object_mut().unwrap().remove("requestState");
    let bare = call_as(&server, ACME, &form, bare).await["result"].clone();
    assert_eq!(bare["resultType"], "input_required", "{bare}");
    assert_eq!(stops(&server).await, 0);
}

#[tokio::test]
async fn who_can_show_no_form_gets_the_preview_and_an_explicit_confirmation_wins() {
    let server = Server::start().await;
    let params = stop(&server).await;
    let mut token = String::new();
    for elicitation in [Value::Null, json!({ "url": {} }), json!({ "form": 5 }), json!("yes")] {
        let told = call_as(&server, ACME, &elicitation, params.clone()).await["result"].clone();
        assert_eq!(told["resultType"], "complete", "{elicitation}: {told}");
        let given = &told["structuredContent"]["confirmation"]["token"];
        token = given.as_str().unwrap().to_owned();
    }
    let mut confirmed = params;
    confirmed["arguments"]["confirmation"] = json!(token);
    let done = call_as(&server, ACME, &json!({}), confirmed).await["result"].clone();
    assert_eq!(done["structuredContent"]["data"]["status"], "STOPPED", "{done}");
}
