//! What a stranger may cost at PropelAuth: states, forms and dead tokens are paid for once.

use serde_json::{Value, json};
use wiv_mcp::seal::Purpose;

use crate::{
    harness::*,
    oauth::{
        ANA, OMAR,
        browser::{Browser, Client, End, Form, begun, resealed, unsealed},
    },
};

const TOKEN: &str = "/propelauth/oauth/token";
const BACKEND: &str = "/api/backend/v1";

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

async fn calls(server: &Server, path: &str) -> usize {
    let calls = server.identity_calls().await;
    calls.iter().filter(|call| text(&call["path"]).starts_with(path)).count()
}

async fn comes_back(server: &Server, cookie: &str, query: &str) -> reqwest::Response {
    let back = server.http.get(server.url(&format!("/oauth/callback?{query}")));
    back.header("cookie", cookie).send().await.unwrap()
}

#[tokio::test]
async fn a_state_is_used_once() {
    let server = Server::start_with_sign_in(&[]).await;
    let (cookie, state) = begun(&server).await;
    for number in 0..10 {
        let query = format!("state={state}&code=junk{number}");
        assert_eq!(comes_back(&server, &cookie, &query).await.status(), 403);
    }
    assert_eq!(calls(&server, TOKEN).await, 1);
    // Also when the person said no, and when PropelAuth was down.
    for first in ["error=access_denied", "error=server_error"] {
        let (cookie, state) = begun(&server).await;
        comes_back(&server, &cookie, &format!("state={state}&{first}")).await;
        let again = comes_back(&server, &cookie, &format!("state={state}&code=junk")).await;
        assert_eq!(again.status(), 403, "{first}");
    }
    assert_eq!(calls(&server, TOKEN).await, 1);
}

#[tokio::test]
async fn a_choice_of_an_organization_is_made_once() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut browser = Browser::new();
    let End::Page(_, url, page) = client.walk(&mut browser, OMAR, None).await else { panic!() };
    let mut form = Form::read(&url, &page);
    let offered = page.split("value=\"").nth(2).unwrap().split('"').next().unwrap();
    form.fields.push(("organization".into(), offered.into()));
    let mut again = Browser::new();
    again.take_cookies(&browser);
    // An outage does not use it up.
    server.identity_fault(&format!("{BACKEND}/user"), "500").await;
    let End::Page(status, ..) = browser.submit(&form.action, &form.fields).await else { panic!() };
    assert_eq!(status, 503);
    server.identity_well().await;
    let End::Client(back) = browser.submit(&form.action, &form.fields).await else { panic!() };
    assert!(back.contains_key("code"), "{back:?}");
    let before = calls(&server, BACKEND).await;
    for _ in 0..5 {
        let End::Page(status, ..) = again.submit(&form.action, &form.fields).await else {
            panic!("a second code")
        };
        assert_eq!(status, 403);
    }
    assert_eq!(calls(&server, BACKEND).await, before);
}

#[tokio::test]
async fn dead_tokens_cost_nothing_after_the_first_time() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    let (access, refresh) = (text(&tokens["access_token"]), text(&tokens["refresh_token"]));
    // It dies elsewhere.
    let keys = server.keys().await;
    let url =
        format!("{}/_control/keys/{}", server.sandbox.identity_url(), text(&keys[0]["api_key_id"]));
    assert!(server.http.delete(url).send().await.unwrap().status().is_success());
    let before = calls(&server, BACKEND).await;
    for _ in 0..8 {
        assert_eq!(parse(client.refresh(refresh, &[]).await).await["error"], "invalid_grant");
        for token in [access, refresh] {
            let revoked = client.post_form("/oauth/revoke", &[("token", token)]).await;
            assert_eq!(revoked.status(), 200);
        }
    }
    assert_eq!(calls(&server, BACKEND).await, before + 1);
    // And what dies here.
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    let refresh = text(&tokens["refresh_token"]);
    client.post_form("/oauth/revoke", &[("token", refresh)]).await;
    let before = calls(&server, BACKEND).await;
    for _ in 0..8 {
        assert_eq!(parse(client.refresh(refresh, &[]).await).await["error"], "invalid_grant");
        client.post_form("/oauth/revoke", &[("token", refresh)]).await;
    }
    assert_eq!(calls(&server, BACKEND).await, before);
}

#[tokio::test]
async fn an_outage_makes_no_key_dead() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    for fault in ["500", "reset", "malformed", "429_plain"] {
        server.identity_fault(BACKEND, fault).await;
        assert_eq!(client.refresh(text(&tokens["refresh_token"]), &[]).await.status(), 503);
        server.identity_well().await;
    }
    assert_eq!(client.refresh(text(&tokens["refresh_token"]), &[]).await.status(), 200);
}

#[tokio::test]
async fn strangers_cost_a_bounded_number_of_token_requests() {
    let server = Server::start_with_sign_in(&[]).await;
    let mut waits = 0;
    let begun_ones = futures_util::future::join_all((0..70).map(|_| begun(&server))).await;
    let queries = begun_ones.iter().map(|(_, state)| format!("state={state}&code=junk"));
    let queries: Vec<String> = queries.collect();
    let back = begun_ones
        .iter()
        .zip(&queries)
        .map(|((cookie, _), query)| comes_back(&server, cookie, query));
    for back in futures_util::future::join_all(back).await {
        if back.status() != 403 {
            assert!(matches!(back.status().as_u16(), 429 | 503), "{}", back.status());
            assert!(back.headers().contains_key("retry-after"));
            // Who waits may come back: neither the state nor the cookie is used up.
            assert!(!back.headers().contains_key("set-cookie"));
            waits += 1;
        }
    }
    let asked = calls(&server, TOKEN).await;
    assert!(waits > 0 && asked + waits == 70, "{asked} asked, {waits} waited");
    // Replays cost neither PropelAuth nor those who wait anything.
    let (cookie, state) = begun(&server).await;
    let query = format!("state={state}&error=access_denied");
    for _ in 0..10 {
        comes_back(&server, &cookie, &query).await;
    }
    assert_eq!(calls(&server, TOKEN).await, asked);
}

#[tokio::test]
async fn one_token_can_not_be_refreshed_without_end() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    let refresh = text(&tokens["refresh_token"]);
    // An outage keeps the generation where it is, so that only the rate is seen.
    server.identity_fault(&format!("{BACKEND}/user"), "500").await;
    let mut told = 0;
    for _ in 0..60 {
        let response = client.refresh(refresh, &[]).await;
        let status = response.status();
        assert!(matches!(status.as_u16(), 429 | 503), "{status}");
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(parse(response).await["error"], "temporarily_unavailable");
        told += usize::from(status == 429);
    }
    assert!(told >= 20, "{told}");
    assert!(calls(&server, &format!("{BACKEND}/end_user_api_keys/")).await <= 42);
    server.identity_well().await;
    // Somebody else's connection is not held up.
    let other = client.sign_in(&mut Browser::new(), OMAR, Some("Globex")).await;
    assert_eq!(client.refresh(text(&other["refresh_token"]), &[]).await.status(), 200);
}

#[tokio::test]
async fn a_connection_ends_at_last_whatever_its_refreshes() {
    let life = [("WIV_MCP_SIGN_IN_LIFE", "100h"), ("WIV_MCP_KEY_LIFE", "2000h")];
    let server = Server::start_with_sign_in(&life).await;
    let client = Client::register(&server).await;
    let first = client.sign_in(&mut Browser::new(), ANA, None).await;
    let sealer = server.sealer(Purpose::RefreshToken);
    let end = |token: &Value| unsealed(text(token), &sealer)["exp"].as_u64().unwrap();
    let check_key = async || {
        let keys = server.keys().await;
        let key = keys.last().unwrap();
        let life =
            key["expires_at_seconds"].as_u64().unwrap() - key["created_at"].as_u64().unwrap();
        assert!((359_990..=360_000).contains(&life), "the key outlives its sign-in: {life}");
    };
    check_key().await;
    let second = parse(client.refresh(text(&first["refresh_token"]), &[]).await).await;
    assert_eq!(end(&second["refresh_token"]), end(&first["refresh_token"]));
    check_key().await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let near = resealed(text(&second["refresh_token"]), &sealer, |token| {
        token["exp"] = json!(now + 100);
    });
    let last = parse(client.refresh(&near, &[]).await).await;
    assert!(last["expires_in"].as_u64().unwrap() <= 100, "{last}");
    assert_eq!(end(&last["refresh_token"]), now + 100);
    let over =
        resealed(text(&last["refresh_token"]), &sealer, |token| token["exp"] = json!(now - 1));
    let before = calls(&server, BACKEND).await;
    assert_eq!(parse(client.refresh(&over, &[]).await).await["error"], "invalid_grant");
    assert_eq!(calls(&server, BACKEND).await, before, "nobody is asked");
    // Nor does a later end make a connection older than it may be: its key tells its age.
    let later = resealed(text(&last["refresh_token"]), &sealer, |token| {
        token["exp"] = json!(now + 10_000_000);
    });
    let renewed = parse(client.refresh(&later, &[]).await).await;
    assert!(end(&renewed["refresh_token"]) <= now + 360_001, "{renewed}");
}

#[tokio::test]
async fn one_addresss_sign_ins_that_come_to_nothing_leave_room_for_others() {
    let server = Server::start_with_sign_in(&[("WIV_MCP_TRUSTED_PROXY_HOPS", "1")]).await;
    let back = async |address: &str| {
        let (cookie, state) = begun(&server).await;
        let url = server.url(&format!("/oauth/callback?state={state}&code=junk"));
        let get = server.http.get(url).header("cookie", cookie);
        get.header("x-forwarded-for", address).send().await.unwrap().status().as_u16()
    };
    let mut refused = 0;
    // One subscriber of IPv6, whichever of its addresses it takes.
    for number in 0..30 {
        refused += usize::from(back(&format!("2001:db8::{number:x}")).await == 429);
    }
    assert!(refused >= 20, "{refused} of 30");
    for address in ["2001:db8:0:1::1", "198.51.100.7"] {
        assert_eq!(back(address).await, 403, "{address}");
    }
}
