//! Lists and summaries that know figures over everything that matches.
//!
//! Decides what is read: a page, all of it, or both. `fold` reads, `answer` adds up and tells.

use std::sync::Arc;

use serde_json::value::RawValue;
use tokio::time::{Duration, Instant};

use super::{
    Tools,
    empty::is_without_rows,
    extent::{lost, no_order, note_of_future, reading},
    fold::{FoldExtent, Folded, Stopped},
    sending::Sent,
    shaping::{Figured, notes, wanted_fields},
    step::{CallStep, invalid},
};
use crate::{
    answer::{
        self, ExcludedOnly, FailureKind, Figures, Layout, Once, OrderedRows, PagesBefore, Position,
        Question, Reading, ToolFailure, Whole, Window,
    },
    catalog::{AnswerShape, Arguments, Fold, Operation, Sort, Totals},
    clock,
    mcp::ToolResult,
    wiv,
};

/// Longest wait for what WIV sums itself: ours are there already.
const PATIENCE: Duration = Duration::from_secs(5);

impl Tools {
    /// Runs a tool whose rows can be counted.
    pub(super) async fn call_with_figures(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        fold: &Arc<Fold>,
    ) -> Result<ToolResult, ToolFailure> {
        if operation.answer == AnswerShape::Summary {
            return self.summarize(step, operation, fold).await;
        }
        let position = self.position(step).await?;
        match step.arguments.sort() {
            Some(sort) => self.list_in_order(step, operation, fold, sort, position).await,
            None => self.list_by_page(step, operation, fold, position).await,
        }
    }

    /// A page as upstream gives it, with figures over everything where they are wanted.
    async fn list_by_page(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        fold: &Arc<Fold>,
        position: Position,
    ) -> Result<ToolResult, ToolFailure> {
        let request = operation
            .request(step.arguments, position.page_key.as_deref())
            .map_err(|problem| invalid(&[problem]))?;
        let sent = self.send_for_page(step, operation, &request, &position).await?;
        let asked = asked(step.arguments, fold);
        let mut figured = Figured::default();
        let wanted = step.arguments.totals();
        if wanted != Totals::None {
            let whole = self.whole(step, fold, &asked, &sent, &position, wanted).await;
            if whole.reading.rows > 0 && whole.reading.partial.is_none() {
                figured.notes = self.check_unmet(step, operation, &whole.figures).await;
            }
            figured.whole = Some(whole);
        }
        if !asked.conditions.is_empty() || !asked.filters.is_empty() {
            let mut only = Figures::new(asked);
            answer::RowSink::begin(
                &mut only,
                sent.answer.head.date.unwrap_or_else(clock::unix_seconds),
            );
            figured.only = Some(only);
        }
        if position.page_key.is_none() && is_without_rows(&sent, step) {
            figured.notes = self.check_empty(step, operation).await;
            let at = sent.answer.head.date.unwrap_or_else(clock::unix_seconds);
            figured.notes.extend(note_of_future(step.arguments, at));
        }
        self.shape(step, operation, &request, &sent, position, figured).await
    }

    /// Figures over everything that matches: of the page, where that is all, else of a fold.
    async fn whole(
        &self,
        step: CallStep<'_>,
        fold: &Arc<Fold>,
        asked: &Question,
        sent: &Sent,
        position: &Position,
        wanted: Totals,
    ) -> Whole {
        let mut of_page = None;
        if position.page_key.is_none() {
            of_page = self.figures_of_page(step, asked, sent).await;
        }
        let (figures, reading) = match of_page {
            Some((figures, rows, true)) => {
                let reading = Reading { rows, ..Reading::default() };
                if asked.about_open && wanted == Totals::Full {
                    (self.with_excluded(step, fold, figures).await, reading)
                } else {
                    (figures, reading)
                }
            }
            other => {
                let figures = Figures::new(asked.clone());
                let arguments = source_arguments(step.arguments, asked);
                match self.fold(step, &fold.source, &arguments, figures).await {
                    Ok(Folded { sink, extent, .. }) => (sink, reading(&extent)),
                    // The page is there all the same.
                    Err(failure) => {
                        let (figures, rows) = match other {
                            Some((figures, rows, _)) => (figures, rows),
                            None => (Figures::new(asked.clone()), 0),
                        };
                        (figures, lost(rows, &failure))
                    }
                }
            }
        };
        Whole { figures, reading, wanted }
    }

    /// The figures of a page alone, its rows, and whether there are no others.
    async fn figures_of_page(
        &self,
        step: CallStep<'_>,
        asked: &Question,
        sent: &Sent,
    ) -> Option<(Figures, usize, bool)> {
        let answer = &sent.answer;
        let (body, keys, extent) = (answer.body.clone(), step.keys.clone(), answer.head.extent);
        let (limit, ids) = (step.arguments.limit(), asked.fold.source.row_ids());
        let mut figures = Once::new(Figures::new(asked.clone()), ids);
        answer::RowSink::begin(&mut figures, answer.head.date.unwrap_or_else(clock::unix_seconds));
        let read = move || {
            let read = answer::read_page(
                &body,
                limit,
                &PagesBefore::default(),
                extent,
                &keys,
                &mut figures,
            )
            .ok()?;
            let is_all = read.next.is_none() && !read.has_doubt && figures.repeated == 0;
            Some((figures.sink, read.rows, is_all))
        };
        if answer.body.len() < answer::LONG_BODY_BYTES {
            return read();
        }
        self.aside.run(step.deadline, read).await.ok()?
    }

    /// A list of open rows that fits a page says nothing of those that are excluded.
    async fn with_excluded(
        &self,
        step: CallStep<'_>,
        fold: &Arc<Fold>,
        figures: Figures,
    ) -> Figures {
        let excluded: Vec<&str> = fold.rows.open.excluded.iter().map(|state| &**state).collect();
        if excluded.is_empty() {
            return figures;
        }
        let arguments = step.arguments.with_states(&fold.rows, &excluded);
        let only = ExcludedOnly(figures.clone().before_excluded());
        match self.fold(step, &fold.source, &arguments, only).await {
            Ok(Folded { sink, extent: FoldExtent { stopped: None, .. }, .. }) => sink.0,
            _ => figures.without_excluded(),
        }
    }

    /// A part of the order over everything that matches.
    async fn list_in_order(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        fold: &Arc<Fold>,
        sort: Sort,
        position: Position,
    ) -> Result<ToolResult, ToolFailure> {
        let asked = asked(step.arguments, fold);
        let arguments = source_arguments(step.arguments, &asked);
        let window = Window { offset: position.offset, limit: step.arguments.limit() };
        let by_money = *sort.field == *fold.rows.money.amount;
        let rows = OrderedRows::new(Figures::new(asked), sort, window);
        let folded = self.fold(step, &fold.source, &arguments, rows).await?;
        if let Some(stopped) = &folded.extent.stopped {
            return Err(no_order(&folded.extent, stopped));
        }
        let Folded { sink, extent, used, at, held: _held } = folded;
        if sink.is_too_large() {
            return Err(ToolFailure::new(
                FailureKind::TooLarge,
                "The rows up to this page are too large to be put in order. Narrow the filters.",
            ));
        }
        let (figures, window) = sink.finish(window);
        let mut notes = notes(step, used);
        notes.extend(extent.notes.iter().cloned());
        if extent.is_empty() {
            notes.extend(self.check_empty(step, operation).await);
            notes.extend(note_of_future(step.arguments, at));
        } else if extent.stopped.is_none() {
            notes.extend(self.check_unmet(step, operation, &figures).await);
        }
        notes.extend(window.note_of_field());
        if by_money && figures.currency_count() > 1 {
            notes.push(
                "Amounts of several currencies are ordered as plain numbers, without conversion."
                    .to_owned(),
            );
        }
        if position.stamp.is_some_and(|stamp| stamp != window.stamp) {
            notes.push(
                "What matches has changed since the page before, so rows may be missing or come \
                 twice. Begin anew without `cursor` for a sure order."
                    .to_owned(),
            );
        }
        let total = figures.count();
        let wanted = step.arguments.totals();
        let whole = Whole { figures, reading: reading(&extent), wanted };
        let fields = wanted_fields(step, operation);
        let layout = self.layout(step, operation, at);
        let seal = self.cursor_seal(used.of(step.caller), step.tool, step.arguments);
        let money = operation.money.clone();
        let render = move || {
            let layout = Layout {
                money: money.as_ref(),
                fields: &fields,
                whole: (wanted != Totals::None).then_some(&whole),
                ..layout
            };
            answer::render_ordered(&window, total, layout, &position, notes, seal)
        };
        let rendered = self.rendered(step, render).await?;
        let rendered = rendered
            .map_err(|malformed| ToolFailure::new(FailureKind::Malformed, malformed.to_string()))?;
        Ok(ToolResult::new(rendered.text, rendered.structured))
    }

    /// Figures and groups, without rows.
    async fn summarize(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        fold: &Arc<Fold>,
    ) -> Result<ToolResult, ToolFailure> {
        let asked = Question {
            group_by: step.arguments.group_by(),
            since: step.arguments.since().map(Into::into),
            ..asked(step.arguments, fold)
        };
        let arguments = source_arguments(step.arguments, &asked);
        let has_conditions = !asked.conditions.is_empty();
        let folded = self.fold(step, &fold.source, &arguments, Figures::new(asked)).await?;
        let Folded { sink: figures, extent, used, at, held: _held } = folded;
        let mut notes = notes(step, used);
        // Of figures alone nothing is shown that anything could have been taken out of.
        if !step.arguments.group_by().is_empty() {
            notes.extend(extent.notes.iter().cloned());
        }
        if extent.is_empty() {
            notes.extend(self.check_empty(step, operation).await);
            notes.extend(note_of_future(step.arguments, at));
        } else if extent.stopped.is_none() {
            notes.extend(self.check_unmet(step, operation, &figures).await);
        }
        let mut of_upstream = None;
        if extent.stopped.as_ref().is_some_and(Stopped::is_bound) {
            of_upstream = self.summary_of_upstream(step, operation).await;
            if of_upstream.is_some() && has_conditions {
                notes.push("What WIV summed knows nothing of `where`.".to_owned());
            }
        }
        if step
            .arguments
            .since()
            .and_then(clock::day_number)
            .is_some_and(|day| day * clock::DAY_SECONDS > i64::try_from(at).unwrap_or(i64::MAX))
        {
            notes
                .push("`since` is in the future: nothing can have happened since then.".to_owned());
        }
        let (layout, top) = (self.layout(step, operation, at), step.arguments.top());
        let reading = reading(&extent);
        let render = move || {
            let of_upstream = of_upstream.as_deref().map(RawValue::get);
            answer::summary(&figures, &reading, top, layout, of_upstream, notes)
        };
        let rendered = self.rendered(step, render).await?;
        Ok(ToolResult::new(rendered.text, rendered.structured))
    }

    /// What upstream itself adds up, where we can't read it all.
    async fn summary_of_upstream(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
    ) -> Option<Box<RawValue>> {
        let step = CallStep { deadline: step.deadline.min(Instant::now() + PATIENCE), ..step };
        let request = operation.request(step.arguments, None).ok()?;
        let wiv::Answer { body, .. } = self.send(step, operation, &request).await.ok()?.answer;
        let keys = step.keys.clone();
        let is_long = body.len() >= answer::LONG_BODY_BYTES;
        let read = move || answer::sums_of(&body, &keys);
        if !is_long {
            return read();
        }
        self.aside.run(step.deadline, read).await.ok()?
    }
}

fn asked(arguments: &Arguments, fold: &Arc<Fold>) -> Question {
    Question {
        fold: Arc::clone(fold),
        conditions: arguments.conditions(),
        filters: arguments.sent_filters(),
        subject: arguments.subject(&fold.rows),
        about_open: arguments.is_about_open(&fold.rows),
        group_by: Box::default(),
        since: None,
    }
}

/// What the source is asked: a question about open rows also reads what it leaves out.
fn source_arguments(arguments: &Arguments, asked: &Question) -> Arguments {
    let facts = &asked.fold.rows;
    // What closed since a day has another state.
    if Figures::new(asked.clone()).reads_every_state() {
        return arguments.with_states(facts, &[]);
    }
    if !asked.about_open {
        return arguments.clone();
    }
    let states = facts.open.values.iter().chain(&facts.open.excluded);
    arguments.with_states(facts, &states.map(|state| &**state).collect::<Vec<_>>())
}
