//! Looks at what was started before: upstream's list of runs, and one's state.
//!
//! Reads each once for a call. Not for deciding what follows.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::time::{Duration, Instant};

use super::state::ReadState;
use crate::{
    answer::{self, EqualRuns, FailureKind, PagesBefore, RowSink as _, ToolFailure},
    catalog::{Acting, Arguments, Following, Operation},
    clock,
    telemetry::Causes,
    tools::{
        Tools,
        step::{CallStep, invalid},
    },
};

/// Runs that are looked at: the newest page.
const ROWS: usize = 50;

/// Longest wait for the list: a start can go on without it.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the list of runs said.
pub(super) enum Listing {
    Read(Box<EqualRuns>),
    /// It can't be read.
    Unread(FailureKind),
}

/// A look at what was started before.
pub(super) struct Looking<'c> {
    pub(super) tools: &'c Tools,
    pub(super) step: CallStep<'c>,
    pub(super) acting: &'c Acting,
    pub(super) following: Option<&'c Following>,
    listing: Option<(Option<String>, Listing)>,
}

impl<'c> Looking<'c> {
    pub(super) fn new(
        tools: &'c Tools,
        step: CallStep<'c>,
        operation: &'c Operation,
        acting: &'c Acting,
    ) -> Self {
        let following = operation.following.as_deref();
        Self { tools, step, acting, following, listing: None }
    }

    /// Whether upstream lists what is started.
    pub(super) fn has_list(&self) -> bool {
        self.acting.runs.is_some()
    }

    /// Whether the list was read.
    pub(super) fn was_listed(&self) -> bool {
        matches!(self.listing, Some((_, Listing::Read(_))))
    }

    /// When upstream told the list, in Unix seconds.
    pub(super) fn listed_at(&self) -> Option<u64> {
        match &self.listing {
            Some((_, Listing::Read(runs))) => Some(runs.at()),
            _ => None,
        }
    }

    /// The list, and in it the run of a known id. Read once, and again for another id.
    ///
    /// # Errors
    /// When the credential is refused.
    pub(super) async fn list(&mut self, known: Option<&str>) -> Result<&Listing, ToolFailure> {
        let is_told =
            |(of, _): &(Option<String>, Listing)| known.is_none() || of.as_deref() == known;
        if !self.listing.as_ref().is_some_and(is_told) {
            let listing = match self.read_list(known).await {
                Ok(runs) => Listing::Read(Box::new(runs)),
                Err(failure) if failure.kind == FailureKind::Unauthorized => return Err(failure),
                Err(failure) => Listing::Unread(failure.kind),
            };
            self.listing = Some((known.map(str::to_owned), listing));
        }
        let (_, listing) = self.listing.as_ref().expect("it was just read");
        Ok(listing)
    }

    async fn read_list(&self, known: Option<&str>) -> Result<EqualRuns, ToolFailure> {
        let unread =
            || ToolFailure::new(FailureKind::Malformed, "what runs start with is not told");
        let (runs, field) =
            self.acting.runs.as_ref().zip(self.acting.run_payload.as_deref()).ok_or_else(unread)?;
        let facts = runs.runs.as_ref().ok_or_else(unread)?;
        let CallStep { arguments, deadline, .. } = self.step;
        let step = CallStep { deadline: deadline.min(Instant::now() + PATIENCE), ..self.step };
        let wanted = arguments.payload(self.acting);
        let is_equal = move |text: &str| is_equal(text, &wanted);
        let mut sink = EqualRuns::new(Arc::clone(facts), field, is_equal, known);
        let request = runs.page(arguments, ROWS, None).map_err(|problem| invalid(&[problem]))?;
        let answer = self.tools.send(step, runs, &request).await?.answer;
        sink.begin(answer.head.date.unwrap_or_else(clock::unix_seconds));
        let (body, extent, status) = (answer.body.clone(), answer.head.extent, answer.status);
        let keys = step.keys.clone();
        let is_long = body.len() >= answer::LONG_BODY_BYTES;
        let read = move || {
            let before = PagesBefore::default();
            answer::read_page(&body, ROWS, &before, extent, &keys, &mut sink).map(|_| sink)
        };
        let read = if is_long {
            let read = self.tools.aside.run(step.deadline, read).await;
            read.map_err(|why| self.tools.unshaped(step, runs, &request, status, why))?
        } else {
            read()
        };
        read.map_err(|malformed| {
            tracing::warn!(
                operation = &*runs.id,
                request.id = format_args!("{:032x}", step.trace.request_id),
                error = %Causes(&malformed),
                "the list of runs can't be read"
            );
            ToolFailure::new(FailureKind::Malformed, malformed.to_string())
        })
    }

    /// The state of what has this id; none where the catalogue doesn't know how to read it.
    pub(super) async fn state(&self, id: &str) -> Option<Result<ReadState, ToolFailure>> {
        let following = self.following?;
        let arguments: Arguments = self.step.arguments.of_what_began(following, id);
        let step =
            CallStep { deadline: self.step.deadline.min(Instant::now() + PATIENCE), ..self.step };
        Some(self.tools.read_state(step, &following.read, &arguments).await)
    }
}

/// Whether a payload is the wanted one, whatever the order of its members. Nothing is `{}`.
fn is_equal(text: &str, wanted: &Value) -> bool {
    match serde_json::from_str(text) {
        Ok(Value::Null) => *wanted == json!({}),
        Ok(value) => value == *wanted,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_equal_whatever_the_order_of_their_members() {
        let wanted = json!({ "a": { "b": 1, "c": [1, 2] }, "d": "x" });
        assert!(is_equal(r#"{ "d": "x", "a": { "c": [1, 2], "b": 1 } }"#, &wanted));
        for other in [
            r#"{"a":{"b":1,"c":[2,1]},"d":"x"}"#,
            r#"{"a":{"b":"1","c":[1,2]},"d":"x"}"#,
            r#"{"a":{"b":1.0,"c":[1,2]},"d":"x"}"#,
            r#"{"a":{"b":1,"c":[1,2]}}"#,
            "null",
            "[",
        ] {
            assert!(!is_equal(other, &wanted), "{other}");
        }
        assert!(is_equal("null", &json!({})) && is_equal("{ }", &json!({})));
    }
}
