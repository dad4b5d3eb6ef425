//! Query answers for both readers: how many match, groups as one table, hits as rows.
//!
//! Not for reading them; `hits` and `groups` do.

use super::{
    Keys, beside, cleaning,
    draft::{Rooms, Rules},
    envelope::Upstream,
    format::{self, row_count},
    groups::Groups,
    hits::Found,
    layout::{Layout, Rendered, finish},
    table::{Table, fit},
    text_of,
};
use crate::catalog::RowFormat;

/// Bytes for the line above all and for names around the rows.
const FRAME: usize = 300;

/// The quarters of the room that groups may take where hits are wanted, too.
const QUARTERS_OF_GROUPS: usize = 3;

/// Renders an answer of OpenSearch; nothing where it is none.
pub(super) fn query(
    upstream: &Upstream<'_>,
    layout: Layout<'_>,
    notes: &mut Vec<String>,
) -> Option<Rendered> {
    let found = Found::read(upstream)?;
    let has_beside = !found.beside.members.is_empty() || found.beside.left_out > 0;
    let beside = has_beside.then_some(&found.beside);
    let beside = beside::show(beside, layout.limits.rooms(0, 0), notes);
    notes.extend(found.notes.iter().cloned());
    if let Some(total) = found.total.filter(|_| found.is_at_least) {
        notes.push(format!("WIV stopped counting: at least {total} match."));
    }
    let taken = (beside.text.len() + FRAME, beside.structured_bytes() + FRAME);
    let mut rooms = layout.limits.rooms(taken.0, taken.1);

    let mut text = headline(&found);
    let mut structured = String::from("{\"data\":{");
    if let Some(total) = found.total {
        structured.push_str(&format!("\"total\":{total},"));
    }
    structured.push_str("\"hits\":[");
    let mut of_groups = (String::new(), String::new());
    if let Some(aggregations) = found.aggregations {
        let part = if found.hits.is_empty() { 4 } else { QUARTERS_OF_GROUPS };
        let room = Rooms { text: rooms.text * part / 4, json: rooms.json * part / 4 };
        let groups = Groups::read(aggregations, room.json * 2);
        notes.extend(groups.notes());
        let rows: Vec<&str> = groups.rows.iter().map(String::as_str).collect();
        let keys: Vec<&str> = groups.keys.iter().map(String::as_str).collect();
        let table = fit(
            &rows,
            room,
            Rules {
                whole: &keys,
                rows_may_go: true,
                are_asked_for: false,
                columns_may_go: false,
                format: RowFormat::Rows,
            },
        );
        say(&table, groups.count, "of groups", "Narrow the query, or ask for fewer groups", notes);
        rooms.text = rooms.text.saturating_sub(table.text.len());
        rooms.json = rooms.json.saturating_sub(table.json.len());
        of_groups = (titled("aggregations", &table), table.json);
    }
    let hits: Vec<&str> = found.hits.iter().map(|hit| &**hit).collect();
    let mut of_hits = String::new();
    if !hits.is_empty() {
        let table = fit(
            &hits,
            rooms,
            Rules {
                whole: &layout.money_fields(),
                rows_may_go: true,
                are_asked_for: false,
                columns_may_go: true,
                format: RowFormat::Rows,
            },
        );
        let how = "Name fewer fields in `_source`, or go on with `from` and `size`";
        say(&table, found.hit_count, "of hits", how, notes);
        of_hits = titled("hits", &table);
        structured.push_str(&table.json);
    }
    structured.push(']');
    if found.aggregations.is_some() {
        structured.push_str(&format!(",\"aggregations\":[{}]", of_groups.1));
    }
    structured.push('}');
    for part in [&of_groups.0, &of_hits, &beside.text] {
        if !part.is_empty() {
            text.push('\n');
            text.push_str(part);
        }
    }
    format::notes(&mut text, notes);
    Some(finish(layout, structured, beside.structured, text, notes))
}

/// Whether an answer of OpenSearch says that nothing matches.
pub fn found_nothing(body: &[u8], keys: &Keys) -> bool {
    let Ok(sent) = text_of(body) else { return false };
    let cleaned = cleaning::clean(sent, keys);
    let Ok(upstream) = Upstream::read(&cleaned.json) else { return false };
    let found = Found::read(&upstream);
    found.is_some_and(|found| found.total == Some("0") && found.hit_count == 0)
}

fn headline(found: &Found<'_>) -> String {
    let came = found.hit_count;
    let here = if came == 1 { "1 is here".to_owned() } else { format!("{came} are here") };
    let at_least = if found.is_at_least { "at least " } else { "" };
    match found.total {
        Some("0") => "Nothing matches.\n".to_owned(),
        Some(total) if came == 0 => format!("{at_least}{total} match.\n"),
        Some(total) if total == came.to_string() => format!("{total} match; all are here.\n"),
        Some(total) => {
            format!("{at_least}{total} match; {here} (`from` and `size` give the others).\n")
        }
        None => format!("{here}.\n"),
    }
}

fn titled(name: &str, table: &Table) -> String {
    match table.rows {
        0 => format!("{name}: none\n"),
        rows => format!("{name}: {}\n\n{}", row_count(rows), table.text),
    }
}

/// Tells what is not in a table, and what gives more.
fn say(table: &Table, count: usize, of: &str, how: &str, notes: &mut Vec<String>) {
    notes.extend(table.cuts.note(&format!(" {how}.")));
    if let Some(left_out) = &table.left_out {
        notes.push(format!("The answer was too large: it leaves out {left_out}. {how}."));
    }
    if table.rows < count {
        notes.push(format!("Only the first {} of {count} rows {of} fit. {how}.", table.rows));
    }
}
