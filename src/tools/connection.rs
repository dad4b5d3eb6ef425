//! `wiv_get_connection`: what is known about the connection in use.
//!
//! Asks nobody: what only WIV knows is null here, with a way to find out.

use serde_json::json;

use crate::mcp::{Context, ToolResult};

const HOW_TO_FIND_OUT: &str = "An API key names neither its organization nor its role to this \
server. To see whose data it reads, look at names you know: wiv_list_spaces or \
wiv_list_workflows. In WIV, the avatar menu, API Keys, lists the keys of the organization you \
are in.";

const WHAT_A_REFUSED_WRITE_LOOKS_LIKE: &str = "The role decides what a key may change. A write \
that it does not allow comes back as an error of kind `forbidden` with status 403, and nothing \
is changed.";

pub(super) fn describe(context: &Context) -> ToolResult {
    let structured = json!({
        "data": {
            "organization": null,
            "role": null,
            "credential": "api_key",
            "scopes": null,
            "key_expires_at": null,
            "transport": context.transport.as_str(),
            "protocol_revision": context.revision.date,
            "server": concat!("wiv-mcp ", env!("CARGO_PKG_VERSION")),
        },
        "notes": [HOW_TO_FIND_OUT, WHAT_A_REFUSED_WRITE_LOOKS_LIKE],
    });
    let text = format!(
        "Credential: an API key. Organization: unknown. Role: unknown. Key expiry: unknown.\n\
         Transport: {}, protocol revision {}.\n{HOW_TO_FIND_OUT}\n\
         {WHAT_A_REFUSED_WRITE_LOOKS_LIKE}",
        context.transport.as_str(),
        context.revision.date,
    );
    ToolResult::new(text, structured.to_string())
}
