//! Totals over everything that matches: exact where they say so, and partial where they are.

use serde_json::{Value, json};

use super::paged::{Instead, Paged, case, cents, sum_of_cents};
use crate::harness::*;
use crate::reports::answers::{Told, call};

fn totals(told: &Told) -> &Value {
    &told.structured["totals"]
}

#[track_caller]
fn hold_whole(told: &Told, count: usize) {
    let totals = totals(told);
    assert_eq!((&totals["count"], &totals["complete"]), (&json!(count), &json!(true)), "{totals}");
    assert_eq!(totals["by_currency"][0]["yearly"], sum_of_cents(count), "{totals}");
    told.both_say(&sum_of_cents(count));
}

#[tokio::test]
async fn totals_are_the_same_whatever_the_page_and_whatever_is_shown() {
    for (count, most) in [(15, 1), (120, 7), (1_234, 500)] {
        let server = Paged::start_with(cents(count), most, None).await;
        let server = server.server().await;
        for arguments in [
            json!({}),
            json!({ "limit": 1 }),
            json!({ "limit": 100, "fields": ["case_id"] }),
            json!({ "limit": 3, "sort": "-annual_potential_savings" }),
            json!({ "limit": 3, "sort": "owner", "fields": ["*"] }),
        ] {
            let told = call(&server, "wiv_search_cases", arguments).await;
            hold_whole(&told, count);
            assert_eq!(told.structured["page"]["total"], count);
        }
        hold_whole(&call(&server, "wiv_get_cases_summary", json!({})).await, count);
    }
}

#[tokio::test]
async fn a_list_that_fits_its_page_costs_one_request() {
    let paged = Paged::start(cents(25), None).await;
    let server = paged.server().await;
    hold_whole(&call(&server, "wiv_search_cases", json!({ "limit": 25 })).await, 25);
    assert_eq!(paged.far_end.seen().len(), 1);
    let told = call(&server, "wiv_search_cases", json!({ "limit": 24 })).await;
    hold_whole(&told, 25);
    assert_eq!(paged.far_end.seen().len(), 3);
    // A page that goes on, and who wants none, pay for a page.
    let cursor = told.structured["page"]["next_cursor"].clone();
    let next = call(&server, "wiv_search_cases", json!({ "limit": 24, "cursor": cursor })).await;
    assert!(next.structured.get("totals").is_none());
    let none = call(&server, "wiv_search_cases", json!({ "limit": 1, "totals": "none" })).await;
    assert!(none.structured.get("totals").is_none());
    assert_eq!(paged.far_end.seen().len(), 5);
    let count = call(&server, "wiv_search_cases", json!({ "limit": 1, "totals": "count" })).await;
    assert_eq!(
        count.structured["totals"],
        json!({ "count": 25, "complete": true, "rows_read": 25 })
    );
}

#[tokio::test]
async fn what_fails_on_the_third_page_makes_figures_partial_and_never_wrong() {
    let huge = format!("{{\"data\":[\"{}\"]}}", "x".repeat(9 << 20));
    for (instead, reason) in [
        (Instead::Status(500), "status 500"),
        (Instead::Status(429), "status 429"),
        (Instead::Body("{\"data\":[{\"case_id\":\"c1\"".into()), "a page that can't be read"),
        (Instead::Body("[]".into()), ""),
        (Instead::Body("{\"data\":{}}".into()), "a page that can't be read"),
        (Instead::Body("{\"error\":\"scroll lost\"}".into()), "failed"),
        (Instead::Body(huge), "larger than this server takes"),
    ] {
        let paged = Paged::start(cents(1_600), Some((3, instead.clone()))).await;
        let server = paged.server().await;
        let told = call(&server, "wiv_get_cases_summary", json!({ "group_by": ["owner"] })).await;
        let name = format!("{instead:.40?}");
        assert!(!told.is_error, "{name}: {}", told.text);
        if reason.is_empty() {
            // A page without rows ends a scroll.
            continue;
        }
        assert_eq!(totals(&told)["complete"], false, "{name}");
        assert_eq!(totals(&told)["rows_read"], 1_000, "{name}");
        assert_eq!(totals(&told)["by_currency"][0]["yearly"], sum_of_cents(1_000), "{name}");
        told.both_say("Partial: 1000 rows were read");
        told.both_say(reason);
        assert!(told.text.starts_with("At least 1000 match"), "{}", told.text);
    }
}

#[tokio::test]
async fn what_fails_on_the_first_page_is_a_failure_of_a_summary_and_partial_of_a_list() {
    let paged = Paged::start(cents(600), Some((1, Instead::Status(400)))).await;
    let server = paged.server().await;
    let told = call(&server, "wiv_get_cases_summary", json!({})).await;
    assert!(told.is_error, "{}", told.text);
    let paged = Paged::start(cents(600), Some((2, Instead::Status(400)))).await;
    let told = call(&paged.server().await, "wiv_search_cases", json!({ "limit": 10 })).await;
    assert_eq!(totals(&told)["complete"], false);
    assert_eq!(totals(&told)["rows_read"], 10);
    assert_eq!(told.structured["data"].as_array().unwrap().len(), 10);
    assert_eq!(told.structured["page"]["total"], Value::Null);
}

#[tokio::test]
async fn ten_thousand_rows_are_all_and_one_more_is_too_many() {
    let server = Paged::start(cents(10_000), None).await;
    let told = call(&server.server().await, "wiv_get_cases_summary", json!({})).await;
    hold_whole(&told, 10_000);
    let paged = Paged::start(cents(10_001), None).await;
    let server = paged.server().await;
    let told = call(&server, "wiv_get_cases_summary", json!({})).await;
    assert_eq!(totals(&told)["complete"], false);
    assert_eq!(totals(&told)["rows_read"], 10_000);
    told.both_say("10000 rows are the most that is read");
    // What WIV itself adds up is shown beside it.
    let paths: Vec<String> = paged.far_end.seen().iter().map(|seen| seen.target.clone()).collect();
    assert_eq!(paths.iter().filter(|path| path.ends_with("/summary")).count(), 1);
    let order = call(&server, "wiv_search_cases", json!({ "sort": "owner" })).await;
    assert_eq!(order.structured["error"]["kind"], "too_large");
    order.both_say("Narrow the filters");
}

#[tokio::test]
async fn a_full_page_that_does_not_say_it_is_the_last_is_not_called_all() {
    let paged = Paged::start(cents(500), Some((1, Instead::Silent))).await;
    let told = call(&paged.server().await, "wiv_get_cases_summary", json!({})).await;
    assert_eq!(totals(&told)["complete"], false);
    told.both_say("does not say whether there are more");
    let paged = Paged::start(cents(499), Some((1, Instead::Silent))).await;
    hold_whole(&call(&paged.server().await, "wiv_get_cases_summary", json!({})).await, 499);
}

#[tokio::test]
async fn one_page_given_for_ever_ends_and_is_not_counted_as_all() {
    let page = format!("{{\"data\":[{}],\"next_page_key\":{{\"at\":1}}}}", cents(3).join(","));
    let server = FarEnd::saying(page).await.server().await;
    let told = call(&server, "wiv_get_cases_summary", json!({})).await;
    assert_eq!(totals(&told)["complete"], false);
    told.both_say("WIV gave the same page again");
}

#[tokio::test]
async fn money_that_can_not_be_read_is_counted_and_in_no_sum() {
    let money = |members: &str, number| case(number, &format!(r#""status":"To Do",{members}"#));
    let long = "C".repeat(300);
    let rows = vec![
        money(r#""annual_potential_savings":100.10,"currency":"USD""#, 1),
        money(r#""annual_potential_savings":"0.20","currency":"USD""#, 2),
        money(r#""annual_potential_savings":-0,"currency":"USD""#, 3),
        money(r#""annual_potential_savings":1e400,"currency":"USD""#, 4),
        money(r#""annual_potential_savings":"1,234.50","currency":"USD""#, 5),
        money(r#""annual_potential_savings":null,"currency":"USD""#, 6),
        money(r#""annual_potential_savings":5.00,"currency":null"#, 7),
        money(&format!(r#""annual_potential_savings":5.00,"currency":"{long}""#), 8),
        money(r#""annual_potential_savings":1.5E1,"currency":"EUR""#, 9),
        money(r#""currency":"EUR""#, 10),
        "7".to_owned(),
    ];
    let server = Paged::start(rows, None).await.server().await;
    for (tool, arguments) in [
        ("wiv_get_cases_summary", json!({})),
        ("wiv_search_cases", json!({ "limit": 2 })),
        ("wiv_search_cases", json!({ "limit": 100 })),
    ] {
        let told = call(&server, tool, arguments).await;
        let totals = totals(&told);
        assert_eq!((&totals["count"], &totals["unreadable"]), (&json!(10), &json!(6)), "{totals}");
        assert_eq!(
            totals["by_currency"][0],
            json!({ "currency": "USD", "count": 3, "yearly": "100.30", "monthly": "8.36" })
        );
        assert_eq!(totals["by_currency"][1]["yearly"], "15.00");
        told.both_say("6 rows that match are in no sum: ");
        told.both_say("1 row is no object, and in no figure.");
        told.both_say("USD and EUR are never added together.");
    }
}

#[tokio::test]
async fn a_month_is_a_twelfth_of_the_sum_rounded_once_half_to_even() {
    let of = |amount: &str| {
        vec![case(1, &format!(r#""annual_potential_savings":{amount},"currency":"USD""#))]
    };
    for (yearly, monthly) in
        [("0.06", "0.00"), ("0.18", "0.02"), ("0.30", "0.02"), ("1.00", "0.08")]
    {
        let server = Paged::start(of(yearly), None).await.server().await;
        let told = call(&server, "wiv_get_cases_summary", json!({})).await;
        assert_eq!(totals(&told)["by_currency"][0]["monthly"], monthly, "{yearly}");
    }
}

#[tokio::test]
async fn open_leaves_excluded_cases_out_and_says_how_many_and_how_much() {
    let row = |number: usize, status: &str| {
        case(
            number,
            &format!(r#""status":"{status}","annual_potential_savings":10.00,"currency":"USD""#),
        )
    };
    let mut rows: Vec<String> = (0..30).map(|number| row(number, "To Do")).collect();
    rows.extend((100..104).map(|number| row(number, "Exclude")));
    rows.extend((200..209).map(|number| row(number, "Completed")));
    let paged = Paged::start(rows, None).await;
    let server = paged.server().await;
    for (tool, limit) in [
        ("wiv_get_cases_summary", None),
        ("wiv_search_cases", Some(5)),
        ("wiv_search_cases", Some(100)),
    ] {
        for status in [json!(["open"]), json!(["In Progress", "To Do", "Acknowledged"])] {
            let mut arguments = json!({ "filters": { "status": status } });
            if let Some(limit) = limit {
                arguments["limit"] = json!(limit);
            }
            let told = call(&server, tool, arguments).await;
            assert_eq!(totals(&told)["count"], 30, "{}", told.structured);
            assert_eq!(totals(&told)["by_currency"][0]["yearly"], "300.00");
            assert!(
                told.text.contains("4 excluded cases are left out: a year USD 40.00 in 4."),
                "{}",
                told.text
            );
            let structured = told.structured.to_string();
            assert!(structured.contains("40.00") && structured.contains("xcluded"), "{structured}");
        }
    }
    let all = call(&server, "wiv_get_cases_summary", json!({})).await;
    assert_eq!(totals(&all)["count"], 43);
    all.neither_says("xcluded");
}
