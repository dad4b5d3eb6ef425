//! Pages that everybody may see, and what surrounds every page.

use reqwest::redirect::Policy;

use crate::harness::*;

const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

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
        assert!(!page.contains("id=\"chatgpt\"") && page.contains("id=\"cursor\""), "{page}");
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
        let person = person.header("accept", HTML);
        let person = person.send().await.unwrap();
        assert_eq!((program.status().as_u16(), person.status().as_u16()), (status, status));
        for name in ["allow", "www-authenticate"] {
            assert_eq!(program.headers().get(name), person.headers().get(name), "{path} {name}");
        }
        assert_eq!(program.headers()["content-type"], "application/json");
        assert_eq!(person.headers()["content-type"], "text/html; charset=utf-8");
        let page = person.text().await.unwrap();
        assert!(page.contains("This address is for assistants"), "{page}");
        assert!(page.contains(&format!("<code data-text>{}<", server.url("/mcp"))), "{page}");
        assert_eq!(page.contains("only HTTP+SSE"), path == "/sse", "{page}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_stay_with_https_where_the_server_is_reached_by_it() {
    for (public_url, expected) in
        [("https://mcp.wiv.example", Some("max-age=31536000")), ("http://localhost:8080", None)]
    {
        let server = Server::start_with(&[("WIV_MCP_PUBLIC_URL", public_url)]).await;
        for path in ["/", "/connect", "/mcp", "/sse", "/healthz", "/favicon.svg", "/nothing"] {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
            let answer = server.raw(request.as_bytes()).await;
            let found = answer
                .lines()
                .take_while(|line| !line.is_empty())
                .find_map(|line| line.strip_prefix("strict-transport-security: "));
            assert_eq!(found, expected, "{public_url} {path}: {answer}");
        }
    }
}

#[tokio::test]
async fn cookies_are_bound_to_the_host_where_there_is_https() {
    let public = [("WIV_MCP_PUBLIC_URL", "https://mcp.wiv.example")];
    let server = Server::start_with_sign_in(&public).await;
    let request = "POST /connect/sign-in HTTP/1.1\r\nHost: mcp.wiv.example\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\
        Connection: close\r\n\r\n";
    let answer = server.raw(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let cookie = answer.lines().find(|line| line.starts_with("set-cookie: ")).unwrap();
    assert!(cookie.starts_with("set-cookie: __Host-wiv-sign-in="), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(&format!("; {attribute}")), "{cookie}");
    }
    assert!(answer.contains("redirect_uri=https%3A%2F%2Fmcp.wiv.example%2Foauth%2Fcallback"));
}

#[tokio::test]
async fn a_forms_page_opened_from_the_address_bar_leads_back_to_the_form() {
    let server = Server::start_with_sign_in(&[]).await;
    let http = client_builder().redirect(Policy::none()).build().unwrap();
    for (path, to) in [
        ("/connect/key", "/connect/account"),
        ("/connect/revoke", "/connect/account"),
        ("/connect/sign-in", "/connect"),
        ("/connect/sign-out", "/connect"),
        ("/oauth/organization", "/connect"),
    ] {
        let response = http.get(server.url(path)).header("accept", HTML).send().await.unwrap();
        assert_eq!(response.status(), 303, "{path}");
        assert_eq!(response.headers()["location"], to, "{path}");
        let other = http.put(server.url(path)).send().await.unwrap();
        assert_eq!(other.status(), 405, "{path}");
        assert!(other.headers()["allow"].to_str().unwrap().contains("POST"), "{path}");
        assert_eq!(parse(other).await["error"], "method_not_allowed");
    }
}

#[tokio::test]
async fn people_who_lost_their_way_get_a_page_and_programs_get_json() {
    let server = Server::start().await;
    for path in ["/connect/nothing", "/connect/account/", "/index.html", "/mcp/x"] {
        let person = server.http.get(server.url(path)).header("accept", HTML);
        let person = person.send().await.unwrap();
        assert_eq!(person.status(), 404, "{path}");
        let page = person.text().await.unwrap();
        assert!(page.contains("Page not found") && page.contains("href=\"/connect\""), "{page}");
        let program = server.http.get(server.url(path)).send().await.unwrap();
        assert_eq!(program.status(), 404, "{path}");
        assert_eq!(parse(program).await["error"], "not_found");
    }
    for path in ["/.well-known/oauth-authorization-server", "/register", "/authorize", "/token"] {
        let probe = server.http.get(server.url(path)).header("accept", HTML).send().await.unwrap();
        assert_eq!(probe.status(), 404);
        assert_eq!(parse(probe).await["error"], "not_found", "clients probe {path}");
    }
}

#[tokio::test]
async fn people_by_another_name_of_this_machine_go_on_by_the_settings_name() {
    let server = Server::start_with_sign_in(&[]).await;
    let port = server.address().port();
    let http = client_builder().redirect(Policy::none()).build().unwrap();
    for path in ["/connect", "/connect/account?client=codex"] {
        let url = format!("http://localhost:{port}{path}");
        let person = http.get(&url).header("accept", HTML).send().await.unwrap();
        assert_eq!(person.status(), 303, "{path}");
        assert_eq!(person.headers()["location"], server.url(path).as_str());
        let program = http.get(&url).send().await.unwrap();
        assert_ne!(program.status(), 303, "{path}");
    }
    // A proxy or a forwarded port may have put another Host there: sent on, people would come back
    // for ever.
    let forwarded = http.get(server.url("/connect")).header("host", "localhost:9000");
    assert_eq!(forwarded.header("accept", HTML).send().await.unwrap().status(), 200);
    let proxied = Server::start_with(&[("WIV_MCP_PUBLIC_URL", "https://mcp.wiv.example")]).await;
    let request = format!(
        "GET /connect HTTP/1.1\r\nHost: {}\r\nAccept: {HTML}\r\nConnection: close\r\n\r\n",
        proxied.app.address()
    );
    let answer = proxied.raw(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn the_connect_page_and_its_files_are_small_and_kept_where_they_may_be() {
    let server = Server::start_with_sign_in(&[]).await;
    let get = async |path: &str, encoding: &'static str| {
        let request = server.http.get(server.url(path)).header("accept-encoding", encoding);
        request.send().await.unwrap()
    };
    let page = get("/connect", "identity").await.text().await.unwrap();
    let stylesheet = page.split("<link rel=\"stylesheet\" href=\"").nth(1).unwrap();
    let stylesheet = stylesheet.split('"').next().unwrap();
    let script = page.split("<script src=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut total = 0;
    for (path, cache) in [
        ("/connect", "no-store"),
        (stylesheet, "public, max-age=31536000, immutable"),
        (script, "public, max-age=31536000, immutable"),
        ("/favicon.svg", "public, max-age=86400"),
    ] {
        let plain = get(path, "identity").await;
        assert_eq!(plain.headers()["cache-control"], cache, "{path}");
        assert_eq!(plain.headers()["vary"], "Accept-Encoding", "{path}");
        total += plain.bytes().await.unwrap().len();
        let small = get(path, "gzip").await;
        assert_eq!(small.headers()["content-encoding"], "gzip", "{path}");
        // RFC 6928: what a server may send before the first acknowledgement.
        let length = small.bytes().await.unwrap().len();
        assert!(length < 14_600 - 1_000, "{path} takes a second round trip: {length}");
    }
    assert!(total < 60_000, "{total} bytes");
}
