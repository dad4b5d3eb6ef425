//! The summary of runs: names first, then all runs that began in some days, added up.
//!
//! Decides what is read; `fold` reads, `answer` adds up and tells.

use std::sync::Arc;

use super::{
    Tools,
    extent::{note_of_future, reading},
    fold::Folded,
    runs::NO_NAMES,
    shaping::notes,
    step::CallStep,
};
use crate::{
    answer::{self, ActiveRuns, Days, RunFigures, RunningNow, ToolFailure},
    catalog::{Operation, RunsSummary},
    clock,
    mcp::ToolResult,
};

/// Days that are told of where nobody says which: today and those before.
const USUAL_DAYS: u64 = 30;

impl Tools {
    /// Runs a tool that adds runs up.
    pub(super) async fn summarize_runs(
        &self,
        step: CallStep<'_>,
        summary: &RunsSummary,
    ) -> Result<ToolResult, ToolFailure> {
        let is_one = step.arguments.names_ids_of(&summary.one);
        let source = if is_one { &summary.one } else { &summary.all };
        let names = match source.names.as_deref() {
            Some(of) => self.read_names(step, of).await,
            None => None,
        };
        let days = match step.arguments.days() {
            Some((start, end)) => Days { start: start.into(), end: end.into() },
            // The names came with upstream's time: its days may not be ours.
            None => last_days(names.as_ref().map_or_else(|| self.wiv.its_time(), |read| read.at)),
        };
        let arguments = step.arguments.with_days(&days.start, &days.end);
        let figures = RunFigures::new(summary.facts.clone(), step.arguments.run_group());
        let folded = self.fold(step, source, &arguments, figures).await?;
        let Folded { sink: figures, extent, used, at, held: _held } = folded;
        let now = self.running_now(step, source, summary).await;
        let mut notes = notes(step, used);
        notes.extend(extent.notes.iter().cloned());
        notes.extend(note_of_future(step.arguments, at));
        if names.is_none() && source.names.is_some() {
            notes.push(NO_NAMES.to_owned());
        }
        let (layout, reading) = (self.layout(step, source, at), reading(&extent));
        let render = move || {
            let names = names.map(|read| read.names);
            answer::run_summary(
                &figures,
                &reading,
                &days,
                now.as_ref(),
                names.as_ref(),
                layout,
                notes,
            )
        };
        let rendered = self.rendered(step, render).await?;
        Ok(ToolResult::new(rendered.text, rendered.structured))
    }

    /// What has not ended, whichever day it began: one fold a status. Nothing where the first
    /// can't be read.
    async fn running_now(
        &self,
        step: CallStep<'_>,
        source: &Operation,
        summary: &RunsSummary,
    ) -> Option<RunningNow> {
        let mut now =
            RunningNow { runs: ActiveRuns::new(Arc::clone(&summary.facts)), are_all: true };
        let any_day = step.arguments.without_days();
        for status in &summary.facts.active {
            let arguments = any_day.with_run_status(Some(status));
            let folded = self.fold(step, source, &arguments, now.runs).await.ok()?;
            now.are_all &= folded.extent.stopped.is_none();
            now.runs = folded.sink;
        }
        Some(now)
    }
}

fn last_days(at: u64) -> Days {
    let first = at.saturating_sub((USUAL_DAYS - 1) * clock::DAY_SECONDS.unsigned_abs());
    Days { start: clock::day(first).into(), end: clock::day(at).into() }
}
