//! Which headers make a caller.

use super::*;
use crate::seal::SealingKeys;

fn auth() -> Auth {
    Auth::new(SealingKeys::random().hash_key("caller"), "https://mcp.wiv.ai/connect".into())
}

fn check(headers: &[(&'static str, &'static str)]) -> Result<Caller, Challenge> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, HeaderValue::from_static(value));
    }
    auth().authenticate(&map)
}

#[test]
fn a_key_makes_a_caller_also_beside_a_bearer() {
    assert!(check(&[("x-api-key", "wiv-1")]).is_ok());
    assert!(check(&[("x-api-key", " wiv-1 "), ("authorization", "Bearer x")]).is_ok());
}

#[test]
fn what_is_no_key_is_challenged_in_words() {
    for (headers, words) in [
        (&[][..], "X-API-Key"),
        (&[("x-api-key", "")], "empty"),
        (&[("x-api-key", "two words")], "visible ASCII"),
        (&[("x-api-key", "a"), ("x-api-key", "b")], "two API keys"),
        (&[("authorization", "BEARER wiv-1")], "send a WIV API key as X-API-Key"),
        (&[("authorization", "Basic d2l2OjE=")], "X-API-Key"),
    ] {
        let challenge = check(headers).unwrap_err();
        assert!(challenge.message.contains(words), "{}", challenge.message);
        assert!(challenge.message.contains("/connect"));
        assert_eq!(challenge.www_authenticate, "Bearer");
    }
}

#[test]
fn fingerprints_tell_keys_apart() {
    let auth = auth();
    let caller = |key: &[u8]| auth.caller(ApiKey::parse(key).unwrap());
    assert_eq!(caller(b"wiv-1").fingerprint, caller(b"wiv-1").fingerprint);
    assert_ne!(caller(b"wiv-1").fingerprint, caller(b"wiv-2").fingerprint);
}
