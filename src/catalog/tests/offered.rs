//! The tools of the built-in document, with their arguments in order.

use super::{catalog, schema};
use serde_json::Value;

/// What both lists of an organization's cases take.
const CASE_LIST: &[&str] = &[
    "filters",
    "date_range",
    "where",
    "sort",
    "totals",
    "fields",
    "format",
    "limit",
    "cursor",
    "customer_id",
];

/// Every tool with its arguments; those that must be given end with `!`.
const TOOLS: &[(&str, &[&str])] = &[
    (
        "wiv_list_workflows",
        &["space_id", "name", "fields", "format", "limit", "cursor", "customer_id"],
    ),
    ("wiv_get_workflow", &["workflow_id!", "customer_id"]),
    ("wiv_update_workflow", &["workflow_id!", "changes!", "preview", "confirmation"]),
    ("wiv_list_spaces", &["name", "fields", "format", "limit", "cursor", "customer_id"]),
    ("wiv_get_space", &["space_id!", "customer_id"]),
    ("wiv_get_space_resources", &["space_id!", "resource_type", "limit", "cursor", "customer_id"]),
    (
        "wiv_list_folders",
        &["space_id", "name", "fields", "format", "limit", "cursor", "customer_id"],
    ),
    ("wiv_get_folder", &["folder_id!", "customer_id"]),
    (
        "wiv_start_execution",
        &["workflow_id!", "trigger_event", "wait", "force", "preview", "confirmation"],
    ),
    (
        "wiv_list_all_executions",
        &["status", "date_range", "run_by", "fields", "format", "limit", "cursor", "customer_id"],
    ),
    (
        "wiv_list_workflow_executions",
        &[
            "workflow_id!",
            "status",
            "date_range",
            "run_by",
            "fields",
            "format",
            "limit",
            "cursor",
            "customer_id",
        ],
    ),
    ("wiv_stop_execution", &["workflow_id!", "execution_id!", "preview", "confirmation"]),
    ("wiv_get_execution_status", &["workflow_id!", "execution_id!", "wait", "customer_id"]),
    ("wiv_list_cases", CASE_LIST),
    ("wiv_search_cases", CASE_LIST),
    (
        "wiv_get_cases_summary",
        &["filters", "date_range", "where", "group_by", "top", "since", "customer_id"],
    ),
    ("wiv_get_cases_filters", &["customer_id"]),
    ("wiv_get_cases_filter_values", &["filter_name!", "customer_id"]),
    ("wiv_cases_query", &["query!", "size", "from", "sort", "aggs", "_source", "customer_id"]),
    (
        "wiv_search_msp_cases",
        &[
            "customer_id",
            "filters",
            "date_range",
            "where",
            "sort",
            "totals",
            "fields",
            "format",
            "limit",
            "cursor",
        ],
    ),
    (
        "wiv_get_msp_cases_summary",
        &["customer_id", "filters", "date_range", "where", "group_by", "top", "since"],
    ),
    ("wiv_get_msp_cases_filter_values", &["filter_name!", "customer_id"]),
    ("wiv_list_msp_cases_types", &["customer_id"]),
    ("wiv_msp_cases_query", &["query!", "customer_id", "size", "from", "sort", "aggs", "_source"]),
    ("wiv_list_msp_customers", &["fields"]),
    ("wiv_generate_workflow", &["prompt!", "wait", "force"]),
    ("wiv_get_generated_workflow", &["generation_id!", "wait", "customer_id"]),
    ("wiv_get_executions_summary", &["workflow_id", "date_range", "group_by", "customer_id"]),
    ("wiv_get_connection", &[]),
];

#[test]
fn tools_and_arguments_are_those_of_the_contract_in_its_order() {
    let offered: Vec<(&str, Vec<String>)> = catalog()
        .tools()
        .iter()
        .map(|tool| {
            let schema = schema(tool);
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let mark = |name: &String| {
                let is_required = required.contains(&Value::from(name.as_str()));
                if is_required { format!("{name}!") } else { name.clone() }
            };
            let names = schema["properties"].as_object().unwrap().keys().map(mark).collect();
            (&*tool.name, names)
        })
        .collect();
    let promised: Vec<(&str, Vec<String>)> = TOOLS
        .iter()
        .map(|(name, arguments)| (*name, arguments.iter().map(|name| (*name).into()).collect()))
        .collect();
    assert_eq!(offered, promised);
}
