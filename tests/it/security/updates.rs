//! An update writes back what nobody touched, digit by digit.

use serde_json::{Value, json};

use crate::harness::*;

/// A workflow with members that no reader of 64 bits gives back.
const MEMBERS: [(&str, &str); 9] = [
    ("\"workflow_id\"", "\"w1\""),
    ("\"limit\"", "12345678901234567890123"),
    ("\"share\"", "0.1234567890123456789"),
    ("\"most\"", "1e400"),
    ("\"spelt\"", "1.50"),
    ("\"twice\"", "1"),
    ("\"twice\"", "{\"a\":1,\"a\":2}"),
    ("\"t\\u0065xt\"", "\"\\u00e9\u{200b}\\ud83d\""),
    ("\"steps\"", "[{\"name\":\"Start\",\"limit\":9007199254740993.0}]"),
];

fn object(members: &[(&str, &str)]) -> String {
    let members: Vec<String> =
        members.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// What was written after an update with these changes.
async fn written(present: &str, changes: Value) -> String {
    let far_end = FarEnd::saying(format!("{{\"data\":{present}}}")).await;
    let server = far_end.server_with(&UNASKED).await;
    let arguments = json!({ "workflow_id": "w1", "changes": changes });
    let call = json!({ "name": "wiv_update_workflow", "arguments": arguments });
    // Not every reader of JSON takes such numbers.
    let answer = server.post("/mcp", ACME, request(1, "tools/call", call)).await;
    let answer = answer.text().await.unwrap();
    assert!(answer.contains("\"isError\":false"), "{answer}");
    let seen = far_end.seen();
    let [read, write] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((&*read.method, &*read.target), ("GET", "/workflows/w1"));
    assert_eq!((&*write.method, &*write.target), ("PUT", "/workflows/w1"));
    write.body.clone()
}

#[tokio::test]
async fn members_that_nobody_touched_are_written_back_digit_by_digit() {
    let changed = written(&object(&MEMBERS), json!({ "name": "new", "spelt": "x" })).await;
    let mut expected = MEMBERS;
    expected[4].1 = "\"x\"";
    let expected: Vec<_> = expected.into_iter().chain([("\"name\"", "\"new\"")]).collect();
    assert_eq!(changed, object(&expected));
}

#[tokio::test]
async fn a_member_that_stands_twice_is_changed_once() {
    let changed = written(&object(&MEMBERS), json!({ "twice": [], "text": "y" })).await;
    let mut expected = MEMBERS.to_vec();
    expected[5].1 = "[]";
    expected[7].1 = "\"y\"";
    expected.remove(6);
    assert_eq!(changed, object(&expected));
    let bare = r#"{"id":"w1"}"#;
    assert_eq!(written(bare, json!({ "a": 1 })).await, r#"{"id":"w1","a":1}"#);
    // Readers that round once too often make …14.1 of it.
    let odd = json!({ "a": -741166064501914.2 });
    assert_eq!(written(bare, odd).await, r#"{"id":"w1","a":-741166064501914.2}"#);
}

#[tokio::test]
async fn a_large_object_is_laid_over_beside_the_workers_and_as_exactly() {
    let many: Vec<String> =
        (0..20_000).map(|name| format!("\"n{name}\": 12345678901234567890123.{name}")).collect();
    let present = format!("{{\"id\":\"w1\",\"name\":\"old\",{}}}", many.join(" ,\n"));
    let changed = written(&present, json!({ "name": "new" })).await;
    let expected = present.replace("old", "new").replace(" ,\n", ",").replace(": ", ":");
    assert!(changed == expected, "{changed:.200}");
}

#[tokio::test]
async fn an_object_that_is_none_is_not_written_over() {
    for present in ["[]", "\"x\"", "null", "7"] {
        let far_end = FarEnd::saying(format!("{{\"data\":{present}}}")).await;
        let server = far_end.server().await;
        let arguments = json!({ "workflow_id": "w1", "changes": { "name": "new" } });
        let error = server.error(ACME, "wiv_update_workflow", arguments).await;
        assert_eq!(error["kind"], "malformed", "{present}");
        assert_eq!(far_end.seen().len(), 1);
    }
}

#[test]
fn numbers_that_would_become_others_are_refused_by_name() {
    let refused =
        |text: &str| wiv_mcp::tools::Tools::exact_arguments(text).unwrap_err().message.into_owned();
    let text = r#"{"workflow_id":"w","changes":{"steps":[{},{"limit":12345678901234567890123}]}}"#;
    let message = refused(text);
    assert!(message.contains("`changes.steps[1].limit`: "), "{message}");
    assert!(message.contains("send it as a text"), "{message}");
    assert!(
        refused(r#"{"trigger_event":{"a":1.2345678901234567890}}"#).contains("trigger_event.a")
    );
    assert!(refused(r#"{"query":{"range":[1e400]}}"#).contains("`query.range[0]`"));
    let fine = r#"{"limit":5.0,"a":[1e2,-0.50,18446744073709551615,"12345678901234567890123"]}"#;
    assert!(wiv_mcp::tools::Tools::exact_arguments(fine).is_ok());
}

/// A call of a tool whose arguments are this text.
fn call_of(tool: &str, arguments: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}}}}"#
    )
}

#[tokio::test]
async fn a_number_that_would_become_another_is_refused_on_every_route() {
    let server = Server::start().await;
    let mut stream = server.stream(ACME).await;
    let before = server.upstream_calls().await.len();
    for (tool, arguments, path) in [
        (
            "wiv_start_execution",
            r#"{"workflow_id":"w","trigger_event":{"a":[1,{"limit":12345678901234567890123}]}}"#,
            "trigger_event.a[1].limit",
        ),
        (
            "wiv_update_workflow",
            r#"{"workflow_id":"w","changes":{"share":0.1234567890123456789}}"#,
            "changes.share",
        ),
        (
            "wiv_cases_query",
            r#"{"query":{"range":{"annual_potential_savings":{"gte":9007199254740993.5}}}}"#,
            "query.range",
        ),
    ] {
        let body = call_of(tool, arguments);
        let mut answers = Vec::new();
        for route in ["/mcp", "/sse"] {
            answers.push(parse(server.post(route, ACME, &body).await).await);
        }
        assert_eq!(stream.post(&body).await.status(), 202);
        answers.push(stream.message().await);
        for answer in answers {
            let error = &answer["result"]["structuredContent"]["error"];
            // A stream of 2024-11-05 has the text alone.
            let text = answer["result"]["content"][0]["text"].as_str().unwrap();
            assert!(error.is_null() || error["kind"] == "invalid_arguments", "{answer}");
            assert!(text.contains(path) && text.contains("Nothing was sent"), "{text}");
        }
    }
    assert_eq!(server.upstream_calls().await.len(), before);
}

#[tokio::test]
async fn numbers_that_stay_what_they_are_pass_however_they_are_written() {
    let server = Server::start().await;
    let rows = server.data(ACME, "wiv_list_workflows", json!({})).await;
    let id = rows["data"][0]["workflow_id"].as_str().unwrap();
    for number in ["1.0", "1e2", "-0", "0.1", "18446744073709551615", "1.50", "9007199254740993"] {
        let arguments = format!(r#"{{"workflow_id":"{id}","trigger_event":{{"n":{number}}}}}"#);
        let answer = server.post("/mcp", ACME, call_of("wiv_start_execution", &arguments)).await;
        let answer = parse(answer).await;
        assert_eq!(answer["result"]["isError"], false, "{number}: {answer}");
    }
}
