//! What a deed would do, made of what is there now.
//!
//! Reads and tells; does nothing.

use serde_json::{Value, json};

use super::super::{Tools, overlay::Present, step::CallStep};
use crate::{
    answer::ToolFailure,
    catalog::{Acting, ActingKind},
};

/// What a deed would do.
pub(super) struct Preview {
    /// One sentence of ours.
    pub(super) headline: String,
    /// An object.
    pub(super) data: Value,
}

impl Preview {
    /// For a person's form: one text.
    pub(super) fn in_words(&self) -> String {
        self.headline.clone()
    }
}

impl Tools {
    /// Makes the preview of a deed.
    ///
    /// # Errors
    /// When what it needs can't be read.
    pub(super) async fn preview(
        &self,
        step: CallStep<'_>,
        acting: &Acting,
        present: &Present,
    ) -> Result<Preview, ToolFailure> {
        let what = match acting.kind {
            ActingKind::Start => "start a run",
            ActingKind::Stop => "stop a run",
            ActingKind::Update => "update an object",
            ActingKind::Draft => "make a draft",
        };
        let data: Value = serde_json::from_str(&present.data).unwrap_or_default();
        let headline = format!("This would {what} ({}).", step.tool.name);
        Ok(Preview { headline, data: json!({ "object": data }) })
    }
}
