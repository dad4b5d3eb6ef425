//! Which addresses a stranger may send us to.

mod answers;

use super::*;

#[test]
fn only_plain_https_urls_are_fetched() {
    for url in ["https://client.example/oauth/client.json", "https://client.example:443/c"] {
        assert!(Target::parse(url, false).is_some(), "{url}");
    }
    for url in [
        "http://client.example/c",
        "http://127.0.0.1:9/c",
        "https://client.example",
        "https://client.example/",
        "https://client.example:8443/c",
        "https://user@client.example/c",
        "https://client.example/c#f",
        "https://client.example/c?q",
        "https://client.example/../c",
        "https://client.example/%2e%2e/c",
        "https://localhost/c",
        "https://[::1]/c",
        "https://größe.example/c",
        "ftp://client.example/c",
        "file:///etc/passwd",
    ] {
        assert_eq!(Target::parse(url, false), None, "{url}");
    }
    assert!(Target::parse("http://127.0.0.1:9/c", true).is_some());
    assert!(Target::parse("http://client.example:80/c", true).is_none());
}

#[tokio::test]
async fn names_of_this_machine_are_refused() {
    let url = "https://127.0.0.1/c";
    let target = Target::parse(url, false).unwrap();
    let error = document(url, &target, false, |_| panic!("connects")).await.unwrap_err();
    assert!(matches!(error, FetchError::Address), "{error}");
}

#[test]
fn names_below_one_site_are_one_site() {
    let site = |url| Target::parse(url, true).unwrap().site();
    assert_eq!(site("https://a.evil.example/c"), site("https://b.x.evil.example/d"));
    assert_ne!(site("https://evil.example/c"), site("https://other.example/c"));
    assert_ne!(site("http://127.0.0.1:1/c"), site("http://127.0.0.1:2/c"));
}
