//! What people ask help with is in the log, and floods are one line.

use wiv_mcp::sandbox::Sandbox;

use crate::{
    harness::*,
    oauth::browser::first_endpoint,
    process::{Process, lines_with},
};

#[tokio::test]
async fn a_message_for_another_instances_stream_is_told_with_what_helps_once_a_minute() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let same = [("WIV_MCP_PUBLIC_URL", "http://localhost:8080")];
    let holder = Process::start(&sandbox, &same).await;
    let other = Process::start(&sandbox, &same).await;
    let open = client().get(format!("{}/sse", holder.url)).header("x-api-key", ACME);
    let stream = open.send().await.unwrap();
    let endpoint = first_endpoint(stream).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let post = client()
            .post(format!("{}{endpoint}", other.url))
            .header("x-api-key", ACME)
            .header("content-type", "application/json")
            .body(request(1, "ping", serde_json::json!({})).to_string());
        let answer = post.send().await.unwrap();
        assert_eq!(answer.status(), 503);
        assert!(answer.headers().contains_key("retry-after"));
        ids.push(answer.headers()["x-request-id"].to_str().unwrap().to_owned());
        let body = parse(answer).await;
        assert_eq!(body["error"], "session_elsewhere");
        assert!(body["message"].as_str().unwrap().contains("/mcp"), "{body}");
    }
    let log = other.stop().await;
    let lines = lines_with(&log, "another instance");
    assert_eq!(lines.len(), 1, "{log}");
    assert_eq!(
        (&lines[0]["level"], &lines[0]["request.id"]),
        (&"ERROR".into(), &(&*ids[0]).into())
    );
    // Nothing is advised that this release does not have.
    for advice in ["/mcp", "one instance", "client address"] {
        assert!(lines[0]["message"].as_str().unwrap().contains(advice), "{}", lines[0]);
    }
    assert!(!log.contains("REDIS"), "{log}");
}
