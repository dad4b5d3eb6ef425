//! Arguments become requests, and stay in their places.

use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json, value::RawValue};

use super::{super::*, catalog, object};

fn build(tool: &str, arguments: Value, page_key: Option<&str>) -> UpstreamRequest {
    let tool = catalog().tool(tool).unwrap();
    let arguments = tool.check(object(arguments)).unwrap();
    let page_key = page_key.map(|text| RawValue::from_string(text.into()).unwrap());
    tool.operation().unwrap().request(&arguments, page_key.as_deref()).unwrap()
}

#[track_caller]
fn check_request(tool: &str, arguments: Value, method: Method, target: &str, body: Option<&str>) {
    let request = build(tool, arguments, None);
    assert_eq!(request.method, method);
    assert_eq!(request.path_and_query, target);
    assert_eq!(request.body.as_deref(), body.map(str::as_bytes));
}

#[test]
fn lists_that_come_whole_are_asked_without_page_size() {
    check_request("wiv_list_workflows", json!({}), Method::GET, "/workflows", None);
    check_request(
        "wiv_list_workflows",
        json!({"space_id": "s 1&x=y", "limit": 5, "cursor": "sealed"}),
        Method::GET,
        "/workflows?space_id=s%201%26x%3Dy",
        None,
    );
}

#[test]
fn scrolled_lists_always_say_their_page_size() {
    check_request(
        "wiv_search_cases",
        json!({}),
        Method::POST,
        "/v2/cases/search",
        Some(r#"{"max_returned_items":25}"#),
    );
    check_request(
        "wiv_list_cases",
        json!({}),
        Method::GET,
        "/v2/cases?max_returned_items=25",
        None,
    );
}

#[test]
fn objects_in_queries_are_spread() {
    check_request(
        "wiv_list_cases",
        json!({"filters": {"status": ["To Do", "Acknowledged"], "provider": ["AWS"]}, "limit": 9}),
        Method::GET,
        "/v2/cases?status=To%20Do&status=Acknowledged&provider=AWS&max_returned_items=9",
        None,
    );
    check_request(
        "wiv_list_all_executions",
        json!({"status": "FAILED", "date_range": {"start": "2026-11-15", "end": "2026-11-16"}}),
        Method::GET,
        "/executions?status=FAILED&start=2026-11-15&end=2026-11-16&max_returned_items=25",
        None,
    );
    check_request(
        "wiv_list_msp_customers",
        json!({"fields": ["id", "name", "realized_savings"]}),
        Method::GET,
        "/msp/customers?fields=id,name,realized_savings",
        None,
    );
}

#[test]
fn bodies_hold_what_was_given_and_what_wiv_requires() {
    check_request(
        "wiv_start_execution",
        json!({"workflow_id": "w1"}),
        Method::POST,
        "/workflows/w1/run",
        Some(r#"{"payload":{}}"#),
    );
    check_request(
        "wiv_start_execution",
        json!({"workflow_id": "w1", "trigger_event": {"account_id": "123456789012"}}),
        Method::POST,
        "/workflows/w1/run",
        Some(r#"{"payload":{"account_id":"123456789012"}}"#),
    );
    check_request(
        "wiv_get_cases_summary",
        json!({}),
        Method::POST,
        "/v2/cases/summary",
        Some("{}"),
    );
    check_request(
        "wiv_msp_cases_query",
        json!({"query": {"match_all": {}}, "_source": ["case_id"], "customer_id": "c1"}),
        Method::POST,
        "/v2/cases/msp/query?customer_id=c1",
        Some(r#"{"query":{"match_all":{}},"_source":["case_id"]}"#),
    );
    check_request(
        "wiv_stop_execution",
        json!({"workflow_id": "w", "execution_id": "e"}),
        Method::POST,
        "/workflows/w/executions/e/stop",
        None,
    );
    check_request(
        "wiv_get_generated_workflow",
        json!({"generation_id": "g"}),
        Method::GET,
        "/workflows/generate/g",
        None,
    );
}

#[test]
fn page_keys_go_where_wiv_reads_them() {
    let key = r#"{"scroll_id":"a=="}"#;
    let request = build("wiv_search_cases", json!({"cursor": "sealed", "limit": 2}), Some(key));
    assert_eq!(
        request.body.as_deref(),
        Some(&br#"{"max_returned_items":2,"start_page_key":{"scroll_id":"a=="}}"#[..])
    );
    let request = build("wiv_list_all_executions", json!({"cursor": "sealed"}), Some(key));
    assert_eq!(
        request.path_and_query,
        "/executions?max_returned_items=25\
         &start_page_key=%7B%22scroll_id%22%3A%22a%3D%3D%22%7D"
    );
}

#[test]
fn only_reads_that_continue_no_scroll_may_be_sent_twice() {
    assert!(build("wiv_list_workflows", json!({}), None).repeatable);
    assert!(build("wiv_search_cases", json!({}), None).repeatable);
    assert!(!build("wiv_search_cases", json!({"cursor": "c"}), Some("{}")).repeatable);
    assert!(!build("wiv_list_cases", json!({"cursor": "c"}), Some("{}")).repeatable);
    assert!(!build("wiv_start_execution", json!({"workflow_id": "w"}), None).repeatable);
    assert!(!build("wiv_generate_workflow", json!({"prompt": "p"}), None).repeatable);
}

#[test]
fn an_update_reads_and_writes_the_same_workflow() {
    let tool = catalog().tool("wiv_update_workflow").unwrap();
    let arguments =
        tool.check(object(json!({"workflow_id": "w 1", "changes": {"name": "n"}}))).unwrap();
    let Action::Overlay { read, write, argument } = &tool.action else {
        panic!("an update is an overlay");
    };
    assert_eq!(&**argument, "changes");
    let read = read.request(&arguments, None).unwrap();
    assert_eq!(
        (read.method, &*read.path_and_query, read.body, read.repeatable),
        (Method::GET, "/workflows/w%201", None, true)
    );
    let write = write.request_with_body(&arguments, b"{\"name\":\"n\"}".to_vec()).unwrap();
    assert_eq!(
        (write.method, &*write.path_and_query, write.repeatable),
        (Method::PUT, "/workflows/w%201", false)
    );
    assert_eq!(write.body.as_deref(), Some(&b"{\"name\":\"n\"}"[..]));
}

#[test]
fn the_key_check_is_a_search_for_one_case() {
    let request = catalog().key_check();
    assert_eq!(request.method, Method::POST);
    assert_eq!(request.path_and_query, "/v2/cases/search");
    assert_eq!(request.body.as_deref(), Some(&br#"{"max_returned_items":1}"#[..]));
    assert!(request.repeatable);
    assert!(request.impersonated_tenant.is_none());
}

#[test]
fn customers_of_ordinary_reads_become_a_header() {
    let request = build("wiv_list_spaces", json!({"customer_id": "org_12345"}), None);
    assert_eq!(request.impersonated_tenant.unwrap(), "org_12345");
    assert_eq!(request.path_and_query, "/spaces");

    let tool = catalog().tool("wiv_list_spaces").unwrap();
    for bad in ["", " ", "a b", "a\r\nX-API-Key: k", "é", "a\0", &"c".repeat(257)] {
        let problems = tool.check(object(json!({"customer_id": bad}))).unwrap_err();
        assert_eq!(problems.len(), 1, "{bad:?}");
        assert_eq!(problems[0].path, "customer_id");
    }
}

#[test]
fn ids_that_are_steps_or_hold_what_nobody_sees_are_refused() {
    let tool = catalog().tool("wiv_get_execution_status").unwrap();
    for bad in [
        "",
        ".",
        "..",
        "a\r\nb",
        "\n",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "/",
        "a/b",
        "../spaces",
        "a\\b",
        "..\\x",
        "%2f",
        "a%2Fb",
        "%5C",
        "%2e%2e",
        "%00",
        "%252f",
        "a\u{202e}b",
        "a\u{200b}",
        "\u{e0041}x",
        "a\u{2028}",
        "\u{feff}a",
    ] {
        let arguments = json!({"workflow_id": "w", "execution_id": bad});
        let problems = tool.check(object(arguments)).unwrap_err();
        assert_eq!(problems.len(), 1, "{bad:?}");
        assert_eq!(problems[0].path, "execution_id");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_id_changes_the_segments_of_a_path(
        id in prop_oneof![any::<String>(), "[./?#%\\\\;:@&=+ a\r\n\t-]{0,12}", "(%2e|\\.|%2F|/){1,6}"],
    ) {
        let tool = catalog().tool("wiv_stop_execution").unwrap();
        let arguments = object(json!({"workflow_id": "w", "execution_id": id}));
        if let Ok(arguments) = tool.check(arguments) {
            let request = tool.operation().unwrap().request(&arguments, None).unwrap();
            let target: http::Uri = request.path_and_query.parse().unwrap();
            prop_assert_eq!(target.query(), None);
            let url = format!("https://api.example{}", request.path_and_query);
            let url = reqwest::Url::parse(&url).unwrap();
            prop_assert_eq!(url.host_str(), Some("api.example"));
            prop_assert_eq!((url.query(), url.fragment()), (None, None));
            let segments: Vec<&str> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 5);
            prop_assert_eq!(&segments[..3], ["workflows", "w", "executions"]);
            let decoded = percent_encoding::percent_decode_str(segments[3]).decode_utf8().unwrap();
            prop_assert_eq!(&*decoded, &*id);
            prop_assert_eq!(segments[4], "stop");
        }
    }

    #[test]
    fn no_value_changes_the_parameters_of_a_query(value in any::<String>()) {
        let tool = catalog().tool("wiv_list_cases").unwrap();
        let arguments = object(json!({"filters": {"owner": [value]}}));
        if let Ok(arguments) = tool.check(arguments) {
            let request = tool.operation().unwrap().request(&arguments, None).unwrap();
            let url = format!("https://api.example{}", request.path_and_query);
            let url = reqwest::Url::parse(&url).unwrap();
            prop_assert_eq!(url.path(), "/v2/cases");
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            let expected =
                [("owner".to_owned(), value), ("max_returned_items".to_owned(), "25".to_owned())];
            prop_assert_eq!(pairs, expected);
        }
    }
}
