//! One strict pass over a JSON text: bounded depth, repeated names seen.
//!
//! Knows the members of a JSON-RPC message, not their meaning.

mod names;

use std::{borrow::Cow, cell::Cell, fmt};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Number, Value, value::RawValue};

use self::names::Names;
use super::{MAX_BATCH, MAX_DEPTH};

/// What the pass noticed beside the values.
pub(super) struct Noticed {
    pub(super) too_deep: Cell<bool>,
    pub(super) too_many: Cell<bool>,
    pub(super) repeated_name: Cell<bool>,
    /// Values that may still come: each costs far more memory than its text.
    pub(super) values_left: Cell<usize>,
}

impl Noticed {
    fn count_value<E: serde::de::Error>(&self) -> Result<(), E> {
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

/// Members of one message, not yet judged.
#[derive(Default)]
pub(super) struct Fields<'a> {
    pub(super) version: Option<Cow<'a, str>>,
    /// JSON text of the id.
    pub(super) id: Option<&'a str>,
    pub(super) method: Option<String>,
    pub(super) params: Option<Value>,
    /// JSON text of the parameters' member `arguments`.
    pub(super) arguments: Option<&'a str>,
    /// `result` or `error` is there.
    pub(super) has_answer: bool,
}

pub(super) enum FrameFields<'a> {
    One(Option<Fields<'a>>),
    Batch { first: Vec<Option<Fields<'a>>>, total: usize },
    Neither,
}

type JsonReader<'a> = serde_json::Deserializer<serde_json::de::StrRead<'a>>;

pub(super) fn read_frame<'a>(
    reader: &mut JsonReader<'a>,
    found: &Noticed,
) -> serde_json::Result<FrameFields<'a>> {
    reader.deserialize_any(FrameVisitor { found })
}

/// Answers every scalar with the same value; for places where only shapes matter.
macro_rules! scalars {
    ($($visit:ident: $kind:ty),*; $answer:expr) => {
        $(fn $visit<E>(self, _: $kind) -> Result<Self::Value, E> { Ok($answer) })*
    };
}

struct FrameVisitor<'f> {
    found: &'f Noticed,
}

impl<'de> Visitor<'de> for FrameVisitor<'_> {
    type Value = FrameFields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a message or a batch")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        read_fields(members, self.found, 1).map(|fields| FrameFields::One(Some(fields)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut first = Vec::new();
        while first.len() < MAX_BATCH {
            match elements.next_element_seed(Element { found: self.found })? {
                Some(fields) => first.push(fields),
                None => return Ok(FrameFields::Batch { total: first.len(), first }),
            }
        }
        // What is beyond the limit is refused anyway: read to the end without keeping it.
        let mut total = first.len();
        while elements.next_element::<IgnoredAny>()?.is_some() {
            total += 1;
        }
        Ok(FrameFields::Batch { first, total })
    }

    scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str;
        FrameFields::Neither);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(FrameFields::Neither)
    }
}

/// An element of a batch; `None` when it is no object.
struct Element<'f> {
    found: &'f Noticed,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = Option<Fields<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = Option<Fields<'de>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        read_fields(members, self.found, 2).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Self::Value, A::Error> {
        Strict { found: self.found, depth: 2 }.visit_seq(elements).map(|_| None)
    }

    scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str;
        None);

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

fn read_fields<'de, A: MapAccess<'de>>(
    mut members: A,
    found: &Noticed,
    depth: usize,
) -> Result<Fields<'de>, A::Error> {
    let mut fields = Fields::default();
    let mut seen = Names::default();
    while let Some(name) = members.next_key::<Cow<'de, str>>()? {
        found.count_value()?;
        let value = Strict { found, depth: depth + 1 };
        match name.as_ref() {
            "id" => {
                let id = members.next_value::<&'de RawValue>()?.get();
                fields.id = Some(id);
                // The raw text was not walked: only strings and numbers need no walk.
                if id.starts_with(['{', '[']) {
                    let mut reader = serde_json::Deserializer::from_str(id);
                    value.deserialize(&mut reader).map_err(A::Error::custom)?;
                }
            }
            "jsonrpc" => {
                if let Value::String(version) = members.next_value_seed(value)? {
                    fields.version = Some(version.into());
                }
            }
            "method" => {
                if let Value::String(method) = members.next_value_seed(value)? {
                    fields.method = Some(method);
                }
            }
            "params" => {
                let (params, arguments) = members.next_value_seed(Parameters(value))?;
                (fields.params, fields.arguments) = (Some(params), arguments);
            }
            other => {
                fields.has_answer |= matches!(other, "result" | "error");
                members.next_value_seed(value)?;
            }
        }
        if !seen.insert(name) {
            found.repeated_name.set(true);
        }
    }
    Ok(fields)
}

/// Reads parameters, and keeps the text of their member `arguments` beside its value.
struct Parameters<'f>(Strict<'f>);

impl<'de> DeserializeSeed<'de> for Parameters<'_> {
    type Value = (Value, Option<&'de str>);

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Parameters<'_> {
    type Value = (Value, Option<&'de str>);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("parameters")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let inner = self.0.inner()?;
        let (mut values, mut arguments) = (Map::new(), None);
        while let Some(name) = members.next_key::<String>()? {
            self.0.found.count_value()?;
            let value = if name == "arguments" {
                let text = members.next_value::<&'de RawValue>()?.get();
                arguments = Some(text);
                let mut reader = serde_json::Deserializer::from_str(text);
                inner.deserialize(&mut reader).map_err(A::Error::custom)?
            } else {
                members.next_value_seed(inner)?
            };
            if values.insert(name, value).is_some() {
                self.0.found.repeated_name.set(true);
            }
        }
        Ok((Value::Object(values), arguments))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Self::Value, A::Error> {
        self.0.visit_seq(elements).map(|value| (value, None))
    }

    scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str;
        (Value::Bool(false), None));

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok((Value::Null, None))
    }
}

/// Reads any value at a depth, 1 being the outermost.
#[derive(Clone, Copy)]
struct Strict<'f> {
    found: &'f Noticed,
    depth: usize,
}

impl Strict<'_> {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
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
