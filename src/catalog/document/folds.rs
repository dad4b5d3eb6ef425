//! Reads where figures over all rows come from, and what those rows hold.
//!
//! Not for arguments: `question` has those.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    super::{AnswerShape, Fold, Operation, Paging, RowFacts, operation::ValueSource},
    extensions::{self, optional},
    inputs::Argument,
    mistakes::{DocumentMistakes, DocumentPlace},
    operations::{Operations, ReadOperation},
};

/// The values of fields, by their names.
type OrdersOfValues = BTreeMap<Box<str>, Box<[Box<str>]>>;

/// Extensions that only mean something beside groups.
const BESIDE_GROUPS: [&str; 5] =
    [extensions::TIMES, extensions::OPEN, extensions::ORDER, extensions::LABELS, extensions::OWNER];

/// Gives each operation its fold, where it has one.
pub(super) fn attach(operations: &mut Operations<'_>, mistakes: &mut DocumentMistakes) {
    let paths = DocumentPlace::Root.member("paths");
    let mut sources: Vec<(String, Arc<Fold>)> = Vec::new();
    for read in &operations.sound {
        let path = paths.member(read.path);
        let place = path.member(read.method);
        if let Some(rows) = facts(read, place, mistakes) {
            let fold = Fold { source: read.operation.clone(), rows };
            sources.push((read.operation.id.to_string(), Arc::new(fold)));
        }
    }
    for read in &mut operations.sound {
        let path = paths.member(read.path);
        let place = path.member(read.method);
        let named: Option<Box<str>> = optional(read.written, extensions::FOLD, &place, mistakes);
        let id = named.as_deref().unwrap_or(&read.operation.id);
        let found = sources.iter().find(|(source, _)| source == id).map(|(_, fold)| fold);
        match (found, named.is_some()) {
            (Some(fold), _) => {
                check_arguments(&fold.source, &read.arguments, place, mistakes);
                read.operation.fold = Some(Arc::clone(fold));
            }
            (None, true) => {
                let reason =
                    format!("no operation with `{}` has the id `{id}`", extensions::GROUPS);
                mistakes.add(place.member(extensions::FOLD), reason);
            }
            (None, false) if read.operation.answer == AnswerShape::Summary => {
                let reason = format!("a summary needs `{}`", extensions::FOLD);
                mistakes.add(place.member(extensions::ANSWER), reason);
            }
            (None, false) => {}
        }
    }
}

/// What an operation's rows hold; nothing where it has no groups, or where a mistake was added.
fn facts(
    read: &ReadOperation<'_>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<RowFacts> {
    let written = read.written;
    let Some(groups): Option<Box<[Box<str>]>> =
        optional(written, extensions::GROUPS, &place, mistakes)
    else {
        for name in BESIDE_GROUPS {
            if written.get(name).is_some() {
                let reason = format!("means nothing without `{}`", extensions::GROUPS);
                mistakes.add(place.member(name), reason);
            }
        }
        return None;
    };
    if read.operation.paging != Some(Paging::Scroll) || !read.operation.read_only {
        mistakes.add(place.member(extensions::GROUPS), "only a scrolled list can be grouped");
        return None;
    }
    if groups.is_empty() {
        mistakes.add(place.member(extensions::GROUPS), "must name a group");
        return None;
    }
    let pairs = |map: Option<BTreeMap<Box<str>, Box<str>>>| map.into_iter().flatten().collect();
    let order: Option<OrdersOfValues> = optional(written, extensions::ORDER, &place, mistakes);
    let labels = optional(written, extensions::LABELS, &place, mistakes);
    let owner = optional(written, extensions::OWNER, &place, mistakes);
    let times = extensions::required(written, extensions::TIMES, &place, mistakes);
    let open = extensions::required(written, extensions::OPEN, &place, mistakes);
    if read.operation.money.is_none() {
        mistakes.add(place, format!("`{}` is missing", extensions::MONEY));
    }
    Some(RowFacts {
        money: read.operation.money.clone()?,
        groups,
        times: times?,
        open: open?,
        order: order.into_iter().flatten().collect(),
        labels: pairs(labels),
        owner,
    })
}

/// The source must be asked for the same rows: by arguments that the tool has as well.
fn check_arguments(
    source: &Operation,
    offered: &[Argument],
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) {
    for name in source.argument_names() {
        if !offered.iter().any(|argument| *argument.name == *name) {
            let reason = format!("its source takes `{name}`, which this tool does not offer");
            mistakes.add(place.member(extensions::FOLD), reason);
        }
    }
}

impl Operation {
    /// Names of the arguments that fill its places.
    fn argument_names(&self) -> impl Iterator<Item = &str> {
        use super::super::operation::{Body, Segment};
        let of_path = self.path.iter().filter_map(|segment| match segment {
            Segment::Argument(name) => Some(&**name),
            Segment::Fixed(_) => None,
        });
        let of_body = match &self.body {
            Body::Members(fields) => &**fields,
            Body::None | Body::Whole => &[],
        };
        let fields = self.query.iter().map(|parameter| &parameter.field).chain(of_body);
        let named = fields.filter_map(|field| match &field.source {
            ValueSource::Argument { name, .. } => Some(&**name),
            ValueSource::Limit | ValueSource::PageKey => None,
        });
        of_path.chain(named).chain(self.tenant.as_deref())
    }
}
