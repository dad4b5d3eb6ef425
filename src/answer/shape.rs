//! The envelope of an answer: `data`, `page`, `notes`, and the same as text.
//!
//! Linear in the body and in memory a small multiple of it, whatever it holds: nothing is parsed
//! into a tree, and each part stops at its limit.

use super::{
    Keys, MalformedAnswer, PageSummary, Position, Upstream,
    cleaning::{self, Cleaned},
    format, shorten,
    table::table,
};
use crate::json;

/// Bodies of this size and more take milliseconds: too long for a thread that serves others.
pub const LONG_BODY_BYTES: usize = 64 * 1024;

/// Characters of a text that are kept for notes. All that can come together take about 1,200.
const NOTES_CHARS: usize = 1_500;

/// Longest page key of upstream that becomes a cursor. Real ones have some hundred bytes; sealed,
/// this one is as long as a cursor may be.
const MAX_PAGE_KEY_BYTES: usize = 10_000;

/// How large an answer may become.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Characters of the text block.
    pub text_chars: usize,
}

impl Limits {
    /// Bytes of `data`. Clients that show a model only the structured part must not drown it:
    /// four bytes for a character of text, which is 128 kB by default.
    const fn data_bytes(self) -> usize {
        self.text_chars.saturating_mul(4)
    }

    /// Characters of a text that are left for data.
    const fn room(self, taken: usize) -> usize {
        self.text_chars.saturating_sub(taken + NOTES_CHARS)
    }
}

/// How an operation's answers are laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// `data` is a list of rows.
    pub rows: bool,
    /// Upstream gives the list page by page.
    pub scrolls: bool,
    /// Rows of a page, where the tool has pages.
    pub limit: Option<usize>,
    /// How large the answer may become.
    pub limits: Limits,
}

/// An answer, ready to be a tool result.
#[derive(Debug)]
pub struct Rendered {
    /// The text block.
    pub text: String,
    /// `structuredContent` as JSON text without line breaks.
    pub structured: String,
}

/// Renders an upstream body without the caller's `keys`. `notes` are what the caller has to say
/// besides; `seal` turns the place of the next page into a cursor.
///
/// # Errors
/// When the body is not JSON that may be passed on.
pub fn render(
    body: &[u8],
    layout: Layout,
    position: &Position,
    keys: &Keys,
    mut notes: Vec<String>,
    seal: impl FnOnce(Position) -> String,
) -> Result<Rendered, MalformedAnswer> {
    let sent = std::str::from_utf8(body)?;
    let cleaned = cleaning::clean(sent, keys);
    let mut upstream = Upstream::read(&cleaned.json)?;
    if cleaned.had_hidden || cleaned.had_key {
        // Where the next page begins goes back to WIV as it came, and is shown to nobody.
        upstream.next_page_key = Upstream::read(sent)?.next_page_key;
        notes.extend(what_was_taken_out(&cleaned));
    }
    if layout.rows && upstream.data.get().starts_with('[') {
        return list(&upstream, layout, position, notes, seal);
    }
    Ok(object(&upstream, layout.limits, notes))
}

fn what_was_taken_out(cleaned: &Cleaned<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if cleaned.had_hidden {
        notes.push("Invisible characters were removed from WIV's answer.".to_owned());
    }
    if cleaned.had_key {
        notes.push("WIV's answer repeated an API key; [key] stands in its place.".to_owned());
    }
    notes
}

fn list(
    upstream: &Upstream<'_>,
    layout: Layout,
    position: &Position,
    mut notes: Vec<String>,
    seal: impl FnOnce(Position) -> String,
) -> Result<Rendered, MalformedAnswer> {
    let limits = layout.limits;
    let mut next_page_key = upstream.next_page_key.filter(|key| key.get() != "null");
    if !layout.scrolls && next_page_key.take().is_some() {
        notes.push(
            "WIV has more rows, and this server does not know how to ask for them: the \
             operator can correct the operation's paging in the catalogue."
                .to_owned(),
        );
    }
    let has_next = next_page_key.is_some();
    let next_page_key = next_page_key.filter(|key| key.get().len() <= MAX_PAGE_KEY_BYTES);
    if has_next && next_page_key.is_none() {
        notes.push("WIV has more rows, and its key for them is too long to be asked with.".into());
    }
    let rows = json::elements(upstream.data.get());
    let (mut rows, mut page) = PageSummary::take(rows, next_page_key, position, layout.limit)?;
    let has_pages = layout.limit.is_some();
    let mut structured = String::from("{\"data\":[");
    let written = shorten::write(&mut structured, &rows, limits.data_bytes(), !has_pages);
    notes.extend(written.note);
    rows.truncate(written.values);
    page.shown = rows.len();
    if let Some(total) = page.total.filter(|total| !has_pages && page.shown < *total) {
        notes.push(format!(
            "Only the first {} of {total} rows fit, and this tool has no pages.",
            page.shown
        ));
    }
    let cursor = page.next.map(seal);

    let mut text = headline(page.shown, page.total, position.offset);
    if page.shown > 0 {
        let cursor_chars = cursor.as_ref().map_or(0, String::len);
        let table = table(rows.iter().copied(), limits.room(text.len() + cursor_chars));
        text.push_str("\n\n");
        text.push_str(&table.text);
        if table.cut_cells {
            notes
                .push("Long cells are shortened in the table; `data` has more of them.".to_owned());
        }
        if let Some(left_out) = &table.left_out {
            let how = if has_pages { " A smaller `limit` makes room." } else { "" };
            notes.push(format!("The table leaves out {left_out}; `data` has them.{how}"));
        }
        if table.rows < page.shown {
            notes.push(format!(
                "The table shows the first {} of {} rows; `data` has more.",
                table.rows, page.shown
            ));
        }
    }
    if let Some(cursor) = &cursor {
        text.push_str("\nMore rows: call again with the same arguments and `cursor` set to ");
        text.push_str(cursor);
        text.push('\n');
    }
    format::notes(&mut text, &notes);

    structured.push_str("],\"page\":{\"shown\":");
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
    Ok(finish(structured, text, &notes))
}

fn object(upstream: &Upstream<'_>, limits: Limits, mut notes: Vec<String>) -> Rendered {
    let value = upstream.data.get();
    let mut structured = String::from("{\"data\":");
    let written = shorten::write(&mut structured, &[value], limits.data_bytes(), false);
    let was_shortened = written.note.is_some();
    notes.extend(written.note);

    let mut text = String::new();
    let room = limits.room(0);
    let mut cut = format::lines(&mut text, value, room);
    if let Some((end, _)) = text.char_indices().nth(room) {
        text.truncate(end);
        text.push('…');
        cut = true;
    }
    if cut {
        let how = if was_shortened {
            "The text is shortened further than `data`."
        } else {
            "The text is shortened; `data` has all of it."
        };
        notes.push(how.to_owned());
    }
    format::notes(&mut text, &notes);
    finish(structured, text, &notes)
}

fn headline(shown: usize, total: Option<usize>, offset: usize) -> String {
    match total {
        Some(0) => "No rows.".to_owned(),
        Some(total) if total == shown => format!("{shown} rows, all there are."),
        Some(total) => format!("Rows {} to {} of {total}.", offset + 1, offset + shown),
        None if shown == 0 => "No more rows.".to_owned(),
        None => format!("{shown} rows of this page; upstream does not say how many there are."),
    }
}

fn finish(mut structured: String, text: String, notes: &[String]) -> Rendered {
    if !notes.is_empty() {
        structured.push_str(",\"notes\":");
        structured.push_str(&serde_json::to_string(notes).expect("strings become JSON"));
    }
    structured.push('}');
    Rendered { text, structured }
}

fn push_json(out: &mut String, text: &str) {
    out.push_str(&serde_json::to_string(text).expect("a string becomes JSON"));
}
