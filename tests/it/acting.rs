//! Calls that act: never twice for one intent, and followed to the end.
//!
//! The stand-in counts what it was told to start.

mod confirmation;
mod form;
mod preview;
mod repeat;
mod wait;

use serde_json::{Value, json};

use crate::harness::*;

const START: &str = "wiv_start_execution";
const STATUS: &str = "wiv_get_execution_status";
const DRAFT: &str = "wiv_generate_workflow";
const READY: &str = "wiv_get_generated_workflow";

/// The id of a workflow, read past the server: it costs no key a verdict.
async fn workflow(server: &Server, name: &str) -> String {
    let rows = server.data(ACME, "wiv_list_workflows", json!({ "limit": 100 })).await;
    let rows = rows["data"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name}"));
    row["workflow_id"].as_str().unwrap().to_owned()
}

/// How often the stand-in was asked to start something.
async fn starts(server: &Server) -> usize {
    posts_to(server, "/run").await + posts_to(server, "/workflows/generate").await
}

async fn posts_to(server: &Server, end: &str) -> usize {
    let calls = server.upstream_calls().await;
    let is_it =
        |call: &&Value| call["method"] == "POST" && call["path"].as_str().unwrap().ends_with(end);
    calls.iter().filter(is_it).count()
}

/// How often something below a path was read.
async fn reads_of(server: &Server, begin: &str) -> usize {
    let calls = server.upstream_calls().await;
    let is_it = |call: &&Value| {
        call["method"] == "GET" && call["path"].as_str().unwrap().starts_with(begin)
    };
    calls.iter().filter(is_it).count()
}

/// A fault of the stand-in's, for a method below a path.
fn fault(method: &str, path: &str, kind: &str, times: u32) -> Value {
    json!({ "match": { "method": method, "path": path }, "fault": kind, "times": times })
}

fn told(structured: &Value) -> String {
    let notes = structured["notes"].as_array().cloned().unwrap_or_default();
    notes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}
