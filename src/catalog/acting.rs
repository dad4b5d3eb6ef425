//! The arguments of tools that act, and of those that follow what goes on.
//!
//! Their schemas and what they say; not what is done with them: that is `tools/acting`.

use serde_json::{Value, json};

use super::{Acting, ActingKind, Arguments, Following, Operation};

/// The argument that asks for what would happen, and nothing more.
pub(super) const PREVIEW: &str = "preview";
/// The argument that says that it was seen.
pub(super) const CONFIRMATION: &str = "confirmation";
/// The argument that has it done although it was done already.
pub(super) const FORCE: &str = "force";
/// The argument that follows what goes on, for some seconds.
pub(super) const WAIT: &str = "wait";

/// Longest wait, in seconds: below the deadline of a call, and of most clients.
const MAX_WAIT_SECONDS: u64 = 45;

/// Longest confirmation, in characters: a sealed digest has about 300.
const MAX_CONFIRMATION_CHARS: usize = 1_000;

impl Arguments {
    /// Only what would happen is asked for.
    pub fn preview(&self) -> bool {
        self.is_set(PREVIEW)
    }

    /// What says that a preview was seen.
    pub fn confirmation(&self) -> Option<&str> {
        self.text(CONFIRMATION)
    }

    /// It is to be done although it was done already.
    pub fn force(&self) -> bool {
        self.is_set(FORCE)
    }

    /// How long what goes on is followed, in seconds.
    pub fn wait_seconds(&self) -> u64 {
        // JSON Schema takes 5.0 for an integer as well; the schema bounds it.
        self.get(WAIT).and_then(Value::as_f64).map_or(0, |seconds| seconds as u64)
    }

    /// The arguments that say what is to be done, without those that say how it is asked for.
    pub fn of_the_deed(&self) -> impl Iterator<Item = (&str, &Value)> {
        let how = [PREVIEW, CONFIRMATION, FORCE, WAIT];
        self.iter().filter(move |(name, _)| !how.contains(name))
    }

    /// What a run is started with: nothing, where nobody says.
    pub fn payload(&self, acting: &Acting) -> Value {
        let given = acting.payload.as_deref().and_then(|name| self.get(name));
        given.cloned().unwrap_or_else(|| json!({}))
    }

    /// The arguments that read what began with these, and has this id.
    #[must_use]
    pub fn of_what_began(&self, following: &Following, id: &str) -> Self {
        let mut other = Self::none();
        for (name, value) in following.read.ids(self) {
            other.values.insert(name.to_owned(), value.into());
        }
        other.values.insert(following.argument.to_string(), id.into());
        other
    }

    fn is_set(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool) == Some(true)
    }
}

/// The arguments that an operation's tool takes because it acts or can be followed.
pub(super) fn arguments(operation: &Operation) -> Vec<(&'static str, Value)> {
    let mut all = Vec::new();
    if operation.state.is_some() || operation.following.is_some() {
        let description = "Seconds to wait for the end.";
        all.push((
            WAIT,
            json!({ "type": "integer", "minimum": 0, "maximum": MAX_WAIT_SECONDS,
                "description": description }),
        ));
    }
    let Some(acting) = &operation.acting else { return all };
    if matches!(acting.kind, ActingKind::Start | ActingKind::Draft) {
        let description = "Start another though one like it was started already.";
        all.push((FORCE, json!({ "type": "boolean", "description": description })));
    }
    if acting.kind != ActingKind::Draft {
        let description = "Only show what would happen.";
        all.push((PREVIEW, json!({ "type": "boolean", "description": description })));
        let description = "Token of the preview that the user agreed to.";
        all.push((
            CONFIRMATION,
            json!({ "type": "string", "minLength": 1, "maxLength": MAX_CONFIRMATION_CHARS,
                "description": description }),
        ));
    }
    all
}
