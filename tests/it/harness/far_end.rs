//! A far end that sends what it is told to, byte by byte.
//!
//! For answers that the stand-in can't give; it knows no keys and no operations.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    response::IntoResponse,
};
use reqwest::{StatusCode, header::HeaderMap};
use wiv_mcp::sandbox::Sandbox;

use super::{Server, client, start_app};

/// A request that reached the far end.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) body: String,
    pub(crate) headers: HeaderMap,
}

/// An answer, byte by byte.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// With one header more.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// An HTTP server on loopback, and what it has seen.
pub(crate) struct FarEnd {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl FarEnd {
    /// Answers every request with a status and a body.
    pub(crate) async fn start(
        answer: impl Fn(&Seen) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(move |seen| {
            let (status, body) = answer(seen);
            Answer::new(status, body).with("content-type", "application/json")
        })
        .await
    }

    /// Answers every request as told, headers too.
    pub(crate) async fn start_with(
        answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (noted, answer) = (seen.clone(), Arc::new(answer));
        let router = Router::new().fallback(move |request: Request| {
            let (noted, answer) = (noted.clone(), answer.clone());
            async move {
                let (head, body) = request.into_parts();
                let body = to_bytes(body, usize::MAX).await.unwrap();
                let seen = Seen {
                    method: head.method.to_string(),
                    target: head.uri.to_string(),
                    body: String::from_utf8(body.to_vec()).unwrap(),
                    headers: head.headers,
                };
                let Answer { status, headers, body } = answer(&seen);
                noted.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
                let mut response = Body::from(body).into_response();
                *response.status_mut() = StatusCode::from_u16(status).unwrap();
                for (name, value) in headers {
                    response.headers_mut().append(name, value.parse().unwrap());
                }
                response
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, seen }
    }

    /// Answers every request with this body.
    pub(crate) async fn saying(body: impl Into<String>) -> Self {
        let body = body.into();
        Self::start(move |_| (200, body.clone())).await
    }

    /// Answers every request with this.
    pub(crate) async fn answering(answer: Answer) -> Self {
        Self::start_with(move |_| answer.clone()).await
    }

    /// What reached it, oldest first.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A server in front of it.
    pub(crate) async fn server(&self) -> Server {
        self.server_with(&[]).await
    }

    /// The same with further settings, as variables.
    pub(crate) async fn server_with(&self, variables: &[(&str, &str)]) -> Server {
        let sandbox = Sandbox::start(0, 0).await.unwrap();
        let app = start_app(&self.url, variables).await;
        Server { app, sandbox, http: client(), sealing_keys: String::new() }
    }
}
