//! Whether a person reads the answer: browsers get pages, programs get what they parse.

use http::{HeaderMap, header};

/// Whether a person in a browser asks: programs don't name HTML.
pub(crate) fn is_for_people(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("text/html"))
}
