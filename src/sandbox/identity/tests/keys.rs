//! The life of an end-user API key, also as the stand-in WIV API sees it.
//!
//! Not for who may call the Backend API; `control` asks that.

use serde_json::{Value, json};

use super::{ANA, Asker, BEN, OMAR};
use crate::sandbox::calendar::Moment;

const KEYS: &str = "/end_user_api_keys";
const ACME: &str = "6b1f0a52-4d3c-4f0e-9c41-5a7f2f9d1e00";
const GLOBEX: &str = "9e4d7c30-1f5b-4a8e-b2d6-3c0f8e7a6b00";
const NORTHSTAR: &str = "3d0c5f5e-8a41-4c1b-9a57-0f6f2f1c7b10";

/// Id and value of a new key.
async fn make(asker: &Asker, email: &str, org_id: &str, extra: Value) -> (String, String) {
    let mut body = json!({"org_id": org_id, "user_id": asker.user_id(email).await});
    body.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap_or_default());
    let (status, answer) = asker.ask("POST", KEYS, &body).await;
    assert_eq!(status, 201, "{answer}");
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    (text("api_key_id"), text("api_key_token"))
}

async fn validate(asker: &Asker, token: &str) -> (u16, Value) {
    asker.ask("POST", &format!("{KEYS}/validate"), &json!({"api_key_token": token})).await
}

fn in_an_hour() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + 3_600
}

#[tokio::test]
async fn a_key_speaks_for_its_user_in_its_organization() {
    let asker = Asker::start().await;
    let metadata = json!({"src": "test", "gen": 1});
    let extra = json!({"metadata": metadata, "display_name": "A key"});
    let (id, token) = make(&asker, OMAR, ACME, extra).await;
    let (status, answer) = validate(&asker, &format!("Bearer {token}")).await;
    assert_eq!(status, 200);
    assert_eq!(answer["metadata"], metadata);
    assert_eq!(answer["user"]["email"], OMAR);
    assert_eq!(answer["org"]["org_id"], ACME);
    assert_eq!(answer["user_in_org"]["user_role"], "Editor");

    let path = format!("{KEYS}/{id}");
    let (status, key) = asker.ask("GET", &path, &Value::Null).await;
    assert_eq!((status, &key["display_name"]), (200, &json!("A key")));
    assert!(!key.to_string().contains(&token), "the value is told once");

    let change = json!({"metadata": {"gen": 2}, "expires_at_seconds": in_an_hour()});
    assert_eq!(asker.ask("PATCH", &path, &change).await, (200, Value::Null));
    let (_, key) = asker.ask("GET", &path, &Value::Null).await;
    assert_eq!((&key["metadata"], &key["display_name"]), (&json!({"gen": 2}), &json!("A key")));
    assert_eq!(key["expires_at_seconds"], change["expires_at_seconds"]);

    assert_eq!(asker.ask("DELETE", &path, &Value::Null).await.0, 200);
    for method in ["DELETE", "GET", "PATCH"] {
        assert_eq!(asker.ask(method, &path, &json!({})).await.0, 404, "{method}");
    }
    let (status, answer) = validate(&asker, &token).await;
    assert!(status == 400 && answer["api_key_token"].is_array(), "{answer}");
    asker.order("POST", "/settings", json!({"missing_key_is_null": true})).await;
    assert_eq!(asker.ask("GET", &path, &Value::Null).await, (200, Value::Null));
}

#[tokio::test]
async fn the_wiv_api_takes_keys_made_here_by_role() {
    let asker = Asker::start().await;
    for (email, org_id, write) in
        [(ANA, ACME, 400), (OMAR, ACME, 400), (BEN, ACME, 403), (OMAR, GLOBEX, 403)]
    {
        let (_, token) = make(&asker, email, org_id, Value::Null).await;
        assert_eq!(asker.wiv_status(&token, "GET", "/workflows").await, 200, "{email}");
        // Without a prompt: 400 from the operation itself shows that the key was let in.
        let status = asker.wiv_status(&token, "POST", "/workflows/generate").await;
        assert_eq!(status, write, "{email} {org_id}");
        let msp = asker.wiv_status(&token, "GET", "/msp/customers").await;
        assert_eq!(msp, 403, "{email}");
    }
    let (id, token) = make(&asker, OMAR, NORTHSTAR, Value::Null).await;
    assert_eq!(asker.wiv_status(&token, "GET", "/msp/customers").await, 200);
    asker.order("DELETE", &format!("/keys/{id}"), Value::Null).await;
    assert_eq!(asker.wiv_status(&token, "GET", "/msp/customers").await, 401);
}

#[tokio::test]
async fn a_key_expires_when_the_clock_says_so() {
    let asker = Asker::start().await;
    let expiry = json!({"expires_at_seconds": in_an_hour()});
    let (id, token) = make(&asker, ANA, ACME, expiry).await;
    asker.order("POST", "/clock", json!({"advance_s": 3_000})).await;
    assert_eq!(asker.wiv_status(&token, "GET", "/spaces").await, 200);
    asker.order("POST", "/clock", json!({"advance_s": 601})).await;
    assert_eq!(asker.wiv_status(&token, "GET", "/spaces").await, 401);
    assert_eq!(validate(&asker, &token).await.0, 400);
    assert_eq!(asker.ask("GET", &format!("{KEYS}/{id}"), &Value::Null).await.0, 404);
    let (_, archived) = asker.ask("GET", &format!("{KEYS}/archived"), &Value::Null).await;
    assert_eq!(archived["api_keys"][0]["api_key_id"], json!(id));
}

#[tokio::test]
async fn a_removed_member_loses_the_key_only_if_the_setting_is_on() {
    let asker = Asker::start().await;
    let out = json!({"user": OMAR, "org": "Acme Corporation", "role": null});
    let (_, token) = make(&asker, OMAR, ACME, Value::Null).await;
    asker.order("POST", "/membership", out.clone()).await;
    assert_eq!(validate(&asker, &token).await.1.get("user_in_org"), None);
    assert_eq!(asker.wiv_status(&token, "GET", "/spaces").await, 200);
    assert_eq!(asker.wiv_status(&token, "POST", "/workflows/generate").await, 403);
    asker.order("POST", "/membership", json!({"user": OMAR, "org": ACME, "role": "Admin"})).await;
    assert_eq!(asker.wiv_status(&token, "POST", "/workflows/generate").await, 400);
    let on = json!({"invalidate_org_api_key_upon_user_removal": true});
    asker.order("POST", "/settings", on).await;
    asker.order("POST", "/membership", out).await;
    assert_eq!(asker.wiv_status(&token, "GET", "/spaces").await, 401);
}

#[tokio::test]
async fn a_blocked_user_keeps_the_key_and_a_deleted_organization_ends_it() {
    let asker = Asker::start().await;
    let (_, token) = make(&asker, BEN, ACME, Value::Null).await;
    asker.order("POST", "/user", json!({"email": BEN, "enabled": false})).await;
    let (status, answer) = validate(&asker, &token).await;
    assert_eq!((status, &answer["user"]["enabled"]), (200, &json!(false)));
    asker.order("DELETE", &format!("/organizations/{ACME}"), Value::Null).await;
    assert_eq!(validate(&asker, &token).await.0, 400);
    assert_eq!(asker.ask("GET", &format!("/org/{ACME}"), &Value::Null).await.0, 404);
}

#[tokio::test]
async fn mistakes_name_their_field() {
    let asker = Asker::start().await;
    let ben = asker.user_id(BEN).await;
    for (body, field) in [
        (json!({"org_id": ACME, "colour": "red"}), "colour"),
        (json!({"org_id": 7}), "org_id"),
        (json!({"org_id": GLOBEX, "user_id": ben}), "user_id"),
        (json!({"org_id": ACME, "expires_at_seconds": 1}), "expires_at_seconds"),
        (json!({"org_id": ACME, "metadata": "text"}), "metadata"),
        (json!([]), "body"),
    ] {
        let (status, answer) = asker.ask("POST", KEYS, &body).await;
        assert!(status == 400 && answer[field].is_array(), "{body}: {answer}");
    }
    let unknown = json!({"org_id": "00000000-0000-4000-8000-000000000000"});
    assert_eq!(asker.ask("POST", KEYS, &unknown).await.0, 404);
    assert_eq!(asker.ask("GET", &format!("{KEYS}?colour=red"), &Value::Null).await.0, 400);
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let asker = Asker::start().await;
    for _ in 0..3 {
        make(&asker, OMAR, ACME, Value::Null).await;
    }
    make(&asker, OMAR, GLOBEX, Value::Null).await;
    make(&asker, ANA, ACME, Value::Null).await;
    let total = async |query: &str| {
        let (status, answer) = asker.ask("GET", &format!("{KEYS}?{query}"), &Value::Null).await;
        assert_eq!(status, 200, "{query}: {answer}");
        let shown = answer["api_keys"].as_array().unwrap().len();
        (answer["total_api_keys"].as_u64().unwrap(), shown, answer["has_more_results"] == true)
    };
    assert_eq!(total("").await, (5, 5, false));
    assert_eq!(total(&format!("org_id={ACME}&page_size=3")).await, (4, 3, true));
    assert_eq!(total(&format!("org_id={ACME}&page_size=3&page_number=1")).await, (4, 1, false));
    assert_eq!(total("user_email=omar%40acme.example").await, (4, 4, false));
    assert_eq!(total("api_key_type=PERSONAL&page_number=9").await, (0, 0, false));
}

#[tokio::test]
async fn imported_keys_and_usage_are_apart() {
    let asker = Asker::start().await;
    let value = "made-elsewhere";
    let body = json!({"org_id": ACME, "imported_api_key": value});
    let import = format!("{KEYS}/import");
    assert_eq!(asker.ask("POST", &import, &body).await.0, 201);
    assert_eq!(asker.ask("POST", &import, &body).await.0, 400, "it is there already");
    assert_eq!(validate(&asker, value).await.0, 400);
    let imported = format!("{KEYS}/validate_imported");
    let (status, answer) = asker.ask("POST", &imported, &json!({"api_key_token": value})).await;
    assert_eq!((status, answer.get("user")), (200, None));

    // From the beginning of tomorrow, so that no midnight comes in between.
    let clock = asker.order("POST", "/clock", json!({"advance_s": 0})).await;
    let today = clock["unix_seconds"].as_i64().unwrap() / 86_400;
    let until_tomorrow = (today + 1) * 86_400 - clock["unix_seconds"].as_i64().unwrap();
    asker.order("POST", "/clock", json!({"advance_s": until_tomorrow})).await;
    let (id, token) = make(&asker, ANA, ACME, Value::Null).await;
    validate(&asker, &token).await;
    asker.wiv_status(&token, "GET", "/spaces").await;
    asker.order("POST", "/clock", json!({"advance_s": 86_400})).await;
    validate(&asker, &token).await;
    let usage = async |date: &str| {
        let path = format!("{KEYS}/usage?api_key_id={id}&date={date}");
        asker.ask("GET", &path, &Value::Null).await
    };
    for (days, count) in [(0, 0), (1, 2), (2, 1)] {
        let day = Moment::from_millis((today + days) * 86_400_000).to_string();
        assert_eq!(usage(&day[..10]).await, (200, json!({"count": count})), "{day}");
    }
    assert_eq!(usage("yesterday").await.0, 400);
}
