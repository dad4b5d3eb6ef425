//! Browsers that come back from PropelAuth: only the one that left, and told what happened.

use serde_json::json;
use wiv_mcp::seal::Purpose;

use crate::{
    harness::*,
    oauth::browser::{begun, resealed},
};

async fn comes_back(server: &Server, cookie: &str, query: &str) -> (u16, String) {
    let back = server.http.get(server.url(&format!("/oauth/callback?{query}")));
    let back = back.header("cookie", cookie).send().await.unwrap();
    (back.status().as_u16(), back.text().await.unwrap())
}

#[tokio::test]
async fn a_sign_in_that_is_old_or_begun_elsewhere_goes_nowhere() {
    let server = Server::start_with_sign_in(&[]).await;
    let sealer = server.sealer(Purpose::AccountSignIn);
    let (cookie, state) = begun(&server).await;
    let (name, value) = cookie.split_once('=').unwrap();
    let ended = resealed(value, &sealer, |content| content["exp"] = json!(1));
    let denied = format!("state={state}&error=access_denied");
    for (cookie, query, what) in [
        (String::new(), denied.clone(), "another browser"),
        (format!("{name}={ended}"), denied.clone(), "ten minutes later"),
        (cookie.clone(), "error=access_denied".to_owned(), "without a state"),
        (cookie.clone(), "state=guessed&error=access_denied".to_owned(), "another state"),
        (format!("{name}=v4.local.AAAA"), denied.clone(), "a cookie of nobody's making"),
        (format!("{cookie}; {cookie}"), denied.clone(), "a planted cookie"),
    ] {
        let (status, page) = comes_back(&server, &cookie, &query).await;
        assert_eq!(status, 403, "{what}: {page}");
        assert!(!page.contains("was cancelled"), "{what}: {page}");
        assert!(page.contains("href=\"/connect\""), "{what}: {page}");
    }
    let (_, page) = comes_back(&server, &cookie, &denied).await;
    assert!(page.contains("was cancelled"), "the true one is believed: {page}");
}

#[tokio::test]
async fn what_the_identity_provider_says_is_told_as_it_is() {
    let server = Server::start_with_sign_in(&[]).await;
    for (error, expected, words) in [
        ("access_denied", 403, "The sign-in was cancelled"),
        ("server_error", 503, "try again in a minute"),
        ("temporarily_unavailable", 503, "try again in a minute"),
    ] {
        let (cookie, state) = begun(&server).await;
        let back = comes_back(&server, &cookie, &format!("state={state}&error={error}")).await;
        assert_eq!(back.0, expected, "{error}");
        assert!(back.1.contains(words), "{error}: {}", back.1);
    }
}
