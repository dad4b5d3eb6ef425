//! Counts and sums of cases, never added over currencies.
//!
//! The shape is assumed: WIV names the operation but not its answer.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::cases::select;
use super::conditions::Search;
use super::refusal::Refusal;
use super::request::Request;
use crate::sandbox::data::case::{Case, Cents, Datum, Field, write_text};

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

#[derive(Default)]
struct Sum {
    count: u64,
    savings: Cents,
}

impl Sum {
    fn add(&mut self, case: &Case) {
        self.count += 1;
        self.savings.0 += case.annual_potential_savings.0;
    }
}

pub(super) fn summarize(request: &Request<'_>) -> Result<String, Refusal> {
    let scope = request.case_scope()?;
    let search = Search::read(request.body_object(&["filters", "date_range"])?)?;
    let cases = select(&scope, &search)?;
    let mut body = format!("{{\"data\":{{\"count\":{}", cases.len());
    write_currencies(&cases, &mut body);
    for (name, field) in BREAKDOWNS {
        // Only an MSP's view has customers.
        if let Some(field) = scope.view.field(field) {
            write_breakdown(name, field, &cases, &mut body);
        }
    }
    body.push_str("}}");
    Ok(body)
}

fn write_currencies(cases: &[&'static Case], body: &mut String) {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for case in cases {
        sums.entry(case.account.currency).or_default().add(case);
    }
    let rows = sums.into_iter().map(|(currency, sum)| row(&[("currency", currency)], &sum));
    write_member("by_currency", rows, body);
}

/// A row for each value and currency, worth most first.
fn write_breakdown(name: &str, field: &Field, cases: &[&'static Case], body: &mut String) {
    let mut sums: BTreeMap<(&str, &str), Sum> = BTreeMap::new();
    let mut customer_names: BTreeMap<&str, &str> = BTreeMap::new();
    for case in cases {
        let Datum::Text(value) = field.read(case) else { continue };
        sums.entry((value, case.account.currency)).or_default().add(case);
        if field.name == "customer_id" {
            customer_names.insert(value, case.tenant.name);
        }
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, sum)| Reverse(sum.savings));
    let rows = sums.iter().map(|((value, currency), sum)| match customer_names.get(value) {
        None => row(&[(field.name, value), ("currency", currency)], sum),
        Some(customer) => {
            row(&[(field.name, value), ("customer_name", customer), ("currency", currency)], sum)
        }
    });
    write_member(name, rows, body);
}

fn write_member(name: &str, rows: impl Iterator<Item = String>, body: &mut String) {
    // Writing to a string can't fail.
    let _ = write!(body, ",\"{name}\":[{}]", rows.collect::<Vec<_>>().join(","));
}

fn row(texts: &[(&str, &str)], sum: &Sum) -> String {
    let mut row = String::from("{");
    for (name, text) in texts {
        let _ = write!(row, "\"{name}\":");
        write_text(text, &mut row);
        row.push(',');
    }
    let Sum { count, savings } = sum;
    let _ = write!(row, "\"count\":{count},\"annual_potential_savings\":{savings}}}");
    row
}
