//! The jobs that write workflows, as far as they are remembered.
//!
//! Not for how far a job is.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::sandbox::calendar::Moment;

/// Jobs kept over all tenants; the oldest is forgotten first.
pub(super) const MOST_JOBS: usize = 1_000;

#[derive(Default)]
pub(super) struct Jobs(Mutex<Kept>);

#[derive(Default)]
pub(super) struct Kept {
    pub(super) jobs: VecDeque<Job>,
    pub(super) ever: u64,
}

#[derive(Clone)]
pub(super) struct Job {
    pub(super) generation_id: String,
    pub(super) tenant_id: &'static str,
    pub(super) prompt: String,
    pub(super) asked_at: Moment,
}

impl Jobs {
    /// Never held across an await. After a panic the list is still a list.
    pub(super) fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
