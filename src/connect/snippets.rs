//! Settings for assistants, ready to paste, from a server's address and a key.
//!
//! Not for links. JSON comes from a serializer, whatever the key's characters; commands are made
//! only of keys that no shell reads anything into.

use serde_json::{Value, json};

use super::listed::ListedServer;

/// A client's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The client's name.
    pub client: &'static str,
    /// Where to put it.
    pub place: &'static str,
    /// Language of a fenced block: `json`, `toml` or `sh`.
    pub language: &'static str,
    /// The text to paste.
    pub text: String,
    /// Whether a real key is in the text, which then shows only on demand.
    pub is_secret: bool,
}

impl Snippet {
    fn new(
        client: &'static str,
        place: &'static str,
        language: &'static str,
        text: String,
    ) -> Self {
        Self { client, place, language, text, is_secret: false }
    }

    fn json(client: &'static str, place: &'static str, value: &Value) -> Self {
        Self::new(client, place, "json", format!("{value:#}"))
    }
}

/// Settings by key for Cursor, VS Code, Claude Desktop and Claude Code: the ones that the README
/// and the demo show.
pub fn by_key(origin: &str, key: &str) -> Vec<Snippet> {
    let server = ListedServer::at(origin);
    vec![
        cursor(server, Some(key)),
        vs_code(server, Some(key)),
        claude_desktop(server, Some(key)),
        claude_code(server, Some(key)),
    ]
}

/// Settings by key that stand on one line each: what a terminal shows.
pub fn in_a_line(origin: &str, key: &str) -> [Snippet; 2] {
    let server = ListedServer::at(origin);
    let entry = json!({ "mcpServers": { server.name: cursor_entry(server, Some(key)) } });
    let cursor = Snippet { text: entry.to_string(), ..cursor(server, Some(key)) };
    [claude_code(server, Some(key)), cursor]
}

/// Cursor with a key gets `/sse`: at `/mcp` it may start a sign-in although it has a key.
pub(super) fn cursor(server: ListedServer<'_>, key: Option<&str>) -> Snippet {
    let text = mcp_servers(server, cursor_entry(server, key));
    // A key in a project's file would be committed with it.
    let place = match key {
        Some(_) => "~/.cursor/mcp.json (Windows: %USERPROFILE%\\.cursor\\mcp.json)",
        None => ".cursor/mcp.json in a project, or ~/.cursor/mcp.json",
    };
    Snippet::json("Cursor", place, &text)
}

/// Cursor's entry for one server.
pub(super) fn cursor_entry(server: ListedServer<'_>, key: Option<&str>) -> Value {
    match key {
        Some(_) => with_key(json!({ "url": server.sse() }), key),
        None => json!({ "url": server.mcp() }),
    }
}

pub(super) fn vs_code(server: ListedServer<'_>, key: Option<&str>) -> Snippet {
    let text = json!({ "servers": { server.name: http_entry(server, key) } });
    let place = match key {
        Some(_) => ".vscode/mcp.json. Don’t commit this file: it holds the key",
        None => ".vscode/mcp.json",
    };
    Snippet::json("VS Code", place, &text)
}

/// VS Code asks for the key and keeps it, so the file can be shared.
pub(super) fn vs_code_prompting(server: ListedServer<'_>) -> Snippet {
    let text = json!({
        "servers": { server.name: http_entry(server, Some(VS_CODE_INPUT)) },
        "inputs": [vs_code_input()],
    });
    let place = ".vscode/mcp.json; VS Code asks for the key";
    Snippet::json("VS Code", place, &text)
}

/// Stands in VS Code's settings where the answer to [`vs_code_input`] goes.
pub(super) const VS_CODE_INPUT: &str = "${input:wiv-api-key}";

/// VS Code's question for the key.
pub(super) fn vs_code_input() -> Value {
    json!({
        "type": "promptString",
        "id": "wiv-api-key",
        "description": "WIV API key",
        "password": true,
    })
}

/// The entry of VS Code, Claude Code and Gemini CLI.
pub(super) fn http_entry(server: ListedServer<'_>, key: Option<&str>) -> Value {
    with_key(json!({ "type": "http", "url": server.mcp() }), key)
}

/// Claude Desktop starts programs only; the program `mcp-remote` speaks for it, and signs in where it
/// has no key. The key stands in `env`, because some systems split arguments at spaces.
pub(super) fn claude_desktop(server: ListedServer<'_>, key: Option<&str>) -> Snippet {
    let mut entry = json!({ "command": "npx", "args": ["-y", "mcp-remote@latest", server.mcp()] });
    if let Some(key) = key {
        let header = ["--header".into(), "X-API-Key:${WIV_API_KEY}".into()];
        entry["args"].as_array_mut().expect("it was made one").extend(header);
        entry["env"] = json!({ "WIV_API_KEY": key });
    }
    let place = "Settings → Developer → Edit Config";
    Snippet::json("Claude Desktop", place, &mcp_servers(server, entry))
}

pub(super) fn claude_code(server: ListedServer<'_>, key: Option<&str>) -> Snippet {
    let client = "Claude Code";
    let (url, name) = (server.mcp(), server.name);
    let text = match key {
        Some(key) if !is_plain(key) => {
            let text = mcp_servers(server, http_entry(server, Some(key)));
            return Snippet::json(client, ".mcp.json", &text);
        }
        Some(key) => {
            format!("claude mcp add --transport http {name} {url} --header \"X-API-Key: {key}\"")
        }
        None => format!("claude mcp add --transport http {name} {url}"),
    };
    Snippet::new(client, "Terminal", "sh", text)
}

pub(super) fn gemini_cli(server: ListedServer<'_>, key: Option<&str>) -> Snippet {
    let client = "Gemini CLI";
    let (url, name) = (server.mcp(), server.name);
    let header = match key {
        Some(key) if !is_plain(key) => {
            let entry = with_key(json!({ "httpUrl": url }), Some(key));
            let text = mcp_servers(server, entry);
            let place = "~/.gemini/settings.json";
            return Snippet::json(client, place, &text);
        }
        Some(key) => format!("-H \"X-API-Key: {key}\" "),
        None => String::new(),
    };
    let text = format!("gemini mcp add -s user -t http {header}{name} {url}");
    Snippet::new(client, "Terminal", "sh", text)
}

pub(super) fn windsurf(server: ListedServer<'_>, key: Option<&str>) -> Snippet {
    let entry = with_key(json!({ "serverUrl": server.mcp() }), key);
    let text = mcp_servers(server, entry);
    let place = "~/.codeium/windsurf/mcp_config.json";
    Snippet::json("Windsurf", place, &text)
}

pub(super) fn codex_command(server: ListedServer<'_>) -> Snippet {
    let (url, name) = (server.mcp(), server.name);
    let text = format!("codex mcp add {name} --url {url}");
    Snippet::new("Codex", "Terminal", "sh", text)
}

/// A JSON string is a TOML basic string too (TOML 1.0, "String").
pub(super) fn codex(server: ListedServer<'_>, key: &str) -> Snippet {
    let (url, key, name) = (json!(server.mcp()), json!(key), server.name);
    let text =
        format!("[mcp_servers.{name}]\nurl = {url}\nhttp_headers = {{ \"X-API-Key\" = {key} }}");
    Snippet::new("Codex", "~/.codex/config.toml", "toml", text)
}

pub(super) fn any_other(server: ListedServer<'_>, key: Option<&str>) -> Snippet {
    let text = mcp_servers(server, http_entry(server, key));
    let place = "The assistant’s MCP settings";
    Snippet::json("Another assistant", place, &text)
}

/// An entry in the frame that most clients share.
fn mcp_servers(server: ListedServer<'_>, entry: Value) -> Value {
    json!({ "mcpServers": { server.name: entry } })
}

/// Adds the key as a header to a client's entry.
fn with_key(mut entry: Value, key: Option<&str>) -> Value {
    if let Some(key) = key {
        entry["headers"] = json!({ "X-API-Key": key });
    }
    entry
}

/// Whether a key means nothing but itself in every shell and to every client. Others get no
/// command: a shell of some system would read more into it.
pub(super) fn is_plain(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}
