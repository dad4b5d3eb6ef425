//! The state of what goes on, as one read tells it.
//!
//! And the call that reads it again. Not for waiting: `follow` does.

use crate::{
    answer::{self, MalformedAnswer, NextCall, ToolFailure},
    catalog::{Arguments, Following, Operation, StateFacts, UpstreamRequest},
    clock,
    text::shown_name,
    tools::{
        Tools,
        sending::Sent,
        step::{CallStep, invalid},
    },
};

/// After how many seconds another look is worth its while.
pub(super) const LOOK_AGAIN_SECONDS: u64 = 5;

/// Longest id that is followed, in characters.
const MAX_ID_CHARS: usize = 256;

/// Characters of a state or step in a sentence.
const MAX_CHARS: usize = 64;

/// A state that was read.
pub(super) struct ReadState {
    pub(super) request: UpstreamRequest,
    pub(super) sent: Sent,
    /// The object, as JSON text fit to be shown; empty where there is none.
    pub(super) data: Box<str>,
    /// When upstream told, in Unix seconds.
    pub(super) at: u64,
    pub(super) status: Option<String>,
    step: Option<String>,
    pub(super) is_active: bool,
    pub(super) is_failed: bool,
}

impl ReadState {
    /// For a person who waits: `RUNNING, step "Tag_Volumes"`.
    pub(super) fn in_words(&self) -> String {
        let status = shown_name(self.status.as_deref().unwrap_or("unknown"), MAX_CHARS);
        match &self.step {
            Some(step) => format!("{status}, step {}", shown_name(step, MAX_CHARS)),
            None => status,
        }
    }
}

impl Tools {
    /// Reads a state by these arguments.
    ///
    /// # Errors
    /// When there is no object.
    pub(super) async fn read_state(
        &self,
        step: CallStep<'_>,
        read: &Operation,
        arguments: &Arguments,
    ) -> Result<ReadState, ToolFailure> {
        let state = self.read_whatever(step, read, arguments).await?;
        if !state.data.is_empty() {
            return Ok(state);
        }
        let facts = self.facts(step, read, &state.request);
        let malformed = MalformedAnswer::NoObject;
        Err(ToolFailure::unreadable(facts, state.sent.answer.status, &malformed))
    }

    /// The same, whatever upstream sent: without an object it is in no state.
    pub(super) async fn read_whatever(
        &self,
        step: CallStep<'_>,
        read: &Operation,
        arguments: &Arguments,
    ) -> Result<ReadState, ToolFailure> {
        let request = read.request(arguments, None).map_err(|problem| invalid(&[problem]))?;
        let sent = self.send(step, read, &request).await?;
        let data = self.data_of(step, &sent).await.unwrap_or_default();
        let at = sent.answer.head.date.unwrap_or_else(clock::unix_seconds);
        let facts = read.state.as_deref();
        let said = |field: Option<&str>| field.and_then(|field| answer::said_of(&data, field));
        let status = said(facts.map(|facts| &*facts.field));
        let at_step = said(facts.and_then(|facts| facts.step.as_deref()));
        let is = |of: fn(&StateFacts, &str) -> bool| {
            facts.zip(status.as_deref()).is_some_and(|(facts, status)| of(facts, status))
        };
        let (is_active, is_failed) = (is(StateFacts::is_active), is(StateFacts::is_failed));
        Ok(ReadState { request, sent, data, at, status, step: at_step, is_active, is_failed })
    }

    /// The object of an answer; nothing where there is none.
    pub(super) async fn data_of(&self, step: CallStep<'_>, sent: &Sent) -> Option<Box<str>> {
        let (body, keys) = (sent.answer.body.clone(), step.keys.clone());
        let is_long = body.len() >= answer::LONG_BODY_BYTES;
        let read = move || answer::data_of(&body, &keys);
        let data = if is_long { self.aside.run(step.deadline, read).await.ok()? } else { read() };
        data.filter(|data| data.get().starts_with('{')).map(|data| data.get().into())
    }

    /// The id of what an answer says that began.
    pub(super) async fn id_of_what_began(
        &self,
        step: CallStep<'_>,
        following: &Following,
        sent: &Sent,
    ) -> Option<String> {
        let id = answer::said_of(&self.data_of(step, sent).await?, &following.id)?;
        let is_id = !id.is_empty()
            && id.len() <= MAX_ID_CHARS
            && id.bytes().all(|byte| byte.is_ascii_graphic());
        is_id.then_some(id)
    }

    /// The call that reads what began and has this id, where the caller has its tool.
    pub(super) fn next_of(
        &self,
        step: CallStep<'_>,
        following: &Following,
        id: &str,
    ) -> Option<NextCall> {
        self.offered(step.caller, &following.tool)?;
        let arguments = step.arguments.of_what_began(following, id);
        NextCall::new(&following.tool, arguments.iter(), LOOK_AGAIN_SECONDS)
    }
}
