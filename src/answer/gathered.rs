//! Runs from several lists in one order: the newest first, each once.
//!
//! For the few that have not ended. Not for lists without an end: these are kept in memory.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::{Fitting, Narrowing, OrderedWindow, RowSink, Window, narrowing::value_of};
use crate::{catalog::RunFacts, clock};

/// Most bytes of rows that are kept.
const MAX_KEPT_BYTES: usize = 4 * 1024 * 1024;

/// Runs, as they arrive.
#[derive(Debug)]
pub struct GatheredRuns {
    id: Box<str>,
    started: Box<str>,
    fitting: Fitting,
    /// Some had another status than those that were asked for.
    has_unfit: bool,
    narrowing: Option<Narrowing>,
    runs: Vec<GatheredRun>,
    kept_bytes: usize,
    /// Some were left out: there was no room.
    pub is_too_large: bool,
    /// When upstream answered first.
    at: Option<u64>,
}

#[derive(Debug)]
struct GatheredRun {
    started: Option<i64>,
    id: Box<str>,
    row: Box<str>,
}

impl GatheredRuns {
    /// None yet.
    pub fn new(facts: &RunFacts, narrowing: Option<Narrowing>) -> Self {
        Self {
            id: facts.id.clone(),
            started: facts.started.clone(),
            fitting: Fitting::new([(facts.status.clone(), facts.active.clone())]),
            has_unfit: false,
            narrowing,
            runs: Vec::new(),
            kept_bytes: 0,
            is_too_large: false,
            at: None,
        }
    }

    /// What there is to say of rows that came unasked. They are not counted: each status is asked
    /// for by itself, so one may have come twice.
    pub fn note_of_unfit(&self) -> Option<String> {
        self.has_unfit.then(|| {
            "Rows came that do not fit the status that was asked for, and are left out: WIV may \
             not know this filter."
                .to_owned()
        })
    }

    /// A part of them, and how many there are. One that was in two lists counts once, as it was
    /// seen last.
    pub fn finish(mut self, window: Window) -> (OrderedWindow, usize) {
        self.runs.reverse();
        let by_id = |one: &GatheredRun, other: &GatheredRun| {
            other.started.cmp(&one.started).then_with(|| one.id.cmp(&other.id))
        };
        // Stable: of two that are equal the later one stays in front.
        self.runs.sort_by(by_id);
        self.runs.dedup_by(|later, kept| !kept.id.is_empty() && later.id == kept.id);
        let mut hasher = DefaultHasher::new();
        self.runs.iter().for_each(|run| run.id.hash(&mut hasher));
        let total = self.runs.len();
        let rows = self.runs.into_iter().skip(window.offset).take(window.limit);
        let rows = rows.map(|run| run.row).collect();
        let (offset, stamp) = (window.offset, hasher.finish());
        (OrderedWindow { offset, rows, stamp, unknown_field: None }, total)
    }
}

impl RowSink for GatheredRuns {
    fn begin(&mut self, at: u64) {
        self.at.get_or_insert(at);
    }

    fn row(&mut self, row: &str) {
        if !self.fitting.takes(row) {
            self.has_unfit = true;
            return;
        }
        if self.narrowing.as_ref().is_some_and(|narrowing| !narrowing.takes(row)) {
            return;
        }
        if self.kept_bytes + row.len() > MAX_KEPT_BYTES {
            self.is_too_large = true;
            return;
        }
        self.kept_bytes += row.len();
        let started = value_of(row, &self.started).and_then(|text| clock::unix_micros(&text));
        let id = value_of(row, &self.id).unwrap_or_default().into();
        self.runs.push(GatheredRun { started, id, row: row.into() });
    }

    fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn runs_of_two_lists_are_one_list_newest_first_and_each_once() {
        let catalog = Catalog::built_in();
        let tool = catalog.tool("wiv_list_all_executions").unwrap();
        let facts = tool.operation().unwrap().runs.as_deref().unwrap();
        let row = |id: &str, day: u32, status: &str| {
            format!(
                r#"{{"execution_id":"{id}","status":"{status}","started_at":"2026-11-{day}T09:00:00Z"}}"#
            )
        };
        let mut runs = GatheredRuns::new(facts, None);
        for row in [row("a", 11, "RUNNING"), row("b", 13, "RUNNING"), row("c", 12, "RUNNING")] {
            runs.row(&row);
        }
        // It began to wait between the two readings.
        for row in [row("c", 12, "WAITING"), r#"{"execution_id":"d"}"#.to_owned()] {
            runs.row(&row);
        }
        let (window, total) = runs.finish(Window { offset: 1, limit: 2 });
        assert_eq!(total, 4);
        assert_eq!(&*window.rows[0], row("c", 12, "WAITING"));
        assert_eq!(&*window.rows[1], row("a", 11, "RUNNING"));
    }
}
