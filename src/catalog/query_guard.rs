//! Bounds of an OpenSearch query, tried before it is sent: size, depth, clauses, buckets, scripts.
//!
//! Linear in the query. Knows OpenSearch's words and no field: names are judged by `named`.

mod aggregations;
mod clauses;
mod money;
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

/// Reasons that are told of one part.
const MAX_REASONS: usize = 5;

const QUERY: &str = "query";
const AGGREGATIONS: &str = "aggs";
const SORT: &str = "sort";
const SOURCE: &str = "_source";

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

impl Tool {
    /// What a caller should know of a query's figures.
    pub(super) fn query_notes(&self, arguments: &Arguments) -> Option<String> {
        let operation = self.operation().filter(|it| it.answer == AnswerShape::Query)?;
        money::note(&arguments.values, operation.money.as_ref()?)
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
    let mut clauses = 0;
    for name in [QUERY, AGGREGATIONS, SORT, SOURCE] {
        let Some(value) = values.get(name) else { continue };
        let levels = depth(value);
        if levels > MAX_DEPTH {
            refuse(name, format!("it is {levels} levels deep; {MAX_DEPTH} are the most"));
            continue;
        }
        let mut looked = Looked::default();
        match name {
            QUERY => looked.query(value),
            AGGREGATIONS => looked.aggregations(value),
            SORT => looked.sort(value),
            _ => {}
        }
        if let Some(chars) = looked.longest_pattern.filter(|chars| *chars > MAX_PATTERN_CHARS) {
            let message =
                format!("a pattern has {chars} characters; {MAX_PATTERN_CHARS} are the most");
            refuse(name, message);
        }
        clauses += looked.clauses;
        for message in looked.refused {
            refuse(name, message);
        }
    }
    if clauses > MAX_CLAUSES {
        let message = format!(
            "it has {clauses} clauses, each word of a text counted for each field; {MAX_CLAUSES} are \
             the most: one `terms` takes many values"
        );
        refuse(QUERY, message);
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

/// What was found in a part of a query.
#[derive(Debug, Default)]
struct Looked {
    clauses: usize,
    longest_pattern: Option<usize>,
    /// Each reason once.
    refused: Vec<String>,
}

impl Looked {
    fn refuse(&mut self, reason: String) {
        if self.refused.len() < MAX_REASONS && !self.refused.contains(&reason) {
            self.refused.push(reason);
        }
    }

    fn refuse_script(&mut self) {
        self.refuse("scripts are not run here; use fields, ranges and aggregations".to_owned());
    }

    fn pattern(&mut self, text: &str) {
        self.longest_pattern = self.longest_pattern.max(Some(text.chars().count()));
    }

    /// Names of fields, and OpenSearch's own orders.
    fn sort(&mut self, sort: &Value) {
        let members = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let all = match sort {
            Value::Array(all) => all.iter().flat_map(members).collect(),
            other => members(other),
        };
        for (name, how) in all {
            if is_script(&name) {
                self.refuse_script();
            } else if name.starts_with('_') && name != "_score" && name != "_doc" {
                self.unknown("an order", &name, &["_score", "_doc"]);
            }
            if let Some(filter) = how.pointer("/nested/filter") {
                self.query(filter);
            }
        }
    }
}

/// Levels of objects and lists. JSON of a request nests a hundred at most.
fn depth(value: &Value) -> usize {
    let inside =
        |values: &mut dyn Iterator<Item = &Value>| 1 + values.map(depth).max().unwrap_or(0);
    match value {
        Value::Object(members) => inside(&mut members.values()),
        Value::Array(values) => inside(&mut values.iter()),
        _ => 0,
    }
}

fn is_script(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(&*name, "runtime_mappings" | "script" | "_script" | "scripts" | "scripted_metric")
        || name.starts_with("script_")
        || name.ends_with("_script")
}
