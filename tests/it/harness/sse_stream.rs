//! An HTTP+SSE stream as a client reads it.
//!
//! Not for what the events mean.

use serde_json::{Value, json};
use tokio::time::timeout;

use super::{PATIENCE, Server, request};

/// An open HTTP+SSE stream.
pub(crate) struct Stream {
    response: reqwest::Response,
    unread: String,
    http: reqwest::Client,
    key: String,
    /// Absolute address to post to.
    pub(crate) endpoint: String,
}

/// One event; a comment or a bare `retry` has no name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
    pub(crate) retry: Option<u64>,
}

impl Stream {
    pub(crate) async fn open(server: &Server, key: &str, headers: &[(&str, &str)]) -> Self {
        let mut request = server
            .http
            .get(server.url("/sse"))
            .header("x-api-key", key)
            .header("accept", "text/event-stream");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self { key: key.to_owned(), ..Self::from(request, server).await }
    }

    /// A stream that this request opens.
    pub(crate) async fn from(request: reqwest::RequestBuilder, server: &Server) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
        let mut stream = Self {
            response,
            unread: String::new(),
            http: server.http.clone(),
            key: String::new(),
            endpoint: String::new(),
        };
        let first = stream.next().await.unwrap();
        assert_eq!((first.name.as_str(), first.retry), ("endpoint", Some(3000)));
        stream.endpoint = server.url(&first.data);
        stream
    }

    /// The same, posting with a key.
    pub(crate) fn with_key(self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self }
    }

    pub(crate) fn headers(&self) -> &reqwest::header::HeaderMap {
        self.response.headers()
    }

    /// The next event that is no comment; `None` at the stream's end.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((frame, rest)) = self.unread.split_once("\n\n") {
                let (frame, rest) = (frame.to_owned(), rest.to_owned());
                self.unread = rest;
                let field = |name: &str| {
                    frame.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned)
                };
                let event = Event {
                    name: field("event: ").unwrap_or_default(),
                    data: field("data: ").unwrap_or_default(),
                    retry: field("retry: ").map(|retry| retry.parse().unwrap()),
                };
                if !event.name.is_empty() || event.retry.is_some() {
                    return Some(event);
                }
            }
            match timeout(PATIENCE, self.response.chunk()).await.expect("the stream is silent") {
                Ok(Some(chunk)) => self.unread.push_str(std::str::from_utf8(&chunk).unwrap()),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// The next message, as JSON.
    pub(crate) async fn message(&mut self) -> Value {
        let event = self.next().await.expect("the stream ended");
        assert_eq!(event.name, "message");
        serde_json::from_str(&event.data).unwrap()
    }

    /// Posts to the session; the POST's own response.
    pub(crate) async fn post(&self, body: impl ToString) -> reqwest::Response {
        self.post_as(&self.key, body).await
    }

    pub(crate) async fn post_as(&self, key: &str, body: impl ToString) -> reqwest::Response {
        self.http
            .post(&self.endpoint)
            .header("x-api-key", key)
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .unwrap()
    }

    /// A request that must be accepted; its response from the stream.
    pub(crate) async fn ask(&mut self, id: u64, method: &str, params: Value) -> Value {
        let response = self.post(request(id, method, params)).await;
        assert_eq!(response.status(), 202);
        assert_eq!(response.text().await.unwrap(), "");
        let answer = self.message().await;
        assert_eq!(answer["id"], id);
        answer
    }

    /// A tool call that must succeed; its `structuredContent`.
    pub(crate) async fn data(&mut self, id: u64, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        let mut answer = self.ask(id, "tools/call", params).await;
        assert_eq!(answer["result"]["isError"], false, "{answer}");
        answer["result"]["structuredContent"].take()
    }
}
