//! Tools of the server's own: the connection, and summaries of runs.
//!
//! Not for tools that are one operation: `assembly` has those.

use serde_json::Value;

use super::{
    super::{
        Action, RunsSummary,
        runs::{DATE_RANGE, RUN_BY, STATUS},
    },
    extensions::{self, LocalTool, RunLists, optional},
    inputs::Argument,
    mistakes::{DocumentMistakes, DocumentPlace},
    operations::{Head, Operations, ReadOperation},
};

/// Face, arguments and action of each.
pub(super) fn tools(
    document: &Value,
    operations: &Operations<'_>,
    mistakes: &mut DocumentMistakes,
) -> Vec<(Head, Vec<Argument>, Action)> {
    let written: Option<Vec<LocalTool>> =
        optional(document, extensions::LOCAL_TOOLS, &DocumentPlace::Root, mistakes);
    let list = DocumentPlace::Root.member(extensions::LOCAL_TOOLS);
    let mut tools: Vec<(Head, Vec<Argument>, Action)> = Vec::new();
    let mut shows_connection = false;
    for (index, tool) in written.into_iter().flatten().enumerate() {
        let LocalTool { name, title, description, hints, toolset, summarizes } = tool;
        let place = list.item(index);
        let is_taken =
            operations.names.contains(&&*name) || tools.iter().any(|(head, ..)| head.name == name);
        if is_taken {
            mistakes.add(place.member("name"), format!("`{name}` is there twice"));
        }
        let head = Head { name, title, description, hints, toolset };
        head.check(["name", "description", "hints"], place, mistakes);
        if !head.hints.read_only {
            let reason = "showing the connection or a summary changes nothing";
            mistakes.add(place.member("hints"), reason);
        }
        match summarizes {
            Some(lists) => {
                if let Some((arguments, summary)) = summary(&lists, operations, place, mistakes) {
                    tools.push((head, arguments, Action::Runs(Box::new(summary))));
                }
            }
            None if shows_connection => {
                let reason = "one local tool without `summarizes` shows the connection; \
                              there is one already";
                mistakes.add(place, reason);
            }
            None => {
                shows_connection = true;
                tools.push((head, Vec::new(), Action::Connection));
            }
        }
    }
    tools
}

/// The lists of a summary, and its arguments: those of the list of one workflow's runs, none of
/// which has to be given, but those that narrow to some runs.
fn summary(
    lists: &RunLists,
    operations: &Operations<'_>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<(Vec<Argument>, RunsSummary)> {
    let place = place.member("summarizes");
    let mut find = |member: &str, id: &str| {
        let found = operations.sound.iter().find(|read| *read.operation.id == *id);
        let found = found.filter(|read| read.operation.runs.is_some());
        let is_sound = |id: &str| operations.sound.iter().any(|read| *read.operation.id == *id);
        // What was refused was told already.
        if found.is_none() && (is_sound(id) || !operations.ids.contains(&id)) {
            let reason = format!("no operation with `{}` has the id `{id}`", extensions::RUNS);
            mistakes.add(place.member(member), reason);
        }
        found
    };
    let (all, one) = (find("all", &lists.all), find("one", &lists.one));
    let (all, one) = (all?, one?);
    let has_days = |read: &ReadOperation<'_>| {
        read.arguments.iter().any(|argument| *argument.name == *DATE_RANGE)
    };
    let facts = all.operation.runs.clone()?;
    if one.operation.runs.as_ref() != Some(&facts) || !has_days(all) || !has_days(one) {
        let reason = format!("both lists need the same `{}` and `{DATE_RANGE}`", extensions::RUNS);
        mistakes.add(place, reason);
    }
    if all.arguments.iter().any(|argument| argument.required) {
        mistakes.add(place.member("all"), "must need no argument");
    }
    let arguments =
        one.arguments.iter().filter(|argument| !matches!(&*argument.name, STATUS | RUN_BY));
    let arguments = arguments.map(|it| Argument { required: false, ..it.clone() }).collect();
    let summary = RunsSummary { all: all.operation.clone(), one: one.operation.clone(), facts };
    Some((arguments, summary))
}
