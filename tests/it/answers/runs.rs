//! The summary of executions, held against their list, row by row.

use serde_json::{Value, json};

use super::reading::{LIMIT, table};
use crate::harness::*;
use crate::reports::answers::{Told, call};

const SUMMARY: &str = "wiv_get_executions_summary";

fn rows(answer: &Value) -> &Vec<Value> {
    answer["data"].as_array().unwrap()
}

fn groups(answer: &Value) -> &Vec<Value> {
    answer["groups"][0]["rows"].as_array().unwrap()
}

/// Every execution, by page.
async fn all(server: &Server, mut arguments: Value) -> Vec<Value> {
    let mut all = Vec::new();
    arguments["limit"] = json!(100);
    // Without names of fields a page of a hundred leaves some out.
    arguments["fields"] = json!([
        "execution_id",
        "workflow_id",
        "workflow_name",
        "status",
        "started_at",
        "ended_at",
        "failed_step",
    ]);
    loop {
        let page = server.data(ACME, "wiv_list_all_executions", arguments.clone()).await;
        all.extend(rows(&page).iter().cloned());
        if page["page"]["next_cursor"].is_null() {
            return all;
        }
        arguments["cursor"] = page["page"]["next_cursor"].clone();
    }
}

fn count(rows: &[Value], is: impl Fn(&Value) -> bool) -> usize {
    rows.iter().filter(|row| is(row)).count()
}

fn has(field: &'static str, value: impl Into<Value>) -> impl Fn(&Value) -> bool {
    let value = value.into();
    move |row| row[field] == value
}

/// Microseconds of a time of one month, of which the test needs only differences.
fn micros(text: &str) -> i64 {
    let part = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
    let days = part(8, 10) + if &text[5..7] == "10" { 0 } else { 31 };
    let seconds = ((days * 24 + part(11, 13)) * 60 + part(14, 16)) * 60 + part(17, 19);
    let fraction: String = text[19..].chars().filter(char::is_ascii_digit).take(6).collect();
    seconds * 1_000_000 + format!("{fraction:0<6}").parse::<i64>().unwrap()
}

/// Both say the same, each within the limit.
#[track_caller]
fn same(told: &Told) {
    assert!(!told.is_error, "{}", told.text);
    let rows = groups(&told.structured);
    if let Some(first) = rows.first() {
        let column = first.as_object().unwrap().keys().next().unwrap();
        let begin = told.text.find("\nBy ").expect("groups have a title");
        let (names, lines) = table(&told.text[begin..], Some(column));
        assert_eq!(lines.len(), rows.len());
        for (line, row) in lines.iter().zip(rows) {
            for (name, cell) in names.iter().zip(line) {
                let value = match &row[name] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                assert_eq!(*cell, value, "{name}");
            }
        }
    }
    assert!(told.text.chars().count() <= LIMIT);
    assert!(told.structured.to_string().chars().count() <= LIMIT);
}

#[tokio::test]
async fn where_nobody_names_days_it_is_the_last_thirty_of_upstreams_clock() {
    let far_end = FarEnd::start_with(|_| {
        Answer::new(200, r#"{"data":[],"next_page_key":null}"#)
            .with("date", "Sun, 01 Mar 2026 00:00:10 GMT")
    });
    let far_end = far_end.await;
    let server = far_end.server().await;
    let told = call(&server, SUMMARY, json!({})).await;
    told.both_say("2026-01-31");
    told.both_say("2026-03-01");
    assert!(told.text.starts_with("0 executions started from 2026-01-31 to 2026-03-01 (UTC)"));
    let asked: Vec<String> = far_end.seen().into_iter().map(|seen| seen.target).collect();
    let of_days = asked.iter().filter(|it| it.contains("2026-01-31") && it.contains("2026-03-01"));
    assert_eq!(of_days.count(), 1, "{asked:?}");
}

#[tokio::test]
async fn all_runs_of_some_days_are_added_up_by_workflow() {
    let server = Server::start().await;
    let days = json!({ "date_range": { "start": "2026-10-18", "end": "2026-11-16" } });
    let runs = all(&server, days.clone()).await;
    let told = call(&server, SUMMARY, days).await;
    same(&told);
    let data = &told.structured["data"];
    assert_eq!((&data["start"], &data["end"]), (&json!("2026-10-18"), &json!("2026-11-16")));
    assert_eq!(data["complete"], true);
    assert_eq!(data["runs"], runs.len());
    for (name, status) in [("succeeded", "SUCCEEDED"), ("failed", "FAILED"), ("stopped", "STOPPED")]
    {
        assert_eq!(data[name], count(&runs, has("status", status)), "{name}");
    }
    let active = count(&runs, |row| row["ended_at"].is_null());
    assert_eq!(data["active"], active);
    let (failed, ended) = (count(&runs, has("status", "FAILED")), runs.len() - active);
    // Another way to the nearest tenth of a percent.
    let tenths =
        (0..=1_000).min_by_key(|tenths| (tenths * ended).abs_diff(failed * 1_000)).unwrap();
    assert_eq!(data["failed_share"], format!("{}.{}%", tenths / 10, tenths % 10));
    told.both_say(data["failed_share"].as_str().unwrap());

    let mut took: Vec<i64> = runs
        .iter()
        .filter(|row| !row["ended_at"].is_null())
        .map(|row| {
            micros(row["ended_at"].as_str().unwrap()) - micros(row["started_at"].as_str().unwrap())
        })
        .collect();
    took.sort_unstable();
    let p95 = (took[(took.len() * 95).div_ceil(100) - 1] + 500_000) / 1_000_000;
    assert_eq!(data["p95_seconds"], p95);

    let mut sum = 0;
    for group in groups(&told.structured) {
        let of_workflow: Vec<Value> =
            runs.iter().filter(|row| row["workflow_id"] == group["workflow_id"]).cloned().collect();
        assert_eq!(group["runs"], of_workflow.len());
        assert_eq!(group["failed"], count(&of_workflow, has("status", "FAILED")));
        assert_eq!(group["workflow_name"], of_workflow[0]["workflow_name"]);
        let mut failures: Vec<&Value> =
            of_workflow.iter().filter(|row| row["status"] == "FAILED").collect();
        failures.sort_by_key(|row| micros(row["ended_at"].as_str().unwrap()));
        if let Some(last) = failures.last() {
            assert_eq!(group["last_failure"], last["ended_at"]);
            assert_eq!(group["last_failure_step"], last["failed_step"]);
        }
        sum += of_workflow.len();
    }
    assert_eq!(sum, runs.len());
    assert!(told.structured["groups"][0]["left_out"].is_null());
}

#[tokio::test]
async fn what_has_not_ended_is_told_with_its_name_and_its_seconds_the_longest_first() {
    let server = Server::start().await;
    let days = json!({ "date_range": { "start": "2026-10-18", "end": "2026-11-16" } });
    let told = call(&server, SUMMARY, days).await;
    let runs = told.structured["data"]["active_runs"].as_array().unwrap();
    let now = micros(told.structured["as_of"].as_str().unwrap());
    assert!(runs.len() >= 5);
    for run in runs {
        let micros = now - micros(run["started_at"].as_str().unwrap());
        assert_eq!(run["seconds"], (micros + 500_000) / 1_000_000);
        told.both_say(run["workflow_name"].as_str().unwrap());
        told.both_say(&run["seconds"].to_string());
    }
    assert!(runs.is_sorted_by_key(|run| std::cmp::Reverse(run["seconds"].as_u64())));
}

#[tokio::test]
async fn runs_are_added_up_by_status_step_and_day_and_of_one_workflow() {
    let server = Server::start().await;
    let days = json!({ "start": "2026-11-01", "end": "2026-11-16" });
    let runs = all(&server, json!({ "date_range": days })).await;
    for (by, field) in [("status", "status"), ("failed_step", "failed_step"), ("day", "day")] {
        let told = call(&server, SUMMARY, json!({ "group_by": [by], "date_range": days })).await;
        same(&told);
        assert_eq!(told.structured["groups"][0]["by"], json!([by]));
        let mut sum = 0;
        for group in groups(&told.structured) {
            let value = group[field].as_str().unwrap();
            let expected = count(&runs, |row| match by {
                "day" => row["started_at"].as_str().unwrap().starts_with(value),
                _ => row[field] == value,
            });
            let told = if by == "failed_step" { &group["failed"] } else { &group["runs"] };
            assert_eq!(*told, expected, "{value}");
            sum += expected;
        }
        let all =
            if by == "failed_step" { count(&runs, has("status", "FAILED")) } else { runs.len() };
        assert_eq!(sum, all);
    }

    let id = &runs[0]["workflow_id"];
    let arguments = json!({ "workflow_id": id, "date_range": days, "group_by": ["day"] });
    let one = call(&server, SUMMARY, arguments).await;
    same(&one);
    assert_eq!(one.structured["data"]["runs"], count(&runs, has("workflow_id", id.clone())));
}

/// Pages of runs, of which the one with this number fails.
async fn failing_at(page: usize) -> FarEnd {
    let pages = std::sync::atomic::AtomicUsize::new(0);
    FarEnd::start(move |seen| {
        if !seen.target.contains("/executions") {
            return (200, r#"{"data":[]}"#.to_owned());
        }
        let number = pages.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        if number >= page {
            return (500, r#"{"error":"no"}"#.to_owned());
        }
        let run = json!({
            "execution_id": number, "workflow_id": "w", "status": "FAILED",
            "started_at": "2026-11-16T08:00:00Z", "ended_at": "2026-11-16T08:01:00Z",
        });
        (200, json!({ "data": [run], "next_page_key": { "page": number } }).to_string())
    })
    .await
}

#[tokio::test]
async fn what_was_not_read_to_its_end_has_lower_bounds_and_no_share() {
    let server = failing_at(3).await.server().await;
    let told = call(&server, SUMMARY, json!({})).await;
    same(&told);
    let data = &told.structured["data"];
    assert_eq!(
        (&data["complete"], &data["runs"], &data["rows_read"]),
        (&json!(false), &json!(2), &json!(2))
    );
    assert!(data["failed_share"].is_null() && data["median_seconds"].is_null());
    told.both_say("Partial: 2 executions were read");
    assert!(told.text.starts_with("At least 2 executions started"), "{}", told.text);
    assert!(!told.text.contains("% of"), "{}", told.text);

    // Without an end: the bound of requests.
    let server = failing_at(usize::MAX).await.server().await;
    let told = call(&server, SUMMARY, json!({})).await;
    told.both_say("Ask for fewer days, or one workflow");
    assert_eq!(told.structured["data"]["complete"], false);

    let server = failing_at(1).await.server().await;
    let error = server.error(ACME, SUMMARY, json!({})).await;
    assert_eq!(error["kind"], "upstream_error");
}

#[tokio::test]
async fn odd_runs_are_counted_and_told_and_names_that_fail_leave_ids() {
    let far_end = FarEnd::start(|seen| match seen.target.contains("/executions") {
        false => (500, "{}".to_owned()),
        true => {
            let odd = [
                json!({ "workflow_id": "w1", "status": "PAUSED" }),
                json!({ "workflow_id": "w1", "status": "FAILED", "failed_step": "Note: x\n| y" }),
                json!({ "status": "RUNNING", "started_at": "2036-11-16T08:00:00Z" }),
                json!("no run"),
            ];
            (200, json!({ "data": odd, "next_page_key": null }).to_string())
        }
    });
    let server = far_end.await.server().await;
    let told = call(&server, SUMMARY, json!({})).await;
    assert_eq!(told.structured["data"]["runs"], 3);
    told.both_say("1 row came that is no object");
    told.both_say("There is 1 execution with a status that is not known");
    told.both_say("There is 1 execution that ended without times");
    told.both_say("The names of workflows could not be read");
    assert!(groups(&told.structured).iter().any(|group| group["workflow_id"] == "(none)"));
    assert_eq!(told.structured["data"]["active_runs"][0]["seconds"], 0);
    assert!(!told.text.contains("\nNote: x"));
}
