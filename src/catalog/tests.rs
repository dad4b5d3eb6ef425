//! The built-in catalogue keeps its promises; calls are checked and become requests.

mod costs;
mod documents;
mod filter_values;
mod numbers;
mod offered;
mod requests;
mod runs;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::*;

/// Read once: in a debug build it takes long.
fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::built_in);
    &CATALOG
}

fn schema(tool: &Tool) -> Value {
    serde_json::from_str(tool.input_schema.get()).unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("{value} is not an object") };
    object
}

#[test]
fn the_built_in_document_is_sound() {
    Catalog::from_yaml(BUILT_IN).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn every_tool_is_one_that_clients_take() {
    for tool in catalog().tools() {
        let name = &tool.name;
        let characters = tool.description.chars().count();
        assert!((80..1_000).contains(&characters), "{name}: {characters} characters");
        assert!(!tool.title.is_empty(), "{name} has a title");
        let schema = schema(tool);
        assert_eq!(schema["type"], "object", "{name}");
        assert_eq!(schema["additionalProperties"], false, "{name}");
        for (argument, schema) in schema["properties"].as_object().unwrap() {
            assert!(schema["type"].is_string(), "{name}: {argument} has one type");
            assert!(schema["description"].is_string(), "{name}: {argument} has a description");
        }
        assert!(!tool.input_schema.get().contains("$ref"), "{name}");
    }
}

#[test]
fn only_four_tools_write_and_none_of_them_for_a_customer() {
    let writing: Vec<&Tool> =
        catalog().tools().iter().filter(|tool| !tool.hints.read_only).collect();
    let names: Vec<&str> = writing.iter().map(|tool| &*tool.name).collect();
    assert_eq!(
        names,
        [
            "wiv_update_workflow",
            "wiv_start_execution",
            "wiv_stop_execution",
            "wiv_generate_workflow"
        ]
    );
    assert!(writing.iter().all(|tool| schema(tool)["properties"].get("customer_id").is_none()));
}

#[test]
fn documented_operations_are_those_that_wiv_publishes() {
    let documented: Vec<String> = catalog()
        .tools()
        .iter()
        .filter_map(Tool::operation)
        .filter(|operation| operation.confidence == Confidence::Documented)
        .map(|operation| format!("{} {}", operation.method, operation.path_template))
        .collect();
    assert_eq!(
        documented,
        [
            "POST /workflows/{workflow_id}/run",
            "POST /v2/cases/search",
            "POST /v2/cases/msp/search",
            "GET /msp/customers"
        ]
    );
}

#[test]
fn lists_say_how_they_are_paged() {
    let paged = |paging: Paging| -> Vec<&str> {
        let is_paged =
            |tool: &&Tool| matches!(&tool.action, Action::Call(one) if one.paging == Some(paging));
        catalog().tools().iter().filter(is_paged).map(|tool| &*tool.name).collect()
    };
    assert_eq!(
        paged(Paging::Whole),
        ["wiv_list_workflows", "wiv_list_spaces", "wiv_get_space_resources", "wiv_list_folders"]
    );
    assert_eq!(
        paged(Paging::Scroll),
        [
            "wiv_list_all_executions",
            "wiv_list_workflow_executions",
            "wiv_list_cases",
            "wiv_search_cases",
            "wiv_search_msp_cases"
        ]
    );
}

#[test]
fn the_output_schema_requires_nothing_and_takes_failures() {
    let schema: Value = serde_json::from_str(output_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for result in [
        json!({"data": [{"a": 1}], "page": {"shown": 1, "total": null, "next_cursor": null}}),
        json!({"data": {"a": null}, "notes": ["shortened"]}),
        json!({"data": []}),
        json!({"error": {"kind": "timeout", "status": null, "message": "slow",
            "retry_after_seconds": null, "request_id": "1"}}),
    ] {
        assert!(validator.is_valid(&result), "{result}");
    }
}

#[test]
fn unknown_tools_get_near_names() {
    assert_eq!(catalog().nearest_tools("wiv_search_case")[0], "wiv_search_cases");
    assert_eq!(catalog().nearest_tools("list_workflows")[0], "wiv_list_workflows");
    assert!(catalog().nearest_tools("wiv_list_workflow").len() <= 3);
    assert!(catalog().nearest_tools("delete_everything_now").is_empty());
    assert!(catalog().nearest_tools(&"w".repeat(100_000)).is_empty());
}

#[test]
fn toolsets_are_found_by_their_names() {
    for toolset in Toolset::ALL {
        assert_eq!(Toolset::parse(toolset.as_str()), Some(toolset));
        let read: Toolset = serde_json::from_value(toolset.as_str().into()).unwrap();
        assert_eq!(read, toolset);
    }
    assert_eq!(Toolset::parse("Cases"), None);
}

#[track_caller]
fn check_problems(tool: &str, arguments: Value, expected: &[&str]) {
    let problems = catalog().tool(tool).unwrap().check(object(arguments)).unwrap_err();
    let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(problems, expected);
}

#[test]
fn wrong_types_and_limits_are_told_with_what_was_expected() {
    check_problems(
        "wiv_search_cases",
        json!({"limit": "ten"}),
        &["`limit`: expected an integer from 1 to 100, got \"ten\""],
    );
    check_problems(
        "wiv_search_cases",
        json!({"limit": 0}),
        &["`limit`: expected an integer from 1 to 100, got 0"],
    );
    check_problems(
        "wiv_search_cases",
        json!({"filters": {"status": ["To Do", {}]}}),
        &["`filters.status[1]`: expected a string of at most 256 characters, got {}"],
    );
    check_problems(
        "wiv_search_cases",
        json!({"date_range": {"start": "2026-13-01", "end": "2026-12-01"}}),
        &["`date_range.start`: expected text like \"2026-11-16\", got \"2026-13-01\""],
    );
    check_problems(
        "wiv_get_workflow",
        json!({}),
        &["`workflow_id`: missing; expected a string of 1 to 256 characters"],
    );
    check_problems(
        "wiv_update_workflow",
        json!({"workflow_id": "w", "changes": {}}),
        &["`changes`: expected an object of at least 1 members, got {}"],
    );
    check_problems(
        "wiv_list_msp_customers",
        json!({"fields": ["nom"]}),
        &[
            "`fields[0]`: expected one of \"id\", \"name\", \"users_number\", \"active_workflows\", \
           \"cost_impact\", \"realized_savings\", \"num_of_integrations\", \
           \"integration_types\", \"integrations\", \"successful_runs\", \"failed_runs\", \
           got \"nom\"",
        ],
    );
}

#[test]
fn long_values_are_shown_in_part() {
    let long = "é".repeat(300);
    let shown = format!("\"{}…", "é".repeat(59));
    check_problems(
        "wiv_get_workflow",
        json!({"workflow_id": long}),
        &[&format!("`workflow_id`: expected a string of 1 to 256 characters, got {shown}")],
    );
}

#[test]
fn an_id_that_is_a_word_of_another_path_is_refused() {
    for (tool, word) in [
        ("wiv_get_workflow", "folders"),
        ("wiv_get_workflow", "generate"),
        ("wiv_get_workflow", "Folders"),
        ("wiv_list_workflow_executions", "folders"),
        ("wiv_list_workflow_executions", "generate"),
        ("wiv_start_execution", "folders"),
    ] {
        check_problems(
            tool,
            json!({"workflow_id": word}),
            &[&format!(
                "`workflow_id`: expected an id, got `{word}`, a word of WIV's own addresses"
            )],
        );
    }
    let arguments = json!({"workflow_id": "folders", "changes": {"name": "x"}});
    let problem = "`workflow_id`: expected an id, got `folders`, a word of WIV's own addresses";
    check_problems("wiv_update_workflow", arguments, &[problem]);
}

#[test]
fn unknown_arguments_get_near_names_and_all_names() {
    check_problems(
        "wiv_list_workflows",
        json!({"spaceId": "s"}),
        &[
            "`spaceId`: unknown; did you mean `space_id`? Known here are `space_id`, `name`, `fields`, \
           `format`, `limit`, `cursor`, `customer_id`",
        ],
    );
    check_problems(
        "wiv_start_execution",
        json!({"workflow_id": "w", "after": true}),
        &["`after`: unknown; known here are `workflow_id`, `trigger_event`, `wait`, `force`, \
           `preview`, `confirmation`"],
    );
    check_problems(
        "wiv_get_connection",
        json!({"verbose": true}),
        &["`verbose`: unknown; nothing is expected here"],
    );
    let tool = catalog().tool("wiv_search_cases").unwrap();
    let problems = tool.check(object(json!({"filters": {"statuses": ["To Do"]}}))).unwrap_err();
    assert_eq!(problems[0].path, "filters.statuses");
    assert!(problems[0].message.starts_with("unknown; did you mean `status`? Known here are `st"));
}

#[test]
fn all_problems_are_told_at_once_but_no_more_than_ten() {
    let tool = catalog().tool("wiv_get_workflow").unwrap();
    let problems = tool.check(object(json!({"workflow": "w", "customer_id": [5]}))).unwrap_err();
    let paths: Vec<&str> = problems.iter().map(|problem| &*problem.path).collect();
    assert_eq!(paths, ["customer_id", "workflow", "workflow_id"]);

    let many: Map<String, Value> = (0..50).map(|n| (format!("n{n}"), json!(n))).collect();
    assert_eq!(tool.check(many).unwrap_err().len(), 10);
}

#[test]
fn millions_of_wrong_values_cost_no_more_than_one() {
    let tool = catalog().tool("wiv_search_cases").unwrap();
    let values = vec![json!(1); 1_000_000];
    let problems = tool.check(object(json!({"filters": {"status": values}}))).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.len() < 200);
}

#[test]
fn page_sizes_have_a_default_and_whole_numbers_of_any_spelling() {
    let limit = |arguments: Value| {
        catalog().tool("wiv_search_cases").unwrap().check(object(arguments)).unwrap().limit()
    };
    assert_eq!(limit(json!({})), 25);
    assert_eq!(limit(json!({"limit": 100})), 100);
    assert_eq!(limit(json!({"limit": 5.0})), 5);
}
