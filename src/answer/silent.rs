//! What it means that the WIV API gave no whole answer.
//!
//! Not for refusals: an answer of any status is one.

use super::{FailedOperation, FailureKind, ToolFailure};
use crate::wiv;

impl ToolFailure {
    /// No whole answer came.
    pub fn silent(operation: FailedOperation<'_>, failure: &wiv::Failure) -> Self {
        use wiv::Failure;
        let was_not_sent = matches!(failure, Failure::Unreachable(_) | Failure::Unsendable(_));
        Self { was_not_sent, ..Self::in_words(operation, failure) }
    }

    fn in_words(operation: FailedOperation<'_>, failure: &wiv::Failure) -> Self {
        use wiv::Failure;
        let unknown_outcome = "The request was sent and its answer was lost: the change may or \
             may not have been made. Read the object before trying again.";
        match failure {
            Failure::Busy(busy) => Self {
                retry_after_seconds: Some(busy.retry_after_seconds),
                ..Self::new(
                    FailureKind::RateLimited,
                    "Too many calls are running with this key. Nothing was done.",
                )
            },
            Failure::TooManyTries(busy) => Self {
                retry_after_seconds: Some(busy.retry_after_seconds),
                ..Self::new(
                    FailureKind::RateLimited,
                    "Too many API keys that this server doesn't know are being tried at once. \
                     Nothing was done.",
                )
            },
            Failure::OutOfDescriptors(_) => Self {
                retry_after_seconds: Some(1),
                ..Self::new(
                    FailureKind::RateLimited,
                    "This server has no room for another connection to the WIV API just now. \
                     Nothing was done.",
                )
            },
            Failure::NoRoom(_) if operation.writes => {
                Self::new(FailureKind::OutcomeUnknown, unknown_outcome)
            }
            // It was asked for, and can't be asked for again.
            Failure::NoRoom(_) if operation.continues => Self::new(
                FailureKind::UpstreamError,
                "This server has no room for another answer just now.",
            ),
            Failure::NoRoom(busy) => Self {
                retry_after_seconds: Some(busy.retry_after_seconds),
                ..Self::new(
                    FailureKind::RateLimited,
                    "This server has no room for another answer just now. Ask for less, or try \
                     again.",
                )
            },
            Failure::Unreachable(_) => Self::new(
                FailureKind::UpstreamError,
                "The WIV API can't be reached. Nothing was done; trying again later may help.",
            ),
            Failure::Broken(_) | Failure::Timeout if operation.writes => {
                Self::new(FailureKind::OutcomeUnknown, unknown_outcome)
            }
            // What can't be asked for again is told behind it.
            Failure::Broken(_) if operation.continues => {
                Self::new(FailureKind::UpstreamError, "The connection to the WIV API broke.")
            }
            Failure::Timeout if operation.continues => {
                Self::new(FailureKind::Timeout, "The WIV API did not answer in time.")
            }
            Failure::Broken(_) => Self::new(
                FailureKind::UpstreamError,
                "The connection to the WIV API broke. Trying again may help.",
            ),
            Failure::Timeout => Self::new(
                FailureKind::Timeout,
                "The WIV API did not answer in time. Ask for less (a smaller `limit`, a \
                 narrower filter), or try again later.",
            ),
            Failure::TooLarge { .. } if operation.writes => Self::new(
                FailureKind::OutcomeUnknown,
                "The change was sent; its answer is too large to read. Read the object to see \
                 what was done.",
            ),
            Failure::TooLarge { limit_bytes } => Self::new(
                FailureKind::TooLarge,
                format!(
                    "The WIV API's answer is larger than {limit_bytes} bytes. Ask for less: a \
                     smaller `limit`, a narrower filter or date range."
                ),
            ),
            Failure::Unsendable(_) => Self::new(
                FailureKind::UpstreamError,
                "The request could not be built. Nothing was done; the operator finds the \
                 cause in the log.",
            ),
        }
    }
}
