//! Says in words what breaks a schema: where, what was expected, what came.
//!
//! Only for calls that failed already, so it may take its time, but never more than a bounded
//! part of it for a stranger's arguments.

use jsonschema::{
    ValidationError, Validator,
    error::ValidationErrorKind,
    paths::{Location, LocationSegment},
};
use serde_json::{Value, value::RawValue};

use super::{
    nearest::nearest,
    problem::{MAX_PROBLEMS, Problem},
};
use crate::text::shown_name;

/// Longest piece of a caller's value that is shown back, in characters.
const MAX_SHOWN_CHARS: usize = 60;

/// More bytes than the characters that are shown can take.
const MAX_SHOWN_BYTES: usize = 4 * (MAX_SHOWN_CHARS + 1);

/// Arguments with more values than this get their first problem only: a list of all is made
/// whole before we can cut it, and a stranger can send millions.
pub(super) const MAX_LISTED_VALUES: usize = 1_000;

/// The problems of arguments that broke the schema.
pub(super) fn problems(
    validator: &Validator,
    schema: &RawValue,
    arguments: &Value,
) -> Vec<Problem> {
    let schema: Value =
        serde_json::from_str(schema.get()).expect("input schemas were written by serde_json");
    let mut problems: Vec<Problem> = Vec::new();
    let mut tell = |error: &ValidationError<'_>| {
        for problem in describe(&schema, error) {
            if problems.len() < MAX_PROBLEMS && !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        problems.len() < MAX_PROBLEMS
    };
    if values_up_to(arguments, MAX_LISTED_VALUES) < MAX_LISTED_VALUES {
        let _all_told = validator.iter_errors(arguments).all(|error| tell(&error));
    } else if let Err(error) = validator.validate(arguments) {
        tell(&error);
    }
    problems
}

/// Where `[]` stands and an object is expected, as pointers (RFC 6901).
pub(super) fn empty_arrays_for_objects(
    validator: &Validator,
    schema: &RawValue,
    arguments: &Value,
) -> Vec<String> {
    if values_up_to(arguments, MAX_LISTED_VALUES) >= MAX_LISTED_VALUES {
        return Vec::new();
    }
    let schema: Value =
        serde_json::from_str(schema.get()).expect("input schemas were written by serde_json");
    let is_meant = |error: &ValidationError<'_>| {
        error.instance().as_array().is_some_and(Vec::is_empty)
            && broken_schema(&schema, error)["type"] == "object"
    };
    let errors = validator.iter_errors(arguments).filter(is_meant);
    errors.map(|error| error.instance_path().as_str().to_owned()).collect()
}

fn describe(schema: &Value, error: &ValidationError<'_>) -> Vec<Problem> {
    let path = dotted(error.instance_path());
    let broken = broken_schema(schema, error);
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .take(MAX_PROBLEMS)
            .enumerate()
            .map(|(number, name)| Problem {
                path: member(&path, &shortened(name)),
                message: unknown_name(broken, name, number == 0),
            })
            .collect(),
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let expected = expectation(&broken["properties"][name]);
            vec![Problem {
                path: member(&path, name),
                message: format!("missing; expected {expected}"),
            }]
        }
        _ => {
            let expected = expectation(broken);
            let got = beginning(error.instance());
            vec![Problem { path, message: format!("expected {expected}, got {got}") }]
        }
    }
}

/// The schema whose keyword was broken.
pub(super) fn broken_schema<'s>(schema: &'s Value, error: &ValidationError<'_>) -> &'s Value {
    let keyword = error.schema_path().as_str();
    let owner = keyword.rsplit_once('/').map_or("", |(owner, _)| owner);
    schema.pointer(owner).unwrap_or(&Value::Null)
}

/// The names that are known are told with the first unknown one, and not again.
fn unknown_name(schema: &Value, name: &str, is_first: bool) -> String {
    let known: Vec<&str> =
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| &**name).collect();
    if known.is_empty() {
        let words = if is_first { "unknown; nothing is expected here" } else { "unknown" };
        return words.into();
    }
    let all = quoted(&known);
    let nearest = nearest(known.into_iter(), name);
    match (nearest.is_empty(), is_first) {
        (true, true) => format!("unknown; known here are {all}"),
        (true, false) => "unknown".into(),
        (false, true) => {
            format!("unknown; did you mean {}? Known here are {all}", quoted(&nearest))
        }
        (false, false) => format!("unknown; did you mean {}?", quoted(&nearest)),
    }
}

/// What a schema takes, in words.
fn expectation(schema: &Value) -> String {
    if let Some(choices) = schema["enum"].as_array() {
        let choices: Vec<String> = choices.iter().map(Value::to_string).collect();
        return format!("one of {}", choices.join(", "));
    }
    match schema["type"].as_str() {
        Some("integer") => ranged("an integer", schema, "minimum", "maximum", ""),
        Some("number") => ranged("a number", schema, "minimum", "maximum", ""),
        Some("boolean") => "true or false".into(),
        Some("string") => match (&schema["pattern"], &schema["examples"][0]) {
            (Value::String(_), Value::String(example)) => format!("text like \"{example}\""),
            (Value::String(pattern), _) => format!("text that matches {pattern}"),
            _ => ranged("a string", schema, "minLength", "maxLength", " characters"),
        },
        Some("array") => ranged("an array", schema, "minItems", "maxItems", " items"),
        Some("object") => ranged("an object", schema, "minProperties", "maxProperties", " members"),
        _ => format!("a value for the schema {}", shortened(&schema.to_string())),
    }
}

fn ranged(kind: &str, schema: &Value, least: &str, most: &str, unit: &str) -> String {
    let link = if unit.is_empty() { "from" } else { "of" };
    match (schema[least].as_f64(), schema[most].as_f64()) {
        (Some(least), Some(most)) => format!("{kind} {link} {least} to {most}{unit}"),
        (Some(least), None) => format!("{kind} of at least {least}{unit}"),
        (None, Some(most)) => format!("{kind} of at most {most}{unit}"),
        (None, None) => kind.into(),
    }
}

/// `/filters/status/0` as `filters.status[0]`; the whole as `arguments`.
pub(super) fn dotted(location: &Location) -> String {
    let path = location.segments().fold(String::new(), |path, segment| match segment {
        LocationSegment::Property(name) => member(&path, &shortened(&name)),
        LocationSegment::Index(index) => format!("{path}[{index}]"),
    });
    if path.is_empty() { "arguments".into() } else { path }
}

fn member(path: &str, name: &str) -> String {
    match path {
        "" | "arguments" => name.into(),
        _ => format!("{path}.{name}"),
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn shortened(text: &str) -> String {
    shown_name(text, MAX_SHOWN_CHARS)
}

/// A value's JSON text, written no further than it is shown: a stranger's may have megabytes, and
/// be told about at each of its levels.
fn beginning(value: &Value) -> String {
    struct Beginning(Vec<u8>);
    impl std::io::Write for Beginning {
        fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
            self.0.extend_from_slice(&piece[..piece.len().min(MAX_SHOWN_BYTES)]);
            if self.0.len() > MAX_SHOWN_BYTES {
                Err(std::io::ErrorKind::WriteZero.into())
            } else {
                Ok(piece.len())
            }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut beginning = Beginning(Vec::new());
    let _whole_or_cut = serde_json::to_writer(&mut beginning, value);
    shortened(&String::from_utf8_lossy(&beginning.0))
}

/// How many values there are, counted no further than `most`.
pub(super) fn values_up_to(value: &Value, most: usize) -> usize {
    let inner = |count: usize, value: &Value| {
        if count >= most { count } else { count + values_up_to(value, most - count) }
    };
    match value {
        Value::Array(items) => items.iter().fold(1, inner),
        Value::Object(members) => members.values().fold(1, inner),
        _ => 1,
    }
}
