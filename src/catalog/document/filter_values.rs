//! Reads where the values of an operation's filters can be asked for.
//!
//! Not for asking: an answer without rows does that.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    super::{AnswerShape, FilterValues},
    extensions::{self, optional},
    mistakes::{DocumentMistakes, DocumentPlace},
    operations::{Operations, ReadOperation},
};

/// The value of `x-mcp-values`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenValues {
    /// `operationId` of the list with the values of one filter.
    from: Box<str>,
    /// Its argument that names the filter.
    argument: Box<str>,
    /// The field of its rows with the value.
    value: Box<str>,
}

/// Gives each operation what it has of these.
pub(super) fn attach(operations: &mut Operations<'_>, mistakes: &mut DocumentMistakes) {
    let paths = DocumentPlace::Root.member("paths");
    let mut found = Vec::new();
    for read in &operations.sound {
        let path = paths.member(read.path);
        let place = path.member(read.method);
        found.push(values(read, operations, place, mistakes).map(Arc::new));
    }
    for (read, values) in operations.sound.iter_mut().zip(found) {
        read.operation.values = values;
    }
}

fn values(
    read: &ReadOperation<'_>,
    operations: &Operations<'_>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<FilterValues> {
    let written: WrittenValues = optional(read.written, extensions::VALUES, &place, mistakes)?;
    let at = place.member(extensions::VALUES);
    let WrittenValues { from, argument, value } = written;
    let Some(source) = operations.sound.iter().find(|other| other.operation.id == from) else {
        // What was refused was told already.
        if operations.ids.iter().all(|id| **id != *from) {
            mistakes.add(at, format!("no operation has the id `{from}`"));
        }
        return None;
    };
    let is_list = source.operation.read_only && source.operation.answer == AnswerShape::Rows;
    let mut required = source.arguments.iter().filter(|taken| taken.required);
    let only = required.next().is_some_and(|taken| *taken.name == *argument);
    if !is_list || !only || required.next().is_some() {
        let reason = format!("`{from}` is no list whose one required argument is `{argument}`");
        mistakes.add(at, reason);
        return None;
    }
    Some(FilterValues { source: source.operation.clone(), argument, value })
}
