//! The two questions to the person: may this client, and for which organization.
//!
//! A form's answer must come from the browser that was asked, and from our own page.

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::{OAuth, OAuthError, authorize::AuthorizeRequest, parameters::Parameters, redirects};
use crate::{
    clock::unix_seconds,
    pages::{self, Footer, Form, FormTargets},
    signin::{Flow, FlowError, STEP_SECONDS, ShownOrganization, Step, random_text, same, sha256},
};

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent<'a> {
    footer: &'a Footer,
    client: &'a str,
    /// Where the document is that says the name; `None` where anybody could have named it.
    site: Option<&'a str>,
    destination: &'a str,
    on_this_computer: bool,
    write: bool,
    request: &'a str,
}

#[derive(Template)]
#[template(path = "organization.html")]
struct Organizations<'a> {
    footer: &'a Footer,
    email: &'a str,
    client: &'a str,
    choice: &'a str,
    organizations: Vec<ShownOrganization>,
}

/// A request while its person reads the page.
#[derive(Serialize, Deserialize)]
struct Asked {
    request: AuthorizeRequest,
    form: String,
    expires_at: u64,
}

/// The consent page.
pub(super) fn page(oauth: &OAuth, request: &AuthorizeRequest, site: Option<&str>) -> Response {
    let on_this_computer = redirects::leads_to_this_computer(&request.redirect_uri);
    let form = random_text();
    let asked = Asked {
        request: request.clone(),
        form: sha256(&form),
        expires_at: unix_seconds() + STEP_SECONDS,
    };
    let sealed = oauth.requests.seal(&serde_json::to_vec(&asked).expect("texts become JSON"));
    let template = Consent {
        footer: &oauth.settings.footer,
        client: &request.name,
        // A document proves nothing of a program that listens on this computer.
        site: site.filter(|_| !on_this_computer),
        destination: redirects::destination(&request.redirect_uri),
        on_this_computer,
        write: request.write,
        request: &sealed,
    };
    let targets =
        FormTargets::default().and(&oauth.settings.sign_in_origin).and(&request.redirect_uri);
    let mut response = pages::page(StatusCode::OK, &template, &targets);
    let cookie = oauth.sign_in.cookies().set(Step::Form, &form);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// The person's answer: the request as they allowed it, and whether they did.
pub(super) async fn decision(
    oauth: &OAuth,
    headers: &HeaderMap,
    body: Body,
) -> Result<(AuthorizeRequest, bool), OAuthError> {
    const NOT_ASKED: OAuthError = OAuthError::new(
        "invalid_request",
        "the page is more than ten minutes old, or was opened in another browser",
    );
    check_same_origin(oauth, headers)?;
    let parameters = Parameters::read(headers, body).await?;
    let asked: Asked = parameters
        .get("request")
        .and_then(|sealed| oauth.requests.open(sealed).ok())
        .and_then(|opened| serde_json::from_slice(&opened).ok())
        .ok_or(NOT_ASKED)?;
    let form = oauth.sign_in.cookies().get(Step::Form, headers).ok_or(NOT_ASKED)?;
    if asked.expires_at <= unix_seconds() || !same(&sha256(form), &asked.form) {
        return Err(NOT_ASKED);
    }
    let write = asked.request.write && parameters.get("write").is_some();
    let allowed = parameters.get("decision") == Some("allow");
    Ok((AuthorizeRequest { write, ..asked.request }, allowed))
}

/// The organization page.
pub(super) fn organizations(oauth: &OAuth, flow: &Flow, request: &AuthorizeRequest) -> Response {
    let choice = oauth.sign_in.offer(flow);
    let template = Organizations {
        footer: &oauth.settings.footer,
        email: &flow.email,
        client: &request.name,
        choice: &choice.sealed,
        organizations: ShownOrganization::all(&flow.organizations),
    };
    let targets = FormTargets::default().and(&request.redirect_uri);
    let mut response = pages::page(StatusCode::OK, &template, &targets);
    response.headers_mut().append(header::SET_COOKIE, choice.cookie);
    response
}

/// The organization that was chosen: the form's sealed value and the choice.
pub(super) async fn chosen(
    oauth: &OAuth,
    headers: &HeaderMap,
    body: Body,
) -> Result<(String, String), FlowError> {
    let form = Form::read(headers, body).await.map_err(|_| FlowError::NotThisBrowser)?;
    if !oauth.sign_in.is_own_form(headers) {
        return Err(FlowError::NotThisBrowser);
    }
    let choice = form.get("choice").ok_or(FlowError::NotThisBrowser)?;
    let organization = form.get("organization").ok_or(FlowError::NothingChosen)?;
    Ok((choice.to_owned(), organization.to_owned()))
}

/// Forms come from our own pages.
fn check_same_origin(oauth: &OAuth, headers: &HeaderMap) -> Result<(), OAuthError> {
    if oauth.sign_in.is_own_form(headers) {
        return Ok(());
    }
    Err(OAuthError::new("invalid_request", "the form came from another site"))
}
