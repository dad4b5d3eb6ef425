//! What a call filters by, and how the values of one filter are asked for.
//!
//! Not for judging values: only upstream knows which there are.

use serde_json::Value;

use super::{
    Arguments, FieldValues, FilterValues, Operation, RowFacts,
    operation::{QueryParameter, ValueSource},
    question::{FILTERS, texts},
};

impl Arguments {
    /// The filters of a call that can be wrong: each field with its values, without nobody's and
    /// without the word for open rows.
    pub fn filters(&self, operation: &Operation) -> Vec<(&str, Vec<&str>)> {
        let open = operation.fold.as_deref().map(|fold| &fold.rows.open);
        let mut filters = Vec::new();
        for (field, values) in self.get(FILTERS).and_then(Value::as_object).into_iter().flatten() {
            let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
            let values: Vec<&str> = values.filter(|value| !value.is_empty()).collect();
            let is_open = open.is_some_and(|open| *open.field == **field && open.are_all(&values));
            if !values.is_empty() && !is_open {
                filters.push((&**field, values));
            }
        }
        filters
    }

    /// Every filter that is sent: fields, each with the values of which a row should have one. An
    /// empty value stands for none at all.
    pub fn sent_filters(&self) -> Box<[FieldValues]> {
        let filters = self.get(FILTERS).and_then(Value::as_object).into_iter().flatten();
        let filters = filters.map(|(field, values)| ((**field).into(), texts(values)));
        filters.filter(|(_, values): &FieldValues| !values.is_empty()).collect()
    }

    /// The field that names the one thing that an argument asks about: such as the name of the
    /// customer, where one is given.
    pub fn subject(&self, facts: &RowFacts) -> Option<Box<str>> {
        let given = facts.labels.iter().find(|(id, _)| self.text(id).is_some());
        given.map(|(_, label)| label.clone())
    }

    /// What the list of a filter's values is asked: of the same customer, where one is named.
    pub fn of_filter(&self, values: &FilterValues, field: &str) -> Self {
        let mut other = self.of_tenant(&values.source);
        for QueryParameter { field, .. } in &values.source.query {
            if let ValueSource::Argument { name, .. } = &field.source
                && let Some(value) = self.get(name)
            {
                other.values.insert((**name).into(), value.clone());
            }
        }
        other.values.insert((*values.argument).into(), field.into());
        other
    }
}
