//! The newest runs of a workflow, as far as one page has them.
//!
//! For what a start can be expected to do. Not for figures.

use serde_json::{Value, json};

use crate::{answer::RowSink, catalog::RunFacts, clock};

/// Runs that are kept. A page has no more.
const MAX_RUNS: usize = 100;

/// Ended runs that are told.
const TOLD: usize = 3;

/// Active runs that are told.
const TOLD_ACTIVE: usize = 20;

/// Gathers runs.
pub(super) struct LastRuns {
    facts: RunFacts,
    runs: Vec<LastRun>,
}

struct LastRun {
    id: String,
    status: String,
    started: String,
    ended: String,
}

impl LastRuns {
    pub(super) fn new(facts: RunFacts) -> Self {
        Self { facts, runs: Vec::new() }
    }

    /// The last outcomes, the newest first.
    pub(super) fn outcomes(&self) -> Vec<Value> {
        self.told(|run| !self.is_active(run), TOLD)
    }

    /// Runs that have not ended, the newest first.
    pub(super) fn active(&self) -> Vec<Value> {
        self.told(|run| self.is_active(run), TOLD_ACTIVE)
    }

    /// Half of the ended ones took no longer, in seconds.
    pub(super) fn median_seconds(&self) -> Option<u64> {
        let ended = self.runs.iter().filter(|run| !self.is_active(run));
        let mut seconds: Vec<u64> = ended
            .filter_map(|run| {
                let took = clock::unix_micros(&run.ended)? - clock::unix_micros(&run.started)?;
                u64::try_from(took / clock::MICROS).ok()
            })
            .collect();
        seconds.sort_unstable();
        seconds.get(seconds.len().saturating_sub(1) / 2).copied()
    }

    fn is_active(&self, run: &LastRun) -> bool {
        self.facts.active.iter().any(|active| **active == run.status)
    }

    fn told(&self, is_wanted: impl Fn(&LastRun) -> bool, most: usize) -> Vec<Value> {
        let mut wanted: Vec<&LastRun> = self.runs.iter().filter(|run| is_wanted(run)).collect();
        wanted.sort_by_key(|run| std::cmp::Reverse(clock::unix_micros(&run.started)));
        let RunFacts { id, status, started, ended, .. } = &self.facts;
        wanted
            .into_iter()
            .take(most)
            .map(|run| {
                let mut told = serde_json::Map::new();
                told.insert(id.to_string(), json!(run.id));
                told.insert(status.to_string(), json!(run.status));
                told.insert(started.to_string(), json!(run.started));
                if !run.ended.is_empty() {
                    told.insert(ended.to_string(), json!(run.ended));
                }
                Value::Object(told)
            })
            .collect()
    }
}

impl RowSink for LastRuns {
    fn begin(&mut self, _at: u64) {}

    fn row(&mut self, row: &str) {
        if self.runs.len() == MAX_RUNS {
            return;
        }
        let Ok(row) = serde_json::from_str::<Value>(row) else { return };
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let RunFacts { id, status, started, ended, .. } = &self.facts;
        self.runs.push(LastRun {
            id: text(id),
            status: text(status),
            started: text(started),
            ended: text(ended),
        });
    }

    fn kept_bytes(&self) -> usize {
        self.runs.len() * 256
    }
}
