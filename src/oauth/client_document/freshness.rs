//! How long a fetched document may be kept, by its `Cache-Control` (RFC 9111, 5.2.2).
//!
//! Pure. Its bounds are ours, so that no site decides how much we ask or how old we get.

use http::{HeaderMap, header};
use tokio::time::Duration;

/// How long a document counts at most, and when it says nothing.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long one counts at least that may be kept at all: a sign-in takes as long.
const SHORTEST: Duration = Duration::from_secs(60);

/// How long it may be kept; `None`: not at all.
pub(super) fn of(headers: &HeaderMap) -> Option<Duration> {
    let directives = headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase());
    let mut life = LONGEST;
    for directive in directives {
        // With arguments, `no-cache` is about single headers only.
        if directive == "no-store" || directive == "no-cache" {
            return None;
        }
        let age = directive.strip_prefix("max-age=").map(|age| age.trim_matches('"'));
        if let Some(seconds) = age.and_then(|age| age.parse().ok()) {
            life = Duration::from_secs(seconds).clamp(SHORTEST, LONGEST);
        }
    }
    Some(life)
}
