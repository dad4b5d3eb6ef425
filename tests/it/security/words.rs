//! Pages vouch for nothing that nobody proved.

use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client, End, REDIRECT},
    },
};

async fn consent(server: &Server, id: &str, redirect_uri: &str) -> String {
    let client = Client::with_id(server, id);
    let url = client.authorize_url(&[("redirect_uri", Some(redirect_uri))]);
    let End::Page(status, _, page) = Browser::new().open(&url).await else { panic!("redirected") };
    assert_eq!(status, 200, "{page}");
    let main = page.split("<h1>").nth(1).unwrap();
    let mut text = String::new();
    for piece in main.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
    }
    text
}

#[tokio::test]
async fn no_page_says_that_a_client_is_verified() {
    let server = Server::start_with_sign_in(&[]).await;
    let claude = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    let text = consent(&server, claude, "https://claude.ai/api/mcp/auth_callback").await;
    assert!(text.contains("says it is Claude (from the site claude.ai)"), "{text}");
    assert!(!text.contains("verified by"), "{text}");
    // Any program of this computer can name these documents and listen on a port.
    for (id, name) in [
        ("https://claude.ai/oauth/claude-code-client-metadata", "Claude Code"),
        ("https://chatgpt.com/oauth/codex/client.json", "Codex"),
    ] {
        let text = consent(&server, id, "http://localhost:31337/callback").await;
        assert!(text.contains(&format!("says it is {name}")), "{text}");
        assert!(text.contains("nobody can verify an app on a computer"), "{text}");
        assert!(!text.contains("verified by") && !text.contains("from the site"), "{text}");
    }
    let registered = Client::register(&server).await;
    for uri in [REDIRECT, "cursor://anysphere.cursor-mcp/oauth/callback"] {
        let text = consent(&server, &registered.id, uri).await;
        assert!(text.contains("says it is Test client"), "{text}");
        assert!(
            text.contains("WIV has not verified") && text.contains("nobody can verify"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn where_reading_is_enough_nobody_is_asked_for_more() {
    let server = Server::start_with_sign_in(&[("WIV_MCP_READ_ONLY", "true")]).await;
    for path in ["/mcp", "/sse"] {
        let post = server.http.post(server.url(path)).header("content-type", "application/json");
        let response = post.body(initialize("2025-11-25").to_string()).send().await.unwrap();
        let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert!(challenge.ends_with("scope=\"wiv:read\""), "{challenge}");
    }
    let document = server.url("/.well-known/oauth-protected-resource/mcp");
    let document = parse(server.http.get(document).send().await.unwrap()).await;
    assert_eq!(document["scopes_supported"], serde_json::json!(["wiv:read"]));
    // A client that names no scope, or both, is offered what there is.
    let client = Client::register(&server).await;
    let text = consent(&server, &client.id, REDIRECT).await;
    assert!(!text.contains("Change") && text.contains("read only"), "{text}");
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    assert_eq!(tokens["scope"], "wiv:read");
}
