//! Halves of characters and numbers beyond a float, in what clients send.

use serde_json::{Value, json};

use crate::harness::*;

/// The same text by POST, on a stream and through a pipe; what came back, as text.
async fn everywhere(server: &Server, text: &str) -> Vec<String> {
    let mut answers = vec![server.post("/mcp", ACME, text).await.text().await.unwrap()];
    let mut stream = server.stream(ACME).await;
    let posted = stream.post(text).await;
    answers.push(match posted.status().as_u16() {
        202 => stream.message().await.to_string(),
        _ => posted.text().await.unwrap(),
    });
    let mut pipe = Pipe::open(server);
    pipe.send_text(text).await;
    answers.push(pipe.next().await.to_string());
    answers
}

#[tokio::test]
async fn half_of_a_character_in_a_request_is_taken_as_its_sign() {
    let server = Server::start().await;
    for half in ["\\ud800", "\\uDC00", "\\ud83d\\ud83d", "\\ud83dx", "a\\ud800\\u0041"] {
        let prompt = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"wiv_generate_workflow","arguments":{{"prompt":"x{half}y"}}}}}}"#
        );
        for answer in everywhere(&server, &prompt).await {
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(answer["result"]["isError"], false, "{half}: {answer}");
        }
        // In a name of a member, of a tool, and in what a client says of itself.
        for text in [
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"a{half}"}}}}"#
            ),
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a{half}":1}}}}"#),
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"protocolVersion":"2025-11-25","capabilities":{{}},"clientInfo":{{"name":"{half}"}}}}}}"#
            ),
        ] {
            for answer in everywhere(&server, &text).await {
                let answer: Value = serde_json::from_str(&answer).unwrap();
                assert_eq!(answer["id"], 1, "{text}: {answer}");
                assert_ne!(answer["error"]["code"], -32700, "{text}: {answer}");
            }
        }
    }
    // A pair is a character.
    let unknown = server.ask(ACME, "tools/call", json!({ "name": "no\u{1f600}" })).await;
    assert!(unknown["error"]["message"].as_str().unwrap().contains('\u{1f600}'));
}

#[tokio::test]
async fn an_id_that_no_reader_takes_is_refused_and_not_sent_back() {
    let server = Server::start().await;
    for id in ["\"\\ud800\"", "\"a\\udfffb\"", "1e400", "-1E999", "1e", "\"\\u12\""] {
        let ping = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        for answer in everywhere(&server, &ping).await {
            let answer: Value = serde_json::from_str(&answer).expect(&answer);
            assert!(answer["error"]["code"].is_i64(), "{id}: {answer}");
            assert_eq!(answer["id"], Value::Null, "{id}");
        }
    }
    for id in ["1e3", "1.50", "-0", "\"\\ud83d\\ude00\"", "\"a\\u0062\"", "12345678901234567890123"]
    {
        let ping = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let answer = server.post("/mcp", ACME, ping).await.text().await.unwrap();
        assert!(answer.contains(&format!("\"id\":{id},\"result\"")), "{id}: {answer}");
    }
}

#[tokio::test]
async fn a_number_beyond_a_float_is_named() {
    let server = Server::start().await;
    let text = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wiv_start_execution","arguments":{"workflow_id":"w","trigger_event":{"n":1e400}}}}"#;
    for answer in everywhere(&server, text).await {
        assert!(answer.contains("-32700") && answer.contains("number"), "{answer}");
    }
}
