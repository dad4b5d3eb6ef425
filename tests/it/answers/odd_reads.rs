//! What was read to be added up is odd, and told.

use serde_json::json;

use super::paged::{Instead, Paged, case};
use crate::harness::*;
use crate::reports::answers::call;

const SUMMARY: &str = "wiv_get_cases_summary";

fn row(number: usize, members: &str) -> String {
    case(number, &format!(r#"{members},"annual_potential_savings":10.01,"currency":"USD""#))
}

async fn of(rows: &[String]) -> Server {
    Paged::start(rows.to_vec(), None).await.server().await
}

#[tokio::test]
async fn odd_runs_are_told_beside_the_figures_of_runs() {
    let run = |number: usize, members: &str| {
        format!(
            r#"{{"execution_id":"e{number}","workflow_id":"w{number}","status":"RUNNING"{members}}}"#
        )
    };
    let mut rows = vec!["null".to_owned(), "7".to_owned(), run(1, "")];
    rows.push(run(2, r#","started_at":"2026-11-10T09:00:00Z""#));
    rows.extend((3..=1_001).map(|number| run(number, r#","started_at":"2026-11-11T09:00:00Z""#)));
    let body = format!("{{\"data\":[{}],\"next_page_key\":null}}", rows.join(","));
    let server = FarEnd::saying(body).await.server().await;
    let told = call(&server, "wiv_get_executions_summary", json!({})).await;
    assert_eq!(told.structured["data"]["runs"], 1_001, "{}", told.text);
    assert_eq!(told.structured["data"]["active_runs"][0]["execution_id"], "e2");
    told.both_say("2 rows came that are no objects");
    told.both_say("There is 1 execution that did not end and whose begin can't be read");
    told.both_say("There are more than 1000 groups: those that came first");
}

#[tokio::test]
async fn that_something_hidden_was_taken_out_is_said_of_what_was_added_up_too() {
    let rows: Vec<String> = (1..=3)
        .map(|number| row(number, r#""status":"To Do","owner":"A\u202en\u200ba""#))
        .collect();
    let server = of(&rows).await;
    for (tool, arguments) in [
        (SUMMARY, json!({ "group_by": ["owner"] })),
        ("wiv_search_cases", json!({ "sort": "owner" })),
        ("wiv_search_cases", json!({ "limit": 10 })),
    ] {
        let told = call(&server, tool, arguments).await;
        told.both_say("Invisible characters were removed from WIV's answer.");
        assert_eq!(told.text.matches("Invisible characters").count(), 1, "{}", told.text);
    }
    let run = r#"{"execution_id":"e","workflow_id":"w\u202e","status":"RUNNING"}"#;
    let server = FarEnd::saying(format!("{{\"data\":[{run}]}}")).await.server().await;
    for (tool, arguments) in [
        ("wiv_get_executions_summary", json!({})),
        ("wiv_list_all_executions", json!({ "status": "active" })),
    ] {
        let told = call(&server, tool, arguments).await;
        told.both_say("Invisible characters were removed from WIV's answer.");
    }
    // A key of upstream's own is shown to nobody.
    let rows = r#"{"case_id":"c","status":"To Do"}"#;
    let body = format!("{{\"data\":[{rows}],\"next_page_key\":{{\"a\":\"\\u202e\"}}}}");
    let server = FarEnd::saying(body).await.server().await;
    call(&server, SUMMARY, json!({})).await.neither_says("Invisible characters");
}

#[tokio::test]
async fn rows_too_large_for_a_usual_page_are_read_by_smaller_ones() {
    let wide = |number: usize, bytes: usize| {
        row(number, &format!(r#""status":"To Do","criteria":"{}""#, "x".repeat(bytes)))
    };
    let rows: Vec<String> = (0..430).map(|number| wide(number, 20_000)).collect();
    let server = of(&rows).await;
    let told = call(&server, SUMMARY, json!({})).await;
    assert_eq!(told.structured["totals"]["count"], 430, "{}", told.text);
    assert_eq!(told.structured["totals"]["complete"], true);
    let rows: Vec<String> = (0..120).map(|number| wide(number, 100_000)).collect();
    let server = of(&rows).await;
    for (tool, arguments) in
        [(SUMMARY, json!({})), ("wiv_search_cases", json!({ "sort": "case_id" }))]
    {
        let told = call(&server, tool, arguments).await;
        assert_eq!(told.structured["error"]["kind"], "too_large", "{}", told.text);
        told.both_say("Narrow the filters.");
        told.neither_says("`limit`");
    }
    let told = call(&server, "wiv_search_cases", json!({ "limit": 5 })).await;
    assert_eq!(told.structured["totals"]["complete"], false, "{}", told.text);
    told.both_say("a page that is larger than this server takes");
    told.both_say("Narrow the filters for whole figures.");
}

#[tokio::test]
async fn what_runs_now_is_told_whenever_it_began() {
    let run = |id: &str, status: &str, day: &str| json!({ "execution_id": id, "workflow_id": "w", "status": status, "started_at": format!("2026-{day}T09:00:00Z") });
    let old = run("old", "RUNNING", "09-01");
    let waiting = run("waiting", "WAITING", "08-01");
    let new = run("new", "RUNNING", "11-10");
    // An upstream that knows days and statuses, and one that knows neither.
    for knows in [true, false] {
        let (old, new, waiting) = (old.clone(), new.clone(), waiting.clone());
        let far_end = FarEnd::start(move |seen| {
            let target = &seen.target;
            let rows = match () {
                () if !target.contains("/executions") => vec![],
                () if !knows => vec![&old, &new, &waiting],
                () if target.contains("WAITING") => vec![&waiting],
                () if target.contains("RUNNING") => vec![&old, &new],
                () => vec![&new],
            };
            (200, json!({ "data": rows, "next_page_key": null }).to_string())
        });
        let told =
            call(&far_end.await.server().await, "wiv_get_executions_summary", json!({})).await;
        let data = &told.structured["data"];
        let ids: Vec<&str> = data["active_runs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|run| run["execution_id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, ["waiting", "old", "new"], "{}", told.text);
        assert_eq!(data["active_now"], 3);
        assert_eq!(data["active"], if knows { 1 } else { 3 });
        assert!(told.text.contains("Running now, whenever they began, the longest first:"));
    }
    // Where statuses can't be asked for, the days are what there is.
    let far_end = FarEnd::start(move |seen| match seen.target.contains("RUNNING") {
        true => (400, r#"{"error":"no"}"#.to_owned()),
        false if seen.target.contains("/executions") => {
            (200, json!({ "data": [&new], "next_page_key": null }).to_string())
        }
        false => (200, r#"{"data":[],"next_page_key":null}"#.to_owned()),
    });
    let told = call(&far_end.await.server().await, "wiv_get_executions_summary", json!({})).await;
    assert_eq!(told.structured["data"]["active_now"], serde_json::Value::Null);
    assert_eq!(told.structured["data"]["active_runs"][0]["execution_id"], "new");
    told.both_say("and still runs could not be read");
}

#[tokio::test]
async fn a_page_without_rows_in_the_middle_ends_nothing() {
    let open = |number: usize| row(number, r#""status":"To Do""#);
    let rows: Vec<String> = (0..1_200).map(open).collect();
    for (at, body, count) in [
        (2, r#"{"data":[],"next_page_key":{"at":500}}"#, 1_200),
        (1, r#"{"data":[],"next_page_key":{"at":0}}"#, 1_200),
    ] {
        let instead = Some((at, Instead::Body(body.to_owned())));
        let server = Paged::start(rows.clone(), instead).await.server().await;
        let told = call(&server, SUMMARY, json!({})).await;
        let totals = &told.structured["totals"];
        assert_eq!((&totals["count"], &totals["complete"]), (&json!(count), &json!(true)));
    }
    // A scroll that is named for ever ends behind two of them.
    let far_end = FarEnd::start(|_| (200, r#"{"data":[],"next_page_key":{"at":1}}"#.to_owned()));
    let far_end = far_end.await;
    let told = call(&far_end.server().await, SUMMARY, json!({})).await;
    assert_eq!(told.structured["totals"]["complete"], true);
    assert_eq!(far_end.seen().len(), 2);
}
