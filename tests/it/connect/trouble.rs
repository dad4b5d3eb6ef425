//! What goes wrong on the way to a key: outages and old pages.

use serde_json::{Value, json};
use wiv_mcp::seal::Purpose;

use super::{Fields, changed, fields, key_on, page_of, post, ready_to_make, sign_in, with_a_key};
use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, resealed},
    },
};

const FAULTS: [&str; 7] = ["429", "429_plain", "500", "cut", "malformed", "huge", "reset"];
/// What the page says of a key that ended.
pub(super) const REVOKED: &str = "Revoked. What used";

const USERS: &str = "/api/backend/v1/user";
const KEYS: &str = "/api/backend/v1/end_user_api_keys";

async fn fault_at(server: &Server, method: &str, path: &str, fault: &str) {
    let rule = json!({ "match": { "method": method, "path": path }, "fault": fault, "times": 0 });
    server.identity_rule(&rule).await;
}

#[tokio::test]
async fn an_outage_while_signing_in_is_told_and_over_when_it_is_over() {
    let server = Server::start_with_sign_in(&[]).await;
    for (method, path) in
        [("POST", "/propelauth/oauth/token"), ("GET", USERS), ("GET", "/.well-known/jwks.json")]
    {
        for fault in FAULTS {
            // The signing keys are kept for an hour: a server of its own asks for them.
            let fresh;
            let server = match path {
                "/.well-known/jwks.json" => {
                    fresh = Server::start_with_sign_in(&[]).await;
                    &fresh
                }
                _ => &server,
            };
            fault_at(server, method, path, fault).await;
            let (status, page) = sign_in(server, &mut Browser::new(), ANA).await;
            assert_eq!(status, 503, "{path} {fault}: {page}");
            assert!(page.contains("try again in a minute") && page.contains("Quote this ID"));
            assert!(page.contains("href=\"/connect\""), "it leads on: {page}");
            server.identity_well().await;
        }
    }
    let (status, page) = sign_in(&server, &mut Browser::new(), ANA).await;
    assert_eq!(status, 200, "{page}");
}

#[tokio::test]
async fn an_outage_on_the_page_is_told_and_the_person_stays_signed_in() {
    let server = Server::start_with_sign_in(&[]).await;
    let mut browser = Browser::new();
    sign_in(&server, &mut browser, ANA).await;
    for path in [USERS, KEYS] {
        for fault in FAULTS {
            fault_at(&server, "GET", path, fault).await;
            let (status, page) = page_of(browser.open(&server.url("/connect/account")).await);
            assert_eq!(status, 503, "{path} {fault}: {page}");
            server.identity_well().await;
        }
    }
    let (status, _) = page_of(browser.open(&server.url("/connect/account")).await);
    assert_eq!(status, 200);
}

#[tokio::test]
async fn an_outage_that_made_no_key_costs_no_form() {
    let server = Server::start_with_sign_in(&[]).await;
    let (mut browser, make) = ready_to_make(&server).await;
    for (method, path, faults) in
        [("GET", USERS, &FAULTS[..]), ("GET", KEYS, &FAULTS), ("POST", KEYS, &FAULTS[..2])]
    {
        for fault in faults {
            fault_at(&server, method, path, fault).await;
            let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
            assert_eq!(status, 503, "{method} {path} {fault}: {page}");
            server.identity_well().await;
        }
    }
    assert_eq!(server.live_keys().await, 0);
    let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 200, "the form is still good: {page}");
    assert_eq!(server.live_keys().await, 1);
}

#[tokio::test]
async fn a_key_that_may_have_been_made_is_told_as_such_and_can_be_found() {
    for fault in ["500", "cut", "malformed", "huge", "reset"] {
        let server = Server::start_with_sign_in(&[]).await;
        let (mut browser, make) = ready_to_make(&server).await;
        fault_at(&server, "POST", KEYS, fault).await;
        let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
        assert_eq!(status, 503, "{fault}: {page}");
        assert!(page.contains("there is none to show") && page.contains("/connect/account"));
        server.identity_well().await;
        let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
        assert_eq!(status, 409, "{fault}: {page}");
        assert!(page.contains("look under My connections"), "{page}");
        // What was made is listed, and a new form is there.
        let made = server.live_keys().await;
        assert_eq!(made, usize::from(matches!(fault, "cut" | "malformed")), "{fault}");
        let (_, page) = page_of(browser.open(&server.url("/connect/account")).await);
        assert_eq!(page.contains("/connect/revoke"), made == 1, "{page}");
        let again = fields(&page, "/connect/key");
        let (status, page) = post(&mut browser, &server, "/connect/key", &again).await;
        assert_eq!(status, 200, "{fault}: {page}");
    }
}

#[tokio::test]
async fn a_key_that_is_refused_is_no_outage() {
    let server = Server::start_with_sign_in(&[]).await;
    let mut browser = Browser::new();
    let (_, page) = sign_in(&server, &mut browser, ANA).await;
    server.identity("settings", &json!({ "org_api_keys_enabled": false })).await;
    let make = fields(&page, "/connect/key");
    let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 403, "{page}");
    assert!(page.contains("No key can be made for this organization"), "{page}");
    server.identity("settings", &json!({ "org_api_keys_enabled": true })).await;
    let (status, _) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_key_that_could_not_be_tried_is_shown_all_the_same() {
    let refusal = |body: &str| json!({ "status": 403, "body": body });
    for (fault, answer, words) in [
        ("500", json!({}), "could not be tried"),
        ("malformed", json!({}), "Your key works"),
        ("answer", refusal(r#"{"error":"role"}"#), "can’t read cases"),
        // A firewall's words say nothing about the key.
        ("answer", refusal("<html>Forbidden</html>"), "could not be tried"),
        ("answer", refusal(r#"{"message":"Forbidden"}"#), "could not be tried"),
    ] {
        let server = Server::start_with_sign_in(&[]).await;
        let mut browser = Browser::new();
        let (_, page) = sign_in(&server, &mut browser, ANA).await;
        let at = json!({ "path": "/v2/cases/search" });
        let fault = json!({ "match": at, "fault": fault, "answer": answer, "times": 0 });
        server.fault(fault).await;
        let make = fields(&page, "/connect/key");
        let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
        assert_eq!(status, 200, "{page}");
        assert!(page.contains(words) && !key_on(&page).is_empty(), "{page}");
    }
}

#[tokio::test]
async fn a_key_that_was_not_revoked_is_said_to_work_still() {
    let server = Server::start_with_sign_in(&[]).await;
    let (mut browser, page) = with_a_key(&server).await;
    let revoke = fields(&page, "/connect/revoke");
    for (method, faults) in [("GET", &FAULTS[..]), ("DELETE", &FAULTS[..2])] {
        for fault in faults {
            fault_at(&server, method, KEYS, fault).await;
            let (status, page) = post(&mut browser, &server, "/connect/revoke", &revoke).await;
            assert_eq!(status, 503, "{method} {fault}: {page}");
            assert!(page.contains("Not revoked") && page.contains("The key still works"), "{page}");
            server.identity_well().await;
        }
    }
    assert_eq!(server.live_keys().await, 1);
    let (_, page) = post(&mut browser, &server, "/connect/revoke", &revoke).await;
    assert!(page.contains(REVOKED), "{page}");
}

#[tokio::test]
async fn a_key_that_may_have_ended_is_not_said_to_work() {
    // The second does the work and loses the answer.
    for (fault, lives) in [("500", 1), ("cut", 0), ("reset", 1)] {
        let server = Server::start_with_sign_in(&[]).await;
        let (mut browser, page) = with_a_key(&server).await;
        fault_at(&server, "DELETE", KEYS, fault).await;
        let revoke = fields(&page, "/connect/revoke");
        let (status, page) = post(&mut browser, &server, "/connect/revoke", &revoke).await;
        assert_eq!(status, 503, "{fault}: {page}");
        assert!(page.contains("Perhaps not revoked") && !page.contains("still works"), "{page}");
        assert!(page.contains("href=\"/connect/account#connections\""), "{page}");
        assert_eq!(server.live_keys().await, lives, "{fault}");
    }
}

#[tokio::test]
async fn pages_that_are_too_old_change_nothing_and_lead_to_a_new_sign_in() {
    let server = Server::start_with_sign_in(&[]).await;
    let (sealer, offers) = (server.sealer(Purpose::Account), server.sealer(Purpose::KeyOffer));
    let ended = |content: &mut Value| content["exp"] = json!(1);
    let (mut browser, make) = ready_to_make(&server).await;

    let offer = make.iter().find(|(name, _)| name == "offer").unwrap().1.clone();
    let old_offer = changed(&make, "offer", Some(&resealed(&offer, &offers, ended)));
    let (status, page) = post(&mut browser, &server, "/connect/key", &old_offer).await;
    assert_eq!(status, 403, "{page}");
    assert!(page.contains("Sign in to continue") && page.contains("Nothing was changed"), "{page}");

    let (_, page) = post(&mut browser, &server, "/connect/key", &make).await;
    let revoke = fields(&page, "/connect/revoke");
    browser.reseal("wiv-account", &sealer, ended);
    for (path, form) in [("/connect/key", &make), ("/connect/revoke", &revoke)] {
        let (status, page) = post(&mut browser, &server, path, form).await;
        assert_eq!(status, 403, "{path}: {page}");
        assert!(
            page.contains("Sign in to continue") && page.contains("/connect/sign-in"),
            "{page}"
        );
    }
    let (status, _) = page_of(browser.open(&server.url("/connect/account")).await);
    assert_eq!(status, 403);
    let (status, page) = post(&mut browser, &server, "/connect/sign-out", &Fields::new()).await;
    assert_eq!(status, 200, "who is signed out may sign out: {page}");
    assert_eq!(server.live_keys().await, 1);
}

#[tokio::test]
async fn a_session_ends_an_hour_after_its_sign_in() {
    let server = Server::start_with_sign_in(&[]).await;
    let sealer = server.sealer(Purpose::Account);
    let mut browser = Browser::new();
    sign_in(&server, &mut browser, ANA).await;
    let earlier = |seconds: u64| {
        move |content: &mut Value| {
            content["is"]["signed_in_at"] =
                json!(content["is"]["signed_in_at"].as_u64().unwrap() - seconds);
        }
    };
    let account = server.url("/connect/account");
    browser.reseal("wiv-account", &sealer, earlier(3500));
    for status in [200, 200] {
        assert_eq!(page_of(browser.open(&account).await).0, status, "within the hour");
    }
    browser.reseal("wiv-account", &sealer, earlier(200));
    assert_eq!(
        page_of(browser.open(&account).await).0,
        200,
        "the cookie still has its ten minutes"
    );
    assert_eq!(page_of(browser.open(&account).await).0, 403, "but no page gives more of them");
}
