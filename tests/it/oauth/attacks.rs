//! The attack table of the security model, row by row.

use serde_json::{Value, json};

use super::{
    ANA, OMAR,
    browser::{Browser, Client, End, Form, REDIRECT, flipped},
};
use crate::harness::*;

#[tokio::test]
async fn nothing_is_redirected_to_before_client_and_uri_are_verified() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for (name, value) in [
        ("client_id", None),
        ("client_id", Some("nonsense")),
        ("client_id", Some("https://127.0.0.1/client.json")),
        ("client_id", Some("https://localhost/client.json")),
        ("redirect_uri", None),
        ("redirect_uri", Some("https://evil.example/callback")),
        ("redirect_uri", Some("http://127.0.0.1:4711/callback/more")),
        ("redirect_uri", Some("http://127.0.0.1:4711@evil.example/callback")),
        ("redirect_uri", Some("http://localhost:4711/callback")),
        ("redirect_uri", Some("http://127.0.0.1:4711/callback#f")),
        ("redirect_uri", Some("cursor://evil/oauth/callback")),
        ("redirect_uri", Some("javascript:alert(1)")),
    ] {
        let url = client.authorize_url(&[(name, value)]);
        match Browser::new().open(&url).await {
            End::Page(status, _, page) => {
                assert_eq!(status, 400, "{name}={value:?}: {page}");
                assert!(page.contains("Not connected"), "{page}");
            }
            End::Client(_) => panic!("{name}={value:?} was redirected"),
        }
    }
    // Another port of the same loopback address is the same app.
    let other_port = client.authorize_url(&[("redirect_uri", Some("http://127.0.0.1:9/callback"))]);
    let End::Page(status, _, page) = Browser::new().open(&other_port).await else { panic!() };
    assert_eq!(status, 200);
    assert!(page.contains("An app on this computer") && page.contains("127.0.0.1:9"), "{page}");
    // Any program of the computer can claim a private scheme.
    let scheme = [("redirect_uri", Some("cursor://anysphere.cursor-mcp/oauth/callback"))];
    let End::Page(status, _, page) = Browser::new().open(&client.authorize_url(&scheme)).await
    else {
        panic!()
    };
    assert_eq!(status, 200);
    assert!(page.contains("An app on this computer"), "{page}");
}

#[tokio::test]
async fn a_request_that_lacks_something_is_told_to_its_client() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for (name, value, error) in [
        ("response_type", None, "unsupported_response_type"),
        ("response_type", Some("token"), "unsupported_response_type"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", Some("short"), "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
        ("code_challenge_method", Some("plain"), "invalid_request"),
        ("scope", Some("wiv:admin"), "invalid_scope"),
        ("resource", Some("https://evil.example/mcp"), "invalid_target"),
    ] {
        let url = client.authorize_url(&[(name, value)]);
        let End::Client(back) = Browser::new().open(&url).await else {
            panic!("{name}={value:?} got a page")
        };
        assert_eq!(back["error"], error, "{name}={value:?}");
        assert_eq!(back["state"], "the-state");
        assert_eq!(back["iss"], client.origin);
    }
    for twice in ["client_id", "state", "redirect_uri", "scope"] {
        let url = format!("{}&{twice}=x", client.authorize_url(&[]));
        let End::Page(status, ..) = Browser::new().open(&url).await else { panic!("{twice}") };
        assert_eq!(status, 400, "{twice}");
    }
    let long = "x".repeat(100 * 1024);
    for name in ["state", "client_id", "scope", "resource", "code_challenge"] {
        let url = client.authorize_url(&[(name, Some(&long))]);
        let status = server.http.get(url).send().await.map(|response| response.status().as_u16());
        assert!(matches!(status, Ok(400 | 414 | 431) | Err(_)), "{name}: {status:?}");
    }
    // Everything that may be left out.
    for name in ["state", "scope", "resource"] {
        let End::Page(status, ..) =
            Browser::new().open(&client.authorize_url(&[(name, None)])).await
        else {
            panic!("{name}")
        };
        assert_eq!(status, 200, "{name}");
    }
}

#[tokio::test]
async fn consent_is_asked_each_time_and_only_its_browser_may_answer() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut victim = Browser::new();
    client.sign_in(&mut victim, ANA, None).await;
    // Signed in at PropelAuth already, and still asked.
    let End::Page(_, url, page) = victim.open(&client.authorize_url(&[])).await else {
        panic!("consent was skipped")
    };
    assert!(page.contains("Test client") && page.contains("WIV has not verified"), "{page}");
    let form = Form::read(&url, &page);
    let allow: Vec<_> =
        form.fields.into_iter().chain([("decision".to_owned(), "allow".to_owned())]).collect();
    let mut other = Browser::new();
    let End::Page(status, _, page) = other.submit(&form.action, &allow).await else { panic!() };
    assert_eq!(status, 400, "{page}");
    // From another site, with the right cookies.
    let post = server
        .http
        .post(&form.action)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.example")
        .body("request=x&decision=allow");
    assert_eq!(post.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_sign_in_ends_only_in_the_browser_that_began_it() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    // The attacker consents and stops at PropelAuth's page.
    let mut attacker = Browser::new();
    let End::Page(_, url, page) = attacker.open(&client.authorize_url(&[])).await else { panic!() };
    let mut form = Form::read(&url, &page);
    form.fields.push(("decision".into(), "allow".into()));
    let End::Page(_, at_propelauth, _) = attacker.submit(&form.action, &form.fields).await else {
        panic!()
    };
    // The victim signs in there, in a browser without the cookie.
    let mut victim = Browser::new();
    let End::Page(_, url, page) = victim.open(&at_propelauth).await else { panic!() };
    let mut form = Form::read(&url, &page);
    form.fields.push(("email".into(), ANA.0.into()));
    form.fields.push(("password".into(), ANA.1.into()));
    let End::Page(status, url, page) = victim.submit(&form.action, &form.fields).await else {
        panic!("the code went to the attacker's client")
    };
    assert_eq!(status, 403);
    assert!(page.contains("begun in another browser"), "{page}");
    // And the same address once more, in the right browser, but with the state cut.
    let cut = url.replace("state=", "state=x");
    let End::Page(status, ..) = attacker.open(&cut).await else { panic!() };
    assert_eq!(status, 403);
    assert_eq!(server.live_keys().await, 0);
}

#[tokio::test]
async fn the_organization_is_one_of_those_offered_to_this_browser() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let mut browser = Browser::new();
    let End::Page(_, url, page) = client.walk(&mut browser, OMAR, None).await else { panic!() };
    assert!(page.contains("Which organization?") && page.contains(OMAR.0), "{page}");
    let form = Form::read(&url, &page);
    let with = |organization: &str| {
        let mut fields = form.fields.clone();
        fields.push(("organization".into(), organization.into()));
        fields
    };
    let foreign = with("f7016a5c-2d84-4b19-8c3e-6e5a9b0d4f11");
    let End::Page(status, ..) = browser.submit(&form.action, &foreign).await else { panic!() };
    assert_eq!(status, 403);
    let offered = page.split("value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned();
    browser.forget_cookies();
    let End::Page(status, ..) = browser.submit(&form.action, &with(&offered)).await else {
        panic!()
    };
    assert_eq!(status, 403);
}

#[tokio::test]
async fn a_code_is_for_one_client_one_uri_one_verifier_and_one_use() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let other = Client::register(&server).await;
    let code = client.authorize(&mut Browser::new(), ANA, None).await.remove("code").unwrap();
    for (changes, status, error) in [
        (&[("client_id", other.id.as_str())][..], 400, "invalid_grant"),
        (&[("client_id", "nonsense")], 401, "invalid_client"),
        (&[("client_id", "-")], 401, "invalid_client"),
        (&[("redirect_uri", "http://127.0.0.1:4712/callback")], 400, "invalid_grant"),
        (&[("code_verifier", "wrong")], 400, "invalid_grant"),
        (&[("code_verifier", "-")], 400, "invalid_request"),
        (&[("code", "nonsense")], 400, "invalid_grant"),
        (&[("code", &code[..code.len() - 4])], 400, "invalid_grant"),
        (&[("code", &flipped(&code))], 400, "invalid_grant"),
        (&[("resource", "https://evil.example/mcp")], 400, "invalid_target"),
        (&[("grant_type", "password")], 400, "unsupported_grant_type"),
        (&[("grant_type", "-")], 400, "invalid_request"),
    ] {
        let response = client.redeem(&code, changes).await;
        assert_eq!(response.status(), status, "{changes:?}");
        assert_eq!(parse(response).await["error"], error, "{changes:?}");
    }
    assert_eq!(server.live_keys().await, 0, "a refused code makes no key");
    assert_eq!(client.redeem(&code, &[]).await.status(), 200);
    let again = client.redeem(&code, &[]).await;
    assert_eq!(parse(again).await["error"], "invalid_grant");
    assert_eq!(server.keys().await.len(), 1, "no second key");
}

#[tokio::test]
async fn sealed_values_are_good_for_their_purpose_only() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    let (access, refresh) =
        (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    for bearer in [refresh, client.id.as_str(), &flipped(access), &access[..access.len() - 3], ACME]
    {
        let response = client.post(bearer, "ping", json!({})).await;
        assert_eq!(response.status(), 401);
        let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert!(challenge.contains("invalid_token"), "{challenge}");
    }
    for token in [access, client.id.as_str(), "nonsense", &flipped(refresh)] {
        let response = client.refresh(token, &[]).await;
        assert_eq!(parse(response).await["error"], "invalid_grant");
    }
    let other = Client::register(&server).await;
    let response = other.refresh(refresh, &[]).await;
    assert_eq!(parse(response).await["error"], "invalid_grant");
    // Another deployment with keys of its own.
    let elsewhere = Server::start_with_sign_in(&[]).await;
    let there = client.at(elsewhere.app.origin().as_str());
    assert_eq!(there.post(access, "ping", json!({})).await.status(), 401);
    // A token in a query is nobody's.
    let url = format!("{}?access_token={access}", server.url("/mcp"));
    let post = server.http.post(url).header("content-type", "application/json").body("{}");
    assert_eq!(post.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn tokens_of_propelauth_that_can_not_be_trusted_sign_nobody_in() {
    for trick in [
        json!({ "alg": "none" }),
        json!({ "alg": "HS256" }),
        json!({ "aud": "another-client" }),
        json!({ "iss": "https://evil.example" }),
        json!({ "exp_s": -120 }),
        json!({ "sub": "00000000-0000-0000-0000-000000000000" }),
        json!({ "kid": "unknown" }),
    ] {
        let server = Server::start_with_sign_in(&[]).await;
        let client = Client::register(&server).await;
        server.identity("token", &trick).await;
        let page = client.stopped(&mut Browser::new(), ANA).await;
        assert!(page.contains("Not connected"), "{trick}: {page}");
        assert_eq!(server.live_keys().await, 0, "{trick}");
    }
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    server.identity("impersonate", &json!({ "email": OMAR.0 })).await;
    let page = client.stopped(&mut Browser::new(), ANA).await;
    assert!(page.contains("acts in a person"), "{page}");
    assert_eq!(server.live_keys().await, 0);
}

#[tokio::test]
async fn registrations_are_checked_and_kept_by_nobody() {
    let server = Server::start_with_sign_in(&[]).await;
    let register = async |body: String| {
        let post = server.http.post(server.url("/oauth/register")).body(body);
        post.header("content-type", "application/json").send().await.unwrap()
    };
    let uris = |uris: Value| json!({ "redirect_uris": uris }).to_string();
    for (body, error) in [
        (String::new(), "invalid_client_metadata"),
        ("[]".into(), "invalid_client_metadata"),
        ("x".repeat(100 * 1024), "invalid_client_metadata"),
        (uris(json!("http://localhost")), "invalid_client_metadata"),
        (uris(json!([])), "invalid_redirect_uri"),
        (uris(json!(["https://evil.example/cb"])), "invalid_redirect_uri"),
        (uris(json!(["javascript:alert(1)"])), "invalid_redirect_uri"),
        (uris(json!(vec![REDIRECT; 21])), "invalid_redirect_uri"),
    ] {
        let response = register(body).await;
        assert_eq!(response.status(), 400);
        assert_eq!(parse(response).await["error"], error);
    }
    let odd = json!({
        "client_name": "<b>Cla\u{202e}ude</b>",
        "redirect_uris": [REDIRECT],
        "application_type": "native",
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let response = register(odd.to_string()).await;
    assert_eq!(response.status(), 201);
    let made = parse(response).await;
    assert_eq!(made["token_endpoint_auth_method"], "none");
    assert_eq!(made["client_name"], "<b>Claude</b>");
    let client = Client::register(&server).await;
    let url = client.authorize_url(&[("client_id", made["client_id"].as_str())]);
    let End::Page(_, _, page) = Browser::new().open(&url).await else { panic!() };
    assert!(page.contains("&#60;b&#62;Claude") || page.contains("&lt;b&gt;Claude"), "{page}");
    assert!(!page.contains("<b>Claude"));
}

#[tokio::test]
async fn pages_can_not_be_framed_and_load_nothing_from_others() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let response = server.http.get(client.authorize_url(&[])).send().await.unwrap();
    let headers = response.headers();
    assert_eq!(headers["x-frame-options"], "DENY");
    // With `no-referrer` browsers would send our own forms with `Origin: null`.
    assert_eq!(headers["referrer-policy"], "same-origin");
    assert_eq!(headers["cache-control"], "no-store");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    let cookie = headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let page = response.text().await.unwrap();
    assert!(!page.contains("<script") && !page.contains("style="), "{page}");
    let other_host = server.http.get(server.url("/oauth/authorize")).header("host", "evil.example");
    assert_eq!(other_host.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn client_documents_are_read_under_guard() {
    // Known clients need no fetch; everything on this machine is refused.
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let claude = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    let callback = "https://claude.ai/api/mcp/auth_callback";
    let url =
        client.authorize_url(&[("client_id", Some(claude)), ("redirect_uri", Some(callback))]);
    let End::Page(status, _, page) = Browser::new().open(&url).await else { panic!() };
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("(from the site <strong>claude.ai</strong>)"), "{page}");
    for id in ["http://127.0.0.1:1/c", "https://127.0.0.1/c", "https://[::1]/c"] {
        let url = client.authorize_url(&[("client_id", Some(id))]);
        let End::Page(status, ..) = Browser::new().open(&url).await else { panic!("{id}") };
        assert_eq!(status, 400, "{id}");
    }
}
