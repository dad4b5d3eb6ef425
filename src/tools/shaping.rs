//! From an answer of WIV to what a model reads.
//!
//! Where and how long a shaping runs; the shapes are `answer`'s.

use http::StatusCode;

use super::{
    Tools,
    sending::{Sent, Used},
    step::CallStep,
};
use crate::{
    answer::{self, Position, ToolFailure, WantedFields},
    catalog::{Operation, Paging, UpstreamRequest},
    clock::{self, unix_seconds},
    mcp::ToolResult,
    telemetry::Causes,
};

/// How long before its end a key's end is told: a week, so that a weekend is no surprise.
const WARNING_SECONDS: u64 = 7 * 24 * 60 * 60;

impl Tools {
    pub(super) async fn shape(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        request: &UpstreamRequest,
        sent: &Sent,
        position: Position,
    ) -> Result<ToolResult, ToolFailure> {
        let Sent { answer, used } = sent;
        let usual = operation.fields.as_deref();
        let fields = usual.map(|usual| WantedFields::new(step.arguments.fields(), usual));
        let fields = fields.unwrap_or_default();
        let layout = answer::Layout {
            shape: operation.answer,
            money: None,
            fields: &WantedFields::All,
            scrolls: operation.paging == Some(Paging::Scroll),
            limit: operation.paging.map(|_| step.arguments.limit()),
            limits: self.settings.answer_limits(),
            status: answer.status,
            extent: answer.head.extent,
            writes: self.facts(step, operation, request).writes,
        };
        let notes = notes(step, *used);
        let told = |failure| used.told(step.caller, failure);
        let rendered = if answer.body.len() < answer::LONG_BODY_BYTES {
            let layout =
                answer::Layout { money: operation.money.as_ref(), fields: &fields, ..layout };
            let seal = |next| self.seal_cursor(step.caller, step.tool, step.arguments, &next);
            answer::render(&answer.body, layout, &position, step.keys, notes, seal)
        } else {
            let seal = self.cursor_seal(step.caller, step.tool, step.arguments);
            let (body, keys) = (answer.body.clone(), step.keys.clone());
            let money = operation.money.clone();
            let render = move || {
                let layout = answer::Layout { money: money.as_ref(), fields: &fields, ..layout };
                answer::render(&body, layout, &position, &keys, notes, seal)
            };
            let rendered = self.aside.run(step.deadline, render).await;
            rendered
                .map_err(|why| told(self.unshaped(step, operation, request, answer.status, why)))?
        };
        let rendered = rendered.map_err(|malformed| {
            let malformed = malformed.encoded_as(answer.head.encoding.as_deref());
            tracing::warn!(
                operation = &*operation.id,
                request.id = format_args!("{:032x}", step.trace.request_id),
                error = %Causes(&malformed),
                "the WIV API sent an answer that can't be read"
            );
            let facts = self.facts(step, operation, request);
            told(ToolFailure::unreadable(facts, answer.status, &malformed))
        })?;
        Ok(ToolResult::new(rendered.text, rendered.structured))
    }

    pub(super) fn unshaped(
        &self,
        step: CallStep<'_>,
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

/// What a caller should know besides the answer.
fn notes(step: CallStep<'_>, used: Used) -> Vec<String> {
    let mut notes: Vec<String> = used.note(step.caller).into_iter().collect();
    let grant = used.of(step.caller).grant.as_ref();
    let ends = grant.map(|grant| grant.key_expires_at);
    if let Some(ends) = ends.filter(|ends| *ends < unix_seconds() + WARNING_SECONDS) {
        let day = clock::day(ends);
        notes.push(format!("This sign-in ends on {day} (UTC): sign in again before."));
    }
    notes
}
