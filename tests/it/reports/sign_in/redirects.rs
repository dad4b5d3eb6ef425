//! Redirect URIs as clients register them, and forms whose answers lead to one.

use reqwest::Response;
use serde_json::{Value, json};

use crate::{
    harness::*,
    oauth::{
        ANA, OMAR,
        browser::{Browser, Client, End, REDIRECT},
    },
    process::{Process, lines_with},
};

const UNKNOWN: &str = "https://evil.example/callback";

async fn register(server: &Server, uris: &[&str]) -> (u16, Value) {
    let body = json!({ "client_name": "Test client", "redirect_uris": uris });
    let post = server.http.post(server.url("/oauth/register")).body(body.to_string());
    let response = post.header("content-type", "application/json").send().await.unwrap();
    (response.status().as_u16(), parse(response).await)
}

async fn asked(client: &Client, uri: &str) -> Response {
    client_builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
        .get(client.authorize_url(&[("redirect_uri", Some(uri))]))
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn callbacks_of_well_known_clients_are_let_in_and_what_looks_like_them_is_not() {
    let server = Server::start_with_sign_in(&[]).await;
    for uri in [
        "https://global.consent.azure-apim.net/redirect",
        "https://global.consent.azure-apim.net/redirect/cr123-5fwiv-5fdfde809e1caf448f",
        "vscode://saoudrizwan.claude-dev/mcp-auth/callback/0a1b2c3d4e5f",
        "https://grok.com/connectors-oauth-exchange-code/",
        "https://vertexaisearch.cloud.google.com/oauth-redirect",
        "https://www.perplexity.ai/rest/connections/oauth_callback",
        "https://enterprise.perplexity.ai/rest/connections/oauth_callback",
    ] {
        let (status, made) = register(&server, &[uri]).await;
        assert_eq!(status, 201, "{uri}: {made}");
        let client = Client::with_id(&server, made["client_id"].as_str().unwrap());
        assert_eq!(asked(&client, uri).await.status(), 200, "{uri}");
    }
    for uri in [
        "https://global.consent.azure-apim.net/redirect/",
        "https://global.consent.azure-apim.net/redirect/a/b",
        "https://global.consent.azure-apim.net/redirect/../x",
        "https://global.consent.azure-apim.net/redirect/a?b",
        "https://global.consent.azure-apim.net.evil.example/redirect",
        "https://evil.consent.azure-apim.net/redirect/a",
        "vscode://saoudrizwan.claude-dev/mcp-auth/callback/",
        "vscode://saoudrizwan.claude-dev/mcp-auth/callback/a/b",
        "vscode://saoudrizwan.claude-dev/other",
        "vscode://evil.extension/mcp-auth/callback/0a1b2c",
        "https://grok.com/connectors-oauth-exchange-code/x",
        "https://grok.com/",
        "https://vertexaisearch.cloud.google.com/oauth-redirect/x",
        "https://vertexaisearch.cloud.google.com/oauth-redirect?x=1",
        "https://perplexity.ai.evil.example/rest/connections/oauth_callback",
        "http://www.perplexity.ai/rest/connections/oauth_callback",
    ] {
        assert_eq!(register(&server, &[uri]).await.0, 400, "{uri}");
    }
}

#[tokio::test]
async fn a_client_may_register_ten_redirect_uris_and_return_to_each() {
    let server = Server::start_with_sign_in(&[]).await;
    let many: Vec<String> = (0..10)
        .map(|number| {
            format!("http://127.0.0.1:{}/a/callback/of/some/length/{number}", 40_000 + number)
        })
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    // Six of an editor of 2025 and its forks.
    let editor = [
        "https://insiders.vscode.dev/redirect",
        "https://vscode.dev/redirect",
        "http://localhost/",
        "http://127.0.0.1/",
        "http://localhost:33418/",
        "http://127.0.0.1:33418/",
    ];
    for uris in [&many[..], &editor] {
        let (status, made) = register(&server, uris).await;
        assert_eq!(status, 201, "{made}");
        assert_eq!(made["redirect_uris"], json!(uris));
        let client = Client::with_id(&server, made["client_id"].as_str().unwrap());
        for uri in uris {
            assert_eq!(asked(&client, uri).await.status(), 200, "{uri}");
        }
    }
    // Ten long ones, each with nothing in common with the others.
    let long = (b'a'..=b'j').map(|letter| {
        let start = format!("http://127.0.0.1:{}/", 4711 - 97 + u32::from(letter));
        format!("{start}{}", char::from(letter).to_string().repeat(300 - start.len()))
    });
    let long: Vec<String> = long.collect();
    let uris: Vec<&str> = long.iter().map(String::as_str).collect();
    let (status, made) = register(&server, &uris).await;
    assert_eq!(status, 201, "{made}");
    let id = made["client_id"].as_str().unwrap();
    assert!(id.len() < 5120, "{}", id.len());
    let client = Client::with_id(&server, id);
    for uri in uris {
        assert_eq!(asked(&client, uri).await.status(), 200, "{uri}");
    }
    let state = "s".repeat(4096);
    let changes = [("redirect_uri", Some(&*long[0])), ("state", Some(&*state))];
    let back = client.authorize_with(&mut Browser::new(), ANA, &changes).await;
    let taken = client.redeem(&back["code"], &[("redirect_uri", &long[0])]).await;
    assert_eq!(taken.status(), 200);
    // A bound there is all the same, and it is told.
    let too_many: Vec<String> =
        (0..200).map(|number| format!("http://localhost/{number}")).collect();
    let too_many: Vec<&str> = too_many.iter().map(String::as_str).collect();
    let (status, told) = register(&server, &too_many).await;
    assert_eq!((status, &told["error"]), (400, &json!("invalid_redirect_uri")));
}

#[tokio::test]
async fn an_empty_path_is_a_slash_on_this_computer_and_nowhere_else() {
    let server = Server::start_with_sign_in(&[("WIV_MCP_REDIRECTS", "any")]).await;
    for (registered, requested, is_taken) in [
        ("http://127.0.0.1:33418", "http://127.0.0.1:33418/", true),
        ("http://127.0.0.1:33418/", "http://127.0.0.1:50000", true),
        ("http://localhost", "http://localhost:4711/", true),
        ("http://[::1]/", "http://[::1]:9", true),
        ("http://localhost?a=1", "http://localhost:1/?a=1", true),
        ("http://localhost/", "http://localhost:1/?a=1", false),
        ("http://localhost/", "http://localhost:1//", false),
        ("http://localhost/callback", "http://localhost:1/callback/", false),
        ("http://localhost", "http://127.0.0.1/", false),
        ("https://app.example", "https://app.example/", false),
        ("https://app.example/", "https://app.example", false),
    ] {
        let (status, made) = register(&server, &[registered]).await;
        assert_eq!(status, 201, "{registered}: {made}");
        let client = Client::with_id(&server, made["client_id"].as_str().unwrap());
        let status = asked(&client, requested).await.status().as_u16();
        assert_eq!(status == 200, is_taken, "{registered} {requested}: {status}");
    }
}

#[tokio::test]
async fn capitals_in_scheme_and_host_mean_the_same_and_in_a_path_do_not() {
    let server = Server::start_with_sign_in(&[]).await;
    for (registered, requested, is_taken) in [
        ("HTTP://127.0.0.1/cb", "http://127.0.0.1:4711/cb", true),
        ("http://LOCALHOST/cb", "http://localhost:4711/cb", true),
        ("http://localhost/cb", "http://LocalHost:4711/cb", true),
        (
            "HTTPS://Claude.ai/api/mcp/auth_callback",
            "https://claude.ai/api/mcp/auth_callback",
            true,
        ),
        ("http://LOCALHOST/cb", "http://localhost/CB", false),
        (
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.ai/API/mcp/auth_callback",
            false,
        ),
    ] {
        let (status, made) = register(&server, &[registered]).await;
        assert_eq!(status, 201, "{registered}: {made}");
        let client = Client::with_id(&server, made["client_id"].as_str().unwrap());
        let status = asked(&client, requested).await.status().as_u16();
        assert_eq!(status == 200, is_taken, "{registered} {requested}: {status}");
    }
    for uri in
        ["HTTPS://claude.ai/API/mcp/auth_callback", "HTTP://127.1/cb", "HTTP://evil.example/"]
    {
        assert_eq!(register(&server, &[uri]).await.0, 400, "{uri}");
    }
}

#[tokio::test]
async fn one_unknown_uri_among_good_ones_refuses_not_all_and_is_named() {
    let server = Server::start_with_sign_in(&[]).await;
    for refused in
        [UNKNOWN, "javascript:alert(1)", "vscode-insiders://x.y/cb", "http://10.0.0.1/", ""]
    {
        let (status, made) = register(&server, &[refused, REDIRECT]).await;
        assert_eq!(status, 201, "{refused}: {made}");
        assert_eq!(made["redirect_uris"], json!([REDIRECT]));
        assert_eq!(made["refused_redirect_uris"], json!([refused]));
        let client = Client::with_id(&server, made["client_id"].as_str().unwrap());
        assert_eq!(asked(&client, REDIRECT).await.status(), 200);
        let page = asked(&client, refused).await;
        assert_eq!(page.status(), 400, "{refused}");
    }
    let (_, made) = register(&server, &[REDIRECT]).await;
    assert!(made.get("refused_redirect_uris").is_none(), "{made}");
    // All of them: then there is nothing to register.
    let (status, told) = register(&server, &[UNKNOWN, "https://other.example/"]).await;
    assert_eq!((status, &told["error"]), (400, &json!("invalid_redirect_uri")));
    let words = told["error_description"].as_str().unwrap();
    assert!(words.contains(UNKNOWN) && words.contains("WIV_MCP_REDIRECTS"), "{words}");
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_the_clients_is_named_on_the_page() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let page = asked(&client, UNKNOWN).await;
    assert_eq!(page.status(), 400);
    let page = page.text().await.unwrap();
    assert!(page.contains(UNKNOWN) && !page.contains("href=\"https://evil"), "{page}");
    // Its text is a stranger's: no markup, no invisible characters, no essay.
    let odd = format!("https://evil.example/<b>\u{202e}{}", "x".repeat(5_000));
    let page = asked(&client, &odd).await.text().await.unwrap();
    assert!(!page.contains("<b>") && !page.contains('\u{202e}'), "{page}");
    assert!(page.len() < 6_000, "{} bytes", page.len());
}

#[tokio::test]
async fn an_operator_lists_uris_beside_the_known_ones_in_any_order() {
    for setting in [
        "known,https://app.example/callback,com.example.app:/oauth,myapp://signed-in",
        "https://app.example/callback, myapp://signed-in , com.example.app:/oauth,known",
        "myapp://signed-in,known,com.example.app:/oauth,https://app.example/callback,",
    ] {
        let server = Server::start_with_sign_in(&[("WIV_MCP_REDIRECTS", setting)]).await;
        for uri in [
            "https://app.example/callback",
            "com.example.app:/oauth",
            "myapp://signed-in",
            "https://claude.ai/api/mcp/auth_callback",
            REDIRECT,
        ] {
            let (status, made) = register(&server, &[uri]).await;
            assert_eq!(status, 201, "{setting}: {uri}: {made}");
            let client = Client::with_id(&server, made["client_id"].as_str().unwrap());
            let page = asked(&client, uri).await;
            assert_eq!(page.status(), 200, "{uri}");
        }
        for uri in
            ["com.example.app:/other", "com.example.app://oauth", "myapp:/signed-in", UNKNOWN]
        {
            assert_eq!(register(&server, &[uri]).await.0, 400, "{setting}: {uri}");
        }
    }
}

#[tokio::test]
async fn an_empty_path_is_a_slash_for_the_token_too_and_the_port_counts_there() {
    let server = Server::start_with_sign_in(&[]).await;
    let bare = "http://127.0.0.1:4711";
    let (_, made) = register(&server, &[bare, REDIRECT]).await;
    let client = Client::with_id(&server, made["client_id"].as_str().unwrap());
    for (asked, wrong, right) in [
        (bare, "http://127.0.0.1:4712/", "http://127.0.0.1:4711/"),
        ("http://127.0.0.1:4711/", "http://localhost:4711", bare),
        (REDIRECT, "http://127.0.0.1:4711/callback/", REDIRECT),
    ] {
        let changes = [("redirect_uri", Some(asked))];
        let code = client.authorize_with(&mut Browser::new(), ANA, &changes).await;
        let refused = client.redeem(&code["code"], &[("redirect_uri", wrong)]).await;
        assert_eq!(refused.status(), 400, "{asked} {wrong}");
        let taken = client.redeem(&code["code"], &[("redirect_uri", right)]).await;
        assert_eq!(taken.status(), 200, "{asked} {right}");
    }
}

/// The policy of a page, of what the form on it may lead to.
fn form_action(headers: &reqwest::header::HeaderMap) -> Option<String> {
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    let found = policy.split(';').map(str::trim).find(|one| one.starts_with("form-action"));
    found.map(str::to_owned)
}

#[tokio::test]
async fn no_policy_of_ours_holds_up_a_form_that_ends_at_somebody_elses_address() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    // Consent, whose answer goes to PropelAuth, wherever that sends people to sign in, and back.
    let consent = asked(&client, REDIRECT).await;
    assert_eq!(form_action(consent.headers()), None);
    // The choice of an organization, which ends at the client's callback, wherever that leads.
    let mut browser = Browser::new();
    let End::Page(..) = client.walk(&mut browser, OMAR, None).await else { panic!() };
    assert_eq!(form_action(browser.last_headers()), None);
    // Asked to sign in, which goes to PropelAuth.
    let account = server.http.get(server.url("/connect/account")).send().await.unwrap();
    assert_eq!(form_action(account.headers()), None);
    // Where every form stays here, the policy says so.
    for path in ["/connect/nowhere", "/oauth/authorize"] {
        let page = server.http.get(server.url(path)).header("accept", "text/html");
        let page = page.send().await.unwrap();
        assert_eq!(form_action(page.headers()).as_deref(), Some("form-action 'self'"), "{path}");
    }
}

#[tokio::test]
async fn what_answers_a_form_leads_on_and_keeps_its_address_to_itself() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    for (decision, who, organization) in
        [("deny", ANA, None), ("allow", ANA, None), ("allow", OMAR, Some("Globex"))]
    {
        let mut browser = Browser::new();
        browser.decision = decision;
        let End::Client(back) = client.walk(&mut browser, who, organization).await else {
            panic!("{decision}")
        };
        assert_eq!(back.contains_key("code"), decision == "allow");
        let headers = browser.last_headers();
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{headers:?}");
    }
}

#[tokio::test]
async fn the_operator_reads_which_uri_of_which_client_was_refused() {
    let sandbox = wiv_mcp::sandbox::Sandbox::start(0, 0).await.unwrap();
    let variables = sandbox.oauth_environment();
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let process = Process::start(&sandbox, &variables).await;
    for uris in [json!([UNKNOWN, REDIRECT]), json!(["https://other.example/cb"])] {
        let body = json!({ "client_name": "New \u{202e}client", "redirect_uris": uris });
        let post = client().post(format!("{}/oauth/register", process.url)).body(body.to_string());
        post.header("content-type", "application/json").send().await.unwrap();
    }
    for number in 0..50 {
        let body = json!({ "redirect_uris": [format!("https://{number}.example/")] });
        let post = client().post(format!("{}/oauth/register", process.url)).body(body.to_string());
        post.header("content-type", "application/json").send().await.unwrap();
    }
    let log = process.stop().await;
    let lines = lines_with(&log, "a redirect URI was refused");
    assert!((2..=20).contains(&lines.len()), "a flood is few lines: {log}");
    for (line, uri) in lines.iter().zip([UNKNOWN, "https://other.example/cb"]) {
        assert_eq!((&line["level"], &line["redirect_uri"]), (&json!("WARN"), &json!(uri)));
        assert_eq!(line["client"], "New client");
        assert!(line["advice"].as_str().unwrap().contains("WIV_MCP_REDIRECTS"), "{line}");
    }
}
