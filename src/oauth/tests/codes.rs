//! A code is used once, wherever it comes; what can't be noted is not done.

use std::{sync::Arc, time::Duration};

use crate::{
    auth::WellKnown,
    caller::Secret,
    marks::{MarkKind, Marks},
    oauth::{OAuth, OAuthSettings, Redirects, code::AuthorizationCode, request::AuthorizeRequest},
    origin::{HttpUrl, Origin},
    pages::Footer,
    propelauth::{PropelAuth, PropelAuthSettings},
    seal::{Opened, SealingKeys},
    signin::{KeyPolicy, SignIn, SignInSettings},
};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A server whose PropelAuth can't be reached.
fn oauth(marks: &Marks) -> OAuth {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = HttpUrl::parse(&format!("http://{nobody}")).unwrap();
    let origin = Origin::parse("https://mcp.wiv.ai").unwrap();
    let secret = Secret::parse("secret").unwrap();
    let propelauth = PropelAuth::new(PropelAuthSettings {
        auth_url: url.clone(),
        client_id: "client".into(),
        client_secret: secret.clone(),
        api_url: url.clone(),
        api_key: secret,
        proxy: None,
    });
    let settings = SignInSettings {
        origin: origin.clone(),
        policy: KeyPolicy::Member,
        key_life: Duration::from_secs(60),
        footer: Footer::default(),
    };
    let keys = SealingKeys::random();
    let propelauth = Arc::new(propelauth.unwrap());
    let sign_in = SignIn::new(propelauth, settings, keys.clone(), marks.clone());
    let settings = OAuthSettings {
        issuer: origin,
        redirects: Redirects::Known,
        well_known: WellKnown::Mcp,
        access_token_life: Duration::from_secs(60),
        sign_in_life: Duration::from_secs(60),
        reads_only: false,
        local_client_documents: false,
    };
    OAuth::new(settings, Arc::new(sign_in), &keys, &SealingKeys::random(), marks.clone())
}

fn code(end: Option<u64>) -> Opened<AuthorizationCode> {
    let request = AuthorizeRequest {
        client: String::new(),
        name: "Client".into(),
        redirect_uri: "http://127.0.0.1/".into(),
        state: None,
        challenge: String::new(),
        resource: String::new(),
        write: false,
    };
    Opened { payload: AuthorizationCode::new(&request, "user", "org"), end }
}

#[tokio::test]
async fn without_room_for_its_mark_no_code_is_used() {
    let marks = Marks::in_memory();
    for number in 0..MarkKind::UsedCode.capacity() {
        marks.set(MarkKind::UsedCode, &format!("other {number}"), "").await.unwrap();
    }
    let (oauth, code) = (oauth(&marks), code(None));
    let refused = oauth.use_code(&code).await.unwrap_err();
    assert_eq!((refused.status.as_u16(), refused.code), (503, "temporarily_unavailable"));
    assert!(refused.wait_seconds.is_some(), "a client keeps its code and comes again");
    marks.forget(MarkKind::UsedCode, "other 0").await.unwrap();
    assert_eq!(oauth.use_code(&code).await, Ok(()));
}

#[tokio::test]
async fn a_second_use_ends_the_first_one_s_key_also_while_it_is_being_made() {
    let marks = Marks::in_memory();
    let (oauth, code) = (oauth(&marks), code(None));
    assert_eq!(oauth.use_code(&code).await, Ok(()));
    assert_eq!(oauth.use_code(&code).await.unwrap_err().code, "invalid_grant");
    // The first one's key is there now, must end, and can't be: the next use tries again.
    assert_eq!(oauth.made_key(&code.payload, KEY).await.unwrap_err().status.as_u16(), 503);
    assert_eq!(oauth.use_code(&code).await.unwrap_err().status.as_u16(), 503);
}

#[tokio::test]
async fn a_code_is_good_once_more_only_while_it_did_not_come_again() {
    let oauth = oauth(&Marks::in_memory());
    let first = code(None);
    assert_eq!(oauth.use_code(&first).await, Ok(()));
    oauth.give_code_back(&first.payload).await;
    assert_eq!(oauth.use_code(&first).await, Ok(()), "nothing came of the first use");
    assert_eq!(oauth.made_key(&first.payload, KEY).await, Ok(()));
    let second = code(None);
    assert_eq!(oauth.use_code(&second).await, Ok(()));
    assert!(oauth.use_code(&second).await.is_err());
    oauth.give_code_back(&second.payload).await;
    assert!(oauth.use_code(&second).await.is_err());
}

#[tokio::test]
async fn a_late_code_is_refused_and_still_ends_what_it_made() {
    let oauth = oauth(&Marks::in_memory());
    assert_eq!(oauth.use_code(&code(Some(1))).await.unwrap_err().code, "invalid_grant");
    let used = code(None);
    assert_eq!(oauth.use_code(&used).await, Ok(()));
    assert_eq!(oauth.made_key(&used.payload, KEY).await, Ok(()));
    let late = Opened { end: Some(1), ..used };
    let told = oauth.use_code(&late).await.unwrap_err();
    assert_eq!(told.status.as_u16(), 503, "its key could not be ended");
}
