//! The core with a host of its own: what each revision is answered.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    jsonrpc::{Frame, Message},
    *,
};

struct Echo {
    list: ToolList,
    implementation: Implementation,
}

impl Host for Echo {
    type Caller = ();

    fn implementation(&self) -> &Implementation {
        &self.implementation
    }

    fn instructions(&self, (): &()) -> Cow<'_, str> {
        "Say it.".into()
    }

    fn tools(&self, (): &()) -> &ToolList {
        &self.list
    }

    fn writes(&self, tool: &str) -> bool {
        tool == "write"
    }

    async fn call(&self, (): &(), _context: Context, call: ToolCall) -> Result<ToolResult, Error> {
        if call.name != "echo" {
            return Err(Error::new(Code::InvalidParams, "no such tool"));
        }
        let said = Value::Object(call.arguments).to_string();
        Ok(ToolResult {
            text: said.clone(),
            structured: said,
            is_error: false,
            credential_refused: false,
        })
    }
}

fn echo() -> Echo {
    let tool = ToolDescription {
        name: "echo",
        title: "Echo",
        description: "Says it again.",
        input_schema: r#"{"type":"object"}"#,
        output_schema: r#"{"type":"object"}"#,
        read_only: true,
        destructive: false,
        idempotent: true,
        open_world: false,
    };
    Echo {
        list: ToolList::render(std::iter::once(tool)),
        implementation: Implementation {
            name: "echo".into(),
            title: "Echo".into(),
            version: "1".into(),
            website_url: "https://echo.example".into(),
            icons: vec![],
        },
    }
}

async fn ask(revision: &str, method: &str, params: Value) -> Value {
    let revision = Revision::find(revision).unwrap();
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let Ok(Frame::One(Message::Request(request))) = jsonrpc::parse(&Bytes::from(body.to_string()))
    else {
        panic!()
    };
    let context = Context { revision, transport: TransportKind::Local, trace_id: 1 };
    let answer = dispatch(&echo(), &(), context, request).await;
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(7)));
    answer
}

#[tokio::test]
async fn initialize_answers_with_the_revision_asked_for_or_the_newest() {
    for (asked, answered) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
        ("", "2025-11-25"),
    ] {
        let answer = ask("2025-11-25", "initialize", json!({ "protocolVersion": asked })).await;
        assert_eq!(answer["result"]["protocolVersion"], answered);
        assert_eq!(answer["result"]["capabilities"], json!({ "tools": {} }));
        assert_eq!(answer["result"]["serverInfo"]["name"], "echo");
    }
    let answer = ask("2025-11-25", "initialize", json!({})).await;
    assert_eq!(answer["error"]["code"], -32602);
}

#[tokio::test]
async fn a_tool_is_shown_with_what_the_revision_has() {
    for (revision, members) in [
        ("2024-11-05", &["name", "description", "inputSchema"][..]),
        ("2025-03-26", &["name", "description", "inputSchema", "annotations"]),
        (
            "2025-06-18",
            &["name", "description", "inputSchema", "title", "outputSchema", "annotations"],
        ),
        (
            "2025-11-25",
            &["name", "description", "inputSchema", "title", "outputSchema", "annotations"],
        ),
    ] {
        let answer = ask(revision, "tools/list", json!({})).await;
        let tool = answer["result"]["tools"][0].as_object().unwrap();
        assert_eq!(tool.keys().collect::<Vec<_>>(), members);
    }
}

#[tokio::test]
async fn a_call_is_answered_with_what_the_revision_has() {
    let call = json!({ "name": "echo", "arguments": { "say": "a \"b\"\n" } });
    let new = ask("2025-11-25", "tools/call", call.clone()).await;
    assert_eq!(new["result"]["structuredContent"], call["arguments"]);
    assert_eq!(new["result"]["isError"], false);
    assert_eq!(new["result"]["content"][0]["type"], "text");
    let old = ask("2025-03-26", "tools/call", call.clone()).await;
    assert!(old["result"].get("structuredContent").is_none());
    let text = old["result"]["content"][0]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), call["arguments"]);
}

#[tokio::test]
async fn what_can_not_be_served_is_an_error_with_the_requests_id() {
    for (method, params, code) in [
        ("ping", json!([]), -32602),
        ("tools/call", json!({}), -32602),
        ("tools/call", json!({ "name": "echo", "arguments": [] }), -32602),
        ("tools/call", json!({ "name": "nothing" }), -32602),
        ("resources/list", json!({}), -32601),
        ("server/discover", json!({}), -32601),
        ("", json!({}), -32601),
    ] {
        assert_eq!(ask("2025-11-25", method, params).await["error"]["code"], code, "{method}");
    }
    assert_eq!(ask("2025-11-25", "ping", json!({})).await["result"], json!({}));
    assert_eq!(ask("2025-11-25", "ping", Value::Null).await["result"], json!({}));
}

#[test]
fn errors_never_hold_the_words_that_clients_take_for_a_status() {
    let long = format!("{}404", "x".repeat(70));
    for method in ["nothing", long.as_str()] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method }).to_string();
        let Ok(Frame::One(Message::Request(request))) = jsonrpc::parse(&Bytes::from(body)) else {
            panic!()
        };
        let context =
            Context { revision: LATEST_LEGACY, transport: TransportKind::Local, trace_id: 1 };
        let host = echo();
        let answer = futures_util::FutureExt::now_or_never(dispatch(&host, &(), context, request));
        let text = String::from_utf8(answer.unwrap().body).unwrap();
        for word in ["404", "405", "Not Found", "Method Not Allowed"] {
            assert!(!text.contains(word), "{text}");
        }
    }
}
