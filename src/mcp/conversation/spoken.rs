//! Which revision a message speaks: by itself, by its surroundings, or by what was settled.
//!
//! Both eras in one place: a request that names a revision without `initialize` is held to that
//! one's rules, everything else to the old ones.

use crate::mcp::{
    Code, Error, LATEST_LEGACY, Revision, TransportKind, jsonrpc::Request, method::Method,
};

/// The revision that a message's surroundings name: the header `MCP-Protocol-Version`
/// (basic/transports, revisions from 2025-06-18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named<'h> {
    /// None.
    Nothing,
    /// This one, which need not exist.
    One(&'h str),
    /// Several, or one that can't be read.
    Unreadable,
}

impl Named<'_> {
    fn stateless(self) -> Option<&'static Revision> {
        let Self::One(date) = self else { return None };
        Revision::find(date).filter(|revision| revision.stateless)
    }
}

/// What a conversation speaks.
#[derive(Debug)]
pub(super) struct Spoken {
    pub(super) transport: TransportKind,
    /// What `initialize` settled.
    pub(super) settled: Option<&'static Revision>,
}

/// Why a message's revision can't be told.
pub(super) enum Unspoken {
    /// Its surroundings are at fault.
    Frame(Error),
    /// The request is.
    Request(Error),
}

impl Spoken {
    pub(super) fn new(transport: TransportKind) -> Self {
        Self { transport, settled: None }
    }

    /// Whether a request is of a revision that this transport does not carry, or the probe for
    /// one.
    pub(super) fn is_of_another_transport(&self, request: &Request, named: Named<'_>) -> bool {
        if self.transport.carries_stateless() {
            return false;
        }
        let in_body = request.named_revision();
        request.method.is(Method::Discover)
            || in_body.is_some_and(|date| !Revision::is_legacy(date))
            || (named.stateless().is_some() && !request.method.is(Method::Initialize))
    }

    /// The revision of a request that stands alone.
    pub(super) fn by_request(
        &self,
        request: &Request,
        named: Named<'_>,
    ) -> Result<&'static Revision, Unspoken> {
        let in_header = named.stateless();
        let in_body = request.named_revision();
        let Some(date) = in_body.filter(|date| !Revision::is_legacy(date)) else {
            return match in_header {
                None => self.outside_requests(named).map_err(Unspoken::Frame),
                // Not even a mistaken header keeps an old client from its beginning.
                Some(_) if in_body.is_none() && request.method.is(Method::Initialize) => {
                    Ok(self.settled.unwrap_or(LATEST_LEGACY))
                }
                Some(_) if !self.transport.carries_stateless() => {
                    Ok(self.settled.unwrap_or(LATEST_LEGACY))
                }
                Some(_) if in_body.is_some() => Err(Unspoken::Request(differs())),
                // What is missing in the body is told with the request's other mistakes.
                Some(found) => Ok(found),
            };
        };
        if self.transport.names_revisions_in_headers() && named != Named::One(date) {
            return Err(Unspoken::Request(differs()));
        }
        Revision::find(date).ok_or_else(|| Unspoken::Request(Error::unsupported_version(date)))
    }

    /// The revision of everything else: what its surroundings name, else what was settled, else
    /// the newest that begins with `initialize`.
    pub(super) fn outside_requests(&self, named: Named<'_>) -> Result<&'static Revision, Error> {
        let settled = self.settled.unwrap_or(LATEST_LEGACY);
        match named {
            Named::Nothing => Ok(settled),
            Named::One(date) => match Revision::find(date) {
                Some(revision) if revision.stateless && !self.transport.carries_stateless() => {
                    Ok(settled)
                }
                Some(revision) => Ok(revision),
                None => Err(no_such_revision()),
            },
            Named::Unreadable => Err(no_such_revision()),
        }
    }
}

fn no_such_revision() -> Error {
    Error::new(Code::InvalidRequest, "no such revision in `MCP-Protocol-Version`")
}

fn differs() -> Error {
    let message = "`MCP-Protocol-Version` must stand once and equal the version in `_meta`";
    Error::new(Code::HeaderMismatch, message)
}
