//! Routes of the connect page, of its files, and of what directories ask for.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::{get, post},
};
use http::{HeaderMap, Uri};

use crate::{
    connect::{ACCOUNT_PATH, Connect},
    pages::{self, see_other},
    telemetry::TraceId,
};

/// Every route of the connect page.
pub(super) fn routes(connect: Arc<Connect>, openai_challenge: Option<String>) -> Router {
    let mut router = Router::new()
        .route("/", get(page))
        .route("/connect", get(page))
        .route("/connect/", get(page))
        .route("/connect/account", get(account))
        // A page that answers a form has the form's address: who opens it again from the address
        // bar gets to the page that the form was on.
        .route("/connect/sign-in", post(begin).get(async || see_other("/connect")))
        .route("/connect/sign-out", post(sign_out).get(async || see_other("/connect")))
        .route("/connect/key", post(make_key).get(to_account))
        .route("/connect/revoke", post(revoke).get(to_account))
        .with_state(connect);
    for asset in pages::assets() {
        let file = get(async |uri: Uri, headers: HeaderMap| asset.response(uri.path(), &headers));
        router = router.route(asset.route, file);
    }
    match openai_challenge {
        // Proves to OpenAI that the domain is ours; text alone, without a line feed.
        Some(text) => {
            router.route("/.well-known/openai-apps-challenge", get(async move || text.clone()))
        }
        None => router,
    }
}

async fn page(State(connect): State<Arc<Connect>>, headers: HeaderMap) -> Response {
    connect.page(&headers)
}

async fn begin(State(connect): State<Arc<Connect>>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    let (parts, body) = request.into_parts();
    connect.begin(&parts.headers, body, &id).await
}

async fn account(State(connect): State<Arc<Connect>>, request: Request) -> Response {
    let id = TraceId::of(request.extensions()).to_string();
    connect.account(request.headers(), request.uri().query().unwrap_or_default(), &id).await
}

async fn to_account() -> Response {
    see_other(ACCOUNT_PATH)
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
    connect.sign_out(request.headers(), &TraceId::of(request.extensions()).to_string())
}
