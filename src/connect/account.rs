//! The signed-in person's page: make a key, see and end the ones made here.

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::{
    Connect,
    page::{Footer, see_other},
    session::Session,
};
use crate::{
    clock::day,
    pages::{self, Form, FormTargets, STYLESHEET_PATH, shown_name},
    propelauth::{KeyRecord, Membership},
    signin::{Flow, FlowError, SignIn, Step},
};

/// The path of the page.
pub(super) const ACCOUNT_PATH: &str = "/connect/account";

/// Longest names shown, in characters.
pub(super) const MAX_NAME_CHARS: usize = 80;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    stylesheet: &'static str,
    footer: Footer<'a>,
    email: String,
    form: &'a str,
    offer: &'a str,
    notice: Option<&'static str>,
    organizations: Vec<ShownOrganization>,
    connections: Vec<Connection>,
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOutPage<'a> {
    stylesheet: &'static str,
    footer: Footer<'a>,
}

/// An organization as pages show it.
pub(super) struct ShownOrganization {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) is_msp: bool,
}

/// A key of ours as the page shows it.
struct Connection {
    id: String,
    client: String,
    organization: String,
    created: String,
    expires: String,
}

impl ShownOrganization {
    pub(super) fn of(membership: &Membership) -> Self {
        Self {
            id: membership.org_id.clone(),
            name: shown_name(&membership.org_name, MAX_NAME_CHARS),
            role: shown_name(&membership.role, MAX_NAME_CHARS),
            // WIV's roles for companies that look after other companies carry it in their name.
            is_msp: membership.role.to_ascii_lowercase().contains("msp"),
        }
    }
}

impl Connection {
    fn of(key: &KeyRecord, organizations: &[Membership]) -> Self {
        let client = key.metadata.get("client").and_then(Value::as_str).unwrap_or_default();
        let client = match shown_name(client, MAX_NAME_CHARS) {
            name if name.is_empty() => "An assistant".to_owned(),
            name => name,
        };
        let organization = organizations
            .iter()
            .find(|membership| Some(&membership.org_id) == key.org_id.as_ref())
            .map_or_else(
                || "another organization".to_owned(),
                |membership| shown_name(&membership.org_name, MAX_NAME_CHARS),
            );
        Self {
            id: key.id.clone(),
            client,
            organization,
            created: day(key.created_at),
            expires: key.expires_at.map_or_else(|| "never".to_owned(), day),
        }
    }
}

impl Connect {
    /// The browser came back from PropelAuth with a person signed in.
    pub fn signed_in(&self, flow: &Flow, request_id: &str) -> Response {
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(request_id) };
        let session = Session::new(&flow.user_id, &flow.email);
        let mut response = see_other(ACCOUNT_PATH);
        response.headers_mut().append(header::SET_COOKIE, self.cookie(sign_in, &session));
        response
    }

    /// `GET /connect/account`.
    pub async fn account(&self, headers: &HeaderMap, query: &str, request_id: &str) -> Response {
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(request_id) };
        let Ok(session) = self.session(sign_in, headers) else { return self.signed_out() };
        let shown = self.account_page(sign_in, &session, query).await;
        shown.unwrap_or_else(|error| self.failed(&error, request_id))
    }

    /// For who is not signed in (any more) in this browser.
    fn signed_out(&self) -> Response {
        let template = SignedOutPage { stylesheet: STYLESHEET_PATH, footer: self.footer() };
        let targets = FormTargets::default().and(&self.settings.sign_in_origin);
        pages::page(StatusCode::FORBIDDEN, &template, &targets)
    }

    async fn account_page(
        &self,
        sign_in: &SignIn,
        session: &Session,
        query: &str,
    ) -> Result<Response, FlowError> {
        let (organizations, keys) = tokio::join!(
            sign_in.organizations(&session.user_id),
            sign_in.our_keys(&session.user_id, None)
        );
        let (organizations, mut keys) = (organizations?, keys?);
        keys.sort_by_key(|key| std::cmp::Reverse(key.created_at));
        let template = AccountPage {
            stylesheet: STYLESHEET_PATH,
            footer: self.footer(),
            email: shown_name(&session.email, MAX_NAME_CHARS),
            form: &session.form,
            offer: &self.offer(session),
            notice: (query == "revoked").then_some("The key is revoked. What used it is cut off."),
            organizations: organizations.iter().map(ShownOrganization::of).collect(),
            connections: keys.iter().map(|key| Connection::of(key, &organizations)).collect(),
        };
        let mut response = pages::page(StatusCode::OK, &template, &FormTargets::default());
        response.headers_mut().append(header::SET_COOKIE, self.cookie(sign_in, session));
        Ok(response)
    }

    /// `POST /connect/revoke`.
    pub async fn revoke(&self, headers: &HeaderMap, body: Body, request_id: &str) -> Response {
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(request_id) };
        let revoked = self.revoke_one(sign_in, headers, body).await;
        match revoked {
            Ok(()) => see_other(&format!("{ACCOUNT_PATH}?revoked")),
            Err(error) => self.failed(&error, request_id),
        }
    }

    /// Ends a key of the sender's own. One that is gone already is as good as revoked.
    async fn revoke_one(
        &self,
        sign_in: &SignIn,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(), FlowError> {
        let form = Form::read(headers, body).await.map_err(|_| FlowError::NotThisBrowser)?;
        let session = self.sender(sign_in, headers, &form)?;
        let id = form.get("key").ok_or(FlowError::NotThisBrowser)?;
        let keys = sign_in.our_keys(&session.user_id, None).await?;
        match keys.iter().find(|key| key.id == id) {
            Some(key) => sign_in.delete_key(&key.id).await,
            None => Ok(()),
        }
    }

    /// `POST /connect/sign-out`.
    pub async fn sign_out(&self, headers: &HeaderMap, body: Body, request_id: &str) -> Response {
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(request_id) };
        let sender = match Form::read(headers, body).await {
            Ok(form) => self.sender(sign_in, headers, &form),
            Err(_) => Err(FlowError::NotThisBrowser),
        };
        if let Err(error) = sender {
            return self.failed(&error, request_id);
        }
        let mut response = see_other("/connect");
        let cleared = sign_in.cookies().clear(Step::Account);
        response.headers_mut().append(header::SET_COOKIE, cleared);
        response
    }
}
