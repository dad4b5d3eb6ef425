//! From a schema of the document to one that a tool offers.

use serde_json::{Map, Value};

use super::{
    extensions,
    mistakes::{DocumentMistakes, DocumentPlace},
};

/// Members that models have no use for; `$ref`s are gone already.
const DROPPED: [&str; 4] = ["example", "deprecated", "xml", "externalDocs"];

/// Members whose value is data.
const DATA: [&str; 4] = ["default", "enum", "const", "examples"];

/// The schema of one argument, with the words of its parameter where it has some.
pub(super) fn offered(
    schema: &Value,
    description: Option<&str>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Value {
    let mut offered = cleaned(schema, place, mistakes);
    if let (Value::Object(members), Some(description)) = (&mut offered, description) {
        members.insert("description".into(), description.into());
    }
    offered
}

fn cleaned(schema: &Value, place: DocumentPlace<'_>, mistakes: &mut DocumentMistakes) -> Value {
    match schema {
        Value::Object(members) => {
            let mut kept = Map::with_capacity(members.len());
            for (name, value) in members {
                let at = place.member(name);
                if name == "properties" {
                    let properties = value.as_object().into_iter().flatten();
                    let properties = properties
                        .map(|(name, schema)| {
                            refuse_renaming(schema, at.member(name), mistakes);
                            (name.clone(), cleaned(schema, at.member(name), mistakes))
                        })
                        .collect();
                    kept.insert(name.clone(), Value::Object(properties));
                } else if DATA.contains(&&**name) {
                    kept.insert(name.clone(), value.clone());
                } else if !DROPPED.contains(&&**name) && !name.starts_with("x-") {
                    kept.insert(name.clone(), cleaned(value, at, mistakes));
                }
            }
            Value::Object(kept)
        }
        Value::Array(items) => {
            let item = |(index, item)| cleaned(item, place.item(index), mistakes);
            Value::Array(items.iter().enumerate().map(item).collect())
        }
        _ => schema.clone(),
    }
}

/// Only whole arguments can have another name than on the wire.
fn refuse_renaming(schema: &Value, place: DocumentPlace<'_>, mistakes: &mut DocumentMistakes) {
    if schema.get(extensions::ARGUMENT).is_some() {
        let reason = "only a parameter or a property of the body itself can be renamed";
        mistakes.add(place.member(extensions::ARGUMENT), reason);
    }
}
