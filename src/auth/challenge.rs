//! What a client without a good credential is told: 401 and 403 with their headers.
//!
//! Header values hold constants and the public origin only; nothing of a request gets in.

use http::HeaderValue;

use super::BearerError;
use crate::{
    caller::{ApiKeyError, Scopes},
    origin::PublicUrls,
};

/// A protected resource: an MCP endpoint with a metadata document (RFC 9728).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtectedResource {
    /// `/mcp`.
    Mcp,
    /// `/sse` and `/messages`.
    Sse,
}

/// Which protected-resource documents stand at well-known paths (RFC 9728, 3.1). Cursor is
/// reported to ask for them before it sends its key, and then to ignore the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WellKnown {
    /// That of `/mcp` only.
    Mcp,
    /// All of them, and one for the origin.
    All,
    /// None: documents are named by challenges only.
    None,
}

/// A request without a usable credential: what to tell the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Why, in a short code for the log.
    pub reason: &'static str,
    /// Why, and what to do.
    pub message: String,
    /// `WWW-Authenticate` (RFC 9110, 11.6.1).
    pub www_authenticate: HeaderValue,
}

/// Makes challenges.
#[derive(Debug, Clone)]
pub struct Challenges {
    urls: PublicUrls,
    /// `None`: sign-in is off.
    documents: Option<WellKnown>,
    /// What clients are told to ask for.
    scopes: &'static str,
}

impl Challenges {
    /// `urls` are the public ones; `documents` says where resource documents are, when sign-in
    /// is on.
    pub fn new(urls: PublicUrls, documents: Option<WellKnown>) -> Self {
        Self { urls, documents, scopes: Scopes::ALL }
    }

    /// For a server that only reads: nobody is told to ask for more (MCP 2026-07-28,
    /// authorization, scope minimization).
    #[must_use]
    pub fn reading_only(self, reads_only: bool) -> Self {
        Self { scopes: if reads_only { Scopes::READ } else { self.scopes }, ..self }
    }

    /// The path of an endpoint's protected-resource document.
    pub fn document_path(well_known: WellKnown, resource: ProtectedResource) -> &'static str {
        match (well_known, resource) {
            (WellKnown::Mcp | WellKnown::All, ProtectedResource::Mcp) => {
                "/.well-known/oauth-protected-resource/mcp"
            }
            (WellKnown::All, ProtectedResource::Sse) => "/.well-known/oauth-protected-resource/sse",
            (WellKnown::None, ProtectedResource::Mcp) => "/oauth/resource/mcp",
            (WellKnown::Mcp | WellKnown::None, ProtectedResource::Sse) => "/oauth/resource/sse",
        }
    }

    /// No credential at all.
    pub(super) fn nothing(&self, resource: ProtectedResource) -> Challenge {
        let how = match self.documents {
            Some(_) => "sign in, or send a WIV API key in the header X-API-Key; see",
            None => "send a WIV API key in the header X-API-Key; get one at",
        };
        self.unauthorized(resource, "no_credential", how, None)
    }

    /// A key that can't be one.
    pub(super) fn bad_key(&self, resource: ProtectedResource, error: ApiKeyError) -> Challenge {
        self.unauthorized(resource, "bad_key", &format!("{error}; get a key at"), None)
    }

    /// A bearer that is not good.
    pub(super) fn bad_bearer(&self, resource: ProtectedResource, error: BearerError) -> Challenge {
        let (reason, how) = match error {
            BearerError::NotATokenOfOurs => (
                "bad_token",
                "the bearer is no token of this server; a WIV API key is sent as X-API-Key, not \
                 as a bearer; see",
            ),
            BearerError::Placeholder => (
                "placeholder",
                "the bearer is a placeholder that nobody filled in; a WIV API key is sent as \
                 X-API-Key, not as a bearer; see",
            ),
            BearerError::Expired => {
                ("expired_token", "the access token is expired; renew it or sign in again; see")
            }
            BearerError::OtherResource => {
                ("foreign_token", "the access token is for another server; sign in; see")
            }
        };
        self.unauthorized(resource, reason, how, Some("invalid_token"))
    }

    /// WIV refuses the key, found when the client connected.
    pub fn refused_key(&self, resource: ProtectedResource, signed_in: bool) -> Challenge {
        if signed_in {
            let how =
                "WIV no longer takes this sign-in: it was revoked or expired; sign in again; see";
            return self.unauthorized(resource, "refused_sign_in", how, Some("invalid_token"));
        }
        let how = "WIV refused this API key: it expired, was revoked, or is mistyped; get a new \
                   one at";
        self.unauthorized(resource, "refused_key", how, None)
    }

    /// The grant lacks the scope to write (RFC 6750, 3.1).
    pub fn insufficient_scope(&self, resource: ProtectedResource) -> Challenge {
        let message = "this tool changes something, and the sign-in allows reading only; allow \
                       changes by signing in again";
        Challenge {
            reason: "insufficient_scope",
            message: message.to_owned(),
            www_authenticate: self.header(resource, Some(("insufficient_scope", message))),
        }
    }

    fn unauthorized(
        &self,
        resource: ProtectedResource,
        reason: &'static str,
        how: &str,
        error: Option<&'static str>,
    ) -> Challenge {
        let error = error.map(|error| (error, how.trim_end_matches("; see")));
        Challenge {
            reason,
            message: format!("{how} {}", self.urls.connect()),
            www_authenticate: self.header(resource, error),
        }
    }

    /// `error` is a code with its description (RFC 6750, 3).
    fn header(&self, resource: ProtectedResource, error: Option<(&str, &str)>) -> HeaderValue {
        let Some(well_known) = self.documents else { return HeaderValue::from_static("Bearer") };
        let error = error
            .map(|(code, words)| format!("error=\"{code}\", error_description=\"{words}\", "))
            .unwrap_or_default();
        let document = Self::document_path(well_known, resource);
        let text = format!(
            "Bearer {error}resource_metadata=\"{}{document}\", scope=\"{}\"",
            self.urls.origin(),
            self.scopes
        );
        HeaderValue::try_from(text)
            .expect("an origin and our own words have header characters only")
    }
}
