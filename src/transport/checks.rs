//! What transports ask around a request: key, scope, credential.
//!
//! Asks only; who the caller is was settled before.

use http::{HeaderMap, StatusCode};

use super::{Endpoint, Refusal, headers};
use crate::{
    admission::Verdict,
    auth::Resource,
    caller::{Caller, Grant},
    clock::unix_seconds,
    mcp::{self, Effect, Host, jsonrpc::Request},
    telemetry::TraceId,
};

/// How long a sign-in counts as new, in seconds.
const NEW_GRANT_SECONDS: u64 = 60;

impl<H: Host<Caller = Caller>> Endpoint<H> {
    /// Tries the key when a client connects.
    pub(super) async fn admit(
        &self,
        caller: &Caller,
        resource: Resource,
        headers: &HeaderMap,
        trace_id: TraceId,
    ) -> Result<(), Refusal> {
        let Some(admission) = &self.admission else { return Ok(()) };
        let address = headers::client_address(headers, self.settings.trusted_proxy_hops);
        match admission.admit(caller, address, trace_id.0).await {
            Verdict::Admitted => Ok(()),
            Verdict::Refused => {
                let challenge = self.challenges.refused_key(resource, caller.grant.is_some());
                Err(Refusal::unauthorized(challenge))
            }
            Verdict::TooManyAttempts => Err(Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_attempts",
                "too many refused keys; try again in a moment",
            )
            .retry_after(1)),
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
        answer: &mcp::Response,
    ) -> Result<(), Refusal> {
        match grant {
            Some(grant)
                if answer.credential_refused
                    && unix_seconds() > grant.issued_at + NEW_GRANT_SECONDS =>
            {
                Err(Refusal::unauthorized(self.challenges.refused_key(resource, true)))
            }
            _ => Ok(()),
        }
    }
}
