//! The client of the WIV API: one request in, one answer or one failure out.
//!
//! Knows nothing of tools or MCP. The caller's key goes to the configured base URL and nowhere
//! else; redirects are never followed.

mod client;
mod head;
mod its_clock;
mod reading;
mod retry;
mod verdicts;

pub(crate) use client::{Answer, Client, ClientError, ClientLimits, ClientSettings, Trace};
pub(crate) use head::{BodyHead, Extent};
pub(crate) use reading::largest_answer_bytes;
pub(crate) use verdicts::{Verdict, Verdicts};

use crate::limits::Busy;

/// Why there is no answer of the WIV API.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Too many calls are running, for this key or in total. Nothing was sent.
    #[error("too many calls at once")]
    Busy(#[source] Busy),
    /// Too many keys that nobody knows are being tried. Nothing was sent.
    #[error("too many unknown keys at once")]
    TooManyTries(#[source] Busy),
    /// This process has too many files open. Nothing was sent.
    #[error("no descriptor is left for a connection")]
    OutOfDescriptors(#[source] reqwest::Error),
    /// There is no room for the answer in this server's memory.
    #[error("no room for the WIV API's answer")]
    NoRoom(#[source] Busy),
    /// No connection: nothing was sent.
    #[error("no connection to the WIV API")]
    Unreachable(#[source] reqwest::Error),
    /// The connection broke after the request may have been sent.
    #[error("the connection to the WIV API broke")]
    Broken(#[source] reqwest::Error),
    /// No complete answer within the time of a call.
    #[error("no answer from the WIV API in time")]
    Timeout,
    /// The answer is larger than we hold.
    #[error("the WIV API's answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// The limit it broke.
        limit_bytes: usize,
    },
    /// The request could not be built, which the catalogue should have made impossible.
    #[error("the request to the WIV API could not be built")]
    Unsendable(#[source] reqwest::Error),
}

#[cfg(test)]
mod tests;
