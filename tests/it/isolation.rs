//! Two callers at once: each sees its own organization and nothing else.

use std::{collections::HashSet, sync::Arc};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::*;

const CALLS: u64 = 200;

fn ids(structured: &Value) -> HashSet<String> {
    let rows = structured["data"].as_array().unwrap();
    rows.iter().map(|row| row["workflow_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn interleaved_calls_of_two_callers_never_mix() {
    let server = Arc::new(Server::start().await);
    let all = json!({ "limit": 100 });
    let acme = ids(&server.data(ACME, "wiv_list_workflows", all.clone()).await);
    let globex = ids(&server.data(GLOBEX, "wiv_list_workflows", all.clone()).await);
    assert!(acme.is_disjoint(&globex) && acme.len() == 24 && !globex.is_empty());

    let over_http = [(ACME, &acme), (GLOBEX, &globex)].map(|(key, own)| {
        let (server, all) = (&server, &all);
        join_all((0..CALLS).map(move |_| async move {
            assert_eq!(&ids(&server.data(key, "wiv_list_workflows", all.clone()).await), own);
        }))
    });
    let over_sse = [(ACME, &acme), (GLOBEX, &globex)].map(|(key, own)| {
        let (server, all) = (&server, &all);
        async move {
            let mut stream = server.stream(key).await;
            for id in 1..=CALLS {
                assert_eq!(&ids(&stream.data(id, "wiv_list_workflows", all.clone()).await), own);
            }
        }
    });
    tokio::join!(join_all(over_http), join_all(over_sse));

    for call in server.upstream_calls().await {
        let key = call["headers"]["x-api-key"].as_str().unwrap();
        assert!([ACME, GLOBEX].contains(&key));
    }
}

#[tokio::test]
async fn a_cursor_is_worth_nothing_to_another_key_tool_or_question() {
    let server = Server::start().await;
    let page = server.data(ACME, "wiv_search_cases", json!({ "limit": 5 })).await;
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    let next = json!({ "limit": 5, "cursor": cursor });
    let error = server.error(GLOBEX, "wiv_search_cases", next.clone()).await;
    assert_eq!(error["kind"], "invalid_arguments");
    let error = server.error(ACME, "wiv_list_cases", next.clone()).await;
    assert_eq!(error["kind"], "invalid_arguments");
    let other = json!({ "cursor": cursor, "filters": { "provider": ["AWS"] } });
    let error = server.error(ACME, "wiv_search_cases", other).await;
    assert_eq!(error["kind"], "invalid_arguments");
    assert!(error["message"].as_str().unwrap().contains("cursor"));
    let second = server.data(ACME, "wiv_search_cases", next).await;
    assert_ne!(second["data"], page["data"]);
    // The read-only key is another key of the same organization; it is another caller still.
    let error = server.error(READ_ONLY, "wiv_search_cases", json!({ "cursor": cursor })).await;
    assert_eq!(error["kind"], "invalid_arguments");
}
