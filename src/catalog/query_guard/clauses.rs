//! The clauses of a query, by a list of what is known.
//!
//! Counts them, and looks at texts and patterns. What is not in the list is refused: it may read other
//! indexes, run scripts, or hide a query.

use serde_json::Value;

use super::{Looked, is_script};
use crate::catalog::nearest_names;

/// Clauses that hold others, with the members that do.
pub(super) const COMPOUND: [(&str, &[&str]); 5] = [
    ("bool", &["must", "should", "must_not", "filter"]),
    ("boosting", &["positive", "negative"]),
    ("constant_score", &["filter"]),
    ("dis_max", &["queries"]),
    ("nested", &["query"]),
];

/// Clauses that compare with a value, or with some.
pub(super) const TERMS: [&str; 2] = ["term", "terms"];

/// The other clauses.
pub(super) const LEAVES: [&str; 16] = [
    "exists",
    "fuzzy",
    "ids",
    "match",
    "match_all",
    "match_bool_prefix",
    "match_none",
    "match_phrase",
    "match_phrase_prefix",
    "multi_match",
    "prefix",
    "query_string",
    "range",
    "regexp",
    "simple_query_string",
    "wildcard",
];

/// Clauses whose text is a pattern.
const PATTERNS: [&str; 6] =
    ["fuzzy", "prefix", "query_string", "regexp", "simple_query_string", "wildcard"];

/// Clauses that become one for each word of their text, and for each of their fields.
const OF_WORDS: [&str; 5] =
    ["match", "match_bool_prefix", "multi_match", "query_string", "simple_query_string"];

/// Fields that a text without fields is looked for in.
const ALL_FIELDS: usize = 20;

/// Parts of a pattern that stand for anything.
const MAX_STARS: usize = 10;

impl Looked {
    /// Looks at a query.
    pub(super) fn query(&mut self, query: &Value) {
        match query {
            Value::Array(queries) => queries.iter().for_each(|query| self.query(query)),
            Value::Object(members) => {
                for (kind, body) in members {
                    self.clause(kind, body);
                }
            }
            _ => {}
        }
    }

    fn clause(&mut self, kind: &str, body: &Value) {
        if let Some((_, inside)) = COMPOUND.iter().find(|(name, _)| *name == kind) {
            self.clauses += 1;
            for (name, value) in body.as_object().into_iter().flatten() {
                if inside.contains(&&**name) {
                    self.query(value);
                } else if name == "inner_hits" {
                    self.refuse("`inner_hits` is not taken here".to_owned());
                }
            }
            return;
        }
        if !LEAVES.contains(&kind) && !TERMS.contains(&kind) {
            return self.unknown("a query", kind, &all_kinds());
        }
        self.clauses += 1;
        if PATTERNS.contains(&kind) {
            self.patterns(kind, body);
        }
        if OF_WORDS.contains(&kind) {
            self.clauses += words_of(body).saturating_sub(1);
        }
        if kind == "terms" {
            let values = body.as_object().into_iter().flatten();
            if values.into_iter().any(|(_, value)| value.is_object()) {
                self.refuse("`terms` takes a list of values, and looks none up elsewhere".into());
            }
        }
    }

    fn patterns(&mut self, kind: &str, body: &Value) {
        for text in texts(body) {
            self.pattern(text);
            let stars = text.matches('*').count();
            if kind != "fuzzy" && stars > MAX_STARS {
                self.refuse(format!("a pattern has {stars} `*`; {MAX_STARS} are the most"));
            }
            if kind == "regexp" && text.contains('{') {
                self.refuse("a `regexp` with `{` may take any time; write it without".to_owned());
            }
        }
    }

    /// A kind that is in no list.
    pub(super) fn unknown(&mut self, of: &str, kind: &str, known: &[&str]) {
        if is_script(kind) {
            return self.refuse_script();
        }
        let near = nearest_names(known.iter().copied(), kind);
        let near = near.first().map(|near| format!("; did you mean `{near}`?"));
        let shown = crate::text::quoted(&crate::text::shown_name(kind, 60));
        let message = format!(
            "{of} of the kind {shown} is not taken here{} Known are {}",
            near.unwrap_or_else(|| ".".to_owned()),
            known.join(", ")
        );
        self.refuse(message);
    }
}

fn all_kinds() -> Vec<&'static str> {
    COMPOUND.iter().map(|(name, _)| *name).chain(TERMS).chain(LEAVES).collect()
}

/// Texts of a clause, one level down.
fn texts(clause: &Value) -> impl Iterator<Item = &str> {
    clause
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, value)| {
            let inside = value.as_object().into_iter().flatten().map(|(_, inside)| inside);
            inside.chain([value])
        })
        .filter_map(Value::as_str)
}

/// Clauses that a text becomes: its words, for each field.
fn words_of(clause: &Value) -> usize {
    let words = texts(clause).map(|text| text.split_whitespace().count()).max().unwrap_or(1);
    let fields = match clause.get("fields").and_then(Value::as_array) {
        Some(fields) if fields.iter().any(|field| field.as_str() == Some("*")) => ALL_FIELDS,
        Some(fields) => fields.len().max(1),
        None if clause.get("query").is_some() => ALL_FIELDS,
        None => 1,
    };
    words.saturating_mul(fields)
}
