//! A walk over the keys of a tenant, page by page, to the real end.
//!
//! Not for what becomes of a key. A list that contradicts itself is an outage: whoever revokes
//! keys must never take a part of them for all.

use super::{
    BackendError, KeyRecord,
    backend::BackendApi,
    http::Outage,
    key_page::{KeyListPage, Whose},
};

/// Pages of one walk. No tenant has that many keys; a list that gets there has no end.
const MAX_PAGES: usize = 20_000;

/// A walk; holds one page at a time.
pub struct KeyWalk<'p> {
    client: &'p BackendApi,
    whose: Whose<'p>,
    next_page: Option<usize>,
    from_the_start: bool,
    looked_at: u64,
    total: Option<u64>,
    is_steady: bool,
    last_first: Option<String>,
}

impl<'p> KeyWalk<'p> {
    /// Begins at a page, counted from 0.
    pub(super) fn new(client: &'p BackendApi, whose: Whose<'p>, first_page: usize) -> Self {
        Self {
            client,
            whose,
            next_page: Some(first_page),
            from_the_start: first_page == 0,
            looked_at: 0,
            total: None,
            is_steady: true,
            last_first: None,
        }
    }

    /// The keys of the next page; `None` after the last.
    ///
    /// # Errors
    /// When the page did not come, or contradicts the ones before it.
    pub async fn next(&mut self) -> Result<Option<Vec<KeyRecord>>, BackendError> {
        let Some(number) = self.next_page else { return Ok(None) };
        let page = self.client.key_page(self.whose, number).await?;
        self.looked_at += page.api_keys.len() as u64;
        self.check(number, &page).map_err(Outage::Malformed)?;
        self.next_page = page.has_more_results.then_some(number + 1);
        Ok(Some(page.api_keys))
    }

    /// Keys that came so far.
    pub fn looked_at(&self) -> u64 {
        self.looked_at
    }

    /// The number of the page that comes next; `None` at the end.
    pub fn next_page(&self) -> Option<usize> {
        self.next_page
    }

    /// Whether no key came or went meanwhile, as far as the totals tell: pages shift then, and
    /// a key may have been passed over.
    pub fn is_steady(&self) -> bool {
        self.is_steady
    }

    fn check(&mut self, number: usize, page: &KeyListPage) -> Result<(), &'static str> {
        if page.current_page.is_some_and(|current| current != number) {
            return Err("list of API keys, of which another page came");
        }
        if page.has_more_results && (page.api_keys.is_empty() || number + 1 >= MAX_PAGES) {
            return Err("list of API keys, which has no end");
        }
        let first = page.api_keys.first().map(|key| key.id.clone());
        if first.is_some() && first == self.last_first {
            return Err("list of API keys, of which a page came twice");
        }
        self.last_first = first;
        let Some(total) = page.total_api_keys else { return Ok(()) };
        self.is_steady &= self.total.is_none_or(|before| before == total);
        self.total = Some(total);
        // Pages are cut out of the list by number, so that keys which come or go meanwhile move
        // the count and the total alike.
        // A person's own list is shown, not acted on as a whole: what PropelAuth counts in it is
        // nobody's promise.
        let is_of_all = self.whose.user_id.is_none();
        if is_of_all && self.from_the_start && page.has_more_results != (self.looked_at < total) {
            return Err("list of API keys, which is not as long as it says");
        }
        Ok(())
    }
}
