//! What answers mean, which access tokens are trusted, and which ids are sent.

mod client;

use std::{sync::LazyLock, time::Duration};

use ::http::StatusCode;
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    hmac, rand,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde_json::{Value, json};

use super::{access_token::Checks, http::HttpAnswer, reply::Reply, *};

const ISSUER: &str = "https://auth.example.com";
const CLIENT_ID: &str = "0123456789abcdef0123456789abcdef";
const USER: &str = "31c41c16-c281-44ae-9602-8a047e3bf33d";

static SIGNER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());
static STRANGER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::generate(KeySize::Rsa2048).unwrap());

fn now() -> i64 {
    jsonwebtoken::get_current_timestamp().try_into().unwrap()
}

fn claims() -> Value {
    json!({
        "sub": USER, "user_id": USER, "aud": CLIENT_ID, "iss": ISSUER, "iat": now(),
        "exp": now() + 1800, "email": "ada@example.com", "org_id_to_org_member_info": {},
    })
}

/// The good claims with some of them changed; null takes one away.
fn claims_with(changes: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn with_signature(message: &str, signature: &[u8]) -> String {
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn rs256(signer: &KeyPair, header: &Value, claims: &Value) -> String {
    let message = unsigned(header, claims);
    let mut signature = vec![0; signer.public_modulus_len()];
    let random = rand::SystemRandom::new();
    signer.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).unwrap();
    with_signature(&message, &signature)
}

fn header() -> Value {
    json!({"typ": "JWT", "alg": "RS256", "kid": "key-1"})
}

fn jwks() -> Value {
    let public = SIGNER.public_key();
    let n = URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
    let e = URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
    json!({"keys": [
        {"kty": "EC", "kid": "key-0", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "RSA", "kid": "key-1", "use": "sig", "alg": "RS256", "n": n, "e": e},
        {"kty": "RSA", "kid": "key-2", "use": "enc", "n": n, "e": e},
        {"kty": "RSA", "kid": "key-3", "alg": "PS256", "n": n, "e": e},
        {"kty": "RSA", "n": n, "e": e},
    ]})
}

/// As a login does it, the keys given.
fn check(token: &str) -> Result<Login, LoginError> {
    let keys = jwks::parse(jwks().to_string().as_bytes())?;
    let key_id = access_token::key_id(token).map_err(LoginError::Untrusted)?;
    let key: &DecodingKey =
        keys.get(&key_id).ok_or(LoginError::Untrusted(TokenFlaw::UnknownKey))?;
    Checks::new(ISSUER, CLIENT_ID).login(token, key)
}

fn flaw_of(token: &str) -> TokenFlaw {
    match check(token) {
        Err(LoginError::Untrusted(flaw)) => flaw,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_good_token_names_its_user() {
    let login = check(&rs256(&SIGNER, &header(), &claims())).unwrap();
    assert_eq!(login, Login { user_id: USER.into(), email: Some("ada@example.com".into()) });
    let nameless = claims_with(&json!({"email": null}));
    assert_eq!(check(&rs256(&SIGNER, &header(), &nameless)).unwrap().email, None);
}

#[test]
fn claims_that_are_not_for_us_are_refused() {
    for (changes, flaw) in [
        (json!({"aud": "fedcba9876543210fedcba9876543210"}), TokenFlaw::Audience),
        (json!({"aud": ["another"]}), TokenFlaw::Audience),
        (json!({"aud": []}), TokenFlaw::Audience),
        (json!({"aud": null}), TokenFlaw::MissingClaim),
        (json!({"iss": "https://auth.example.com.evil.example"}), TokenFlaw::Issuer),
        (json!({"iss": "https://auth.example.com/"}), TokenFlaw::Issuer),
        (json!({"iss": "http://auth.example.com"}), TokenFlaw::Issuer),
        (json!({"iss": null}), TokenFlaw::MissingClaim),
        (json!({"exp": now() - 1800}), TokenFlaw::Expired),
        (json!({"exp": 0}), TokenFlaw::Expired),
        (json!({"exp": "2100-01-01"}), TokenFlaw::MissingClaim),
        (json!({"exp": null}), TokenFlaw::MissingClaim),
        (json!({"sub": "9b2c7e0e-0000-4000-8000-000000000000"}), TokenFlaw::Subject),
        (json!({"sub": "../org", "user_id": "../org"}), TokenFlaw::Subject),
        (json!({"sub": "", "user_id": ""}), TokenFlaw::Subject),
        (json!({"sub": null}), TokenFlaw::Malformed),
        (json!({"user_id": null}), TokenFlaw::Malformed),
        (json!({"user_id": 7}), TokenFlaw::Malformed),
    ] {
        assert_eq!(flaw_of(&rs256(&SIGNER, &header(), &claims_with(&changes))), flaw, "{changes}");
    }
}

#[test]
fn clocks_may_differ_by_a_minute_either_way() {
    for (changes, flaw) in [
        (json!({"exp": now() - 55}), None),
        (json!({"exp": now() - 65}), Some(TokenFlaw::Expired)),
        (json!({"nbf": now() + 55}), None),
        (json!({"nbf": now() + 65}), Some(TokenFlaw::NotYetValid)),
        (json!({"iat": now() + 3600}), None),
    ] {
        let token = rs256(&SIGNER, &header(), &claims_with(&changes));
        match flaw {
            Some(flaw) => assert_eq!(flaw_of(&token), flaw, "{changes}"),
            None => drop(check(&token).unwrap()),
        }
    }
}

#[test]
fn a_signature_of_another_kind_or_key_is_refused() {
    let good = rs256(&SIGNER, &header(), &claims());
    let (message, _) = good.rsplit_once('.').unwrap();

    let none = unsigned(&json!({"alg": "none", "kid": "key-1"}), &claims());
    assert_eq!(flaw_of(&format!("{none}.")), TokenFlaw::Malformed);
    assert_eq!(flaw_of(&format!("{message}.")), TokenFlaw::Signature);
    assert_eq!(flaw_of(&rs256(&STRANGER, &header(), &claims())), TokenFlaw::Signature);

    // The public key as the secret of a MAC, which careless libraries accept.
    let hs256 = unsigned(&json!({"alg": "HS256", "kid": "key-1"}), &claims());
    let public = SIGNER.public_key();
    let spki = AsDer::<PublicKeyX509Der>::as_der(public).unwrap();
    for secret in [public.as_ref(), spki.as_ref()] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), hs256.as_bytes());
        assert_eq!(flaw_of(&with_signature(&hs256, tag.as_ref())), TokenFlaw::Algorithm);
    }

    let ps256 = unsigned(&json!({"alg": "PS256", "kid": "key-1"}), &claims());
    let mut signature = vec![0; SIGNER.public_modulus_len()];
    let random = rand::SystemRandom::new();
    SIGNER.sign(&RSA_PSS_SHA256, &random, ps256.as_bytes(), &mut signature).unwrap();
    assert_eq!(flaw_of(&with_signature(&ps256, &signature)), TokenFlaw::Algorithm);
}

#[test]
fn a_token_must_name_a_published_signing_key() {
    for header in [
        json!({"alg": "RS256"}),
        json!({"alg": "RS256", "kid": "key-9"}),
        // Published, but for another use, another algorithm, another kind of signature.
        json!({"alg": "RS256", "kid": "key-2"}),
        json!({"alg": "RS256", "kid": "key-3"}),
        json!({"alg": "RS256", "kid": "key-0"}),
    ] {
        let token = rs256(&SIGNER, &header, &claims());
        assert_eq!(flaw_of(&token), TokenFlaw::UnknownKey, "{header}");
    }
    // A key that the token brings along is not looked at.
    let brought = json!({"alg": "RS256", "kid": "key-9", "jwk": jwks()["keys"][1]});
    assert!(check(&rs256(&SIGNER, &brought, &claims())).is_err());
}

#[test]
fn an_altered_or_cut_token_is_refused() {
    let good = rs256(&SIGNER, &header(), &claims());
    let altered = unsigned(&header(), &claims_with(&json!({"email": "eve@example.com"})));
    let (_, signature) = good.rsplit_once('.').unwrap();
    assert_eq!(flaw_of(&format!("{altered}.{signature}")), TokenFlaw::Signature);
    for token in ["", ".", "..", "a.b.c", &good[..40], &good.replace('.', " ")] {
        assert_eq!(flaw_of(token), TokenFlaw::Malformed, "{token}");
    }
    assert!(check(&format!("{good}.{good}")).is_err());
}

#[test]
fn an_impersonated_login_is_refused() {
    let staff = json!({"impersonator_user_id": "support-1"});
    let token = rs256(&SIGNER, &header(), &claims_with(&staff));
    assert!(matches!(check(&token), Err(LoginError::Impersonated)));
    // A claim without a value names nobody.
    let mut nobody = claims();
    nobody["impersonator_user_id"] = Value::Null;
    assert!(check(&rs256(&SIGNER, &header(), &nobody)).is_ok());
}

#[test]
fn a_list_without_a_usable_signing_key_is_an_outage() {
    for body in ["", "[]", "{}", r#"{"keys": []}"#, r#"{"keys": [{"kty": "EC", "kid": "1"}]}"#] {
        assert!(matches!(jwks::parse(body.as_bytes()), Err(Outage::Malformed(_))), "{body}");
    }
}

fn answer(status: u16, body: &str) -> HttpAnswer {
    let status = StatusCode::from_u16(status).unwrap();
    HttpAnswer { status, body: body.to_owned().into() }
}

#[test]
fn answers_of_the_token_endpoint_blame_the_code_or_ourselves_or_propelauth() {
    let check = |status, body: &str, expected: &str| {
        let found = match login::token(&answer(status, body)) {
            Ok(token) => token,
            Err(LoginError::Unavailable(outage)) => outage.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{status} {body}");
    };
    let refused = "PropelAuth refuses the authorization code";
    let ourselves = "PropelAuth refuses this server's own credentials";
    let unreadable = "PropelAuth's token answer can't be read";
    check(200, r#"{"access_token": "jwt", "token_type": "Bearer"}"#, "jwt");
    check(200, "{}", unreadable);
    check(200, r#"{"access_token": 7}"#, unreadable);
    check(200, "<html>", unreadable);
    check(201, r#"{"access_token": "jwt"}"#, "PropelAuth answered with status 201");
    check(400, r#"{"error": "invalid_grant"}"#, refused);
    check(400, r#"{"error": "invalid_request"}"#, refused);
    check(400, "", refused);
    check(400, r#"{"error": "invalid_client"}"#, ourselves);
    check(400, r#"{"error": "unauthorized_client"}"#, ourselves);
    check(401, r#"{"error": "invalid_client"}"#, ourselves);
    check(403, "", ourselves);
    check(302, "", "PropelAuth answered with status 302");
    check(404, "", "PropelAuth answered with status 404");
    check(429, "slow down", "PropelAuth limits how often it may be asked");
    check(500, "", "PropelAuth answered with status 500");
    check(503, r#"{"error": "invalid_grant"}"#, "PropelAuth answered with status 503");
}

#[test]
fn answers_of_the_backend_api_are_told_apart() {
    let check = |status, body: &str, expected: &str| {
        let found = match reply::understand(answer(status, body)) {
            Ok(Reply::Done(body)) => format!("done: {}", body.len()),
            Ok(Reply::Gone) => "gone".to_owned(),
            Err(BackendError::Unavailable(outage)) => outage.to_string(),
            Err(BackendError::RateLimited { wait }) => format!("wait: {} ms", wait.as_millis()),
            Err(BackendError::Refused { fields }) => fields,
        };
        assert_eq!(found, expected, "{status} {body}");
    };
    let ourselves = "PropelAuth refuses this server's own credentials";
    let throttled = "PropelAuth limits how often it may be asked";
    check(200, "", "done: 0");
    check(200, "null", "done: 4");
    check(204, "", "done: 0");
    check(404, "not found", "gone");
    check(401, "", ourselves);
    check(403, "", ourselves);
    check(302, "", "PropelAuth answered with status 302");
    check(409, "{}", "PropelAuth answered with status 409");
    check(500, "", "PropelAuth answered with status 500");

    let limit = |seconds: &str| {
        format!(
            r#"{{"wait_seconds": {seconds}, "user_facing_error": "Slow down",
                "error_code": "rate_limit_exceeded"}}"#
        )
    };
    check(429, &limit("1.5"), "wait: 1500 ms");
    check(429, &limit("0"), "wait: 0 ms");
    check(429, &limit("-1"), throttled);
    check(429, &limit("1e300"), throttled);
    check(429, "Too many requests", throttled);
    check(429, r#"{"wait_seconds": 1.0, "error_code": "other"}"#, throttled);
    check(429, r#"{"error": "rate limited"}"#, throttled);

    check(
        400,
        r#"{"org_id": ["unknown", "gone"], "user_id": "bad"}"#,
        "org_id: unknown, gone; user_id: bad",
    );
    check(400, "{\"org_id\": [\"two\\nlines\"]}", "org_id: twolines");
    check(400, "<html>", "no reason given");
    check(
        400,
        &json!({"org_id": "x".repeat(9000)}).to_string(),
        &format!("org_id: {}", "x".repeat(292)),
    );
}

#[test]
fn a_user_is_read_with_organizations_by_name() {
    let user = |body: Value| reply::parse::<Option<User>>(body.to_string().as_bytes(), "user");
    let body = json!({
        "user_id": USER, "email": "ada@example.com", "enabled": true, "locked": false,
        "picture_url": "https://example.com/ada.png",
        "org_id_to_org_info": {
            "org-1": {
                "org_id": "org-1", "org_name": "Globex", "user_role": "Admin",
                "user_permissions": ["propelauth::can_manage_api_keys"], "org_metadata": {},
            },
            "org-2": {"org_name": "Acme"},
        },
    });
    let membership = |org_id: &str, org_name: &str, role: &str, permissions: &[&str]| Membership {
        org_id: org_id.into(),
        org_name: org_name.into(),
        role: role.into(),
        permissions: permissions.iter().map(ToString::to_string).collect(),
    };
    let memberships = user(body).unwrap().unwrap().memberships;
    let permissions = ["propelauth::can_manage_api_keys"];
    assert_eq!(
        memberships,
        [
            membership("org-2", "Acme", "", &[]),
            membership("org-1", "Globex", "Admin", &permissions)
        ]
    );
    let alone = json!({"user_id": USER, "email": "a@b.c", "enabled": true, "locked": false});
    assert_eq!(user(alone).unwrap().unwrap().memberships, []);
    assert_eq!(user(Value::Null).unwrap(), None);
    // Whether somebody is blocked is never guessed.
    let unclear = json!({"user_id": USER, "email": "a@b.c", "locked": false});
    assert!(matches!(user(unclear), Err(BackendError::Unavailable(Outage::Malformed("user")))));
}
