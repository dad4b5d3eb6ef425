//! Rows and conditions that can't be told for sure are said, never dropped.
//!
//! Not for rows that came unasked; `unasked` has those.

use serde_json::{Value, json};

use super::paged::{Paged, case};
use crate::harness::*;
use crate::reports::answers::{Told, call};

const SUMMARY: &str = "wiv_get_cases_summary";

fn row(number: usize, members: &str) -> String {
    let money = if members.contains("annual_potential_savings") {
        ""
    } else {
        r#","annual_potential_savings":10.01"#
    };
    let currency = if members.contains("currency") { "" } else { r#","currency":"USD""# };
    case(number, &format!("{members}{money}{currency}"))
}

async fn of(rows: &[String]) -> Server {
    Paged::start(rows.to_vec(), None).await.server().await
}

fn count(told: &Told) -> &Value {
    assert!(!told.is_error, "{}", told.text);
    &told.structured["totals"]["count"]
}

#[tokio::test]
async fn what_is_no_object_is_no_case() {
    let body = format!(
        r#"{{"data":[null,5,"x",[1],{}],"next_page_key":null}}"#,
        row(1, r#""status":"To Do","owner":"Ana""#)
    );
    let server = FarEnd::saying(body).await.server().await;
    for (tool, arguments) in [
        (SUMMARY, json!({})),
        (SUMMARY, json!({ "filters": { "status": ["open"] } })),
        ("wiv_search_cases", json!({})),
        ("wiv_search_cases", json!({ "sort": "owner" })),
    ] {
        let told = call(&server, tool, arguments).await;
        assert_eq!(count(&told), 1, "{}", told.text);
        told.both_say("4 rows are no object, and in no figure");
        if tool == SUMMARY {
            assert_eq!(told.structured["data"]["without_owner"], 0);
        }
    }
}

#[tokio::test]
async fn what_can_not_be_tried_against_where_is_counted() {
    let rows = [
        row(1, r#""annual_potential_savings":"1,234.50""#),
        row(2, r#""annual_potential_savings":5000"#),
        row(3, r#""annual_potential_savings":null"#),
        row(4, r#""annual_potential_savings":7,"currency":null"#),
        r#"{"case_id":"c5","annual_potential_savings":5000,"currency":"USD","updated_at":1795770000}"#
            .to_owned(),
    ];
    let server = of(&rows).await;
    for (conditions, matching, untried) in [
        (json!({ "savings_from": 1000 }), 2, 2),
        (json!({ "savings_to": 10 }), 1, 2),
        (json!({ "currency": "usd" }), 4, 1),
        (json!({ "untouched_days": 1 }), 4, 1),
        (json!({ "updated": { "start": "2026-11-01", "end": "2026-11-30" } }), 4, 1),
        // Where one condition fails for sure, it does not matter that another can't be tried.
        (json!({ "savings_from": 1000, "exclude": { "case_id": ["c1"] } }), 2, 1),
    ] {
        for tool in [SUMMARY, "wiv_search_cases"] {
            let told = call(&server, tool, json!({ "where": conditions })).await;
            assert_eq!(count(&told), matching, "{conditions}: {}", told.text);
            let rows = if untried == 1 { "1 row could" } else { "2 rows could" };
            told.both_say(&format!("{rows} not be tried against `where`"));
        }
    }
    call(&server, SUMMARY, json!({})).await.neither_says("not be tried");
}

#[tokio::test]
async fn a_bound_beyond_every_amount_is_no_bound() {
    let rows: Vec<String> = (1..=3).map(|number| row(number, r#""status":"To Do""#)).collect();
    let server = of(&rows).await;
    for (conditions, matching) in [
        (json!({ "savings_to": 999_999_999_999_999_u64 }), 3),
        (json!({ "savings_to": 1e28 }), 3),
        (json!({ "savings_from": -1e15 }), 3),
        (json!({ "savings_from": 1e15 }), 0),
        (json!({ "savings_to": -1e300 }), 0),
        (json!({ "savings_from": 1e-300 }), 3),
    ] {
        let told = call(&server, SUMMARY, json!({ "where": conditions })).await;
        assert_eq!(count(&told), matching, "{conditions}");
        assert_eq!(told.text.contains("None of the 3 rows that were read meets"), matching == 0);
    }
}

#[tokio::test]
async fn what_excludes_nothing_is_told_with_what_there_is() {
    let rows = [
        row(1, r#""status":"To Do","provider":"AWS","service_group":"Commitments""#),
        row(2, r#""status":"To Do","provider":"GCP","service_group":"Compute""#),
    ];
    let server = of(&rows).await;
    for (exclude, note) in [
        (json!({ "providr": ["AWS"] }), "No row here has a field providr. Did you mean provider?"),
        (
            json!({ "service_group": ["commitments"] }),
            "No row that was read has service_group \"commitments\", so `where.exclude` left \
             nothing out by it. Near: \"Commitments\".",
        ),
        (json!({ "provider": ["AWS", "zzzzzz"] }), "Some are: \"AWS\", \"GCP\"."),
    ] {
        for tool in [SUMMARY, "wiv_search_cases"] {
            let told = call(&server, tool, json!({ "where": { "exclude": exclude } })).await;
            told.both_say(note);
        }
    }
    let told = call(&server, SUMMARY, json!({ "where": { "exclude": { "provider": ["AWS"] } } }));
    told.await.neither_says("left nothing out");
}

#[tokio::test]
async fn a_currency_that_no_row_has_is_told_and_leads_to_no_other_page() {
    let mut rows: Vec<String> = (1..=60).map(|number| row(number, r#""status":"To Do""#)).collect();
    rows.push(row(61, r#""currency":"EUR""#));
    let server = of(&rows).await;
    for (tool, arguments) in [
        (SUMMARY, json!({ "where": { "currency": "GBP" } })),
        ("wiv_search_cases", json!({ "where": { "currency": "GBP" } })),
    ] {
        let told = call(&server, tool, arguments).await;
        assert_eq!(count(&told), 0);
        told.both_say("No row that was read is in GBP. Their currencies: USD, EUR.");
        if tool != SUMMARY {
            assert_eq!(told.structured["page"]["next_cursor"], Value::Null, "{}", told.text);
            assert_eq!(told.structured["page"]["total"], 0);
            told.neither_says("more pages");
        }
    }
    let contradiction = json!({
        "filters": { "status": ["To Do"] }, "where": { "exclude": { "status": ["To Do"] } },
    });
    let told = call(&server, SUMMARY, contradiction).await;
    told.both_say("None of the 60 rows that were read meets `where`.");
}

#[tokio::test]
async fn times_that_can_not_be_read_make_no_sure_news_and_no_group() {
    let row = |number: usize, times: &str| {
        format!(r#"{{"case_id":"c{number}","status":"To Do","owner":"Ana"{times}}}"#)
    };
    let rows = [
        row(1, r#","created_at":1795770000,"updated_at":1795770000"#),
        row(2, ""),
        row(3, r#","created_at":"2026-11-02T09:00:00Z","updated_at":"2026-11-02T09:00:00Z""#),
    ];
    let server = of(&rows).await;
    let told = call(&server, SUMMARY, json!({ "since": "2026-11-01" })).await;
    told.both_say("2 rows have no time that can be read, so more may be new, changed or closed.");
    assert!(told.text.contains("Since 2026-11-01: at least 1 new"), "{}", told.text);
    assert_eq!(told.structured["data"]["since"]["untimed"], 2);
    for (by, field) in [("month", "created_at"), ("age", "created_at"), ("untouched", "updated_at")]
    {
        let told = call(&server, SUMMARY, json!({ "group_by": [by] })).await;
        told.both_say(&format!("2 rows have no {field} that can be read, and no group."));
    }
}

#[tokio::test]
async fn what_closed_is_read_whichever_open_states_are_asked_for() {
    let rows = [
        row(1, r#""status":"To Do""#),
        row(2, r#""status":"In Progress""#),
        row(3, r#""status":"Exclude""#),
        row(4, r#""status":"Completed""#),
        row(5, r#""status":"Verified""#),
    ];
    let server = of(&rows).await;
    for (status, matching, closed) in [
        (json!(["open"]), 2, 2),
        (json!(["To Do", "Acknowledged"]), 1, 2),
        (json!(["To Do", "Acknowledged", "In Progress", "To Do"]), 2, 2),
        (json!(["open", "Exclude"]), 3, 2),
        // Who asks for closed ones gets those alone.
        (json!(["To Do", "Verified"]), 2, 1),
        (json!(["Verified"]), 1, 1),
    ] {
        let arguments = json!({ "filters": { "status": status }, "since": "2026-10-01" });
        let told = call(&server, SUMMARY, arguments).await;
        assert_eq!(count(&told), matching, "{status} {}", told.text);
        assert_eq!(told.structured["data"]["since"]["closed"]["count"], closed, "{status}");
        told.neither_says("do not fit");
        told.neither_says("does not fit");
    }
}

#[tokio::test]
async fn excluded_cases_are_told_where_where_leaves_them_out_too() {
    let rows = [row(1, r#""status":"To Do""#), row(2, r#""status":"Exclude","provider":"AWS""#)];
    let server = of(&rows).await;
    for (exclude, excluded) in
        [(json!({ "status": ["Exclude"] }), 1), (json!({ "provider": ["AWS"] }), 0)]
    {
        let told = call(
            &server,
            SUMMARY,
            json!({ "filters": { "status": ["open"] }, "where": { "exclude": exclude } }),
        )
        .await;
        assert_eq!(count(&told), 1);
        assert_eq!(told.structured["data"]["excluded"]["count"], excluded, "{exclude}");
    }
}

#[tokio::test]
async fn a_currency_called_as_a_column_keeps_its_own() {
    let names = ["oldest", "newest", "without_owner", "cases", "provider", "oldest (currency)"];
    let rows: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            row(number, &format!(r#""provider":"p{number}","owner":"o","currency":"{name}""#))
        })
        .collect();
    let told = call(&of(&rows).await, SUMMARY, json!({ "group_by": ["provider"] })).await;
    let groups = told.structured["groups"][0]["rows"].as_array().unwrap();
    assert_eq!(groups.len(), names.len());
    for group in groups {
        let cells = group.as_object().unwrap().values();
        assert_eq!(cells.filter(|cell| **cell == "10.01").count(), 1, "{group}");
        assert_eq!(group["cases"], 1);
    }
    assert_eq!(told.text.matches("| 10.01").count(), names.len(), "{}", told.text);
}

#[tokio::test]
async fn every_currency_that_is_summed_is_told_in_both() {
    let mut rows: Vec<String> =
        (0..52).map(|number| row(number, &format!(r#""currency":"C{number}""#))).collect();
    rows.push(row(60, &format!(r#""currency":"{}""#, "x".repeat(33))));
    rows.push(row(61, r#""currency":null"#));
    let told = call(&of(&rows).await, SUMMARY, json!({})).await;
    let currencies = told.structured["totals"]["by_currency"].as_array().unwrap();
    assert_eq!(currencies.len(), 50);
    for entry in currencies {
        let name = entry["currency"].as_str().unwrap();
        assert!(told.text.contains(&format!("{name} 10.01 a year")), "{name}: {}", told.text);
    }
    told.both_say("1 without a currency, 3 with a currency that is one too many or has too long");
}

#[tokio::test]
async fn an_account_that_is_named_twice_is_told_with_both_names() {
    let named = |number, name: &str| {
        row(number, &format!(r#""account_id":"4455","account_name":"{name}","owner":"o""#))
    };
    let rows = [
        named(1, "shops"),
        named(2, "archive"),
        named(3, "shops"),
        row(4, r#""account_id":"7","account_name":"one","owner":"o""#),
        row(5, r#""account_id":"7","account_name":null,"owner":"o""#),
    ];
    let told = call(&of(&rows).await, SUMMARY, json!({ "group_by": ["account_id"] })).await;
    let groups = told.structured["groups"][0]["rows"].as_array().unwrap();
    let names: Vec<&Value> = groups.iter().map(|group| &group["account_name"]).collect();
    assert_eq!(names, ["shops / archive", "one"]);
    told.both_say(
        "1 value of account_id has more than one account_name: all are named. Group by \
         account_name to tell them apart.",
    );
}

#[tokio::test]
async fn that_rows_have_no_owner_is_not_said_where_none_speaks_of_one() {
    let rows: Vec<String> = (1..=3).map(|number| row(number, r#""status":"To Do""#)).collect();
    let told = call(&of(&rows).await, SUMMARY, json!({ "group_by": ["status"] })).await;
    assert_eq!(told.structured["data"]["without_owner"], Value::Null);
    told.both_say("No row that matches has a field owner.");
    assert!(!told.text.contains("without owner"), "{}", told.text);
    let rows = [row(1, r#""owner":"(nobody)""#), row(2, r#""owner":null"#)];
    let told = call(&of(&rows).await, SUMMARY, json!({ "group_by": ["owner"] })).await;
    let groups = told.structured["groups"][0]["rows"].as_array().unwrap();
    let mut names: Vec<&str> = groups.iter().map(|it| it["owner"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["\"(nobody)\"", "(nobody)"]);
    assert_eq!(told.structured["data"]["without_owner"], 1);
}

#[tokio::test]
async fn more_groups_than_are_told_apart_are_no_sure_order() {
    let owners = |count: usize| -> Vec<String> {
        (0..count).map(|number| row(number, &format!(r#""owner":"o{number}""#))).collect()
    };
    let told = call(&of(&owners(3_001)).await, SUMMARY, json!({ "group_by": ["owner"] })).await;
    told.both_say("There are more than 3000 groups by owner: those that came first");
    let told = call(&of(&owners(3_000)).await, SUMMARY, json!({ "group_by": ["owner"] })).await;
    told.neither_says("more than 3000 groups");
}
