//! The core with a host of its own: what each revision is answered.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use futures_util::FutureExt;
use serde_json::{Value, json};
use tokio::time::Duration;

use super::*;

mod any_message;
mod stateless;
mod tasks;

struct Echo {
    view: Arc<View>,
    states: Unsealed,
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

    fn view(&self, (): &()) -> Arc<View> {
        Arc::clone(&self.view)
    }

    fn states(&self) -> Option<&dyn StateSealer<()>> {
        Some(&self.states)
    }

    async fn call(
        &self,
        (): &(),
        context: &Context,
        call: ToolCall,
    ) -> Result<Outcome<ToolResult>, Error> {
        match call.name.as_str() {
            "echo" => {
                context.progress(1.0, Some(1.0), "said");
                context.log(LogLevel::Info, "echo", &json!("said"));
                let said = Value::Object(call.arguments).to_string();
                Ok(Outcome::Complete(ToolResult::new(said.clone(), said)))
            }
            "ask" => match (&context.input.state, context.input.responses.get("name")) {
                (Some(state), Some(answer)) => {
                    let said = json!({ "asked": String::from_utf8_lossy(state), "answer": answer });
                    Ok(Outcome::Complete(ToolResult::new(said.to_string(), said.to_string())))
                }
                _ => Ok(Outcome::InputRequired(InputRequired {
                    requests: vec![(
                        "name".into(),
                        InputRequest { kind: InputKind::Elicitation, params: json!({}) },
                    )],
                    state: Some(b"first".to_vec()),
                    life: None,
                })),
            },
            _ => Err(Error::new(Code::InvalidParams, "no such tool")),
        }
    }
}

/// No seal: what the core puts around a state can be seen and changed.
struct Unsealed;

impl StateSealer<()> for Unsealed {
    fn seal(&self, (): &(), state: &[u8], life: Duration) -> String {
        let bytes = [&life.as_secs().to_be_bytes()[..], state].concat();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn open(&self, (): &(), sealed: &str) -> Option<Vec<u8>> {
        let byte = |at: usize| u8::from_str_radix(sealed.get(at..at + 2)?, 16).ok();
        let bytes: Vec<u8> = (0..sealed.len()).step_by(2).map(byte).collect::<Option<_>>()?;
        let (life, state) = bytes.split_first_chunk()?;
        (u64::from_be_bytes(*life) > 0).then(|| state.to_vec())
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
        view: Arc::new(View::new(std::iter::once(tool), std::iter::once("write"))),
        states: Unsealed,
        implementation: Implementation {
            name: "echo".into(),
            title: "Echo".into(),
            version: "1".into(),
            website_url: "https://echo.example".into(),
            icons: vec![],
        },
    }
}

fn context(revision: &'static Revision) -> Context {
    Context::new(revision, TransportKind::Local, 1)
}

async fn ask(revision: &str, method: &str, params: Value) -> Value {
    let revision = Revision::find(revision).unwrap();
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let answer = answer(&echo(), &(), context(revision), &Bytes::from(body.to_string())).await;
    let answer: Value = serde_json::from_slice(&answer.unwrap()).unwrap();
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
        let server = &answer["result"]["serverInfo"];
        assert_eq!(server["name"], "echo");
        assert_ne!(server["websiteUrl"], "", "what is not there is left out");
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
        ("ping", json!([7]), -32602),
        ("tools/call", json!({}), -32602),
        ("tools/call", json!({ "name": "echo", "arguments": [7] }), -32602),
        ("tools/call", json!({ "name": "nothing" }), -32602),
        ("resources/read", json!({ "uri": "x:y" }), -32002),
        ("resources/read", json!({}), -32602),
        ("resources/subscribe", json!({ "uri": "x:y" }), -32601),
        ("prompts/get", json!({ "name": "x" }), -32602),
        ("completion/complete", json!({}), -32602),
        ("logging/setLevel", json!({ "level": "loud" }), -32602),
        ("ping", json!({ "_meta": 7 }), -32602),
        ("tools/call", json!({ "name": "ask" }), -32600),
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
        let (host, message) = (echo(), Bytes::from(body));
        let answer = answer(&host, &(), context(LATEST_LEGACY), &message);
        let text = String::from_utf8(answer.now_or_never().unwrap().unwrap()).unwrap();
        for word in ["404", "405", "Not Found", "Method Not Allowed"] {
            assert!(!text.contains(word), "{text}");
        }
    }
}

#[tokio::test]
async fn old_clients_get_empty_answers_for_features_there_are_not() {
    for (method, params, result) in [
        ("resources/list", json!({}), json!({ "resources": [] })),
        ("resources/templates/list", json!({}), json!({ "resourceTemplates": [] })),
        ("prompts/list", json!({}), json!({ "prompts": [] })),
        ("logging/setLevel", json!({ "level": "debug" }), json!({})),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/prompt", "name": "x" }, "argument": { "name": "a", "value": "" } }),
            json!({ "completion": { "values": [], "total": 0, "hasMore": false } }),
        ),
    ] {
        assert_eq!(ask("2025-11-25", method, params.clone()).await["result"], result, "{method}");
        let answer = ask("2026-07-28", method, with_meta(params, json!({}))).await;
        assert_eq!(answer["error"]["code"], -32601, "{method}");
    }
}

fn with_meta(mut params: Value, more: Value) -> Value {
    let mut meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} },
    });
    for (name, value) in more.as_object().unwrap() {
        meta[name] = value.clone();
    }
    params["_meta"] = meta;
    params
}

#[tokio::test]
async fn a_client_is_told_what_it_asked_to_be_told() {
    let told = async |revision: &str, meta: Value| {
        let told = Arc::new(Mutex::new(Vec::<Value>::new()));
        let outbox = Outbox::new({
            let told = Arc::clone(&told);
            move |message| told.lock().unwrap().push(serde_json::from_slice(&message).unwrap())
        });
        let params = json!({ "name": "echo", "arguments": {} });
        let params = if revision == "2026-07-28" {
            with_meta(params, meta)
        } else {
            let mut params = params;
            params["_meta"] = meta;
            params
        };
        let body = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params });
        let context = context(Revision::find(revision).unwrap()).with_outbox(outbox);
        answer(&echo(), &(), context, &Bytes::from(body.to_string())).await.unwrap();
        let told = told.lock().unwrap();
        told.iter()
            .map(|message| message["method"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    const PROGRESS: &str = "notifications/progress";
    const MESSAGE: &str = "notifications/message";
    let level = "io.modelcontextprotocol/logLevel";
    assert_eq!(told("2025-11-25", json!({})).await, [MESSAGE]);
    assert_eq!(told("2025-11-25", json!({ "progressToken": "t" })).await, [PROGRESS, MESSAGE]);
    assert!(told("2026-07-28", json!({})).await.is_empty());
    assert_eq!(told("2026-07-28", json!({ "progressToken": 0 })).await, [PROGRESS]);
    assert_eq!(told("2026-07-28", json!({ level: "debug" })).await, [MESSAGE]);
    assert!(told("2026-07-28", json!({ level: "notice" })).await.is_empty());
}

#[test]
fn a_trace_is_read_as_the_standard_says() {
    let trace = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
    let read = TraceContext::parse(trace).unwrap();
    assert_eq!((format!("{:032x}", read.trace_id).as_str(), read.sampled), (&trace[3..35], true));
    assert!(!TraceContext::parse(&trace.replace("-01", "-00")).unwrap().sampled);
    assert!(TraceContext::parse(&format!("{}-more", trace.replacen("00", "01", 1))).is_some());
    for bad in [
        "",
        "00-0-0-0",
        &format!("{trace}-more"),
        &trace.replacen("00", "ff", 1),
        &trace.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
        &trace.replace("00f067aa0ba902b7", &"0".repeat(16)),
        &trace.to_uppercase(),
    ] {
        assert_eq!(TraceContext::parse(bad), None, "{bad}");
    }
}

#[tokio::test]
async fn an_unknown_revision_is_told_which_there_are() {
    let params = json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": "2099-01-01" } });
    let body = json!({ "jsonrpc": "2.0", "id": "x", "method": "tools/list", "params": params });
    let answer = answer(&echo(), &(), context(LATEST_LEGACY), &Bytes::from(body.to_string())).await;
    let answer: Value = serde_json::from_slice(&answer.unwrap()).unwrap();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!("x"), &json!(-32022)));
    assert_eq!(answer["error"]["data"]["requested"], "2099-01-01");
    assert_eq!(answer["error"]["data"]["supported"][0], "2026-07-28");
}
