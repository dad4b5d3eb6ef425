//! Every route on one screen.
//!
//! Handlers stand in the rooms that they belong to; what surrounds them, in `layers`.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware,
    routing::{any, get, post},
};
use http::{HeaderValue, header};
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};

use super::{
    Service, SignInService,
    cross_origin::cross_origin,
    health,
    layers::{panicked, trace, uncompressed},
    mcp, pages,
    unknown::{no_such_method, nothing_here},
};
use crate::{
    connect::routes as connect,
    oauth::{OAuth, routes as oauth},
    pages::assets,
    signin,
};

fn mcp_routes(service: Arc<Service>) -> Router {
    Router::new()
        .route("/mcp", any(mcp::mcp))
        .route("/mcp/", any(mcp::mcp))
        .route("/mcp/{*view}", any(mcp::mcp))
        .route("/sse", any(mcp::sse))
        .route("/sse/", any(mcp::sse))
        .route("/sse/{*view}", any(mcp::sse))
        .route("/messages", any(mcp::messages))
        .route("/messages/", any(mcp::messages))
        // Some clients append the advertised path to the one they connected to.
        .route("/sse/messages", any(mcp::messages))
        .route("/sse/messages/", any(mcp::messages))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(async |State(service): State<Arc<Service>>, request: Request| {
            nothing_here(&service, &request)
        })
        .with_state(service)
}

fn page_routes(service: &Arc<Service>) -> Router {
    let front = Router::new()
        .route("/", get(connect::front))
        .route("/connect", get(connect::front))
        .route("/connect/", get(connect::front))
        .with_state(Arc::clone(&service.front));
    let sign_in = match &service.sign_in {
        Some(sign_in) => sign_in_routes(service, sign_in.clone()),
        None => Router::new()
            .route("/connect/account", get(connect::no_sign_in))
            .route("/connect/sign-in", post(connect::no_sign_in).get(connect::to_front))
            .route("/connect/sign-out", post(connect::no_sign_in).get(connect::to_front))
            .route("/connect/key", post(connect::no_sign_in).get(connect::to_account))
            .route("/connect/revoke", post(connect::no_sign_in).get(connect::to_account))
            .with_state(Arc::clone(&service.front)),
    };
    // `/assets/{digest}/style.css`, `/assets/{digest}/page.js`, `/favicon.svg`, `/favicon.ico`,
    // `/logo.svg`, `/logo.png`: as `pages/assets` names them.
    let files = assets().iter().fold(Router::new(), |files, asset| {
        files.route(asset.route, get(async |uri, headers| pages::file(asset, uri, headers)))
    });
    let proof = service.openai_challenge.clone().map(|text| {
        // Proves to OpenAI that the domain is ours; text alone, without a line feed.
        Router::new().route("/.well-known/openai-apps-challenge", get(async move || text.clone()))
    });
    front.merge(sign_in).merge(files).merge(proof.unwrap_or_default())
}

/// Present only while sign-in is on; without it the paths of OAuth answer like any unknown one.
fn sign_in_routes(
    service: &Arc<Service>,
    SignInService { oauth, account, callback }: SignInService,
) -> Router {
    let account = Router::new()
        .route("/connect/account", get(connect::account))
        .route("/connect/sign-in", post(connect::sign_in).get(connect::to_front))
        .route("/connect/sign-out", post(connect::sign_out).get(connect::to_front))
        .route("/connect/key", post(connect::make_key).get(connect::to_account))
        .route("/connect/revoke", post(connect::revoke).get(connect::to_account))
        .with_state(account);
    let steps = Router::new().route("/oauth/callback", get(signin::callback)).with_state(callback);
    // `/.well-known/oauth-authorization-server`, and `/.well-known/oauth-protected-resource…` or
    // `/oauth/resource/{mcp,sse}…`: as `oauth/metadata` names them, by the settings.
    let documents = oauth.documents().into_iter().fold(Router::new(), |documents, (path, body)| {
        documents.route(path, cross_origin(get(async move || oauth::document(body))))
    });
    let documents = oauth.resource_routes().iter().fold(documents, |documents, path| {
        let (service, oauth) = (Arc::clone(service), Arc::clone(&oauth));
        let found =
            async move |request: Request| match oauth.resource_document_at(request.uri().path()) {
                Some(body) => oauth::document(body),
                None => nothing_here(&service, &request),
            };
        documents.route(path, cross_origin(get(found)))
    });
    Router::new()
        .route("/oauth/register", cross_origin(post(oauth::register)))
        .route("/oauth/token", cross_origin(post(oauth::token)))
        .route("/oauth/revoke", cross_origin(post(oauth::revoke)))
        .route("/oauth/authorize", get(oauth::authorize).post(oauth::decide))
        .route("/oauth/organization", post(signin::organization::<OAuth>).get(connect::to_front))
        .with_state(oauth)
        .merge(steps)
        .merge(account)
        .merge(documents)
}

/// The service as one router.
pub fn router(service: Arc<Service>) -> Router {
    let guard = middleware::from_fn_with_state(Arc::clone(&service), pages::guard);
    let pages = page_routes(&service).layer(guard);
    let strict_transport =
        service.origins.public.is_https().then_some(HeaderValue::from_static("max-age=31536000"));
    let no_such_method = {
        let service = Arc::clone(&service);
        async move |request: Request| no_such_method(&service, &request)
    };
    mcp_routes(service)
        .merge(pages)
        .method_not_allowed_fallback(no_such_method)
        // Only where a route is: an unknown path has nothing to say of bodies.
        .route_layer(middleware::from_fn(uncompressed))
        // Innermost: a handler's panic becomes a response that the layers above finish.
        .layer(CatchPanicLayer::custom(panicked))
        // Answers are one caller's own; no cache may keep them.
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        // Browsers then never ask this host without TLS.
        .layer(SetResponseHeaderLayer::overriding(
            header::STRICT_TRANSPORT_SECURITY,
            strict_transport,
        ))
        // Outermost: its time and status are the whole request's.
        .layer(middleware::from_fn(trace))
}
