//! Cursors: the place of the next page, sealed and bound to who asked what.
//!
//! A cursor opens only for the same key, tool and arguments, so that one organization's place
//! is worth nothing to another, and a filter can't change half-way through a list.

use aws_lc_rs::digest;
use serde_json::{Value, value::RawValue};

use super::Tools;
use crate::{
    answer::Position,
    caller::Caller,
    catalog::{Arguments, Tool},
    seal::Sealer,
};

/// Hexadecimal digits of the binding in front of a cursor's text: half of SHA-256.
const BINDING_CHARS: usize = 32;

/// Arguments that may differ from page to page.
const PER_PAGE: [&str; 5] = ["cursor", "limit", "fields", "format", "totals"];

impl Tools {
    pub(super) fn seal_cursor(
        &self,
        caller: &Caller,
        tool: &Tool,
        arguments: &Arguments,
        position: &Position,
    ) -> String {
        seal(&self.cursors, &binding(caller, tool, arguments), position)
    }

    /// Seals a place later and elsewhere.
    pub(super) fn cursor_seal(
        &self,
        caller: &Caller,
        tool: &Tool,
        arguments: &Arguments,
    ) -> impl FnOnce(Position) -> String + Send + use<> {
        let (cursors, binding) = (self.cursors.clone(), binding(caller, tool, arguments));
        move |position| seal(&cursors, &binding, &position)
    }

    pub(super) fn open_cursor(
        &self,
        caller: &Caller,
        tool: &Tool,
        arguments: &Arguments,
        cursor: &str,
    ) -> Option<Position> {
        let payload = String::from_utf8(self.cursors.open(cursor).ok()?).ok()?;
        let (bound_to, place) = payload.split_at_checked(BINDING_CHARS)?;
        if bound_to != binding(caller, tool, arguments) {
            return None;
        }
        let (offset, page_key) = place.split_once(' ')?;
        let (offset, stamp) = match offset.split_once('.') {
            Some((offset, stamp)) => (offset, Some(stamp.parse().ok()?)),
            None => (offset, None),
        };
        let page_key = match page_key {
            "" => None,
            json => Some(serde_json::from_str(json).ok()?),
        };
        Some(Position { offset: offset.parse().ok()?, page_key, stamp })
    }
}

fn seal(cursors: &Sealer, binding: &str, position: &Position) -> String {
    let page_key = position.page_key.as_deref().map_or("", RawValue::get);
    let stamp = position.stamp.map(|stamp| format!(".{stamp}")).unwrap_or_default();
    cursors.seal(format!("{binding}{}{stamp} {page_key}", position.offset).as_bytes())
}

/// Hash of key, tool and arguments. It stays inside the sealed cursor, so it needs no key of
/// its own, and survives a change of sealing keys.
fn binding(caller: &Caller, tool: &Tool, arguments: &Arguments) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(caller.key.expose());
    hash.update(b"\n");
    hash.update(tool.name.as_bytes());
    let mut named: Vec<_> = arguments.iter().filter(|(name, _)| !PER_PAGE.contains(name)).collect();
    named.sort_unstable_by_key(|(name, _)| *name);
    for (name, value) in named {
        hash.update(b"\n");
        hash.update(name.as_bytes());
        hash.update(b"=");
        hash.update(sorted(value).to_string().as_bytes());
    }
    hash.finish().as_ref()[..BINDING_CHARS / 2].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A value with its members in order of their names: models write them in any.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        Value::Array(values) => values.iter().map(sorted).collect(),
        scalar => scalar.clone(),
    }
}
