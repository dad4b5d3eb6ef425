//! Each fault as a client sees it on its socket.
//!
//! Also that a fault leaves nothing behind: the next answer is a true one.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{ACME, Answer, Asker, GLOBEX, start};

async fn order(asker: &Asker<'_>, rule: Value) {
    let (status, answer) = asker.ask("PUT", "/_control/faults", &rule).await;
    assert_eq!(status, 200, "{answer}");
}

/// The answer to a listing that meets this fault, and then one that doesn't.
async fn meet(fault: &str) -> std::io::Result<Answer> {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    order(&asker, json!({"match": {"path": "/workflows*"}, "fault": fault})).await;
    assert_eq!(asker.get("/spaces").await["data"].as_array().unwrap().len(), 5);
    let met = asker.send("GET", "/workflows", &[], "").await;
    assert_eq!(asker.get("/workflows").await["data"].as_array().unwrap().len(), 24);
    met
}

#[tokio::test]
async fn too_many_requests_come_with_the_time_to_wait() {
    let answer = meet("429").await.unwrap();
    assert_eq!((answer.status, answer.header("retry-after")), (429, "1"));
    assert_eq!(answer.json(), json!({"error": "Too many requests"}));
}

#[tokio::test]
async fn any_answer_can_be_ordered_byte_by_byte() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let answer = json!({ "status": 202, "headers": { "x-odd": "1" }, "body": r#"{"a":"\ud800"}"# });
    order(&asker, json!({ "match": { "path": "/spaces" }, "fault": "answer", "answer": answer }))
        .await;
    let met = asker.send("GET", "/spaces", &[], "").await.unwrap();
    assert_eq!((met.status, met.header("x-odd")), (202, "1"));
    assert_eq!(met.body, br#"{"a":"\ud800"}"#);
    assert_eq!(asker.get("/spaces").await["data"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_server_error_is_worded_as_documented() {
    let answer = meet("500").await.unwrap();
    assert_eq!(answer.status, 500);
    assert_eq!(answer.json(), json!({"error": "Internal server error"}));
}

#[tokio::test]
async fn a_cut_answer_ends_in_its_middle() {
    let answer = meet("cut").await.unwrap();
    let promised: usize = answer.header("content-length").parse().unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, promised / 2));
}

#[tokio::test]
async fn a_malformed_answer_is_complete_but_no_json() {
    let answer = meet("malformed").await.unwrap();
    let promised: usize = answer.header("content-length").parse().unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, promised));
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
}

#[tokio::test]
async fn a_huge_answer_is_valid_and_over_nine_megabytes() {
    let answer = meet("huge").await.unwrap();
    assert_eq!(answer.status, 200);
    // Takes the chunks apart: a length in hexadecimal, a line end, the bytes, a line end.
    let (mut rest, mut whole) = (answer.body.as_slice(), Vec::new());
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        whole.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    assert!(whole.len() > 9 * 1024 * 1024, "{}", whole.len());
    let rows: Value = serde_json::from_slice(&whole).unwrap();
    assert!(rows["data"].as_array().unwrap().len() > 10_000);
}

#[tokio::test]
async fn a_reset_connection_answers_nothing() {
    let error = meet("reset").await.map(|answer| answer.head).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_slow_answer_is_the_true_one() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    order(&asker, json!({"fault": "slow", "delay_ms": 200})).await;
    let began = Instant::now();
    assert_eq!(asker.get("/workflows").await["data"].as_array().unwrap().len(), 24);
    assert!(began.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn rules_count_down_match_keys_and_can_be_deleted() {
    let sandbox = start().await;
    let (acme, globex) = (Asker::new(&sandbox, ACME), Asker::new(&sandbox, GLOBEX));
    let status = async |asker: &Asker<'_>| asker.ask("GET", "/spaces", &Value::Null).await.0;
    order(&acme, json!({"match": {"path": "/spaces", "key": ACME}, "fault": "500", "times": 2}))
        .await;
    assert_eq!(status(&globex).await, 200);
    assert_eq!([status(&acme).await, status(&acme).await, status(&acme).await], [500, 500, 200]);

    // For ever, replaced by another rule for the same requests, then deleted.
    order(&acme, json!({"match": {"path": "/spaces"}, "fault": "500", "times": 0})).await;
    assert_eq!([status(&acme).await, status(&globex).await, status(&acme).await], [500; 3]);
    order(&acme, json!({"match": {"path": "/spaces"}, "fault": "429", "times": null})).await;
    assert_eq!([status(&acme).await, status(&acme).await], [429; 2]);
    acme.send("DELETE", "/_control/faults", &[], "").await.unwrap();
    assert_eq!(status(&acme).await, 200);

    for bad in [json!({}), json!({"fault": "flood"}), json!({"fault": "500", "match": {"verb": 1}})]
    {
        assert_eq!(acme.ask("PUT", "/_control/faults", &bad).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn work_is_done_before_a_cut_and_not_before_a_reset() {
    let sandbox = start().await;
    let asker = Asker::new(&sandbox, ACME);
    let path = format!("/workflows/{}/run", asker.workflow_id("Weekly report").await);
    let running =
        async || asker.get("/executions?status=RUNNING").await["data"].as_array().unwrap().len();
    let before = running().await;
    order(&asker, json!({"match": {"path": path}, "fault": "reset"})).await;
    assert!(asker.send("POST", &path, &[], "{}").await.is_err());
    assert_eq!(running().await, before);
    order(&asker, json!({"match": {"path": path}, "fault": "cut"})).await;
    asker.send("POST", &path, &[], "{}").await.unwrap();
    assert_eq!(running().await, before + 1);
}
