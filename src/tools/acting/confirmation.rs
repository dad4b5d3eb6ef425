//! Confirmations: what was shown before, sealed, for one use within two minutes.
//!
//! Not for what was shown. A confirmation is good for one deed of one caller.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use tokio::time::Duration;

use super::deed::{Deed, Difference};
use crate::{
    clock,
    marks::{MarkKind, Marks, SetOnce},
    seal::{Payload, Purpose, SealingKeys, Ticket, TicketError},
};

/// How long a confirmation is good: to read what it is for, and no longer.
pub(super) const LIFE: Duration = Duration::from_secs(120);

/// Seals and opens confirmations.
pub(in crate::tools) struct Confirmations(Ticket<Confirmation>);

#[derive(Serialize, Deserialize)]
struct Confirmation(Deed);

impl Payload for Confirmation {
    const PURPOSE: Purpose = Purpose::Confirmation;
}

/// A confirmation as it is given out.
#[derive(Debug)]
pub(super) struct GivenConfirmation {
    pub(super) token: String,
    /// When it ends, in Unix seconds.
    pub(super) end: u64,
}

/// Why a confirmation is none for a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unconfirmed {
    /// Sealed by nobody here, or changed.
    Malformed,
    Expired,
    Used,
    For(Difference),
    /// Nobody can tell whether it was used.
    Untold,
}

impl Unconfirmed {
    /// In a sentence, for whom it was refused.
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Malformed => "The `confirmation` is none that this server gave.",
            Self::Expired => "The `confirmation` is older than two minutes.",
            Self::Used => "The `confirmation` was used already; it is good for one call.",
            Self::For(Difference::Caller) => "The `confirmation` was given to another credential.",
            Self::For(Difference::Tool) => "The `confirmation` is for another tool.",
            Self::For(Difference::Arguments) => "The `confirmation` is for other arguments.",
            Self::For(Difference::Version) => {
                "What the `confirmation` is for has changed since it was shown."
            }
            Self::Untold => "Whether the `confirmation` was used can't be told now.",
        }
    }
}

impl Confirmations {
    pub(in crate::tools) fn new(keys: &SealingKeys, audience: &str) -> Self {
        Self(Ticket::new(keys, audience))
    }

    /// A confirmation for a deed that was shown.
    pub(super) fn give(&self, deed: &Deed) -> GivenConfirmation {
        let end = clock::unix_seconds() + LIFE.as_secs();
        let token = self.0.issue_until(&Confirmation(deed.clone()), end);
        GivenConfirmation { token, end }
    }

    /// Uses a confirmation up.
    ///
    /// # Errors
    /// When it is none for this deed now.
    pub(super) async fn take(
        &self,
        token: &str,
        deed: &Deed,
        marks: &Marks,
    ) -> Result<(), Unconfirmed> {
        let Confirmation(seen) = self.0.redeem(token).map_err(|error| match error {
            TicketError::Expired => Unconfirmed::Expired,
            TicketError::UnknownKey | TicketError::Refused => Unconfirmed::Malformed,
        })?;
        if let Some(difference) = seen.difference(deed) {
            return Err(Unconfirmed::For(difference));
        }
        match marks.set_once(MarkKind::UsedConfirmation, &mark(token), "").await {
            Ok(SetOnce::New) => Ok(()),
            Ok(SetOnce::Stood(_)) => Err(Unconfirmed::Used),
            Err(_) => Err(Unconfirmed::Untold),
        }
    }
}

/// What a use is noted by.
fn mark(token: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.as_ref())
}
