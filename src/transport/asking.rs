//! Who asks, and how: what a request says around its message.
//!
//! Asks the gate and nobody else; who the caller is was settled before.

use http::{Extensions, StatusCode};

use super::{ClientConnection, Endpoint, Refusal};
use crate::{
    admission::{Admitted, Denied},
    auth::ProtectedResource,
    caller::{Caller, Fingerprint},
    mcp::Host,
    telemetry::TraceId,
};

/// Who asks, and how.
#[derive(Clone, Copy)]
pub(super) struct Asking<'r> {
    pub(super) caller: &'r Caller,
    pub(super) resource: ProtectedResource,
    pub(super) extensions: &'r Extensions,
}

impl Asking<'_> {
    pub(super) fn trace_id(&self) -> TraceId {
        TraceId::of(self.extensions)
    }

    /// The connection is a customer's from now on.
    fn is_customers(&self, customer: Fingerprint) {
        if let Some(connection) = self.extensions.get::<ClientConnection>() {
            connection.is_customers(&customer);
        }
    }
}

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Which customer asks; `None` for strangers.
    pub(super) fn customer(&self, asking: &Asking<'_>) -> Option<Fingerprint> {
        let customer = self.gate.customer(asking.caller)?;
        asking.is_customers(customer);
        Some(customer)
    }

    /// Lets a client in that connects.
    pub(super) async fn admit(&self, asking: &Asking<'_>) -> Result<Admitted, Refusal> {
        let Asking { caller, resource, .. } = *asking;
        let admitted = self.gate.admit(caller, resource, asking.trace_id().0).await?;
        self.customer(asking);
        Ok(admitted)
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Refused(challenge) => Self::unauthorized(challenge),
            Denied::InsufficientScope(challenge) => Self::insufficient_scope(challenge),
            Denied::TooManyTries(busy) => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_attempts",
                "too many keys that nobody knows are being tried; try again in a moment",
            )
            .retry_after(busy.retry_after_seconds),
        }
    }
}
