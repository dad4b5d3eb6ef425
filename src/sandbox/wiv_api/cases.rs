//! Listing and searching cases, and which filters they have.
//!
//! The same functions answer a tenant and an MSP: the scope says which cases there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::conditions::{SEARCH_FIELDS, Search};
use super::refusal::Refusal;
use super::request::{CaseScope, Request};
use crate::sandbox::data::case::{Case, Datum, Field, View};

/// Name, which is also the field's, and description. The last is only for an MSP.
const FILTERS: [(&str, &str); 12] = [
    ("status", "Where the case stands in its life"),
    ("provider", "Cloud provider"),
    ("service", "Cloud service"),
    ("service_group", "Kind of service, over all providers"),
    ("case_type", "Kind of waste that was found"),
    ("board", "Board that the case is on"),
    ("account_id", "Account, subscription or project"),
    ("region", "Region, or Global"),
    ("owner", "E-mail of the case's owner; an empty value is for cases without one"),
    ("effort", "Effort that closing the case takes"),
    ("is_new", "true for cases of the latest runs that nobody has handled"),
    ("customer_id", "Customer that the case belongs to"),
];

/// Filters with their fields resolved.
pub(crate) struct Conditions(Vec<(&'static Field, Vec<String>)>);

impl Conditions {
    pub(crate) fn read(filters: &[(String, Vec<String>)], view: View) -> Result<Self, Refusal> {
        let resolve = |(name, values): &(String, Vec<String>)| {
            filter_field(name, view).map(|field| (field, values.clone()))
        };
        filters.iter().map(resolve).collect::<Result<_, _>>().map(Conditions)
    }

    pub(crate) fn hold(&self, case: &Case) -> bool {
        self.0.iter().all(|(field, values)| {
            let value = filter_value(field.read(case));
            values.iter().any(|wanted| wanted == value)
        })
    }
}

fn filter_field(name: &str, view: View) -> Result<&'static Field, Refusal> {
    let known = FILTERS.iter().any(|(filter, _)| *filter == name);
    let field = view.field(name).filter(|_| known);
    field.ok_or_else(|| Refusal::bad_request(format!("Unknown filter: {name}")))
}

/// A field as filters spell it.
fn filter_value(datum: Datum<'_>) -> &str {
    match datum {
        Datum::Text(text) => text,
        Datum::Flag(true) => "true",
        Datum::Flag(false) => "false",
        Datum::Absent | Datum::Amount(_) | Datum::Moment(_) | Datum::Odd(_) => "",
    }
}

/// The cases of a scope that a search is about, worth most first.
pub(crate) fn select(scope: &CaseScope, search: &Search) -> Result<Arc<[Arc<Case>]>, Refusal> {
    let conditions = Conditions::read(&search.filters, scope.view)?;
    if search.stated().is_empty() {
        return Ok(Arc::clone(&scope.cases));
    }
    let is_in =
        |case: &Case| case.created().map_or(search.is_undated(), |at| search.dates.contains(at));
    let matches = |case: &&Arc<Case>| conditions.hold(case) && is_in(case);
    Ok(scope.cases.iter().filter(matches).cloned().collect())
}

pub(super) fn search(request: &Request<'_>) -> Result<String, Refusal> {
    let scope = request.case_scope()?;
    page(request, &scope, &Search::read(request.body_object(&SEARCH_FIELDS)?)?)
}

pub(super) fn list(request: &Request<'_>) -> Result<String, Refusal> {
    let scope = request.case_scope()?;
    page(request, &scope, &Search::read(request.query_as_search()?)?)
}

fn page(request: &Request<'_>, scope: &CaseScope, search: &Search) -> Result<String, Refusal> {
    let rows = match search.scroll_id {
        None => select(scope, search)?,
        // The scroll has its own rows; the filters must still exist.
        Some(_) => Conditions::read(&search.filters, scope.view).map(|_| Arc::default())?,
    };
    let bound_to = format!("{} {}", request.operation.path, scope.name);
    let page = request.api.case_scrolls.page(bound_to, search, || rows)?;
    Ok(page.answer(|case, body| case.write_json(scope.view, body)))
}

pub(super) fn filters(request: &Request<'_>) -> Result<String, Refusal> {
    request.allow_query(&[])?;
    let own = FILTERS.iter().filter(|(name, _)| View::Own.field(name).is_some());
    let rows: Vec<Value> =
        own.map(|(name, description)| json!({"name": name, "description": description})).collect();
    Ok(json!({"data": rows}).to_string())
}

pub(super) fn filter_values(request: &Request<'_>) -> Result<String, Refusal> {
    let scope = request.case_scope()?;
    let name = request.id("filter_name");
    let field = filter_field(name, scope.view).map_err(|_| Refusal::not_found("Filter"))?;
    let counts = count_by(&scope, |case| filter_value(field.read(case)));
    let row = |(value, count): (&str, u64)| json!({"value": value, "count": count});
    Ok(json!({"data": counts.into_iter().map(row).collect::<Vec<_>>()}).to_string())
}

pub(super) fn types(request: &Request<'_>) -> Result<String, Refusal> {
    let scope = request.case_scope()?;
    let describe = |case| ["case_type", "provider", "service"].map(|name| Case::text(case, name));
    let row = |([name, provider, service], count): ([&str; 3], u64)| json!({"case_type": name, "provider": provider, "service": service, "count": count});
    let counts = count_by(&scope, describe);
    Ok(json!({"data": counts.into_iter().map(row).collect::<Vec<_>>()}).to_string())
}

/// How many cases have each value, most first.
fn count_by<'a, K: Ord>(scope: &'a CaseScope, key: impl Fn(&'a Case) -> K) -> Vec<(K, u64)> {
    let mut counts: BTreeMap<K, u64> = BTreeMap::new();
    for case in scope.cases.iter() {
        *counts.entry(key(case)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}
