//! Who may act at all: previews open no door that was shut.

use serde_json::{Value, json};

use crate::harness::*;
use crate::oauth::{
    ANA,
    browser::{Browser, Client},
};

/// Each way to ask for a stop.
async fn stops(server: &Server) -> Vec<Value> {
    let active = server.data(ACME, "wiv_list_all_executions", json!({ "status": "active" })).await;
    let run = &active["data"][0];
    let bare = json!({ "workflow_id": run["workflow_id"], "execution_id": run["execution_id"] });
    let with = |name: &str, value: Value| {
        let mut arguments = bare.clone();
        arguments[name] = value;
        arguments
    };
    let shown = server.data(ACME, "wiv_stop_execution", bare.clone()).await;
    let token = shown["confirmation"]["token"].clone();
    vec![bare.clone(), with("preview", json!(true)), with("confirmation", token)]
}

async fn acted(server: &Server) -> usize {
    let calls = server.upstream_calls().await;
    calls.iter().filter(|call| call["path"].as_str().unwrap().ends_with("/stop")).count()
}

#[tokio::test]
async fn a_sign_in_that_only_reads_sees_no_preview_and_stops_nothing() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let wide = client.sign_in(&mut Browser::new(), ANA, None).await;
    let refresh = wide["refresh_token"].as_str().unwrap();
    let narrow = parse(client.refresh(refresh, &[("scope", "wiv:read")]).await).await;
    let access = narrow["access_token"].as_str().unwrap();
    for arguments in stops(&server).await {
        let params = json!({ "name": "wiv_stop_execution", "arguments": arguments });
        let response = client.post(access, "tools/call", params).await;
        assert_eq!(response.status(), 403);
        let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert!(challenge.contains("insufficient_scope"), "{challenge}");
        let body = response.text().await.unwrap();
        assert!(!body.contains("v4.local.") && !body.contains("This stops"), "{body}");
    }
    assert_eq!(acted(&server).await, 0);
}

#[tokio::test]
async fn a_view_without_the_tool_knows_no_preview_of_it() {
    let server = Server::start().await;
    for arguments in stops(&server).await {
        let params = json!({ "name": "wiv_stop_execution", "arguments": arguments });
        for view in ["/mcp/readonly", "/mcp/x/cases", "/mcp/x/executions/readonly"] {
            let body = request(1, "tools/call", params.clone());
            let answer = parse(server.post(view, ACME, body).await).await;
            assert_eq!(answer["error"]["code"], -32602, "{view}: {answer}");
        }
    }
    assert_eq!(acted(&server).await, 0);
}

#[tokio::test]
async fn a_key_that_only_reads_is_refused_by_wiv_after_it_confirmed() {
    let server = Server::start().await;
    let arguments = stops(&server).await[0].clone();
    let shown = server.data(READ_ONLY, "wiv_stop_execution", arguments.clone()).await;
    let mut confirmed = arguments;
    confirmed["confirmation"] = shown["confirmation"]["token"].clone();
    let error = server.error(READ_ONLY, "wiv_stop_execution", confirmed).await;
    assert_eq!((&error["kind"], &error["status"]), (&json!("forbidden"), &json!(403)));
}

#[tokio::test]
async fn a_confirmation_of_one_revision_is_good_in_another() {
    let server = Server::start().await;
    let confirmed = stops(&server).await[2].clone();
    let params = json!({ "name": "wiv_stop_execution", "arguments": confirmed });
    let headers = [("mcp-protocol-version", "2025-06-18")];
    let body = request(1, "tools/call", params);
    let answer = parse(server.post_with("/mcp", ACME, body, &headers).await).await;
    assert_eq!(answer["result"]["structuredContent"]["data"]["status"], "STOPPED", "{answer}");
    assert_eq!(acted(&server).await, 1);
}

#[tokio::test]
async fn a_tool_that_is_named_goes_by_its_mode_and_the_others_by_previews() {
    let server = Server::start_with(&[("WIV_MCP_CONFIRM", "none:wiv_stop_execution")]).await;
    let rows = server.data(ACME, "wiv_list_workflows", json!({ "name": "Weekly report" })).await;
    let id = &rows["data"][0]["workflow_id"];
    let update = json!({ "workflow_id": id, "changes": { "name": "Other" } });
    let shown = server.data(ACME, "wiv_update_workflow", update).await;
    assert!(shown["confirmation"]["token"].is_string(), "{shown}");
    let active = server.data(ACME, "wiv_list_all_executions", json!({ "status": "active" })).await;
    let run = &active["data"][0];
    let stop = json!({ "workflow_id": run["workflow_id"], "execution_id": run["execution_id"] });
    let done = server.data(ACME, "wiv_stop_execution", stop).await;
    assert_eq!(done["data"]["status"], "STOPPED");
}
