//! What the list of tools costs a model, counted as it is sent.

use serde_json::{Value, json};
use tiktoken_rs::CoreBPE;

use crate::harness::*;

/// Most tokens of the whole list (o200k).
const MAX_TOKENS: usize = 9_500;

/// What `wiv-mcp tools --tokens` prints: a line a tool, its name and its tokens; then the whole.
const TABLE: &str = include_str!("../../src/commands/tool_tokens.tsv");

fn count(tokenizer: &CoreBPE, value: &Value) -> usize {
    tokenizer.encode_ordinary(&value.to_string()).len()
}

#[tokio::test]
async fn the_list_of_tools_as_it_is_sent_stays_below_its_bound() {
    let server = Server::start().await;
    let initialized = server.post("/mcp", ACME, &initialize("2025-11-25")).await;
    assert!(initialized.status().is_success());
    let mut answer = server.ask(ACME, "tools/list", json!({})).await;
    let list = answer["result"].take();
    let tokenizer = tiktoken_rs::o200k_base().unwrap();
    let mut table = String::new();
    for tool in list["tools"].as_array().unwrap() {
        table.push_str(&format!(
            "{}\t{}\n",
            tool["name"].as_str().unwrap(),
            count(&tokenizer, tool)
        ));
    }
    let all = count(&tokenizer, &list);
    table.push_str(&format!("in all\t{all}\n"));
    println!("{table}");
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write("src/commands/tool_tokens.tsv", &table).unwrap();
    }
    assert_eq!(TABLE, table, "renew it: INSTA_UPDATE=always cargo test --test it tokens");
    assert!(all < MAX_TOKENS, "{all} tokens");
}
