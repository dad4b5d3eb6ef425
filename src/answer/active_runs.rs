//! Runs that have not ended: how many, and those that run longest.
//!
//! Whenever they began: the one that hangs is older than the days that anybody asks for.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
};

use super::{RowSink, moment::Moment};
use crate::{catalog::RunFacts, json};

/// Runs that are kept by themselves: those that began first.
const MAX_KEPT: usize = 20;

/// Characters of a value that are kept. Real ones have at most 60.
const MAX_CHARS: usize = 200;

/// What a run's hash takes, in bytes.
const HASH_BYTES: usize = 16;

/// Runs that have not ended, each once.
#[derive(Debug)]
pub struct ActiveRuns {
    facts: Arc<RunFacts>,
    pub(super) count: usize,
    /// When they began can't be read.
    pub(super) undated: usize,
    /// The longest first, as far as they are kept.
    pub(super) longest: Vec<ActiveRun>,
    seen: HashSet<u64>,
    hasher: RandomState,
}

/// A run that has not ended.
#[derive(Debug)]
pub(super) struct ActiveRun {
    pub(super) id: Box<str>,
    pub(super) workflow: Box<str>,
    pub(super) status: Box<str>,
    pub(super) started: Option<Moment>,
}

impl ActiveRuns {
    /// None yet.
    pub fn new(facts: Arc<RunFacts>) -> Self {
        Self {
            facts,
            count: 0,
            undated: 0,
            longest: Vec::new(),
            seen: HashSet::new(),
            hasher: RandomState::new(),
        }
    }

    /// Takes a run, if it was not taken before. Those that don't say when they began come last.
    pub(super) fn take(&mut self, run: ActiveRun) {
        if !run.id.is_empty() && !self.seen.insert(self.hasher.hash_one(&run.id)) {
            return;
        }
        self.count += 1;
        self.undated += usize::from(run.started.is_none());
        let since = |run: &ActiveRun| run.started.as_ref().map_or(i64::MAX, |began| began.micros);
        let place = self.longest.partition_point(|kept| since(kept) <= since(&run));
        if place < MAX_KEPT {
            self.longest.truncate(MAX_KEPT - 1);
            self.longest.insert(place, run);
        }
    }
}

impl RowSink for ActiveRuns {
    fn begin(&mut self, _at: u64) {}

    fn row(&mut self, row: &str) {
        let facts = Arc::clone(&self.facts);
        let fields = [&facts.id, &facts.workflow, &facts.status, &facts.started];
        let mut values = [None; 4];
        for (name, value) in json::members(row) {
            let name = json::said(name);
            if let Some(place) = fields.iter().position(|field| ***field == *name) {
                values[place] = Some(value);
            }
        }
        let [id, workflow, status, started] = values.map(said);
        // One that came unasked may have ended.
        if facts.active.contains(&status) {
            let started = Moment::read(&started);
            self.take(ActiveRun { id, workflow, status, started });
        }
    }

    fn kept_bytes(&self) -> usize {
        self.seen.len() * HASH_BYTES
    }
}

/// What a value says, not longer than is kept; nothing of null.
pub(super) fn said(value: Option<&str>) -> Box<str> {
    let value = value.filter(|value| !value.starts_with('n')).unwrap_or_default();
    json::said(value).chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::catalog::Catalog;

    fn of(runs: &[Value]) -> ActiveRuns {
        let catalog = Catalog::built_in();
        let tool = catalog.tool("wiv_list_all_executions").unwrap();
        let mut active = ActiveRuns::new(tool.operation().unwrap().runs.clone().unwrap());
        runs.iter().for_each(|run| active.row(&run.to_string()));
        active
    }

    #[test]
    fn the_longest_are_kept_whatever_the_order_they_came_in() {
        let begun = |minute: usize| {
            json!({
                "execution_id": format!("e{minute}"), "workflow_id": "w", "status": "RUNNING",
                "started_at": format!("2026-11-16T{:02}:{:02}:00Z", minute / 60, minute % 60),
            })
        };
        let newest_first: Vec<Value> = (0..600).rev().map(begun).collect();
        let mut oldest_first = newest_first.clone();
        oldest_first.reverse();
        let mut mixed: Vec<Value> = (0..600).map(|number| begun(number * 7 % 600)).collect();
        mixed.insert(3, json!({ "execution_id": "odd", "status": "WAITING", "started_at": 7 }));
        for runs in [newest_first, oldest_first, mixed] {
            let active = of(&runs);
            let ids: Vec<&str> = active.longest.iter().map(|run| &*run.id).collect();
            let first: Vec<String> = (0..MAX_KEPT).map(|minute| format!("e{minute}")).collect();
            assert_eq!(ids, first);
            assert_eq!(
                active.count,
                runs.iter().map(Value::to_string).collect::<HashSet<_>>().len()
            );
            assert_eq!(active.undated, active.count - 600);
        }
    }

    #[test]
    fn each_is_taken_once_and_none_that_has_ended() {
        let run = |id: &str, status: &str| json!({ "execution_id": id, "status": status });
        let active = of(&[
            run("a", "RUNNING"),
            run("a", "WAITING"),
            run("b", "FAILED"),
            json!({ "status": "RUNNING" }),
            json!({ "status": "RUNNING" }),
            json!(7),
        ]);
        assert_eq!(active.count, 3);
    }
}
