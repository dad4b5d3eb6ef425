//! Changed members laid over an object's text.
//!
//! What nobody changed stays as it is written, digit by digit: a reader that makes numbers of it
//! would write other numbers back.

use std::collections::HashMap;

use super::{Keys, MalformedAnswer, envelope::Upstream, reason, text_of};
use crate::json;

/// One member that is changed.
#[derive(Debug, Clone)]
pub struct Change {
    /// The member's name.
    pub name: String,
    /// Its new value, as JSON text.
    pub value: String,
}

/// The object in an upstream body, with the changes laid over its members. Changed members stay
/// at their place, new ones follow; a name that the body repeats is changed once, and its
/// repetition goes.
///
/// # Errors
/// When the body holds no object, or says that the call failed.
pub fn lay_over(body: &[u8], changes: &[Change], keys: &Keys) -> Result<Vec<u8>, MalformedAnswer> {
    let upstream = Upstream::read(text_of(body)?)?;
    if upstream.says_it_failed() {
        return Err(MalformedAnswer::Failed(reason::of_json(upstream.whole, keys)));
    }
    let object = upstream.data;
    if !object.starts_with('{') {
        return Err(MalformedAnswer::NoObject);
    }
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

fn member(whole: &mut String, name: &str, value: &str) {
    whole.push(if whole.is_empty() { '{' } else { ',' });
    whole.push_str(name);
    whole.push(':');
    whole.push_str(value);
}
