//! Protected resources: MCP endpoints, each with its views (RFC 9728).
//!
//! Not for what is served there, nor who may ask.

use std::fmt;

use crate::bounds::ViewPath;

/// Which transports an address serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum McpEndpoint {
    /// `/mcp`.
    Mcp,
    /// `/sse` and `/messages`.
    Sse,
}

/// A protected resource: an MCP address with a metadata document. Shown, it is its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtectedResource {
    /// The endpoint.
    pub endpoint: McpEndpoint,
    /// The view of it.
    pub view: ViewPath,
}

impl ProtectedResource {
    /// `/mcp`.
    pub const MCP: Self = Self { endpoint: McpEndpoint::Mcp, view: ViewPath::WHOLE };
    /// `/sse` and `/messages`.
    pub const SSE: Self = Self { endpoint: McpEndpoint::Sse, view: ViewPath::WHOLE };

    /// The resource at a path; `None` where there is none.
    pub fn at(path: &str) -> Option<Self> {
        let of = |endpoint, rest| Some(Self { endpoint, view: ViewPath::parse(rest)? });
        match (path.strip_prefix("/mcp"), path.strip_prefix("/sse")) {
            (Some(rest), _) => of(McpEndpoint::Mcp, rest),
            (_, Some(rest)) => of(McpEndpoint::Sse, rest),
            (None, None) => None,
        }
    }
}

impl fmt::Display for ProtectedResource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = match self.endpoint {
            McpEndpoint::Mcp => "/mcp",
            McpEndpoint::Sse => "/sse",
        };
        write!(formatter, "{endpoint}{}", self.view)
    }
}
