//! An order over everything that matches, and conditions that are tried while reading.

use serde_json::{Value, json};

use super::paged::{Paged, case, cents};
use super::reading::hold_the_same;
use crate::harness::*;
use crate::reports::answers::{Told, call};

fn column(told: &Told, name: &str) -> Vec<Value> {
    told.structured["data"].as_array().unwrap().iter().map(|row| row[name].clone()).collect()
}

async fn every_page(server: &Server, mut arguments: Value) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let told = call(server, "wiv_search_cases", arguments.clone()).await;
        assert!(!told.is_error, "{}", told.text);
        if told.structured["page"]["shown"] == 0 {
            assert!(told.text.starts_with("No "), "{}", told.text);
        } else {
            hold_the_same(&told, &told.structured["data"]);
        }
        rows.extend(told.structured["data"].as_array().unwrap().iter().cloned());
        match &told.structured["page"]["next_cursor"] {
            Value::Null => return rows,
            cursor => arguments["cursor"] = cursor.clone(),
        }
    }
}

#[tokio::test]
async fn pages_of_an_order_hold_every_row_once_and_in_order() {
    let server = Server::start().await;
    let open = json!({ "status": ["open"] });
    let arguments = json!({ "sort": "-annual_potential_savings", "limit": 100, "filters": open });
    let rows = every_page(&server, arguments).await;
    let amounts: Vec<f64> =
        rows.iter().filter_map(|row| row["annual_potential_savings"].as_f64()).collect();
    assert!(amounts.len() > 800 && amounts.is_sorted_by(|one, other| one >= other));
    let mut ids: Vec<String> = rows.iter().map(|row| row["case_id"].to_string()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rows.len());
    // A page of an order can be given twice.
    let first = json!({ "sort": "account_name", "limit": 3 });
    let one = call(&server, "wiv_search_cases", first.clone()).await;
    let again = call(&server, "wiv_search_cases", first).await;
    assert_eq!(one.structured["data"], again.structured["data"]);
}

#[tokio::test]
async fn declared_orders_count_and_rows_without_a_value_come_last_either_way() {
    let row = |number: usize, effort: &str| case(number, &format!(r#""effort":{effort}"#));
    let rows = vec![
        row(1, "\"High\""),
        row(2, "null"),
        row(3, "\"Low\""),
        row(4, "\"Medium\""),
        row(5, "\"Low\""),
        row(6, "\"Huge\""),
    ];
    let server = Paged::start(rows, None).await.server().await;
    for (sort, expected) in [
        ("effort", ["c3", "c5", "c4", "c1", "c6", "c2"]),
        ("-effort", ["c6", "c1", "c4", "c3", "c5", "c2"]),
    ] {
        let told = call(&server, "wiv_search_cases", json!({ "sort": sort })).await;
        assert_eq!(column(&told, "case_id"), expected, "{sort}");
    }
    let told = call(&server, "wiv_search_cases", json!({ "sort": "efort" })).await;
    told.both_say("No row here has a field efort. Did you mean effort?");
}

#[tokio::test]
async fn amounts_of_two_currencies_are_ordered_as_numbers_and_that_is_said() {
    let row = |number: usize, amount: &str, currency: &str| {
        case(number, &format!(r#""annual_potential_savings":{amount},"currency":"{currency}""#))
    };
    let rows = vec![
        row(1, "9.5", "USD"),
        row(2, "\"10.00\"", "EUR"),
        row(3, "1E2", "USD"),
        row(4, "null", "USD"),
    ];
    let server = Paged::start(rows, None).await.server().await;
    let told =
        call(&server, "wiv_search_cases", json!({ "sort": "-annual_potential_savings" })).await;
    assert_eq!(column(&told, "case_id"), ["c3", "c2", "c1", "c4"]);
    told.both_say("ordered as plain numbers, without conversion");
}

#[tokio::test]
async fn rows_that_changed_between_two_pages_of_an_order_are_told() {
    let paged = Paged::start(
        cents(30),
        Some((
            2,
            super::paged::Instead::Body(format!(
                "{{\"data\":[{}],\"next_page_key\":null}}",
                cents(29).join(",")
            )),
        )),
    )
    .await;
    let server = paged.server().await;
    let arguments = json!({ "sort": "case_id", "limit": 10 });
    let first = call(&server, "wiv_search_cases", arguments).await;
    let cursor = &first.structured["page"]["next_cursor"];
    let arguments = json!({ "sort": "case_id", "limit": 10, "cursor": cursor });
    let second = call(&server, "wiv_search_cases", arguments).await;
    second.both_say("What matches has changed since the page before");
}

#[tokio::test]
async fn conditions_are_tried_while_reading_and_the_total_is_what_is_left() {
    let row = |number: usize, members: &str, updated: &str| {
        format!(
            r#"{{"case_id":"c{number}","created_at":"2026-01-01 00:00:00.000000","updated_at":"{updated}",{members}}}"#
        )
    };
    let usd = |amount: &str| {
        format!(r#""annual_potential_savings":{amount},"currency":"USD","owner":"a","region":"eu""#)
    };
    let mut rows = vec![
        row(1, &usd("9999.99"), "2026-10-01 00:00:00.000000"),
        row(2, &usd("10000"), "2026-10-01 00:00:00.000000"),
        row(3, &usd("10000.01"), "2026-10-17 09:00:00.000000"),
        row(4, &usd("20000"), "2026-10-17 09:00:01.000000"),
        row(
            5,
            r#""annual_potential_savings":50000,"currency":"EUR","owner":null,"region":"us""#,
            "2026-10-01 00:00:00.000000",
        ),
        row(6, &usd("null"), "2026-10-01 00:00:00.000000"),
    ];
    rows.extend((10..60).map(|number| row(number, &usd("1.00"), "2026-11-01 00:00:00.000000")));
    let server = Paged::start(rows, None).await.server().await;
    for (conditions, expected) in [
        (json!({ "savings_from": 10000 }), vec!["c2", "c3", "c4", "c5"]),
        (json!({ "savings_from": 10000, "savings_to": 10000.01 }), vec!["c2", "c3"]),
        (json!({ "currency": "EUR" }), vec!["c5"]),
        (json!({ "untouched_days": 30, "savings_from": 5 }), vec!["c1", "c2", "c3", "c5"]),
        (json!({ "updated": { "start": "2026-10-17", "end": "2026-10-17" } }), vec!["c3", "c4"]),
        (
            json!({ "savings_from": 5, "exclude": { "owner": [""], "case_id": ["c1", "c2"] } }),
            vec!["c3", "c4"],
        ),
        (json!({ "savings_from": 1e12 }), vec![]),
    ] {
        let arguments = json!({ "where": conditions, "limit": 100 });
        let told = call(&server, "wiv_search_cases", arguments).await;
        assert_eq!(column(&told, "case_id"), expected, "{conditions}");
        assert_eq!(told.structured["page"]["total"], expected.len(), "{conditions}");
        assert_eq!(told.structured["totals"]["count"], expected.len(), "{conditions}");
        let sorted =
            call(&server, "wiv_search_cases", json!({ "where": conditions, "sort": "case_id" }))
                .await;
        assert_eq!(column(&sorted, "case_id"), expected, "{conditions}");
        let summary = call(&server, "wiv_get_cases_summary", json!({ "where": conditions })).await;
        assert_eq!(summary.structured["totals"], told.structured["totals"], "{conditions}");
        // Page by page: some are empty, and lead on.
        let rows = every_page(&server, json!({ "where": conditions, "limit": 2 })).await;
        let ids: Vec<&Value> = rows.iter().map(|row| &row["case_id"]).collect();
        assert_eq!(ids, expected, "{conditions}");
    }
}

#[tokio::test]
async fn conditions_that_nothing_can_meet_are_refused_before_anything_is_sent() {
    let server = Server::start().await;
    for (arguments, words) in [
        (json!({ "where": { "savings_from": 2, "savings_to": 1 } }), "nothing can match"),
        (
            json!({ "where": { "updated": { "start": "2026-02-02", "end": "2026-02-01" } } }),
            "nothing can match",
        ),
        (
            json!({ "date_range": { "start": "2026-02-02", "end": "2026-02-01" } }),
            "nothing can match",
        ),
        (
            json!({ "where": { "updated": { "start": "2026-02-30", "end": "2026-03-01" } } }),
            "no such day",
        ),
        (json!({ "where": { "savings": 1 } }), "savings_from"),
        (json!({ "limit": 0 }), "limit"),
        (json!({ "limit": -1 }), "limit"),
        (json!({ "sort": "a b" }), "sort"),
        (json!({ "totals": "all" }), "totals"),
    ] {
        let told = call(&server, "wiv_search_cases", arguments.clone()).await;
        assert_eq!(told.structured["error"]["kind"], "invalid_arguments", "{arguments}");
        told.both_say(words);
    }
    for arguments in [
        json!({ "group_by": ["color"] }),
        json!({ "group_by": [] }),
        json!({ "top": 0 }),
        json!({ "group_by": ["owner", "owner"] }),
        json!({ "since": "2026-02-30" }),
        json!({ "group_by": ["owner", "board", "age"] }),
    ] {
        let told = call(&server, "wiv_get_cases_summary", arguments.clone()).await;
        assert_eq!(told.structured["error"]["kind"], "invalid_arguments", "{arguments}");
    }
    assert!(server.upstream_calls().await.is_empty());
}
