//! What the client sends, and what it never sends or tells.

use super::*;

fn client(auth_url: &str) -> PropelAuth {
    PropelAuth::new(PropelAuthSettings {
        auth_url: HttpUrl::parse(auth_url).unwrap(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Secret::parse("client-secret").unwrap(),
        // A port that nobody listens on.
        api_url: HttpUrl::parse("http://127.0.0.1:9").unwrap(),
        api_key: Secret::parse("integration-key").unwrap(),
        proxy: None,
    })
    .unwrap()
}

#[test]
fn the_sign_in_address_carries_everything_escaped() {
    let url = client("https://auth.example.com").authorize_url(
        "https://mcp.example.com/oauth/callback?a=b&c",
        "st&te",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    );
    assert_eq!(
        url,
        "https://auth.example.com/propelauth/oauth/authorize?response_type=code\
         &client_id=0123456789abcdef0123456789abcdef\
         &redirect_uri=https%3A%2F%2Fmcp.example.com%2Foauth%2Fcallback%3Fa%3Db%26c\
         &scope=openid+email+profile&state=st%26te\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
}

#[tokio::test]
async fn ids_of_another_form_name_nothing_and_are_not_sent() {
    let propelauth = client("https://auth.example.com");
    let long = "a".repeat(65);
    // Asking would fail: nobody listens there.
    for id in ["", "../user", "a/b", "a%2Fb", "a?b", "ä", "a b", &long] {
        assert_eq!(propelauth.user(id).await.unwrap(), None, "{id}");
        assert_eq!(propelauth.key(id).await.unwrap(), None, "{id}");
        assert!(!propelauth.update_key(id, None, &Value::Null).await.unwrap(), "{id}");
        propelauth.delete_key(id).await.unwrap();
    }
    // A UUID is no id of a key.
    assert_eq!(propelauth.key(USER).await.unwrap(), None);
}

#[tokio::test]
async fn an_outage_names_neither_ids_nor_credentials() {
    let propelauth = client("http://127.0.0.1:9");
    let user = propelauth.user(USER).await.unwrap_err();
    let login =
        propelauth.login("the-code", "the-verifier", "https://x.test/cb").await.unwrap_err();
    assert!(matches!(user, BackendError::Unavailable(Outage::NoAnswer(_))));
    assert!(matches!(login, LoginError::Unavailable(Outage::NoAnswer(_))));
    for text in [chain(&user), chain(&login)] {
        for hidden in [USER, "127.0.0.1:9/", "the-code", "the-verifier", "secret", "integration"] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
}

/// An error and its sources, in both of their forms.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!("\n{error} {error:?}"));
        source = error.source();
    }
    text
}

#[test]
fn settings_hide_their_secrets() {
    let settings = PropelAuthSettings {
        auth_url: HttpUrl::parse("https://auth.example.com").unwrap(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Secret::parse("s3cret-one").unwrap(),
        api_url: HttpUrl::parse("https://propelauth-api.com").unwrap(),
        api_key: Secret::parse("s3cret-two").unwrap(),
        proxy: None,
    };
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[test]
fn waiting_for_a_throttled_answer_is_bounded() {
    for _ in 0..64 {
        let wait = backend::throttled_wait();
        assert!((Duration::from_millis(500)..Duration::from_millis(1100)).contains(&wait));
    }
}
