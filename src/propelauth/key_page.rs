//! A page of the list of keys, and whose keys are asked for.
//!
//! Not for walking from page to page.

use serde::Deserialize;

use super::KeyRecord;

/// Keys a page, as asked for: a page stays far below its limit. PropelAuth may give fewer.
pub(super) const PAGE_SIZE: &str = "100";

/// A page of the list, as PropelAuth gives it.
#[derive(Debug, Deserialize)]
pub(super) struct KeyListPage {
    pub(super) api_keys: Vec<KeyRecord>,
    pub(super) has_more_results: bool,
    pub(super) total_api_keys: Option<u64>,
    pub(super) current_page: Option<usize>,
}

/// Whose keys are looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whose<'w> {
    /// Only this user's.
    pub user_id: Option<&'w str>,
    /// Only this organization's.
    pub org_id: Option<&'w str>,
}
