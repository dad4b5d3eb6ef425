//! Reads the members of a request's JSON body, and names the one that is wrong.
//!
//! Members that nobody reads are refused: a misspelt name would otherwise go unseen.

use axum::body::Bytes;
use serde_json::{Map, Value};

use super::refusal::Refusal;

pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn read(body: &Bytes) -> Result<Fields, Refusal> {
        let object = serde_json::from_slice(body);
        object.map(Fields).map_err(|_| Refusal::field("body", "must be a JSON object"))
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::field(name, "must be a string")),
        }
    }

    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        let wrong = || Refusal::field(name, "must be an integer");
        self.take(name).map(|value| value.as_i64().ok_or_else(wrong)).transpose()
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, Refusal> {
        let wrong = || Refusal::field(name, "must be true or false");
        self.take(name).map_or(Ok(false), |value| value.as_bool().ok_or_else(wrong))
    }

    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.take(name) {
            Some(value) if !value.is_object() => Err(Refusal::field(name, "must be an object")),
            value => Ok(value),
        }
    }

    /// To be called when everything known was read.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(Refusal::field(name, "is unknown")),
        }
    }

    /// `null` counts as absent.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name).filter(|value| !value.is_null())
    }
}
