//! One run of a workflow, and how far it is at a given moment.
//!
//! A run carries its whole course from its start; nothing moves it but the clock that a
//! reader brings. The one thing that can happen to it later is to be stopped.

use std::sync::OnceLock;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::sandbox::calendar::Moment;

#[derive(Clone)]
pub(crate) struct Execution {
    pub(crate) execution_id: String,
    pub(crate) workflow_id: String,
    pub(crate) started_at: Moment,
    pub(crate) course: Course,
    pub(crate) run_by: String,
    pub(crate) trigger_type: &'static str,
    pub(crate) payload: Map<String, Value>,
    /// Set once, and only while the run has not ended.
    pub(crate) stopped_at: OnceLock<Moment>,
}

/// What will happen if nobody stops it.
#[derive(Clone)]
pub(crate) struct Course {
    /// From and until when it waits for an approval or a time.
    pub(crate) waits: Option<(Moment, Moment)>,
    pub(crate) ends_at: Moment,
    /// The step that fails, and why.
    pub(crate) failure: Option<(&'static str, &'static str)>,
}

pub(crate) const STATUSES: [&str; 5] = ["RUNNING", "WAITING", "SUCCEEDED", "FAILED", "STOPPED"];

/// A run as the API answers it.
#[derive(Serialize)]
pub(crate) struct ExecutionAnswer<'a> {
    execution_id: &'a str,
    workflow_id: &'a str,
    status: &'static str,
    started_at: Moment,
    ended_at: Option<Moment>,
    failed_step: Option<&'a str>,
    error: Option<&'a str>,
    run_by: &'a str,
    trigger_type: &'a str,
    payload: &'a Map<String, Value>,
}

impl Execution {
    pub(crate) fn status(&self, now: Moment) -> &'static str {
        if self.stopped_at.get().is_some() {
            return "STOPPED";
        }
        if now >= self.course.ends_at {
            return if self.course.failure.is_some() { "FAILED" } else { "SUCCEEDED" };
        }
        match self.course.waits {
            Some((from, until)) if now >= from && now < until => "WAITING",
            _ => "RUNNING",
        }
    }

    pub(crate) fn has_ended(&self, now: Moment) -> bool {
        matches!(self.status(now), "SUCCEEDED" | "FAILED" | "STOPPED")
    }

    pub(crate) fn answer(&self, now: Moment) -> ExecutionAnswer<'_> {
        let status = self.status(now);
        let failure = self.course.failure.filter(|_| status == "FAILED");
        let ended_at = match self.stopped_at.get() {
            Some(stopped_at) => Some(*stopped_at),
            None => self.has_ended(now).then_some(self.course.ends_at),
        };
        ExecutionAnswer {
            execution_id: &self.execution_id,
            workflow_id: &self.workflow_id,
            status,
            started_at: self.started_at,
            ended_at,
            failed_step: failure.map(|(step, _)| step),
            error: failure.map(|(_, error)| error),
            run_by: &self.run_by,
            trigger_type: self.trigger_type,
            payload: &self.payload,
        }
    }
}
