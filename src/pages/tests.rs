//! What strangers' texts become on a page.

use super::*;

#[test]
fn only_a_page_whose_forms_stay_here_says_so() {
    let policy = |forms| page_headers(forms)[header::CONTENT_SECURITY_POLICY].clone();
    let (here, away) = (policy(FormsLead::Here), policy(FormsLead::Away));
    let (here, away) = (here.to_str().unwrap(), away.to_str().unwrap());
    assert_eq!(here.strip_prefix(away), Some("; form-action 'self'"));
    assert!(away.contains("default-src 'none'") && !away.contains("form-action"), "{away}");
}

#[test]
fn pages_escape_and_carry_their_headers() {
    let footer = Footer { support_url: Some("mailto:a&b@x".into()), privacy_url: None };
    let message = MessagePage {
        title: "<script>",
        text: "a & b",
        request_id: "id",
        link: None,
        footer: &footer,
    };
    let response = message.response(StatusCode::BAD_REQUEST);
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let headers = response.headers();
    assert_eq!(headers["x-frame-options"], "DENY");
    assert_eq!(headers["cache-control"], "no-store");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    let html = message.render().unwrap();
    assert!(!html.contains("<script>") && html.contains("a &#38; b"), "{html}");
    assert!(html.contains("href=\"mailto:a&#38;b@x\""), "{html}");
}

#[test]
fn what_never_changes_is_compressed_for_who_takes_it() {
    let text = "one and the same, ".repeat(100);
    let fixed = Fixed::text(HeaderMap::new(), text.clone());
    let length = |accepted: Option<&'static str>| {
        let mut asked = HeaderMap::new();
        asked.extend(accepted.map(|it| (header::ACCEPT_ENCODING, HeaderValue::from_static(it))));
        let response = fixed.response(&asked);
        assert_eq!(response.headers()["vary"], "Accept-Encoding");
        let is_gzip = response.headers().get("content-encoding").is_some();
        let length = http_body::Body::size_hint(response.body()).exact().unwrap();
        assert_eq!(is_gzip, length < 200, "{accepted:?}: {length}");
        is_gzip
    };
    for accepted in ["gzip", "deflate, gzip;q=0.5", "br, GZIP", "gzip;q=1.0"] {
        assert!(length(Some(accepted)), "{accepted}");
    }
    for accepted in ["identity", "gzip;q=0", "gzip;q=0.000", "x-gzipped", ""] {
        assert!(!length(Some(accepted)), "{accepted}");
    }
    assert!(!length(None));
    let picture = Fixed::picture(HeaderMap::new(), text);
    let asked = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"))]);
    assert!(!picture.response(&asked).headers().contains_key("content-encoding"));
}

#[test]
fn files_are_kept_only_under_their_own_digest() {
    let asset = &assets()[0];
    let kept = asset.response(stylesheet_path(), &HeaderMap::new());
    assert_eq!(kept.headers()["cache-control"], "public, max-age=31536000, immutable");
    let other = asset.response("/assets/0123456789abcdef/style.css", &HeaderMap::new());
    assert_eq!(other.headers()["cache-control"], "no-store");
}

#[tokio::test(start_paused = true)]
async fn a_body_has_its_size_and_its_time() {
    let pieces = |pieces: Vec<Result<&'static str, std::io::Error>>| {
        Body::from_stream(futures_util::stream::iter(pieces))
    };
    let whole = read_body(pieces(vec![Ok("ab"), Ok("cd")]), 4).await;
    assert_eq!(whole.as_deref(), Ok(&b"abcd"[..]));
    let large = read_body(pieces(vec![Ok("ab"), Ok("cde")]), 4).await;
    assert_eq!(large, Err(UnreadBody::TooLarge));
    let broken = pieces(vec![Ok("ab"), Err(std::io::Error::other("broken"))]);
    assert_eq!(read_body(broken, 4).await, Err(UnreadBody::Broken));
    let never = futures_util::stream::pending::<Result<&'static str, std::io::Error>>();
    let begun = tokio::time::Instant::now();
    let slow = read_body(Body::from_stream(never), 4).await;
    assert_eq!(slow, Err(UnreadBody::TooSlow));
    assert_eq!(begun.elapsed().as_secs(), 10);
}
