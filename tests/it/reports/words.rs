//! Words that would mislead a model: of tools that are off, of absent parts.

use serde_json::{Value, json};

use crate::harness::*;

async fn unknown(server: &Server, tool: &str) -> String {
    let answer = server.ask(ACME, "tools/call", json!({ "name": tool })).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    answer["error"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_tool_that_is_switched_off_says_so_and_by_which_setting() {
    let reading = Server::start_with(&[("WIV_MCP_READ_ONLY", "true")]).await;
    for tool in ["wiv_start_execution", "wiv_update_workflow", "wiv_generate_workflow"] {
        let message = unknown(&reading, tool).await;
        assert!(
            message.contains("switched off") && message.contains("WIV_MCP_READ_ONLY"),
            "{message}"
        );
    }
    let narrow = [("WIV_MCP_TOOLSETS", "workflows"), ("WIV_MCP_READ_ONLY", "true")];
    let narrow = Server::start_with(&narrow).await;
    assert!(unknown(&narrow, "wiv_search_cases").await.contains("WIV_MCP_TOOLSETS"));
    // Of both, the one that would still stand in its way.
    assert!(unknown(&narrow, "wiv_start_execution").await.contains("WIV_MCP_TOOLSETS"));
    assert!(unknown(&narrow, "wiv_update_workflow").await.contains("WIV_MCP_READ_ONLY"));
    // What there never was is not switched off, and nothing that is off is proposed.
    let message = unknown(&narrow, "wiv_serch_cases").await;
    assert!(
        !message.contains("switched off") && !message.contains("wiv_search_cases"),
        "{message}"
    );
}

/// The texts that a client of a revision reads before its first call.
async fn texts(server: &Server, revision: &str) -> (String, Vec<(String, String)>) {
    let begun = parse(server.post("/mcp", ACME, initialize(revision)).await).await;
    let headers = [("mcp-protocol-version", revision)];
    let list = request(2, "tools/list", json!({}));
    let list = parse(server.post_with("/mcp", ACME, list, &headers).await).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let tools = list["result"]["tools"].as_array().unwrap();
    let tools = tools.iter().map(|tool| {
        let arguments = tool["inputSchema"].to_string();
        (text(&tool["name"]), text(&tool["description"]) + &arguments)
    });
    (text(&begun["result"]["instructions"]), tools.collect())
}

#[tokio::test]
async fn descriptions_speak_of_what_each_revision_has() {
    let server = Server::start().await;
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let (instructions, tools) = texts(&server, revision).await;
        let all = tools.into_iter().chain([("instructions".to_owned(), instructions)]);
        for (name, text) in all {
            for part in ["structuredContent", "page.next", "`page", "`data`", "`notes`"] {
                assert!(!text.contains(part), "{revision} {name} speaks of {part}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn instructions_name_no_tool_that_is_not_offered() {
    for settings in [
        vec![],
        vec![("WIV_MCP_READ_ONLY", "true")],
        vec![("WIV_MCP_TOOLSETS", "workflows")],
        vec![("WIV_MCP_TOOLSETS", "cases"), ("WIV_MCP_READ_ONLY", "true")],
    ] {
        let server = Server::start_with(&settings).await;
        let (instructions, tools) = texts(&server, "2025-11-25").await;
        let is_name = |character: char| character.is_ascii_lowercase() || character == '_';
        let named = instructions.split(|character| !is_name(character));
        for name in named.filter(|word| word.starts_with("wiv_")) {
            assert!(tools.iter().any(|(tool, _)| tool == name), "{settings:?}: {name}");
        }
        let warns = instructions.contains("change real things");
        assert_eq!(warns, !settings.contains(&("WIV_MCP_READ_ONLY", "true")), "{instructions}");
    }
}
