//! Every sealed value is good for one thing: none opens for another's purpose.

use std::collections::BTreeMap;

use serde_json::json;
use wiv_mcp::seal::{Purpose, SealingKeys};

use crate::{
    acting,
    harness::*,
    oauth::{
        ANA, OMAR,
        browser::{Browser, Client, End, Form},
    },
};

/// A page's hidden field.
fn field(page: &str, name: &str) -> String {
    let input = page.split("<input").find(|input| input.contains(&format!("name=\"{name}\"")));
    let input = input.unwrap_or_else(|| panic!("no {name}: {page}"));
    input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn sealed(browser: &Browser) -> String {
    let values = browser.cookie_values();
    values.into_iter().find(|value| value.starts_with("v4.local.")).unwrap()
}

/// One of each that a session of either kind and a long list seal.
async fn one_of_each_use(server: &Server) -> BTreeMap<&'static str, String> {
    let stream = server.stream(ACME).await;
    let session_id = stream.endpoint.split_once("session_id=").unwrap().1.to_owned();
    let begun = server.post("/mcp", ACME, initialize("2025-11-25")).await;
    let hint = begun.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let page = server.data(ACME, "wiv_search_cases", json!({ "limit": 1 })).await;
    let cursor = page["page"]["next_cursor"].as_str().unwrap().to_owned();
    let active = server.data(ACME, "wiv_list_all_executions", json!({ "status": "active" })).await;
    let run = &active["data"][0];
    let stop = json!({ "workflow_id": run["workflow_id"], "execution_id": run["execution_id"] });
    let preview = server.data(ACME, "wiv_stop_execution", stop).await;
    let confirmation = preview["confirmation"]["token"].as_str().unwrap().to_owned();
    BTreeMap::from([
        ("stream", session_id),
        ("hint", hint),
        ("cursor", cursor),
        ("confirmation", confirmation),
        ("task", acting::task::task_id(server).await),
    ])
}

/// One of each that a whole sign-in and a key from the page seal.
async fn one_of_each_sign_in(server: &Server) -> BTreeMap<&'static str, String> {
    let mut found = BTreeMap::new();
    let client = Client::register(server).await;
    found.insert("client id", client.id.clone());
    let mut browser = Browser::new();
    let End::Page(_, url, page) = browser.open(&client.authorize_url(&[])).await else {
        panic!("no consent was asked for")
    };
    found.insert("consent", field(&page, "request"));
    let mut form = Form::read(&url, &page);
    form.fields.push(("decision".into(), "allow".into()));
    let End::Page(_, url, page) = browser.submit(&form.action, &form.fields).await else {
        panic!("nobody signed in")
    };
    found.insert("sign-in of a client", sealed(&browser));
    let mut form = Form::read(&url, &page);
    form.fields.push(("email".into(), OMAR.0.into()));
    form.fields.push(("password".into(), OMAR.1.into()));
    let End::Page(_, _, page) = browser.submit(&form.action, &form.fields).await else {
        panic!("no organization was asked for")
    };
    found.insert("organization", field(&page, "choice"));

    let mut browser = Browser::new();
    let back = client.authorize(&mut browser, ANA, None).await;
    found.insert("code", back["code"].clone());
    let tokens = parse(client.redeem(&back["code"], &[]).await).await;
    for name in ["access_token", "refresh_token"] {
        found.insert(name, tokens[name].as_str().unwrap().to_owned());
    }

    let mut browser = Browser::new();
    let origin = server.app.origin().as_str();
    browser.submit(&format!("{origin}/connect/sign-in"), &[]).await;
    found.insert("sign-in of the page", sealed(&browser));
    let mut browser = Browser::new();
    let (_, page) = browser.sign_in_at_connect(origin, ANA, &[]).await;
    found.insert("account", sealed(&browser));
    found.insert("offer", field(&page, "offer"));
    found
}

#[tokio::test]
async fn every_sealed_value_opens_for_one_purpose_and_no_two_share_it() {
    let server = Server::start_with_sign_in(&[]).await;
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    // Ids of clients have a key of their own, for every purpose it could be taken for.
    let (_, key) = (server.sandbox.oauth_environment().into_iter())
        .find(|(name, _)| name == "WIV_MCP_CLIENT_ID_KEY")
        .unwrap();
    let client_id_keys = SealingKeys::parse(&key).unwrap();
    let origin = server.app.origin().as_str();
    let client_id_sealer = |purpose| client_id_keys.sealer(purpose, origin);
    let found = one_of_each_use(&server).await.into_iter();
    for (what, sealed) in found.chain(one_of_each_sign_in(&server).await) {
        let opens = |purpose: &&Purpose| {
            let own_keys = [server.sealer(**purpose), client_id_sealer(**purpose)];
            own_keys.iter().any(|sealer| sealer.open(&sealed).is_ok())
        };
        // It opens with what it is about alone, which `it::answers::cursors` tries.
        if what == "cursor" {
            assert_eq!(Purpose::ALL.iter().filter(opens).count(), 0);
            owners.insert(format!("{:?}", Purpose::Cursor), what);
            continue;
        }
        let purposes: Vec<_> = Purpose::ALL.iter().filter(opens).collect();
        assert_eq!(purposes.len(), 1, "{what}: {purposes:?}");
        let other = owners.insert(format!("{:?}", purposes[0]), what);
        assert_eq!(other, None, "{what} opens for the same purpose, {:?}", purposes[0]);
    }
    // No tool asks for input yet; what it would carry is tried beside the states themselves.
    let tried: Vec<_> =
        owners.into_keys().chain([format!("{:?}", Purpose::RequestState)]).collect();
    let missing = Purpose::ALL.iter().filter(|purpose| !tried.contains(&format!("{purpose:?}")));
    assert_eq!(missing.collect::<Vec<_>>(), [&Purpose::Session; 0]);
}
