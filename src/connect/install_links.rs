//! Links that make a client install this server with one click.
//!
//! Not for texts to paste. Schemes are constants and configurations come from a serializer, so
//! no key can lead anywhere else. A link with a key in it says so: links stay in histories.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    listed::ListedServer,
    snippets::{VS_CODE_INPUT, cursor_entry, http_entry, vs_code_input},
};

/// A link that a client handles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallLink {
    /// What the button says.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
}

/// Cursor by its own scheme, and by its site where private schemes don't work. A link with a key
/// never leads to a site: the key would be in the address that a browser sends there.
pub(super) fn cursor(server: ListedServer<'_>, key: Option<&str>) -> Vec<InstallLink> {
    let config = encoded(&STANDARD.encode(cursor_entry(server, key).to_string()));
    let link = |label, address| InstallLink {
        label,
        href: format!("{address}?name={}&config={config}", server.name),
    };
    let by_scheme = link("Add to Cursor", "cursor://anysphere.cursor-deeplink/mcp/install");
    match key {
        Some(_) => vec![by_scheme],
        None => vec![by_scheme, link("Add via cursor.com", "https://cursor.com/install-mcp")],
    }
}

/// VS Code and its Insiders edition.
pub(super) fn vs_code(server: ListedServer<'_>, key: VsCodeKey<'_>) -> Vec<InstallLink> {
    let mut entry = match key {
        VsCodeKey::None => http_entry(server, None),
        VsCodeKey::Asked => http_entry(server, Some(VS_CODE_INPUT)),
        VsCodeKey::InLink(key) => http_entry(server, Some(key)),
    };
    entry["name"] = json!(server.name);
    if key == VsCodeKey::Asked {
        entry["inputs"] = Value::Array(vec![vs_code_input()]);
    }
    let entry = encoded(&entry.to_string());
    let link =
        |label, scheme: &str| InstallLink { label, href: format!("{scheme}:mcp/install?{entry}") };
    let [stable, insiders] = match key {
        VsCodeKey::Asked => {
            ["Add to VS Code (asks for the key)", "Add to VS Code Insiders (asks for the key)"]
        }
        VsCodeKey::None | VsCodeKey::InLink(_) => ["Add to VS Code", "Add to VS Code Insiders"],
    };
    vec![link(stable, "vscode"), link(insiders, "vscode-insiders")]
}

/// How VS Code gets the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VsCodeKey<'a> {
    /// Not at all: it signs in.
    None,
    /// It asks the person and keeps the answer.
    Asked,
    /// From the link.
    InLink(&'a str),
}

/// What `encodeURIComponent` leaves, less the marks that mean something in HTML or a shell.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}
