//! An answer without rows: whether a filter's value is one that no row has.
//!
//! Costs one read for each filter, five at most. What can't be read says nothing.

use tokio::time::{Duration, Instant};

use super::{Tools, sending::Sent, step::CallStep};
use crate::{
    answer::{self, Figures, KnownValues, RowSink},
    catalog::{FilterValues, Operation},
    wiv,
};

/// Filters of one call whose values are read.
const MAX_FILTERS: usize = 5;

/// Longest wait for all of them: the answer is there without.
const PATIENCE: Duration = Duration::from_secs(5);

impl Tools {
    /// What a caller should know of filters that found nothing.
    pub(super) async fn check_empty(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
    ) -> Vec<String> {
        self.check_values(step, operation, &step.arguments.filters(operation)).await
    }

    /// The same of values that no row had although others have rows.
    pub(super) async fn check_unmet(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        figures: &Figures,
    ) -> Vec<String> {
        let unmet = figures.unmet_filters();
        if unmet.is_empty() {
            return Vec::new();
        }
        self.check_values(step, operation, &unmet).await
    }

    /// The same for fields and values from anywhere in a call.
    pub(super) async fn check_values(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        filters: &[(&str, Vec<&str>)],
    ) -> Vec<String> {
        let Some(values) = operation.values.as_deref() else { return Vec::new() };
        let deadline = step.deadline.min(Instant::now() + PATIENCE);
        let step = CallStep { deadline, ..step };
        let mut notes = Vec::new();
        for (field, given) in filters.iter().take(MAX_FILTERS) {
            if let Some(known) = self.known_values(step, values, field).await {
                notes.extend(known.note(field, given));
            }
        }
        notes
    }

    /// What a caller should know of a query's names, and of values that found nothing.
    pub(super) async fn notes_of_query(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        sent: &Sent,
    ) -> Vec<String> {
        let named = step.arguments.named_fields();
        let mut notes: Vec<String> = named.note(&operation.row).into_iter().collect();
        let body = &sent.answer.body;
        if body.len() < answer::LONG_BODY_BYTES && answer::found_nothing(body, step.keys) {
            // Only of fields that rows have can there be values.
            let is_known = |field: &str| operation.row.iter().any(|known| **known == *field);
            let wanted: Vec<_> =
                named.wanted.into_iter().filter(|(field, _)| is_known(field)).collect();
            notes.extend(self.check_values(step, operation, &wanted).await);
        }
        notes
    }

    /// The values of one filter; nothing where they can't be had, all of them.
    async fn known_values(
        &self,
        step: CallStep<'_>,
        values: &FilterValues,
        field: &str,
    ) -> Option<KnownValues> {
        let source = &values.source;
        let request = source.request(&step.arguments.of_filter(values, field), None).ok()?;
        let wiv::Answer { body, head, .. } = self.send(step, source, &request).await.ok()?.answer;
        let (keys, mut known) = (step.keys.clone(), KnownValues::new(&values.value));
        let is_long = body.len() >= answer::LONG_BODY_BYTES;
        let read = move || {
            let read = answer::read_page(
                &body,
                usize::MAX,
                &answer::PagesBefore::default(),
                head.extent,
                &keys,
                &mut known,
            );
            let read = read.ok().filter(|read| read.next.is_none() && !read.has_doubt)?;
            Some(if read.notes.is_empty() { known } else { known.cleaned() })
        };
        if is_long { self.aside.run(step.deadline, read).await.ok()? } else { read() }
    }
}

/// Whether a first page has no rows, and says that there are no others.
pub(super) fn is_without_rows(sent: &Sent, step: CallStep<'_>) -> bool {
    let wiv::Answer { body, head, .. } = &sent.answer;
    // Where there are no rows there is not much else.
    if body.len() >= answer::LONG_BODY_BYTES {
        return false;
    }
    let read = answer::read_page(
        body,
        usize::MAX,
        &answer::PagesBefore::default(),
        head.extent,
        step.keys,
        &mut Nowhere,
    );
    read.is_ok_and(|read| read.rows == 0 && read.next.is_none() && !read.has_doubt)
}

/// Rows that nobody needs.
struct Nowhere;

impl RowSink for Nowhere {
    fn begin(&mut self, _at: u64) {}

    fn row(&mut self, _row: &str) {}

    fn kept_bytes(&self) -> usize {
        0
    }
}
