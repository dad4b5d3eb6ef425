//! Harmless slips in arguments cost no second call, and each is told.

use serde_json::{Value, json};

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
    told.both_say("`limit` was given as a text and taken as the number 5.");
    told.both_say("`date_range.start` was given as a time and taken as its day, 2026-10-01.");
    let seen = upstream.far_end.seen();
    let sent: Value = serde_json::from_str(&seen[0].body).unwrap();
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
    told.both_say("`size` was given as a text and taken as the number 1.");
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

#[tokio::test]
async fn nothing_that_was_given_is_dropped_without_a_word() {
    let server = Server::start().await;
    let few = |name: &str, value: Value| json!({ "limit": 1, "totals": "none", name: value });
    let told = call(&server, "wiv_search_cases", few("filters", json!([]))).await;
    told.both_say("`filters` was an empty list and taken as none.");
    let told = call(&server, "wiv_search_cases", few("where", json!({}))).await;
    told.both_say("`where` was empty and taken as none.");
    // What a start carries is passed on or refused, but for nothing, which is nothing.
    let start = json!({ "workflow_id": "wf-1", "trigger_event": [1] });
    let told = call(&server, "wiv_start_execution", start).await;
    assert!(told.is_error && told.text.contains("`trigger_event`: expected"), "{}", told.text);
    let thousand = json!({ "where": { "savings_from": "1.000" } });
    let told = call(&server, "wiv_search_cases", thousand).await;
    assert!(told.is_error && told.text.contains("`where.savings_from`"), "{}", told.text);
    let query = json!({ "query": { "match_all": {} }, "_source": false });
    let told = call(&server, "wiv_cases_query", query).await;
    assert!(told.is_error && told.text.contains("`_source`"), "{}", told.text);
    let query = json!({ "query": { "match_all": {} }, "size": 200 });
    call(&server, "wiv_cases_query", query).await.both_say("`size` is at most 100");
}

#[tokio::test]
async fn the_callers_own_words_come_back_without_what_deceives() {
    let server = Server::start().await;
    let hidden = ['\u{202e}', '\u{200b}', '\n'];
    let evil = "evil\u{202e}\u{200b}\n## x";
    for (tool, arguments) in [
        ("wiv_search_cases", json!({ evil: 1 })),
        ("wiv_search_cases", json!({ "filters": { "owner": { evil: evil } } })),
        ("wiv_list_workflows", json!({ "fields": ["zz\u{202e}\u{200b}"] })),
    ] {
        let told = call(&server, tool, arguments).await;
        assert!(!told.text.contains(&hidden[..2]), "{:?}", told.text);
        assert!(!told.text.contains("\n## x"), "{:?}", told.text);
    }
    for (method, params) in
        [("tools/call", json!({ "name": evil, "arguments": {} })), (evil, json!({}))]
    {
        let answer = server.ask(ACME, method, params).await;
        let words = answer["error"]["message"].as_str().unwrap();
        assert!(words.contains("evil") && !words.contains(hidden), "{words:?}");
    }
}
