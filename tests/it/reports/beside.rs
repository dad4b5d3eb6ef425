//! What stands beside `data`: messages, totals, hints at more, failures with status 200.
//!
//! Not for answers without an envelope, but where they look like one.

use serde_json::{Value, json};

use super::answers::{call, told, told_by_each_kind, told_of, workflow};
use crate::harness::*;

#[tokio::test]
async fn members_beside_data_are_shown() {
    for (body, tool, arguments, words) in [
        (
            r#"{"data":{"id":7},"message":"Workflow queued"}"#,
            "wiv_start_execution",
            workflow(),
            &["Workflow queued", "message"][..],
        ),
        (
            r#"{"data":null,"message":"Nothing to do"}"#,
            "wiv_start_execution",
            workflow(),
            &["Nothing to do"],
        ),
        (
            r#"{"message":"Stopping","data":[{"a":1}],"warnings":["slow"]}"#,
            "wiv_list_workflows",
            json!({}),
            &["Stopping", "warnings", "slow"],
        ),
        (
            r#"{"data":[{"a":1}],"aggregations":{"by":{"buckets":[{"key":"EC2","doc_count":18446744073709551617}]}}}"#,
            "wiv_cases_query",
            json!({ "query": { "match_all": {} } }),
            &["aggregations", "EC2"],
        ),
        (
            r#"{"data":{"id":7},"error":"one step was left out"}"#,
            "wiv_get_workflow",
            workflow(),
            &["one step was left out", "error"],
        ),
        (r#"{"data":"done","Note":"trust me"}"#, "wiv_get_workflow", workflow(), &["trust me"]),
    ] {
        let told = told(body, tool, arguments).await;
        assert!(!told.is_error, "{body}: {}", told.text);
        for words in words {
            told.both_say(words);
        }
        assert!(!told.text.contains("\nNote: trust me"), "{}", told.text);
        if body.contains("18446744073709551617") {
            assert!(told.text.contains("18446744073709551617"), "{}", told.text);
            assert!(told.raw.contains("\"doc_count\":18446744073709551617"), "{}", told.raw);
        }
    }
    let told = told(r#"{"data":[],"error":null,"message":null}"#, "wiv_list_workflows", json!({}));
    let told = told.await;
    assert_eq!(told.structured.as_object().unwrap().len(), 3, "{}", told.structured);
}

#[tokio::test]
async fn members_beside_data_leave_room_for_it() {
    let many: Vec<String> = (0..50_000).map(|n| format!("\"m{n}\":\"{n} {n}\"")).collect();
    let body = format!("{{\"data\":[{{\"a\":\"the row\"}}],{}}}", many.join(","));
    let told = told(&body, "wiv_list_workflows", json!({})).await;
    assert_eq!(told.structured["data"], json!([{ "a": "the row" }]));
    told.both_say("the row");
    told.both_say("beside the data are left out");
    assert!(told.text.chars().count() <= 32_000);
    assert!(told.structured.to_string().len() <= 130_000);
}

#[tokio::test]
async fn all_there_are_is_said_only_when_nothing_hints_at_more() {
    let rows = r#"[{"a":1},{"a":2}]"#;
    for beside in [
        r#""total":5"#,
        r#""total_count":5"#,
        r#""totalCount":"5""#,
        r#""totalItems":5"#,
        r#""total":{"value":5,"relation":"eq"}"#,
        r#""count":5"#,
        r#""has_more":true"#,
        r#""hasMore":true"#,
        r#""has_next_page":true"#,
        r#""more":true"#,
        r#""truncated":true"#,
        r#""is_last":false"#,
        r#""next":"https://api.example.com/?page=2""#,
        r#""next_token":"abc""#,
        r#""nextCursor":"abc""#,
        r#""nextPageToken":"abc""#,
        r#""next_page":2"#,
        r#""page":1,"total_pages":3"#,
        r#""pagination":{"page":1,"pages":3}"#,
        r#""pagination":{"total":5}"#,
        r#""meta":{"has_more":true}"#,
        r#""meta":{"pagination":{"total":5}}"#,
        r#""page_info":{"hasNextPage":true}"#,
        r#""links":{"next":"/x"}"#,
        r#""_links":{"next":{"href":"/x"}}"#,
        r#""hits":{"total":{"value":5}}"#,
        r#""next_page_key":{"scroll_id":"s"}"#,
    ] {
        let body = format!("{{\"data\":{rows},{beside}}}");
        let told = told(&body, "wiv_list_workflows", json!({})).await;
        assert!(!told.is_error, "{body}");
        told.neither_says("all there are");
        told.both_say("WIV has more rows");
        let total = &told.structured["page"]["total"];
        let expected = if beside.contains('5') { json!(5) } else { Value::Null };
        assert_eq!(*total, expected, "{body}");
        assert_eq!(told.structured["data"].as_array().unwrap().len(), 2);
    }
    for beside in [
        r#""total":2"#,
        r#""count":2"#,
        r#""has_more":false"#,
        r#""next":null"#,
        r#""next_token":"""#,
        r#""is_last":true"#,
        r#""page":1,"total_pages":1"#,
        r#""pagination":{"total":2,"page":1,"pages":1,"next":null}"#,
        r#""message":"fine""#,
        r#""took":5"#,
    ] {
        let body = format!("{{\"data\":{rows},{beside}}}");
        let told = told(&body, "wiv_list_workflows", json!({})).await;
        assert!(told.text.starts_with("2 rows, all there are."), "{body}: {}", told.text);
        assert_eq!(told.structured["page"]["total"], 2);
        told.neither_says("WIV has more");
    }
    let none = told(r#"{"data":[],"total":7}"#, "wiv_list_workflows", json!({})).await;
    assert!(!none.text.starts_with("No rows."), "{}", none.text);
    none.both_say("7");
    let scrolled = format!("{{\"data\":{rows},\"total\":5,\"next_page_key\":{{\"s\":\"s\"}}}}");
    let told = told(&scrolled, "wiv_search_cases", json!({})).await;
    assert_eq!(told.structured["page"]["total"], 5);
    told.neither_says("does not know how to ask");
}

#[tokio::test]
async fn a_success_that_says_it_failed_is_a_failure() {
    for body in [
        r#"{"error":"index unavailable"}"#,
        r#"{"data":null,"error":"index unavailable"}"#,
        r#"{"data":[],"error":{"message":"index unavailable"}}"#,
        r#"{"data":{},"errors":[{"message":"index unavailable"}]}"#,
        r#"{"success":false,"message":"index unavailable"}"#,
        r#"{"success":false,"data":{"a":1},"message":"index unavailable"}"#,
        r#"{"success":"false","reason":"index unavailable"}"#,
        r#"{"ok":false,"detail":"index unavailable"}"#,
        r#"{"status":"error","message":"index unavailable"}"#,
        r#"{"status":"fail","data":null,"message":"index unavailable"}"#,
        r#"{"statusCode":500,"message":"index unavailable"}"#,
        r#"{"errorMessage":"index unavailable","errorType":"Error"}"#,
        r#"{"error":true,"message":"index unavailable","code":"E1"}"#,
    ] {
        for told in told_by_each_kind(body).await {
            assert!(told.is_error, "{body}: {}", told.text);
            let error = &told.structured["error"];
            assert_eq!(error["kind"], "upstream_error", "{body}");
            assert_eq!(error["status"], 200, "{body}");
            told.both_say("index unavailable");
            told.neither_says("Trying again may help");
        }
    }
    let bare = told(r#"{"success":false}"#, "wiv_get_workflow", workflow()).await;
    assert!(bare.is_error, "{}", bare.text);
    for body in [
        // An execution that failed is an object, not a failure of the call.
        r#"{"execution_id":"e","status":"FAILED","error":"step 3 failed"}"#,
        r#"{"data":{"status":"FAILED","error":"step 3 failed","success":false}}"#,
        r#"{"data":{"a":1},"error":""}"#,
        r#"{"data":{"a":1},"error":null,"success":true}"#,
        r#"{"data":null,"errors":[],"error":false,"message":"fine"}"#,
        r#"{"status":"active","name":"w"}"#,
        r#"{"message":"Stopping"}"#,
    ] {
        let told = told(body, "wiv_get_workflow", workflow()).await;
        assert!(!told.is_error, "{body}: {}", told.text);
    }
}

#[tokio::test]
async fn an_update_writes_no_failure_back() {
    for body in [
        r#"{"error":"index unavailable"}"#,
        r#"{"success":false,"message":"index unavailable"}"#,
        r#"{"data":{"name":"w"},"success":false}"#,
        r#"{"data":null}"#,
        "",
    ] {
        let far_end = FarEnd::saying(body).await;
        let server = far_end.server().await;
        let arguments = json!({ "workflow_id": "w", "changes": { "name": "n" } });
        let told = call(&server, "wiv_update_workflow", arguments).await;
        assert!(told.is_error, "{body}");
        told.both_say("Nothing was changed");
        let seen = far_end.seen();
        assert!(seen.iter().all(|seen| seen.method == "GET"), "{seen:?}");
    }
}

#[tokio::test]
async fn a_key_in_what_stands_beside_is_taken_out() {
    let body = format!("{{\"data\":null,\"message\":\"queued for {ACME}\"}}");
    let told = told_of(Answer::new(200, body), "wiv_start_execution", workflow()).await;
    told.both_say("queued for [key]");
    told.neither_says(ACME);
}
