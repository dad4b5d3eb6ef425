//! The question to the person: may this client act for me.
//!
//! A form's answer must come from the browser that was asked, and from our own page.

use std::time::Duration;

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};

use super::{
    OAuth, consent_form::ConsentForm, error::OAuthError, parameters::OAuthParameters, redirects,
    request::AuthorizeRequest,
};
use crate::{
    bounds::ViewPath,
    pages::{self, Footer, FormsLead},
    signin::{FlowStep, STEP_SECONDS, random_text, same, sha256},
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
    /// The only parts that it may use, where not all of them.
    parts: Option<&'a str>,
    write: bool,
    request: &'a str,
}

/// The consent page.
pub(super) fn page(oauth: &OAuth, request: AuthorizeRequest, site: Option<&str>) -> Response {
    let on_this_computer = redirects::leads_to_this_computer(&request.redirect_uri);
    let form = random_text();
    let asked = ConsentForm { request, form: sha256(&form) };
    let sealed = oauth.consents.issue(&asked, Duration::from_secs(STEP_SECONDS));
    let request = &asked.request;
    let parts = oauth.tokens.resource_of(&request.resource).and_then(|asked| parts(asked.view));
    let template = Consent {
        footer: oauth.sign_in.footer(),
        client: &request.name,
        // A document proves nothing of a program that listens on this computer.
        site: site.filter(|_| !on_this_computer),
        destination: &redirects::destination(&request.redirect_uri),
        on_this_computer,
        parts: parts.as_deref(),
        write: request.write,
        request: &sealed,
    };
    let mut response = pages::page(StatusCode::OK, &template, FormsLead::Away);
    let cookie = oauth.sign_in.cookies().set(FlowStep::Form, &form);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// The parts of WIV that a view has, in words; `None` for all of them.
fn parts(view: ViewPath) -> Option<String> {
    let words = |name| match name {
        "msp" => "an MSP’s customers and their cases",
        "ai" => "drafts of workflows by AI",
        name => name,
    };
    let parts: Vec<&str> = view.bounds().chosen()?.into_iter().map(words).collect();
    Some(if parts.is_empty() { "the connection itself".into() } else { parts.join(", ") })
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
    let parameters = OAuthParameters::read(headers, body).await?;
    let sealed = parameters.get("request").ok_or(NOT_ASKED)?;
    let asked = oauth.consents.redeem(sealed).map_err(|_| NOT_ASKED)?;
    let form = oauth.sign_in.cookies().get(FlowStep::Form, headers).ok_or(NOT_ASKED)?;
    if !same(&sha256(&form), &asked.form) {
        return Err(NOT_ASKED);
    }
    let write = asked.request.write && parameters.get("write").is_some();
    let allowed = parameters.get("decision") == Some("allow");
    Ok((AuthorizeRequest { write, ..asked.request }, allowed))
}

/// Forms come from our own pages.
fn check_same_origin(oauth: &OAuth, headers: &HeaderMap) -> Result<(), OAuthError> {
    if oauth.sign_in.is_own_form(headers) {
        return Ok(());
    }
    Err(OAuthError::new("invalid_request", "the form came from another site"))
}
