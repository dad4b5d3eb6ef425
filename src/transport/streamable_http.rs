//! Streamable HTTP: one POST, one answer, for every revision from 2025-03-26.
//!
//! Keeps nothing between requests. The session id handed out with `initialize` is a hint that
//! the client carries, never authority. An answer is JSON, or an event stream when it takes
//! longer than clients wait in silence, or has something to tell on the way.

mod answering;
mod hints;
mod revision;

use std::sync::Arc;

use axum::{body::Body, response::Response};
use futures_util::future::join_all;
use http::{HeaderValue, Request, StatusCode, header};
use tokio::{
    sync::mpsc::Receiver,
    time::{Duration, sleep},
};
use tokio_stream::StreamExt;

pub(crate) use hints::Hints;

use answering::{Answering, Running};

use super::{
    Endpoint, Refusal,
    answer::Answer,
    checks::Asking,
    event_stream,
    headers::{self, Accept},
    message::Incoming,
};
use crate::{
    auth::Resource,
    caller::{Caller, Fingerprint, Grant},
    limits::Held,
    mcp::{
        self, Context, Effect, Host, Standing, TransportKind,
        jsonrpc::{self, Frame, Message},
    },
};

/// Silence before an answer becomes an event stream. Below every client's and proxy's patience
/// (the shortest known is 10 s), above almost every call.
const PATIENCE: Duration = Duration::from_secs(8);

/// What an answer's form and status depend on.
struct Asked {
    resource: Resource,
    accept: Accept,
    grant: Option<Arc<Grant>>,
}

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Answers one POST to an endpoint.
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
        let (headers, extensions) = (&parts.headers, &parts.extensions);
        headers::check_content_type(headers)?;
        let asking = Asking { caller: &caller, resource, extensions };
        let Incoming { frame, held } = self.read(body, &asking).await?;
        let parameters = |tool: &str| self.host.header_parameters(tool);
        let revision = revision::of_post(headers, &frame, &self.hints, parameters)?;
        let context = Context::new(revision, TransportKind::StreamableHttp, asking.trace_id().0);
        for request in frame.requests() {
            self.check_scope(&caller, resource, request)?;
        }
        let accept = Accept::read(headers);
        let asked = Asked { resource, accept, grant: caller.grant.clone() };
        match frame {
            Frame::One(Message::Request(request)) => {
                if matches!(&*request.method, "initialize" | "server/discover") {
                    self.admit(&asking).await?;
                }
                let (outbox, news) = answering::outbox();
                let context =
                    if accept.takes_event_stream() { context.with_outbox(outbox) } else { context };
                let running = self.run(caller, context, request, Arc::new(held));
                self.deliver(running, news, asked).await
            }
            Frame::One(Message::Notification(_) | Message::Response) => Ok(accepted()),
            Frame::Batch(_) if !revision.batches => Err(Refusal::invalid_request(
                "this revision has no batches; send the messages one by one",
            )),
            Frame::Batch(messages) => {
                let held = Arc::new(held);
                self.answer_batch(caller, context, messages, asked, &held).await
            }
        }
    }

    /// Runs a request: with the connection when it only reads, on a task of its own when it may
    /// write, so that the write ends without its listener. `held` is the memory of its message.
    fn run(
        self: &Arc<Self>,
        caller: Caller,
        context: Context,
        request: jsonrpc::Request,
        held: Arc<Held<Fingerprint>>,
    ) -> Running {
        let effect = mcp::effect(&*self.host, &request);
        let endpoint = Arc::clone(self);
        let id = request.id.clone();
        let run = async move {
            let id = request.id.clone();
            let response = mcp::dispatch(&*endpoint.host, &caller, context, request).await;
            drop(held);
            endpoint.kept(&caller, &id, response).await
        };
        match effect {
            Effect::Read => Box::pin(run),
            Effect::Write => {
                let task = self.tasks.spawn(run);
                Box::pin(async move {
                    task.await.unwrap_or_else(|_| Answer::small(mcp::Response::lost(&id)))
                })
            }
        }
    }

    /// Gives an answer the form that the client takes: JSON, or an event stream when it asks for
    /// nothing else, the answer takes long, or something is told before it.
    async fn deliver(
        &self,
        mut running: Running,
        mut news: Receiver<Vec<u8>>,
        asked: Asked,
    ) -> Result<Response, Refusal> {
        let keep_alive = self.settings.keep_alive;
        let begin = || tokio_stream::once(event_stream::retry());
        let answer = if asked.accept.takes_event_stream() {
            tokio::select! {
                biased;
                answer = &mut running => answer,
                () = sleep(PATIENCE) => {
                    let events = begin().chain(Answering::running(news, running));
                    return Ok(event_stream::response(events, keep_alive));
                }
                Some(first) = news.recv() => {
                    let first = tokio_stream::once(event_stream::message(&first));
                    let events = begin().chain(first).chain(Answering::running(news, running));
                    return Ok(event_stream::response(events, keep_alive));
                }
            }
        } else {
            running.await
        };
        let refused = answer.credential_refused;
        self.check_credential(asked.grant.as_deref(), asked.resource, refused)?;
        let hint = self.hints.seal(answer.initialized.as_ref());
        let as_events = asked.accept == Accept::EventStream || !news.is_empty();
        let mut response = if as_events && answer.standing == Standing::Answered {
            let events = begin().chain(Answering::finished(news, answer));
            event_stream::response(events, keep_alive)
        } else {
            json(answer)
        };
        response.headers_mut().extend(hint);
        Ok(response)
    }

    async fn answer_batch(
        self: Arc<Self>,
        caller: Caller,
        context: Context,
        messages: Vec<Result<Message, jsonrpc::Invalid>>,
        asked: Asked,
        held: &Arc<Held<Fingerprint>>,
    ) -> Result<Response, Refusal> {
        let answers: Vec<Running> = messages
            .into_iter()
            .filter_map(|message| match message {
                Ok(Message::Request(request)) if &*request.method == "initialize" => {
                    let message = "`initialize` can't be part of a batch";
                    let error = mcp::Error::new(mcp::Code::InvalidRequest, message);
                    Some(refused(Some(&request.id), &error))
                }
                Ok(Message::Request(request)) => {
                    Some(self.run(caller.clone(), context.clone(), request, Arc::clone(held)))
                }
                Ok(Message::Notification(_) | Message::Response) => None,
                Err(invalid) => Some(refused(invalid.id.as_ref(), &invalid.error)),
            })
            .collect();
        if answers.is_empty() {
            return Ok(accepted());
        }
        let all = Box::pin(async move { Answer::of_batch(join_all(answers).await) });
        let (_, news) = answering::outbox();
        self.deliver(all, news, Asked { grant: None, ..asked }).await
    }
}

/// An answer that is known already.
fn refused(id: Option<&jsonrpc::Id>, error: &mcp::Error) -> Running {
    Box::pin(std::future::ready(Answer::small(mcp::Response::refused(id, error))))
}

fn json(answer: Answer) -> Response {
    let status = match answer.standing {
        Standing::Answered => StatusCode::OK,
        Standing::UnknownMethod => StatusCode::NOT_FOUND,
        Standing::Malformed => StatusCode::BAD_REQUEST,
    };
    let mut response = Response::new(Body::from(answer.into_json()));
    *response.status_mut() = status;
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
