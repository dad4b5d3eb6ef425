//! What a client without a good credential is told: 401 and 403 with their headers.
//!
//! Header values hold constants and the public origin only; nothing of a request gets in.

use http::HeaderValue;

use super::{BearerError, ProtectedResource};
use crate::{
    caller::{ApiKeyError, Scopes},
    origin::PublicUrls,
};

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

/// Where RFC 9728, 3.1, puts documents: in front of the resource's path.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Where those are that only challenges name.
const ELSEWHERE: &str = "/oauth/resource";

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
    pub fn document_path(well_known: WellKnown, resource: ProtectedResource) -> String {
        let place = match well_known {
            WellKnown::All => WELL_KNOWN,
            WellKnown::Mcp if resource == ProtectedResource::MCP => WELL_KNOWN,
            WellKnown::Mcp | WellKnown::None => ELSEWHERE,
        };
        format!("{place}{resource}")
    }

    /// The resource of a document at a path.
    pub fn resource_at(well_known: WellKnown, path: &str) -> Option<ProtectedResource> {
        let named = [WELL_KNOWN, ELSEWHERE].into_iter().find_map(|place| path.strip_prefix(place));
        let resource = ProtectedResource::at(named?)?;
        (Self::document_path(well_known, resource) == path).then_some(resource)
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
            BearerError::OtherResource => (
                "foreign_token",
                "the access token is for another server, or for a narrower view than this address; \
                 sign in; see",
            ),
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
            if resource.view.bounds().is_read_only() { Scopes::READ } else { self.scopes }
        );
        HeaderValue::try_from(text)
            .expect("an origin and our own words, as toolsets are, have header characters only")
    }
}
