//! Text and structure: the same rows, the same cells, each within one limit.
//!
//! Not for query answers, which `queries` holds.

use serde_json::{Value, json};

use super::reading::hold_the_same;
use crate::harness::*;
use crate::reports::answers::{Told, call, told};

#[track_caller]
fn same(told: &Told) {
    hold_the_same(told, &told.structured["data"]);
}

#[tokio::test]
async fn a_page_of_a_hundred_cases_is_the_same_for_both_readers() {
    let server = Server::start().await;
    for limit in [1, 25, 100] {
        let told = call(&server, "wiv_search_cases", json!({ "limit": limit })).await;
        assert_eq!(told.structured["data"].as_array().unwrap().len(), limit);
        same(&told);
        for row in told.structured["data"].as_array().unwrap() {
            assert!(row.get("annual_potential_savings").is_some() && row.get("currency").is_some());
        }
    }
}

#[tokio::test]
async fn pages_of_a_list_that_comes_whole_hold_every_row_once() {
    let row = |number: usize| json!({ "workflow_id": format!("w{number}"), "name": "n".repeat(159), "cost": 1.5 });
    let all: Vec<Value> = (0..250).map(row).collect();
    let body = json!({ "data": all }).to_string();
    let far_end = FarEnd::answering(Answer::new(200, body)).await;
    // So little room that a page of a hundred can't hold its rows.
    let server = far_end.server_with(&[("WIV_MCP_TEXT_LIMIT", "6000")]).await;
    let (mut seen, mut arguments) = (Vec::new(), json!({ "limit": 100 }));
    loop {
        let told = call(&server, "wiv_list_workflows", arguments.clone()).await;
        same(&told);
        let rows = told.structured["data"].as_array().unwrap();
        assert!(!rows.is_empty() && told.structured["page"]["total"] == 250);
        seen.extend(rows.iter().map(|row| row["workflow_id"].as_str().unwrap().to_owned()));
        match told.structured["page"]["next_cursor"].as_str() {
            Some(cursor) => arguments["cursor"] = json!(cursor),
            None => break,
        }
    }
    let expected: Vec<String> = (0..250).map(|number| format!("w{number}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn money_is_never_cut() {
    let currency = "C".repeat(300);
    let row = |number: usize| {
        json!({
            "case_id": format!("c{number}"),
            "resource_id": "r".repeat(900),
            "annual_potential_savings": format!("{number},234,567.50"),
            "currency": if number.is_multiple_of(20) { currency.as_str() } else { "USD" },
        })
    };
    let rows: Vec<Value> = (0..100).map(row).collect();
    let body = json!({ "data": rows, "next_page_key": { "scroll_id": "s" } }).to_string();
    let told = told(&body, "wiv_search_cases", json!({ "limit": 100 })).await;
    same(&told);
    for (number, row) in told.structured["data"].as_array().unwrap().iter().enumerate() {
        assert_eq!(row["annual_potential_savings"], rows[number]["annual_potential_savings"]);
        assert_eq!(row["currency"], rows[number]["currency"]);
    }
    assert_eq!(told.structured["data"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn what_is_left_out_is_left_out_of_both_and_told_in_both() {
    let values: Vec<Value> =
        (0..5_000).map(|n| json!({ "value": format!("service {n}"), "count": n })).collect();
    let body = json!({ "data": values }).to_string();
    let arguments = json!({ "filter_name": "service" });
    let told = told(&body, "wiv_get_cases_filter_values", arguments).await;
    same(&told);
    told.both_say("rows fit, and this tool has no pages");
    let shown = told.structured["page"]["shown"].as_u64().unwrap();
    told.both_say(&format!("first {shown} of 5000 rows"));
    assert!(shown > 300, "{shown}");
}

#[tokio::test]
async fn an_object_is_the_same_for_both_readers_however_large_it_is() {
    for size in [10, 400, 5_000, 60_000] {
        let text = "x".repeat(size);
        let steps: Vec<Value> = (0..60)
            .map(|n| json!({ "id": n, "code": text, "on": { "a": [n, { "b": text }] } }))
            .collect();
        let body = json!({ "data": { "name": "w", "steps": steps, "last": 12.5 } }).to_string();
        let told = told(&body, "wiv_get_workflow", json!({ "workflow_id": "w" })).await;
        hold_the_same(&told, &told.structured["data"]["steps"]);
        told.neither_says("`data`");
        told.both_say("12.5");
    }
}

#[tokio::test]
async fn a_list_of_cases_shows_its_usual_fields_or_those_asked_for() {
    let server = Server::start().await;
    let names = |told: &Told| -> Vec<String> {
        told.structured["data"][0].as_object().unwrap().keys().cloned().collect()
    };
    let usual = call(&server, "wiv_search_cases", json!({ "limit": 100 })).await;
    same(&usual);
    let mut expected = vec![
        "case_id",
        "case_type",
        "status",
        "account_name",
        "owner",
        "annual_potential_savings",
        "currency",
    ];
    let mut shown = names(&usual);
    expected.sort_unstable();
    shown.sort_unstable();
    assert_eq!(shown, expected);
    usual.both_say("More fields: recommendation_id, ");

    let arguments = json!({ "limit": 2, "fields": ["region", "case_id", "acount_name"] });
    let named = call(&server, "wiv_search_cases", arguments).await;
    same(&named);
    assert_eq!(names(&named).len(), 2);
    named.both_say("No row here has a field acount_name. Did you mean account_name");

    let all = call(&server, "wiv_search_cases", json!({ "limit": 2, "fields": ["*"] })).await;
    same(&all);
    assert_eq!(names(&all).len(), 21);

    let arguments = json!({ "limit": 2, "fields": ["name"] });
    let workflows = call(&server, "wiv_list_workflows", arguments).await;
    same(&workflows);
    assert_eq!(names(&workflows), ["name"]);
    // The next page may show other fields.
    let cursor = &workflows.structured["page"]["next_cursor"];
    let more = call(&server, "wiv_list_workflows", json!({ "limit": 2, "cursor": cursor })).await;
    assert!(!more.is_error && names(&more).len() > 1, "{}", more.text);
}

#[tokio::test]
async fn an_amount_that_is_named_brings_its_currency() {
    let server = Server::start().await;
    for format in ["rows", "csv"] {
        let fields = json!(["case_id", "annual_potential_savings"]);
        let asked = json!({ "fields": fields, "format": format, "totals": "none", "limit": 3 });
        let told = call(&server, "wiv_search_cases", asked).await;
        told.both_say("currency");
        told.both_say("USD");
    }
}

#[tokio::test]
async fn fields_that_no_row_has_are_told_in_one_sentence() {
    let server = Server::start().await;
    let names: Vec<String> = (0..30).map(|number| format!("nonsense_{number}")).collect();
    let asked = json!({ "fields": names, "totals": "none", "limit": 1 });
    let told = call(&server, "wiv_search_cases", asked).await;
    told.both_say("No row here has the fields nonsense_0, nonsense_1,");
    assert_eq!(told.text.matches("Rows have ").count(), 1, "{}", told.text);
}

#[tokio::test]
async fn ids_are_never_cut_where_a_page_has_room_for_them() {
    let long = "i".repeat(200);
    let row = |number: usize| {
        let (prose, text) = (format!("{long}-{number}"), "t".repeat(400));
        format!(r#"{{"case_id":"{prose}","status":"To Do","criteria":"{text}"}}"#)
    };
    let rows: Vec<String> = (0..60).map(row).collect();
    let upstream = super::paged::Paged::start(rows, None).await;
    let server = upstream.server().await;
    let asked = json!({ "limit": 60, "totals": "none", "fields": ["*"] });
    let told = call(&server, "wiv_search_cases", asked).await;
    for number in [0, 59] {
        told.both_say(&format!("{long}-{number}"));
    }
    told.both_say("texts are cut to 160 characters");
}

#[tokio::test]
async fn a_filter_name_that_wiv_does_not_know_is_what_is_to_be_corrected() {
    let server = Server::start().await;
    let told = call(&server, "wiv_get_cases_filter_values", json!({ "filter_name": "nope" })).await;
    assert!(told.is_error && told.text.contains("Correct the name"), "{}", told.text);
    told.neither_says("nothing to correct");
}
