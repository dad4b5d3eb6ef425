//! `/oauth/authorize`: check the request, ask the person, send them to sign in, give the code.
//!
//! Consent comes on every flow, before PropelAuth: its one client there stands for all of ours.
//! Nothing is redirected to before client and redirect URI are verified.

use std::time::Duration;

use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};

use super::{
    OAuth,
    code::{self, AuthorizationCode},
    consent,
    error::OAuthError,
    parameters::OAuthParameters,
    redirects,
    request::{AuthorizeRequest, MAX_STATE_BYTES},
};
use crate::{
    caller::Scopes,
    pages::{MessagePage, PageLink, see_other, with_wait},
    propelauth::Membership,
    seal::Purpose,
    signin::{Choices, Chooser, Continuation, FlowError, FlowStep, InOrganization, Person, sha256},
    telemetry::TraceId,
};

/// What stops a request: a page for the person, or a redirect for the client.
pub(super) enum Stop {
    /// Client or redirect URI is not verified: nobody to redirect to.
    Page(OAuthError),
    /// The client is told.
    Redirect(Box<AuthorizeRequest>, OAuthError),
}

impl OAuth {
    /// `GET /oauth/authorize`.
    pub(super) async fn authorize(&self, query: &str, trace: TraceId) -> Response {
        match self.check(query).await {
            Ok((request, site)) => consent::page(self, request, site.as_deref()),
            Err(Stop::Page(error)) => self.refused(&error, trace),
            Err(Stop::Redirect(request, error)) if self.trusts(&request) => {
                self.tell(&request, error.code)
            }
            Err(Stop::Redirect(request, error)) => self.told_by_link(&request, &error, trace),
        }
    }

    /// Checks a request, client and redirect URI first.
    async fn check(&self, query: &str) -> Result<(AuthorizeRequest, Option<String>), Stop> {
        let bad = |description| Stop::Page(OAuthError::new("invalid_request", description));
        let parameters = OAuthParameters::parse(query).map_err(Stop::Page)?;
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
        if !request.is_carriable() {
            return Err(bad("the request is too long"));
        }
        Ok((request, client.site))
    }

    /// `POST /oauth/authorize`: the person decided.
    pub(super) async fn decide(&self, headers: &HeaderMap, body: Body, trace: TraceId) -> Response {
        let (request, allowed) = match consent::decision(self, headers, body).await {
            Ok(decision) => decision,
            Err(error) => return self.refused(&error, trace),
        };
        if !allowed {
            return self.tell(&request, "access_denied");
        }
        self.form_is_done(self.flow.begin(request))
    }

    /// The person may act for an organization: the client gets its code.
    fn give_code(&self, request: &AuthorizeRequest, user_id: &str, org_id: &str) -> Response {
        let code = AuthorizationCode::new(request, user_id, org_id);
        let code = self.codes.issue(&code, Duration::from_secs(code::LIFE_SECONDS));
        self.form_is_done(self.answer(request, &[("code", &code)]))
    }

    fn form_is_done(&self, mut response: Response) -> Response {
        let cleared = self.sign_in.cookies().clear(FlowStep::Form);
        response.headers_mut().append(header::SET_COOKIE, cleared);
        response
    }

    fn not_connected(&self, status: StatusCode, text: &str, trace: TraceId) -> Response {
        let (title, footer, request_id) =
            ("Not connected", self.sign_in.footer(), &trace.to_string());
        let link = Some(PageLink { label: "Back to the connect page", path: "/connect" });
        MessagePage { title, text, request_id, link, footer }.response(status)
    }

    /// A page for a request that has nobody to be redirected to.
    fn refused(&self, error: &OAuthError, trace: TraceId) -> Response {
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
        let page = self.not_connected(status, &text, trace);
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
        trace: TraceId,
    ) -> Response {
        let place = redirects::destination(&request.redirect_uri);
        let text = format!(
            "The app “{}” sent a request that can’t be accepted. You can go back to it at {place}, \
             which WIV does not know. (For its makers: {}.)",
            request.name, error.description
        );
        let (location, request_id) =
            (self.location(request, &[("error", error.code)]), trace.to_string());
        let (title, footer) = ("Not connected", self.sign_in.footer());
        let link = Some(PageLink { label: "Go back to the app", path: &location });
        let page = MessagePage { title, text: &text, request_id: &request_id, link, footer };
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
        request.location(self.settings.issuer.as_str(), parameters)
    }
}

/// A sign-in that a client began ends with a code for it.
impl Continuation for OAuth {
    type Carried = AuthorizeRequest;

    const AT_PROPELAUTH: Purpose = Purpose::ClientSignIn;

    fn signed_in(&self, person: Person, carried: AuthorizeRequest, request: TraceId) -> Response {
        match self.sign_in.allowed(&person.memberships).as_deref() {
            Ok([only]) => self.give_code(&carried, &person.user_id, &only.org_id),
            Ok(several) => self.choices.page(&person, several, carried, |carried| Chooser {
                client: &carried.name,
                returns_to: &carried.redirect_uri,
            }),
            Err(no_key) => self.failed(carried, FlowError::from(*no_key), request),
        }
    }

    /// The client is told what its person decided; the rest is between the person and us.
    fn failed(&self, carried: AuthorizeRequest, error: FlowError, request: TraceId) -> Response {
        match error {
            FlowError::Cancelled => self.tell(&carried, "access_denied"),
            error => error.page(self.sign_in.footer(), request),
        }
    }
}

impl InOrganization for OAuth {
    const AT_CHOICE: Purpose = Purpose::OrganizationChoice;

    fn choices(&self) -> &Choices<Self> {
        &self.choices
    }

    fn chosen(
        &self,
        user_id: &str,
        membership: &Membership,
        carried: AuthorizeRequest,
    ) -> Response {
        self.give_code(&carried, user_id, &membership.org_id)
    }
}

/// Scopes that may be asked for. `offline_access` changes nothing: every grant can be renewed.
fn is_known_scope(scope: &str) -> bool {
    matches!(scope, Scopes::READ | Scopes::WRITE | "offline_access" | "")
}
