//! Ids that are no ids go nowhere.

use serde_json::{Value, json};

use crate::harness::*;

#[tokio::test]
async fn ids_with_steps_slashes_or_hidden_characters_are_refused_before_anything_is_sent() {
    let server = Server::start().await;
    let tools: [(&str, &[&str], Value); 5] = [
        ("wiv_get_workflow", &["workflow_id"], json!({})),
        ("wiv_update_workflow", &["workflow_id"], json!({ "changes": { "name": "x" } })),
        ("wiv_stop_execution", &["workflow_id", "execution_id"], json!({})),
        ("wiv_get_space_resources", &["space_id"], json!({})),
        ("wiv_get_cases_filter_values", &["filter_name"], json!({})),
    ];
    let bad = [
        ".",
        "..",
        "/",
        "../spaces",
        "a/../b",
        "a\\b",
        "..\\..",
        "%2e%2e",
        "a%2Fb",
        "%5c",
        "a%00",
        "a\u{202e}b",
        "a\u{200b}",
        "\u{e0041}",
        "a\u{2028}b",
        "a\u{7f}",
        "a\nb",
    ];
    for (tool, names, more) in &tools {
        for name in *names {
            for id in bad {
                let mut arguments = more.clone();
                names.iter().for_each(|name| arguments[*name] = json!("fine"));
                arguments[*name] = json!(id);
                let error = server.error(ACME, tool, arguments).await;
                assert_eq!(error["kind"], "invalid_arguments", "{tool} {id:?}: {error}");
                let message = error["message"].as_str().unwrap();
                assert!(message.contains(&format!("`{name}`: expected an id")), "{message}");
            }
        }
    }
    assert!(server.upstream_calls().await.is_empty());
}
