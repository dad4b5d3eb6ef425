//! `wiv_get_connection`: what is known about the connection in use.
//!
//! Asks nobody: what only WIV knows is null here, with a way to find out.

use serde_json::json;

use crate::{
    caller::Caller,
    clock,
    mcp::{Context, ToolResult},
    text::{quoted, shown_organization, shown_role},
};

const HOW_TO_FIND_OUT: &str = "An API key names neither its organization nor its role to this \
server. To see whose data it reads, look at names you know: wiv_list_spaces or \
wiv_list_workflows. In WIV, the avatar menu, API Keys, lists the keys of the organization you \
are in.";

const WHAT_A_REFUSED_WRITE_LOOKS_LIKE: &str = "The role decides what a key may change. A write \
that it does not allow comes back as an error of kind `forbidden` with status 403, and nothing \
is changed.";

pub(super) fn describe(caller: &Caller, context: &Context) -> ToolResult {
    let grant = caller.grant.as_ref();
    let ends = grant.map(|grant| clock::day(grant.key_expires_at));
    let structured = json!({
        "data": {
            "organization": grant.map(|grant| shown_organization(&grant.organization)),
            "role": grant.map(|grant| shown_role(&grant.role)),
            "credential": if grant.is_some() { "sign_in" } else { "api_key" },
            "scopes": grant.map(|grant| grant.scopes.as_str()),
            "key_expires_on": ends,
            "transport": context.transport.as_str(),
            "protocol_revision": context.revision.date,
            "server": concat!("wiv-mcp ", env!("CARGO_PKG_VERSION")),
        },
        "notes": if grant.is_some() {
            vec![WHAT_A_REFUSED_WRITE_LOOKS_LIKE]
        } else {
            vec![HOW_TO_FIND_OUT, WHAT_A_REFUSED_WRITE_LOOKS_LIKE]
        },
    });
    let who = match grant {
        None => format!(
            "Credential: an API key. Organization: unknown. Role: unknown. Key expiry: unknown.\n\
             {HOW_TO_FIND_OUT}"
        ),
        Some(grant) => format!(
            "Credential: a sign-in. Organization: {}. Role: {}. Scopes: {}. It ends on {} (UTC) \
             unless renewed.",
            quoted(&shown_organization(&grant.organization)),
            quoted(&shown_role(&grant.role)),
            grant.scopes.as_str(),
            ends.unwrap_or_default()
        ),
    };
    let text = format!(
        "{who}\nTransport: {}, protocol revision {}.\n{WHAT_A_REFUSED_WRITE_LOOKS_LIKE}",
        context.transport.as_str(),
        context.revision.date,
    );
    ToolResult::new(text, structured.to_string())
}
