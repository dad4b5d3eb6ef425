//! A server and its stand-ins in this process, and clients that speak to them.

mod catalogue;
mod far_end;
mod pipe;
mod sse_stream;

use std::{net::SocketAddr, sync::OnceLock, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use wiv_mcp::{
    app::{App, Audience},
    marks::Marks,
    sandbox::Sandbox,
    seal::{Purpose, Sealer, SealingKeys},
    settings::{RunAs, Settings},
};

pub(crate) use catalogue::{is_of, reading_tool_count, tool_count, tools_that};
pub(crate) use far_end::{Answer, FarEnd};
pub(crate) use pipe::Pipe;
pub(crate) use sse_stream::Stream;

pub(crate) const ACME: &str = "wiv-demo-acme";
pub(crate) const READ_ONLY: &str = "wiv-demo-acme-read-only";
pub(crate) const GLOBEX: &str = "wiv-demo-globex";
pub(crate) const MSP: &str = "wiv-demo-msp";

/// Longest wait for anything in a test. Only a failure takes that long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A running server with its stand-in WIV API.
pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
    sealing_keys: String,
}

/// An instance beside a server.
pub(crate) struct Instance {
    _app: App,
    address: SocketAddr,
}

impl Instance {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// A server with the stand-ins' sign-in.
async fn sign_in_app(sandbox: &Sandbox, variables: &[(&str, &str)]) -> App {
    let given = sandbox.oauth_environment();
    let given = given.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut all: std::collections::BTreeMap<&str, &str> = given.collect();
    all.extend(variables.iter().copied());
    start_app(sandbox.wiv_api_url(), &all.into_iter().collect::<Vec<_>>()).await
}

/// Calls that act are done at once, without a preview.
pub(crate) const UNASKED: [(&str, &str); 1] = [("WIV_MCP_CONFIRM", "none")];

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts with further settings, as variables.
    pub(crate) async fn start_with(variables: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start(0, 0).await.unwrap();
        let app = start_app(sandbox.wiv_api_url(), variables).await;
        Self { app, sandbox, http: client(), sealing_keys: String::new() }
    }

    /// Starts with sign-in on, each server with sealing keys of its own.
    pub(crate) async fn start_with_sign_in(variables: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start(0, 0).await.unwrap();
        let keys = SealingKeys::new_key_line();
        let own = [("WIV_MCP_SEALING_KEYS", keys.as_str())];
        let app = sign_in_app(&sandbox, &[&own, variables].concat()).await;
        Self { app, sandbox, http: client(), sealing_keys: keys }
    }

    /// Two instances with one stand-in, which share their marks.
    pub(crate) async fn start_two(marks: &Marks) -> (Self, Self) {
        let sandbox = Sandbox::start(0, 0).await.unwrap();
        let url = sandbox.wiv_api_url().to_owned();
        let first = start_sharing(&url, &[], marks.clone()).await;
        let second = start_sharing(&url, &[], marks.clone()).await;
        let beside = Sandbox::start(0, 0).await.unwrap();
        let of = |app, sandbox| Self { app, sandbox, http: client(), sealing_keys: String::new() };
        (of(first, sandbox), of(second, beside))
    }

    /// Another instance with the same stand-ins and keys.
    pub(crate) async fn another_instance(&self, variables: &[(&str, &str)]) -> Instance {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listen = free.to_string();
        let own =
            [("WIV_MCP_SEALING_KEYS", self.sealing_keys.as_str()), ("WIV_MCP_LISTEN", &listen)];
        let app = sign_in_app(&self.sandbox, &[&own, variables].concat()).await;
        Instance { _app: app, address: free }
    }

    /// The text of its sealing keys.
    pub(crate) fn sealing_keys(&self) -> &str {
        &self.sealing_keys
    }

    /// Turns a switch of the stand-in PropelAuth.
    pub(crate) async fn identity(&self, switch: &str, body: &Value) {
        let url = format!("{}/_control/{switch}", self.sandbox.identity_url());
        let post = self.http.post(url).header("content-type", "application/json");
        let response = post.body(body.to_string()).send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }

    /// Scripts a fault of the stand-in PropelAuth, until it is well again.
    pub(crate) async fn identity_fault(&self, path: &str, fault: &str) {
        self.identity_rule(&json!({ "match": { "path": path }, "fault": fault, "times": 0 })).await;
    }

    /// Scripts a fault of the stand-in PropelAuth in its own words.
    pub(crate) async fn identity_rule(&self, fault: &Value) {
        let url = format!("{}/_control/faults", self.sandbox.identity_url());
        let put = self.http.put(url).header("content-type", "application/json");
        let response = put.body(fault.to_string()).send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }

    pub(crate) async fn identity_well(&self) {
        let url = format!("{}/_control/faults", self.sandbox.identity_url());
        assert!(self.http.delete(url).send().await.unwrap().status().is_success());
    }

    /// The keys that the stand-in PropelAuth has made, dead ones too.
    pub(crate) async fn keys(&self) -> Vec<Value> {
        let url = format!("{}/_control/keys", self.sandbox.identity_url());
        let mut keys = parse(self.http.get(url).send().await.unwrap()).await;
        let list = if keys.is_array() { keys } else { keys["keys"].take() };
        serde_json::from_value(list).unwrap()
    }

    /// What reached the stand-in PropelAuth, oldest first.
    pub(crate) async fn identity_calls(&self) -> Vec<Value> {
        let url = format!("{}/_control/calls", self.sandbox.identity_url());
        let mut calls = parse(self.http.get(url).send().await.unwrap()).await;
        serde_json::from_value(calls["calls"].take()).unwrap()
    }

    pub(crate) async fn live_keys(&self) -> usize {
        self.keys().await.iter().filter(|key| key["is_live"] == true).count()
    }

    /// What seals with the server's keys.
    pub(crate) fn sealer(&self, purpose: Purpose) -> Sealer {
        let keys = SealingKeys::parse(&self.sealing_keys).unwrap();
        keys.sealer(purpose, self.app.origin().as_str())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.app.origin())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.app.origin().as_str().strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// POSTs a message with a key; the response as it came.
    pub(crate) async fn post(
        &self,
        path: &str,
        key: &str,
        body: impl ToString,
    ) -> reqwest::Response {
        self.post_with(path, key, body, &[]).await
    }

    pub(crate) async fn post_with(
        &self,
        path: &str,
        key: &str,
        body: impl ToString,
        headers: &[(&str, &str)],
    ) -> reqwest::Response {
        let mut request = self
            .http
            .post(self.url(path))
            .header("x-api-key", key)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(body.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// POSTs a beginning without a credential.
    pub(crate) async fn post_without_key(&self, path: &str) -> reqwest::Response {
        let post = self.http.post(self.url(path)).header("content-type", "application/json");
        post.body(initialize("2025-11-25").to_string()).send().await.unwrap()
    }

    /// A JSON-RPC request over `/mcp`; its whole response.
    pub(crate) async fn ask(&self, key: &str, method: &str, params: Value) -> Value {
        let response = self.post("/mcp", key, request(1, method, params)).await;
        assert_eq!(response.status(), 200);
        parse(response).await
    }

    /// A tool call over `/mcp`; its `CallToolResult`.
    pub(crate) async fn call(&self, key: &str, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        let mut answer = self.ask(key, "tools/call", params).await;
        let result = answer["result"].take();
        assert!(result.is_object(), "{tool}: {answer}");
        result
    }

    /// A tool call that must succeed; its `structuredContent`.
    pub(crate) async fn data(&self, key: &str, tool: &str, arguments: Value) -> Value {
        let mut result = self.call(key, tool, arguments).await;
        assert_eq!(result["isError"], false, "{tool}: {result}");
        result["structuredContent"].take()
    }

    /// A tool call that must fail; its `error`.
    pub(crate) async fn error(&self, key: &str, tool: &str, arguments: Value) -> Value {
        let mut result = self.call(key, tool, arguments).await;
        assert_eq!(result["isError"], true, "{tool}: {result}");
        result["structuredContent"]["error"].take()
    }

    /// Scripts a fault of the stand-in.
    pub(crate) async fn fault(&self, fault: Value) {
        let url = format!("{}/faults", self.sandbox.control_url());
        let response = self
            .http
            .put(url)
            .body(fault.to_string())
            .header("content-type", "application/json")
            .send()
            .await
            .unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }

    /// What reached the stand-in, oldest first.
    pub(crate) async fn upstream_calls(&self) -> Vec<Value> {
        let url = format!("{}/calls", self.sandbox.control_url());
        let mut calls = parse(self.http.get(url).send().await.unwrap()).await;
        serde_json::from_value(calls["calls"].take()).unwrap()
    }

    /// Advances the stand-in's clock.
    pub(crate) async fn advance(&self, seconds: u64) {
        let url = format!("{}/clock", self.sandbox.control_url());
        let body = json!({ "advance_s": seconds }).to_string();
        let request = self.http.post(url).header("content-type", "application/json").body(body);
        assert!(request.send().await.unwrap().status().is_success());
    }

    /// Sends bytes and reads until the server closes or is silent.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> String {
        let mut socket = TcpStream::connect(self.app.address()).await.unwrap();
        socket.write_all(bytes).await.unwrap();
        let mut read = Vec::new();
        let _closed_or_silent =
            timeout(Duration::from_secs(2), socket.read_to_end(&mut read)).await;
        String::from_utf8_lossy(&read).into_owned()
    }

    /// Opens an HTTP+SSE stream.
    pub(crate) async fn stream(&self, key: &str) -> Stream {
        Stream::open(self, key, &[]).await
    }
}

/// A server for an upstream that runs elsewhere.
pub(crate) async fn start_app(wiv_api_url: &str, variables: &[(&str, &str)]) -> App {
    start_sharing(wiv_api_url, variables, Marks::in_memory()).await
}

/// The same with marks that others may have, too.
async fn start_sharing(wiv_api_url: &str, variables: &[(&str, &str)], marks: Marks) -> App {
    let own = [("WIV_MCP_LISTEN", "127.0.0.1:0"), ("WIV_API_URL", wiv_api_url)];
    let environment =
        own.iter().chain(variables).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let (settings, _) = Settings::load(RunAs::Server, &Default::default(), environment).unwrap();
    App::start_with_marks(&settings, Audience::Public, marks).await.unwrap()
}

pub(crate) fn client() -> reqwest::Client {
    client_builder().build().unwrap()
}

pub(crate) fn client_builder() -> reqwest::ClientBuilder {
    static PROVIDER: OnceLock<()> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let _already_installed = provider.install_default();
    });
    reqwest::Client::builder().no_proxy().timeout(PATIENCE)
}

pub(crate) fn request(id: u64, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

pub(crate) fn initialize(revision: &str) -> Value {
    let params = json!({
        "protocolVersion": revision,
        "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    });
    request(1, "initialize", params)
}

pub(crate) async fn parse(response: reqwest::Response) -> Value {
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}
