//! From a place in a document back to its line.
//!
//! Knows nothing of OpenAPI. Reads the text a second time, so only of documents that are refused.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Options, Spanned};

/// YAML 1.2's booleans only: `on` and `no` are texts.
pub(super) fn options() -> Options {
    serde_saphyr::options! { strict_booleans: true }
}

/// Where the parts of a document stand.
pub(super) struct LineIndex(Option<Node>);

impl LineIndex {
    /// Reads the document once more, for its lines.
    pub(super) fn of(text: &str) -> Self {
        Self(serde_saphyr::from_str_with_options(text, options()).ok())
    }

    /// The line of a JSON pointer, or of the last step towards it that is in the text.
    pub(super) fn line(&self, pointer: &str) -> Option<u64> {
        let mut node = self.0.as_ref()?;
        let mut line = None;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            let Some((found, below)) = node.step(&step) else { break };
            line = Some(found);
            node = below;
        }
        line
    }
}

/// The shape of a document, with lines instead of values.
enum Node {
    Scalar,
    Sequence(Vec<Spanned<Node>>),
    Mapping(Vec<(Spanned<String>, Node)>),
}

impl Node {
    fn step(&self, step: &str) -> Option<(u64, &Self)> {
        match self {
            Self::Scalar => None,
            Self::Sequence(items) => {
                let item = items.get(step.parse::<usize>().ok()?)?;
                Some((item.referenced.line(), &item.value))
            }
            Self::Mapping(members) => {
                let (name, value) = members.iter().find(|(name, _)| name.value == step)?;
                Some((name.referenced.line(), value))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element()? {
            nodes.push(node);
        }
        Ok(Node::Sequence(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = members.next_entry()? {
            nodes.push(node);
        }
        Ok(Node::Mapping(nodes))
    }
}
