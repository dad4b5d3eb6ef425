//! Calls that act: seen before, done once, followed to the end, approved by a person.
//!
//! The order of the steps; each has a file. Knows no WIV field and no page.

mod begin;
mod confirmation;
mod deed;
mod follow;
mod looking;
mod policy;
mod preview;
mod repeat;
mod seen;
mod started;
mod state;

use serde_json::{Value, json};

pub(super) use confirmation::Confirmations;
pub use policy::{ConfirmMode, ConfirmPolicy};

use confirmation::{LIFE, Unconfirmed};
use deed::Deed;

use super::{
    Tools,
    overlay::{Present, changes},
    shaping::{Figured, notes},
    step::{CallStep, invalid},
};
use crate::{
    answer::{self, AsksFor, Position, ShownPreview, ToolFailure},
    catalog::{Acting, ActingKind, Action, Operation},
    mcp::{Context, InputKind, InputRequest, InputRequired, Outcome, ToolResult},
};

/// The name under which a person's answer comes back.
const CONFIRM: &str = "confirm";

/// How a deed came to be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Allowed {
    /// Nothing was needed.
    Unasked,
    /// By a token that a preview gave.
    ByArgument,
    /// By a person, in their client.
    ByForm,
}

impl Allowed {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Unasked => "unasked",
            Self::ByArgument => "argument",
            Self::ByForm => "form",
        }
    }
}

/// What a person answered in their client.
enum Answered {
    Yes,
    No,
    /// Nothing that can be understood.
    Unclear,
}

impl Tools {
    /// A call of a tool that acts.
    pub(super) async fn act(
        &self,
        step: CallStep<'_>,
        context: &Context,
        acting: &Acting,
    ) -> Result<Outcome<ToolResult>, ToolFailure> {
        let mode = self.settings.confirm.of(&step.tool.name);
        let arguments = step.arguments;
        let needs_nothing = match (acting.kind, mode) {
            (ActingKind::Draft, _) | (_, ConfirmMode::None) => true,
            (ActingKind::Start, ConfirmMode::Preview) => true,
            (ActingKind::Stop | ActingKind::Update, ConfirmMode::Preview) => false,
            (_, ConfirmMode::Person) => false,
        };
        if needs_nothing && !arguments.preview() && arguments.confirmation().is_none() {
            return self.carry_out(step, context, acting, None, Allowed::Unasked).await;
        }
        if let Action::Overlay { argument, .. } = &step.tool.action {
            changes(arguments, argument)?;
        }
        let read = what_to_read(step, acting);
        let present = self.present(step, read).await?;
        let deed = Deed::of(step, present.used, &present.version);
        if arguments.preview() {
            return self.shown(step, acting, &present, mode, &deed, None).await;
        }
        if mode == ConfirmMode::Person {
            let why = arguments.confirmation().map(|_| "A `confirmation` is not enough here.");
            return self.shown(step, acting, &present, mode, &deed, why).await;
        }
        let (token, allowed) = match arguments.confirmation() {
            Some(token) => (Some(token.to_owned()), Allowed::ByArgument),
            None => match answered(context) {
                None if can_be_asked(context) => {
                    return self.ask_in_client(step, acting, &present, &deed).await;
                }
                None => (None, Allowed::Unasked),
                Some((_, Answered::No)) => return Ok(Outcome::Complete(declined(step))),
                Some((_, Answered::Unclear)) => {
                    return self.ask_in_client(step, acting, &present, &deed).await;
                }
                Some((token, Answered::Yes)) => (Some(token), Allowed::ByForm),
            },
        };
        let Some(token) = token else {
            return self.shown(step, acting, &present, mode, &deed, None).await;
        };
        match self.confirmations.take(&token, &deed, &self.marks).await {
            Ok(()) => self.carry_out(step, context, acting, Some(present), allowed).await,
            Err(why) if allowed == Allowed::ByForm && why != Unconfirmed::Untold => {
                self.ask_in_client(step, acting, &present, &deed).await
            }
            Err(why) => self.shown(step, acting, &present, mode, &deed, Some(why.sentence())).await,
        }
    }

    /// Does it.
    async fn carry_out(
        &self,
        step: CallStep<'_>,
        context: &Context,
        acting: &Acting,
        present: Option<Present>,
        allowed: Allowed,
    ) -> Result<Outcome<ToolResult>, ToolFailure> {
        let done = match &step.tool.action {
            Action::Overlay { read, write, argument } => {
                self.overlay(step, read, write, argument, present).await
            }
            Action::Call(operation) => match acting.kind {
                ActingKind::Start | ActingKind::Draft => {
                    Box::pin(self.begin(step, context, operation, acting)).await
                }
                ActingKind::Stop | ActingKind::Update => self.send_deed(step, operation).await,
            },
            Action::Runs(_) | Action::Connection => unreachable!("these tools read"),
        };
        let outcome = done.as_ref().err().map_or("ok", |failure| failure.kind.as_str());
        tracing::info!(
            tool = &*step.tool.name,
            acts = ?acting.kind,
            caller = %step.caller.fingerprint,
            allowed = allowed.as_str(),
            outcome,
            request.id = format_args!("{:032x}", context.trace_id),
            "acting call"
        );
        done.map(Outcome::Complete)
    }

    async fn send_deed(
        &self,
        step: CallStep<'_>,
        operation: &Operation,
    ) -> Result<ToolResult, ToolFailure> {
        let request =
            operation.request(step.arguments, None).map_err(|problem| invalid(&[problem]))?;
        let sent = self.send(step, operation, &request).await?;
        let position = Position::default();
        self.shape(step, operation, &request, &sent, position, Figured::default()).await
    }

    /// What would happen, and what lets it happen.
    async fn shown(
        &self,
        step: CallStep<'_>,
        acting: &Acting,
        present: &Present,
        mode: ConfirmMode,
        deed: &Deed,
        why: Option<&str>,
    ) -> Result<Outcome<ToolResult>, ToolFailure> {
        let preview = self.preview(step, acting, present).await?;
        let can_confirm = mode != ConfirmMode::Person && !preview.is_void;
        let given = can_confirm.then(|| self.confirmations.give(deed));
        let asks_for = match &given {
            Some(given) => AsksFor::Confirmation { token: &given.token, end: given.end },
            None => AsksFor::Nothing,
        };
        let layout = self.layout(step, what_to_read(step, acting), present.at);
        let mut notes: Vec<String> = why.map(str::to_owned).into_iter().collect();
        notes.extend(self::notes(step, present.used));
        notes.extend(preview.notes.iter().cloned());
        let (headline, data) = (&*preview.headline, preview.data.to_string());
        let shown = ShownPreview { headline, data: &data, asks_for };
        let rendered = answer::preview(&shown, layout, &notes);
        Ok(Outcome::Complete(ToolResult::new(rendered.text, rendered.structured)))
    }

    /// Asks the person in their client, which carries the confirmation meanwhile.
    async fn ask_in_client(
        &self,
        step: CallStep<'_>,
        acting: &Acting,
        present: &Present,
        deed: &Deed,
    ) -> Result<Outcome<ToolResult>, ToolFailure> {
        let preview = self.preview(step, acting, present).await?;
        if preview.is_void {
            let mode = ConfirmMode::Preview;
            return self.shown(step, acting, present, mode, deed, None).await;
        }
        let given = self.confirmations.give(deed);
        let request = InputRequest {
            kind: InputKind::Elicitation,
            params: json!({
                "mode": "form",
                "message": preview.in_words(),
                "requestedSchema": { "type": "object", "properties": {} },
            }),
        };
        Ok(Outcome::InputRequired(InputRequired {
            requests: vec![(CONFIRM.to_owned(), request)],
            state: Some(given.token.into_bytes()),
            life: Some(LIFE),
        }))
    }
}

/// The operation that reads what a deed is done to.
fn what_to_read<'c>(step: CallStep<'c>, acting: &'c Acting) -> &'c Operation {
    match (&step.tool.action, &acting.object) {
        (Action::Overlay { read, .. }, _) => read,
        (_, Some(object)) => object,
        (Action::Call(operation), None) => operation,
        _ => unreachable!("a document names what each deed is done to"),
    }
}

/// Whether the client can show a person a form.
fn can_be_asked(context: &Context) -> bool {
    context.revision.input_required && context.meta.can_ask_for.contains(&InputKind::Elicitation)
}

/// The token that the client carried, and what the person said.
fn answered(context: &Context) -> Option<(String, Answered)> {
    let token = String::from_utf8(context.input.state.clone()?).ok()?;
    let action = context.input.responses.get(CONFIRM).and_then(|answer| answer["action"].as_str());
    let answered = match action {
        Some("accept") => Answered::Yes,
        Some("decline" | "cancel") => Answered::No,
        _ => Answered::Unclear,
    };
    Some((token, answered))
}

/// The person said no: that is no failure.
fn declined(step: CallStep<'_>) -> ToolResult {
    let as_of = crate::clock::timestamp(crate::clock::unix_seconds());
    let said = "The user declined. Nothing was changed; don't try again unless they ask for it.";
    let structured = json!({
        "data": { "declined": true, "tool": &*step.tool.name },
        "notes": [said],
        "as_of": as_of,
    });
    ToolResult::new(format!("{said}\n\nAs of {as_of}.\n"), Value::to_string(&structured))
}
