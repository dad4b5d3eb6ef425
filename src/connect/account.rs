//! The way into the signed-in person's part, and the words for steps that fail.
//!
//! Not for its pages: each stands in a file of its own.

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::{Account, clients::KeyClient, session::AccountSession};
use crate::{
    pages::{self, Footer, Form, FormsLead, MessagePage, PageLink, see_other, with_wait},
    seal::Purpose,
    signin::{Continuation, FlowError, Person},
    telemetry::{Refused, TraceId},
};

/// The path of the person's page.
pub(super) const ACCOUNT_PATH: &str = "/connect/account";

/// Where pages that end something lead on.
const BACK: PageLink<'static> = PageLink { label: "Back to the connect page", path: "/connect" };

/// The same for people who are signed in.
const CONNECTIONS: PageLink<'static> =
    PageLink { label: "My connections", path: "/connect/account#connections" };

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOutPage<'a> {
    footer: &'a Footer,
    /// Whether it answers a form, which then did nothing.
    after_form: bool,
}

/// What a sign-in of the page carries.
#[derive(Debug, Serialize, Deserialize)]
pub struct FromCard {
    /// The card that the person came from.
    client: Option<String>,
}

impl Account {
    /// `POST /connect/sign-in`: sends the browser to PropelAuth.
    pub(super) async fn begin(
        &self,
        headers: &HeaderMap,
        body: Body,
        request: TraceId,
    ) -> Response {
        if !self.sign_in.is_own_form(headers) {
            return self.stopped(&FlowError::NotThisBrowser, request);
        }
        // A sign-in needs nothing of the form but, perhaps, the card that it was on.
        let form = Form::read(headers, body).await.unwrap_or_default();
        let client = form.get("client").and_then(KeyClient::find);
        self.flow.begin(FromCard { client: client.map(|client| client.id.to_owned()) })
    }

    /// Words for a step that failed.
    pub(super) fn stopped(&self, error: &FlowError, request: TraceId) -> Response {
        let link = match error {
            FlowError::NotThisBrowser => return self.signed_out(true),
            FlowError::KeyLost
            | FlowError::KeyRefused
            | FlowError::TooManyKeys
            | FlowError::NothingChosen => CONNECTIONS,
            _ => BACK,
        };
        let page = self.message("Not connected", &error.sentence(), request, link, error.status());
        Refused::new(error.reason()).on(with_wait(page, error.wait_seconds()))
    }

    /// A key that was not ended, or not for sure, which the person must know.
    pub(super) fn not_revoked(&self, error: &FlowError, request: TraceId) -> Response {
        let (title, rest) = match error {
            FlowError::EndUnknown => {
                ("Perhaps not revoked", "My connections tells if it is there.")
            }
            _ => ("Not revoked", "The key still works."),
        };
        let text = format!("{} {rest}", error.sentence());
        let page = self.message(title, &text, request, CONNECTIONS, error.status());
        Refused::new(error.reason()).on(page)
    }

    /// A form that was sent twice, or sent again after going back.
    pub(super) fn used_before(&self, request: TraceId) -> Response {
        let text = "A key is shown only once, on the page that follows its form. If you didn’t copy \
                    it, or none appeared, look under My connections: revoke it there and make \
                    another.";
        let (title, status) = ("This key was already made", StatusCode::CONFLICT);
        Refused::new("used_before").on(self.message(title, text, request, CONNECTIONS, status))
    }

    /// For who is not signed in (any more) in this browser.
    pub(super) fn signed_out(&self, after_form: bool) -> Response {
        let template = SignedOutPage { footer: self.sign_in.footer(), after_form };
        let page = pages::page(StatusCode::FORBIDDEN, &template, FormsLead::Away);
        Refused::new("signed_out").on(page)
    }

    fn message(
        &self,
        title: &str,
        text: &str,
        request: TraceId,
        link: PageLink<'_>,
        status: StatusCode,
    ) -> Response {
        let (request_id, footer) = (&request.to_string(), self.sign_in.footer());
        MessagePage { title, text, request_id, link: Some(link), footer }.response(status)
    }
}

/// A sign-in of the page ends in a session. Who may make no key may still see and revoke those
/// there are, so that no organization is asked for.
impl Continuation for Account {
    type Carried = FromCard;

    const AT_PROPELAUTH: Purpose = Purpose::AccountSignIn;

    fn signed_in(&self, person: Person, carried: FromCard, _: TraceId) -> Response {
        let session = AccountSession::new(&person.user_id, &person.email);
        let client = carried.client.as_deref().and_then(KeyClient::find);
        let place = client.map(|client| format!("{ACCOUNT_PATH}?client={}", client.id));
        let mut response = see_other(place.as_deref().unwrap_or(ACCOUNT_PATH));
        response.headers_mut().append(header::SET_COOKIE, self.cookie(&session));
        response
    }

    fn failed(&self, _: FromCard, error: FlowError, request: TraceId) -> Response {
        self.stopped(&error, request)
    }
}
