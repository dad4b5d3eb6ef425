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

    /// The line of a JSON pointer, or of the last step towards it that is in the text. Goes on
    /// behind references: what is wrong with a shared part stands there.
    pub(super) fn line(&self, pointer: &str) -> Option<u64> {
        let mut node = self.0.as_ref()?;
        let mut line = None;
        for step in steps(pointer) {
            let Some((found, below)) = self.step(node, &step) else { break };
            line = Some(found);
            node = below;
        }
        line
    }

    /// The line of a JSON pointer, or where it leads into a shared part, of the reference.
    pub(super) fn line_of_use(&self, pointer: &str) -> Option<u64> {
        let mut node = self.0.as_ref()?;
        let mut line = None;
        for step in steps(pointer) {
            let Some((found, below)) = node.step(&step) else {
                return node.step("$ref").map(|(found, _)| found).or(line);
            };
            line = Some(found);
            node = below;
        }
        node.step("$ref").map(|(found, _)| found).or(line)
    }

    fn step<'i>(&'i self, mut node: &'i Node, step: &str) -> Option<(u64, &'i Node)> {
        // References that lead to each other are refused elsewhere, and end here.
        for _ in 0..MAX_REFERENCES {
            if let Some(found) = node.step(step) {
                return Some(found);
            }
            let (_, Node::Reference(target)) = node.step("$ref")? else { return None };
            let mut steps = steps(target);
            node = steps.try_fold(self.0.as_ref()?, |node, step| Some(node.step(&step)?.1))?;
        }
        None
    }
}

/// Longest way over references.
const MAX_REFERENCES: usize = 8;

/// The names in a JSON pointer (RFC 6901).
fn steps(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"))
}

/// The shape of a document, with lines instead of values.
enum Node {
    Scalar,
    /// A text that may be a reference's.
    Reference(String),
    Sequence(Vec<Spanned<Node>>),
    Mapping(Vec<(Spanned<String>, Node)>),
}

impl Node {
    fn step(&self, step: &str) -> Option<(u64, &Self)> {
        match self {
            Self::Scalar | Self::Reference(_) => None,
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

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(if text.starts_with("#/") { Node::Reference(text.into()) } else { Node::Scalar })
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
