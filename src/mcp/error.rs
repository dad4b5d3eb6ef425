//! JSON-RPC errors of the protocol.
//!
//! Not for failures of tools: those are results with `isError`.

use std::borrow::Cow;

/// Error codes of JSON-RPC 2.0, section 5.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Not JSON at all.
    ParseError,
    /// JSON, but no message of the protocol.
    InvalidRequest,
    /// Nothing by that name is served.
    MethodNotFound,
    /// The method exists, its parameters don't fit.
    InvalidParams,
    /// Our own fault.
    InternalError,
}

impl Code {
    /// The number on the wire.
    pub const fn number(self) -> i32 {
        match self {
            Self::ParseError => -32700,
            Self::InvalidRequest => -32600,
            Self::MethodNotFound => -32601,
            Self::InvalidParams => -32602,
            Self::InternalError => -32603,
        }
    }
}

/// An answer that is a JSON-RPC error: a code and a sentence for whoever reads it.
///
/// The texts never hold `404`, `405`, `Not Found` or `Method Not Allowed`: mcp-remote takes
/// those words, anywhere in an error, for the status of a server without this transport.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of error.
    pub code: Code,
    /// What happened and what to do.
    pub message: Cow<'static, str>,
}

impl Error {
    /// An error with its sentence.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }
}
