//! Tests of the identity provider through real sockets, and the client that they share.
//!
//! Each child asks about one promise; none looks behind the address.

mod control;
mod keys;
mod lists;
mod login;
mod tokens;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::form::Form;
use super::{CLIENT_ID, CLIENT_SECRET, INTEGRATION_KEY, authorize, token};
use crate::sandbox::Sandbox;
use crate::sandbox::tests::{Answer, send_to};

const CALLBACK: &str = "http://127.0.0.1:8080/oauth/callback";
const VERIFIER: &str = "a-verifier-of-the-least-length-that-is-allowed";

const ANA: &str = "ana@acme.example";
const OMAR: &str = "omar@acme.example";
const BEN: &str = "ben@acme.example";

/// A browser and a server beside a stand-in of their own.
struct Asker(Sandbox);

impl Asker {
    async fn start() -> Asker {
        Asker(Sandbox::start(0, 0).await.unwrap())
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        send_to(self.0.identity_url(), method, path, headers, body).await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, &[], "").await;
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    }

    /// A control call that must work.
    async fn order(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.send(method, &format!("/_control{path}"), &[], &body.to_string()).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.json());
        answer.json()
    }

    /// A call of the Backend API; its body may be empty.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let bearer = format!("Bearer {INTEGRATION_KEY}");
        let headers = [("authorization", bearer.as_str()), ("x-propelauth-url", "127.0.0.1")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, &format!("/api/backend/v1{path}"), &headers, &body).await;
        let is_empty = answer.body.is_empty();
        (answer.status, if is_empty { Value::Null } else { answer.json() })
    }

    /// Posts the login form; the answer to it.
    async fn sign_in(&self, email: &str, changes: &[(&str, &str)]) -> Answer {
        let password = email.split('@').next().unwrap_or_default();
        let form = encode(&[("email", email), ("password", &format!("demo-{password}"))]);
        self.send("POST", &request(changes), &[], &form).await
    }

    async fn code(&self, email: &str, changes: &[(&str, &str)]) -> String {
        let answer = self.sign_in(email, changes).await;
        assert_eq!(answer.status, 302);
        let location = answer.header("location");
        assert_eq!(parameter(location, "state"), "a state");
        parameter(location, "code")
    }

    async fn exchange(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let basic = STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
        let headers = [("authorization", &*format!("Basic {basic}"))];
        let answer = self.send("POST", token::PATH, &headers, &encode(form)).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        (answer.status, answer.json())
    }

    async fn redeem(&self, code: &str) -> (u16, Value) {
        self.exchange(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    /// Signs in and redeems the code.
    async fn tokens(&self, email: &str, changes: &[(&str, &str)]) -> Value {
        let (status, tokens) = self.redeem(&self.code(email, changes).await).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    async fn claims(&self, email: &str, changes: &[(&str, &str)]) -> Value {
        let tokens = self.tokens(email, changes).await;
        decode(tokens["access_token"].as_str().unwrap()).1
    }

    async fn user_id(&self, email: &str) -> String {
        let claims = self.claims(email, &[]).await;
        claims["sub"].as_str().unwrap().to_owned()
    }

    /// The status that the stand-in WIV API gives this key.
    async fn wiv_status(&self, key: &str, method: &str, path: &str) -> u16 {
        let headers = [("x-api-key", key)];
        send_to(self.0.wiv_api_url(), method, path, &headers, "{}").await.unwrap().status
    }
}

/// The address of an authorization request; an empty value leaves a parameter out.
fn request(changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", CALLBACK),
        ("state", "a state"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        parameters.retain(|(other, _)| other != name);
        parameters.push((name, value));
    }
    parameters.retain(|(_, value)| !value.is_empty());
    format!("{}?{}", authorize::PATH, encode(&parameters))
}

fn encode(parameters: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| {
        format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
    };
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn parameter(location: &str, name: &str) -> String {
    let query =
        location.strip_prefix(&format!("{CALLBACK}?")).unwrap_or_else(|| panic!("{location}"));
    let form = Form::parse(query.as_bytes()).unwrap();
    form.get(name).unwrap_or_else(|| panic!("{location}")).to_owned()
}

/// Header and claims.
fn decode(token: &str) -> (Value, Value) {
    let part = |at: usize| {
        let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    (part(0), part(1))
}

#[tokio::test]
async fn the_sandbox_tells_how_to_use_it() {
    let asker = Asker::start().await;
    let environment = asker.0.oauth_environment();
    let value = |name: &str| {
        environment.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    };
    assert_eq!(value("PROPELAUTH_AUTH_URL"), Some(asker.0.identity_url()));
    for name in ["WIV_MCP_SEALING_KEYS", "WIV_MCP_CLIENT_ID_KEY"] {
        let (_, key) = value(name).unwrap().split_once(':').unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(key).unwrap().len(), 32, "{name}");
    }
    let users = json!(asker.0.users());
    let names = json!(["Acme Corporation", "Globex", "Northstar Cloud Partners"]);
    let omar = json!({"email": OMAR, "password": "demo-omar", "organizations": names});
    assert_eq!(users[1], omar);
    assert_eq!(users[4]["organizations"], json!([]));
}
