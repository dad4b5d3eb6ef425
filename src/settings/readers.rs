//! Which command reads which setting, and how help groups them.
//!
//! Not for values. A setting that stands in no group fails a test.

/// Who reads settings: a command of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingReader {
    /// The server.
    Serve,
    /// Shows settings, so it reads all of them.
    Config,
    /// One tool call.
    Call,
    /// One client over a pipe.
    Stdio,
    /// The table of tools.
    Tools,
    /// Deletes every key that was made here.
    RevokeAll,
    /// Deletes the keys of people who may have none.
    Sweep,
    /// The server with stand-ins.
    Demo,
    /// The stand-ins.
    Sandbox,
}

impl SettingReader {
    /// Whether the setting of that variable changes anything for this command.
    pub fn reads(self, variable: &str) -> bool {
        let is_of = |variables: &[&[&str]]| variables.concat().contains(&variable);
        match self {
            Self::Config => true,
            Self::Serve => variable != "WIV_API_KEY",
            Self::Call => is_of(&[OFFER, CONFIRM, CALL, LOG]),
            Self::Stdio => {
                is_of(&[OFFER, CONFIRM, CALL, LOG]) || variable == "WIV_MCP_REQUEST_LIMIT"
            }
            Self::Tools => is_of(&[OFFER]),
            Self::RevokeAll => is_of(&[PROPELAUTH]),
            Self::Sweep => is_of(&[PROPELAUTH]) || variable == "WIV_MCP_KEY_POLICY",
            Self::Demo => is_of(&[OFFER, CONFIRM, LOG]),
            Self::Sandbox => is_of(&[LOG]),
        }
    }
}

/// What decides which tools there are.
const OFFER: &[&str] = &["WIV_MCP_CATALOG", "WIV_MCP_READ_ONLY", "WIV_MCP_TOOLSETS"];

/// What calls that act need first.
const CONFIRM: &[&str] = &["WIV_MCP_CONFIRM"];

const LOG: &[&str] = &["WIV_MCP_LOG", "WIV_MCP_LOG_FORMAT"];

/// What a tool call needs, whoever makes it.
const CALL: &[&str] = &[
    "WIV_MCP_PUBLIC_URL",
    "WIV_API_URL",
    "WIV_API_KEY",
    "WIV_MCP_SEALING_KEYS",
    "WIV_MCP_UPSTREAM_TIMEOUT",
    "WIV_MCP_UPSTREAM_BODY_LIMIT",
    "WIV_MCP_TEXT_LIMIT",
    "WIV_MCP_CALLS_PER_KEY",
    "WIV_MCP_CALLS",
    "WIV_MCP_MEMORY",
    "WIV_MCP_UPSTREAM_PROXY",
];

/// What a request to PropelAuth's Backend API needs.
const PROPELAUTH: &[&str] = &[
    "PROPELAUTH_AUTH_URL",
    "PROPELAUTH_CLIENT_ID",
    "PROPELAUTH_CLIENT_SECRET",
    "PROPELAUTH_API_URL",
    "PROPELAUTH_API_KEY",
    "WIV_MCP_UPSTREAM_PROXY",
];

/// The heading of help under which a setting stands.
pub(super) fn heading(variable: &str) -> &'static str {
    let group = GROUPS.iter().find(|(_, variables)| variables.contains(&variable));
    group.map_or("Settings", |(heading, _)| heading)
}

/// Headings with the variables below them.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "Address",
        &[
            "WIV_MCP_LISTEN",
            "WIV_MCP_PUBLIC_URL",
            "WIV_MCP_ALLOWED_ORIGINS",
            "WIV_MCP_TRUSTED_PROXY_HOPS",
        ],
    ),
    (
        "WIV API",
        &[
            "WIV_API_URL",
            "WIV_API_KEY",
            "WIV_MCP_UPSTREAM_TIMEOUT",
            "WIV_MCP_UPSTREAM_BODY_LIMIT",
            "WIV_MCP_UPSTREAM_PROXY",
        ],
    ),
    (
        "Tools",
        &[
            "WIV_MCP_CATALOG",
            "WIV_MCP_READ_ONLY",
            "WIV_MCP_TOOLSETS",
            "WIV_MCP_CONFIRM",
            "WIV_MCP_TEXT_LIMIT",
        ],
    ),
    (
        "Sign-in",
        &[
            "PROPELAUTH_AUTH_URL",
            "PROPELAUTH_CLIENT_ID",
            "PROPELAUTH_CLIENT_SECRET",
            "PROPELAUTH_API_URL",
            "PROPELAUTH_API_KEY",
            "WIV_MCP_KEY_POLICY",
            "WIV_MCP_KEY_LIFE",
            "WIV_MCP_SIGN_IN_LIFE",
            "WIV_MCP_SWEEP",
            "WIV_MCP_ACCESS_TOKEN_LIFE",
            "WIV_MCP_REDIRECTS",
            "WIV_MCP_CLIENT_ID_KEY",
            "WIV_MCP_WELL_KNOWN_PRM",
            "WIV_MCP_SEALING_KEYS",
        ],
    ),
    (
        "Streams",
        &[
            "WIV_MCP_MAX_STREAM_AGE",
            "WIV_MCP_KEEP_ALIVE",
            "WIV_MCP_STREAMS_PER_KEY",
            "WIV_MCP_STREAMS",
            "WIV_MCP_DRAIN",
        ],
    ),
    (
        "Limits",
        &[
            "WIV_MCP_REQUEST_LIMIT",
            "WIV_MCP_CALLS_PER_KEY",
            "WIV_MCP_CALLS",
            "WIV_MCP_MEMORY",
            "WIV_MCP_CONNECTIONS",
        ],
    ),
    ("Pages", &["WIV_MCP_SUPPORT_URL", "WIV_MCP_PRIVACY_URL", "WIV_MCP_OPENAI_CHALLENGE"]),
    ("Log", LOG),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::table;

    #[test]
    fn every_setting_stands_in_one_group_and_every_name_is_a_setting() {
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        for setting in table() {
            let places = grouped.iter().filter(|name| **name == setting.variable).count();
            assert_eq!(places, 1, "{}", setting.variable);
        }
        for name in [&grouped[..], OFFER, CALL, PROPELAUTH].concat() {
            assert!(table().iter().any(|setting| setting.variable == name), "{name}");
        }
    }
}
