//! A call's requests to WIV, and with which credential.
//!
//! The scope is that of the credential that is used: a key's own ended with it. What WIV refused
//! was not done, so that the other credential may ask again.

use http::StatusCode;
use tokio::time::{Duration, Instant};

use super::{Tools, credential::Used, step::CallStep};
use crate::{
    answer::{self, FailureKind, ToolFailure},
    caller::Caller,
    catalog::{Confidence, Operation, Paging, Toolset, UpstreamRequest},
    origin::PublicUrls,
    telemetry::Causes,
    wiv,
};

/// An answer, and the credential that got it.
pub(super) struct Sent {
    pub(super) answer: wiv::Answer,
    pub(super) used: Used,
}

/// Longest wait to find out which credential is good, where nothing else is asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// What follows from the first credential's answer.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// It counts.
    Keep,
    /// The fallback asks.
    Fallback(Used),
    /// The first is dead, and the fallback does not reach as far.
    Beyond,
}

impl Next {
    /// `first` is absent where the first credential is known to be dead; `may_fall_back` tells whether
    /// the fallback's scope allows the call.
    fn after(first: Option<&Result<wiv::Answer, wiv::Failure>>, may_fall_back: bool) -> Self {
        let is_dead = match first {
            None => true,
            Some(Ok(answer)) => answer.status == StatusCode::UNAUTHORIZED,
            Some(Err(_)) => false,
        };
        // A key that could not be tried because of others must not cost a sign-in its call.
        let is_untried = matches!(first, Some(Err(wiv::Failure::TooManyTries(_))));
        match (is_dead, is_untried, may_fall_back) {
            (true, _, true) => Self::Fallback(Used::FallbackOfDead),
            (true, _, false) => Self::Beyond,
            (false, true, true) => Self::Fallback(Used::FallbackOfUntried),
            _ => Self::Keep,
        }
    }
}

impl Tools {
    /// Asks WIV, with the credential that is good: of two, the configured key first.
    ///
    /// # Errors
    /// When there is no answer, or one that refuses.
    pub(super) async fn send(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
        request: &UpstreamRequest,
    ) -> Result<Sent, ToolFailure> {
        let (answer, used) = self.ask(step, request).await?;
        let told = |failure| used.told(step.caller, failure);
        // What a failure means depends on the credential that met it.
        let step = CallStep { caller: used.of(step.caller), ..step };
        let answer = answer.map_err(|failure| {
            tracing::warn!(
                operation = &*operation.id,
                request.id = format_args!("{:032x}", step.trace.request_id),
                error = %Causes(&failure),
                "no answer from the WIV API"
            );
            told(ToolFailure::silent(self.facts(step, operation, request), &failure))
        })?;
        if !answer.status.is_success() {
            tracing::info!(
                operation = &*operation.id,
                upstream.status = answer.status.as_u16(),
                request.id = format_args!("{:032x}", step.trace.request_id),
                "the WIV API refused a request"
            );
            let facts = self.facts(step, operation, request);
            let wiv::Answer { status, body, head, retry_after, .. } = &answer;
            return Err(told(ToolFailure::refused(facts, *status, body, head, *retry_after)));
        }
        step.settled.get_or_init(|| used);
        Ok(Sent { answer, used })
    }

    async fn ask(
        &self,
        step: CallStep<'_>,
        request: &UpstreamRequest,
    ) -> Result<(Result<wiv::Answer, wiv::Failure>, Used), ToolFailure> {
        let send = |caller| self.wiv.send(caller, request, step.trace, step.deadline);
        let Some(fallback) = &step.caller.fallback else {
            return Ok((send(step.caller).await, Used::First));
        };
        if let Some(used) = step.settled.get() {
            return Ok((send(used.of(step.caller)).await, *used));
        }
        let is_dead =
            self.wiv.verdicts().fresh(step.caller.fingerprint) == Some(wiv::Verdict::Refused);
        let first = if is_dead { None } else { Some(send(step.caller).await) };
        let may_fall_back = step.tool.hints.read_only || fallback.may_write();
        match Next::after(first.as_ref(), may_fall_back) {
            Next::Keep => Ok((first.expect("what is kept was asked"), Used::First)),
            Next::Fallback(used) => Ok((send(fallback).await, used)),
            Next::Beyond => Err(beyond_the_fallback()),
        }
    }

    /// The fallback, as it is used where it was used before.
    pub(super) fn used_instead(&self, caller: &Caller) -> Used {
        match self.wiv.verdicts().fresh(caller.fingerprint) {
            Some(wiv::Verdict::Refused) => Used::FallbackOfDead,
            _ => Used::FallbackOfUntried,
        }
    }

    /// Which credential a read would be sent with now. WIV is asked only where there are two and
    /// nothing is known.
    pub(super) async fn credential_in_use(&self, step: CallStep<'_>) -> Used {
        if step.caller.fallback.is_none() {
            return Used::First;
        }
        let first = match self.wiv.verdicts().fresh(step.caller.fingerprint) {
            Some(wiv::Verdict::Good) => return Used::First,
            Some(wiv::Verdict::Refused) => None,
            None => {
                let deadline = step.deadline.min(Instant::now() + PATIENCE);
                let request = self.catalog.key_check();
                Some(self.wiv.look(step.caller, &request, step.trace, deadline).await)
            }
        };
        match Next::after(first.as_ref(), true) {
            Next::Fallback(used) => used,
            Next::Keep | Next::Beyond => Used::First,
        }
    }

    /// What a failure's words depend on. The read in front of an update changes nothing.
    pub(super) fn facts<'s>(
        &'s self,
        step: CallStep<'s>,
        operation: &Operation,
        request: &UpstreamRequest,
    ) -> answer::FailedOperation<'s> {
        answer::FailedOperation {
            writes: !step.tool.hints.read_only && !request.repeatable,
            documented: operation.confidence == Confidence::Documented,
            for_msps: step.tool.toolset == Toolset::Msp || request.impersonated_tenant.is_some(),
            has_id: step.arguments.iter().any(|(name, _)| name == "id" || name.ends_with("_id")),
            has_name: step.arguments.iter().any(|(name, _)| name.ends_with("_name")),
            continues: operation.paging == Some(Paging::Scroll)
                && step.arguments.cursor().is_some(),
            signed_in: step.caller.grant.is_some(),
            connect_url: self.settings.urls.as_ref().map(PublicUrls::connect),
            keys: step.keys,
        }
    }
}

/// The configured key is dead, and the sign-in beside it does not reach as far.
fn beyond_the_fallback() -> ToolFailure {
    ToolFailure::new(
        FailureKind::Forbidden,
        "WIV refuses the API key that is configured in the client, and the sign-in beside it \
         allows reading only. Nothing was changed. Remove the key from the client's settings; \
         to allow changes, sign in again and allow them.",
    )
}
