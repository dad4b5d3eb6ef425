//! Which of a request's two credentials a call runs on.
//!
//! What the caller is told of it, too. Not for choosing: `sending` does.

use crate::{answer::ToolFailure, caller::Caller};

/// Which credential of a request was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Used {
    /// The one that comes first.
    First,
    /// The bearer beside a key that is dead.
    FallbackOfDead,
    /// The bearer beside a key that was not tried, because of others.
    FallbackOfUntried,
}

impl Used {
    /// Who asked WIV with it.
    pub(super) fn of(self, caller: &Caller) -> &Caller {
        match self {
            Self::First => caller,
            Self::FallbackOfDead | Self::FallbackOfUntried => {
                caller.fallback.as_deref().unwrap_or(caller)
            }
        }
    }

    /// What a caller should know of a configured key that was not used.
    pub(super) fn note(self, caller: &Caller) -> Option<String> {
        match (self, caller.passed_over) {
            (Self::FallbackOfDead, _) => Some(
                "WIV refuses the API key that is configured in the client; the sign-in was used \
                 instead. Remove the key from the client's settings."
                    .to_owned(),
            ),
            (Self::First, Some(wrong)) => Some(format!(
                "What is configured in the client as an API key can be none ({wrong}); the sign-in \
                 was used instead. Remove the key from the client's settings.",
            )),
            (Self::First, None) | (Self::FallbackOfUntried, _) => None,
        }
    }

    /// The failure, with that note.
    pub(super) fn told(self, caller: &Caller, failure: ToolFailure) -> ToolFailure {
        match self.note(caller) {
            Some(note) => {
                let message = format!("{} {note}", failure.message).into();
                ToolFailure { message, ..failure }
            }
            None => failure,
        }
    }
}
