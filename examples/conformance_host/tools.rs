//! The suite's tools, but for those that ask for input.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;
use wiv_mcp::mcp::{
    Code, Content, Context, Error, HeaderParameter, InputKind, LogLevel, Outcome, ResourceBody,
    ResourceContents, ToolCall, ToolDescription, ToolResult, View,
};

use crate::{input, resources::PNG, tasks};

/// The tool that has an argument in a header.
const WITH_HEADER: &str = "test_custom_header";

/// An empty sound.
const WAV: &str = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

const NO_ARGUMENTS: &str = r#"{"type":"object","properties":{}}"#;

const HEADER_SCHEMA: &str = r#"{"type":"object","properties":{"region":{"type":"string","description":"Where to look","x-mcp-header":"Region"}}}"#;

/// Keywords of JSON Schema 2020-12 that must reach the client as they are.
const WHOLE_SCHEMA: &str = r##"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": {
        "$anchor": "addressDef",
        "type": "object",
        "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
    }},
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"}
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": false
}"##;

const TOOLS: [(&str, &str); 13] = [
    ("test_simple_text", NO_ARGUMENTS),
    ("test_image_content", NO_ARGUMENTS),
    ("test_audio_content", NO_ARGUMENTS),
    ("test_embedded_resource", NO_ARGUMENTS),
    ("test_multiple_content_types", NO_ARGUMENTS),
    ("test_tool_with_logging", NO_ARGUMENTS),
    ("test_tool_with_progress", NO_ARGUMENTS),
    ("test_error_handling", NO_ARGUMENTS),
    ("test_missing_capability", NO_ARGUMENTS),
    ("test_streaming_elicitation", NO_ARGUMENTS),
    ("test_logging_tool", NO_ARGUMENTS),
    (WITH_HEADER, HEADER_SCHEMA),
    ("json_schema_2020_12_tool", WHOLE_SCHEMA),
];

const ASKS_FOR_INPUT: &str = "test_input_required_result_";

pub(crate) fn view() -> View {
    let asking: Vec<String> =
        input::TOOLS.iter().map(|name| format!("{ASKS_FOR_INPUT}{name}")).collect();
    let tools = TOOLS
        .into_iter()
        .chain(tasks::TOOLS.map(|name| (name, tasks::SCHEMA)))
        .chain(asking.iter().map(|name| (name.as_str(), NO_ARGUMENTS)))
        .map(|(name, input_schema)| ToolDescription {
            name,
            title: name,
            description: "A tool for tests",
            input_schema,
            output_schema: "",
            read_only: true,
            destructive: false,
            idempotent: true,
            open_world: false,
        });
    let header_parameters =
        vec![HeaderParameter { name: "Region".into(), path: vec!["region".into()] }];
    View::new(tools, std::iter::empty()).with_header_parameters(WITH_HEADER, header_parameters)
}

pub(crate) async fn call(context: &Context, call: &ToolCall) -> Result<Outcome<ToolResult>, Error> {
    if let Some(outcome) =
        call.name.strip_prefix(ASKS_FOR_INPUT).and_then(|name| input::call(context, name))
    {
        return outcome;
    }
    let text = |text: &str| Content::Text(text.into());
    let image = || Content::Image { data: PNG.into(), mime_type: "image/png".into() };
    let content = match call.name.as_str() {
        "test_simple_text" => vec![text("This is a simple text response for testing.")],
        "test_image_content" => vec![image()],
        "test_audio_content" => {
            vec![Content::Audio { data: WAV.into(), mime_type: "audio/wav".into() }]
        }
        "test_embedded_resource" => vec![embedded(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content.",
        )],
        "test_multiple_content_types" => vec![
            text("Multiple content types test:"),
            image(),
            embedded(
                "test://mixed-content-resource",
                "application/json",
                r#"{"test":"data","value":123}"#,
            ),
        ],
        "test_tool_with_logging" | "test_logging_tool" => {
            for step in
                ["Tool execution started", "Tool processing data", "Tool execution completed"]
            {
                context.log(LogLevel::Info, "fixture", &json!(step));
                sleep(Duration::from_millis(50)).await;
            }
            vec![text("Tool with logging executed successfully")]
        }
        "test_tool_with_progress" | "test_streaming_elicitation" => {
            for done in [0.0, 50.0, 100.0] {
                context.progress(done, Some(100.0), &format!("Completed step {done} of 100"));
                sleep(Duration::from_millis(50)).await;
            }
            vec![text("Tool with progress executed successfully")]
        }
        "test_error_handling" => {
            let content = vec![text("This tool intentionally returns an error for testing")];
            return Ok(Outcome::Complete(ToolResult {
                content,
                structured: None,
                is_error: true,
                credential_refused: false,
            }));
        }
        "test_missing_capability" => {
            if !context.meta.can_ask_for.contains(&InputKind::Sampling) {
                return Err(Error::missing_capability(&[InputKind::Sampling]));
            }
            vec![text("Success")]
        }
        WITH_HEADER | "json_schema_2020_12_tool" => {
            vec![Content::Text(json!(call.arguments).to_string())]
        }
        _ => return Err(Error::new(Code::InvalidParams, "there is no such tool")),
    };
    Ok(Outcome::Complete(ToolResult {
        content,
        structured: None,
        is_error: false,
        credential_refused: false,
    }))
}

fn embedded(uri: &str, mime_type: &str, text: &str) -> Content {
    Content::Resource(ResourceContents {
        uri: uri.into(),
        mime_type: mime_type.into(),
        body: ResourceBody::Text(text.into()),
    })
}
