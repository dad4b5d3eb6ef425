//! The connect page through real sockets: one key by POST, shown once, and every bad input.

use reqwest::StatusCode;
use serde_json::json;

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
    let end = browser.submit(&server.url("/connect/sign-in"), &[]).await;
    let End::Page(_, url, page) = end else { panic!("left for a client") };
    let mut form = Form::read(&url, &page);
    form.fields.push(("email".into(), who.0.into()));
    form.fields.push(("password".into(), who.1.into()));
    page_of(browser.submit(&form.action, &form.fields).await)
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

    // The form once more: a double submit, or the back button.
    let (status, again) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 409, "{again}");
    assert!(!again.contains(&key) && again.contains("shown already"));
    assert_eq!(server.live_keys().await, 1);

    let (status, page) = page_of(browser.open(&server.url("/connect/account")).await);
    assert_eq!(status, 200);
    assert!(page.contains("Connect page") && !page.contains(&key), "{page}");
    let revoke = fields(&page, "/connect/revoke");
    let (status, page) = post(&mut browser, &server, "/connect/revoke", &revoke).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("The key is revoked") && page.contains("You have none yet"));
    assert_eq!(server.live_keys().await, 0);
}

#[tokio::test]
async fn two_submits_at_one_time_make_one_key() {
    let server = Server::start_with_sign_in(&[]).await;
    let (mut one, mut other) = (Browser::new(), Browser::new());
    let (_, page) = sign_in(&server, &mut one, ANA).await;
    other.take_cookies(&one);
    let make = fields(&page, "/connect/key");
    let (first, second) = tokio::join!(
        post(&mut one, &server, "/connect/key", &make),
        post(&mut other, &server, "/connect/key", &make)
    );
    let mut statuses = [first.0.as_u16(), second.0.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(server.live_keys().await, 1);
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
        changed(&make, "organization", None),
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
    let form = &fields(&omars, "/connect/sign-out")[0].1;
    let as_omar = changed(&revoke, "form", Some(form));
    post(&mut omar, &server, "/connect/revoke", &as_omar).await;
    post(&mut omar, &server, "/connect/revoke", &revoke).await;
    assert_eq!(server.live_keys().await, 1, "nobody ends another person's key");
}

#[tokio::test]
async fn forms_from_other_sites_are_refused() {
    let server = Server::start_with_sign_in(&[]).await;
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        for path in ["/connect/sign-in", "/connect/key", "/connect/revoke", "/connect/sign-out"] {
            let request = server.http.post(server.url(path)).header(name, value);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            assert_eq!(request.send().await.unwrap().status(), 403, "{path} {name}");
        }
    }
}

#[tokio::test]
async fn an_outage_is_told_and_costs_no_key_and_no_offer() {
    let server = Server::start_with_sign_in(&[]).await;
    let mut browser = Browser::new();
    let (_, page) = sign_in(&server, &mut browser, ANA).await;
    let make = fields(&page, "/connect/key");
    server.identity_fault("/api/backend", "500").await;
    let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 503, "{page}");
    let (status, _) = page_of(browser.open(&server.url("/connect/account")).await);
    assert_eq!(status, 503);
    server.identity_well().await;
    let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
    assert_eq!(status, 200, "{page}");
    assert_eq!(server.live_keys().await, 1);
}

#[tokio::test]
async fn people_who_may_not_are_told_why() {
    let policy = [("WIV_MCP_KEY_POLICY", "permission")];
    let server = Server::start_with_sign_in(&policy).await;
    for (who, words) in [
        (("nora@acme.example", "demo-nora"), "no organization"),
        (("ben@acme.example", "demo-ben"), "role does not allow"),
    ] {
        let (status, page) = sign_in(&server, &mut Browser::new(), who).await;
        assert_eq!(status, 403, "{page}");
        assert!(page.contains(words) && page.contains("/connect"), "{page}");
    }
}

#[tokio::test]
async fn pages_work_without_sign_in() {
    let server = Server::start_with(&[
        ("WIV_MCP_SUPPORT_URL", "https://help.example/wiv"),
        ("WIV_MCP_PRIVACY_URL", "https://help.example/privacy"),
        ("WIV_MCP_OPENAI_CHALLENGE", "proof-4711"),
    ])
    .await;
    for path in ["/", "/connect"] {
        let response = server.http.get(server.url(path)).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(!response.headers().contains_key("strict-transport-security"));
        let page = response.text().await.unwrap();
        assert!(page.contains("YOUR_WIV_API_KEY") && page.contains("Sign-in is switched off"));
        assert!(
            !page.contains("/connect/sign-in") && page.contains("https://help.example/privacy")
        );
        assert!(page.contains("https://help.example/wiv"));
    }
    let account = server.http.get(server.url("/connect/account")).send().await.unwrap();
    assert_eq!(account.status(), 404);
    let proof = server.http.get(server.url("/.well-known/openai-apps-challenge"));
    assert_eq!(proof.send().await.unwrap().text().await.unwrap(), "proof-4711");
}

#[tokio::test]
async fn a_person_at_an_mcp_address_gets_help_with_the_same_status() {
    let server = Server::start_with_sign_in(&[]).await;
    for (path, status) in [("/mcp", 405), ("/sse", 401), ("/messages", 405)] {
        let program = server.http.get(server.url(path)).header("accept", "text/event-stream");
        let program = program.send().await.unwrap();
        let person = server.http.get(server.url(path));
        let person = person.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        let person = person.send().await.unwrap();
        assert_eq!((program.status().as_u16(), person.status().as_u16()), (status, status));
        for name in ["allow", "www-authenticate"] {
            assert_eq!(program.headers().get(name), person.headers().get(name), "{path} {name}");
        }
        assert_eq!(program.headers()["content-type"], "application/json");
        assert_eq!(person.headers()["content-type"], "text/html; charset=utf-8");
        assert!(person.text().await.unwrap().contains("This address is for assistants"));
    }
}
