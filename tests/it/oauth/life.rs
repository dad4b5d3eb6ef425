//! The life of a connection: refresh, restart, revocation, outages, a second instance.

use serde_json::{Value, json};

use super::{
    ANA,
    browser::{Browser, Client},
};
use crate::harness::*;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn a_refresh_rotates_and_a_late_use_is_refused() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let first = client.sign_in(&mut Browser::new(), ANA, None).await;
    let second = client.refresh(text(&first["refresh_token"]), &[]).await;
    assert_eq!(second.status(), 200);
    let second = parse(second).await;
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    client.tool(text(&second["access_token"]), "wiv_list_spaces", json!({})).await;
    // The answer may have been lost, or another window has the token.
    assert_eq!(client.refresh(text(&first["refresh_token"]), &[]).await.status(), 200);
    let third = parse(client.refresh(text(&second["refresh_token"]), &[]).await).await;
    assert!(third["access_token"].is_string(), "{third}");
    // Older than the one before the newest: refused, and nothing ends for it.
    let late = client.refresh(text(&first["refresh_token"]), &[]).await;
    assert_eq!(late.status(), 400);
    assert_eq!(parse(late).await["error"], "invalid_grant");
    assert_eq!(client.refresh(text(&third["refresh_token"]), &[]).await.status(), 200);
}

#[tokio::test]
async fn a_call_runs_with_the_grant_of_its_post_whatever_opened_the_stream() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let wide = client.sign_in(&mut Browser::new(), ANA, None).await;
    let narrow = client.refresh(text(&wide["refresh_token"]), &[("scope", "wiv:read")]).await;
    let narrow = parse(narrow).await;
    let (wide, narrow) =
        (text(&wide["access_token"]).to_owned(), text(&narrow["access_token"]).to_owned());
    let workflow = server.data(ACME, "wiv_list_workflows", json!({ "limit": 1 })).await;
    let start = json!({ "name": "wiv_start_execution",
        "arguments": { "workflow_id": workflow["data"][0]["workflow_id"], "force": true } });
    let list = json!({ "name": "wiv_list_spaces" });
    for (opened_with, posted_with, may_write) in
        [(&wide, &narrow, false), (&narrow, &wide, true), (&wide, &wide, true)]
    {
        let mut stream =
            Stream::from(server.http.get(server.url("/sse")).bearer_auth(opened_with), &server)
                .await;
        for (params, is_taken) in [(&start, may_write), (&list, true)] {
            let post = server.http.post(&stream.endpoint).bearer_auth(posted_with);
            let post = post.header("content-type", "application/json");
            let post = post.body(request(1, "tools/call", params.clone()).to_string());
            assert_eq!(post.send().await.unwrap().status(), if is_taken { 202 } else { 403 });
            if is_taken {
                assert_eq!(stream.message().await["result"]["isError"], false);
            }
        }
    }
    let calls = server.upstream_calls().await;
    let starts = calls.iter().filter(|call| text(&call["path"]).ends_with("/run"));
    assert_eq!(starts.count(), 2, "what was refused did not reach WIV");
}

#[tokio::test]
async fn tokens_outlive_a_restart_with_the_same_keys_and_serve_at_any_instance() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    let mut back = client.authorize(&mut Browser::new(), ANA, None).await;
    // Another instance with the same public address and keys.
    let public = server.app.origin().as_str().to_owned();
    let other = server.another_instance(&[("WIV_MCP_PUBLIC_URL", &public)]).await;
    let there = client.at(&format!("http://{}", other.address()));
    let list = there.call(text(&tokens["access_token"]), "tools/list", json!({})).await;
    assert!(list["result"]["tools"].is_array(), "{list}");
    let code = back.remove("code").unwrap();
    assert_eq!(there.redeem(&code, &[]).await.status(), 200);
    let refreshed = there.refresh(text(&tokens["refresh_token"]), &[]).await;
    assert_eq!(refreshed.status(), 200);
}

#[tokio::test]
async fn revoking_ends_everything_at_once() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for which in ["access_token", "refresh_token"] {
        let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
        let revoke = [("token", text(&tokens[which]))];
        assert_eq!(client.post_form("/oauth/revoke", &revoke).await.status(), 200);
        let access = text(&tokens["access_token"]);
        // A new grant's client is told in words; an older one's by 401.
        let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
        let answer = client.call(access, "tools/call", call).await;
        assert_eq!(answer["result"]["structuredContent"]["error"]["kind"], "unauthorized");
        let refresh = client.refresh(text(&tokens["refresh_token"]), &[]).await;
        assert_eq!(parse(refresh).await["error"], "invalid_grant");
    }
    let unknown = client.post_form("/oauth/revoke", &[("token", "nonsense")]).await;
    assert_eq!(unknown.status(), 200);
    assert_eq!(client.post_form("/oauth/revoke", &[]).await.status(), 400);
}

#[tokio::test]
async fn people_who_may_no_longer_lose_the_connection_at_the_next_refresh() {
    for change in [
        ("user", json!({ "email": ANA.0, "enabled": false })),
        ("user", json!({ "email": ANA.0, "locked": true })),
        ("membership", json!({ "user": ANA.0, "org": "Acme Corporation", "role": null })),
    ] {
        let server = Server::start_with_sign_in(&[]).await;
        let client = Client::register(&server).await;
        let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
        server.identity(change.0, &change.1).await;
        let refresh = client.refresh(text(&tokens["refresh_token"]), &[]).await;
        assert_eq!(refresh.status(), 400, "{change:?}");
        assert_eq!(parse(refresh).await["error"], "invalid_grant");
        assert_eq!(server.live_keys().await, 0, "the key is deleted");
    }
}

#[tokio::test]
async fn an_outage_is_503_and_never_the_grants_fault() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    for fault in ["500", "429_plain", "malformed", "reset"] {
        server.identity_fault("/api/backend", fault).await;
        let refresh = client.refresh(text(&tokens["refresh_token"]), &[]).await;
        assert_eq!(refresh.status(), 503, "{fault}");
        assert!(refresh.headers().contains_key("retry-after"));
        assert_eq!(parse(refresh).await["error"], "temporarily_unavailable");
        // Tool calls need PropelAuth only behind the WIV API.
        client.tool(text(&tokens["access_token"]), "wiv_list_spaces", json!({})).await;
        server.identity_well().await;
    }
    assert_eq!(client.refresh(text(&tokens["refresh_token"]), &[]).await.status(), 200);
    for path in ["/propelauth/oauth/token", "/.well-known/jwks.json", "/api/backend"] {
        let server = Server::start_with_sign_in(&[]).await;
        let client = Client::register(&server).await;
        server.identity_fault(path, "500").await;
        let page = client.stopped(&mut Browser::new(), ANA).await;
        assert!(
            page.starts_with("503") && page.contains("try again in a minute"),
            "{path}: {page}"
        );
    }
}

#[tokio::test]
async fn a_key_says_which_client_it_is_for_and_ends_some_day() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    client.sign_in(&mut Browser::new(), ANA, None).await;
    let keys = server.keys().await;
    let [key] = keys.as_slice() else { panic!("{keys:?}") };
    assert_eq!(key["display_name"], "MCP – Test client");
    assert_eq!(key["metadata"]["src"], "wiv-mcp");
    assert_eq!(key["metadata"]["gen"], 1);
    assert!(key["expires_at_seconds"].is_u64());
}

#[tokio::test]
async fn the_end_of_a_key_is_told_a_week_before() {
    let server = Server::start_with_sign_in(&[("WIV_MCP_KEY_LIFE", "100h")]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    let answer = client.tool(text(&tokens["access_token"]), "wiv_list_spaces", json!({})).await;
    let notes = answer["structuredContent"]["notes"].to_string();
    assert!(notes.contains("sign in again before"), "{answer}");
}

#[tokio::test]
async fn an_expired_token_is_challenged_and_can_be_renewed() {
    let server = Server::start_with_sign_in(&[("WIV_MCP_ACCESS_TOKEN_LIFE", "1s")]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    assert_eq!(tokens["expires_in"], 1);
    let begun = std::time::Instant::now();
    loop {
        let response = client.post(text(&tokens["access_token"]), "ping", json!({})).await;
        if response.status() == 401 {
            let challenge = response.headers()["www-authenticate"].to_str().unwrap();
            assert!(challenge.starts_with("Bearer error=\"invalid_token\""), "{challenge}");
            break;
        }
        assert!(begun.elapsed() < PATIENCE);
    }
    let renewed = parse(client.refresh(text(&tokens["refresh_token"]), &[]).await).await;
    assert!(renewed["access_token"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_incident_drill_ends_every_connection_and_no_other_key() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    client.sign_in(&mut Browser::new(), ANA, None).await;
    let drill = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
            .args(["keys", "revoke-all", "--yes"])
            .args(arguments)
            .env_clear()
            .envs(server.sandbox.oauth_environment())
            .output()
            .unwrap()
    };
    let other = drill(&["--org", "00000000-0000-0000-0000-000000000000"]);
    assert_eq!(server.live_keys().await, 2, "{other:?}");
    let output = drill(&[]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("deleted 2 keys"), "{said}");
    assert_eq!(server.live_keys().await, 0);
    let refresh = client.refresh(text(&tokens["refresh_token"]), &[]).await;
    assert_eq!(parse(refresh).await["error"], "invalid_grant");
}
