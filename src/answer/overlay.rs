//! Changed members laid over an object's text.
//!
//! What nobody changed stays as it is written, digit by digit: a reader that makes numbers of it
//! would write other numbers back.

use std::collections::HashMap;

use super::{
    Keys, MalformedAnswer, cleaning,
    envelope::{Upstream, plain},
    hints, reason, text_of,
};
use crate::json;

/// One member that is changed.
#[derive(Debug, Clone)]
pub struct Change {
    /// The member's name.
    pub name: String,
    /// Its new value, as JSON text.
    pub value: String,
}

/// An id that an object was asked for by.
#[derive(Debug, Clone)]
pub struct AskedId {
    /// The argument's name.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// An object that something is to be done to.
#[derive(Debug)]
pub struct ReadObject {
    /// Fit to be shown, as JSON text.
    pub data: Box<str>,
    /// What its field of the version says, as it is written.
    pub version: Option<String>,
}

/// The object in an upstream body, and its version where that is in this field.
///
/// # Errors
/// As [`lay_over`].
pub fn object_of(
    body: &[u8],
    asked: &[AskedId],
    version: Option<&str>,
    keys: &Keys,
) -> Result<ReadObject, MalformedAnswer> {
    let upstream = whole_object(text_of(body)?, asked, keys)?;
    let mut members = json::members(upstream.data);
    let field = version.and_then(|field| members.find(|(name, _)| *json::said(name) == *field));
    let version = field.map(|(_, value)| value.to_owned());
    let data = cleaning::clean(upstream.data, keys).json.into();
    Ok(ReadObject { data, version })
}

/// Reads a body that has to hold the whole object that was asked for.
fn whole_object<'b>(
    body: &'b str,
    asked: &[AskedId],
    keys: &Keys,
) -> Result<Upstream<'b>, MalformedAnswer> {
    let upstream = Upstream::read(body)?;
    if upstream.holds_a_failure() {
        return Err(MalformedAnswer::Failed(reason::of_json(upstream.whole, keys)));
    }
    if !upstream.data.starts_with('{') {
        return Err(MalformedAnswer::NoObject);
    }
    if !is_asked(upstream.data, asked) {
        return Err(MalformedAnswer::OtherObject);
    }
    if hints::is_partial(&upstream) {
        return Err(MalformedAnswer::Partial);
    }
    Ok(upstream)
}

/// The object in an upstream body, with the changes laid over its members. Changed members stay
/// at their place, new ones follow; a name that the body repeats is changed once, and its
/// repetition goes.
///
/// # Errors
/// When the body holds no object, another than was asked for or perhaps a part of it, or says that
/// the call failed: what is written back takes the place of the whole.
pub fn lay_over(
    body: &[u8],
    asked: &[AskedId],
    changes: &[Change],
    keys: &Keys,
) -> Result<Vec<u8>, MalformedAnswer> {
    let object = whole_object(text_of(body)?, asked, keys)?.data;
    let mut left: HashMap<&str, Option<&str>> =
        changes.iter().map(|change| (&*change.name, Some(&*change.value))).collect();
    let mut whole = String::with_capacity(object.len() + 64);
    for (name, value) in json::members(object) {
        let value = match left.get_mut(&*json::said(name)) {
            None => value,
            Some(changed) => match changed.take() {
                Some(value) => value,
                None => continue,
            },
        };
        member(&mut whole, name, value);
    }
    for change in changes {
        if left.get_mut(&*change.name).and_then(Option::take).is_some() {
            let name = serde_json::to_string(&change.name).expect("a string becomes JSON");
            member(&mut whole, &name, &change.value);
        }
    }
    if whole.is_empty() {
        whole.push('{');
    }
    whole.push('}');
    Ok(whole.into_bytes())
}

/// Whether an object carries the ids that it was asked for by: the last, which is its own, under the
/// argument's name or as `id`; the others, of what it belongs to, where it has them.
fn is_asked(object: &str, asked: &[AskedId]) -> bool {
    let Some((own, parents)) = asked.split_last() else { return false };
    let named = |id: &AskedId, name: &str| {
        let mut all = json::members(object)
            .filter(|(member, _)| plain(member) == plain(name))
            .map(|(_, value)| !value.starts_with(['{', '[']) && *json::said(value) == *id.value)
            .peekable();
        all.peek().is_some().then(|| all.all(|is_equal| is_equal))
    };
    named(own, &own.name).or_else(|| named(own, "id")) == Some(true)
        && parents.iter().all(|parent| named(parent, &parent.name) != Some(false))
}

fn member(whole: &mut String, name: &str, value: &str) {
    whole.push(if whole.is_empty() { '{' } else { ',' });
    whole.push_str(name);
    whole.push(':');
    whole.push_str(value);
}
