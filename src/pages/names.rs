//! Names that strangers chose, made safe to show.
//!
//! Not for escaping: templates do that.

/// A name without characters that hide, reorder or pile up, at most `max_chars` long
/// (Unicode TR 36, 2.5 and 3; TR 39, 5.4). Empty when nothing readable is left.
pub fn shown_name(name: &str, max_chars: usize) -> String {
    let mut marks = 0;
    let readable = |character: &char| {
        marks = if is_combining(*character) { marks + 1 } else { 0 };
        !is_hidden(*character) && marks <= MAX_MARKS
    };
    let clean: String = name.chars().filter(readable).collect();
    let clean = clean.trim();
    let mut shown: String = clean.chars().take(max_chars).collect();
    if shown.len() < clean.len() {
        shown.push('…');
    }
    shown
}

/// Marks on one letter. Scripts use up to three; more only cover the lines around.
const MAX_MARKS: usize = 3;

/// Characters that show nothing or change the order of others.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

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
