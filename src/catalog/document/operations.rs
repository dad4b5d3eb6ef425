//! Reads the operations that are tools.
//!
//! Not for what holds between operations: `assembly` looks at them together.

use http::Method;
use serde_json::Value;

use super::{
    super::{AnswerShape, Hints, Operation, Paging, Toolset, nearest::nearest},
    extensions::{self, optional, required},
    inputs::{Argument, WrittenOperation},
    members::OpenApiObject,
    mistakes::{DocumentMistakes, DocumentPlace},
    parameters,
};

/// Members of a path item that are no methods.
const BESIDE_METHODS: [&str; 4] = ["parameters", "summary", "description", "servers"];

/// Methods that a tool can use.
const METHODS: [(&str, Method); 5] = [
    ("get", Method::GET),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

/// Longest name of a tool: clients put a server's name in front and cut at 60.
const MAX_NAME_CHARS: usize = 40;

/// Longest description: some clients cut at 2 KB, in the middle of a sentence.
const MAX_DESCRIPTION_BYTES: usize = 2_000;

/// The operations of a document.
#[derive(Default)]
pub(super) struct Operations<'d> {
    /// Those without a mistake of their own.
    pub(super) sound: Vec<ReadOperation<'d>>,
    /// Every `operationId`, of refused ones too.
    pub(super) ids: Vec<&'d str>,
    /// Every tool's name, of refused ones too.
    pub(super) names: Vec<&'d str>,
    /// How many are marked to try a key.
    pub(super) key_checks: usize,
}

/// One operation, read.
pub(super) struct ReadOperation<'d> {
    pub(super) path: &'d str,
    pub(super) method: &'d str,
    pub(super) head: Head,
    pub(super) operation: Operation,
    pub(super) arguments: Vec<Argument>,
    /// The operation as written.
    pub(super) written: &'d Value,
}

/// A tool's face.
pub(super) struct Head {
    pub(super) name: Box<str>,
    pub(super) title: Box<str>,
    pub(super) description: Box<str>,
    pub(super) hints: Hints,
    pub(super) toolset: Toolset,
}

/// Reads all operations that are tools; others are nobody's business here.
pub(super) fn read<'d>(document: &'d Value, mistakes: &mut DocumentMistakes) -> Operations<'d> {
    let mut operations = Operations::default();
    let paths = DocumentPlace::Root.member("paths");
    for (path, path_item) in document["paths"].as_object().into_iter().flatten() {
        let place = paths.member(path);
        for (method, operation) in path_item.as_object().into_iter().flatten() {
            if BESIDE_METHODS.contains(&&**method) || method.starts_with("x-") {
                continue;
            }
            let written = WrittenOperation { template: path, path_item, method, operation };
            operations.add(written, place.member(method), mistakes);
        }
    }
    operations
}

impl<'d> Operations<'d> {
    fn add(
        &mut self,
        written: WrittenOperation<'d>,
        place: DocumentPlace<'_>,
        mistakes: &mut DocumentMistakes,
    ) {
        let Some((_, method)) = METHODS.into_iter().find(|(name, _)| *name == written.method)
        else {
            let known = METHODS.map(|(name, _)| name).into_iter().chain(BESIDE_METHODS);
            let reason = match nearest(known, written.method).first() {
                Some(near) => format!("not a method that a tool can use; did you mean `{near}`?"),
                None => "not a method that a tool can use".to_owned(),
            };
            return mistakes.add(place, reason);
        };
        let operation = written.operation;
        let members = operation.as_object().into_iter().flatten();
        if !members.into_iter().any(|(name, _)| name.starts_with("x-mcp-")) {
            return;
        }
        if let Some(id) = operation["operationId"].as_str() {
            unique(&mut self.ids, id, place.member("operationId"), mistakes);
        }
        if let Some(name) = operation[extensions::TOOL].as_str() {
            unique(&mut self.names, name, place.member(extensions::TOOL), mistakes);
        }
        let is_key_check =
            optional::<bool>(operation, extensions::KEY_CHECK, &place, mistakes) == Some(true);
        self.key_checks += usize::from(is_key_check);
        let told = mistakes.len();
        OpenApiObject::Operation.check(operation, place, mistakes);
        let read = understand(written, method, place, mistakes);
        self.sound.extend(read.filter(|_| mistakes.len() == told));
    }
}

fn unique<'d>(
    seen: &mut Vec<&'d str>,
    one: &'d str,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) {
    if seen.contains(&one) {
        mistakes.add(place, format!("`{one}` is there twice"));
    }
    seen.push(one);
}

/// Nothing is returned only when a mistake was added.
fn understand<'d>(
    written: WrittenOperation<'d>,
    method: Method,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<ReadOperation<'d>> {
    let operation = written.operation;
    let id = required(operation, "operationId", &place, mistakes);
    let name = required(operation, extensions::TOOL, &place, mistakes);
    let title = required(operation, extensions::TITLE, &place, mistakes);
    let description = required(operation, extensions::DESCRIPTION, &place, mistakes);
    let hints = required(operation, extensions::HINTS, &place, mistakes);
    let toolset = required(operation, extensions::TOOLSET, &place, mistakes);
    let confidence = required(operation, extensions::CONFIDENCE, &place, mistakes);
    let answer = required(operation, extensions::ANSWER, &place, mistakes);
    let paging: Option<Paging> = optional(operation, extensions::PAGING, &place, mistakes);
    let money = optional(operation, extensions::MONEY, &place, mistakes);
    let row: Option<Box<[Box<str>]>> = optional(operation, extensions::ROW, &place, mistakes);
    if row.is_some() && answer != Some(AnswerShape::Query) {
        mistakes.add(place.member(extensions::ROW), "only a query's fields are looked at");
    }
    let fields: Option<Box<[Box<str>]>> = optional(operation, extensions::FIELDS, &place, mistakes);
    let ids_of_rows: Option<Box<[Box<str>]>> =
        optional(operation, extensions::IDS, &place, mistakes);
    if ids_of_rows.is_some() && paging.is_none() {
        mistakes.add(place.member(extensions::IDS), "only the rows of a paged list are told apart");
    }
    let inputs = parameters::read(written, paging, place, mistakes);

    if paging.is_some() && answer.is_some_and(|answer| answer != AnswerShape::Rows) {
        mistakes.add(place.member(extensions::PAGING), "only rows can be paged");
    }
    if fields.is_some() && paging.is_none() {
        mistakes.add(place.member(extensions::FIELDS), "only a paged list takes `fields`");
    }
    let head = Head {
        name: name?,
        title: title?,
        description: description?,
        hints: hints?,
        toolset: toolset?,
    };
    head.check([extensions::TOOL, extensions::DESCRIPTION, extensions::HINTS], place, mistakes);
    // Reads are repeated, and offered to keys and views that must change nothing.
    let can_read = method == Method::GET || method == Method::POST;
    if (method == Method::GET && !head.hints.read_only) || (head.hints.read_only && !can_read) {
        let reason =
            format!("readOnly is {}, which does not go with {method}", head.hints.read_only);
        mistakes.add(place.member(extensions::HINTS), reason);
    }
    if method == Method::DELETE && !head.hints.destructive {
        let reason = "a DELETE ends something, so `destructive` must be true";
        mistakes.add(place.member(extensions::HINTS), reason);
    }
    if !head.hints.read_only {
        refuse_customers(&inputs.arguments, mistakes);
    }
    let operation = Operation {
        id: id?,
        method,
        path_template: written.template.into(),
        confidence: confidence?,
        paging,
        answer: answer?,
        money,
        fields,
        row: row.unwrap_or_default(),
        // Known when all operations are.
        fold: None,
        name: None,
        runs: None,
        names: None,
        values: None,
        ids_of_rows: ids_of_rows.unwrap_or_default(),
        acting: None,
        following: None,
        state: None,
        object: None,
        version: None,
        read_only: head.hints.read_only,
        path: inputs.path.into(),
        reserved: Box::default(),
        query: inputs.query.into(),
        body: inputs.body,
        tenant: inputs.tenant,
        page_rows: inputs.page_rows,
    };
    Some(ReadOperation {
        path: written.template,
        method: written.method,
        head,
        operation,
        arguments: inputs.arguments,
        written: written.operation,
    })
}

/// A write is always in the key's own organization: WIV takes no other from an MSP, and a model that
/// mixes up customers must change nothing.
fn refuse_customers(arguments: &[Argument], mistakes: &mut DocumentMistakes) {
    for argument in arguments {
        if argument.is_tenant || &*argument.name == CUSTOMER {
            let reason = format!("a tool that writes can't take `{}`", argument.name);
            mistakes.add_at_use(argument.place.clone(), reason);
        }
    }
}

/// The argument by which an MSP names one of its customers.
const CUSTOMER: &str = "customer_id";

impl Head {
    /// Refuses what clients would refuse. `members` are the names of name, description and hints
    /// at this place.
    pub(super) fn check(
        &self,
        members: [&str; 3],
        place: DocumentPlace<'_>,
        mistakes: &mut DocumentMistakes,
    ) {
        let [name, description, hints] = members;
        let is_word = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if !(1..=MAX_NAME_CHARS).contains(&self.name.len()) || !self.name.bytes().all(is_word) {
            let reason =
                format!("a tool's name is 1 to {MAX_NAME_CHARS} characters of a-z, 0-9 and `_`");
            mistakes.add(place.member(name), reason);
        }
        if !(1..=MAX_DESCRIPTION_BYTES).contains(&self.description.len()) {
            let reason = format!("must be 1 to {MAX_DESCRIPTION_BYTES} bytes long");
            mistakes.add(place.member(description), reason);
        }
        if self.hints.read_only && self.hints.destructive {
            mistakes.add(place.member(hints), "what only reads can't be destructive");
        }
    }
}
