//! Which fields of a hit are answered: `_source`.

use serde_json::Value;

use super::reading::{Context, allow};
use super::values::matches_pattern;
use crate::sandbox::data::case::{Case, Field, View};
use crate::sandbox::wiv_api::refusal::Refusal;

pub(super) enum Projection {
    /// `_source` itself is left out.
    Nothing,
    Whole(View),
    Only(Vec<&'static Field>),
}

impl Projection {
    pub(super) fn parse(source: Option<&Value>, context: &Context) -> Result<Self, Refusal> {
        match source {
            None | Some(Value::Null | Value::Bool(true)) => Ok(Projection::Whole(context.view)),
            Some(Value::Bool(false)) => Ok(Projection::Nothing),
            Some(Value::Object(options)) => {
                let known = ["includes", "include", "excludes", "exclude"];
                allow(options, &known, "_source")?;
                let patterns = |long: &str, short: &str| {
                    let value = options.get(long).or_else(|| options.get(short));
                    value.map_or(Ok(Vec::new()), patterns)
                };
                let includes = patterns("includes", "include")?;
                let excludes = patterns("excludes", "exclude")?;
                Ok(Projection::of(&includes, &excludes, context))
            }
            Some(list) => Ok(Projection::of(&patterns(list)?, &[], context)),
        }
    }

    fn of(includes: &[&str], excludes: &[&str], context: &Context) -> Projection {
        let named = |patterns: &[&str], field: &Field| {
            patterns.iter().any(|pattern| matches_pattern(pattern, field.name))
        };
        let is_shown = |field: &&Field| {
            (includes.is_empty() || named(includes, field)) && !named(excludes, field)
        };
        Projection::Only(context.view.fields().iter().filter(is_shown).collect())
    }

    /// Writes `,"_source":{...}`, or nothing.
    pub(super) fn write(&self, case: &Case, out: &mut String) {
        match self {
            Projection::Nothing => {}
            Projection::Whole(view) => {
                out.push_str(",\"_source\":");
                case.write_json(*view, out);
            }
            Projection::Only(fields) => {
                out.push_str(",\"_source\":");
                case.write_fields(fields.iter().copied(), out);
            }
        }
    }
}

/// One pattern or a list of them.
fn patterns(value: &Value) -> Result<Vec<&str>, Refusal> {
    let patterns = match value {
        Value::Array(list) => list.iter().map(Value::as_str).collect(),
        one => one.as_str().map(|one| vec![one]),
    };
    patterns.ok_or_else(|| Refusal::bad_request("[_source] must name fields"))
}
