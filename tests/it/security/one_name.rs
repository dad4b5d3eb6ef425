//! People are sent to the settings' name of this machine, and never to where they are.

use crate::harness::*;

const PERSON: &str = "Accept: text/html\r\nConnection: close\r\n";

/// The answer to a person's visit: its status line and its redirect.
async fn visit(server: &Server, host: &str, more: &str) -> (String, Option<String>) {
    let request = format!("GET /connect HTTP/1.1\r\nHost: {host}\r\n{PERSON}{more}\r\n");
    let answer = server.raw(request.as_bytes()).await;
    let status = answer.lines().next().unwrap_or_default().to_owned();
    let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
    (status, location.map(str::to_owned))
}

#[tokio::test]
async fn nobody_is_sent_to_the_address_that_they_came_by() {
    for (public_url, hosts) in [
        ("https://localhost:8443", &["localhost:8443", "LOCALHOST:8443"][..]),
        ("https://127.0.0.1:8443", &["127.0.0.1:8443"]),
        ("https://[::1]:8443", &["[::1]:8443", "[0:0:0:0:0:0:0:1]:8443"]),
        ("https://localhost", &["localhost", "localhost:443"]),
        ("https://mcp.localhost:8443", &["mcp.localhost:8443"]),
        ("http://localhost:8443", &["localhost:8443"]),
        ("http://localhost", &["localhost", "localhost:80"]),
        ("http://[::1]:8080", &["[::1]:8080"]),
    ] {
        let server = Server::start_with(&[("WIV_MCP_PUBLIC_URL", public_url)]).await;
        for host in hosts {
            let (status, location) = visit(&server, host, "").await;
            assert_eq!(location, None, "{public_url} {host}: {status}");
        }
        // Odd names are refused or served, but lead nowhere either.
        for host in ["localhost.", "localhost.:8443", "localhost:", "localhost:x", "[::1"] {
            let (status, location) = visit(&server, host, "").await;
            assert_eq!(location, None, "{public_url} {host}: {status}");
        }
    }
}

#[tokio::test]
async fn people_by_another_name_are_sent_on_once() {
    for (public_url, host) in [
        ("https://localhost:8443", "127.0.0.1:8443"),
        ("http://localhost:8443", "127.0.0.1:8443"),
        ("http://127.0.0.1:8443", "[::1]:8443"),
    ] {
        let server = Server::start_with(&[("WIV_MCP_PUBLIC_URL", public_url)]).await;
        let request = format!("GET /connect HTTP/1.1\r\nHost: {host}\r\n{PERSON}\r\n");
        let answer = server.raw(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        assert!(answer.contains(&format!("location: {public_url}/connect\r\n")), "{answer}");
        // A proxy that always puts this Host there would send them round for ever.
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        let cookie = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
        let (status, location) = visit(&server, host, &cookie).await;
        assert_eq!(location, None, "{public_url} {host}: {status}");
    }
}
