//! Settings for assistants, ready to paste, from a server's address and a key.
//!
//! The README and the demo show the same ones; each is a valid configuration of its client.

use serde_json::{Value, json};

/// A client's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The client's name.
    pub client: &'static str,
    /// Where to put it.
    pub place: &'static str,
    /// Language of a fenced block: `json` or `sh`.
    pub language: &'static str,
    /// The text to paste.
    pub text: String,
}

/// Settings by key for Cursor, VS Code, Claude Desktop and Claude Code.
///
/// Cursor gets `/sse`: at `/mcp` it may start a sign-in although it has a key. The others get
/// `/mcp`.
pub fn by_key(origin: &str, key: &str) -> Vec<Snippet> {
    let mcp = format!("{origin}/mcp");
    let sse = format!("{origin}/sse");
    let pretty = |value: Value| format!("{value:#}");
    vec![
        Snippet {
            client: "Cursor",
            place: "`.cursor/mcp.json` in a project, or `~/.cursor/mcp.json`",
            language: "json",
            text: pretty(json!({ "mcpServers": { "wiv": {
                "url": sse,
                "headers": { "X-API-Key": key },
            }}})),
        },
        Snippet {
            client: "VS Code",
            place: "`.vscode/mcp.json`",
            language: "json",
            text: pretty(json!({ "servers": { "wiv": {
                "type": "http",
                "url": mcp,
                "headers": { "X-API-Key": key },
            }}})),
        },
        Snippet {
            client: "Claude Desktop",
            place: "`claude_desktop_config.json`, Settings → Developer → Edit Config",
            language: "json",
            text: pretty(json!({ "mcpServers": { "wiv": {
                "command": "npx",
                "args": ["-y", "mcp-remote@latest", mcp, "--header", "X-API-Key:${WIV_API_KEY}"],
                "env": { "WIV_API_KEY": key },
            }}})),
        },
        Snippet {
            client: "Claude Code",
            place: "a terminal",
            language: "sh",
            text: format!(
                "claude mcp add --transport http wiv {mcp} --header \"X-API-Key: {key}\""
            ),
        },
    ]
}
