//! What strangers' texts become on a page.

use super::*;

#[test]
fn names_lose_what_could_deceive() {
    for (name, shown) in [
        ("Cursor", "Cursor"),
        ("  Cla\u{202e}ude\u{0}\u{200b} ", "Claude"),
        ("<b>x</b>", "<b>x</b>"),
        ("abcdefghijklm", "abcdefghij…"),
        ("\u{feff}", ""),
    ] {
        assert_eq!(shown_name(name, 10), shown);
    }
}

#[test]
fn form_targets_can_not_break_the_policy() {
    for (url, source) in [
        ("https://claude.ai/api/mcp/auth_callback", Some("https://claude.ai")),
        ("http://127.0.0.1:8787/callback?x", Some("http://127.0.0.1:8787")),
        ("cursor://anysphere.cursor-mcp/oauth/callback", Some("cursor:")),
        ("https://a;script-src *", None),
        ("https://user@host/", None),
        ("no url", None),
    ] {
        assert_eq!(csp_source(url).as_deref(), source, "{url}");
    }
}

#[test]
fn pages_escape_and_carry_their_headers() {
    let response = message(StatusCode::BAD_REQUEST, "<script>", "a & b", "id");
    let headers = response.headers();
    assert_eq!(headers["x-frame-options"], "DENY");
    assert_eq!(headers["cache-control"], "no-store");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
}
