//! Lists of runs: active ones as one list, names beside ids, known statuses.
//!
//! A page takes one request and one for names; what is active one a status and one for names.

use tokio::time::{Duration, Instant};

use super::{
    Tools,
    extent::{not_all, note_of_future},
    shaping::{Figured, notes, wanted_fields},
    step::{CallStep, invalid},
};
use crate::{
    answer::{
        self, FailureKind, Fitting, GatheredRuns, KnownNames, Layout, Narrowing, Position,
        RowSink as _, RowsWithoutNames, ToolFailure, Window,
    },
    catalog::{AskedStatus, Operation, RowNames, RunFacts},
    clock,
    mcp::ToolResult,
    telemetry::Causes,
    wiv,
};

/// Rows that are looked at on a page for their names.
const MAX_PAGE_ROWS: usize = 500;

/// Statuses that are named in a sentence.
const MAX_NAMED: usize = 20;

/// Longest wait for names: rows are worth more than they are.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is said where names could not be read.
pub(super) const NO_NAMES: &str =
    "The names of workflows could not be read: rows have only their ids.";

/// Names, and when upstream gave them.
pub(super) struct NamesRead {
    pub(super) names: KnownNames,
    /// In Unix seconds.
    pub(super) at: u64,
}

impl Tools {
    /// Runs a tool that lists runs.
    pub(super) async fn list_runs(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        facts: &RunFacts,
    ) -> Result<ToolResult, ToolFailure> {
        let position = self.position(step).await?;
        let status = step.arguments.run_status(facts);
        let known = match &status {
            AskedStatus::Active => {
                return self.list_active(step, operation, facts, position).await;
            }
            AskedStatus::Known(known) => Some(&**known),
            AskedStatus::Unknown(given) => Some(&**given),
            AskedStatus::Any => None,
        };
        let arguments = step.arguments.with_run_status(known);
        let request = operation
            .request(&arguments, position.page_key.as_deref())
            .map_err(|problem| invalid(&[problem]))?;
        let sent = self.send_for_page(step, operation, &request, &position).await;
        let sent = sent.map_err(|failure| with_statuses(failure, &status, facts))?;
        let filter = known.map(|known| (facts.status.clone(), Box::from([known.into()])));
        let mut figured = Figured {
            fitting: Some(Fitting::new(filter)),
            narrowing: Narrowing::new(step.arguments.narrowed(operation)),
            ..Figured::default()
        };
        let rows = rows_without_names(step, operation, &sent.answer);
        if rows.rows == 0 && position.page_key.is_none() {
            figured.notes.extend(note_of_status(&status, facts));
            let at = sent.answer.head.date.unwrap_or_else(clock::unix_seconds);
            figured.notes.extend(note_of_future(step.arguments, at));
        }
        if rows.without > 0
            && let Some(of) = self.wanted_names(step, operation)
        {
            match self.read_names(step, of).await {
                Some(read) => figured.names = Some(read.names),
                None => figured.notes.push(NO_NAMES.to_owned()),
            }
        }
        self.shape(step, operation, &request, &sent, position, figured).await
    }

    /// All runs that have not ended, whichever of their statuses they have.
    async fn list_active(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        facts: &RunFacts,
        position: Position,
    ) -> Result<ToolResult, ToolFailure> {
        let narrowing = Narrowing::new(step.arguments.narrowed(operation));
        let mut runs = GatheredRuns::new(facts, narrowing);
        let mut of_reading = Vec::new();
        let (mut first, mut held) = (None, None);
        for status in &facts.active {
            let arguments = step.arguments.with_run_status(Some(status));
            let folded = self.fold(step, operation, &arguments, runs).await?;
            if let Some(stopped) = &folded.extent.stopped {
                return Err(not_all(&folded.extent, stopped));
            }
            for note in folded.extent.notes {
                if !of_reading.contains(&note) {
                    of_reading.push(note);
                }
            }
            first.get_or_insert((folded.used, folded.at));
            runs = folded.sink;
            held = Some(folded.held);
        }
        if runs.is_too_large {
            return Err(ToolFailure::new(
                FailureKind::TooLarge,
                "The runs that have not ended are too large to be put in one order. Ask for one \
                 status, or for one workflow.",
            ));
        }
        let (used, at) = first.expect("the catalogue names an active status");
        let mut notes = notes(step, used);
        notes.append(&mut of_reading);
        notes.extend(runs.note_of_unfit());
        let window = Window { offset: position.offset, limit: step.arguments.limit() };
        let (window, total) = runs.finish(window);
        notes.push(format!("Active means {}.", listed(facts.active.iter().map(|it| &**it))));
        if position.stamp.is_some_and(|stamp| stamp != window.stamp) {
            notes.push(
                "Runs began or ended since the page before, so rows may be missing or come twice. \
                 Begin anew without `cursor` to see all."
                    .to_owned(),
            );
        }
        let mut names = None;
        if !window.rows.is_empty()
            && let Some(of) = self.wanted_names(step, operation)
        {
            match self.read_names(step, of).await {
                Some(read) => names = Some(read.names),
                None => notes.push(NO_NAMES.to_owned()),
            }
        }
        let fields = wanted_fields(step, operation);
        let layout = self.layout(step, operation, at);
        let seal = self.cursor_seal(used.of(step.caller), step.tool, step.arguments);
        let render = move || {
            let layout = Layout { fields: &fields, names: names.as_ref(), ..layout };
            answer::render_ordered(&window, total, layout, &position, notes, seal)
        };
        let rendered = self.rendered(step, render).await?;
        drop(held);
        let rendered = rendered
            .map_err(|malformed| ToolFailure::new(FailureKind::Malformed, malformed.to_string()))?;
        Ok(ToolResult::new(rendered.text, rendered.structured))
    }

    /// Where names come from, if they will be shown.
    fn wanted_names<'o>(
        &self,
        step: CallStep<'_>,
        operation: &'o Operation,
    ) -> Option<&'o RowNames> {
        let of = operation.names.as_deref()?;
        let is_shown = |fields: Box<[Box<str>]>| {
            fields.is_empty() || fields.iter().any(|field| **field == *"*" || *field == of.shown)
        };
        step.arguments.fields().is_none_or(is_shown).then_some(of)
    }

    /// The names of what rows identify; nothing where they can't be had. A list of runs is one
    /// without them, too.
    pub(super) async fn read_names(&self, step: CallStep<'_>, of: &RowNames) -> Option<NamesRead> {
        let source = &of.source;
        let step = CallStep { deadline: step.deadline.min(Instant::now() + PATIENCE), ..step };
        let request = source.request(&step.arguments.of_tenant(source), None).ok()?;
        let sent = self.send(step, source, &request).await.ok()?;
        let answer = sent.answer;
        let at = answer.head.date.unwrap_or_else(clock::unix_seconds);
        let (keys, mut names) = (step.keys.clone(), KnownNames::new(of));
        let is_long = answer.body.len() >= answer::LONG_BODY_BYTES;
        let read = move || {
            let (body, extent) = (&answer.body, answer.head.extent);
            answer::read_page(
                body,
                usize::MAX,
                &answer::PagesBefore::default(),
                extent,
                &keys,
                &mut names,
            )
            .map(|_| names)
        };
        let read = if is_long { self.aside.run(step.deadline, read).await.ok()? } else { read() };
        match read {
            Ok(names) => Some(NamesRead { names, at }),
            Err(malformed) => {
                tracing::warn!(
                    operation = &*source.id,
                    request.id = format_args!("{:032x}", step.trace.request_id),
                    error = %Causes(&malformed),
                    "names can't be read"
                );
                None
            }
        }
    }
}

/// How many rows a page has, and how many of them lack a name; of a long one it is taken for
/// granted that there are.
fn rows_without_names(
    step: CallStep<'_>,
    operation: &Operation,
    answer: &wiv::Answer,
) -> RowsWithoutNames {
    let field = operation.names.as_deref().map(|names| names.shown.clone()).unwrap_or_default();
    let mut rows = RowsWithoutNames { field, ..RowsWithoutNames::default() };
    if answer.body.len() >= answer::LONG_BODY_BYTES {
        (rows.rows, rows.without) = (1, 1);
        return rows;
    }
    rows.begin(0);
    let extent = answer.head.extent;
    // What can't be read is told when it is shaped.
    let _told_later = answer::read_page(
        &answer.body,
        MAX_PAGE_ROWS,
        &answer::PagesBefore::default(),
        extent,
        step.keys,
        &mut rows,
    );
    rows
}

/// WIV publishes no statuses: one that the catalogue doesn't know is asked for all the same.
fn note_of_status(status: &AskedStatus, facts: &RunFacts) -> Option<String> {
    let AskedStatus::Unknown(given) = status else { return None };
    let given = crate::text::quoted(&crate::text::shown_name(given, 64));
    let known = listed(facts.statuses());
    Some(format!("No execution has status {given}. Known statuses are {known}."))
}

fn with_statuses(failure: ToolFailure, status: &AskedStatus, facts: &RunFacts) -> ToolFailure {
    match (failure.kind, status) {
        (FailureKind::InvalidArguments, AskedStatus::Unknown(_)) => {
            let known = listed(facts.statuses());
            let message = format!("{} Known statuses are {known}.", failure.message).into();
            ToolFailure { message, ..failure }
        }
        _ => failure,
    }
}

fn listed<'s>(statuses: impl Iterator<Item = &'s str>) -> String {
    let mut statuses: Vec<&str> = statuses.take(MAX_NAMED).collect();
    let Some(last) = statuses.pop() else { return String::new() };
    if statuses.is_empty() {
        last.to_owned()
    } else {
        format!("{} and {last}", statuses.join(", "))
    }
}
