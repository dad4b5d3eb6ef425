//! From an answer of WIV to what a model reads.
//!
//! Where and how long a shaping runs; the shapes are `answer`'s.

use http::StatusCode;

use super::{Tools, credential::Used, sending::Sent, step::CallStep};
use crate::{
    answer::{
        self, Around, FailureKind, Figures, Fitting, KnownNames, Layout, Narrowing, Position,
        ToolFailure, WantedFields, Whole,
    },
    catalog::{Operation, Paging, UpstreamRequest},
    clock::{self, unix_seconds},
    mcp::ToolResult,
    telemetry::Causes,
    wiv::Extent,
};

/// How long before its end a key's end is told: a week, so that a weekend is no surprise.
const WARNING_SECONDS: u64 = 7 * 24 * 60 * 60;

/// What an answer tells besides what upstream sent.
#[derive(Default)]
pub(super) struct Figured {
    /// Only rows that these take are shown.
    pub(super) only: Option<Figures>,
    /// Figures over everything that matches.
    pub(super) whole: Option<Whole>,
    /// Only rows that meet these conditions are shown.
    pub(super) narrowing: Option<Narrowing>,
    /// Only rows that fit these filters are shown.
    pub(super) fitting: Option<Fitting>,
    /// Names that rows get.
    pub(super) names: Option<KnownNames>,
    pub(super) notes: Vec<String>,
    /// What stands around the data.
    pub(super) around: Around,
}

impl Tools {
    pub(super) async fn shape(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        request: &UpstreamRequest,
        sent: &Sent,
        position: Position,
        figured: Figured,
    ) -> Result<ToolResult, ToolFailure> {
        let Sent { answer, used } = sent;
        let at = answer.head.date.unwrap_or_else(unix_seconds);
        let writes = self.facts(step, operation, request).writes;
        let layout = Layout {
            status: answer.status,
            extent: answer.head.extent,
            writes,
            ..self.layout(step, operation, at)
        };
        let mut notes = notes(step, *used);
        notes.extend(figured.notes);
        let Figured { only, whole, narrowing, fitting, names, around, .. } = figured;
        let fields = wanted_fields(step, operation);
        let told = |failure| used.told(step.caller, failure);
        let rendered = if answer.body.len() < answer::LONG_BODY_BYTES {
            let layout = Layout {
                money: operation.money.as_ref(),
                fields: &fields,
                only: only.as_ref(),
                whole: whole.as_ref(),
                narrowing: narrowing.as_ref(),
                fitting: fitting.as_ref(),
                names: names.as_ref(),
                around: Some(&around),
                ..layout
            };
            let seal =
                |next| self.seal_cursor(used.of(step.caller), step.tool, step.arguments, &next);
            answer::render(&answer.body, layout, &position, step.keys, notes, seal)
        } else {
            let seal = self.cursor_seal(used.of(step.caller), step.tool, step.arguments);
            let (body, keys) = (answer.body.clone(), step.keys.clone());
            let money = operation.money.clone();
            let render = move || {
                let layout = Layout {
                    money: money.as_ref(),
                    fields: &fields,
                    only: only.as_ref(),
                    whole: whole.as_ref(),
                    narrowing: narrowing.as_ref(),
                    fitting: fitting.as_ref(),
                    names: names.as_ref(),
                    around: Some(&around),
                    ..layout
                };
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
            let failure = told(ToolFailure::unreadable(facts, answer.status, &malformed));
            if facts.continues { failure.of_lost_page() } else { failure }
        })?;
        Ok(ToolResult::new(rendered.text, rendered.structured))
    }

    /// Has what a fold read made readable, beside the workers.
    pub(super) async fn rendered<T: Send + 'static>(
        &self,
        step: CallStep<'_>,
        render: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ToolFailure> {
        let rendered = self.aside.run(step.deadline, render).await;
        rendered.map_err(|why| ToolFailure::new(FailureKind::Timeout, why.to_string()))
    }

    /// How an answer of upstream's at that time is laid out, before anything is known of it.
    pub(super) fn layout(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        at: u64,
    ) -> Layout<'static> {
        Layout {
            shape: operation.answer,
            money: None,
            fields: &WantedFields::All,
            format: step.arguments.format(),
            scrolls: operation.paging == Some(Paging::Scroll),
            limit: operation.paging.map(|_| step.arguments.limit()),
            limits: self.settings.answer_limits(),
            status: StatusCode::OK,
            extent: Extent::default(),
            at,
            writes: false,
            only: None,
            narrowing: None,
            fitting: None,
            names: None,
            whole: None,
            ordered: None,
            around: None,
        }
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

/// Which members of rows are shown.
pub(super) fn wanted_fields(step: CallStep<'_>, operation: &Operation) -> WantedFields {
    let Some(usual) = operation.fields.as_deref() else { return WantedFields::default() };
    let mut named = step.arguments.fields();
    // An amount without its currency is no amount.
    if let (Some(named), Some(money)) = (&mut named, &operation.money)
        && named.contains(&money.amount)
        && !named.contains(&money.currency)
    {
        *named = named.iter().chain([&money.currency]).cloned().collect();
    }
    WantedFields::new(named, usual)
}

/// What a caller should know besides the answer.
pub(super) fn notes(step: CallStep<'_>, used: Used) -> Vec<String> {
    let mut notes: Vec<String> = step.arguments.notes().to_vec();
    notes.extend(used.note(step.caller));
    let grant = used.of(step.caller).grant.as_ref();
    let ends = grant.map(|grant| grant.key_expires_at);
    if let Some(ends) = ends.filter(|ends| *ends < unix_seconds() + WARNING_SECONDS) {
        let day = clock::day(ends);
        notes.push(format!("This sign-in ends on {day} (UTC): sign in again before."));
    }
    notes
}
