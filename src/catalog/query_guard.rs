//! Bounds of an OpenSearch query, tried before it is sent: size, depth, clauses, buckets, scripts.
//!
//! Linear in the query. Knows OpenSearch's words and no field: names are judged by `named`.

mod buckets;
mod named;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::{AnswerShape, Arguments, Tool, problem::Problem};

pub use named::NamedFields;

/// Most bytes of a query with all that belongs to it.
const MAX_BYTES: usize = 32 * 1024;

/// Deepest level of objects and lists.
const MAX_DEPTH: usize = 20;

/// Most clauses of a query.
const MAX_CLAUSES: usize = 200;

/// Most hits that are skipped and shown, together: OpenSearch gives no others.
const MAX_WINDOW: u64 = 10_000;

/// Longest pattern of a clause that tries each term.
const MAX_PATTERN_CHARS: usize = 100;

const QUERY: &str = "query";
const AGGREGATIONS: &str = "aggs";
const SORT: &str = "sort";
const SOURCE: &str = "_source";

/// Clauses of a query.
const CLAUSES: [&str; 19] = [
    "bool",
    "constant_score",
    "dis_max",
    "exists",
    "fuzzy",
    "ids",
    "match",
    "match_all",
    "match_bool_prefix",
    "match_phrase",
    "match_phrase_prefix",
    "multi_match",
    "nested",
    "prefix",
    "query_string",
    "range",
    "regexp",
    "simple_query_string",
    "wildcard",
];

/// Clauses that compare with a value, or with some.
const TERMS: [&str; 2] = ["term", "terms"];

/// Clauses whose text is a pattern.
const PATTERNS: [&str; 5] = ["fuzzy", "prefix", "query_string", "regexp", "wildcard"];

impl Tool {
    /// Why a query is not sent, with the description of the argument, which shows a right one.
    pub(super) fn query_problems(&self, arguments: &Arguments) -> Vec<Problem> {
        if self.operation().is_none_or(|operation| operation.answer != AnswerShape::Query) {
            return Vec::new();
        }
        let mut problems = problems(&arguments.values);
        if let Some(first) = problems.first_mut() {
            let schema: Value = serde_json::from_str(self.input_schema.get()).unwrap_or_default();
            if let Some(example) = schema["properties"][&first.path]["description"].as_str() {
                first.message = format!("{} ({})", first.message, example.trim_end_matches('.'));
            }
        }
        problems
    }
}

impl Arguments {
    /// The fields that a query names.
    pub fn named_fields(&self) -> NamedFields<'_> {
        NamedFields::of(&self.values)
    }
}

/// Why a query is not sent; nothing where it keeps within all bounds.
pub(super) fn problems(values: &Map<String, Value>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut refuse = |path: &str, message: String| {
        problems.push(Problem { path: path.into(), message });
    };
    let bytes = Value::Object(values.clone()).to_string().len();
    if bytes > MAX_BYTES {
        refuse(QUERY, format!("the whole has {bytes} bytes; {MAX_BYTES} are the most"));
        // What is so long is not looked through.
        return problems;
    }
    let mut seen = QueryExtent::default();
    for name in [QUERY, AGGREGATIONS, SORT, SOURCE] {
        let Some(value) = values.get(name) else { continue };
        let mut here = QueryExtent::default();
        here.walk(value, 1);
        if here.depth > MAX_DEPTH {
            refuse(name, format!("it is {} levels deep; {MAX_DEPTH} are the most", here.depth));
        }
        if here.has_script {
            refuse(name, "scripts are not run here; use fields, ranges and aggregations".into());
        }
        if let Some(chars) = here.longest_pattern.filter(|chars| *chars > MAX_PATTERN_CHARS) {
            let message =
                format!("a pattern has {chars} characters; {MAX_PATTERN_CHARS} are the most");
            refuse(name, message);
        }
        seen.clauses += here.clauses;
    }
    if seen.clauses > MAX_CLAUSES {
        refuse(
            QUERY,
            format!(
                "it has {} clauses; {MAX_CLAUSES} are the most: one `terms` takes many values",
                seen.clauses
            ),
        );
    }
    if let Some(aggregations) = values.get(AGGREGATIONS) {
        for message in buckets::mistakes(aggregations) {
            refuse(AGGREGATIONS, message);
        }
    }
    let number = |name: &str, usual: u64| {
        values.get(name).and_then(Value::as_f64).map_or(usual, |number| number as u64)
    };
    let window = number("from", 0).saturating_add(number("size", 10));
    if window > MAX_WINDOW {
        let message =
            format!("`from` and `size` reach to hit {window}; {MAX_WINDOW} is the last one");
        refuse("from", message);
    }
    problems
}

/// What a part of a query holds.
#[derive(Debug, Default)]
struct QueryExtent {
    depth: usize,
    clauses: usize,
    has_script: bool,
    longest_pattern: Option<usize>,
}

impl QueryExtent {
    /// JSON of a request nests a hundred levels at most.
    fn walk(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Object(members) => {
                self.depth = self.depth.max(depth);
                for (name, value) in members {
                    self.has_script |= is_script(name);
                    let is_clause = CLAUSES.contains(&&**name) || TERMS.contains(&&**name);
                    self.clauses += usize::from(is_clause && value.is_object());
                    if PATTERNS.contains(&&**name) && value.is_object() {
                        let longest = longest_text(value);
                        self.longest_pattern = self.longest_pattern.max(Some(longest));
                    }
                    self.walk(value, depth + 1);
                }
            }
            Value::Array(values) => {
                self.depth = self.depth.max(depth);
                values.iter().for_each(|value| self.walk(value, depth + 1));
            }
            _ => {}
        }
    }
}

/// Texts of a clause, one level down.
fn longest_text(clause: &Value) -> usize {
    let texts = clause.as_object().into_iter().flatten().flat_map(|(_, value)| {
        let inside = value.as_object().into_iter().flatten().map(|(_, inside)| inside);
        inside.chain([value])
    });
    texts.filter_map(Value::as_str).map(|text| text.chars().count()).max().unwrap_or(0)
}

fn is_script(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "runtime_mappings" || name.starts_with("script") || name.ends_with("_script")
}
