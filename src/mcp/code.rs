//! Error codes of JSON-RPC and of the protocol, by name.

/// Error codes of JSON-RPC 2.0, section 5.1, and of MCP (basic, "Error Codes").
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
    /// No such resource, in revisions up to 2025-11-25.
    ResourceNotFound,
    /// A header is missing or says something else than the body.
    HeaderMismatch,
    /// The request needs something that its client didn't declare.
    MissingCapability,
    /// A revision that this server doesn't know.
    UnsupportedVersion,
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
            Self::ResourceNotFound => -32002,
            Self::HeaderMismatch => -32020,
            Self::MissingCapability => -32021,
            Self::UnsupportedVersion => -32022,
        }
    }
}
