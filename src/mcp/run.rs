//! A request on its way from its conversation to its answer.
//!
//! Carries all that the answer needs, so that it may run on any task. What a transport must know
//! of it is asked here; the message itself stays inside.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use serde_json::Value;

use super::{
    Context, Effect, HeaderParameter, Host, Outbox, RequestId, Response, Revision, TransportKind,
    View,
    context::PROTOCOL_VERSION,
    dispatch::dispatch,
    jsonrpc::{Request, member},
    method::Method,
};

/// Names a request in flight within its conversation. An id may come again once it was answered;
/// the number tells the two apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunId {
    pub(super) request: RequestId,
    pub(super) number: u64,
}

impl RunId {
    /// The request's own id.
    pub(crate) fn request(&self) -> &RequestId {
        &self.request
    }
}

/// A request that is to be answered.
#[derive(Debug)]
pub(crate) struct Run {
    pub(super) number: u64,
    pub(super) request: Request,
    pub(super) revision: &'static Revision,
    pub(super) transport: TransportKind,
    pub(super) effect: Effect,
    pub(super) view: Arc<View>,
}

impl Run {
    /// Its name within the conversation.
    pub(crate) fn id(&self) -> RunId {
        RunId { request: self.request.id.clone(), number: self.number }
    }

    /// What it may change.
    pub(crate) fn effect(&self) -> Effect {
        self.effect
    }

    /// Whether a client begins with it.
    pub(crate) fn is_first_of_client(&self) -> bool {
        self.request.method.is(Method::Initialize) || self.request.method.is(Method::Discover)
    }

    /// Whether headers must repeat what it says.
    pub(crate) fn is_mirrored_in_headers(&self) -> bool {
        self.revision.mirrored_headers
    }

    /// The method's name.
    pub(crate) fn method(&self) -> &str {
        self.request.method.as_str()
    }

    /// What names the request's object in its parameters: a tool, a prompt or a resource.
    /// `None` for methods without one; `Some(None)` when the parameter is missing.
    pub(crate) fn object(&self) -> Option<Option<&str>> {
        let member = self.request.method.known()?.object()?;
        Some(self.request.params.get(member).and_then(Value::as_str))
    }

    /// The arguments of its tool that headers repeat.
    pub(crate) fn header_parameters(&self) -> &[HeaderParameter] {
        let tool = self.request.params.get("name").and_then(Value::as_str);
        match tool.filter(|_| self.request.method.is(Method::ToolsCall)) {
            Some(tool) => self.view.header_parameters(tool),
            None => &[],
        }
    }

    /// The argument at a path; null counts as absent.
    pub(crate) fn argument(&self, path: &[String]) -> Option<&Value> {
        let arguments = self.request.params.get("arguments")?;
        path.iter()
            .try_fold(arguments, |value, member| value.get(member))
            .filter(|value| !value.is_null())
    }

    /// Answers it. Needs no `initialize` before: a client that comes back after its stream was
    /// cut goes on where it was.
    pub(crate) async fn answer<H: Host>(
        self,
        host: &H,
        caller: &H::Caller,
        trace_id: u128,
        outbox: Outbox,
    ) -> Response {
        let Self { request, revision, transport, view, .. } = self;
        let context = Context::new(revision, transport, trace_id).with_outbox(outbox);
        dispatch(host, caller, &view, context, request).await
    }

    /// The same, also when answering panics: its id would be in flight for ever.
    pub(crate) async fn answer_or_tell_loss<H: Host>(
        self,
        host: &H,
        caller: &H::Caller,
        trace_id: u128,
        outbox: Outbox,
    ) -> Response {
        let id = self.request.id.clone();
        let answer = AssertUnwindSafe(self.answer(host, caller, trace_id, outbox));
        answer.catch_unwind().await.unwrap_or_else(|_| Response::lost(&id))
    }
}

impl Request {
    /// The revision that a request of 2026-07-28 names in `_meta` (basic, "Per-request
    /// metadata").
    pub(super) fn named_revision(&self) -> Option<&str> {
        let meta = self.params.get("_meta")?.as_object()?;
        member(meta, PROTOCOL_VERSION)?.as_str()
    }
}
