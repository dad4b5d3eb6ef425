//! Computes aggregations over the cases that matched, and writes them.
//!
//! Sums are exact: money is added in cents and written with two decimals.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::json;

use super::aggregation::{Aggregation, Aggregations, Bin, BucketKey, Metric, Terms, What};
use super::hits::write_hits;
use crate::sandbox::calendar::{Moment, Unit};
use crate::sandbox::data::case::{Case, Cents, Datum, Field};

impl Aggregations {
    /// The members of an object, without its braces.
    pub(super) fn write(&self, cases: &[&Case], out: &mut String) {
        for (at, aggregation) in self.0.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            let _ = write!(out, "{comma}{}:{{", json!(aggregation.name));
            aggregation.write(cases, out);
            out.push('}');
        }
    }
}

impl Aggregation {
    fn write(&self, cases: &[&Case], out: &mut String) {
        match &self.what {
            What::Metric(metric, field) => {
                let value = measure(*metric, *field, cases);
                let _ = write!(out, "\"value\":{}", value.json());
                if let Measure::Moment(moment) = value {
                    let _ = write!(out, ",\"value_as_string\":\"{moment}\"");
                }
            }
            What::Stats(field) => {
                for (at, (name, metric)) in STATS.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    let value = measure(*metric, *field, cases);
                    let _ = write!(out, "{comma}\"{name}\":{}", value.json());
                }
            }
            What::TopHits { size, order, projection } => {
                let mut sorted = cases.to_vec();
                order.sort(&mut sorted);
                write_hits(cases.len(), sorted.iter().take(*size), projection, out);
            }
            What::Terms(terms) => self.write_terms(terms, cases, out),
            What::DateHistogram { field, unit, key_length, min_doc_count } => {
                let by_start = by_start(*field, *unit, cases);
                let filled = by_start.iter().filter(|(_, cases)| cases.len() >= *min_doc_count);
                write_list(out, filled, |(start, cases), out| {
                    let shown = &start.to_string()[..*key_length];
                    let head = format!("\"key_as_string\":\"{shown}\",\"key\":{},", start.millis());
                    self.write_bucket(&head, cases, out);
                });
            }
            What::Filter(clause) => {
                let cases = select(cases, |case| clause.matches(case));
                self.write_bucket_members(&cases, out);
            }
            What::Filters(filters) => {
                out.push_str("\"buckets\":{");
                for (at, (name, clause)) in filters.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    let _ = write!(out, "{comma}{}:", json!(name));
                    self.write_bucket("", &select(cases, |case| clause.matches(case)), out);
                }
                out.push('}');
            }
            What::AnonymousFilters(clauses) => write_list(out, clauses.iter(), |clause, out| {
                self.write_bucket("", &select(cases, |case| clause.matches(case)), out);
            }),
            What::Range(field, bins) => write_list(out, bins.iter(), |bin, out| {
                let selected = select(cases, |case| bin.holds(read(*field, case)));
                self.write_bucket(&bin.head(), &selected, out);
            }),
            What::Missing(field) => {
                let cases = select(cases, |case| read(*field, case) == Datum::Absent);
                self.write_bucket_members(&cases, out);
            }
        }
    }

    fn write_terms(&self, terms: &Terms, cases: &[&Case], out: &mut String) {
        let mut by_key: BTreeMap<Key, Vec<&Case>> = BTreeMap::new();
        for case in cases {
            let key = match (Key::of(read(terms.field, case)), &terms.missing) {
                (Some(key), _) => key,
                (None, Some(missing)) => Key::Text(missing.clone()),
                (None, None) => continue,
            };
            by_key.entry(key).or_default().push(case);
        }
        let mut buckets: Vec<(Key, Vec<&Case>)> = by_key.into_iter().collect();
        buckets.retain(|(_, cases)| cases.len() >= terms.min_doc_count);
        for (key, descending) in terms.order.iter().rev() {
            self.sort_buckets(&mut buckets, key, *descending);
        }
        let others: usize = buckets.iter().skip(terms.size).map(|(_, cases)| cases.len()).sum();
        let _ = write!(out, "\"doc_count_error_upper_bound\":0,\"sum_other_doc_count\":{others},");
        write_list(out, buckets.iter().take(terms.size), |(key, cases), out| {
            self.write_bucket(&key.head(), cases, out);
        });
    }

    /// Stable: sorting by the last key first leaves ties in the order of the one before.
    fn sort_buckets(&self, buckets: &mut [(Key, Vec<&Case>)], key: &BucketKey, descending: bool) {
        let directed = |weight: i64| if descending { -weight } else { weight };
        match key {
            BucketKey::Count => buckets.sort_by_key(|(_, cases)| directed(weight_of(cases.len()))),
            BucketKey::Key if descending => buckets.sort_by(|(a, _), (b, _)| b.cmp(a)),
            BucketKey::Key => buckets.sort_by(|(a, _), (b, _)| a.cmp(b)),
            BucketKey::Inner(name, member) => buckets.sort_by_cached_key(|(_, cases)| {
                directed(self.inner.find(name).map_or(0, |inner| inner.weight(member, cases)))
            }),
        }
    }

    /// What a bucket weighs when buckets are ordered by this aggregation.
    fn weight(&self, member: &str, cases: &[&Case]) -> i64 {
        match &self.what {
            What::Metric(metric, field) => measure(*metric, *field, cases).weight(),
            What::Stats(field) => {
                let known = STATS.iter().find(|(name, _)| *name == member);
                known.map_or(0, |(_, metric)| measure(*metric, *field, cases).weight())
            }
            _ => 0,
        }
    }

    fn write_bucket(&self, head: &str, cases: &[&Case], out: &mut String) {
        out.push('{');
        out.push_str(head);
        self.write_bucket_members(cases, out);
        out.push('}');
    }

    fn write_bucket_members(&self, cases: &[&Case], out: &mut String) {
        let _ = write!(out, "\"doc_count\":{}", cases.len());
        if !self.inner.0.is_empty() {
            out.push(',');
            self.inner.write(cases, out);
        }
    }
}

const STATS: [(&str, Metric); 5] = [
    ("count", Metric::ValueCount),
    ("min", Metric::Min),
    ("max", Metric::Max),
    ("avg", Metric::Avg),
    ("sum", Metric::Sum),
];

/// What a metric comes to.
enum Measure {
    Nothing,
    Count(usize),
    Amount(Cents),
    Average(f64),
    Moment(Moment),
}

impl Measure {
    fn json(&self) -> String {
        match self {
            Measure::Nothing => "null".to_owned(),
            Measure::Count(count) => count.to_string(),
            Measure::Amount(amount) => amount.to_string(),
            Measure::Average(average) => json!(average).to_string(),
            Measure::Moment(moment) => moment.millis().to_string(),
        }
    }

    /// Comparable among measures of one kind; nothing is less than anything. Averages
    /// count to a thousandth of a cent.
    #[expect(clippy::cast_possible_truncation, reason = "averages of amounts are far below 2^63")]
    fn weight(&self) -> i64 {
        match self {
            Measure::Nothing => -i64::MAX,
            Measure::Count(count) => weight_of(*count),
            Measure::Amount(amount) => amount.0,
            Measure::Average(average) => (average * 100_000.0) as i64,
            Measure::Moment(moment) => moment.millis(),
        }
    }
}

fn weight_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "there are a few thousand cases")]
fn measure(metric: Metric, field: Option<&'static Field>, cases: &[&Case]) -> Measure {
    let data = || {
        cases
            .iter()
            .map(|case| read(field, case))
            .filter(|datum| !matches!(datum, Datum::Absent | Datum::Odd(_)))
    };
    match metric {
        Metric::ValueCount => Measure::Count(data().count()),
        Metric::Cardinality => {
            Measure::Count(data().filter_map(Key::of).collect::<BTreeSet<_>>().len())
        }
        Metric::Sum => Measure::Amount(Cents(data().map(cents).sum())),
        Metric::Avg => match data().count() {
            0 => Measure::Nothing,
            count => {
                let sum = Cents(data().map(cents).sum());
                Measure::Average(sum.as_units() / count as f64)
            }
        },
        Metric::Min => extreme(data().min_by_key(|datum| place(*datum))),
        Metric::Max => extreme(data().max_by_key(|datum| place(*datum))),
    }
}

fn cents(datum: Datum<'_>) -> i64 {
    match datum {
        Datum::Amount(amount) => amount.0,
        _ => 0,
    }
}

/// Where an amount or a moment lies among its like.
fn place(datum: Datum<'_>) -> i64 {
    match datum {
        Datum::Moment(moment) => moment.micros(),
        datum => cents(datum),
    }
}

fn extreme(datum: Option<Datum<'_>>) -> Measure {
    match datum {
        Some(Datum::Amount(amount)) => Measure::Amount(amount),
        Some(Datum::Moment(moment)) => Measure::Moment(moment),
        _ => Measure::Nothing,
    }
}

/// What buckets of terms are made of, in the order of equal buckets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Flag(bool),
    Amount(Cents),
    Moment(Moment),
    Text(String),
}

impl Key {
    fn of(datum: Datum<'_>) -> Option<Key> {
        Some(match datum {
            Datum::Text(text) => Key::Text(text.to_owned()),
            Datum::Amount(amount) => Key::Amount(amount),
            Datum::Moment(moment) => Key::Moment(moment),
            Datum::Flag(flag) => Key::Flag(flag),
            Datum::Absent | Datum::Odd(_) => return None,
        })
    }

    /// The members of a bucket that name it, each with a comma behind.
    fn head(&self) -> String {
        match self {
            Key::Text(text) => format!("\"key\":{},", json!(text)),
            Key::Amount(amount) => format!("\"key\":{amount},"),
            Key::Moment(moment) => {
                format!("\"key\":{},\"key_as_string\":\"{moment}\",", moment.millis())
            }
            Key::Flag(flag) => {
                format!("\"key\":{},\"key_as_string\":\"{flag}\",", u8::from(*flag))
            }
        }
    }
}

impl Bin {
    fn holds(&self, datum: Datum<'_>) -> bool {
        let Datum::Amount(amount) = datum else { return false };
        let amount = amount.as_units();
        self.from.is_none_or(|from| amount >= from) && self.to.is_none_or(|to| amount < to)
    }

    fn head(&self) -> String {
        let mut head = format!("\"key\":{},", json!(self.key));
        for (name, end) in [("from", self.from), ("to", self.to)] {
            if let Some(end) = end {
                let _ = write!(head, "\"{name}\":{},", json!(end));
            }
        }
        head
    }
}

/// Cases by the beginning of their unit, with every empty unit between.
fn by_start<'a>(
    field: Option<&'static Field>,
    unit: Unit,
    cases: &[&'a Case],
) -> BTreeMap<Moment, Vec<&'a Case>> {
    let mut by_start: BTreeMap<Moment, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        if let Datum::Moment(moment) = read(field, case) {
            by_start.entry(moment.floor(unit)).or_default().push(case);
        }
    }
    if let (Some((first, _)), Some((last, _))) =
        (by_start.first_key_value(), by_start.last_key_value())
    {
        let (first, last) = (*first, *last);
        let units = std::iter::successors(Some(first), |start| Some(start.plus(1, unit)));
        for start in units.take_while(|start| *start < last) {
            by_start.entry(start).or_default();
        }
    }
    by_start
}

fn read<'a>(field: Option<&'static Field>, case: &'a Case) -> Datum<'a> {
    field.map_or(Datum::Absent, |field| field.read(case))
}

fn select<'a>(cases: &[&'a Case], matches: impl Fn(&Case) -> bool) -> Vec<&'a Case> {
    cases.iter().copied().filter(|case| matches(case)).collect()
}

/// `"buckets":[...]`
fn write_list<T>(
    out: &mut String,
    buckets: impl Iterator<Item = T>,
    mut write: impl FnMut(T, &mut String),
) {
    out.push_str("\"buckets\":[");
    for (at, bucket) in buckets.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(bucket, out);
    }
    out.push(']');
}
