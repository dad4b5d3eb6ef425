//! Starts that come twice: one runs, and the other is answered with it.

use serde_json::{Value, json};
use wiv_mcp::marks::{MarkKind, Marks, SetOnce};

use super::*;

const TAG: &str = "Tag untagged volumes";

#[tokio::test]
async fn a_repeated_start_is_answered_with_the_run_that_is_there() {
    let server = Server::start().await;
    let id = workflow(&server, TAG).await;
    let first =
        json!({ "workflow_id": id, "trigger_event": { "a": { "b": 1, "c": 2 }, "d": [1] } });
    let started = server.data(ACME, START, first).await;
    let execution = started["data"]["execution_id"].as_str().unwrap().to_owned();
    let other_order =
        json!({ "trigger_event": { "d": [1], "a": { "c": 2, "b": 1 } }, "workflow_id": id });
    let result = server.call(ACME, START, other_order).await;
    assert_eq!(result["isError"], false, "{result}");
    let again = &result["structuredContent"];
    assert_eq!(again["data"]["execution_id"], execution);
    assert_eq!(again["data"]["status"], "RUNNING");
    let at = again["data"]["started_at"].as_str().unwrap()[11..19].to_owned();
    let lead = format!(
        "This run was already started at {at} and is RUNNING ({execution}); nothing new was \
         started. force: true starts another."
    );
    assert_eq!(again["notes"][0], lead);
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.starts_with(&lead), "{text}");
    let next = json!({
        "tool": STATUS,
        "arguments": { "workflow_id": id, "execution_id": execution },
        "after_seconds": 5,
    });
    assert_eq!(again["next"], next);
    assert!(text.contains(&format!("Next: {STATUS} ")), "{text}");
    assert_eq!(starts(&server).await, 1);
}

#[tokio::test]
async fn another_payload_and_force_start_another_run() {
    let server = Server::start().await;
    let id = workflow(&server, TAG).await;
    let mut seen = Vec::new();
    for arguments in [
        json!({ "workflow_id": id }),
        json!({ "workflow_id": id, "trigger_event": { "a": 1 } }),
        json!({ "workflow_id": id, "trigger_event": { "a": "1" } }),
        json!({ "workflow_id": id, "trigger_event": { "a": 1 }, "force": true }),
    ] {
        let started = server.data(ACME, START, arguments).await;
        assert_eq!(started["data"]["event_type"], "WORKFLOW_TRIGGER", "{started}");
        seen.push(started["data"]["execution_id"].to_string());
    }
    let again = json!({ "workflow_id": id, "trigger_event": { "a": 1 } });
    let again = server.data(ACME, START, again).await;
    let there = again["data"]["execution_id"].to_string();
    assert_eq!(seen[3], there, "the newest: {again}");
    let nothing = json!({ "workflow_id": id, "trigger_event": {} });
    let nothing = server.data(ACME, START, nothing).await;
    assert_eq!(seen[0], nothing["data"]["execution_id"].to_string(), "nothing is an empty object");
    seen.sort();
    seen.dedup();
    assert_eq!((seen.len(), starts(&server).await), (4, 4));
}

#[tokio::test]
async fn once_it_has_ended_a_new_start_runs_and_is_repeated_in_turn() {
    let server = Server::start().await;
    let id = workflow(&server, TAG).await;
    let start = json!({ "workflow_id": id });
    let mut runs = Vec::new();
    for _ in 0..3 {
        let started = server.data(ACME, START, start.clone()).await;
        let again = server.data(ACME, START, start.clone()).await;
        assert_eq!(started["data"]["execution_id"], again["data"]["execution_id"]);
        runs.push(started["data"]["execution_id"].to_string());
        server.advance(60).await;
    }
    runs.sort();
    runs.dedup();
    assert_eq!((runs.len(), starts(&server).await), (3, 3));
}

#[tokio::test]
async fn of_two_starts_at_once_one_runs_and_both_are_told_of_it() {
    let server = Server::start().await;
    let id = workflow(&server, TAG).await;
    let slow = json!({ "match": { "method": "POST", "path": format!("/workflows/{id}/run") },
        "fault": "slow", "times": 1, "delay_ms": 400 });
    server.fault(slow).await;
    let calls = (0..4).map(|_| server.data(ACME, START, json!({ "workflow_id": id })));
    let answers = futures_util::future::join_all(calls).await;
    let execution = &answers[0]["data"]["execution_id"];
    assert!(execution.is_string());
    assert!(
        answers.iter().all(|answer| answer["data"]["execution_id"] == *execution),
        "{answers:?}"
    );
    assert_eq!(starts(&server).await, 1);
}

#[tokio::test]
async fn of_two_starts_at_once_on_two_instances_one_runs() {
    let (one, other) = Server::start_two(&Marks::in_memory()).await;
    let id = workflow(&one, TAG).await;
    let slow =
        json!({ "match": { "method": "POST" }, "fault": "slow", "times": 0, "delay_ms": 300 });
    one.fault(slow).await;
    for (tool, field, arguments) in [
        (START, "execution_id", json!({ "workflow_id": id })),
        (DRAFT, "generation_id", json!({ "prompt": "Find idle disks" })),
    ] {
        let before = starts(&one).await;
        let calls = [&one, &other].map(|instance| instance.data(ACME, tool, arguments.clone()));
        let both = futures_util::future::join_all(calls).await;
        assert!(both[0]["data"][field].is_string(), "{both:?}");
        assert_eq!(both[0]["data"][field], both[1]["data"][field]);
        assert_eq!(starts(&one).await, before + 1, "{tool}");
    }
}

#[tokio::test]
async fn where_nothing_can_be_noted_a_start_goes_by_the_list_alone_and_says_so() {
    let marks = Marks::in_memory();
    let (server, _other) = Server::start_two(&marks).await;
    for number in 0..MarkKind::Started.capacity() {
        let noted = marks.set_once(MarkKind::Started, &number.to_string(), "sent 1").await;
        assert_eq!(noted, Ok(SetOnce::New));
    }
    let id = workflow(&server, TAG).await;
    let first = server.data(ACME, START, json!({ "workflow_id": id })).await;
    assert!(told(&first).contains("can't note just now what it starts"), "{first}");
    let again = server.data(ACME, START, json!({ "workflow_id": id })).await;
    assert_eq!(again["data"]["execution_id"], first["data"]["execution_id"]);
    let draft = server.data(ACME, DRAFT, json!({ "prompt": "Find idle disks" })).await;
    assert!(told(&draft).contains("can't note just now what it starts"), "{draft}");
    server.fault(fault("GET", &format!("/workflows/{id}/executions"), "404", 0)).await;
    let error = server.error(ACME, START, json!({ "workflow_id": id })).await;
    assert_eq!(error["kind"], "conflict");
    assert!(error["message"].as_str().unwrap().contains("Nothing was sent"), "{error}");
    assert_eq!(starts(&server).await, 2);
}

#[tokio::test]
async fn a_start_by_another_key_of_the_organization_is_seen_too() {
    let server = Server::start().await;
    let id = workflow(&server, TAG).await;
    let direct = server.http.post(format!("{}/workflows/{id}/run", server.sandbox.wiv_api_url()));
    let direct = direct.header("x-api-key", ACME).header("content-type", "application/json");
    let begun = parse(direct.body(r#"{"payload":{}}"#).send().await.unwrap()).await;
    let again = server.data(ACME, START, json!({ "workflow_id": id })).await;
    assert_eq!(again["data"]["execution_id"], begun["data"]["execution_id"]);
    assert_eq!(starts(&server).await, 1, "the one that was made past the server");
}

#[tokio::test]
async fn after_a_lost_answer_a_repeat_finds_the_run_and_starts_none() {
    for kind in ["cut", "malformed"] {
        let server = Server::start().await;
        let id = workflow(&server, TAG).await;
        server.fault(fault("POST", &format!("/workflows/{id}/run"), kind, 1)).await;
        let error = server.error(ACME, START, json!({ "workflow_id": id })).await;
        assert_eq!(error["kind"], "outcome_unknown", "{kind}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("The same call again is safe: it looks first"), "{message}");
        let again = server.data(ACME, START, json!({ "workflow_id": id })).await;
        assert!(told(&again).contains("This run was already started at"), "{again}");
        assert_eq!(again["data"]["status"], "RUNNING");
        server.advance(60).await;
        let new = server.data(ACME, START, json!({ "workflow_id": id })).await;
        assert_ne!(new["data"]["execution_id"], again["data"]["execution_id"]);
        assert_eq!(starts(&server).await, 2, "{kind}: the lost one, and the one after it ended");
    }
}

#[tokio::test]
async fn a_lost_start_whose_run_has_ended_is_told_once() {
    let server = Server::start().await;
    let id = workflow(&server, TAG).await;
    // Its clock is ahead of ours from now on, and a start's age is told by its own.
    server.fault(fault("POST", &format!("/workflows/{id}/run"), "cut", 1)).await;
    server.error(ACME, START, json!({ "workflow_id": id })).await;
    let runs =
        server.data(ACME, "wiv_list_workflow_executions", json!({ "workflow_id": id })).await;
    let lost = runs["data"][0]["execution_id"].clone();
    let stop = format!(
        "{}/workflows/{id}/executions/{}/stop",
        server.sandbox.wiv_api_url(),
        lost.as_str().unwrap()
    );
    let stop = server.http.post(stop).header("x-api-key", ACME).send().await.unwrap();
    assert!(stop.status().is_success());
    let again = server.data(ACME, START, json!({ "workflow_id": id })).await;
    assert_eq!(again["data"]["execution_id"], lost, "{again}");
    assert!(told(&again).contains("and the run ended: STOPPED"), "{again}");
    assert_eq!(starts(&server).await, 1);
    let new = server.data(ACME, START, json!({ "workflow_id": id })).await;
    assert_ne!(new["data"]["execution_id"], lost);
    assert_eq!(starts(&server).await, 2);
}

#[tokio::test]
async fn a_lost_start_that_is_not_seen_yet_starts_nothing() {
    let server = Server::start_with(&[("WIV_MCP_UPSTREAM_TIMEOUT", "500ms")]).await;
    let id = workflow(&server, TAG).await;
    let slow = json!({ "match": { "method": "POST", "path": format!("/workflows/{id}/run") },
        "fault": "slow", "times": 1, "delay_ms": 5000 });
    server.fault(slow).await;
    let start = json!({ "workflow_id": id, "trigger_event": { "x": 1 } });
    let error = server.error(ACME, START, start.clone()).await;
    assert_eq!(error["kind"], "outcome_unknown");
    let again = server.data(ACME, START, start.clone()).await;
    assert!(told(&again).contains("is not seen yet; nothing new was started"), "{again}");
    assert_eq!(again["next"]["tool"], START);
    assert_eq!((&again["next"]["arguments"], &again["next"]["after_seconds"]), (&start, &json!(5)));
    assert_eq!(starts(&server).await, 1);
}

#[tokio::test]
async fn a_refused_start_may_be_corrected_and_sent_at_once() {
    let server = Server::start().await;
    let id = workflow(&server, TAG).await;
    for status in ["429", "404"] {
        server.fault(fault("POST", &format!("/workflows/{id}/run"), status, 1)).await;
        server.error(ACME, START, json!({ "workflow_id": id })).await;
    }
    let started = server.data(ACME, START, json!({ "workflow_id": id })).await;
    assert_eq!(started["data"]["event_type"], "WORKFLOW_TRIGGER");
    assert_eq!(starts(&server).await, 3);
}

#[tokio::test]
async fn where_the_list_can_not_be_read_the_mark_alone_decides_and_a_note_says_so() {
    for kind in ["500", "404", "malformed"] {
        let server = Server::start().await;
        let id = workflow(&server, TAG).await;
        server.fault(fault("GET", &format!("/workflows/{id}/executions"), kind, 0)).await;
        let start = json!({ "workflow_id": id });
        let first = server.data(ACME, START, start.clone()).await;
        assert!(told(&first).contains("Earlier runs could not be read"), "{kind}: {first}");
        let again = server.data(ACME, START, start.clone()).await;
        assert!(told(&again).contains("whether it goes on can't be read now"), "{kind}: {again}");
        assert_eq!(again["data"]["execution_id"], first["data"]["execution_id"]);
        assert_eq!(starts(&server).await, 1, "{kind}");
        let forced = json!({ "workflow_id": id, "force": true });
        assert_eq!(server.data(ACME, START, forced).await["data"]["workflow_id"], id);
        assert_eq!(starts(&server).await, 2, "{kind}");
    }
}

#[tokio::test]
async fn a_start_without_a_repeat_costs_one_read_more() {
    let server = Server::start().await;
    let id = workflow(&server, TAG).await;
    let before = server.upstream_calls().await.len();
    server.data(ACME, START, json!({ "workflow_id": id })).await;
    assert_eq!(server.upstream_calls().await.len(), before + 2);
    let forced = json!({ "workflow_id": id, "force": true });
    server.data(ACME, START, forced).await;
    assert_eq!(server.upstream_calls().await.len(), before + 3);
}

#[tokio::test]
async fn a_repeated_draft_is_answered_with_the_one_that_is_there() {
    let server = Server::start().await;
    let prompt = json!({ "prompt": "Find idle load balancers" });
    let calls = (0..2).map(|_| server.data(ACME, DRAFT, prompt.clone()));
    let both = futures_util::future::join_all(calls).await;
    let generation = &both[0]["data"]["generation_id"];
    assert_eq!(*generation, both[1]["data"]["generation_id"]);
    server.advance(60).await;
    let later = server.data(ACME, DRAFT, prompt.clone()).await;
    assert_eq!(later["data"]["generation_id"], *generation, "a draft that is ready is it, too");
    assert!(told(&later).contains("This draft was already started at"), "{later}");
    assert!(later["data"]["workflow"]["steps"].is_array(), "{later}");
    assert_eq!(later["next"], Value::Null);
    assert_eq!(starts(&server).await, 1);
    let forced = json!({ "prompt": prompt["prompt"], "force": true });
    let forced = server.data(ACME, DRAFT, forced).await;
    assert_ne!(forced["data"]["generation_id"], *generation);
    server.data(ACME, DRAFT, json!({ "prompt": "Another" })).await;
    assert_eq!(starts(&server).await, 3);
}

#[tokio::test]
async fn a_draft_whose_answer_was_lost_is_not_made_again() {
    let server = Server::start().await;
    server.fault(fault("POST", "/workflows/generate", "cut", 1)).await;
    let prompt = json!({ "prompt": "Find idle load balancers" });
    let error = server.error(ACME, DRAFT, prompt.clone()).await;
    assert_eq!(error["kind"], "outcome_unknown");
    let again = server.data(ACME, DRAFT, prompt).await;
    assert!(told(&again).contains("its id is not known; nothing new was started"), "{again}");
    assert_eq!(starts(&server).await, 1);
}
