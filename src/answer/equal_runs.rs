//! Runs on a page that are like one that is to start.
//!
//! Of an equal payload, or of a known id. Keeps few. Not for what follows from them.

use std::sync::Arc;

use super::{RowSink, narrowing::value_of};
use crate::{catalog::RunFacts, clock, json};

/// Characters of an id or status that are kept.
const MAX_CHARS: usize = 256;

/// A run as a page shows it.
#[derive(Debug, Clone)]
pub struct FoundRun {
    /// Its id.
    pub id: Box<str>,
    /// Its status.
    pub status: Box<str>,
    /// It has not ended.
    pub is_active: bool,
    /// When it began, in Unix seconds, where that can be read.
    pub started: Option<u64>,
    /// The whole row, as JSON text.
    pub row: Box<str>,
}

/// Looks for runs that are like one.
pub struct EqualRuns {
    facts: Arc<RunFacts>,
    /// The field with the payload.
    payload: Box<str>,
    is_equal: Box<dyn Fn(&str) -> bool + Send + Sync>,
    known: Option<Box<str>>,
    at: u64,
    active: Option<FoundRun>,
    newest: Option<FoundRun>,
    of_id: Option<FoundRun>,
}

impl EqualRuns {
    /// Runs whose `payload` is equal, as `is_equal` finds it in JSON text; and the one of a known
    /// id.
    pub fn new(
        facts: Arc<RunFacts>,
        payload: &str,
        is_equal: impl Fn(&str) -> bool + Send + Sync + 'static,
        known: Option<&str>,
    ) -> Self {
        let (payload, is_equal) = (payload.into(), Box::new(is_equal));
        let known = known.map(Into::into);
        Self { facts, payload, is_equal, known, at: 0, active: None, newest: None, of_id: None }
    }

    /// When upstream told, in Unix seconds.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The newest equal run that has not ended.
    pub fn active(&self) -> Option<&FoundRun> {
        self.active.as_ref()
    }

    /// The newest equal run that began within so many seconds, however it is now.
    pub fn begun_within(&self, seconds: u64) -> Option<&FoundRun> {
        let is_recent = |run: &&FoundRun| {
            run.started.is_some_and(|started| started.saturating_add(seconds) >= self.at)
        };
        self.newest.as_ref().filter(is_recent)
    }

    /// The run of the known id.
    pub fn of_id(&self) -> Option<&FoundRun> {
        self.of_id.as_ref()
    }

    fn read(&self, row: &str) -> Option<FoundRun> {
        let said = |field: &str| -> Option<Box<str>> {
            Some(value_of(row, field)?.chars().take(MAX_CHARS).collect())
        };
        let (id, status) = (said(&self.facts.id)?, said(&self.facts.status)?);
        let is_active = self.facts.active.iter().any(|active| **active == *status);
        let started = said(&self.facts.started).and_then(|text| clock::unix_micros(&text));
        let started = started.and_then(|micros| u64::try_from(micros / clock::MICROS).ok());
        Some(FoundRun { id, status, is_active, started, row: row.into() })
    }
}

impl RowSink for EqualRuns {
    fn begin(&mut self, at: u64) {
        self.at = at;
    }

    fn row(&mut self, row: &str) {
        let Some(run) = self.read(row) else { return };
        if self.known.as_deref() == Some(&*run.id) {
            self.of_id = Some(run.clone());
        }
        let payload = json::members(row).filter(|(name, _)| *json::said(name) == *self.payload);
        // What a row doesn't tell is not equal to anything.
        if !payload.last().is_some_and(|(_, value)| (self.is_equal)(value)) {
            return;
        }
        let keep = |kept: &mut Option<FoundRun>| {
            if kept.as_ref().is_none_or(|kept| kept.started < run.started) {
                *kept = Some(run.clone());
            }
        };
        if run.is_active {
            keep(&mut self.active);
        }
        keep(&mut self.newest);
    }

    fn kept_bytes(&self) -> usize {
        [&self.active, &self.newest, &self.of_id]
            .into_iter()
            .flatten()
            .map(|run| run.row.len())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn facts() -> Arc<RunFacts> {
        let facts = json!({ "id": "id", "workflow": "w", "status": "status", "started": "started",
            "ended": "ended", "step": "step", "by": "by", "active": ["RUNNING"],
            "succeeded": ["SUCCEEDED"], "failed": ["FAILED"] });
        Arc::new(serde_json::from_value(facts).unwrap())
    }

    fn look(rows: &[Value], known: Option<&str>) -> EqualRuns {
        let mut runs = EqualRuns::new(facts(), "payload", |text| text == r#"{"a":1}"#, known);
        runs.begin(1_000);
        rows.iter().for_each(|row| runs.row(&row.to_string()));
        runs
    }

    fn row(id: &str, status: &str, started: &str, payload: Value) -> Value {
        json!({ "id": id, "status": status, "started": started, "payload": payload })
    }

    #[test]
    fn the_newest_active_run_of_an_equal_payload_is_found() {
        let one = json!({ "a": 1 });
        let runs = look(
            &[
                row("other", "RUNNING", "1970-01-01T00:16:39Z", json!({ "a": 2 })),
                row("old", "RUNNING", "1970-01-01T00:10:00Z", one.clone()),
                row("new", "RUNNING", "1970-01-01T00:16:00Z", one.clone()),
                row("ended", "SUCCEEDED", "1970-01-01T00:16:30Z", one),
                json!({ "id": "silent", "status": "RUNNING", "started": "1970-01-01T00:16:38Z" }),
                json!([]),
            ],
            Some("other"),
        );
        assert_eq!(&*runs.active().unwrap().id, "new");
        assert_eq!(&*runs.of_id().unwrap().id, "other");
        assert_eq!(&*runs.begun_within(10).unwrap().id, "ended");
        assert!(runs.begun_within(9).is_none());
    }

    #[test]
    fn a_run_without_a_readable_time_is_active_and_never_recent() {
        let runs = look(&[row("a", "RUNNING", "now", json!({ "a": 1 }))], None);
        assert_eq!(&*runs.active().unwrap().id, "a");
        assert!(runs.begun_within(u64::MAX).is_none());
    }
}
