//! Line breaks of Unicode in event data, at which some clients end a line.

use serde_json::{Value, json};

use crate::harness::*;

const BREAKS: &str = "a\u{2028}b\u{2029}c\u{85}d é â \u{2027}\u{202a}";

#[tokio::test]
async fn line_breaks_of_unicode_are_escaped_in_every_event() {
    let server = Server::start().await;
    // An id is echoed as it came.
    let ping = json!({ "jsonrpc": "2.0", "id": BREAKS, "method": "ping" });
    let mut stream = server.stream(ACME).await;
    assert_eq!(stream.post(&ping).await.status(), 202);
    let on_stream = stream.next().await.unwrap().data;
    let post = server.http.post(server.url("/mcp")).header("x-api-key", ACME);
    let post =
        post.header("content-type", "application/json").header("accept", "text/event-stream");
    let response = post.body(ping.to_string()).send().await.unwrap();
    let events = response.text().await.unwrap();
    let in_post = events.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    for data in [on_stream.as_str(), in_post] {
        assert!(!data.contains(['\u{2028}', '\u{2029}', '\u{85}']), "{data:?}");
        let read: Value = serde_json::from_str(data).unwrap();
        assert_eq!(read["id"], BREAKS, "nothing else is changed");
    }
}
