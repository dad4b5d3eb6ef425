//! What a call would do, in words, as data, and what lets it be done.
//!
//! A success, because clients drop the structure of failures. Knows no deed.

use serde_json::json;

use super::{
    format,
    layout::{Layout, Rendered, finish},
    shorten,
};
use crate::clock;

/// Bytes of the envelope's names.
const FRAME: usize = 200;

/// What is shown before a deed.
#[derive(Debug)]
pub struct ShownPreview<'p> {
    /// One sentence of ours; names in it are quoted.
    pub headline: &'p str,
    /// What will happen, as a JSON object.
    pub data: &'p str,
    /// What lets the next call do it.
    pub asks_for: AsksFor<'p>,
}

/// What a deed needs, now that it was shown.
#[derive(Debug, Clone, Copy)]
pub enum AsksFor<'p> {
    /// Nothing.
    Nothing,
    /// The same call with this token, until then.
    Confirmation {
        /// Sealed.
        token: &'p str,
        /// In Unix seconds.
        end: u64,
    },
    /// A person's approval at this address, until then; and then the same call.
    Approval {
        /// On this server.
        url: &'p str,
        /// In Unix seconds.
        end: u64,
    },
}

/// Renders a preview. `notes` come first in the text: they say why nothing was done.
pub fn preview(shown: &ShownPreview<'_>, layout: Layout<'_>, notes: &[String]) -> Rendered {
    let (member, ask) = match shown.asks_for {
        AsksFor::Nothing => (String::new(), "Nothing was done.\n".to_owned()),
        AsksFor::Confirmation { token, end } => {
            let expires_at = clock::timestamp(end);
            let member = json!({ "token": token, "expires_at": expires_at });
            let ask = format!(
                "Nothing was done. If the user agrees, repeat the call with the same arguments and \
                 `confirmation` set to {token} until {expires_at}.\n"
            );
            (format!(",\"confirmation\":{member}"), ask)
        }
        AsksFor::Approval { url, end } => {
            let expires_at = clock::timestamp(end);
            let member = json!({ "url": url, "expires_at": expires_at });
            let ask = format!(
                "Nothing was done. A person of the organization has to approve it: give the user \
                 this link, {url} (until {expires_at}), and repeat the same call once they did.\n"
            );
            (format!(",\"approval\":{member}"), ask)
        }
    };
    let mut text = String::new();
    for note in notes {
        text.push_str(note);
        text.push('\n');
    }
    text.push_str(shown.headline);
    text.push('\n');
    let noted: usize = notes.iter().map(|note| note.len() + 3).sum();
    let rooms = layout
        .limits
        .rooms(text.len() + ask.len() + FRAME, shown.headline.len() + member.len() + noted + FRAME);
    let mut fitted = format::fit(shown.data, rooms);
    let cut: Vec<String> = fitted.cuts.note(shorten::ASK_FOR_LESS).into_iter().collect();
    text.push('\n');
    text.push_str(&fitted.text);
    format::notes(&mut text, &cut);
    text.push('\n');
    text.push_str(&ask);
    let headline = serde_json::to_string(shown.headline).expect("a string becomes JSON");
    if fitted.json == "{}" {
        fitted.json = format!("{{\"summary\":{headline}}}");
    } else {
        fitted.json.replace_range(..1, &format!("{{\"summary\":{headline},"));
    }
    let structured = format!("{{\"preview\":{}{member}", fitted.json);
    let notes: Vec<String> = notes.iter().cloned().chain(cut).collect();
    finish(layout, structured, None, text, &notes)
}
