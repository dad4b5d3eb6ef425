//! A pipe and its client: order, limits, cancelling, the end.

use std::borrow::Cow;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader, DuplexStream, duplex},
    time::sleep,
};

use super::*;
use crate::mcp::{Context, Implementation, Outcome, ToolCall, ToolResult, View};

/// Has the tools `echo`, `never`, which never ends, and `write`, which takes longer than the
/// calls that only read may after the end of the input.
struct Tools {
    view: Arc<View>,
    implementation: Implementation,
}

impl Host for Tools {
    type Caller = ();

    fn implementation(&self) -> &Implementation {
        &self.implementation
    }

    fn instructions(&self, (): &()) -> Cow<'_, str> {
        "".into()
    }

    fn view(&self, (): &()) -> Arc<View> {
        Arc::clone(&self.view)
    }

    async fn call(
        &self,
        (): &(),
        context: &Context,
        call: ToolCall,
    ) -> Result<Outcome<ToolResult>, Error> {
        context.progress(1.0, None, "begun");
        if call.name == "write" {
            sleep(DRAIN + Duration::from_secs(2)).await;
        }
        if call.name == "never" {
            std::future::pending::<()>().await;
        }
        let revision = context.revision.date.to_owned();
        Ok(Outcome::Complete(ToolResult::new(revision, "{}".into())))
    }
}

struct Client {
    input: Option<DuplexStream>,
    output: tokio::io::Lines<BufReader<DuplexStream>>,
    serving: JoinHandle<io::Result<()>>,
}

impl Client {
    fn start() -> Self {
        let (input, server_input) = duplex(1 << 16);
        let (server_output, output) = duplex(1 << 16);
        let implementation = Implementation {
            name: "t".into(),
            title: "T".into(),
            version: "1".into(),
            ..Implementation::default()
        };
        let view = Arc::new(View::new(std::iter::empty(), std::iter::once("write")));
        let host = Arc::new(Tools { view, implementation });
        let serving = tokio::spawn(serve(host, (), 1000, server_input, server_output));
        Self { input: Some(input), output: BufReader::new(output).lines(), serving }
    }

    async fn send(&mut self, line: impl ToString) {
        let line = format!("{}\n", line.to_string());
        self.input.as_mut().unwrap().write_all(line.as_bytes()).await.unwrap();
    }

    async fn next(&mut self) -> Value {
        let line = timeout(Duration::from_secs(20), self.output.next_line()).await;
        serde_json::from_str(&line.expect("silence").unwrap().expect("the end")).unwrap()
    }

    async fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })).await;
        self.next().await
    }
}

fn modern(mut params: Value, date: &str) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": date,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    params
}

#[tokio::test]
async fn every_revision_is_spoken_on_one_pipe() {
    let mut client = Client::start();
    let echo = json!({ "name": "echo" });
    let revision = |answer: Value| answer["result"]["content"][0]["text"].clone();
    assert_eq!(revision(client.ask("tools/call", echo.clone()).await), "2025-11-25");
    for date in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let hello = json!({ "protocolVersion": date });
        assert_eq!(client.ask("initialize", hello).await["result"]["protocolVersion"], date);
        assert_eq!(revision(client.ask("tools/call", echo.clone()).await), date);
        let own = modern(echo.clone(), "2026-07-28");
        assert_eq!(revision(client.ask("tools/call", own).await), "2026-07-28");
    }
    let discover = client.ask("server/discover", modern(json!({}), "2026-07-28")).await;
    assert_eq!(discover["result"]["supportedVersions"][0], "2026-07-28");
    let unknown = client.ask("server/discover", modern(json!({}), "2099-01-01")).await;
    assert_eq!(unknown["error"]["code"], -32022);
    let missing = json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } });
    assert_eq!(client.ask("tools/list", missing).await["error"]["code"], -32602);
    assert_eq!(client.ask("server/discover", json!({})).await["error"]["code"], -32601);
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_the_pipe_goes_on() {
    let mut client = Client::start();
    for (line, code) in [
        ("nonsense".to_owned(), -32700),
        ("7".to_owned(), -32600),
        ("[]".to_owned(), -32600),
        (format!("{{\"x\":\"{}\"}}", "y".repeat(2000)), -32600),
    ] {
        client.send(line).await;
        assert_eq!(client.next().await["error"]["code"], code);
    }
    client.send("\n\r\n  ").await;
    assert_eq!(client.ask("ping", json!({})).await["result"], json!({}));
}

#[tokio::test]
async fn batches_are_for_the_revision_that_has_them() {
    let mut client = Client::start();
    let batch = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "ping" },
        { "jsonrpc": "2.0", "method": "notifications/initialized" },
        7,
    ]);
    client.send(&batch).await;
    assert_eq!(client.next().await["error"]["code"], -32600);
    client.ask("initialize", json!({ "protocolVersion": "2025-03-26" })).await;
    client.send(&batch).await;
    let answers = client.next().await;
    assert_eq!(answers.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_call_is_told_of_and_cancelled_while_others_go_on() {
    let mut client = Client::start();
    let meta = json!({ "progressToken": "p" });
    let call = json!({ "jsonrpc": "2.0", "id": "slow", "method": "tools/call",
        "params": { "name": "never", "_meta": meta } });
    client.send(&call).await;
    client.send(&call).await;
    assert_eq!(client.next().await["method"], "notifications/progress");
    assert_eq!(client.ask("ping", json!({})).await["id"], 1);
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled",
        "params": { "requestId": "slow" } });
    client.send(cancel).await;
    assert_eq!(client.ask("ping", json!({})).await["id"], 1);
    drop(client.input.take());
    client.serving.await.unwrap().unwrap();
    assert_eq!(client.output.next_line().await.unwrap(), None);
}

#[tokio::test]
async fn the_end_of_the_input_waits_for_answers_but_not_for_ever() {
    let mut client = Client::start();
    client.send(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#).await;
    let last = r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#;
    client.input.as_mut().unwrap().write_all(last.as_bytes()).await.unwrap();
    drop(client.input.take());
    let mut ids = [client.next().await["id"].clone(), client.next().await["id"].clone()];
    ids.sort_by_key(ToString::to_string);
    assert_eq!(ids, [json!(1), json!(2)]);
    client.serving.await.unwrap().unwrap();

    tokio::time::pause();
    let mut client = Client::start();
    client
        .send(r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"never"}}"#)
        .await;
    drop(client.input.take());
    client.serving.await.unwrap().unwrap();
    assert_eq!(client.output.next_line().await.unwrap(), None);
}

#[tokio::test]
async fn a_write_is_answered_also_after_the_end_of_the_input() {
    let write = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"write"}}"#;
    let never = r#"{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"never"}}"#;
    for line in [write.to_owned(), format!("[{write},{never}]")] {
        let mut client = Client::start();
        client.ask("initialize", json!({ "protocolVersion": "2025-03-26" })).await;
        tokio::time::pause();
        client.send(line).await;
        drop(client.input.take());
        loop {
            let told = client.next().await;
            let answers = told.as_array().map_or(std::slice::from_ref(&told), Vec::as_slice);
            if told["method"] != "notifications/progress" {
                assert_eq!(answers.len(), 1, "a read that was dropped is not answered");
                assert_eq!(answers[0]["id"], 7);
                break;
            }
        }
        client.serving.await.unwrap().unwrap();
        tokio::time::resume();
    }
}
