//! What one call costs within the process: `cargo bench --bench call`.

use std::{borrow::Cow, hint::black_box, sync::Arc};

use bytes::Bytes;
use divan::Bencher;
use futures_util::FutureExt;
use serde_json::{Value, json, value::RawValue};
use wiv_mcp::{
    answer::{self, Keys, Layout, Limits, Position, WantedFields},
    auth::{AccessToken, AccessTokens, SealedKey},
    caller::{ApiKey, Fingerprint},
    catalog::{Action, AnswerShape, Catalog, RowFormat},
    mcp::{
        self, Context, Error, Host, Implementation, LATEST_LEGACY, Outcome, ToolCall, ToolResult,
        TransportKind, View,
    },
    seal::{Purpose, SealingKeys},
};

fn main() {
    divan::main();
}

/// Does what the server does up to the socket towards WIV, and answers with a constant.
struct UpToTheSocket {
    catalog: Catalog,
    view: Arc<View>,
    implementation: Implementation,
    answer: ToolResult,
}

impl Host for UpToTheSocket {
    type Caller = ();

    fn implementation(&self) -> &Implementation {
        &self.implementation
    }

    fn instructions(&self, (): &()) -> Cow<'_, str> {
        "".into()
    }

    fn view(&self, (): &()) -> Arc<View> {
        Arc::clone(&self.view)
    }

    async fn call(
        &self,
        (): &(),
        _: &Context,
        call: ToolCall,
    ) -> Result<Outcome<ToolResult>, Error> {
        let tool = self.catalog.tool(&call.name).expect("the benchmark calls tools there are");
        let arguments = tool.check(call.arguments).expect("the benchmark's arguments fit");
        let Action::Call(operation) = &tool.action else { unreachable!("a plain call") };
        black_box(operation.request(&arguments, None).expect("the arguments make a request"));
        Ok(Outcome::Complete(self.answer.clone()))
    }
}

/// Has the product's list and answers every call at once: what is left is the core.
struct Constant(UpToTheSocket);

impl Host for Constant {
    type Caller = ();

    fn implementation(&self) -> &Implementation {
        &self.0.implementation
    }

    fn instructions(&self, (): &()) -> Cow<'_, str> {
        "".into()
    }

    fn view(&self, (): &()) -> Arc<View> {
        Arc::clone(&self.0.view)
    }

    async fn call(
        &self,
        (): &(),
        _: &Context,
        call: ToolCall,
    ) -> Result<Outcome<ToolResult>, Error> {
        black_box(call);
        Ok(Outcome::Complete(self.0.answer.clone()))
    }
}

fn host() -> UpToTheSocket {
    UpToTheSocket {
        catalog: Catalog::built_in(),
        view: Arc::new(View::new(std::iter::empty(), std::iter::empty())),
        implementation: Implementation {
            name: "bench".into(),
            title: "Bench".into(),
            version: "0".into(),
            ..Implementation::default()
        },
        answer: ToolResult::new("x".repeat(500), json!({ "data": "y".repeat(480) }).to_string()),
    }
}

fn context() -> Context {
    Context::new(LATEST_LEGACY, TransportKind::Local, 1)
}

fn run(bencher: Bencher<'_, '_>, tool: &str, arguments: &Value) {
    let host = host();
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": tool, "arguments": arguments },
    });
    let message = Bytes::from(message.to_string());
    bencher.bench(|| {
        mcp::answer(&host, &(), context(), &message).now_or_never().flatten().expect("an answer")
    });
}

fn core(bencher: Bencher<'_, '_>, method: &str, meta: &Value) {
    let host = Constant(host());
    let text = "z".repeat(700);
    let params = json!({ "name": "x", "arguments": { "text": text }, "_meta": meta });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let message = Bytes::from(message.to_string());
    bencher.bench(|| {
        mcp::answer(&host, &(), context(), &message).now_or_never().flatten().expect("an answer")
    });
}

fn stateless() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "bench", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

/// The core alone: parse a 1 KB `tools/call`, dispatch, render a 1 KB answer.
#[divan::bench]
fn core_of_a_call_2025_11_25(bencher: Bencher<'_, '_>) {
    core(bencher, "tools/call", &json!({}));
}

/// The same in the stateless revision, with its metadata read and its state bound.
#[divan::bench]
fn core_of_a_call_2026_07_28(bencher: Bencher<'_, '_>) {
    core(bencher, "tools/call", &stateless());
}

/// `tools/list` from rendered bytes.
#[divan::bench]
fn core_of_a_list_2026_07_28(bencher: Bencher<'_, '_>) {
    core(bencher, "tools/list", &stateless());
}

/// Parse, dispatch, check, build the request, render a 1 KB answer.
#[divan::bench]
fn body_to_request_and_back_plain(bencher: Bencher<'_, '_>) {
    run(bencher, "wiv_list_workflows", &json!({}));
}

/// The same with filters, dates and a limit.
#[divan::bench]
fn body_to_request_and_back_search(bencher: Bencher<'_, '_>) {
    let arguments = json!({
        "filters": { "status": ["To Do", "Acknowledged"], "provider": ["AWS"] },
        "date_range": { "start": "2026-01-01", "end": "2026-11-16" },
        "limit": 50,
    });
    run(bencher, "wiv_search_cases", &arguments);
}

fn rows(count: usize) -> String {
    let rows: Vec<Value> = (0..count)
        .map(|number| {
            json!({
                "case_id": format!("case_{number:012}"),
                "case_type": "EC2 Stopped Instances",
                "status": "To Do",
                "account_id": "123456789012",
                "region": "eu-west-1",
                "resource_id": format!("i-{number:017x}"),
                "owner": null,
                "criteria": "No CPU above 2 % over 30 days, no network traffic",
                "annual_potential_savings": 1234.56,
                "currency": "USD",
            })
        })
        .collect();
    json!({ "data": rows, "next_page_key": null }).to_string()
}

fn render(bencher: Bencher<'_, '_>, body: &str, limit: usize) {
    let layout = Layout {
        shape: AnswerShape::Rows,
        money: None,
        fields: &WantedFields::All,
        format: RowFormat::Rows,
        scrolls: false,
        limit: Some(limit),
        limits: Limits { text_chars: 32_000 },
        status: http::StatusCode::OK,
        extent: Default::default(),
        at: 1_794_819_600,
        writes: false,
        only: None,
        narrowing: None,
        fitting: None,
        names: None,
        whole: None,
        ordered: None,
        around: None,
    };
    bencher.counter(divan::counter::BytesCount::of_str(body)).bench(|| {
        let position = Position::default();
        answer::render(body.as_bytes(), layout, &position, &Keys::none(), vec![], |_| String::new())
            .expect("readable")
    });
}

/// 100 KB of rows, of which a page of 25 is shown.
#[divan::bench]
fn render_100_kb_page_of_25(bencher: Bencher<'_, '_>) {
    render(bencher, &rows(340), 25);
}

/// 100 KB of rows, all of them shown.
#[divan::bench]
fn render_100_kb_whole(bencher: Bencher<'_, '_>) {
    render(bencher, &rows(340), 340);
}

/// The response of a call as the core writes it, and the same bytes written by derived code.
/// The derived way must read the structured part again to believe that it is JSON.
#[derive(serde::Serialize)]
struct Derived<'a> {
    jsonrpc: &'a str,
    id: &'a RawValue,
    result: DerivedResult<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct DerivedResult<'a> {
    content: [DerivedText<'a>; 1],
    structured_content: &'a RawValue,
    is_error: bool,
}

#[derive(serde::Serialize)]
struct DerivedText<'a> {
    r#type: &'a str,
    text: &'a str,
}

fn written_by_hand(text: &str, structured: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(text.len() * 9 / 8 + structured.len() + 256);
    body.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":");
    body.extend_from_slice(b"\"text\",\"text\":");
    serde_json::to_writer(&mut body, text).expect("memory takes it");
    body.extend_from_slice(b"}],\"structuredContent\":");
    body.extend_from_slice(structured.as_bytes());
    body.extend_from_slice(b",\"isError\":false}}");
    body
}

fn written_by_derive(text: &str, structured: &str) -> Vec<u8> {
    let structured: &RawValue = serde_json::from_str(structured).expect("JSON");
    let id: &RawValue = serde_json::from_str("1").expect("JSON");
    let content = [DerivedText { r#type: "text", text }];
    let result = DerivedResult { content, structured_content: structured, is_error: false };
    serde_json::to_vec(&Derived { jsonrpc: "2.0", id, result }).expect("memory takes it")
}

#[divan::bench(args = [1, 100])]
fn response_written_by_hand(bencher: Bencher<'_, '_>, kilobytes: usize) {
    let (text, structured) = answer_of(kilobytes);
    assert_eq!(written_by_hand(&text, &structured), written_by_derive(&text, &structured));
    bencher.bench(|| written_by_hand(black_box(&text), black_box(&structured)));
}

#[divan::bench(args = [1, 100])]
fn response_written_by_derive(bencher: Bencher<'_, '_>, kilobytes: usize) {
    let (text, structured) = answer_of(kilobytes);
    bencher.bench(|| written_by_derive(black_box(&text), black_box(&structured)));
}

fn answer_of(kilobytes: usize) -> (String, String) {
    ("x".repeat(500 * kilobytes), rows(2 * kilobytes))
}

/// A cursor: sealed and opened again.
#[divan::bench]
fn seal_and_open_a_cursor(bencher: Bencher<'_, '_>) {
    let sealer = SealingKeys::random().sealer(Purpose::Cursor, "https://mcp.example.com");
    let payload = [b'x'; 80];
    bencher.bench(|| sealer.open(&sealer.seal(black_box(&payload))).expect("our own"));
}

/// What tells callers apart in limits and sessions.
#[divan::bench]
fn fingerprint_of_a_key(bencher: Bencher<'_, '_>) {
    let keys = SealingKeys::random().hash_key("caller");
    bencher.bench(|| {
        let key = ApiKey::parse(black_box(b"wiv-0123456789abcdef0123456789abcdef")).expect("a key");
        (Fingerprint::new(keys.hash(key.secret_for_derivation())), key)
    });
}

/// Opening an access token: what a signed-in caller's call costs more than a key's.
#[divan::bench]
fn open_an_access_token(bencher: Bencher<'_, '_>) {
    let tokens = AccessTokens::new(&SealingKeys::random(), "https://mcp.example.com");
    let key = ApiKey::parse(b"wiv-0123456789abcdef0123456789abcdef").expect("a key");
    let token = AccessToken {
        iss: "https://mcp.example.com".into(),
        aud: "https://mcp.example.com/mcp".into(),
        iat: 0,
        scope: "wiv:read wiv:write".into(),
        org: "Acme Corporation".into(),
        role: "Admin".into(),
        kid: "0123456789abcdef0123456789abcdef".into(),
        kexp: u64::MAX,
        key: SealedKey::new(&key),
    };
    let token = tokens.issue(&token, u64::MAX);
    bencher.bench(|| tokens.verify(black_box(&token)).expect("our own"));
}
