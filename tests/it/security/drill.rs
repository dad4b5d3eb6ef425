//! The incident drill: it looks at everything, or it says that it did not.

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use wiv_mcp::{
    commands::keys::{Confirm, RevokeError, revoke_all},
    settings::{RunAs, Settings},
};

use crate::{harness::*, oauth::ANA};

const KEYS: &str = "/api/backend/v1/end_user_api_keys";
const ACME_ORG: &str = "Acme Corporation";
const NO_ORG: &str = "00000000-0000-0000-0000-000000000000";

fn drill(server: &Server, arguments: &[&str]) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
        .args(["keys", "revoke-all"])
        .args(arguments)
        .env_clear()
        .envs(server.sandbox.oauth_environment())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).join("\n")
}

/// Keys that were made in WIV, then keys with our mark, then some more of WIV's.
async fn tenant(server: &Server, [before, ours, after]: [usize; 3]) {
    let ours_mark = json!({ "src": "wiv-mcp", "by": "connect" });
    for (count, metadata) in [(before, json!({})), (ours, ours_mark), (after, json!({}))] {
        let order = json!({ "count": count, "user": ANA.0, "org": ACME_ORG, "metadata": metadata });
        server.identity("keys", &order).await;
    }
}

/// Live keys: ours, and all others.
async fn alive(server: &Server) -> (usize, usize) {
    let keys = server.keys().await;
    let live: Vec<&Value> = keys.iter().filter(|key| key["is_live"] == true).collect();
    let ours = live.iter().filter(|key| key["metadata"]["src"] == "wiv-mcp").count();
    (ours, live.len() - ours)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_looks_at_every_key_and_ends_with_proof() {
    let server = Server::start_with_sign_in(&[]).await;
    tenant(&server, [1500, 600, 400]).await;
    server.identity("settings", &json!({ "most_keys_a_page": 70 })).await;
    let output = drill(&server, &["--yes"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(alive(&server).await, (0, 1900));
    let text = said(&output);
    for words in ["2500 keys", "600 of them", "deleted 600 keys", "1900 keys", "none of ours"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let again = drill(&server, &["--yes"]);
    assert!(again.status.success(), "{}", said(&again));
    assert!(said(&again).contains("1900 keys") && said(&again).contains("none of ours"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_for_an_organization_that_does_not_exist_is_an_error() {
    let server = Server::start_with_sign_in(&[]).await;
    tenant(&server, [0, 2, 0]).await;
    for org in [NO_ORG, "Acme Corporation", "../user/x", "x".repeat(100).as_str()] {
        for arguments in [&["--org", org, "--yes"][..], &["--org", org]] {
            let output = drill(&server, arguments);
            assert_eq!(output.status.code(), Some(1), "{}", said(&output));
            assert!(said(&output).contains("no organization"), "{}", said(&output));
        }
    }
    // Who can't be asked about an organization says nothing about it.
    server.identity_fault("/api/backend/v1/org", "500").await;
    let output = drill(&server, &["--org", NO_ORG, "--yes"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!said(&output).contains("no organization"), "{}", said(&output));
    assert_eq!(alive(&server).await, (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_ends_the_keys_of_the_organization_that_is_named() {
    let server = Server::start_with_sign_in(&[]).await;
    tenant(&server, [3, 2, 0]).await;
    let ours = json!({ "src": "wiv-mcp" });
    server.identity("keys", &json!({ "count": 4, "org": "Globex", "metadata": ours })).await;
    let keys = server.keys().await;
    let globex = keys.iter().rev().find_map(|key| key["org_id"].as_str()).unwrap();
    let output = drill(&server, &["--org", globex, "--yes"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("deleted 4 keys"), "{}", said(&output));
    assert_eq!(alive(&server).await, (2, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_without_a_person_counts_and_wants_a_word() {
    let server = Server::start_with_sign_in(&[]).await;
    tenant(&server, [3, 2, 0]).await;
    let output = drill(&server, &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let text = said(&output);
    assert!(text.contains("2 of them") && text.contains("--yes"), "{text}");
    assert_eq!(alive(&server).await, (2, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_cut_is_never_none() {
    let server = Server::start_with_sign_in(&[]).await;
    tenant(&server, [350, 20, 0]).await;
    for trick in [
        json!({ "empty_page": 1 }),
        json!({ "empty_page": 0 }),
        json!({ "last_page": 1 }),
        json!({ "same_page": 1 }),
        json!("endless"),
    ] {
        server.identity("settings", &json!({ "key_list": trick })).await;
        check_stopped(&server, &trick.to_string()).await;
    }
    server.identity("settings", &json!({ "honest_lists": true })).await;
    for fault in ["500", "404", "cut", "429_plain", "429", "malformed", "huge", "reset"] {
        let matched = json!({ "method": "GET", "path": KEYS });
        let rule = json!({ "match": matched, "fault": fault, "times": 0, "skip": 2 });
        server.identity_rule(&rule).await;
        check_stopped(&server, fault).await;
        server.identity_well().await;
    }
}

async fn check_stopped(server: &Server, what: &str) {
    let output = drill(server, &["--yes"]);
    assert_eq!(output.status.code(), Some(1), "{what}: {}", said(&output));
    assert!(!said(&output).contains("none of ours"), "{what}: {}", said(&output));
    assert!(said(&output).contains("run it again"), "{what}: {}", said(&output));
    assert_eq!(alive(server).await, (20, 350), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_that_broke_off_can_be_repeated() {
    let server = Server::start_with_sign_in(&[]).await;
    for fault in ["500", "cut", "reset", "429_plain"] {
        tenant(&server, [0, 20, 0]).await;
        let matched = json!({ "method": "DELETE", "path": KEYS });
        let rule = json!({ "match": matched, "fault": fault, "times": 0, "skip": 5 });
        server.identity_rule(&rule).await;
        let output = drill(&server, &["--yes"]);
        assert_eq!(output.status.code(), Some(1), "{fault}: {}", said(&output));
        assert!(said(&output).contains("run it again"), "{fault}: {}", said(&output));
        let (left, _) = alive(&server).await;
        assert!((14..=15).contains(&left), "{fault}: {left}");
        server.identity_well().await;
        let output = drill(&server, &["--yes"]);
        assert!(output.status.success(), "{fault}: {}", said(&output));
        assert_eq!(alive(&server).await.0, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_that_is_told_to_wait_waits() {
    let server = Server::start_with_sign_in(&[]).await;
    tenant(&server, [150, 10, 0]).await;
    for (method, after) in [("GET", 1), ("DELETE", 3)] {
        let matched = json!({ "method": method, "path": KEYS });
        let rule = json!({ "match": matched, "fault": "429_plain", "times": 2, "skip": after });
        server.identity_rule(&rule).await;
    }
    let output = drill(&server, &["--yes"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(alive(&server).await, (0, 150));
}

/// The drill, with a person to be asked.
async fn drill_with(
    server: &Server,
    ask: &mut dyn FnMut(&str) -> std::io::Result<bool>,
) -> (Result<(), RevokeError>, String) {
    let environment = server.sandbox.oauth_environment();
    let (settings, _) = Settings::load(RunAs::Command, &Default::default(), environment).unwrap();
    let propelauth = wiv_mcp::app::propelauth(&settings).unwrap().unwrap();
    let mut output = Vec::new();
    let result = revoke_all(&propelauth, None, Confirm::Ask(ask), &mut output).await;
    (result, String::from_utf8(output).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_with_the_count_and_believed() {
    let server = Server::start_with_sign_in(&[]).await;
    tenant(&server, [3, 2, 0]).await;
    let mut asked = Vec::new();
    let mut no = |question: &str| {
        asked.push(question.to_owned());
        Ok(false)
    };
    let (result, _) = drill_with(&server, &mut no).await;
    assert!(matches!(result, Err(RevokeError::Declined)), "{result:?}");
    assert_eq!(alive(&server).await, (2, 3));
    let (result, _) = drill_with(&server, &mut |_| Ok(true)).await;
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(alive(&server).await, (0, 3));
    // Nothing to delete is nothing to ask.
    let (result, _) = drill_with(&server, &mut |_| panic!("asked")).await;
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(asked.len(), 1);
    assert!(asked[0].contains("2 keys"), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_made_meanwhile_are_found_by_the_next_look() {
    let server = Server::start_with_sign_in(&[]).await;
    tenant(&server, [120, 5, 0]).await;
    let mut while_asked = |_: &str| {
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(tenant(&server, [0, 3, 10]));
        });
        Ok(true)
    };
    let (result, text) = drill_with(&server, &mut while_asked).await;
    assert!(result.is_ok(), "{result:?}");
    assert!(text.contains("deleted 8 keys"), "{text}");
    assert_eq!(alive(&server).await, (0, 130));
}
