//! What transports ask around a request: key, scope, credential.
//!
//! Asks only; who the caller is was settled before.

use http::{Extensions, StatusCode};

use super::{Connection, Endpoint, Refusal};
use crate::{
    admission::{Admitted, NotAdmitted},
    auth::Resource,
    caller::{Caller, Fingerprint, Grant},
    clock::unix_seconds,
    mcp::{self, Effect, Host, jsonrpc::Request},
    telemetry::TraceId,
};

/// How long a sign-in counts as new, in seconds.
const NEW_GRANT_SECONDS: u64 = 60;

/// Who asks, and how.
#[derive(Clone, Copy)]
pub(super) struct Asking<'r> {
    pub(super) caller: &'r Caller,
    pub(super) resource: Resource,
    pub(super) extensions: &'r Extensions,
}

impl Asking<'_> {
    pub(super) fn trace_id(&self) -> TraceId {
        TraceId::of(self.extensions)
    }

    /// The connection is a customer's from now on.
    fn is_customers(&self, customer: Fingerprint) {
        if let Some(connection) = self.extensions.get::<Connection>() {
            connection.is_customers(&customer);
        }
    }
}

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Which customer asks; `None` for strangers.
    pub(super) fn customer(&self, asking: &Asking<'_>) -> Option<Fingerprint> {
        let customer = match &self.admission {
            Some(admission) => admission.customer(asking.caller)?,
            None => asking.caller.fingerprint,
        };
        asking.is_customers(customer);
        Some(customer)
    }

    /// Tries the key when a client connects.
    pub(super) async fn admit(&self, asking: &Asking<'_>) -> Result<Admitted, Refusal> {
        let Some(admission) = &self.admission else { return Ok(Admitted::Customer) };
        let Asking { caller, resource, .. } = *asking;
        match admission.admit(caller, asking.trace_id().0).await {
            Ok(admitted) => {
                self.customer(asking);
                Ok(admitted)
            }
            Err(NotAdmitted::Refused) => {
                let challenge = self.challenges.refused_key(resource, caller.grant.is_some());
                Err(Refusal::unauthorized(challenge))
            }
            Err(NotAdmitted::TooManyTries(busy)) => Err(Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_attempts",
                "too many keys that nobody knows are being tried; try again in a moment",
            )
            .retry_after(busy.retry_after_seconds)),
        }
    }

    /// Refuses a writing tool to a grant that allows reading only, before anything is run.
    pub(super) fn check_scope(
        &self,
        caller: &Caller,
        resource: Resource,
        request: &Request,
    ) -> Result<(), Refusal> {
        if caller.may_write() || mcp::effect(&*self.host, request) == Effect::Read {
            return Ok(());
        }
        Err(Refusal::insufficient_scope(self.challenges.insufficient_scope(resource)))
    }

    /// A sign-in whose key WIV no longer takes is told as 401, so that the client renews it or
    /// asks the person. Not for a new one: a client would go round in circles. A bare key's
    /// client could only start a sign-in that nobody wants.
    pub(super) fn check_credential(
        &self,
        grant: Option<&Grant>,
        resource: Resource,
        credential_refused: bool,
    ) -> Result<(), Refusal> {
        match grant {
            Some(grant)
                if credential_refused && unix_seconds() > grant.issued_at + NEW_GRANT_SECONDS =>
            {
                Err(Refusal::unauthorized(self.challenges.refused_key(resource, true)))
            }
            _ => Ok(()),
        }
    }
}
