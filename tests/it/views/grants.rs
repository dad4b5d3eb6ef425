//! Views and sign-in: what clients are told, people asked, and tokens good for.

use reqwest::header;
use serde_json::{Value, json};
use wiv_mcp::catalog::Toolset;

use super::{call, expected, names};
use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client, End},
    },
};

const CASES: &str = "/mcp/x/cases";

/// Signs in for what an address has.
async fn sign_in_at(server: &Server, client: &Client, path: &str) -> Value {
    let resource = server.url(path);
    let changes = [("resource", Some(resource.as_str()))];
    let back = client.authorize_with(&mut Browser::new(), ANA, &changes).await;
    let response = client.redeem(&back["code"], &[("resource", &resource)]).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    parse(response).await
}

fn text<'v>(tokens: &'v Value, name: &str) -> &'v str {
    tokens[name].as_str().unwrap_or_else(|| panic!("{name}: {tokens}"))
}

async fn post(server: &Server, access: &str, path: &str, body: &Value) -> reqwest::Response {
    let post = server.http.post(server.url(path)).bearer_auth(access);
    post.header(header::CONTENT_TYPE, "application/json")
        .body(body.to_string())
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_challenge_leads_to_the_document_of_its_view() {
    for setting in ["mcp", "all", "none"] {
        let server = Server::start_with_sign_in(&[("WIV_MCP_WELL_KNOWN_PRM", setting)]).await;
        let origin = server.app.origin().as_str().to_owned();
        for (path, resource, scopes) in [
            ("/mcp/readonly", "/mcp/readonly", "wiv:read"),
            ("/sse/x/msp,cases", "/sse/x/msp,cases", "wiv:read wiv:write"),
            ("/mcp/x/cases,cases/readonly/", "/mcp/x/cases/readonly", "wiv:read"),
        ] {
            let response = server.post_without_key(path).await;
            assert_eq!(response.status(), 401, "{path}");
            let place = match setting {
                "all" => "/.well-known/oauth-protected-resource",
                _ => "/oauth/resource",
            };
            let document = format!("{origin}{place}{resource}");
            let header = response.headers()["www-authenticate"].to_str().unwrap();
            let expected = format!("Bearer resource_metadata=\"{document}\", scope=\"{scopes}\"");
            assert_eq!(header, expected);
            let found = server.http.get(&document).send().await.unwrap();
            assert_eq!(found.headers()["access-control-allow-origin"], "*");
            let found = parse(found).await;
            assert_eq!(found["resource"], format!("{origin}{resource}"));
            let listed: Vec<&str> = scopes.split(' ').collect();
            assert_eq!(found["scopes_supported"], json!(listed));
        }
        for path in [
            "/oauth/resource/mcp/x/cookies",
            "/oauth/resource/mcp/x/cases,cases",
            "/oauth/resource/messages",
            "/.well-known/oauth-protected-resource/mcp/x/cookies",
        ] {
            let response = server.http.get(server.url(path)).send().await.unwrap();
            assert_eq!(response.status(), 404, "{path}");
            assert_eq!(parse(response).await["error"], "not_found");
        }
    }
}

#[tokio::test]
async fn the_consent_page_says_which_view_is_asked_for() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let page = async |path: &str| {
        let resource = server.url(path);
        let url = client.authorize_url(&[("resource", Some(&resource))]);
        let End::Page(status, _, page) = Browser::new().open(&url).await else { panic!("no page") };
        assert_eq!(status, 200, "{page}");
        page
    };
    let whole = page("/sse").await;
    assert!(whole.contains("spaces and folders") && whole.contains("name=\"write\""), "{whole}");
    let reading = page("/mcp/readonly").await;
    assert!(reading.contains("asks to read only") && !reading.contains("name=\"write\""));
    let some = page("/mcp/x/msp,cases").await;
    assert!(some.contains("only cases, an MSP’s customers and their cases"), "{some}");
    assert!(some.contains("what can be changed in these parts"), "{some}");
    let none = page("/mcp/x/connection/readonly").await;
    assert!(none.contains("only the connection itself"), "{none}");
}

#[tokio::test]
async fn a_token_is_good_for_its_view_and_narrower_ones_on_both_endpoints() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = sign_in_at(&server, &client, CASES).await;
    let access = text(&tokens, "access_token");
    let list = request(1, "tools/list", json!({}));
    for path in [CASES, "/mcp/x/cases/readonly", "/sse/x/cases", "/sse/x/connection/"] {
        assert_eq!(post(&server, access, path, &list).await.status(), 200, "{path}");
    }
    for path in ["/mcp", "/sse", "/mcp/readonly", "/mcp/x/cases,msp", "/sse/x/workflows"] {
        let response = post(&server, access, path, &list).await;
        assert_eq!(response.status(), 401, "{path}");
        let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        let get = server.http.get(server.url("/sse")).bearer_auth(access);
        assert_eq!(get.send().await.unwrap().status(), 401);
    }
    let wide = client.sign_in(&mut Browser::new(), ANA, None).await;
    for path in ["/mcp", "/sse", "/mcp/readonly", CASES] {
        let response = post(&server, text(&wide, "access_token"), path, &list).await;
        assert_eq!(response.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn a_readonly_view_only_reads_though_the_grant_may_write() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let wide = client.sign_in(&mut Browser::new(), ANA, None).await;
    assert_eq!(wide["scope"], "wiv:read wiv:write");
    let access = text(&wide, "access_token");
    let list = request(1, "tools/list", json!({}));
    let list = parse(post(&server, access, "/mcp/readonly", &list).await).await;
    assert_eq!(names(&list).len(), reading_tool_count());
    let start = call("wiv_start_execution", json!({ "workflow_id": "w" }));
    let answer = post(&server, access, "/mcp/readonly", &start).await;
    assert_eq!(answer.status(), 200, "a wider scope would not help");
    assert_eq!(parse(answer).await["error"]["code"], -32602);
    let narrow = sign_in_at(&server, &client, "/sse/readonly").await;
    assert_eq!(narrow["scope"], "wiv:read", "nobody is asked to allow what is not there");
}

#[tokio::test]
async fn a_refresh_keeps_the_view_and_may_narrow_but_not_widen_it() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = sign_in_at(&server, &client, CASES).await;
    let list = request(1, "tools/list", json!({}));
    let (wider, other) = (server.url("/mcp"), server.url("/mcp/x/msp"));
    for resource in [&wider, &other] {
        let refused =
            client.refresh(text(&tokens, "refresh_token"), &[("resource", resource)]).await;
        assert_eq!(refused.status(), 400);
        assert_eq!(parse(refused).await["error"], "invalid_target");
    }
    let narrower = server.url("/sse/x/cases/readonly");
    let refresh = client.refresh(text(&tokens, "refresh_token"), &[("resource", &narrower)]).await;
    let narrowed = parse(refresh).await;
    let access = text(&narrowed, "access_token");
    assert_eq!(post(&server, access, CASES, &list).await.status(), 401);
    assert_eq!(post(&server, access, "/mcp/x/cases/readonly", &list).await.status(), 200);
    // The grant is what it was.
    let again = parse(client.refresh(text(&narrowed, "refresh_token"), &[]).await).await;
    let access = text(&again, "access_token");
    assert_eq!(post(&server, access, "/mcp", &list).await.status(), 401);
    let found = parse(post(&server, access, CASES, &list).await).await;
    assert_eq!(names(&found).len(), expected(&[Toolset::Cases], false));
}

#[tokio::test]
async fn a_code_gives_no_more_than_the_person_saw() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let (narrow, wide) = (server.url(CASES), server.url("/mcp"));
    let changes = [("resource", Some(narrow.as_str()))];
    let back = client.authorize_with(&mut Browser::new(), ANA, &changes).await;
    let response = client.redeem(&back["code"], &[("resource", &wide)]).await;
    assert_eq!(response.status(), 400);
    assert_eq!(parse(response).await["error"], "invalid_target");
    let tokens = parse(client.redeem(&back["code"], &[]).await).await;
    let list = request(1, "tools/list", json!({}));
    let access = text(&tokens, "access_token");
    assert_eq!(post(&server, access, "/mcp", &list).await.status(), 401);
    assert_eq!(post(&server, access, CASES, &list).await.status(), 200);
}

#[tokio::test]
async fn a_stream_runs_messages_within_its_view_and_their_grants() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = sign_in_at(&server, &client, CASES).await;
    let access = text(&tokens, "access_token");
    let get = server.http.get(server.url("/sse/x/cases")).bearer_auth(access);
    let mut stream = Stream::from(get.header("accept", "text/event-stream"), &server).await;
    let say = async |stream: &Stream, access: &str| {
        let post = server.http.post(&stream.endpoint).bearer_auth(access);
        let list = request(1, "tools/list", json!({})).to_string();
        post.header(header::CONTENT_TYPE, "application/json").body(list).send().await.unwrap()
    };
    assert_eq!(say(&stream, access).await.status(), 202);
    let list = stream.message().await;
    assert_eq!(names(&list).len(), expected(&[Toolset::Cases], false));
    // A narrower token of the same grant narrows what it is shown with.
    let narrower = server.url("/mcp/x/connection");
    let refresh = client.refresh(text(&tokens, "refresh_token"), &[("resource", &narrower)]).await;
    let narrower = parse(refresh).await;
    assert_eq!(say(&stream, text(&narrower, "access_token")).await.status(), 202);
    assert_eq!(names(&stream.message().await).len(), expected(&[], true));
}

#[tokio::test]
async fn a_bearer_for_a_narrower_view_is_no_fallback_for_a_dead_key() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = sign_in_at(&server, &client, CASES).await;
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    let headers = [("authorization", bearer.as_str())];
    let list = call("wiv_list_workflows", json!({}));
    let answer = server.post_with("/mcp", "wiv-dead-key-of-somebody", list, &headers).await;
    let answer = parse(answer).await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    let cases = call("wiv_get_cases_filters", json!({}));
    let answer = server.post_with(CASES, "wiv-dead-key-of-somebody", cases, &headers).await;
    let answer = parse(answer).await;
    assert_eq!(answer["result"]["isError"], false, "{answer}");
}
