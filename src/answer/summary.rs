//! A summary for both readers: figures over everything that matches, and its groups as tables.
//!
//! Not for adding up: `figures` did. Groups that are not shown are told as one.

use std::{cmp::Ordering, collections::HashMap};

use serde_json::{Map, Value, json};

use super::{
    draft::{Rooms, Rules},
    figures::{Figures, Group, Grouping, Tally, day_of, to_the_cent},
    format, grouping_notes,
    layout::{Layout, Rendered, finish},
    names::shown_name,
    table::{self, Table},
    totals::{self, Months, Reading, by_currency, ordered, sums},
};
use crate::catalog::{RowFormat, Totals};

/// The column that counts the rows of a group.
const COUNT: &str = "cases";

/// The columns of the first and the last day.
const OLDEST: &str = "oldest";
const NEWEST: &str = "newest";

/// Bytes of names around figures and groups.
const FRAME: usize = 600;

/// Renders a summary. `top` groups are shown of each kind; `of_upstream` is what upstream itself
/// says, where ours is not all.
pub fn summary(
    figures: &Figures,
    reading: &Reading,
    top: usize,
    layout: Layout<'_>,
    of_upstream: Option<&str>,
    mut notes: Vec<String>,
) -> Rendered {
    let told = totals::tell(figures, reading, Totals::Full);
    notes.extend(told.notes);
    notes.extend(grouping_notes::of_times(figures));
    notes.extend(grouping_notes::of_owner(figures));
    let (mut data, details) = details(figures);
    let mut text = told.text;
    text.push_str(&details);
    if figures.changes.is_some() {
        notes.push(
            "WIV keeps no history: what an amount was before it changed is not known.".to_owned(),
        );
    }
    let mut taken =
        text.len() + told.json.len() + Value::Object(data.clone()).to_string().len() + FRAME;
    if let Some(upstream) = of_upstream {
        let rooms = layout.limits.rooms(taken, taken);
        let part = Rooms { text: rooms.text / 4, json: rooms.json / 4 };
        let fitted = format::fit(upstream, part);
        notes.extend(fitted.cuts.note(""));
        if let Ok(value) = serde_json::from_str::<Value>(&fitted.json) {
            data.insert("summed_by_wiv".into(), value);
            notes.push(
                "`summed_by_wiv` is what WIV itself sums: its amounts may be of several currencies."
                    .to_owned(),
            );
            text.push_str("\nSummed by WIV, over all that its filters match:\n");
            text.push_str(&fitted.text);
            taken += fitted.text.len().max(fitted.json.len());
        }
    }
    let count = figures.groupings.len().max(1);
    let mut groups = Vec::new();
    let mut before: Option<Vec<&Group>> = None;
    for grouping in &figures.groupings {
        let rooms = layout.limits.rooms(taken, taken);
        let rooms = Rooms { text: rooms.text / count, json: rooms.json / count };
        let sorted = sorted(grouping, figures, before.as_deref());
        let shown = ShownGroups::fit(grouping, &sorted, figures, top, rooms);
        notes.extend(grouping_notes::of(grouping, figures));
        text.push('\n');
        text.push_str(&shown.text);
        groups.push(shown.json);
        before = Some(sorted);
    }
    // The structure has it as figures.
    let in_words = notes.iter().cloned().chain(told.excluded).collect::<Vec<_>>();
    format::notes(&mut text, &in_words);
    let mut structured = format!("{{\"data\":{},\"totals\":{}", Value::Object(data), told.json);
    if !groups.is_empty() {
        structured.push_str(&format!(",\"groups\":[{}]", groups.join(",")));
    }
    finish(layout, structured, None, text, &notes)
}

/// What is told besides the totals, as members and as lines.
fn details(figures: &Figures) -> (Map<String, Value>, String) {
    let (mut data, mut lines) = (Map::new(), String::new());
    let mut said = Vec::new();
    if let Some(owner) = &figures.asked.fold.rows.owner {
        // Where no row speaks of it, nobody knows.
        let without =
            (figures.speaks_of_owner || figures.tally.count == 0).then_some(figures.without_owner);
        data.insert(format!("without_{owner}"), json!(without));
        said.extend(without.map(|without| format!("{without} without {owner}")));
    }
    for (name, at) in [(OLDEST, figures.span.oldest), (NEWEST, figures.span.newest)] {
        if let Some(day) = at.and_then(day_of) {
            said.push(format!("{name} {day}"));
            data.insert(name.into(), json!(day));
        }
    }
    if !said.is_empty() && figures.tally.count > 0 {
        lines.push_str(&format!("{}.\n", said.join("; ")));
    }
    let tally = |tally: &Tally| json!({ "count": tally.count, "by_currency": by_currency(tally, figures, Months::LeftOut) });
    if figures.asked.about_open {
        let excluded = (!figures.excluded_unknown).then(|| tally(&figures.excluded));
        data.insert("excluded".into(), json!(excluded));
    }
    if let Some(changes) = &figures.changes {
        let day = figures.asked.since.as_deref().unwrap_or_default();
        let kinds =
            [("new", &changes.new), ("changed", &changes.changed), ("closed", &changes.closed)];
        let mut since = Map::new();
        since.insert("day".into(), json!(day));
        let mut said = Vec::new();
        for (name, of_kind) in kinds {
            since.insert(name.into(), tally(of_kind));
            let money = sums(of_kind, figures, Months::LeftOut);
            let money = if money.is_empty() { money } else { format!(" (a year {money})") };
            said.push(format!("{} {name}{money}", of_kind.count));
        }
        if changes.untimed > 0 {
            since.insert("untimed".into(), json!(changes.untimed));
        }
        let least = if changes.untimed > 0 { "at least " } else { "" };
        lines.push_str(&format!("Since {day}: {least}{}.\n", said.join(", ")));
        data.insert("since".into(), since.into());
    }
    (data, lines)
}

/// One kind of groups as both readers get it.
struct ShownGroups {
    text: String,
    json: String,
}

impl ShownGroups {
    fn fit(
        grouping: &Grouping,
        sorted: &[&Group],
        figures: &Figures,
        top: usize,
        rooms: Rooms,
    ) -> Self {
        let columns = columns(grouping, figures);
        let mut count = top.min(sorted.len());
        loop {
            let (shown, others) = sorted.split_at(count);
            let rows = shown.iter().enumerate().map(|(place, group)| {
                // Cells of nothing are left out, as they are empty in the text; but the first row
                // has all columns in their order.
                row(grouping, group, figures, &columns, place == 0).to_string()
            });
            let rows: Vec<String> = rows.collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            let rules = Rules {
                whole: &[],
                rows_may_go: true,
                are_asked_for: true,
                columns_may_go: false,
                format: RowFormat::Rows,
            };
            let table = table::fit(&rows, rooms, rules);
            // What has no room is told with the others.
            if table.rows < count && count > 0 {
                count = table.rows;
                continue;
            }
            return Self::new(grouping, &table, others, figures);
        }
    }

    fn new(grouping: &Grouping, table: &Table, others: &[&Group], figures: &Figures) -> Self {
        let by: Vec<&str> = grouping.by.iter().map(|by| &*by.name).collect();
        let all = table.rows + others.len();
        let mut left_out = grouping.beyond.clone();
        others.iter().for_each(|group| left_out.add_all(&group.tally));
        let names: Vec<String> = by.iter().map(|name| shown_name(name)).collect();
        let of =
            if others.is_empty() { String::new() } else { format!(" ({} of {all})", table.rows) };
        let mut text = format!("By {}{of}:\n", names.join(" and "));
        if table.rows > 0 {
            text.push('\n');
            text.push_str(&table.text);
        }
        let mut json = json!({ "by": by, "rows": [], "left_out": null });
        if left_out.count > 0 {
            let groups = if grouping.beyond.count > 0 { Value::Null } else { json!(others.len()) };
            json["left_out"] = json!({
                "groups": groups,
                "count": left_out.count,
                "by_currency": by_currency(&left_out, figures, Months::LeftOut),
            });
            let money = sums(&left_out, figures, Months::LeftOut);
            let money = if money.is_empty() { money } else { format!(", a year {money}") };
            let number = match &groups {
                Value::Null => "others".to_owned(),
                number => format!("other {number}"),
            };
            text.push_str(&format!("The {number} hold {}{money}.\n", left_out.count));
        }
        // Rows are JSON already: they take the place of the empty list.
        let json =
            json.to_string().replacen("\"rows\":[]", &format!("\"rows\":[{}]", table.json), 1);
        Self { text, json }
    }
}

/// Names of columns for the currencies, which may be called as others are.
fn columns<'f>(grouping: &Grouping, figures: &'f Figures) -> Vec<(&'f str, String)> {
    let owner = figures.asked.fold.rows.owner.as_deref();
    let without = owner.map(|owner| format!("without_{owner}")).unwrap_or_default();
    let mut taken: Vec<String> = [COUNT, OLDEST, NEWEST, &without].map(str::to_owned).to_vec();
    for by in &grouping.by {
        taken.extend([&*by.name].into_iter().chain(by.label()).map(str::to_owned));
    }
    let currencies = ordered(&figures.tally, &figures.currencies).into_iter();
    currencies
        .map(|(name, ..)| {
            let mut column = name.to_owned();
            while taken.contains(&column) {
                column.push_str(" (currency)");
            }
            taken.push(column.clone());
            (name, column)
        })
        .collect()
}

/// A group as a row: values, labels, count, a column a currency, its span.
fn row(
    grouping: &Grouping,
    group: &Group,
    figures: &Figures,
    columns: &[(&str, String)],
    is_whole: bool,
) -> Value {
    let mut row = Map::new();
    let mut labels = group.labels.iter();
    for (by, value) in grouping.by.iter().zip(&group.values) {
        row.insert(by.name.to_string(), json!(value));
        if let (Some(label), Some(value)) = (by.label(), by.label().and_then(|_| labels.next())) {
            row.insert(label.into(), json!(value.text()));
        }
    }
    row.insert(COUNT.into(), json!(group.tally.count));
    let sums = ordered(&group.tally, &figures.currencies);
    for (name, column) in columns {
        let sum = sums.iter().find(|(of, ..)| of == name).map(|(_, _, sum)| to_the_cent(*sum));
        if is_whole || sum.is_some() {
            row.insert(column.clone(), json!(sum));
        }
    }
    for (name, at) in [(OLDEST, group.span.oldest), (NEWEST, group.span.newest)] {
        row.extend(at.and_then(day_of).map(|day| (name.to_owned(), json!(day))));
    }
    if let Some(owner) = &figures.asked.fold.rows.owner
        && figures.speaks_of_owner
        && !grouping.by.iter().any(|by| by.name == *owner)
    {
        row.insert(format!("without_{owner}"), json!(group.without_owner));
    }
    row.into()
}

/// The groups in their order: of the first name as it was alone, then by declared orders, then by
/// money, the currency with the most rows first.
fn sorted<'g>(
    grouping: &'g Grouping,
    figures: &Figures,
    before: Option<&[&Group]>,
) -> Vec<&'g Group> {
    let firsts: HashMap<&str, usize> = before
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(place, group)| (&*group.values[0], place))
        .collect();
    let currencies: Vec<u16> = {
        let mut all = figures.tally.sums.clone();
        all.sort_by_key(|sum| std::cmp::Reverse(sum.count));
        all.iter().map(|sum| sum.currency).collect()
    };
    let place = |group: &Group| firsts.get(&*group.values[0]).copied().unwrap_or(usize::MAX);
    let mut groups: Vec<&Group> = grouping.groups().collect();
    groups.sort_by(|one, other| {
        place(one)
            .cmp(&place(other))
            .then_with(|| declared(grouping, figures, one, other))
            .then_with(|| {
                let sums = |group: &Group| -> Vec<_> {
                    currencies.iter().map(|currency| group.tally.sum_of(*currency)).collect()
                };
                sums(other).cmp(&sums(one))
            })
            .then_with(|| other.tally.count.cmp(&one.tally.count))
            .then_with(|| one.values.cmp(&other.values))
    });
    groups
}

fn declared(grouping: &Grouping, figures: &Figures, one: &Group, other: &Group) -> Ordering {
    // The first of two names is in order already.
    let from = grouping.by.len() - 1;
    let mut order = Ordering::Equal;
    for (place, by) in grouping.by.iter().enumerate().skip(from) {
        let (one, other) = (&*one.values[place], &*other.values[place]);
        let next = if by.is_month() {
            one.cmp(other)
        } else if let Some(parts) = by.parts() {
            let parts: Vec<&str> = parts.collect();
            let rank = |value: &str| parts.iter().position(|part| *part == value);
            rank(one).unwrap_or(usize::MAX).cmp(&rank(other).unwrap_or(usize::MAX))
        } else if let Some(values) = figures.asked.fold.rows.order_of(&by.name) {
            let rank = |value: &str| values.iter().position(|known| **known == *value);
            rank(one).unwrap_or(usize::MAX).cmp(&rank(other).unwrap_or(usize::MAX))
        } else {
            Ordering::Equal
        };
        order = order.then(next);
    }
    order
}
