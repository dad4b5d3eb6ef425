//! Names that look like a name which does not exist.

/// A suggestion must share at least this much with the wrong name. Below it, suggestions are
/// noise that sends a model to the wrong tool.
const MIN_SIMILARITY: f64 = 0.5;

/// Enough to choose from.
const MAX_SUGGESTIONS: usize = 3;

/// Longest name that is compared: the comparison takes time and memory of the product of both
/// lengths, and the name is a stranger's.
const MAX_NAME_BYTES: usize = 128;

/// At most three of `names` that look like `wrong`, the nearest first.
pub(crate) fn nearest<'n>(names: impl Iterator<Item = &'n str>, wrong: &str) -> Vec<&'n str> {
    if wrong.len() > MAX_NAME_BYTES {
        return Vec::new();
    }
    let wrong = wrong.to_ascii_lowercase();
    let mut scored: Vec<(f64, &str)> = names
        .map(|name| (strsim::normalized_damerau_levenshtein(name, &wrong), name))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .collect();
    scored.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    scored.into_iter().take(MAX_SUGGESTIONS).map(|(_, name)| name).collect()
}
