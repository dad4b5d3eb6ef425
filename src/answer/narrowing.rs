//! Conditions on rows that upstream does not know, tried on what came.
//!
//! Where no row is left, the nearest values that rows have are told.

use std::borrow::Cow;

use super::names::shown_name;
use crate::{
    catalog::{Narrowed, nearest_names},
    json, text,
};

/// Rows whose values are compared where none matches, and characters of a value: comparing takes
/// time of their product.
const MAX_COMPARED: (usize, usize) = (500, 60);

/// Values that are told.
const MAX_TOLD: usize = 5;

/// Shortest word of a name that may lead to others.
const MIN_WORD_CHARS: usize = 3;

/// The conditions of one call; all must hold.
#[derive(Debug, Clone, Default)]
pub struct Narrowing(Vec<Condition>);

#[derive(Debug, Clone)]
struct Condition {
    narrowed: Narrowed,
    /// In lower case.
    wanted: String,
}

impl Narrowing {
    /// Nothing where there are no conditions.
    pub fn new(conditions: Vec<Narrowed>) -> Option<Self> {
        let condition = |narrowed: Narrowed| {
            let wanted = narrowed.wanted.trim().to_lowercase();
            Condition { narrowed, wanted }
        };
        (!conditions.is_empty()).then(|| Self(conditions.into_iter().map(condition).collect()))
    }

    /// Whether a row is wanted.
    pub fn takes(&self, row: &str) -> bool {
        self.0.iter().all(|condition| condition.takes(row))
    }

    /// The arguments that it comes from, in words.
    pub(super) fn arguments(&self) -> String {
        let names = self.0.iter().map(|it| format!("`{}`", it.narrowed.argument));
        names.collect::<Vec<_>>().join(" and ")
    }

    /// What there is instead, where no row is left of some.
    pub(super) fn notes_of_none<'r>(
        &self,
        rows: impl Iterator<Item = &'r str> + Clone,
    ) -> Vec<String> {
        let lacking = self.0.iter().filter(|it| !rows.clone().any(|row| it.takes(row)));
        lacking.filter_map(|condition| condition.note(rows.clone())).collect()
    }
}

impl Condition {
    fn takes(&self, row: &str) -> bool {
        let Some(value) = value_of(row, &self.narrowed.field) else { return false };
        let value = value.trim().to_lowercase();
        if self.narrowed.in_part { value.contains(&self.wanted) } else { value == self.wanted }
    }

    fn note<'r>(&self, rows: impl Iterator<Item = &'r str>) -> Option<String> {
        let (max_rows, max_chars) = MAX_COMPARED;
        let mut values: Vec<String> = Vec::new();
        let mut is_empty = true;
        for row in rows.take(max_rows) {
            is_empty = false;
            let Some(value) = value_of(row, &self.narrowed.field) else { continue };
            let value: String = value.chars().take(max_chars).collect();
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if is_empty {
            return None;
        }
        let field = shown_name(&self.narrowed.field);
        let wanted = text::quoted(&text::shown_name(&self.narrowed.wanted, max_chars));
        if values.is_empty() {
            return Some(format!("No row here has a field {field}, so none was found by it."));
        }
        let does = if self.narrowed.in_part { "contains" } else { "is" };
        let near = self.near(&values);
        let (word, told) = if near.is_empty() { ("Some are", values) } else { ("Near", near) };
        let mut named: Vec<String> = told
            .iter()
            .take(MAX_TOLD)
            .map(|value| text::quoted(&text::shown_name(value, max_chars)))
            .collect();
        if told.len() > MAX_TOLD {
            named.push("others".to_owned());
        }
        Some(format!("No {field} here {does} {wanted}. {word}: {}.", named.join(", ")))
    }

    /// Values that share a word with what is wanted, else those that look like it.
    fn near(&self, values: &[String]) -> Vec<String> {
        let words: Vec<&str> = self
            .wanted
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| word.chars().count() >= MIN_WORD_CHARS)
            .collect();
        let lower: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
        let shared = |value: &String| words.iter().filter(|word| value.contains(**word)).count();
        let most = lower.iter().map(shared).max().unwrap_or_default();
        let wanted: String = self.wanted.chars().take(MAX_COMPARED.1).collect();
        let alike = match most {
            0 => nearest_names(lower.iter().map(String::as_str), &wanted),
            _ => lower.iter().filter(|value| shared(value) == most).map(String::as_str).collect(),
        };
        let value = |near: &&str| lower.iter().position(|one| one == near).map(|at| &values[at]);
        alike.iter().filter_map(value).cloned().collect()
    }
}

/// What a member of an object says, as plain text; nothing where it is null or not there.
pub fn said_of(object: &str, name: &str) -> Option<String> {
    value_of(object, name).map(Cow::into_owned)
}

/// What a member of a row says; nothing where it is null or not there.
pub(super) fn value_of<'r>(row: &'r str, name: &str) -> Option<Cow<'r, str>> {
    let value = raw_value_of(row, name)?;
    match value.as_bytes().first()? {
        b'n' => None,
        b'"' => Some(json::said(value)),
        _ => Some(Cow::Borrowed(value)),
    }
}

/// A member's value as it is written.
pub(super) fn raw_value_of<'r>(row: &'r str, name: &str) -> Option<&'r str> {
    // Of members that repeat the last counts, as every reader takes it.
    json::members(row).filter(|(one, _)| json::said(one) == name).last().map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowing(wanted: &str, in_part: bool) -> Narrowing {
        let narrowed =
            Narrowed { argument: "name", field: "name".into(), wanted: wanted.into(), in_part };
        Narrowing::new(vec![narrowed]).unwrap()
    }

    #[test]
    fn a_part_of_a_name_is_found_in_any_case_and_script() {
        for (wanted, row, is_taken) in [
            ("rds", r#"{"name":"Rightsize RDS"}"#, true),
            ("ÄRGER", r#"{"name":"Kein ärger"}"#, true),
            (" rds ", r#"{"name":"rds"}"#, true),
            ("rds", r#"{"name":null}"#, false),
            ("rds", r#"{"title":"rds"}"#, false),
            ("rds", r#"["rds"]"#, false),
            ("rds", r#"{"name":"x","name":"rds"}"#, true),
            ("7", r#"{"name":70}"#, true),
        ] {
            assert_eq!(narrowing(wanted, true).takes(row), is_taken, "{wanted} in {row}");
        }
        assert!(narrowing("Ana", false).takes(r#"{"name":"ana"}"#));
        assert!(!narrowing("an", false).takes(r#"{"name":"ana"}"#));
    }

    #[test]
    fn where_nothing_is_found_the_nearest_names_are_told_in_quotes() {
        let rows = [r#"{"name":"Azure disk cleanup"}"#, r#"{"name":"Tag \"Note:\" audit"}"#];
        let note = |wanted: &str| narrowing(wanted, true).notes_of_none(rows.into_iter()).join("");
        assert_eq!(
            note("azure cleanups"),
            "No name here contains \"azure cleanups\". Near: \"Azure disk cleanup\"."
        );
        assert!(note("zzzz").contains("Some are: \"Azure disk cleanup\", \"Tag 'Note:' audit\"."));
        assert!(note("audit").is_empty());
        assert!(narrowing("a", true).notes_of_none(std::iter::empty()).is_empty());
    }
}
