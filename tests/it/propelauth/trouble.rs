//! PropelAuth slow, broken, pressed or strange: an outage, and never a verdict on a person.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use wiv_mcp::propelauth::{BackendError, LoginError, Outage};

use super::{ANA, CALLBACK, JWKS_PATH, KEYS_PATH, TOKEN_PATH, Tenant, USER_PATH, VERIFIER};

fn is_outage<T>(result: &Result<T, BackendError>) -> bool {
    matches!(result, Err(BackendError::Unavailable(_)))
}

#[tokio::test]
async fn signing_keys_that_cannot_be_fetched_are_an_outage() {
    let tenant = Tenant::start().await;
    tenant.fault(JWKS_PATH, "500", 0).await;
    for _ in 0..3 {
        assert!(matches!(tenant.login().await, Err(LoginError::Unavailable(_))));
    }
    // Those who come right after a failure do not ask again.
    assert_eq!(tenant.calls(JWKS_PATH).await.len(), 1);
}

#[tokio::test]
async fn trouble_is_an_outage_and_never_a_verdict() {
    let tenant = Tenant::start().await;
    let propelauth = &tenant.propelauth;
    let new = tenant.new_key().await;
    let id = propelauth.create_key(&new).await.unwrap().id;
    for fault in ["500", "429", "429_plain", "reset", "cut", "malformed", "huge"] {
        let code = tenant.code("ana@acme.example", "demo-ana").await;
        tenant.fault(TOKEN_PATH, fault, 0).await;
        let login = propelauth.login(&code, VERIFIER, CALLBACK).await;
        assert!(matches!(login, Err(LoginError::Unavailable(_))), "{fault}: {login:?}");

        tenant.fault(USER_PATH, fault, 0).await;
        assert!(is_outage(&propelauth.user(ANA).await), "{fault}");

        tenant.fault(KEYS_PATH, fault, 0).await;
        assert!(is_outage(&propelauth.key(&id).await), "{fault}");
        assert!(is_outage(&propelauth.keys(None, None).await), "{fault}");
        assert!(is_outage(&propelauth.create_key(&new).await), "{fault}");
        // The other faults are in the body, where these two have nothing to read.
        if ["500", "429", "429_plain", "reset"].contains(&fault) {
            assert!(is_outage(&propelauth.update_key(&id, None, &json!({})).await), "{fault}");
            assert!(is_outage(&propelauth.delete_key(&id).await), "{fault}");
        }
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_held() {
    let tenant = Tenant::start().await;
    let code = tenant.code("ana@acme.example", "demo-ana").await;
    tenant.fault("/", "huge", 0).await;
    let user = tenant.propelauth.user(ANA).await;
    assert!(matches!(user, Err(BackendError::Unavailable(Outage::TooLarge { .. }))), "{user:?}");
    let login = tenant.propelauth.login(&code, VERIFIER, CALLBACK).await;
    assert!(matches!(login, Err(LoginError::Unavailable(Outage::TooLarge { .. }))), "{login:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = format!("http://{}", listener.local_addr().unwrap());
    let tenant = Tenant::start_with(&[("PROPELAUTH_API_URL", &elsewhere)]).await;
    let target = format!("{}{USER_PATH}/{ANA}", tenant.sandbox.identity_url());
    let redirect = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        let head = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {target}\r\n");
        let rest = "content-length: 0\r\nconnection: close\r\n\r\n";
        stream.write_all((head + rest).as_bytes()).await.unwrap();
    };
    let (user, ()) = tokio::join!(tenant.propelauth.user(ANA), redirect);
    assert!(
        matches!(user, Err(BackendError::Unavailable(Outage::Status(status))) if status == 307),
        "{user:?}"
    );
    assert!(tenant.calls(USER_PATH).await.is_empty());
}

#[tokio::test]
async fn only_reads_are_repeated_when_propelauth_is_pressed() {
    let tenant = Tenant::start().await;
    let propelauth = &tenant.propelauth;
    let new = tenant.new_key().await;
    tenant.fault(USER_PATH, "429_plain", 1).await;
    assert!(propelauth.user(ANA).await.unwrap().is_some());
    tenant.fault(KEYS_PATH, "429_plain", 1).await;
    assert!(is_outage(&propelauth.create_key(&new).await));
    assert_eq!(propelauth.keys(None, None).await.unwrap(), []);
}

#[tokio::test]
async fn a_users_own_limit_is_told_with_its_wait() {
    let tenant = Tenant::start().await;
    tenant.fault(USER_PATH, "429_json", 0).await;
    match tenant.propelauth.user(ANA).await {
        Err(BackendError::RateLimited { wait }) => assert_eq!(wait, Duration::from_millis(1500)),
        other => panic!("{other:?}"),
    }
    // It is not asked again before the wait is over.
    assert_eq!(tenant.calls(USER_PATH).await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    let tenant = Tenant::start().await;
    let rule = json!({"match": {"path": USER_PATH}, "fault": "slow", "delay_ms": 60_000});
    tenant.control(Method::PUT, "faults", rule).await;
    let answer = tokio::time::timeout(Duration::from_secs(10), tenant.propelauth.user(ANA)).await;
    assert!(matches!(answer.unwrap(), Err(BackendError::Unavailable(Outage::NoAnswer(_)))));
}

#[tokio::test]
async fn refused_credentials_of_ours_are_an_outage() {
    let tenant = Tenant::start_with(&[
        ("PROPELAUTH_CLIENT_SECRET", "another"),
        ("PROPELAUTH_API_KEY", "another"),
    ])
    .await;
    let login = tenant.login().await;
    assert!(matches!(login, Err(LoginError::Unavailable(Outage::CredentialsRefused))), "{login:?}");
    let user = tenant.propelauth.user(ANA).await;
    assert!(matches!(user, Err(BackendError::Unavailable(Outage::CredentialsRefused))), "{user:?}");
}
