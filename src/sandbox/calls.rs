//! Remembers the newest requests that the stand-in received, for tests to look at.
//!
//! Recording only clones; the form of the answer is made when somebody asks.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, Method, Uri, request};
use serde_json::{Map, Value, json};

/// Enough for any test to find its own, and about a megabyte.
const MOST_CALLS: usize = 1_000;

#[derive(Default)]
pub(crate) struct Calls(Mutex<VecDeque<Call>>);

struct Call {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Calls {
    pub(crate) fn record(&self, head: &request::Parts) {
        let call = Call {
            method: head.method.clone(),
            uri: head.uri.clone(),
            headers: head.headers.clone(),
        };
        let mut calls = self.lock();
        if calls.len() == MOST_CALLS {
            calls.pop_front();
        }
        calls.push_back(call);
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Oldest first.
    pub(crate) fn answer(&self) -> Value {
        let calls: Vec<Value> = self.lock().iter().map(Call::answer).collect();
        json!({"calls": calls})
    }

    /// Never held across an await. A poisoned list is still a list.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    fn answer(&self) -> Value {
        let mut headers: Map<String, Value> = Map::new();
        for name in self.headers.keys() {
            let values: Vec<_> = self.headers.get_all(name).iter().collect();
            let values: Vec<_> =
                values.iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            headers.insert(name.to_string(), Value::from(values.join(", ")));
        }
        let path = self.uri.path_and_query().map_or("", |path| path.as_str());
        json!({"method": self.method.as_str(), "path": path, "headers": headers})
    }
}
