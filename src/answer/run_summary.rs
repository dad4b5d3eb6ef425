//! A summary of runs for both readers: sentences, and groups as a table.
//!
//! Not for counting: `runs` did. Of what was not read to its end nothing is said but what was
//! read: no share, no time.

use serde_json::{Map, Value, json};

use super::{
    KnownNames, Reading,
    draft::{Rooms, Rules},
    format,
    layout::{Layout, Rendered, finish},
    names::shown_name,
    runs::{MAX_GROUPS, Moment, RunFigures, RunTally},
    table,
};
use crate::{
    catalog::{RowFormat, RunGroup},
    text::{self, quoted},
};

/// Bytes of names around figures and groups.
const FRAME: usize = 600;

/// The column that names a workflow.
const NAME: &str = "workflow_name";

/// The days in which runs began that are told of, first and last.
#[derive(Debug, Clone)]
pub struct Days {
    /// `YYYY-MM-DD`.
    pub start: Box<str>,
    /// The same.
    pub end: Box<str>,
}

/// Renders a summary of runs.
pub fn run_summary(
    figures: &RunFigures,
    reading: &Reading,
    days: &Days,
    names: Option<&KnownNames>,
    layout: Layout<'_>,
    mut notes: Vec<String>,
) -> Rendered {
    let told = Told { figures, names, is_whole: reading.partial.is_none() };
    let (all, facts) = (&figures.all, figures.facts());
    let mut data = Map::new();
    data.insert("start".into(), json!(&*days.start));
    data.insert("end".into(), json!(&*days.end));
    data.extend(told.figures_of(all));
    data.insert("complete".into(), json!(told.is_whole));
    data.insert("rows_read".into(), json!(reading.rows));
    let mut text = told.sentences(days);
    if let Some(why) = &reading.partial {
        let advice =
            if reading.is_bound { "Ask for fewer days, or one workflow" } else { "Ask again" };
        notes.push(format!(
            "Partial: {} executions were read and there are or may be more, because {why}. Counts \
             are of what was read, lower bounds of the whole; a share or a median is not told. \
             {advice} for whole figures.",
            reading.rows
        ));
    }
    notes.extend(told.notes());
    let rooms = layout
        .limits
        .rooms(text.len() + FRAME, Value::Object(data.clone()).to_string().len() + FRAME);
    let part = Rooms { text: rooms.text / 4, json: rooms.json / 4 };
    let (active, left_out) = told.active(part);
    data.insert("active_runs".into(), Value::Null);
    if all.active > 0 {
        text.push_str(&format!("\nNot ended, the longest first{left_out}:\n\n{}", active.text));
    }
    let data = Value::Object(data).to_string().replacen(
        "\"active_runs\":null",
        &format!("\"active_runs\":[{}]", active.json),
        1,
    );
    let taken = text.len().max(data.len()) + FRAME;
    let by = match figures.group_by {
        RunGroup::Workflow => &facts.workflow,
        RunGroup::Status => &facts.status,
        RunGroup::FailedStep => &facts.step,
        RunGroup::Day => "day",
    };
    let (groups, of_groups) = told.groups(by, layout.limits.rooms(taken, taken));
    text.push('\n');
    text.push_str(&of_groups);
    format::notes(&mut text, &notes);
    finish(layout, format!("{{\"data\":{data},\"groups\":[{groups}]"), None, text, &notes)
}

/// Figures on their way into words.
struct Told<'t> {
    figures: &'t RunFigures,
    names: Option<&'t KnownNames>,
    is_whole: bool,
}

impl Told<'_> {
    /// What is known of some runs; nothing of it is left out, so that columns are the same.
    fn figures_of(&self, tally: &RunTally) -> Map<String, Value> {
        let seconds = tally.seconds().filter(|_| self.is_whole);
        let share = tally.failed_per_mille().filter(|_| self.is_whole).map(percent);
        let moment = |moment: &Option<Moment>| json!(moment.as_ref().map(|it| &*it.written));
        let mut told = Map::new();
        for (name, value) in [
            ("runs", json!(tally.runs)),
            ("succeeded", json!(tally.succeeded)),
            ("failed", json!(tally.failed)),
            ("stopped", json!(tally.stopped)),
            ("active", json!(tally.active)),
            ("failed_share", json!(share)),
            ("median_seconds", json!(seconds.map(|(median, _)| median))),
            ("p95_seconds", json!(seconds.map(|(_, p95)| p95))),
            ("last_success", moment(&tally.last_success)),
            ("last_failure", moment(&tally.last_failure)),
            ("last_failure_step", json!(tally.last_step)),
        ] {
            told.insert(name.into(), value);
        }
        told
    }

    fn sentences(&self, days: &Days) -> String {
        let all = &self.figures.all;
        let least = if self.is_whole { "" } else { "At least " };
        let mut text = format!(
            "{least}{} started from {} to {} (UTC): {} succeeded, {} failed, {} stopped, {} not \
             ended.\n",
            executions(all.runs),
            days.start,
            days.end,
            all.succeeded,
            all.failed,
            all.stopped,
            all.active
        );
        if let Some(share) = all.failed_per_mille().filter(|_| self.is_whole) {
            text.push_str(&format!("{} of the {} that ended failed.", percent(share), all.ended()));
            if let Some((median, p95)) = all.seconds() {
                text.push_str(&format!(
                    " They took {median} s (median) and {p95} s (95th percentile)."
                ));
            }
            text.push('\n');
        }
        let mut last = Vec::new();
        if let Some(moment) = &all.last_success {
            last.push(format!("last success {}", shown_name(&moment.written)));
        }
        if let Some(moment) = &all.last_failure {
            let step = all.last_step.as_deref();
            let step = step.map(|it| format!(" at step {}", quoted(&text::shown_name(it, 60))));
            let at = shown_name(&moment.written);
            last.push(format!("last failure {at}{}", step.unwrap_or_default()));
        }
        if !last.is_empty() {
            let words = last.join("; ");
            text.push_str(&format!("L{}.\n", &words[1..]));
        }
        text
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let unknown: usize =
            self.figures.all.runs - self.figures.all.ended() - self.figures.all.active;
        if unknown > 0 {
            let statuses = self.figures.unknown.iter().map(|(status, count)| {
                let status = if status.is_empty() { "none" } else { status };
                format!("{} ({count})", quoted(&text::shown_name(status, 60)))
            });
            notes.push(format!(
                "{} with a status that is not known, counted in `runs` alone: {}.",
                are(unknown),
                statuses.collect::<Vec<_>>().join(", ")
            ));
        }
        let undated = self.figures.undated;
        if undated > 0 {
            notes.push(format!(
                "{} that did not end and whose begin can't be read: the longest may be among them.",
                are(undated)
            ));
        }
        if self.figures.no_objects > 0 {
            notes.push(match self.figures.no_objects {
                1 => "1 row came that is no object, and is in no figure.".to_owned(),
                rows => format!("{rows} rows came that are no objects, and are in no figure."),
            });
        }
        if self.figures.beyond.runs > 0 {
            notes.push(format!(
                "There are more than {MAX_GROUPS} groups: those that came first are told apart, and \
                 others may be larger. Ask for fewer days for a sure order."
            ));
        }
        let untimed = self.figures.all.untimed;
        if untimed > 0 {
            notes.push(format!(
                "{} that ended without times that can be read, and in no number of seconds.",
                are(untimed)
            ));
        }
        notes
    }

    /// Runs that have not ended, and how many are not shown.
    fn active(&self, rooms: Rooms) -> (table::Table, String) {
        let facts = self.figures.facts();
        let rows: Vec<String> = self
            .figures
            .active
            .iter()
            .map(|run| {
                let mut row = Map::new();
                row.insert(facts.id.to_string(), json!(&*run.id));
                row.insert(facts.workflow.to_string(), json!(&*run.workflow));
                if let Some(names) = self.names {
                    row.insert(NAME.into(), json!(names.get(&run.workflow)));
                }
                row.insert(facts.status.to_string(), json!(&*run.status));
                let started = run.started.as_ref();
                row.insert(facts.started.to_string(), json!(started.map(|it| &*it.written)));
                let seconds = started.map(|it| it.seconds_until(self.figures.at));
                row.insert("seconds".into(), json!(seconds));
                Value::Object(row).to_string()
            })
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let table = table::fit(&rows, rooms, RULES);
        let all = self.figures.all.active;
        let left_out =
            if table.rows < all { format!(" ({} of {all})", table.rows) } else { String::new() };
        (table, left_out)
    }

    /// The groups as JSON and as text.
    fn groups(&self, by: &str, rooms: Rooms) -> (String, String) {
        let mut groups: Vec<(&str, &RunTally)> = self.figures.groups().collect();
        let place = |key: &str| {
            let known = self.figures.facts().statuses().position(|status| status == key);
            known.unwrap_or(usize::MAX)
        };
        groups.sort_by(|(one, of_one), (other, of_other)| match self.figures.group_by {
            RunGroup::Day => other.cmp(one),
            RunGroup::Status => place(one).cmp(&place(other)).then(one.cmp(other)),
            RunGroup::Workflow | RunGroup::FailedStep => (of_other.failed, of_other.runs)
                .cmp(&(of_one.failed, of_one.runs))
                .then(one.cmp(other)),
        });
        let rows: Vec<String> = groups.iter().map(|group| self.row(by, group)).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let table = table::fit(&rows, rooms, RULES);
        let (mut runs, mut failed) = (self.figures.beyond.runs, self.figures.beyond.failed);
        for (_, tally) in &groups[table.rows..] {
            runs += tally.runs;
            failed += tally.failed;
        }
        let count = match self.figures.beyond.runs {
            0 => json!(groups.len() - table.rows),
            _ => Value::Null,
        };
        let left_out = match runs {
            0 => Value::Null,
            _ => json!({ "groups": count, "count": runs, "failed": failed }),
        };
        let named = match self.figures.group_by {
            RunGroup::Workflow => "workflow",
            RunGroup::Status => "status",
            RunGroup::FailedStep => "failed step",
            RunGroup::Day => "day",
        };
        let mut text = match rows.is_empty() {
            true => format!("By {named}: nothing to group.\n"),
            false => format!("By {named}:\n\n{}", table.text),
        };
        if runs > 0 {
            text.push_str(&format!("The others hold {}, {failed} failed.\n", executions(runs)));
        }
        let by = json!([self.figures.group_by.as_str()]);
        let json = format!("{{\"by\":{by},\"rows\":[{}],\"left_out\":{left_out}}}", table.json);
        (json, text)
    }

    fn row(&self, by: &str, (key, tally): &(&str, &RunTally)) -> String {
        let mut row = Map::new();
        row.insert(by.to_owned(), json!(key));
        if let Some(names) = self.names.filter(|_| self.figures.group_by == RunGroup::Workflow) {
            row.insert(NAME.into(), json!(names.get(key)));
        }
        let drops: &[&str] = match self.figures.group_by {
            RunGroup::Workflow | RunGroup::Day => &[],
            // The status says it.
            RunGroup::Status => &["succeeded", "failed", "stopped", "active", "failed_share"],
            RunGroup::FailedStep => {
                &["runs", "succeeded", "stopped", "active", "failed_share", "last_success"]
            }
        };
        let mut figures = self.figures_of(tally);
        if matches!(self.figures.group_by, RunGroup::Status | RunGroup::FailedStep) {
            figures.remove("last_failure_step");
        }
        // A column of naughts says what the sentence above says already.
        let all = &self.figures.all;
        for (name, count) in [("stopped", all.stopped), ("active", all.active)] {
            if count == 0 {
                figures.remove(name);
            }
        }
        figures.retain(|name, _| !drops.contains(&name.as_str()));
        row.extend(figures);
        Value::Object(row).to_string()
    }
}

/// Rows of ours: columns stay, rows go at the end.
const RULES: Rules<'static> = Rules {
    whole: &[],
    rows_may_go: true,
    are_asked_for: true,
    columns_may_go: false,
    format: RowFormat::Rows,
};

/// Tenths of a percent as a percentage.
fn percent(tenths: usize) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}

fn executions(count: usize) -> String {
    if count == 1 { "1 execution".to_owned() } else { format!("{count} executions") }
}

fn are(count: usize) -> String {
    if count == 1 {
        "There is 1 execution".to_owned()
    } else {
        format!("There are {count} executions")
    }
}
