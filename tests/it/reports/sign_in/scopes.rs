//! Scopes that clients make up, and what a refresh may ask for.

use serde_json::{Value, json};

use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client, End},
    },
};

async fn signed_in(client: &Client, scope: Option<&str>) -> Value {
    let changes = [("scope", scope)];
    let back = client.authorize_with(&mut Browser::new(), ANA, &changes).await;
    let code = back.get("code").unwrap_or_else(|| panic!("{scope:?}: {back:?}"));
    parse(client.redeem(code, &[]).await).await
}

#[tokio::test]
async fn scopes_that_nobody_knows_are_dropped_and_what_is_granted_is_told() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for (asked, granted) in [
        (Some("wiv:read wiv:write openid profile email"), "wiv:read wiv:write"),
        (Some("openid wiv:read"), "wiv:read"),
        (Some("mcp:tools  wiv:write "), "wiv:read wiv:write"),
        (Some("offline_access wiv:read wiv:admin"), "wiv:read"),
        (Some("WIV:WRITE wiv:read"), "wiv:read"),
        (Some(" "), "wiv:read wiv:write"),
        (None, "wiv:read wiv:write"),
    ] {
        let tokens = signed_in(&client, asked).await;
        assert_eq!(tokens["scope"], granted, "{asked:?}");
    }
}

#[tokio::test]
async fn a_request_is_refused_only_when_none_of_its_scopes_is_left() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for scope in ["wiv:admin", "openid profile email", "wiv:read,wiv:write", "Wiv:Read"] {
        let url = client.authorize_url(&[("scope", Some(scope))]);
        let End::Client(back) = Browser::new().open(&url).await else { panic!("{scope}") };
        assert_eq!(back["error"], "invalid_scope", "{scope}");
        assert!(back["error_description"].contains("wiv:read"), "{back:?}");
        assert_eq!(back["state"], "the-state");
    }
}

#[tokio::test]
async fn a_refresh_narrows_its_access_token_and_never_the_grant() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut tokens = signed_in(&client, None).await;
    for (asked, told) in [
        ("wiv:read", "wiv:read"),
        ("offline_access wiv:read", "wiv:read"),
        ("wiv:read wiv:write", "wiv:read wiv:write"),
        ("wiv:read", "wiv:read"),
        ("wiv:write", "wiv:read wiv:write"),
        ("-", "wiv:read wiv:write"),
    ] {
        let refresh = tokens["refresh_token"].as_str().unwrap();
        tokens = parse(client.refresh(refresh, &[("scope", asked)]).await).await;
        assert_eq!(tokens["scope"], told, "{asked}: {tokens}");
        let access = tokens["access_token"].as_str().unwrap();
        let list = client.call(access, "tools/list", json!({})).await;
        let shown = list["result"]["tools"].as_array().unwrap().len();
        let expected = if told.contains("write") { tool_count() } else { reading_tool_count() };
        assert_eq!(shown, expected, "{asked}");
    }
}

#[tokio::test]
async fn a_refresh_for_more_than_was_granted_is_refused_and_the_grant_stays() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = signed_in(&client, Some("wiv:read")).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let before = server.identity_calls().await.len();
    for scope in ["wiv:write", "wiv:read wiv:write", "wiv:admin", "wiv:read openid", "Wiv:Read"] {
        let response = client.refresh(refresh, &[("scope", scope)]).await;
        assert_eq!(response.status(), 400, "{scope}");
        let told = parse(response).await;
        assert_eq!(told["error"], "invalid_scope", "{scope}");
        assert!(told["error_description"].is_string(), "{told}");
    }
    assert_eq!(server.identity_calls().await.len(), before, "nobody was asked");
    assert_eq!(server.keys().await.last().unwrap()["metadata"]["gen"], 1, "nothing was rotated");
    let renewed = parse(client.refresh(refresh, &[]).await).await;
    assert_eq!(renewed["scope"], "wiv:read");
}

#[tokio::test]
async fn every_error_has_a_description_that_oauth_may_carry() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let may_carry = |text: &str| {
        let is_allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(!text.is_empty() && text.bytes().all(is_allowed), "{text:?}");
    };
    for change in [
        ("response_type", None),
        ("response_type", Some("token")),
        ("code_challenge", None),
        ("code_challenge_method", Some("plain")),
        ("scope", Some("\"wiv\\:admin\"")),
        ("resource", Some("https://evil.example/\"\\mcp")),
    ] {
        let End::Client(back) = Browser::new().open(&client.authorize_url(&[change])).await else {
            panic!("{change:?}")
        };
        let told = back.get("error_description");
        may_carry(told.unwrap_or_else(|| panic!("{change:?}: {back:?}")));
    }
    let mut browser = Browser::new();
    browser.decision = "deny";
    let back = client.authorize(&mut browser, ANA, None).await;
    assert_eq!(back["error"], "access_denied");
    may_carry(&back["error_description"]);
    for (path, form) in [
        ("/oauth/token", &[][..]),
        ("/oauth/token", &[("client_id", "\"\\ü")]),
        ("/oauth/token", &[("client_id", client.id.as_str()), ("grant_type", "\"\\ü")]),
        ("/oauth/token", &[("a\"\\ü", "1"), ("a\"\\ü", "2")]),
        ("/oauth/revoke", &[]),
    ] {
        let told = parse(client.post_form(path, form).await).await;
        may_carry(told["error_description"].as_str().unwrap_or_else(|| panic!("{told}")));
    }
    // And where a token is shown that is not good, or not for this.
    let tokens = signed_in(&client, Some("wiv:read")).await;
    let start = json!({ "name": "wiv_start_execution", "arguments": { "workflow_id": "w" } });
    for (token, error) in [
        ("nonsense", "invalid_token"),
        (tokens["access_token"].as_str().unwrap(), "insufficient_scope"),
    ] {
        let response = client.post(token, "tools/call", start.clone()).await;
        let challenge = response.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains(&format!("error=\"{error}\"")), "{challenge}");
        let told =
            challenge.split("error_description=\"").nth(1).and_then(|it| it.split('"').next());
        may_carry(told.unwrap_or_else(|| panic!("{challenge}")));
    }
}

#[tokio::test]
async fn offline_access_alone_asks_for_as_much_as_no_scope() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for (asked, granted) in [
        (Some("offline_access"), "wiv:read wiv:write"),
        (Some(" offline_access  offline_access "), "wiv:read wiv:write"),
        (Some("openid offline_access profile"), "wiv:read wiv:write"),
        (Some("offline_access wiv:read"), "wiv:read"),
        (Some("offline_access wiv:write"), "wiv:read wiv:write"),
        (None, "wiv:read wiv:write"),
    ] {
        let tokens = signed_in(&client, asked).await;
        assert_eq!(tokens["scope"], granted, "{asked:?}");
    }
    // A refresh for it alone narrows nothing, and widens nothing.
    for (granted, scope) in [("wiv:read wiv:write", None), ("wiv:read", Some("wiv:read"))] {
        let tokens = signed_in(&client, scope).await;
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", client.id.as_str()),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
            ("scope", "offline_access"),
        ];
        let renewed = parse(client.post_form("/oauth/token", &form).await).await;
        assert_eq!(renewed["scope"], granted, "{renewed}");
    }
}

#[tokio::test]
async fn what_the_server_itself_refuses_on_oauth_routes_has_a_description_too() {
    let server = Server::start_with_sign_in(&[]).await;
    let http = &server.http;
    let url = |path: &str| server.url(path);
    let zipped = |path: &str| http.post(url(path)).header("content-encoding", "gzip").body("x");
    let elsewhere = |path: &str| http.post(url(path)).header("host", "evil.example").body("x");
    for (request, status) in [
        (http.get(url("/oauth/token")), 405),
        (http.put(url("/oauth/register")), 405),
        (http.delete(url("/oauth/revoke")), 405),
        (http.put(url("/oauth/authorize")), 405),
        (zipped("/oauth/token"), 415),
        (zipped("/oauth/register"), 415),
        (zipped("/oauth/revoke"), 415),
        (elsewhere("/oauth/token"), 403),
        (elsewhere("/oauth/register"), 403),
        (http.get(url("/oauth/nowhere")), 404),
        (http.post(url("/token")), 404),
    ] {
        let response = request.send().await.unwrap();
        let asked = response.url().path().to_owned();
        assert_eq!(response.status(), status, "{asked}");
        let told = parse(response).await;
        let description = told["error_description"].as_str();
        let description = description.unwrap_or_else(|| panic!("{asked}: {told}"));
        assert!(told["error"].is_string() && !description.is_empty(), "{told}");
        let is_allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(description.bytes().all(is_allowed), "{told}");
    }
    // Elsewhere the words are where they were.
    let told = parse(http.post(url("/healthz")).send().await.unwrap()).await;
    assert!(told["message"].is_string() && told.get("error_description").is_none(), "{told}");
}
