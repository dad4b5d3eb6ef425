//! The addresses of a server that people and clients are given, made of its origin.
//!
//! Not for what is served there: the routes are `web`'s.

use super::web_origin::Origin;

/// Where a server is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrls {
    origin: Origin,
    connect: String,
}

impl PublicUrls {
    /// The addresses of the server at this origin.
    pub fn new(origin: Origin) -> Self {
        Self { connect: format!("{origin}/connect"), origin }
    }

    /// Scheme, host and port.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The page where a person gets a key, and settings for their client.
    pub fn connect(&self) -> &str {
        &self.connect
    }

    /// Streamable HTTP.
    pub fn mcp(&self) -> String {
        format!("{}/mcp", self.origin)
    }

    /// HTTP+SSE.
    pub fn sse(&self) -> String {
        format!("{}/sse", self.origin)
    }

    /// The logo, at any size (SVG).
    pub fn logo_svg(&self) -> String {
        format!("{}/logo.svg", self.origin)
    }

    /// The logo, 512 by 512 pixels (PNG).
    pub fn logo_png(&self) -> String {
        format!("{}/logo.png", self.origin)
    }
}
