//! `/oauth/authorize`: check the request, ask the person, send them to sign in, give the code.
//!
//! Consent comes on every flow, before PropelAuth: its one client there stands for all of ours.
//! Nothing is redirected to before client and redirect URI are verified.

use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{OAuth, OAuthError, code::Code, consent, parameters::Parameters, redirects};
use crate::{
    caller::{Address, Scopes},
    pages::{Message, PageLink, see_other, with_wait},
    signin::{Flow, FlowError, Next, Return, Step, sha256},
    telemetry::Refused,
};

/// Longest `state` that is carried for a client, in bytes: it travels in a cookie.
const MAX_STATE_BYTES: usize = 1024;

/// Most that the cookie of a sign-in may carry of a request, in bytes.
const MAX_REQUEST_BYTES: usize = 2048;

/// A client's request, verified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct AuthorizeRequest {
    /// Hash of the client id: ids are too long for a cookie.
    pub(super) client: String,
    pub(super) name: String,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) challenge: String,
    pub(super) resource: String,
    pub(super) write: bool,
}

/// What stops a request: a page for the person, or a redirect for the client.
pub(super) enum Stop {
    /// Client or redirect URI is not verified: nobody to redirect to.
    Page(OAuthError),
    /// The client is told.
    Redirect(Box<AuthorizeRequest>, OAuthError),
}

impl OAuth {
    /// `GET /oauth/authorize`.
    pub(crate) async fn authorize(&self, query: &str, request_id: &str) -> Response {
        match self.check(query).await {
            Ok((request, site)) => consent::page(self, &request, site.as_deref()),
            Err(Stop::Page(error)) => self.refused(&error, request_id),
            Err(Stop::Redirect(request, error)) if self.trusts(&request) => {
                self.tell(&request, error.code)
            }
            Err(Stop::Redirect(request, error)) => self.told_by_link(&request, &error, request_id),
        }
    }

    /// Checks a request, client and redirect URI first.
    async fn check(&self, query: &str) -> Result<(AuthorizeRequest, Option<String>), Stop> {
        let bad = |description| Stop::Page(OAuthError::new("invalid_request", description));
        let parameters = Parameters::parse(query).map_err(Stop::Page)?;
        let need = |name: &str| parameters.get(name);
        let id = need("client_id").ok_or(bad("the request names no client"))?;
        let redirect_uri = need("redirect_uri").ok_or(bad("the request names no redirect URI"))?;
        let client = self.client(id).await.map_err(Stop::Page)?;
        if !client.may_return_to(redirect_uri) {
            return Err(bad("the redirect URI is not one of this client's"));
        }
        let state = need("state");
        if state.is_some_and(|state| state.len() > MAX_STATE_BYTES) {
            return Err(bad("the state is longer than 1024 bytes"));
        }
        let request = AuthorizeRequest {
            client: sha256(id),
            name: client.name,
            redirect_uri: redirect_uri.to_owned(),
            state: state.map(str::to_owned),
            challenge: need("code_challenge").unwrap_or_default().to_owned(),
            resource: String::new(),
            write: !self.settings.reads_only
                && need("scope").is_none_or(|scope| Scopes::parse(scope).write),
        };
        let stop = |code, description| {
            Stop::Redirect(Box::new(request.clone()), OAuthError::new(code, description))
        };
        if need("response_type") != Some("code") {
            return Err(stop("unsupported_response_type", "only `code` is supported"));
        }
        let is_challenge = request.challenge.len() == 43
            && request
                .challenge
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if need("code_challenge_method") != Some("S256") || !is_challenge {
            return Err(stop("invalid_request", "PKCE with S256 is required"));
        }
        if need("scope").is_some_and(|scope| !scope.split(' ').all(is_known_scope)) {
            return Err(stop("invalid_scope", "unknown scope"));
        }
        let Some(resource) = self.tokens.resource(need("resource")) else {
            return Err(stop("invalid_target", "the resource is not of this server"));
        };
        let request = AuthorizeRequest { resource: resource.to_owned(), ..request };
        if json!(request).to_string().len() > MAX_REQUEST_BYTES {
            return Err(bad("the request is too long"));
        }
        Ok((request, client.site))
    }

    /// `POST /oauth/authorize`: the person decided.
    pub(crate) async fn decide(
        &self,
        headers: &HeaderMap,
        body: Body,
        request_id: &str,
    ) -> Response {
        let (request, allowed) = match consent::decision(self, headers, body).await {
            Ok(decision) => decision,
            Err(error) => return self.refused(&error, request_id),
        };
        if !allowed {
            return self.tell(&request, "access_denied");
        }
        let (location, cookie) = self.sign_in.begin(Next::Authorize(json!(request)));
        let mut response = see_other(&location);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        let cleared = self.sign_in.cookies().clear(Step::Form);
        response.headers_mut().append(header::SET_COOKIE, cleared);
        response
    }

    /// The browser came back from PropelAuth.
    pub(crate) async fn came_back(
        &self,
        headers: &HeaderMap,
        query: &str,
        address: Option<Address>,
    ) -> Result<Flow, FlowError> {
        let parameters = Parameters::parse(query).map_err(|_| FlowError::NotThisBrowser)?;
        let came = Return {
            state: parameters.get("state"),
            code: parameters.get("code"),
            error: parameters.get("error"),
        };
        self.sign_in.finish(headers, came, address).await
    }

    /// The person chose an organization.
    pub(crate) async fn organization_chosen(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Flow, FlowError> {
        let chosen = consent::chosen(self, headers, body).await;
        let (sealed, organization) = chosen?;
        self.sign_in.choose(headers, &sealed, &organization).await
    }

    /// The person is signed in: ask which organization, or give the code.
    pub(crate) fn signed_in(&self, flow: &Flow, request: &Value, request_id: &str) -> Response {
        let Ok(request) = serde_json::from_value::<AuthorizeRequest>(request.clone()) else {
            return self.refused(&OAuthError::new("invalid_request", "begin again"), request_id);
        };
        match flow.organizations.as_slice() {
            [only] => {
                let code = self.seal_code(&Code::new(&request, &flow.user_id, &only.org_id));
                let mut response = self.answer(&request, &[("code", &code)]);
                let cleared = self.sign_in.cookies().clear(Step::Form);
                response.headers_mut().append(header::SET_COOKIE, cleared);
                response
            }
            _ => consent::organizations(self, flow, &request),
        }
    }

    /// A flow failed: the client is told when it is known, the person always.
    pub(crate) fn flow_failed(
        &self,
        next: Option<Next>,
        error: &FlowError,
        request_id: &str,
    ) -> Response {
        if let (Some(Next::Authorize(request)), FlowError::Cancelled) = (next, error)
            && let Ok(request) = serde_json::from_value(request)
        {
            return self.tell(&request, "access_denied");
        }
        let page = self.not_connected(error.status(), &error.sentence(), request_id);
        Refused::new(error.reason()).on(with_wait(page, error.wait_seconds()))
    }

    fn not_connected(&self, status: StatusCode, text: &str, request_id: &str) -> Response {
        let (title, footer) = ("Not connected", &self.settings.footer);
        let link = Some(PageLink { label: "Back to the connect page", path: "/connect" });
        Message { title, text, request_id, link, footer }.response(status)
    }

    /// A page for a request that has nobody to be redirected to.
    fn refused(&self, error: &OAuthError, request_id: &str) -> Response {
        let text = match error.wait_seconds {
            Some(seconds) => format!(
                "The app’s details can’t be looked up just now. Reload this page in {seconds} seconds."
            ),
            None => format!(
                "The app’s request can’t be accepted. Remove WIV in the app, add it again and \
                 connect. (For its makers: {}.)",
                error.description
            ),
        };
        // A page is no answer to a client, whose statuses these are: a wait is told as such.
        let status = error.wait_seconds.map_or(StatusCode::BAD_REQUEST, |_| error.status);
        let page = self.not_connected(status, &text, request_id);
        error.refused().on(with_wait(page, error.wait_seconds))
    }

    fn trusts(&self, request: &AuthorizeRequest) -> bool {
        self.settings.redirects.trusts(&request.redirect_uri)
    }

    /// A page for a request whose redirect URI nobody vouches for: a stranger's link would
    /// otherwise lead from our name to the stranger's site without a click.
    fn told_by_link(
        &self,
        request: &AuthorizeRequest,
        error: &OAuthError,
        request_id: &str,
    ) -> Response {
        let place = redirects::destination(&request.redirect_uri);
        let text = format!(
            "The app “{}” sent a request that can’t be accepted. You can go back to it at {place}, \
             which WIV does not know. (For its makers: {}.)",
            request.name, error.description
        );
        let location = self.location(request, &[("error", error.code)]);
        let (title, footer) = ("Not connected", &self.settings.footer);
        let link = Some(PageLink { label: "Go back to the app", path: &location });
        let page = Message { title, text: &text, request_id, link, footer };
        page.response(StatusCode::BAD_REQUEST)
    }

    /// Sends an error to the client (RFC 6749, 4.1.2.1; RFC 9207).
    fn tell(&self, request: &AuthorizeRequest, code: &str) -> Response {
        self.answer(request, &[("error", code)])
    }

    fn answer(&self, request: &AuthorizeRequest, parameters: &[(&str, &str)]) -> Response {
        see_other(&self.location(request, parameters))
    }

    fn location(&self, request: &AuthorizeRequest, parameters: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        if let Some(state) = &request.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &self.settings.issuer);
        let separator = if request.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{separator}{}", request.redirect_uri, query.finish())
    }
}

/// Scopes that may be asked for. `offline_access` changes nothing: every grant can be renewed.
fn is_known_scope(scope: &str) -> bool {
    matches!(scope, Scopes::READ | Scopes::WRITE | "offline_access" | "")
}
