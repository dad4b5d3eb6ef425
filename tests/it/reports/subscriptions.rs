//! `subscriptions/listen`, which clients of 2026-07-28 call unasked.

use serde_json::{Value, json};

use crate::harness::*;

const ID: &str = "io.modelcontextprotocol/subscriptionId";

fn listen(id: &Value, notifications: &Value) -> Value {
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {} });
    json!({ "jsonrpc": "2.0", "id": id, "method": "subscriptions/listen",
        "params": { "notifications": notifications, "_meta": meta } })
}

async fn post(server: &Server, accept: &str, body: &str) -> reqwest::Response {
    let post = server.http.post(server.url("/mcp")).header("x-api-key", ACME);
    let post = post.header("content-type", "application/json").header("accept", accept);
    let post = post.header("mcp-protocol-version", "2026-07-28");
    let post = post.header("mcp-method", "subscriptions/listen");
    post.body(body.to_owned()).send().await.unwrap()
}

/// The messages of an event stream that ends.
fn messages(events: &str) -> Vec<Value> {
    let data = events.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

#[tokio::test]
async fn a_subscription_is_acknowledged_as_empty_and_completes() {
    let server = Server::start().await;
    for filter in
        [json!({}), json!({ "toolsListChanged": true, "resourceSubscriptions": ["wiv://x"] })]
    {
        for id in ["7", "\"a\"", "1152921504606846976000"] {
            let body = listen(&json!("ID"), &filter).to_string().replace("\"ID\"", id);
            let response = post(&server, "application/json, text/event-stream", &body).await;
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["content-type"], "text/event-stream");
            let events = response.text().await.unwrap();
            // Echoed digit by digit, in both.
            let named = format!("\"{ID}\":{id}");
            assert_eq!(events.matches(&named).count(), 2, "{events}");
            let [acknowledged, result] = &messages(&events)[..] else { panic!("{events}") };
            assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
            assert_eq!(acknowledged["params"]["notifications"], json!({}));
            assert!(acknowledged.get("id").is_none());
            assert_eq!(result["result"]["resultType"], "complete");
            assert!(events.contains(&format!("\"id\":{id},\"result\"")), "{events}");
        }
    }
}

#[tokio::test]
async fn who_takes_json_alone_gets_the_completion_alone() {
    let server = Server::start().await;
    let body = listen(&json!(1), &json!({ "promptsListChanged": true })).to_string();
    let answer = parse(post(&server, "application/json", &body).await).await;
    assert_eq!(answer["result"]["_meta"][ID], 1);
}

#[tokio::test]
async fn what_is_no_filter_is_refused() {
    let server = Server::start().await;
    for filter in [json!(7), json!("all"), json!(["toolsListChanged"])] {
        let body = listen(&json!(1), &filter).to_string();
        let answer = parse(post(&server, "application/json", &body).await).await;
        assert_eq!(answer["error"]["code"], -32602, "{filter}");
    }
}

#[tokio::test]
async fn a_pipe_acknowledges_and_old_revisions_know_nothing_of_it() {
    let server = Server::start().await;
    let mut pipe = Pipe::open(&server);
    pipe.send(&listen(&json!("one"), &json!({ "toolsListChanged": true }))).await;
    let acknowledged = pipe.next().await;
    assert_eq!(acknowledged["params"], json!({ "notifications": {}, "_meta": { ID: "one" } }));
    let result = pipe.next().await;
    assert_eq!((&result["id"], &result["result"]["_meta"][ID]), (&json!("one"), &json!("one")));
    let old = request(2, "subscriptions/listen", json!({ "notifications": {} }));
    pipe.send(&old).await;
    assert_eq!(pipe.next().await["error"]["code"], -32601);
    let mut stream = server.stream(ACME).await;
    for message in [old, listen(&json!(3), &json!({}))] {
        assert_eq!(stream.post(message).await.status(), 202);
        assert_eq!(stream.message().await["error"]["code"], -32601);
    }
}
