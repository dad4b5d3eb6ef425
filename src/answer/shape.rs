//! The envelope of an answer: `data`, `page`, `notes`, and the same as text.
//!
//! Borrows from the upstream body; rows are copied once, as they came.

use serde_json::value::RawValue;

use super::{Malformed, Page, Position, Upstream, format, shorten};

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
        self.text_chars * 4
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

/// Renders an upstream body. `notes` are what the caller has to say besides; `seal` turns the
/// place of the next page into a cursor.
///
/// # Errors
/// When the body is not JSON that may be passed on.
pub fn render(
    body: &[u8],
    layout: Layout,
    position: &Position,
    notes: Vec<String>,
    seal: impl FnOnce(Position) -> String,
) -> Result<Rendered, Malformed> {
    let upstream = Upstream::parse(body)?;
    if layout.rows && upstream.data.get().starts_with('[') {
        let rows: Vec<&RawValue> = serde_json::from_str(upstream.data.get())?;
        return Ok(list(&upstream, &rows, layout, position, notes, seal));
    }
    Ok(object(&upstream, layout.limits, notes))
}

fn list(
    upstream: &Upstream<'_>,
    rows: &[&RawValue],
    layout: Layout,
    position: &Position,
    mut notes: Vec<String>,
    seal: impl FnOnce(Position) -> String,
) -> Rendered {
    let limits = layout.limits;
    let mut next_page_key = upstream.next_page_key.filter(|key| key.get() != "null");
    if !layout.scrolls && next_page_key.take().is_some() {
        notes.push(
            "WIV has more rows, and this server does not know how to ask for them: the \
             operator can correct the operation's paging in the catalogue."
                .to_owned(),
        );
    }
    let (rows, page) = Page::cut(rows, next_page_key, position, layout.limit);
    let size: usize = rows.iter().map(|row| row.get().len() + 1).sum();
    let mut data = Data::new(rows, size, limits, &mut notes);
    let mut page = page;
    if layout.limit.is_none()
        && let Some(fitting) = data.cut_to(limits.data_bytes())
    {
        notes.push(format!(
            "Only the first {fitting} of {} rows fit, and this tool has no pages.",
            page.shown
        ));
        page.shown = fitting;
    }
    let rows = &rows[..page.shown];
    let cursor = page.next.map(seal);

    let mut text = headline(page.shown, page.total, position.offset);
    if page.shown > 0 {
        let cursor_chars = cursor.as_ref().map_or(0, String::len);
        let room = limits.text_chars.saturating_sub(text.len() + cursor_chars + 1000);
        let table = format::table(rows, room);
        text.push_str("\n\n");
        text.push_str(&table.text);
        if table.cut_cells {
            notes
                .push("Long cells are shortened in the table; `data` has more of them.".to_owned());
        }
        if !table.left_out.is_empty() {
            let how = if layout.limit.is_some() { " A smaller `limit` makes room." } else { "" };
            notes.push(format!(
                "The table leaves out {}; `data` has them.{how}",
                table.left_out.join(", ")
            ));
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
    write_notes(&mut text, &notes);

    let mut structured = String::with_capacity(size + 256);
    structured.push_str("{\"data\":[");
    data.write(&mut structured);
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
    finish(structured, text, &notes)
}

fn object(upstream: &Upstream<'_>, limits: Limits, mut notes: Vec<String>) -> Rendered {
    let rows = [upstream.data];
    let data = Data::new(&rows, upstream.data.get().len(), limits, &mut notes);
    let mut text = String::new();
    let room = limits.text_chars.saturating_sub(300);
    let mut cut = format::lines(&mut text, upstream.data, 0, room);
    if let Some((end, _)) = text.char_indices().nth(room) {
        text.truncate(end);
        text.push('…');
        cut = true;
    }
    match (cut, &data) {
        (true, Data::AsTheyCame(_)) => {
            notes.push("The text is shortened; `data` has all of it.".to_owned());
        }
        (true, Data::Shortened(_)) => {
            notes.push("The text is shortened further than `data`.".to_owned());
        }
        (false, _) => {}
    }
    write_notes(&mut text, &notes);
    let mut structured = String::with_capacity(upstream.data.get().len() + 64);
    structured.push_str("{\"data\":");
    data.write(&mut structured);
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

fn write_notes(text: &mut String, notes: &[String]) {
    for note in notes {
        text.push_str("\nNote: ");
        text.push_str(note);
        text.push('\n');
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

/// Values for `data`: as they came, or with long texts cut.
enum Data<'r, 'a> {
    AsTheyCame(&'r [&'a RawValue]),
    Shortened(Vec<String>),
}

impl<'r, 'a> Data<'r, 'a> {
    fn new(
        values: &'r [&'a RawValue],
        size: usize,
        limits: Limits,
        notes: &mut Vec<String>,
    ) -> Self {
        if size <= limits.data_bytes() {
            return Self::AsTheyCame(values);
        }
        let (values, note) = shorten::values(values, limits.data_bytes());
        notes.push(note);
        Self::Shortened(values)
    }

    /// Drops rows from the end until the rest fits; how many are left, if any were dropped.
    fn cut_to(&mut self, limit: usize) -> Option<usize> {
        let Self::Shortened(values) = self else { return None };
        if shorten::size(values) <= limit {
            return None;
        }
        let mut size = 0;
        let fitting = values.iter().take_while(|value| {
            size += value.len() + 1;
            size <= limit
        });
        let fitting = fitting.count();
        values.truncate(fitting);
        Some(fitting)
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::AsTheyCame(values) => {
                for (position, value) in values.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    push_on_one_line(out, value.get());
                }
            }
            Self::Shortened(values) => out.push_str(&values.join(",")),
        }
    }
}

/// JSON text without its line breaks, which would end a line of an event stream. Outside of
/// strings they mean nothing, and inside they are always escaped.
fn push_on_one_line(out: &mut String, json: &str) {
    let mut rest = json;
    while let Some(at) = memchr::memchr2(b'\n', b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
