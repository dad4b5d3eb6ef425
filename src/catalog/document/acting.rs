//! Reads what operations change, and how what they began is followed.
//!
//! Not for arguments' schemas: `catalog/acting` has those.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    super::{Acting, ActingKind, AnswerShape, Following, ObjectFacts, Operation, StateFacts},
    extensions::{self, optional},
    mistakes::{DocumentMistakes, DocumentPlace},
    operations::{Operations, ReadOperation},
};

/// The value of `x-mcp-acts`; operations by `operationId`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenActing {
    #[serde(rename = "as")]
    kind: ActingKind,
    object: Option<Box<str>>,
    parent: Option<Box<str>>,
    runs: Option<Box<str>>,
    payload: Option<Box<str>>,
    run_payload: Option<Box<str>>,
}

/// The value of `x-mcp-follow`; operations by `operationId`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFollowing {
    read: Box<str>,
    id: Box<str>,
    argument: Box<str>,
    stop: Option<Box<str>>,
}

/// Gives each operation what it has of these.
pub(super) fn attach(operations: &mut Operations<'_>, mistakes: &mut DocumentMistakes) {
    let paths = DocumentPlace::Root.member("paths");
    for read in &mut operations.sound {
        let path = paths.member(read.path);
        let place = path.member(read.method);
        let state: Option<StateFacts> = optional(read.written, extensions::STATE, &place, mistakes);
        if state.is_some() && !(read.operation.read_only && is_object(read)) {
            let reason = "only a read of one object has a state";
            mistakes.add(place.member(extensions::STATE), reason);
        }
        read.operation.state = state.map(Arc::new);
        let object: Option<ObjectFacts> =
            optional(read.written, extensions::OBJECT, &place, mistakes);
        if object.is_some() && !(read.operation.read_only && is_object(read)) {
            mistakes.add(place.member(extensions::OBJECT), "only a read of one object has one");
        }
        read.operation.object = object.map(Arc::new);
        read.operation.version = optional(read.written, extensions::VERSION, &place, mistakes);
    }
    let mut found = Vec::new();
    for read in &operations.sound {
        let path = paths.member(read.path);
        let place = path.member(read.method);
        found.push((
            acting(read, operations, place, mistakes).map(Arc::new),
            following(read, operations, place, mistakes).map(Arc::new),
        ));
    }
    for (read, (acting, following)) in operations.sound.iter_mut().zip(found) {
        read.operation.acting = acting;
        read.operation.following = following;
    }
}

fn is_object(read: &ReadOperation<'_>) -> bool {
    read.operation.answer == AnswerShape::Object && read.operation.paging.is_none()
}

fn acting(
    read: &ReadOperation<'_>,
    operations: &Operations<'_>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<Acting> {
    let written: WrittenActing = optional(read.written, extensions::ACTS, &place, mistakes)?;
    let at = place.member(extensions::ACTS);
    if read.operation.read_only {
        mistakes.add(at, "a tool that reads does not act");
        return None;
    }
    let told = mistakes.len();
    let object = find(written.object, read, operations, at.member("object"), mistakes);
    let parent = find(written.parent, read, operations, at.member("parent"), mistakes);
    let runs = find(written.runs, read, operations, at.member("runs"), mistakes);
    let needs = match written.kind {
        ActingKind::Start => [object.is_some(), runs.is_some(), written.payload.is_some()],
        ActingKind::Stop => [object.is_some(), parent.is_some(), true],
        ActingKind::Update | ActingKind::Draft => [true; 3],
    };
    if mistakes.len() == told && needs.contains(&false) {
        let reason = "a start needs `object`, `runs` and `payload`, a stop `object` and `parent`";
        mistakes.add(at, reason);
    }
    if runs.as_ref().is_some_and(|runs| runs.runs.is_none()) {
        mistakes.add(at.member("runs"), format!("must have `{}`", extensions::RUNS));
    }
    let WrittenActing { kind, payload, run_payload, .. } = written;
    (mistakes.len() == told).then_some(Acting { kind, object, parent, runs, payload, run_payload })
}

fn following(
    read: &ReadOperation<'_>,
    operations: &Operations<'_>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<Following> {
    let written: WrittenFollowing = optional(read.written, extensions::FOLLOW, &place, mistakes)?;
    let at = place.member(extensions::FOLLOW);
    let WrittenFollowing { read: by, id, argument, stop } = written;
    let source = operations.sound.iter().find(|other| other.operation.id == by);
    // What was refused was told already.
    let Some(source) = source else {
        if operations.ids.iter().all(|known| **known != *by) {
            mistakes.add(at.member("read"), format!("no operation has the id `{by}`"));
        }
        return None;
    };
    if source.operation.state.is_none() {
        mistakes.add(at.member("read"), format!("must have `{}`", extensions::STATE));
        return None;
    }
    if source.arguments.iter().all(|taken| *taken.name != *argument) {
        mistakes.add(at.member("argument"), format!("`{by}` takes no argument `{argument}`"));
        return None;
    }
    let stop = match stop {
        None => None,
        Some(stop) => Some(one(&stop, operations, at.member("stop"), mistakes)?),
    };
    let (read, tool) = (source.operation.clone(), source.head.name.clone());
    Some(Following { read, id, argument, tool, stop })
}

/// A read that needs no more arguments than the tool has.
fn find(
    id: Option<Box<str>>,
    of: &ReadOperation<'_>,
    operations: &Operations<'_>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<Operation> {
    let id = id?;
    let operation = one(&id, operations, place, mistakes)?;
    let source = operations.sound.iter().find(|other| other.operation.id == id)?;
    let is_offered = |name: &str| of.arguments.iter().any(|offered| *offered.name == *name);
    let needs = source.arguments.iter().filter(|taken| taken.required);
    if !operation.read_only || !needs.into_iter().all(|taken| is_offered(&taken.name)) {
        let reason = format!("`{id}` must read by arguments that this tool takes");
        mistakes.add(place, reason);
        return None;
    }
    Some(operation)
}

fn one(
    id: &str,
    operations: &Operations<'_>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<Operation> {
    let found = operations.sound.iter().find(|other| *other.operation.id == *id);
    if found.is_none() && operations.ids.iter().all(|known| **known != *id) {
        mistakes.add(place, format!("no operation has the id `{id}`"));
    }
    found.map(|found| found.operation.clone())
}
