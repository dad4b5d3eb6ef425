//! The client of PropelAuth against its stand-in: sign-in and keys.

mod trouble;

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use wiv_mcp::{
    caller::Secret,
    origin::HttpUrl,
    propelauth::{
        BackendError, KeyRecord, Login, LoginError, NewKey, PropelAuth, PropelAuthSettings,
        TokenFlaw,
    },
    sandbox::Sandbox,
};

use crate::harness;

const ANA: &str = "31c41c16-c281-44ae-9602-8a047e3bf33d";
const OMAR: &str = "8b6a3f0d-52e7-4f19-a0c4-71d95e2b6c18";
const DANA: &str = "f4e8b271-6a3c-4095-b7d8-2c5f1093ae47";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

const CALLBACK: &str = "http://127.0.0.1:8080/oauth/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const STATE: &str = "a state & more";

const KEYS_PATH: &str = "/api/backend/v1/end_user_api_keys";
const USER_PATH: &str = "/api/backend/v1/user";
const TOKEN_PATH: &str = "/propelauth/oauth/token";
const JWKS_PATH: &str = "/.well-known/jwks.json";

/// A stand-in and a client that is set up for it.
struct Tenant {
    sandbox: Sandbox,
    propelauth: PropelAuth,
    browser: reqwest::Client,
}

impl Tenant {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts with some of the settings changed.
    async fn start_with(changes: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start(0, 0).await.unwrap();
        let mut variables: HashMap<_, _> = sandbox.oauth_environment().into_iter().collect();
        variables.extend(changes.iter().map(|(name, text)| (name.to_string(), text.to_string())));
        let settings = PropelAuthSettings {
            auth_url: HttpUrl::parse(&variables["PROPELAUTH_AUTH_URL"]).unwrap(),
            client_id: variables["PROPELAUTH_CLIENT_ID"].clone(),
            client_secret: Secret::parse(&variables["PROPELAUTH_CLIENT_SECRET"]).unwrap(),
            api_url: HttpUrl::parse(&variables["PROPELAUTH_API_URL"]).unwrap(),
            api_key: Secret::parse(&variables["PROPELAUTH_API_KEY"]).unwrap(),
            proxy: None,
        };
        let propelauth = PropelAuth::new(settings).unwrap();
        let no_redirects = reqwest::redirect::Policy::none();
        let browser = harness::client_builder().redirect(no_redirects).build().unwrap();
        Self { sandbox, propelauth, browser }
    }

    /// Signs a person in as a browser does; the code that comes back.
    async fn code(&self, email: &str, password: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
        let url = self.propelauth.authorize_url(CALLBACK, STATE, &challenge);
        let email = email.replace('@', "%40");
        let form = format!("email={email}&password={password}");
        let content_type = "application/x-www-form-urlencoded";
        let request = self.browser.post(url).header(header::CONTENT_TYPE, content_type).body(form);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FOUND);
        let location = response.headers()[header::LOCATION].to_str().unwrap();
        let (uri, query) = location.split_once('?').unwrap();
        assert_eq!(uri, CALLBACK);
        let code = query.strip_prefix("code=").unwrap();
        let (code, state) = code.split_once("&state=").unwrap();
        assert_eq!(percent_encoding::percent_decode_str(state).decode_utf8().unwrap(), STATE);
        code.to_owned()
    }

    /// A whole sign-in of Ana.
    async fn login(&self) -> Result<Login, LoginError> {
        let code = self.code("ana@acme.example", "demo-ana").await;
        self.propelauth.login(&code, VERIFIER, CALLBACK).await
    }

    async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}/_control/{path}", self.sandbox.identity_url());
        let request = self.browser.request(method, url).body(body.to_string());
        let response = request.header(header::CONTENT_TYPE, "application/json").send().await;
        let response = response.unwrap().error_for_status().unwrap();
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    async fn order(&self, path: &str, body: Value) {
        self.control(Method::POST, path, body).await;
    }

    /// Until the next order of faults, `path` and what lies below it meet this one.
    async fn fault(&self, path: &str, fault: &str, times: u64) {
        self.control(Method::DELETE, "faults", Value::Null).await;
        let rule = json!({"match": {"path": path}, "fault": fault, "times": times});
        self.control(Method::PUT, "faults", rule).await;
    }

    /// The requests for a path since the stand-in started.
    async fn calls(&self, path: &str) -> Vec<Value> {
        let calls = self.control(Method::GET, "calls", Value::Null).await;
        let calls = calls["calls"].as_array().unwrap();
        let is_meant = |call: &&Value| call["path"].as_str().unwrap().starts_with(path);
        calls.iter().filter(is_meant).cloned().collect()
    }

    /// A key for Ana in the first of her organizations.
    async fn new_key(&self) -> NewKey {
        let ana = self.propelauth.user(ANA).await.unwrap().unwrap();
        NewKey {
            org_id: ana.memberships[0].org_id.clone(),
            user_id: ana.user_id,
            display_name: "WIV MCP: a client".to_owned(),
            expires_at: in_an_hour(),
            metadata: json!({"src": "wiv-mcp", "gen": 1}),
        }
    }
}

fn in_an_hour() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    now.as_secs() + 3600
}

#[tokio::test]
async fn a_person_signs_in_and_is_known() {
    let tenant = Tenant::start().await;
    let login = tenant.login().await.unwrap();
    assert_eq!(login.user_id, ANA);
    assert_eq!(login.email.as_deref(), Some("ana@acme.example"));

    let omar = tenant.propelauth.user(OMAR).await.unwrap().unwrap();
    assert!(omar.enabled && !omar.locked);
    assert_eq!(omar.memberships.len(), 3);
    assert!(omar.memberships.is_sorted_by_key(|membership| &membership.org_name));
    assert!(omar.memberships.iter().any(|membership| membership.role == "Editor"));
    assert!(!tenant.propelauth.user(DANA).await.unwrap().unwrap().enabled);
    tenant.order("user", json!({"email": "omar@acme.example", "locked": true})).await;
    assert!(tenant.propelauth.user(OMAR).await.unwrap().unwrap().locked);
    assert_eq!(tenant.propelauth.user(NOBODY).await.unwrap(), None);
}

#[tokio::test]
async fn a_key_lives_until_it_is_deleted() {
    let tenant = Tenant::start().await;
    let propelauth = &tenant.propelauth;
    let new = tenant.new_key().await;
    let created = propelauth.create_key(&new).await.unwrap();
    let record = propelauth.key(&created.id).await.unwrap().unwrap();
    let expected = KeyRecord {
        id: created.id.clone(),
        created_at: record.created_at,
        expires_at: Some(new.expires_at),
        metadata: new.metadata.clone(),
        user_id: Some(ANA.to_owned()),
        org_id: Some(new.org_id.clone()),
        display_name: Some(new.display_name.clone()),
    };
    assert_eq!(record, expected);

    let metadata = json!({"src": "wiv-mcp", "gen": 2});
    let later = new.expires_at + 60;
    assert!(propelauth.update_key(&created.id, Some(later), &metadata).await.unwrap());
    let record = propelauth.key(&created.id).await.unwrap().unwrap();
    assert_eq!((record.expires_at, &record.metadata), (Some(later), &metadata));
    // Without an end, the end stays.
    assert!(propelauth.update_key(&created.id, None, &new.metadata).await.unwrap());
    let record = propelauth.key(&created.id).await.unwrap().unwrap();
    assert_eq!((record.expires_at, &record.metadata), (Some(later), &new.metadata));

    propelauth.delete_key(&created.id).await.unwrap();
    assert_eq!(propelauth.key(&created.id).await.unwrap(), None);
    assert!(!propelauth.update_key(&created.id, None, &metadata).await.unwrap());
    propelauth.delete_key(&created.id).await.unwrap();
    // The other way in which PropelAuth says that a key is gone.
    tenant.order("settings", json!({"missing_key_is_null": true})).await;
    assert_eq!(propelauth.key(&created.id).await.unwrap(), None);
}

#[tokio::test]
async fn keys_are_listed_across_pages_and_up_to_a_bound() {
    let tenant = Tenant::start().await;
    let propelauth = &tenant.propelauth;
    let new = tenant.new_key().await;
    let list = async |user: Option<&str>, org: Option<&str>| {
        let keys = propelauth.keys(user, org).await.unwrap();
        let ids: std::collections::HashSet<_> = keys.iter().map(|key| &key.id).collect();
        assert_eq!(ids.len(), keys.len());
        keys.len()
    };
    assert_eq!(list(None, None).await, 0);
    for _ in 0..101 {
        propelauth.create_key(&new).await.unwrap();
    }
    for (user, org, expected) in [
        (None, None, 101),
        (Some(ANA), None, 101),
        (Some(ANA), Some(new.org_id.as_str()), 101),
        (Some(OMAR), None, 0),
        (None, Some("an organization & more"), 0),
    ] {
        assert_eq!(list(user, org).await, expected);
    }
    for _ in 101..1001 {
        propelauth.create_key(&new).await.unwrap();
    }
    assert_eq!(list(None, None).await, 1000);
}

#[tokio::test]
async fn a_code_is_good_once_for_its_verifier_and_redirect() {
    let tenant = Tenant::start().await;
    let code = async || tenant.code("ana@acme.example", "demo-ana").await;
    let used = code().await;
    tenant.propelauth.login(&used, VERIFIER, CALLBACK).await.unwrap();
    let other_verifier = VERIFIER.replace('d', "e");
    for (code, verifier, redirect_uri) in [
        (used, VERIFIER, CALLBACK),
        (code().await, other_verifier.as_str(), CALLBACK),
        (code().await, VERIFIER, "http://127.0.0.1:8081/oauth/callback"),
        (code().await[1..].to_owned(), VERIFIER, CALLBACK),
        (String::new(), VERIFIER, CALLBACK),
        ("a&code=b".to_owned(), VERIFIER, CALLBACK),
    ] {
        let result = tenant.propelauth.login(&code, verifier, redirect_uri).await;
        assert!(matches!(result, Err(LoginError::Refused)), "{result:?}");
    }
}

#[tokio::test]
async fn tokens_that_are_wrong_in_one_point_are_not_trusted() {
    let tenant = Tenant::start().await;
    tenant.login().await.unwrap();
    for (trick, flaw) in [
        (json!({"alg": "none"}), TokenFlaw::Malformed),
        (json!({"alg": "HS256"}), TokenFlaw::Algorithm),
        (json!({"alg": "RS512"}), TokenFlaw::Algorithm),
        (json!({"kid": "another"}), TokenFlaw::UnknownKey),
        (json!({"aud": "another"}), TokenFlaw::Audience),
        (json!({"iss": "http://127.0.0.1:1"}), TokenFlaw::Issuer),
        (json!({"sub": OMAR}), TokenFlaw::Subject),
        (json!({"exp_s": -120}), TokenFlaw::Expired),
    ] {
        tenant.order("token", trick.clone()).await;
        match tenant.login().await {
            Err(LoginError::Untrusted(found)) => assert_eq!(found, flaw, "{trick}"),
            other => panic!("{trick}: {other:?}"),
        }
    }
    tenant.login().await.unwrap();
    tenant.order("impersonate", json!({"email": "ben@acme.example"})).await;
    assert!(matches!(tenant.login().await, Err(LoginError::Impersonated)));
}

#[tokio::test]
async fn signing_keys_are_fetched_together_kept_and_refetched_once_a_minute() {
    let tenant = Tenant::start().await;
    let fetches = async || tenant.calls(JWKS_PATH).await.len();
    let codes = [(); 4].map(|()| tenant.code("ana@acme.example", "demo-ana"));
    let codes = futures_util::future::join_all(codes).await;
    let logins = codes.iter().map(|code| tenant.propelauth.login(code, VERIFIER, CALLBACK));
    assert!(futures_util::future::join_all(logins).await.iter().all(Result::is_ok));
    assert_eq!(fetches().await, 1);

    tenant.order("rotate_keys", Value::Null).await;
    tenant.login().await.unwrap();
    tenant.login().await.unwrap();
    assert_eq!(fetches().await, 2);

    for _ in 0..3 {
        tenant.order("token", json!({"kid": "made-up"})).await;
        let login = tenant.login().await;
        assert!(matches!(login, Err(LoginError::Untrusted(TokenFlaw::UnknownKey))), "{login:?}");
    }
    assert_eq!(fetches().await, 2);
}

#[tokio::test]
async fn a_key_for_somebody_elses_organization_is_refused() {
    let tenant = Tenant::start().await;
    let omar = tenant.propelauth.user(OMAR).await.unwrap().unwrap();
    let mut new = tenant.new_key().await;
    let others = omar.memberships.iter().find(|membership| membership.org_id != new.org_id);
    new.org_id.clone_from(&others.unwrap().org_id);
    match tenant.propelauth.create_key(&new).await {
        Err(BackendError::Refused { fields }) => assert!(fields.starts_with("user_id: ")),
        other => panic!("{other:?}"),
    }
    new.org_id = "nowhere".to_owned();
    let created = tenant.propelauth.create_key(&new).await;
    assert!(matches!(created, Err(BackendError::Refused { .. })), "{created:?}");
}

#[tokio::test]
async fn the_backend_api_is_told_the_tenant_and_nothing_of_the_browser() {
    let tenant = Tenant::start().await;
    tenant.propelauth.user(ANA).await.unwrap();
    let calls = tenant.calls(USER_PATH).await;
    let headers = calls[0]["headers"].as_object().unwrap();
    let host = tenant.sandbox.identity_url().strip_prefix("http://").unwrap();
    assert_eq!(headers["x-propelauth-url"], host);
    assert!(headers["authorization"].as_str().unwrap().starts_with("Bearer "));
    let mut names: Vec<_> = headers.keys().map(String::as_str).collect();
    names.sort_unstable();
    let expected =
        ["accept", "accept-encoding", "authorization", "host", "user-agent", "x-propelauth-url"];
    assert_eq!(names, expected);
}
