//! The connect page as it is sent, before any script; `tests/browser` looks at it.

use wiv_mcp::connect::{ClientCard, cards};

use crate::harness::*;

async fn page(server: &Server) -> String {
    server.http.get(server.url("/connect")).send().await.unwrap().text().await.unwrap()
}

/// The part of the page that is one assistant's card.
fn card<'p>(page: &'p str, id: &str) -> &'p str {
    let start = page.find(&format!("<article class=\"card\" id=\"{id}\">")).expect(id);
    page[start..].split("</article>").next().unwrap()
}

fn named<'c>(cards: &'c [ClientCard], id: &str) -> &'c ClientCard {
    cards.iter().find(|card| card.id == id).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_assistant_has_a_link_to_its_card_and_one_obvious_button() {
    let server = Server::start_with_sign_in(&[]).await;
    let response = server.http.get(server.url("/connect")).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let page = response.text().await.unwrap();
    for known in cards(server.app.origin().as_str(), None) {
        let id = known.id;
        assert!(page.contains(&format!("<a href=\"#{id}\">{}</a>", known.name)), "{id}");
        // With the settings for who has a key already, which are folded, there may be another.
        let open = card(&page, id).split("I already have a key").next().unwrap();
        assert!(open.matches("primary\"").count() <= 1, "{open}");
    }
    assert!(!page.contains("style=") && !page.contains("onclick"), "the policy would stop it");
    assert!(page.contains("Now ask:") && page.contains("How much could we save"), "no question");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_this_machine_is_offered_to_no_cloud() {
    let server = Server::start_with_sign_in(&[]).await;
    let page = page(&server).await;
    let address = server.url("/mcp");
    for cloud in ["claude-ai", "chatgpt"] {
        let card = card(&page, cloud);
        assert!(!card.contains(&address) && card.contains("can’t reach it"), "{card}");
    }
    let desktop = card(&page, "claude-desktop");
    let remote = desktop.find("mcp-remote").expect("mcp-remote");
    assert!(remote < desktop.find("Get settings with a key").unwrap(), "{desktop}");
    assert!(!desktop.contains("Add custom connector"), "{desktop}");
    for local in ["http://localhost:8080", "http://[::1]:8080", "https://127.0.0.1:8443"] {
        let guide = named(&cards(local, None), "chatgpt").sign_in.clone().unwrap();
        assert!(guide.obstacle.is_some() && guide.address.is_none(), "{local}");
    }
    // Programs of this machine reach it.
    for near in ["cursor", "vs-code", "claude-code", "codex", "other"] {
        let guide = named(&cards("http://127.0.0.1:8080", None), near).sign_in.clone().unwrap();
        assert!(guide.obstacle.is_none(), "{near}");
    }
    for cloud in ["claude-ai", "claude-desktop", "chatgpt"] {
        let guide = named(&cards("https://mcp.wiv.ai", None), cloud).sign_in.clone().unwrap();
        assert_eq!(guide.address.as_deref(), Some("https://mcp.wiv.ai/mcp"), "{cloud}");
        assert!(guide.obstacle.is_none(), "{cloud}");
    }
}

#[test]
fn the_key_comes_first_where_a_client_asks_for_it() {
    let cards = cards("https://mcp.wiv.ai", Some("a-key"));
    let asks = |card: &&ClientCard| card.key.as_ref().is_some_and(|it| it.key_first.is_some());
    let asking: Vec<&str> = cards.iter().filter(asks).map(|card| card.id).collect();
    assert_eq!(asking, ["vs-code"]);
}
