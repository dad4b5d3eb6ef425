//! Faults, the call log, and the Backend API's door.
//!
//! Not for orders about tokens and keys, which `tokens` and `keys` give.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{ANA, Asker, BEN, INTEGRATION_KEY, OMAR, send_to};

const ACME: &str = "6b1f0a52-4d3c-4f0e-9c41-5a7f2f9d1e00";

#[tokio::test]
async fn only_the_integration_key_opens_the_backend() {
    let asker = Asker::start().await;
    let path = format!("/api/backend/v1/org/{ACME}");
    let basic = format!("Basic {INTEGRATION_KEY}");
    let (asked, wrong) = ([("authorization", basic.as_str())], [("authorization", "Bearer x")]);
    for headers in [&[][..], &wrong, &asked] {
        for path in [&path, "/api/backend/v1/nothing", "/api/v1/token_verification_metadata"] {
            assert_eq!(asker.send("GET", path, headers, "").await.status, 401, "{path}");
        }
    }
    let (status, organization) = asker.ask("GET", &format!("/org/{ACME}"), &Value::Null).await;
    assert_eq!((status, &organization["name"]), (200, &json!("Acme Corporation")));
    assert_eq!(asker.ask("GET", "/nothing", &Value::Null).await.0, 404);
}

#[tokio::test]
async fn people_are_described_with_and_without_their_organizations() {
    let asker = Asker::start().await;
    let id = asker.user_id(OMAR).await;
    let (_, user) = asker.ask("GET", &format!("/user/{id}"), &Value::Null).await;
    assert_eq!((&user["enabled"], user.get("org_id_to_org_info")), (&json!(true), None));
    let (_, user) = asker.ask("GET", &format!("/user/{id}?include_orgs=true"), &Value::Null).await;
    assert_eq!(user["org_id_to_org_info"][ACME]["org_name"], "Acme Corporation");
    for other in ["/user/omar@acme.example", "/user/org/Globex", "/org/Globex"] {
        assert_eq!(asker.ask("GET", other, &Value::Null).await.0, 404, "only ids count: {other}");
    }

    let members = format!("/user/org/{ACME}?page_size=3");
    let (_, members) = asker.ask("GET", &members, &Value::Null).await;
    assert_eq!(members["total_users"], 4);
    assert_eq!(members["has_more_results"], true);
    assert_eq!(members["users"][0]["role_in_org"], "Admin");
    let (_, admins) = asker.ask("GET", &format!("/user/org/{ACME}?role=Admin"), &Value::Null).await;
    assert_eq!(admins["total_users"], 1);
}

#[tokio::test]
async fn people_change_as_ordered() {
    let asker = Asker::start().await;
    asker.order("POST", "/user", json!({"email": BEN, "permissions": ["x"]})).await;
    let claims = asker.claims(BEN, &[]).await;
    assert_eq!(claims["org_id_to_org_member_info"][ACME]["user_permissions"], json!(["x"]));
    asker.order("POST", "/user", json!({"email": BEN, "enabled": false})).await;
    assert_eq!(asker.sign_in(BEN, &[]).await.status, 403);
    asker.order("POST", "/user", json!({"email": BEN, "enabled": true})).await;
    asker.order("POST", "/impersonate", json!({"email": ANA})).await;
    let claims = asker.claims(BEN, &[]).await;
    assert_eq!(claims["impersonator_user_id"], json!(asker.user_id(ANA).await));
    asker.order("POST", "/impersonate", json!({"email": null})).await;
    assert_eq!(asker.claims(BEN, &[]).await.get("impersonator_user_id"), None);
    for (path, body) in [
        ("/user", json!({"email": "nobody@acme.example"})),
        ("/membership", json!({"user": BEN, "org": "Nowhere", "role": "Admin"})),
    ] {
        let path = format!("/_control{path}");
        assert_eq!(asker.send("POST", &path, &[], &body.to_string()).await.status, 404, "{path}");
    }
    let odd = json!({"user": BEN, "org": ACME, "role": "King"}).to_string();
    assert_eq!(asker.send("POST", "/_control/membership", &[], &odd).await.status, 400);
}

#[tokio::test]
async fn calls_are_recorded_with_the_tenant_that_they_name() {
    let asker = Asker::start().await;
    asker.ask("GET", "/org/x", &Value::Null).await;
    let calls = asker.get("/_control/calls").await;
    assert_eq!(calls["calls"][0]["path"], "/api/backend/v1/org/x");
    assert_eq!(calls["calls"][0]["headers"]["x-propelauth-url"], "127.0.0.1");
}

#[tokio::test]
async fn the_two_limits_differ_in_form() {
    let asker = Asker::start().await;
    let validate = "/api/backend/v1/end_user_api_keys/validate";
    let order = |fault: &str| json!({"match": {"path": validate}, "fault": fault});
    asker.order("PUT", "/faults", order("429_plain")).await;
    let plain = asker.send("POST", validate, &[], "").await;
    assert_eq!(plain.status, 429);
    assert!(serde_json::from_slice::<Value>(&plain.body).is_err());
    asker.order("PUT", "/faults", order("429_json")).await;
    let of_the_key = asker.send("POST", validate, &[], "").await;
    assert_eq!(
        (of_the_key.status, &of_the_key.json()["error_code"]),
        (429, &json!("rate_limit_exceeded"))
    );
    assert_eq!(asker.send("POST", validate, &[], "").await.status, 401, "once each");
}

#[tokio::test]
async fn faults_meet_one_method_of_one_route() {
    let asker = Asker::start().await;
    let keys = "/api/backend/v1/end_user_api_keys";
    let rule = json!({"match": {"method": "POST", "path": keys}, "fault": "500", "times": 0});
    asker.order("PUT", "/faults", rule).await;
    assert_eq!(asker.ask("GET", "/end_user_api_keys", &Value::Null).await.0, 200);
    assert_eq!(asker.ask("POST", "/end_user_api_keys", &json!({})).await.0, 500);
    asker.order("DELETE", "/faults", Value::Null).await;
    let (status, key) = asker.ask("POST", "/end_user_api_keys", &json!({})).await;
    assert_eq!(status, 201);

    let slow = json!({"match": {"path": "/.well-known/"}, "fault": "slow", "delay_ms": 120});
    asker.order("PUT", "/faults", slow).await;
    let began = Instant::now();
    asker.get("/.well-known/openid-configuration").await;
    assert!(began.elapsed() >= Duration::from_millis(120));
    let reset = json!({"match": {"path": "/.well-known/"}, "fault": "reset"});
    asker.order("PUT", "/faults", reset).await;
    let path = "/.well-known/openid-configuration";
    assert!(send_to(asker.0.identity_url(), "GET", path, &[], "").await.is_err());
    let keys = asker.get("/_control/keys").await;
    assert_eq!(keys["keys"][0]["api_key_token"], key["api_key_token"]);
}

#[tokio::test]
async fn an_organization_has_the_name_that_was_ordered() {
    let asker = Asker::start().await;
    let name = "\u{202e}<b>Acme</b>";
    asker.order("POST", "/organization", json!({"org": "Acme Corporation", "name": name})).await;
    let (_, organization) = asker.ask("GET", &format!("/org/{ACME}"), &Value::Null).await;
    assert_eq!(organization["name"], name);
    let claims = asker.claims(BEN, &[]).await;
    assert_eq!(claims["org_id_to_org_member_info"][ACME]["org_name"], name);
    let again = json!({"org": name, "name": "Acme Corporation"});
    asker.order("POST", "/organization", again).await;
    let body = json!({"org": "Nowhere", "name": "x"}).to_string();
    assert_eq!(asker.send("POST", "/_control/organization", &[], &body).await.status, 404);
}

#[tokio::test]
async fn organization_keys_can_be_switched_off_and_the_next_value_be_chosen() {
    let asker = Asker::start().await;
    let new = json!({"org_id": ACME});
    asker.order("POST", "/settings", json!({"org_api_keys_enabled": false})).await;
    let (status, refusal) = asker.ask("POST", "/end_user_api_keys", &new).await;
    assert_eq!((status, refusal["org_id"].is_array()), (400, true));
    let settings = json!({"org_api_keys_enabled": true, "next_api_key": "\"'<&>$x"});
    asker.order("POST", "/settings", settings).await;
    let (_, key) = asker.ask("POST", "/end_user_api_keys", &new).await;
    assert_eq!(key["api_key_token"], "\"'<&>$x");
    let (_, other) = asker.ask("POST", "/end_user_api_keys", &new).await;
    assert_ne!(other["api_key_token"], key["api_key_token"], "once");
}
