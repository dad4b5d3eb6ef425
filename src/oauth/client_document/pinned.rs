//! Copies of the best-known clients' documents: id, name, redirect URIs.
//!
//! A changed document of theirs is a changed row here.

use super::super::{client::OAuthClient, redirects};

const PINNED: [(&str, &str, &[&str]); 5] = [
    (
        "https://claude.ai/oauth/mcp-oauth-client-metadata",
        "Claude",
        &["https://claude.ai/api/mcp/auth_callback", "https://claude.com/api/mcp/auth_callback"],
    ),
    (
        "https://claude.ai/oauth/claude-code-client-metadata",
        "Claude Code",
        &["http://localhost/callback", "http://127.0.0.1/callback"],
    ),
    (
        "https://chatgpt.com/oauth/client.json",
        "ChatGPT",
        &["https://chatgpt.com/connector_platform_oauth_redirect"],
    ),
    (
        "https://chatgpt.com/oauth/codex/client.json",
        "Codex",
        &["http://127.0.0.1/callback", "http://localhost/callback"],
    ),
    (
        "https://vscode.dev/oauth/client-metadata.json",
        "Visual Studio Code",
        &["http://127.0.0.1:33418/", "https://vscode.dev/redirect"],
    ),
];

pub(super) fn client(id: &str) -> Option<OAuthClient> {
    let (_, name, uris) = PINNED.iter().find(|(pinned, ..)| *pinned == id)?;
    let mut client =
        OAuthClient::new(Some(name), uris.iter().map(|uri| (*uri).to_owned()).collect());
    client.site = Some(redirects::destination(id));
    Some(client)
}
