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
    error::{NOT_OUR_RESOURCE, OAuthError},
    parameters::OAuthParameters,
    redirects, refused_uris,
    request::AuthorizeRequest,
    scopes,
};
use crate::{
    auth::ProtectedResource,
    pages::{MessagePage, PageLink, see_other, with_wait},
    propelauth::Membership,
    seal::Purpose,
    signin::{Choices, Continuation, FlowError, FlowStep, InOrganization, Person, sha256},
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
                self.tell(&request, &error)
            }
            Err(Stop::Redirect(request, error)) => self.told_by_link(&request, &error, trace),
        }
    }

    /// Checks a request, client and redirect URI first.
    async fn check(&self, query: &str) -> Result<(AuthorizeRequest, Option<String>), Stop> {
        let parameters = OAuthParameters::parse(query).map_err(Stop::Page)?;
        let id = parameters.need("client_id").map_err(Stop::Page)?;
        let redirect_uri = parameters.need("redirect_uri").map_err(Stop::Page)?;
        let client = self.client(id).await.map_err(Stop::Page)?;
        if !client.may_return_to(redirect_uri) {
            return Err(Stop::Page(self.not_registered(redirect_uri, &client.name)));
        }
        let request = AuthorizeRequest {
            client: sha256(id),
            name: client.name,
            redirect_uri: redirect_uri.to_owned(),
            state: parameters.get("state").map(str::to_owned),
            challenge: String::new(),
            resource: String::new(),
            write: false,
        };
        match self.complete(request.clone(), &parameters) {
            Ok(request) => Ok((request, client.site)),
            Err(error) => Err(Stop::Redirect(Box::new(request), error)),
        }
    }

    /// Checks what a client asks for, once it is known who asks.
    fn complete(
        &self,
        request: AuthorizeRequest,
        parameters: &OAuthParameters,
    ) -> Result<AuthorizeRequest, OAuthError> {
        let unsupported = |words| OAuthError::new("unsupported_response_type", words);
        match parameters.get("response_type") {
            Some("code") => {}
            Some(_) => return Err(unsupported("response_type must be code")),
            None => return Err(unsupported("response_type is missing; it must be code")),
        }
        let challenge = parameters.need("code_challenge")?;
        if parameters.need("code_challenge_method")? != "S256" || !is_challenge(challenge) {
            return Err(OAuthError::new("invalid_request", "PKCE with S256 is required"));
        }
        let scopes = scopes::grantable(parameters.get("scope"))?;
        let resource = self.tokens.resource(parameters.resources(), ProtectedResource::MCP);
        let resource = resource.ok_or(NOT_OUR_RESOURCE)?;
        let reads_only = self.settings.reads_only || resource.view.bounds().is_read_only();
        let request = AuthorizeRequest {
            challenge: challenge.to_owned(),
            resource: self.tokens.address(resource),
            write: scopes.write && !reads_only,
            ..request
        };
        if request.is_carriable() {
            return Ok(request);
        }
        let words = "the state is too long to be carried; it may have 4096 bytes";
        Err(OAuthError::new("invalid_request", words))
    }

    /// Names the URI, to whoever looks at it: the client's maker, and the operator where a setting
    /// of theirs is in the way.
    fn not_registered(&self, uri: &str, client: &str) -> OAuthError {
        if !self.settings.redirects.allows(uri) {
            refused_uris::tell(uri, client);
        }
        OAuthError::new("invalid_request", "this redirect_uri is not one of the client's")
            .about(uri)
    }

    /// `POST /oauth/authorize`: the person decided.
    pub(super) async fn decide(&self, headers: &HeaderMap, body: Body, trace: TraceId) -> Response {
        let (request, allowed) = match consent::decision(self, headers, body).await {
            Ok(decision) => decision,
            Err(error) => return self.refused(&error, trace),
        };
        if !allowed {
            return self.tell(&request, &DENIED);
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
                error.told()
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
            request.name,
            error.told()
        );
        let (location, request_id) = (self.told_at(request, error), trace.to_string());
        let (title, footer) = ("Not connected", self.sign_in.footer());
        let link = Some(PageLink { label: "Go back to the app", path: &location });
        let page = MessagePage { title, text: &text, request_id: &request_id, link, footer };
        page.response(StatusCode::BAD_REQUEST)
    }

    /// Sends an error to the client.
    fn tell(&self, request: &AuthorizeRequest, error: &OAuthError) -> Response {
        see_other(&self.told_at(request, error))
    }

    /// Where a client reads its error (RFC 6749, 4.1.2.1; RFC 9207).
    fn told_at(&self, request: &AuthorizeRequest, error: &OAuthError) -> String {
        let told = [("error", error.code), ("error_description", &error.told())];
        self.location(request, &told)
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
            Ok(several) => self.choices.page(&person, several, carried, |carried| &carried.name),
            Err(no_key) => self.failed(carried, FlowError::from(*no_key), request),
        }
    }

    /// The client is told what its person decided; the rest is between the person and us.
    fn failed(&self, carried: AuthorizeRequest, error: FlowError, request: TraceId) -> Response {
        match error {
            FlowError::Cancelled => self.tell(&carried, &DENIED),
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

/// What the person decided, here or at PropelAuth.
const DENIED: OAuthError = OAuthError::new("access_denied", "the person did not allow it");

/// Whether a text can be a challenge of PKCE: a SHA-256 in base64url (RFC 7636, 4.2).
fn is_challenge(text: &str) -> bool {
    text.len() == 43
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
