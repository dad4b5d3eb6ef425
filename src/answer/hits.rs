//! What OpenSearch found, taken apart: hits as rows of their source, the rest for notes.
//!
//! Not for groups; `groups` flattens them.

use std::borrow::Cow;

use super::{
    envelope::{Beside, Upstream},
    page::MAX_ROWS,
};
use crate::json;

/// Members of a hit that say nothing about the case.
const NOISE_OF_HITS: [&str; 11] = [
    "_index",
    "_type",
    "_id",
    "_score",
    "_source",
    "_version",
    "_seq_no",
    "_primary_term",
    "_routing",
    "_ignored",
    "sort",
];

/// Members of an answer that say nothing about the cases.
const NOISE: [&str; 5] = ["took", "num_reduce_phases", "max_score", "timed_out", "_shards"];

/// An answer of OpenSearch.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// Objects as JSON text.
    pub(super) hits: Vec<Cow<'a, str>>,
    /// Hits that came, read or not.
    pub(super) hit_count: usize,
    /// How many match, as it says.
    pub(super) total: Option<&'a str>,
    /// At least so many: it stopped counting.
    pub(super) is_at_least: bool,
    /// The object of all aggregations.
    pub(super) aggregations: Option<&'a str>,
    /// What else there is.
    pub(super) beside: Beside<'a>,
    /// Why it may not be all.
    pub(super) notes: Vec<String>,
}

impl<'a> Found<'a> {
    /// Takes an answer apart; nothing where it is no answer of OpenSearch.
    pub(super) fn read(upstream: &Upstream<'a>) -> Option<Self> {
        let mut found = Self::default();
        let mut is_one = false;
        for (name, value) in json::members(upstream.data) {
            is_one |= found.member(name, value);
        }
        if upstream.beside().is_some() || upstream.data.starts_with('[') {
            let beside = &upstream.beside;
            for (name, value) in beside.members.iter().copied() {
                is_one |= found.member(name, value);
            }
            found.beside.left_out += beside.left_out;
        }
        if upstream.data.starts_with('[') && is_one {
            found.take_hits(json::elements(upstream.data));
        }
        is_one.then_some(found)
    }

    /// Takes one member; whether only an answer of OpenSearch has it.
    fn member(&mut self, name: &'a str, value: &'a str) -> bool {
        match &*json::said(name) {
            "hits" if value.starts_with('{') => {
                for (name, value) in json::members(value) {
                    match json::inside(name) {
                        "total" => self.count(value),
                        "hits" => self.take_hits(json::elements(value)),
                        _ => {}
                    }
                }
                return true;
            }
            "aggregations" | "aggs" if value.starts_with('{') => {
                self.aggregations = Some(value);
                return true;
            }
            "timed_out" | "terminated_early" if value == "true" => self.notes.push(
                "Partial: WIV stopped before it had seen all cases. Counts and sums are lower \
                 bounds."
                    .to_owned(),
            ),
            "_shards" => self.notes.extend(note_of_shards(value)),
            name if NOISE.contains(&name) || name == "terminated_early" => {}
            _ => self.beside.put(name, value),
        }
        false
    }

    /// A number, or one with its relation to the truth.
    fn count(&mut self, value: &'a str) {
        let mut total = Some(value);
        for (name, value) in json::members(value) {
            match json::inside(name) {
                "value" => total = Some(value),
                "relation" => self.is_at_least = json::inside(value) != "eq",
                _ => {}
            }
        }
        self.total = total.filter(|total| total.parse::<u64>().is_ok());
    }

    fn take_hits(&mut self, mut hits: impl Iterator<Item = &'a str>) {
        self.hits = hits.by_ref().take(MAX_ROWS).map(row).collect();
        self.hit_count = self.hits.len() + hits.count();
    }
}

/// A hit's source, with what else it says of the case.
fn row(hit: &str) -> Cow<'_, str> {
    let mut source = None;
    let mut others = Vec::new();
    let mut id = None;
    for (name, value) in json::members(hit) {
        match json::inside(name) {
            "_source" => source = Some(value).filter(|value| value.starts_with('{')),
            "_id" => id = Some((name, value)),
            inside if NOISE_OF_HITS.contains(&inside) => {}
            _ => others.push((name, value)),
        }
    }
    match source {
        Some(source) if others.is_empty() => source.into(),
        // A row as it is.
        None if id.is_none() => hit.into(),
        source => {
            let of_source = source.into_iter().flat_map(json::members);
            let id = id.filter(|_| source.is_none());
            let members: Vec<String> = (id.into_iter().chain(of_source).chain(others))
                .map(|(name, value)| format!("{name}:{value}"))
                .collect();
            format!("{{{}}}", members.join(",")).into()
        }
    }
}

fn note_of_shards(shards: &str) -> Option<String> {
    let amount = |name: &str| {
        let mut members = json::members(shards);
        members.find(|(written, _)| json::inside(written) == name)?.1.parse::<u64>().ok()
    };
    let (failed, total) = (amount("failed").filter(|failed| *failed > 0)?, amount("total")?);
    Some(format!(
        "Partial: {failed} of {total} parts of WIV's index did not answer. Counts and sums are \
         lower bounds."
    ))
}
