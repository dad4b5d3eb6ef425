//! What a body says about its own success, whatever its status says.
//!
//! Judges by the shape of one object's members: an object with an id and a state of its own may
//! have failed, and is an answer all the same. Not for statuses, nor for words to a model.

use super::envelope::{Upstream, holds_result, plain};
use crate::json;

/// Members of bodies that tell of a failure and hold nothing else.
const OF_FAILURES: [&str; 48] = [
    "body",
    "code",
    "data",
    "description",
    "detail",
    "details",
    "documentationurl",
    "err",
    "errmsg",
    "error",
    "errorcode",
    "errordescription",
    "errormessage",
    "errors",
    "errortype",
    "erroruri",
    "exception",
    "fault",
    "headers",
    "hint",
    "httpcode",
    "httpstatus",
    "httpstatuscode",
    "info",
    "instance",
    "iserror",
    "issues",
    "message",
    "meta",
    "method",
    "msg",
    "ok",
    "path",
    "reason",
    "resource",
    "retryable",
    "service",
    "stack",
    "stacktrace",
    "status",
    "statuscode",
    "success",
    "timestamp",
    "title",
    "trace",
    "type",
    "url",
    "version",
];

/// Ids of a call or of a refusal, which every body may have. All others are of an object.
const OF_CALLS: [&str; 18] = [
    "requestid",
    "xrequestid",
    "awsrequestid",
    "clientrequestid",
    "correlationid",
    "traceid",
    "spanid",
    "errorid",
    "errorcodeid",
    "eventid",
    "logid",
    "incidentid",
    "supportid",
    "rayid",
    "activityid",
    "transactionid",
    "sessionid",
    "referenceid",
];

/// A member's name with its quotes, and its value.
type NamedValue<'a> = (&'a str, &'a str);

impl Upstream<'_> {
    /// Whether it says that the call failed.
    pub(super) fn says_it_failed(&self) -> bool {
        let members = &self.beside.members;
        if self.has_envelope {
            let names_error = || members.iter().any(names_error);
            return members.iter().any(denies) || (names_error() && !holds_result(self.data));
        }
        is_failure(members)
    }

    /// Whether its object, whole as it must be, is none: a failure, or said to have failed.
    pub(super) fn holds_a_failure(&self) -> bool {
        let own: Vec<NamedValue<'_>> = json::members(self.data).collect();
        self.says_it_failed()
            || is_failure(&own)
            || (!self.has_envelope && own.iter().any(names_error_of_its_own))
    }
}

/// An object that tells of a failure, and is not what was asked for.
fn is_failure(members: &[NamedValue<'_>]) -> bool {
    members.iter().any(|member| denies(member) || names_error(member)) && !is_of_its_own(members)
}

/// It has an id, and a state or anything else that failures don't have.
fn is_of_its_own(members: &[NamedValue<'_>]) -> bool {
    let is_state = |name: &str, value: &str| {
        let word = json::inside(value);
        matches!(name, "status" | "state")
            && value.starts_with('"')
            && !word.is_empty()
            // As JSend writes them.
            && !matches!(word, "error" | "fail")
            && number(value).is_none()
    };
    let is_other = |&(name, value): &NamedValue<'_>| {
        let plain = plain(name);
        let names_a_failure = OF_FAILURES.contains(&&*plain) || OF_CALLS.contains(&&*plain);
        is_state(&plain, value)
            || (!names_a_failure && !is_own_id(name, value) && holds_result(value))
    };
    members.iter().any(|(name, value)| is_own_id(name, value)) && members.iter().any(is_other)
}

/// `id`, or `case_id`, `caseId`, `CaseID`.
fn is_own_id(name: &str, value: &str) -> bool {
    let said = json::said(name);
    let is_id = said.eq_ignore_ascii_case("id")
        || ["_id", "-id", "Id", "ID"].iter().any(|end| said.ends_with(end));
    let is_scalar = !value.starts_with(['{', '[']);
    is_id && is_scalar && holds_result(value) && !OF_CALLS.contains(&&*plain(name))
}

/// It says no, in one word.
fn denies(&(name, value): &NamedValue<'_>) -> bool {
    match &*plain(name) {
        "success" | "ok" => is(value, &["false"]),
        "iserror" => is(value, &["true"]),
        _ => false,
    }
}

/// It names an error.
fn names_error(member: &NamedValue<'_>) -> bool {
    let &(name, value) = member;
    let is_of_failure = |value| number(value).is_some_and(|status| (400..600).contains(&status));
    if json::said(name) == "__type" {
        return holds_result(value);
    }
    match &*plain(name) {
        "status" => is(value, &["error", "fail", "failed", "failure"]) || is_of_failure(value),
        "code" | "statuscode" | "httpcode" | "httpstatus" | "httpstatuscode" => {
            is_of_failure(value)
        }
        _ => names_error_of_its_own(member),
    }
}

/// It is an error, rather than a code or a state that others may have.
fn names_error_of_its_own(&(name, value): &NamedValue<'_>) -> bool {
    match &*plain(name) {
        "error" | "errormessage" | "err" | "errmsg" | "fault" | "exception" => holds_result(value),
        // As a number it counts something.
        "errors" => holds_result(value) && number(value).is_none(),
        _ => false,
    }
}

fn number(value: &str) -> Option<u32> {
    json::inside(value).parse().ok()
}

/// Whether a value is one of these words, as a text or not.
fn is(value: &str, words: &[&str]) -> bool {
    words.iter().any(|word| json::inside(value).eq_ignore_ascii_case(word))
}
