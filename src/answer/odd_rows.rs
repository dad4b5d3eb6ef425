//! Rows whose money can't be read, counted, so that nobody takes them for rows without savings.
//!
//! Looks at what is shown; of everything that matches `totals` tells the same.

use super::{figures::is_amount, format::row_count};
use crate::{catalog::Money, json};

/// What there is to say of the rows that are shown; nothing where their money can be read.
pub(super) fn note<'r>(rows: impl Iterator<Item = &'r str>, money: &Money) -> Option<String> {
    let (mut without_amount, mut texts, mut without_currency, mut no_objects) = (0, 0, 0, 0);
    for row in rows {
        if !row.starts_with('{') {
            no_objects += 1;
            continue;
        }
        let (mut amount, mut currency) = ("null", "null");
        for (name, value) in json::members(row) {
            let name = json::said(name);
            if *name == *money.amount {
                amount = value;
            } else if *name == *money.currency {
                currency = value;
            }
        }
        if amount == "null" {
            without_amount += 1;
        } else if !is_amount(amount) {
            texts += 1;
        } else if matches!(currency, "null" | "\"\"") {
            without_currency += 1;
        }
    }
    let counted = [
        (no_objects, "of this page are no objects", "of this page is no object"),
        (without_amount, "have no amount", "has no amount"),
        (texts, "have an amount that is no plain number", "has an amount that is no plain number"),
        (without_currency, "have an amount without a currency", "has an amount without a currency"),
    ];
    let told: Vec<String> = counted
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, many, one)| {
            format!("{} {}", row_count(*count), if *count == 1 { one } else { many })
        })
        .collect();
    (!told.is_empty()).then(|| format!("Odd rows: {}. Don't add them up.", told.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Period;

    fn money() -> Money {
        Money { amount: "m".into(), currency: "c".into(), period: Period::Year }
    }

    #[test]
    fn odd_money_is_counted_by_what_is_odd() {
        let rows = [
            r#"{"m":1.5,"c":"USD"}"#,
            r#"{"m":"1,234.50","c":"USD"}"#,
            r#"{"m":null,"c":"USD"}"#,
            r#"{"c":"USD"}"#,
            r#"{"m":2,"c":null}"#,
            r#"{"m":"2.50","c":"EUR"}"#,
            "7",
        ];
        assert_eq!(
            note(rows.into_iter(), &money()).unwrap(),
            "Odd rows: 1 row of this page is no object; 2 rows have no amount; 1 row has an amount \
             that is no plain number; 1 row has an amount without a currency. Don't add them up."
        );
        assert_eq!(note(rows.into_iter().take(1), &money()), None);
        assert_eq!(note(std::iter::empty(), &money()), None);
    }
}
