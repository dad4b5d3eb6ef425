//! A request with two credentials: each answer is of one organization.
//!
//! Not for which of them is chosen: `it::oauth` and `it::reports::keys` have that.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use serde_json::{Value, json};

use crate::harness::*;
use crate::oauth::{
    ANA,
    browser::{Browser, Client},
};

/// An upstream where one key opens rows of organization A until it is revoked, every other key
/// rows of B.
struct TwoOrganizations {
    far_end: FarEnd,
    server: Server,
    bearer: String,
    /// Requests that key A may still make.
    left: Arc<AtomicUsize>,
}

const KEY_OF_A: &str = "wiv-key-of-organization-a";

impl TwoOrganizations {
    async fn start() -> Self {
        let left = Arc::new(AtomicUsize::new(usize::MAX));
        let of_a = Arc::clone(&left);
        let far_end = FarEnd::start_with(move |seen| {
            let organization = match seen.headers["x-api-key"] == KEY_OF_A {
                true if of_a.load(SeqCst) == 0 => {
                    return Answer::new(401, r#"{"error":"Invalid API key"}"#);
                }
                true => {
                    of_a.fetch_sub(1, SeqCst);
                    "a"
                }
                false => "b",
            };
            page(organization, &seen.body)
        })
        .await;
        let url = far_end.url.clone();
        let server = Server::start_with_sign_in(&[("WIV_API_URL", &url)]).await;
        let client = Client::register(&server).await;
        let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        Self { far_end, server, bearer, left }
    }

    /// Calls a tool with both credentials.
    async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Asks with both credentials.
    async fn ask(&self, method: &str, params: Value) -> Value {
        let body = request(1, method, params);
        let headers = [("authorization", self.bearer.as_str())];
        let response = self.server.post_with("/mcp", KEY_OF_A, body, &headers).await;
        assert_eq!(response.status(), 200);
        parse(response).await["result"].clone()
    }

    /// Bodies of what was asked with the other key.
    fn asked_of_b(&self) -> Vec<String> {
        let seen = self.far_end.seen().into_iter();
        seen.filter(|seen| seen.headers["x-api-key"] != KEY_OF_A).map(|seen| seen.body).collect()
    }
}

/// A page of 1,000 cases of an organization.
fn page(organization: &str, body: &str) -> Answer {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let size = body["max_returned_items"].as_u64().unwrap_or(250) as usize;
    let begin = body["start_page_key"]["at"].as_u64().unwrap_or(0) as usize;
    let end = 1_000.min(begin + size);
    let rows: Vec<Value> = (begin..end)
        .map(|number| {
            json!({ "case_id": format!("{organization}{number}"), "status": "To Do",
                "owner": organization, "annual_potential_savings": 1, "currency": "USD" })
        })
        .collect();
    let next = if end < 1_000 { json!({ "at": end }) } else { Value::Null };
    Answer::new(200, json!({ "data": rows, "next_page_key": next }).to_string())
}

#[tokio::test]
async fn a_key_that_dies_in_the_middle_of_a_fold_ends_it() {
    for (tool, arguments, left) in [
        ("wiv_get_cases_summary", json!({ "group_by": ["owner"] }), 1),
        ("wiv_search_cases", json!({ "limit": 3 }), 1),
        ("wiv_search_cases", json!({ "limit": 3 }), 2),
    ] {
        let two = TwoOrganizations::start().await;
        two.call("wiv_search_cases", json!({ "limit": 1, "totals": "none" })).await;
        two.left.store(left, SeqCst);
        let result = two.call(tool, arguments).await;
        let told = &result["structuredContent"];
        assert_eq!(told["totals"]["complete"], false, "{told}");
        let rows = told["data"].as_array().cloned().unwrap_or_default();
        assert!(rows.iter().all(|row| row["owner"] == "a"), "{told}");
        assert_eq!(two.asked_of_b(), [""; 0], "{tool} {left}");
    }
}

#[tokio::test]
async fn an_order_is_of_one_organization_or_not_at_all() {
    let two = TwoOrganizations::start().await;
    two.call("wiv_search_cases", json!({ "limit": 1, "totals": "none" })).await;
    two.left.store(1, SeqCst);
    let result = two.call("wiv_search_cases", json!({ "sort": "case_id" })).await;
    assert_eq!(result["isError"], true, "{result}");
    assert_eq!(two.asked_of_b(), [""; 0]);
}

#[tokio::test]
async fn a_list_goes_on_with_the_credential_that_it_began_with() {
    let two = TwoOrganizations::start().await;
    let first = json!({ "limit": 3, "totals": "none" });
    let page = two.call("wiv_search_cases", first.clone()).await;
    let page = &page["structuredContent"];
    assert_eq!(page["data"][0]["case_id"], "a0");
    two.left.store(0, SeqCst);
    let mut next = first.clone();
    next["cursor"] = page["page"]["next_cursor"].clone();
    let refused = two.call("wiv_search_cases", next).await;
    assert_eq!(refused["structuredContent"]["error"]["kind"], "unauthorized", "{refused}");
    assert_eq!(two.asked_of_b(), [""; 0]);
    // Begun anew, all of it is the other organization's.
    let page = two.call("wiv_search_cases", first.clone()).await;
    let page = &page["structuredContent"];
    assert_eq!(page["data"][0]["case_id"], "b0");
    let mut next = first;
    next["cursor"] = page["page"]["next_cursor"].clone();
    let page = two.call("wiv_search_cases", next.clone()).await;
    let page = &page["structuredContent"];
    assert_eq!(page["data"][0]["case_id"], "b3");
    // The first key is good again: the list is the other's all the same.
    two.left.store(usize::MAX, SeqCst);
    next["cursor"] = page["page"]["next_cursor"].clone();
    let page = two.call("wiv_search_cases", next).await;
    assert_eq!(page["structuredContent"]["data"][0]["case_id"], "b6", "{page}");
}

#[tokio::test]
async fn a_prompt_and_a_file_are_of_one_organization() {
    for (method, params) in [
        ("prompts/get", json!({ "name": "triage_new_cases" })),
        ("resources/read", json!({ "uri": "wiv://cases.csv" })),
    ] {
        let two = TwoOrganizations::start().await;
        two.call("wiv_search_cases", json!({ "limit": 1, "totals": "none" })).await;
        // The first read takes two pages, a page of the file and what counts it three.
        two.left.store(if method == "prompts/get" { 2 } else { 3 }, SeqCst);
        let result = two.ask(method, params).await.to_string();
        assert!(result.contains("failed") || result.contains("not whole"), "{result:.2000}");
        assert_eq!(two.asked_of_b(), [""; 0], "{method}");
    }
}
