//! The signed-in person's page: make a key, see and end the ones made here.

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::{
    Connect,
    clients::{KEY_CLIENTS, KeyClient},
    session::{Notice, Session},
};
use crate::{
    clock::{day, minute},
    pages::{self, Footer, Form, FormTargets, see_other, shown_name},
    propelauth::KeyRecord,
    signin::{Flow, FlowError, MadeBy, Next, ShownOrganization, SignIn, Step},
    telemetry::Refused,
};

/// The path of the page.
pub const ACCOUNT_PATH: &str = "/connect/account";

/// Where on it the connections are.
pub(super) const CONNECTIONS_PATH: &str = "/connect/account#connections";

/// Longest names of clients and longest addresses of people shown, in characters.
pub(super) const MAX_NAME_CHARS: usize = 80;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    footer: &'a Footer,
    email: String,
    form: &'a str,
    offer: &'a str,
    notice: Option<&'static str>,
    /// The card that the person came from.
    chosen: &'static KeyClient,
    /// Those that a key may be made for, or why there is none.
    organizations: Result<Vec<ShownOrganization>, String>,
    connections: Vec<Connection>,
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOutPage<'a> {
    footer: &'a Footer,
    /// Whether it answers a form, which then did nothing.
    after_form: bool,
}

/// A key of ours as the page shows it.
struct Connection {
    id: String,
    reference: String,
    client: String,
    organization: String,
    by: Option<&'static str>,
    created: String,
    expires: String,
}

impl Connection {
    fn of(key: &KeyRecord, organizations: &[ShownOrganization]) -> Self {
        let client = key.metadata.get("client").and_then(Value::as_str).unwrap_or_default();
        let client = match shown_name(client, MAX_NAME_CHARS) {
            name if name.is_empty() => "An assistant".to_owned(),
            name => name,
        };
        let organization = organizations
            .iter()
            .find(|organization| Some(&organization.id) == key.org_id.as_ref())
            .map_or_else(|| "another organization".to_owned(), |found| found.name.clone());
        let by = MadeBy::of(key).map(|by| match by {
            MadeBy::SignIn => "Sign-in",
            MadeBy::ConnectPage => "API key",
        });
        Self {
            id: key.id.clone(),
            reference: reference(&key.id).to_owned(),
            client,
            organization,
            by,
            created: minute(key.created_at),
            expires: key.expires_at.map_or_else(|| "never".to_owned(), day),
        }
    }
}

/// The part of a key's id by which people tell their keys apart.
pub(super) fn reference(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

impl Connect {
    /// The browser came back from PropelAuth with a person signed in.
    pub fn signed_in(&self, flow: &Flow, request_id: &str) -> Response {
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(request_id) };
        let session = Session::new(&flow.user_id, &flow.email);
        let client = match &flow.next {
            Next::Connect(Some(id)) => KeyClient::find(id),
            _ => None,
        };
        let place = client.map(|client| format!("{ACCOUNT_PATH}?client={}", client.id));
        let mut response = see_other(place.as_deref().unwrap_or(ACCOUNT_PATH));
        response.headers_mut().append(header::SET_COOKIE, self.cookie(sign_in, &session));
        response
    }

    /// `GET /connect/account`.
    pub async fn account(&self, headers: &HeaderMap, query: &str, request_id: &str) -> Response {
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(request_id) };
        let Ok(session) = self.session(sign_in, headers) else {
            return self.signed_out(false);
        };
        let query = Form::parse(query).unwrap_or_default();
        let shown = self.account_page(sign_in, &session, &query).await;
        shown.unwrap_or_else(|error| self.failed(&error, request_id))
    }

    /// For who is not signed in (any more) in this browser.
    pub(super) fn signed_out(&self, after_form: bool) -> Response {
        let template = SignedOutPage { footer: &self.settings.footer, after_form };
        let targets = FormTargets::default().and(&self.settings.sign_in_origin);
        Refused::new("signed_out").on(pages::page(StatusCode::FORBIDDEN, &template, &targets))
    }

    async fn account_page(
        &self,
        sign_in: &SignIn,
        session: &Session,
        query: &Form,
    ) -> Result<Response, FlowError> {
        let (standing, keys) = tokio::join!(
            sign_in.standing(&session.user_id),
            sign_in.our_keys(&session.user_id, None)
        );
        let (standing, mut keys) = (standing?, keys?);
        let all = ShownOrganization::all(&standing.memberships);
        keys.sort_by_key(|key| std::cmp::Reverse(key.created_at));
        let template = AccountPage {
            footer: &self.settings.footer,
            email: shown_name(&session.email, MAX_NAME_CHARS),
            form: &session.form,
            offer: &self.offer(session),
            notice: session.notice.map(|notice| match notice {
                Notice::Revoked => "Revoked. What used this key no longer has access.",
                Notice::NotThere => {
                    "There is no such key of yours here; it may be revoked already."
                }
            }),
            chosen: query.get("client").and_then(KeyClient::find).unwrap_or(&KEY_CLIENTS[0]),
            organizations: match &standing.allowed {
                Ok(allowed) => Ok(ShownOrganization::all(allowed)),
                Err(refused) => Err(FlowError::from(*refused).sentence()),
            },
            connections: keys.iter().map(|key| Connection::of(key, &all)).collect(),
        };
        // Told once.
        let session = &session.clone().telling(None);
        let mut response = pages::page(StatusCode::OK, &template, &FormTargets::default());
        response.headers_mut().append(header::SET_COOKIE, self.cookie(sign_in, session));
        Ok(response)
    }

    /// `POST /connect/revoke`.
    pub async fn revoke(&self, headers: &HeaderMap, body: Body, request_id: &str) -> Response {
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(request_id) };
        match self.revoke_one(sign_in, headers, body).await {
            Ok(session) => {
                let mut response = see_other(ACCOUNT_PATH);
                response.headers_mut().append(header::SET_COOKIE, self.cookie(sign_in, &session));
                response
            }
            Err(error) if error.is_outage() => self.not_revoked(&error, request_id),
            Err(error) => self.failed(&error, request_id),
        }
    }

    /// Ends a key of the sender's own.
    async fn revoke_one(
        &self,
        sign_in: &SignIn,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Session, FlowError> {
        let form = Form::read(headers, body).await.map_err(|_| FlowError::NotThisBrowser)?;
        let session = self.sender(sign_in, headers, &form)?;
        let id = form.get("key").ok_or(FlowError::NotThisBrowser)?;
        let was_there = sign_in.revoke_own(&session.user_id, id).await?;
        let notice = if was_there { Notice::Revoked } else { Notice::NotThere };
        Ok(session.telling(Some(notice)))
    }

    /// `POST /connect/sign-out`. Who is signed out already is where they want to be.
    pub fn sign_out(&self, headers: &HeaderMap, request_id: &str) -> Response {
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(request_id) };
        if !sign_in.is_own_form(headers) {
            return self.failed(&FlowError::NotThisBrowser, request_id);
        }
        if let Ok(session) = self.session(sign_in, headers) {
            self.end(&session);
        }
        let mut response = see_other("/connect");
        let cleared = sign_in.cookies().clear(Step::Account);
        response.headers_mut().append(header::SET_COOKIE, cleared);
        response
    }
}
