//! From a body to an answer: cleaned, judged, and shaped as an object or a list.
//!
//! Linear in the body and in memory a small multiple of it, whatever it holds: nothing is parsed
//! into a tree, and each part stops at its limit.

use http::StatusCode;
use serde_json::value::RawValue;

use super::{
    Around, Keys, MalformedAnswer, Position, beside, cleaning, decimals,
    envelope::Upstream,
    figures::OrderedWindow,
    format,
    layout::{Layout, Rendered, finish},
    list::list,
    query::query,
    reason, shorten, text_of,
};
use crate::catalog::AnswerShape;

/// Bodies of this size and more take milliseconds: too long for a thread that serves others.
pub const LONG_BODY_BYTES: usize = 64 * 1024;

/// Bytes of the envelope around an object.
const FRAME: usize = 50;

/// Renders an upstream body without the caller's `keys`. `notes` are what the caller has to say
/// besides; `seal` turns the place of the next page into a cursor.
///
/// # Errors
/// When the body is not JSON that may be passed on, or says that the call failed.
pub fn render(
    body: &[u8],
    layout: Layout<'_>,
    position: &Position,
    keys: &Keys,
    mut notes: Vec<String>,
    seal: impl FnOnce(Position) -> String,
) -> Result<Rendered, MalformedAnswer> {
    let sent = text_of(body)?;
    let cleaned = cleaning::clean(sent, keys);
    let mut upstream = Upstream::read(&cleaned.json)?;
    if upstream.says_it_failed() {
        return Err(MalformedAnswer::Failed(reason::of_json(upstream.whole, keys)));
    }
    if cleaned.is_other() {
        // Where the next page begins goes back to WIV as it came, and is shown to nobody.
        let as_sent = Upstream::read(sent)?;
        upstream.next_page_key = as_sent.next_page_key;
        match as_sent.next_page_key {
            Some(_) => notes.extend(cleaning::clean(&as_sent.shown(), keys).notes()),
            None => notes.extend(cleaned.notes()),
        }
    }
    if layout.status == StatusCode::ACCEPTED {
        notes.push(
            "WIV accepted this and has not finished it (status 202): ask for its state later."
                .to_owned(),
        );
    }
    match layout.shape {
        AnswerShape::Rows if upstream.data.starts_with('[') => {
            list(&upstream, layout, position, notes, seal)
        }
        AnswerShape::Query => {
            let answer = query(&upstream, layout, &mut notes);
            Ok(answer.unwrap_or_else(|| object(&upstream, layout, notes)))
        }
        _ => Ok(object(&upstream, layout, notes)),
    }
}

/// Renders rows that are a part of an order over `total`. They were cleaned when they were read.
///
/// # Errors
/// As [`render`].
pub fn render_ordered(
    window: &OrderedWindow,
    total: usize,
    layout: Layout<'_>,
    position: &Position,
    notes: Vec<String>,
    seal: impl FnOnce(Position) -> String,
) -> Result<Rendered, MalformedAnswer> {
    let rows: Vec<&str> = window.rows.iter().map(|row| &**row).collect();
    let body = format!("{{\"data\":[{}]}}", rows.join(","));
    let layout = Layout { ordered: Some((total, window.stamp)), ..layout };
    list(&Upstream::read(&body)?, layout, position, notes, seal)
}

/// The data of an answer, as one JSON value; nothing where it can't be read.
pub fn data_of(body: &[u8], keys: &Keys) -> Option<Box<RawValue>> {
    let cleaned = cleaning::clean(text_of(body).ok()?, keys);
    let upstream = Upstream::read(&cleaned.json).ok().filter(|it| !it.says_it_failed())?;
    RawValue::from_string(upstream.data.to_owned()).ok()
}

/// Sums that upstream made, as one JSON value: an object whose floats are rounded. Nothing where it
/// can't be read, or is no object: rows are no sums.
pub fn sums_of(body: &[u8], keys: &Keys) -> Option<Box<RawValue>> {
    let cleaned = cleaning::clean(text_of(body).ok()?, keys);
    let upstream = Upstream::read(&cleaned.json).ok().filter(|it| !it.says_it_failed())?;
    let sums = Some(upstream.data).filter(|data| data.starts_with('{'))?;
    RawValue::from_string(decimals::all_rounded(sums)).ok()
}

fn object(upstream: &Upstream<'_>, layout: Layout<'_>, mut notes: Vec<String>) -> Rendered {
    let Layout { limits, .. } = layout;
    let value = upstream.data;
    if upstream.beside().is_none() {
        notes.extend(what_is_empty(value, layout));
    }
    if layout.shape == AnswerShape::Rows && !value.starts_with('[') && value != "null" {
        let what = if value.starts_with('{') { "object" } else { "value" };
        notes.push(format!("WIV sent one {what} and no list of rows; it is shown as it came."));
    }
    if upstream.next_page_key.is_some() {
        notes.push("WIV has more of this, and this server does not know how to ask for it.".into());
    }
    let beside = beside::show(upstream.beside(), limits.rooms(0, 0), &mut notes);
    let frame = FRAME + layout.around.map_or(0, Around::bytes);
    let rooms = limits.rooms(beside.text.len() + frame, beside.structured_bytes() + frame);
    let mut told = format::fit(value, rooms);
    notes.extend(told.cuts.note(shorten::ASK_FOR_LESS));
    if value == "null" {
        told.text = "No data.\n".to_owned();
    }
    let mut text = told.text;
    text.push_str(&beside.text);
    format::notes(&mut text, &notes);
    finish(layout, format!("{{\"data\":{}", told.json), beside.structured, text, &notes)
}

/// What there is to say where nothing was sent, or nothing is in it.
fn what_is_empty(value: &str, layout: Layout<'_>) -> Option<String> {
    let Layout { status, writes, .. } = layout;
    let mut bare = value.chars().filter(|character| !character.is_whitespace());
    let bare: String = bare.by_ref().take(5).collect();
    let status = status.as_u16();
    match bare.as_str() {
        // It is told already that this was accepted.
        "null" if layout.status == StatusCode::ACCEPTED => None,
        "null" if writes => Some(format!("WIV did this and sent nothing back (status {status}).")),
        "null" => {
            Some(format!("WIV answered with nothing (status {status}): it has no data for this."))
        }
        "{}" => Some("WIV's answer is an empty object.".to_owned()),
        "[]" => Some("WIV's answer is an empty list.".to_owned()),
        "\"\"" => Some("WIV's answer is an empty text.".to_owned()),
        _ => None,
    }
}
