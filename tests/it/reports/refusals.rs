//! Refusals: what may have been done, what can't be read, and what there is to do.
//!
//! Whose words they are is in `errors`.

use serde_json::{Value, json};

use super::answers::{Told, call, told_of, workflow};
use crate::harness::*;

fn json(status: u16, body: &str) -> Answer {
    Answer::new(status, body).with("content-type", "application/json")
}

async fn refused(answer: Answer, tool: &str, arguments: Value) -> Told {
    let told = told_of(answer, tool, arguments).await;
    assert!(told.is_error, "{}", told.text);
    told
}

#[tokio::test]
async fn a_write_that_may_have_been_made_is_not_told_to_try_again() {
    for status in [500, 502, 503, 504, 507, 408, 425] {
        for wait in ["60", "0"] {
            let answer = json(status, "{}").with("retry-after", wait);
            let told = refused(answer, "wiv_start_execution", workflow()).await;
            told.both_say("read the object before trying again");
            assert!(!told.text.contains("Try again"), "{status}: {}", told.text);
            assert_eq!(told.structured["error"]["retry_after_seconds"], Value::Null);
        }
    }
    let limited = json(429, "{}").with("retry-after", "60");
    let told = refused(limited, "wiv_start_execution", workflow()).await;
    assert_eq!(told.structured["error"]["retry_after_seconds"], 60);
}

#[tokio::test]
async fn an_msps_key_is_not_only_told_to_be_one() {
    for (tool, arguments, text) in [
        ("wiv_search_cases", json!({ "customer_id": "x" }), "Customer is not accessible"),
        ("wiv_list_spaces", json!({ "customer_id": "x" }), "Customer is not accessible"),
        ("wiv_list_msp_customers", json!({}), "role too low"),
    ] {
        let body = json!({ "error": text }).to_string();
        let told = refused(json(403, &body), tool, arguments).await;
        for words in ["key of an MSP", "one of theirs", "role is too low", text] {
            told.both_say(words);
        }
        told.neither_says("This needs the key of an MSP");
    }
}

#[tokio::test]
async fn a_refusal_that_cant_be_read_names_why() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let utf32 =
        |text: &str| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<u8>>();
    let text = "{\"error\":\"no such field\"}";
    for (body, encoding, expected) in [
        (b"\x1f\x8b\x08\0\0\xff".to_vec(), Some("gzip"), "encoded as gzip"),
        (b"\x1f\x8b\x08\0\0\xff".to_vec(), None, "encoded as gzip"),
        (b"\x1f\x8b\x08\0\0\xff".to_vec(), Some("deflate, gzip"), "encoded as deflate, gzip"),
        (b"\x78\x9c\xab\x56\xff".to_vec(), None, "encoded as zlib"),
        (b"\x8b\xff\x01".to_vec(), Some("br"), "encoded as br"),
        (utf16(text), None, "encoded as UTF-16"),
        ([b"\xff\xfe".to_vec(), utf16(text)].concat(), None, "encoded as UTF-16"),
        (utf32(text), None, "encoded as UTF-32"),
        ([b"\xff\xfe\0\0".to_vec(), utf32(text)].concat(), None, "encoded as UTF-32"),
        (b"{\"error\":\"f\xfcr\"}".to_vec(), None, "not UTF-8"),
    ] {
        for status in [200, 400, 403, 404] {
            let mut answer = Answer::new(status, body.clone());
            if let Some(encoding) = encoding {
                answer = answer.with("content-encoding", encoding);
            }
            let told = refused(answer, "wiv_get_workflow", workflow()).await;
            told.both_say(expected);
        }
    }
    // What can be read is read, whatever its header says.
    let answer = json(400, text).with("content-encoding", "gzip");
    let told = refused(answer, "wiv_get_workflow", workflow()).await;
    told.both_say("(it says: \"no such field\")");
}

#[tokio::test]
async fn texts_in_wrappers_and_by_fields_are_told() {
    for (body, expected) in [
        (r#"{"status":"error","data":{"message":"boom"}}"#, "boom"),
        (r#"{"data":{"error":"boom"}}"#, "boom"),
        (r#"{"response":{"message":"boom"}}"#, "boom"),
        (r#"{"result":{"error":{"reason":"boom"}}}"#, "boom"),
        (r#"{"err":"boom"}"#, "boom"),
        (r#"{"errMsg":"boom"}"#, "boom"),
        (r#"{"info":"boom"}"#, "boom"),
        (r#"{"validationErrors":[{"field":"limit","message":"boom"}]}"#, "limit: boom"),
        (r#"{"issues":[{"path":["a",0],"message":"boom"}]}"#, "a.0: boom"),
        (r#"{"field_errors":{"limit":["boom"]}}"#, "limit: boom"),
        (r#"{"x":["This field is required."]}"#, "x: This field is required"),
        (
            r#"{"title":"Bad","detail":"Worse","invalid-params":[{"name":"age","reason":"boom"}]}"#,
            "Bad: Worse: age: boom",
        ),
        (r#"{"fault":{"faultstring":"boom","detail":{"errorcode":"x"}}}"#, "boom"),
        (r#"{"message":"boom","data":{"title":"a row"}}"#, "boom"),
        (r#"{"error":"a\ufffdb"}"#, "a\u{fffd}b"),
    ] {
        let told = refused(json(400, body), "wiv_get_workflow", workflow()).await;
        told.both_say(&format!("(it says: \"{expected}\")"));
    }
    let plain =
        |text: &str| Answer::new(400, text).with("content-type", "text/plain; charset=utf-8");
    let told = refused(plain("boom \n"), "wiv_get_workflow", workflow()).await;
    told.both_say("(it says: \"boom\")");
    for text in ["<b>boom</b>", " <!doctype html>", "{\"boom"] {
        let told = refused(plain(text), "wiv_get_workflow", workflow()).await;
        told.neither_says("it says");
    }
    let long = refused(plain(&"boom ".repeat(1_000)), "wiv_get_workflow", workflow()).await;
    assert!(long.text.len() < 900, "{}", long.text);
}

#[tokio::test]
async fn a_404_is_told_by_what_was_asked_for_and_whose_words_it_has() {
    let list = refused(json(404, r#"{"error":"Nothing"}"#), "wiv_list_spaces", json!({})).await;
    list.neither_says("guess ids");
    list.neither_says("Check the id");
    let html = Answer::new(404, "<html>404</html>");
    for answer in [html, json(404, r#"{"message":"no Route matched with those values"}"#)] {
        let told = refused(answer, "wiv_search_cases", json!({})).await;
        told.both_say("not WIV's words");
        told.neither_says("guess ids");
    }
    let space = json!({ "space_id": "s" });
    for body in [
        r#"{"error":"Cannot GET /spaces/s"}"#,
        r#"{"error":"no Route matched with those values"}"#,
        r#"{"timestamp":"2026-01-01","status":404,"error":"Not Found","path":"/spaces/s"}"#,
    ] {
        let told = refused(json(404, body), "wiv_get_space", space.clone()).await;
        told.both_say("path for it is wrong");
    }
    let own = refused(json(404, r#"{"error":"Space not found"}"#), "wiv_get_space", space).await;
    own.both_say("WIV has no such object");
    own.both_say("guess ids");
}

#[tokio::test]
async fn an_ended_scroll_is_begun_anew() {
    let far_end = FarEnd::start(|seen| {
        if seen.body.contains("start_page_key") {
            return (404, r#"{"error":"No search context found"}"#.into());
        }
        (200, r#"{"data":[{"a":1}],"next_page_key":{"scroll_id":"s"}}"#.into())
    })
    .await;
    let server = far_end.server().await;
    let first = call(&server, "wiv_search_cases", json!({})).await;
    let cursor = &first.structured["page"]["next_cursor"];
    let told = call(&server, "wiv_search_cases", json!({ "cursor": cursor })).await;
    assert!(told.is_error);
    told.both_say("without `cursor`");
    told.neither_says("Check the id");
}

#[tokio::test]
async fn what_an_objects_state_forbids_is_no_matter_of_the_address() {
    for status in [409, 412, 423, 424, 428] {
        let told = refused(json(status, "{}"), "wiv_get_workflow", workflow()).await;
        assert_eq!(told.structured["error"]["kind"], "conflict", "{status}");
        told.neither_says("WIV_API_URL");
    }
}
