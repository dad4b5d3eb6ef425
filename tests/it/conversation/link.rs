//! One client of the server over any transport: frames out, answers in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::*;

/// A transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Http,
    Sse,
    Stdio,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Http, Self::Sse, Self::Stdio];
}

/// An open link to a server.
pub(super) struct Link<'s> {
    way: Way<'s>,
    sentinel: u64,
}

enum Way<'s> {
    Http { server: &'s Server, session_id: String },
    Sse(Box<Stream>),
    Stdio(Box<Pipe>),
}

impl<'s> Link<'s> {
    /// Connects and settles the revision.
    pub(super) async fn open(server: &'s Server, kind: Kind, revision: &str) -> Self {
        let hello = initialize(revision);
        let way = match kind {
            Kind::Http => {
                let response = server.post("/mcp", ACME, hello).await;
                let session_id = response.headers()["mcp-session-id"].to_str().unwrap().to_owned();
                Way::Http { server, session_id }
            }
            Kind::Sse => {
                let mut stream = server.stream(ACME).await;
                assert_eq!(stream.post(hello).await.status(), 202);
                stream.message().await;
                Way::Sse(Box::new(stream))
            }
            Kind::Stdio => {
                let mut pipe = Pipe::open(server);
                pipe.send(&hello).await;
                pipe.next().await;
                Way::Stdio(Box::new(pipe))
            }
        };
        Self { way, sentinel: 1_000_000 }
    }

    /// Sends a frame that must be taken; its answers are not waited for.
    pub(super) async fn send(&mut self, frame: &Value) {
        match &mut self.way {
            Way::Http { .. } => unreachable!("an answer is the POST's own"),
            Way::Sse(stream) => assert_eq!(stream.post(frame).await.status(), 202),
            Way::Stdio(pipe) => pipe.send(frame).await,
        }
    }

    /// Sends a frame; its answers by their ids.
    pub(super) async fn ask(&mut self, frame: &Value) -> BTreeMap<String, Value> {
        let answers = self.answers(frame).await;
        answers.into_iter().map(|answer| (answer["id"].to_string(), answer)).collect()
    }

    /// Sends a frame; everything that was answered until all its ids were that must be, and a
    /// later request was, too.
    pub(super) async fn answers(&mut self, frame: &Value) -> Vec<Value> {
        if let Way::Http { server, session_id } = &self.way {
            let headers = [("mcp-session-id", session_id.as_str()), ("accept", "application/json")];
            let response = server.post_with("/mcp", ACME, frame, &headers).await;
            if response.status() == 202 {
                return Vec::new();
            }
            assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
            return flat(parse(response).await);
        }
        self.send(frame).await;
        let mut awaited = must_be_answered(frame);
        let mut answers = Vec::new();
        while !awaited.is_empty() {
            for answer in self.next().await {
                awaited.retain(|id| *id != answer["id"]);
                answers.push(answer);
            }
        }
        self.sentinel += 1;
        let sentinel = self.sentinel;
        self.send(&request(sentinel, "ping", json!({}))).await;
        loop {
            let more = self.next().await;
            if more.iter().any(|answer| answer["id"] == sentinel) {
                return answers;
            }
            answers.extend(more);
        }
    }

    /// Sends a frame that must be refused; the words of the refusal.
    pub(super) async fn refused(&mut self, frame: &Value) -> String {
        if let Way::Http { server, session_id } = &self.way {
            let headers = [("mcp-session-id", session_id.as_str())];
            let response = server.post_with("/mcp", ACME, frame, &headers).await;
            assert!(response.status().is_client_error());
            return response.text().await.unwrap();
        }
        if let Way::Sse(stream) = &self.way {
            let response = stream.post(frame).await;
            assert!(response.status().is_client_error());
            return response.text().await.unwrap();
        }
        self.send(frame).await;
        loop {
            let next = self.next().await;
            if let Some(refused) = next.iter().find(|answer| answer["id"].is_null()) {
                return refused.to_string();
            }
        }
    }

    async fn next(&mut self) -> Vec<Value> {
        match &mut self.way {
            Way::Http { .. } => unreachable!("an answer is the POST's own"),
            Way::Sse(stream) => vec![stream.message().await],
            Way::Stdio(pipe) => flat(pipe.next().await),
        }
    }
}

fn flat(answer: Value) -> Vec<Value> {
    match answer {
        Value::Array(answers) => answers,
        answer => vec![answer],
    }
}

/// The ids of a frame that must be answered: all but those of reads that it cancels itself.
fn must_be_answered(frame: &Value) -> Vec<Value> {
    let messages = flat(frame.clone());
    let cancelled: Vec<&Value> =
        messages.iter().map(|message| &message["params"]["requestId"]).collect();
    let is_write = |message: &Value| message["params"]["name"] == "wiv_start_execution";
    let awaited = messages.iter().filter(|message| {
        let id = &message["id"];
        !id.is_null() && (is_write(message) || !cancelled.contains(&id))
    });
    awaited.map(|message| message["id"].clone()).collect()
}
