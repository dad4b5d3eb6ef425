//! From the login page to a code, and every way in which that fails.
//!
//! Not for what tokens say; `tokens` asks that.

use super::{ANA, Asker, CALLBACK, OMAR, VERIFIER, parameter, request};

#[tokio::test]
async fn a_person_signs_in_and_the_server_learns_who_it_is() {
    let asker = Asker::start().await;
    let page = asker.send("GET", &request(&[]), &[], "").await;
    assert_eq!(page.status, 200);
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("<form method=\"post\">") && page.contains(ANA), "{page}");
    let tokens = asker.tokens(ANA, &[("scope", "openid email")]).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 1800);
    assert!(tokens["id_token"].is_string());
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let person = asker.send("GET", "/propelauth/oauth/userinfo", &headers, "").await;
    assert_eq!(person.status, 200);
    assert_eq!(person.json()["email"], ANA);
    let nobody = asker.send("GET", "/propelauth/oauth/userinfo", &[], "").await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn a_bad_client_or_redirect_uri_is_never_returned_to() {
    let asker = Asker::start().await;
    for changes in [
        [("client_id", "another")],
        [("redirect_uri", "")],
        [("redirect_uri", "https://mcp.example.com/oauth/callback")],
        [("redirect_uri", "https://localhost.example/oauth/callback")],
        [("redirect_uri", "https://localhost:70000/oauth/callback")],
        [("redirect_uri", "ftp://127.0.0.1:8080/oauth/callback")],
        [("redirect_uri", "https://127.0.0.1")],
        [("redirect_uri", "http://127.0.0.1:8080/oauth/callback/")],
        [("redirect_uri", "http://127.0.0.1:8080/oauth/callback?a=b")],
        [("redirect_uri", "http://127.0.0.1:8080/other")],
        [("redirect_uri", "http://a@127.0.0.1:8080/oauth/callback")],
        [("redirect_uri", "http://127.0.0.1.example:8080/oauth/callback")],
        [("redirect_uri", "http://localhost:port/oauth/callback")],
        [("state", "")],
    ] {
        let answer = asker.sign_in(ANA, &changes).await;
        assert_eq!((answer.status, answer.header("location")), (400, ""), "{changes:?}");
    }
    // Who sees the refusal is told what would do.
    let refused = asker.sign_in(ANA, &[("redirect_uri", "https://mcp.example.com/cb")]).await;
    for word in ["https", "localhost", "any port", "/oauth/callback", "/connect/callback"] {
        assert!(String::from_utf8_lossy(&refused.body).contains(word), "{word}");
    }
    let twice = format!("{}&state=b", request(&[]));
    assert_eq!(asker.send("GET", &twice, &[], "").await.status, 400);
    for good in [
        "http://localhost:1/oauth/callback",
        "http://127.0.0.1:65535/connect/callback",
        "https://localhost:8443/oauth/callback",
        "https://127.0.0.1/connect/callback",
        "http://[::1]:8080/oauth/callback",
    ] {
        let answer = asker.sign_in(ANA, &[("redirect_uri", good)]).await;
        assert!(answer.header("location").starts_with(&format!("{good}?code=")), "{good}");
    }
}

#[tokio::test]
async fn other_mistakes_are_told_to_the_client() {
    let asker = Asker::start().await;
    let globex = "9e4d7c30-1f5b-4a8e-b2d6-3c0f8e7a6b00";
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("org_id", globex, "access_denied"),
        ("prompt", "none", "login_required"),
    ] {
        let changes = [(name, value)];
        let answer = match name {
            "prompt" => asker.send("GET", &request(&changes), &[], "").await,
            _ => asker.sign_in(ANA, &changes).await,
        };
        assert_eq!(answer.status, 302, "{name}");
        let location = answer.header("location");
        assert_eq!(parameter(location, "error"), error);
        assert_eq!(parameter(location, "state"), "a state");
    }
}

#[tokio::test]
async fn strangers_and_blocked_people_stay_outside() {
    let asker = Asker::start().await;
    assert_eq!(asker.sign_in("nobody@acme.example", &[]).await.status, 401);
    assert_eq!(asker.sign_in("dana@acme.example", &[]).await.status, 403);
    let wrong = "email=ana%40acme.example&password=demo-omar";
    assert_eq!(asker.send("POST", &request(&[]), &[], wrong).await.status, 401);
    assert_eq!(asker.sign_in("nora@acme.example", &[]).await.status, 302);
}

#[tokio::test]
async fn a_signed_in_browser_needs_no_page() {
    let asker = Asker::start().await;
    let answer = asker.sign_in(OMAR, &[]).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    let headers = [("cookie", &*format!("a=b; {cookie}"))];
    let silent = asker.send("GET", &request(&[("prompt", "none")]), &headers, "").await;
    let code = parameter(silent.header("location"), "code");
    assert_eq!(asker.redeem(&code).await.0, 200);
    let asked = asker.send("GET", &request(&[("prompt", "login")]), &headers, "").await;
    assert_eq!(asked.status, 200);
}

#[tokio::test]
async fn a_code_works_once_and_only_for_its_request() {
    let asker = Asker::start().await;
    let code = asker.code(ANA, &[]).await;
    assert_eq!(asker.redeem(&code).await.0, 200);
    let (status, answer) = asker.redeem(&code).await;
    assert_eq!((status, &answer["error"]), (400, &"invalid_grant".into()));
    for (redirect_uri, verifier) in [
        (CALLBACK, "another-verifier"),
        (CALLBACK, ""),
        ("http://127.0.0.1:8080/connect/callback", VERIFIER),
    ] {
        let code = asker.code(ANA, &[]).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        let (status, answer) = asker.exchange(&form).await;
        assert_eq!((status, &answer["error"]), (400, &"invalid_grant".into()), "{verifier}");
        assert_eq!(asker.redeem(&code).await.0, 400, "a failed try uses the code up");
    }
    let code = asker.code(ANA, &[]).await;
    asker.order("POST", "/clock", serde_json::json!({"advance_s": 600})).await;
    assert_eq!(asker.redeem(&code).await.0, 400);
}
