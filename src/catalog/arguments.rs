//! Checks a call's arguments before anything goes upstream.
//!
//! Knows schemas, not meanings. All problems of a call are told at once, in words that a model
//! can act on.

use serde_json::{Map, Value};

use super::{
    RowFormat, Tool, paging,
    problem::{MAX_PROBLEMS, Problem},
    slips, wording,
};

/// The arguments of a call that passed [`Tool::check`].
#[derive(Debug, Clone)]
pub struct Arguments {
    pub(super) values: Map<String, Value>,
    /// What was mended in them, in sentences.
    pub(super) notes: Vec<String>,
}

impl Tool {
    /// Checks the arguments of a call.
    ///
    /// # Errors
    /// All problems, ten at most.
    pub fn check(&self, mut arguments: Map<String, Value>) -> Result<Arguments, Vec<Problem>> {
        // Models write null for what they leave out.
        arguments.retain(|_, value| !value.is_null());
        let mut arguments = Value::Object(arguments);
        let validator = self.validator();
        let mut is_valid = validator.is_valid(&arguments);
        let has_payload = !self.hints.read_only;
        let mut notes = Vec::new();
        if !is_valid {
            // PHP writes an empty object so; nothing is nothing, for a write too.
            let empty =
                wording::empty_arrays_for_objects(validator, &self.input_schema, &arguments);
            for path in &empty {
                notes.extend(make_object(&mut arguments, path));
            }
            is_valid = !empty.is_empty() && validator.is_valid(&arguments);
        }
        if !is_valid {
            let mended = slips::mend(validator, &self.input_schema, &mut arguments, has_payload);
            is_valid = !mended.is_empty() && validator.is_valid(&arguments);
            notes.extend(mended);
        }
        let mut problems = if is_valid {
            Vec::new()
        } else {
            wording::problems(validator, &self.input_schema, &arguments)
        };
        let Value::Object(values) = arguments else {
            unreachable!("an object was wrapped above");
        };
        let mut arguments = Arguments { values, notes };
        if problems.is_empty() {
            problems.extend(arguments.contradictions());
            problems.extend(self.query_problems(&arguments));
            let told = self.query_notes(&arguments);
            arguments.notes.extend(told);
        }
        if let Some(fold) = self.operation().and_then(|operation| operation.fold.as_deref()) {
            arguments.expand_open(&fold.rows);
        }
        if let Some(operation) = self.operation() {
            // A value that broke the schema was told already.
            let more = operation.misplaced(&arguments);
            let told: Vec<String> = problems.iter().map(|problem| problem.path.clone()).collect();
            problems.extend(more.filter(|problem| !told.contains(&problem.path)));
        }
        problems.truncate(MAX_PROBLEMS);
        if problems.is_empty() { Ok(arguments) } else { Err(problems) }
    }
}

/// Makes a place an object of nothing; an argument that is nothing is left out, with a note.
fn make_object(arguments: &mut Value, path: &str) -> Option<String> {
    if let (Some(name), Some(values)) = (path.strip_prefix('/'), arguments.as_object_mut())
        && !name.contains('/')
    {
        values.remove(name);
        return Some(format!("`{name}` was an empty list and taken as none."));
    }
    if let Some(place) = arguments.pointer_mut(path) {
        *place = Value::Object(Map::new());
    }
    None
}

impl Arguments {
    /// The arguments of a request that nobody's call makes.
    pub(super) fn none() -> Self {
        Self { values: Map::new(), notes: Vec::new() }
    }

    /// The value of an argument, if it was given.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// What was mended in them, in sentences for who gave them.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// All given arguments, in the caller's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Rows of a page.
    pub fn limit(&self) -> usize {
        let given = self.get(paging::LIMIT).and_then(Value::as_f64);
        // JSON Schema takes 5.0 for an integer as well; the schema bounds it.
        given.map_or(paging::DEFAULT_LIMIT, |limit| limit as usize)
    }

    /// The fields of rows that are to be shown, where the caller says.
    pub fn fields(&self) -> Option<Box<[Box<str>]>> {
        let names = self.get(paging::FIELDS)?.as_array()?;
        Some(names.iter().filter_map(Value::as_str).map(Into::into).collect())
    }

    /// How rows are to be written.
    pub fn format(&self) -> RowFormat {
        match self.text(paging::FORMAT) {
            Some("csv") => RowFormat::Csv,
            _ => RowFormat::Rows,
        }
    }

    /// Where a list is to be continued.
    pub fn cursor(&self) -> Option<&str> {
        self.text(paging::CURSOR)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }
}
