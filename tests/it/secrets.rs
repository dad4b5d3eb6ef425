//! No key and no token in any log line, at any level, nor in any file.

use serde_json::{Value, json};
use wiv_mcp::sandbox::Sandbox;

use crate::{harness::*, oauth::*, process::Process};

const UNKNOWN: &str = "wiv-never-seen-key-4711";
const TRACE: (&str, &str) = ("WIV_MCP_LOG", "trace");

fn assert_free(text: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!secret.is_empty());
        assert!(!text.contains(secret), "the log holds {secret}");
    }
}

#[tokio::test]
async fn no_key_is_logged_at_any_level() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let server = Process::start(&sandbox, &[TRACE]).await;
    let http = client();
    let url = &server.url;
    for key in [ACME, GLOBEX, UNKNOWN] {
        for path in ["/mcp", "/sse", "/messages?session_id=x"] {
            let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
            for body in [initialize("2025-11-25"), request(2, "tools/call", call)] {
                let post = http
                    .post(format!("{url}{path}"))
                    .header("x-api-key", key)
                    .header("authorization", format!("Bearer {key}"))
                    .header("content-type", "application/json")
                    .body(body.to_string());
                post.send().await.unwrap();
            }
        }
    }
    // A live stream, and an upstream in trouble.
    let fault = json!({ "match": { "path": "/spaces" }, "fault": "reset", "times": 0 });
    let put = http.put(format!("{}/faults", sandbox.control_url())).body(fault.to_string());
    put.header("content-type", "application/json").send().await.unwrap();
    let stream = http.get(format!("{url}/sse")).header("x-api-key", ACME).send().await.unwrap();
    let endpoint = browser::first_endpoint(stream).await;
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    let post = http
        .post(format!("{url}{endpoint}"))
        .header("x-api-key", ACME)
        .header("content-type", "application/json");
    let post = post.body(request(9, "tools/call", call).to_string()).send().await.unwrap();
    assert_eq!(post.status(), 202);
    let call = json!({ "name": "wiv_list_spaces", "arguments": {} });
    let post = http
        .post(format!("{url}/mcp"))
        .header("x-api-key", ACME)
        .header("content-type", "application/json");
    post.body(request(10, "tools/call", call).to_string()).send().await.unwrap();
    let text = server.stop().await;
    assert!(text.contains("no answer from the WIV API"), "{text}");
    assert!(text.contains("tool call") && text.contains("TRACE"), "{text}");
    assert_free(&text, &[ACME, GLOBEX, UNKNOWN]);
}

#[tokio::test]
async fn nothing_of_a_sign_in_is_logged_or_written() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let server = Process::start(&sandbox, &[TRACE]).await;
    let client = browser::Client::register_at(&server.url).await;
    let mut person = browser::Browser::new();
    let back = client.authorize(&mut person, OMAR, Some("Globex")).await;
    let tokens: Value = parse(client.redeem(&back["code"], &[]).await).await;
    let field = |tokens: &Value, name: &str| tokens[name].as_str().unwrap().to_owned();
    let (access, refresh) = (field(&tokens, "access_token"), field(&tokens, "refresh_token"));
    client.tool(&access, "wiv_list_spaces", json!({})).await;
    let renewed: Value = parse(client.refresh(&refresh, &[]).await).await;
    client.tool(&field(&renewed, "access_token"), "wiv_list_spaces", json!({})).await;
    client.post(&browser::flipped(&access), "ping", json!({})).await;
    client.redeem(&back["code"], &[]).await;
    // A key from the connect page, shown and tried.
    let (_, page) = person.sign_in_at_connect(&server.url, OMAR, &[]).await;
    let form = page.split("action=\"/connect/key\"").nth(1).unwrap();
    let mut fields = browser::Form::read("", &format!("<form {form}")).fields;
    let organization = form.split("name=\"organization\" value=\"").nth(1).unwrap();
    fields.push(("organization".into(), organization.split('"').next().unwrap().into()));
    let made = person.submit(&format!("{}/connect/key", server.url), &fields).await;
    let browser::End::Page(status, _, page) = made else { panic!("left for a client") };
    assert_eq!(status, 200, "{page}");
    let files = server.open_files();
    let revoke = [("token", access.as_str())];
    assert_eq!(client.post_form("/oauth/revoke", &revoke).await.status(), 200);

    let keys = parse(
        crate::harness::client()
            .get(format!("{}/_control/keys", sandbox.identity_url()))
            .send()
            .await
            .unwrap(),
    )
    .await
    .to_string();
    let made: Vec<&str> = keys
        .split("\"api_key_token\":\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(made.len() >= 2, "{keys}");
    let cookies = person.cookie_values();
    let (access2, refresh2) = (field(&renewed, "access_token"), field(&renewed, "refresh_token"));
    let environment = sandbox.oauth_environment();
    let of =
        |name: &str| environment.iter().find(|(variable, _)| variable == name).unwrap().1.as_str();
    let sealing = of("WIV_MCP_SEALING_KEYS").split_once(':').unwrap().1;
    let mut secrets = vec![
        access.as_str(),
        refresh.as_str(),
        access2.as_str(),
        refresh2.as_str(),
        back["code"].as_str(),
        browser::VERIFIER,
        OMAR.1,
        of("PROPELAUTH_CLIENT_SECRET"),
        of("PROPELAUTH_API_KEY"),
        sealing,
    ];
    secrets.extend(made);
    secrets.extend(cookies.iter().map(String::as_str));
    assert!(files.is_empty(), "{files:?}");
    let text = server.stop().await;
    assert!(text.contains("made a key") && text.contains("TRACE"), "{text}");
    assert_free(&text, &secrets);
}

#[tokio::test]
async fn the_id_that_a_person_is_shown_is_in_the_line_with_the_cause() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let server = Process::start(&sandbox, &[("WIV_MCP_LOG", "warn")]).await;
    let rule = json!({ "match": { "path": "/propelauth/oauth/token" }, "fault": "500" });
    let put = client().put(format!("{}/_control/faults", sandbox.identity_url()));
    let put = put.header("content-type", "application/json").body(rule.to_string());
    assert!(put.send().await.unwrap().status().is_success());
    let mut person = browser::Browser::new();
    let (status, page) = person.sign_in_at_connect(&server.url, ANA, &[]).await;
    assert_eq!(status, 503, "{page}");
    let id = page
        .split("Quote this ID if you ask for help: <code>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    let log = server.stop().await;
    let line = log.lines().find(|line| line.contains(id)).unwrap_or_else(|| panic!("{id}: {log}"));
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["span"]["request.id"], id);
    assert!(line["error"].as_str().unwrap().contains("status 500"), "{line}");
}
