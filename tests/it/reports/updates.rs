//! What an update writes back: the asked object, whole, and nothing else.
//!
//! Not for the answers of the write.

use serde_json::json;

use super::answers::call;
use crate::harness::*;

/// Tries an update of workflow `w` with a present object like this; whether something was written.
async fn writes(answer: Answer) -> bool {
    let far_end = FarEnd::answering(answer.clone()).await;
    let server = far_end.server_with(&UNASKED).await;
    let arguments = json!({ "workflow_id": "w", "changes": { "name": "new" } });
    let told = call(&server, "wiv_update_workflow", arguments).await;
    let has_written = far_end.seen().iter().any(|seen| seen.method != "GET");
    if !has_written {
        assert!(told.is_error, "{answer:?}: {}", told.text);
        told.both_say("Nothing was changed");
    }
    has_written
}

#[tokio::test]
async fn an_answer_writes_back_only_the_asked_object() {
    for body in [
        r#"{"error":"boom","resource":"abc"}"#,
        r#"{"error":{"code":"x","message":"boom"},"meta":{}}"#,
        r#"{"message":"Forbidden"}"#,
        r#"{"statusCode":500,"body":"x"}"#,
        r#"{"fault":{"faultstring":"boom"}}"#,
        r#"{"data":{"error":"boom"}}"#,
        r#"{"data":{"error":"boom","workflow_id":"w"}}"#,
        r#"{"error":"boom","workflow_id":"w","name":"a","steps":[1]}"#,
        "{}",
        r#"{"data":{}}"#,
        r#"{"data":{"name":"a","steps":[1]}}"#,
        r#"{"data":{"workflow_id":"OTHER","name":"a","steps":[1]}}"#,
        r#"{"data":{"workflow_id":"OTHER","id":"w","steps":[1]}}"#,
        r#"{"data":{"id":"OTHER","name":"a","steps":[1]}}"#,
        r#"{"data":{"workflow_id":"w","workflow_id":"OTHER"}}"#,
        r#"{"data":{"workflow_id":{"w":1},"name":"a"}}"#,
        r#"{"data":{"workflow_id":null,"name":"a"}}"#,
        r#"{"data":[{"workflow_id":"w"}]}"#,
        r#"{"result":{"workflow_id":"w","name":"a","steps":[1]}}"#,
        r#"{"data":{"workflow":{"workflow_id":"w","name":"a"}}}"#,
    ] {
        assert!(!writes(Answer::new(200, body)).await, "{body}");
    }
    for body in [
        r#"{"data":{"workflow_id":"w","name":"a","steps":[1]}}"#,
        r#"{"data":{"workflowId":"w","id":7,"name":"a"}}"#,
        r#"{"data":{"id":"w","name":"a","status":"active"}}"#,
        r#"{"workflow_id":"w","name":"a","status":"failed"}"#,
        r#"{"data":{"workflow_id":"w","name":"a","error":null},"message":"found","request_id":"r"}"#,
        r#"{"data":{"workflow_id":"w","name":"a"},"error":null,"warnings":[],"truncated":false}"#,
        r#"{"data":{"workflow_id":"w","name":"a"},"total":1,"success":true,"status":"ok"}"#,
    ] {
        assert!(writes(Answer::new(200, body)).await, "{body}");
    }
}

#[tokio::test]
async fn nothing_is_written_back_beside_which_a_part_or_a_failure_is_told() {
    let whole = r#"{"workflow_id":"w","name":"a","steps":[1]}"#;
    for beside in [
        r#""truncated":true"#,
        r#""partial":"yes""#,
        r#""warnings":["steps left out"]"#,
        r#""error":"boom""#,
        r#""errors":[{"message":"boom"}]"#,
        r#""success":false"#,
        r#""status":"error""#,
        r#""status":"partial""#,
        r#""complete":false"#,
        r#""timed_out":true"#,
        r#""has_more":1"#,
        r#""meta":{"truncated":true}"#,
        r#""next_page_key":"more""#,
    ] {
        let body = format!("{{\"data\":{whole},{beside}}}");
        assert!(!writes(Answer::new(200, body)).await, "{beside}");
    }
    let own = r#"{"workflow_id":"w","name":"a","steps":[1],"truncated":true}"#;
    assert!(!writes(Answer::new(200, own)).await);
    assert!(!writes(Answer::new(206, whole)).await);
}
