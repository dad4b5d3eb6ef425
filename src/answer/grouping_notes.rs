//! What there is to say of a summary's groups and times besides their figures.
//!
//! Not for the figures, which `summary` tells.

use super::{
    figures::{Figures, Grouping, MAX_GROUPS},
    names::shown_name,
};
use crate::catalog::Derived;

/// What a reader of one kind of groups should know.
pub(super) fn of(grouping: &Grouping, figures: &Figures) -> Vec<String> {
    let mut notes = Vec::new();
    // The first of two names was told of by itself.
    let last = grouping.by.len() - 1;
    let name = &*grouping.by[last].name;
    if grouping.lacks(last) {
        notes.push(format!("No row that matches has a value for {}.", shown_name(name)));
    }
    if grouping.beyond.count > 0 {
        notes.push(format!(
            "There are more than {MAX_GROUPS} groups by {}: those that came first are told apart, \
             and others may be larger. Narrow the filters for a sure order.",
            shown_name(name)
        ));
    }
    notes.extend(of_labels(grouping, figures));
    notes.extend(of_parts(grouping, figures));
    notes
}

/// That nobody knows which rows have an owner, where no row speaks of one.
pub(super) fn of_owner(figures: &Figures) -> Option<String> {
    let owner = figures.asked.fold.rows.owner.as_deref()?;
    let is_lacking = !figures.speaks_of_owner && figures.tally.count > 0;
    let is_told = figures.groupings.iter().any(|grouping| grouping.lacks(grouping.by.len() - 1));
    (is_lacking && !is_told)
        .then(|| format!("No row that matches has a field {}.", shown_name(owner)))
}

/// Times that can't be read, where what happened since a day was asked for.
pub(super) fn of_times(figures: &Figures) -> Option<String> {
    let untimed = figures.changes.as_ref()?.untimed;
    (untimed > 0).then(|| {
        format!(
            "{} no time that can be read, so more may be new, changed or closed.",
            rows_have(untimed)
        )
    })
}

fn of_labels(grouping: &Grouping, figures: &Figures) -> Option<String> {
    if grouping.by.len() > 1 {
        return None;
    }
    let by = grouping.by.first()?;
    let label = by.label()?;
    let count = grouping.groups().filter(|group| group.labels.iter().any(|it| it.is_ambiguous()));
    let count = count.count();
    let is_group = figures.asked.fold.rows.groups.iter().any(|group| **group == *label);
    let (of, label) = (shown_name(&by.name), shown_name(label));
    let advice =
        if is_group { format!(" Group by {label} to tell them apart.") } else { String::new() };
    let values = match count {
        0 => return None,
        1 => format!("1 value of {of} has"),
        _ => format!("{count} values of {of} have"),
    };
    Some(format!("{values} more than one {label}: all are named.{advice}"))
}

fn of_parts(grouping: &Grouping, figures: &Figures) -> Option<String> {
    let times = &figures.asked.fold.rows.times;
    let (field, unread) = match grouping.by.last()?.time()? {
        Derived::Age | Derived::Month => (&times.created, figures.odd.without_created),
        Derived::Untouched => (&times.updated, figures.odd.without_updated),
    };
    (unread > 0).then(|| {
        let field = shown_name(field);
        format!("{} no {field} that can be read, and no group.", rows_have(unread))
    })
}

fn rows_have(count: usize) -> String {
    if count == 1 { "1 row has".to_owned() } else { format!("{count} rows have") }
}
