//! Figures over everything that matches, told to both readers.
//!
//! What is partial is said to be; amounts of two currencies are never one.

use rust_decimal::{Decimal, RoundingStrategy::MidpointNearestEven};
use serde_json::{Value, json};

use super::{
    figures::{Currencies, Figures, Tally, to_the_cent},
    names::shown_name,
};
use crate::catalog::Totals;

/// Months of a year.
const MONTHS: Decimal = Decimal::from_parts(12, 0, 0, false, 0);

/// How far the reading went.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Rows that were read.
    pub rows: usize,
    /// Why it is not all, in words; nothing where it is.
    pub partial: Option<String>,
    /// Asking for less would make it whole.
    pub is_bound: bool,
}

/// Figures as both readers get them.
#[derive(Debug, Default)]
pub(super) struct ToldTotals {
    /// The member `totals`.
    pub(super) json: String,
    /// One or two lines.
    pub(super) text: String,
    pub(super) notes: Vec<String>,
    /// What an answer about open cases leaves out.
    pub(super) excluded: Option<String>,
    /// Rows that match, where all were read.
    pub(super) count: Option<usize>,
}

/// Tells figures.
pub(super) fn tell(figures: &Figures, reading: &Reading, wanted: Totals) -> ToldTotals {
    let complete = reading.partial.is_none() && figures.odd.unknown_states == 0;
    let count = figures.tally.count;
    let mut totals = json!({ "count": count, "complete": complete, "rows_read": reading.rows });
    let rows = reading.rows;
    let mut text = if complete {
        format!("{count} match (all {rows} rows read)")
    } else {
        format!("At least {count} match ({rows} rows read)")
    };
    let mut notes: Vec<String> = reading.note().into_iter().collect();
    notes.extend(figures.odd.notes_of_rows());
    notes.extend(figures.notes_of_conditions());
    if count == 0 && rows > 0 && complete && figures.has_conditions() {
        notes.push(format!("None of the {rows} rows that were read meets `where`."));
    }
    if wanted == Totals::Full {
        totals["by_currency"] = by_currency(&figures.tally, figures, Months::Told);
        totals["unreadable"] = json!(figures.tally.unreadable);
        if !figures.tally.sums.is_empty() {
            text.push_str(&format!(": {}", sums(&figures.tally, figures, Months::Told)));
        }
        notes.extend(of_currencies(figures));
        notes.extend(figures.odd.note_of_money(figures.tally.unreadable));
    }
    text.push_str(".\n");
    ToldTotals {
        json: totals.to_string(),
        text,
        notes,
        excluded: (wanted == Totals::Full).then(|| of_excluded(figures)).flatten(),
        count: complete.then_some(count),
    }
}

impl Reading {
    /// What is missing, and what gives the whole.
    fn note(&self) -> Option<String> {
        let reason = self.partial.as_ref()?;
        let rows = self.rows;
        let advice = if self.is_bound {
            "Narrow the filters for whole figures."
        } else {
            "Ask again for whole figures."
        };
        Some(format!(
            "Partial: {rows} rows were read and there are or may be more, because {reason}. Counts and \
             sums are of what was read, lower bounds of the whole. {advice}"
        ))
    }
}

/// One entry a currency, the most rows first.
pub(super) fn by_currency(tally: &Tally, figures: &Figures, months: Months) -> Value {
    let entries = ordered(tally, &figures.currencies).into_iter().map(|(name, count, sum)| {
        let (yearly, monthly) = in_periods(sum);
        let mut entry = json!({ "currency": name, "count": count, "yearly": yearly });
        if months == Months::Told {
            entry["monthly"] = json!(monthly);
        }
        entry
    });
    Value::Array(entries.collect())
}

/// A sum of a year and of a month, to the cent; each is rounded once.
fn in_periods(sum: Decimal) -> (String, String) {
    let monthly = sum.checked_div(MONTHS).unwrap_or(sum);
    (to_the_cent(sum), to_the_cent(monthly.round_dp_with_strategy(2, MidpointNearestEven)))
}

/// Whether months are told beside years.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Months {
    Told,
    LeftOut,
}

/// `USD 120.00 a year (10.00 a month) in 3; EUR …`.
pub(super) fn sums(tally: &Tally, figures: &Figures, months: Months) -> String {
    let mut told = Vec::new();
    let all = ordered(tally, &figures.currencies);
    for (name, count, sum) in &all {
        let (yearly, monthly) = in_periods(*sum);
        let name = shown_name(name);
        told.push(match months {
            Months::Told => format!("{name} {yearly} a year ({monthly} a month) in {count}"),
            Months::LeftOut => format!("{name} {yearly} in {count}"),
        });
    }
    told.join("; ")
}

/// The sums, the most rows first.
pub(super) fn ordered<'c>(
    tally: &Tally,
    currencies: &'c Currencies,
) -> Vec<(&'c str, usize, Decimal)> {
    let mut all: Vec<_> = tally
        .sums
        .iter()
        .filter(|sum| sum.count > 0)
        .map(|sum| (currencies.name(sum.currency), sum.count, sum.sum))
        .collect();
    all.sort_by(|(one, of_one, _), (other, of_other, _)| of_other.cmp(of_one).then(one.cmp(other)));
    all
}

fn of_currencies(figures: &Figures) -> Option<String> {
    let all = ordered(&figures.tally, &figures.currencies);
    if all.len() < 2 {
        return None;
    }
    let mut names: Vec<String> = all.iter().map(|(name, ..)| shown_name(name)).collect();
    let last = names.pop()?;
    Some(format!("{} and {last} are never added together.", names.join(", ")))
}

fn of_excluded(figures: &Figures) -> Option<String> {
    if !figures.asked.about_open {
        return None;
    }
    let count = figures.excluded.count;
    if figures.excluded_unknown {
        return Some("How many excluded cases are left out could not be read.".to_owned());
    }
    let are = match count {
        0 if figures.tally.count == 0 => return None,
        0 => return Some("No excluded case is left out.".to_owned()),
        1 => "excluded case is",
        _ => "excluded cases are",
    };
    let money = sums(&figures.excluded, figures, Months::LeftOut);
    let money = if money.is_empty() { money } else { format!(": a year {money}") };
    Some(format!("{count} {are} left out{money}."))
}
