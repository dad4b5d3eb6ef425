//! Argument schemas that strict model APIs take: a look at every node of every tool.

use serde_json::{Value, json};

use crate::harness::*;

/// Keywords that the function declarations of Gemini or OpenAI know or pass over.
const KEYWORDS: &[&str] = &[
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "anyOf",
    "description",
    "default",
    "examples",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "pattern",
    "uniqueItems",
    "additionalProperties",
    "propertyNames",
    "format",
];

/// What is wrong with a schema, where it stands.
fn mistakes(place: &str, schema: &Value, found: &mut Vec<String>) {
    let Some(members) = schema.as_object() else {
        return found.push(format!("{place}: not an object"));
    };
    for name in members.keys().filter(|name| !KEYWORDS.contains(&name.as_str())) {
        found.push(format!("{place}: the keyword {name}"));
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        for (number, choice) in choices.iter().enumerate() {
            mistakes(&format!("{place}/anyOf/{number}"), choice, found);
        }
        return;
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object();
            if properties.is_none_or(serde_json::Map::is_empty) {
                found.push(format!("{place}: an object of nothing"));
            }
            for (name, property) in properties.into_iter().flatten() {
                mistakes(&format!("{place}/{name}"), property, found);
            }
            for name in schema["required"].as_array().into_iter().flatten() {
                if schema["properties"].get(name.as_str().unwrap()).is_none() {
                    found.push(format!("{place}: requires {name}, which it has not"));
                }
            }
        }
        Some("array") if schema.get("items").is_none() => {
            found.push(format!("{place}: an array of nothing"));
        }
        Some("array") => mistakes(&format!("{place}/items"), &schema["items"], found),
        Some("string" | "number" | "integer" | "boolean" | "null") => {
            let is_text = |value: &Value| value.is_string();
            if schema["enum"].as_array().is_some_and(|all| !all.iter().all(is_text)) {
                found.push(format!("{place}: an enum that is no text"));
            }
        }
        _ => found.push(format!("{place}: no single type")),
    }
}

#[tokio::test]
async fn every_part_of_a_schema_has_a_type_and_every_object_names_a_member() {
    let server = Server::start().await;
    let list = server.ask(ACME, "tools/list", json!({})).await;
    let mut found = Vec::new();
    for tool in list["result"]["tools"].as_array().unwrap() {
        let schema = &tool["inputSchema"];
        // It stands open: clients check failures against it, too.
        assert_eq!(tool["outputSchema"], json!({ "type": "object" }));
        // A tool without arguments is declared without parameters.
        if schema["properties"] != json!({}) {
            mistakes(tool["name"].as_str().unwrap(), schema, &mut found);
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[tokio::test]
async fn members_that_a_schema_names_close_nothing() {
    let server = Server::start_with(&UNASKED).await;
    let workflows = server.data(ACME, "wiv_list_workflows", json!({ "limit": 1 })).await;
    let workflow = &workflows["data"][0]["workflow_id"];
    for event in [
        json!({ "account_id": 123_456_789_012_u64, "dry_run": true }),
        json!({ "account_id": "123456789012", "nested": { "regions": ["eu-west-1"] } }),
        json!({ "something": null }),
        json!({}),
    ] {
        let arguments = json!({ "workflow_id": workflow, "trigger_event": event });
        let answer = server.data(ACME, "wiv_start_execution", arguments).await;
        assert_eq!(answer["data"]["payload"], event);
    }
    for (query, sort) in [
        (json!({ "match_all": {} }), json!([{ "annual_potential_savings": "desc" }])),
        (json!({ "term": { "status": "To Do" } }), json!([{ "created_at": { "order": "asc" } }])),
        (
            json!({ "bool": { "must": [{ "term": { "status": "To Do" } }] } }),
            json!([{ "annual_potential_savings": { "order": "desc" } }]),
        ),
    ] {
        let aggs = json!({ "by_type": { "sum": { "field": "annual_potential_savings" } } });
        let arguments = json!({ "query": query, "sort": sort, "aggs": aggs, "size": 1 });
        server.data(ACME, "wiv_cases_query", arguments).await;
    }
    let changes = json!({ "changes": { "name": "New", "steps": [] },
        "workflow_id": workflow });
    let updated = server.data(ACME, "wiv_update_workflow", changes).await;
    assert_eq!(updated["data"]["name"], "New");
}
