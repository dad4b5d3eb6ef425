//! What a search asks for: filters, a range of dates, a page of some size.
//!
//! The same for cases and executions, in a body or in a query string. Which filters exist
//! is decided by whoever has the rows.

use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::sandbox::calendar::{Moment, Unit};

pub(crate) struct Search {
    /// Field and allowed values, in the order of fields.
    pub(crate) filters: Vec<(String, Vec<String>)>,
    pub(crate) dates: DateRange,
    pub(crate) size: Option<usize>,
    pub(crate) scroll_id: Option<String>,
}

/// Both ends are days and inclusive for whoever asks.
#[derive(Debug, Default)]
pub(crate) struct DateRange {
    from: Option<Moment>,
    before: Option<Moment>,
}

/// The members of a search's body.
pub(crate) const SEARCH_FIELDS: [&str; 4] =
    ["filters", "date_range", "max_returned_items", "start_page_key"];

/// Documented by WIV.
pub(crate) const USUAL_PAGE: usize = 250;
const LARGEST_PAGE: u64 = 500;
/// Room for hundreds of values. What is asked is kept with a scroll, so it has a bound.
const LONGEST_FILTERS: usize = 16 * 1024;

impl Search {
    pub(crate) fn read(mut body: Map<String, Value>) -> Result<Search, Refusal> {
        let filters = match body.remove("filters") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(filters)) => read_filters(filters)?,
            Some(_) => return Err(Refusal::bad_request("Invalid filters")),
        };
        let dates = match body.remove("date_range") {
            None | Some(Value::Null) => DateRange::default(),
            Some(Value::Object(range)) => DateRange::read(&range)?,
            Some(_) => return Err(Refusal::bad_request("Invalid date_range")),
        };
        let size = match body.remove("max_returned_items") {
            None | Some(Value::Null) => None,
            Some(size) => Some(read_size(&size)?),
        };
        let scroll_id = match body.remove("start_page_key") {
            None | Some(Value::Null) => None,
            Some(key) => match key.get("scroll_id").and_then(Value::as_str) {
                Some(scroll_id) => Some(scroll_id.to_owned()),
                None => return Err(Refusal::bad_request("Invalid start_page_key")),
            },
        };
        Ok(Search { filters, dates, size, scroll_id })
    }

    /// Whether no date is asked for.
    pub(crate) fn is_undated(&self) -> bool {
        self.dates.from.is_none() && self.dates.before.is_none()
    }

    /// What is asked for, whatever the order of filters and values; empty for everything.
    pub(crate) fn stated(&self) -> String {
        let DateRange { from, before } = &self.dates;
        if self.filters.is_empty() && from.is_none() && before.is_none() {
            return String::new();
        }
        format!("{:?} {from:?} {before:?}", self.filters)
    }
}

fn read_filters(filters: Map<String, Value>) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    let mut read = Vec::with_capacity(filters.len());
    for (field, values) in filters {
        let invalid = || Refusal::bad_request(format!("Filter {field} must be a list of strings"));
        let mut values: Vec<String> = serde_json::from_value(values).map_err(|_| invalid())?;
        values.sort_unstable();
        read.push((field, values));
    }
    let length: usize = read.iter().flat_map(|(_, values)| values).map(String::len).sum();
    if length > LONGEST_FILTERS {
        return Err(Refusal::bad_request("Too many filter values"));
    }
    read.sort_unstable();
    Ok(read)
}

fn read_size(size: &Value) -> Result<usize, Refusal> {
    let size = size.as_u64().filter(|size| (1..=LARGEST_PAGE).contains(size));
    size.and_then(|size| usize::try_from(size).ok()).ok_or_else(|| {
        Refusal::bad_request(format!("max_returned_items must be from 1 to {LARGEST_PAGE}"))
    })
}

impl DateRange {
    fn read(range: &Map<String, Value>) -> Result<DateRange, Refusal> {
        let invalid = || Refusal::bad_request("Invalid date_range: use YYYY-MM-DD");
        if range.keys().any(|name| name != "start" && name != "end") {
            return Err(invalid());
        }
        let read = |name| match range.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(day) => day.as_str().and_then(Moment::parse_date).map(Some).ok_or_else(invalid),
        };
        let from = read("start")?;
        let before = read("end")?.map(|day| day.plus(1, Unit::Day));
        if from.zip(before).is_some_and(|(from, before)| from >= before) {
            return Err(Refusal::bad_request("Invalid date_range: it ends before it starts"));
        }
        Ok(DateRange { from, before })
    }

    pub(crate) fn contains(&self, moment: Moment) -> bool {
        self.from.is_none_or(|from| moment >= from)
            && self.before.is_none_or(|before| moment < before)
    }
}
