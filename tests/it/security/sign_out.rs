//! Who signs out is signed out, whoever kept the cookie.

use crate::{
    harness::*,
    oauth::{
        ANA, OMAR,
        browser::{Browser, End, Form},
    },
};

#[tokio::test]
async fn a_cookie_is_no_longer_good_once_its_person_signed_out() {
    let server = Server::start_with_sign_in(&[]).await;
    let origin = server.app.origin().as_str().to_owned();
    let mut browser = Browser::new();
    let (status, page) = browser.sign_in_at_connect(&origin, ANA, &[]).await;
    assert_eq!(status, 200, "{page}");
    let make = page.split("<form").find(|form| form.contains("/connect/key")).unwrap();
    let make = Form::read(&origin, &format!("<form{make}"));
    let mut thief = Browser::new();
    thief.take_cookies(&browser);
    let account = server.url("/connect/account");
    // Each page gives a new cookie of the same session.
    browser.open(&account).await;
    let mut other = Browser::new();
    other.take_cookies(&browser);
    let End::Page(status, ..) = browser.submit(&server.url("/connect/sign-out"), &[]).await else {
        panic!()
    };
    assert_eq!(status, 200);
    for cookies in [&mut thief, &mut other] {
        let End::Page(status, ..) = cookies.open(&account).await else { panic!() };
        assert_eq!(status, 403);
        let End::Page(status, ..) = cookies.submit(&server.url("/connect/key"), &make.fields).await
        else {
            panic!()
        };
        assert_eq!(status, 403);
    }
    assert_eq!(server.live_keys().await, 0);
    // Signing in again is a new session, and nobody else's ended.
    let (status, page) = browser.sign_in_at_connect(&origin, ANA, &[]).await;
    assert_eq!(status, 200, "{page}");
    let mut omar = Browser::new();
    assert_eq!(omar.sign_in_at_connect(&origin, OMAR, &[]).await.0, 200);
}
