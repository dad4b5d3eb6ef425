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
    let message = unknown(&narrow, "wiv_update_workflow").await;
    assert!(message.contains("WIV_MCP_READ_ONLY") && !message.contains("TOOLSETS"), "{message}");
    let message = unknown(&narrow, "wiv_search_cases").await;
    assert!(!message.contains("READ_ONLY"), "{message}");
    let both = "WIV_MCP_TOOLSETS and WIV_MCP_READ_ONLY";
    assert!(unknown(&narrow, "wiv_start_execution").await.contains(both));
    // The command says the same of the same settings.
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
        .args(["tools", "wiv_start_execution"])
        .env_clear()
        .envs([("WIV_MCP_TOOLSETS", "workflows"), ("WIV_MCP_READ_ONLY", "true")])
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains(both) && output.status.code() == Some(2), "{told}");
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

#[tokio::test]
async fn an_msp_tool_says_that_it_needs_an_msps_key_and_not_a_higher_role() {
    let server = Server::start().await;
    let customer = json!({ "customer_id": "tenant_x" });
    for (tool, arguments) in [
        ("wiv_list_msp_customers", json!({})),
        ("wiv_search_msp_cases", json!({})),
        ("wiv_get_msp_cases_summary", json!({})),
        ("wiv_list_workflows", customer),
    ] {
        let error = server.error(GLOBEX, tool, arguments).await;
        let message = error["message"].as_str().unwrap();
        assert_eq!(error["kind"], "forbidden", "{tool}: {message}");
        assert!(message.contains("key of an MSP"), "{tool}: {message}");
        assert!(!message.contains("higher role"), "{tool}: {message}");
    }
    // A role that is too low is still told as that.
    let workflows = server.data(READ_ONLY, "wiv_list_workflows", json!({ "limit": 1 })).await;
    let workflow = &workflows["data"][0]["workflow_id"];
    let start = json!({ "workflow_id": workflow });
    let error = server.error(READ_ONLY, "wiv_start_execution", start).await;
    assert!(error["message"].as_str().unwrap().contains("role"), "{error}");
}

#[tokio::test]
async fn only_a_404_that_is_not_wivs_own_doubts_the_path() {
    let server = Server::start().await;
    let answer = async |body: &str, tool: &str, arguments: Value| {
        let fault = json!({ "match": {}, "fault": "answer", "times": 1,
            "answer": { "status": 404, "body": body } });
        server.fault(fault).await;
        let error = server.error(ACME, tool, arguments).await;
        assert_eq!(error["kind"], "not_found");
        error["message"].as_str().unwrap().to_owned()
    };
    let space = json!({ "space_id": "space_x" });
    let wivs = answer(r#"{"error":"Space not found"}"#, "wiv_get_space", space.clone()).await;
    assert!(wivs.contains("no such object") && !wivs.contains("path"), "{wivs}");
    for others in
        ["<html>404</html>", r#"{"message":"Not Found"}"#, "", "null", "404 page not found"]
    {
        let message = answer(others, "wiv_get_space", space.clone()).await;
        assert!(message.contains("path for it is wrong"), "{others}: {message}");
    }
    // A documented path is not doubted.
    let start = json!({ "workflow_id": "w" });
    let documented = answer("", "wiv_start_execution", start).await;
    assert!(!documented.contains("path"), "{documented}");
}

#[tokio::test]
async fn one_row_is_one_row_and_empty_rows_print_no_stray_bars() {
    let server = Server::start().await;
    let text = async |body: Value, arguments: Value| {
        let fault = json!({ "match": { "path": "/spaces" }, "fault": "answer", "times": 1,
            "answer": { "body": body.to_string() } });
        server.fault(fault).await;
        let answer = server.call(ACME, "wiv_list_spaces", arguments).await;
        assert_eq!(answer["isError"], false, "{answer}");
        answer["content"][0]["text"].as_str().unwrap().to_owned()
    };
    for rows in [json!([{ "a": 1 }]), json!([{ "a": 1 }, { "a": 2 }])] {
        let all = text(json!({ "data": rows }), json!({})).await;
        let page = text(json!({ "data": rows }), json!({ "limit": 1 })).await;
        for said in [all, page] {
            assert!(!said.contains("1 rows") && !said.contains("1 to 1"), "{said}");
        }
    }
    for empty in [json!([{}]), json!([{}, {}, {}])] {
        let said = text(json!({ "data": empty }), json!({})).await;
        assert!(!said.contains('|'), "{said}");
    }
    let nested = text(json!({ "data": [{ "a": 1 }, {}] }), json!({})).await;
    assert!(nested.contains("| a |"), "{nested}");
}

#[tokio::test]
async fn problems_of_a_call_end_once_and_what_is_expected_is_told_once() {
    let server = Server::start().await;
    let told = async |tool: &str, arguments: Value| {
        let error = server.error(ACME, tool, arguments).await;
        assert_eq!(error["kind"], "invalid_arguments", "{error}");
        error["message"].as_str().unwrap().to_owned()
    };
    for arguments in [
        json!({ "space_id": "s", "spaceid": "s" }),
        json!({ "spaceid": "s", "limits": 3, "limit": 5_000 }),
        json!({ "limit": "x" }),
    ] {
        let message = told("wiv_list_workflows", arguments).await;
        for end in ["?.", "?;", "..", ";.", ". ."] {
            assert!(!message.contains(end), "{message}");
        }
        assert!(message.ends_with(['.', '?']), "{message}");
    }
    let message = told("wiv_get_connection", json!({ "a": 1, "b": 2, "c": 3 })).await;
    assert_eq!(message.matches("nothing is expected here").count(), 1, "{message}");
    for name in ["`a`: unknown", "`b`: unknown", "`c`: unknown"] {
        assert!(message.contains(name), "{message}");
    }
}
