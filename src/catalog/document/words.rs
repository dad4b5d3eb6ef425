//! What a reader of data says of a wrong form, in our words.
//!
//! Knows no form. Words that it doesn't know stay as they are.

use super::super::nearest::nearest;

/// The same on one line, with a suggestion where a name is nearly one that there is.
pub(super) fn in_our_words(said: &str) -> String {
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = without_place(&said);
    let names: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
    let rest = |start: &str| said.strip_prefix(start).map(str::to_owned);
    match &names[..] {
        [wrong, known @ ..] if said.starts_with("unknown ") => unknown(wrong, known),
        [name, ..] if said.starts_with("missing field") => format!("`{name}` is missing"),
        [name, ..] if said.starts_with("duplicate ") => format!("`{name}` is there twice"),
        _ => match rest("invalid type: ").or_else(|| rest("invalid value: ")) {
            Some(text) => match text.split_once(", expected ") {
                Some((found, expected)) => format!("must be {expected}, not {found}"),
                None => text,
            },
            None => said.to_owned(),
        },
    }
}

/// Without the line and column at its end, which are told in front.
fn without_place(said: &str) -> &str {
    let Some((text, place)) = said.rsplit_once(" at line ") else { return said };
    let is_place = place
        .split_once(", column ")
        .or_else(|| place.split_once(" column "))
        .is_some_and(|(line, column)| line.parse::<u64>().is_ok() && column.parse::<u64>().is_ok());
    if is_place { text } else { said }
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
            (
                "duplicate mapping key `x-mcp-tool` is not allowed here at line 22, column 7",
                "`x-mcp-tool` is there twice",
            ),
            ("unclosed quote at line 1, column 10", "unclosed quote"),
            ("stands at line 1 of it", "stands at line 1 of it"),
        ] {
            assert_eq!(in_our_words(said), plain);
        }
    }
}
