//! Client documents: a slow or greedy host is its own trouble, and nobody else's.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::Response,
};
use serde_json::{Value, json};
use wiv_mcp::{
    app::{App, Audience},
    settings::{RunAs, Settings},
};

use crate::{
    harness::*,
    oauth::{
        ANA,
        browser::{Browser, Client, End, REDIRECT},
    },
};

/// A web site with client documents at every path, as it is told to give them.
#[derive(Clone)]
struct Site {
    origin: String,
    fetched: Arc<Mutex<Vec<String>>>,
    manner: Arc<Mutex<Manner>>,
}

#[derive(Clone, Default)]
struct Manner {
    never: bool,
    /// Laid over the document; null takes a member away.
    changes: Value,
    cache_control: Option<&'static str>,
}

impl Site {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let site = Self { origin, fetched: Arc::default(), manner: Arc::default() };
        let router = Router::new().fallback(answer).with_state(site.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        site
    }

    fn manner(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    fn fetches(&self) -> usize {
        self.fetched.lock().unwrap().len()
    }

    fn id(&self, path: &str) -> String {
        format!("{}/{path}", self.origin)
    }
}

async fn answer(State(site): State<Site>, request: Request) -> Response {
    site.fetched.lock().unwrap().push(request.uri().path().to_owned());
    let manner = site.manner.lock().unwrap().clone();
    if manner.never {
        std::future::pending::<()>().await;
    }
    let mut document = json!({
        "client_id": format!("{}{}", site.origin, request.uri().path()),
        "client_name": "Documented",
        "redirect_uris": [REDIRECT],
    });
    for (name, value) in manner.changes.as_object().into_iter().flatten() {
        document[name] = value.clone();
    }
    document.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let mut response = Response::builder().header("content-type", "application/json");
    if let Some(cache_control) = manner.cache_control {
        response = response.header("cache-control", cache_control);
    }
    response.body(Body::from(document.to_string())).unwrap()
}

/// A server that reads documents of this machine.
async fn start() -> Server {
    let mut server = Server::start_with_sign_in(&[]).await;
    let mut environment = server.sandbox.oauth_environment();
    environment.retain(|(name, _)| name != "WIV_MCP_SEALING_KEYS");
    for (name, value) in [
        ("WIV_MCP_LISTEN", "127.0.0.1:0"),
        ("WIV_API_URL", server.sandbox.wiv_api_url()),
        ("WIV_MCP_SEALING_KEYS", server.sealing_keys()),
    ] {
        environment.push((name.to_owned(), value.to_owned()));
    }
    let (settings, _) = Settings::load(RunAs::Server, &Default::default(), environment).unwrap();
    let app = App::start(&settings, Audience::ThisMachine).await.unwrap();
    std::mem::replace(&mut server.app, app).stop().await;
    server
}

/// What a person sees who comes with this client: status and page.
async fn seen(server: &Server, id: &str) -> (u16, String) {
    let client = Client::with_id(server, id);
    let End::Page(status, _, page) = Browser::new().open(&client.authorize_url(&[])).await else {
        panic!("{id} was redirected")
    };
    (status.as_u16(), page)
}

#[tokio::test]
async fn slow_documents_hold_up_nobody_else() {
    let server = start().await;
    let client = Client::register(&server).await;
    let tokens = client.sign_in(&mut Browser::new(), ANA, None).await;
    let slow = Site::start().await;
    slow.manner(Manner { never: true, ..Manner::default() });
    let ids: Vec<String> = (0..30).map(|number| slow.id(&format!("c{number}"))).collect();
    let waiting = futures_util::future::join_all(ids.iter().map(|id| seen(&server, id)));
    let others = async {
        while slow.fetches() == 0 {
            tokio::task::yield_now().await;
        }
        let begun = std::time::Instant::now();
        let good = Site::start().await;
        let (status, page) = seen(&server, &good.id("client")).await;
        assert_eq!(status, 200, "{page}");
        let refresh = tokens["refresh_token"].as_str().unwrap();
        assert_eq!(client.refresh(refresh, &[]).await.status(), 200);
        assert!(begun.elapsed() < Duration::from_secs(4), "held up by the slow ones");
        assert_eq!(slow.fetches(), 1, "one at a time from one host");
    };
    let (answers, ()) = tokio::join!(waiting, others);
    for (status, page) in answers {
        assert!(matches!(status, 400 | 429 | 503), "{status} {page}");
    }
    assert!(slow.fetches() <= 6, "{}", slow.fetches());
}

#[tokio::test]
async fn a_hundred_paths_on_one_host_are_not_a_hundred_fetches() {
    let server = start().await;
    let site = Site::start().await;
    let mut told = 0;
    for number in 0..100 {
        let (status, page) = seen(&server, &site.id(&format!("c{number}"))).await;
        if status != 200 {
            assert!(matches!(status, 429 | 503), "{status} {page}");
            told += 1;
        }
    }
    assert!(told >= 80 && site.fetches() <= 20, "{told} told, {} fetched", site.fetches());
    // Others' documents are read and remembered all the same.
    let good = Site::start().await;
    for _ in 0..3 {
        assert_eq!(seen(&server, &good.id("client")).await.0, 200);
    }
    assert_eq!(good.fetches(), 1);
}

#[tokio::test]
async fn many_who_want_one_document_cause_one_fetch() {
    let server = start().await;
    let site = Site::start().await;
    let id = site.id("client");
    let all = futures_util::future::join_all((0..20).map(|_| seen(&server, &id))).await;
    assert!(all.iter().all(|(status, _)| *status == 200), "{all:?}");
    assert_eq!(site.fetches(), 1);
}

#[tokio::test]
async fn a_code_and_a_refresh_need_no_document() {
    let server = start().await;
    let site = Site::start().await;
    let id = site.id("client");
    let client = Client::with_id(&server, &id);
    let code = client.authorize(&mut Browser::new(), ANA, None).await.remove("code").unwrap();
    assert_eq!(site.fetches(), 1);
    // At an instance that never saw the document, and would not fetch it.
    let public = server.app.origin().as_str().to_owned();
    let other = server.another_instance(&[("WIV_MCP_PUBLIC_URL", &public)]).await;
    let there = client.at(&format!("http://{}", other.address()));
    let response = there.redeem(&code, &[]).await;
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    let tokens = parse(response).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(there.refresh(refresh, &[]).await.status(), 200);
    assert_eq!(site.fetches(), 1);
    // The grant is still its client's alone.
    let stranger = Client::with_id(&server, &site.id("other")).at(&there.origin);
    assert_eq!(parse(stranger.refresh(refresh, &[]).await).await["error"], "invalid_grant");
    let nobody = Client::with_id(&server, "nonsense");
    assert_eq!(nobody.refresh(refresh, &[]).await.status(), 401);
}

#[tokio::test]
async fn a_document_is_kept_as_long_as_it_says() {
    let server = start().await;
    for (cache_control, fetches) in [
        (None, 1),
        (Some("max-age=3600"), 1),
        (Some("public, max-age=0"), 1),
        (Some("no-store"), 3),
        (Some("private, No-Cache"), 3),
        (Some("max-age=nonsense"), 1),
    ] {
        let site = Site::start().await;
        site.manner(Manner { cache_control, ..Manner::default() });
        for _ in 0..3 {
            assert_eq!(seen(&server, &site.id("client")).await.0, 200, "{cache_control:?}");
        }
        assert_eq!(site.fetches(), fetches, "{cache_control:?}");
    }
}

#[tokio::test]
async fn a_document_must_name_its_client_and_ask_for_what_is_offered() {
    let server = start().await;
    for (changes, words) in [
        (json!({ "client_name": null }), "client_name"),
        (json!({ "client_name": "" }), "client_name"),
        (json!({ "client_name": "\u{200b}" }), "client_name"),
        (json!({ "redirect_uris": [] }), "redirect_uris"),
        (json!({ "client_id": "https://other.example/c" }), "client_id"),
        (json!({ "token_endpoint_auth_method": "private_key_jwt" }), "token_endpoint_auth_method"),
        (
            json!({ "token_endpoint_auth_method": "client_secret_basic" }),
            "token_endpoint_auth_method",
        ),
        (json!({ "token_endpoint_auth_method": 7 }), "document"),
    ] {
        let site = Site::start().await;
        site.manner(Manner { changes: changes.clone(), ..Manner::default() });
        let (status, page) = seen(&server, &site.id("client")).await;
        assert_eq!(status, 400, "{changes}: {page}");
        assert!(page.contains(words), "{changes}: {page}");
        seen(&server, &site.id("client")).await;
        assert_eq!(site.fetches(), 1, "what is wrong is remembered for a minute");
    }
    let site = Site::start().await;
    let changes = json!({ "token_endpoint_auth_method": "none" });
    site.manner(Manner { changes, ..Manner::default() });
    assert_eq!(seen(&server, &site.id("client")).await.0, 200);
}
