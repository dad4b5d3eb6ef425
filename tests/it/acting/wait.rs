//! Waiting for what goes on: it ends with it, with the client and with the server.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::timeout;

use super::*;

/// Ends after four seconds of the stand-in's clock, with a failure.
const FAILS: &str = "Old rightsizing flow";

/// A message as it comes in an event stream.
async fn events(response: reqwest::Response) -> Vec<Value> {
    let text = response.text().await.unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

fn call(tool: &str, arguments: Value) -> Value {
    let params = json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": "p" } });
    request(1, "tools/call", params)
}

#[tokio::test]
async fn a_start_is_followed_to_its_end_with_progress_for_each_look() {
    let server = Server::start().await;
    let id = workflow(&server, "Tag untagged volumes").await;
    let start = json!({ "workflow_id": id, "wait": 20 });
    let events = events(server.post("/mcp", ACME, call(START, start)).await).await;
    let (answer, told) = events.split_last().unwrap();
    let structured = &answer["result"]["structuredContent"];
    assert_eq!(structured["data"]["status"], "SUCCEEDED", "{answer}");
    assert!(structured["data"]["ended_at"].is_string(), "as the status tool shows it");
    assert_eq!(structured["next"], Value::Null);
    let progress: Vec<f64> =
        told.iter().map(|told| told["params"]["progress"].as_f64().unwrap()).collect();
    assert!(!told.is_empty() && progress.windows(2).all(|pair| pair[0] < pair[1]), "{progress:?}");
    assert!(told.iter().all(|told| told["params"]["message"] == "RUNNING"), "{told:?}");
    assert!(told.iter().all(|told| told["params"]["total"].as_f64() == Some(20.0)), "{told:?}");
    assert_eq!(starts(&server).await, 1);
}

#[tokio::test]
async fn a_wait_that_is_over_says_what_goes_on_and_what_to_call_next() {
    let server = Server::start().await;
    let id = workflow(&server, "Tag untagged volumes").await;
    let begun = Instant::now();
    let started = server.data(ACME, START, json!({ "workflow_id": id, "wait": 1 })).await;
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(started["data"]["status"], "RUNNING");
    let execution = started["data"]["execution_id"].clone();
    let ids = json!({ "workflow_id": id, "execution_id": execution });
    let next = json!({ "tool": STATUS, "arguments": ids, "after_seconds": 5 });
    assert_eq!(started["next"], next);
    let mut wait = ids.clone();
    wait["wait"] = json!(1);
    let status = server.data(ACME, STATUS, wait).await;
    assert_eq!((&status["data"]["status"], &status["next"]), (&json!("RUNNING"), &next));
    server.advance(60).await;
    let ended = Instant::now();
    let mut wait = ids;
    wait["wait"] = json!(45);
    let status = server.data(ACME, STATUS, wait).await;
    assert_eq!(status["data"]["status"], "SUCCEEDED");
    assert_eq!(status["next"], Value::Null);
    assert!(ended.elapsed() < Duration::from_secs(5), "what has ended is not waited for");
}

#[tokio::test]
async fn without_a_wait_a_start_and_a_status_say_what_to_call_next() {
    let server = Server::start().await;
    let id = workflow(&server, "Tag untagged volumes").await;
    let started = server.data(ACME, START, json!({ "workflow_id": id, "wait": 0 })).await;
    assert_eq!(started["data"]["event_type"], "WORKFLOW_TRIGGER");
    let ids = json!({ "workflow_id": id, "execution_id": started["data"]["execution_id"] });
    assert_eq!(started["next"]["arguments"], ids);
    let status = server.data(ACME, STATUS, ids.clone()).await;
    assert_eq!(status["next"], started["next"]);
    let draft = server.data(ACME, DRAFT, json!({ "prompt": "Find idle disks" })).await;
    let ids = json!({ "generation_id": draft["data"]["generation_id"] });
    let next = json!({ "tool": READY, "arguments": ids, "after_seconds": 5 });
    assert_eq!(draft["next"], next);
    assert_eq!(server.data(ACME, READY, ids).await["next"], next);
}

#[tokio::test]
async fn a_draft_is_waited_for() {
    let server = Server::start().await;
    let draft = json!({ "prompt": "Find idle load balancers", "wait": 20 });
    let draft = server.data(ACME, DRAFT, draft).await;
    assert_eq!(draft["data"]["status"], "SUCCEEDED");
    assert!(!draft["data"]["workflow"]["steps"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_wait_of_46_seconds_or_less_than_none_is_refused() {
    let server = Server::start().await;
    let id = workflow(&server, "Tag untagged volumes").await;
    for wait in [json!(46), json!(-1), json!(1.5), json!(1e9)] {
        for (tool, mut arguments) in [
            (START, json!({ "workflow_id": id })),
            (STATUS, json!({ "workflow_id": id, "execution_id": "e" })),
            (DRAFT, json!({ "prompt": "x" })),
            (READY, json!({ "generation_id": "g" })),
        ] {
            arguments["wait"] = wait.clone();
            let error = server.error(ACME, tool, arguments).await;
            assert_eq!(error["kind"], "invalid_arguments", "{tool} {wait}");
            assert!(error["message"].as_str().unwrap().contains("wait"), "{error}");
        }
    }
    assert_eq!(starts(&server).await, 0);
}

#[tokio::test]
async fn looks_that_fail_do_not_end_a_wait() {
    let server = Server::start().await;
    let id = workflow(&server, FAILS).await;
    // A run that was just started may not be found; a read is tried three times before it fails.
    for (kind, times) in [("404", 1), ("malformed", 1)] {
        server.fault(fault("GET", &format!("/workflows/{id}/executions/"), kind, times)).await;
    }
    let ended = server.data(ACME, START, json!({ "workflow_id": id, "wait": 20 })).await;
    assert_eq!(ended["data"]["status"], "FAILED", "{ended}");
    assert!(ended["data"]["failed_step"].is_string());
    assert_eq!(ended["notes"], Value::Null, "{ended}");
}

#[tokio::test]
async fn a_wait_whose_looks_all_fail_tells_what_was_started() {
    let server = Server::start().await;
    let id = workflow(&server, FAILS).await;
    server.fault(fault("GET", &format!("/workflows/{id}/executions/"), "404", 0)).await;
    let started = server.data(ACME, START, json!({ "workflow_id": id, "wait": 1 })).await;
    assert_eq!(started["data"]["event_type"], "WORKFLOW_TRIGGER");
    assert_eq!(started["next"]["tool"], STATUS);
}

#[tokio::test]
async fn a_repeat_that_waits_follows_the_run_that_is_there() {
    let server = Server::start().await;
    let id = workflow(&server, FAILS).await;
    let started = server.data(ACME, START, json!({ "workflow_id": id })).await;
    let again = server.data(ACME, START, json!({ "workflow_id": id, "wait": 20 })).await;
    assert_eq!(again["data"]["execution_id"], started["data"]["execution_id"]);
    assert_eq!(again["data"]["status"], "FAILED");
    assert!(told(&again).contains("; nothing new was started."), "{again}");
    assert_eq!(starts(&server).await, 1);
}

/// Waits until a path was read so often.
async fn until_read(server: &Server, path: &str, times: usize) {
    let reading = async {
        while reads_of(server, path).await < times {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, reading).await.expect("it is read");
}

/// A start in JSON alone or as events; the run is known by its payload.
fn start_as(server: &Server, id: &str, accept: &str, payload: u32) -> reqwest::RequestBuilder {
    let event = json!({ "client": payload });
    let start = json!({ "workflow_id": id, "wait": 45, "trigger_event": event });
    server
        .http
        .post(server.url("/mcp"))
        .header("x-api-key", ACME)
        .header("content-type", "application/json")
        .header("accept", accept)
        .body(call(START, start).to_string())
}

/// Where the run with that payload is read.
async fn path_of(server: &Server, id: &str, payload: u32) -> String {
    let arguments = json!({ "workflow_id": id, "fields": ["*"] });
    let runs = server.data(ACME, "wiv_list_workflow_executions", arguments).await;
    let runs = runs["data"].as_array().unwrap();
    let is_it = |run: &&Value| run["payload"].to_string().contains(&payload.to_string());
    let run = runs.iter().find(is_it).unwrap_or_else(|| panic!("no run of {payload}"));
    format!("/workflows/{id}/executions/{}", run["execution_id"].as_str().unwrap())
}

#[tokio::test]
async fn a_client_that_goes_stops_the_looking_and_not_the_run() {
    let server = Server::start().await;
    let id = workflow(&server, "Tag untagged volumes").await;
    let all = format!("/workflows/{id}/executions/");
    let both = "application/json, text/event-stream";
    let clients = [("application/json", 7_001), (both, 7_002), (both, 7_003)];
    let asking: Vec<_> = clients
        .map(|(accept, payload)| tokio::spawn(start_as(&server, &id, accept, payload).send()))
        .into();
    until_read(&server, &all, 3).await;
    let [first, second, stays] = <[_; 3]>::try_from(asking).unwrap();
    for gone in [first, second] {
        gone.abort();
        drop(gone.await);
    }
    let stays_at = path_of(&server, &id, 7_003).await;
    until_read(&server, &stays_at, 3).await;
    for payload in [7_001, 7_002] {
        let gone = path_of(&server, &id, payload).await;
        assert!(reads_of(&server, &gone).await <= 1, "{payload}: nobody looks any more");
    }
    assert_eq!(starts(&server).await, 3);
    drop(stays);
}

#[tokio::test]
async fn a_stream_that_ends_stops_the_looking_and_not_the_run() {
    let server = Server::start().await;
    let id = workflow(&server, "Tag untagged volumes").await;
    let stream = server.stream(ACME).await;
    let start = json!({ "workflow_id": id, "wait": 45, "trigger_event": { "client": 7_001 } });
    assert_eq!(stream.post(call(START, start)).await.status(), 202);
    let stays = tokio::spawn(start_as(&server, &id, "application/json", 7_002).send());
    until_read(&server, &format!("/workflows/{id}/executions/"), 2).await;
    drop(stream);
    let stays_at = path_of(&server, &id, 7_002).await;
    until_read(&server, &stays_at, 3).await;
    let gone = path_of(&server, &id, 7_001).await;
    assert!(reads_of(&server, &gone).await <= 1, "nobody looks any more");
    assert_eq!(starts(&server).await, 2);
    drop(stays);
}

#[tokio::test]
async fn a_drain_ends_a_wait_with_what_is_known() {
    let server = Server::start().await;
    let id = workflow(&server, "Tag untagged volumes").await;
    let looks = format!("/workflows/{id}/executions/");
    let Server { app, sandbox, http, .. } = &server;
    let _kept = (sandbox, http);
    let url = format!("{}/mcp", app.origin());
    let post = http
        .post(url)
        .header("x-api-key", ACME)
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .body(call(START, json!({ "workflow_id": id, "wait": 45 })).to_string());
    let asking = tokio::spawn(post.send());
    until_read(&server, &looks, 1).await;
    let stopping = Instant::now();
    server.app.stop().await;
    let answer = parse(asking.await.unwrap().unwrap()).await;
    assert!(stopping.elapsed() < Duration::from_secs(5), "{:?}", stopping.elapsed());
    let structured = &answer["result"]["structuredContent"];
    assert_eq!(structured["data"]["status"], "RUNNING", "{answer}");
    assert_eq!(structured["next"]["tool"], STATUS);
    assert!(told(structured).contains("about to restart"), "{structured}");
}
