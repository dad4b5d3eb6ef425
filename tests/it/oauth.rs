//! Sign-in end to end: a client, a browser, the stand-in PropelAuth.

mod attacks;
pub(crate) mod browser;
mod client;
mod life;

use reqwest::StatusCode;
use serde_json::{Value, json};

use self::browser::{Browser, Client};
use crate::harness::*;

pub(crate) const ANA: (&str, &str) = ("ana@acme.example", "demo-ana");
pub(crate) const OMAR: (&str, &str) = ("omar@acme.example", "demo-omar");

#[tokio::test]
async fn clients_find_the_way_from_a_401() {
    let server = Server::start_with_sign_in(&[]).await;
    let origin = server.app.origin().as_str().to_owned();
    for (path, document) in
        [("/mcp", "/.well-known/oauth-protected-resource/mcp"), ("/sse", "/oauth/resource/sse")]
    {
        let post = server.http.post(server.url(path)).header("content-type", "application/json");
        let response = post.body(initialize("2025-11-25").to_string()).send().await.unwrap();
        assert_eq!(response.status(), 401);
        let expected = format!(
            "Bearer resource_metadata=\"{origin}{document}\", scope=\"wiv:read wiv:write\""
        );
        assert_eq!(response.headers()["www-authenticate"], expected.as_str());
        let found = parse(server.http.get(server.url(document)).send().await.unwrap()).await;
        assert_eq!(found["resource"], format!("{origin}{path}"));
        assert_eq!(found["authorization_servers"], json!([origin]));
        assert_eq!(found["bearer_methods_supported"], json!(["header"]));
    }
    let url = server.url("/.well-known/oauth-authorization-server");
    let metadata = parse(server.http.get(url).send().await.unwrap()).await;
    assert_eq!(metadata["issuer"], origin);
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(metadata["token_endpoint_auth_methods_supported"], json!(["none"]));
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    assert_eq!(metadata["client_id_metadata_document_supported"], true);
    for path in [
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/sse",
        "/.well-known/openid-configuration",
    ] {
        let response = server.http.get(server.url(path)).send().await.unwrap();
        assert_eq!(response.status(), 404, "{path}");
        assert!(parse(response).await["error"].is_string());
    }
}

#[tokio::test]
async fn documents_stand_where_the_setting_says() {
    for (setting, found, missing) in [
        ("all", "/.well-known/oauth-protected-resource/sse", "/oauth/resource/sse"),
        ("none", "/oauth/resource/mcp", "/.well-known/oauth-protected-resource/mcp"),
    ] {
        let variables = [("WIV_MCP_WELL_KNOWN_PRM", setting)];
        let server = Server::start_with_sign_in(&variables).await;
        let status =
            async |path: &str| server.http.get(server.url(path)).send().await.unwrap().status();
        assert_eq!(status(found).await, 200);
        assert_eq!(status(missing).await, 404);
    }
}

#[tokio::test]
async fn a_person_in_one_organization_signs_in_and_the_assistant_works() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut browser = Browser::new();
    let tokens = client.sign_in(&mut browser, ANA, None).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], "wiv:read wiv:write");
    let access = tokens["access_token"].as_str().unwrap();
    let list = client.call(access, "tools/list", json!({})).await;
    assert_eq!(list["result"]["tools"].as_array().unwrap().len(), tool_count());
    let spaces = client.tool(access, "wiv_list_spaces", json!({})).await;
    assert_eq!(spaces["structuredContent"]["page"]["total"], 5);
    let who = client.tool(access, "wiv_get_connection", json!({})).await;
    let who = &who["structuredContent"]["data"];
    assert_eq!(who["organization"], "Acme Corporation");
    assert_eq!((&who["role"], &who["credential"]), (&json!("Admin"), &json!("sign_in")));
    let start = client.call(access, "initialize", initialize("2025-11-25")["params"].clone()).await;
    assert!(start["result"]["instructions"].as_str().unwrap().contains("Acme Corporation"));
    // The same token opens a stream: both endpoints are one audience.
    let get = server.http.get(server.url("/sse")).bearer_auth(access);
    assert_eq!(get.send().await.unwrap().status(), 200);
    // Upstream saw keys, never tokens.
    for call in server.upstream_calls().await {
        let headers = call["headers"].as_object().unwrap();
        assert!(!headers.contains_key("authorization") && !headers.contains_key("cookie"));
        assert!(!headers["x-api-key"].as_str().unwrap().starts_with("v4.local"));
    }
}

#[tokio::test]
async fn a_person_in_several_organizations_chooses_one() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut browser = Browser::new();
    let tokens = client.sign_in(&mut browser, OMAR, Some("Globex")).await;
    let access = tokens["access_token"].as_str().unwrap();
    let who = client.tool(access, "wiv_get_connection", json!({})).await;
    assert_eq!(who["structuredContent"]["data"]["organization"], "Globex");
    let cases = client.tool(access, "wiv_search_cases", json!({ "limit": 100 })).await;
    assert_eq!(cases["structuredContent"]["data"].as_array().unwrap().len(), 40);
}

#[tokio::test]
async fn write_can_be_unticked_and_asked_for_later() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut browser = Browser::new();
    browser.untick = Some("write");
    let tokens = client.sign_in(&mut browser, ANA, None).await;
    assert_eq!(tokens["scope"], "wiv:read");
    let access = tokens["access_token"].as_str().unwrap();
    let list = client.call(access, "tools/list", json!({})).await;
    assert_eq!(list["result"]["tools"].as_array().unwrap().len(), reading_tool_count());
    let start = json!({ "name": "wiv_start_execution", "arguments": { "workflow_id": "w" } });
    let response = client.post(access, "tools/call", start.clone()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
    // Before any 202, too.
    let get = server.http.get(server.url("/sse")).bearer_auth(access).send().await.unwrap();
    let endpoint = browser::first_endpoint(get).await;
    let post = server.http.post(server.url(&endpoint)).bearer_auth(access);
    let post = post.header("content-type", "application/json");
    let post = post.body(request(1, "tools/call", start).to_string());
    assert_eq!(post.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_person_who_says_no_is_believed() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut browser = Browser::new();
    browser.decision = "deny";
    let back = client.authorize(&mut browser, ANA, None).await;
    assert_eq!(back["error"], "access_denied");
    assert_eq!((back.get("state"), back.get("code")), (Some(&"the-state".to_owned()), None));
    assert_eq!(back["iss"], server.app.origin().as_str());
}

#[tokio::test]
async fn people_without_a_way_in_are_told_why() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for (who, words) in [
        (("nora@acme.example", "demo-nora"), "belongs to no organization"),
        (("dana@acme.example", "demo-dana"), "403"),
    ] {
        let page = client.stopped(&mut Browser::new(), who).await;
        assert!(page.contains(words), "{page}");
    }
    let strict = Server::start_with_sign_in(&[("WIV_MCP_KEY_POLICY", "permission")]).await;
    let client = Client::register(&strict).await;
    let page = client.stopped(&mut Browser::new(), ("ben@acme.example", "demo-ben")).await;
    assert!(page.contains("role does not allow"), "{page}");
}

#[tokio::test]
async fn a_dead_key_beside_a_sign_in_is_replaced_and_told() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    let access = tokens["access_token"].as_str().unwrap();
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    let bearer = format!("Bearer {access}");
    let both = [("authorization", bearer.as_str())];
    for body in [initialize("2025-11-25"), request(2, "tools/call", call)] {
        let response = server.post_with("/mcp", "wiv-dead-key", body, &both).await;
        assert_eq!(response.status(), 200);
        let answer = parse(response).await;
        if answer["id"] == 2 {
            let notes = answer["result"]["structuredContent"]["notes"].to_string();
            assert!(notes.contains("refuses the API key"), "{answer}");
        }
    }
    // A key that works comes first.
    let call = json!({ "name": "wiv_list_workflows", "arguments": { "limit": 100 } });
    let response = server.post_with("/mcp", GLOBEX, request(3, "tools/call", call), &both).await;
    let total = parse(response).await["result"]["structuredContent"]["page"]["total"].clone();
    assert_ne!(total, Value::from(24));
}
