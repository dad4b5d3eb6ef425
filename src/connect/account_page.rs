//! The signed-in person's page: make a key, see and end the ones made here.
//!
//! Not for making keys: `new_key` does it.

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::{
    Account,
    account::ACCOUNT_PATH,
    clients::{KEY_CLIENTS, KeyClient},
    session::{AccountSession, Notice, reference},
};
use crate::{
    clock::{day, minute},
    pages::{self, Footer, Form, FormsLead, see_other, shown_name},
    propelauth::KeyRecord,
    signin::{FlowError, FlowStep, MadeBy, ShownOrganization},
    telemetry::TraceId,
};

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
    connections: Vec<ListedKey>,
}

/// A key of ours as the page shows it.
struct ListedKey {
    id: String,
    reference: String,
    client: String,
    organization: String,
    by: Option<&'static str>,
    created: String,
    expires: String,
}

impl ListedKey {
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

impl Account {
    /// `GET /connect/account`.
    pub(super) async fn account(
        &self,
        headers: &HeaderMap,
        query: &str,
        request: TraceId,
    ) -> Response {
        let session = match self.session(headers).await {
            Ok(session) => session,
            Err(FlowError::NotThisBrowser) => return self.signed_out(false),
            Err(error) => return self.stopped(&error, request),
        };
        let query = Form::parse(query).unwrap_or_default();
        let shown = self.account_page(&session, &query).await;
        shown.unwrap_or_else(|error| self.stopped(&error, request))
    }

    async fn account_page(
        &self,
        session: &AccountSession,
        query: &Form,
    ) -> Result<Response, FlowError> {
        let (standing, keys) = tokio::join!(
            self.sign_in.standing(&session.user_id),
            self.sign_in.our_keys(&session.user_id, None)
        );
        let (standing, mut keys) = (standing?, keys?);
        let all = ShownOrganization::all(&standing.memberships);
        keys.sort_by_key(|key| std::cmp::Reverse(key.created_at));
        let template = AccountPage {
            footer: self.sign_in.footer(),
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
            connections: keys.iter().map(|key| ListedKey::of(key, &all)).collect(),
        };
        // Told once.
        let session = &session.clone().telling(None);
        let mut response = pages::page(StatusCode::OK, &template, FormsLead::Here);
        response.headers_mut().append(header::SET_COOKIE, self.cookie(session));
        Ok(response)
    }

    /// `POST /connect/revoke`.
    pub(super) async fn revoke(
        &self,
        headers: &HeaderMap,
        body: Body,
        request: TraceId,
    ) -> Response {
        match self.revoke_one(headers, body).await {
            Ok(session) => {
                let mut response = see_other(ACCOUNT_PATH);
                response.headers_mut().append(header::SET_COOKIE, self.cookie(&session));
                response
            }
            Err(error) if error.is_outage() => self.not_revoked(&error, request),
            Err(error) => self.stopped(&error, request),
        }
    }

    /// Ends a key of the sender's own.
    async fn revoke_one(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<AccountSession, FlowError> {
        let form = Form::read(headers, body).await.map_err(|_| FlowError::NotThisBrowser)?;
        let session = self.sender(headers, &form).await?;
        let id = form.get("key").ok_or(FlowError::NotThisBrowser)?;
        let was_there = self.sign_in.revoke_own(&session.user_id, id).await?;
        let notice = if was_there { Notice::Revoked } else { Notice::NotThere };
        Ok(session.telling(Some(notice)))
    }

    /// `POST /connect/sign-out`. Who is signed out already is where they want to be.
    pub(super) async fn sign_out(&self, headers: &HeaderMap, request: TraceId) -> Response {
        if !self.sign_in.is_own_form(headers) {
            return self.stopped(&FlowError::NotThisBrowser, request);
        }
        match self.session(headers).await {
            Ok(session) => self.end(&session).await,
            Err(FlowError::NotThisBrowser) => {}
            // The browser forgets it all the same; a copy of its cookie stays good.
            Err(error) => {
                tracing::warn!(request.id = %request, error = %error, "a sign-out was not noted");
            }
        }
        let mut response = see_other("/connect");
        let cleared = self.sign_in.cookies().clear(FlowStep::Account);
        response.headers_mut().append(header::SET_COOKIE, cleared);
        response
    }
}
