//! The runs that a tenant's workflows had before the clock starts.
//!
//! Runs that are started through the API are made in `wiv_api`.

use std::sync::OnceLock;

use serde_json::{Map, json};

use super::execution::{Course, Execution};
use super::random::Random;
use super::tenants::TenantRow;
use super::workflow_table::Schedule;
use super::workflows::Workflow;
use crate::sandbox::calendar::{Moment, Unit};
use crate::sandbox::clock;

/// Six weeks: a weekly workflow has several runs and a monthly one two.
const FIRST_DAY: Moment = Moment::utc((2026, 10, 1), 0, 0);

/// Runs that surely failed, whatever chance says: the questions ask about them.
const SURE_FAILURES: [(&str, Moment); 4] = [
    ("Rightsize RDS", Moment::utc((2026, 11, 16), 2, 0)),
    ("Sync cases to Jira", Moment::utc((2026, 11, 15), 18, 0)),
    ("Cost anomaly alert", Moment::utc((2026, 11, 16), 4, 0)),
    ("Find cases without owner", Moment::utc((2026, 11, 16), 7, 15)),
];

/// Runs that have not ended when the clock starts: workflow, start, end of waiting, end.
#[rustfmt::skip]
const UNFINISHED: [(&str, Moment, Option<Moment>, Moment); 5] = [
    ("Export cost data to BigQuery", Moment::utc((2026, 11, 16), 5, 12), None, Moment::utc((2026, 11, 16), 16, 0)),
    ("Migrate gp2 volumes to gp3", Moment::utc((2026, 11, 16), 7, 58), None, Moment::utc((2026, 11, 16), 15, 20)),
    ("Clean up old snapshots", Moment::utc((2026, 11, 16), 8, 31), None, Moment::utc((2026, 11, 16), 14, 45)),
    ("Azure disk cleanup", Moment::utc((2026, 11, 16), 6, 20), Some(Moment::utc((2026, 11, 17), 6, 20)), Moment::utc((2026, 11, 17), 6, 24)),
    ("Delete unattached volumes", Moment::utc((2026, 11, 16), 7, 45), Some(Moment::utc((2026, 11, 18), 7, 45)), Moment::utc((2026, 11, 18), 7, 50)),
];

/// All runs so far, newest first.
pub(crate) fn history_of(tenant: &TenantRow, workflows: &[Workflow]) -> Vec<Execution> {
    let mut runs: Vec<Execution> =
        workflows.iter().flat_map(|workflow| runs_of(tenant, workflow)).collect();
    runs.sort_by(|a, b| {
        b.started_at.cmp(&a.started_at).then_with(|| a.execution_id.cmp(&b.execution_id))
    });
    runs
}

fn runs_of(tenant: &TenantRow, workflow: &Workflow) -> Vec<Execution> {
    let mut random = Random::named(&format!("history of {}", workflow.workflow_id));
    let row = workflow.row;
    let (by_hand, person) = match row.schedule {
        Schedule::ByHand(_) => (true, person_of(tenant)),
        _ => (false, "scheduler"),
    };
    let mut runs = Vec::new();
    for due_at in due_moments(&row.schedule) {
        let started_at = due_at.plus_micros(random.between(400_000, 55_000_000));
        let sure = SURE_FAILURES.contains(&(row.name, due_at));
        let fails = random.percent(row.failure.percent) || sure;
        let course = Course {
            waits: None,
            ends_at: started_at.plus_micros(random.between(20_000_000, 900_000_000)),
            failure: fails.then_some((row.failure.step, row.failure.error)),
        };
        runs.push(run(workflow, started_at, course, by_hand, person, &mut random));
    }
    for (_, started_at, waits_until, ends_at) in
        UNFINISHED.into_iter().filter(|(name, ..)| *name == row.name)
    {
        let started_at = started_at.plus_micros(random.between(400_000, 55_000_000));
        // An approval is asked for a minute after the start.
        let waits = waits_until.map(|until| (started_at.plus(1, Unit::Minute), until));
        let course = Course { waits, ends_at, failure: None };
        runs.push(run(workflow, started_at, course, true, person_of(tenant), &mut random));
    }
    runs
}

fn run(
    workflow: &Workflow,
    started_at: Moment,
    course: Course,
    by_hand: bool,
    run_by: &str,
    random: &mut Random,
) -> Execution {
    let mut payload = Map::new();
    if !by_hand {
        payload.insert("scheduled".to_owned(), json!(true));
    }
    Execution {
        execution_id: format!("exec_{}", random.hex(12)),
        workflow_id: workflow.workflow_id.clone(),
        started_at,
        course,
        run_by: run_by.to_owned(),
        trigger_type: if by_hand { "MANUAL" } else { "SCHEDULE" },
        payload,
        stopped_at: OnceLock::new(),
    }
}

fn person_of(tenant: &TenantRow) -> &'static str {
    let owners = tenant.accounts.iter().flat_map(|account| account.owners);
    owners.copied().next().unwrap_or("operator")
}

/// When the schedule started a run, from the first day until the clock starts.
fn due_moments(schedule: &Schedule) -> Vec<Moment> {
    let at = |hour: i64, minute: i64| FIRST_DAY.plus(hour, Unit::Hour).plus(minute, Unit::Minute);
    let (first, step, unit) = match *schedule {
        Schedule::EveryHours(hours) => (at(0, 0), hours, Unit::Hour),
        Schedule::Daily(hour, minute) => (at(hour, minute), 1, Unit::Day),
        Schedule::Weekly(_, hour) | Schedule::Monthly(_, hour) => (at(hour, 0), 1, Unit::Day),
        Schedule::ByHand(days) => (at(13, 20), days, Unit::Day),
    };
    let is_due = |moment: &Moment| match *schedule {
        Schedule::Weekly(weekday, _) => moment.weekday() == weekday,
        Schedule::Monthly(day, _) => moment.day_of_month() == day,
        _ => true,
    };
    let moments = std::iter::successors(Some(first), |moment| Some(moment.plus(step, unit)));
    // A run of the last quarter of an hour would not have ended when the clock starts.
    let last = clock::START.plus(-16, Unit::Minute);
    moments.take_while(|moment| *moment < last).filter(is_due).collect()
}
