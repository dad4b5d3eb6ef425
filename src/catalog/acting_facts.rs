//! How something is changed, and which states what goes on has.
//!
//! Facts of the document; not for operations, which `operation` has.

use serde::Deserialize;

/// How something is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActingKind {
    /// A run begins.
    Start,
    /// A run ends.
    Stop,
    /// An object's members are replaced.
    Update,
    /// A draft is made, which changes nothing that is there.
    Draft,
}

/// The states of what goes on.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct StateFacts {
    /// The field of the state.
    pub field: Box<str>,
    /// States of what has not ended.
    pub active: Box<[Box<str>]>,
    /// States of what ended otherwise than well.
    pub failed: Box<[Box<str>]>,
    /// The failed states of what somebody stopped.
    #[serde(default)]
    pub stopped: Box<[Box<str>]>,
    /// The field with the step that it is at, or that failed, where there is one.
    #[serde(default)]
    pub step: Option<Box<str>>,
    /// The field with its beginning, where there is one.
    #[serde(default)]
    pub started: Option<Box<str>>,
}

impl StateFacts {
    /// Whether something in this state goes on.
    pub fn is_active(&self, state: &str) -> bool {
        self.active.iter().any(|active| **active == *state)
    }

    /// Whether somebody stopped something in this state.
    pub fn is_stopped(&self, state: &str) -> bool {
        self.stopped.iter().any(|stopped| **stopped == *state)
    }

    /// Whether something in this state ended otherwise than well.
    pub fn is_failed(&self, state: &str) -> bool {
        self.failed.iter().any(|failed| **failed == *state)
    }
}

/// What an object holds that is shown before something is done to it.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ObjectFacts {
    /// The field that identifies it.
    pub id: Box<str>,
    /// The field with its name, where it has one.
    #[serde(default)]
    pub name: Option<Box<str>>,
    /// What it does, step by step, where it does something.
    #[serde(default)]
    pub steps: Option<StepFacts>,
}

/// The steps of an object.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct StepFacts {
    /// The field with the list of them.
    pub field: Box<str>,
    /// A step's field with its name, which no other step has.
    pub name: Box<str>,
    /// A step's field with its type.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// A step's field with what it does in words.
    pub description: Box<str>,
    /// Words of types that change nothing outside: they read, or say what comes next.
    pub idle: Box<[Box<str>]>,
    /// Words of types that change something, whatever other words stand beside them.
    pub acting: Box<[Box<str>]>,
}

impl StepFacts {
    /// Whether a step of this type changes something. A type that nobody knows does.
    pub fn acts(&self, kind: &str) -> bool {
        let is_among = |words: &[Box<str>]| {
            kind.split(|it: char| !it.is_ascii_alphanumeric())
                .any(|part| words.iter().any(|word| word.eq_ignore_ascii_case(part)))
        };
        is_among(&self.acting) || !is_among(&self.idle)
    }
}

#[cfg(test)]
mod tests {
    use super::StepFacts;

    #[test]
    fn a_step_acts_unless_its_type_is_known_not_to() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).into()).collect();
        let facts = StepFacts {
            field: "steps".into(),
            name: "name".into(),
            kind: "type".into(),
            description: "description".into(),
            idle: words(&["GET", "IF"]),
            acting: words(&["DELETE"]),
        };
        for (kind, acts) in [
            ("IF", false),
            ("AWS_S3_GET_LIFECYCLE", false),
            ("aws.s3.get", false),
            ("GET_AND_DELETE", true),
            ("GETAWAY", true),
            ("SOMETHING_NEW", true),
            ("", true),
        ] {
            assert_eq!(facts.acts(kind), acts, "{kind}");
        }
    }
}
