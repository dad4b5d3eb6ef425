//! Where a browser is sent by itself, and where only its person goes.

use serde_json::{Value, json};

use crate::{
    harness::*,
    oauth::browser::{Browser, Client, End},
};

const ELSEWHERE: &str = "https://app.example/callback";

async fn register(server: &Server, uri: &str) -> Option<Client> {
    let body = json!({ "client_name": "Test client", "redirect_uris": [uri] });
    let post = server.http.post(server.url("/oauth/register")).body(body.to_string());
    let response = post.header("content-type", "application/json").send().await.unwrap();
    let mut answer: Value = parse(response).await;
    let id = answer["client_id"].take();
    id.as_str().map(|id| Client::with_id(server, id))
}

/// What comes of a flawed request for this redirect URI: a page, or a redirect.
async fn flawed(server: &Server, uri: &str) -> reqwest::Response {
    let client = register(server, uri).await.unwrap_or_else(|| panic!("{uri} is not let in"));
    let changes = [("redirect_uri", Some(uri)), ("response_type", Some("x"))];
    let http = client_builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    http.get(client.authorize_url(&changes)).send().await.unwrap()
}

#[tokio::test]
async fn where_any_uri_is_let_in_nobody_is_sent_to_one_by_itself() {
    let server = Server::start_with_sign_in(&[("WIV_MCP_REDIRECTS", "any")]).await;
    let response = flawed(&server, ELSEWHERE).await;
    assert_eq!(response.status(), 400);
    let page = response.text().await.unwrap();
    assert!(page.contains("app.example"), "it says where one could go: {page}");
    let link = page.split("href=\"https://app.example/callback?").nth(1);
    let link = link.unwrap_or_else(|| panic!("no link back: {page}"));
    assert!(link.contains("error=unsupported_response_type") && link.contains("state=the-state"));
    // Known addresses and this computer are told at once, as ever.
    for uri in ["http://127.0.0.1:4711/callback", "https://claude.ai/api/mcp/auth_callback"] {
        assert_eq!(flawed(&server, uri).await.status(), 303, "{uri}");
    }
    // A person who said no has decided to leave.
    let client = register(&server, ELSEWHERE).await.unwrap();
    let url = client.authorize_url(&[("redirect_uri", Some(ELSEWHERE))]);
    let End::Page(status, _, page) = Browser::new().open(&url).await else { panic!() };
    assert_eq!(status, 200, "{page}");
}

#[tokio::test]
async fn addresses_of_private_networks_are_no_plain_https() {
    let server = Server::start_with_sign_in(&[("WIV_MCP_REDIRECTS", "any")]).await;
    for uri in [
        "https://10.0.0.1/cb",
        "https://127.0.0.1/cb",
        "https://192.168.1.1:8443/cb",
        "https://169.254.169.254/cb",
        "https://100.64.0.1/cb",
        "https://[::1]/cb",
        "https://[fd00::1]/cb",
        "https://[::ffff:10.0.0.1]/cb",
        "https://localhost/cb",
        "https://app.localhost/cb",
        "https://intranet/cb",
        "https://printer.local/cb",
        "https://vault.internal/cb",
        "https://0x7f000001/cb",
        "https://0x7f.1/cb",
        "https://2130706433/cb",
        "https://127.1/cb",
    ] {
        assert!(register(&server, uri).await.is_none(), "{uri}");
    }
    for uri in [ELSEWHERE, "https://1.1.1.1/cb", "https://app.example:8443/cb?x=1"] {
        assert!(register(&server, uri).await.is_some(), "{uri}");
    }
}

#[tokio::test]
async fn an_operator_adds_uris_to_those_that_are_known() {
    let listed = "https://app.example/callback, myapp://signed-in";
    let variables = [("WIV_MCP_REDIRECTS", format!("known,{listed}"))];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let server = Server::start_with_sign_in(&variables).await;
    for uri in [ELSEWHERE, "myapp://signed-in", "http://127.0.0.1:4711/callback"] {
        // The operator vouches for them: their clients are told at once.
        assert_eq!(flawed(&server, uri).await.status(), 303, "{uri}");
    }
    for uri in [
        "https://app.example/callback/",
        "https://app.example/",
        "myapp://other",
        "https://other.example/cb",
    ] {
        assert!(register(&server, uri).await.is_none(), "{uri}");
    }
}
