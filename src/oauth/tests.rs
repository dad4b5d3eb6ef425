//! Which redirect URIs may come, and which parameters are read.

mod codes;

use super::{parameters::OAuthParameters, redirects::*};

#[test]
fn known_clients_and_loopback_may_always_register() {
    for uri in [
        "https://claude.ai/api/mcp/auth_callback",
        "https://claude.com/api/mcp/auth_callback",
        "https://chatgpt.com/connector_platform_oauth_redirect",
        "https://chatgpt.com/connector/oauth/abc-123_X",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
        "https://vscode.dev/redirect",
        "http://127.0.0.1:33418/",
        "http://127.0.0.1/callback",
        "http://localhost:6274/oauth/callback",
        "http://localhost",
        "http://[::1]:8000/x",
        "http://localhost:80/x",
        "http://127.0.0.1:8000/x?fixed=1",
    ] {
        assert!(Redirects::Known.allows(uri), "{uri}");
        assert!(Redirects::Any.allows(uri), "{uri}");
    }
}

#[test]
fn what_only_looks_known_is_refused() {
    for uri in [
        "",
        "https://claude.ai/api/mcp/auth_callback/",
        "https://claude.ai/api/mcp/auth_callback?x",
        "https://claude.ai.evil.example/api/mcp/auth_callback",
        "https://claude.ai@evil.example/api/mcp/auth_callback",
        "https://chatgpt.com/connector/oauth/",
        "https://chatgpt.com/connector/oauth/a/b",
        "https://chatgpt.com/connector/oauth/../x",
        "cursor://evil/oauth/callback",
        "cursor://anysphere.cursor-mcp/oauth/callback2",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://localhost@evil.example/",
        "http://localhost:80@evil.example/",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:80x/",
        "http://127.0.0.1/#f",
        "http://127.0.0.1\\@evil.example/",
        "http://[::1].evil.example/",
        "http://10.0.0.1/callback",
        "http://evil.example/",
        "https://evil.example/ x",
        "http://127.1/x",
        "http://2130706433/x",
        "http://0x7f.0.0.1/x",
        "http://127.0.0.1:08000/x",
        "http://127.0.0.1:/x",
        "http:/127.0.0.1/x",
        "http://LOCALHOST\\@evil.example/x",
        "HTTP://127.1/x",
        "http://[0:0:0:0:0:0:0:1]/x",
        "http://127.0.0.1/a/../x",
        "http://127.0.0.1/%2e%2e/x",
        "https://größe.example/",
    ] {
        assert!(!Redirects::Known.allows(uri), "{uri}");
    }
    for uri in [
        "http://evil.example/",
        "https://user@evil.example/",
        "https://evil.example/#f",
        "https://evil.example/a/../b",
        "https://evil.example:0/",
        "https://evil.example/%2e%2e/b",
        "https://evil.example\\@good.example/",
        "https:evil.example/b",
        "https://0x7f.1/b",
        "https://evil..example/b",
        "javascript:alert(1)",
        "myapp://callback",
        &format!("https://client.example/{}", "x".repeat(600)),
    ] {
        assert!(!Redirects::Any.allows(uri), "{uri}");
    }
    assert!(Redirects::Any.allows("https://client.example/callback?fixed=1"));
    assert!(!Redirects::Known.allows("https://client.example/callback"));
}

#[test]
fn a_redirect_is_the_registered_one_but_for_a_loopback_port() {
    for (registered, requested) in [
        ("https://a.example/cb", "https://a.example/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:4711/cb"),
        ("http://localhost:1/cb", "http://localhost:2/cb"),
        ("http://[::1]/cb", "http://[::1]:9/cb"),
        ("https://a.example/cb", "HTTPS://A.Example/cb"),
        ("HTTP://127.0.0.1/cb", "http://127.0.0.1:4711/cb"),
        ("http://LOCALHOST/cb", "http://localhost:2/cb"),
    ] {
        assert!(matches(registered, requested), "{registered} {requested}");
    }
    for (registered, requested) in [
        ("https://a.example/cb", "https://a.example/cb/"),
        ("https://a.example/cb", "https://a.example/CB"),
        ("http://LOCALHOST/cb", "http://localhost:2/CB"),
        ("https://a.example/cb", "https://a.example:8443/cb"),
        ("https://a.example/cb", "https://a.example/cb?x=1"),
        ("http://127.0.0.1/cb", "http://localhost/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb2"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb"),
        ("http://127.0.0.1/cb", "https://127.0.0.1/cb"),
    ] {
        assert!(!matches(registered, requested), "{registered} {requested}");
    }
}

#[test]
fn a_parameter_stands_once_and_an_empty_one_not_at_all() {
    let parameters = OAuthParameters::parse("a=1&b=&c=x%20y%26z").unwrap();
    assert_eq!(parameters.get("a"), Some("1"));
    assert_eq!(parameters.get("b"), None);
    assert_eq!(parameters.get("c"), Some("x y&z"));
    assert!(OAuthParameters::parse("a=1&a=1").is_err());
    assert!(OAuthParameters::parse("a=&a=1").is_ok());
}

#[test]
fn people_are_shown_where_they_return_to() {
    for (uri, shown) in [
        ("https://claude.ai/api/mcp/auth_callback", "claude.ai"),
        ("http://127.0.0.1:8787/cb", "127.0.0.1:8787"),
        ("cursor://anysphere.cursor-mcp/oauth/callback", "cursor"),
    ] {
        assert_eq!(destination(uri), shown);
    }
}
