//! Executions move with the clock, and only with it.
//!
//! Not for how lists are paged; `paging` asks that.

use serde_json::{Value, json};

use super::{ACME, Asker, start};

/// Starts the workflow and tells the path of its execution.
async fn run(asker: &Asker<'_>, name: &str) -> String {
    let workflow = asker.workflow_id(name).await;
    let answer = asker.post(&format!("/workflows/{workflow}/run"), json!({"payload": {}})).await;
    format!("/workflows/{workflow}/executions/{}", answer["data"]["execution_id"].as_str().unwrap())
}

async fn status(asker: &Asker<'_>, path: &str) -> Value {
    asker.get(path).await["data"]["status"].clone()
}

#[tokio::test]
async fn a_run_is_answered_as_documented_and_then_listed() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let workflow = asker.workflow_id("Tag untagged volumes").await;
    let payload = json!({"account_id": "123456789012", "nested": {"list": [1, null]}});
    let path = format!("/workflows/{workflow}/run");
    let answer = asker.post(&path, json!({"payload": payload})).await;
    let data = &answer["data"];
    assert_eq!(data["event_type"], "WORKFLOW_TRIGGER");
    assert_eq!(data["workflow_id"], workflow.as_str());
    assert_eq!(data["payload"], payload);
    assert_eq!(data["trigger_id"], "-");
    assert_eq!(data["trigger_type"], "MANUAL");
    assert!(data["timestamp"].as_str().unwrap().starts_with("2026-11-16 09:00:"));
    let newest = asker.get(&format!("/workflows/{workflow}/executions?max_returned_items=1")).await;
    assert_eq!(newest["data"][0]["execution_id"], data["execution_id"]);
    assert_eq!(newest["data"][0]["status"], "RUNNING");
    assert_eq!(newest["data"][0]["payload"], payload);

    assert_eq!(asker.ask("POST", &path, &json!({"payload": [1]})).await.0, 400);
    assert_eq!(asker.ask("POST", &path, &json!([])).await.0, 400);
    let large = json!({"payload": {"text": "x".repeat(300_000)}});
    assert_eq!(asker.ask("POST", &path, &large).await.0, 413);
    assert_eq!(asker.ask("POST", "/workflows/none/run", &json!({})).await.0, 404);
}

#[tokio::test]
async fn runs_end_as_their_workflow_decides() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let tag = run(&asker, "Tag untagged volumes").await;
    let approve = run(&asker, "Delete unattached volumes").await;
    let fail = run(&asker, "Rightsize RDS").await;
    for path in [&tag, &approve, &fail] {
        assert_eq!(status(&asker, path).await, "RUNNING", "{path}");
    }
    asker.advance(3).await;
    assert_eq!(status(&asker, &approve).await, "WAITING");
    assert_eq!(status(&asker, &tag).await, "RUNNING");
    asker.advance(10).await;
    assert_eq!(status(&asker, &approve).await, "SUCCEEDED");
    let ended = asker.get(&tag).await["data"].clone();
    assert_eq!((&ended["status"], &ended["error"]), (&json!("SUCCEEDED"), &Value::Null));
    assert!(ended["ended_at"].as_str() > ended["started_at"].as_str());
    let failed = asker.get(&fail).await["data"].clone();
    assert_eq!(failed["status"], "FAILED");
    assert_eq!(failed["failed_step"], "Modify_Instance");
    assert!(failed["error"].as_str().unwrap().starts_with("InvalidDBInstanceState"));
}

#[tokio::test]
async fn stopping_works_once_and_only_on_what_runs() {
    let sandbox = start().await;
    let other = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let running = asker.get("/executions?status=RUNNING").await;
    let longest = running["data"].as_array().unwrap().last().unwrap();
    let path_of = |row: &Value| {
        let id = |name: &str| row[name].as_str().unwrap().to_owned();
        format!("/workflows/{}/executions/{}", id("workflow_id"), id("execution_id"))
    };
    let path = path_of(longest);
    let stopped = asker.post(&format!("{path}/stop"), Value::Null).await;
    assert_eq!(stopped["data"]["status"], "STOPPED");
    assert_eq!(status(&asker, &path).await, "STOPPED");
    assert_eq!(asker.ask("POST", &format!("{path}/stop"), &Value::Null).await.0, 409);
    assert_eq!(status(&Asker::new(&other, ACME), &path).await, "RUNNING", "another stand-in");

    let ended = asker.get("/executions?status=SUCCEEDED&max_returned_items=1").await;
    let ended = path_of(&ended["data"][0]);
    assert_eq!(asker.ask("POST", &format!("{ended}/stop"), &Value::Null).await.0, 409);
    let wrong = asker.workflow_id("Budget guard").await;
    let id = longest["execution_id"].as_str().unwrap();
    let elsewhere = format!("/workflows/{wrong}/executions/{id}");
    assert_eq!(asker.ask("GET", &elsewhere, &Value::Null).await.0, 404);
}

#[tokio::test]
async fn every_workflow_has_two_weeks_of_history() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let workflows = asker.get("/workflows").await;
    for workflow in workflows["data"].as_array().unwrap() {
        let id = workflow["workflow_id"].as_str().unwrap();
        let runs = asker.get(&format!("/workflows/{id}/executions?max_returned_items=500")).await;
        let runs = runs["data"].as_array().unwrap();
        let oldest = runs.last().unwrap()["started_at"].as_str().unwrap();
        assert!(runs.len() >= 2 && oldest < "2026-11-02", "{}: {oldest}", workflow["name"]);
        let newest_first = runs.is_sorted_by_key(|run| {
            std::cmp::Reverse(run["started_at"].as_str().unwrap().to_owned())
        });
        assert!(newest_first, "{}", workflow["name"]);
    }
}
