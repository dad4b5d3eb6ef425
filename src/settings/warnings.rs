//! Settings that are allowed and weak, in words for the log of a start.
//!
//! Not for what is refused: that is a rule. Pure: says what it finds, writes nothing.

use std::time::Duration;

use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::oauth::Redirects;
use crate::signin::KeyPolicy;

use super::table::Settings;

/// A setting that weakens the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The variable.
    pub setting: &'static str,
    /// What it means, and what would be better.
    pub message: &'static str,
}

impl Settings {
    /// What a server with these settings should tell its operator, in the table's order.
    pub fn warnings(&self) -> Vec<Warning> {
        let found = CHECKS.iter().filter(|(_, is_weak, _)| is_weak(self));
        let mut warnings: Vec<_> =
            found.map(|(setting, _, message)| Warning { setting, message }).collect();
        let exposed = self.exposed_files.iter();
        warnings.extend(exposed.map(|setting| Warning { setting, message: EXPOSED }));
        warnings
    }

    /// Whether clients of other machines may come.
    fn is_public(&self) -> bool {
        !self.listen.ip().is_loopback()
    }

    fn signs_in(&self) -> bool {
        self.propelauth_auth_url.is_some()
    }
}

/// A setting, when it is weak, and what to say then.
type Check = (&'static str, fn(&Settings) -> bool, &'static str);

/// Every check, in the table's order.
const CHECKS: &[Check] = &[
    (
        "WIV_MCP_SEALING_KEYS",
        |settings| settings.is_public() && settings.sealing_keys.is_none(),
        "made at start: cursors and sessions end with this process, and only one instance may run; \
         set a key that `wiv-mcp config --new-sealing-key` prints",
    ),
    (
        "WIV_MCP_SEALING_KEYS",
        |settings| {
            let keys = [&settings.sealing_keys, &settings.client_id_key].into_iter().flatten();
            settings.is_public() && keys.flat_map(|keys| keys.ids()).any(|id| id == DEMO_ID)
        },
        "a key has the id of the sandbox's, which everybody knows: make keys of your own",
    ),
    (
        "WIV_MCP_KEY_POLICY",
        |settings| settings.key_policy == Some(KeyPolicy::Member),
        "`member`: every member gets a key; sound only if the WIV API applies the member's role to \
         the key",
    ),
    (
        "WIV_MCP_KEY_LIFE",
        |settings| settings.signs_in() && settings.key_life > LONG_KEY_LIFE,
        "keys that people paste somewhere live for about a year; 2160h is the default",
    ),
    (
        "WIV_MCP_ACCESS_TOKEN_LIFE",
        |settings| settings.signs_in() && settings.access_token_life > LONG_TOKEN_LIFE,
        "a stolen access token works for hours; 1h is the default, and assistants renew theirs \
         unasked",
    ),
    (
        "WIV_MCP_REDIRECTS",
        |settings| matches!(settings.redirects, Redirects::Any),
        "`any`: every https address may receive sign-ins, also an attacker's; list the addresses \
         that you need",
    ),
    (
        "WIV_MCP_ALLOWED_ORIGINS",
        |settings| settings.allowed_origins.iter().any(|origin| !origin.is_https()),
        "an http origin: whoever is on the way can change its pages, and they may call this server",
    ),
    (
        "WIV_MCP_TRUSTED_PROXY_HOPS",
        |settings| settings.is_public() && settings.trusted_proxy_hops == 0,
        "0 on a public address: no limit is by address, so one client can use up everybody's; set \
         how many proxies stand in front",
    ),
    (
        "WIV_MCP_TRUSTED_PROXY_HOPS",
        |settings| settings.trusted_proxy_hops > USUAL_HOPS,
        "more than 2: with more hops than there are proxies, clients choose their own address",
    ),
    (
        "WIV_MCP_LOG",
        |settings| shows_traffic(settings.log.as_str()),
        "lines of the libraries at debug or trace: many, and they may repeat what is sent",
    ),
];

/// Whether lines may be written that repeat what goes over the wire: any at `trace`, or those of the
/// HTTP libraries at `debug`. A filter by spans counts by its most open part.
fn shows_traffic(filter: &str) -> bool {
    let Ok(targets) = filter.parse::<Targets>() else {
        let filter = EnvFilter::try_new(filter).ok();
        return filter.and_then(|filter| filter.max_level_hint()) >= Some(LevelFilter::DEBUG);
    };
    let traces = targets.iter().any(|(_, level)| level == LevelFilter::TRACE)
        || targets.default_level() == Some(LevelFilter::TRACE);
    let of_libraries = ["hyper", "hyper_util", "h2", "reqwest", "rustls"];
    traces || of_libraries.iter().any(|library| targets.would_enable(library, &Level::DEBUG))
}

const EXPOSED: &str = "its file can be read or changed by others than its owner: chmod 600, or mode \
                       0400 where the platform mounts it";

/// What the stand-ins call their keys.
const DEMO_ID: &str = "demo";

/// Four times the default: longer is a decision that somebody should see.
const LONG_KEY_LIFE: Duration = Duration::from_hours(4 * 2160);

/// The same.
const LONG_TOKEN_LIFE: Duration = Duration::from_hours(4);

/// A content network and a balancer.
const USUAL_HOPS: u8 = 2;
