//! What came unasked, as filters were ignored, is left out and told.
//!
//! Not for filters that it knows; `figures` has those.

use serde_json::{Value, json};

use super::paged::case;
use crate::harness::*;
use crate::reports::answers::{Told, call};

/// A server whose upstream gives these rows whatever it is asked.
async fn deaf(rows: &[String]) -> Server {
    let body = format!("{{\"data\":[{}],\"next_page_key\":null}}", rows.join(","));
    FarEnd::saying(body).await.server().await
}

fn row(number: usize, members: &str) -> String {
    case(number, &format!(r#"{members},"annual_potential_savings":10.01,"currency":"USD""#))
}

fn totals(told: &Told) -> &Value {
    &told.structured["totals"]
}

#[track_caller]
fn hold(told: &Told, count: usize, yearly: &str, is_complete: bool) {
    let totals = totals(told);
    let told = (&totals["count"], &totals["complete"], &totals["by_currency"][0]["yearly"]);
    assert_eq!(told, (&json!(count), &json!(is_complete), &json!(yearly)), "{totals}");
}

#[tokio::test]
async fn rows_that_do_not_fit_the_filters_are_in_no_figure_and_on_no_page() {
    let rows = [
        row(1, r#""status":"To Do","provider":"AWS","owner":"Ana""#),
        row(2, r#""status":"To Do","provider":"GCP","owner":null"#),
        row(3, r#""status":"Completed","provider":"AWS","owner":"Ana""#),
        row(4, r#""status":"Exclude","provider":"AWS","owner":"Ana""#),
        row(5, r#""status":"To Do","owner":"Bo""#),
        row(6, r#""status":"To Do","provider":["AWS","GCP"],"owner":"""#),
    ];
    let server = deaf(&rows).await;
    for (filters, kept, unfit) in [
        (json!({ "provider": ["AWS"], "status": ["To Do"] }), vec!["c1", "c5", "c6"], 3),
        (json!({ "provider": ["aws"], "status": ["To Do"] }), vec!["c1", "c5", "c6"], 3),
        (json!({ "owner": [""] }), vec!["c2", "c6"], 4),
        (json!({ "status": ["Completed", "Verified"] }), vec!["c3"], 5),
    ] {
        let yearly = format!("{}.0{}", kept.len() * 10, kept.len());
        let summary = call(&server, "wiv_get_cases_summary", json!({ "filters": filters })).await;
        hold(&summary, kept.len(), &yearly, true);
        summary.both_say(&format!("{unfit} rows came that do not fit the filters"));
        for more in [json!({}), json!({ "totals": "none" }), json!({ "sort": "case_id" })] {
            let mut arguments = json!({ "filters": filters });
            arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let list = call(&server, "wiv_search_cases", arguments).await;
            let rows = list.structured["data"].as_array().unwrap();
            let ids: Vec<&str> = rows.iter().map(|row| row["case_id"].as_str().unwrap()).collect();
            assert_eq!(ids, kept, "{filters} {more}");
            if more != json!({ "sort": "case_id" }) {
                assert_eq!(list.text.matches("rows came that do not fit").count(), 1);
            }
            list.both_say("rows came that do not fit the filters");
        }
    }
    let all = call(&server, "wiv_get_cases_summary", json!({})).await;
    hold(&all, 6, "60.06", true);
    all.neither_says("do not fit");
}

#[tokio::test]
async fn open_rows_are_told_from_excluded_and_closed_ones_that_came_with_them() {
    let rows = [
        row(1, r#""status":"To Do""#),
        row(2, r#""status":"Exclude""#),
        row(3, r#""status":"Completed""#),
    ];
    let server = deaf(&rows).await;
    let told = call(&server, "wiv_get_cases_summary", json!({ "filters": { "status": ["open"] } }));
    let told = told.await;
    hold(&told, 1, "10.01", true);
    told.both_say("1 row came that does not fit");
    assert_eq!(told.structured["data"]["excluded"]["count"], 1);
}

#[tokio::test]
async fn rows_of_no_known_state_make_an_open_question_partial() {
    for states in [r#""status":null"#, r#""status":"TO_DO""#, r#""status":"""#, r#""x":1"#] {
        let mut rows: Vec<String> = (0..5).map(|number| row(number, states)).collect();
        rows.push(row(6, r#""status":"to do""#));
        let server = deaf(&rows).await;
        for (tool, more) in [
            ("wiv_get_cases_summary", json!({})),
            ("wiv_get_cases_summary", json!({ "since": "2026-11-01" })),
            ("wiv_search_cases", json!({})),
            ("wiv_search_cases", json!({ "totals": "count" })),
            ("wiv_search_cases", json!({ "sort": "case_id" })),
        ] {
            let mut arguments = json!({ "filters": { "status": ["open"] } });
            arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let told = call(&server, tool, arguments).await;
            assert!(!told.is_error, "{}", told.text);
            assert_eq!(totals(&told)["count"], 1, "{states} {more} {}", told.text);
            assert_eq!(totals(&told)["complete"], false, "{states} {more}");
            told.both_say("5 rows have no status that is known, and in no figure");
            assert!(told.text.contains("At least 1 match"), "{}", told.text);
        }
        // Who asks for all gets all.
        hold(&call(&server, "wiv_get_cases_summary", json!({})).await, 6, "60.06", true);
    }
}

#[tokio::test]
async fn runs_of_another_status_are_not_listed_under_the_one_that_was_asked_for() {
    let run = |id: &str, status: &str| {
        format!(
            r#"{{"execution_id":"{id}","workflow_id":"w","workflow_name":"n","status":{status},"started_at":"2026-11-10T09:00:00Z"}}"#
        )
    };
    let rows = [
        run("e1", "\"SUCCEEDED\""),
        run("e2", "\"FAILED\""),
        run("e3", "\"RUNNING\""),
        run("e4", "\"STOPPED\""),
        r#"{"execution_id":"e5","workflow_id":"w","workflow_name":"n"}"#.to_owned(),
    ];
    let server = deaf(&rows).await;
    for (status, kept, note) in [
        ("FAILED", vec!["e2", "e5"], "3 rows came that do not fit"),
        ("active", vec!["e3", "e5"], "Rows came that do not fit the status"),
        ("ODD", vec!["e5"], "4 rows came that do not fit"),
    ] {
        let told = call(&server, "wiv_list_all_executions", json!({ "status": status })).await;
        let rows = told.structured["data"].as_array().unwrap();
        let ids: Vec<&str> = rows.iter().map(|row| row["execution_id"].as_str().unwrap()).collect();
        assert_eq!(ids, kept, "{status}: {}", told.text);
        told.both_say(note);
    }
    let told = call(&server, "wiv_list_all_executions", json!({})).await;
    assert_eq!(told.structured["data"].as_array().unwrap().len(), 5);
    told.neither_says("do not fit");
}

#[tokio::test]
async fn a_page_that_fits_no_filter_goes_on_with_its_cursor() {
    let body = format!(
        "{{\"data\":[{}],\"next_page_key\":{{\"at\":1}}}}",
        row(1, r#""status":"Completed","provider":"GCP""#)
    );
    let server = FarEnd::saying(body).await.server().await;
    let arguments = json!({ "filters": { "provider": ["AWS"] }, "totals": "none" });
    let told = call(&server, "wiv_search_cases", arguments).await;
    assert_eq!(told.structured["page"]["shown"], 0);
    assert!(told.structured["page"]["next_cursor"].is_string(), "{}", told.text);
    told.both_say("1 row came that does not fit the filters");
}
