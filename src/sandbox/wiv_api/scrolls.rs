//! Paging by scroll, as WIV documents it: a snapshot, opaque ids, null at the end.
//!
//! A scroll keeps the rows that matched when it began, so nothing new enters it. It goes
//! on only for the tenant and the question it began with. An id is good for one step: as
//! with OpenSearch, a step can't be repeated; here a second try is refused, where there it
//! would silently answer the page after.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::conditions::{Search, USUAL_PAGE};
use super::refusal::Refusal;
use crate::sandbox::data::random::Random;

/// Open scrolls at most; the oldest ends first. Each holds up to a pointer per row of its
/// tenant, about 10 KB, unless it excludes nothing and shares the tenant's list.
const MOST_SCROLLS: usize = 4_000;

pub(crate) struct Scrolls<T>(Mutex<Open<T>>);

struct Open<T> {
    by_id: HashMap<String, Scroll<T>>,
    /// Every id given out, oldest first, also those that are used up.
    given_out: VecDeque<String>,
    ids: Random,
}

struct Scroll<T> {
    /// Tenant and operation.
    scope: String,
    /// What it began with.
    stated: String,
    rows: Arc<[T]>,
    position: usize,
    size: usize,
}

/// One step of a scroll.
pub(crate) struct Page<T> {
    rows: Arc<[T]>,
    from: usize,
    to: usize,
    next_scroll_id: Option<String>,
}

impl<T> Scrolls<T> {
    pub(crate) fn new(name: &str) -> Scrolls<T> {
        let ids = Random::named(&format!("scrolls of {name}"));
        Scrolls(Mutex::new(Open { by_id: HashMap::new(), given_out: VecDeque::new(), ids }))
    }

    /// The first page of what `select` finds, or the next page of the scroll named.
    pub(crate) fn page(
        &self,
        scope: String,
        search: &Search,
        select: impl FnOnce() -> Arc<[T]>,
    ) -> Result<Page<T>, Refusal> {
        let stated = search.stated();
        let scroll = match &search.scroll_id {
            None => {
                let size = search.size.unwrap_or(USUAL_PAGE);
                Scroll { scope, stated, rows: select(), position: 0, size }
            }
            Some(scroll_id) => {
                let mut scroll = self.take(scroll_id, &scope, &stated)?;
                scroll.size = search.size.unwrap_or(scroll.size);
                scroll
            }
        };
        Ok(self.step(scroll))
    }

    fn take(&self, scroll_id: &str, scope: &str, stated: &str) -> Result<Scroll<T>, Refusal> {
        // Never held across an await; after a panic the map is still a map.
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A step may leave out the filters: the scroll knows them.
        let goes_on = |scroll: &Scroll<T>| {
            scroll.scope == scope && (stated.is_empty() || scroll.stated == stated)
        };
        if open.by_id.get(scroll_id).is_some_and(goes_on)
            && let Some(scroll) = open.by_id.remove(scroll_id)
        {
            return Ok(scroll);
        }
        Err(Refusal::bad_request("Invalid or expired start_page_key"))
    }

    fn step(&self, mut scroll: Scroll<T>) -> Page<T> {
        let rows = Arc::clone(&scroll.rows);
        let from = scroll.position;
        let to = rows.len().min(from + scroll.size);
        if to == rows.len() {
            return Page { rows, from, to, next_scroll_id: None };
        }
        scroll.position = to;
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let scroll_id = format!("scroll_{}", open.ids.hex(32));
        if open.given_out.len() == MOST_SCROLLS
            && let Some(oldest) = open.given_out.pop_front()
        {
            open.by_id.remove(&oldest);
        }
        open.given_out.push_back(scroll_id.clone());
        open.by_id.insert(scroll_id.clone(), scroll);
        Page { rows, from, to, next_scroll_id: Some(scroll_id) }
    }
}

impl<T> Page<T> {
    /// `{"data": [...], "next_page_key": ...}` with each row as `write` writes it.
    pub(crate) fn answer(&self, write: impl Fn(&T, &mut String)) -> String {
        let rows = &self.rows[self.from..self.to];
        let mut body = String::with_capacity(64 + rows.len() * 640);
        body.push_str("{\"data\":[");
        for (at, row) in rows.iter().enumerate() {
            if at > 0 {
                body.push(',');
            }
            write(row, &mut body);
        }
        body.push_str("],\"next_page_key\":");
        match &self.next_scroll_id {
            None => body.push_str("null"),
            Some(scroll_id) => body.push_str(&format!("{{\"scroll_id\":\"{scroll_id}\"}}")),
        }
        body.push('}');
        body
    }
}
