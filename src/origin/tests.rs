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
