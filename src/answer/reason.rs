//! The readable text in a body that tells of a failure.
//!
//! Forms of many makers: the WIV API's own, FastAPI's, problem details, gateways', OpenSearch's.
//! Bodies that are no JSON, such as a proxy's HTML, are not repeated.

use serde_json::value::RawValue;

use super::{Keys, envelope};
use crate::{caller::MAX_KEY_BYTES, json, text};

/// Longest text of upstream that is repeated, in characters.
const MAX_TEXT_CHARS: usize = 500;

/// Larger bodies are not a form that anybody documents, and reading them would hold up other
/// callers.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Levels that are looked at. OpenSearch's causes are the deepest, with five.
const MAX_LEVELS: usize = 8;

/// Texts of one list, or of one object by the names of its members.
const MAX_LISTED: usize = 3;

/// Members of one object that are looked at.
const MAX_MEMBERS: usize = 100;

/// Members that hold a reason, the more general first.
const NAMES: [&str; 26] = [
    "error",
    "errors",
    "err",
    "title",
    "message",
    "errormessage",
    "errmsg",
    "msg",
    "faultstring",
    "reason",
    "detail",
    "details",
    "description",
    "errordescription",
    "rootcause",
    "causedby",
    "cause",
    "fault",
    "exception",
    "nonfielderrors",
    "validationerrors",
    "fielderrors",
    "invalidparams",
    "violations",
    "issues",
    "info",
];

/// Members that may hold an object with a reason, where none stands beside them.
const WRAPPERS: [&str; 5] = ["data", "response", "result", "body", "meta"];

/// Members that say where a reason belongs.
const WHERE: [&str; 8] =
    ["loc", "field", "param", "pointer", "property", "attribute", "path", "name"];

/// Members of an object whose own names say where reasons belong.
const BY_FIELD: [&str; 6] =
    ["errors", "detail", "details", "validationerrors", "fielderrors", "issues"];

/// Ends of names of members that are for programs.
const FOR_PROGRAMS: [&str; 5] = ["code", "id", "type", "status", "timestamp"];

/// How texts begin or end that are of a router, which knows of no objects.
const OF_ROUTERS: [&str; 6] = [
    "cannot ",
    "no route",
    "path not found",
    "route not found",
    "endpoint not found",
    "no handler",
];

/// What a body says.
#[derive(Debug, Clone, Default)]
pub struct Reason {
    /// On one line and of bounded length, without what is hidden and without keys.
    pub(super) text: Option<String>,
    /// The text had half of a character in some place.
    pub(super) had_half: bool,
    /// It has the form that WIV documents, `{"error": "<text>"}`.
    pub(super) is_documented: bool,
}

/// Reads the body of a refusal.
pub(super) fn of(body: &[u8], keys: &Keys) -> Reason {
    if body.len() > MAX_BODY_BYTES {
        return Reason::default();
    }
    match serde_json::from_slice::<&RawValue>(body) {
        Ok(body) => of_json(body.get(), keys),
        Err(_) => Reason::default(),
    }
}

/// Whether a refusal's body has the form that WIV documents: what stands in front of WIV refuses in
/// forms of its own.
pub fn is_in_wivs_form(body: &[u8]) -> bool {
    of(body, &Keys::none()).is_documented
}

/// Reads a JSON text.
pub(super) fn of_json(body: &str, keys: &Keys) -> Reason {
    if body.len() > MAX_BODY_BYTES {
        return Reason::default();
    }
    let is_documented = is_documented(body);
    let Some(text) = of_value(body, "", 0) else {
        return Reason { is_documented, ..Reason::default() };
    };
    // A key that is cut in two would not be found: the cut comes after.
    let text: String = keys.taken_out_of(text).chars().take(MAX_TEXT_CHARS).collect();
    let text = text.trim().trim_end_matches('.').to_owned();
    // One that stands there as such is no half.
    let had_half =
        text.contains(char::REPLACEMENT_CHARACTER) && json::units(body).any(|unit| unit.is_broken);
    Reason { text: Some(text).filter(|text| !text.is_empty()), had_half, is_documented }
}

/// `{"error": "<text>"}`; a router of another maker writes the like, with the path that it lacks.
fn is_documented(body: &str) -> bool {
    let member = |wanted: &str| {
        let mut members = json::members(body).take(MAX_MEMBERS);
        members.find(|(name, _)| json::said(name) == wanted).map(|(_, value)| value)
    };
    let Some(text) = member("error").and_then(said) else { return false };
    let text = text.to_lowercase();
    let is_of_router =
        OF_ROUTERS.iter().any(|words| text.starts_with(words) || text.ends_with(words));
    let is_of_framework = member("path").is_some() && member("timestamp").is_some();
    !is_of_router && !is_of_framework
}

/// A text that came as one, unlike a page or a form that is broken.
pub(super) fn of_plain_text(body: &[u8], keys: &Keys) -> Reason {
    let body = std::str::from_utf8(body).unwrap_or_default().trim();
    if body.len() > MAX_BODY_BYTES || body.starts_with(['<', '{', '[']) || body.contains('\0') {
        return Reason::default();
    }
    let quoted = serde_json::to_string(body).expect("a string becomes JSON");
    Reason { is_documented: false, ..of_json(&quoted, keys) }
}

fn of_value(value: &str, name: &str, level: usize) -> Option<String> {
    match value.as_bytes().first()? {
        b'"' => said(value),
        b'[' if level < MAX_LEVELS => {
            let each = json::elements(value).take(MAX_MEMBERS);
            joined(each.filter_map(|value| of_value(value, name, level + 1)), MAX_LISTED, "; ")
        }
        b'{' if level < MAX_LEVELS => of_object(value, name, level),
        _ => None,
    }
}

fn of_object(object: &str, name: &str, level: usize) -> Option<String> {
    let members = || json::members(object).take(MAX_MEMBERS);
    let mut ranked: Vec<(usize, &str, &str)> = Vec::new();
    let (mut place, mut wrapped) = (None, None);
    for (name, value) in members() {
        let plain = envelope::plain(name);
        if let Some(rank) = NAMES.iter().position(|name| *name == plain) {
            ranked.push((rank, NAMES[rank], value));
        } else if level > 0 && WHERE.contains(&&*plain) {
            place = place.or_else(|| place_in(value));
        } else if WRAPPERS.contains(&&*plain) && value.starts_with('{') {
            wrapped = wrapped.or(Some(value));
        }
    }
    ranked.sort_by_key(|(rank, ..)| *rank);
    let each = ranked.into_iter().filter_map(|(_, name, value)| of_value(value, name, level + 1));
    let text = joined(each, MAX_LISTED, ": ").or_else(|| of_value(wrapped?, "", level + 1));
    if let Some(text) = text {
        return Some(match place {
            Some(place) => format!("{place}: {text}"),
            None => text,
        });
    }
    // Django's: each member is a field, with a list of texts.
    let is_text = |text: &str| text.starts_with('"');
    let is_of_fields = level == 0
        && members().all(|(_, value)| value.starts_with('[') && json::elements(value).all(is_text));
    if !is_of_fields && !BY_FIELD.contains(&name) {
        return None;
    }
    let is_for_people = |(field, _): &(&str, &str)| {
        let field = envelope::plain(field);
        !FOR_PROGRAMS.iter().any(|end| field.ends_with(end))
    };
    let each = members().filter(|field| is_of_fields || is_for_people(field));
    let each = each.filter_map(|(field, value)| {
        let text = of_value(value, "", level + 1)?;
        Some(format!("{}: {text}", said(field)?))
    });
    joined(each, MAX_LISTED, "; ")
}

/// The first texts that differ.
fn joined(texts: impl Iterator<Item = String>, most: usize, between: &str) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        if !found.contains(&text) {
            found.push(text);
        }
        if found.len() == most {
            break;
        }
    }
    (!found.is_empty()).then(|| found.join(between))
}

/// Where a reason belongs: a name, or the steps of a path.
fn place_in(value: &str) -> Option<String> {
    if value.starts_with('[') {
        let steps = json::elements(value).take(MAX_LISTED * 2);
        let steps = steps.filter_map(|step| {
            said(step).or_else(|| step.parse::<u32>().ok().map(|step| step.to_string()))
        });
        let steps: Vec<String> = steps.collect();
        return (!steps.is_empty()).then(|| steps.join("."));
    }
    said(value)
}

impl Reason {
    /// As it stands in a sentence of ours, in quotes that nothing in it can close.
    pub(super) fn quoted(&self) -> String {
        let Some(text) = &self.text else { return String::new() };
        let half = if self.had_half { "; \u{fffd} stands for half of a character" } else { "" };
        format!(" (it says: {}{half})", text::quoted(text))
    }
}

/// What a string says, on one line and without what is hidden; nothing for markup.
fn said(value: &str) -> Option<String> {
    if !value.starts_with('"') {
        return None;
    }
    let shown = text::shown(json::units(json::inside(value)).map(|unit| unit.says));
    let said: String = shown.take(MAX_TEXT_CHARS + MAX_KEY_BYTES).collect();
    let said = said.trim().trim_end_matches('.');
    (!said.is_empty() && !said.starts_with('<')).then(|| said.to_owned())
}
