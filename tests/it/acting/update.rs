//! Updates that can't go wrong: nothing is lost, nothing of others is overwritten.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::harness::*;
use crate::reports::answers::call;

/// A workflow with members that no document names.
const WHOLE: &str = r#"{"data":{"workflow_id":"w","name":"Old","version":3,"x_new":{"deep":[1,2]},"steps":[{"name":"A","type":"HTTP","x_own":1.10},{"name":"B","type":"HTTP"}]}}"#;

fn confirmed(arguments: &Value, told: &Value) -> Value {
    let token = &told["confirmation"]["token"];
    assert!(token.is_string(), "{told}");
    let mut arguments = arguments.clone();
    arguments["confirmation"] = token.clone();
    arguments
}

fn written(far_end: &FarEnd) -> Vec<String> {
    let seen = far_end.seen();
    seen.iter().filter(|seen| seen.method == "PUT").map(|seen| seen.body.clone()).collect()
}

#[tokio::test]
async fn what_nobody_named_is_written_back_as_it_stood() {
    let far_end = FarEnd::saying(WHOLE).await;
    let server = far_end.server().await;
    let arguments = json!({ "workflow_id": "w", "changes": { "name": "New" } });
    let shown = server.data(ACME, "wiv_update_workflow", arguments.clone()).await;
    assert!(written(&far_end).is_empty());
    server.data(ACME, "wiv_update_workflow", confirmed(&arguments, &shown)).await;
    let whole = WHOLE.strip_prefix(r#"{"data":"#).unwrap().strip_suffix('}').unwrap();
    assert_eq!(written(&far_end), [whole.replace(r#""Old""#, r#""New""#)]);
}

#[tokio::test]
async fn steps_that_go_are_told_first_and_then_go() {
    let far_end = FarEnd::saying(WHOLE).await;
    let server = far_end.server().await;
    let steps = json!([{ "name": "B", "type": "HTTP" }]);
    let arguments = json!({ "workflow_id": "w", "changes": { "steps": steps } });
    let told = call(&server, "wiv_update_workflow", arguments.clone()).await;
    told.both_say("It REMOVES 1 of the 2 steps: \"A\".");
    assert_eq!(told.structured["preview"]["steps"]["removed"], json!(["A"]));
    assert!(written(&far_end).is_empty());
    server.data(ACME, "wiv_update_workflow", confirmed(&arguments, &told.structured)).await;
    let body: Value = serde_json::from_str(&written(&far_end)[0]).unwrap();
    assert_eq!((&body["steps"], &body["x_new"]), (&steps, &json!({ "deep": [1, 2] })));
}

#[tokio::test]
async fn a_version_that_is_not_the_stored_one_is_a_conflict_and_changes_nothing() {
    let server = Server::start().await;
    let rows = server.data(ACME, "wiv_list_workflows", json!({ "name": "Weekly report" })).await;
    let id = &rows["data"][0]["workflow_id"];
    let read = json!({ "workflow_id": id });
    let before = server.data(ACME, "wiv_get_workflow", read.clone()).await["data"].clone();
    let changes = json!({ "name": "Mine", "version": before["version"].as_u64().unwrap() - 1 });
    let arguments = json!({ "workflow_id": id, "changes": changes });
    let told = call(&server, "wiv_update_workflow", arguments.clone()).await;
    assert_eq!(told.structured["preview"]["version"], before["version"]);
    let error =
        server.error(ACME, "wiv_update_workflow", confirmed(&arguments, &told.structured)).await;
    assert_eq!((&error["kind"], &error["status"]), (&json!("conflict"), &json!(409)));
    assert_eq!(server.data(ACME, "wiv_get_workflow", read).await["data"], before);
}

#[tokio::test]
async fn a_change_between_reading_and_writing_is_wivs_conflict_and_its_token_is_used() {
    let far_end = FarEnd::start(|seen| match &*seen.method {
        "PUT" => (409, r#"{"message":"version 4 is stored"}"#.into()),
        _ => (200, WHOLE.into()),
    })
    .await;
    let server = far_end.server().await;
    let arguments = json!({ "workflow_id": "w", "changes": { "name": "New" } });
    let shown = server.data(ACME, "wiv_update_workflow", arguments.clone()).await;
    let confirmed = confirmed(&arguments, &shown);
    let error = server.error(ACME, "wiv_update_workflow", confirmed.clone()).await;
    assert_eq!((&error["kind"], &error["status"]), (&json!("conflict"), &json!(409)));
    let told = call(&server, "wiv_update_workflow", confirmed).await;
    told.both_say("The `confirmation` was used already; it is good for one call.");
    assert_eq!(written(&far_end).len(), 1);
}

#[tokio::test]
async fn an_object_without_a_version_is_held_by_what_it_says() {
    static CHANGED: AtomicBool = AtomicBool::new(false);
    let far_end = FarEnd::start(|_| {
        let note = if CHANGED.load(Ordering::SeqCst) { "b" } else { "a" };
        let body =
            json!({ "data": { "workflow_id": "w", "name": "Old", "note": note, "steps": [] } });
        (200, body.to_string())
    })
    .await;
    let server = far_end.server().await;
    let arguments = json!({ "workflow_id": "w", "changes": { "name": "New" } });
    let shown = server.data(ACME, "wiv_update_workflow", arguments.clone()).await;
    CHANGED.store(true, Ordering::SeqCst);
    let told = call(&server, "wiv_update_workflow", confirmed(&arguments, &shown)).await;
    told.both_say("What the `confirmation` is for has changed since it was shown.");
    assert!(written(&far_end).is_empty());
    server.data(ACME, "wiv_update_workflow", confirmed(&arguments, &told.structured)).await;
    assert!(written(&far_end)[0].contains(r#""note":"b""#), "{:?}", written(&far_end));
}

#[tokio::test]
async fn a_preview_that_is_asked_for_does_nothing_even_with_a_good_confirmation() {
    let far_end = FarEnd::saying(WHOLE).await;
    let server = far_end.server().await;
    let arguments = json!({ "workflow_id": "w", "changes": { "name": "New" } });
    let shown = server.data(ACME, "wiv_update_workflow", arguments.clone()).await;
    let confirmed = confirmed(&arguments, &shown);
    let mut both = confirmed.clone();
    both["preview"] = json!(true);
    let told = call(&server, "wiv_update_workflow", both).await;
    assert_eq!(told.structured["preview"]["action"], "update");
    assert!(written(&far_end).is_empty());
    // It was not used up by that.
    server.data(ACME, "wiv_update_workflow", confirmed).await;
    assert_eq!(written(&far_end).len(), 1);
}
