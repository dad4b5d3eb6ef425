//! People who left: their keys end within the hour, and nobody else's do.

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use wiv_mcp::{
    settings::{RunAs, Settings},
    signin::{Bounds, KeyPolicy, Sweep},
};

use crate::{
    harness::*,
    oauth::{
        ANA, OMAR,
        browser::{Browser, Client},
    },
};

const BEN: &str = "ben@acme.example";
const ACME_ORG: &str = "Acme Corporation";
const USERS: &str = "/api/backend/v1/user";
const KEYS: &str = "/api/backend/v1/end_user_api_keys";

fn sweep(server: &Server, policy: &str) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
        .args(["keys", "sweep"])
        .env_clear()
        .envs(server.sandbox.oauth_environment())
        .env("WIV_MCP_KEY_POLICY", policy)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).join("\n")
}

/// Keys of a person, made here or by WIV.
async fn keys_of(server: &Server, user: &str, org: &str, count: usize, is_ours: bool) {
    let metadata = if is_ours { json!({ "src": "wiv-mcp", "by": "connect" }) } else { json!({}) };
    let order = json!({ "count": count, "user": user, "org": org, "metadata": metadata });
    server.identity("keys", &order).await;
}

/// Everybody's keys: two of Ana, three and one of Omar, four of Ben, and WIV's own.
async fn tenant(server: &Server) {
    keys_of(server, ANA.0, ACME_ORG, 2, true).await;
    keys_of(server, OMAR.0, ACME_ORG, 3, true).await;
    keys_of(server, OMAR.0, "Globex", 1, true).await;
    keys_of(server, BEN, ACME_ORG, 4, true).await;
    keys_of(server, BEN, ACME_ORG, 5, false).await;
}

async fn calls(server: &Server, path: &str) -> usize {
    let calls = server.identity_calls().await;
    calls.iter().filter(|call| call["path"].as_str().unwrap().starts_with(path)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_people_who_may_no_longer_are_swept_and_no_others() {
    let omar_left = json!({ "user": OMAR.0, "org": ACME_ORG, "role": null });
    for (policy, switch, order, left) in [
        ("member", "user", json!({ "email": BEN, "enabled": false }), 11),
        ("member", "membership", omar_left, 12),
        ("permission", "user", json!({ "email": BEN, "permissions": [] }), 7),
        ("permission", "user", json!({ "email": ANA.0, "permissions": [] }), 5),
        ("member", "user", json!({ "email": ANA.0, "permissions": [] }), 15),
        // Anybody can lock a person out for a while, by typing wrong passwords.
        ("member", "user", json!({ "email": BEN, "locked": true }), 15),
    ] {
        let server = Server::start_with_sign_in(&[]).await;
        tenant(&server).await;
        server.identity(switch, &order).await;
        let output = sweep(&server, policy);
        assert!(output.status.success(), "{order}: {}", said(&output));
        let text = said(&output);
        assert_eq!(server.live_keys().await, left, "{order}: {text}");
        assert!(text.contains("15 keys") && text.contains("10 were made here"), "{text}");
        assert!(text.contains(&format!("deleted {} keys", 15 - left)), "{text}");
        assert_eq!(calls(&server, USERS).await, 3, "each person is looked up once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_people_who_are_gone_are_swept() {
    let server = Server::start_with_sign_in(&[]).await;
    tenant(&server).await;
    let url = format!("{}/_control/users/{BEN}", server.sandbox.identity_url());
    assert!(server.http.delete(url).send().await.unwrap().status().is_success());
    let output = sweep(&server, "member");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(server.live_keys().await, 11);
    assert!(sweep(&server, "member").status.success(), "there is nothing left to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_never_ends_a_key() {
    let server = Server::start_with_sign_in(&[]).await;
    tenant(&server).await;
    for fault in ["500", "404", "429_plain", "429_json", "cut", "malformed", "huge", "reset"] {
        for path in [USERS, KEYS, "/api/backend"] {
            server.identity_fault(path, fault).await;
            // A person who may no longer is not told from one who may.
            server.identity("user", &json!({ "email": BEN, "enabled": false })).await;
            let output = sweep(&server, "member");
            assert_eq!(output.status.code(), Some(1), "{path} {fault}: {}", said(&output));
            assert!(said(&output).contains("run it again"), "{}", said(&output));
            server.identity("user", &json!({ "email": BEN, "enabled": true })).await;
            server.identity_well().await;
            assert_eq!(server.live_keys().await, 15, "{path} {fault}");
        }
    }
    assert!(sweep(&server, "member").status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_bounded_and_the_next_goes_on() {
    let server = Server::start_with_sign_in(&[]).await;
    keys_of(&server, ANA.0, ACME_ORG, 120, false).await;
    tenant(&server).await;
    server.identity("user", &json!({ "email": BEN, "enabled": false })).await;
    let environment = server.sandbox.oauth_environment();
    let (settings, _) = Settings::load(RunAs::Command, &Default::default(), environment).unwrap();
    let propelauth = wiv_mcp::app::propelauth(&settings).unwrap().unwrap();
    let sweep = Sweep::new(std::sync::Arc::new(propelauth), KeyPolicy::Member);
    let one_page = Bounds { pages: 1, ..Bounds::ROUND };
    let first = sweep.round(one_page, 0).await.unwrap();
    assert_eq!((first.looked_at, first.deleted, first.next_page), (100, 0, Some(1)));
    let second = sweep.round(one_page, 1).await.unwrap();
    assert_eq!((second.looked_at, second.deleted, second.next_page), (35, 4, None));
    let two_people = Bounds { people: 2, ..Bounds::ROUND };
    let stopped = sweep.round(two_people, 1).await.unwrap();
    assert_eq!((stopped.people, stopped.deleted), (2, 0));
    let no_time = Bounds { time: std::time::Duration::ZERO, ..Bounds::ROUND };
    assert_eq!(sweep.round(no_time, 0).await.unwrap().next_page, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_sweeps_by_itself_and_stops_with_its_server() {
    let server = Server::start_with_sign_in(&[("WIV_MCP_SWEEP", "300ms")]).await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    keys_of(&server, ANA.0, ACME_ORG, 2, true).await;
    keys_of(&server, OMAR.0, ACME_ORG, 1, true).await;
    server.identity("user", &json!({ "email": ANA.0, "enabled": false })).await;
    let begun = std::time::Instant::now();
    while server.live_keys().await > 1 {
        assert!(begun.elapsed() < PATIENCE, "nobody sweeps");
        tokio::task::yield_now().await;
    }
    let refresh = client.refresh(tokens["refresh_token"].as_str().unwrap(), &[]).await;
    assert_eq!(parse(refresh).await["error"], "invalid_grant");
    // Also while a round waits for PropelAuth.
    let slow = json!({ "match": { "path": KEYS }, "fault": "slow", "delay_ms": 4000, "times": 0 });
    server.identity_rule(&slow).await;
    let before = calls(&server, KEYS).await;
    while calls(&server, KEYS).await == before {
        assert!(begun.elapsed() < 2 * PATIENCE, "no second round");
        tokio::task::yield_now().await;
    }
    let begun = std::time::Instant::now();
    server.app.stop().await;
    assert!(begun.elapsed().as_secs() < 3, "the sweep holds the server up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_without_a_policy_is_bad_usage() {
    let server = Server::start_with_sign_in(&[]).await;
    let output = sweep(&server, "");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let _: Vec<Value> = server.keys().await;
}
