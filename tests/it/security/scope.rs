//! The scope belongs to the credential that is used, whichever is used.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client, first_endpoint},
    },
};

const DEAD: &str = "wiv-dead-key-of-somebody";

/// A bearer whose person unticked "Change".
async fn read_only_bearer(server: &Server) -> String {
    let client = Client::register(server).await;
    let mut browser = Browser::new();
    browser.untick = Some("write");
    let tokens = client.sign_in(&mut browser, ANA, None).await;
    assert_eq!(tokens["scope"], "wiv:read");
    format!("Bearer {}", tokens["access_token"].as_str().unwrap())
}

async fn a_workflow(server: &Server) -> Value {
    server.data(ACME, "wiv_list_workflows", json!({})).await["data"][0].take()
}

/// Calls that change something, with what they would change.
fn writes(workflow: &Value) -> [Value; 4] {
    let id = &workflow["workflow_id"];
    let execution = "exec_0001";
    [
        json!({ "name": "wiv_start_execution", "arguments": { "workflow_id": id } }),
        json!({ "name": "wiv_update_workflow",
            "arguments": { "workflow_id": id, "changes": { "name": "renamed" } } }),
        json!({ "name": "wiv_stop_execution",
            "arguments": { "workflow_id": id, "execution_id": execution } }),
        json!({ "name": "wiv_generate_workflow", "arguments": { "prompt": "anything" } }),
    ]
}

fn check_forbidden(answer: &Value) {
    let result = &answer["result"];
    assert_eq!(result["isError"], true, "{answer}");
    assert_eq!(result["structuredContent"]["error"]["kind"], "forbidden", "{answer}");
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("reading only") && text.contains("Remove the key"), "{text}");
}

async fn check_unchanged(server: &Server, before: &Value, runs: usize) {
    let id = before["workflow_id"].as_str().unwrap();
    let now = server.data(ACME, "wiv_get_workflow", json!({ "workflow_id": id })).await;
    assert_eq!(now["data"]["name"], before["name"]);
    assert_eq!(executions(server).await, runs);
}

async fn executions(server: &Server) -> usize {
    let calls = server.upstream_calls().await;
    let changed = |call: &&Value| {
        call["method"] != "GET"
            && !call["path"].as_str().unwrap().contains("search")
            && call["headers"]["x-api-key"] != DEAD
    };
    calls.iter().filter(changed).count()
}

#[tokio::test]
async fn a_dead_key_beside_a_read_only_sign_in_changes_nothing_on_any_route() {
    let server = Server::start_with_sign_in(&[]).await;
    let bearer = read_only_bearer(&server).await;
    let both = [("authorization", bearer.as_str())];
    let workflow = a_workflow(&server).await;
    let runs = executions(&server).await;
    for call in writes(&workflow) {
        for path in ["/mcp", "/sse"] {
            let body = request(1, "tools/call", call.clone());
            let response = server.post_with(path, DEAD, body, &both).await;
            assert_eq!(response.status(), StatusCode::OK, "{path} {call}");
            check_forbidden(&parse(response).await);
        }
    }
    let batch = json!([request(1, "tools/call", writes(&workflow)[1].clone())]);
    let old = [("authorization", bearer.as_str()), ("mcp-protocol-version", "2025-03-26")];
    let answers = parse(server.post_with("/mcp", DEAD, batch, &old).await).await;
    assert_eq!(answers[0]["result"]["isError"], true, "{answers}");
    check_unchanged(&server, &workflow, runs).await;
}

#[tokio::test]
async fn a_dead_key_beside_a_read_only_sign_in_changes_nothing_on_a_stream() {
    let server = Server::start_with_sign_in(&[]).await;
    let bearer = read_only_bearer(&server).await;
    let workflow = a_workflow(&server).await;
    let runs = executions(&server).await;
    let mut stream = Stream::open(&server, DEAD, &[("authorization", &bearer)]).await;
    for (id, call) in (1..).zip(writes(&workflow)) {
        let post = server.http.post(&stream.endpoint).header("x-api-key", DEAD);
        let post = post.header("authorization", &bearer).header("content-type", "application/json");
        let post = post.body(request(id, "tools/call", call).to_string());
        assert_eq!(post.send().await.unwrap().status(), StatusCode::ACCEPTED);
        check_forbidden(&stream.message().await);
    }
    check_unchanged(&server, &workflow, runs).await;
}

#[tokio::test]
async fn lists_show_what_every_credential_of_the_request_may_do() {
    let server = Server::start_with_sign_in(&[]).await;
    let bearer = read_only_bearer(&server).await;
    let all = server.ask(ACME, "tools/list", json!({})).await["result"]["tools"].clone();
    let reading = |tool: &&Value| tool["annotations"]["readOnlyHint"] == true;
    let expected = all.as_array().unwrap().iter().filter(reading).count();
    for key in [DEAD, ACME] {
        for path in ["/mcp", "/sse"] {
            let both = [("authorization", bearer.as_str())];
            let list = request(1, "tools/list", json!({}));
            let list = parse(server.post_with(path, key, list, &both).await).await;
            assert_eq!(list["result"]["tools"].as_array().unwrap().len(), expected, "{key}");
        }
    }
}

#[tokio::test]
async fn a_key_that_works_may_write_beside_a_read_only_sign_in() {
    let server = Server::start_with_sign_in(&[]).await;
    let bearer = read_only_bearer(&server).await;
    let both = [("authorization", bearer.as_str())];
    let workflow = a_workflow(&server).await;
    let start = request(1, "tools/call", writes(&workflow)[0].clone());
    let answer = parse(server.post_with("/mcp", ACME, start, &both).await).await;
    assert_eq!(answer["result"]["isError"], false, "{answer}");
}

#[tokio::test]
async fn what_is_known_before_anything_is_sent_is_403() {
    let server = Server::start_with_sign_in(&[]).await;
    let bearer = read_only_bearer(&server).await;
    let workflow = a_workflow(&server).await;
    let get = server.http.get(server.url("/sse")).header("authorization", &bearer);
    let endpoint = first_endpoint(get.send().await.unwrap()).await;
    for call in writes(&workflow) {
        for path in ["/mcp", "/sse", endpoint.as_str()] {
            let post = server.http.post(server.url(path)).header("authorization", &bearer);
            let post = post.header("content-type", "application/json");
            let post = post.body(request(1, "tools/call", call.clone()).to_string());
            assert_eq!(post.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{path}");
        }
    }
}
