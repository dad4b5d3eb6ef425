//! The schema of arguments as a model reads it: shorter than the one that checks them.
//!
//! It never allows less. What is left out are bounds that no sensible call meets; what breaks them
//! is told by the check, in words.

use serde_json::{Map, Value, json};

/// Bounds that only a check needs.
const LEFT_OUT: [&str; 9] = [
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "pattern",
    "examples",
];

/// Members whose value is data or a map of names.
const DATA: [&str; 4] = ["default", "enum", "const", "required"];

/// Properties alike from which on they are told by their names alone.
const MANY_ALIKE: usize = 6;

/// The schema to show for one that checks.
pub(super) fn shown(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let mut kept = Map::with_capacity(members.len());
    for (name, value) in members {
        // Closed or not, a model reads which names there are.
        if LEFT_OUT.contains(&&**name) || (name == "additionalProperties" && *value == false) {
            continue;
        }
        let value = match (&**name, value) {
            (name, _) if DATA.contains(&name) => value.clone(),
            ("properties", Value::Object(properties)) => {
                let properties =
                    properties.iter().map(|(name, schema)| (name.clone(), shown(schema)));
                Value::Object(properties.collect())
            }
            (_, Value::Array(items)) => items.iter().map(shown).collect(),
            _ => shown(value),
        };
        kept.insert(name.clone(), value);
    }
    if schema["additionalProperties"] == false {
        by_names(&mut kept);
    }
    kept.into()
}

/// Many properties of one form become a list of their names; one stays, because some clients take
/// no object without any.
fn by_names(members: &mut Map<String, Value>) {
    let Some(properties) = members.get("properties").and_then(Value::as_object) else { return };
    let plain = |schema: &Value| {
        let mut plain = schema.clone();
        plain.as_object_mut().map(|members| members.remove("description"));
        plain
    };
    let Some((first, schema)) = properties.iter().next() else { return };
    let form = plain(schema);
    let are_alike = properties.values().all(|other| plain(other) == form);
    if !are_alike || properties.len() < MANY_ALIKE {
        return;
    }
    let names: Vec<&String> = properties.keys().collect();
    let names = json!({ "enum": names });
    let first = json!({ first.clone(): form });
    members.insert("propertyNames".into(), names);
    members.insert("properties".into(), first);
    members.insert("additionalProperties".into(), form);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_go_and_names_of_arguments_stay() {
        let schema = json!({ "type": "object", "required": ["pattern"], "properties": {
            "pattern": { "type": "string", "minLength": 1, "pattern": "^x$", "description": "A name." },
            "size": { "type": "integer", "minimum": 1, "default": 3 },
        }});
        let expected = json!({ "type": "object", "required": ["pattern"], "properties": {
            "pattern": { "type": "string", "description": "A name." },
            "size": { "type": "integer", "minimum": 1, "default": 3 },
        }});
        assert_eq!(shown(&schema), expected);
    }

    #[test]
    fn many_properties_alike_are_told_by_their_names() {
        let values = json!({ "type": "array", "maxItems": 5, "items": { "type": "string" } });
        let names = ["a", "b", "c", "d", "e", "f"];
        let properties: Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), values.clone())).collect();
        let schema =
            json!({ "type": "object", "properties": properties, "additionalProperties": false });
        let form = json!({ "type": "array", "items": { "type": "string" } });
        let expected = json!({ "type": "object", "properties": { "a": form },
            "additionalProperties": form, "propertyNames": { "enum": names } });
        assert_eq!(shown(&schema), expected);
    }
}
