//! Aggregations, by a list of what is known: how many groups they may make, at most.
//!
//! An upper bound by what is asked, whatever the data holds; histograms are taken for a hundred.

use serde_json::{Map, Value};

use super::{Looked, is_script};

/// Most groups of one aggregation.
const MAX_SIZE: u64 = 1_000;

/// Most groups of one shard, of which those are chosen.
const MAX_SHARD_SIZE: u64 = 10_000;

/// Most groups of all, those in groups counted.
const MAX_BUCKETS: u64 = 10_000;

/// Groups where nobody says how many.
const USUAL_SIZE: u64 = 10;

/// Groups of a histogram.
const OF_HISTOGRAM: u64 = 100;

/// Shortest step of a histogram of amounts.
const MIN_INTERVAL: f64 = 1.0;

const KINDS: [&str; 32] = [
    "auto_date_histogram",
    "avg",
    "avg_bucket",
    "bucket_sort",
    "cardinality",
    "composite",
    "cumulative_sum",
    "date_histogram",
    "date_range",
    "derivative",
    "extended_stats",
    "filter",
    "filters",
    "histogram",
    "max",
    "max_bucket",
    "min",
    "min_bucket",
    "missing",
    "multi_terms",
    "nested",
    "percentile_ranks",
    "percentiles",
    "range",
    "rare_terms",
    "reverse_nested",
    "stats",
    "sum",
    "sum_bucket",
    "terms",
    "top_hits",
    "value_count",
];

/// Members that would make a histogram of as many groups as they span.
const SPANS: [&str; 2] = ["extended_bounds", "hard_bounds"];

impl Looked {
    /// Looks at all aggregations of a query.
    pub(super) fn aggregations(&mut self, aggregations: &Value) {
        let buckets = self.beside(aggregations);
        if buckets > MAX_BUCKETS {
            self.refuse(format!(
                "up to {buckets} groups would come, those in groups counted; {MAX_BUCKETS} are the \
                 most: give each `terms` a smaller `size`"
            ));
        }
    }

    /// Groups of aggregations beside each other.
    fn beside(&mut self, aggregations: &Value) -> u64 {
        let each = aggregations.as_object().into_iter().flatten();
        each.map(|(_, one)| self.one(one)).fold(0, u64::saturating_add)
    }

    fn one(&mut self, aggregation: &Value) -> u64 {
        let (mut own, mut inside) = (1, 0_u64);
        for (kind, body) in aggregation.as_object().into_iter().flatten() {
            match kind.as_str() {
                "aggs" | "aggregations" => inside = inside.saturating_add(self.beside(body)),
                "meta" => {}
                kind if KINDS.contains(&kind) => own = own.max(self.kind(kind, body)),
                kind => self.unknown("an aggregation", kind, &KINDS),
            }
        }
        own.saturating_mul(inside.saturating_add(1))
    }

    fn kind(&mut self, kind: &str, body: &Value) -> u64 {
        let no_members = Map::new();
        let members = body.as_object().unwrap_or(&no_members);
        if members.keys().any(|name| is_script(name)) {
            self.refuse_script();
        }
        let number = |name: &str| members.get(name).and_then(number);
        for (name, most) in
            [("size", MAX_SIZE), ("buckets", MAX_SIZE), ("shard_size", MAX_SHARD_SIZE)]
        {
            if let Some(asked) = number(name).filter(|asked| *asked > most as f64) {
                self.refuse(format!("a `{name}` is {asked}; {most} is the most of an aggregation"));
            }
        }
        let asked = |name: &str| number(name).map_or(USUAL_SIZE, |asked| asked as u64);
        for name in ["include", "exclude"] {
            members.get(name).and_then(Value::as_str).into_iter().for_each(|it| self.pattern(it));
        }
        let length = |member: &str| match members.get(member) {
            Some(Value::Array(parts)) => parts.len() as u64,
            Some(Value::Object(parts)) => parts.len() as u64,
            _ => 1,
        };
        match kind {
            "filter" => {
                self.query(body);
                1
            }
            "filters" => {
                match members.get("filters") {
                    Some(Value::Object(filters)) => filters.values().for_each(|it| self.query(it)),
                    Some(filters) => self.query(filters),
                    None => {}
                }
                length("filters").saturating_add(1)
            }
            "range" | "date_range" => length("ranges"),
            "histogram" | "date_histogram" => {
                self.histogram(kind, members);
                OF_HISTOGRAM
            }
            "auto_date_histogram" => asked("buckets"),
            "top_hits" => {
                let fetched = number("size").map_or(3, |asked| asked as u64);
                fetched.max(1)
            }
            "terms" | "multi_terms" | "composite" | "rare_terms" => asked("size"),
            _ => 1,
        }
    }

    fn histogram(&mut self, kind: &str, members: &Map<String, Value>) {
        for name in SPANS {
            if members.contains_key(name) {
                self.refuse(format!("`{name}` is not taken here: narrow the query instead"));
            }
        }
        let interval = ["interval", "fixed_interval"].iter().find_map(|name| members.get(*name));
        let is_too_fine = match (kind, interval) {
            ("histogram", Some(interval)) => number(interval).is_none_or(|it| it < MIN_INTERVAL),
            (_, Some(Value::String(interval))) => {
                let unit = interval.trim_start_matches(|it: char| it.is_ascii_digit());
                !matches!(unit, "h" | "d" | "hour" | "day" | "week" | "month" | "quarter" | "year")
            }
            (_, Some(_)) => true,
            (_, None) => false,
        };
        if is_too_fine {
            self.refuse(
                "a histogram's step is at least 1, of days at least an hour: use \
                 `calendar_interval` with day, week, month, quarter or year"
                    .to_owned(),
            );
        }
    }
}

/// A number, also in quotes: OpenSearch takes both.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}
