//! Names, keys and settings that try to be something else.

use serde_json::{Value, json};
use wiv_mcp::settings::{RunAs, Settings};

use super::{fields, key_on, page_of, post, ready_to_make, sign_in};
use crate::{
    harness::*,
    oauth::{
        ANA, OMAR,
        browser::{Browser, Client},
    },
};

const MARKUP: &str = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>";

/// A page's text as a browser reads it.
fn unescaped(text: &str) -> String {
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

async fn rename(server: &Server, name: &str, new: &str) {
    server.identity("organization", &json!({ "org": name, "name": new })).await;
}

#[tokio::test]
async fn an_organization_has_its_name_on_every_page_and_nothing_more() {
    let long = "Long ".repeat(60);
    for (name, shown) in [
        (MARKUP, MARKUP),
        ("\u{202e}gnp.exe\u{202c}", "gnp.exe"),
        ("\u{2066}Initech\u{2069}\u{200f}", "Initech"),
        ("שירותי ענן בע״מ", "שירותי ענן בע״מ"),
        ("{{ name }} ${name} %s \\", "{{ name }} ${name} %s \\"),
        (long.as_str(), long.trim()),
        ("\u{3164}\u{200b}", "Unnamed organization"),
    ] {
        let server = Server::start_with_sign_in(&[]).await;
        rename(&server, "Acme Corporation", name).await;
        let mut browser = Browser::new();
        let (status, account) = sign_in(&server, &mut browser, ANA).await;
        assert_eq!(status, 200, "{account}");
        let make = fields(&account, "/connect/key");
        let (status, key) = post(&mut browser, &server, "/connect/key", &make).await;
        assert_eq!(status, 200, "{key}");
        let (_, connections) = page_of(browser.open(&server.url("/connect/account")).await);
        let client = Client::register(&server).await;
        let choice = client.stopped(&mut Browser::new(), OMAR).await;
        for page in [account, key, connections, choice] {
            let whole = format!("<bdi>{shown}</bdi>");
            assert!(unescaped(&page).contains(&whole), "{name:?}: {page}");
            assert!(!page.contains("<img") && !page.contains("<script>"), "{page}");
            let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!page.contains(hidden), "{name:?}: {page}");
        }
    }
}

#[tokio::test]
async fn organizations_that_look_alike_can_be_told_apart() {
    for alike in ["ACME Corporation\u{200b}", "Acme \u{a0} Corporation", "Acme\tCorporation "] {
        let server = Server::start_with_sign_in(&[]).await;
        rename(&server, "Globex", alike).await;
        let (_, page) = sign_in(&server, &mut Browser::new(), OMAR).await;
        let names: Vec<_> = page
            .split("<bdi>")
            .map(|rest| rest.split("</bdi>").next().unwrap())
            .filter(|name| name.to_lowercase().starts_with("acme corporation ("))
            .collect();
        assert_eq!(names.len(), 2, "{alike:?}: {page}");
        assert_ne!(names[0], names[1]);
        assert!(page.contains("<bdi>Northstar Cloud Partners</bdi>"), "others keep their name");
    }
}

#[tokio::test]
async fn many_organizations_are_a_list() {
    let server = Server::start_with_sign_in(&[]).await;
    for org in ["Harbor Freight Lines", "Bluefin Retail Group", "Cedar Valley Health"] {
        let membership = json!({ "user": OMAR.0, "org": org, "role": "Member" });
        server.identity("membership", &membership).await;
    }
    let mut browser = Browser::new();
    let (_, page) = sign_in(&server, &mut browser, OMAR).await;
    assert!(page.contains("<option value=\"\">Choose one of 6</option>"), "{page}");
    assert!(page.contains("Northstar Cloud Partners · MSP-Admin</option>"), "{page}");
    let client = Client::register(&server).await;
    let page = client.stopped(&mut Browser::new(), OMAR).await;
    assert!(page.contains("Choose one of 6") && page.contains("name=\"choice\""), "{page}");
}

#[tokio::test]
async fn a_clients_name_is_text_among_the_connections() {
    let server = Server::start_with_sign_in(&[]).await;
    let client = Client::register_named(&server, MARKUP).await;
    let mut browser = Browser::new();
    client.sign_in(&mut browser, ANA, None).await;
    let (_, page) = sign_in(&server, &mut browser, ANA).await;
    assert!(unescaped(&page).contains("<bdi><img src=x"), "{page}");
    assert!(!page.contains("<img") && !page.contains("<script>"), "{page}");
    assert!(page.contains(">Sign-in</span>"), "{page}");
}

#[tokio::test]
async fn an_odd_key_is_shown_whole_and_breaks_out_of_nothing() {
    for odd in ["\"'<&>$`{x}\\;|", "</code><script>alert(1)</script>", "a&whoami", "${input:k}"] {
        let server = Server::start_with_sign_in(&[]).await;
        server.identity("settings", &json!({ "next_api_key": odd })).await;
        let (mut browser, make) = ready_to_make(&server).await;
        let (status, page) = post(&mut browser, &server, "/connect/key", &make).await;
        assert_eq!(status, 200, "{page}");
        assert!(page.contains("Your key works"), "{page}");
        assert_eq!(unescaped(&key_on(&page)), odd);
        assert!(page.contains("unusual characters"), "{page}");
        assert!(!page.contains("claude mcp add") && !page.contains("gemini mcp add"), "{page}");
        for text in page.split("data-text>").skip(2) {
            let text = unescaped(text.split("</code>").next().unwrap());
            if text.starts_with('{') {
                let settings: Value = serde_json::from_str(&text).unwrap();
                let holds = settings.to_string().contains(&json!(odd).to_string());
                assert!(holds || text.contains("${input:wiv-api-key}"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn links_of_the_settings_are_links_and_nothing_else() {
    for odd in [
        "javascript:alert(1)",
        "https://help.example/\"><script>alert(1)</script>",
        "https://help.example/' onclick='x",
        "data:text/html,x",
        "//help.example",
        "https:///help",
        "http://help.example",
        "mailto:",
    ] {
        for name in ["WIV_MCP_SUPPORT_URL", "WIV_MCP_PRIVACY_URL"] {
            let environment = [
                ("WIV_MCP_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
                (name.to_owned(), odd.to_owned()),
            ];
            let loaded = Settings::load(RunAs::Server, &Default::default(), environment);
            let told = loaded.err().map(|mistakes| mistakes.to_string()).unwrap_or_default();
            assert!(told.contains(name) && told.contains("expected an https URL"), "{odd}: {told}");
        }
    }
    let server = Server::start_with(&[
        ("WIV_MCP_SUPPORT_URL", "mailto:support@help.example?subject=MCP&body=hi"),
        ("WIV_MCP_PRIVACY_URL", "https://help.example/privacy/?a=1&b=2#mcp"),
    ])
    .await;
    let page = server.http.get(server.url("/connect")).send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains("href=\"mailto:support@help.example?subject=MCP&#38;body=hi\""),
        "{page}"
    );
    assert!(page.contains("href=\"https://help.example/privacy/?a=1&#38;b=2#mcp\""), "{page}");
}
