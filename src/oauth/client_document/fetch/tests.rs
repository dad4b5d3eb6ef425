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

#[test]
fn only_public_addresses_are_connected_to() {
    for address in ["1.1.1.1", "160.79.104.10", "2606:4700::1111"] {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
    for address in [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "240.0.0.1",
        "192.88.99.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "2001::1",
        "::127.0.0.1",
    ] {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}

#[tokio::test]
async fn names_of_this_machine_are_refused() {
    let error = document("https://127.0.0.1/c", false).await.unwrap_err();
    assert!(matches!(error, FetchError::Address), "{error}");
}
