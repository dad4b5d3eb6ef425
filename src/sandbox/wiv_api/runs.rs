//! The executions of one tenant in one stand-in: past ones and those started since.
//!
//! How far a run is lies in the run itself; this only keeps and finds them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::sandbox::data::execution::Execution;

/// Started runs kept, newest last; about 5 MB of them with small payloads.
const MOST_STARTED: usize = 10_000;

pub(crate) struct Runs {
    /// Newest first, and all older than any that is started.
    history: Vec<Arc<Execution>>,
    started: Mutex<Started>,
}

#[derive(Default)]
struct Started {
    runs: VecDeque<Arc<Execution>>,
    /// How many were ever started, also those that are forgotten.
    ever: u64,
}

impl Runs {
    /// The history is copied because stopping a run must not show in another stand-in.
    pub(crate) fn new(history: &[Execution]) -> Runs {
        Runs { history: history.iter().cloned().map(Arc::new).collect(), started: Mutex::default() }
    }

    /// Keeps the run that `make` makes, given its number.
    pub(crate) fn add(&self, make: impl FnOnce(u64) -> Execution) -> Arc<Execution> {
        let mut started = self.lock();
        started.ever += 1;
        let execution = Arc::new(make(started.ever));
        if started.runs.len() == MOST_STARTED {
            started.runs.pop_front();
        }
        started.runs.push_back(Arc::clone(&execution));
        execution
    }

    /// Newest first.
    pub(crate) fn select(&self, matches: impl Fn(&Execution) -> bool) -> Vec<Arc<Execution>> {
        let started = self.lock();
        let all = started.runs.iter().rev().chain(&self.history);
        all.filter(|execution| matches(execution)).cloned().collect()
    }

    pub(crate) fn find(&self, workflow_id: &str, execution_id: &str) -> Option<Arc<Execution>> {
        let started = self.lock();
        let mut all = started.runs.iter().rev().chain(&self.history);
        let found = all.find(|execution| execution.execution_id == execution_id)?;
        (found.workflow_id == workflow_id).then(|| Arc::clone(found))
    }

    /// Never held across an await. After a panic the list is still a list.
    fn lock(&self) -> MutexGuard<'_, Started> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
