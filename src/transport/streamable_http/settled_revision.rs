//! The session id of Streamable HTTP: what `initialize` settled, sealed for the client to carry.
//!
//! A hint, never authority: what is missing, unreadable or old counts as absent, and nobody's
//! access hangs on it.

use http::{HeaderMap, HeaderName, HeaderValue};

use serde::{Deserialize, Serialize};

use crate::{
    mcp::{Initialized, Revision},
    seal::{Payload, Purpose, SealingKeys, Ticket},
    transport::headers::SESSION_ID,
};

/// Seals and opens session ids.
pub(crate) struct SettledRevision(Ticket<Hint>);

/// What `initialize` settled.
#[derive(Serialize, Deserialize)]
struct Hint {
    revision: String,
    client: String,
}

impl Payload for Hint {
    const PURPOSE: Purpose = Purpose::Hint;
}

impl SettledRevision {
    pub(crate) fn new(keys: &SealingKeys, audience: &str) -> Self {
        Self(Ticket::new(keys, audience))
    }

    /// The header of an answer to `initialize`; nothing for other answers.
    pub(super) fn seal(
        &self,
        initialized: Option<&Initialized>,
    ) -> Option<(Option<HeaderName>, HeaderValue)> {
        let Initialized { revision, client } = initialized?;
        let hint = Hint { revision: revision.date.to_owned(), client: client.clone() };
        let id = HeaderValue::try_from(self.0.issue_for_ever(&hint)).ok()?;
        Some((Some(SESSION_ID), id))
    }

    /// The revision that the client's `initialize` settled.
    pub(super) fn revision(&self, headers: &HeaderMap) -> Option<&'static Revision> {
        let id = headers.get(SESSION_ID)?.to_str().ok()?;
        let hint = self.0.redeem(id).ok()?;
        Revision::find(&hint.revision).filter(|revision| !revision.stateless)
    }
}
