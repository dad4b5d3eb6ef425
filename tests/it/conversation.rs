//! The conversation's laws through every transport: the same frames, and the same answers.

mod link;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client},
    },
};
use link::{Kind, Link};

/// Of the one revision that has batches.
const BATCHES: &str = "2025-03-26";

fn call(id: &Value, tool: &str, arguments: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
        "params": { "name": tool, "arguments": arguments } })
}

fn cancelled(id: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } })
}

fn slow(path: &str, delay_ms: u64) -> Value {
    json!({ "match": { "path": path }, "fault": "slow", "times": 1, "delay_ms": delay_ms })
}

fn code(answer: &Value) -> i64 {
    answer["error"]["code"].as_i64().unwrap_or_default()
}

#[tokio::test]
async fn initialize_in_a_batch_is_refused_by_itself_and_settles_nothing() {
    let server = Server::start().await;
    for kind in Kind::ALL {
        let mut link = Link::open(&server, kind, BATCHES).await;
        let batch = json!([
            request(2, "ping", json!({})),
            { "jsonrpc": "2.0", "id": 3, "method": "initialize",
              "params": { "protocolVersion": "2025-11-25" } },
        ]);
        let answers = link.ask(&batch).await;
        assert_eq!(answers.len(), 2, "{kind:?}");
        assert_eq!(answers["2"]["result"], json!({}), "{kind:?}");
        assert_eq!(code(&answers["3"]), -32600, "{kind:?}");
        // Still the revision that has batches.
        let again = link.ask(&json!([request(4, "ping", json!({}))])).await;
        assert_eq!(again["4"]["result"], json!({}), "{kind:?}");
    }
}

#[tokio::test]
async fn one_id_in_a_batch_runs_once_and_is_answered_once() {
    let server = Server::start().await;
    for kind in Kind::ALL {
        let mut link = Link::open(&server, kind, BATCHES).await;
        let before = spaces(&server).await;
        let one = call(&json!("same"), "wiv_list_spaces", json!({}));
        let answers = link.answers(&json!([one, one, request(2, "ping", json!({}))])).await;
        let ids: Vec<String> = answers.iter().map(|answer| answer["id"].to_string()).collect();
        assert_eq!(ids.iter().filter(|id| *id == "\"same\"").count(), 1, "{kind:?}: {ids:?}");
        assert_eq!(spaces(&server).await - before, 1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_read_cancelled_within_its_batch_is_not_answered_and_a_write_is() {
    let server = Server::start().await;
    let workflows = server.data(ACME, "wiv_list_workflows", json!({})).await;
    let workflow = workflows["data"][0]["workflow_id"].clone();
    for kind in Kind::ALL {
        let mut link = Link::open(&server, kind, BATCHES).await;
        let before = spaces(&server).await;
        let batch = json!([
            call(&json!(2), "wiv_list_spaces", json!({})),
            call(&json!(3), "wiv_start_execution", json!({ "workflow_id": workflow })),
            cancelled(&json!(2)),
            cancelled(&json!(3)),
            request(4, "ping", json!({})),
        ]);
        let answers = link.ask(&batch).await;
        assert_eq!(answers.keys().collect::<Vec<_>>(), ["3", "4"], "{kind:?}");
        assert_eq!(answers["3"]["result"]["isError"], false, "{kind:?}: {}", answers["3"]);
        assert_eq!(spaces(&server).await, before, "{kind:?}");
    }
}

#[tokio::test]
async fn what_runs_is_cancelled_from_within_a_batch() {
    let server = Server::start().await;
    // Streamable HTTP has a conversation per POST: what another POST asked can't be meant.
    for kind in [Kind::Sse, Kind::Stdio] {
        let mut link = Link::open(&server, kind, BATCHES).await;
        server.fault(slow("/spaces", 1500)).await;
        link.send(&call(&json!("slow"), "wiv_list_spaces", json!({}))).await;
        let batch = json!([cancelled(&json!("slow")), request(4, "ping", json!({}))]);
        assert!(link.ask(&batch).await.contains_key("4"), "{kind:?}");
        server.fault(slow("/workflows/folders", 1700)).await;
        // Slower than the cancelled one would be.
        let next = link.ask(&call(&json!(5), "wiv_list_folders", json!({}))).await;
        assert_eq!(next.keys().collect::<Vec<_>>(), ["5"], "{kind:?}");
    }
}

#[tokio::test]
async fn no_member_of_a_batch_runs_that_has_no_room() {
    let server = Server::start().await;
    for kind in [Kind::Sse, Kind::Stdio] {
        let mut link = Link::open(&server, kind, BATCHES).await;
        // 1,024 requests may be in flight: all but four of them are.
        server.fault(json!({ "match": { "path": "/spaces" }, "fault": "slow", "times": 0, "delay_ms": 15_000 })).await;
        for id in 0..1020 {
            link.send(&call(&json!(id), "wiv_list_spaces", json!({}))).await;
        }
        let pings: Vec<Value> = (2000..2008).map(|id| request(id, "ping", json!({}))).collect();
        let refused = link.refused(&json!(pings)).await;
        assert!(refused.contains("in flight"), "{kind:?}: {refused}");
        // Once there is room, a later request is answered, and none of them is before it.
        for id in 0..1020 {
            link.send(&cancelled(&json!(id))).await;
        }
        let answers = link.ask(&request(3000, "ping", json!({}))).await;
        assert_eq!(answers.keys().collect::<Vec<_>>(), ["3000"], "{kind:?}");
    }
}

#[tokio::test]
async fn no_member_of_a_batch_runs_in_a_revision_without_batches() {
    let server = Server::start().await;
    for kind in Kind::ALL {
        let mut link = Link::open(&server, kind, "2025-11-25").await;
        let refused = link.refused(&json!([request(2, "ping", json!({}))])).await;
        assert!(refused.contains("-32600"), "{kind:?}: {refused}");
        let answers = link.ask(&request(3, "ping", json!({}))).await;
        assert_eq!(answers.keys().collect::<Vec<_>>(), ["3"], "{kind:?}");
    }
}

#[tokio::test]
async fn no_member_of_a_batch_runs_of_which_one_is_not_granted() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut browser = Browser::new();
    browser.untick = Some("write");
    let tokens = client.sign_in(&mut browser, ANA, None).await;
    let access = tokens["access_token"].as_str().unwrap();
    let batch = json!([
        call(&json!(2), "wiv_list_folders", json!({})),
        call(&json!(3), "wiv_start_execution", json!({ "workflow_id": "w" })),
        request(4, "ping", json!({})),
    ]);
    let post = async |url: String, body: &Value| {
        let post = server.http.post(url).bearer_auth(access).body(body.to_string());
        let post = post.header("content-type", "application/json");
        post.header("mcp-protocol-version", BATCHES).send().await.unwrap()
    };
    assert_eq!(post(server.url("/mcp"), &batch).await.status(), 403);
    let get = server.http.get(server.url("/sse")).bearer_auth(access);
    let mut stream = Stream::from(get, &server).await;
    assert_eq!(post(stream.endpoint.clone(), &batch).await.status(), 403);
    let later = request(5, "ping", json!({}));
    assert_eq!(post(stream.endpoint.clone(), &later).await.status(), 202);
    assert_eq!(stream.message().await["id"], 5, "nothing was answered before it");
    assert_eq!(folders(&server).await, 0);
}

#[tokio::test]
async fn a_request_of_the_stateless_revision_is_no_part_of_a_batch() {
    let server = Server::start().await;
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {} });
    for (kind, expected) in Kind::ALL.into_iter().zip([-32600, -32601, -32600]) {
        let mut link = Link::open(&server, kind, BATCHES).await;
        let alone = request(2, "tools/list", json!({ "_meta": meta }));
        let answers = link.ask(&json!([alone, request(3, "ping", json!({}))])).await;
        assert_eq!(code(&answers["2"]), expected, "{kind:?}");
        assert_eq!(answers["3"]["result"], json!({}), "{kind:?}");
    }
}

async fn reached(server: &Server, path: &str) -> usize {
    server.upstream_calls().await.iter().filter(|call| call["path"] == path).count()
}

async fn spaces(server: &Server) -> usize {
    reached(server, "/spaces").await
}

async fn folders(server: &Server) -> usize {
    reached(server, "/workflows/folders").await
}

/// What a client sends in one frame.
#[derive(Debug, Clone)]
enum Part {
    Ping,
    Read,
    Write,
    Unknown,
    /// Repeats the part before, with its id.
    Again,
    /// Cancels the part before.
    Cancel,
    Notify,
    Nonsense,
}

fn any_part() -> impl Strategy<Value = Part> {
    prop_oneof![
        Just(Part::Ping),
        Just(Part::Read),
        Just(Part::Write),
        Just(Part::Unknown),
        Just(Part::Again),
        Just(Part::Cancel),
        Just(Part::Notify),
        Just(Part::Nonsense),
    ]
}

/// Frames as a client sends them, and for each id how many answers there must be.
struct Script {
    frames: Vec<Value>,
    /// The id, whether it must be answered, whether it may be.
    ids: Vec<(String, bool, bool)>,
}

fn script(frames: &[Vec<Part>], workflow: &Value) -> Script {
    let mut script = Script { frames: Vec::new(), ids: Vec::new() };
    let mut next_id = 100;
    for parts in frames {
        let mut messages = Vec::new();
        let mut last: Option<(Value, Value, bool)> = None;
        for part in parts {
            let id = json!(format!("id {next_id}"));
            next_id += 1;
            let started = match part {
                Part::Ping => json!({ "jsonrpc": "2.0", "id": id, "method": "ping" }),
                Part::Read => call(&id, "wiv_list_spaces", json!({})),
                Part::Write => call(&id, "wiv_start_execution", json!({ "workflow_id": workflow })),
                Part::Unknown => json!({ "jsonrpc": "2.0", "id": id, "method": "no/such" }),
                Part::Nonsense => json!({ "jsonrpc": "2.0", "id": id, "method": 7 }),
                Part::Notify => {
                    messages.push(json!({ "jsonrpc": "2.0", "method": "notifications/x" }));
                    continue;
                }
                Part::Again => {
                    // Only while it is surely in flight: within one frame.
                    let Some((_, message, _)) = &last else { continue };
                    messages.push(message.clone());
                    continue;
                }
                Part::Cancel => {
                    let Some((id, _, is_write)) = last.take() else { continue };
                    messages.push(cancelled(&id));
                    let id = id.to_string();
                    let noted = script.ids.iter_mut().find(|noted| noted.0 == id).unwrap();
                    // In one frame it is cancelled before it begins.
                    (noted.1, noted.2) = (is_write, is_write);
                    continue;
                }
            };
            script.ids.push((id.to_string(), true, true));
            let is_request = !matches!(part, Part::Nonsense);
            let is_write = matches!(part, Part::Write);
            last = is_request.then(|| (id, started.clone(), is_write));
            messages.push(started);
        }
        if !messages.is_empty() {
            script.frames.push(json!(messages));
        }
    }
    script
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_frame_is_answered_by_the_laws(
        frames in prop::collection::vec(prop::collection::vec(any_part(), 1..7), 1..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::start().await;
            let workflows = server.data(ACME, "wiv_list_workflows", json!({})).await;
            let workflow = &workflows["data"][0]["workflow_id"];
            for kind in Kind::ALL {
                let script = script(&frames, workflow);
                let mut link = Link::open(&server, kind, BATCHES).await;
                let mut answered: Vec<String> = Vec::new();
                for frame in &script.frames {
                    let answers = link.answers(frame).await;
                    answered.extend(answers.iter().map(|answer| answer["id"].to_string()));
                }
                let last = link.answers(&json!([request(1, "ping", json!({}))])).await;
                answered.extend(last.iter().map(|answer| answer["id"].to_string()));
                for (id, must, may) in &script.ids {
                    let count = answered.iter().filter(|answered| *answered == id).count();
                    assert!(count <= usize::from(*may) && count >= usize::from(*must),
                        "{kind:?}: {id} was answered {count} times\n{:?}", script.frames);
                }
                assert_eq!(answered.len(),
                    1 + script.ids.iter().filter(|id| id.1).count(), "{kind:?}: {answered:?}");
            }
        });
    }
}
