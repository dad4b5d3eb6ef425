//! Names that strangers chose, made safe to show.
//!
//! Not for running text: a name is short and on one line, and nothing hidden stays in it.

use super::characters::is_hidden;

/// A name without characters that hide, reorder or pile up, at most `max_chars` long
/// (Unicode TR 36, 2.5 and 3; TR 39, 5.4). Empty when nothing readable is left.
pub(crate) fn shown_name(name: &str, max_chars: usize) -> String {
    let (mut marks, mut after_space) = (0, true);
    // In this order: what is hidden must not part marks or spaces that stand together on a page.
    let mut readable = name
        .chars()
        .filter(|character| !is_hidden(*character))
        .map(|character| if character.is_whitespace() { ' ' } else { character })
        .filter(|character| {
            marks = if is_combining(*character) { marks + 1 } else { 0 };
            marks <= MAX_MARKS
        })
        .filter(|character| {
            let again = after_space && *character == ' ';
            after_space = *character == ' ';
            !again
        });
    let mut shown: String = readable.by_ref().take(max_chars).collect();
    let is_cut = readable.any(|character| character != ' ');
    shown.truncate(shown.trim_end().len());
    if is_cut {
        shown.push('…');
    }
    shown
}

/// Marks on one letter. Scripts use up to three; more only cover the lines around.
const MAX_MARKS: usize = 3;

/// The blocks of combining marks that any letter can carry.
fn is_combining(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}'
            | '\u{483}'..='\u{489}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{fe20}'..='\u{fe2f}'
    )
}
