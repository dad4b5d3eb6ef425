//! Counts, shares and times of runs, by hand and by another way.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::catalog::Catalog;

fn figures(group_by: RunGroup) -> RunFigures {
    let catalog = Catalog::built_in();
    let tool = catalog.tool("wiv_list_all_executions").unwrap();
    RunFigures::new(tool.operation().unwrap().runs.clone().unwrap(), group_by)
}

fn run(status: &str, seconds: u32) -> Value {
    json!({
        "execution_id": "e", "workflow_id": "w", "status": status, "failed_step": "Resize",
        "started_at": "2026-11-16T09:00:00Z",
        "ended_at": format!("2026-11-16T09:{:02}:{:02}.400000Z", seconds / 60, seconds % 60),
    })
}

fn of(runs: &[Value]) -> RunFigures {
    let mut figures = figures(RunGroup::Status);
    runs.iter().for_each(|run| figures.row(&run.to_string()));
    figures
}

#[test]
fn the_share_that_failed_is_of_what_ended() {
    let share = |succeeded: usize, failed: usize, others: &[&str]| {
        let mut runs = vec![run("SUCCEEDED", 1); succeeded];
        runs.extend(vec![run("FAILED", 1); failed]);
        runs.extend(others.iter().map(|status| run(status, 1)));
        of(&runs).all.failed_per_mille()
    };
    assert_eq!(share(0, 0, &["RUNNING", "PAUSED"]), None);
    assert_eq!(share(2, 1, &[]), Some(333));
    assert_eq!(share(1, 2, &["RUNNING", "WAITING"]), Some(667));
    assert_eq!(share(1, 1, &["STOPPED", "STOPPED"]), Some(250));
    assert_eq!(share(0, 3, &[]), Some(1_000));
    // Half of a tenth goes up.
    assert_eq!(share(1_999, 1, &[]), Some(1));
}

#[test]
fn times_are_those_of_runs_that_ended_and_what_is_unknown_is_counted() {
    let mut odd = run("SUCCEEDED", 5);
    odd["ended_at"] = Value::Null;
    let mut backwards = run("FAILED", 5);
    backwards["started_at"] = json!("2026-11-17T09:00:00Z");
    let figures = of(&[
        run("SUCCEEDED", 10),
        run("FAILED", 20),
        run("STOPPED", 31),
        run("RUNNING", 900),
        run("PAUSED", 900),
        json!({ "status": null }),
        odd,
        backwards,
    ]);
    assert_eq!(figures.all.seconds(), Some((20, 31)));
    assert_eq!((figures.all.runs, figures.all.untimed, figures.all.active), (8, 2, 1));
    assert_eq!(figures.unknown, [("PAUSED".into(), 1), ("".into(), 1)]);
    assert_eq!(of(&[run("SUCCEEDED", 10), run("SUCCEEDED", 13)]).all.seconds(), Some((12, 13)));
    assert_eq!(of(&[run("RUNNING", 10)]).all.seconds(), None);
}

#[test]
fn the_last_failure_is_the_one_that_ended_last_with_its_step() {
    let mut later = run("FAILED", 90);
    later["failed_step"] = json!("Notify");
    let mut without_end = run("FAILED", 99);
    without_end["ended_at"] = json!("soon");
    let figures = of(&[run("FAILED", 30), later, run("FAILED", 60), without_end]);
    assert_eq!(&*figures.all.last_failure.unwrap().written, "2026-11-16T09:01:30.400000Z");
    assert_eq!(figures.all.last_step.as_deref(), Some("Notify"));
}

#[test]
fn objects_that_say_nothing_are_runs_that_nothing_is_known_of() {
    let mut figures = figures(RunGroup::Day);
    for row in ["null", "[1]", "\"x\"", "{}", r#"{"started_at":{"a":1},"status":7}"#] {
        figures.row(row);
    }
    assert_eq!((figures.all.runs, figures.all.ended(), figures.no_objects), (2, 0, 3));
    assert_eq!(figures.groups().collect::<Vec<_>>().len(), 1);
}

#[test]
fn groups_beyond_the_first_are_counted_together() {
    let mut figures = figures(RunGroup::Workflow);
    for number in 0..MAX_GROUPS + 7 {
        let mut run = run("FAILED", 1);
        run["workflow_id"] = json!(number.to_string());
        figures.row(&run.to_string());
    }
    assert_eq!(figures.groups().count(), MAX_GROUPS);
    assert_eq!((figures.beyond.runs, figures.beyond.failed), (7, 7));
}

proptest! {
    #[test]
    fn median_and_percentile_are_those_of_sorted_times(
        seconds in prop::collection::vec(0_u32..3_000, 1..60),
    ) {
        let runs: Vec<Value> = seconds.iter().map(|it| run("SUCCEEDED", *it)).collect();
        let (median, p95) = of(&runs).all.seconds().unwrap();
        let below = |value: u64| seconds.iter().filter(|it| u64::from(**it) <= value).count();
        // Nearest rank: the least value that 95 of 100 don't exceed.
        prop_assert!(below(p95) * 100 >= seconds.len() * 95);
        prop_assert!(p95 == 0 || below(p95 - 1) * 100 < seconds.len() * 95);
        prop_assert!(below(median) * 2 >= seconds.len());
        prop_assert!(seconds.iter().any(|it| u64::from(*it) == p95));
    }
}
