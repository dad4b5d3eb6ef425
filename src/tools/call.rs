//! One tool call: find the tool, check, send, shape, tell.
//!
//! Failures of a call are results; only an unknown name is an error of the protocol.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use http::StatusCode;
use tokio::time::Instant as Deadline;

use super::{Tools, connection};
use crate::{
    answer::{self, FailureKind, Keys, Position, ToolFailure},
    caller::Caller,
    catalog::{
        Action, AnswerShape, Arguments, Confidence, Operation, Paging, Problem, Tool,
        UpstreamRequest,
    },
    clock::{self, unix_seconds},
    mcp::{self, Context, ToolCall, ToolResult},
    origin::PublicUrls,
    telemetry::Causes,
    wiv,
};

/// How long before its end a key's end is told: a week, so that a weekend is no surprise.
const WARNING_SECONDS: u64 = 7 * 24 * 60 * 60;

/// Set by a step that borrows everything else.
#[derive(Default)]
pub(super) struct AtomicFlag(AtomicBool);

impl AtomicFlag {
    fn set(&self, value: bool) {
        self.0.store(value, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Who calls what, for the steps below.
#[derive(Clone, Copy)]
pub(super) struct Step<'c> {
    caller: &'c Caller,
    /// What no conversation may hold.
    keys: &'c Keys,
    tool: &'c Tool,
    pub(super) arguments: &'c Arguments,
    trace: wiv::Trace,
    /// When the whole call must be answered, however many requests it takes.
    pub(super) deadline: Deadline,
    /// The configured key was dead, and the bearer beside it was used.
    spare_used: &'c AtomicFlag,
}

impl Tools {
    /// Runs a tool.
    ///
    /// # Errors
    /// When there is no such tool.
    pub(crate) async fn run(
        &self,
        caller: &Caller,
        context: &Context,
        call: ToolCall,
    ) -> Result<ToolResult, mcp::Error> {
        let begun = Instant::now();
        let Some(tool) = self.offered(&call.name) else {
            return Err(self.unknown_tool(&call.name));
        };
        let deadline = self.wiv.deadline();
        let outcome = match self.check(tool, call, deadline).await {
            Ok(arguments) => {
                let step = Step {
                    caller,
                    keys: &Keys::of(caller),
                    tool,
                    arguments: &arguments,
                    trace: trace(context),
                    deadline,
                    spare_used: &AtomicFlag::default(),
                };
                match &tool.action {
                    Action::Call(operation) => self.call_operation(step, operation).await,
                    Action::Overlay { read, write, argument } => {
                        self.overlay(step, read, write, argument).await
                    }
                    Action::Connection => Ok(connection::describe(caller, context)),
                }
            }
            Err(failure) => Err(failure),
        };
        let kind = outcome.as_ref().err().map_or("ok", |failure| failure.kind.as_str());
        let result = outcome.unwrap_or_else(|failure| failure.into_result(context.trace_id));
        tracing::info!(
            tool = &*tool.name,
            outcome = kind,
            duration_us = begun.elapsed().as_micros() as u64,
            answer_bytes = result.structured.as_deref().map_or(0, str::len),
            caller = %caller.fingerprint,
            request.id = format_args!("{:032x}", context.trace_id),
            transport = context.transport.as_str(),
            "tool call"
        );
        Ok(result)
    }

    fn unknown_tool(&self, name: &str) -> mcp::Error {
        let shown: String = name.chars().take(64).collect();
        let nearest: Vec<&str> = self
            .catalog
            .nearest_tools(name)
            .into_iter()
            .filter(|name| self.offered(name).is_some())
            .collect();
        let advice = if nearest.is_empty() {
            "see tools/list".to_owned()
        } else {
            format!("did you mean {}?", nearest.join(", "))
        };
        let message = format!("there is no tool `{shown}`; {advice}");
        mcp::Error::new(mcp::Code::InvalidParams, message)
    }

    async fn call_operation(
        &self,
        step: Step<'_>,
        operation: &Operation,
    ) -> Result<ToolResult, ToolFailure> {
        let position = match step.arguments.cursor() {
            Some(cursor) => self
                .open_cursor(step.caller, step.tool, step.arguments, cursor)
                .ok_or_else(|| {
                    invalid(&[Problem {
                        path: "cursor".into(),
                        message: "it is not from this tool with these arguments and this key; \
                                  leave it out to begin anew"
                            .into(),
                    }])
                })?,
            None => Position::default(),
        };
        let request = operation
            .request(step.arguments, position.page_key.as_deref())
            .map_err(|problem| invalid(&[problem]))?;
        let answer = self.send(step, operation, &request).await?;
        self.shape(step, operation, &request, &answer, position).await
    }

    /// What a failure's words depend on. The read in front of an update changes nothing.
    pub(super) fn facts<'s>(
        &'s self,
        step: Step<'s>,
        operation: &Operation,
        request: &UpstreamRequest,
    ) -> answer::Operation<'s> {
        answer::Operation {
            writes: !step.tool.hints.read_only && !request.repeatable,
            documented: operation.confidence == Confidence::Documented,
            signed_in: step.caller.grant.is_some(),
            connect_url: self.settings.urls.as_ref().map(PublicUrls::connect),
            keys: step.keys,
        }
    }

    pub(super) async fn send(
        &self,
        step: Step<'_>,
        operation: &Operation,
        request: &UpstreamRequest,
    ) -> Result<wiv::Answer, ToolFailure> {
        let facts = self.facts(step, operation, request);
        let deadline = step.deadline;
        let caller = step.caller;
        let is_dead = caller.spare.is_some()
            && self.wiv.verdicts().fresh(caller.fingerprint) == Some(wiv::Verdict::Refused);
        let first = async { self.wiv.send(caller, request, step.trace, deadline).await };
        let mut sent = if is_dead { None } else { Some(first.await) };
        if let Some(spare) = &caller.spare {
            let was_refused = match &sent {
                None => true,
                Some(Ok(answer)) => answer.status == StatusCode::UNAUTHORIZED,
                Some(Err(_)) => false,
            };
            // A key that could not be tried because of others must not cost a sign-in its call.
            let was_not_tried = matches!(&sent, Some(Err(wiv::Failure::TooManyTries(_))));
            let is_beyond = !step.tool.hints.read_only && !spare.may_write();
            // The scope is that of the credential that is used: the key's own ended with it.
            if was_refused && is_beyond {
                return Err(beyond_the_spare());
            }
            // Refused means not done, so the other credential may ask again.
            if was_refused || (was_not_tried && !is_beyond) {
                sent = Some(self.wiv.send(spare, request, step.trace, deadline).await);
                step.spare_used.set(was_refused);
            }
        }
        let sent = sent.expect("a key without a spare is always asked with");
        let answer = sent.map_err(|failure| {
            tracing::warn!(
                operation = &*operation.id,
                request.id = format_args!("{:032x}", step.trace.request_id),
                error = %Causes(&failure),
                "no answer from the WIV API"
            );
            ToolFailure::silent(facts, &failure)
        })?;
        if !answer.status.is_success() {
            tracing::info!(
                operation = &*operation.id,
                upstream.status = answer.status.as_u16(),
                request.id = format_args!("{:032x}", step.trace.request_id),
                "the WIV API refused a request"
            );
            return Err(ToolFailure::refused(
                facts,
                answer.status,
                &answer.body,
                answer.retry_after,
            ));
        }
        Ok(answer)
    }

    pub(super) async fn shape(
        &self,
        step: Step<'_>,
        operation: &Operation,
        request: &UpstreamRequest,
        answer: &wiv::Answer,
        position: Position,
    ) -> Result<ToolResult, ToolFailure> {
        let layout = answer::Layout {
            rows: operation.answer == AnswerShape::Rows,
            scrolls: operation.paging == Some(Paging::Scroll),
            limit: operation.paging.map(|_| step.arguments.limit()),
            limits: self.settings.answer_limits(),
        };
        let notes = notes(step);
        let rendered = if answer.body.len() < answer::LONG_BODY_BYTES {
            let seal = |next| self.seal_cursor(step.caller, step.tool, step.arguments, &next);
            answer::render(&answer.body, layout, &position, step.keys, notes, seal)
        } else {
            let seal = self.cursor_seal(step.caller, step.tool, step.arguments);
            let (body, keys) = (answer.body.clone(), step.keys.clone());
            let render = move || answer::render(&body, layout, &position, &keys, notes, seal);
            let rendered = self.aside.run(step.deadline, render).await;
            rendered.map_err(|why| self.unshaped(step, operation, request, answer.status, why))?
        };
        let rendered = rendered.map_err(|malformed| {
            tracing::warn!(
                operation = &*operation.id,
                request.id = format_args!("{:032x}", step.trace.request_id),
                error = %Causes(&malformed),
                "the WIV API sent an answer that can't be read"
            );
            ToolFailure::unreadable(self.facts(step, operation, request), answer.status, &malformed)
        })?;
        Ok(ToolResult::new(rendered.text, rendered.structured))
    }

    pub(super) fn unshaped(
        &self,
        step: Step<'_>,
        operation: &Operation,
        request: &UpstreamRequest,
        status: StatusCode,
        why: answer::Unshaped,
    ) -> ToolFailure {
        tracing::error!(
            operation = &*operation.id,
            request.id = format_args!("{:032x}", step.trace.request_id),
            error = %why,
            "a large answer was not read"
        );
        ToolFailure::unshaped(self.facts(step, operation, request), status, why)
    }
}

/// The trace that upstream is told: the client's, if it named one.
fn trace(context: &Context) -> wiv::Trace {
    let request_id = context.trace_id;
    let trace_id = context.meta.trace.map_or(request_id, |trace| trace.trace_id);
    let sampled = context.meta.trace.is_none_or(|trace| trace.sampled);
    wiv::Trace { request_id, trace_id, sampled }
}

/// What a caller should know besides the answer.
fn notes(step: Step<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if step.spare_used.get() {
        notes.push(
            "WIV refuses the API key that is configured in the client; the sign-in was used \
             instead. Remove the key from the client's settings."
                .to_owned(),
        );
    }
    let grant = step.caller.grant.as_ref();
    let ends = grant.map(|grant| grant.key_expires_at);
    if let Some(ends) = ends.filter(|ends| *ends < unix_seconds() + WARNING_SECONDS) {
        let day = clock::day(ends);
        notes.push(format!("This sign-in ends on {day} (UTC): sign in again before."));
    }
    notes
}

/// The configured key is dead, and the sign-in beside it does not reach as far.
fn beyond_the_spare() -> ToolFailure {
    ToolFailure::new(
        FailureKind::Forbidden,
        "WIV refuses the API key that is configured in the client, and the sign-in beside it \
         allows reading only. Nothing was changed. Remove the key from the client's settings; \
         to allow changes, sign in again and allow them.",
    )
}

pub(super) fn invalid(problems: &[Problem]) -> ToolFailure {
    let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
    let message = format!("Nothing was sent to WIV. {}.", problems.join("; "));
    ToolFailure::new(FailureKind::InvalidArguments, message)
}
