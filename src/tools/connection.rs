//! `wiv_get_connection`: what is known about the connection in use, and the date.
//!
//! Asks PropelAuth about a bare key, where keys are made there. What nobody tells is null, with a
//! way to find out.

use serde_json::json;

use super::{Tools, key_owners::Ownership, step::CallStep};
use crate::{
    caller::Caller,
    catalog::Toolset,
    clock,
    mcp::{Context, ToolResult},
    text::{quoted, shown_name, shown_organization, shown_role},
};

const HOW_TO_FIND_OUT: &str = "An API key names neither its organization nor its role to this \
server. To see whose data it reads, look at names you know: wiv_list_spaces or \
wiv_list_workflows. In WIV, the avatar menu, API Keys, lists the keys of the organization you \
are in.";

/// Longest address there is (RFC 5321, 4.5.3.1.3, less its brackets).
const MAX_EMAIL_CHARS: usize = 254;

const NOT_TOLD_NOW: &str = "Whose key this is can't be told now; ask again in a minute.";

const WHAT_A_REFUSED_WRITE_LOOKS_LIKE: &str = "The role decides what a key may change. A write \
that it does not allow comes back as an error of kind `forbidden` with status 403, and nothing \
is changed.";

/// What is known of who calls, fit to be shown.
#[derive(Default)]
struct KnownOfCaller {
    organization: Option<String>,
    role: Option<String>,
    person: Option<String>,
    /// When the key ends, in Unix seconds.
    ends: Option<u64>,
    note: Option<&'static str>,
}

impl Tools {
    pub(super) async fn describe_connection(
        &self,
        step: CallStep<'_>,
        context: &Context,
    ) -> ToolResult {
        // What is told is the credential that calls run on.
        let used = self.credential_in_use(step).await;
        let caller = used.of(step.caller);
        let not_used = used.note(step.caller);
        let known = self.known_of(caller).await;
        let scopes = caller.grant.as_ref().map(|grant| grant.scopes.as_str());
        let view = self.views.bounds(step.caller);
        let toolsets: Vec<&str> = view.toolsets().map(Toolset::as_str).collect();
        // Days in questions are those of the data.
        let (ends, now) = (known.ends.map(clock::day), self.wiv.its_time());
        let notes: Vec<&str> = not_used
            .as_deref()
            .into_iter()
            .chain(known.note)
            .chain([WHAT_A_REFUSED_WRITE_LOOKS_LIKE])
            .collect();
        let structured = json!({
            "data": {
                "organization": known.organization,
                "role": known.role,
                "person": known.person,
                "credential": if caller.grant.is_some() { "sign_in" } else { "api_key" },
                "scopes": scopes,
                "key_expires_on": ends,
                "today": clock::day(now),
                "time": clock::timestamp(now),
                "transport": context.transport.as_str(),
                "protocol_revision": context.revision.date,
                "view": { "toolsets": toolsets, "read_only": view.is_read_only() },
                "server": concat!("wiv-mcp ", env!("CARGO_PKG_VERSION")),
            },
            "notes": notes,
            "as_of": clock::timestamp(now),
        });
        let said = |value: &Option<String>| value.as_deref().map_or("unknown".to_owned(), quoted);
        let mut text = match scopes {
            None => "Credential: an API key.".to_owned(),
            Some(scopes) => format!("Credential: a sign-in. Scopes: {scopes}."),
        };
        text +=
            &format!(" Organization: {}. Role: {}.", said(&known.organization), said(&known.role));
        if known.person.is_some() {
            text += &format!(" Person: {}.", said(&known.person));
        }
        text += &match (ends, caller.grant.is_some()) {
            (Some(day), true) => format!(" It ends on {day} (UTC) unless renewed."),
            (Some(day), false) => format!(" The key ends on {day} (UTC)."),
            (None, _) => " Key expiry: unknown.".to_owned(),
        };
        let parts = view.chosen().map_or_else(|| "all".to_owned(), |_| toolsets.join(", "));
        let effect = if view.is_read_only() { "reading only" } else { "reading and changing" };
        text += &format!("\nView: toolsets: {parts}; {effect}.");
        text += &format!(
            "\nIt is {} (UTC).\nTransport: {}, protocol revision {}.\n{}",
            clock::timestamp(now),
            context.transport.as_str(),
            context.revision.date,
            notes.join("\n")
        );
        ToolResult::new(text, structured.to_string())
    }

    async fn known_of(&self, caller: &Caller) -> KnownOfCaller {
        if let Some(grant) = &caller.grant {
            return KnownOfCaller {
                organization: Some(shown_organization(&grant.organization)),
                role: Some(shown_role(&grant.role)),
                ends: Some(grant.key_expires_at),
                ..KnownOfCaller::default()
            };
        }
        let ownership = match &self.key_owners {
            Some(owners) => owners.ask(caller, self.wiv.verdicts().knows(caller)).await,
            None => Ownership::NotAsked,
        };
        match ownership {
            Ownership::Known(owner) => KnownOfCaller {
                note: owner.organization.is_none().then_some(HOW_TO_FIND_OUT),
                organization: owner.organization.as_deref().map(shown_organization),
                role: owner.role.as_deref().map(shown_role),
                person: owner.email.as_deref().map(|email| shown_name(email, MAX_EMAIL_CHARS)),
                ends: owner.ends,
            },
            Ownership::Unavailable => {
                KnownOfCaller { note: Some(NOT_TOLD_NOW), ..KnownOfCaller::default() }
            }
            Ownership::Unknown | Ownership::NotAsked => {
                KnownOfCaller { note: Some(HOW_TO_FIND_OUT), ..KnownOfCaller::default() }
            }
        }
    }
}
