//! "All there are": said only where nothing else that WIV says may mean otherwise.
//!
//! The usual hints at more are in `beside`.

use serde_json::{Value, json};

use super::answers::{told, told_of};
use crate::harness::*;

const ROWS: &str = r#"[{"a":1},{"a":2}]"#;

#[tokio::test]
async fn what_is_not_known_to_be_harmless_leaves_doubt_that_these_are_all() {
    for beside in [
        r#""error":"half failed""#,
        r#""errors":[{"message":"half failed"}]"#,
        r#""warnings":["partial result"]"#,
        r#""partial":true"#,
        r#""status":"error""#,
        r#""status":"partial""#,
        r#""timed_out":true"#,
        r#""_shards":{"total":5,"failed":1}"#,
        r#""complete":false"#,
        r#""has_more":1"#,
        r#""has_more":"yes""#,
        r#""more_results":true"#,
        r#""total_count":5.0"#,
        r#""total_count":"1,000""#,
        r#""total":{"value":2,"relation":"gte"}"#,
        r#""@odata.count":50"#,
        r#""total_cases":10"#,
        r#""num_results":10"#,
        r#""remaining":10"#,
        r#""response_metadata":{"next_cursor":"abc"}"#,
        r#""info":{"total":9}"#,
        r#""summary":{"total":10}"#,
        r#""cursor":"abc""#,
        r#""scroll_id":"abc""#,
        r#""_scroll_id":"abc""#,
        r#""limit":2"#,
        r#""anything":{"deep":{"deeper":{"next":1}}}"#,
        r#""message":"only the first rows are shown""#,
        r#""total":0"#,
    ] {
        let body = format!("{{\"data\":{ROWS},{beside}}}");
        let told = told(&body, "wiv_list_workflows", json!({})).await;
        assert!(!told.is_error, "{body}: {}", told.text);
        assert!(!told.text.contains("all there are"), "{body}: {}", told.text);
        assert_ne!(told.structured["page"]["total"], 2, "{body}");
        assert!(told.structured["notes"][0].is_string(), "{body}");
        assert_eq!(told.structured["data"].as_array().unwrap().len(), 2);
    }
    let one = r#"{"data":[],"error":null,"partial":true}"#;
    let none = told(one, "wiv_list_workflows", json!({})).await;
    assert!(none.text.starts_with("No rows came."), "{}", none.text);
}

#[tokio::test]
async fn what_is_known_to_be_harmless_leaves_no_doubt() {
    for beside in [
        r#""request_id":"abc","took":17"#,
        r#""message":"Found 2 workflows""#,
        r#""total":2.0"#,
        r#""total":{"value":2,"relation":"eq"}"#,
        r#""_shards":{"total":5,"successful":5,"failed":0}"#,
        r#""timed_out":false,"errors":[],"warnings":null,"partial":false"#,
        r#""success":true,"status":"ok","code":200"#,
        r#""remaining":0,"cursor":"","scroll_id":null"#,
        r#""limit":100,"offset":0"#,
        r#""aggregations":{"by":{"buckets":[{"count":9}]}}"#,
        r#""meta":{"total":2,"has_more":false},"num_results":2"#,
    ] {
        let body = format!("{{\"data\":{ROWS},{beside}}}");
        let told = told(&body, "wiv_list_workflows", json!({})).await;
        assert!(told.text.starts_with("2 rows, all there are."), "{body}: {}", told.text);
        assert_eq!(told.structured["page"]["total"], 2);
    }
}

#[tokio::test]
async fn the_head_of_an_answer_may_say_that_there_is_more() {
    for (status, name, value, total) in [
        (206, "x-any", "", Value::Null),
        (200, "content-range", "items 0-1/50", json!(50)),
        (206, "content-range", "items 0-1/*", Value::Null),
        (200, "x-total-count", "50", json!(50)),
        (200, "x-next-page", "2", Value::Null),
        (200, "link", "</a?page=2>; rel=\"next\", </a?page=9>; rel=\"last\"", Value::Null),
        (200, "link", "</a?page=0>; rel=prev, </a?page=2>; rel=next", Value::Null),
    ] {
        let body = format!("{{\"data\":{ROWS}}}");
        let answer = Answer::new(status, body).with(name, value);
        let told = told_of(answer, "wiv_list_workflows", json!({})).await;
        assert!(!told.is_error, "{}", told.text);
        told.neither_says("all there are");
        told.both_say("WIV has more rows");
        assert_eq!(told.structured["page"]["total"], total, "{name}: {value}");
    }
    for (name, value) in [
        ("content-range", "items 0-1/2"),
        ("x-total-count", "2"),
        ("x-next-page", ""),
        ("link", "</a?page=1>; rel=\"first last\", </next>; rel=self"),
    ] {
        let answer = Answer::new(200, format!("{{\"data\":{ROWS}}}")).with(name, value);
        let told = told_of(answer, "wiv_list_workflows", json!({})).await;
        assert!(told.text.starts_with("2 rows, all there are."), "{name}: {}", told.text);
    }
}

#[tokio::test]
async fn no_note_speaks_of_what_is_shown_nowhere() {
    for key in
        [r#""\ud800""#.to_owned(), "1e400".into(), r#""a\u200bb""#.into(), format!("\"{ACME}\"")]
    {
        let body = format!("{{\"data\":{ROWS},\"next_page_key\":{{\"k\":{key}}}}}");
        let clean = told(&body, "wiv_search_cases", json!({ "totals": "none" })).await;
        assert!(!clean.is_error, "{}", clean.text);
        assert!(clean.structured["notes"].is_null(), "{key}: {}", clean.structured);
        let body = format!("{{\"data\":[{{\"a\":{key}}}],\"next_page_key\":{{\"k\":{key}}}}}");
        let told = told(&body, "wiv_search_cases", json!({})).await;
        assert!(told.structured["notes"][0].is_string(), "{key}: {}", told.structured);
    }
}
