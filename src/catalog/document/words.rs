//! What a reader of data says of a wrong form, in our words.
//!
//! Knows no form. Words that it doesn't know stay as they are.

use super::super::nearest::nearest;

/// The same on one line, with a suggestion where a name is nearly one that there is.
pub(super) fn in_our_words(said: &str) -> String {
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let names: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
    let rest = |start: &str| said.strip_prefix(start).map(str::to_owned);
    match &names[..] {
        [wrong, known @ ..] if said.starts_with("unknown ") => unknown(wrong, known),
        [name, ..] if said.starts_with("missing field") => format!("`{name}` is missing"),
        _ => match rest("invalid type: ").or_else(|| rest("invalid value: ")) {
            Some(text) => match text.split_once(", expected ") {
                Some((found, expected)) => format!("must be {expected}, not {found}"),
                None => text,
            },
            None => said,
        },
    }
}

/// A name that there isn't, among those that there are.
pub(super) fn unknown(wrong: &str, known: &[&str]) -> String {
    if let Some(near) = nearest(known.iter().copied(), wrong).first() {
        return format!("`{wrong}` is unknown here; did you mean `{near}`?");
    }
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    match known.len() {
        0 => format!("`{wrong}` is unknown here"),
        _ => format!("`{wrong}` is unknown here; known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libraries_say_becomes_plain() {
        for (said, plain) in [
            (
                "unknown variant `workflow`, expected one of `workflows`, `spaces`",
                "`workflow` is unknown here; did you mean `workflows`?",
            ),
            (
                "unknown variant `x`, expected `rows` or `object`",
                "`x` is unknown here; known are `rows`, `object`",
            ),
            ("unknown field `x`, there are no fields", "`x` is unknown here"),
            ("missing field `openWorld`", "`openWorld` is missing"),
            (
                "invalid type: string \"yes\", expected a boolean",
                "must be a boolean, not string \"yes\"",
            ),
            ("something\n  else", "something else"),
        ] {
            assert_eq!(in_our_words(said), plain);
        }
    }
}
