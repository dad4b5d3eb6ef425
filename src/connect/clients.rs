//! Every client that the page has a card for, and how it connects.
//!
//! Knows no person and makes no key. A new client is a row here and its snippet.

use std::sync::LazyLock;

use super::{
    install_links::{self, InstallLink, VsCodeKey},
    snippets::{self, Snippet, VS_CODE_INPUT},
};

/// One client's card.
#[derive(Debug, Clone)]
pub struct ClientCard {
    /// Names the card on the page.
    pub id: &'static str,
    /// The client's name.
    pub name: &'static str,
    /// By signing in: nothing secret is in it.
    pub sign_in: Option<Guide>,
    /// By key.
    pub key: Option<Guide>,
}

/// What to do to connect a client.
#[derive(Debug, Clone, Default)]
pub struct Guide {
    /// One-click links, without a key.
    pub links: Vec<InstallLink>,
    /// What to do, in order; what is typed stands between backticks.
    pub steps: Vec<&'static str>,
    /// An address to paste.
    pub address: Option<String>,
    /// Settings to paste.
    pub snippets: Vec<Snippet>,
    /// One-click links that hold the key.
    pub key_links: Vec<InstallLink>,
}

/// Stands for the key where there is none yet.
pub const PLACEHOLDER_KEY: &str = "YOUR_WIV_API_KEY";

/// A file may list other servers already.
const ADD_TO_FILE: &str =
    "Paste this into the file. If it lists servers already, add only the `wiv` part.";

/// A client that takes a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KeyClient {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
}

/// The clients that take a key, in the order of their cards.
pub(super) static KEY_CLIENTS: LazyLock<Vec<KeyClient>> = LazyLock::new(|| {
    let keyed = table("", None).into_iter().filter(|card| card.key.is_some());
    keyed.map(|card| KeyClient { id: card.id, name: card.name }).collect()
});

impl KeyClient {
    /// The one whose card has this id.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        KEY_CLIENTS.iter().find(|client| client.id == id)
    }
}

/// Every client's card. Without a key, the settings hold a placeholder and no link holds a key.
pub fn cards(origin: &str, key: Option<&str>) -> Vec<ClientCard> {
    let mut cards = table(origin, key);
    let guides = cards.iter_mut().filter_map(|card| card.key.as_mut());
    for snippet in guides.flat_map(|guide| &mut guide.snippets) {
        snippet.is_secret = key.is_some() && !snippet.text.contains(VS_CODE_INPUT);
    }
    cards
}

fn table(origin: &str, key: Option<&str>) -> Vec<ClientCard> {
    let shown = key.unwrap_or(PLACEHOLDER_KEY);
    let address = Some(snippets::mcp(origin));
    let none = Guide::default;
    vec![
        ClientCard {
            id: "cursor",
            name: "Cursor",
            sign_in: Some(Guide {
                links: install_links::cursor(origin, None),
                steps: vec!["Add the server, then press Connect beside it in Cursor’s settings."],
                snippets: vec![snippets::cursor(origin, None)],
                ..none()
            }),
            key: Some(Guide {
                steps: vec![ADD_TO_FILE, "Turn on wiv in Cursor’s MCP settings."],
                snippets: vec![snippets::cursor(origin, Some(shown))],
                key_links: key
                    .map(|key| install_links::cursor(origin, Some(key)))
                    .unwrap_or_default(),
                ..none()
            }),
        },
        ClientCard {
            id: "vs-code",
            name: "VS Code",
            sign_in: Some(Guide {
                links: install_links::vs_code(origin, VsCodeKey::None),
                steps: vec!["Start the server wiv in VS Code; it opens the sign-in."],
                snippets: vec![snippets::vs_code(origin, None)],
                ..none()
            }),
            key: Some(Guide {
                links: install_links::vs_code(origin, VsCodeKey::Asked),
                steps: vec![
                    "These links hold no key: copy your key first, VS Code asks for it once and stores \
                     it securely.",
                ],
                snippets: vec![
                    snippets::vs_code_prompting(origin),
                    snippets::vs_code(origin, Some(shown)),
                ],
                key_links: key
                    .map(|key| install_links::vs_code(origin, VsCodeKey::InLink(key)))
                    .unwrap_or_default(),
                ..none()
            }),
        },
        ClientCard {
            id: "claude-ai",
            name: "Claude.ai",
            sign_in: Some(Guide {
                steps: vec![
                    "Settings → Connectors → Add custom connector.",
                    "Paste the address, add it, press Connect and sign in.",
                    "Switch it on in a chat, under the + button.",
                ],
                address: address.clone(),
                ..none()
            }),
            key: None,
        },
        ClientCard {
            id: "claude-desktop",
            name: "Claude Desktop",
            sign_in: Some(Guide {
                steps: vec![
                    "Settings → Connectors → Add custom connector.",
                    "Paste the address, add it, press Connect and sign in.",
                ],
                address: address.clone(),
                ..none()
            }),
            key: Some(Guide {
                steps: vec![ADD_TO_FILE, "Restart Claude Desktop. Node.js 18 or newer is needed."],
                snippets: vec![snippets::claude_desktop(origin, shown)],
                ..none()
            }),
        },
        ClientCard {
            id: "claude-code",
            name: "Claude Code",
            sign_in: Some(Guide {
                steps: vec!["Run the command, then type `/mcp` in Claude Code and sign in."],
                snippets: vec![snippets::claude_code(origin, None)],
                ..none()
            }),
            key: Some(Guide {
                snippets: vec![snippets::claude_code(origin, Some(shown))],
                ..none()
            }),
        },
        ClientCard {
            id: "chatgpt",
            name: "ChatGPT",
            sign_in: Some(Guide {
                steps: vec![
                    "Settings → Apps & Connectors → Advanced: switch on developer mode.",
                    "Create a connector with this address and OAuth, and sign in.",
                ],
                address: address.clone(),
                ..none()
            }),
            key: None,
        },
        ClientCard {
            id: "gemini-cli",
            name: "Gemini CLI",
            sign_in: Some(Guide {
                steps: vec!["Run the command, then type `/mcp auth wiv` in Gemini CLI."],
                snippets: vec![snippets::gemini_cli(origin, None)],
                ..none()
            }),
            key: Some(Guide {
                snippets: vec![snippets::gemini_cli(origin, Some(shown))],
                ..none()
            }),
        },
        ClientCard {
            id: "windsurf",
            name: "Windsurf",
            sign_in: Some(Guide {
                steps: vec!["Save the settings and refresh the MCP servers in Cascade."],
                snippets: vec![snippets::windsurf(origin, None)],
                ..none()
            }),
            key: Some(Guide {
                steps: vec![ADD_TO_FILE, "Refresh the MCP servers in Cascade."],
                snippets: vec![snippets::windsurf(origin, Some(shown))],
                ..none()
            }),
        },
        ClientCard {
            id: "codex",
            name: "Codex",
            sign_in: Some(Guide {
                steps: vec![
                    "Run the command; Codex opens the sign-in. If it doesn’t, run `codex mcp login wiv`.",
                ],
                snippets: vec![snippets::codex_command(origin)],
                ..none()
            }),
            key: Some(Guide {
                steps: vec!["Add this to the file."],
                snippets: vec![snippets::codex(origin, shown)],
                ..none()
            }),
        },
        ClientCard {
            id: "other",
            name: "Another assistant",
            sign_in: Some(Guide {
                steps: vec!["Give it this address; it finds the sign-in by itself."],
                address,
                ..none()
            }),
            key: Some(Guide {
                steps: vec![
                    "Send the key as the header `X-API-Key`. An assistant that supports only \
                     HTTP+SSE, or that starts a sign-in although it has a key, takes the address \
                     that ends in `/sse`.",
                ],
                snippets: vec![snippets::any_other(origin, Some(shown))],
                ..none()
            }),
        },
    ]
}
