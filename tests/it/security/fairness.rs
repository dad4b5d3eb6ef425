//! One customer's trouble is nobody else's.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::harness::*;

fn call() -> serde_json::Value {
    request(1, "tools/call", json!({ "name": "wiv_list_spaces", "arguments": {} }))
}

#[tokio::test]
async fn a_key_that_is_stuck_with_all_its_calls_keeps_nobody_else_out() {
    let variables = [("WIV_MCP_CALLS", "8"), ("WIV_MCP_CALLS_PER_KEY", "8")];
    let server = Server::start_with(&variables).await;
    for key in [ACME, GLOBEX] {
        assert_eq!(server.post("/mcp", key, initialize("2025-11-25")).await.status(), 200);
    }
    let stuck =
        json!({ "match": { "key": ACME }, "fault": "slow", "times": 0, "delay_ms": 15_000 });
    server.fault(stuck).await;
    let stuck = join_all((0..20).map(|_| server.post("/mcp", ACME, call())));
    let others = async {
        // Six of the stuck key's calls run; the others wait.
        while server.upstream_calls().await.iter().filter(|call| call["path"] == "/spaces").count()
            < 6
        {
            tokio::task::yield_now().await;
        }
        let begun = Instant::now();
        for _ in 0..5 {
            server.data(GLOBEX, "wiv_list_spaces", json!({})).await;
        }
        // A newcomer's key is looked at, whatever runs.
        assert_eq!(server.post("/mcp", MSP, initialize("2025-11-25")).await.status(), 200);
        server.data(MSP, "wiv_list_spaces", json!({})).await;
        begun.elapsed()
    };
    let took = tokio::select! {
        _ = stuck => panic!("the stuck calls ended first"),
        took = others => took,
    };
    assert!(took < Duration::from_secs(3), "{took:?}");
}
