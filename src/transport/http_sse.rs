//! HTTP+SSE of 2024-11-05: a stream that carries the answers, and POSTs that carry the calls.
//!
//! A session is an open stream and ends with it. It needs no `initialize` before other calls,
//! so that a client whose stream was cut goes on with the next one.

mod queue;
mod session;
mod stream;
mod telling;

use std::{panic::AssertUnwindSafe, sync::Arc};

use axum::{body::Body, response::Response};
use futures_util::FutureExt;
use http::{Extensions, HeaderMap, Request, StatusCode, Uri};

pub(crate) use session::Session;
use session::Started;

use super::{
    Connection, Endpoint, Refusal,
    checks::Asking,
    event_stream,
    headers::{self, Named, PROTOCOL_VERSION},
    message::Incoming,
    streamable_http::accepted,
};
use crate::{
    auth::Resource,
    caller::{Caller, Fingerprint},
    limits::Held,
    mcp::{
        self, Context, Effect, Host, LATEST_LEGACY, Revision, TransportKind,
        jsonrpc::{Frame, Message, Request as RpcRequest},
    },
    relay::{Found, Full, Payer},
    telemetry::{Seldom, TraceId},
};

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Opens a stream: `GET /sse`.
    ///
    /// # Errors
    /// A refused key, or too many open streams.
    pub async fn open_stream(
        self: Arc<Self>,
        caller: Caller,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Response, Refusal> {
        let asking = Asking { caller: &caller, resource: Resource::Sse, extensions };
        // A reconnect carries the revision; its key was tried when it first came.
        if !(headers.contains_key(PROTOCOL_VERSION) && self.is_fresh(&caller)) {
            self.admit(&asking).await?;
        }
        let payer = self.customer(&asking).map_or(Payer::Stranger, Payer::Customer);
        let session = Arc::new(Session::new(extensions.get::<Connection>().cloned()));
        let place = self.relay.open(caller.fingerprint, Arc::clone(&session), payer);
        let events = stream::events(session, place.map_err(full)?, &self.settings);
        Ok(event_stream::response(events, self.settings.keep_alive))
    }

    /// Whether the key was good a moment ago. An open stream says so too.
    fn is_fresh(&self, caller: &Caller) -> bool {
        let Some(admission) = &self.admission else { return true };
        if self.relay.has(caller.fingerprint) {
            admission.renew(caller.fingerprint);
        }
        admission.is_fresh(caller)
    }

    /// Takes a message for a session: `POST /messages?session_id=…`.
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
        let session = match self.relay.find(id, caller.fingerprint) {
            Found::Here(session) => session,
            Found::Unknown => return Err(unknown_session()),
            Found::Elsewhere => return Err(elsewhere(TraceId::of(&parts.extensions))),
        };
        let (headers, extensions) = (&parts.headers, &parts.extensions);
        headers::check_content_type(headers)?;
        let asking = Asking { caller: &caller, resource: Resource::Sse, extensions };
        let Incoming { frame, held } = self.read(body, &asking).await?;
        if let Frame::One(Message::Request(request)) = &frame
            && stands_alone(headers, request)
        {
            self.tell(&session, &caller, None, refused_revision(request)).await;
            return Ok(accepted());
        }
        let revision = revision(headers, &session)?;
        for request in frame.requests() {
            self.check_scope(&caller, Resource::Sse, request)?;
        }
        let context = Context::new(revision, TransportKind::HttpSse, asking.trace_id().0)
            .with_outbox(self.outbox(&session, &caller));
        let held = Arc::new(held);
        match frame {
            Frame::One(message) => self.take(&caller, context, &session, message, &held)?,
            Frame::Batch(_) if !revision.batches => {
                return Err(Refusal::invalid_request(
                    "this revision has no batches; send the messages one by one",
                ));
            }
            Frame::Batch(messages) => {
                for message in messages {
                    match message {
                        Ok(Message::Request(request)) if stands_alone(headers, &request) => {
                            let refused = refused_revision(&request);
                            self.tell(&session, &caller, None, refused).await;
                        }
                        Ok(message) => {
                            let id = message.request().map(|request| request.id.clone());
                            let taken =
                                self.take(&caller, context.clone(), &session, message, &held);
                            // Others of the batch run already: this one is answered by itself.
                            if taken.is_err() && id.is_some() {
                                let error = mcp::Error::new(mcp::Code::InternalError, TOO_MANY);
                                let refused = mcp::response_error(id.as_ref(), &error);
                                self.tell(&session, &caller, None, refused).await;
                            }
                        }
                        Err(invalid) => {
                            let refused = mcp::response_error(invalid.id.as_ref(), &invalid.error);
                            self.tell(&session, &caller, None, refused).await;
                        }
                    }
                }
            }
        }
        Ok(accepted())
    }

    /// Starts what a message asks for; its answer will leave on the stream.
    fn take(
        self: &Arc<Self>,
        caller: &Caller,
        context: Context,
        session: &Arc<Session>,
        message: Message,
        held: &Arc<Held<Fingerprint>>,
    ) -> Result<(), Refusal> {
        match message {
            Message::Request(request) => {
                self.start(caller.clone(), context, session, request, Arc::clone(held))
            }
            Message::Notification(notification) => {
                if &*notification.method == "notifications/cancelled" {
                    session.cancel(&notification.params);
                }
                Ok(())
            }
            Message::Response => Ok(()),
        }
    }

    fn start(
        self: &Arc<Self>,
        caller: Caller,
        context: Context,
        session: &Arc<Session>,
        request: RpcRequest,
        held: Arc<Held<Fingerprint>>,
    ) -> Result<(), Refusal> {
        let effect = mcp::effect(&*self.host, &request);
        let id = request.id.clone();
        let (endpoint, answering) = (Arc::clone(self), Arc::clone(session));
        let run = async move {
            let _turn = answering.turn().await;
            let id = request.id.clone();
            let answer = async {
                if &*request.method == "initialize" {
                    endpoint.initialize(&caller, context, &answering, request).await
                } else {
                    mcp::dispatch(&*endpoint.host, &caller, context, request).await.body
                }
            };
            // A call that dies is answered, too: its id would be in flight for ever.
            let answer = AssertUnwindSafe(answer).catch_unwind().await;
            let answer = answer.unwrap_or_else(|_| mcp::Response::lost(&id).body);
            drop(held);
            endpoint.tell(&answering, &caller, Some(&id), answer).await;
        };
        let spawn = || self.tasks.spawn(run).abort_handle();
        match session.start(id, effect == Effect::Write, spawn) {
            Started::Running => Ok(()),
            Started::Ended => Err(unknown_session()),
            Started::Deaf => {
                self.let_go(session);
                Err(unknown_session())
            }
            Started::TooMany => {
                Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_calls", TOO_MANY)
                    .retry_after(1))
            }
        }
    }

    /// `initialize` on a stream: what it settles is the session's from now on.
    async fn initialize(
        &self,
        caller: &Caller,
        context: Context,
        session: &Session,
        request: RpcRequest,
    ) -> Vec<u8> {
        let answer = mcp::dispatch(&*self.host, caller, context, request).await;
        if let Some(initialized) = &answer.initialized {
            session.set_revision(initialized.revision);
        }
        answer.body
    }
}

const TOO_MANY: &str = "too many calls are in flight on this stream; wait for answers";

/// Whether a request is of a revision that this transport does not carry, or the probe for one.
fn stands_alone(headers: &HeaderMap, request: &RpcRequest) -> bool {
    let in_body = request.params.names_revision();
    let in_header =
        matches!(headers::revision(headers), Named::Known(revision) if revision.stateless);
    &*request.method == "server/discover"
        || in_body.is_some_and(|date| !Revision::is_legacy(date))
        || (in_header && &*request.method != "initialize")
}

/// The answer that makes such a client fall back to `initialize`.
fn refused_revision(request: &RpcRequest) -> Vec<u8> {
    let message = "this transport speaks revisions that begin with `initialize`; \
                   others are served by POST to the same address";
    mcp::response_error(Some(&request.id), &mcp::Error::new(mcp::Code::MethodNotFound, message))
}

/// The revision of a message: its header, else what `initialize` settled, else the newest that
/// begins with `initialize`.
fn revision(headers: &HeaderMap, session: &Session) -> Result<&'static Revision, Refusal> {
    match headers::revision(headers) {
        Named::Known(revision) if !revision.stateless => Ok(revision),
        Named::Nothing | Named::Known(_) => Ok(session.revision().unwrap_or(LATEST_LEGACY)),
        Named::Unknown => {
            Err(Refusal::invalid_request("no such revision in `MCP-Protocol-Version`"))
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

fn full(full: Full) -> Refusal {
    let (status, error) = match full {
        Full::Key => (StatusCode::TOO_MANY_REQUESTS, "too_many_streams"),
        Full::Server => (StatusCode::SERVICE_UNAVAILABLE, "server_full"),
    };
    Refusal::new(status, error, full.to_string()).retry_after(5)
}
