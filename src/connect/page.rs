//! The pages that everybody may see: the connect page, and help at an MCP address.

use askama::Template;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::{ClientCard, Connect, cards};
use crate::{
    pages::{self, FormTargets, PageLink, STYLESHEET_PATH},
    signin::{FlowError, Next},
};

/// What every page of this room shows below.
pub(super) struct Footer<'a> {
    pub(super) support_url: Option<&'a str>,
    pub(super) privacy_url: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "connect.html")]
struct ConnectPage<'a> {
    stylesheet: &'static str,
    footer: Footer<'a>,
    origin: &'a str,
    sign_in: bool,
    cards: Vec<ClientCard>,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage<'a> {
    stylesheet: &'static str,
    footer: Footer<'a>,
    address: &'a str,
    status: u16,
}

/// Where pages that end something lead on.
const BACK: PageLink = PageLink { label: "Back to the connect page", path: "/connect" };

impl Connect {
    /// `GET /` and `GET /connect`.
    pub fn page(&self) -> Response {
        let template = ConnectPage {
            stylesheet: STYLESHEET_PATH,
            footer: self.footer(),
            origin: &self.settings.origin,
            sign_in: self.sign_in.is_some(),
            cards: cards(&self.settings.origin, None),
        };
        let targets = FormTargets::default().and(&self.settings.sign_in_origin);
        pages::page(StatusCode::OK, &template, &targets)
    }

    /// `POST /connect/sign-in`: sends the browser to PropelAuth.
    pub fn begin(&self, headers: &HeaderMap, request_id: &str) -> Response {
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(request_id) };
        if !sign_in.is_own_form(headers) {
            return self.failed(&FlowError::NotThisBrowser, request_id);
        }
        let (location, cookie) = sign_in.begin(Next::Connect);
        let mut response = see_other(&location);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response
    }

    /// A refusal at an MCP address as a person in a browser reads it: same status, same headers.
    pub fn for_people(&self, method: &Method, refusal: Response, path: &str) -> Response {
        let (mut parts, body) = refusal.into_parts();
        let explained = matches!(
            parts.status,
            StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
        );
        if *method != Method::GET || !explained {
            return Response::from_parts(parts, body);
        }
        let address = format!("{}{}", self.settings.origin, path.trim_end_matches('/'));
        let template = HelpPage {
            stylesheet: STYLESHEET_PATH,
            footer: self.footer(),
            address: &address,
            status: parts.status.as_u16(),
        };
        let page = pages::page(parts.status, &template, &FormTargets::default());
        let (page_parts, body) = page.into_parts();
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.extend(page_parts.headers);
        parts.headers.append(header::VARY, HeaderValue::from_static("Accept"));
        Response::from_parts(parts, body)
    }

    /// Words for a step that failed.
    pub fn failed(&self, error: &FlowError, request_id: &str) -> Response {
        let status =
            if error.is_outage() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::FORBIDDEN };
        let mut text = error.to_string();
        text[..1].make_ascii_uppercase();
        let text = format!("{text}.");
        pages::message_with_link(status, "Not connected", &text, request_id, Some(BACK))
    }

    pub(super) fn sign_in_is_off(&self, request_id: &str) -> Response {
        let text = "Sign-in is switched off on this server. Connect with an API key instead.";
        let status = StatusCode::NOT_FOUND;
        pages::message_with_link(status, "No sign-in here", text, request_id, Some(BACK))
    }

    pub(super) fn footer(&self) -> Footer<'_> {
        Footer {
            support_url: self.settings.support_url.as_deref(),
            privacy_url: self.settings.privacy_url.as_deref(),
        }
    }
}

/// Whether a person in a browser asks: programs don't name HTML.
pub fn is_for_people(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("text/html"))
}

/// 303: the browser goes on by GET.
pub(super) fn see_other(location: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(location) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
