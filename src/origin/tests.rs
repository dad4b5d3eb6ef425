//! What is an origin, and which `Host` headers name it.

use super::*;

#[test]
fn an_origin_has_no_path_user_or_wildcard() {
    for text in [
        "mcp.example.com",
        "https://",
        "https://mcp.example.com/mcp",
        "https://mcp.example.com?x",
        "https://mcp.example.com#x",
        "https://user@mcp.example.com",
        "https://*.example.com",
        "https://mcp..example.com",
        "https://mcp.example.com:",
        "https://mcp.example.com:0",
        "https://mcp.example.com:65536",
        "https://1.2.3",
        "https://[::1",
        "ftp://mcp.example.com",
        "https://größe.example",
    ] {
        assert_eq!(Origin::parse(text), None, "{text}");
    }
}

#[test]
fn an_origin_has_one_spelling() {
    for (text, expected) in [
        ("https://MCP.example.com/", "https://mcp.example.com"),
        ("HTTPS://mcp.example.com:443", "https://mcp.example.com"),
        ("http://mcp.example.com:80", "http://mcp.example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[0:0::1]:8080", "http://[::1]:8080"),
    ] {
        assert_eq!(Origin::parse(text).unwrap().as_str(), expected);
    }
    let listener = "[::1]:8080".parse().unwrap();
    assert_eq!(Origin::of_listener(listener).as_str(), "http://[::1]:8080");
}

#[test]
fn a_host_header_matches_host_and_port() {
    let check = |origin: &str, header: &str, expected: bool| {
        let origin = Origin::parse(origin).unwrap();
        assert_eq!(origin.host_header_matches(header), expected, "{origin} {header}");
    };
    check("https://mcp.example.com", "mcp.example.com", true);
    check("https://mcp.example.com", "MCP.example.com:443", true);
    check("https://mcp.example.com", "mcp.example.com:80", false);
    check("https://mcp.example.com", "mcp.example.com:", false);
    check("https://mcp.example.com", "mcp.example.com:+443", false);
    check("https://mcp.example.com", "mcp.example.com.evil.example", false);
    check("https://mcp.example.com", "user@mcp.example.com", false);
    check("https://mcp.example.com", "", false);
    check("http://localhost:8080", "localhost:8080", true);
    check("http://localhost:8080", "localhost", false);
    check("http://[::1]:8080", "[::1]:8080", true);
    check("http://[::1]", "[::1]", true);
}

#[test]
fn loopback_is_known_by_name_and_address() {
    for (text, expected) in [
        ("http://localhost:8080", true),
        ("http://mcp.localhost", true),
        ("http://127.8.8.8", true),
        ("http://[::1]", true),
        ("http://mylocalhost", false),
        ("http://0.0.0.0", false),
        ("http://127.0.0.1.example.com", false),
    ] {
        assert_eq!(Origin::parse(text).unwrap().is_loopback(), expected, "{text}");
    }
}

#[test]
fn a_text_says_the_address_that_it_becomes() {
    for text in [
        "https://api.example.com/a/../b",
        "https://api.example.com/a/%2e%2e/b",
        "https://api.example.com\\b",
        "https:api.example.com",
        "https:///api.example.com",
        "https://api.exam\tple.com",
        " https://api.example.com",
        "https://@api.example.com",
        "https://:@api.example.com",
        "https://%61pi.example.com",
        "https://0x7f.1",
        "https://127.1",
        "https://127.0.0.1.",
        "https://api.example.com:0443",
        "https://api.example.com/a b",
        "https://api.example.com/ä",
        "https://api.example.com?",
        "https://api.example.com#",
    ] {
        assert_eq!(HttpUrl::parse(text), None, "{text}");
    }
    for (text, expected) in [
        ("https://API.example.com/", "https://api.example.com"),
        ("https://api.example.com:443/v1/", "https://api.example.com/v1"),
        ("http://127.0.0.1:8080/Prefix//", "http://127.0.0.1:8080/Prefix"),
        ("http://[0:0::1]/a", "http://[::1]/a"),
    ] {
        assert_eq!(HttpUrl::parse(text).unwrap().as_str(), expected);
    }
}

#[test]
fn an_authority_names_a_port_only_if_it_is_not_the_schemes_own() {
    for (text, expected) in [
        ("https://auth.example.com:443", "auth.example.com"),
        ("http://auth.example.com:443", "auth.example.com:443"),
        ("http://[::1]", "[::1]"),
    ] {
        assert_eq!(Origin::parse(text).unwrap().authority(), expected);
    }
}
