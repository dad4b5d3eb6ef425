//! The fields that a query names, and the values that it wants of them.
//!
//! Doesn't refuse any: the catalogue may know fewer fields than WIV has.

use serde_json::{Map, Value};

use super::{
    AGGREGATIONS, QUERY, SORT, SOURCE,
    clauses::{LEAVES, TERMS},
};
use crate::{
    catalog::nearest_names,
    text::{quoted, shown_name},
};

/// Fields that are told.
const MAX_TOLD: usize = 5;

/// Fields that are kept.
const MAX_FIELDS: usize = 200;

/// Characters of a name that are shown.
const MAX_SHOWN_CHARS: usize = 60;

/// What OpenSearch takes for the exact text of a field.
pub(super) const EXACT: &str = ".keyword";

/// Members of a clause that are no fields.
const OPTIONS: [&str; 2] = ["boost", "_name"];

/// Clauses that read words. On a field of exact values the words are one value, and values are
/// looked up of such fields alone.
const WORDS: [&str; 2] = ["match", "match_phrase"];

/// Clauses whose members are no fields.
const WITHOUT_FIELDS: [&str; 7] = [
    "exists",
    "ids",
    "match_all",
    "match_none",
    "multi_match",
    "query_string",
    "simple_query_string",
];

/// What a query names.
#[derive(Debug, Default)]
pub struct NamedFields<'q> {
    fields: Vec<&'q str>,
    /// Fields with the values that rows must have.
    pub wanted: Vec<(&'q str, Vec<&'q str>)>,
}

impl<'q> NamedFields<'q> {
    /// Reads the arguments of a query.
    pub(in crate::catalog) fn of(values: &'q Map<String, Value>) -> Self {
        let mut named = Self::default();
        if let Some(query) = values.get(QUERY) {
            named.query(query, true);
        }
        if let Some(aggregations) = values.get(AGGREGATIONS) {
            named.aggregations(aggregations);
        }
        for sort in values.get(SORT).and_then(Value::as_array).into_iter().flatten() {
            match sort {
                Value::Object(fields) => fields.keys().for_each(|field| named.field(field)),
                other => other.as_str().into_iter().for_each(|field| named.field(field)),
            }
        }
        for field in values.get(SOURCE).and_then(Value::as_array).into_iter().flatten() {
            field.as_str().into_iter().for_each(|field| named.field(field));
        }
        named
    }

    /// What a caller should know of fields that `row` doesn't have.
    pub fn note(&self, row: &[Box<str>]) -> Option<String> {
        if row.is_empty() {
            return None;
        }
        let is_known = |field: &str| row.iter().any(|known| **known == *field);
        let unknown: Vec<&str> = self.fields.iter().copied().filter(|it| !is_known(it)).collect();
        if unknown.is_empty() {
            return None;
        }
        let each = unknown.iter().take(MAX_TOLD).map(|field| {
            let name = quoted(&shown_name(field, MAX_SHOWN_CHARS));
            match nearest_names(row.iter().map(|known| &**known), field).first() {
                Some(near) => format!("{name} (did you mean {near}?)"),
                None => name,
            }
        });
        let each = each.collect::<Vec<_>>().join(", ");
        let more = unknown.len().saturating_sub(MAX_TOLD);
        let more = if more > 0 { format!(" and {more} others") } else { String::new() };
        Some(format!(
            "Not among the fields that this server knows of a case: {each}{more}. What asks for a \
             field that no case has finds nothing."
        ))
    }

    pub(super) fn query(&mut self, value: &'q Value, is_wanted: bool) {
        match value {
            Value::Array(values) => values.iter().for_each(|it| self.query(it, is_wanted)),
            Value::Object(members) => {
                for (name, value) in members {
                    let is_clause = LEAVES.contains(&&**name) || TERMS.contains(&&**name);
                    if name == "exists" {
                        value["field"].as_str().into_iter().for_each(|field| self.field(field));
                    } else if is_clause && !WITHOUT_FIELDS.contains(&&**name) {
                        self.clause(name, value, is_wanted);
                    } else {
                        self.query(value, is_wanted && name != "must_not");
                    }
                }
            }
            _ => {}
        }
    }

    fn clause(&mut self, kind: &str, clause: &'q Value, is_wanted: bool) {
        for (field, value) in clause.as_object().into_iter().flatten() {
            if OPTIONS.contains(&&**field) {
                continue;
            }
            self.field(field);
            let has_values = TERMS.contains(&kind) || WORDS.contains(&kind);
            if !is_wanted || !has_values || self.wanted.len() >= MAX_FIELDS {
                continue;
            }
            let value = value.get("value").or_else(|| value.get("query")).unwrap_or(value);
            let values = match value {
                Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
                other => Vec::from_iter(other.as_str()),
            };
            if !values.is_empty() {
                self.wanted.push((field.strip_suffix(EXACT).unwrap_or(field), values));
            }
        }
    }

    fn aggregations(&mut self, aggregations: &'q Value) {
        for (_, one) in aggregations.as_object().into_iter().flatten() {
            for (kind, body) in one.as_object().into_iter().flatten() {
                match kind.as_str() {
                    "aggs" | "aggregations" => self.aggregations(body),
                    "filter" => self.query(body, false),
                    "filters" => match &body["filters"] {
                        Value::Object(named) => {
                            named.values().for_each(|one| self.query(one, false));
                        }
                        others => self.query(others, false),
                    },
                    "multi_terms" => self.each_field(&body["terms"]),
                    "composite" => {
                        for source in body["sources"].as_array().into_iter().flatten() {
                            let kinds = source.as_object().into_iter().flatten();
                            let kinds = kinds.filter_map(|(_, kinds)| kinds.as_object()).flatten();
                            kinds.for_each(|(_, one)| self.field_of(one));
                        }
                    }
                    _ => self.field_of(body),
                }
            }
        }
    }

    fn each_field(&mut self, bodies: &'q Value) {
        bodies.as_array().into_iter().flatten().for_each(|body| self.field_of(body));
    }

    fn field_of(&mut self, body: &'q Value) {
        body["field"].as_str().into_iter().for_each(|field| self.field(field));
    }

    /// Names that begin with `_` are OpenSearch's own, and patterns name no single field.
    fn field(&mut self, name: &'q str) {
        let name = name.strip_suffix(EXACT).unwrap_or(name);
        let is_field = !name.starts_with('_') && !name.contains('*');
        if is_field && self.fields.len() < MAX_FIELDS && !self.fields.contains(&name) {
            self.fields.push(name);
        }
    }
}
