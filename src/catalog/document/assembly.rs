//! Puts operations together to tools.
//!
//! Looks at what holds between them: overlays, the key check, tools of the server's own.

use std::sync::OnceLock;

use serde_json::{Map, Value, json, value::RawValue};

use super::{
    super::{
        Action, Arguments, Operation, Tool, UpstreamRequest, acting as acting_arguments,
        operation::{AnswerShape, Body, Segment},
        paging, question, runs, shown,
    },
    Contents, Schemas, acting,
    extensions::{self, Overlay, optional},
    filter_values, folds,
    inputs::Argument,
    local,
    mistakes::{DocumentMistakes, DocumentPlace},
    operations::{Head, Operations, ReadOperation},
    parameters, reserved, runs as row_runs,
    words::in_our_words,
};

/// The tools and the key check; nothing only when a mistake was added.
pub(super) fn assemble(
    document: &Value,
    mut operations: Operations<'_>,
    schemas: Schemas,
    mistakes: &mut DocumentMistakes,
) -> Option<Contents> {
    let paths = DocumentPlace::Root.member("paths");
    match operations.key_checks {
        1 => {}
        0 => mistakes.add(paths, "no operation has `x-mcp-key-check: true`; one must"),
        _ => mistakes.add(paths, "several operations have `x-mcp-key-check: true`; one must"),
    }
    let mut key_check = None;
    for read in &operations.sound {
        let path = paths.member(read.path);
        let place = path.member(read.method);
        if read.written[extensions::KEY_CHECK] == true {
            if operations.key_checks == 1 {
                key_check = key_request(read, place, mistakes);
            }
        } else if read.written.get(extensions::KEY_CHECK_BODY).is_some() {
            let reason = "belongs to the operation with `x-mcp-key-check: true`";
            mistakes.add(place.member(extensions::KEY_CHECK_BODY), reason);
        }
    }
    reserved::attach(&mut operations);
    // Folds keep their source as it stands, with its values.
    filter_values::attach(&mut operations, mistakes);
    folds::attach(&mut operations, mistakes);
    row_runs::attach(&mut operations, mistakes);
    acting::attach(&mut operations, mistakes);
    let local = local::tools(document, &operations, mistakes);
    // Overlays need another operation, so all are known before the first tool is made.
    let reads: Vec<Operation> =
        operations.sound.iter().map(|read| read.operation.clone()).collect();
    let mut tools = Vec::new();
    for read in operations.sound {
        let path = paths.member(read.path);
        let place = path.member(read.method);
        let places: Vec<(Box<str>, String)> =
            read.arguments.iter().map(|it| (it.name.clone(), it.place.clone())).collect();
        if let Some(tool) = operation_tool(read, &reads, &operations.ids, place, mistakes) {
            compile(&tool, schemas, &places, place, mistakes);
            tools.push(tool);
        }
    }
    for (head, arguments, action) in local {
        let tool = tool(head, arguments, action);
        compile(&tool, schemas, &[], DocumentPlace::Root, mistakes);
        tools.push(tool);
    }
    Some(Contents { tools, key_check: key_check? })
}

fn operation_tool(
    read: ReadOperation<'_>,
    operations: &[Operation],
    ids: &[&str],
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<Tool> {
    let ReadOperation { head, operation, mut arguments, written, .. } = read;
    let overlay: Option<Overlay> = optional(written, extensions::OVERLAY, &place, mistakes);
    let action = match overlay {
        None => Action::Call(operation),
        Some(overlay) => {
            let place = place.member(extensions::OVERLAY);
            let source = overlay_source(&overlay, operations, ids, place, mistakes)?;
            if !overlay_fits(source, &overlay, &arguments, place, mistakes) {
                return None;
            }
            arguments.push(Argument {
                name: overlay.argument.clone(),
                schema: json!({
                    "type": "object",
                    "minProperties": 1,
                    "description": overlay.description,
                    "properties": overlay.properties,
                }),
                required: true,
                is_tenant: false,
                place: place.member("argument").to_string(),
            });
            Action::Overlay {
                read: Box::new(source.clone()),
                write: operation,
                argument: overlay.argument,
            }
        }
    };
    Some(tool(head, arguments, action))
}

/// Compiles the schema of a tool's arguments, unless it is known to compile.
fn compile(
    tool: &Tool,
    schemas: Schemas,
    places: &[(Box<str>, String)],
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) {
    if schemas == Schemas::Proven {
        return;
    }
    match tool.compile() {
        Ok(validator) => {
            tool.validator.get_or_init(|| validator);
        }
        Err(error) => {
            // Where in the schema that is put together of all arguments.
            let within = error.instance_path().to_string();
            let own = within.strip_prefix("/properties/").unwrap_or_default();
            let (name, rest) = own.split_at(own.find('/').unwrap_or(own.len()));
            let found = places.iter().find(|(argument, _)| **argument == *name);
            let at = found.map_or_else(|| place.to_string(), |(_, place)| format!("{place}{rest}"));
            mistakes.add_at(at, format!("not a JSON Schema: {}", in_our_words(&error.to_string())));
        }
    }
}

/// The operation that reads for an overlay.
fn overlay_source<'o>(
    overlay: &Overlay,
    operations: &'o [Operation],
    ids: &[&str],
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<&'o Operation> {
    match ids.iter().filter(|id| **id == &*overlay.read).count() {
        1 => operations.iter().find(|operation| operation.id == overlay.read),
        0 => {
            let reason = format!("no tool's operation has the id `{}`", overlay.read);
            mistakes.add(place.member("read"), reason);
            None
        }
        // Told where the second one stands.
        _ => None,
    }
}

fn overlay_fits(
    source: &Operation,
    overlay: &Overlay,
    arguments: &[Argument],
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> bool {
    let offered = |name: &str| arguments.iter().any(|argument| *argument.name == *name);
    let reads_one = source.read_only
        && source.paging.is_none()
        && matches!(source.body, Body::None)
        && source.path.iter().all(|segment| match segment {
            Segment::Fixed(_) => true,
            Segment::Argument(name) => offered(name),
        });
    if !reads_one {
        let reason = "must read one object by arguments that the writing operation has in its path";
        mistakes.add(place.member("read"), reason);
    }
    let is_free = !offered(&overlay.argument) && parameters::is_argument_name(&overlay.argument);
    if !is_free {
        let reason = format!("`{}` is taken or can't name an argument", overlay.argument);
        mistakes.add(place.member("argument"), reason);
    }
    reads_one && is_free
}

fn tool(head: Head, arguments: Vec<Argument>, action: Action) -> Tool {
    let is_paged = matches!(&action, Action::Call(operation) if operation.paging.is_some());
    let has_fields = matches!(&action, Action::Call(operation) if operation.fields.is_some());
    let mut of_figures = Vec::new();
    if let Action::Call(Operation { fold: Some(fold), answer, .. }) = &action {
        match answer {
            AnswerShape::Summary => of_figures.extend(question::of_summary(fold)),
            _ => of_figures.extend(question::of_list(fold)),
        }
    }
    if let Action::Call(operation) = &action {
        of_figures.extend(runs::arguments(operation));
    }
    if let Action::Call(operation) | Action::Overlay { write: operation, .. } = &action {
        of_figures.extend(acting_arguments::arguments(operation));
    }
    if matches!(action, Action::Runs(_)) {
        of_figures.push((runs::GROUP_BY, runs::group_by_schema()));
    }
    let schema = input_schema(arguments, of_figures, is_paged, has_fields);
    Tool {
        name: head.name,
        title: head.title,
        description: head.description,
        toolset: head.toolset,
        hints: head.hints,
        shown_schema: raw(&shown::shown(&schema)),
        input_schema: raw(&schema),
        action,
        validator: OnceLock::new(),
    }
}

fn raw(schema: &Value) -> Box<RawValue> {
    serde_json::value::to_raw_value(schema).expect("a JSON value can be written as JSON")
}

/// Required arguments first, then the tool's own, then those that many tools share.
fn input_schema(
    arguments: Vec<Argument>,
    of_figures: Vec<(&str, Value)>,
    is_paged: bool,
    has_fields: bool,
) -> Value {
    let required: Vec<Value> = arguments
        .iter()
        .filter(|argument| argument.required)
        .map(|argument| (&*argument.name).into())
        .collect();
    let (tenant, own): (Vec<_>, Vec<_>) =
        arguments.into_iter().partition(|argument| argument.is_tenant);
    let (first, then): (Vec<_>, Vec<_>) = own.into_iter().partition(|argument| argument.required);
    let named = |argument: Argument| (argument.name.into_string(), argument.schema);
    let mut properties: Map<String, Value> = first.into_iter().chain(then).map(named).collect();
    properties.extend(of_figures.into_iter().map(|(name, schema)| (name.to_owned(), schema)));
    if has_fields {
        properties.insert(paging::FIELDS.into(), paging::fields_schema());
        properties.insert(paging::FORMAT.into(), paging::format_schema());
    }
    if is_paged {
        properties.insert(paging::LIMIT.into(), paging::limit_schema());
        properties.insert(paging::CURSOR.into(), paging::cursor_schema());
    }
    properties.extend(tenant.into_iter().map(named));
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    if !required.is_empty() {
        schema.insert("required".into(), required.into());
    }
    schema.insert("additionalProperties".into(), false.into());
    schema.into()
}

/// The request that tries a key: a read that needs nothing from anybody.
fn key_request(
    read: &ReadOperation<'_>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Option<UpstreamRequest> {
    let place = place.member(extensions::KEY_CHECK);
    let operation = &read.operation;
    if !operation.read_only {
        mistakes.add(place, "trying a key must not change anything");
        return None;
    }
    let none = Arguments::none();
    let request = match (&operation.body, read.written.get(extensions::KEY_CHECK_BODY)) {
        (Body::None, None) if read.arguments.iter().all(|argument| !argument.required) => {
            operation.request(&none, None)
        }
        (Body::Members(_), Some(body @ Value::Object(_))) => {
            operation.request_with_body(&none, body.to_string().into_bytes())
        }
        (Body::None, _) => {
            mistakes.add(place, "needs an operation without required arguments or body");
            return None;
        }
        _ => {
            let reason = "an operation with a body needs an object as `x-mcp-key-check-body`";
            mistakes.add(place, reason);
            return None;
        }
    };
    request.map_err(|problem| mistakes.add(place, problem.to_string())).ok()
}
