//! Who may make keys on the page, and how many.

use serde_json::json;

use super::{changed, fields, page_of, post, ready_to_make, sign_in, trouble::REVOKED};
use crate::{
    harness::*,
    oauth::{ANA, OMAR, browser::Browser},
};

#[tokio::test]
async fn people_who_may_not_are_told_why() {
    let policy = [("WIV_MCP_KEY_POLICY", "permission")];
    let server = Server::start_with_sign_in(&policy).await;
    for (who, words) in [
        (("nora@acme.example", "demo-nora"), "no organization"),
        (("ben@acme.example", "demo-ben"), "role does not allow"),
    ] {
        let (status, page) = sign_in(&server, &mut Browser::new(), who).await;
        assert_eq!(status, 200, "{page}");
        assert!(page.contains("You can’t make a key now") && page.contains(words), "{page}");
        assert!(!page.contains("/connect/key"), "{page}");
    }
    let (status, page) =
        sign_in(&server, &mut Browser::new(), ("dana@acme.example", "demo-dana")).await;
    assert!(status.is_client_error(), "the identity provider refuses who is disabled: {page}");
}

#[tokio::test]
async fn people_who_lost_a_right_can_still_end_what_they_made() {
    let server = Server::start_with_sign_in(&[]).await;
    let (mut browser, make) = ready_to_make(&server).await;
    post(&mut browser, &server, "/connect/key", &make).await;
    let out = json!({ "user": ANA.0, "org": "Acme Corporation", "role": null });
    server.identity("membership", &out).await;
    let (status, page) = sign_in(&server, &mut Browser::new(), ANA).await;
    assert_eq!(status, 200, "{page}");
    let (status, page) = page_of(browser.open(&server.url("/connect/account")).await);
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("You can’t make a key now"), "{page}");
    let (status, _) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 409, "the form was used");
    let revoke = fields(&page, "/connect/revoke");
    let (_, page) = post(&mut browser, &server, "/connect/revoke", &revoke).await;
    assert!(page.contains(REVOKED), "{page}");
    assert_eq!(server.live_keys().await, 0);
}

#[tokio::test]
async fn nobody_collects_keys_without_end() {
    let server = Server::start_with_sign_in(&[]).await;
    let mut browser = Browser::new();
    sign_in(&server, &mut browser, OMAR).await;
    let account = server.url("/connect/account");
    let organization = async |browser: &mut Browser, name: &str| {
        let (_, page) = page_of(browser.open(&account).await);
        let label = page.split("<label>").find(|label| label.contains(&format!(">{name}<")));
        let id = label.unwrap().split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        changed(&fields(&page, "/connect/key"), "organization", Some(id))
    };
    for number in 0..20 {
        let make = organization(&mut browser, "Globex").await;
        let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
        assert_eq!(status, 200, "{number}: {page}");
    }
    let make = organization(&mut browser, "Globex").await;
    let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 409, "{page}");
    assert!(page.contains("revoke one first"), "{page}");
    assert_eq!(server.live_keys().await, 20, "none of them ended");
    let make = organization(&mut browser, "Acme Corporation").await;
    let (status, _) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 200, "each organization counts for itself");
}
