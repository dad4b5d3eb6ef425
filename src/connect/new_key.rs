//! Making a key, and the one page that shows it.

use askama::Template;
use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode, header};

use super::{
    ClientCard, Connect,
    account::{ACCOUNT_PATH, MAX_NAME_CHARS, ShownOrganization},
    cards,
    key_check::Verdict,
    page::Footer,
    session::Session,
};
use crate::{
    clock::day,
    pages::{self, Form, FormTargets, PageLink, STYLESHEET_PATH, shown_name},
    propelauth::Membership,
    signin::{FlowError, MadeKey, SignIn},
    telemetry::TraceId,
};

/// What the key is called at PropelAuth.
const LABEL: &str = "Connect page";

#[derive(Template)]
#[template(path = "key.html")]
struct KeyPage<'a> {
    stylesheet: &'static str,
    footer: Footer<'a>,
    email: String,
    organization: ShownOrganization,
    key: &'a str,
    key_id: &'a str,
    expires: String,
    works: bool,
    refused: bool,
    form: &'a str,
    cards: Vec<ClientCard>,
}

impl Connect {
    /// `POST /connect/key`.
    pub async fn make_key(&self, headers: &HeaderMap, body: Body, trace: TraceId) -> Response {
        let request_id = trace.to_string();
        let Some(sign_in) = &self.sign_in else { return self.sign_in_is_off(&request_id) };
        let made = self.make_one(sign_in, headers, body).await;
        match made {
            Ok(Some((session, membership, key))) => {
                let verdict = self.key_check.check(&key.key, trace.0).await;
                self.key_page(sign_in, &session, &membership, &key, verdict)
            }
            Ok(None) => already_made(&request_id),
            Err(error) => self.failed(&error, &request_id),
        }
    }

    /// Makes the key of an offer; `None` when it was made before.
    async fn make_one(
        &self,
        sign_in: &SignIn,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Option<(Session, Membership, MadeKey)>, FlowError> {
        let form = Form::read(headers, body).await.map_err(|_| FlowError::NotThisBrowser)?;
        let session = self.sender(sign_in, headers, &form)?;
        let field = |name| form.get(name).ok_or(FlowError::NotThisBrowser);
        // Asked before the offer is used up: an outage here costs no new page.
        let membership = sign_in.membership(&session.user_id, field("organization")?).await?;
        if !self.take_offer(&session, field("offer")?)? {
            return Ok(None);
        }
        let key = sign_in.make_key(&session.user_id, &membership.org_id, LABEL).await?;
        Ok(Some((session, membership, key)))
    }

    fn key_page(
        &self,
        sign_in: &SignIn,
        session: &Session,
        membership: &Membership,
        made: &MadeKey,
        verdict: Verdict,
    ) -> Response {
        let key = std::str::from_utf8(made.key.expose()).expect("keys are visible ASCII");
        let template = KeyPage {
            stylesheet: STYLESHEET_PATH,
            footer: self.footer(),
            email: shown_name(&session.email, MAX_NAME_CHARS),
            organization: ShownOrganization::of(membership),
            key,
            key_id: &made.id,
            expires: day(made.expires_at),
            works: verdict == Verdict::Works,
            refused: verdict == Verdict::Refused,
            form: &session.form,
            cards: cards(&self.settings.origin, Some(key)),
        };
        let mut response = pages::page(StatusCode::OK, &template, &FormTargets::default());
        response.headers_mut().append(header::SET_COOKIE, self.cookie(sign_in, session));
        response
    }
}

/// A form that was sent twice, or sent again after going back.
fn already_made(request_id: &str) -> Response {
    let link = PageLink { label: "My connections", path: ACCOUNT_PATH };
    pages::message_with_link(
        StatusCode::CONFLICT,
        "This key was shown already",
        "A key is shown once, on the page after it is made. If you no longer have it, revoke it \
         under My connections and make another.",
        request_id,
        Some(link),
    )
}
