//! Resources over real sockets: guides, and csv of everything that matches.
//!
//! What a cell of csv looks like is `it::answers::csv`'s question.

use serde_json::{Value, json};

use crate::harness::{ACME, READ_ONLY, Server};

async fn read(server: &Server, key: &str, uri: &str) -> Value {
    server.ask(key, "resources/read", json!({ "uri": uri })).await
}

const OPEN: &str = "wiv://cases.csv?filters=%7B%22status%22%3A%5B%22open%22%5D%7D";

#[tokio::test]
async fn every_listed_resource_can_be_read_by_every_caller() {
    let server = Server::start().await;
    for key in [ACME, READ_ONLY] {
        let list = server.ask(key, "resources/list", json!({})).await;
        let resources = list["result"]["resources"].as_array().unwrap();
        assert_eq!(resources.len(), 2);
        for resource in resources {
            let answer = read(&server, key, resource["uri"].as_str().unwrap()).await;
            let content = &answer["result"]["contents"][0];
            assert_eq!(content["mimeType"], resource["mimeType"], "{answer}");
            assert!(content["text"].as_str().unwrap().starts_with("# "));
        }
        let templates = server.ask(key, "resources/templates/list", json!({})).await;
        let template = &templates["result"]["resourceTemplates"][0];
        assert_eq!(template["uriTemplate"], "wiv://cases.csv{?filters}");
    }
}

#[tokio::test]
async fn the_csv_has_every_case_that_matches_under_one_header() {
    let server = Server::start().await;
    let arguments = json!({ "filters": { "status": ["open"] }, "totals": "count", "limit": 1 });
    let list = server.data(ACME, "wiv_search_cases", arguments).await;
    let count = list["page"]["total"].as_u64().or(list["totals"]["count"].as_u64()).unwrap();
    assert!(count > 200, "several pages");
    let answer = read(&server, ACME, OPEN).await;
    let contents = answer["result"]["contents"].as_array().unwrap();
    assert_eq!(contents[0]["mimeType"], "text/csv", "{answer}");
    let csv = contents[0]["text"].as_str().unwrap();
    assert_eq!(csv.lines().count() as u64, count + 1, "rows and a header");
    assert_eq!(csv.lines().filter(|line| line.contains("case_id")).count(), 1);
    assert!(contents[1..].iter().all(|note| !note["text"].as_str().unwrap().contains("not whole")));
}

#[tokio::test]
async fn a_file_of_many_pages_is_counted_once() {
    let server = Server::start().await;
    let before = server.upstream_calls().await.len();
    let answer = read(&server, ACME, "wiv://cases.csv").await;
    let csv = answer["result"]["contents"][0]["text"].as_str().unwrap();
    let rows = csv.lines().count() - 1;
    let searches = server.upstream_calls().await.into_iter().skip(before);
    let searches = searches.filter(|call| call["path"] == "/v2/cases/search").count();
    assert!(rows > 1_000, "several folds' pages");
    assert_eq!(searches, rows.div_ceil(100) + rows.div_ceil(500), "{rows} rows");
}

#[tokio::test]
async fn a_failing_later_page_leaves_a_file_that_says_so() {
    let server = Server::start().await;
    server.fault(json!({ "match": { "path": "/v2/cases/search" }, "fault": "malformed", "times": 0, "skip": 1 })).await;
    let answer = read(&server, ACME, OPEN).await;
    let contents = answer["result"]["contents"].as_array().unwrap();
    let notes = contents[1]["text"].as_str().unwrap();
    assert!(notes.starts_with("This file is not whole: 100 rows"), "{notes}");
}

#[tokio::test]
async fn an_address_that_is_none_is_told() {
    let server = Server::start().await;
    for uri in ["wiv://guides/none", "wiv://cases.csvx", "wiv://guides/glossary/", ""] {
        assert_eq!(read(&server, ACME, uri).await["error"]["code"], -32002, "{uri}");
    }
    for uri in [
        "wiv://cases.csv?filters=[]",
        "wiv://cases.csv?other=1",
        "wiv://cases.csv?filters=%7B%22none%22%3A%5B%22x%22%5D%7D",
    ] {
        assert_eq!(read(&server, ACME, uri).await["error"]["code"], -32602, "{uri}");
    }
}

#[tokio::test]
async fn a_server_without_their_tools_declares_and_has_no_resources() {
    let server = Server::start_with(&[("WIV_MCP_TOOLSETS", "folders")]).await;
    let list = server.ask(ACME, "resources/list", json!({})).await;
    assert_eq!(list["result"]["resources"], json!([]));
    assert_eq!(read(&server, ACME, "wiv://cases.csv").await["error"]["code"], -32002);
}

#[tokio::test]
async fn a_filter_that_stands_twice_is_refused_and_not_half_taken() {
    let server = Server::start().await;
    let twice = "%7B%22status%22%3A%5B%22open%22%5D%2C%22status%22%3A%5B%22Verified%22%5D%7D";
    let answer = read(&server, ACME, &format!("wiv://cases.csv?filters={twice}")).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("stands twice"), "{answer}");
}
