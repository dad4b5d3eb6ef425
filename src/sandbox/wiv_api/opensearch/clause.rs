//! The clauses of a query: parsed once, then asked about every case.

use serde_json::{Map, Value};

use super::reading::{Context, allow, object, only_member, text};
use super::values::{Bound, Compares, Wanted, matches_pattern, words};
use crate::sandbox::data::case::{Case, Datum, Field};
use crate::sandbox::wiv_api::refusal::Refusal;

pub(super) enum Clause {
    All,
    /// Also what is said about a field that does not exist.
    None,
    Terms(&'static Field, Vec<Wanted>),
    Range(&'static Field, Vec<Bound>),
    Exists(&'static Field),
    Prefix(&'static Field, Spelling),
    Wildcard(&'static Field, Spelling),
    Words {
        field: &'static Field,
        words: Vec<String>,
        all: bool,
    },
    Bool {
        must: Vec<Clause>,
        should: Vec<Clause>,
        must_not: Vec<Clause>,
        at_least: usize,
    },
}

/// A pattern and whether its case counts.
pub(super) struct Spelling {
    pattern: String,
    ignores_case: bool,
}

/// Clauses by name. Nesting is bounded by the JSON parser, which ends at 128 levels.
type Parse = fn(&Value, &Context) -> Result<Clause, Refusal>;

const CLAUSES: [(&str, Parse); 10] = [
    ("match_all", |_, _| Ok(Clause::All)),
    ("term", term),
    ("terms", terms),
    ("range", range),
    ("exists", exists),
    ("prefix", |body, context| spelled(body, "prefix", context, Clause::Prefix)),
    ("wildcard", |body, context| spelled(body, "wildcard", context, Clause::Wildcard)),
    ("match", words_of),
    ("ids", ids),
    ("bool", boolean),
];

impl Clause {
    pub(super) fn parse(query: &Value, context: &Context) -> Result<Clause, Refusal> {
        let (name, body) = only_member(query, "query")?;
        match CLAUSES.iter().find(|(known, _)| *known == name) {
            Some((_, parse)) => parse(body, context),
            None => Err(Refusal::bad_request(format!("unknown query [{name}]"))),
        }
    }

    pub(super) fn matches(&self, case: &Case) -> bool {
        match self {
            Clause::All => true,
            Clause::None => false,
            Clause::Terms(field, wanted) => {
                let datum = field.read(case);
                wanted.iter().any(|wanted| wanted.equals(datum))
            }
            Clause::Range(field, bounds) => {
                let datum = field.read(case);
                datum != Datum::Absent && bounds.iter().all(|bound| bound.holds(datum))
            }
            Clause::Exists(field) => field.read(case) != Datum::Absent,
            Clause::Prefix(field, spelling) => {
                spelling.matches(field.read(case), |text, prefix| text.starts_with(prefix))
            }
            Clause::Wildcard(field, spelling) => {
                spelling.matches(field.read(case), |text, pattern| matches_pattern(pattern, text))
            }
            Clause::Words { field, words: wanted, all } => {
                let Datum::Text(text) = field.read(case) else { return false };
                let present = words(text);
                let mut wanted = wanted.iter();
                if *all {
                    wanted.all(|word| present.contains(word))
                } else {
                    wanted.any(|word| present.contains(word))
                }
            }
            Clause::Bool { must, should, must_not, at_least } => {
                let holds = |clause: &&Clause| clause.matches(case);
                must.iter().all(|clause| clause.matches(case))
                    && !must_not.iter().any(|clause| clause.matches(case))
                    && (*at_least == 0 || should.iter().filter(holds).count() >= *at_least)
            }
        }
    }
}

impl Spelling {
    fn matches(&self, datum: Datum<'_>, compare: fn(&str, &str) -> bool) -> bool {
        match datum {
            Datum::Text(text) if self.ignores_case => compare(&text.to_lowercase(), &self.pattern),
            Datum::Text(text) => compare(text, &self.pattern),
            _ => false,
        }
    }
}

fn term(body: &Value, context: &Context) -> Result<Clause, Refusal> {
    let (name, value) = only_member(body, "term")?;
    let value = match value {
        Value::Object(options) => {
            allow(options, &["value", "boost"], "term")?;
            options.get("value").unwrap_or(&Value::Null)
        }
        value => value,
    };
    match context.field(name) {
        None => Ok(Clause::None),
        Some(field) => Ok(Clause::Terms(field, vec![Wanted::parse(value, field, context)?])),
    }
}

fn terms(body: &Value, context: &Context) -> Result<Clause, Refusal> {
    let mut fields = object(body, "terms")?.iter().filter(|(name, _)| *name != "boost");
    let (Some((name, values)), None) = (fields.next(), fields.next()) else {
        return Err(Refusal::bad_request("[terms] must name one field"));
    };
    let Some(values) = values.as_array() else {
        return Err(Refusal::bad_request(format!("[terms] needs a list of values for [{name}]")));
    };
    match context.field(name) {
        None => Ok(Clause::None),
        Some(field) => {
            let wanted = values.iter().map(|value| Wanted::parse(value, field, context));
            Ok(Clause::Terms(field, wanted.collect::<Result<_, _>>()?))
        }
    }
}

fn range(body: &Value, context: &Context) -> Result<Clause, Refusal> {
    let (name, bounds) = only_member(body, "range")?;
    let bounds = object(bounds, "range")?;
    allow(bounds, &["gte", "gt", "lte", "lt", "format", "time_zone", "boost"], "range")?;
    if let Some(zone) = bounds.get("time_zone").filter(|zone| *zone != "UTC" && *zone != "+00:00") {
        return Err(Refusal::bad_request(format!("[range] does not support [time_zone] {zone}")));
    }
    let Some(field) = context.field(name) else { return Ok(Clause::None) };
    let ends = [
        ("gte", Compares::Gte),
        ("gt", Compares::Gt),
        ("lte", Compares::Lte),
        ("lt", Compares::Lt),
    ];
    let mut read = Vec::new();
    for (end, compares) in ends {
        if let Some(value) = bounds.get(end).filter(|value| !value.is_null()) {
            read.push(Bound::new(compares, Wanted::parse(value, field, context)?));
        }
    }
    Ok(Clause::Range(field, read))
}

fn exists(body: &Value, context: &Context) -> Result<Clause, Refusal> {
    let name = text(object(body, "exists")?, "field", "exists")?;
    Ok(context.field(name).map_or(Clause::None, Clause::Exists))
}

fn spelled(
    body: &Value,
    what: &str,
    context: &Context,
    make: fn(&'static Field, Spelling) -> Clause,
) -> Result<Clause, Refusal> {
    let (name, value) = only_member(body, what)?;
    let (pattern, ignores_case) = match value {
        Value::String(pattern) => (pattern.as_str(), false),
        value => {
            let options = object(value, what)?;
            allow(options, &["value", "case_insensitive", "boost"], what)?;
            let ignores_case = options.get("case_insensitive") == Some(&Value::Bool(true));
            (text(options, "value", what)?, ignores_case)
        }
    };
    let pattern = if ignores_case { pattern.to_lowercase() } else { pattern.to_owned() };
    let spelling = Spelling { pattern, ignores_case };
    Ok(context.field(name).map_or(Clause::None, |field| make(field, spelling)))
}

fn words_of(body: &Value, context: &Context) -> Result<Clause, Refusal> {
    let (name, value) = only_member(body, "match")?;
    let (query, all) = match value {
        Value::Object(options) => {
            allow(options, &["query", "operator", "boost"], "match")?;
            let operator = options.get("operator").and_then(Value::as_str).unwrap_or("or");
            let all = match operator.to_lowercase().as_str() {
                "and" => true,
                "or" => false,
                _ => return Err(Refusal::bad_request("[match] needs [operator] and or or")),
            };
            (options.get("query").unwrap_or(&Value::Null), all)
        }
        value => (value, false),
    };
    let Some(field) = context.field(name) else { return Ok(Clause::None) };
    match Wanted::parse(query, field, context)? {
        Wanted::Text(text) => Ok(Clause::Words { field, words: words(&text), all }),
        other => Ok(Clause::Terms(field, vec![other])),
    }
}

fn ids(body: &Value, context: &Context) -> Result<Clause, Refusal> {
    let Some(Value::Array(values)) = object(body, "ids")?.get("values") else {
        return Err(Refusal::bad_request("[ids] needs [values]"));
    };
    let field = context.field("_id").expect("every view has the case's id");
    let wanted = values.iter().map(|value| Wanted::parse(value, field, context));
    Ok(Clause::Terms(field, wanted.collect::<Result<_, _>>()?))
}

fn boolean(body: &Value, context: &Context) -> Result<Clause, Refusal> {
    let body = object(body, "bool")?;
    let known = ["must", "filter", "should", "must_not", "minimum_should_match", "boost"];
    allow(body, &known, "bool")?;
    let mut must = clauses(body, "must", context)?;
    must.extend(clauses(body, "filter", context)?);
    let should = clauses(body, "should", context)?;
    let must_not = clauses(body, "must_not", context)?;
    let at_least = match body.get("minimum_should_match") {
        // As in OpenSearch: beside other conditions `should` only ranks.
        None => usize::from(must.is_empty() && !should.is_empty()),
        Some(value) => {
            let count = match value {
                Value::String(text) => text.parse().ok(),
                value => value.as_u64().and_then(|count| usize::try_from(count).ok()),
            };
            count.ok_or_else(|| {
                Refusal::bad_request("[minimum_should_match] must be a whole number")
            })?
        }
    };
    Ok(Clause::Bool { must, should, must_not, at_least })
}

/// One clause or a list of them.
fn clauses(
    body: &Map<String, Value>,
    name: &str,
    context: &Context,
) -> Result<Vec<Clause>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => {
            list.iter().map(|clause| Clause::parse(clause, context)).collect()
        }
        Some(clause) => Ok(vec![Clause::parse(clause, context)?]),
    }
}
