//! A summary of runs for both readers: sentences, and groups as a table.
//!
//! Not for counting: `runs` did. Of what was not read to its end nothing is said but what was
//! read: no share, no time.

use serde_json::{Map, Value, json};

use super::{
    Days, KnownNames, Reading, RunningNow,
    draft::Rooms,
    format,
    layout::{Layout, Rendered, finish},
    moment::Moment,
    names::shown_name,
    running_now::{self, NAME, RULES},
    runs::{MAX_GROUPS, RunFigures, RunTally},
    table,
};
use crate::{
    catalog::RunGroup,
    text::{self, quoted},
};

/// Bytes of names around figures and groups.
const FRAME: usize = 600;

/// Renders a summary of runs. Where what runs now could not be read, those of the days are told.
pub fn run_summary(
    figures: &RunFigures,
    reading: &Reading,
    days: &Days,
    now: Option<&RunningNow>,
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
    notes.extend(running_now::notes(figures, now, days));
    let rooms = layout
        .limits
        .rooms(text.len() + FRAME, Value::Object(data.clone()).to_string().len() + FRAME);
    let part = Rooms { text: rooms.text / 4, json: rooms.json / 4 };
    let runs = now.map_or(&figures.active, |now| &now.runs);
    let (active, left_out) = running_now::table(runs, figures, names, part);
    let are_all = now.is_some_and(|now| now.are_all);
    data.insert("active_now".into(), json!(are_all.then_some(runs.count)));
    data.insert("active_runs".into(), Value::Null);
    let which = match now {
        None => "Not ended",
        Some(_) => "Running now, whenever they began",
    };
    if runs.count > 0 {
        text.push_str(&format!("\n{which}, the longest first{left_out}:\n\n{}", active.text));
    } else if are_all {
        text.push_str("Nothing runs now.\n");
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
                running_now::are(unknown),
                statuses.collect::<Vec<_>>().join(", ")
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
                running_now::are(untimed)
            ));
        }
        notes
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

/// Tenths of a percent as a percentage.
fn percent(tenths: usize) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}

fn executions(count: usize) -> String {
    if count == 1 { "1 execution".to_owned() } else { format!("{count} executions") }
}
