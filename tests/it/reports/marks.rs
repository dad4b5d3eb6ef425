//! Bytes before the text: encodings nobody asked for, byte order marks.
//!
//! For bodies that come in and bodies that come back.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::answers::{call, told_of, workflow};
use crate::harness::*;

const MARK: &str = "\u{feff}";

#[tokio::test]
async fn every_request_outward_asks_for_plain_bytes() {
    let far_end = FarEnd::saying(r#"{"data":{"a":1}}"#).await;
    let server = far_end.server().await;
    call(&server, "wiv_get_workflow", workflow()).await;
    call(&server, "wiv_start_execution", workflow()).await;
    for seen in far_end.seen() {
        let encodings: Vec<_> = seen.headers.get_all("accept-encoding").iter().collect();
        assert_eq!(encodings, ["identity"], "{}", seen.target);
    }
}

#[tokio::test]
async fn an_encoded_answer_is_told_by_its_encodings_name() {
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\x4a";
    for (encoding, body, name) in [
        ("gzip", &gzip[..], "gzip"),
        ("br", b"\x0b\x02\x80", "br"),
        ("GZIP", gzip, "gzip"),
        ("identity, gzip", gzip, "gzip"),
        ("x-odd; \"name\"", b"\x0b\x02\x80", "an encoding"),
        ("", gzip, "gzip"),
        ("", b"\x28\xb5\x2f\xfd\x00", "zstd"),
        ("", b"\xff\xfe{\x00}\x00", "UTF-16"),
        ("", b"\xfe\xff\x00{\x00}", "UTF-16"),
    ] {
        for (tool, kind) in
            [("wiv_get_workflow", "malformed"), ("wiv_start_execution", "outcome_unknown")]
        {
            let mut answer = Answer::new(200, body);
            if !encoding.is_empty() {
                answer = answer.with("content-encoding", encoding);
            }
            let told = told_of(answer, tool, workflow()).await;
            assert!(told.is_error, "{encoding}: {}", told.text);
            assert_eq!(told.structured["error"]["kind"], kind, "{encoding} {name}");
            told.both_say(name);
            told.neither_says("not UTF-8");
            told.neither_says("may help");
        }
    }
    for plain in ["identity", "Identity", "", "identity, identity"] {
        let answer = Answer::new(200, r#"{"data":{"a":"kept"}}"#).with("content-encoding", plain);
        let told = told_of(answer, "wiv_get_workflow", workflow()).await;
        assert!(!told.is_error, "{plain}: {}", told.text);
    }
    // A refusal keeps its status, though its body says nothing to us.
    let answer = Answer::new(403, &gzip[..]).with("content-encoding", "gzip");
    let told = told_of(answer, "wiv_get_workflow", workflow()).await;
    assert_eq!(told.structured["error"]["kind"], "forbidden");
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped_in_wivs_answers() {
    for (body, tool, arguments) in [
        (r#"{"data":[{"a":"kept"}]}"#, "wiv_search_cases", json!({})),
        (r#"{"data":{"a":"kept"}}"#, "wiv_get_workflow", workflow()),
        (r#"[{"a":"kept"}]"#, "wiv_list_workflows", json!({})),
    ] {
        let told = told_of(Answer::new(200, format!("{MARK}{body}")), tool, arguments).await;
        assert!(!told.is_error, "{}", told.text);
        told.both_say("kept");
        told.neither_says("Invisible");
    }
    let told = told_of(Answer::new(204, MARK), "wiv_start_execution", workflow()).await;
    told.both_say("sent nothing back");
    let far_end =
        FarEnd::saying(format!("{MARK}{{\"data\":{{\"id\":\"w\",\"name\":\"w\"}}}}")).await;
    let server = far_end.server_with(&UNASKED).await;
    let changes = json!({ "workflow_id": "w", "changes": { "name": "n" } });
    assert!(!call(&server, "wiv_update_workflow", changes).await.is_error);
    assert_eq!(far_end.seen().pop().unwrap().body, r#"{"id":"w","name":"n"}"#);
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped_in_clients_messages() {
    let server = Server::start().await;
    let message = format!("{MARK}{}", request(1, "tools/list", json!({})));
    for path in ["/mcp", "/sse"] {
        let response = server.post(path, ACME, &message).await;
        assert_eq!(response.status(), 200, "{path}");
        assert!(parse(response).await["result"]["tools"].is_array());
    }
    let mut stream = server.stream(ACME).await;
    assert_eq!(stream.post(&message).await.status(), 202);
    assert!(stream.message().await["result"]["tools"].is_array());
    for text in [MARK.to_owned(), format!("{MARK}{message}"), format!(" {message}")] {
        assert_eq!(server.post("/mcp", ACME, &text).await.status(), 400, "{text:?}");
    }
    let arguments = json!({ "name": "wiv_search_cases", "arguments": { "limit": 1 } });
    let message = format!("{MARK}{}", request(1, "tools/call", arguments));
    let answer = parse(server.post("/mcp", ACME, &message).await).await;
    assert_eq!(answer["result"]["isError"], false, "{answer}");
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped_on_a_pipe() {
    let server = Server::start().await;
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
        .arg("stdio")
        .env_clear()
        .envs([("WIV_API_KEY", ACME), ("WIV_API_URL", server.sandbox.wiv_api_url())])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let ping = |id| format!("{MARK}{}\r\n", request(id, "ping", json!({})));
    let mut input = child.stdin.take().unwrap();
    input.write_all(format!("{}{MARK}\n{}", ping(1), ping(2)).as_bytes()).await.unwrap();
    drop(input);
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).await.unwrap();
    assert_eq!(said.matches("\"result\"").count(), 2, "{said}");
    assert!(!said.contains("error"), "{said}");
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped_where_clients_register() {
    let server = Server::start_with_sign_in(&[]).await;
    let body = json!({ "redirect_uris": ["http://127.0.0.1/callback"], "client_name": "c" });
    let response = server
        .http
        .post(server.url("/oauth/register"))
        .header("content-type", "application/json")
        .body(format!("{MARK}{body}"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 201, "{}", response.text().await.unwrap());
}
