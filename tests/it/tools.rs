//! Tools through the server: arguments, pages, writes, requests towards upstream.

use std::collections::HashSet;

use serde_json::{Value, json};
use wiv_mcp::catalog::Toolset;

use crate::harness::*;

async fn workflow(server: &Server, key: &str, name: &str) -> Value {
    let rows = server.data(key, "wiv_list_workflows", json!({ "limit": 100 })).await;
    let rows = rows["data"].as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
}

#[tokio::test]
async fn arguments_are_checked_before_anything_goes_upstream() {
    let server = Server::start().await;
    for (tool, arguments, words) in [
        ("wiv_search_cases", json!({ "limt": 5 }), "limit"),
        ("wiv_search_cases", json!({ "limit": "five" }), "limit"),
        ("wiv_search_cases", json!({ "limit": 0 }), "limit"),
        ("wiv_search_cases", json!({ "limit": -1 }), "limit"),
        ("wiv_search_cases", json!({ "filters": { "provider": {} } }), "provider"),
        ("wiv_search_cases", json!({ "date_range": { "start": "yesterday" } }), "start"),
        ("wiv_search_cases", json!({ "cursor": "nonsense" }), "cursor"),
        ("wiv_get_workflow", json!({}), "workflow_id"),
        ("wiv_get_workflow", json!({ "workflow_id": "" }), "workflow_id"),
        ("wiv_get_workflow", json!({ "workflow_id": ".." }), "workflow_id"),
        ("wiv_get_workflow", json!({ "workflow_id": "a\r\nb" }), "workflow_id"),
        ("wiv_get_workflow", json!({ "workflow_id": "w", "customer_id": "a\nb" }), "customer_id"),
        ("wiv_get_workflow", json!({ "workflow_id": "w", "customer_id": "é" }), "customer_id"),
        ("wiv_start_execution", json!({ "workflow_id": "w", "customer_id": "x" }), "customer_id"),
        ("wiv_update_workflow", json!({ "workflow_id": "w", "changes": {} }), "changes"),
    ] {
        let error = server.error(ACME, tool, arguments.clone()).await;
        assert_eq!(error["kind"], "invalid_arguments", "{tool} {arguments}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
    }
    assert!(server.upstream_calls().await.is_empty());
    let answer = server.ask(ACME, "tools/call", json!({ "name": "wiv_list_workflow" })).await;
    assert_eq!(answer["error"]["code"], -32602);
    assert!(answer["error"]["message"].as_str().unwrap().contains("wiv_list_workflows"));
}

#[tokio::test]
async fn ids_can_not_change_the_path() {
    let server = Server::start().await;
    for id in ["x?y=z", "x#y", "100%", "a b", "ü", "...", ".hidden"] {
        let error = server.error(ACME, "wiv_get_workflow", json!({ "workflow_id": id })).await;
        assert_eq!(error["kind"], "not_found", "{id}");
    }
    for call in server.upstream_calls().await {
        let path = call["path"].as_str().unwrap();
        let rest = path.strip_prefix("/workflows/").unwrap();
        assert!(!rest.contains(['/', '?', '#', ' ']), "{path}");
    }
}

#[tokio::test]
async fn requests_carry_the_contracts_headers_and_no_others() {
    let server = Server::start().await;
    let params = json!({ "name": "wiv_search_cases", "arguments": { "limit": 1 } });
    let extra = [
        ("authorization", "Bearer secret"),
        ("cookie", "a=b"),
        ("x-forwarded-for", "10.0.0.1"),
        ("user-agent", "client/1"),
    ];
    let response = server.post_with("/mcp", ACME, request(1, "tools/call", params), &extra).await;
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let calls = server.upstream_calls().await;
    let headers = calls[0]["headers"].as_object().unwrap();
    let names: HashSet<&str> = headers.keys().map(String::as_str).collect();
    let expected = HashSet::from([
        "host",
        "content-length",
        "content-type",
        "accept",
        "accept-encoding",
        "user-agent",
        "x-api-key",
        "x-request-id",
        "traceparent",
    ]);
    assert_eq!(names, expected);
    assert_eq!(headers["x-api-key"], ACME);
    assert_eq!(headers["accept"], "application/json");
    assert_eq!(headers["user-agent"], concat!("wiv-mcp/", env!("CARGO_PKG_VERSION")));
    assert_eq!(headers["x-request-id"], request_id);
    assert!(headers["traceparent"].as_str().unwrap().starts_with(&format!("00-{request_id}-")));
}

#[tokio::test]
async fn an_msp_reads_one_customers_data_by_header_or_query() {
    let server = Server::start().await;
    let customers = server.data(MSP, "wiv_list_msp_customers", json!({})).await;
    let rows = customers["data"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    let harbor = rows.iter().find(|row| row["customer_name"] == "Harbor Freight Lines").unwrap();
    let id = harbor["customer_id"].clone();
    server.data(MSP, "wiv_list_workflows", json!({ "customer_id": id })).await;
    server.data(MSP, "wiv_search_msp_cases", json!({ "customer_id": id, "totals": "none" })).await;
    let calls = server.upstream_calls().await;
    let [_, workflows, cases] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(workflows["headers"]["x-wiv-impersonated-tenant-id"], id);
    assert!(cases["headers"].get("x-wiv-impersonated-tenant-id").is_none());
    let query = format!("/v2/cases/msp/search?customer_id={}", id.as_str().unwrap());
    assert_eq!(cases["path"], query);
    let error = server.error(ACME, "wiv_list_workflows", json!({ "customer_id": id })).await;
    assert_eq!(error["kind"], "forbidden");
}

#[tokio::test]
async fn paging_misses_and_repeats_no_case() {
    let server = Server::start().await;
    let mut seen = HashSet::new();
    let mut arguments = json!({ "limit": 100 });
    let mut pages = 0;
    loop {
        let page = server.data(ACME, "wiv_search_cases", arguments.clone()).await;
        for row in page["data"].as_array().unwrap() {
            assert!(seen.insert(row["case_id"].as_str().unwrap().to_owned()), "repeated");
        }
        pages += 1;
        match page["page"]["next_cursor"].as_str() {
            Some(cursor) => arguments["cursor"] = json!(cursor),
            None => break,
        }
    }
    assert_eq!((seen.len(), pages), (1200, 12));
}

#[tokio::test]
async fn whole_lists_are_paged_by_offset() {
    let server = Server::start().await;
    let mut seen = Vec::new();
    let mut arguments = json!({ "limit": 10 });
    loop {
        let page = server.data(ACME, "wiv_list_workflows", arguments.clone()).await;
        assert_eq!(page["page"]["total"], 24);
        seen.extend(page["data"].as_array().unwrap().clone());
        match page["page"]["next_cursor"].as_str() {
            Some(cursor) => arguments["cursor"] = json!(cursor),
            None => break,
        }
    }
    assert_eq!(seen.len(), 24);
    let unique: HashSet<String> = seen.iter().map(|row| row["workflow_id"].to_string()).collect();
    assert_eq!(unique.len(), 24);
}

#[tokio::test]
async fn an_update_changes_what_was_asked_and_nothing_else() {
    let server = Server::start_with(&UNASKED).await;
    let id = workflow(&server, ACME, "Weekly report").await["workflow_id"].clone();
    let read = async || {
        let whole = server.data(ACME, "wiv_get_workflow", json!({ "workflow_id": id })).await;
        whole["data"].clone()
    };
    let mut before = read().await;
    let changes = json!({ "name": "Weekly savings report" });
    server
        .data(ACME, "wiv_update_workflow", json!({ "workflow_id": id, "changes": changes }))
        .await;
    let mut after = read().await;
    assert_eq!(after["name"], "Weekly savings report");
    assert!(after["steps"].as_array().unwrap().len() > 1);
    for member in ["name", "version", "updated_at"] {
        before[member] = Value::Null;
        after[member] = Value::Null;
    }
    assert_eq!(before, after);
    let other = json!({ "workflow_id": id, "changes": { "workflow_id": "another" } });
    let error = server.error(ACME, "wiv_update_workflow", other).await;
    assert_eq!(error["kind"], "invalid_arguments");
}

#[tokio::test]
async fn a_read_only_key_reads_and_is_refused_writes() {
    let server = Server::start_with(&UNASKED).await;
    let id = workflow(&server, READ_ONLY, "Tag untagged volumes").await["workflow_id"].clone();
    for (tool, arguments) in [
        ("wiv_start_execution", json!({ "workflow_id": id })),
        ("wiv_update_workflow", json!({ "workflow_id": id, "changes": { "name": "x" } })),
        ("wiv_generate_workflow", json!({ "prompt": "Find idle load balancers" })),
    ] {
        let error = server.error(READ_ONLY, tool, arguments).await;
        assert_eq!(
            (&error["kind"], &error["status"]),
            (&json!("forbidden"), &json!(403)),
            "{tool}"
        );
    }
}

#[tokio::test]
async fn an_execution_is_started_and_followed_to_its_end() {
    let server = Server::start_with(&UNASKED).await;
    let id = workflow(&server, ACME, "Tag untagged volumes").await["workflow_id"].clone();
    let event = json!({ "account_id": "123456789012" });
    let started = server
        .data(ACME, "wiv_start_execution", json!({ "workflow_id": id, "trigger_event": event }))
        .await;
    assert_eq!(started["data"]["payload"], event);
    let execution = started["data"]["execution_id"].clone();
    let status = json!({ "workflow_id": id, "execution_id": execution });
    let first = server.data(ACME, "wiv_get_execution_status", status.clone()).await;
    assert_eq!(first["data"]["status"], "RUNNING");
    server.advance(120).await;
    let last = server.data(ACME, "wiv_get_execution_status", status.clone()).await;
    assert!(["SUCCEEDED", "FAILED"].contains(&last["data"]["status"].as_str().unwrap()));
    let error = server.error(ACME, "wiv_stop_execution", status).await;
    assert_eq!(error["kind"], "conflict");
}

#[tokio::test]
async fn a_generated_workflow_is_asked_for_until_it_is_there() {
    let server = Server::start().await;
    let prompt = "Find idle load balancers and open a Jira ticket for each";
    let job = server.data(ACME, "wiv_generate_workflow", json!({ "prompt": prompt })).await;
    let ask = json!({ "generation_id": job["data"]["generation_id"] });
    server.advance(600).await;
    let done = server.data(ACME, "wiv_get_generated_workflow", ask).await;
    assert_eq!(done["data"]["status"], "SUCCEEDED");
    assert!(!done["data"]["workflow"]["steps"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn every_reading_tool_answers_in_the_envelope() {
    let server = Server::start().await;
    let id = workflow(&server, ACME, "Stop idle instances").await;
    let (workflow_id, space_id, folder_id) =
        (&id["workflow_id"], &id["space_id"], &id["folder_id"]);
    let runs = json!({ "workflow_id": workflow_id });
    let runs = server.data(ACME, "wiv_list_workflow_executions", runs).await;
    let execution_id = &runs["data"][0]["execution_id"];
    let query = json!({ "query": { "match_all": {} }, "size": 1,
        "aggs": { "sum": { "sum": { "field": "annual_potential_savings" } } } });
    for (key, tool, arguments, is_list) in [
        (ACME, "wiv_list_spaces", json!({}), true),
        (ACME, "wiv_get_space", json!({ "space_id": space_id }), false),
        (ACME, "wiv_get_space_resources", json!({ "space_id": space_id }), true),
        (ACME, "wiv_list_folders", json!({}), true),
        (ACME, "wiv_get_folder", json!({ "folder_id": folder_id }), false),
        (ACME, "wiv_list_all_executions", json!({ "status": "FAILED" }), true),
        (
            ACME,
            "wiv_get_execution_status",
            json!({ "workflow_id": workflow_id, "execution_id": execution_id }),
            false,
        ),
        (ACME, "wiv_list_cases", json!({ "filters": { "provider": ["AWS", "GCP"] } }), true),
        (
            ACME,
            "wiv_search_cases",
            json!({ "date_range": { "start": "2026-01-01", "end": "2026-11-16" } }),
            true,
        ),
        (ACME, "wiv_get_cases_summary", json!({}), false),
        (ACME, "wiv_get_cases_filters", json!({}), true),
        (ACME, "wiv_get_cases_filter_values", json!({ "filter_name": "service" }), true),
        (ACME, "wiv_cases_query", query.clone(), false),
        (MSP, "wiv_search_msp_cases", json!({}), true),
        (MSP, "wiv_get_msp_cases_summary", json!({}), false),
        (MSP, "wiv_get_msp_cases_filter_values", json!({ "filter_name": "provider" }), true),
        (MSP, "wiv_list_msp_cases_types", json!({}), true),
        (MSP, "wiv_msp_cases_query", query, false),
        (MSP, "wiv_list_msp_customers", json!({ "fields": ["id", "name"] }), true),
        (ACME, "wiv_get_connection", json!({}), false),
    ] {
        let result = server.call(key, tool, arguments).await;
        let structured = &result["structuredContent"];
        assert_eq!(result["isError"], false, "{tool}: {result}");
        assert_eq!(structured["data"].is_array(), is_list, "{tool}: {structured}");
        assert_eq!(structured["page"].is_object(), is_list, "{tool}: {structured}");
        let text = result["content"][0]["text"].as_str().unwrap();
        assert!(!text.starts_with(['[', '{']) && !text.is_empty(), "{tool}: {text}");
        assert!(text.chars().count() <= 32_000, "{tool}");
    }
}

#[tokio::test]
async fn an_operator_may_serve_reads_only_or_some_toolsets() {
    let names = async |variables: &[(&str, &str)]| {
        let server = Server::start_with(variables).await;
        let list = server.ask(ACME, "tools/list", json!({})).await;
        let tools = list["result"]["tools"].as_array().unwrap();
        let all: Vec<String> =
            tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
        (server, all)
    };
    let (server, reads) = names(&[("WIV_MCP_READ_ONLY", "true")]).await;
    assert_eq!(reads.len(), reading_tool_count());
    let start = json!({ "name": "wiv_start_execution", "arguments": { "workflow_id": "w" } });
    assert_eq!(server.ask(ACME, "tools/call", start).await["error"]["code"], -32602);
    let (_, spaces) = names(&[("WIV_MCP_TOOLSETS", "spaces,folders")]).await;
    let of_both = tools_that(|tool| is_of(tool, &[Toolset::Spaces, Toolset::Folders]));
    assert_eq!(spaces.len(), of_both, "{spaces:?}");
}
