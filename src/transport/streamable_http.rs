//! Streamable HTTP: one POST, one answer, for every revision from 2025-03-26.
//!
//! Keeps nothing between requests. The session id handed out with `initialize` is a hint that
//! the client carries, never authority. An answer is JSON, or an event stream when it takes
//! longer than clients wait in silence, or has something to tell on the way.

mod answering;
mod body;
mod hints;
mod revision;

use std::sync::Arc;

use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use tokio::time::{Duration, sleep};
use tokio_stream::StreamExt;

pub(super) use body::read as read_body;
pub(crate) use hints::Hints;

use answering::{Answering, Running};

use super::{
    Endpoint, Refusal, event_stream,
    headers::{self, Accept},
};
use crate::{
    admission::Verdict,
    caller::Caller,
    mcp::{
        self, Context, Effect, Host, Standing, TransportKind,
        jsonrpc::{self, Frame, Message},
    },
    telemetry::TraceId,
};

/// Silence before an answer becomes an event stream. Below every client's and proxy's patience
/// (the shortest known is 10 s), above almost every call.
const PATIENCE: Duration = Duration::from_secs(8);

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Answers one POST.
    ///
    /// # Errors
    /// A refusal when the request can't be served; what goes wrong later is in the answer.
    pub async fn post(
        self: Arc<Self>,
        caller: Caller,
        request: Request<Body>,
    ) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        let headers = parts.headers;
        headers::check_content_type(&headers)?;
        let trace_id = TraceId::of(&parts.extensions);
        let body = read_body(body, &headers, self.settings.request_limit_bytes).await?;
        let frame = parse(&body)?;
        let parameters = |tool: &str| self.host.header_parameters(tool);
        let revision = revision::of_post(&headers, &frame, &self.hints, parameters)?;
        let context = Context::new(revision, TransportKind::StreamableHttp, trace_id.0);
        let accept = Accept::read(&headers);
        match frame {
            Frame::One(Message::Request(request)) => {
                if matches!(&*request.method, "initialize" | "server/discover") {
                    self.admit(&caller, &headers, trace_id).await?;
                }
                Ok(self.answer_one(caller, context, request, accept).await)
            }
            Frame::One(Message::Notification(_) | Message::Response) => Ok(accepted()),
            Frame::Batch(messages) => {
                if !revision.batches {
                    return Err(Refusal::invalid_request(
                        "this revision has no batches; send the messages one by one",
                    ));
                }
                self.answer_batch(caller, context, messages).await
            }
        }
    }

    /// Tries the key when a client connects.
    pub(super) async fn admit(
        &self,
        caller: &Caller,
        headers: &HeaderMap,
        trace_id: TraceId,
    ) -> Result<(), Refusal> {
        let Some(admission) = &self.admission else { return Ok(()) };
        let address = headers::client_address(headers, self.settings.trusted_proxy_hops);
        match admission.admit(caller, address, trace_id.0).await {
            Verdict::Admitted => Ok(()),
            Verdict::Refused => Err(Refusal::bad_key(&self.settings.audience)),
            Verdict::TooManyAttempts => Err(Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_attempts",
                "too many refused keys; try again in a moment",
            )
            .retry_after(1)),
        }
    }

    async fn answer_one(
        self: Arc<Self>,
        caller: Caller,
        context: Context,
        request: jsonrpc::Request,
        accept: Accept,
    ) -> Response {
        let effect = mcp::effect(&*self.host, &request);
        let keep_alive = self.settings.keep_alive;
        let endpoint = Arc::clone(&self);
        let id = request.id.clone();
        let (outbox, mut news) = answering::outbox();
        let context =
            if accept.takes_event_stream() { context.with_outbox(outbox) } else { context };
        let run = async move { mcp::dispatch(&*endpoint.host, &caller, context, request).await };
        // Dropped with the connection when it only reads; a write goes on without its listener.
        let mut answer: Running = match effect {
            Effect::Read => Box::pin(run),
            Effect::Write => {
                let task = self.tasks.spawn(run);
                Box::pin(async move { task.await.unwrap_or_else(|_| mcp::Response::lost(&id)) })
            }
        };
        if !accept.takes_event_stream() {
            return self.json(answer.await);
        }
        let response = tokio::select! {
            biased;
            response = &mut answer => response,
            () = sleep(PATIENCE) => {
                return event_stream::response(Answering::running(news, answer), keep_alive);
            }
            Some(first) = news.recv() => {
                let first = tokio_stream::once(event_stream::message(&first));
                let events = first.chain(Answering::running(news, answer));
                return event_stream::response(events, keep_alive);
            }
        };
        if response.standing == Standing::Answered
            && (accept == Accept::EventStream || !news.is_empty())
        {
            let hint = self.hints.seal(&response);
            let events = Answering::finished(news, response.body);
            let mut stream = event_stream::response(events, keep_alive);
            stream.headers_mut().extend(hint);
            return stream;
        }
        self.json(response)
    }

    async fn answer_batch(
        self: Arc<Self>,
        caller: Caller,
        context: Context,
        messages: Vec<Result<Message, jsonrpc::Invalid>>,
    ) -> Result<Response, Refusal> {
        let answers = messages.into_iter().filter_map(|message| match message {
            Ok(Message::Request(request)) => Some(Ok(request)),
            Ok(Message::Notification(_) | Message::Response) => None,
            Err(invalid) => Some(Err(invalid)),
        });
        let answers = join_all(answers.map(|request| {
            let (endpoint, caller, context) = (Arc::clone(&self), caller.clone(), context.clone());
            async move {
                match request {
                    Err(invalid) => mcp::response_error(invalid.id.as_ref(), &invalid.error),
                    Ok(request) if &*request.method == "initialize" => mcp::response_error(
                        Some(&request.id),
                        &mcp::Error::new(
                            mcp::Code::InvalidRequest,
                            "`initialize` can't be part of a batch",
                        ),
                    ),
                    Ok(request) => {
                        let tasks = endpoint.tasks.clone();
                        let id = request.id.clone();
                        let run = async move {
                            mcp::dispatch(&*endpoint.host, &caller, context, request).await
                        };
                        // A batch may write, so all of it goes on without its listener.
                        tasks.spawn(run).await.unwrap_or_else(|_| mcp::Response::lost(&id)).body
                    }
                }
            }
        }))
        .await;
        if answers.is_empty() {
            return Ok(accepted());
        }
        Ok(json([b"[", answers.join(&b","[..]).as_slice(), b"]"].concat()))
    }

    fn json(&self, answer: mcp::Response) -> Response {
        let hint = self.hints.seal(&answer);
        let standing = answer.standing;
        let mut response = json(answer.body);
        *response.status_mut() = match standing {
            Standing::Answered => StatusCode::OK,
            Standing::UnknownMethod => StatusCode::NOT_FOUND,
            Standing::Malformed => StatusCode::BAD_REQUEST,
        };
        response.headers_mut().extend(hint);
        response
    }
}

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
