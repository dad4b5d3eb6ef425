//! Failures with a status of success, in whatever company.
//!
//! The plainest ones are in `beside`.

use super::answers::{told, told_by_each_kind, workflow};

#[tokio::test]
async fn an_error_with_status_200_is_a_failure_whatever_stands_beside_it() {
    for body in [
        r#"{"error":"boom","resource":"abc"}"#,
        r#"{"error":{"code":"x","message":"boom"},"meta":{}}"#,
        r#"{"error":"boom","results":[]}"#,
        r#"{"error":"boom","cases":[],"total":0}"#,
        r#"{"error":"boom","error_uri":"https://example.com"}"#,
        r#"{"error":"boom","http_status":500}"#,
        r#"{"error":"boom","id":"w"}"#,
        r#"{"error":"boom","region":"eu","requestId":"7"}"#,
        r#"{"statusCode":500,"body":"{}"}"#,
        r#"{"statusCode":502,"headers":{},"message":"boom"}"#,
        r#"{"isError":true,"message":"boom"}"#,
        r#"{"code":500,"message":"boom"}"#,
        r#"{"code":"403","message":"boom","region":"eu"}"#,
        r#"{"status":503,"title":"boom"}"#,
        r#"{"fault":{"faultstring":"boom"},"node":"a"}"#,
        r#"{"__type":"AccessDeniedException","message":"boom"}"#,
        r#"{"data":0,"error":"boom"}"#,
        r#"{"data":"","fault":"boom"}"#,
        r#"{"data":{"items":[],"total":0},"error":"boom"}"#,
        r#"{"data":null,"code":500,"message":"boom"}"#,
    ] {
        for told in told_by_each_kind(body).await {
            assert!(told.is_error, "{body}: {}", told.text);
            assert_eq!(told.structured["error"]["kind"], "upstream_error", "{body}");
            if body.contains("boom") {
                told.both_say("boom");
            }
        }
    }
}

#[tokio::test]
async fn an_object_with_an_id_and_a_state_of_its_own_is_an_answer() {
    for body in [
        r#"{"execution_id":"e","status":"FAILED","error":"step 3 failed"}"#,
        r#"{"executionId":"e","state":"failed","error":{"message":"step 3 failed"}}"#,
        r#"{"id":7,"name":"nightly","errors":["step 3 failed"],"success":false}"#,
        r#"{"workflow_id":"w","status":"active","code":500}"#,
        r#"{"data":{"id":7},"error":"one step was left out"}"#,
        r#"{"total":5,"errors":2}"#,
        r#"{"error":0,"id":7}"#,
        r#"{"statusCode":200,"message":"fine"}"#,
    ] {
        let told = told(body, "wiv_get_workflow", workflow()).await;
        assert!(!told.is_error, "{body}: {}", told.text);
    }
}
