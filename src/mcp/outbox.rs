//! What a client is told before the answer: progress and log messages.
//!
//! Renders and hands over; how a message travels is the transport's business. What can't be
//! delivered is dropped, because a notification is never the answer.

use std::{fmt, future, sync::Arc};

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Code, Error};

/// Takes rendered notifications towards the client of one request.
#[derive(Clone, Default)]
pub struct Outbox {
    deliver: Option<Arc<dyn Fn(Vec<u8>) + Send + Sync>>,
    unheard: Option<Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>>,
}

impl Outbox {
    /// An outbox whose notifications go to `deliver`, which must not block.
    pub fn new(deliver: impl Fn(Vec<u8>) + Send + Sync + 'static) -> Self {
        Self { deliver: Some(Arc::new(deliver)), unheard: None }
    }

    /// The same, of a client that is gone once `unheard` is over.
    #[must_use]
    pub fn until(
        self,
        unheard: impl Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        Self { unheard: Some(Arc::new(unheard)), ..self }
    }

    /// Waits until nobody hears the answer any more. For ever where nobody can tell, and for a
    /// request that ends with its client anyway.
    pub async fn unheard(&self) {
        match &self.unheard {
            Some(unheard) => unheard().await,
            None => future::pending().await,
        }
    }

    pub(super) fn send(&self, method: &str, params: &Value) {
        if self.deliver.is_some() {
            let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
            self.deliver(message.to_string().into_bytes());
        }
    }

    /// Hands over a message that is written already.
    pub(super) fn deliver(&self, message: Vec<u8>) {
        if let Some(deliver) = &self.deliver {
            deliver(message);
        }
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.deliver.is_some() { "Outbox(open)" } else { "Outbox(none)" })
    }
}

/// Severity of a log message (RFC 5424, 6.2.1), least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Details for whoever looks for a fault.
    Debug,
    /// What normally happens.
    Info,
    /// Normal, but worth a look.
    Notice,
    /// Something may be wrong.
    Warning,
    /// Something failed.
    Error,
    /// A part failed.
    Critical,
    /// Somebody must act now.
    Alert,
    /// Nothing works.
    Emergency,
}

impl LogLevel {
    const ALL: [Self; 8] = [
        Self::Debug,
        Self::Info,
        Self::Notice,
        Self::Warning,
        Self::Error,
        Self::Critical,
        Self::Alert,
        Self::Emergency,
    ];

    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }

    /// Reads a level that a client named.
    pub(super) fn read(value: &Value) -> Result<Self, Error> {
        let name = value.as_str();
        Self::ALL.into_iter().find(|level| Some(level.as_str()) == name).ok_or_else(|| {
            Error::new(Code::InvalidParams, "the log level is one of RFC 5424, such as `info`")
        })
    }
}
