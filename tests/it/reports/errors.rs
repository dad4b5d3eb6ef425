//! Refusals of WIV and its gateways: whose words, what to do, when to come back.
//!
//! Not for failures with status 200; those are in `beside`.

use serde_json::{Value, json};

use super::answers::{Told, told_of};
use crate::harness::*;

const DOCUMENTED: (&str, &str) = ("wiv_search_cases", "{}");
const ASSUMED: (&str, &str) = ("wiv_get_workflow", r#"{"workflow_id":"w"}"#);

async fn refused(answer: Answer, (tool, arguments): (&str, &str)) -> Told {
    let told = told_of(answer, tool, serde_json::from_str(arguments).unwrap()).await;
    assert!(told.is_error, "{}", told.text);
    told
}

fn json(status: u16, body: &str) -> Answer {
    Answer::new(status, body).with("content-type", "application/json")
}

#[tokio::test]
async fn the_readable_text_of_any_error_body_is_told() {
    for (body, expected) in [
        (r#"{"error":"no such field"}"#, "no such field"),
        (r#"{"message":"no such field"}"#, "no such field"),
        (r#"{"Message":"no such field"}"#, "no such field"),
        (r#"{"detail":"no such field"}"#, "no such field"),
        (
            r#"{"detail":[{"loc":["body","limit"],"msg":"no such field","type":"missing"}]}"#,
            "body.limit: no such field",
        ),
        (r#"{"error":{"code":400,"message":"no such field"}}"#, "no such field"),
        (r#"{"error":{"error":{"reason":"no such field"}}}"#, "no such field"),
        (r#"{"errors":["no such field","too long"]}"#, "no such field; too long"),
        (r#"{"errors":[{"field":"limit","message":"too large"}]}"#, "limit: too large"),
        (r#"{"errors":{"limit":["too large"]}}"#, "limit: too large"),
        (
            r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"no such field"}"#,
            "Bad Request: no such field",
        ),
        (
            r#"{"error":{"root_cause":[{"type":"x","reason":"no such field"}],"type":"y","reason":"all shards failed","phase":"query"},"status":400}"#,
            "all shards failed: no such field",
        ),
        (r#"{"error":{"type":"y","caused_by":{"reason":"no such field"}}}"#, "no such field"),
        (
            r#"{"error":"invalid_request","error_description":"no such field"}"#,
            "invalid_request: no such field",
        ),
        (
            r#"{"statusCode":400,"message":["no such field"],"error":"Bad Request"}"#,
            "Bad Request: no such field",
        ),
        (r#"{"errorMessage":"no such field","errorType":"E"}"#, "no such field"),
        (r#"{"fault":{"faultstring":"no such field"}}"#, "no such field"),
        (r#"{"success":false,"data":null,"msg":"no such field"}"#, "no such field"),
        (r#""no such field""#, "no such field"),
        (r#"[{"message":"no such field"}]"#, "no such field"),
        ("\u{feff}{\"error\":\"no such field\"}", "no such field"),
    ] {
        let told = refused(json(400, body), ASSUMED).await;
        told.both_say(&format!("(it says: \"{expected}\")"));
    }
}

#[tokio::test]
async fn what_is_no_readable_text_is_not_told() {
    let long = format!(r#"{{"message":"{}"}}"#, "x".repeat(5_000));
    let told = refused(json(400, &long), ASSUMED).await;
    assert!(told.text.len() < 900, "{}", told.text.len());
    let deep = format!("{}\"x\"{}", "{\"error\":".repeat(60), "}".repeat(60));
    for body in [
        "<html><body>Blocked</body></html>",
        r#"{"message":"<html>Blocked</html>"}"#,
        r#"{"code":17,"id":"abc"}"#,
        r#"{"error":{},"message":""}"#,
        r#"{"error":true}"#,
        "Blocked",
        "{\"message\":\"Blocked",
        "",
        &deep,
    ] {
        let told = refused(json(400, body), ASSUMED).await;
        told.neither_says("it says");
        told.both_say("did not accept the arguments");
    }
    let key = format!(r#"{{"detail":[{{"loc":["{ACME}"],"msg":"no {ACME}"}}]}}"#);
    let told = refused(json(400, &key), ASSUMED).await;
    told.neither_says(ACME);
    told.both_say("[key]: no [key]");
}

#[tokio::test]
async fn a_refusal_in_other_words_than_wivs_is_not_the_role() {
    let own = refused(json(403, r#"{"error":"role viewer may not"}"#), ASSUMED).await;
    own.both_say("role of the API key");
    own.both_say("role viewer may not");
    own.neither_says("firewall");
    for body in [
        r#"{"message":"Forbidden"}"#,
        r#"{"message":"Missing Authentication Token"}"#,
        r#"{"Message":"User is not authorized to access this resource"}"#,
        "<html><head><title>403 Forbidden</title></head></html>",
        "Forbidden",
        "",
        r#"{"title":"Forbidden","status":403}"#,
    ] {
        for operation in [ASSUMED, DOCUMENTED] {
            let told = refused(json(403, body), operation).await;
            assert_eq!(told.structured["error"]["kind"], "forbidden");
            told.neither_says("WIV does not allow this");
            told.both_say("may be");
            told.both_say("role");
            told.both_say("firewall");
            let has_path = told.text.contains("path");
            assert_eq!(has_path, operation == ASSUMED, "{}", told.text);
        }
    }
}

#[tokio::test]
async fn waits_are_told_where_they_mean_something() {
    let wait = async |status: u16, retry_after: &str, operation| {
        let answer = json(status, r#"{"error":"busy"}"#).with("retry-after", retry_after);
        let told = refused(answer, operation).await;
        (told.structured["error"]["retry_after_seconds"].clone(), told.text)
    };
    for (retry_after, expected, words) in [
        ("30000", json!(30000), "Try again in 30000 s."),
        ("86400", json!(86400), "Try again in 86400 s."),
        (" 90000", Value::Null, ""),
        ("18446744073709551615", Value::Null, ""),
        ("99999999999999999999999", Value::Null, ""),
        ("Wed, 21 Oct 2099 07:28:00 GMT", Value::Null, ""),
        ("-1", Value::Null, ""),
        ("soon", Value::Null, ""),
        ("", Value::Null, ""),
        ("3600.4", json!(3601), "Try again in 3601 s."),
    ] {
        let (seconds, text) = wait(429, retry_after, ASSUMED).await;
        assert_eq!(seconds, expected, "{retry_after}");
        assert!(text.contains(words), "{retry_after}: {text}");
        assert_eq!(text.contains("Try again"), !words.is_empty(), "{retry_after}: {text}");
    }
    // A write is not repeated here.
    let write = ("wiv_start_execution", r#"{"workflow_id":"w"}"#);
    for retry_after in ["0", "Wed, 21 Oct 2015 07:28:00 GMT"] {
        let (seconds, text) = wait(429, retry_after, write).await;
        assert_eq!(seconds, 0, "{retry_after}");
        assert!(text.contains("Try again now.") && !text.contains("0 s"), "{text}");
    }
    for status in [400, 401, 403, 404, 409, 501] {
        let (seconds, text) = wait(status, "30", ASSUMED).await;
        assert_eq!(seconds, Value::Null, "{status}");
        assert!(!text.contains("Try again in"), "{status}: {text}");
    }
}

#[tokio::test]
async fn trying_again_is_advised_only_where_it_may_help() {
    for (status, body, helps) in [
        (200, "<html>Sign in to the hotel's network</html>", false),
        (200, "plain", false),
        (200, "{\"data\":[1,2", true),
        (200, "{\"data\":{\"a\":\"b", true),
        (200, "{\"data\":NaN}", false),
        (500, "", true),
        (502, "<html>", true),
        (503, "", true),
        (504, "", true),
        (408, "", true),
        (501, "", false),
        (505, "", false),
        (302, "", false),
        (405, "", false),
        (410, "{\"error\":\"gone\"}", false),
        (413, "", false),
        (414, "", false),
        (418, "", false),
    ] {
        let told = refused(json(status, body), ASSUMED).await;
        let advises = told.text.contains("may help") || told.text.contains("try again later");
        assert_eq!(advises, helps, "{status} {body}: {}", told.text);
    }
    let deep = format!("{{\"data\":{}{}}}", "[".repeat(100), "]".repeat(100));
    for body in [deep.into_bytes(), b"{\"data\":\"\xff\"}".to_vec()] {
        let told = refused(Answer::new(200, body), ASSUMED).await;
        told.neither_says("may help");
    }
}
