//! The hits of an answer, as they are written.
//!
//! Not for finding them.

use super::projection::Projection;
use crate::sandbox::data::case::{Case, write_text};

/// `"hits": {...}` of an answer or of a top_hits aggregation.
pub(super) fn write_hits<'a>(
    total: usize,
    shown: impl Iterator<Item = &'a &'a Case>,
    projection: &Projection,
    out: &mut String,
) {
    out.push_str(&format!(
        "\"hits\":{{\"total\":{{\"value\":{total},\"relation\":\"eq\"}},\"hits\":["
    ));
    for (at, case) in shown.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str("{\"_id\":");
        write_text(&case.case_id, out);
        projection.write(case, out);
        out.push('}');
    }
    out.push_str("]}");
}
