//! Lists: a page of rows with its place in the whole, for both readers.
//!
//! Says that these are all rows there are only where nothing speaks against it.

use super::{
    MalformedAnswer, PageSummary, Position, beside,
    draft::Rules,
    envelope::Upstream,
    figures::{Figures, RowTaken},
    fitting,
    format::{self, row_count},
    hints,
    layout::{Layout, Rendered, finish},
    odd_rows,
    page::stamp_of,
    shorten,
    table::{Table, fit},
    totals,
};
use crate::{
    catalog::{RowFormat, Totals},
    json,
};

/// Longest page key of upstream that becomes a cursor. Real ones have some hundred bytes; sealed,
/// this one is as long as a cursor may be.
const MAX_PAGE_KEY_BYTES: usize = 12_000;

/// Bytes for the headline, `page` and the words around a cursor.
const FRAME: usize = 350;

/// Bytes that a cursor takes besides upstream's key in it, of which it takes half as much more.
const CURSOR_BYTES: usize = 300;

/// Renders a list; `seal` turns the place of the next page into a cursor.
pub(super) fn list(
    upstream: &Upstream<'_>,
    layout: Layout<'_>,
    position: &Position,
    mut notes: Vec<String>,
    seal: impl FnOnce(Position) -> String,
) -> Result<Rendered, MalformedAnswer> {
    let limits = layout.limits;
    let rows = || json::elements(upstream.data);
    // OpenSearch names a scroll to its end: a page without rows is behind the last one.
    let key = upstream.next_page_key.filter(|_| rows().next().is_some());
    let is_too_long = key.is_some_and(|key| key.get().len() > MAX_PAGE_KEY_BYTES);
    let next_key = key.filter(|_| layout.scrolls && !is_too_long);
    let mut unfit = 0;
    let taken = |row: &str| match (layout.fitting, layout.only) {
        (Some(fitting), _) if !fitting.takes(row) => RowTaken::Unfit,
        (_, Some(only)) => only.takes(row),
        _ => RowTaken::Yes,
    };
    let is_narrowed_to = |row: &str| layout.narrowing.is_none_or(|narrowing| narrowing.takes(row));
    let keeps = |row: &str| taken(row) == RowTaken::Yes && is_narrowed_to(row);
    let matching = rows().filter(|row| {
        let taken = taken(row);
        unfit += usize::from(taken == RowTaken::Unfit);
        taken == RowTaken::Yes && is_narrowed_to(row)
    });
    let (rows, mut page) = match layout.ordered {
        Some((total, stamp)) => {
            let rows: Vec<&str> = matching.collect();
            let page = PageSummary::of_order(rows.len(), total, stamp, position);
            (rows, page)
        }
        None => PageSummary::take(matching, next_key, position, layout.limit)?,
    };
    let is_tried = layout.narrowing.is_some() || layout.only.is_some_and(Figures::has_conditions);
    let sent_in_all = page.total;
    // A list that comes whole is cut anew for each page: rows may have moved meanwhile.
    let stamp_up_to =
        |count: usize| stamp_of(json::elements(upstream.data).filter(|row| keeps(row)).take(count));
    let is_cut_here = layout.ordered.is_none() && sent_in_all.is_some() && layout.limit.is_some();
    if is_cut_here && position.stamp.is_some_and(|stamp| stamp != stamp_up_to(position.offset)) {
        notes.push(
            "The list changed since the page before: rows may come twice or be missing. Begin \
             anew, without `cursor`, for all of them."
                .to_owned(),
        );
    }
    let came = json::elements(upstream.data).count();
    let sent = sent_in_all.map_or(came, |sent| sent.max(came));

    let counted = hints::Came { page: came, so_far: sent, asked: layout.limit };
    let hints = hints::of(upstream, layout.extent, counted);
    let is_short = sent_in_all.is_some() && hints.total.is_some_and(|total| total > sent);
    let has_unsent = next_key.is_none() && (key.is_some() || hints.has_more || is_short);
    if has_unsent && is_too_long && layout.scrolls {
        notes.push("WIV has more rows, and its key for them is too long to be asked with.".into());
    } else if has_unsent {
        notes.push(
            "WIV has more rows, and this server does not know how to ask for them: the \
             operator can correct the operation's paging in the catalogue."
                .to_owned(),
        );
    }
    let is_unclear = next_key.is_none() && !has_unsent && hints.leave_doubt();
    if is_unclear && sent_in_all.is_some() {
        notes.push(
            "Whether these are all rows is not known: what WIV says besides may mean that some \
             are missing."
                .to_owned(),
        );
    }
    let has_doubt = has_unsent || is_unclear;
    let whole =
        layout.whole.map(|whole| totals::tell(&whole.figures, &whole.reading, whole.wanted));
    page.total = match (sent_in_all, &whole) {
        (Some(sent), _) if !has_doubt => Some(sent),
        (_, Some(totals::ToldTotals { count: Some(count), .. })) => Some(*count),
        // What WIV counts is not what is left of it.
        _ if is_tried || unfit > 0 => None,
        (Some(sent), _) => hints.total.filter(|total| *total > sent),
        (None, _) => hints.total.filter(|total| *total >= page.shown),
    };
    // Nothing matches on any page.
    let is_nothing = rows.is_empty() && page.total == Some(0);
    if is_nothing {
        page.next = None;
    }
    // Of everything that matches `totals` tells it.
    if layout.whole.is_none_or(|whole| whole.figures.odd.unfit == 0) {
        notes.extend(fitting::note(unfit));
    }
    if layout.only.is_some_and(Figures::has_conditions) && next_key.is_some() && !is_nothing {
        notes.push(
            "`where` was tried on this page alone; go on with the cursor for the others.".into(),
        );
    }
    if let Some(narrowing) = layout.narrowing {
        if next_key.is_some() {
            notes.push(format!(
                "{} was tried on this page alone; go on with the cursor for the others.",
                narrowing.arguments()
            ));
        }
        if rows.is_empty() {
            notes.extend(narrowing.notes_of_none(json::elements(upstream.data)));
        }
    }
    notes.extend(whole.iter().flat_map(|whole| whole.notes.iter().chain(&whole.excluded).cloned()));
    let is_told = layout.whole.is_some_and(|whole| whole.wanted == Totals::Full);
    if let Some(money) = layout.money.filter(|_| !is_told) {
        notes.extend(odd_rows::note(rows.iter().copied(), money));
    }
    let of_whole = whole.as_ref().map_or(0, |whole| whole.text.len().max(whole.json.len()));

    let beside = beside::show(upstream.beside(), limits.rooms(0, 0), &mut notes);
    let is_scrolled = sent_in_all.is_none();
    let cursor_bytes = match next_key {
        Some(key) => key.get().len() * 3 / 2 + CURSOR_BYTES,
        None => CURSOR_BYTES,
    };
    let taken = FRAME + cursor_bytes + of_whole;
    let rooms = limits.rooms(taken + beside.text.len(), taken + beside.structured_bytes());
    let money = layout.money_fields();
    let named: Vec<_> = match layout.names {
        Some(names) => rows.iter().map(|row| names.beside(row)).collect(),
        None => rows.into_iter().map(Into::into).collect(),
    };
    let rows: Vec<&str> = named.iter().map(|row| &**row).collect();
    let is_beginning = position.offset == 0 && position.page_key.is_none();
    let picked = layout.fields.of(&rows, is_beginning, layout.format, &mut notes);
    let rows: Vec<&str> = picked.iter().map(|row| &**row).collect();
    let table = fit(
        &rows,
        rooms,
        Rules {
            whole: &money,
            rows_may_go: !is_scrolled,
            are_asked_for: layout.fields.are_named(),
            columns_may_go: true,
            format: layout.format,
        },
    );
    notes.extend(table.changed.notes());
    notes.extend(what_is_missing(&table, rows.len(), sent_in_all, layout.limit.is_some()));
    if table.rows < rows.len() && !is_scrolled && layout.limit.is_some() {
        let end = position.offset + table.rows;
        let stamp = layout.ordered.map(|(_, stamp)| stamp);
        page.next = Some(Position { page_key: None, offset: end, stamp });
    }
    if let Some(next) = page.next.as_mut().filter(|_| is_cut_here) {
        next.stamp = Some(stamp_up_to(next.offset));
    }
    page.shown = table.rows;
    let is_counted = whole.as_ref().is_some_and(|whole| whole.count.is_some());
    let is_csv = layout.format == RowFormat::Csv;
    let mut text = String::new();
    // Whoever saves the text as a file finds the rows at its beginning.
    if is_csv && page.shown > 0 {
        text.push_str(&table.text);
        text.push('\n');
    }
    if page.shown == 0 && page.next.is_some() {
        text.push_str("No row of this page matches; there are more pages.");
    } else {
        text.push_str(&headline(&page, position.offset, is_scrolled, has_doubt, is_counted));
    }
    if let Some(whole) = &whole {
        text.push('\n');
        text.push_str(whole.text.trim_end());
    }
    let cursor = page.next.map(seal);
    if !is_csv && page.shown > 0 {
        text.push_str("\n\n");
        text.push_str(&table.text);
    }
    if !beside.text.is_empty() {
        text.push('\n');
        text.push_str(&beside.text);
    }
    if let Some(cursor) = &cursor {
        text.push_str("\nMore rows: call again with the same arguments and `cursor` set to ");
        text.push_str(cursor);
        text.push('\n');
    }
    format::notes(&mut text, &notes);

    let mut structured = if is_csv {
        format!("{{\"csv\":\"{}\"", table.json)
    } else {
        format!("{{\"data\":[{}]", table.json)
    };
    structured.push_str(",\"page\":{\"shown\":");
    structured.push_str(&page.shown.to_string());
    structured.push_str(",\"total\":");
    match page.total {
        Some(total) => structured.push_str(&total.to_string()),
        None => structured.push_str("null"),
    }
    structured.push_str(",\"next_cursor\":");
    match &cursor {
        Some(cursor) => push_json(&mut structured, cursor),
        None => structured.push_str("null"),
    }
    structured.push('}');
    if let Some(whole) = &whole {
        structured.push_str(",\"totals\":");
        structured.push_str(&whole.json);
    }
    Ok(finish(layout, structured, beside.structured, text, &notes))
}

/// What is in neither reader's answer, and what gives more.
fn what_is_missing(
    table: &Table,
    taken: usize,
    sent: Option<usize>,
    has_pages: bool,
) -> impl Iterator<Item = String> {
    let how = if has_pages { " A smaller `limit` makes room." } else { "" };
    let cut = table.cuts.note(if has_pages { how } else { shorten::ASK_FOR_LESS });
    let columns = table.left_out.as_ref();
    let columns =
        columns.map(|names| format!("The answer was too large: it leaves out {names}.{how}"));
    let shown = table.rows;
    let rows = match sent {
        Some(sent) if !has_pages && shown < sent => {
            Some(format!("Only the first {shown} of {sent} rows fit, and this tool has no pages."))
        }
        _ if shown == taken => None,
        Some(_) => Some(format!(
            "Only the first {shown} of this page's {taken} rows fit; the cursor goes on behind \
             them."
        )),
        None => Some(format!(
            "WIV sent {taken} rows at once, of which only the first {shown} fit, and can't give \
             the others again: begin anew without `cursor`, with narrower arguments."
        )),
    };
    [cut, columns, rows].into_iter().flatten()
}

/// The first line. Of a scroll nobody knows here at which row a page begins.
fn headline(
    page: &PageSummary,
    offset: usize,
    is_scrolled: bool,
    has_unsent: bool,
    is_counted: bool,
) -> String {
    let (shown, rows) = (page.shown, row_count(page.shown));
    match page.total {
        Some(0) => "No rows.".to_owned(),
        Some(1) if shown == 1 && !is_scrolled => "1 row, the only one there is.".to_owned(),
        Some(total) if total == shown && !is_scrolled => format!("{rows}, all there are."),
        Some(total) if shown == 0 && has_unsent => {
            format!("No rows came; WIV says that there are {total}.")
        }
        Some(total) if is_scrolled && is_counted => {
            format!("{rows} of this page, of {total} in all.")
        }
        Some(total) if is_scrolled => {
            format!("{rows} of this page; WIV says that there are {total} in all.")
        }
        Some(total) if shown == 0 => {
            format!("No rows from row {} on; there are {total}.", offset + 1)
        }
        Some(total) if shown == 1 => format!("Row {} of {total}.", offset + 1),
        Some(total) => format!("Rows {} to {} of {total}.", offset + 1, offset + shown),
        None if shown == 0 && has_unsent => "No rows came.".to_owned(),
        None if shown == 0 => "No more rows.".to_owned(),
        None => format!("{rows} of this page; upstream does not say how many there are."),
    }
}

fn push_json(out: &mut String, text: &str) {
    out.push_str(&serde_json::to_string(text).expect("a string becomes JSON"));
}
