//! Confirmations: for one deed of one caller, once, within two minutes.

use serde_json::{Value, json};
use wiv_mcp::seal::Purpose;

use crate::harness::*;
use crate::reports::answers::{Told, call};

/// How often the stand-in was told to stop something.
async fn stops(server: &Server) -> usize {
    let calls = server.upstream_calls().await;
    calls.iter().filter(|call| call["path"].as_str().unwrap().ends_with("/stop")).count()
}

/// Arguments that stop an active run; the n-th.
async fn stop_of(server: &Server, number: usize) -> Value {
    let active = server.data(ACME, "wiv_list_all_executions", json!({ "status": "active" })).await;
    let run = &active["data"][number];
    json!({ "workflow_id": run["workflow_id"], "execution_id": run["execution_id"] })
}

fn with(arguments: &Value, token: &str) -> Value {
    let mut arguments = arguments.clone();
    arguments["confirmation"] = json!(token);
    arguments
}

fn token(told: &Value) -> String {
    told["confirmation"]["token"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
}

/// A refused confirmation: a success that says why, with a fresh preview.
fn hold_refused(told: &Told, why: &str) {
    assert!(!told.is_error, "{}", told.text);
    told.both_say(why);
    assert!(told.structured["preview"]["action"].is_string(), "{}", told.structured);
    assert!(told.text.starts_with(why), "{}", told.text);
}

#[tokio::test]
async fn a_stop_is_done_when_it_was_seen_and_once() {
    let server = Server::start().await;
    let arguments = stop_of(&server, 0).await;
    let shown = server.data(ACME, "wiv_stop_execution", arguments.clone()).await;
    assert_eq!(stops(&server).await, 0);
    let confirmed = with(&arguments, &token(&shown));
    let done = server.data(ACME, "wiv_stop_execution", confirmed.clone()).await;
    assert_eq!(done["data"]["status"], "STOPPED");
    assert_eq!(stops(&server).await, 1);
    // The run is another one now, so that nothing is there to be confirmed.
    let told = call(&server, "wiv_stop_execution", confirmed).await;
    told.both_say("has changed since it was shown");
    told.both_say("nothing to stop");
    assert_eq!(stops(&server).await, 1);
}

#[tokio::test]
async fn an_update_is_confirmed_for_what_was_shown_and_once() {
    let server = Server::start().await;
    let rows = server.data(ACME, "wiv_list_workflows", json!({ "name": "Weekly report" })).await;
    let id = &rows["data"][0]["workflow_id"];
    let update = |name: &str| json!({ "workflow_id": id, "changes": { "name": name } });
    let shown = server.data(ACME, "wiv_update_workflow", update("One")).await;
    let first = token(&shown);
    let other = call(&server, "wiv_update_workflow", with(&update("Two"), &first)).await;
    hold_refused(&other, "The `confirmation` is for other arguments.");
    let foreign = server.data(GLOBEX, "wiv_list_workflows", json!({})).await;
    let theirs =
        json!({ "workflow_id": foreign["data"][0]["workflow_id"], "changes": { "name": "One" } });
    let told = server.call(GLOBEX, "wiv_update_workflow", with(&theirs, &first)).await;
    let told = told["structuredContent"].to_string();
    assert!(told.contains("was given to another credential"), "{told}");
    let stop = with(&stop_of(&server, 0).await, &first);
    hold_refused(
        &call(&server, "wiv_stop_execution", stop).await,
        "The `confirmation` is for another tool.",
    );
    for cut in [&first[..first.len() - 4], "x", "v4.local.AAAA.ZGVyaXZlZA"] {
        let told = call(&server, "wiv_update_workflow", with(&update("One"), cut)).await;
        hold_refused(&told, "The `confirmation` is none that this server gave.");
    }
    let stored = server.data(ACME, "wiv_update_workflow", with(&update("One"), &first)).await;
    assert_eq!(stored["data"]["name"], "One");
    // Somebody else changes it between the preview and the call.
    let shown = server.data(ACME, "wiv_update_workflow", update("Three")).await;
    let between = server.data(ACME, "wiv_update_workflow", update("Between")).await;
    server.data(ACME, "wiv_update_workflow", with(&update("Between"), &token(&between))).await;
    let told = call(&server, "wiv_update_workflow", with(&update("Three"), &token(&shown))).await;
    hold_refused(&told, "What the `confirmation` is for has changed since it was shown.");
    assert_eq!(told.structured["preview"]["fields"][0]["before"], "Between");
    let done = with(&update("Three"), &token(&told.structured));
    assert_eq!(server.data(ACME, "wiv_update_workflow", done).await["data"]["name"], "Three");
}

#[tokio::test]
async fn a_confirmation_is_used_up_by_one_of_two_at_once() {
    // An upstream whose run stays as it is, however often it is stopped.
    let run = r#"{"data":{"execution_id":"e","workflow_id":"w","status":"RUNNING"}}"#;
    let far_end = FarEnd::saying(run).await;
    let server = far_end.server().await;
    let arguments = json!({ "workflow_id": "w", "execution_id": "e" });
    let shown = server.data(ACME, "wiv_stop_execution", arguments.clone()).await;
    let confirmed = with(&arguments, &token(&shown));
    let all = (0..8).map(|_| call(&server, "wiv_stop_execution", confirmed.clone()));
    let all = futures_util::future::join_all(all).await;
    let used = all.iter().filter(|told| told.text.contains("was used already")).count();
    assert_eq!(used, 7);
    assert_eq!(far_end.seen().iter().filter(|seen| seen.method == "POST").count(), 1);
}

#[tokio::test]
async fn a_confirmation_is_good_for_two_minutes() {
    let server = Server::start_with_sign_in(&[]).await;
    let arguments = stop_of(&server, 0).await;
    let shown = server.data(ACME, "wiv_stop_execution", arguments.clone()).await;
    let sealer = server.sealer(Purpose::Confirmation);
    let opened = String::from_utf8(sealer.open(&token(&shown)).unwrap()).unwrap();
    let (end, deed) = opened.split_once('.').unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let left = end.parse::<u64>().unwrap() - now;
    assert!((118..=120).contains(&left), "{left}");
    let until = |end: u64| sealer.seal(format!("{end}.{deed}").as_bytes());
    let late = call(&server, "wiv_stop_execution", with(&arguments, &until(now - 1))).await;
    hold_refused(&late, "The `confirmation` is older than two minutes.");
    assert_eq!(stops(&server).await, 0);
    let last = with(&arguments, &until(now + 5));
    assert_eq!(server.data(ACME, "wiv_stop_execution", last).await["data"]["status"], "STOPPED");
}

#[tokio::test]
async fn any_instance_takes_a_confirmation_and_a_restart_loses_none() {
    let server = Server::start_with_sign_in(&[]).await;
    let other =
        server.another_instance(&[("WIV_MCP_PUBLIC_URL", server.app.origin().as_str())]).await;
    let arguments = stop_of(&server, 0).await;
    let shown = server.data(ACME, "wiv_stop_execution", arguments.clone()).await;
    let params =
        json!({ "name": "wiv_stop_execution", "arguments": with(&arguments, &token(&shown)) });
    let host = server.address().to_string();
    let response = server
        .http
        .post(format!("http://{}/mcp", other.address()))
        .header("host", host)
        .header("x-api-key", ACME)
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
        .body(request(1, "tools/call", params).to_string())
        .send()
        .await
        .unwrap();
    let answer = parse(response).await;
    assert_eq!(answer["result"]["structuredContent"]["data"]["status"], "STOPPED", "{answer}");
}

#[tokio::test]
async fn without_confirmations_a_stop_is_done_at_once_and_a_wrong_one_is_told() {
    let server = Server::start_with(&UNASKED).await;
    let arguments = stop_of(&server, 0).await;
    let told = call(&server, "wiv_stop_execution", with(&arguments, "nonsense")).await;
    hold_refused(&told, "The `confirmation` is none that this server gave.");
    let mut preview = arguments.clone();
    preview["preview"] = json!(true);
    let shown = server.data(ACME, "wiv_stop_execution", preview).await;
    assert!(shown["confirmation"]["token"].is_string());
    assert_eq!(stops(&server).await, 0);
    server.data(ACME, "wiv_stop_execution", arguments).await;
    assert_eq!(stops(&server).await, 1);
}

#[tokio::test]
async fn a_start_that_was_shown_starts_with_its_confirmation() {
    let server = Server::start().await;
    let rows = server.data(ACME, "wiv_list_workflows", json!({ "name": "Weekly report" })).await;
    let arguments = json!({ "workflow_id": rows["data"][0]["workflow_id"] });
    let mut preview = arguments.clone();
    preview["preview"] = json!(true);
    let shown = server.data(ACME, "wiv_start_execution", preview).await;
    let done = with(&arguments, &token(&shown));
    let started = server.data(ACME, "wiv_start_execution", done).await;
    assert!(started["data"]["execution_id"].is_string(), "{started}");
}

#[tokio::test]
async fn a_client_of_text_alone_reads_the_confirmation() {
    let server = Server::start().await;
    let arguments = stop_of(&server, 0).await;
    let mut stream = server.stream(ACME).await;
    stream.ask(1, "initialize", initialize("2024-11-05")["params"].clone()).await;
    let params = |arguments: Value| json!({ "name": "wiv_stop_execution", "arguments": arguments });
    let shown = stream.ask(2, "tools/call", params(arguments.clone())).await;
    let result = &shown["result"];
    assert_eq!(result.get("structuredContent"), None);
    let text = result["content"][0]["text"].as_str().unwrap();
    let token = text.split_whitespace().find(|word| word.starts_with("v4.local.")).unwrap();
    let done = stream.ask(3, "tools/call", params(with(&arguments, token))).await;
    assert!(done["result"]["content"][0]["text"].as_str().unwrap().contains("STOPPED"), "{done}");
    assert_eq!(stops(&server).await, 1);
}
