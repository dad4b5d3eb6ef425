//! The client of the WIV API: one request in, one answer or one failure out.
//!
//! Knows nothing of tools or MCP. The caller's key goes to the configured base URL and nowhere
//! else; redirects are never followed.

mod client;
mod limits;
mod retry;

pub use client::{Answer, Client, ClientError, ClientSettings, Trace};
pub use limits::Busy;

/// Why there is no answer of the WIV API.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Too many calls are running, for this key or in total.
    #[error("too many calls at once")]
    Busy(#[from] Busy),
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
