//! Cursors: short, used once where a page can't be given twice, and bound.

use serde_json::{Value, json};

use super::paged::{Instead, Paged, cents};
use crate::harness::*;
use crate::reports::answers::{Told, call};

const USED: &str = "This page was already asked for, and WIV can't give it again.";

fn cursor(told: &Told) -> Value {
    told.structured["page"]["next_cursor"].clone()
}

async fn next(server: &Server, cursor: &Value) -> Told {
    let arguments = json!({ "limit": 10, "totals": "none", "cursor": cursor });
    call(server, "wiv_search_cases", arguments).await
}

#[tokio::test]
async fn a_page_of_a_scroll_is_asked_for_once() {
    let paged = Paged::start(cents(40), None).await;
    let server = paged.server().await;
    let first = json!({ "limit": 10, "totals": "none" });
    let first = call(&server, "wiv_search_cases", first).await;
    let second = next(&server, &cursor(&first)).await;
    assert!(!second.is_error, "{}", second.text);
    let asked = paged.far_end.seen().len();
    for _ in 0..2 {
        let again = next(&server, &cursor(&first)).await;
        assert_eq!(again.structured["error"]["kind"], "conflict");
        again.both_say(USED);
        again.both_say("Begin anew without `cursor`.");
    }
    assert_eq!(paged.far_end.seen().len(), asked, "WIV is not asked for what was given");
    assert!(!next(&server, &cursor(&second)).await.is_error);
}

#[tokio::test]
async fn two_calls_at_once_with_one_cursor_get_one_page() {
    let server = Paged::start(cents(40), None).await.server().await;
    let first = call(&server, "wiv_search_cases", json!({ "limit": 10 })).await;
    let cursor = cursor(&first);
    let (one, other) = tokio::join!(next(&server, &cursor), next(&server, &cursor));
    assert!(one.is_error != other.is_error, "{} {}", one.text, other.text);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_not_asked_for_again() {
    for instead in [Instead::Status(500), Instead::Body("{\"data\":[{".into())] {
        let server = Paged::start(cents(40), Some((2, instead))).await.server().await;
        let first = json!({ "limit": 10, "totals": "none" });
        let cursor = cursor(&call(&server, "wiv_search_cases", first).await);
        let lost = next(&server, &cursor).await;
        assert!(lost.is_error, "{}", lost.text);
        lost.both_say("without `cursor`");
        let again = next(&server, &cursor).await;
        assert_eq!(again.structured["error"]["kind"], "conflict", "{}", again.text);
    }
}

#[tokio::test]
async fn what_wiv_did_not_take_leaves_the_cursor_good() {
    let paged = Paged::start(cents(40), Some((2, Instead::Status(429)))).await;
    let server = paged.server().await;
    let first = json!({ "limit": 10, "totals": "none" });
    let cursor = cursor(&call(&server, "wiv_search_cases", first).await);
    assert_eq!(next(&server, &cursor).await.structured["error"]["kind"], "rate_limited");
    assert!(!next(&server, &cursor).await.is_error);
}

#[tokio::test]
async fn places_in_lists_that_come_whole_and_in_orders_can_be_asked_for_again() {
    let server = Server::start().await;
    for (tool, arguments) in [
        ("wiv_list_workflows", json!({ "limit": 2 })),
        ("wiv_search_cases", json!({ "limit": 2, "sort": "case_id" })),
    ] {
        let first = call(&server, tool, arguments.clone()).await;
        let mut again = arguments;
        again["cursor"] = cursor(&first);
        let one = call(&server, tool, again.clone()).await;
        let other = call(&server, tool, again).await;
        assert!(!other.is_error, "{}", other.text);
        assert_eq!(one.structured["data"], other.structured["data"]);
    }
}

#[tokio::test]
async fn a_cursor_opens_for_its_key_its_tool_and_its_arguments_alone_and_uncut() {
    let server = Server::start().await;
    let first = call(&server, "wiv_search_cases", json!({ "limit": 2 })).await;
    let whole = cursor(&first);
    let text = whole.as_str().unwrap();
    let other = text.replace(&text[40..41], if &text[40..41] == "A" { "B" } else { "A" });
    for (tool, arguments) in [
        ("wiv_search_cases", json!({ "cursor": text[..text.len() - 1] })),
        ("wiv_search_cases", json!({ "cursor": text[1..] })),
        ("wiv_search_cases", json!({ "cursor": other })),
        ("wiv_search_cases", json!({ "cursor": whole, "filters": { "status": ["To Do"] } })),
        ("wiv_search_cases", json!({ "cursor": whole, "where": { "savings_from": 1 } })),
        ("wiv_list_cases", json!({ "cursor": whole })),
    ] {
        let refused = call(&server, tool, arguments.clone()).await;
        assert_eq!(refused.structured["error"]["kind"], "invalid_arguments", "{arguments}");
        refused.both_say("leave it out to begin anew");
    }
    let error = server.error(GLOBEX, "wiv_search_cases", json!({ "cursor": whole })).await;
    assert_eq!(error["kind"], "invalid_arguments");
    let good = call(&server, "wiv_search_cases", json!({ "cursor": whole, "limit": 5 })).await;
    assert!(!good.is_error, "nothing of that used it up: {}", good.text);
}

#[tokio::test]
async fn cursors_are_short_and_stand_once_in_each_channel() {
    for length in [8, 40, 400, 2_000, 8_000] {
        let id = "s".repeat(length);
        let body = format!(
            "{{\"data\":[{{\"case_id\":\"c\"}}],\"next_page_key\":{{\"scroll_id\":\"{id}\"}}}}"
        );
        let server = FarEnd::saying(body).await.server().await;
        let told = call(&server, "wiv_search_cases", json!({ "totals": "none" })).await;
        let cursor = cursor(&told);
        let cursor = cursor.as_str().unwrap();
        let bound = length * 14 / 10 + 150;
        assert!(cursor.len() <= bound, "{length}: {} above {bound}", cursor.len());
        assert_eq!(told.text.matches(cursor).count(), 1);
        assert_eq!(told.structured.to_string().matches(cursor).count(), 1);
    }
}

#[tokio::test]
async fn a_list_that_is_cut_here_tells_when_rows_moved_between_its_pages() {
    let rows = |from: usize, to: usize| -> Vec<Value> {
        (from..to).map(|number| json!({ "workflow_id": format!("w{number}") })).collect()
    };
    for (before, after, is_moved) in [
        (rows(5, 45), rows(0, 45), true),
        (rows(5, 45), rows(5, 15), true),
        (rows(5, 45), rows(5, 45), false),
        (rows(5, 45), rows(5, 60), false),
    ] {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let bodies = [json!({ "data": before }), json!({ "data": after })].map(|it| it.to_string());
        let upstream = FarEnd::start_with(move |_| {
            let number = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Answer::new(200, bodies[number.min(1)].clone())
        })
        .await;
        let server = upstream.server().await;
        let first = call(&server, "wiv_list_workflows", json!({ "limit": 20 })).await;
        let cursor = &first.structured["page"]["next_cursor"];
        let next = json!({ "limit": 20, "cursor": cursor });
        let second = call(&server, "wiv_list_workflows", next).await;
        assert!(!second.is_error, "{}", second.text);
        let words = "The list changed since the page before";
        if is_moved {
            second.both_say(words)
        } else {
            second.neither_says(words)
        }
        assert!(!second.text.contains("21 to 20"), "{}", second.text);
    }
}
