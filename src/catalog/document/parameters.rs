//! From an operation's parameters and body to arguments, and to their places on the wire.
//!
//! Not for tools' faces. Every argument gets exactly one place.

use serde_json::{Map, Value, json};

use super::{
    super::{
        Paging,
        operation::{Body, Field, QueryParameter, QueryStyle, Segment, ValueSource},
        paging,
    },
    extensions,
    inputs::{Argument, Inputs, WrittenOperation},
    members::OpenApiObject,
    mistakes::{DocumentMistakes, DocumentPlace},
    path, schema,
};

/// The one header that a parameter may fill: it makes a read one of an MSP's customer. Any other
/// would let a document send what callers choose under names that proxies and WIV trust.
const IMPERSONATED_TENANT: &str = "X-Wiv-Impersonated-Tenant-Id";

const JSON: &str = "application/json";

/// Reads what an operation takes.
pub(super) fn read(
    written: WrittenOperation<'_>,
    paging: Option<Paging>,
    place: DocumentPlace<'_>,
    mistakes: &mut DocumentMistakes,
) -> Inputs {
    let inputs = Inputs {
        arguments: Vec::new(),
        path: Vec::new(),
        query: Vec::new(),
        body: Body::None,
        tenant: None,
        page_rows: None,
    };
    let mut reader =
        ParameterReader { inputs, taken: Vec::new(), in_path: Vec::new(), paging, mistakes };
    let paths = DocumentPlace::Root.member("paths");
    let item_place = paths.member(written.template);
    let own = written.operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    let shared = written.path_item["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    for (index, parameter) in shared.iter().enumerate() {
        // An operation's own parameter replaces the path's of the same name and place.
        if !own.iter().any(|own| own["name"] == parameter["name"] && own["in"] == parameter["in"]) {
            let list = item_place.member("parameters");
            reader.parameter(parameter, list.item(index));
        }
    }
    for (index, parameter) in own.iter().enumerate() {
        let list = place.member("parameters");
        reader.parameter(parameter, list.item(index));
    }
    reader.path(written.template, item_place);
    reader.body(written, place);
    reader.complete_paging(place);
    reader.inputs
}

struct ParameterReader<'m> {
    inputs: Inputs,
    /// Names of arguments so far, `limit` and `cursor` included.
    taken: Vec<Box<str>>,
    /// Wire name and argument of each path parameter.
    in_path: Vec<(Box<str>, Box<str>)>,
    paging: Option<Paging>,
    mistakes: &'m mut DocumentMistakes,
}

/// A parameter or a property of the body.
struct DocumentInput<'d> {
    argument: &'d str,
    schema: &'d Value,
    description: Option<&'d str>,
    required: bool,
    is_tenant: bool,
    /// Where its schema stands, seen from itself: a property is one.
    schema_in: &'static [&'static str],
}

impl ParameterReader<'_> {
    fn parameter(&mut self, parameter: &Value, place: DocumentPlace<'_>) {
        OpenApiObject::Parameter.check(parameter, place, self.mistakes);
        let (Some(wire_name), Some(location)) =
            (parameter["name"].as_str(), parameter["in"].as_str())
        else {
            return self.mistakes.add(place, "a parameter needs `name` and `in`");
        };
        let content = &parameter["content"][JSON]["schema"];
        // Stands in for a missing schema, so that nothing else is told because of it.
        let any_text = json!({ "type": "string" });
        let (schema, is_json) = match (parameter.get("schema"), content) {
            (Some(schema), _) => (schema, false),
            (None, Value::Object(_)) => (content, true),
            (None, _) => {
                let reason = format!("{location} parameter `{wire_name}` has no schema");
                self.mistakes.add(place, reason);
                (&any_text, false)
            }
        };
        let input = DocumentInput {
            argument: self.name(parameter, wire_name, place),
            schema,
            description: parameter["description"].as_str(),
            required: parameter["required"] == true,
            is_tenant: location == "header",
            schema_in: if is_json { &["content", JSON, "schema"] } else { &["schema"] },
        };
        match location {
            "path" => {
                if !input.required {
                    self.mistakes.add(place, "a path parameter must be `required: true`");
                }
                self.must_be_text(&input, is_json, place);
                self.in_path.push((wire_name.into(), input.argument.into()));
                self.source(&input, place);
            }
            "query" => {
                let style = self.style(parameter, &input, is_json, place);
                if let Some(source) = self.source(&input, place) {
                    if source == ValueSource::PageKey && style != QueryStyle::Json {
                        let reason = format!("the page key needs `content: {JSON}`");
                        self.mistakes.add(place, reason);
                    }
                    let field = Field { wire_name: wire_name.into(), source };
                    self.inputs.query.push(QueryParameter { field, style });
                }
            }
            "header" if wire_name.eq_ignore_ascii_case(IMPERSONATED_TENANT) => {
                self.must_be_text(&input, is_json, place);
                self.source(&input, place);
                self.inputs.tenant = Some(input.argument.into());
            }
            "header" => {
                let reason = format!("only the header {IMPERSONATED_TENANT} can be a parameter");
                self.mistakes.add(place.member("name"), reason);
            }
            _ => self.mistakes.add(place.member("in"), "must be path, query or header"),
        }
    }

    /// The name that an argument has for callers.
    fn name<'d>(
        &mut self,
        named: &'d Value,
        wire_name: &'d str,
        place: DocumentPlace<'_>,
    ) -> &'d str {
        match named.get(extensions::ARGUMENT) {
            None => wire_name,
            Some(Value::String(name)) => name,
            Some(_) => {
                self.mistakes.add(place.member(extensions::ARGUMENT), "must be a text");
                wire_name
            }
        }
    }

    fn must_be_text(&mut self, input: &DocumentInput<'_>, is_json: bool, place: DocumentPlace<'_>) {
        if is_json || input.schema["type"] != "string" {
            self.mistakes.add(place, "a path or header parameter must be of `type: string`");
        }
        if matches!(input.argument, paging::LIMIT | paging::CURSOR) {
            self.mistakes.add(place, "`limit` and `cursor` can't stand in a path or header");
        }
    }

    fn style(
        &mut self,
        parameter: &Value,
        input: &DocumentInput<'_>,
        is_json: bool,
        place: DocumentPlace<'_>,
    ) -> QueryStyle {
        if is_json {
            return QueryStyle::Json;
        }
        if parameter.get("style").is_some_and(|style| style != "form") {
            self.mistakes.add(place.member("style"), "must be form");
        }
        if parameter.get("explode").is_none_or(|explode| explode == true) {
            return QueryStyle::Exploded;
        }
        if input.schema["type"] == "object" {
            self.mistakes.add(place.member("explode"), "an object must be exploded");
        }
        QueryStyle::CommaList
    }

    fn path(&mut self, template: &str, place: DocumentPlace<'_>) {
        let mut segments = match path::parse(template) {
            Ok(segments) => segments,
            Err(reason) => return self.mistakes.add(place, reason),
        };
        let mut undeclared = self.in_path.clone();
        for segment in &mut segments {
            let Segment::Argument(name) = segment else { continue };
            match self.in_path.iter().find(|(wire_name, _)| wire_name == name) {
                Some((wire_name, argument)) => {
                    undeclared.retain(|(used, _)| used != wire_name);
                    *name = argument.clone();
                }
                None => {
                    let reason = format!("{{{name}}} is not declared as a path parameter");
                    self.mistakes.add(place, reason);
                }
            }
        }
        for (wire_name, _) in undeclared {
            let reason = format!("the path has no {{{wire_name}}}, which a parameter declares");
            self.mistakes.add(place, reason);
        }
        self.inputs.path = segments;
    }

    fn body(&mut self, written: WrittenOperation<'_>, place: DocumentPlace<'_>) {
        let is_overlay = written.operation.get(extensions::OVERLAY).is_some();
        let body = &written.operation["requestBody"];
        let place = place.member("requestBody");
        if body.is_null() {
            if is_overlay {
                self.mistakes.add(place, "an overlay writes an object, so it needs a body");
            }
            return;
        }
        if written.method == "get" {
            self.mistakes.add(place, "a GET has no body");
        }
        OpenApiObject::RequestBody.check(body, place, self.mistakes);
        let content = place.member("content");
        let json = content.member(JSON);
        OpenApiObject::MediaType.check(&body["content"][JSON], json, self.mistakes);
        let place = json.member("schema");
        let schema = &body["content"][JSON]["schema"];
        if schema["type"] != "object" {
            return self.mistakes.add(place, "a body must be JSON of `type: object`");
        }
        self.inputs.body = if is_overlay {
            Body::Whole
        } else {
            let none = Map::new();
            let properties = schema["properties"].as_object().unwrap_or(&none);
            schema::check_keywords(schema, place, self.mistakes);
            schema::check_required(schema, place, self.mistakes);
            let place = place.member("properties");
            let fields = properties.iter().filter_map(|(name, property)| {
                let required = schema["required"].as_array();
                let input = DocumentInput {
                    argument: self.name(property, name, place.member(name)),
                    schema: property,
                    description: None,
                    required: required.is_some_and(|names| names.iter().any(|one| one == name)),
                    is_tenant: false,
                    schema_in: &[],
                };
                let source = self.source(&input, place.member(name))?;
                Some(Field { wire_name: name.as_str().into(), source })
            });
            Body::Members(fields.collect())
        };
    }

    /// Where the value comes from; offers the argument unless paging does.
    fn source(
        &mut self,
        input: &DocumentInput<'_>,
        place: DocumentPlace<'_>,
    ) -> Option<ValueSource> {
        let argument = input.argument;
        if !is_argument_name(argument) {
            let reason =
                format!("`{argument}` can't name an argument: letters, digits and `_` can");
            self.mistakes.add(place, reason);
            return None;
        }
        if self.taken.iter().any(|taken| **taken == *argument) {
            let reason = format!("`{argument}` is the name of two arguments; rename one of them");
            self.mistakes.add(place, reason);
            return None;
        }
        self.taken.push(argument.into());
        match argument {
            paging::LIMIT => {
                let most = input.schema["maximum"].as_u64();
                self.inputs.page_rows = most.and_then(|most| usize::try_from(most).ok());
                return self.page_source(ValueSource::Limit, place);
            }
            paging::CURSOR => return self.page_source(ValueSource::PageKey, place),
            _ => {}
        }
        // What the wire requires but has a default for is sent even if the caller leaves it out.
        let when_absent = input.schema.get("default").filter(|_| input.required).cloned();
        let argument_read = place.below(input.schema_in, &mut |place| Argument {
            name: argument.into(),
            schema: schema::offered(input.schema, input.description, place, self.mistakes),
            required: input.required && when_absent.is_none(),
            is_tenant: input.is_tenant,
            place: place.to_string(),
        });
        self.inputs.arguments.push(argument_read);
        Some(ValueSource::Argument { name: argument.into(), when_absent })
    }

    fn page_source(
        &mut self,
        source: ValueSource,
        place: DocumentPlace<'_>,
    ) -> Option<ValueSource> {
        if self.paging != Some(Paging::Scroll) {
            let reason = "`limit` and `cursor` are sent only where `x-mcp-paging` is scroll";
            self.mistakes.add(place, reason);
            return None;
        }
        Some(source)
    }

    fn complete_paging(&mut self, place: DocumentPlace<'_>) {
        let has = |name: &str| self.taken.iter().any(|taken| **taken == *name);
        if self.paging == Some(Paging::Scroll) && !(has(paging::LIMIT) && has(paging::CURSOR)) {
            let reason = "scroll needs a page size and a page key, named `limit` and `cursor` \
                          by x-mcp-argument";
            self.mistakes.add(place.member(extensions::PAGING), reason);
        }
    }
}

/// Names that every client and model API takes.
pub(super) fn is_argument_name(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(is_word)
}
