//! Replacing a workflow, and drafts.
//!
//! Not for running them; `executions` asks that.

use serde_json::{Value, json};

use super::{ACME, Asker, GLOBEX, start};

#[tokio::test]
async fn a_workflow_is_replaced_whole_and_only_in_its_version() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let path = format!("/workflows/{}", asker.workflow_id("Weekly report").await);
    let before = asker.get(&path).await["data"].clone();
    let mut changed = before.clone();
    changed["name"] = json!("Weekly savings report");
    let (status, answer) = asker.ask("PUT", &path, &changed).await;
    assert_eq!(status, 200, "{answer}");
    let after = asker.get(&path).await["data"].clone();
    assert_eq!(answer["data"], after);
    assert_eq!(after["version"], before["version"].as_u64().unwrap() + 1);
    for same in ["description", "space_id", "folder_id", "active", "steps", "workflow_id"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_eq!(asker.ask("PUT", &path, &changed).await.0, 409, "the old version");

    // What a body leaves out is lost.
    let partial = json!({"name": "Bare", "version": after["version"]});
    assert_eq!(asker.ask("PUT", &path, &partial).await.0, 200);
    assert_eq!(asker.get(&path).await["data"]["steps"], json!([]));

    let version = after["version"].as_u64().unwrap() + 1;
    for bad in [
        json!({"name": "", "version": version}),
        json!({"name": "a", "version": version, "active": "yes"}),
        json!({"name": "a", "version": version, "space_id": "elsewhere"}),
        json!({"name": "a", "version": version, "workflow_id": "another"}),
        json!({"name": "a", "version": version, "colour": "red"}),
        json!({"name": "a", "version": version, "steps": [{"name": "x", "type": "EMAIL"}]}),
    ] {
        assert_eq!(asker.ask("PUT", &path, &bad).await.0, 400, "{bad}");
    }
    assert_eq!(asker.ask("PUT", &path, &json!({"name": "a"})).await.0, 409);
}

#[tokio::test]
async fn lists_leave_steps_out() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let list = asker.get("/workflows").await;
    let rows = list["data"].as_array().unwrap();
    assert_eq!(rows.len(), 24);
    assert!(rows.iter().all(|row| row.get("steps").is_none()));
    assert_eq!(asker.get("/spaces").await["data"].as_array().unwrap().len(), 5);
    assert_eq!(asker.get("/workflows/folders").await["data"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn every_workflow_is_a_chain_from_trigger_to_exit() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    for row in asker.get("/workflows").await["data"].as_array().unwrap() {
        let path = format!("/workflows/{}", row["workflow_id"].as_str().unwrap());
        let steps = asker.get(&path).await["data"]["steps"].as_array().unwrap().clone();
        assert_eq!(steps[0]["type"], "TRIGGER");
        for pair in steps.windows(2) {
            assert_eq!(pair[0]["next_step"], pair[1]["name"], "{path}");
        }
        assert_eq!(steps.last().unwrap()["type"], "EXIT");
    }
}

#[tokio::test]
async fn a_draft_is_pending_then_running_then_done() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let prompt = "Find idle load balancers and open a Jira ticket for each, in the space Sandbox";
    let job = asker.post("/workflows/generate", json!({"prompt": prompt})).await["data"].clone();
    assert_eq!(job["status"], "PENDING");
    let path = format!("/workflows/generate/{}", job["generation_id"].as_str().unwrap());
    asker.advance(2).await;
    assert_eq!(asker.get(&path).await["data"]["status"], "RUNNING");
    asker.advance(5).await;
    let done = asker.get(&path).await["data"].clone();
    assert_eq!(done["status"], "SUCCEEDED");
    let steps = done["workflow"]["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    let expected =
        ["Start", "Find_Idle_Load_Balancers", "Each_Finding", "Open_Jira_Ticket", "Exit"];
    assert_eq!(names, expected);
    assert!(done["workflow"]["space_id"].is_string());

    assert_eq!(Asker::new(&sandbox, GLOBEX).ask("GET", &path, &Value::Null).await.0, 404);
    for bad in [json!({}), json!({"prompt": " "}), json!({"prompt": 1})] {
        assert_eq!(asker.ask("POST", "/workflows/generate", &bad).await.0, 400, "{bad}");
    }
}
