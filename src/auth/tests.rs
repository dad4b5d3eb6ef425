//! Which headers make a caller, and what the others are told.

use http::HeaderValue;

use super::*;
use crate::{
    caller::Scopes,
    clock::unix_seconds,
    origin::{Origin, PublicUrls},
    seal::SealingKeys,
};

const ORIGIN: &str = "https://mcp.wiv.ai";

fn urls() -> PublicUrls {
    PublicUrls::new(Origin::parse(ORIGIN).unwrap())
}

fn auth(keys: &SealingKeys, documents: Option<WellKnown>) -> Auth {
    let bearers = documents.is_some().then(|| AccessTokens::new(keys, ORIGIN));
    Auth::new(Callers::new(keys), Challenges::new(urls(), documents), bearers)
}

fn check(auth: &Auth, headers: &[(&'static str, &str)]) -> Result<Caller, Challenge> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, HeaderValue::try_from(*value).unwrap());
    }
    auth.authenticate(&map, ProtectedResource::MCP, None)
}

fn soon() -> u64 {
    unix_seconds() + 3600
}

fn token() -> AccessToken {
    let now = unix_seconds();
    AccessToken {
        iss: ORIGIN.into(),
        aud: format!("{ORIGIN}/mcp"),
        iat: now,
        scope: Scopes::READ.into(),
        org: "Acme".into(),
        role: "Admin".into(),
        kid: "abc".into(),
        kexp: now + 86_400,
        key: SealedKey::new(&ApiKey::parse(b"wiv-inside").unwrap()),
    }
}

#[test]
fn a_key_makes_a_caller_and_a_bearer_beside_it_is_the_fallback() {
    let keys = SealingKeys::random();
    let auth = auth(&keys, Some(WellKnown::Mcp));
    let sealed = format!("Bearer {}", AccessTokens::new(&keys, ORIGIN).issue(&token(), soon()));
    assert!(check(&auth, &[("x-api-key", " wiv-1 ")]).unwrap().fallback.is_none());
    let both = check(&auth, &[("x-api-key", "wiv-1"), ("authorization", &sealed)]).unwrap();
    assert!(both.grant.is_none() && both.fallback.unwrap().grant.is_some());
    let other = check(&auth, &[("x-api-key", "wiv-1"), ("authorization", "Bearer x")]).unwrap();
    assert!(other.fallback.is_none());
    let bearer = check(&auth, &[("authorization", &sealed)]).unwrap();
    assert_eq!(bearer.key.expose(), b"wiv-inside");
    assert!(!bearer.may_write());
}

#[test]
fn a_token_is_good_for_its_server_its_time_and_both_endpoints() {
    let keys = SealingKeys::random();
    let tokens = AccessTokens::new(&keys, ORIGIN);
    let now = unix_seconds();
    let verify = |token: AccessToken| tokens.verify(&tokens.issue(&token, soon())).map(|_| ());
    assert_eq!(verify(token()), Ok(()));
    assert_eq!(verify(AccessToken { aud: format!("{ORIGIN}/sse"), ..token() }), Ok(()));
    for (token, error) in [
        (AccessToken { iat: now + 120, ..token() }, BearerError::Expired),
        (AccessToken { aud: "https://other/mcp".into(), ..token() }, BearerError::OtherResource),
        (AccessToken { iss: "https://other".into(), ..token() }, BearerError::OtherResource),
    ] {
        assert_eq!(verify(token), Err(error));
    }
    let over = tokens.verify(&tokens.issue(&token(), now)).map(|_| ());
    assert_eq!(over, Err(BearerError::Expired));
    // Another instance's clock may be a minute ahead.
    assert_eq!(verify(AccessToken { iat: now + 59, ..token() }), Ok(()));
    let refresh = keys.sealer(crate::seal::Purpose::RefreshToken, ORIGIN);
    let swapped =
        refresh.seal(format!("{{\"is\":{}}}", serde_json::to_string(&token()).unwrap()).as_bytes());
    assert_eq!(tokens.verify(&swapped).map(|_| ()), Err(BearerError::NotATokenOfOurs));
    let elsewhere = AccessTokens::new(&keys, "https://elsewhere").issue(&token(), soon());
    assert_eq!(tokens.verify(&elsewhere).map(|_| ()), Err(BearerError::NotATokenOfOurs));
}

#[test]
fn what_is_no_credential_is_challenged_in_words() {
    let keys = SealingKeys::random();
    for (headers, words) in [
        (&[][..], "X-API-Key"),
        (&[("x-api-key", "")], "empty"),
        (&[("x-api-key", "two words")], "visible ASCII"),
        (&[("x-api-key", "a"), ("x-api-key", "b")], "two API keys"),
        (&[("authorization", "BEARER wiv-1")], "sent as X-API-Key"),
        (&[("authorization", "Basic d2l2OjE=")], "X-API-Key"),
    ] {
        for documents in [None, Some(WellKnown::Mcp)] {
            let challenge = check(&auth(&keys, documents), headers).unwrap_err();
            assert!(challenge.message.contains(words), "{}", challenge.message);
            assert!(challenge.message.contains("/connect"));
            let header = challenge.www_authenticate.to_str().unwrap();
            assert_eq!(header == "Bearer", documents.is_none(), "{header}");
        }
    }
}

#[test]
fn challenges_name_the_endpoints_document() {
    for (documents, resource, path) in [
        (WellKnown::Mcp, ProtectedResource::MCP, "/.well-known/oauth-protected-resource/mcp"),
        (WellKnown::Mcp, ProtectedResource::SSE, "/oauth/resource/sse"),
        (WellKnown::All, ProtectedResource::SSE, "/.well-known/oauth-protected-resource/sse"),
        (WellKnown::None, ProtectedResource::MCP, "/oauth/resource/mcp"),
    ] {
        let challenge = Challenges::new(urls(), Some(documents)).nothing(resource);
        let expected =
            format!("Bearer resource_metadata=\"{ORIGIN}{path}\", scope=\"wiv:read wiv:write\"");
        assert_eq!(challenge.www_authenticate, expected.as_str());
    }
    let challenges = Challenges::new(urls(), Some(WellKnown::Mcp));
    let scope = challenges.insufficient_scope(ProtectedResource::MCP).www_authenticate;
    assert!(scope.to_str().unwrap().starts_with("Bearer error=\"insufficient_scope\", "));
}

#[test]
fn fingerprints_tell_keys_apart() {
    let callers = Callers::new(&SealingKeys::random());
    let caller = |key: &[u8]| callers.caller(ApiKey::parse(key).unwrap());
    assert_eq!(caller(b"wiv-1").fingerprint, caller(b"wiv-1").fingerprint);
    assert_ne!(caller(b"wiv-1").fingerprint, caller(b"wiv-2").fingerprint);
}
