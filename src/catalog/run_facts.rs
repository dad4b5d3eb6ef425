//! What the catalogue knows of rows that are runs.
//!
//! Names of fields and their values as data; what is done with them is `answer`'s and `tools`'.

use serde::Deserialize;

/// What rows of runs hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFacts {
    /// Field that identifies a run.
    pub id: Box<str>,
    /// Field of the workflow that runs.
    pub workflow: Box<str>,
    /// Field of its status.
    pub status: Box<str>,
    /// Field of its beginning.
    pub started: Box<str>,
    /// Field of its end.
    pub ended: Box<str>,
    /// Field of the step that failed.
    pub step: Box<str>,
    /// Field of who started it.
    pub by: Box<str>,
    /// Statuses of runs that have not ended.
    pub active: Box<[Box<str>]>,
    /// Statuses of runs that ended well.
    pub succeeded: Box<[Box<str>]>,
    /// Statuses of runs that failed.
    pub failed: Box<[Box<str>]>,
    /// Statuses of runs that ended otherwise.
    #[serde(default)]
    pub stopped: Box<[Box<str>]>,
}

impl RunFacts {
    /// The word that stands for all statuses of runs that have not ended.
    pub const ACTIVE: &str = "active";

    /// Every known status.
    pub fn statuses(&self) -> impl Iterator<Item = &str> {
        let kinds = [&self.active, &self.succeeded, &self.failed, &self.stopped];
        kinds.into_iter().flatten().map(|status| &**status)
    }
}

/// What a summary of runs is grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunGroup {
    /// The workflow that ran.
    Workflow,
    /// How it ended.
    Status,
    /// The step at which it failed.
    FailedStep,
    /// The day on which it began (UTC).
    Day,
}

impl RunGroup {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Workflow, Self::Status, Self::FailedStep, Self::Day];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Status => "status",
            Self::FailedStep => "failed_step",
            Self::Day => "day",
        }
    }
}
