//! The session id of Streamable HTTP: what `initialize` settled, sealed for the client to carry.
//!
//! A hint, never authority: what is missing, unreadable or old counts as absent, and nobody's
//! access hangs on it.

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    mcp::{Initialized, Revision},
    seal::Sealer,
    transport::headers::SESSION_ID,
};

/// Seals and opens session ids.
pub(crate) struct SettledRevision(Sealer);

impl SettledRevision {
    pub(crate) fn new(sealer: Sealer) -> Self {
        Self(sealer)
    }

    /// The header of an answer to `initialize`; nothing for other answers.
    pub(super) fn seal(
        &self,
        initialized: Option<&Initialized>,
    ) -> Option<(Option<HeaderName>, HeaderValue)> {
        let initialized = initialized?;
        let payload = format!("{} {}", initialized.revision.date, initialized.client);
        let id = HeaderValue::try_from(self.0.seal(payload.as_bytes())).ok()?;
        Some((Some(SESSION_ID), id))
    }

    /// The revision that the client's `initialize` settled.
    pub(super) fn revision(&self, headers: &HeaderMap) -> Option<&'static Revision> {
        let id = headers.get(SESSION_ID)?.to_str().ok()?;
        let payload = String::from_utf8(self.0.open(id).ok()?).ok()?;
        Revision::find(payload.split(' ').next()?).filter(|revision| !revision.stateless)
    }
}
