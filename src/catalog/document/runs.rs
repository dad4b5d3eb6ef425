//! Reads by what lists are narrowed here, what runs hold, and where rows get names from.
//!
//! Not for arguments' schemas: `catalog/runs` has those.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    super::{
        Operation, Paging, RowNames, RunFacts,
        runs::{NAME, RUN_BY, STATUS},
    },
    extensions::{self, optional},
    mistakes::{DocumentMistakes, DocumentPlace},
    operations::{Operations, ReadOperation},
};

/// The value of `x-mcp-names`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenNames {
    /// `operationId` of the list with the names.
    from: Box<str>,
    id: Box<str>,
    name: Box<str>,
    #[serde(rename = "as")]
    shown: Box<str>,
}

/// Gives each operation what it has of these.
pub(super) fn attach(operations: &mut Operations<'_>, mistakes: &mut DocumentMistakes) {
    let paths = DocumentPlace::Root.member("paths");
    let lists: Vec<Operation> = operations
        .sound
        .iter()
        .filter(|read| gives_names(read))
        .map(|read| read.operation.clone())
        .collect();
    let refused: Vec<String> = operations
        .ids
        .iter()
        .filter(|id| operations.sound.iter().all(|read| *read.operation.id != ***id))
        .map(|id| (*id).to_owned())
        .collect();
    for read in &mut operations.sound {
        let path = paths.member(read.path);
        let place = path.member(read.method);
        read.operation.name = name(read, place, mistakes);
        read.operation.runs = runs(read, place, mistakes).map(Arc::new);
        read.operation.names = names(read, &lists, &refused, place, mistakes).map(Arc::new);
    }
}

fn name(
    read: &ReadOperation<'_>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<Box<str>> {
    let name = optional(read.written, extensions::NAME, &place, mistakes)?;
    if read.operation.paging != Some(Paging::Whole) {
        let reason = "only a list that WIV sends whole can be searched by name";
        mistakes.add(place.member(extensions::NAME), reason);
    }
    must_be_free(read, NAME, extensions::NAME, place, mistakes);
    Some(name)
}

fn runs(
    read: &ReadOperation<'_>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<RunFacts> {
    let facts: RunFacts = optional(read.written, extensions::RUNS, &place, mistakes)?;
    let at = place.member(extensions::RUNS);
    if read.operation.paging != Some(Paging::Scroll) || !read.operation.read_only {
        mistakes.add(at, "only a scrolled list has runs");
    }
    if !read.arguments.iter().any(|argument| *argument.name == *STATUS) {
        mistakes.add(at, format!("needs an argument `{STATUS}`"));
    }
    must_be_free(read, RUN_BY, extensions::RUNS, place, mistakes);
    let mut statuses: Vec<&str> = facts.statuses().collect();
    let count = statuses.len();
    statuses.sort_unstable();
    statuses.dedup();
    if facts.active.is_empty() || statuses.len() < count {
        mistakes.add(at, "each status stands once, and some are `active`");
    }
    Some(facts)
}

fn names(
    read: &ReadOperation<'_>,
    lists: &[Operation],
    refused: &[String],
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<RowNames> {
    let written: WrittenNames = optional(read.written, extensions::NAMES, &place, mistakes)?;
    let at = place.member(extensions::NAMES);
    if read.operation.runs.is_none() {
        mistakes.add(at, format!("means nothing without `{}`", extensions::RUNS));
        return None;
    }
    let WrittenNames { from, id, name, shown } = written;
    let Some(source) = lists.iter().find(|list| list.id == from) else {
        // What was refused was told already.
        if !refused.iter().any(|id| **id == *from) {
            let reason =
                format!("`{from}` is no list that WIV sends whole and that needs no argument");
            mistakes.add(at, reason);
        }
        return None;
    };
    Some(RowNames { source: source.clone(), id, name, shown })
}

fn gives_names(read: &ReadOperation<'_>) -> bool {
    let is_free = read.arguments.iter().all(|argument| !argument.required);
    read.operation.paging == Some(Paging::Whole) && read.operation.read_only && is_free
}

fn must_be_free(
    read: &ReadOperation<'_>,
    argument: &str,
    extension: &str,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) {
    if read.arguments.iter().any(|taken| *taken.name == *argument) {
        mistakes.add(place.member(extension), format!("`{argument}` is an argument already"));
    }
}
