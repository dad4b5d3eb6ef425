//! `/oauth/organization`: the person chooses for which organization they go on.
//!
//! Not for what goes on. A form's answer must come from the browser that was asked, and from our
//! own page.

use std::{marker::PhantomData, sync::Arc, time::Duration};

use askama::Template;
use axum::{body::Body, extract::State, response::Response};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::{
    SignIn,
    continuation::{Continuation, Person},
    cookie::{FlowStep, STEP_SECONDS, random_text, same, sha256},
    error::FlowError,
    organizations::ShownOrganization,
};
use crate::{
    pages::{self, Footer, Form, FormsLead},
    propelauth::Membership,
    seal::{Payload, Purpose, Ticket},
    telemetry::TraceId,
};

/// A use that is for one organization, which the person chooses.
pub trait InOrganization: Continuation {
    /// What the choice is sealed for, while the person makes it. No other use's.
    const AT_CHOICE: Purpose;

    /// Its organization page.
    fn choices(&self) -> &Choices<Self>;

    /// The person may act for the organization, looked at just now.
    fn chosen(&self, user_id: &str, membership: &Membership, carried: Self::Carried) -> Response;
}

/// The organization page of one use.
pub struct Choices<C: InOrganization> {
    sign_in: Arc<SignIn>,
    tickets: Ticket<Offered<C>>,
}

#[derive(Template)]
#[template(path = "organization.html")]
struct OrganizationPage<'a> {
    footer: &'a Footer,
    email: &'a str,
    client: &'a str,
    choice: &'a str,
    organizations: Vec<ShownOrganization>,
}

/// A choice that the person has to make, sealed into the form.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
struct Offered<C: InOrganization> {
    carried: C::Carried,
    user_id: String,
    /// Ids.
    organizations: Vec<String>,
    /// Hash of what the browser's cookie holds.
    form: String,
    #[serde(skip)]
    of: PhantomData<fn() -> C>,
}

impl<C: InOrganization> Payload for Offered<C> {
    const PURPOSE: Purpose = C::AT_CHOICE;
}

impl<C: InOrganization> Choices<C> {
    /// The page of one use.
    pub fn new(sign_in: Arc<SignIn>) -> Self {
        let tickets = sign_in.tickets();
        Self { sign_in, tickets }
    }

    /// Asks a person which of these organizations, in the name of a client.
    pub fn page(
        &self,
        person: &Person,
        memberships: &[Membership],
        carried: C::Carried,
        client: impl Fn(&C::Carried) -> &str,
    ) -> Response {
        let SignIn { cookies, settings, .. } = &*self.sign_in;
        let form = random_text();
        let offered = Offered::<C> {
            carried,
            user_id: person.user_id.clone(),
            organizations: memberships.iter().map(|one| one.org_id.clone()).collect(),
            form: sha256(&form),
            of: PhantomData,
        };
        let template = OrganizationPage {
            footer: &settings.footer,
            email: &person.email,
            client: client(&offered.carried),
            choice: &self.tickets.issue(&offered, Duration::from_secs(STEP_SECONDS)),
            organizations: ShownOrganization::all(memberships),
        };
        let mut response = pages::page(StatusCode::OK, &template, FormsLead::Away);
        response.headers_mut().append(header::SET_COOKIE, cookies.set(FlowStep::Form, &form));
        response
    }

    /// What was chosen. Membership is looked at again, because time has passed.
    async fn chosen(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(Offered<C>, Membership), FlowError> {
        let sign_in = &*self.sign_in;
        let form = Form::read(headers, body).await.map_err(|_| FlowError::NotThisBrowser)?;
        if !sign_in.is_own_form(headers) {
            return Err(FlowError::NotThisBrowser);
        }
        let choice = form.get("choice").ok_or(FlowError::NotThisBrowser)?;
        let organization = form.get("organization").ok_or(FlowError::NothingChosen)?;
        let offered = self.tickets.redeem(choice).map_err(|_| FlowError::NotThisBrowser)?;
        let cookie =
            sign_in.cookies.get(FlowStep::Form, headers).ok_or(FlowError::NotThisBrowser)?;
        let was_offered = offered.organizations.iter().any(|offered| offered == organization);
        if !was_offered || !same(&sha256(&cookie), &offered.form) {
            return Err(FlowError::NotThisBrowser);
        }
        sign_in.budget.use_up(&offered.form).await?;
        let membership = sign_in.membership(&offered.user_id, organization).await;
        if membership.as_ref().is_err_and(FlowError::is_outage) {
            sign_in.budget.give_back(&offered.form).await;
        }
        Ok((offered, membership?))
    }
}

/// `POST /oauth/organization`.
pub(crate) async fn organization<C: InOrganization>(
    State(continuation): State<Arc<C>>,
    request: TraceId,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let choices = continuation.choices();
    match choices.chosen(&headers, body).await {
        Ok((offered, membership)) => {
            continuation.chosen(&offered.user_id, &membership, offered.carried)
        }
        Err(error) => error.page(&choices.sign_in.settings.footer, request),
    }
}
