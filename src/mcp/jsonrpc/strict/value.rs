//! Any value, read strictly: its depth bounded, repeated names seen.
//!
//! Knows no message. What it notices is judged elsewhere.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::mcp::jsonrpc::MAX_DEPTH;

/// What the pass noticed beside the values.
pub(in crate::mcp::jsonrpc) struct Noticed {
    pub(in crate::mcp::jsonrpc) too_deep: Cell<bool>,
    pub(in crate::mcp::jsonrpc) too_many: Cell<bool>,
    pub(in crate::mcp::jsonrpc) repeated_name: Cell<bool>,
    /// Values that may still come: each costs far more memory than its text.
    pub(in crate::mcp::jsonrpc) values_left: Cell<usize>,
}

impl Noticed {
    pub(super) fn count_value<E: serde::de::Error>(&self) -> Result<(), E> {
        match self.values_left.get().checked_sub(1) {
            Some(left) => {
                self.values_left.set(left);
                Ok(())
            }
            None => {
                self.too_many.set(true);
                Err(E::custom("too many values"))
            }
        }
    }
}

/// Answers every scalar with the same value; for places where only shapes matter.
macro_rules! scalars {
    ($($visit:ident: $kind:ty),*; $answer:expr) => {
        $(fn $visit<E>(self, _: $kind) -> Result<Self::Value, E> { Ok($answer) })*
    };
}

pub(super) use scalars;

/// Reads any value at a depth, 1 being the outermost.
#[derive(Clone, Copy)]
pub(super) struct Strict<'f> {
    pub(super) found: &'f Noticed,
    pub(super) depth: usize,
}

impl Strict<'_> {
    pub(super) fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth > MAX_DEPTH {
            self.found.too_deep.set(true);
            return Err(E::custom("too deep"));
        }
        self.found.count_value()?;
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(inner)? {
            self.found.count_value()?;
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            self.found.count_value()?;
            if values.insert(name, value).is_some() {
                self.found.repeated_name.set(true);
            }
        }
        Ok(Value::Object(values))
    }
}
