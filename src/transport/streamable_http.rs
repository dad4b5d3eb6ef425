//! Streamable HTTP: one POST, one answer, for revisions 2025-03-26 to 2025-11-25.
//!
//! Keeps nothing between requests. The session id handed out with `initialize` is a hint that
//! the client carries, never authority. An answer is JSON, or an event stream when it takes
//! longer than clients wait in silence.

mod body;
mod hints;

use std::sync::Arc;

use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use tokio::time::{Duration, sleep};
use tokio_stream::StreamExt as _;

pub(super) use body::read as read_body;
pub(crate) use hints::Hints;

use super::{
    Endpoint, Refusal, event_stream,
    headers::{self, Accept},
};
use crate::{
    admission::Verdict,
    auth::Resource,
    caller::{Caller, Grant},
    clock::unix_seconds,
    mcp::{
        self, Context, Effect, Host, TransportKind,
        jsonrpc::{self, Frame, Message},
    },
    telemetry::TraceId,
};

/// Silence before an answer becomes an event stream. Below every client's and proxy's patience
/// (the shortest known is 10 s), above almost every call.
const PATIENCE: Duration = Duration::from_secs(8);

/// How long a sign-in counts as new, in seconds.
const NEW_GRANT_SECONDS: u64 = 60;

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Answers one POST.
    ///
    /// # Errors
    /// A refusal when the request can't be served; what goes wrong later is in the answer.
    pub async fn post(
        self: Arc<Self>,
        caller: Caller,
        resource: Resource,
        request: Request<Body>,
    ) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        let headers = parts.headers;
        headers::check_content_type(&headers)?;
        let trace_id = TraceId::of(&parts.extensions);
        let body = read_body(body, &headers, self.settings.request_limit_bytes).await?;
        let frame = parse(&body)?;
        let revision =
            headers::settle_revision(&headers, &frame, || self.hints.revision(&headers))?;
        let context =
            Context { revision, transport: TransportKind::StreamableHttp, trace_id: trace_id.0 };
        let accept = Accept::read(&headers);
        for request in frame.requests() {
            self.check_scope(&caller, resource, request)?;
        }
        match frame {
            Frame::One(Message::Request(request)) => {
                if matches!(&*request.method, "initialize" | headers::DISCOVER) {
                    self.admit(&caller, resource, &headers, trace_id).await?;
                }
                self.answer_one(caller, resource, context, request, accept).await
            }
            Frame::One(Message::Notification(_) | Message::Response) => Ok(accepted()),
            Frame::Batch(messages) => {
                if !revision.batches {
                    return Err(Refusal::invalid_request(
                        "this revision has no batches; send the messages one by one",
                    ));
                }
                self.answer_batch(caller, resource, context, messages, accept).await
            }
        }
    }

    /// Tries the key when a client connects.
    pub(super) async fn admit(
        &self,
        caller: &Caller,
        resource: Resource,
        headers: &HeaderMap,
        trace_id: TraceId,
    ) -> Result<(), Refusal> {
        let Some(admission) = &self.admission else { return Ok(()) };
        let address = headers::client_address(headers, self.settings.trusted_proxy_hops);
        match admission.admit(caller, address, trace_id.0).await {
            Verdict::Admitted => Ok(()),
            Verdict::Refused => Err(Refusal::unauthorized(
                self.challenges.refused_key(resource, caller.grant.is_some()),
            )),
            Verdict::TooManyAttempts => Err(Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_attempts",
                "too many refused keys; try again in a moment",
            )
            .retry_after(1)),
        }
    }

    /// Refuses a writing tool to a grant that allows reading only, before anything is run.
    pub(super) fn check_scope(
        &self,
        caller: &Caller,
        resource: Resource,
        request: &jsonrpc::Request,
    ) -> Result<(), Refusal> {
        if caller.may_write() || mcp::effect(&*self.host, request) == Effect::Read {
            return Ok(());
        }
        Err(Refusal::insufficient_scope(self.challenges.insufficient_scope(resource)))
    }

    async fn answer_one(
        self: Arc<Self>,
        caller: Caller,
        resource: Resource,
        context: Context,
        request: jsonrpc::Request,
        accept: Accept,
    ) -> Result<Response, Refusal> {
        let grant = caller.grant.clone();
        let running = self.run(caller, context, request);
        self.deliver(running, grant.as_deref(), resource, accept).await
    }

    /// Runs a request: with the connection when it only reads, on a task of its own when it may
    /// write, so that the write ends without its listener.
    fn run(
        self: &Arc<Self>,
        caller: Caller,
        context: Context,
        request: jsonrpc::Request,
    ) -> Running {
        let effect = mcp::effect(&*self.host, &request);
        let endpoint = Arc::clone(self);
        let id = request.id.clone();
        let run = async move { mcp::dispatch(&*endpoint.host, &caller, context, request).await };
        match effect {
            Effect::Read => Box::pin(run),
            Effect::Write => {
                let task = self.tasks.spawn(run);
                Box::pin(async move { task.await.unwrap_or_else(|_| mcp::Response::lost(&id)) })
            }
        }
    }

    /// Gives an answer the form that the client takes: JSON, or an event stream when it asks for
    /// nothing else or the answer takes long.
    async fn deliver(
        &self,
        mut running: Running,
        grant: Option<&Grant>,
        resource: Resource,
        accept: Accept,
    ) -> Result<Response, Refusal> {
        let keep_alive = self.settings.keep_alive;
        let answer = if accept.takes_event_stream() {
            tokio::select! {
                biased;
                answer = &mut running => answer,
                () = sleep(PATIENCE) => {
                    let event = async move { event_stream::message(&running.await.body) };
                    let events = tokio_stream::once(event_stream::retry())
                        .chain(futures_util::stream::once(event));
                    return Ok(event_stream::response(events, keep_alive));
                }
            }
        } else {
            running.await
        };
        self.check_credential(grant, resource, &answer)?;
        let hint = self.hints.seal(&answer);
        let mut response = if accept == Accept::EventStream {
            let events = [event_stream::retry(), event_stream::message(&answer.body)];
            event_stream::response(tokio_stream::iter(events), keep_alive)
        } else {
            json(answer.body)
        };
        response.headers_mut().extend(hint);
        Ok(response)
    }

    /// A sign-in whose key WIV no longer takes is told as 401, so that the client renews it or
    /// asks the person. Not for a new one: a client would go round in circles. A bare key's
    /// client could only start a sign-in that nobody wants.
    fn check_credential(
        &self,
        grant: Option<&Grant>,
        resource: Resource,
        answer: &mcp::Response,
    ) -> Result<(), Refusal> {
        match grant {
            Some(grant)
                if answer.credential_refused
                    && unix_seconds() > grant.issued_at + NEW_GRANT_SECONDS =>
            {
                Err(Refusal::unauthorized(self.challenges.refused_key(resource, true)))
            }
            _ => Ok(()),
        }
    }

    async fn answer_batch(
        self: Arc<Self>,
        caller: Caller,
        resource: Resource,
        context: Context,
        messages: Vec<Result<Message, jsonrpc::Invalid>>,
        accept: Accept,
    ) -> Result<Response, Refusal> {
        let answers: Vec<Running> = messages
            .into_iter()
            .filter_map(|message| match message {
                Ok(Message::Request(request)) if &*request.method == "initialize" => {
                    let message = "`initialize` can't be part of a batch";
                    let error = mcp::Error::new(mcp::Code::InvalidRequest, message);
                    Some(refused(Some(&request.id), &error))
                }
                Ok(Message::Request(request)) => Some(self.run(caller.clone(), context, request)),
                Ok(Message::Notification(_) | Message::Response) => None,
                Err(invalid) => Some(refused(invalid.id.as_ref(), &invalid.error)),
            })
            .collect();
        if answers.is_empty() {
            return Ok(accepted());
        }
        let all = Box::pin(async move {
            let bodies: Vec<Vec<u8>> =
                join_all(answers).await.into_iter().map(|answer| answer.body).collect();
            mcp::Response::of_batch(&bodies)
        });
        self.deliver(all, None, resource, accept).await
    }
}

/// An answer that is known already.
fn refused(id: Option<&jsonrpc::Id>, error: &mcp::Error) -> Running {
    let response = mcp::Response::refused(id, error);
    Box::pin(std::future::ready(response))
}

type Running = std::pin::Pin<Box<dyn Future<Output = mcp::Response> + Send>>;

/// Reads a body's messages.
pub(super) fn parse(body: &Bytes) -> Result<Frame, Refusal> {
    jsonrpc::parse(body).map_err(|invalid| {
        let body = mcp::response_error(invalid.id.as_ref(), &invalid.error);
        Refusal::with_body(StatusCode::BAD_REQUEST, body)
    })
}

fn json(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// 202 with an empty body: notifications have no answer.
pub(super) fn accepted() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}
