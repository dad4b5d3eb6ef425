//! The owner's half of HTTP+SSE: it has the stream, its conversation and its caller.
//!
//! Knows no request: a message may come from another instance, and then brings no key.

use std::sync::Arc;

use super::{
    Session,
    session::{NotTaken, Said},
};
use crate::{
    admission::Denied,
    auth::ProtectedResource,
    caller::{Caller, Fingerprint, ShownCredentials},
    limits::Held,
    mcp::{Frame, Host, Named, Rejected, Run},
    sessions,
    telemetry::TraceId,
    transport::{Endpoint, event_stream::come_back},
};

/// What was posted for a stream.
pub(crate) struct PostedMessage {
    pub(super) frame: Frame,
    pub(super) named: NamedRevision,
    pub(super) trace_id: TraceId,
    /// The memory that the message takes.
    pub(super) held: Held<Fingerprint>,
}

/// The revision that a post named, apart from its headers.
pub(super) enum NamedRevision {
    Nothing,
    One(Box<str>),
    Unreadable,
}

/// Why nothing of a message was done.
pub(crate) enum MessageRefused {
    /// The stream is gone, or not this caller's.
    Ended,
    /// The conversation doesn't take it.
    Rejected(Rejected<Denied>),
}

/// A stream that is open here.
pub(crate) struct Owner<H: Host<Caller = Caller>> {
    endpoint: Arc<Endpoint<H>>,
    pub(super) session: Arc<Session>,
}

impl<H: Host<Caller = Caller>> Owner<H> {
    pub(super) fn new(endpoint: Arc<Endpoint<H>>, session: Arc<Session>) -> Self {
        Self { endpoint, session }
    }
}

impl<H: Host<Caller = Caller>> sessions::StreamOwner for Owner<H> {
    type Message = PostedMessage;
    type Receipt = Result<(), MessageRefused>;

    async fn take(
        self: Arc<Self>,
        shown: &ShownCredentials,
        message: PostedMessage,
    ) -> Self::Receipt {
        let Self { endpoint, session } = &*self;
        let PostedMessage { frame, named, trace_id, held } = message;
        let caller = session.caller.as_shown(shown).ok_or(MessageRefused::Ended)?;
        let view = endpoint.host.view(&caller);
        let resource = ProtectedResource { view: caller.view, ..ProtectedResource::SSE };
        let allow = |effect| endpoint.gate.allow(&caller, resource, effect);
        let held = Arc::new(held);
        let spawn = |run| {
            let call = Arc::clone(&self).answer(run, caller.clone(), trace_id, Arc::clone(&held));
            endpoint.tasks.spawn(call).abort_handle()
        };
        let said = session.take(frame, named.as_ref(), &view, allow, spawn);
        let said = said.map_err(|not_taken| match not_taken {
            NotTaken::Ended => MessageRefused::Ended,
            NotTaken::Deaf => {
                endpoint.let_go(session);
                MessageRefused::Ended
            }
            NotTaken::Rejected(why) => MessageRefused::Rejected(why),
        })?;
        if !said.is_empty() {
            // It waits for room, and is told also when whoever posted doesn't wait.
            let told = endpoint.tasks.spawn(Arc::clone(&self).say(said, held));
            let _failed = told.await;
        }
        Ok(())
    }

    fn retire(&self) {
        self.session.retire();
    }

    fn end(&self) {
        self.session.end(come_back());
    }
}

impl<H: Host<Caller = Caller>> Owner<H> {
    async fn say(self: Arc<Self>, said: Vec<Said>, held: Arc<Held<Fingerprint>>) {
        for mut said in said {
            let body = std::mem::take(&mut said.body);
            self.endpoint.tell(&self.session, None, body).await;
        }
        drop(held);
    }

    /// Answers a request on the stream, when its turn has come.
    async fn answer(
        self: Arc<Self>,
        run: Run,
        caller: Caller,
        trace_id: TraceId,
        held: Arc<Held<Fingerprint>>,
    ) {
        let Self { endpoint, session } = &*self;
        let _turn = session.turn().await;
        let (id, outbox) = (run.id(), endpoint.outbox(session));
        let answer = run.answer_or_tell_loss(&*endpoint.host, &caller, trace_id.0, outbox).await;
        drop(held);
        endpoint.tell(session, Some(&id), answer.body).await;
    }
}

impl From<Named<'_>> for NamedRevision {
    fn from(named: Named<'_>) -> Self {
        match named {
            Named::Nothing => Self::Nothing,
            Named::One(date) => Self::One(date.into()),
            Named::Unreadable => Self::Unreadable,
        }
    }
}

impl NamedRevision {
    fn as_ref(&self) -> Named<'_> {
        match self {
            Self::Nothing => Named::Nothing,
            Self::One(date) => Named::One(date),
            Self::Unreadable => Named::Unreadable,
        }
    }
}
