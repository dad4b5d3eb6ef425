//! Aggregations: parsed here, computed in `buckets`.

use serde_json::{Map, Value};

use super::clause::Clause;
use super::order::{Order, is_descending};
use super::projection::Projection;
use super::reading::{Context, allow, object, only_member, text, whole_number};
use super::values::number;
use crate::sandbox::calendar::Unit;
use crate::sandbox::data::case::{Field, Kind};
use crate::sandbox::wiv_api::refusal::Refusal;

/// In the order of the request.
#[derive(Default)]
pub(super) struct Aggregations(pub(super) Vec<Aggregation>);

pub(super) struct Aggregation {
    pub(super) name: String,
    pub(super) what: What,
    pub(super) inner: Aggregations,
}

/// A field that does not exist is `None` and has no value in any case.
pub(super) enum What {
    Metric(Metric, Option<&'static Field>),
    Stats(Option<&'static Field>),
    TopHits {
        size: usize,
        order: Order,
        projection: Projection,
    },
    Terms(Terms),
    DateHistogram {
        field: Option<&'static Field>,
        unit: Unit,
        key_length: usize,
        min_doc_count: usize,
    },
    Filter(Clause),
    Filters(Vec<(String, Clause)>),
    AnonymousFilters(Vec<Clause>),
    Range(Option<&'static Field>, Vec<Bin>),
    Missing(Option<&'static Field>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    Sum,
    Avg,
    Min,
    Max,
    ValueCount,
    Cardinality,
}

pub(super) struct Terms {
    pub(super) field: Option<&'static Field>,
    pub(super) size: usize,
    pub(super) min_doc_count: usize,
    /// Stands for cases without the field; they are left out otherwise.
    pub(super) missing: Option<String>,
    pub(super) order: Vec<(BucketKey, bool)>,
}

/// What buckets are ordered by; the flag beside it says descending.
pub(super) enum BucketKey {
    Count,
    Key,
    /// An inner metric, and for stats its member.
    Inner(String, String),
}

pub(super) struct Bin {
    pub(super) key: String,
    pub(super) from: Option<f64>,
    pub(super) to: Option<f64>,
}

/// The first three: OpenSearch's defaults.
const USUAL_BUCKETS: usize = 10;
const USUAL_TOP_HITS: usize = 3;
const MOST_TOP_HITS: usize = 100;
/// Deeper nesting is refused: nobody can read such an answer.
const DEEPEST: usize = 8;

impl Aggregations {
    pub(super) fn parse(value: &Value, context: &Context) -> Result<Self, Refusal> {
        parse_level(value, context, DEEPEST)
    }

    pub(super) fn find(&self, name: &str) -> Option<&Aggregation> {
        self.0.iter().find(|aggregation| aggregation.name == name)
    }
}

fn parse_level(value: &Value, context: &Context, levels: usize) -> Result<Aggregations, Refusal> {
    if levels == 0 {
        return Err(Refusal::bad_request("aggregations are nested too deep"));
    }
    let mut parsed = Vec::new();
    for (name, body) in object(value, "aggs")? {
        let body = object(body, name)?;
        let inner = match body.get("aggs").or_else(|| body.get("aggregations")) {
            None => Aggregations::default(),
            Some(inner) => parse_level(inner, context, levels - 1)?,
        };
        let mut kinds = body
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "aggs" | "aggregations" | "meta"));
        let (Some((kind, options)), None) = (kinds.next(), kinds.next()) else {
            return Err(Refusal::bad_request(format!("aggregation [{name}] must have one type")));
        };
        let what = parse_kind(kind, object(options, kind)?, &inner, context)?;
        let is_leaf = matches!(what, What::Metric(..) | What::Stats(_) | What::TopHits { .. });
        if is_leaf && !inner.0.is_empty() {
            let error = format!("aggregation [{name}] of type [{kind}] can't have others inside");
            return Err(Refusal::bad_request(error));
        }
        parsed.push(Aggregation { name: name.clone(), what, inner });
    }
    Ok(Aggregations(parsed))
}

const METRICS: [(&str, Metric); 6] = [
    ("sum", Metric::Sum),
    ("avg", Metric::Avg),
    ("min", Metric::Min),
    ("max", Metric::Max),
    ("value_count", Metric::ValueCount),
    ("cardinality", Metric::Cardinality),
];

fn parse_kind(
    kind: &str,
    options: &Map<String, Value>,
    inner: &Aggregations,
    context: &Context,
) -> Result<What, Refusal> {
    if let Some((_, metric)) = METRICS.iter().find(|(name, _)| *name == kind) {
        allow(options, &["field", "precision_threshold"], kind)?;
        let field = field(options, kind, context)?;
        return allow_kind(field, *metric, kind).map(|field| What::Metric(*metric, field));
    }
    match kind {
        "stats" => {
            allow(options, &["field"], kind)?;
            let field = field(options, kind, context)?;
            allow_kind(field, Metric::Sum, kind).map(What::Stats)
        }
        "top_hits" => top_hits(options, context),
        "terms" => terms(options, inner, context).map(What::Terms),
        "date_histogram" => date_histogram(options, context),
        "filter" => Clause::parse(&Value::Object(options.clone()), context).map(What::Filter),
        "filters" => filters(options, context),
        "range" => range(options, context),
        "missing" => {
            allow(options, &["field"], kind)?;
            field(options, kind, context).map(What::Missing)
        }
        _ => Err(Refusal::bad_request(format!("unknown aggregation type [{kind}]"))),
    }
}

fn field(
    options: &Map<String, Value>,
    what: &str,
    context: &Context,
) -> Result<Option<&'static Field>, Refusal> {
    Ok(context.field(text(options, "field", what)?))
}

/// Sums are of amounts, extremes of amounts or dates; anything can be counted.
fn allow_kind(
    field: Option<&'static Field>,
    metric: Metric,
    name: &str,
) -> Result<Option<&'static Field>, Refusal> {
    let good = |field: &Field| match metric {
        Metric::Sum | Metric::Avg => field.kind == Kind::Amount,
        Metric::Min | Metric::Max => matches!(field.kind, Kind::Amount | Kind::Moment),
        Metric::ValueCount | Metric::Cardinality => true,
    };
    match field {
        Some(field) if !good(field) => {
            let error = format!("Field [{}] is not supported for aggregation [{name}]", field.name);
            Err(Refusal::bad_request(error))
        }
        field => Ok(field),
    }
}

fn top_hits(options: &Map<String, Value>, context: &Context) -> Result<What, Refusal> {
    allow(options, &["size", "sort", "_source"], "top_hits")?;
    let size = whole_number(options, "size")?.unwrap_or(USUAL_TOP_HITS);
    if size > MOST_TOP_HITS {
        return Err(Refusal::bad_request(format!("[top_hits] size is at most {MOST_TOP_HITS}")));
    }
    let order = Order::parse(options.get("sort"), context)?;
    let projection = Projection::parse(options.get("_source"), context)?;
    Ok(What::TopHits { size, order, projection })
}

fn terms(
    options: &Map<String, Value>,
    inner: &Aggregations,
    context: &Context,
) -> Result<Terms, Refusal> {
    allow(options, &["field", "size", "order", "min_doc_count", "missing"], "terms")?;
    let keys = match options.get("order") {
        None | Some(Value::Null) => &[],
        Some(Value::Array(keys)) => keys.as_slice(),
        Some(key) => std::slice::from_ref(key),
    };
    let mut order = Vec::new();
    for key in keys {
        let (path, direction) = only_member(key, "order")?;
        order.push((bucket_key(path, inner)?, is_descending(direction)?));
    }
    // OpenSearch's default; ties are always settled by key.
    if order.is_empty() {
        order.push((BucketKey::Count, true));
    }
    Ok(Terms {
        field: field(options, "terms", context)?,
        size: whole_number(options, "size")?.unwrap_or(USUAL_BUCKETS),
        min_doc_count: whole_number(options, "min_doc_count")?.unwrap_or(1).max(1),
        missing: options.get("missing").map(|value| match value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        }),
        order,
    })
}

fn bucket_key(path: &str, inner: &Aggregations) -> Result<BucketKey, Refusal> {
    match path {
        "_count" => return Ok(BucketKey::Count),
        "_key" | "_term" => return Ok(BucketKey::Key),
        _ => {}
    }
    let (name, member) = path.split_once('.').unwrap_or((path, "value"));
    let good = inner.find(name).is_some_and(|inner| match inner.what {
        What::Metric(..) => member == "value",
        What::Stats(_) => ["count", "min", "max", "avg", "sum"].contains(&member),
        _ => false,
    });
    if !good {
        return Err(Refusal::bad_request(format!("Invalid aggregator order path [{path}]")));
    }
    Ok(BucketKey::Inner(name.to_owned(), member.to_owned()))
}

fn date_histogram(options: &Map<String, Value>, context: &Context) -> Result<What, Refusal> {
    let known = ["field", "calendar_interval", "format", "min_doc_count"];
    allow(options, &known, "date_histogram")?;
    let interval = text(options, "calendar_interval", "date_histogram")?;
    let unit = match interval {
        "year" | "1y" => Unit::Year,
        "quarter" | "1q" => Unit::Quarter,
        "month" | "1M" => Unit::Month,
        "week" | "1w" => Unit::Week,
        "day" | "1d" => Unit::Day,
        _ => {
            let error = format!("[date_histogram] does not support interval [{interval}]");
            return Err(Refusal::bad_request(error));
        }
    };
    // How much of a timestamp the key shows.
    let key_length = match options.get("format").and_then(Value::as_str) {
        None => 26,
        Some("yyyy") => 4,
        Some("yyyy-MM") => 7,
        Some("yyyy-MM-dd") => 10,
        Some(format) => {
            let error = format!("[date_histogram] does not support format [{format}]");
            return Err(Refusal::bad_request(error));
        }
    };
    let field = field(options, "date_histogram", context)?;
    if let Some(field) = field.filter(|field| field.kind != Kind::Moment) {
        let error = format!("Field [{}] is not a date", field.name);
        return Err(Refusal::bad_request(error));
    }
    let min_doc_count = whole_number(options, "min_doc_count")?.unwrap_or(0);
    Ok(What::DateHistogram { field, unit, key_length, min_doc_count })
}

fn filters(options: &Map<String, Value>, context: &Context) -> Result<What, Refusal> {
    allow(options, &["filters"], "filters")?;
    match options.get("filters") {
        Some(Value::Object(named)) => {
            let parse = |(name, clause): (&String, &Value)| {
                Clause::parse(clause, context).map(|clause| (name.clone(), clause))
            };
            Ok(What::Filters(named.iter().map(parse).collect::<Result<_, _>>()?))
        }
        Some(Value::Array(list)) => {
            let clauses = list.iter().map(|clause| Clause::parse(clause, context));
            Ok(What::AnonymousFilters(clauses.collect::<Result<_, _>>()?))
        }
        _ => Err(Refusal::bad_request("[filters] needs [filters]")),
    }
}

fn range(options: &Map<String, Value>, context: &Context) -> Result<What, Refusal> {
    allow(options, &["field", "ranges"], "range")?;
    let field = field(options, "range", context)?;
    if let Some(field) = field.filter(|field| field.kind != Kind::Amount) {
        let error = format!("Field [{}] is not a number", field.name);
        return Err(Refusal::bad_request(error));
    }
    let Some(Value::Array(ranges)) = options.get("ranges") else {
        return Err(Refusal::bad_request("[range] needs [ranges]"));
    };
    let mut bins = Vec::new();
    for range in ranges {
        let range = object(range, "ranges")?;
        allow(range, &["key", "from", "to"], "ranges")?;
        let (from, to) = (end(range, "from")?, end(range, "to")?);
        let shown = |end: Option<f64>| end.map_or("*".to_owned(), |end| format!("{end:?}"));
        let key = range.get("key").and_then(Value::as_str).map(str::to_owned);
        let key = key.unwrap_or_else(|| format!("{}-{}", shown(from), shown(to)));
        bins.push(Bin { key, from, to });
    }
    Ok(What::Range(field, bins))
}

fn end(range: &Map<String, Value>, name: &str) -> Result<Option<f64>, Refusal> {
    match range.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match number(value) {
            Some(number) => Ok(Some(number)),
            None => Err(Refusal::bad_request(format!("[{name}] must be a number"))),
        },
    }
}
