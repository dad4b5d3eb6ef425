//! What WIV answers: text that is none, numbers too large, rows too many, nothing at all.
//!
//! A parser as strict as clients' reads every answer: `serde_json` takes neither halves of
//! characters nor numbers beyond 64 bits of a float.

use serde_json::{Value, json};

use crate::harness::*;

/// A call's result, read strictly, and the whole response as it came.
pub(crate) struct Told {
    pub(crate) is_error: bool,
    pub(crate) text: String,
    pub(crate) structured: Value,
    pub(crate) raw: String,
}

impl Told {
    /// Both say it, so that it reaches whoever reads one of them.
    #[track_caller]
    pub(crate) fn both_say(&self, words: &str) {
        assert!(self.text.contains(words), "no {words:?} in the text: {}", self.text);
        let strings = strings(&self.structured);
        assert!(strings.contains(words), "no {words:?} in the structure: {strings}");
    }

    #[track_caller]
    pub(crate) fn neither_says(&self, words: &str) {
        assert!(!self.text.contains(words), "{words:?} in the text: {}", self.text);
        let strings = strings(&self.structured);
        assert!(!strings.contains(words), "{words:?} in the structure: {strings}");
    }
}

/// All names and values of a JSON value, one a line.
fn strings(value: &Value) -> String {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| format!("{name}\n{}", strings(value)))
            .collect::<Vec<_>>()
            .join("\n"),
        Value::Array(values) => values.iter().map(strings).collect::<Vec<_>>().join("\n"),
        Value::String(text) => text.clone(),
        scalar => scalar.to_string(),
    }
}

pub(crate) async fn call(server: &Server, tool: &str, arguments: Value) -> Told {
    let params = json!({ "name": tool, "arguments": arguments });
    let response = server.post("/mcp", ACME, request(1, "tools/call", params)).await;
    assert_eq!(response.status(), 200, "{tool}");
    let raw = response.text().await.unwrap();
    let mut answer: Value =
        serde_json::from_str(&raw).unwrap_or_else(|error| panic!("{tool}: {error}: {raw}"));
    let mut result = answer["result"].take();
    Told {
        is_error: result["isError"] == true,
        text: result["content"][0]["text"].as_str().unwrap().to_owned(),
        structured: result["structuredContent"].take(),
        raw,
    }
}

/// The result of a call that WIV answers like this.
pub(super) async fn told_of(answer: Answer, tool: &str, arguments: Value) -> Told {
    let far_end = FarEnd::answering(answer).await;
    let server = far_end.server().await;
    call(&server, tool, arguments).await
}

/// The result of a call that WIV answers with status 200 and this body.
pub(crate) async fn told(body: &str, tool: &str, arguments: Value) -> Told {
    told_of(Answer::new(200, body), tool, arguments).await
}

/// The arguments of a tool for one workflow.
pub(super) fn workflow() -> Value {
    json!({ "workflow_id": "w" })
}

/// The results of a list, of one object and of a write that WIV answers with status 200 and this
/// body.
pub(super) async fn told_by_each_kind(body: &str) -> [Told; 3] {
    [
        told(body, "wiv_search_cases", json!({})).await,
        told(body, "wiv_get_workflow", workflow()).await,
        told(body, "wiv_start_execution", workflow()).await,
    ]
}

#[tokio::test]
async fn halves_of_characters_become_replacement_characters_and_are_told() {
    for (body, tool) in [
        (r#"{"data":[{"a":"x\ud800y"}]}"#, "wiv_search_cases"),
        (r#"{"data":[{"x\udfffy":1}],"next_page_key":{"\ud800":"\ud800"}}"#, "wiv_search_cases"),
        (r#"{"data":{"a":["x\ud83dy"]}}"#, "wiv_get_workflow"),
        (r#"{"data":"x\uDE00\uD83Dy"}"#, "wiv_get_workflow"),
        (r#"{"a":{"x\ud83d\u0041y":1}}"#, "wiv_get_workflow"),
        (r#"{"data":{"a":1},"x\ud800y":2}"#, "wiv_get_workflow"),
        (r#"{"data":null,"message":"x\ud800y"}"#, "wiv_start_execution"),
        (r#"{"data":[],"aggregations":{"b":{"x\ud800y":2}}}"#, "wiv_cases_query"),
    ] {
        let arguments = match tool {
            "wiv_search_cases" => json!({}),
            "wiv_cases_query" => json!({ "query": { "match_all": {} } }),
            _ => workflow(),
        };
        let told = told(body, tool, arguments).await;
        assert!(!told.is_error, "{body}: {}", told.text);
        told.both_say("x\u{fffd}");
        told.both_say("half of a character");
        told.neither_says("Invisible");
    }
    let whole = told(r#"{"data":{"a":"x\ud83d\ude00y"}}"#, "wiv_get_workflow", workflow()).await;
    whole.both_say("x😀y");
    whole.neither_says("half of");
    let both = told(r#"{"data":{"a":"\u202e\ud83d"}}"#, "wiv_get_workflow", workflow()).await;
    both.both_say("half of a character");
    both.both_say("Invisible characters");
    for body in [
        r#"{"error":"x\ud800y"}"#,
        r#"{"\ud800":1,"error":"x\udfffy"}"#,
        r#"{"message":"x\ud83d\u0041y"}"#,
    ] {
        let told = told_of(Answer::new(400, body), "wiv_get_workflow", workflow()).await;
        told.both_say("x\u{fffd}");
        told.both_say("half of a character");
    }
}

#[tokio::test]
async fn numbers_that_no_client_can_hold_become_texts() {
    let digits = format!("1{}", "0".repeat(400));
    for number in ["1e400", "-1E+999", "1.5e-400", "9e99999999999999999999", &digits] {
        for (body, tool, arguments) in [
            (format!("{{\"data\":[{{\"a\": {number} }}]}}"), "wiv_search_cases", json!({})),
            (format!("{{\"data\":{{\"a\":[1,{number}]}}}}"), "wiv_get_workflow", workflow()),
            (format!("{{\"data\":[{number}]}}"), "wiv_list_msp_cases_types", json!({})),
            (format!("{{\"data\":{{}},\"took\":{number}}}"), "wiv_get_workflow", workflow()),
        ] {
            let told = told(&body, tool, arguments).await;
            assert!(!told.is_error, "{body}: {}", told.text);
            told.both_say(&number[..number.len().min(60)]);
            told.both_say("numbers that many programs can't hold");
            assert!(told.raw.contains(&format!("\"{number}\"")), "{}", told.raw);
        }
    }
    let kept = r#"[1e308,-5e-324,0e999,0.0e-999,18446744073709551617,1.10,"1e400","a3e4567b"]"#;
    let body = format!("{{\"data\":{{\"a\":{kept}}}}}");
    let told = told(&body, "wiv_get_workflow", workflow()).await;
    assert!(told.raw.contains(kept), "{}", told.raw);
    told.neither_says("numbers that");
}

#[tokio::test]
async fn a_large_answer_loses_no_row_and_no_digit() {
    let large = "18446744073709551617";
    let row = |number: usize| {
        let long = "long text \\ud800 ".repeat(400);
        format!(
            "{{\"case_id\":\"c{number}\",\"n\":{large},\"d\":1.10000000000000000001,\"t\":\"{long}\",\"e\":1e400}}"
        )
    };
    let rows: Vec<String> = (0..100).map(row).collect();
    let (list, key) = (rows.join(","), r#"{"scroll_id":"s"}"#);
    for (body, tool, arguments) in [
        (
            format!("{{\"data\":[{list}],\"next_page_key\":{key}}}"),
            "wiv_search_cases",
            json!({ "limit": 100 }),
        ),
        (format!("{{\"data\":[{list}]}}"), "wiv_search_cases", json!({ "limit": 100 })),
        (format!("{{\"data\":{{\"steps\":[{list}]}}}}"), "wiv_get_workflow", workflow()),
        (format!("{{\"steps\":[{list}]}}"), "wiv_get_workflow", workflow()),
    ] {
        let told = told(&body, tool, arguments).await;
        assert!(!told.is_error, "{}", told.text);
        let data = &told.structured["data"];
        let rows = data.as_array().or_else(|| data["steps"].as_array()).unwrap();
        assert_eq!(rows.len(), 100, "{tool}");
        for (number, row) in rows.iter().enumerate() {
            assert_eq!(row["case_id"], format!("c{number}"));
            assert_eq!(row["e"], "1e400");
        }
        assert_eq!(
            told.raw.matches(&format!("\"n\":{large},\"d\":1.10000000000000000001")).count(),
            100
        );
        assert!(told.text.contains(large) && told.text.contains("1.10000000000000000001"));
        told.both_say("texts are cut");
    }
}

#[tokio::test]
async fn nothing_as_an_answer_is_told_in_words() {
    let start = ("wiv_start_execution", workflow());
    let get = ("wiv_get_workflow", workflow());
    let list = ("wiv_list_workflows", json!({}));
    let search = ("wiv_search_cases", json!({}));
    for (status, body, (tool, arguments), words) in [
        (204, "", &start, "did this and sent nothing back (status 204)"),
        (200, "", &start, "did this and sent nothing back (status 200)"),
        (200, "  \r\n", &start, "did this and sent nothing back (status 200)"),
        (202, "", &start, "accepted this and has not finished it (status 202)"),
        (202, "{\"data\":null}", &start, "accepted this and has not finished it (status 202)"),
        (
            202,
            "{\"data\":{\"id\":7}}",
            &start,
            "accepted this and has not finished it (status 202)",
        ),
        (202, "[{\"id\":7}]", &list, "accepted this and has not finished it (status 202)"),
        (204, "", &get, "answered with nothing (status 204)"),
        (204, "", &list, "answered with nothing (status 204)"),
        (200, "", &search, "answered with nothing (status 200)"),
        (200, "null", &get, "answered with nothing (status 200)"),
        (200, "{\"data\":null}", &search, "answered with nothing (status 200)"),
        (200, "{\"data\":null,\"next_page_key\":null}", &get, "answered with nothing (status 200)"),
        (200, "{\"data\":{}}", &get, "an empty object"),
        (200, "{}", &get, "an empty object"),
        (200, "{\"data\":{}}", &list, "an empty object"),
        (200, "{\"data\":[]}", &get, "an empty list"),
        (200, "{\"data\":\"\"}", &get, "an empty text"),
    ] {
        let told = told_of(Answer::new(status, body), tool, arguments.clone()).await;
        assert!(!told.is_error, "{status} {body}: {}", told.text);
        assert!(!told.text.trim().is_empty());
        told.both_say(words);
        assert!(status == 202 || !told.text.contains("not finished"), "{}", told.text);
    }
}

#[tokio::test]
async fn a_scroll_ends_where_there_are_no_rows_or_no_key() {
    for body in [
        r#"{"data":[],"next_page_key":{"scroll_id":"s"}}"#,
        r#"{"data":[ ],"next_page_key":"s"}"#,
        r#"{"data":[{"a":1}],"next_page_key":""}"#,
        r#"{"data":[{"a":1}],"next_page_key":"  "}"#,
        r#"{"data":[{"a":1}],"next_page_key":{}}"#,
        r#"{"data":[{"a":1}],"next_page_key":[ ]}"#,
        r#"{"data":[{"a":1}],"next_page_key":false}"#,
        r#"{"data":[{"a":1}],"next_page_key":{"scroll_id":""}}"#,
        r#"{"data":[{"a":1}],"next_page_key":{"scroll_id":null}}"#,
    ] {
        let told = told(body, "wiv_search_cases", json!({})).await;
        assert_eq!(told.structured["page"]["next_cursor"], Value::Null, "{body}");
        assert!(!told.text.contains("call again"), "{body}: {}", told.text);
    }
    // The same behind the first page.
    let far_end = FarEnd::start(|seen| {
        let rows = if seen.body.contains("start_page_key") { "" } else { "{\"a\":1}" };
        (200, format!("{{\"data\":[{rows}],\"next_page_key\":{{\"scroll_id\":\"s\"}}}}"))
    })
    .await;
    let server = far_end.server().await;
    let first = call(&server, "wiv_search_cases", json!({})).await;
    let cursor = &first.structured["page"]["next_cursor"];
    assert!(cursor.is_string());
    let second = call(&server, "wiv_search_cases", json!({ "cursor": cursor })).await;
    assert_eq!(
        second.structured["page"],
        json!({ "shown": 0, "total": null, "next_cursor": null })
    );
    assert!(second.text.starts_with("No more rows."), "{}", second.text);
}

#[tokio::test]
async fn every_cursor_that_is_handed_out_is_taken_back() {
    let mut handed_out = 0;
    for letter in ["s", "é", "\\\"", "\\n", "%"] {
        for length in [100, 4_000, 7_000, 9_000, 9_900, 9_990, 11_980, 16_000, 100_000] {
            let id = letter.repeat(length / letter.len());
            let key = format!("{{\"scroll_id\":\"{id}\"}}");
            let body = format!("{{\"data\":[{{\"a\":1}}],\"next_page_key\":{key}}}");
            let far_end = FarEnd::saying(body).await;
            let server = far_end.server().await;
            for tool in ["wiv_search_cases", "wiv_list_cases"] {
                let first = call(&server, tool, json!({})).await;
                let cursor = &first.structured["page"]["next_cursor"];
                if cursor.is_null() {
                    first.neither_says("all there are");
                    first.both_say("too long");
                    continue;
                }
                handed_out += 1;
                first.both_say(cursor.as_str().unwrap());
                let second = call(&server, tool, json!({ "cursor": cursor })).await;
                assert!(!second.is_error, "{letter} {length} {tool}: {}", second.text);
                let seen = far_end.seen().pop().unwrap();
                assert!(seen.body.contains(&key) || seen.target.len() > id.len(), "{length}");
            }
        }
    }
    assert!(handed_out > 50, "{handed_out}");
}
