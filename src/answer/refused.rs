//! What the WIV API's refusals and silences mean to a model.
//!
//! The only place that translates a status. HTTP 401 and 403 of our own are never used for
//! these: clients would take them for a login.

use std::time::Duration;

use http::StatusCode;

use super::{
    FailureKind, Keys, MalformedAnswer, ToolFailure,
    reason::{self, Reason},
    text_of,
};
use crate::wiv::BodyHead;

/// What is known about the operation that failed.
#[derive(Debug, Clone, Copy)]
pub struct FailedOperation<'a> {
    /// It changes something.
    pub writes: bool,
    /// WIV documents its path; otherwise the catalogue assumes it.
    pub documented: bool,
    /// Only an MSP's key may do it.
    pub for_msps: bool,
    /// It names an object by an id.
    pub has_id: bool,
    /// It names something by a name of its kind.
    pub has_name: bool,
    /// It goes on with a scroll that was begun before.
    pub continues: bool,
    /// The caller signed in, rather than configured a key.
    pub signed_in: bool,
    /// Where a person gets a new key, when that is on a page of ours.
    pub connect_url: Option<&'a str>,
    /// The caller's keys, which upstream may repeat.
    pub keys: &'a Keys,
}

impl FailedOperation<'_> {
    fn where_keys_are(&self) -> String {
        match self.connect_url {
            Some(url) => format!("at {url}"),
            None => "in WIV (avatar menu, API Keys)".to_owned(),
        }
    }

    /// WIV's own words speak of the object; anybody else's may be about the way to it.
    fn not_found(&self, reason: &Reason, said: &str) -> String {
        if self.continues {
            return format!(
                "WIV no longer knows this place of the list{said}: a scroll ends after some \
                 minutes. Begin anew, without `cursor`."
            );
        }
        let what = if self.has_id { "such object" } else { "data for this" };
        let check = match (self.has_id, reason.is_documented) {
            (true, true) => "Check the id with a list or search tool; don't guess ids.",
            (false, true) if self.has_name => {
                "Correct the name; the argument's description says where names are listed."
            }
            (false, true) => "There is nothing to correct in the arguments' ids: it names none.",
            (true, false) => "Check the id with a list or search tool; if the id is right,",
            (false, false) => "Trying again will not help;",
        };
        match (reason.is_documented, self.documented) {
            (true, _) => format!("WIV has no {what}{said}. {check}"),
            (false, true) => format!(
                "WIV has no {what}, or something between this server and WIV answered with \
                 status 404{said}: these are not WIV's words. {check} the operator should check \
                 WIV_API_URL."
            ),
            (false, false) => format!(
                "No {what}, or this server's path for it is wrong{said}. {check} the operator \
                 can correct the path in the catalogue."
            ),
        }
    }
}

impl ToolFailure {
    /// An answer whose status says that the call failed.
    pub fn refused(
        operation: FailedOperation<'_>,
        status: StatusCode,
        body: &[u8],
        head: &BodyHead,
        retry_after: Option<Duration>,
    ) -> Self {
        let mut reason = reason::of(body, operation.keys);
        if reason.text.is_none() && head.is_plain_text {
            reason = reason::of_plain_text(body, operation.keys);
        }
        let said = match (&reason.text, text_of(body)) {
            (None, Err(unread)) => {
                let unread = unread.encoded_as(head.encoding.as_deref());
                format!(" (what it says can't be read: {unread})")
            }
            _ => reason.quoted(),
        };
        let may_be_done = operation.writes
            && status != StatusCode::TOO_MANY_REQUESTS
            && may_pass_or_failed(status);
        let (kind, message) = match status {
            StatusCode::UNAUTHORIZED if operation.signed_in => (
                FailureKind::Unauthorized,
                format!(
                    "WIV no longer takes this sign-in{said}: it was revoked or expired. Trying again \
                     will not help; the person must sign in again: reconnect in the assistant's \
                     settings{}.",
                    operation.connect_url.map(|url| format!(", or see {url}")).unwrap_or_default()
                ),
            ),
            StatusCode::UNAUTHORIZED => (
                FailureKind::Unauthorized,
                format!(
                    "WIV refused the API key{said}. It expired, was revoked, or is mistyped; trying \
                     again will not help. Get a new key {} and put it into the client's \
                     settings.",
                    operation.where_keys_are()
                ),
            ),
            StatusCode::FORBIDDEN if !reason.is_documented => (
                FailureKind::Forbidden,
                format!(
                    "The request was refused with status 403, in other words than WIV's{said}. It may \
                     be the role of the API key, {}or something between this server and WIV, such \
                     as a gateway or a firewall. Trying again will not help; a person can try the \
                     same in WIV, and the operator can look at the way there.",
                    if operation.documented { "" } else { "this server's path for it, " }
                ),
            ),
            StatusCode::FORBIDDEN if operation.for_msps => (
                FailureKind::Forbidden,
                format!(
                    "WIV does not allow this with this key{said}. It needs the key of an MSP, the \
                     parent of its customers' organizations; with one, the customer may not be \
                     one of theirs, or the key's role is too low. Trying again will not help. \
                     Customers are listed by `wiv_list_msp_customers`; for one organization's own \
                     data use the tools without `msp` in their names, without `customer_id`."
                ),
            ),
            StatusCode::FORBIDDEN => (
                FailureKind::Forbidden,
                format!(
                    "WIV does not allow this with the role of the API key{said}. Trying again will \
                     not help; a person with a higher role can do it, or give the key's owner \
                     that role."
                ),
            ),
            StatusCode::GONE => (
                FailureKind::NotFound,
                format!(
                    "WIV no longer has this object{said}. Find another with a list or search tool."
                ),
            ),
            StatusCode::NOT_FOUND => (FailureKind::NotFound, operation.not_found(&reason, &said)),
            StatusCode::CONFLICT
            | StatusCode::PRECONDITION_FAILED
            | StatusCode::LOCKED
            | StatusCode::FAILED_DEPENDENCY
            | StatusCode::PRECONDITION_REQUIRED => (
                FailureKind::Conflict,
                format!(
                    "WIV refused this because of the object's present state{said}. Read the object \
                     again and decide anew."
                ),
            ),
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => (
                FailureKind::InvalidArguments,
                format!(
                    "WIV did not accept the arguments{said}. Correct them before trying again."
                ),
            ),
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => (
                FailureKind::TooLarge,
                format!(
                    "WIV found the request too large{said}. Nothing was done; send less in one call."
                ),
            ),
            StatusCode::TOO_MANY_REQUESTS => (
                FailureKind::RateLimited,
                format!("WIV is limiting the calls of this key{said}. Nothing was done."),
            ),
            status if may_be_done => (
                FailureKind::UpstreamError,
                format!(
                    "WIV failed with status {}{said}. The change may have been made: read the \
                     object before trying again.",
                    status.as_u16()
                ),
            ),
            status if may_pass(status) => (
                FailureKind::UpstreamError,
                format!(
                    "WIV failed with status {}{said}. Trying again later may help.",
                    status.as_u16()
                ),
            ),
            status => (
                FailureKind::UpstreamError,
                format!(
                    "WIV answered with the unexpected status {}{said}. Trying again will not help; \
                     the operator should check WIV_API_URL and the catalogue.",
                    status.as_u16()
                ),
            ),
        };
        Self {
            kind,
            status: Some(status.as_u16()),
            message: message.into(),
            // Beside "trying again will not help", or "read the object before", a wait would say the
            // contrary.
            retry_after_seconds: retry_after
                .filter(|_| may_pass(status) && !may_be_done)
                .map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0)),
            was_not_sent: false,
        }
    }

    /// An answer came that can't be passed on.
    pub fn unreadable(
        operation: FailedOperation<'_>,
        status: StatusCode,
        malformed: &MalformedAnswer,
    ) -> Self {
        if let MalformedAnswer::Failed(reason) = malformed {
            return Self::failed(operation, status, reason);
        }
        let said = format!("WIV sent an answer that can't be read: {malformed}");
        let (kind, advice) = match malformed {
            MalformedAnswer::TooManyRows => (
                FailureKind::TooLarge,
                "Ask for less: a smaller `limit`, a narrower filter or date range.",
            ),
            _ if malformed.may_pass() => (FailureKind::Malformed, "Trying again may help."),
            _ => (
                FailureKind::Malformed,
                "Trying again will hardly help; the operator should check WIV_API_URL and what \
                 stands between this server and WIV.",
            ),
        };
        Self::untold(operation, status, kind, &said, advice)
    }

    /// A success by its status and a failure by its words.
    fn failed(operation: FailedOperation<'_>, status: StatusCode, reason: &Reason) -> Self {
        let advice = if operation.writes {
            "Read the object to see whether anything was changed."
        } else {
            "The same call will hardly do better."
        };
        let message = format!(
            "WIV answered with status {} and says that the call failed{}. {advice}",
            status.as_u16(),
            reason.quoted()
        );
        Self { status: Some(status.as_u16()), ..Self::new(FailureKind::UpstreamError, message) }
    }

    /// An answer came, and making it readable took too long or failed.
    pub fn unshaped(operation: FailedOperation<'_>, status: StatusCode, why: Unshaped) -> Self {
        let (kind, advice) = match why {
            Unshaped::NoTurn => (
                FailureKind::Timeout,
                "Ask for less (a smaller `limit`, a narrower filter), or try again later.",
            ),
            Unshaped::Failed => (
                FailureKind::Malformed,
                "Trying again will hardly help; the operator finds the cause in the log.",
            ),
        };
        Self::untold(operation, status, kind, &why.to_string(), advice)
    }

    /// An answer came and can't be told. A write was probably done.
    fn untold(
        operation: FailedOperation<'_>,
        status: StatusCode,
        kind: FailureKind,
        said: &str,
        advice: &str,
    ) -> Self {
        let (kind, advice) = if operation.writes {
            (
                FailureKind::OutcomeUnknown,
                "The change was probably made: read the object before trying again.",
            )
        } else {
            (kind, advice)
        };
        Self { status: Some(status.as_u16()), ..Self::new(kind, format!("{said}. {advice}")) }
    }
}

/// Why an answer was not made readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unshaped {
    /// Too many large answers came at one time.
    #[error("WIV answered, and too many large answers are being read at this time")]
    NoTurn,
    /// A mistake of ours.
    #[error("WIV answered, and this server failed at reading it")]
    Failed,
}

/// Whether a write may have been made all the same.
fn may_pass_or_failed(status: StatusCode) -> bool {
    status.is_server_error() || may_pass(status)
}

/// Whether the same request may be taken later.
fn may_pass(status: StatusCode) -> bool {
    let is_of_moment = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY
    );
    let is_for_ever =
        matches!(status, StatusCode::NOT_IMPLEMENTED | StatusCode::HTTP_VERSION_NOT_SUPPORTED);
    is_of_moment || (status.is_server_error() && !is_for_ever)
}
