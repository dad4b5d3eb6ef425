//! Every client that the page has a card for, and how it connects.
//!
//! Knows no person and makes no key. A new client is a row here and its snippet.

use std::{borrow::Cow, sync::LazyLock};

use super::{
    install_links::{self, InstallLink, VsCodeKey},
    listed::ListedServer,
    snippets::{self, Snippet, VS_CODE_INPUT},
};
use crate::origin::Origin;

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
    /// Why this way can't be gone here.
    pub obstacle: Option<&'static str>,
    /// The key, where it has to be copied before anything else is done.
    pub key_first: Option<String>,
    /// One-click links, without a key.
    pub links: Vec<InstallLink>,
    /// What to do, in order; what is typed stands between backticks.
    pub steps: Vec<Cow<'static, str>>,
    /// An address to paste.
    pub address: Option<String>,
    /// Settings to paste.
    pub snippets: Vec<Snippet>,
    /// One-click links that hold the key.
    pub key_links: Vec<InstallLink>,
}

/// Stands for the key where there is none yet.
pub const PLACEHOLDER_KEY: &str = "YOUR_WIV_API_KEY";

impl Guide {
    /// The other ways than the first link or the first settings.
    pub fn has_others(&self) -> bool {
        self.links.len() + self.snippets.len() > 1
    }

    /// The first settings, where no link comes before them.
    pub fn first_snippet(&self) -> Option<&Snippet> {
        self.snippets.first().filter(|_| self.links.is_empty())
    }

    /// The settings that are not [`Guide::first_snippet`].
    pub fn other_snippets(&self) -> &[Snippet] {
        match self.first_snippet() {
            Some(_) => &self.snippets[1..],
            None => &self.snippets,
        }
    }
}

/// A file may list other servers already.
fn add_to_file(server: ListedServer<'_>) -> Cow<'static, str> {
    let name = server.name;
    format!("Paste this into the file. If it lists servers already, add only the `{name}` part.")
        .into()
}

/// Steps that are the same under every name.
fn steps<const N: usize>(steps: [&'static str; N]) -> Vec<Cow<'static, str>> {
    steps.map(Cow::Borrowed).to_vec()
}

/// What assistants in their makers' clouds can't do.
const OUT_OF_REACH: &str = "This server runs on your own computer. The assistant connects from its \
                            maker’s cloud, which can’t reach it: that needs a server with an address \
                            on the internet.";

/// A client that takes a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KeyClient {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
}

/// The clients that take a key, in the order of their cards.
pub(super) static KEY_CLIENTS: LazyLock<Vec<KeyClient>> = LazyLock::new(|| {
    let keyed = table(ListedServer::at(""), None).into_iter().filter(|card| card.key.is_some());
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
    cards_of(ListedServer::at(origin), key)
}

/// The same under a name of one's own.
pub(super) fn cards_of(server: ListedServer<'_>, key: Option<&str>) -> Vec<ClientCard> {
    let mut cards = table(server, key);
    let guides = cards.iter_mut().filter_map(|card| card.key.as_mut());
    for snippet in guides.flat_map(|guide| &mut guide.snippets) {
        snippet.is_secret = key.is_some() && !snippet.text.contains(VS_CODE_INPUT);
    }
    cards
}

fn table(server: ListedServer<'_>, key: Option<&str>) -> Vec<ClientCard> {
    let shown = key.unwrap_or(PLACEHOLDER_KEY);
    let address = Some(server.mcp());
    let is_local = Origin::parse(server.origin).is_some_and(|origin| origin.is_loopback());
    let none = Guide::default;
    let from_cloud = |words: Vec<Cow<'static, str>>| match is_local {
        true => Guide { obstacle: Some(OUT_OF_REACH), ..Guide::default() },
        false => Guide { steps: words, address: address.clone(), ..Guide::default() },
    };
    vec![
        ClientCard {
            id: "cursor",
            name: "Cursor",
            sign_in: Some(Guide {
                links: install_links::cursor(server, None),
                steps: steps([
                    "Add the server, then press Connect beside it in Cursor’s settings.",
                ]),
                snippets: vec![snippets::cursor(server, None)],
                ..none()
            }),
            key: Some(Guide {
                steps: vec![
                    add_to_file(server),
                    format!("Turn on {} in Cursor’s MCP settings.", server.name).into(),
                ],
                snippets: vec![snippets::cursor(server, Some(shown))],
                key_links: key
                    .map(|key| install_links::cursor(server, Some(key)))
                    .unwrap_or_default(),
                ..none()
            }),
        },
        ClientCard {
            id: "vs-code",
            name: "VS Code",
            sign_in: Some(Guide {
                links: install_links::vs_code(server, VsCodeKey::None),
                steps: steps(["Start the server wiv in VS Code; it opens the sign-in."]),
                snippets: vec![snippets::vs_code(server, None)],
                ..none()
            }),
            key: Some(Guide {
                links: install_links::vs_code(server, VsCodeKey::Asked),
                key_first: key.map(str::to_owned),
                steps: steps([
                    "The link holds no key: VS Code asks for it once and stores it securely.",
                ]),
                snippets: vec![
                    snippets::vs_code_prompting(server),
                    snippets::vs_code(server, Some(shown)),
                ],
                key_links: key
                    .map(|key| install_links::vs_code(server, VsCodeKey::InLink(key)))
                    .unwrap_or_default(),
                ..none()
            }),
        },
        ClientCard {
            id: "claude-ai",
            name: "Claude.ai",
            sign_in: Some(from_cloud(steps([
                "Settings → Connectors → Add custom connector.",
                "Paste the address, add it, press Connect and sign in.",
                "Switch it on in a chat, under the + button.",
            ]))),
            key: None,
        },
        ClientCard {
            id: "claude-desktop",
            name: "Claude Desktop",
            sign_in: Some(match is_local {
                // Its connectors come from a cloud too; a program on this computer does not.
                true => Guide {
                    steps: vec![
                        add_to_file(server),
                        "Restart Claude Desktop; a browser opens for the sign-in. Node.js 18 or \
                         newer is needed. Connectors can’t be used: they come from Anthropic’s \
                         cloud, which can’t reach this computer."
                            .into(),
                    ],
                    snippets: vec![snippets::claude_desktop(server, None)],
                    ..none()
                },
                false => from_cloud(steps([
                    "Settings → Connectors → Add custom connector.",
                    "Paste the address, add it, press Connect and sign in.",
                ])),
            }),
            key: Some(Guide {
                steps: vec![
                    add_to_file(server),
                    "Restart Claude Desktop. Node.js 18 or newer is needed.".into(),
                ],
                snippets: vec![snippets::claude_desktop(server, Some(shown))],
                ..none()
            }),
        },
        ClientCard {
            id: "claude-code",
            name: "Claude Code",
            sign_in: Some(Guide {
                steps: steps(["Run the command, then type `/mcp` in Claude Code and sign in."]),
                snippets: vec![snippets::claude_code(server, None)],
                ..none()
            }),
            key: Some(Guide {
                snippets: vec![snippets::claude_code(server, Some(shown))],
                ..none()
            }),
        },
        ClientCard {
            id: "chatgpt",
            name: "ChatGPT",
            sign_in: Some(from_cloud(steps([
                "Settings → Apps & Connectors → Advanced: switch on developer mode.",
                "Create a connector with this address and OAuth, and sign in.",
            ]))),
            key: None,
        },
        ClientCard {
            id: "gemini-cli",
            name: "Gemini CLI",
            sign_in: Some(Guide {
                steps: steps(["Run the command, then type `/mcp auth wiv` in Gemini CLI."]),
                snippets: vec![snippets::gemini_cli(server, None)],
                ..none()
            }),
            key: Some(Guide {
                snippets: vec![snippets::gemini_cli(server, Some(shown))],
                ..none()
            }),
        },
        ClientCard {
            id: "windsurf",
            name: "Windsurf",
            sign_in: Some(Guide {
                steps: steps(["Save the settings and refresh the MCP servers in Cascade."]),
                snippets: vec![snippets::windsurf(server, None)],
                ..none()
            }),
            key: Some(Guide {
                steps: vec![add_to_file(server), "Refresh the MCP servers in Cascade.".into()],
                snippets: vec![snippets::windsurf(server, Some(shown))],
                ..none()
            }),
        },
        ClientCard {
            id: "codex",
            name: "Codex",
            sign_in: Some(Guide {
                steps: steps([
                    "Run the command; Codex opens the sign-in. If it doesn’t, run `codex mcp login wiv`.",
                ]),
                snippets: vec![snippets::codex_command(server)],
                ..none()
            }),
            key: Some(Guide {
                steps: steps(["Add this to the file."]),
                snippets: vec![snippets::codex(server, shown)],
                ..none()
            }),
        },
        ClientCard {
            id: "other",
            name: "Another assistant",
            sign_in: Some(Guide {
                steps: steps(["Give it this address; it finds the sign-in by itself."]),
                address: address.clone(),
                ..none()
            }),
            key: Some(Guide {
                steps: steps([
                    "Send the key as the header `X-API-Key`. An assistant that supports only \
                     HTTP+SSE, or that starts a sign-in although it has a key, takes the address \
                     that ends in `/sse`.",
                ]),
                snippets: vec![snippets::any_other(server, Some(shown))],
                ..none()
            }),
        },
    ]
}
