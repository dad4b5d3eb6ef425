//! Counts and sums of cases, never added over currencies.
//!
//! The shape is assumed: WIV names the operation but not its answer. Cases seldom change,
//! so an answer is kept for whoever asks the same again before they do.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::sync::Arc;

use super::cases::select;
use super::conditions::Search;
use super::refusal::Refusal;
use super::request::Request;
use crate::sandbox::data::case::{Case, Cents, Datum, Field, View, write_text};

/// Every breakdown of the answer: its name, and the field it is by.
const BREAKDOWNS: [(&str, &str); 8] = [
    ("by_status", "status"),
    ("by_provider", "provider"),
    ("by_service", "service"),
    ("by_service_group", "service_group"),
    ("by_case_type", "case_type"),
    ("by_board", "board"),
    ("by_effort", "effort"),
    ("by_customer", "customer_id"),
];

/// The cases of one value in one currency.
struct Group<'a> {
    value: &'a str,
    /// Any of them: it has the currency, and the customer's name.
    example: &'a Case,
    count: u64,
    savings: Cents,
}

pub(super) fn summarize(request: &Request<'_>) -> Result<String, Refusal> {
    // Read before the cases are: an answer never counts as newer than its cases.
    let changes = request.api.cases.changes();
    let scope = request.case_scope()?;
    let search = Search::read(request.body_object(&["filters", "date_range"])?)?;
    let asked = format!("{} {} {}", request.operation.path, scope.name, search.stated());
    let question = format!("{changes} {asked}");
    if let Some(answer) = request.api.summaries.get(&question) {
        return Ok(answer);
    }
    let answer = summary_of(&select(&scope, &search)?, scope.view);
    request.api.summaries.keep(question, answer.clone());
    Ok(answer)
}

fn summary_of(cases: &[Arc<Case>], view: View) -> String {
    let mut body = format!("{{\"data\":{{\"count\":{}", cases.len());
    let mut currencies = groups(cases, |case| Some(case.text("currency")));
    currencies.sort_by_key(|group| group.value);
    write_member("by_currency", currencies.iter().map(|group| group.row(None)), &mut body);
    for (name, field) in BREAKDOWNS {
        // Only an MSP's view has customers.
        let Some(field) = view.field(field) else { continue };
        let mut groups = groups(cases, |case| match field.read(case) {
            Datum::Text(value) => Some(value),
            _ => None,
        });
        groups.sort_by_key(|group| Reverse(group.savings));
        write_member(name, groups.iter().map(|group| group.row(Some(field))), &mut body);
    }
    body.push_str("}}");
    body
}

/// A group for each value and currency; cases without a value are in none. There are a few
/// dozen groups at most, and looking through them beats a map of texts.
fn groups<'a>(
    cases: &'a [Arc<Case>],
    value_of: impl Fn(&'a Case) -> Option<&'a str>,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for example in cases.iter().map(Arc::as_ref) {
        let Some(value) = value_of(example) else { continue };
        let is_its = |group: &Group<'_>| {
            group.value == value && group.currency() == example.text("currency")
        };
        let at = groups.iter().position(is_its).unwrap_or_else(|| {
            groups.push(Group { value, example, count: 0, savings: Cents(0) });
            groups.len() - 1
        });
        groups[at].count += 1;
        groups[at].savings.0 += example.savings().map_or(0, |savings| savings.0);
    }
    groups
}

impl Group<'_> {
    fn currency(&self) -> &str {
        self.example.text("currency")
    }

    /// With the field that the breakdown is by, and for customers also their name.
    fn row(&self, field: Option<&Field>) -> String {
        let mut texts = Vec::with_capacity(3);
        if let Some(field) = field {
            texts.push((field.name, self.value));
            if field.name == "customer_id" {
                texts.push(("customer_name", self.example.tenant.name));
            }
        }
        texts.push(("currency", self.currency()));
        let mut row = String::from("{");
        for (name, text) in texts {
            // Writing to a string can't fail, here and below.
            let _ = write!(row, "\"{name}\":");
            write_text(text, &mut row);
            row.push(',');
        }
        let Group { count, savings, .. } = self;
        let _ = write!(row, "\"count\":{count},\"annual_potential_savings\":{savings}}}");
        row
    }
}

fn write_member(name: &str, rows: impl Iterator<Item = String>, body: &mut String) {
    let _ = write!(body, ",\"{name}\":[{}]", rows.collect::<Vec<_>>().join(","));
}
