//! Words of other operations' paths that stand where an operation has an id.
//!
//! As an id such a word would lead to another operation, which a view may not have.

use super::{super::operation::Segment, operations::Operations};

/// A part of a path, between slashes.
enum Part<'p> {
    Word(&'p str),
    /// Filled by this argument.
    Open(&'p str),
}

/// Gives each operation the words that its arguments may not be.
pub(super) fn attach(operations: &mut Operations<'_>) {
    let paths: Vec<Box<[Segment]>> =
        operations.sound.iter().map(|read| read.operation.path.clone()).collect();
    let all: Vec<Vec<Part<'_>>> = paths.iter().map(|path| parts(path)).collect();
    for (read, own) in operations.sound.iter_mut().zip(&all) {
        let mut reserved: Vec<(Box<str>, Box<str>)> = Vec::new();
        let forks = all.iter().filter_map(|other| fork(own, other));
        for (argument, word) in forks {
            let pair = (argument.into(), word.into());
            if !reserved.contains(&pair) {
                reserved.push(pair);
            }
        }
        read.operation.reserved = reserved.into();
    }
}

/// The first place where two paths part, if one is open there and the other says a word.
fn fork<'p>(own: &[Part<'p>], other: &[Part<'p>]) -> Option<(&'p str, &'p str)> {
    own.iter().zip(other).find_map(|(own, other)| match (own, other) {
        (Part::Open(_), Part::Open(_)) => None,
        (Part::Word(one), Part::Word(another)) if one == another => None,
        (Part::Open(argument), Part::Word(word)) => Some(Some((*argument, *word))),
        (Part::Word(_), _) => Some(None),
    })?
}

fn parts(path: &[Segment]) -> Vec<Part<'_>> {
    path.iter()
        .flat_map(|segment| match segment {
            Segment::Argument(name) => vec![Part::Open(name)],
            Segment::Fixed(text) => {
                text.split('/').filter(|word| !word.is_empty()).map(Part::Word).collect()
            }
        })
        .collect()
}
