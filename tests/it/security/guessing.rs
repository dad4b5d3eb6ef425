//! Strangers try keys few at a time, on every route; customers notice nothing.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, future::join_all, stream::FuturesUnordered};
use serde_json::{Value, json};

use crate::harness::*;

const SLOW: Duration = Duration::from_millis(200);

/// Everything that WIV is asked with an unknown key takes a while.
async fn server_with_a_slow_upstream(variables: &[(&str, &str)]) -> Server {
    let server = Server::start_with(variables).await;
    let rule = json!({ "match": {}, "fault": "slow", "times": 0, "delay_ms": SLOW.as_millis() });
    server.fault(rule).await;
    server
}

fn connect() -> Value {
    initialize("2025-11-25")
}

fn call() -> Value {
    request(1, "tools/call", json!({ "name": "wiv_list_spaces", "arguments": {} }))
}

/// Tries wrong keys at once; what became of each: `401`, `429`, or the kind of the failed call.
async fn guess(
    server: &Server,
    count: usize,
    body: &Value,
    headers: &[(&str, &str)],
) -> Vec<String> {
    let guess = async |number: usize| {
        let key = format!("wiv-wrong-key-{number:05}");
        let response = server.post_with("/mcp", &key, body, headers).await;
        if response.status() != 200 {
            return response.status().as_str().to_owned();
        }
        let answer = parse(response).await;
        let kind = &answer["result"]["structuredContent"]["error"]["kind"];
        kind.as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    join_all((0..count).map(guess)).await
}

async fn wrong_keys_seen(server: &Server) -> usize {
    let calls = server.upstream_calls().await;
    let is_wrong = |call: &&Value| {
        call["headers"]["x-api-key"].as_str().unwrap_or_default().starts_with("wiv-wrong")
    };
    calls.iter().filter(is_wrong).count()
}

#[tokio::test]
async fn guesses_are_few_at_a_time_on_every_route() {
    for (body, refused, limited) in
        [(connect(), "401", "429"), (call(), "unauthorized", "rate_limited")]
    {
        let server = server_with_a_slow_upstream(&[]).await;
        let outcomes = guess(&server, 400, &body, &[]).await;
        assert!(outcomes.iter().all(|outcome| [refused, limited].contains(&outcome.as_str())));
        let tried = outcomes.iter().filter(|outcome| *outcome == refused).count();
        assert!((64..=200).contains(&tried), "{tried} of 400");
        assert_eq!(wrong_keys_seen(&server).await, tried, "no other guess went upstream");
    }
}

#[tokio::test]
async fn a_burst_of_guesses_keeps_no_newcomer_out() {
    let server = server_with_a_slow_upstream(&[]).await;
    let begun = Instant::now();
    let wrong = connect();
    let (guesses, newcomer) = tokio::join!(guess(&server, 500, &wrong, &[]), async {
        // Once the guesses are on their way.
        while wrong_keys_seen(&server).await == 0 {
            tokio::task::yield_now().await;
        }
        let asked = Instant::now();
        let status = server.post("/mcp", ACME, connect()).await.status();
        (status, asked.elapsed())
    });
    assert_eq!(newcomer.0, 200, "after {:?}", newcomer.1);
    assert!(newcomer.1 < Duration::from_secs(2), "{:?}", newcomer.1);
    assert!(guesses.iter().any(|outcome| outcome == "429"));
    assert!(begun.elapsed() < Duration::from_secs(15));
    // Nobody pays afterwards for what is over.
    assert_eq!(server.post("/mcp", GLOBEX, connect()).await.status(), 200);
}

#[tokio::test]
async fn a_key_that_was_good_lately_is_never_kept_out() {
    let server = Server::start().await;
    assert_eq!(server.post("/mcp", ACME, connect()).await.status(), 200);
    server.data(ACME, "wiv_list_spaces", json!({})).await;
    let rule = json!({ "match": {}, "fault": "slow", "times": 0, "delay_ms": SLOW.as_millis() });
    server.fault(rule).await;
    let calls = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..10 {
            let begun = Instant::now();
            server.data(ACME, "wiv_list_spaces", json!({})).await;
            assert_eq!(server.post("/mcp", ACME, connect()).await.status(), 200);
            slowest = slowest.max(begun.elapsed());
        }
        slowest
    };
    let wrong = call();
    let (_guesses, slowest) = tokio::join!(guess(&server, 500, &wrong, &[]), calls);
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

#[tokio::test]
async fn where_addresses_are_known_one_address_leaves_room_for_others() {
    let server = server_with_a_slow_upstream(&[("WIV_MCP_TRUSTED_PROXY_HOPS", "1")]).await;
    // One /64 of IPv6 is one subscriber, whichever of its addresses asks.
    let outcomes: Vec<String> = FuturesUnordered::from_iter((0..60).map(|number| {
        let server = &server;
        async move {
            let address = format!("2001:db8:0:1::{number:x}");
            let key = format!("wiv-wrong-key-{number}");
            let headers = [("x-forwarded-for", address.as_str())];
            let response = server.post_with("/mcp", &key, connect(), &headers).await;
            response.status().as_str().to_owned()
        }
    }))
    .collect()
    .await;
    let tried = outcomes.iter().filter(|outcome| *outcome == "401").count();
    assert!((8..=30).contains(&tried), "{tried} of 60");
    let others = [("x-forwarded-for", "2001:db8:0:2::1")];
    let wrong = connect();
    let one = [("x-forwarded-for", "198.51.100.1")];
    let (status, _) = tokio::join!(
        async { server.post_with("/mcp", ACME, connect(), &others).await.status() },
        guess(&server, 60, &wrong, &one),
    );
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_stream_is_opened_only_with_a_key_that_was_found_good() {
    let server = Server::start_with(&[("WIV_MCP_STREAMS", "8")]).await;
    for number in 0..20 {
        let get = server.http.get(server.url("/sse")).header("mcp-protocol-version", "2025-11-25");
        let get = get.header("x-api-key", format!("wiv-wrong-key-{number}"));
        assert_eq!(get.send().await.unwrap().status(), 401);
    }
    let _stream = server.stream(ACME).await;
}

#[tokio::test]
async fn while_nobody_can_tell_strangers_take_an_eighth_of_the_streams() {
    let server = Server::start_with(&[("WIV_MCP_STREAMS", "16")]).await;
    let customers = server.stream(ACME).await;
    server.fault(json!({ "match": {}, "fault": "500", "times": 0 })).await;
    let open = async |key: String| {
        let get = server.http.get(server.url("/sse")).header("x-api-key", key);
        get.send().await.unwrap()
    };
    let opened = join_all((0..5).map(|number| open(format!("wiv-unknown-{number}")))).await;
    let is_open = |response: &&reqwest::Response| response.status() == 200;
    assert_eq!(opened.iter().filter(is_open).count(), 2);
    assert_eq!(open(ACME.into()).await.status(), 200, "a customer's next stream");
    drop((customers, opened));
}
