//! The pages that everybody may see: the connect page, and help at an MCP address.

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::{
    ClientCard, Connect, ConnectSettings, account::CONNECTIONS_PATH, cards, clients::KeyClient,
};
use crate::{
    pages::{
        self, Fixed, Footer, Form, FormTargets, Message, PageLink, fixed_page, see_other, with_wait,
    },
    signin::{FlowError, KeyPolicy, Next},
    telemetry::Refused,
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

/// Where pages that end something lead on.
const BACK: PageLink<'static> = PageLink { label: "Back to the connect page", path: "/connect" };

/// The same for people who are signed in.
const CONNECTIONS: PageLink<'static> = PageLink { label: "My connections", path: CONNECTIONS_PATH };

/// The connect page, which is the same for everybody.
pub(super) fn front(settings: &ConnectSettings, sign_in: bool) -> Fixed {
    let template = ConnectPage {
        footer: &settings.footer,
        origin: &settings.origin,
        sign_in,
        needs_permission: settings.policy == Some(KeyPolicy::Permission),
        cards: cards(&settings.origin, None),
    };
    let targets = FormTargets::default().and(&settings.sign_in_origin);
    fixed_page(&template, &targets).expect("nothing in this template can fail")
}

impl Connect {
    /// `GET /` and `GET /connect`.
    pub fn page(&self, headers: &HeaderMap) -> Response {
        self.front.response(headers)
    }

    /// `POST /connect/sign-in`: sends the browser to PropelAuth.
    pub async fn begin(&self, headers: &HeaderMap, body: Body, request_id: &str) -> Response {
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(request_id) };
        if !sign_in.is_own_form(headers) {
            return self.failed(&FlowError::NotThisBrowser, request_id);
        }
        // A sign-in needs nothing of the form but, perhaps, the card that it was on.
        let form = Form::read(headers, body).await.unwrap_or_default();
        let client = form.get("client").and_then(KeyClient::find);
        let (location, cookie) =
            sign_in.begin(Next::Connect(client.map(|client| client.id.to_owned())));
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
        let template = HelpPage {
            footer: &self.settings.footer,
            origin: &self.settings.origin,
            is_sse: path.trim_end_matches('/') == "/sse",
            status: parts.status.as_u16(),
        };
        let page = pages::page(parts.status, &template, &FormTargets::default());
        let (page_parts, body) = page.into_parts();
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.extend(page_parts.headers);
        parts.headers.append(header::VARY, HeaderValue::from_static("Accept"));
        Response::from_parts(parts, body)
    }

    /// A path at which there is nothing, for people.
    pub fn nothing_here(&self, request_id: &str) -> Response {
        let text = "There is no such page. Assistants use the addresses that end in /mcp or /sse.";
        let message = self.message("Page not found", text, request_id, BACK);
        Refused::new("not_found").on(message.response(StatusCode::NOT_FOUND))
    }

    /// Words for a step that failed.
    pub fn failed(&self, error: &FlowError, request_id: &str) -> Response {
        let link = match error {
            FlowError::NotThisBrowser => return self.signed_out(true),
            FlowError::KeyLost
            | FlowError::KeyRefused
            | FlowError::TooManyKeys
            | FlowError::NothingChosen => CONNECTIONS,
            _ => BACK,
        };
        let sentence = error.sentence();
        let message = self.message("Not connected", &sentence, request_id, link);
        let page = with_wait(message.response(error.status()), error.wait_seconds());
        Refused::new(error.reason()).on(page)
    }

    /// A key that was not ended, or not for sure, which the person must know.
    pub(super) fn not_revoked(&self, error: &FlowError, request_id: &str) -> Response {
        let (title, rest) = match error {
            FlowError::EndUnknown => {
                ("Perhaps not revoked", "My connections tells if it is there.")
            }
            _ => ("Not revoked", "The key still works."),
        };
        let text = format!("{} {rest}", error.sentence());
        let message = self.message(title, &text, request_id, CONNECTIONS);
        Refused::new(error.reason()).on(message.response(error.status()))
    }

    /// A form that was sent twice, or sent again after going back.
    pub(super) fn used_before(&self, request_id: &str) -> Response {
        let text = "A key is shown only once, on the page that follows its form. If you didn’t copy \
                    it, or none appeared, look under My connections: revoke it there and make \
                    another.";
        let message = self.message("This key was already made", text, request_id, CONNECTIONS);
        Refused::new("used_before").on(message.response(StatusCode::CONFLICT))
    }

    pub(super) fn sign_in_is_off(&self, request_id: &str) -> Response {
        let text = "Sign-in is switched off on this server. Connect with an API key instead.";
        let message = self.message("No sign-in here", text, request_id, BACK);
        Refused::new("sign_in_is_off").on(message.response(StatusCode::NOT_FOUND))
    }

    fn message<'a>(
        &'a self,
        title: &'a str,
        text: &'a str,
        request_id: &'a str,
        link: PageLink<'a>,
    ) -> Message<'a> {
        Message { title, text, request_id, link: Some(link), footer: &self.settings.footer }
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
