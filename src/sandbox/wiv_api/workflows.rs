//! Listing, reading and replacing workflows.
//!
//! A PUT replaces the whole object, steps included, as WIV documents it: a partial body
//! loses what it leaves out. The stand-in does the same, so that a client that forgets
//! this is found out.

use std::sync::{Arc, PoisonError};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::request::Request;
use super::spaces;

/// A workflow's members, in the order of an answer.
const FIELDS: [&str; 9] = [
    "workflow_id",
    "name",
    "description",
    "space_id",
    "folder_id",
    "active",
    "steps",
    "version",
    "updated_at",
];

pub(super) fn list(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&["space_id"])?;
    let space = spaces::named_in_query(request)?;
    let mut workflows = request.workflows();
    workflows.retain(|workflow| space.is_none_or(|space| workflow["space_id"] == space.space_id));
    let rows: Vec<_> = workflows.iter().map(|workflow| WithoutSteps(workflow)).collect();
    let rows = serde_json::to_string(&rows).expect("workflows are JSON");
    Ok(format!("{{\"data\":{rows}}}"))
}

pub(super) fn get(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&[])?;
    let workflow_id = request.id("workflow_id");
    let found = request.workflows().into_iter().find(|found| found["workflow_id"] == workflow_id);
    let workflow = found.ok_or_else(|| Refusal::not_found("Workflow"))?;
    Ok(json!({"data": *workflow}).to_string())
}

pub(super) fn put(request: &Request<'_>) -> Result<String, Refusal> {
    let body = request.body_object(&FIELDS)?;
    let workflow_id = request.id("workflow_id");
    // Never held across an await. After a panic the list is still whole: rows are replaced.
    let mut workflows = request.state().workflows.write().unwrap_or_else(PoisonError::into_inner);
    let found = workflows.iter_mut().find(|found| found["workflow_id"] == workflow_id);
    let stored = found.ok_or_else(|| Refusal::not_found("Workflow"))?;
    check(&body, stored, request)?;
    let version = stored["version"].as_u64().unwrap_or_default();
    if body.get("version") != Some(&stored["version"]) {
        return Err(Refusal::conflict(format!("Workflow was changed: its version is {version}")));
    }
    let replacement = FIELDS.into_iter().map(|name| {
        let value = match name {
            "workflow_id" => json!(workflow_id),
            "version" => json!(version + 1),
            "updated_at" => json!(request.now),
            "steps" => body.get(name).cloned().unwrap_or_else(|| json!([])),
            "active" => body.get(name).cloned().unwrap_or(json!(false)),
            _ => body.get(name).cloned().unwrap_or(Value::Null),
        };
        (name.to_owned(), value)
    });
    *stored = Arc::new(replacement.collect());
    Ok(json!({"data": **stored, "message": "Workflow updated"}).to_string())
}

/// Whether the members that are there may be stored.
fn check(
    body: &Map<String, Value>,
    stored: &Map<String, Value>,
    request: &Request<'_>,
) -> Result<(), Refusal> {
    let refuse = |name: &str| Err(Refusal::bad_request(format!("Invalid {name}")));
    let spaces = &request.tenant().spaces;
    if body.get("name").and_then(Value::as_str).is_none_or(|name| name.trim().is_empty()) {
        return refuse("name");
    }
    for (name, value) in body {
        let good = match name.as_str() {
            "workflow_id" => *value == stored["workflow_id"],
            "description" => value.is_string() || value.is_null(),
            "active" => value.is_boolean(),
            "steps" => value.as_array().is_some_and(|steps| is_chain(steps)),
            "space_id" => is_one_of(value, spaces.iter().map(|space| space.space_id.as_str())),
            "folder_id" => {
                let folders = spaces.iter().flat_map(|space| &space.folders);
                is_one_of(value, folders.map(|folder| folder.folder_id.as_str()))
            }
            _ => true,
        };
        if !good {
            return refuse(name);
        }
    }
    Ok(())
}

fn is_one_of<'a>(value: &Value, mut ids: impl Iterator<Item = &'a str>) -> bool {
    value.is_null() || ids.any(|id| value == id)
}

/// Documented by WIV: begins with the only TRIGGER, ends with the only EXIT, and a step's
/// name is its id.
fn is_chain(steps: &[Value]) -> bool {
    let places_of = |kind: &str| -> Vec<usize> {
        let of_kind = steps.iter().enumerate().filter(|(_, step)| step["type"] == kind);
        of_kind.map(|(at, _)| at).collect()
    };
    let names: std::collections::BTreeSet<_> =
        steps.iter().filter_map(|step| step["name"].as_str()).collect();
    let ends_well = places_of("TRIGGER") == [0] && places_of("EXIT") == [steps.len() - 1];
    steps.is_empty() || (names.len() == steps.len() && ends_well)
}

/// A workflow as lists have it.
struct WithoutSteps<'a>(&'a Map<String, Value>);

impl Serialize for WithoutSteps<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().filter(|(name, _)| *name != "steps"))
    }
}
