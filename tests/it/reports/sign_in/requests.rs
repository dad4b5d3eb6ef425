//! Requests of clients: their resources, what they leave out, and how long their state is.

use serde_json::{Value, json};
use wiv_mcp::seal::Purpose;

use crate::{
    harness::*,
    oauth::{
        ANA, OMAR,
        browser::{Browser, Client, End, REDIRECT, VERIFIER, unsealed},
    },
};

/// An authorization URL with these resources besides nothing.
fn with_resources(client: &Client, resources: &[&str]) -> String {
    let mut url = client.authorize_url(&[("resource", None)]);
    for resource in resources {
        let encoded: String = form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        url = format!("{url}&resource={encoded}");
    }
    url
}

#[tokio::test]
async fn a_resource_that_is_sent_twice_goes_on_and_a_foreign_one_does_not() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let (mcp, sse) = (format!("{}/mcp", client.origin), format!("{}/sse", client.origin));
    let foreign = "https://evil.example/mcp";
    for resources in
        [&[&*mcp, &mcp][..], &[&mcp, &mcp, &mcp], &[&mcp, &client.origin], &[&mcp, &sse], &[&sse]]
    {
        let url = with_resources(&client, resources);
        let end = client.walk_from(&url, &mut Browser::new(), ANA, None).await;
        let End::Client(back) = end else { panic!("{resources:?}") };
        let twice: Vec<_> = resources.iter().map(|resource| ("resource", *resource)).collect();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", back["code"].as_str()),
            ("redirect_uri", REDIRECT),
            ("client_id", client.id.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let response = client.post_form("/oauth/token", &[&fields[..], &twice].concat()).await;
        let tokens = parse(response).await;
        let fields = [
            ("grant_type", "refresh_token"),
            (
                "refresh_token",
                tokens["refresh_token"].as_str().unwrap_or_else(|| panic!("{tokens}")),
            ),
            ("client_id", client.id.as_str()),
        ];
        let again = client.post_form("/oauth/token", &[&fields[..], &twice].concat()).await;
        assert_eq!(again.status(), 200);
        let mixed = [("resource", mcp.as_str()), ("resource", foreign)];
        let refused = client.post_form("/oauth/token", &[&fields[..], &mixed].concat()).await;
        assert_eq!(parse(refused).await["error"], "invalid_target");
    }
    for resources in [&[&*mcp, foreign][..], &[foreign, &mcp], &[&mcp, &mcp, foreign], &[foreign]] {
        let url = with_resources(&client, resources);
        let End::Client(back) = Browser::new().open(&url).await else { panic!("{resources:?}") };
        assert_eq!(back["error"], "invalid_target", "{resources:?}");
    }
    // What else comes twice is as wrong as ever, equal or not, and is named.
    for (name, value) in [("state", "the-state"), ("client_id", client.id.as_str())] {
        let url = format!("{}&{name}={value}", client.authorize_url(&[]));
        let End::Page(status, _, page) = Browser::new().open(&url).await else { panic!("{name}") };
        assert_eq!(status, 400);
        assert!(page.contains(name), "{page}");
    }
}

#[tokio::test]
async fn scheme_host_and_port_of_a_resource_are_normalised_and_its_path_is_not() {
    let server =
        Server::start_with_sign_in(&[("WIV_MCP_PUBLIC_URL", "https://mcp.wiv.example")]).await;
    let at = format!("http://{}", server.app.address());
    let http = client_builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let registration = json!({ "redirect_uris": [REDIRECT] });
    let host = ("host", "mcp.wiv.example");
    let post = http.post(format!("{at}/oauth/register")).header(host.0, host.1);
    let made = post.header("content-type", "application/json").body(registration.to_string());
    let id = parse(made.send().await.unwrap()).await["client_id"].as_str().unwrap().to_owned();
    let client = Client::with_id(&server, &id).at(&at);
    let asked = async |resource: &str| {
        let url = with_resources(&client, &[resource]);
        http.get(url).header(host.0, host.1).send().await.unwrap()
    };
    for resource in [
        "https://mcp.wiv.example/mcp",
        "HTTPS://MCP.WIV.Example/mcp",
        "https://mcp.wiv.example:443/mcp",
        "https://mcp.wiv.example:443/sse",
        "https://mcp.wiv.example/mcp/",
        "https://mcp.wiv.example",
        "https://mcp.wiv.example:443/",
        "Https://mcp.wiv.example:443",
    ] {
        assert_eq!(asked(resource).await.status(), 200, "{resource}");
    }
    for resource in [
        "http://mcp.wiv.example/mcp",
        "https://mcp.wiv.example:80/mcp",
        "https://mcp.wiv.example:8443/mcp",
        "https://mcp.wiv.example/MCP",
        "https://mcp.wiv.example/mc%70",
        "https://mcp.wiv.example/x/../mcp",
        "https://mcp.wiv.example/./mcp",
        "https://mcp.wiv.example//mcp",
        "https://mcp.wiv.example/mcp//",
        "https://mcp.wiv.example/mcp?x",
        "https://mcp.wiv.example/mcp#f",
        "https://mcp.wiv.example\\mcp",
        "https://user@mcp.wiv.example/mcp",
        "https://evil.example@mcp.wiv.example/mcp",
        "https://mcp.wiv.example@evil.example/mcp",
        "https://mcp.wiv.example.evil.example/mcp",
        "https://mcp.wiv.example./mcp",
        "https:/mcp.wiv.example/mcp",
        "//mcp.wiv.example/mcp",
        "mcp.wiv.example/mcp",
        "/mcp",
        " https://mcp.wiv.example/mcp",
    ] {
        let response = asked(resource).await;
        assert_eq!(response.status(), 303, "{resource}");
        let to = response.headers()["location"].to_str().unwrap();
        assert!(to.contains("error=invalid_target"), "{resource}: {to}");
    }
}

#[tokio::test]
async fn a_token_request_needs_no_redirect_uri_and_one_that_comes_must_match() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let code = client.authorize(&mut Browser::new(), ANA, None).await.remove("code").unwrap();
    for wrong in ["http://127.0.0.1:4712/callback", "http://127.0.0.1:4711/callback/", "x"] {
        let refused = client.redeem(&code, &[("redirect_uri", wrong)]).await;
        let told = parse(refused).await;
        assert_eq!(told["error"], "invalid_grant", "{wrong}");
        assert!(told["error_description"].as_str().unwrap().contains("redirect_uri"), "{told}");
    }
    // PKCE binds the code to its client, and is needed as ever.
    for change in [("code_verifier", "-"), ("code_verifier", "wrong")] {
        let refused = client.redeem(&code, &[("redirect_uri", "-"), change]).await;
        assert_eq!(refused.status(), 400, "{change:?}");
    }
    let tokens = client.redeem(&code, &[("redirect_uri", "-")]).await;
    assert_eq!(tokens.status(), 200);
    assert_eq!(server.keys().await.len(), 1);
}

#[tokio::test]
async fn a_parameter_that_is_missing_is_named() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for name in ["code", "code_verifier", "grant_type"] {
        let told = parse(client.redeem("a-code", &[(name, "-")]).await).await;
        assert_eq!(told["error"], "invalid_request", "{name}");
        assert!(told["error_description"].as_str().unwrap().contains(name), "{told}");
    }
    let told = parse(client.refresh("x", &[("refresh_token", "-")]).await).await;
    assert!(told["error_description"].as_str().unwrap().contains("refresh_token"), "{told}");
    let told = parse(client.post_form("/oauth/revoke", &[]).await).await;
    assert!(told["error_description"].as_str().unwrap().contains("token"), "{told}");
    for name in ["response_type", "code_challenge", "code_challenge_method"] {
        let url = client.authorize_url(&[(name, None)]);
        let End::Client(back) = Browser::new().open(&url).await else { panic!("{name}") };
        assert!(back["error_description"].contains(name), "{name}: {back:?}");
    }
    for name in ["client_id", "redirect_uri"] {
        let url = client.authorize_url(&[(name, None)]);
        let End::Page(_, _, page) = Browser::new().open(&url).await else { panic!("{name}") };
        assert!(page.contains(name), "{page}");
    }
}

#[tokio::test]
async fn a_client_id_that_stands_in_a_basic_header_alone_is_missing_and_not_unknown() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let told = async |form: &'static str, basic: Option<(&str, &str)>| {
        let post = server.http.post(server.url("/oauth/token"));
        let post = post.header("content-type", "application/x-www-form-urlencoded").body(form);
        let post = match basic {
            Some((id, secret)) => post.basic_auth(id, Some(secret)),
            None => post,
        };
        let response = post.send().await.unwrap();
        assert_eq!(response.status(), 401);
        let told = parse(response).await;
        assert_eq!(told["error"], "invalid_client");
        told["error_description"].as_str().unwrap().to_owned()
    };
    let form = "grant_type=authorization_code&code=x&code_verifier=y";
    for basic in [Some((client.id.as_str(), "")), Some((client.id.as_str(), "secret")), None] {
        let words = told(form, basic).await;
        assert!(words.contains("client_id is missing"), "{words}");
        assert!(!words.contains("unknown") && !words.contains("register"), "{words}");
        assert_eq!(words.contains("Basic"), basic.is_some(), "{words}");
    }
    let unknown = told("grant_type=refresh_token&client_id=nobody", None).await;
    assert!(unknown.contains("unknown client"), "{unknown}");
}

#[tokio::test]
async fn a_state_of_four_kilobytes_is_carried_also_past_the_choice_of_an_organization() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let long = "aB3-_.~=+/&".repeat(400);
    for state in ["", "s", &long[..1_024], &long[..1_025], &long[..3_000], &long[..4_096]] {
        for (who, organization) in [(ANA, None), (OMAR, Some("Globex"))] {
            let state_named = (!state.is_empty()).then_some(state);
            let url = client.authorize_url(&[("state", state_named)]);
            let end = client.walk_from(&url, &mut Browser::new(), who, organization).await;
            let End::Client(back) = end else { panic!("{} bytes", state.len()) };
            assert!(back.contains_key("code"), "{back:?}");
            assert_eq!(back.get("state").map(String::as_str), state_named, "{}", state.len());
        }
    }
    // Each of its bytes may need two.
    let quoted = "\"".repeat(4_096);
    let changes = [("state", Some(quoted.as_str()))];
    let back = client.authorize_with(&mut Browser::new(), ANA, &changes).await;
    assert_eq!(back["state"], quoted);
    // One browser, first with a long state and then with a short one.
    let mut browser = Browser::new();
    for state in [&long[..4_096], "short", &long[..4_096]] {
        let back = client.authorize_with(&mut browser, ANA, &[("state", Some(state))]).await;
        assert_eq!(back["state"], state);
        assert!(browser.cookie_values().iter().all(|value| value.len() < 4_000));
    }
}

#[tokio::test]
async fn a_state_that_can_not_be_carried_is_told_to_its_client() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for state in ["x".repeat(4_097), "x".repeat(6_000), "\u{1}".repeat(3_000)] {
        let url = client.authorize_url(&[("state", Some(&state))]);
        let End::Client(back) = Browser::new().open(&url).await else {
            panic!("a page for {} bytes", state.len())
        };
        assert_eq!(back["error"], "invalid_request");
        assert!(back["error_description"].contains("state"), "{}", back["error_description"]);
        assert_eq!(back["state"], state, "the client finds its request again");
    }
    // Who can't be told by itself is told by a page, as ever.
    let nobody = client.authorize_url(&[
        ("state", Some(&"x".repeat(6_000))),
        ("redirect_uri", Some("https://evil.example/")),
    ]);
    let End::Page(status, ..) = Browser::new().open(&nobody).await else { panic!() };
    assert_eq!(status, 400);
}

#[tokio::test]
async fn what_a_token_is_for_is_spelled_our_way_whatever_was_asked() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let shouted = format!("{}/mcp", client.origin.replace("http://", "HTTP://"));
    let back =
        client.authorize_with(&mut Browser::new(), ANA, &[("resource", Some(&shouted))]).await;
    let tokens: Value = parse(client.redeem(&back["code"], &[]).await).await;
    let sealer = server.sealer(Purpose::RefreshToken);
    let sealed = unsealed(tokens["refresh_token"].as_str().unwrap(), &sealer);
    assert_eq!(sealed["is"]["aud"], format!("{}/mcp", client.origin));
}
