//! Whether and when a request is sent again.
//!
//! Pure: the decision is data in, data out. Writes never come here.

use std::time::Duration;

use http::StatusCode;

/// Sendings of one request, the first included. Three bridge a restart of one upstream
/// instance; more would multiply an overload.
pub(super) const MAX_SENDINGS: u32 = 3;

/// Wait before the second sending; doubled for the third.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// What came of a sending that may be repeated.
#[derive(Debug, Clone, Copy)]
pub(super) enum SendOutcome {
    /// No connection, or it broke before the answer was complete.
    NoAnswer,
    /// An answer with this status and `Retry-After`.
    Status(StatusCode, Option<Duration>),
}

/// The wait before the next sending, or `None` when the outcome stands.
///
/// `jitter` is in 0..1 and spreads callers that failed at the same moment over half the wait.
pub(super) fn wait(
    outcome: SendOutcome,
    sendings: u32,
    remaining: Duration,
    jitter: f64,
) -> Option<Duration> {
    if sendings >= MAX_SENDINGS {
        return None;
    }
    let backoff = FIRST_WAIT * 2_u32.pow(sendings - 1);
    let backoff = backoff.mul_f64(0.75 + jitter / 2.0);
    let wait = match outcome {
        SendOutcome::NoAnswer => backoff,
        SendOutcome::Status(status, retry_after) if is_passing(status) => {
            retry_after.unwrap_or(backoff).max(backoff)
        }
        SendOutcome::Status(..) => return None,
    };
    // No use in waking up with no time left to be answered in.
    (wait + FIRST_WAIT < remaining).then_some(wait)
}

/// Statuses that another sending may better.
fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}
