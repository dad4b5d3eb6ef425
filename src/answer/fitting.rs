//! Whether a row has the values that upstream was asked to filter by.
//!
//! WIV publishes no filters, and one that it doesn't know it may ignore. What a row does not say
//! proves nothing. Not for conditions that are tried here alone.

use super::narrowing::raw_value_of;
use crate::{catalog::FieldValues, json};

/// The filters that were sent with a page.
#[derive(Debug, Clone, Default)]
pub struct Fitting(Box<[FieldValues]>);

impl Fitting {
    /// Fields, each with the values of which a row should have one.
    pub fn new(filters: impl IntoIterator<Item = FieldValues>) -> Self {
        Self(filters.into_iter().collect())
    }

    /// Whether nothing in a row speaks against them.
    pub(super) fn takes(&self, row: &str) -> bool {
        self.0.iter().all(|(field, wanted)| fits(raw_value_of(row, field), wanted))
    }
}

/// Whether a value is one of these, or proves nothing: it is not there, or holds several.
pub(super) fn fits(value: Option<&str>, wanted: &[Box<str>]) -> bool {
    let said = match value.and_then(|value| value.as_bytes().first().map(|first| (value, first))) {
        None | Some((_, b'{' | b'[')) => return true,
        Some((_, b'n')) => "".into(),
        Some((value, b'"')) => json::said(value),
        Some((value, _)) => value.into(),
    };
    wanted.iter().any(|one| is_same(one, &said))
}

/// In any case: who filters need not write as rows do.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || (!one.is_ascii() && one.to_lowercase() == other.to_lowercase())
}

/// What there is to say of rows that came unasked.
pub(super) fn note(unfit: usize) -> Option<String> {
    let rows = match unfit {
        0 => return None,
        1 => "1 row came that does not fit the filters that were sent, and is".to_owned(),
        _ => format!("{unfit} rows came that do not fit the filters that were sent, and are"),
    };
    Some(format!("{rows} left out: WIV may not know these filters."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_row_says_speaks_against_it() {
        for (row, is_taken) in [
            (r#"{"a":"AWS"}"#, true),
            (r#"{"a":"aws"}"#, true),
            (r#"{"a":"GCP"}"#, false),
            (r#"{"b":"GCP"}"#, true),
            (r#"{"a":["GCP"]}"#, true),
            (r#"{"a":null}"#, false),
            (r#"{"a":"GCP","a":"AWS"}"#, true),
        ] {
            let fitting = Fitting::new([("a".into(), Box::from(["AWS".into()]))]);
            assert_eq!(fitting.takes(row), is_taken, "{row}");
        }
        for (value, wanted, is_taken) in [
            ("null", "", true),
            ("\"\"", "", true),
            ("\"Ana\"", "", false),
            ("true", "true", true),
            ("false", "true", false),
            ("7", "7", true),
            ("\"Ärger\"", "ÄRGER", true),
        ] {
            assert_eq!(fits(Some(value), &[wanted.into()]), is_taken, "{value} {wanted}");
        }
    }
}
