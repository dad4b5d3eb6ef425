//! The envelope of an upstream answer: `data`, the next page's key, members beside them.
//!
//! Looks at the members of one object and into none of them. What they say about success is
//! `outcome`'s.

use serde::de::Error as _;
use serde_json::value::RawValue;

use super::MalformedAnswer;
use crate::json;

/// Deepest nesting passed on to clients. Workflows with loops in loops need about ten.
pub(super) const MAX_DEPTH: usize = 64;

/// Members beside `data` that are looked at. Real answers have a few.
const MAX_BESIDE: usize = 200;

/// Levels in which emptiness is looked for: an error's `details.items` and one more.
const MAX_EMPTY_LEVELS: usize = 4;

/// An upstream answer, borrowed from its body.
///
/// Documented envelope: `{"data": …}`; searches add `next_page_key`, writes `message`. An answer
/// without `data` is taken whole, because most operations' answers are assumed.
#[derive(Debug)]
pub(super) struct Upstream<'a> {
    /// Rows or one object, as JSON text; `null` where there is nothing at all.
    pub(super) data: &'a str,
    /// Where the next page begins, where one is named.
    pub(super) next_page_key: Option<&'a RawValue>,
    /// It says where the next page begins, or that there is none.
    pub(super) has_key_member: bool,
    /// The other members of an envelope that hold something.
    pub(super) beside: Beside<'a>,
    /// All of it.
    pub(super) whole: &'a str,
    /// There is a `data`.
    pub(super) has_envelope: bool,
}

/// Members beside `data`, in their order.
#[derive(Debug, Default)]
pub(super) struct Beside<'a> {
    /// Names with their quotes, and values.
    pub(super) members: Vec<(&'a str, &'a str)>,
    /// Members beyond the first.
    pub(super) left_out: usize,
}

impl<'a> Upstream<'a> {
    /// Finds the members in a text.
    ///
    /// # Errors
    /// When it is not JSON, or nests deeper than clients can be trusted to read.
    pub(super) fn read(text: &'a str) -> Result<Self, MalformedAnswer> {
        let beside = Beside::default();
        let mut found = Self {
            data: "null",
            next_page_key: None,
            has_key_member: false,
            beside,
            whole: "",
            has_envelope: false,
        };
        // A write may be answered with nothing at all; what it did is its status' matter.
        if text.trim().is_empty() {
            return Ok(found);
        }
        if json::depth(text) > MAX_DEPTH {
            return Err(MalformedAnswer::TooDeep);
        }
        found.whole = serde_json::from_str::<&RawValue>(text)?.get();
        found.data = found.whole;
        let (mut data, mut key) = (None, None);
        for (name, value) in json::members(found.whole) {
            let place = match &*json::said(name) {
                "data" => &mut data,
                "next_page_key" => &mut key,
                _ => {
                    found.beside.put(name, value);
                    continue;
                }
            };
            if place.replace(value).is_some() {
                return Err(serde_json::Error::custom("one member stands there twice").into());
            }
        }
        if let Some(data) = data {
            (found.data, found.has_envelope) = (data, true);
            found.has_key_member = key.is_some();
            let key = key.filter(|key| holds_something(key));
            found.next_page_key = key.map(serde_json::from_str).transpose()?;
        }
        Ok(found)
    }

    /// All but the next page's key, as JSON texts one after the other.
    pub(super) fn shown(&self) -> String {
        let mut shown = self.data.to_owned();
        for (name, value) in self.beside().into_iter().flat_map(|beside| &beside.members) {
            shown.extend(["\n", name, " ", value]);
        }
        shown
    }

    /// The members beside `data`; none where all of it is data.
    pub(super) fn beside(&self) -> Option<&Beside<'a>> {
        (self.has_envelope && !self.beside.members.is_empty()).then_some(&self.beside)
    }
}

impl<'a> Beside<'a> {
    pub(super) fn put(&mut self, name: &'a str, value: &'a str) {
        if value == "null" {
            return;
        }
        if self.members.len() < MAX_BESIDE {
            self.members.push((name, value));
        } else {
            self.left_out += 1;
        }
    }
}

/// A name without what differs from one convention to the next: `hasMore`, `has_more`, `HasMore`.
pub(super) fn plain(name: &str) -> String {
    let letters = json::said(name);
    letters
        .chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .take(40)
        .collect::<String>()
        .to_ascii_lowercase()
}

/// Whether a value says anything: not null, false, or empty all through.
pub(super) fn holds_something(value: &str) -> bool {
    holds(value, MAX_EMPTY_LEVELS, true)
}

/// The same of what a call came to: zero is nothing.
pub(super) fn holds_result(value: &str) -> bool {
    holds(value, MAX_EMPTY_LEVELS, false)
}

/// Each level is walked once more: what is deeper counts as something.
fn holds(value: &str, levels: usize, zero: bool) -> bool {
    match value.as_bytes().first() {
        Some(b'"') => !json::inside(value).trim().is_empty(),
        Some(b'{' | b'[') if levels == 0 => true,
        Some(b'{') => json::members(value).any(|(_, value)| holds(value, levels - 1, zero)),
        Some(b'[') => json::elements(value).any(|value| holds(value, levels - 1, zero)),
        _ if !zero && value.parse() == Ok(0.0) => false,
        _ => !matches!(value, "null" | "false" | ""),
    }
}
