//! Which values must fit together.
//!
//! Not for single values: their kinds check those. A rule rests while a value that it is about
//! could not be read, because it would judge the default in its place.

use std::time::Duration;

use crate::limits::Memory;
use crate::origin::HttpUrl;
use crate::{transport, wiv};

use super::RunAs;
use super::mistakes::Mistake;
use super::sources::Sources;
use super::table::{LISTEN, Settings};

/// What a stream's age must leave beyond one call's time: to notice, answer and say goodbye.
pub(super) const ROOM_FOR_A_CALL: Duration = Duration::from_secs(5);

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
    (&["WIV_MCP_MAX_STREAM_AGE", "WIV_MCP_UPSTREAM_TIMEOUT"], stream_age_too_short),
    (&["WIV_MCP_MEMORY", "WIV_MCP_REQUEST_LIMIT", "WIV_MCP_UPSTREAM_BODY_LIMIT"], memory_too_small),
];

/// What sign-in needs, all of it.
const SIGN_IN: [&str; 7] = [
    "PROPELAUTH_AUTH_URL",
    "PROPELAUTH_CLIENT_ID",
    "PROPELAUTH_CLIENT_SECRET",
    "PROPELAUTH_API_KEY",
    "WIV_MCP_KEY_POLICY",
    "WIV_MCP_SEALING_KEYS",
    "WIV_MCP_CLIENT_ID_KEY",
];

const PUBLIC_URL: &str = "WIV_MCP_PUBLIC_URL";

fn public_url_missing(settings: &Settings, run_as: RunAs) -> Option<Mistake> {
    let listen = settings.listen;
    let needed = run_as == RunAs::Server && !listen.ip().is_loopback();
    (needed && settings.public_url.is_none()).then_some(Mistake::PublicUrlMissing { listen })
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
