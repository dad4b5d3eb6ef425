//! Settings for assistants, ready to paste, from a server's address and a key.
//!
//! Not for links. Each is a valid configuration of its client, whatever the key's characters:
//! JSON comes from a serializer, shell words are quoted.

use serde_json::{Value, json};

/// The name under which assistants list this server.
pub(super) const SERVER_NAME: &str = "wiv";

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
}

/// Settings by key for Cursor, VS Code, Claude Desktop and Claude Code: the ones that the README
/// and the demo show.
pub fn by_key(origin: &str, key: &str) -> Vec<Snippet> {
    vec![
        cursor(origin, Some(key)),
        vs_code(origin, Some(key)),
        claude_desktop(origin, key),
        claude_code(origin, Some(key)),
    ]
}

/// Cursor with a key gets `/sse`: at `/mcp` it may start a sign-in although it has a key.
pub(super) fn cursor(origin: &str, key: Option<&str>) -> Snippet {
    let text = json!({ "mcpServers": { SERVER_NAME: cursor_entry(origin, key) } });
    let place = "`.cursor/mcp.json` in a project, or `~/.cursor/mcp.json`";
    Snippet { client: "Cursor", place, language: "json", text: pretty(&text) }
}

/// Cursor's entry for one server.
pub(super) fn cursor_entry(origin: &str, key: Option<&str>) -> Value {
    match key {
        Some(_) => with_key(json!({ "url": format!("{origin}/sse") }), key),
        None => json!({ "url": mcp(origin) }),
    }
}

pub(super) fn vs_code(origin: &str, key: Option<&str>) -> Snippet {
    let text = json!({ "servers": { SERVER_NAME: http_entry(origin, key) } });
    let place = "`.vscode/mcp.json`";
    Snippet { client: "VS Code", place, language: "json", text: pretty(&text) }
}

/// VS Code asks for the key and keeps it, so the file can be shared.
pub(super) fn vs_code_prompting(origin: &str) -> Snippet {
    let text = json!({
        "servers": { SERVER_NAME: http_entry(origin, Some(VS_CODE_INPUT)) },
        "inputs": [vs_code_input()],
    });
    let place = "`.vscode/mcp.json`; VS Code asks for the key";
    Snippet { client: "VS Code", place, language: "json", text: pretty(&text) }
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
pub(super) fn http_entry(origin: &str, key: Option<&str>) -> Value {
    with_key(json!({ "type": "http", "url": mcp(origin) }), key)
}

/// Claude Desktop starts programs only; the program `mcp-remote` speaks for it. The key stands
/// in `env`, because some systems split arguments at spaces.
pub(super) fn claude_desktop(origin: &str, key: &str) -> Snippet {
    let text = json!({ "mcpServers": { SERVER_NAME: {
        "command": "npx",
        "args": ["-y", "mcp-remote@latest", mcp(origin), "--header", "X-API-Key:${WIV_API_KEY}"],
        "env": { "WIV_API_KEY": key },
    }}});
    let place = "`claude_desktop_config.json`, Settings → Developer → Edit Config";
    Snippet { client: "Claude Desktop", place, language: "json", text: pretty(&text) }
}

pub(super) fn claude_code(origin: &str, key: Option<&str>) -> Snippet {
    let url = mcp(origin);
    let header = key.map(header_word);
    let text = match header {
        Some(header) => {
            format!("claude mcp add --transport http {SERVER_NAME} {url} --header {header}")
        }
        None => format!("claude mcp add --transport http {SERVER_NAME} {url}"),
    };
    Snippet { client: "Claude Code", place: "a terminal", language: "sh", text }
}

pub(super) fn gemini_cli(origin: &str, key: Option<&str>) -> Snippet {
    let url = mcp(origin);
    let header = key.map(header_word).map(|word| format!("-H {word} ")).unwrap_or_default();
    let text = format!("gemini mcp add -s user -t http {header}{SERVER_NAME} {url}");
    Snippet { client: "Gemini CLI", place: "a terminal", language: "sh", text }
}

pub(super) fn windsurf(origin: &str, key: Option<&str>) -> Snippet {
    let entry = with_key(json!({ "serverUrl": mcp(origin) }), key);
    let text = json!({ "mcpServers": { SERVER_NAME: entry } });
    let place = "`~/.codeium/windsurf/mcp_config.json`";
    Snippet { client: "Windsurf", place, language: "json", text: pretty(&text) }
}

pub(super) fn codex_command(origin: &str) -> Snippet {
    let url = mcp(origin);
    let text = format!("codex mcp add {SERVER_NAME} --url {url}\ncodex mcp login {SERVER_NAME}");
    Snippet { client: "Codex", place: "a terminal", language: "sh", text }
}

/// A JSON string is a TOML basic string too (TOML 1.0, "String").
pub(super) fn codex(origin: &str, key: &str) -> Snippet {
    let (url, key) = (json!(mcp(origin)), json!(key));
    let text = format!(
        "[mcp_servers.{SERVER_NAME}]\nurl = {url}\nhttp_headers = {{ \"X-API-Key\" = {key} }}"
    );
    Snippet { client: "Codex", place: "`~/.codex/config.toml`", language: "toml", text }
}

pub(super) fn any_other(origin: &str, key: Option<&str>) -> Snippet {
    let text = json!({ "mcpServers": { SERVER_NAME: http_entry(origin, key) } });
    let place = "the client's MCP settings";
    Snippet { client: "Any other", place, language: "json", text: pretty(&text) }
}

/// Adds the key as a header to a client's entry.
fn with_key(mut entry: Value, key: Option<&str>) -> Value {
    if let Some(key) = key {
        entry["headers"] = json!({ "X-API-Key": key });
    }
    entry
}

pub(super) fn mcp(origin: &str) -> String {
    format!("{origin}/mcp")
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// The header as one word of a command line. Double quotes work in every shell as long as no
/// character means anything in one; other keys get the single quotes of POSIX shells.
fn header_word(key: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if key.bytes().all(is_plain) {
        return format!("\"X-API-Key: {key}\"");
    }
    format!("'X-API-Key: {}'", key.replace('\'', r"'\''"))
}
