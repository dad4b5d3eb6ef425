//! The arguments that ask for figures: their schemas, and what they say.
//!
//! Knows what can be asked, not how it is answered. Conditions that contradict themselves are
//! told before anything is sent.

use serde_json::{Map, Value, json};

use super::{Arguments, FieldValues, Fold, Open, Problem, RowFacts, paging::TOP};
use crate::clock;

/// The argument with conditions that are tried here.
pub(super) const WHERE: &str = "where";
/// The argument that orders everything that matches.
pub(super) const SORT: &str = "sort";
/// The argument that says how much is told of the whole.
pub(super) const TOTALS: &str = "totals";
/// The argument that names groups.
pub(super) const GROUP_BY: &str = "group_by";
/// The argument that asks what happened since a day.
pub(super) const SINCE: &str = "since";
/// The member of `where` with values that a row must not have.
const EXCLUDE: &str = "exclude";
/// The argument that narrows upstream.
pub(super) const FILTERS: &str = "filters";

/// Groups that are shown where nobody says how many.
const USUAL_TOP: usize = 20;

/// Most groups that are shown.
const MAX_TOP: usize = 100;

/// How much of the whole is told with a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Totals {
    /// Count and sums of money.
    Full,
    /// The count alone.
    Count,
    /// Nothing.
    None,
}

/// Conditions that are tried while rows are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Least amount, as its digits.
    pub savings_from: Option<Box<str>>,
    /// Largest amount, as its digits.
    pub savings_to: Option<Box<str>>,
    /// The currency.
    pub currency: Option<Box<str>>,
    /// Days since the last change, at least.
    pub untouched_days: Option<u32>,
    /// First and last day of the last change, `YYYY-MM-DD`.
    pub updated: Option<(Box<str>, Box<str>)>,
    /// Fields with the values that a row must not have.
    pub exclude: Box<[FieldValues]>,
}

/// What orders rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The field.
    pub field: Box<str>,
    /// The largest first.
    pub descends: bool,
}

impl Conditions {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Arguments {
    /// The conditions of `where`.
    pub fn conditions(&self) -> Conditions {
        let Some(given) = self.get(WHERE).and_then(Value::as_object) else {
            return Conditions::default();
        };
        let text = |name: &str| given.get(name).and_then(Value::as_str).map(Into::into);
        let digits = |name: &str| given.get(name).map(|value| value.to_string().into());
        let day = |name: &str| given.get("updated")?.get(name)?.as_str().map(Into::into);
        let exclude = given.get(EXCLUDE).and_then(Value::as_object).into_iter().flatten();
        Conditions {
            savings_from: digits("savings_from"),
            savings_to: digits("savings_to"),
            currency: text("currency"),
            untouched_days: given
                .get("untouched_days")
                .and_then(Value::as_f64)
                .map(|days| days as u32),
            updated: day("start").zip(day("end")),
            exclude: exclude.map(|(field, values)| ((**field).into(), texts(values))).collect(),
        }
    }

    /// What orders the rows.
    pub fn sort(&self) -> Option<Sort> {
        let given = self.text(SORT)?;
        let (field, descends) = given.strip_prefix('-').map_or((given, false), |it| (it, true));
        Some(Sort { field: field.into(), descends })
    }

    /// How much is told of the whole: all of it with a list's first page.
    pub fn totals(&self) -> Totals {
        match self.text(TOTALS) {
            Some("full") => Totals::Full,
            Some("count") => Totals::Count,
            Some(_) => Totals::None,
            None if self.cursor().is_none() => Totals::Full,
            None => Totals::None,
        }
    }

    /// What rows are grouped by, one or two names.
    pub fn group_by(&self) -> Box<[Box<str>]> {
        self.get(GROUP_BY).map(texts).unwrap_or_default()
    }

    /// Groups to show.
    pub fn top(&self) -> usize {
        self.get(TOP).and_then(Value::as_f64).map_or(USUAL_TOP, |top| top as usize)
    }

    /// The day since which news are wanted, `YYYY-MM-DD`.
    pub fn since(&self) -> Option<&str> {
        self.text(SINCE)
    }

    /// Whether the question is about open rows, all of them.
    pub fn is_about_open(&self, facts: &RowFacts) -> bool {
        let given = self.get(FILTERS).and_then(|filters| filters.get(&*facts.open.field));
        let given: Vec<&str> = given
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        !given.is_empty() && facts.open.are_all(&given)
    }

    /// The same, narrowed upstream by these values of the field that tells what is open, or not
    /// by that field where there are none.
    #[must_use]
    pub fn with_states(&self, facts: &RowFacts, states: &[&str]) -> Self {
        let mut values = self.values.clone();
        let filters = values.entry(FILTERS).or_insert_with(|| json!({}));
        if let Some(filters) = filters.as_object_mut() {
            if states.is_empty() {
                filters.remove(&*facts.open.field);
            } else {
                filters.insert(facts.open.field.to_string(), json!(states));
            }
            if filters.is_empty() {
                values.remove(FILTERS);
            }
        }
        Self { values, notes: self.notes.clone() }
    }

    /// Puts the values of open rows where the word for them stands.
    pub(super) fn expand_open(&mut self, facts: &RowFacts) {
        let open = &facts.open;
        for place in [&[FILTERS][..], &[WHERE, EXCLUDE]] {
            let (first, others) = place.split_first().expect("a place has a name");
            let mut given = self.values.get_mut(*first);
            for name in others {
                given = given.and_then(|given| given.get_mut(*name));
            }
            let given = given.and_then(|given| given.get_mut(&*open.field)?.as_array_mut());
            let Some(given) = given else { continue };
            if !given.iter().any(|value| value == Open::WORD) {
                continue;
            }
            given.retain(|value| value != Open::WORD);
            for value in &open.values {
                if !given.iter().any(|given| *given == **value) {
                    given.push(Value::from(&**value));
                }
            }
        }
    }

    /// Conditions that nothing can meet.
    pub(super) fn contradictions(&self) -> impl Iterator<Item = Problem> {
        let given = self.get(WHERE);
        let number = |name: &str| given?.get(name)?.as_f64();
        let amounts = number("savings_from").zip(number("savings_to"));
        let amounts = amounts.filter(|(from, to)| from > to).map(|_| Problem {
            path: "where.savings_from".into(),
            message: "it is above `where.savings_to`, so nothing can match".into(),
        });
        let ranges = [
            ("date_range", self.get("date_range")),
            ("where.updated", given.and_then(|given| given.get("updated"))),
        ];
        let days = ranges
            .into_iter()
            .filter_map(|(path, range)| range_problems(path, range?.as_object()?));
        let since = self.since().filter(|since| clock::day_number(since).is_none());
        amounts.into_iter().chain(days.flatten()).chain(since.map(|_| no_day(SINCE)))
    }
}

fn range_problems(path: &str, range: &Map<String, Value>) -> Option<Vec<Problem>> {
    let text = |name: &str| range.get(name).and_then(Value::as_str);
    let mut problems = Vec::new();
    for name in ["start", "end"] {
        if text(name).is_some_and(|day| clock::day_number(day).is_none()) {
            problems.push(no_day(&format!("{path}.{name}")));
        }
    }
    if problems.is_empty() && text("start")? > text("end")? {
        problems.push(Problem {
            path: path.into(),
            message: "`start` is after `end`, so nothing can match".into(),
        });
    }
    Some(problems)
}

fn no_day(path: &str) -> Problem {
    Problem { path: path.into(), message: "there is no such day in the calendar".into() }
}

pub(super) fn texts(values: &Value) -> Box<[Box<str>]> {
    values.as_array().into_iter().flatten().filter_map(Value::as_str).map(Into::into).collect()
}

/// The arguments of a list that knows figures over all its rows.
pub(super) fn of_list(fold: &Fold) -> [(&'static str, Value); 3] {
    let sort = json!({
        "type": "string",
        "minLength": 1,
        "maxLength": 65,
        "pattern": "^-?[A-Za-z0-9_]+$",
        "description": "Field to order all matches by; `-` in front: largest first.",
    });
    let totals = json!({
        "type": "string",
        "enum": ["full", "count", "none"],
        "description": "Over all matches. Left out: full on a first page.",
    });
    [(WHERE, of_conditions(fold)), (SORT, sort), (TOTALS, totals)]
}

/// The arguments of a summary.
pub(super) fn of_summary(fold: &Fold) -> [(&'static str, Value); 4] {
    let group_by = json!({
        "type": "array",
        "minItems": 1,
        "maxItems": 2,
        "uniqueItems": true,
        "items": { "type": "string", "enum": fold.rows.groups },
        "description": "One, or two: the second within the first.",
    });
    let top = json!({
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_TOP,
        "default": USUAL_TOP,
        "description": "Groups to show; the rest is summed.",
    });
    let since = json!({
        "type": "string",
        "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        "description": "YYYY-MM-DD: adds what is new, changed and closed since.",
    });
    [(WHERE, of_conditions(fold)), (GROUP_BY, group_by), (TOP, top), (SINCE, since)]
}

fn of_conditions(fold: &Fold) -> Value {
    let day = json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
    let values = json!({ "type": "array", "maxItems": 100, "items": { "type": "string", "maxLength": 256 } });
    json!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": false,
        "description": "More conditions, such as {\"savings_from\": 1000, \"untouched_days\": 30}; amounts are yearly.",
        "properties": {
            "savings_from": { "type": "number" },
            "savings_to": { "type": "number" },
            "currency": { "type": "string", "minLength": 1, "maxLength": 32 },
            "untouched_days": { "type": "integer", "minimum": 0, "maximum": 36_500 },
            "updated": {
                "type": "object",
                "required": ["start", "end"],
                "additionalProperties": false,
                "properties": { "start": day, "end": day },
            },
            "exclude": {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 20,
                "description": "Field to values that no match has.",
                "properties": { &*fold.rows.open.field: values },
                "additionalProperties": values,
            },
        },
    })
}
