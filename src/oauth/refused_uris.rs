//! The log line of a redirect URI that is not let in.
//!
//! Not for what the client reads. Strangers can cause it, so it is bounded.

use crate::telemetry::SeldomByKind;

/// Lines a minute: who sets a client up and meets the list finds their own among others'.
const LINES_PER_MINUTE: u32 = 10;

/// Longest text of a stranger's that the line repeats, in characters.
const MAX_CHARS: usize = 512;

static WRITTEN: SeldomByKind = SeldomByKind::new();

/// Tells the operator which URI of which client was refused.
pub(super) fn tell(uri: &str, client: &str) {
    let Some(held_back) = WRITTEN.pass("redirect_uri", LINES_PER_MINUTE) else { return };
    tracing::warn!(
        redirect_uri = shown(uri),
        client = shown(client),
        held_back = (held_back > 0).then_some(held_back),
        advice = "if the client is one of yours, add the URI to WIV_MCP_REDIRECTS",
        "a redirect URI was refused"
    );
}

fn shown(text: &str) -> String {
    text.chars().take(MAX_CHARS).flat_map(char::escape_debug).collect()
}
