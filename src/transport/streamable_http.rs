//! Streamable HTTP: one POST, one answer, for every revision from 2025-03-26.
//!
//! Keeps nothing between requests: a conversation lasts for one POST. The session id handed out
//! with `initialize` is a hint that the client carries, never authority. An answer is JSON, or an
//! event stream when it takes longer than clients wait in silence, or has something to tell on
//! the way.

mod answering;
mod settled_revision;

use std::sync::Arc;

use axum::{body::Body, response::Response};
use futures_util::future::join_all;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use tokio::{
    sync::mpsc::Receiver,
    time::{Duration, sleep},
};
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;

pub(crate) use settled_revision::SettledRevision;

use answering::{Answering, Running};

use super::{
    Endpoint, Refusal,
    answer::HeldAnswer,
    asking::Asking,
    event_stream,
    headers::{self, Accept},
    message::{Incoming, rejected},
};
use crate::{
    auth::ProtectedResource,
    caller::{Caller, Fingerprint, Grant},
    limits::Held,
    mcp::{
        self, Conversation, Effect, Host, Named, Outbox, ResponseClass, Run, Step, Taken,
        TransportKind,
    },
    telemetry::TraceId,
};

/// Silence before an answer becomes an event stream. Below every client's and proxy's patience
/// (the shortest known is 10 s), above almost every call.
const PATIENCE: Duration = Duration::from_secs(8);

/// What an answer's form and status depend on.
struct Wanted {
    resource: ProtectedResource,
    accept: Accept,
    grant: Option<Arc<Grant>>,
}

/// What the requests of one POST run with.
#[derive(Clone)]
struct Surroundings {
    caller: Caller,
    trace_id: TraceId,
    /// The memory of the message.
    held: Arc<Held<Fingerprint>>,
}

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Answers one POST to an endpoint.
    ///
    /// # Errors
    /// A refusal when the request can't be served; what goes wrong later is in the answer.
    pub async fn post(
        self: Arc<Self>,
        caller: Caller,
        resource: ProtectedResource,
        request: Request<Body>,
    ) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        let (headers, extensions) = (&parts.headers, &parts.extensions);
        headers::check_content_type(headers)?;
        let asking = Asking { caller: &caller, resource, extensions };
        let Incoming { frame, held } = self.read(body, &asking).await?;
        let named = headers::revision(headers);
        let view = self.host.view(&caller);
        let allow = |effect| self.gate.allow(&caller, resource, effect);
        let mut conversation = self.conversation(headers, named);
        let taken = conversation.take(frame, named, &view, allow).map_err(rejected)?;
        if let Taken::One(Step::Run(run)) = &taken {
            headers::check_mirrored(headers, run).map_err(|error| mismatch(run, &error))?;
            if run.is_first_of_client() {
                self.admit(&asking).await?;
            }
        }
        let (trace_id, accept) = (asking.trace_id(), Accept::read(headers));
        let wanted = Wanted { resource, accept, grant: caller.grant.clone() };
        let around = Surroundings { caller, trace_id, held: Arc::new(held) };
        let (outbox, told) = answering::outbox();
        match taken {
            Taken::One(Step::Run(run)) => {
                let outbox = if accept.takes_event_stream() { outbox } else { Outbox::default() };
                let running = self.run(run, around, outbox);
                self.deliver(running, told, wanted).await
            }
            Taken::One(Step::Say(body)) => self.deliver(said(body), told, wanted).await,
            Taken::Batch(steps) => {
                let answers: Vec<Running> = steps
                    .into_iter()
                    .filter_map(|step| match step {
                        Step::Run(run) => Some(self.run(run, around.clone(), Outbox::default())),
                        Step::Say(body) => Some(said(body)),
                        Step::Stop(()) => None,
                    })
                    .collect();
                let all = Box::pin(async move { HeldAnswer::of_batch(join_all(answers).await) });
                self.deliver(all, told, Wanted { grant: None, ..wanted }).await
            }
            Taken::Nothing | Taken::One(Step::Stop(())) => Ok(accepted()),
        }
    }

    /// The conversation that a POST goes on with: a header that names a revision stands over what
    /// the client's `initialize` settled.
    fn conversation(&self, headers: &HeaderMap, named: Named<'_>) -> Conversation {
        let conversation = Conversation::new(TransportKind::StreamableHttp);
        let settled =
            if named == Named::Nothing { self.settled_revision.revision(headers) } else { None };
        match settled {
            Some(revision) => conversation.with_settled(revision),
            None => conversation,
        }
    }

    /// Runs a request: with the connection when it only reads, on a task of its own when it may
    /// write, so that the write ends without its listener. It is told when that one goes.
    fn run(self: &Arc<Self>, run: Run, around: Surroundings, outbox: Outbox) -> Running {
        let endpoint = Arc::clone(self);
        let (effect, id) = (run.effect(), run.id());
        let gone = CancellationToken::new();
        let outbox = match effect {
            Effect::Read => outbox,
            Effect::Write => {
                let gone = gone.clone();
                outbox.until(move || Box::pin(gone.clone().cancelled_owned()))
            }
        };
        let running = async move {
            let Surroundings { caller, trace_id, held } = around;
            let id = run.id();
            let response = run.answer(&*endpoint.host, &caller, trace_id.0, outbox).await;
            drop(held);
            endpoint.kept(&caller, id.request(), response).await
        };
        match effect {
            Effect::Read => Box::pin(running),
            Effect::Write => {
                let task = self.tasks.spawn(running);
                let lost = move |_| HeldAnswer::small(mcp::Response::lost(id.request()));
                let listening = gone.drop_guard();
                Box::pin(async move {
                    let _listening = listening;
                    task.await.unwrap_or_else(lost)
                })
            }
        }
    }

    /// Gives an answer the form that the client takes: JSON, or an event stream when it asks for
    /// nothing else, the answer takes long, or something is told before it.
    async fn deliver(
        &self,
        mut running: Running,
        mut told: Receiver<Vec<u8>>,
        wanted: Wanted,
    ) -> Result<Response, Refusal> {
        let keep_alive = self.settings.keep_alive;
        let begin = || tokio_stream::once(event_stream::retry());
        let answer = if wanted.accept.takes_event_stream() {
            tokio::select! {
                biased;
                answer = &mut running => answer,
                () = sleep(PATIENCE) => {
                    let events = begin().chain(Answering::running(told, running));
                    return Ok(event_stream::response(events, keep_alive));
                }
                Some(first) = told.recv() => {
                    let first = tokio_stream::once(event_stream::message(&first));
                    let events = begin().chain(first).chain(Answering::running(told, running));
                    return Ok(event_stream::response(events, keep_alive));
                }
            }
        } else {
            running.await
        };
        self.gate.after(wanted.grant.as_deref(), wanted.resource, answer.credential_refused)?;
        let hint = self.settled_revision.seal(answer.initialized.as_ref());
        let as_events = wanted.accept == Accept::EventStream || !told.is_empty();
        let mut response = if as_events && answer.class == ResponseClass::Answered {
            let events = begin().chain(Answering::finished(told, answer));
            event_stream::response(events, keep_alive)
        } else {
            json(answer)
        };
        response.headers_mut().extend(hint);
        Ok(response)
    }
}

/// An answer that is known already.
fn said(body: Vec<u8>) -> Running {
    Box::pin(std::future::ready(HeldAnswer::small(mcp::Response::said(body))))
}

/// The headers say something else than the message.
fn mismatch(run: &Run, error: &mcp::Error) -> Refusal {
    let refused = mcp::Response::refused(Some(run.id().request()), error);
    Refusal::with_body(StatusCode::BAD_REQUEST, refused.body)
}

fn json(answer: HeldAnswer) -> Response {
    let status = match answer.class {
        ResponseClass::Answered => StatusCode::OK,
        ResponseClass::UnknownMethod => StatusCode::NOT_FOUND,
        ResponseClass::Malformed => StatusCode::BAD_REQUEST,
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
