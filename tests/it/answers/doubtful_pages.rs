//! Pages that can't be what they seem: given again, partial, moved, after an end.
//!
//! Not for failures of a page: `figures` has those.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::{Value, json};

use super::paged::{case, cents};
use crate::harness::*;
use crate::reports::answers::{Told, call};

/// Rows of USD 10.00 with these numbers.
fn rows(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    let money = r#""status":"To Do","annual_potential_savings":10.00,"currency":"USD""#;
    numbers.into_iter().map(|number| case(number, money)).collect()
}

/// One page: its rows, and members behind them.
fn page(rows: &[String], behind: &str) -> String {
    format!("{{\"data\":[{}],{behind}}}", rows.join(","))
}

/// Asks an upstream that gives these pages one after the other, and the last one for ever.
async fn told_of(pages: Vec<String>, tool: &str, arguments: Value) -> Told {
    let asked = AtomicUsize::new(0);
    let far_end = FarEnd::start(move |_| {
        let number = asked.fetch_add(1, SeqCst);
        (200, pages[number.min(pages.len() - 1)].clone())
    })
    .await;
    call(&far_end.server().await, tool, arguments).await
}

/// A summary's figures: count, yearly, whether they are complete.
async fn summary(pages: Vec<String>) -> (Value, Value, Value) {
    let told = told_of(pages, "wiv_get_cases_summary", json!({})).await;
    let totals = &told.structured["totals"];
    let yearly = totals["by_currency"][0]["yearly"].clone();
    if totals["complete"] == false {
        told.both_say("Partial: ");
    }
    (totals["count"].clone(), yearly, totals["complete"].clone())
}

fn partial(count: usize, yearly: &str) -> (Value, Value, Value) {
    (json!(count), json!(yearly), json!(false))
}

const NEXT: [&str; 4] = [
    r#""next_page_key":{"n":1}"#,
    r#""next_page_key":{"n":2}"#,
    r#""next_page_key":{"n":3}"#,
    r#""next_page_key":{"n":4}"#,
];
const END: &str = r#""next_page_key":null"#;

#[tokio::test]
async fn a_page_that_is_given_again_is_counted_once() {
    let (a, b) = (rows(0..5), rows(5..10));
    let again = [page(&a, NEXT[0]), page(&a, NEXT[1]), page(&a, NEXT[2])];
    assert_eq!(summary(again.into()).await, partial(5, "50.00"));
    let at_the_end = [page(&a, NEXT[0]), page(&a, END)];
    assert_eq!(summary(at_the_end.into()).await, partial(5, "50.00"));
    let cycle = [page(&a, NEXT[0]), page(&b, NEXT[1]), page(&a, NEXT[2]), page(&b, END)];
    assert_eq!(summary(cycle.into()).await, partial(10, "100.00"));
}

#[tokio::test]
async fn a_row_that_comes_on_two_pages_is_counted_once_and_told() {
    let moved = [page(&rows([1, 2]), NEXT[0]), page(&rows([2, 3]), NEXT[1]), page(&rows([4]), END)];
    assert_eq!(summary(moved.clone().into()).await, partial(4, "40.00"));
    let told = told_of(moved.clone().into(), "wiv_get_cases_summary", json!({})).await;
    told.both_say("1 row came twice: the list changed while it was read");
    let sorted = json!({ "sort": "case_id" });
    let told = told_of(moved.into(), "wiv_search_cases", sorted).await;
    assert_eq!(told.structured["error"]["kind"], "conflict", "{}", told.text);
    let run = |number: usize| {
        format!(r#"{{"execution_id":"e{number}","workflow_id":"w","status":"SUCCEEDED"}}"#)
    };
    let names = r#"{"data":[{"workflow_id":"w","name":"W"}]}"#.to_owned();
    let runs = vec![names, page(&[run(1), run(2)], NEXT[0]), page(&[run(2), run(3)], END)];
    let told = told_of(runs, "wiv_get_executions_summary", json!({})).await;
    let data = &told.structured["data"];
    assert_eq!((&data["runs"], &data["complete"]), (&json!(3), &json!(false)), "{data}");
}

#[tokio::test]
async fn customers_may_have_cases_of_one_id() {
    let money = r#""status":"To Do","annual_potential_savings":10.00,"currency":"USD""#;
    let of = |customer: &str| case(1, &format!(r#""customer_id":"{customer}",{money}"#));
    let pages = vec![page(&[of("x"), of("y")], END)];
    let told = told_of(pages, "wiv_get_msp_cases_summary", json!({})).await;
    let totals = &told.structured["totals"];
    assert_eq!((&totals["count"], &totals["complete"]), (&json!(2), &json!(true)));
}

#[tokio::test]
async fn a_page_that_says_something_is_missing_is_believed_wherever_it_stands() {
    let (a, b, c) = (rows(0..2), rows(2..4), rows(4..6));
    for word in [
        r#""timed_out":true"#,
        r#""partial":true"#,
        r#""warning":"partial shards""#,
        r#""_shards":{"total":5,"failed":2}"#,
    ] {
        let beside = |next: &str| format!("{word},{next}");
        let first = [page(&a, &beside(NEXT[0])), page(&b, NEXT[1]), page(&c, END)];
        assert_eq!(summary(first.into()).await, partial(6, "60.00"), "{word}");
        let middle = [page(&a, NEXT[0]), page(&b, &beside(NEXT[1])), page(&c, END)];
        assert_eq!(summary(middle.clone().into()).await, partial(6, "60.00"), "{word}");
        let told = told_of(middle.into(), "wiv_search_cases", json!({ "sort": "case_id" })).await;
        assert!(told.is_error, "{word}: {}", told.text);
    }
}

#[tokio::test]
async fn a_total_that_was_told_is_remembered() {
    let (a, b) = (rows(0..2), rows(2..4));
    let of_five = format!("\"total\":5,{}", NEXT[0]);
    let short = [page(&a, &of_five), page(&b, END)];
    assert_eq!(summary(short.into()).await, partial(4, "40.00"));
    let of_four = format!("\"total\":4,{}", NEXT[0]);
    let whole = [page(&a, &of_four), page(&b, END)];
    assert_eq!(summary(whole.into()).await, (json!(4), json!("40.00"), json!(true)));
    // Empty, and not behind the last one.
    let gap = [page(&a, &of_four), page(&[], NEXT[1]), page(&b, END)];
    assert_eq!(summary(gap.into()).await, (json!(4), json!("40.00"), json!(true)));
    // Without a total nobody knows: one more look, and no third one.
    let gap = [page(&a, NEXT[0]), page(&[], NEXT[1]), page(&b, END)];
    assert_eq!(summary(gap.into()).await, (json!(4), json!("40.00"), json!(true)));
    let end = [page(&a, NEXT[0]), page(&[], NEXT[1]), page(&[], NEXT[1]), page(&b, END)];
    assert_eq!(summary(end.into()).await, (json!(2), json!("20.00"), json!(true)));
}

#[tokio::test]
async fn open_rows_are_counted_once_where_upstream_does_not_know_the_filter() {
    let mut rows = cents(2);
    rows.extend([case(
        3,
        r#""status":"Exclude","annual_potential_savings":7.00,"currency":"USD""#,
    )]);
    let pages = vec![page(&rows, END)];
    let open = json!({ "filters": { "status": ["open"] } });
    for tool in ["wiv_search_cases", "wiv_get_cases_summary"] {
        let told = told_of(pages.clone(), tool, open.clone()).await;
        let totals = &told.structured["totals"];
        assert_eq!((&totals["count"], &totals["complete"]), (&json!(2), &json!(true)), "{tool}");
        assert_eq!(totals["by_currency"][0]["yearly"], "0.03", "{tool}");
        assert!(
            told.text.contains("1 excluded case is left out: a year USD 7.00"),
            "{}",
            told.text
        );
    }
}

#[tokio::test]
async fn runs_are_told_without_names_where_these_take_too_long() {
    let server = Server::start().await;
    let slow = json!({ "match": { "path": "/workflows" }, "fault": "slow", "times": 0, "delay_ms": 60_000 });
    server.fault(slow).await;
    let begun = std::time::Instant::now();
    for tool in ["wiv_list_all_executions", "wiv_get_executions_summary"] {
        let told = call(&server, tool, json!({})).await;
        assert!(!told.is_error, "{}", told.text);
        told.both_say("The names of workflows could not be read");
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(25), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn echoes_of_sizes_and_counts_leave_no_doubt() {
    let pages = |word: &str| -> Vec<String> {
        vec![
            page(&rows(0..500), NEXT[0]),
            page(&rows(500..1_000), NEXT[1]),
            page(&rows(1_000..1_200), &format!("{word},{END}")),
        ]
    };
    for word in [
        r#""limit":500"#,
        r#""page_size":500"#,
        r#""count":200"#,
        r#""max_returned_items":500"#,
        r#""returned_items":200"#,
        r#""pagination":{"page":3,"page_size":500,"total":1200}"#,
    ] {
        let told = summary(pages(word)).await;
        assert_eq!(told, (json!(1_200), json!("12000.00"), json!(true)), "{word}");
    }
    for word in [r#""total":1201"#, r#""remaining":500"#, r#""count":1500"#, r#""has_more":true"#] {
        assert_eq!(summary(pages(word)).await, partial(1_200, "12000.00"), "{word}");
    }
}

#[tokio::test]
async fn what_wiv_sums_itself_is_rounded_and_is_no_list() {
    let full = page(&rows(0..500), r#""next_page_key":{"at":1}"#);
    for (sums, is_told) in [
        (r#"{"data":{"total":1357468.0199999998}}"#, true),
        (r#"{"data":[{"case_id":"c"}],"next_page_key":{"n":1}}"#, false),
    ] {
        let (number, full) = (AtomicUsize::new(0), full.clone());
        let far_end = FarEnd::start(move |seen| {
            if seen.target.contains("summary") {
                return (200, sums.to_owned());
            }
            let begin = number.fetch_add(1, SeqCst) * 500;
            (200, full.replace("\"case_id\":\"c", &format!("\"case_id\":\"{begin}-")))
        })
        .await;
        let told = call(&far_end.server().await, "wiv_get_cases_summary", json!({})).await;
        assert_eq!(told.structured["totals"]["complete"], false);
        assert_eq!(told.structured["data"]["summed_by_wiv"].is_object(), is_told);
        if is_told {
            told.both_say("1357468.02");
            told.both_say("may be of several currencies");
        }
        told.neither_says("0199999998");
    }
}

#[tokio::test]
async fn days_that_have_not_come_are_told() {
    let server = Server::start().await;
    let days = json!({ "start": "2026-12-01", "end": "2026-12-05" });
    for tool in [
        "wiv_search_cases",
        "wiv_get_cases_summary",
        "wiv_list_all_executions",
        "wiv_get_executions_summary",
    ] {
        let told = call(&server, tool, json!({ "date_range": days })).await;
        told.both_say("begins after 2026-11-16");
    }
}

#[tokio::test]
async fn a_failure_says_its_kind_and_status_in_words_too() {
    let server = Server::start().await;
    let told = call(&server, "wiv_get_space", json!({ "space_id": "none" })).await;
    assert!(told.text.contains("(not_found, status 404, request "), "{}", told.text);
    let told = call(&server, "wiv_get_space", json!({})).await;
    assert!(told.text.contains("(invalid_arguments, request "), "{}", told.text);
}

#[tokio::test]
async fn the_connections_day_is_that_of_the_data() {
    let server = Server::start().await;
    call(&server, "wiv_list_spaces", json!({})).await;
    let told = call(&server, "wiv_get_connection", json!({})).await;
    told.both_say("2026-11-16");
    assert!(told.structured["as_of"].as_str().unwrap().starts_with("2026-11-16T"));
}
