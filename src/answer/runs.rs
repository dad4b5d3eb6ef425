//! Figures over runs as they arrive: how many, how they ended, how long they took.
//!
//! In whole numbers: no share and no time is a float. What can't be read is counted, never
//! dropped. Not for words; `run_summary` tells.

use std::{collections::HashMap, sync::Arc};

use super::{
    RowSink,
    active_runs::{ActiveRun, ActiveRuns, said},
    figures::day_of,
    moment::{Moment, whole_seconds},
};
use crate::{
    catalog::{RunFacts, RunGroup},
    clock, json,
};

/// Groups that are told apart. Runs of others are counted together.
pub(super) const MAX_GROUPS: usize = 1_000;

/// Unknown statuses that are kept.
const MAX_UNKNOWN: usize = 10;

/// What a group takes besides its times, in bytes.
const GROUP_BYTES: usize = 512;

/// Stands for a value that is not there.
pub(super) const NONE: &str = "(none)";

/// Figures over runs, as far as they were read.
#[derive(Debug)]
pub struct RunFigures {
    facts: Arc<RunFacts>,
    pub(super) group_by: RunGroup,
    /// When upstream answered, in Unix seconds.
    pub(super) at: u64,
    pub(super) all: RunTally,
    groups: HashMap<Box<str>, RunTally>,
    /// Runs of groups beyond the first.
    pub(super) beyond: RunTally,
    /// Runs that have not ended.
    pub(super) active: ActiveRuns,
    /// Rows that are no objects.
    pub(super) no_objects: usize,
    /// Statuses that the catalogue doesn't know, with their runs.
    pub(super) unknown: Vec<(Box<str>, usize)>,
}

/// Figures of some runs.
#[derive(Debug, Default)]
pub(super) struct RunTally {
    pub(super) runs: usize,
    pub(super) succeeded: usize,
    pub(super) failed: usize,
    /// Ended otherwise.
    pub(super) stopped: usize,
    pub(super) active: usize,
    /// Ended, and nobody knows how long it took.
    pub(super) untimed: usize,
    /// How long each took that ended, in microseconds.
    times: Vec<u64>,
    pub(super) last_success: Option<Moment>,
    pub(super) last_failure: Option<Moment>,
    /// The step at which the last failure was.
    pub(super) last_step: Option<Box<str>>,
}

/// How a run ended, or that it didn't.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RunEnd {
    Succeeded,
    Failed,
    Stopped,
    Active,
    Unknown,
}

impl RunFigures {
    /// Nothing yet.
    pub fn new(facts: Arc<RunFacts>, group_by: RunGroup) -> Self {
        Self {
            group_by,
            at: clock::unix_seconds(),
            all: RunTally::default(),
            groups: HashMap::new(),
            beyond: RunTally::default(),
            active: ActiveRuns::new(Arc::clone(&facts)),
            facts,
            no_objects: 0,
            unknown: Vec::new(),
        }
    }

    /// The field of the workflow, which has a name beside it.
    pub(super) fn facts(&self) -> &RunFacts {
        &self.facts
    }

    /// The groups, in no order.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&str, &RunTally)> {
        self.groups.iter().map(|(key, tally)| (&**key, tally))
    }

    fn kind(&self, status: &str) -> RunEnd {
        let is = |statuses: &[Box<str>]| statuses.iter().any(|known| **known == *status);
        match () {
            () if is(&self.facts.succeeded) => RunEnd::Succeeded,
            () if is(&self.facts.failed) => RunEnd::Failed,
            () if is(&self.facts.active) => RunEnd::Active,
            () if is(&self.facts.stopped) => RunEnd::Stopped,
            () => RunEnd::Unknown,
        }
    }

    fn count_unknown(&mut self, status: Box<str>) {
        if let Some((_, count)) = self.unknown.iter_mut().find(|(known, _)| *known == status) {
            *count += 1;
        } else if self.unknown.len() < MAX_UNKNOWN {
            self.unknown.push((status, 1));
        }
    }

    fn group(&mut self, key: &str) -> &mut RunTally {
        if !self.groups.contains_key(key) && self.groups.len() == MAX_GROUPS {
            return &mut self.beyond;
        }
        self.groups.entry(key.into()).or_default()
    }
}

impl RowSink for RunFigures {
    fn begin(&mut self, at: u64) {
        self.at = at;
    }

    fn row(&mut self, row: &str) {
        if !row.starts_with('{') {
            self.no_objects += 1;
            return;
        }
        let facts = Arc::clone(&self.facts);
        let fields =
            [&facts.id, &facts.workflow, &facts.status, &facts.started, &facts.ended, &facts.step];
        let mut values = [None; 6];
        for (name, value) in json::members(row) {
            let name = json::said(name);
            if let Some(place) = fields.iter().position(|field| ***field == *name) {
                values[place] = Some(value);
            }
        }
        let [id, workflow, status, started, ended, step] = values.map(said);
        let kind = self.kind(&status);
        let (started, ended) = (Moment::read(&started), Moment::read(&ended));
        let key = match self.group_by {
            RunGroup::Workflow => Some(or_none(&workflow)),
            RunGroup::Status => Some(or_none(&status)),
            RunGroup::FailedStep => (kind == RunEnd::Failed).then(|| or_none(&step)),
            RunGroup::Day => {
                let day = started.as_ref().and_then(|moment| day_of(moment.micros));
                Some(or_none(&day.unwrap_or_default()))
            }
        };
        let seen = SeenRun { kind, started: &started, ended: &ended, step: &step };
        self.all.add(&seen);
        if let Some(key) = key {
            self.group(&key).add(&seen);
        }
        match kind {
            RunEnd::Active => self.active.take(ActiveRun { id, workflow, status, started }),
            RunEnd::Unknown => self.count_unknown(status),
            _ => {}
        }
    }

    fn kept_bytes(&self) -> usize {
        self.groups.len() * GROUP_BYTES + self.all.times.len() * 2 * size_of::<u64>()
    }
}

/// What one row says.
struct SeenRun<'s> {
    kind: RunEnd,
    started: &'s Option<Moment>,
    ended: &'s Option<Moment>,
    step: &'s str,
}

impl RunTally {
    fn add(&mut self, seen: &SeenRun<'_>) {
        self.runs += 1;
        let count = match seen.kind {
            RunEnd::Succeeded => &mut self.succeeded,
            RunEnd::Failed => &mut self.failed,
            RunEnd::Stopped => &mut self.stopped,
            RunEnd::Active => return self.active += 1,
            RunEnd::Unknown => return,
        };
        *count += 1;
        let took = seen.started.as_ref().zip(seen.ended.as_ref());
        match took.and_then(|(from, to)| u64::try_from(to.micros - from.micros).ok()) {
            Some(took) => self.times.push(took),
            None => self.untimed += 1,
        }
        let at = seen.ended.as_ref().or(seen.started.as_ref());
        match seen.kind {
            RunEnd::Succeeded => _ = later(&mut self.last_success, at),
            RunEnd::Failed if later(&mut self.last_failure, at) => {
                self.last_step = (!seen.step.is_empty()).then(|| seen.step.into());
            }
            _ => {}
        }
    }

    /// Runs that ended, however.
    pub(super) fn ended(&self) -> usize {
        self.succeeded + self.failed + self.stopped
    }

    /// How many of those that ended failed, in tenths of a percent, rounded half up; nothing
    /// where none ended.
    pub(super) fn failed_per_mille(&self) -> Option<usize> {
        let ended = self.ended();
        (ended > 0).then(|| (self.failed * 2_000 + ended) / (ended * 2))
    }

    /// The median and the 95th percentile (nearest rank) of how long runs took, in whole seconds.
    pub(super) fn seconds(&self) -> Option<(u64, u64)> {
        let mut times = self.times.clone();
        times.sort_unstable();
        let count = times.len();
        let upper = *times.get(count / 2)?;
        let median =
            if count.is_multiple_of(2) { times[count / 2 - 1].midpoint(upper) } else { upper };
        let rank = (count * 95).div_ceil(100);
        Some((whole_seconds(median), whole_seconds(times[rank - 1])))
    }
}

/// Keeps the later of two. Whether that is the new one.
fn later(kept: &mut Option<Moment>, new: Option<&Moment>) -> bool {
    let Some(new) = new else { return false };
    let is_later = kept.as_ref().is_none_or(|kept| kept.micros < new.micros);
    if is_later {
        *kept = Some(new.clone());
    }
    is_later
}

fn or_none(value: &str) -> String {
    if value.is_empty() { NONE.to_owned() } else { value.to_owned() }
}

#[cfg(test)]
mod tests;
