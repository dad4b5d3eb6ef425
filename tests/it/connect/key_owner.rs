//! `wiv_get_connection` with a bare key where keys are made at PropelAuth: whose it is.

use serde_json::{Value, json};

use super::{key_on, post, ready_to_make};
use crate::harness::*;

const VALIDATE: &str = "/api/backend/v1/end_user_api_keys/validate";

async fn connection(server: &Server, key: &str) -> (Value, String) {
    let answer = server.call(key, "wiv_get_connection", json!({})).await;
    let text = answer["content"][0]["text"].as_str().unwrap().to_owned();
    (answer["structuredContent"].clone(), text)
}

async fn asked(server: &Server) -> usize {
    let calls = server.identity_calls().await;
    calls.iter().filter(|call| call["path"] == VALIDATE).count()
}

/// A key from the page.
async fn made_key(server: &Server) -> String {
    let (mut browser, make) = ready_to_make(server).await;
    let (_, page) = post(&mut browser, server, "/connect/key", &make).await;
    key_on(&page)
}

#[tokio::test]
async fn a_key_from_the_page_names_its_organization_its_person_and_its_end() {
    let server = Server::start_with_sign_in(&[]).await;
    let key = made_key(&server).await;
    let (told, text) = connection(&server, &key).await;
    let data = &told["data"];
    assert_eq!(data["organization"], "Acme Corporation");
    assert_eq!(data["person"], "ana@acme.example");
    assert_eq!(data["credential"], "api_key");
    let role = data["role"].as_str().unwrap();
    let record = server.keys().await.into_iter().next().unwrap();
    let days = record["expires_at_seconds"].as_u64().unwrap() / 86_400;
    let ends = data["key_expires_on"].as_str().unwrap();
    assert_eq!(days_since_1970(ends), days);
    let today = data["today"].as_str().unwrap();
    assert!(data["time"].as_str().unwrap().starts_with(today));
    // Both parts tell it.
    for known in ["Acme Corporation", "ana@acme.example", role, ends, today] {
        assert!(text.contains(known), "{known}: {text}");
    }
}

/// Days from 1970 to a day, counted by walking the calendar.
fn days_since_1970(day: &str) -> u64 {
    let parts: Vec<u64> = day.split('-').map(|part| part.parse().unwrap()).collect();
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let february = if is_leap(parts[0]) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: u64 = (1970..parts[0]).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    let months: u64 = lengths.iter().take(parts[1] as usize - 1).sum();
    years + months + parts[2] - 1
}

#[tokio::test]
async fn a_key_that_propelauth_does_not_know_says_how_to_find_out() {
    let server = Server::start_with_sign_in(&[]).await;
    let (told, text) = connection(&server, ACME).await;
    assert_eq!(told["data"]["organization"], Value::Null);
    assert!(text.contains("wiv_list_spaces"), "{text}");
    assert!(told["data"]["today"].is_string());
}

#[tokio::test]
async fn an_outage_is_told_and_costs_nothing_else() {
    let server = Server::start_with_sign_in(&[]).await;
    let key = made_key(&server).await;
    for fault in ["500", "malformed", "429_plain"] {
        server.identity_fault(VALIDATE, fault).await;
        let (told, text) = connection(&server, &key).await;
        assert_eq!(told["data"]["organization"], Value::Null, "{fault}");
        assert!(text.contains("ask again"), "{fault}: {text}");
        server.identity_well().await;
    }
}

#[tokio::test]
async fn questions_have_a_budget_and_strangers_another_one() {
    let server = Server::start_with_sign_in(&[]).await;
    let key = made_key(&server).await;
    let before = asked(&server).await;
    for number in 0..20 {
        connection(&server, &format!("made-up-{number}")).await;
    }
    let of_strangers = asked(&server).await - before;
    assert!((1..=6).contains(&of_strangers), "{of_strangers}");
    // Strangers who used theirs up leave a customer's.
    server.data(&key, "wiv_list_spaces", json!({})).await;
    let (told, _) = connection(&server, &key).await;
    assert_eq!(told["data"]["organization"], "Acme Corporation");
    for _ in 0..20 {
        connection(&server, &key).await;
    }
    assert!(asked(&server).await - before - of_strangers <= 5);
}

#[tokio::test]
async fn a_sign_in_asks_nobody() {
    use crate::oauth::{
        ANA,
        browser::{Browser, Client},
    };
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    let access = tokens["access_token"].as_str().unwrap();
    let who = client.tool(access, "wiv_get_connection", json!({})).await;
    assert_eq!(who["structuredContent"]["data"]["organization"], "Acme Corporation");
    assert_eq!(asked(&server).await, 0);
}
