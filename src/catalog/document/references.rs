//! Replaces every `$ref` by what it names.
//!
//! Only `#/components/parameters`, `schemas` and `requestBodies` of the same document: a
//! catalogue is one file, and nothing is fetched.

use serde_json::{Map, Value};

use super::{
    extensions,
    mistakes::{DocumentMistakes, DocumentPlace},
};

/// Where a reference may lead.
const TARGETS: [&str; 3] =
    ["#/components/parameters/", "#/components/schemas/", "#/components/requestBodies/"];

/// Members that may stand beside `$ref`; they take precedence over the target's.
const BESIDE: [&str; 3] = ["description", "summary", extensions::ARGUMENT];

/// Members whose value is data: what looks like a reference in there is none.
const DATA: [&str; 6] =
    ["example", "examples", "default", "enum", "const", extensions::KEY_CHECK_BODY];

/// Members whose value maps names of the author's choice, so that none of them is a keyword.
const NAMES: [&str; 5] = ["properties", "schemas", "parameters", "requestBodies", "paths"];

/// The document without references. Extensions are checked on the way.
pub(super) fn resolve(document: &Value, mistakes: &mut DocumentMistakes) -> Value {
    let mut resolver = Resolver { document, mistakes, inside: Vec::new() };
    resolver.value(document, DocumentPlace::Root, MembersAre::Keywords)
}

/// What the members of an object are.
#[derive(Clone, Copy)]
enum MembersAre {
    Keywords,
    Names,
}

struct Resolver<'d, 'm> {
    document: &'d Value,
    mistakes: &'m mut DocumentMistakes,
    /// The references that lead to the value being read.
    inside: Vec<&'d str>,
}

impl<'d> Resolver<'d, '_> {
    fn value(&mut self, value: &'d Value, place: DocumentPlace<'_>, members: MembersAre) -> Value {
        match (value, members) {
            (Value::Object(object), MembersAre::Keywords) if object.contains_key("$ref") => {
                self.reference(object, place)
            }
            (Value::Object(object), _) => Value::Object(self.object(object, place, members)),
            (Value::Array(items), _) => {
                let item =
                    |(index, item)| self.value(item, place.item(index), MembersAre::Keywords);
                Value::Array(items.iter().enumerate().map(item).collect())
            }
            _ => value.clone(),
        }
    }

    fn object(
        &mut self,
        object: &'d Map<String, Value>,
        place: DocumentPlace<'_>,
        members: MembersAre,
    ) -> Map<String, Value> {
        let mut resolved = Map::with_capacity(object.len());
        for (name, value) in object {
            let value = match members {
                MembersAre::Names => self.value(value, place.member(name), MembersAre::Keywords),
                MembersAre::Keywords => {
                    // A shared part is checked where it stands, not where it is used.
                    if self.inside.is_empty() {
                        extensions::check(name, &place, self.mistakes);
                    }
                    if DATA.contains(&&**name) {
                        value.clone()
                    } else if NAMES.contains(&&**name) {
                        self.value(value, place.member(name), MembersAre::Names)
                    } else {
                        self.value(value, place.member(name), MembersAre::Keywords)
                    }
                }
            };
            resolved.insert(name.clone(), value);
        }
        resolved
    }

    fn reference(&mut self, object: &'d Map<String, Value>, place: DocumentPlace<'_>) -> Value {
        let mut resolved = match self.target(&object["$ref"], place) {
            Some(Value::Object(target)) => target,
            Some(other) => return other,
            None => Map::new(),
        };
        for (name, value) in object.iter().filter(|(name, _)| *name != "$ref") {
            if BESIDE.contains(&&**name) {
                if self.inside.is_empty() {
                    extensions::check(name, &place, self.mistakes);
                }
                resolved.insert(name.clone(), value.clone());
            } else {
                let allowed = BESIDE.join(", ");
                let reason = format!("beside $ref only these may stand: {allowed}");
                self.mistakes.add(place.member(name), reason);
            }
        }
        Value::Object(resolved)
    }

    fn target(&mut self, reference: &'d Value, place: DocumentPlace<'_>) -> Option<Value> {
        let place = place.member("$ref");
        let Some(reference) = reference.as_str() else {
            self.mistakes.add(place, "a reference must be a text");
            return None;
        };
        if !TARGETS.iter().any(|target| reference.starts_with(target)) {
            let reason = format!("{reference} leads out of {}", TARGETS.join(", "));
            self.mistakes.add(place, reason);
            return None;
        }
        if self.inside.contains(&reference) {
            self.mistakes.add(place, format!("{reference} leads back to itself"));
            return None;
        }
        let Some(target) = self.document.pointer(&reference[1..]) else {
            self.mistakes.add(place, format!("{reference} does not exist"));
            return None;
        };
        self.inside.push(reference);
        let resolved = self.value(target, place, MembersAre::Keywords);
        self.inside.pop();
        Some(resolved)
    }
}
