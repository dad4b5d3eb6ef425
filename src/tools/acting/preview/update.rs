//! What an update changes: fields before and after, steps added, removed and changed.
//!
//! Compares values. What it shows is data, and no sentence of ours.

use std::collections::{HashMap, VecDeque};

use serde_json::{Map, Value, json};

use crate::catalog::{ObjectFacts, StepFacts};

/// The difference that changes make to an object.
#[derive(Debug, Default)]
pub(super) struct ObjectDifference {
    /// Each field that becomes another, with what it is and will be. Of steps only their number.
    pub(super) fields: Vec<Value>,
    /// Fields that were given and stay as they are.
    pub(super) unchanged: Vec<String>,
    /// Names of steps that are added, removed and changed; none where steps stay as they are.
    pub(super) steps: Option<StepDifference>,
}

/// What becomes of steps.
#[derive(Debug, Default)]
pub(super) struct StepDifference {
    pub(super) before: usize,
    pub(super) after: usize,
    pub(super) added: Vec<String>,
    pub(super) removed: Vec<String>,
    /// With the members that become others.
    pub(super) changed: Vec<Value>,
    /// They come in another order.
    pub(super) is_reordered: bool,
}

impl ObjectDifference {
    /// Of an object and the members that are laid over it.
    pub(super) fn new(object: &Value, changes: &Map<String, Value>, facts: &ObjectFacts) -> Self {
        let mut difference = Self::default();
        for (field, after) in changes {
            let before = object.get(field).unwrap_or(&Value::Null);
            if before == after {
                difference.unchanged.push(field.clone());
                continue;
            }
            let steps = facts.steps.as_ref().filter(|steps| *steps.field == **field);
            match (steps, before.as_array(), after.as_array()) {
                (Some(facts), Some(before), Some(after)) => {
                    difference.steps = Some(StepDifference::new(before, after, facts));
                }
                _ => difference
                    .fields
                    .push(json!({ "field": field, "before": before, "after": after })),
            }
        }
        difference
    }

    pub(super) fn is_none(&self) -> bool {
        self.fields.is_empty() && self.steps.is_none()
    }
}

impl StepDifference {
    fn new(before: &[Value], after: &[Value], facts: &StepFacts) -> Self {
        let name = |step: &Value| match &step[&*facts.name] {
            Value::String(name) => name.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let mut old: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (at, step) in before.iter().enumerate() {
            old.entry(name(step)).or_default().push_back(at);
        }
        let mut difference = Self { before: before.len(), after: after.len(), ..Self::default() };
        let mut last = None;
        for step in after {
            let name = name(step);
            let Some(at) = old.get_mut(&name).and_then(VecDeque::pop_front) else {
                difference.added.push(name);
                continue;
            };
            difference.is_reordered |= last.is_some_and(|last| last > at);
            last = Some(at);
            let members = members_that_differ(&before[at], step);
            if !members.is_empty() {
                difference.changed.push(json!({ "name": name, "members": members }));
            }
        }
        let mut removed: Vec<usize> = old.into_values().flatten().collect();
        removed.sort_unstable();
        difference.removed = removed.into_iter().map(|at| name(&before[at])).collect();
        difference
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "before": self.before,
            "after": self.after,
            "added": self.added,
            "removed": self.removed,
            "changed": self.changed,
            "reordered": self.is_reordered,
        })
    }
}

/// Names of members that two objects have differently.
fn members_that_differ(before: &Value, after: &Value) -> Vec<String> {
    let (Some(old), Some(new)) = (before.as_object(), after.as_object()) else {
        return if before == after { Vec::new() } else { vec!["(all of it)".to_owned()] };
    };
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().filter(|name| old.get(*name) != new.get(*name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn facts() -> ObjectFacts {
        let catalog = Catalog::built_in();
        let tool = catalog.tool("wiv_get_workflow").unwrap();
        (**tool.operation().unwrap().object.as_ref().unwrap()).clone()
    }

    fn difference(object: Value, changes: Value) -> ObjectDifference {
        ObjectDifference::new(&object, changes.as_object().unwrap(), &facts())
    }

    #[test]
    fn fields_are_told_before_and_after_and_what_stays_is_told_apart() {
        let told = difference(
            json!({ "name": "old", "active": true }),
            json!({ "name": "new", "active": true, "owner": "x" }),
        );
        assert_eq!(
            told.fields,
            [
                json!({ "field": "name", "before": "old", "after": "new" }),
                json!({ "field": "owner", "before": null, "after": "x" }),
            ]
        );
        assert_eq!(told.unchanged, ["active"]);
        assert!(told.steps.is_none() && !told.is_none());
        assert!(difference(json!({ "a": 1 }), json!({ "a": 1 })).is_none());
    }

    #[test]
    fn steps_are_told_by_name_and_a_removed_one_is_never_missed() {
        let before = json!({ "steps": [
            { "name": "a", "type": "TRIGGER" },
            { "name": "b", "type": "LOOP", "over": 1 },
            { "name": "b", "type": "LOOP", "over": 1 },
            { "name": "c" }, 7
        ] });
        let after = json!({ "steps": [
            { "name": "c" }, { "name": "a", "type": "TRIGGER" },
            { "name": "b", "type": "LOOP", "over": 2 }, { "name": "d" }
        ] });
        let steps = difference(before, after).steps.unwrap();
        assert_eq!((steps.before, steps.after), (5, 4));
        assert_eq!(
            (&*steps.added, &*steps.removed),
            (&["d".to_owned()][..], &["b".to_owned(), String::new()][..])
        );
        assert_eq!(steps.changed, [json!({ "name": "b", "members": ["over"] })]);
        assert!(steps.is_reordered);
        let emptied = difference(json!({ "steps": [{ "name": "a" }] }), json!({ "steps": [] }));
        assert_eq!(emptied.steps.unwrap().removed, ["a"]);
    }
}
