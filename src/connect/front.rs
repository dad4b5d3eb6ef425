//! The pages that everybody may see: the connect page, and help at an MCP address.
//!
//! Not for people who are signed in. There with sign-in and without.

use askama::Template;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::{ClientCard, cards};
use crate::{
    origin::Origin,
    pages::{self, Fixed, Footer, FormsLead, MessagePage, PageLink, fixed_page},
    signin::{KeyPolicy, SignIn},
    telemetry::{Refused, TraceId},
};

#[derive(Template)]
#[template(path = "connect.html")]
struct ConnectPage<'a> {
    footer: &'a Footer,
    origin: &'a str,
    sign_in: bool,
    /// Whether only some people may get a key.
    needs_permission: bool,
    cards: Vec<ClientCard>,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage<'a> {
    footer: &'a Footer,
    origin: &'a str,
    is_sse: bool,
    status: u16,
}

/// The connect page, which is the same for everybody, and its surroundings.
pub struct Front {
    origin: Origin,
    footer: Footer,
    page: Fixed,
}

impl Front {
    /// The front of the server at `origin`. Without sign-in the page explains keys.
    pub fn new(origin: Origin, footer: Footer, sign_in: Option<&SignIn>) -> Self {
        let template = ConnectPage {
            footer: &footer,
            origin: origin.as_str(),
            sign_in: sign_in.is_some(),
            needs_permission: sign_in.map(SignIn::policy) == Some(KeyPolicy::Permission),
            cards: cards(origin.as_str(), None),
        };
        let forms = if sign_in.is_some() { FormsLead::Away } else { FormsLead::Here };
        let page = fixed_page(&template, forms).expect("nothing in this template can fail");
        Self { origin, footer, page }
    }

    /// `GET /` and `GET /connect`.
    pub(super) fn page(&self, headers: &HeaderMap) -> Response {
        self.page.response(headers)
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
        let template = HelpPage {
            footer: &self.footer,
            origin: self.origin.as_str(),
            is_sse: path.starts_with("/sse"),
            status: parts.status.as_u16(),
        };
        let page = pages::page(parts.status, &template, FormsLead::Here);
        let (page_parts, body) = page.into_parts();
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.extend(page_parts.headers);
        parts.headers.append(header::VARY, HeaderValue::from_static("Accept"));
        Response::from_parts(parts, body)
    }

    /// A path at which there is nothing, for people.
    pub fn nothing_here(&self, request: TraceId) -> Response {
        let text = "There is no such page. Assistants use the addresses that end in /mcp or /sse.";
        Refused::new("not_found").on(self.not_found("Page not found", text, request))
    }

    /// A path of the signed-in person's, while sign-in is off.
    pub(super) fn no_sign_in(&self, request: TraceId) -> Response {
        let text = "Sign-in is switched off on this server. Connect with an API key instead.";
        Refused::new("sign_in_is_off").on(self.not_found("No sign-in here", text, request))
    }

    fn not_found(&self, title: &str, text: &str, request: TraceId) -> Response {
        let (request_id, footer) = (&request.to_string(), &self.footer);
        let link = Some(PageLink { label: "Back to the connect page", path: "/connect" });
        MessagePage { title, text, request_id, link, footer }.response(StatusCode::NOT_FOUND)
    }
}
