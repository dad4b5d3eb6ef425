//! One strict pass over a JSON text: bounded depth, repeated names seen.
//!
//! Knows the members of a JSON-RPC message, not their meaning.

mod names;
mod short_text;
mod value;

use std::{borrow::Cow, fmt};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value, value::RawValue};

pub(super) use self::value::Noticed;
use self::{
    names::Names,
    short_text::ShortText,
    value::{Strict, scalars},
};
use super::MAX_BATCH;

/// Members of one message, not yet judged.
#[derive(Default)]
pub(super) struct Fields<'a> {
    pub(super) version: Option<Cow<'a, str>>,
    /// JSON text of the id.
    pub(super) id: Option<&'a str>,
    pub(super) method: Option<Cow<'a, str>>,
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
                fields.version = members.next_value_seed(ShortText(value))?;
            }
            "method" => {
                fields.method = members.next_value_seed(ShortText(value))?;
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
