//! Writing a workflow from a sentence, as a job that takes a few seconds.
//!
//! No model is asked: the draft is put together from words of the prompt. It is only a
//! draft and joins no list of workflows. How far a job is follows from the clock.

use serde_json::{Value, json};

use super::jobs::{Job, MOST_JOBS};
use super::refusal::Refusal;
use super::request::Request;
use crate::sandbox::data::Tenant;
use crate::sandbox::data::random::stable_id;
use crate::sandbox::data::workflows::steps;

/// A prompt that no person writes by hand is refused.
const LONGEST_PROMPT: usize = 10_000;

const PENDING_SECONDS: i64 = 1;
const DONE_SECONDS: i64 = 4;

pub(super) fn generate(request: &Request<'_>) -> Result<String, Refusal> {
    let mut body = request.body_object(&["prompt"])?;
    let prompt = match body.remove("prompt") {
        Some(Value::String(prompt)) if !prompt.trim().is_empty() => prompt,
        _ => return Err(Refusal::bad_request("prompt is required")),
    };
    if prompt.len() > LONGEST_PROMPT {
        return Err(Refusal::bad_request("prompt is too long"));
    }
    let tenant_id = request.tenant().row.tenant_id;
    let mut kept = request.api.jobs.lock();
    kept.ever += 1;
    let generation_id = stable_id("generation", tenant_id, &kept.ever.to_string());
    if kept.jobs.len() == MOST_JOBS {
        kept.jobs.pop_front();
    }
    let data = json!({"generation_id": generation_id, "status": "PENDING"});
    kept.jobs.push_back(Job { generation_id, tenant_id, prompt, asked_at: request.now });
    Ok(json!({"data": data}).to_string())
}

pub(super) fn get(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&[])?;
    let generation_id = request.id("request_id");
    let tenant_id = request.tenant().row.tenant_id;
    let is_asked = |job: &&Job| job.generation_id == generation_id && job.tenant_id == tenant_id;
    let job = request.api.jobs.lock().jobs.iter().find(is_asked).cloned();
    let job = job.ok_or_else(|| Refusal::not_found("Generation"))?;
    let mut data = json!({"generation_id": job.generation_id, "status": "SUCCEEDED"});
    if request.now < job.asked_at.plus_seconds(PENDING_SECONDS) {
        data["status"] = json!("PENDING");
    } else if request.now < job.asked_at.plus_seconds(DONE_SECONDS) {
        data["status"] = json!("RUNNING");
    } else {
        data["workflow"] = draft(&job.prompt, request.tenant());
    }
    Ok(json!({"data": data}).to_string())
}

/// Words of the prompt, and the step that they ask for: name, type, description,
/// parameters. Of the first table one is taken, of the second all that fit.
type Wish = (&'static [&'static str], (&'static str, &'static str, &'static str, &'static str));

#[rustfmt::skip]
const SOURCES: [Wish; 7] = [
    (&["load balancer"], ("Find_Idle_Load_Balancers", "AWS_ELB_DESCRIBE_LOAD_BALANCERS", "Lists load balancers without requests for two weeks", r#"{"days": 14}"#)),
    (&["volume", "disk"], ("Find_Volumes", "AWS_EC2_DESCRIBE_VOLUMES", "Lists volumes that are not attached", r#"{"state": "available"}"#)),
    (&["snapshot"], ("Find_Snapshots", "AWS_EC2_DESCRIBE_SNAPSHOTS", "Lists old snapshots", r#"{"older_than_days": 180}"#)),
    (&["rds", "database"], ("Find_Databases", "AWS_RDS_DESCRIBE_INSTANCES", "Lists databases with little load", r#"{"cpu_below_percent": 25}"#)),
    (&["bucket", "s3"], ("List_Buckets", "AWS_S3_LIST_BUCKETS", "Lists buckets", "{}")),
    (&["instance", "ec2"], ("Find_Instances", "AWS_EC2_DESCRIBE_INSTANCES", "Lists instances with little load", r#"{"cpu_below_percent": 3}"#)),
    (&[""], ("Find_Cases", "QUERY_CASES", "Lists open cases", "{}")),
];

#[rustfmt::skip]
const ACTIONS: [Wish; 6] = [
    (&["approv", "ask"], ("Ask_For_Approval", "APPROVE", "Asks the owner before anything is changed", r#"{"timeout_hours": 24}"#)),
    (&["stop"], ("Stop_Resource", "AWS_EC2_STOP_INSTANCES", "Stops what was found", "{}")),
    (&["delete", "remove"], ("Delete_Resource", "AWS_DELETE_RESOURCE", "Deletes what was found", "{}")),
    (&["jira", "ticket"], ("Open_Jira_Ticket", "JIRA_CREATE_ISSUE", "Opens a ticket for each finding", r#"{"project": "FIN", "summary": "{{Each_Finding.OUTPUT.Name}}"}"#)),
    (&["slack", "notify"], ("Tell_In_Slack", "SLACK_MESSAGE", "Tells the owner in Slack", "{}")),
    (&["mail"], ("Send_Mail", "EMAIL", "Sends a mail with the findings", "{}")),
];

const EACH_FINDING: (&str, &str, &str, &str) =
    ("Each_Finding", "LOOP", "Goes through what was found", "{}");

fn draft(prompt: &str, tenant: &Tenant) -> Value {
    let words = prompt.to_lowercase();
    let asks_for = |(signs, _): &&Wish| signs.iter().any(|sign| words.contains(sign));
    let source = SOURCES.iter().find(asks_for).map(|(_, step)| *step);
    let actions = ACTIONS.iter().filter(asks_for).map(|(_, step)| *step);
    let chain: Vec<_> = source.into_iter().chain([EACH_FINDING]).chain(actions).collect();
    let is_named = |name: &str| words.contains(&name.to_lowercase());
    let space = tenant.spaces.iter().find(|space| is_named(space.name));
    json!({
        "name": name_in(prompt),
        "description": prompt,
        "space_id": space.map(|space| &space.space_id),
        "folder_id": null,
        "active": false,
        "steps": steps(&chain),
    })
}

/// The text that the prompt puts in double quotes, or its first words.
fn name_in(prompt: &str) -> String {
    let quoted = prompt.split('"').nth(1).filter(|name| !name.trim().is_empty());
    match quoted {
        Some(name) => name.trim().to_owned(),
        None => prompt.split_whitespace().take(6).collect::<Vec<_>>().join(" "),
    }
}
