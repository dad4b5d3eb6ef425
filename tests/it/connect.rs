//! The connect page through real sockets: one key by POST, shown once, and every bad input.

mod callback;
mod example;
mod key_owner;
mod names;
mod pages;
mod people;
mod trouble;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    harness::*,
    oauth::{
        ANA, OMAR,
        browser::{Browser, End, Form},
    },
};

type Fields = Vec<(String, String)>;

/// Signs in from the page; where the walk ended.
async fn sign_in(
    server: &Server,
    browser: &mut Browser,
    who: (&str, &str),
) -> (StatusCode, String) {
    sign_in_from(server, browser, who, &[]).await
}

/// Signs in by a form with these fields.
async fn sign_in_from(
    server: &Server,
    browser: &mut Browser,
    who: (&str, &str),
    fields: &[(String, String)],
) -> (StatusCode, String) {
    browser.sign_in_at_connect(server.app.origin().as_str(), who, fields).await
}

/// Ana, signed in, and the fields of her form for a key.
async fn ready_to_make(server: &Server) -> (Browser, Fields) {
    let mut browser = Browser::new();
    let (status, page) = sign_in(server, &mut browser, ANA).await;
    assert_eq!(status, 200, "{page}");
    (browser, fields(&page, "/connect/key"))
}

/// Ana with a key, and the page that shows it.
async fn with_a_key(server: &Server) -> (Browser, String) {
    let (mut browser, make) = ready_to_make(server).await;
    let (status, page) = post(&mut browser, server, "/connect/key", &make).await;
    assert_eq!(status, 200, "{page}");
    (browser, page)
}

fn page_of(end: End) -> (StatusCode, String) {
    let End::Page(status, _, page) = end else { panic!("left for a client") };
    (status, page)
}

/// The hidden fields of a page's form with this action.
fn fields(page: &str, action: &str) -> Fields {
    let form = page.split("<form").find(|form| form.contains(&format!("action=\"{action}\"")));
    let form = form.unwrap_or_else(|| panic!("no form {action}: {page}"));
    let form = form.split("</form>").next().unwrap();
    Form::read("http://127.0.0.1/", &format!("<form{form}")).fields
}

fn changed(fields: &Fields, name: &str, value: Option<&str>) -> Fields {
    let mut changed: Fields = fields.iter().filter(|(field, _)| field != name).cloned().collect();
    changed.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    changed
}

async fn post(
    browser: &mut Browser,
    server: &Server,
    path: &str,
    fields: &Fields,
) -> (StatusCode, String) {
    page_of(browser.submit(&server.url(path), fields).await)
}

/// Creating a key takes long, but less than anybody's patience with PropelAuth.
fn slow_creation() -> Value {
    let creation = json!({ "method": "POST", "path": "/api/backend/v1/end_user_api_keys" });
    json!({ "match": creation, "fault": "slow", "delay_ms": 3000 })
}

/// The key that a result page shows.
fn key_on(page: &str) -> String {
    let shown = page.split("Show the key").nth(1).unwrap_or_else(|| panic!("{page}"));
    shown.split("data-text>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_is_made_once_works_and_can_be_revoked() {
    let server = Server::start_with_sign_in(&[]).await;
    let mut browser = Browser::new();
    let (status, page) = sign_in(&server, &mut browser, ANA).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains(ANA.0) && page.contains("Acme Corporation"), "{page}");
    assert_eq!(server.live_keys().await, 0, "signing in makes no key");
    let make = fields(&page, "/connect/key");
    let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Your key works"), "{page}");
    let key = key_on(&page);
    let result = server.call(&key, "wiv_list_workflows", json!({ "limit": 1 })).await;
    assert_eq!(result["isError"], false, "{result}");

    // The form once more: the back button, or a reload.
    let (status, again) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 409, "{again}");
    assert!(!again.contains(&key) && again.contains("already made"));
    assert_eq!(server.live_keys().await, 1);

    let (status, page) = page_of(browser.open(&server.url("/connect/account")).await);
    assert_eq!(status, 200);
    assert!(page.contains("<bdi>Cursor</bdi>") && page.contains("API key"), "{page}");
    assert!(!page.contains(&key), "{page}");
    let revoke = fields(&page, "/connect/revoke");
    let (status, page) = post(&mut browser, &server, "/connect/revoke", &revoke).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Revoked. What used") && page.contains("You have none yet"));
    assert_eq!(server.live_keys().await, 0);
}

#[tokio::test]
async fn two_submits_at_one_time_make_one_key_and_both_see_it() {
    let server = Server::start_with_sign_in(&[]).await;
    // Slow enough that the second comes while the first is at work.
    server.identity_rule(&slow_creation()).await;
    let (mut one, mut other) = (Browser::new(), Browser::new());
    let (_, page) = sign_in(&server, &mut one, ANA).await;
    other.take_cookies(&one);
    let make = fields(&page, "/connect/key");
    let (first, second) = tokio::join!(
        post(&mut one, &server, "/connect/key", &make),
        post(&mut other, &server, "/connect/key", &make)
    );
    assert_eq!((first.0.as_u16(), second.0.as_u16()), (200, 200));
    assert_eq!(key_on(&first.1), key_on(&second.1), "browsers drop the first of the two answers");
    assert_eq!(server.live_keys().await, 1);
    let (status, _) = post(&mut one, &server, "/connect/key", &make).await;
    assert_eq!(status, 409, "once it was shown, it is over");
}

#[tokio::test]
async fn a_key_is_made_to_the_end_when_its_browser_leaves() {
    let server = Server::start_with_sign_in(&[]).await;
    let (mut browser, make) = ready_to_make(&server).await;
    server.identity_rule(&slow_creation()).await;
    let mut leaving = Browser::new();
    leaving.take_cookies(&browser);
    let is_asked = async {
        while !server.identity_calls().await.iter().any(|call| {
            call["method"] == "POST" && call["path"] == "/api/backend/v1/end_user_api_keys"
        }) {}
    };
    tokio::select! {
        _ = post(&mut leaving, &server, "/connect/key", &make) => panic!("it was not slow"),
        () = is_asked => {}
    }
    let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 200, "{page}");
    let result = server.call(&key_on(&page), "wiv_list_workflows", json!({ "limit": 1 })).await;
    assert_eq!(result["isError"], false, "{result}");
    assert_eq!(server.live_keys().await, 1);
}

#[tokio::test]
async fn a_key_is_for_the_client_whose_card_the_person_came_from() {
    let server = Server::start_with_sign_in(&[]).await;
    let mut browser = Browser::new();
    let client = [("client".to_owned(), "codex".to_owned())];
    let page = sign_in_from(&server, &mut browser, ANA, &client).await.1;
    assert!(page.contains("<option value=\"codex\" selected>Codex</option>"), "{page}");
    let make = changed(&fields(&page, "/connect/key"), "client", Some("codex"));
    let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 200, "{page}");
    let panels: Vec<_> = page.split("<section id=\"").skip(1).collect();
    assert!(panels.len() == 8 && panels[0].starts_with("codex\""), "the chosen one comes first");
    assert_eq!(server.keys().await[0]["metadata"]["client"], "Codex");
    // Anything else is nobody's card.
    for odd in ["chatgpt", "nobody", "\"><script>", "codex&done=revoked"] {
        let client = [("client".to_owned(), odd.to_owned())];
        let (status, page) = sign_in_from(&server, &mut Browser::new(), ANA, &client).await;
        assert_eq!(status, 200, "{page}");
        assert!(page.contains("<option value=\"cursor\" selected>") && !page.contains("<script>"));
    }
}

#[tokio::test]
async fn an_organization_must_be_chosen_and_is_never_assumed() {
    let server = Server::start_with_sign_in(&[]).await;
    let mut browser = Browser::new();
    let (_, page) = sign_in(&server, &mut browser, OMAR).await;
    assert!(!page.contains("checked"), "{page}");
    let make = fields(&page, "/connect/key");
    let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 400, "{page}");
    assert!(page.contains("No organization was chosen"), "{page}");
    assert_eq!(server.live_keys().await, 0);
}

#[tokio::test]
async fn forms_of_others_do_nothing() {
    let server = Server::start_with_sign_in(&[]).await;
    let (mut ana, mut omar) = (Browser::new(), Browser::new());
    let (_, page) = sign_in(&server, &mut ana, ANA).await;
    let make = fields(&page, "/connect/key");
    let (_, omars) = sign_in(&server, &mut omar, OMAR).await;
    let omars_make = fields(&omars, "/connect/key");
    let offer =
        |fields: &Fields| fields.iter().find(|(name, _)| name == "offer").unwrap().1.clone();
    for bad in [
        changed(&make, "form", None),
        changed(&make, "form", Some("guessed")),
        changed(&make, "offer", None),
        changed(&make, "offer", Some("v4.local.AAAA")),
        changed(&make, "offer", Some(&offer(&omars_make))),
        changed(&make, "organization", Some("../../keys")),
        changed(&make, "organization", Some("'\"><script>")),
        omars_make.clone(),
        vec![],
    ] {
        let (status, page) = post(&mut ana, &server, "/connect/key", &bad).await;
        assert_eq!(status, 403, "{bad:?}: {page}");
    }
    let (status, _) = post(&mut Browser::new(), &server, "/connect/key", &make).await;
    assert_eq!(status, 403, "a browser without the cookie");
    assert_eq!(server.live_keys().await, 0);
    // The true form still works: nothing above used its offer up.
    let (status, page) = post(&mut ana, &server, "/connect/key", &make).await;
    assert_eq!(status, 200, "{page}");

    let (_, page) = page_of(ana.open(&server.url("/connect/account")).await);
    let revoke = fields(&page, "/connect/revoke");
    let (_, omars) = page_of(omar.open(&server.url("/connect/account")).await);
    assert!(!omars.contains("/connect/revoke"), "another person's keys are not shown");
    let form = omars_make.iter().find(|(name, _)| name == "form").unwrap().1.clone();
    let as_omar = changed(&revoke, "form", Some(&form));
    let (status, page) = post(&mut omar, &server, "/connect/revoke", &as_omar).await;
    assert_eq!(status, 200);
    assert!(page.contains("There is no such key of yours"), "{page}");
    let (status, _) = post(&mut omar, &server, "/connect/revoke", &revoke).await;
    assert_eq!(status, 403);
    assert_eq!(server.live_keys().await, 1, "nobody ends another person's key");
    for odd in ["00", "../keys", "", "\u{202e}"] {
        let (_, page) =
            post(&mut ana, &server, "/connect/revoke", &changed(&revoke, "key", Some(odd))).await;
        assert!(!page.contains("Revoked. What used"), "{odd}: {page}");
    }
    assert_eq!(server.live_keys().await, 1);
    let (_, page) = post(&mut ana, &server, "/connect/revoke", &revoke).await;
    assert!(page.contains("Revoked. What used"), "{page}");
    let (_, page) = page_of(ana.open(&server.url("/connect/account")).await);
    assert!(!page.contains("Revoked. What used"), "it is told once");
}

#[tokio::test]
async fn forms_from_other_sites_are_refused() {
    let server = Server::start_with_sign_in(&[]).await;
    let (mut browser, page) = with_a_key(&server).await;
    let revoke = fields(&page, "/connect/revoke");
    let (_, page) = page_of(browser.open(&server.url("/connect/account")).await);
    let make = fields(&page, "/connect/key");
    // Each is good in all but where it comes from.
    let forms = [
        ("/connect/key", &make),
        ("/connect/revoke", &revoke),
        ("/connect/sign-out", &Fields::new()),
        ("/connect/sign-in", &Fields::new()),
    ];
    for header in [("origin", "https://evil.example"), ("origin", "null")] {
        for (path, form) in forms {
            let (status, _) = page_of(browser.submit_as(&server.url(path), form, header).await);
            assert_eq!(status, 403, "{path} {header:?}");
        }
    }
    for (path, form) in forms {
        let header = ("sec-fetch-site", "cross-site");
        let (status, _) = page_of(browser.submit_as(&server.url(path), form, header).await);
        assert_eq!(status, 403, "{path}");
    }
    assert_eq!(server.live_keys().await, 1, "nothing was made and nothing ended");
    for (path, form) in &forms[..2] {
        let (status, page) = post(&mut browser, &server, path, form).await;
        assert_eq!(status, 200, "{path} from our own page: {page}");
    }
    assert_eq!(server.live_keys().await, 1, "one was made and one ended");
}
