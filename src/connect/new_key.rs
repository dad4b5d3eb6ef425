//! Making a key, and the one page that shows it.

use std::sync::Arc;

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};

use super::{
    Account, ClientCard,
    account_page::MAX_NAME_CHARS,
    clients::{KEY_CLIENTS, KeyClient, cards_of},
    listed::{ListedServer, SERVER_NAME, server_name},
    making::{KeyOutcome, Made},
    session::{AccountSession, reference},
    snippets::is_plain,
};
use crate::{
    admission::{Gate, NewKeyTrial},
    clock::day,
    pages::{self, Footer, Form, FormsLead, shown_name},
    signin::{FlowError, MadeBy, ShownOrganization, SignIn},
    telemetry::TraceId,
};

#[derive(Template)]
#[template(path = "key.html")]
struct KeyPage<'a> {
    footer: &'a Footer,
    email: String,
    organization: ShownOrganization,
    key: &'a str,
    /// Whether no client and no shell could read the key as anything else.
    is_plain: bool,
    /// The name of the settings, where it is this organization's.
    own_name: Option<&'a str>,
    key_id: &'a str,
    reference: &'a str,
    expires: String,
    verdict: NewKeyTrial,
    form: &'a str,
    cards: Vec<ClientCard>,
}

/// A form's wish.
struct Order {
    session: AccountSession,
    /// The offer's number.
    offer: String,
    organization: String,
    client: &'static KeyClient,
}

/// Makes an order's key and tries it.
async fn make(sign_in: Arc<SignIn>, gate: Arc<Gate>, order: Order, trace: TraceId) -> KeyOutcome {
    let user = &order.session.user_id;
    let (membership, all) = sign_in.membership_of(user, &order.organization).await?;
    let server_name = server_name(&membership, &all);
    let (org, label) = (&membership.org_id, order.client.name);
    let key = sign_in.make_key(user, org, label, MadeBy::ConnectPage, None).await?;
    let verdict = gate.try_new_key(&key.key, trace.0).await;
    Ok(Arc::new(Made { membership, server_name, key, verdict }))
}

impl Account {
    /// `POST /connect/key`.
    pub(super) async fn make_key(
        &self,
        headers: &HeaderMap,
        body: Body,
        request: TraceId,
    ) -> Response {
        let order = match self.order(headers, body).await {
            Ok(order) => order,
            Err(error) => return self.stopped(&error, request),
        };
        let (session, client) = (order.session.clone(), order.client);
        let offer = order.offer.clone();
        let make = make(Arc::clone(&self.sign_in), Arc::clone(&self.gate), order, request);
        match self.makings.once(offer, make).await {
            Some(Ok(made)) => self.key_page(&session, client, &made),
            Some(Err(error)) => self.stopped(&error, request),
            None => self.used_before(request),
        }
    }

    /// What a form asks for, if its sender may ask.
    async fn order(&self, headers: &HeaderMap, body: Body) -> Result<Order, FlowError> {
        let form = Form::read(headers, body).await.map_err(|_| FlowError::NotThisBrowser)?;
        let session = self.sender(headers, &form).await?;
        let sealed = form.get("offer").ok_or(FlowError::NotThisBrowser)?;
        let offer = self.offered(&session, sealed)?;
        let organization = form.get("organization").ok_or(FlowError::NothingChosen)?.to_owned();
        let client = form.get("client").and_then(KeyClient::find).unwrap_or(&KEY_CLIENTS[0]);
        Ok(Order { session, offer, organization, client })
    }

    fn key_page(&self, session: &AccountSession, client: &KeyClient, made: &Made) -> Response {
        let key = std::str::from_utf8(made.key.key.expose()).expect("keys are visible ASCII");
        let server =
            ListedServer { origin: self.sign_in.origin().as_str(), name: &made.server_name };
        let mut cards = cards_of(server, Some(key));
        // Stable: the chosen client comes first, the others keep their order.
        cards.sort_by_key(|card| card.id != client.id);
        let template = KeyPage {
            footer: self.sign_in.footer(),
            email: shown_name(&session.email, MAX_NAME_CHARS),
            organization: ShownOrganization::of(&made.membership),
            key,
            is_plain: is_plain(key),
            own_name: (made.server_name != SERVER_NAME).then_some(&*made.server_name),
            key_id: &made.key.id,
            reference: reference(&made.key.id),
            expires: day(made.key.expires_at),
            verdict: made.verdict,
            form: &session.form,
            cards,
        };
        let mut response = pages::page(StatusCode::OK, &template, FormsLead::Here);
        response.headers_mut().append(header::SET_COOKIE, self.cookie(session));
        response
    }
}
