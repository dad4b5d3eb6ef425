//! Runs that have not ended, as a table, and what is not known of them.
//!
//! Not for counting them, which `active_runs` does.

use serde_json::{Map, Value, json};

use super::{
    ActiveRuns, KnownNames,
    active_runs::ActiveRun,
    draft::{Rooms, Rules},
    runs::RunFigures,
    table::{Table, fit},
};
use crate::catalog::RowFormat;

/// The column that names a workflow.
pub(super) const NAME: &str = "workflow_name";

/// The days in which runs began that are told of, first and last.
#[derive(Debug, Clone)]
pub struct Days {
    /// `YYYY-MM-DD`.
    pub start: Box<str>,
    /// The same.
    pub end: Box<str>,
}

/// What runs when upstream answers, whenever it began.
#[derive(Debug)]
pub struct RunningNow {
    /// The runs.
    pub runs: ActiveRuns,
    /// They are all.
    pub are_all: bool,
}

/// Rows of ours: columns stay, rows go at the end.
pub(super) const RULES: Rules<'static> = Rules {
    whole: &[],
    rows_may_go: true,
    are_asked_for: true,
    columns_may_go: false,
    format: RowFormat::Rows,
};

/// Runs that have not ended, and how many are not shown.
pub(super) fn table(
    active: &ActiveRuns,
    figures: &RunFigures,
    names: Option<&KnownNames>,
    rooms: Rooms,
) -> (Table, String) {
    let facts = figures.facts();
    let row = |run: &ActiveRun| {
        let mut row = Map::new();
        row.insert(facts.id.to_string(), json!(&*run.id));
        row.insert(facts.workflow.to_string(), json!(&*run.workflow));
        if let Some(names) = names {
            row.insert(NAME.into(), json!(names.get(&run.workflow)));
        }
        row.insert(facts.status.to_string(), json!(&*run.status));
        let started = run.started.as_ref();
        row.insert(facts.started.to_string(), json!(started.map(|it| &*it.written)));
        let seconds = started.map(|it| it.seconds_until(figures.at));
        row.insert("seconds".into(), json!(seconds));
        Value::Object(row).to_string()
    };
    let rows: Vec<String> = active.longest.iter().map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let table = fit(&rows, rooms, RULES);
    let all = active.count;
    let left_out =
        if table.rows < all { format!(" ({} of {all})", table.rows) } else { String::new() };
    (table, left_out)
}

/// What is not known of the runs that have not ended.
pub(super) fn notes(figures: &RunFigures, now: Option<&RunningNow>, days: &Days) -> Vec<String> {
    let mut notes = Vec::new();
    match now {
        None => notes.push(format!(
            "What began before {} and still runs could not be read: ask for the list of what is \
             active.",
            days.start
        )),
        Some(now) if !now.are_all => notes.push(
            "Not everything that runs now could be read: there may be more, and longer ones."
                .to_owned(),
        ),
        Some(_) => {}
    }
    let undated = now.map_or(&figures.active, |now| &now.runs).undated;
    if undated > 0 {
        notes.push(format!(
            "{} that did not end and whose begin can't be read: the longest may be among them.",
            are(undated)
        ));
    }
    notes
}

/// How many there are.
pub(super) fn are(count: usize) -> String {
    if count == 1 {
        "There is 1 execution".to_owned()
    } else {
        format!("There are {count} executions")
    }
}
