//! OpenSearch's aggregations as one flat table: the path of bucket keys, then the figures.
//!
//! Not for hits. Linear in what it reads; rows beyond a budget are counted and not written.

use std::borrow::Cow;

use super::{
    cells, decimals,
    grid::MAX_COLUMNS,
    names::{MAX_NAME_CHARS, shown_name},
};
use crate::json;

/// Characters of a column's name that come from aggregations around it.
const MAX_PREFIX_CHARS: usize = 120;

/// Levels of groups in groups, and of anything else that nests. Deeper ones stay JSON: each level
/// is walked once more.
const MAX_LEVELS: (usize, usize) = (12, 4);

/// Parts of one key.
const MAX_KEY_PARTS: usize = 8;

/// Aggregations of which notes tell something.
const MAX_TOLD: usize = 8;

/// Members that say nothing about the cases.
const NOISE: [&str; 3] = ["meta", "doc_count_error_upper_bound", "sum_other_doc_count"];

/// All rows of an answer's aggregations.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Objects as JSON text.
    pub(super) rows: Vec<String>,
    /// Rows there are, written or not.
    pub(super) count: usize,
    /// Names of columns that hold keys.
    pub(super) keys: Vec<String>,
    /// A figure was read.
    has_figures: bool,
    /// Rows of groups stand above those of the groups in them.
    has_levels: bool,
    /// For each aggregation: its lists of groups that are not whole, and what is not in them.
    others: Vec<(String, usize, u128)>,
    /// Aggregations that go on behind their last group, with its key.
    unfinished: Vec<(String, String)>,
    /// Aggregations whose counts are not exact.
    inexact: Vec<String>,
    /// Bytes that rows may still take.
    budget: usize,
}

/// A cell: its column and its value as JSON text.
type GroupCell<'a> = (String, Cow<'a, str>);

/// A member of an object: what its name says, and its value.
type GroupMember<'a> = (String, &'a str);

/// A list of groups that is read after the row above it.
struct ListBelow<'a> {
    name: String,
    list: &'a str,
}

impl Groups {
    /// Reads the object of all aggregations; `budget` is for the rows, in bytes.
    pub(super) fn read(aggregations: &str, budget: usize) -> Self {
        let mut groups = Self { budget, ..Self::default() };
        groups.object(&mut Vec::new(), Vec::new(), readable(aggregations), 0);
        groups
    }

    /// What there is to say of them.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.has_figures {
            notes.push(
                "Figures of groups are summed by WIV as floating-point numbers and rounded to \
                 cents."
                    .to_owned(),
            );
        }
        if self.has_levels {
            notes.push(
                "A row without a key in a later column is its whole group: don't add it to the \
                 rows of the groups in it."
                    .to_owned(),
            );
        }
        for (name, lists, cases) in self.others.iter().take(MAX_TOLD) {
            let places = if *lists == 1 { String::new() } else { format!(", in {lists} lists") };
            notes.push(format!(
                "{cases} more cases are in groups of {} that are not shown{places}: set a larger \
                 `size` in that aggregation.",
                shown_name(name)
            ));
        }
        for (name, after) in self.unfinished.iter().take(MAX_TOLD) {
            let mut key = String::new();
            cells::write(&mut key, after);
            notes.push(format!(
                "There may be more groups of {}: ask again with `after` set to {key} in that \
                 aggregation.",
                shown_name(name)
            ));
        }
        if !self.inexact.is_empty() {
            let names: Vec<String> = self.inexact.iter().map(|name| shown_name(name)).collect();
            notes.push(format!(
                "WIV's counts are not exact for {}: set a larger `size` in that aggregation.",
                names.join(", ")
            ));
        }
        notes
    }

    /// One bucket, or the object of all aggregations: its own row, then those below it.
    fn object<'a>(
        &mut self,
        path: &mut Vec<GroupCell<'a>>,
        mut row: Vec<GroupCell<'a>>,
        members: Vec<GroupMember<'a>>,
        level: usize,
    ) {
        let mut below = Vec::new();
        self.members(path, (&mut row, &mut below), ("", 0), members);
        if level == MAX_LEVELS.0 {
            for ListBelow { name, list } in below.drain(..) {
                put(path, &mut row, name, list.into());
            }
        }
        self.has_levels |= !path.is_empty() && below.iter().any(|below| has_groups(below.list));
        if !row.is_empty() {
            self.push(path, &row);
        }
        for ListBelow { name, list } in below {
            self.list(path, &name, list, level + 1);
        }
    }

    /// Members of one level; the prefix names single groups around them.
    fn members<'a>(
        &mut self,
        path: &[GroupCell<'a>],
        (row, below): (&mut Vec<GroupCell<'a>>, &mut Vec<ListBelow<'a>>),
        (prefix, level): (&str, usize),
        members: Vec<GroupMember<'a>>,
    ) {
        for (name, value) in members {
            if NOISE.contains(&&*name) {
                continue;
            }
            let name = name_of(prefix, &name);
            if !value.starts_with('{') {
                put(path, row, name, value.into());
            } else if member(value, "buckets").is_some() {
                below.push(ListBelow { name, list: value });
            } else if level < MAX_LEVELS.1
                && let Some(count) = member(value, "doc_count")
            {
                // One group without a key: its figures stand beside those around it.
                put(path, row, format!("{name}.doc_count"), count.into());
                let mut inner = readable(value);
                inner.retain(|(name, _)| name != "doc_count");
                self.members(path, (row, below), (&name, level + 1), inner);
            } else {
                self.figures(path, row, (&name, level), value);
            }
        }
    }

    /// A metric: one figure, or several.
    fn figures<'a>(
        &mut self,
        path: &[GroupCell<'a>],
        row: &mut Vec<GroupCell<'a>>,
        (name, level): (&str, usize),
        metric: &'a str,
    ) {
        for (member, value) in readable(metric) {
            let column = match &*member {
                member if NOISE.contains(&member) => continue,
                "value" | "values" => name.to_owned(),
                member => name_of(name, member),
            };
            if value.starts_with('{') && level < MAX_LEVELS.1 {
                self.figures(path, row, (&column, level + 1), value);
            } else {
                let is_number = |first: char| first == '-' || first.is_ascii_digit();
                self.has_figures |= value.starts_with(is_number);
                put(path, row, column, decimals::rounded(value));
            }
        }
    }

    /// A list of groups, or an object of them by name.
    fn list<'a>(&mut self, path: &mut Vec<GroupCell<'a>>, name: &str, list: &'a str, level: usize) {
        self.note_of_list(name, list);
        let buckets = member(list, "buckets").unwrap_or_default();
        let keyless = json::elements(buckets).map(|bucket| (None, bucket));
        let named = json::members(buckets).map(|(key, bucket)| (Some(key), bucket));
        for (key, bucket) in keyless.chain(named) {
            let depth = path.len();
            let mut members = readable(bucket);
            let own =
                |name: &str| members.iter().find(|(own, _)| own == name).map(|(_, value)| *value);
            let count = own("doc_count");
            let key = key.or_else(|| own("key")).unwrap_or("null");
            if key.starts_with('{') {
                for (part, value) in readable(key).into_iter().take(MAX_KEY_PARTS) {
                    self.step_into(path, name_of(name, &part), value);
                }
            } else {
                self.step_into(path, name.to_owned(), key);
            }
            members.retain(|(name, _)| name != "key" && name != "doc_count");
            let mut row = Vec::new();
            if let Some(count) = count {
                put(path, &mut row, "doc_count".to_owned(), count.into());
            }
            self.object(path, row, members, level);
            path.truncate(depth);
        }
    }

    fn step_into<'a>(&mut self, path: &mut Vec<GroupCell<'a>>, name: String, key: &'a str) {
        let name = free_name(path, &[], name);
        if self.keys.len() < MAX_COLUMNS && !self.keys.contains(&name) {
            self.keys.push(name.clone());
        }
        path.push((name, key.into()));
    }

    fn note_of_list(&mut self, name: &str, list: &str) {
        let amount = |member_name| {
            member(list, member_name).and_then(|amount| amount.parse::<u128>().ok()).unwrap_or(0)
        };
        let others = amount("sum_other_doc_count");
        if others > 0 {
            let is_full = self.others.len() == MAX_TOLD;
            match self.others.iter_mut().find(|(known, _, _)| known == name) {
                Some((_, lists, cases)) => {
                    *lists += 1;
                    *cases = cases.saturating_add(others);
                }
                None if is_full => {}
                None => self.others.push((name.to_owned(), 1, others)),
            }
        }
        let is_new =
            |known: &[String]| known.len() < MAX_TOLD && !known.iter().any(|known| known == name);
        if amount("doc_count_error_upper_bound") > 0 && is_new(&self.inexact) {
            self.inexact.push(name.to_owned());
        }
        let after = member(list, "after_key").filter(|after| after.len() <= MAX_PREFIX_CHARS);
        if let Some(after) = after
            && self.unfinished.len() < MAX_TOLD
            && !self.unfinished.iter().any(|(known, _)| known == name)
        {
            self.unfinished.push((name.to_owned(), after.to_owned()));
        }
    }

    fn push(&mut self, path: &[GroupCell<'_>], row: &[GroupCell<'_>]) {
        self.count += 1;
        let cells = || path.iter().chain(row);
        let size: usize = cells().map(|(name, value)| name.len() + value.len() + 6).sum();
        if self.rows.len() + 1 < self.count || size > self.budget {
            // The first one stands for all that is too large; those behind it are not shown.
            self.budget = 0;
            return;
        }
        self.budget -= size;
        let mut out = String::with_capacity(size + 2);
        for (name, value) in cells() {
            out.push(if out.is_empty() { '{' } else { ',' });
            out.push_str(&serde_json::to_string(name).expect("a string becomes JSON"));
            out.push(':');
            out.push_str(value);
        }
        out.push('}');
        self.rows.push(out);
    }
}

/// A member of an object.
fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    json::members(object).find(|(written, _)| json::inside(written) == name).map(|(_, value)| value)
}

fn has_groups(list: &str) -> bool {
    let buckets = member(list, "buckets").unwrap_or_default();
    json::elements(buckets).next().is_some() || json::members(buckets).next().is_some()
}

/// Members of an object; what is there as a text, too, is given as that.
fn readable(object: &str) -> Vec<GroupMember<'_>> {
    const AS_STRING: &str = "_as_string";
    let members = json::members(object).map(|(name, value)| (json::said(name).into_owned(), value));
    let (texts, mut members): (Vec<GroupMember<'_>>, Vec<GroupMember<'_>>) =
        members.partition(|(name, _)| name.ends_with(AS_STRING));
    for (name, text) in texts.into_iter().take(MAX_COLUMNS) {
        let of = name.trim_end_matches(AS_STRING);
        match members.iter_mut().find(|(name, _)| name == of) {
            Some((_, value)) => *value = text,
            None => members.push((name, text)),
        }
    }
    members
}

/// The name of a column within others.
fn name_of(prefix: &str, name: &str) -> String {
    let name: String = name.chars().take(MAX_NAME_CHARS).collect();
    if prefix.is_empty() {
        return name;
    }
    let prefix: String = prefix.chars().take(MAX_PREFIX_CHARS).collect();
    format!("{prefix}.{name}")
}

/// Adds a cell under a name that the row doesn't have. One column more than a table takes is
/// enough to tell that there are more.
fn put<'a>(
    path: &[GroupCell<'a>],
    row: &mut Vec<GroupCell<'a>>,
    name: String,
    value: Cow<'a, str>,
) {
    if row.len() <= MAX_COLUMNS {
        row.push((free_name(path, row, name), value));
    }
}

fn free_name(path: &[GroupCell<'_>], row: &[GroupCell<'_>], mut name: String) -> String {
    while path.iter().chain(row).any(|(taken, _)| *taken == name) {
        name.push('\'');
    }
    name
}
