//! What a deed would do, made of what is there now.
//!
//! Reads and tells; does nothing. What a read that is only told beside does not give is left out,
//! with a note.

mod last_runs;
mod update;

use serde_json::{Map, Value, json};
use tokio::time::{Duration, Instant};

use last_runs::LastRuns;
use update::ObjectDifference;

use super::super::{Tools, overlay::Present, step::CallStep};
use crate::{
    answer::{self, ToolFailure},
    catalog::{Acting, ActingKind, Action, ObjectFacts, Operation},
    clock,
    text::{quoted, shown_name},
    wiv,
};

/// Characters of a name in a sentence.
const MAX_NAME_CHARS: usize = 80;

/// Characters of what a person reads in a form or on a page.
const MAX_WORDS: usize = 1_500;

/// Names that one sentence holds.
const MAX_NAMED: usize = 5;

/// Runs that are looked at.
const RUNS: usize = 50;

/// Longest wait for what is only told beside.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a deed would do.
pub(super) struct Preview {
    /// Sentences of ours; names in them are quoted.
    pub(super) headline: String,
    /// An object.
    pub(super) data: Value,
    /// What could not be told.
    pub(super) notes: Vec<String>,
    /// There is nothing to do, so that nothing can be confirmed.
    pub(super) is_void: bool,
}

impl Preview {
    fn new(headline: String, data: Map<String, Value>) -> Self {
        Self { headline, data: Value::Object(data), notes: Vec::new(), is_void: false }
    }

    /// For a person's form or page: one text, at most 1,500 characters.
    pub(super) fn in_words(&self) -> String {
        let cut = self.headline.chars().count() > MAX_WORDS;
        let mut words: String = self.headline.chars().take(MAX_WORDS - 1).collect();
        if cut {
            words.push('…');
        }
        words
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
        let object: Value = serde_json::from_str(&present.data).unwrap_or_default();
        match (acting.kind, &step.tool.action) {
            (ActingKind::Start, _) => Ok(self.preview_of_start(step, acting, &object).await),
            (ActingKind::Stop, _) => Ok(self.preview_of_stop(step, acting, &object, present).await),
            (_, Action::Overlay { read, argument, .. }) => {
                Ok(preview_of_update(step, read, argument, &object))
            }
            _ => Ok(Preview::new("This makes a draft and changes nothing.".into(), Map::new())),
        }
    }

    async fn preview_of_start(
        &self,
        step: CallStep<'_>,
        acting: &Acting,
        object: &Value,
    ) -> Preview {
        let facts = acting.object.as_ref().and_then(|object| object.object.as_deref());
        let (named, told) = told_object(object, facts, step);
        let payload = acting.payload.as_deref().and_then(|name| step.arguments.get(name));
        let payload = payload.cloned().unwrap_or_else(|| json!({}));
        let mut data = Map::from_iter([("action".to_owned(), json!("start"))]);
        data.insert("workflow".into(), told);
        data.insert("payload".into(), payload.clone());
        let input = match payload.as_object().is_none_or(Map::is_empty) {
            true => "without input".to_owned(),
            false => "with the input below".to_owned(),
        };
        let mut headline = format!("This starts a run of {named}, {input}.");
        if let Some(steps) = facts.and_then(|facts| facts.steps.as_ref()) {
            let all = object[&*steps.field].as_array().map_or(&[][..], Vec::as_slice);
            let text =
                |step: &Value, field: &str| step[field].as_str().unwrap_or_default().to_owned();
            let acts: Vec<Value> = all
                .iter()
                .filter(|step| steps.acts(&text(step, &steps.kind)))
                .map(|step| {
                    json!({
                        "name": text(step, &steps.name),
                        "type": text(step, &steps.kind),
                        "description": text(step, &steps.description),
                    })
                })
                .collect();
            let names = acts.iter().filter_map(|step| step["name"].as_str());
            headline.push_str(&match acts.len() {
                0 => format!(" None of its {} steps is known to change anything.", all.len()),
                some => format!(
                    " {some} of its {} steps can change something: {}.",
                    all.len(),
                    listed(names)
                ),
            });
            data.insert("acts".into(), acts.into());
        }
        let mut preview = Preview::new(headline, data);
        match self.last_runs(step, acting).await {
            Some(runs) => preview.tell_runs(&runs),
            None => preview.notes.push("How its last runs ended could not be read.".to_owned()),
        }
        preview
    }

    async fn preview_of_stop(
        &self,
        step: CallStep<'_>,
        acting: &Acting,
        run: &Value,
        present: &Present,
    ) -> Preview {
        let read = acting.object.as_ref();
        let state = read.and_then(|read| read.state.as_deref());
        let id = read.and_then(|read| read.object.as_deref()).map(|facts| &*facts.id);
        let text = |field: Option<&str>| {
            let value = field.and_then(|field| run.get(field));
            value.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let status = text(state.map(|state| &*state.field));
        let started = text(state.and_then(|state| state.started.as_deref()));
        let at = text(state.and_then(|state| state.step.as_deref()));
        let seconds = clock::unix_micros(&started).map(|micros| {
            let now = i64::try_from(present.at).unwrap_or(i64::MAX);
            now.saturating_sub(micros / clock::MICROS).max(0)
        });
        let given = |value: &str| if value.is_empty() { Value::Null } else { json!(value) };
        let told_run = json!({
            "execution_id": given(&text(id)),
            "status": given(&status),
            "started_at": given(&started),
            "seconds": seconds,
            "step": given(&at),
        });
        let (workflow, note) = self.parent_of(step, acting).await;
        let facts = acting.parent.as_ref().and_then(|parent| parent.object.as_deref());
        let (named, told) = told_object(&workflow, facts, step);
        let mut data = Map::from_iter([("action".to_owned(), json!("stop"))]);
        data.insert("workflow".into(), told);
        data.insert("execution".into(), told_run);
        let run_named = quoted(&shown_name(&text(id), MAX_NAME_CHARS));
        let shown_status = shown_name(&status, MAX_NAME_CHARS);
        let is_over = !status.is_empty() && state.is_some_and(|state| !state.is_active(&status));
        let headline = if is_over {
            format!(
                "The execution {run_named} of {named} has ended already ({shown_status}): there is nothing to stop."
            )
        } else {
            let since = match seconds {
                Some(seconds) => format!(", started {seconds} s ago"),
                None => String::new(),
            };
            let at = match at.is_empty() {
                true => String::new(),
                false => format!(" at step {}", quoted(&shown_name(&at, MAX_NAME_CHARS))),
            };
            format!(
                "This stops the execution {run_named} of {named} ({shown_status}{at}{since}). Steps \
                 that are done stay done, and it can't be resumed."
            )
        };
        let mut preview = Preview { is_void: is_over, ..Preview::new(headline, data) };
        preview.notes.extend(note);
        preview
    }

    /// What a run belongs to; its id alone where it can't be read.
    async fn parent_of(&self, step: CallStep<'_>, acting: &Acting) -> (Value, Option<String>) {
        let Some(parent) = &acting.parent else { return (Value::Null, None) };
        let step = CallStep { deadline: step.deadline.min(Instant::now() + PATIENCE), ..step };
        match self.present(step, parent).await {
            Ok(present) => (serde_json::from_str(&present.data).unwrap_or_default(), None),
            Err(_) => (Value::Null, Some("The workflow's name could not be read.".to_owned())),
        }
    }

    async fn last_runs(&self, step: CallStep<'_>, acting: &Acting) -> Option<LastRuns> {
        let list = acting.runs.as_ref()?;
        let facts = (**list.runs.as_ref()?).clone();
        let step = CallStep { deadline: step.deadline.min(Instant::now() + PATIENCE), ..step };
        let request = list.page(step.arguments, RUNS, None).ok()?;
        let wiv::Answer { body, head, .. } = self.send(step, list, &request).await.ok()?.answer;
        let (keys, mut runs) = (step.keys.clone(), LastRuns::new(facts));
        let is_long = body.len() >= answer::LONG_BODY_BYTES;
        let read = move || {
            let before = answer::PagesBefore::default();
            let read = answer::read_page(&body, RUNS, &before, head.extent, &keys, &mut runs);
            read.ok().map(|_| runs)
        };
        if is_long { self.aside.run(step.deadline, read).await.ok()? } else { read() }
    }
}

impl Preview {
    fn tell_runs(&mut self, runs: &LastRuns) {
        let (outcomes, active) = (runs.outcomes(), runs.active());
        if !active.is_empty() {
            let count = active.len();
            let are =
                if count == 1 { "1 run has".to_owned() } else { format!("{count} runs have") };
            self.headline.push_str(&format!(" {are} not ended yet."));
        }
        self.data["last_outcomes"] = outcomes.into();
        self.data["median_seconds"] = json!(runs.median_seconds());
        self.data["active"] = active.into();
    }
}

fn preview_of_update(
    step: CallStep<'_>,
    read: &Operation,
    argument: &str,
    object: &Value,
) -> Preview {
    let no_facts = ObjectFacts { id: Box::default(), name: None, steps: None };
    let facts = read.object.as_deref();
    let (named, told) = told_object(object, facts, step);
    let no_changes = Map::new();
    let changes = step.arguments.get(argument).and_then(Value::as_object);
    let difference =
        ObjectDifference::new(object, changes.unwrap_or(&no_changes), facts.unwrap_or(&no_facts));
    let version = read.version.as_deref().map_or(&Value::Null, |field| &object[field]);
    let mut sentences = Vec::new();
    if let Some(steps) = &difference.steps {
        if !steps.removed.is_empty() {
            let names = listed(steps.removed.iter().map(String::as_str));
            sentences.push(format!(
                "It REMOVES {} of the {} steps: {names}.",
                steps.removed.len(),
                steps.before
            ));
        }
        let of = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
        let others: Vec<String> =
            [of(steps.added.len(), "added"), of(steps.changed.len(), "changed")]
                .into_iter()
                .flatten()
                .chain(steps.is_reordered.then(|| "others reordered".to_owned()))
                .collect();
        if !others.is_empty() {
            sentences.push(format!("Steps: {}.", others.join(", ")));
        }
    }
    let names = difference.fields.iter().filter_map(|field| field["field"].as_str());
    if !difference.fields.is_empty() {
        sentences.push(format!("It replaces {}.", listed(names)));
    }
    if difference.is_none() {
        sentences.push("Every given field has that value already: nothing would change.".into());
    }
    let kept = object.as_object().map_or(0, Map::len);
    let touched = difference.fields.iter().filter(|field| !field["before"].is_null()).count()
        + usize::from(difference.steps.is_some());
    sentences.push(format!("The other {} fields stay as they are.", kept.saturating_sub(touched)));
    let headline = format!("This updates {named}. {}", sentences.join(" "));
    let mut data = Map::from_iter([("action".to_owned(), json!("update"))]);
    data.insert("workflow".into(), told);
    data.insert("version".into(), version.clone());
    data.insert("fields".into(), difference.fields.clone().into());
    if let Some(steps) = &difference.steps {
        data.insert("steps".into(), steps.to_json());
    }
    if !difference.unchanged.is_empty() {
        data.insert("unchanged".into(), json!(difference.unchanged));
    }
    Preview { is_void: difference.is_none(), ..Preview::new(headline, data) }
}

/// An object in a sentence, and as data. Where it says nothing, by the id that was given.
fn told_object(object: &Value, facts: Option<&ObjectFacts>, step: CallStep<'_>) -> (String, Value) {
    let Some(facts) = facts else { return ("the object".to_owned(), Value::Null) };
    let text = |field: &str| object.get(field).and_then(Value::as_str).map(str::to_owned);
    let given = || step.arguments.get(&facts.id).and_then(Value::as_str).map(str::to_owned);
    let id = text(&facts.id).or_else(given);
    let name = facts.name.as_deref().and_then(text);
    let mut told = Map::new();
    told.insert(facts.id.to_string(), json!(id));
    if let Some(field) = &facts.name {
        told.insert(field.to_string(), json!(name));
    }
    let shown = name.or(id).unwrap_or_default();
    (quoted(&shown_name(&shown, MAX_NAME_CHARS)), Value::Object(told))
}

/// Some names in a sentence.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let all: Vec<String> = names.map(|name| quoted(&shown_name(name, MAX_NAME_CHARS))).collect();
    let (shown, left) = all.split_at(all.len().min(MAX_NAMED));
    match left.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
