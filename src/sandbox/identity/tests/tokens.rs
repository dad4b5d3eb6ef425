//! What tokens say, who signed them, and how tests twist them.
//!
//! Signatures are checked with the published keys alone, as the product does.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{ANA, Asker, BEN, CLIENT_ID, CLIENT_SECRET, OMAR, decode, encode, token};

const ACME: &str = "6b1f0a52-4d3c-4f0e-9c41-5a7f2f9d1e00";

/// Whether one of the published keys, found by its id, signed this.
fn is_signed(token: &str, jwks: &Value) -> bool {
    let (header, _) = decode(token);
    let mut keys = jwks["keys"].as_array().unwrap().iter();
    let Some(key) = keys.find(|key| key["kid"] == header["kid"]) else { return false };
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let public = PublicKeyComponents { n: bytes("n"), e: bytes("e") };
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature).is_ok()
}

fn access_token(tokens: &Value) -> &str {
    tokens["access_token"].as_str().unwrap()
}

#[tokio::test]
async fn an_access_token_says_who_where_and_until_when() {
    let asker = Asker::start().await;
    let claims = asker.claims(OMAR, &[]).await;
    assert_eq!(claims["iss"], asker.0.identity_url());
    assert_eq!(claims["aud"], CLIENT_ID);
    assert_eq!(claims["sub"], claims["user_id"]);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 1800);
    assert!(claims.get("impersonator_user_id").is_none());
    let organizations = &claims["org_id_to_org_member_info"];
    assert_eq!(organizations.as_object().unwrap().len(), 3);
    assert_eq!(organizations[ACME]["user_role"], "Editor");
    assert_eq!(organizations[ACME]["user_permissions"], json!([]));

    let claims = asker.claims(ANA, &[("org_id", ACME)]).await;
    assert!(claims.get("org_id_to_org_member_info").is_none());
    let permissions = json!(["propelauth::can_manage_api_keys"]);
    assert_eq!(claims["org_member_info"]["user_permissions"], permissions);
}

#[tokio::test]
async fn tokens_are_signed_with_a_published_key_and_keys_rotate() {
    let asker = Asker::start().await;
    let metadata = asker.get("/.well-known/openid-configuration").await;
    assert_eq!(metadata["issuer"], asker.0.identity_url());
    let path = metadata["jwks_uri"].as_str().unwrap();
    let path = path.strip_prefix(asker.0.identity_url()).unwrap();
    let before = asker.tokens(ANA, &[]).await;
    let jwks = asker.get(path).await;
    assert_eq!(jwks["keys"].as_array().unwrap().len(), 2);
    assert!(is_signed(access_token(&before), &jwks));

    asker.order("POST", "/rotate_keys", Value::Null).await;
    let after = asker.tokens(ANA, &[]).await;
    assert!(!is_signed(access_token(&after), &jwks), "the old document lacks the new key");
    let jwks = asker.get(path).await;
    assert!(is_signed(access_token(&after), &jwks) && is_signed(access_token(&before), &jwks));
    asker.order("POST", "/rotate_keys", Value::Null).await;
    assert!(!is_signed(access_token(&before), &asker.get(path).await));

    let (_, backend) = asker.ask("GET", "/token_verification_metadata", &Value::Null).await;
    let pem = backend["public_key_pem"].as_str().unwrap();
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\nMII"), "{pem}");
}

#[tokio::test]
async fn refresh_tokens_work_once_and_not_for_the_blocked() {
    let asker = Asker::start().await;
    let refresh = async |tokens: &Value| {
        let token = tokens["refresh_token"].as_str().unwrap();
        asker.exchange(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    };
    let first = asker.tokens(BEN, &[]).await;
    let (status, second) = refresh(&first).await;
    assert_eq!(status, 200);
    assert_eq!(decode(access_token(&second)).1["email"], BEN);
    assert_eq!(refresh(&first).await.0, 400);
    asker.order("POST", "/user", json!({"email": BEN, "locked": true})).await;
    let (status, answer) = refresh(&second).await;
    assert_eq!((status, &answer["error"]), (400, &"invalid_grant".into()));
}

#[tokio::test]
async fn clients_prove_themselves_in_the_header_or_in_the_body() {
    let asker = Asker::start().await;
    let status = async |secret: &str| {
        let code = asker.code(ANA, &[]).await;
        let form = encode(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", super::CALLBACK),
            ("code_verifier", super::VERIFIER),
            ("client_id", CLIENT_ID),
            ("client_secret", secret),
        ]);
        asker.send("POST", token::PATH, &[], &form).await.status
    };
    assert_eq!(status(CLIENT_SECRET).await, 200);
    assert_eq!(status("guessed").await, 401);
    assert_eq!(status("").await, 401);
    assert_eq!(asker.exchange(&[("grant_type", "password")]).await.0, 400);
}

#[tokio::test]
async fn the_next_access_token_is_wrong_as_ordered() {
    let asker = Asker::start().await;
    let trick = json!({"alg": "none", "aud": "other", "iss": "http://evil.example", "exp_s": -60});
    asker.order("POST", "/token", trick).await;
    let tokens = asker.tokens(ANA, &[]).await;
    let (header, claims) = decode(access_token(&tokens));
    assert_eq!((&header["alg"], &claims["aud"]), (&json!("none"), &json!("other")));
    assert!(claims["exp"].as_i64() < claims["iat"].as_i64());
    assert!(access_token(&tokens).ends_with('.'));

    asker.order("POST", "/token", json!({"alg": "HS256", "kid": "unknown"})).await;
    asker.order("POST", "/token", Value::Null).await;
    let jwks = asker.get("/.well-known/jwks.json").await;
    assert!(is_signed(access_token(&asker.tokens(ANA, &[]).await), &jwks), "null takes it back");

    asker.order("POST", "/token", json!({"kid": jwks["keys"][1]["kid"]})).await;
    assert!(!is_signed(access_token(&asker.tokens(ANA, &[]).await), &jwks));
    assert!(is_signed(access_token(&asker.tokens(ANA, &[]).await), &jwks), "only the next one");
}
