//! Harmless slips in arguments cost no second call, and each is told.

use serde_json::json;

use super::paged::{Paged, cents};
use crate::harness::*;
use crate::reports::answers::call;

#[tokio::test]
async fn slips_are_mended_before_anything_is_sent_and_both_channels_say_so() {
    let upstream = Paged::start(cents(3), None).await;
    let server = upstream.server().await;
    let slips = json!({ "filters": { "owner": "o1" }, "limit": "5", "totals": "none",
        "date_range": { "start": "2026-10-01T00:00:00Z", "end": "2026-11-01" } });
    let told = call(&server, "wiv_search_cases", slips).await;
    assert!(!told.is_error, "{}", told.text);
    told.both_say("`filters.owner` was given as one text and taken as a list of one.");
    told.both_say("`limit` was given as a text and taken as a number.");
    told.both_say("`date_range.start` was given as a time and taken as its day, 2026-10-01.");
    let seen = upstream.far_end.seen();
    let sent: serde_json::Value = serde_json::from_str(&seen[0].body).unwrap();
    assert_eq!(sent["filters"]["owner"], json!(["o1"]));
    assert_eq!(sent["max_returned_items"], 5);
    assert_eq!(sent["date_range"]["start"], "2026-10-01");
}

#[tokio::test]
async fn summaries_queries_and_objects_tell_what_was_mended() {
    let server = Server::start().await;
    let told =
        call(&server, "wiv_get_cases_summary", json!({ "filters": { "provider": "AWS" } })).await;
    told.both_say("`filters.provider` was given as one text and taken as a list of one.");
    let query = json!({ "query": { "match_all": {} }, "size": "1" });
    let told = call(&server, "wiv_cases_query", query).await;
    told.both_say("`size` was given as a text and taken as a number.");
}

#[tokio::test]
async fn one_question_in_both_spellings_has_one_cursor() {
    let server = Server::start().await;
    let slip = json!({ "filters": { "provider": "AWS" }, "limit": 2, "totals": "none" });
    let first = call(&server, "wiv_search_cases", slip).await;
    let cursor = &first.structured["page"]["next_cursor"];
    let right = json!({ "filters": { "provider": ["AWS"] }, "limit": 2, "cursor": cursor });
    let second = call(&server, "wiv_search_cases", right).await;
    assert!(!second.is_error, "{}", second.text);
    second.neither_says("was given");
}

#[tokio::test]
async fn amounts_that_make_no_sense_are_refused_and_too_large_ones_capped() {
    let server = Server::start().await;
    for limit in [0, -1] {
        let told = call(&server, "wiv_search_cases", json!({ "limit": limit })).await;
        assert!(told.is_error && told.text.contains("from 1 to 100"), "{}", told.text);
    }
    let told =
        call(&server, "wiv_search_cases", json!({ "limit": 1_000_000_000, "totals": "none" }))
            .await;
    told.both_say("`limit` is at most 100, so that was taken.");
}
