//! Routes of the connect page, of its files, and of what directories ask for.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::{get, post},
};

use crate::{connect::Connect, pages, telemetry::TraceId};

/// Every route of the connect page.
pub(super) fn routes(connect: Arc<Connect>, openai_challenge: Option<String>) -> Router {
    let mut router = Router::new()
        .route("/", get(page))
        .route("/connect", get(page))
        .route("/connect/", get(page))
        .route("/connect/sign-in", post(begin))
        .route("/connect/account", get(account))
        .route("/connect/key", post(make_key))
        .route("/connect/revoke", post(revoke))
        .route("/connect/sign-out", post(sign_out))
        .with_state(connect);
    for asset in pages::assets() {
        router = router.route(asset.path, get(async || asset.response()));
    }
    match openai_challenge {
        // Proves to OpenAI that the domain is ours; text alone, without a line feed.
        Some(text) => {
            router.route("/.well-known/openai-apps-challenge", get(async move || text.clone()))
        }
        None => router,
    }
}

async fn page(State(connect): State<Arc<Connect>>) -> Response {
    connect.page()
}

async fn begin(State(connect): State<Arc<Connect>>, request: Request) -> Response {
    connect.begin(request.headers(), &TraceId::of(request.extensions()).to_string())
}

async fn account(State(connect): State<Arc<Connect>>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    connect.account(request.headers(), request.uri().query().unwrap_or_default(), &id).await
}

async fn make_key(State(connect): State<Arc<Connect>>, request: Request) -> Response {
    let id = TraceId::of(request.extensions());
    let (parts, body) = request.into_parts();
    connect.make_key(&parts.headers, body, id).await
}

async fn revoke(State(connect): State<Arc<Connect>>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    let (parts, body) = request.into_parts();
    connect.revoke(&parts.headers, body, &id).await
}

async fn sign_out(State(connect): State<Arc<Connect>>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    let (parts, body) = request.into_parts();
    connect.sign_out(&parts.headers, body, &id).await
}
