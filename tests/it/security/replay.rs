//! A code is for one use; a second ends what the first made.

use serde_json::{Value, json};

use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client},
    },
};

const KEYS: &str = "/api/backend/v1/end_user_api_keys";

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn a_replayed_code_ends_what_it_made() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let code = client.authorize(&mut Browser::new(), ANA, None).await.remove("code").unwrap();
    let tokens = parse(client.redeem(&code, &[]).await).await;
    // Who lacks the verifier, or is another client, ends nobody's connection.
    let other = Client::register(&server).await;
    let long = "x".repeat(43);
    for changes in [&[("code_verifier", long.as_str())][..], &[("client_id", other.id.as_str())]] {
        assert_eq!(parse(client.redeem(&code, changes).await).await["error"], "invalid_grant");
    }
    assert_eq!(server.live_keys().await, 1);
    assert_eq!(parse(client.redeem(&code, &[]).await).await["error"], "invalid_grant");
    assert_eq!(server.live_keys().await, 0);
    let refresh = client.refresh(text(&tokens["refresh_token"]), &[]).await;
    assert_eq!(parse(refresh).await["error"], "invalid_grant");
    assert_eq!(parse(client.redeem(&code, &[]).await).await["error"], "invalid_grant");
}

#[tokio::test]
async fn a_replay_while_the_code_is_redeemed_ends_both() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let code = client.authorize(&mut Browser::new(), ANA, None).await.remove("code").unwrap();
    let creation = json!({ "method": "POST", "path": KEYS });
    let slow = json!({ "match": creation, "fault": "slow", "delay_ms": 1500 });
    server.identity_rule(&slow).await;
    let second = async {
        let asked = async || {
            server
                .identity_calls()
                .await
                .iter()
                .any(|call| call["method"] == "POST" && call["path"] == KEYS)
        };
        while !asked().await {
            tokio::task::yield_now().await;
        }
        client.redeem(&code, &[]).await
    };
    let (first, second) = tokio::join!(client.redeem(&code, &[]), second);
    for answer in [first, second] {
        assert_eq!(parse(answer).await["error"], "invalid_grant");
    }
    assert_eq!(server.keys().await.len(), 1, "one key was made");
    assert_eq!(server.live_keys().await, 0);
}

#[tokio::test]
async fn an_outage_before_a_key_is_made_costs_no_code() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let code = client.authorize(&mut Browser::new(), ANA, None).await.remove("code").unwrap();
    for (method, path) in [("GET", "/api/backend/v1/user"), ("POST", KEYS)] {
        let matched = json!({ "method": method, "path": path });
        server.identity_rule(&json!({ "match": matched, "fault": "429_plain", "times": 0 })).await;
        assert_eq!(client.redeem(&code, &[]).await.status(), 503, "{path}");
        server.identity_well().await;
    }
    assert_eq!(client.redeem(&code, &[]).await.status(), 200);
    assert_eq!(server.live_keys().await, 1);
}

#[tokio::test]
async fn a_key_that_may_have_been_made_uses_the_code_up() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let code = client.authorize(&mut Browser::new(), ANA, None).await.remove("code").unwrap();
    let creation = json!({ "method": "POST", "path": KEYS });
    server.identity_rule(&json!({ "match": creation, "fault": "cut" })).await;
    assert_eq!(client.redeem(&code, &[]).await.status(), 503);
    assert_eq!(parse(client.redeem(&code, &[]).await).await["error"], "invalid_grant");
    assert_eq!(server.keys().await.len(), 1, "no second key");
}

#[tokio::test]
async fn a_verifier_has_43_to_128_unreserved_characters() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for (verifier, is_good) in [
        ("a".to_owned(), false),
        ("a".repeat(42), false),
        ("a".repeat(43), true),
        ("aA0-._~".repeat(18), true),
        ("a".repeat(129), false),
        (format!("{}+", "a".repeat(43)), false),
        (format!("{} ", "a".repeat(43)), false),
        (format!("{}ä", "a".repeat(43)), false),
    ] {
        let challenge = wiv_mcp::signin::sha256(&verifier);
        let changes = [("code_challenge", Some(challenge.as_str()))];
        let mut browser = Browser::new();
        let code = client.authorize_with(&mut browser, ANA, &changes).await.remove("code").unwrap();
        let response = client.redeem(&code, &[("code_verifier", &verifier)]).await;
        assert_eq!(response.status() == 200, is_good, "{verifier}");
        if !is_good {
            assert_eq!(parse(response).await["error"], "invalid_grant");
        }
    }
}
