//! Windows that share one refresh token, lost answers, and tokens that come too late.

use serde_json::{Value, json};

use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client},
    },
    process::{Process, lines_with},
};

const LATE: &str = "older than the one before the newest";

fn refresh_token(tokens: &Value) -> &str {
    tokens["refresh_token"].as_str().unwrap_or_else(|| panic!("{tokens}"))
}

async fn renewed(client: &Client, token: &str) -> Value {
    let response = client.refresh(token, &[]).await;
    let status = response.status();
    let tokens = parse(response).await;
    assert_eq!(status, 200, "{tokens}");
    tokens
}

/// Writes a key's notes as PropelAuth would have them, past our server.
async fn note(server: &Server, change: impl Fn(&mut Value)) {
    let keys = server.keys().await;
    let key = keys.last().unwrap();
    let mut metadata = key["metadata"].clone();
    change(&mut metadata);
    let environment = server.sandbox.oauth_environment();
    let value = |name: &str| environment.iter().find(|(one, _)| one == name).unwrap().1.clone();
    let path = format!("/api/backend/v1/end_user_api_keys/{}", key["api_key_id"].as_str().unwrap());
    let patch = server.http.patch(format!("{}{path}", server.sandbox.identity_url()));
    let patch = patch.bearer_auth(value("PROPELAUTH_API_KEY"));
    let patch = patch.header("content-type", "application/json");
    let response = patch.body(json!({ "metadata": metadata }).to_string()).send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.text().await.unwrap());
}

/// Half an hour passes since the last refresh.
async fn half_an_hour_later(server: &Server) {
    note(server, |notes| {
        if let Some(then) = notes["gen_at"].as_u64() {
            notes["gen_at"] = json!(then - 1_800);
        }
    })
    .await;
    let url = format!("{}/_control/clock", server.sandbox.identity_url());
    let post = server.http.post(url).header("content-type", "application/json");
    let response = post.body(json!({ "advance_s": 1_800 }).to_string()).send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.text().await.unwrap());
}

async fn works(client: &Client, tokens: &Value) {
    client.tool(tokens["access_token"].as_str().unwrap(), "wiv_list_spaces", json!({})).await;
}

#[tokio::test]
async fn windows_that_share_a_token_and_refresh_in_turn_stay_connected() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let begun = client.sign_in(&mut Browser::new(), ANA, None).await;
    // Each keeps what it got, and none tells another.
    let mut windows = vec![begun; 3];
    for _ in 0..4 {
        for tokens in &mut windows {
            half_an_hour_later(&server).await;
            *tokens = renewed(&client, refresh_token(tokens)).await;
            works(&client, tokens).await;
        }
    }
    assert_eq!(server.live_keys().await, 1);
}

#[tokio::test]
async fn an_answer_that_was_lost_may_be_asked_for_again_much_later_and_more_than_once() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let first = client.sign_in(&mut Browser::new(), ANA, None).await;
    for _ in 0..3 {
        renewed(&client, refresh_token(&first)).await;
        half_an_hour_later(&server).await;
    }
    let second = renewed(&client, refresh_token(&first)).await;
    let third = renewed(&client, refresh_token(&second)).await;
    // The newest but one is good until the newest is used, and both make the same.
    let again = renewed(&client, refresh_token(&second)).await;
    for tokens in [&third, &again] {
        works(&client, tokens).await;
        renewed(&client, refresh_token(tokens)).await;
    }
}

#[tokio::test]
async fn a_token_older_than_the_newest_but_one_is_refused_and_ends_nothing() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let first = client.sign_in(&mut Browser::new(), ANA, None).await;
    let second = renewed(&client, refresh_token(&first)).await;
    let third = renewed(&client, refresh_token(&second)).await;
    for _ in 0..5 {
        let late = client.refresh(refresh_token(&first), &[]).await;
        assert_eq!(late.status(), 400);
        let told = parse(late).await;
        assert_eq!(told["error"], "invalid_grant");
        assert!(told["error_description"].as_str().unwrap().contains(LATE), "{told}");
    }
    assert_eq!(server.live_keys().await, 1, "the connection lives on");
    works(&client, &third).await;
    let fourth = renewed(&client, refresh_token(&third)).await;
    // Now the second is too old as well, and the third is not.
    assert_eq!(client.refresh(refresh_token(&second), &[]).await.status(), 400);
    renewed(&client, refresh_token(&third)).await;
    renewed(&client, refresh_token(&fourth)).await;
}

#[tokio::test]
async fn late_uses_cost_propelauth_one_look_and_hold_up_nobody() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let first = client.sign_in(&mut Browser::new(), ANA, None).await;
    let second = renewed(&client, refresh_token(&first)).await;
    let third = renewed(&client, refresh_token(&second)).await;
    assert_eq!(client.refresh(refresh_token(&first), &[]).await.status(), 400);
    let before = server.identity_calls().await.len();
    for _ in 0..80 {
        assert_eq!(client.refresh(refresh_token(&first), &[]).await.status(), 400);
    }
    assert_eq!(server.identity_calls().await.len(), before);
    renewed(&client, refresh_token(&third)).await;
}

#[tokio::test]
async fn two_refreshes_in_one_instant_both_win_and_both_go_on() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut windows = vec![client.sign_in(&mut Browser::new(), ANA, None).await; 6];
    for _ in 0..3 {
        let all = windows.iter().map(|tokens| renewed(&client, refresh_token(tokens)));
        windows = futures_util::future::join_all(all).await;
    }
    for tokens in &windows {
        works(&client, tokens).await;
    }
}

#[tokio::test]
async fn notes_that_another_instance_set_back_or_that_are_gone_end_no_connection() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    for _ in 0..4 {
        tokens = renewed(&client, refresh_token(&tokens)).await;
    }
    note(&server, |notes| notes["gen"] = json!(2)).await;
    tokens = renewed(&client, refresh_token(&tokens)).await;
    assert_eq!(server.keys().await.last().unwrap()["metadata"]["gen"], 6, "and are mended");
    for notes in [json!({}), json!({ "src": "wiv-mcp", "gen": "x", "gen_at": null })] {
        note(&server, |now| *now = notes.clone()).await;
        tokens = renewed(&client, refresh_token(&tokens)).await;
    }
    assert_eq!(server.live_keys().await, 1);
}

#[tokio::test]
async fn who_comes_with_the_newest_but_one_also_keeps_the_key_alive() {
    let server = Server::start_with_sign_in(&[("WIV_MCP_KEY_LIFE", "100h")]).await;
    let client = Client::register(&server).await;
    let first = client.sign_in(&mut Browser::new(), ANA, None).await;
    renewed(&client, refresh_token(&first)).await;
    note(&server, |notes| notes["gen_at"] = json!(1_000_000)).await;
    let before = server.keys().await.last().unwrap()["metadata"]["gen_at"].as_u64().unwrap();
    renewed(&client, refresh_token(&first)).await;
    let key = server.keys().await.pop().unwrap();
    assert!(key["metadata"]["gen_at"].as_u64().unwrap() > before, "it was renewed: {key}");
    assert_eq!(key["metadata"]["gen"], 2, "and is no newer: {key}");
}

#[tokio::test]
async fn a_connection_that_was_given_up_is_refused_with_any_of_its_tokens() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let first = client.sign_in(&mut Browser::new(), ANA, None).await;
    let second = renewed(&client, refresh_token(&first)).await;
    let third = renewed(&client, refresh_token(&second)).await;
    // Whatever its age, who gives up a token means the connection.
    let revoke = [("token", refresh_token(&first))];
    assert_eq!(client.post_form("/oauth/revoke", &revoke).await.status(), 200);
    for tokens in [&first, &second, &third] {
        let ended = client.refresh(refresh_token(tokens), &[]).await;
        assert_eq!(parse(ended).await["error"], "invalid_grant");
    }
    assert_eq!(server.live_keys().await, 0);
}

#[tokio::test]
async fn late_uses_are_lines_in_the_log_with_their_count() {
    let sandbox = wiv_mcp::sandbox::Sandbox::start(0, 0).await.unwrap();
    let variables = sandbox.oauth_environment();
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let process = Process::start(&sandbox, &variables).await;
    let client = Client::register_at(&process.url).await;
    let first = client.sign_in(&mut Browser::new(), ANA, None).await;
    let second = renewed(&client, refresh_token(&first)).await;
    renewed(&client, refresh_token(&second)).await;
    for _ in 0..9 {
        assert_eq!(client.refresh(refresh_token(&first), &[]).await.status(), 400);
    }
    let log = process.stop().await;
    let lines = lines_with(&log, "a refresh token came after the newest was used");
    let counts: Vec<_> = lines.iter().map(|line| line["late_uses"].as_u64().unwrap()).collect();
    assert_eq!(counts, [1, 2, 4, 8], "{log}");
    assert!(lines.iter().all(|line| line["level"] == "WARN" && line["key_id"].is_string()));
    assert!(!log.contains(refresh_token(&first)), "{log}");
}
