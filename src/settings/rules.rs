//! Which values must fit together.
//!
//! Not for single values: their kinds check those. A rule rests while a value that it is about
//! could not be read, because it would judge the default in its place.

use std::time::Duration;

use crate::limits::Memory;
use crate::origin::HttpUrl;
use crate::{transport, wiv};

use super::mistakes::{Mistake, ROOM_FOR_A_CALL};
use super::setting::{DEFAULT_LISTEN, LISTEN};
use super::sources::Sources;
use super::table::Settings;

/// What the process will do with its settings; a server needs more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunAs {
    /// Listen for clients.
    Server,
    /// Do one thing and end, or speak over stdin and stdout.
    Command,
}

/// Adds to the mistakes every rule that is broken.
pub(super) fn check(settings: &Settings, run_as: RunAs, sources: &mut Sources) {
    for (about, broken) in RULES {
        if about.iter().all(|variable| sources.is_sound(variable)) {
            sources.mistakes.extend(broken(settings, run_as));
        }
    }
}

/// Gives the mistake if the rule is broken.
type Rule = fn(&Settings, RunAs) -> Option<Mistake>;

/// Each rule with the variables that it is about.
const RULES: &[(&[&str], Rule)] = &[
    (&[LISTEN, PUBLIC_URL], public_url_missing),
    (&[PUBLIC_URL], public_url_not_https),
    (&["WIV_API_URL"], api_url_not_https),
    (&["PROPELAUTH_AUTH_URL", "PROPELAUTH_API_URL"], propelauth_not_https),
    (&SIGN_IN, sign_in_incomplete),
    (&["WIV_MCP_CONFIRM", "PROPELAUTH_AUTH_URL"], confirm_needs_sign_in),
    (&["WIV_MCP_MAX_STREAM_AGE", "WIV_MCP_UPSTREAM_TIMEOUT"], stream_age_too_short),
    (&["WIV_MCP_MEMORY", "WIV_MCP_REQUEST_LIMIT", "WIV_MCP_UPSTREAM_BODY_LIMIT"], memory_too_small),
    (&[SEALING_KEYS, CLIENT_ID_KEY], client_id_key_seals),
    (&["PROPELAUTH_CLIENT_SECRET", "PROPELAUTH_API_KEY"], one_secret_twice),
    (&["WIV_MCP_KEY_LIFE", "WIV_MCP_ACCESS_TOKEN_LIFE"], key_life_absurd),
    (&["WIV_MCP_ACCESS_TOKEN_LIFE"], token_life_absurd),
    (&["WIV_MCP_DRAIN"], drain_absurd),
    (&["WIV_MCP_UPSTREAM_TIMEOUT"], call_absurd),
    (&["WIV_MCP_TRUSTED_PROXY_HOPS"], hops_absurd),
];

const SEALING_KEYS: &str = "WIV_MCP_SEALING_KEYS";
const CLIENT_ID_KEY: &str = "WIV_MCP_CLIENT_ID_KEY";

/// What sign-in needs, all of it.
const SIGN_IN: [&str; 7] = [
    "PROPELAUTH_AUTH_URL",
    "PROPELAUTH_CLIENT_ID",
    "PROPELAUTH_CLIENT_SECRET",
    "PROPELAUTH_API_KEY",
    "WIV_MCP_KEY_POLICY",
    SEALING_KEYS,
    CLIENT_ID_KEY,
];

const PUBLIC_URL: &str = "WIV_MCP_PUBLIC_URL";

fn public_url_missing(settings: &Settings, run_as: RunAs) -> Option<Mistake> {
    let listen = settings.listen;
    let needed = run_as == RunAs::Server && !listen.ip().is_loopback();
    let is_given = listen.to_string() != DEFAULT_LISTEN;
    let missing = Mistake::PublicUrlMissing { listen, is_given };
    (needed && settings.public_url.is_none()).then_some(missing)
}

fn public_url_not_https(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let origin = settings.public_url.as_ref()?;
    let clear = !origin.is_https() && !origin.is_loopback();
    clear.then(|| Mistake::PublicUrlNotHttps { origin: origin.clone() })
}

/// Half a sign-in is a mistake: any of PropelAuth's own settings calls for all of them.
fn sign_in_incomplete(settings: &Settings, run_as: RunAs) -> Option<Mistake> {
    let given = [
        settings.propelauth_auth_url.is_some(),
        settings.propelauth_client_id.is_some(),
        settings.propelauth_client_secret.is_some(),
        settings.propelauth_api_key.is_some(),
        settings.key_policy.is_some(),
        settings.sealing_keys.is_some(),
        settings.client_id_key.is_some(),
    ];
    // The policy and the sealing keys alone say nothing about sign-in.
    let wanted = given[..4].contains(&true) || settings.client_id_key.is_some();
    let missing: Vec<&'static str> =
        SIGN_IN.into_iter().zip(given).filter(|(_, given)| !given).map(|(name, _)| name).collect();
    let incomplete = run_as == RunAs::Server && wanted && !missing.is_empty();
    incomplete.then_some(Mistake::SignInIncomplete { missing })
}

/// A page without sign-in could be anybody's approval.
fn confirm_needs_sign_in(settings: &Settings, run_as: RunAs) -> Option<Mistake> {
    let has_none = settings.propelauth_auth_url.is_none();
    let needed = run_as == RunAs::Server && settings.confirm.needs_a_person();
    (needed && has_none).then_some(Mistake::ConfirmNeedsSignIn { missing: SIGN_IN[0] })
}

/// Credentials go there too.
fn propelauth_not_https(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let urls = [settings.propelauth_auth_url.as_ref(), Some(&settings.propelauth_api_url)];
    let clear = |url: &&HttpUrl| !url.origin().is_https() && !url.origin().is_loopback();
    let url = urls.into_iter().flatten().find(clear)?;
    Some(Mistake::PropelAuthNotHttps { url: url.clone() })
}

/// Keys go there: never in clear over a network.
fn api_url_not_https(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let url = &settings.wiv_api_url;
    let clear = !url.origin().is_https() && !url.origin().is_loopback();
    clear.then(|| Mistake::ApiUrlNotHttps { url: url.clone() })
}

fn stream_age_too_short(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let (age, timeout) = (settings.max_stream_age?, settings.upstream_timeout);
    (age < timeout + ROOM_FOR_A_CALL).then_some(Mistake::StreamAgeTooShort { age, timeout })
}

/// One largest message and one largest answer must fit, or they could never be served.
fn memory_too_small(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let request = transport::largest_request_bytes(settings.request_limit.bytes());
    let answer = wiv::largest_answer_bytes(settings.upstream_body_limit.bytes());
    let least = Memory::<()>::least(request, answer);
    let memory = settings.memory.bytes();
    (memory < least).then_some(Mistake::MemoryTooSmall { memory, least })
}

/// Client ids are kept for ever, so their key is; sealing keys end when they leaked.
fn client_id_key_seals(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let (keys, id_key) = (settings.sealing_keys.as_ref()?, settings.client_id_key.as_ref()?);
    let mistake = Mistake::OneKeyTwice { one: SEALING_KEYS, other: CLIENT_ID_KEY };
    keys.share_a_key(id_key).then_some(mistake)
}

/// Two things that PropelAuth gives out apart are never the same: one was pasted twice.
fn one_secret_twice(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let secret = settings.propelauth_client_secret.as_ref()?;
    let (one, other) = ("PROPELAUTH_CLIENT_SECRET", "PROPELAUTH_API_KEY");
    let is_same = secret.is(settings.propelauth_api_key.as_ref()?);
    is_same.then_some(Mistake::OneKeyTwice { one, other })
}

/// The longest life of a key is the longest time of all settings.
fn key_life_absurd(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let because = "a key that ends before its token ends under an assistant that is at work";
    (settings.key_life < settings.access_token_life.max(HOUR)).then_some(Mistake::OutOfBounds {
        variable: "WIV_MCP_KEY_LIFE",
        bound: "at least 1h and WIV_MCP_ACCESS_TOKEN_LIFE",
        because,
    })
}

fn token_life_absurd(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let because = "a stolen access token works until its end; assistants renew theirs unasked";
    (settings.access_token_life > 24 * HOUR).then_some(Mistake::OutOfBounds {
        variable: "WIV_MCP_ACCESS_TOKEN_LIFE",
        bound: "at most 24h",
        because,
    })
}

fn drain_absurd(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let because = "no platform waits longer for a process to end";
    (settings.drain > HOUR).then_some(Mistake::OutOfBounds {
        variable: "WIV_MCP_DRAIN",
        bound: "at most 1h",
        because,
    })
}

fn call_absurd(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let because = "no assistant waits longer, and a call holds its place among the calls";
    (settings.upstream_timeout > HOUR).then_some(Mistake::OutOfBounds {
        variable: "WIV_MCP_UPSTREAM_TIMEOUT",
        bound: "at most 1h",
        because,
    })
}

fn hops_absurd(settings: &Settings, _: RunAs) -> Option<Mistake> {
    let because = "each hop that isn't there is one address that a stranger may choose";
    (settings.trusted_proxy_hops > MAX_HOPS).then_some(Mistake::OutOfBounds {
        variable: "WIV_MCP_TRUSTED_PROXY_HOPS",
        bound: "at most 8",
        because,
    })
}

const HOUR: Duration = Duration::from_hours(1);

/// A content network, a firewall and a balancer are three.
const MAX_HOPS: u8 = 8;
