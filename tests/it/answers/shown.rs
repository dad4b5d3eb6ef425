//! What each tool that reads shows to both readers, as files for a reviewer.
//!
//! Not for whether it is right: the others hold that. Times and sealed places are left out.

use serde_json::{Value, json};

use crate::harness::*;

/// What is another one in every run, by what stands in front of it.
fn steady(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive([' ', '\n', '"', ',']) {
        let end = word.len() - word.trim_end_matches([' ', '\n', '"', ',']).len();
        let (inside, end) = word.split_at(word.len() - end);
        let time = inside.trim_end_matches('.');
        let is_time = time.len() == 20 && time.ends_with('Z') && time.starts_with("20");
        out.push_str(match inside {
            inside if inside.starts_with("v4.local.") => "CURSOR",
            _ if is_time => "TIME",
            inside => inside,
        });
        out.push_str(end);
    }
    out
}

#[tokio::test]
async fn every_tool_that_reads_looks_as_reviewed() {
    let server = Server::start().await;
    let found = server.data(ACME, "wiv_list_workflows", json!({ "name": "rightsize" })).await;
    let workflow = found["data"][0].clone();
    let failed = json!({ "workflow_id": workflow["workflow_id"], "status": "FAILED", "limit": 2 });
    let runs = server.data(ACME, "wiv_list_workflow_executions", failed.clone()).await;
    let run = &runs["data"][0];
    let (space, folder) = (&workflow["space_id"], &workflow["folder_id"]);
    let open = json!({ "status": ["open"] });
    let grouped = json!({ "query": { "match_all": {} }, "size": 2, "aggs": { "by": {
        "terms": { "field": "status", "size": 3 },
        "aggs": { "sum": { "sum": { "field": "annual_potential_savings" } } },
    } } });
    for (key, tool, arguments) in [
        (ACME, "wiv_list_workflows", json!({ "limit": 2 })),
        (ACME, "wiv_get_workflow", json!({ "workflow_id": workflow["workflow_id"] })),
        (ACME, "wiv_list_spaces", json!({})),
        (ACME, "wiv_get_space", json!({ "space_id": space })),
        (ACME, "wiv_get_space_resources", json!({ "space_id": space, "limit": 2 })),
        (ACME, "wiv_list_folders", json!({ "limit": 2 })),
        (ACME, "wiv_get_folder", json!({ "folder_id": folder })),
        (ACME, "wiv_list_all_executions", json!({ "status": "FAILED", "limit": 2 })),
        (ACME, "wiv_list_workflow_executions", failed),
        (
            ACME,
            "wiv_get_execution_status",
            json!({ "workflow_id": workflow["workflow_id"],
            "execution_id": run["execution_id"] }),
        ),
        (ACME, "wiv_list_cases", json!({ "limit": 1, "filters": open })),
        (ACME, "wiv_search_cases", json!({ "limit": 2, "filters": open, "sort": "-created_at" })),
        (
            ACME,
            "wiv_get_cases_summary",
            json!({ "filters": open, "since": "2026-11-09",
            "group_by": ["provider", "status"], "top": 3 }),
        ),
        (ACME, "wiv_get_cases_filters", json!({})),
        (ACME, "wiv_get_cases_filter_values", json!({ "filter_name": "effort" })),
        (ACME, "wiv_cases_query", grouped.clone()),
        (MSP, "wiv_search_msp_cases", json!({ "limit": 2, "filters": open })),
        (MSP, "wiv_get_msp_cases_summary", json!({ "group_by": ["customer_id"] })),
        (MSP, "wiv_get_msp_cases_filter_values", json!({ "filter_name": "effort" })),
        (MSP, "wiv_list_msp_cases_types", json!({})),
        (MSP, "wiv_msp_cases_query", grouped),
        (MSP, "wiv_list_msp_customers", json!({ "fields": ["id", "name", "cost_impact"] })),
    ] {
        let result = server.call(key, tool, arguments.clone()).await;
        let text = result["content"][0]["text"].as_str().unwrap();
        let structure: Value = result["structuredContent"].clone();
        let shown = format!("{tool} {arguments}\n\n{text}\n{structure:#}");
        insta::assert_snapshot!(format!("shown_{tool}"), steady(&shown));
    }
}
