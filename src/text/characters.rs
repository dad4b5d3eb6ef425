//! Which characters of a running text are shown, which become a space, which go.
//!
//! What a person doesn't see must not reach a model: it would be an order that nobody read.

/// What becomes of one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShownAs {
    /// It stays.
    AsIs,
    /// It parts words or lines in a way that deceives: a space does it as well.
    AsSpace,
    /// It shows nothing.
    Gone,
}

/// Reads a text character by character.
///
/// Joiners and the two selectors of emoji are hidden too, and scripts need them: Persian and
/// Indic words join or part letters by them, families and flags of emoji are made of them. They
/// stay behind a character that is not ASCII: one selector, one joiner. So nobody can hide more
/// than a bit or two behind each character that is seen, and never within English words.
#[derive(Debug, Default)]
pub(crate) struct CharacterReader {
    may_select: bool,
    may_join: bool,
}

impl CharacterReader {
    /// What becomes of the next character.
    pub(crate) fn next(&mut self, character: char) -> ShownAs {
        match character {
            '\u{fe0e}' | '\u{fe0f}' if self.may_select => {
                self.may_select = false;
                ShownAs::AsIs
            }
            '\u{200c}' | '\u{200d}' if self.may_join => {
                *self = Self::default();
                ShownAs::AsIs
            }
            // Keycaps are emoji whose first character is one of these.
            '0'..='9' | '#' | '*' => {
                *self = Self { may_select: true, may_join: false };
                ShownAs::AsIs
            }
            ' '..='~' | '\n' | '\r' | '\t' => {
                *self = Self::default();
                ShownAs::AsIs
            }
            // Lines and paragraphs end here for some readers, and terminals obey the others.
            '\u{2028}' | '\u{2029}' => self.parted(),
            // The blank of Braille parts words.
            '\u{2800}' => self.parted(),
            character if character.is_control() => self.parted(),
            character if is_hidden(character) => ShownAs::Gone,
            _ => {
                *self = Self { may_select: true, may_join: true };
                ShownAs::AsIs
            }
        }
    }

    fn parted(&mut self) -> ShownAs {
        *self = Self::default();
        ShownAs::AsSpace
    }
}

/// A text without what is hidden, on one line.
pub(crate) fn shown(text: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut reader = CharacterReader::default();
    text.filter_map(move |character| match reader.next(character) {
        ShownAs::AsIs if character.is_control() => Some(' '),
        ShownAs::AsIs => Some(character),
        ShownAs::AsSpace => Some(' '),
        ShownAs::Gone => None,
    })
}

/// Whether a character has no place in an id: it is hidden, or it ends a line.
pub(crate) fn is_unseen(character: char) -> bool {
    character.is_control() || is_hidden(character) || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Characters that show nothing or change the order of others: Unicode's property
/// `Default_Ignorable_Code_Point`, and blanks that are no white space.
pub(super) fn is_hidden(character: char) -> bool {
    (character.is_control() && !character.is_whitespace())
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}
