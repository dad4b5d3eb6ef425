//! What a sign-in allows: scopes, tools, organization, times.
//!
//! Not for judging it: that is `admission`'s.

use crate::bounds::ToolBounds;

/// What a person granted to a client by signing in.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What the client may do.
    pub scopes: Scopes,
    /// Which tools it may use: those of the view that it asked for.
    pub bounds: ToolBounds,
    /// Name of the organization whose data the key opens.
    pub organization: String,
    /// The person's role in it when the grant was made or renewed.
    pub role: String,
    /// When the access token was made, in Unix seconds.
    pub issued_at: u64,
    /// When the key ends, in Unix seconds.
    pub key_expires_at: u64,
}

/// OAuth scopes of this server. Reading is in every grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes {
    /// `wiv:write`.
    pub write: bool,
}

impl Scopes {
    /// The scope that every grant has.
    pub const READ: &'static str = "wiv:read";
    /// The scope for tools that change something.
    pub const WRITE: &'static str = "wiv:write";
    /// Everything there is, as a scope parameter.
    pub const ALL: &'static str = "wiv:read wiv:write";

    /// As a scope parameter (RFC 6749, 3.3).
    pub const fn as_str(self) -> &'static str {
        if self.write { Self::ALL } else { Self::READ }
    }

    /// Reads a scope parameter; what is not ours is left out.
    pub fn parse(text: &str) -> Self {
        Self { write: text.split(' ').any(|scope| scope == Self::WRITE) }
    }
}
