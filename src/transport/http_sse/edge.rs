//! The edge of HTTP+SSE: who may open a stream or post to one.
//!
//! Takes no message itself: the stream may be open elsewhere. A session ends with its stream, and
//! needs no `initialize` before other calls, so that a client whose stream was cut goes on.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{Extensions, HeaderMap, Request, StatusCode, Uri};

use super::{
    Session,
    owner::{MessageRefused, Owner, PostedMessage},
    stream,
};
use crate::{
    auth::ProtectedResource,
    caller::Caller,
    mcp::Host,
    sessions::{Payer, TooManyStreams, Undelivered},
    telemetry::{Seldom, TraceId},
    transport::{
        ClientConnection, Endpoint, Refusal,
        asking::Asking,
        event_stream,
        headers::{self, PROTOCOL_VERSION},
        message::{Incoming, rejected},
        streamable_http::accepted,
    },
};

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Opens a stream: `GET /sse`.
    ///
    /// # Errors
    /// A refused key, or too many open streams.
    pub async fn open_stream(
        self: Arc<Self>,
        caller: Caller,
        resource: ProtectedResource,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Response, Refusal> {
        let asking = Asking { caller: &caller, resource, extensions };
        // A reconnect carries the revision; its key was tried when it first came.
        if !(headers.contains_key(PROTOCOL_VERSION) && self.is_fresh(&caller)) {
            self.admit(&asking).await?;
        }
        let payer = self.customer(&asking).map_or(Payer::Stranger, Payer::Customer);
        let fingerprint = caller.fingerprint;
        let session = Arc::new(Session::new(caller, extensions.get::<ClientConnection>().cloned()));
        let owner = Owner::new(Arc::clone(&self), Arc::clone(&session));
        let place = self.sessions.open(fingerprint, Arc::new(owner), payer).map_err(full)?;
        let events = stream::events(session, place, &self.settings);
        Ok(event_stream::response(events, self.settings.keep_alive))
    }

    /// Whether the key was good a moment ago. An open stream says so too.
    fn is_fresh(&self, caller: &Caller) -> bool {
        if self.sessions.has(caller.fingerprint) {
            self.gate.renew(caller.fingerprint);
        }
        self.gate.is_fresh(caller)
    }

    /// Takes a message for a session: `POST /messages?session_id=…`. Answers once the session's
    /// owner has taken it.
    ///
    /// # Errors
    /// Everything that is wrong with the request; nothing was run then.
    pub async fn post_message(
        self: Arc<Self>,
        caller: Caller,
        request: Request<Body>,
    ) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        let id = session_id(&parts.uri).ok_or_else(|| {
            Refusal::new(
                StatusCode::BAD_REQUEST,
                "missing_session_id",
                "post to the address that the stream's `endpoint` event gave",
            )
        })?;
        let trace_id = TraceId::of(&parts.extensions);
        let undelivered = |undelivered| match undelivered {
            Undelivered::Unknown => unknown_session(),
            Undelivered::Elsewhere => elsewhere(trace_id),
        };
        let shown = caller.shown();
        self.sessions.reaches(id, &shown).map_err(undelivered)?;
        let (headers, extensions) = (&parts.headers, &parts.extensions);
        headers::check_content_type(headers)?;
        let asking = Asking { caller: &caller, resource: ProtectedResource::SSE, extensions };
        let Incoming { frame, held } = self.read(body, &asking).await?;
        let named = headers::revision(headers).into();
        let message = PostedMessage { frame, named, trace_id, held };
        let receipt = self.sessions.deliver(id, &shown, message).await.map_err(undelivered)?;
        match receipt {
            Ok(()) => Ok(accepted()),
            Err(MessageRefused::Ended) => Err(unknown_session()),
            Err(MessageRefused::Rejected(why)) => Err(rejected(why)),
        }
    }
}

/// The query parameter `session_id`. Sealed ids need no percent-decoding.
fn session_id(uri: &Uri) -> Option<&str> {
    uri.query()?
        .split('&')
        .find_map(|parameter| parameter.strip_prefix("session_id="))
        .filter(|id| !id.is_empty())
}

/// One answer for every session that the caller can't use, so that nobody learns of others'.
fn unknown_session() -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        "unknown_session",
        "no stream is open under this session id; open a new one with GET /sse",
    )
}

/// A stream lives where it was opened. Each of its messages would write the line, so it is held to
/// one a minute.
fn elsewhere(id: TraceId) -> Refusal {
    static TOLD: Seldom = Seldom::new();
    if let Some(held_back) = TOLD.pass() {
        tracing::error!(
            request.id = %id,
            held_back,
            "a message came for an HTTP+SSE stream that another instance holds: give clients /mcp, \
             run one instance, or let the load balancer route by client address"
        );
    }
    Refusal::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "session_elsewhere",
        "this stream is open on another instance of the server, and messages for it are taken only \
         there: connect to /mcp, which every instance serves, or open a new stream with GET /sse",
    )
    .retry_after(1)
}

fn full(full: TooManyStreams) -> Refusal {
    let (status, error) = match full {
        TooManyStreams::Key => (StatusCode::TOO_MANY_REQUESTS, "too_many_streams"),
        TooManyStreams::Server => (StatusCode::SERVICE_UNAVAILABLE, "server_full"),
    };
    Refusal::new(status, error, full.to_string()).retry_after(5)
}
