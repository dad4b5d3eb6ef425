//! Starting, listing, reading and stopping executions.
//!
//! What a started run does is decided by its workflow alone, so tests can rely on it:
//! it fails if the workflow often does, waits if it has an approval, and ends within
//! eight seconds of the stand-in's clock.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value, json};

use super::conditions::Search;
use super::refusal::Refusal;
use super::request::Request;
use crate::sandbox::calendar::Moment;
use crate::sandbox::data::execution::{Course, Execution, STATUSES};
use crate::sandbox::data::random::stable_id;
use crate::sandbox::data::workflows::Workflow;

/// A workflow that fails this often in its history fails every run from here.
const FAILS_FROM_PERCENT: u32 = 40;

/// As for events of AWS. Payloads are kept, so they have a bound.
const LARGEST_PAYLOAD_BYTES: usize = 256 * 1024;

pub(super) fn start(request: &Request<'_>) -> Result<String, Refusal> {
    let workflow = workflow(request)?;
    if request.body_size() > LARGEST_PAYLOAD_BYTES {
        return Err(Refusal::too_large("payload is too large"));
    }
    let payload = match request.body_object(&["payload"])?.remove("payload") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(payload)) => payload,
        Some(_) => return Err(Refusal::bad_request("payload must be a dictionary")),
    };
    let tenant_id = request.tenant().row.tenant_id;
    let execution = request.state().runs.add(|number| Execution {
        execution_id: stable_id("exec", tenant_id, &format!("started {number}")),
        workflow_id: workflow.workflow_id.clone(),
        started_at: request.now,
        course: course(workflow, request.now),
        run_by: format!("api-key/{}", request.access.key_name),
        trigger_type: "MANUAL",
        payload,
        stopped_at: OnceLock::new(),
    });
    let data = json!({
        "event_type": "WORKFLOW_TRIGGER",
        "execution_id": execution.execution_id,
        "workflow_id": execution.workflow_id,
        "tenant_id": tenant_id,
        "payload": execution.payload,
        "run_by": execution.run_by,
        "timestamp": execution.started_at,
        "trigger_id": "-",
        "trigger_type": execution.trigger_type,
    });
    Ok(json!({"data": data}).to_string())
}

fn course(workflow: &Workflow, started_at: Moment) -> Course {
    let row = workflow.row;
    let after = |seconds: i64| started_at.plus_seconds(seconds);
    if row.failure.percent >= FAILS_FROM_PERCENT {
        let failure = Some((row.failure.step, row.failure.error));
        return Course { waits: None, ends_at: after(4), failure };
    }
    if row.steps.iter().any(|(_, kind, ..)| *kind == "APPROVE") {
        return Course { waits: Some((after(2), after(5))), ends_at: after(7), failure: None };
    }
    // From 3 to 8 seconds: longer with more steps.
    let seconds = 3 + i64::try_from(row.steps.len()).unwrap_or(0).min(5);
    Course { waits: None, ends_at: after(seconds), failure: None }
}

/// All of the tenant's, or those of the workflow in the path.
pub(super) fn list(request: &Request<'_>) -> Result<String, Refusal> {
    let search = Search::read(request.query_as_search()?)?;
    let status = match search.filters.as_slice() {
        [] => None,
        [(name, values)] if name == "status" && values.len() == 1 => Some(values[0].as_str()),
        [(name, _)] if name == "status" => {
            return Err(Refusal::bad_request("status is given twice"));
        }
        filters => {
            let other = filters.iter().find(|(name, _)| name != "status");
            let name = other.map_or("", |(name, _)| name);
            return Err(Refusal::bad_request(format!("Unknown parameter: {name}")));
        }
    };
    if let Some(status) = status.filter(|status| !STATUSES.contains(status)) {
        return Err(Refusal::bad_request(format!("Unknown status: {status}")));
    }
    let workflow_id = match request.path_parameter("workflow_id") {
        None => None,
        Some(_) => Some(workflow(request)?.workflow_id.as_str()),
    };
    let now = request.now;
    let matches = |execution: &Execution| {
        workflow_id.is_none_or(|workflow_id| execution.workflow_id == workflow_id)
            && status.is_none_or(|status| execution.status(now) == status)
            && search.dates.contains(execution.started_at)
    };
    let tenant_id = request.tenant().row.tenant_id;
    let bound_to = format!("{tenant_id} {}", workflow_id.unwrap_or("all"));
    let select = || request.state().runs.select(matches).into();
    let page = request.api.execution_scrolls.page(bound_to, &search, select)?;
    Ok(page.answer(|execution, body| body.push_str(&json_of(execution, now))))
}

pub(super) fn get(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&[])?;
    let execution = find(request)?;
    Ok(format!("{{\"data\":{}}}", json_of(&execution, request.now)))
}

pub(super) fn stop(request: &Request<'_>) -> Result<String, Refusal> {
    let execution = find(request)?;
    let now = request.now;
    if execution.has_ended(now) || execution.stopped_at.set(now).is_err() {
        let status = execution.status(now);
        return Err(Refusal::conflict(format!("Execution has already ended: {status}")));
    }
    let data = json_of(&execution, now);
    Ok(format!("{{\"data\":{data},\"message\":\"Execution stopped\"}}"))
}

fn json_of(execution: &Execution, now: Moment) -> String {
    serde_json::to_string(&execution.answer(now)).expect("an execution has a JSON form")
}

fn find(request: &Request<'_>) -> Result<Arc<Execution>, Refusal> {
    let workflow = workflow(request)?;
    let found = request.state().runs.find(&workflow.workflow_id, request.id("execution_id"));
    found.ok_or_else(|| Refusal::not_found("Execution"))
}

fn workflow(request: &Request<'_>) -> Result<&'static Workflow, Refusal> {
    let workflow_id = request.id("workflow_id");
    let workflows = &request.tenant().workflows;
    let found = workflows.iter().find(|workflow| workflow.workflow_id == workflow_id);
    found.ok_or_else(|| Refusal::not_found("Workflow"))
}
