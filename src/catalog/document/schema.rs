//! From a schema of the document to one that a tool offers.

use serde_json::{Map, Value};

use super::{
    extensions,
    members::check_keyword,
    mistakes::{DocumentMistakes, DocumentPlace},
    words::unknown,
};

/// The types of JSON Schema.
const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "object", "array", "null"];

/// Members that models have no use for; `$ref`s are gone already.
const DROPPED: [&str; 4] = ["example", "deprecated", "xml", "externalDocs"];

/// Members whose value is data.
const DATA: [&str; 6] =
    ["default", "enum", "const", "examples", "dependentRequired", "discriminator"];

/// Members that map names of the author's choice to schemas, beside the properties.
const NAMES: [&str; 4] = ["patternProperties", "dependentSchemas", "$defs", "definitions"];

/// The schema of one argument, with the words of its parameter where it has some.
pub(super) fn offered(
    schema: &Value,
    description: Option<&str>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Value {
    let mut offered = cleaned(schema, place, mistakes);
    let words = description.or_else(|| schema["description"].as_str()).unwrap_or_default();
    if words.trim().is_empty() {
        mistakes.add(place, "has no description, by which a model would know what to put there");
    }
    if let (Value::Object(members), Some(description)) = (&mut offered, description) {
        members.insert("description".into(), description.into());
    }
    offered
}

fn cleaned(schema: &Value, place: DocumentPlace<'_>, mistakes: &mut DocumentMistakes) -> Value {
    match schema {
        Value::Object(members) => {
            check_keywords(schema, place, mistakes);
            check_types(schema, place, mistakes);
            if members.contains_key("properties") {
                check_required(schema, place, mistakes);
            }
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
                } else if NAMES.contains(&&**name) {
                    let named = value.as_object().into_iter().flatten();
                    let named = named
                        .map(|(name, schema)| {
                            (name.clone(), cleaned(schema, at.member(name), mistakes))
                        })
                        .collect();
                    kept.insert(name.clone(), Value::Object(named));
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

/// Refuses misspelt keywords, which would say nothing.
pub(super) fn check_keywords(
    schema: &Value,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) {
    for (name, _) in schema.as_object().into_iter().flatten() {
        check_keyword(name, place.member(name), mistakes);
    }
}

/// Only whole arguments can have another name than on the wire.
fn refuse_renaming(schema: &Value, place: DocumentPlace<'_>, mistakes: &mut DocumentMistakes) {
    if schema.get(extensions::ARGUMENT).is_some() {
        let reason = "only a parameter or a property of the body itself can be renamed";
        mistakes.add(place.member(extensions::ARGUMENT), reason);
    }
}

/// Refuses a `required` that names no property: the argument that was meant would be optional.
pub(super) fn check_required(
    schema: &Value,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) {
    let Some(required) = schema.get("required") else { return };
    let place = place.member("required");
    let Some(names) = required.as_array() else {
        return mistakes.add(place, "must be a list of properties' names");
    };
    let properties = schema["properties"].as_object();
    let known: Vec<&str> = properties.into_iter().flatten().map(|(name, _)| &**name).collect();
    for (index, name) in names.iter().enumerate() {
        match name.as_str() {
            Some(name) if known.contains(&name) => {}
            Some(name) => {
                let reason = format!("names no property: {}", unknown(name, &known));
                mistakes.add(place.item(index), reason);
            }
            None => mistakes.add(place.item(index), "must be a property's name"),
        }
    }
}

/// Refuses types that JSON doesn't have, where they stand: a compiler of schemas tells of the whole.
fn check_types(schema: &Value, place: DocumentPlace<'_>, mistakes: &mut DocumentMistakes) {
    let place = place.member("type");
    let mut check = |name: &Value, place: DocumentPlace<'_>| match name.as_str() {
        Some(name) if TYPES.contains(&name) => {}
        Some(name) => mistakes.add(place, format!("no JSON type: {}", unknown(name, &TYPES))),
        None => mistakes.add(place, "must be the name of a JSON type"),
    };
    match schema.get("type") {
        None => {}
        Some(Value::Array(names)) => {
            names.iter().enumerate().for_each(|(index, name)| check(name, place.item(index)));
        }
        Some(name) => check(name, place),
    }
}
