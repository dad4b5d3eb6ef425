//! Asking the client for input, and tools that do.

use serde_json::{Value, json};
use wiv_mcp::mcp::{
    Content, Context, Error, InputKind, InputRequest, InputRequired, Outcome, ToolResult,
};

pub(crate) fn elicit(message: &str, field: &str, kind: &str) -> InputRequest {
    let schema = json!({
        "type": "object",
        "properties": { field: { "type": kind } },
        "required": [field],
    });
    let params = json!({ "mode": "form", "message": message, "requestedSchema": schema });
    InputRequest { kind: InputKind::Elicitation, params }
}

fn sample(question: &str) -> InputRequest {
    let content = json!({ "type": "text", "text": question });
    let params = json!({ "messages": [{ "role": "user", "content": content }], "maxTokens": 100 });
    InputRequest { kind: InputKind::Sampling, params }
}

fn roots() -> InputRequest {
    InputRequest { kind: InputKind::Roots, params: json!({}) }
}

/// The end of a request that needs input.
pub(crate) fn required<T, const N: usize>(
    requests: [(&str, InputRequest); N],
    state: Option<&str>,
) -> Result<Outcome<T>, Error> {
    let requests = requests.into_iter().map(|(name, request)| (name.to_owned(), request)).collect();
    let state = state.map(|state| state.as_bytes().to_vec());
    Ok(Outcome::InputRequired(InputRequired { requests, state, life: None }))
}

/// A field of a form that was filled in.
pub(crate) fn answered(context: &Context, name: &str, field: &str) -> Option<String> {
    let value = context.input.responses.get(name)?.get("content")?.get(field)?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn said(text: impl Into<String>) -> Result<Outcome<ToolResult>, Error> {
    let content = vec![Content::Text(text.into())];
    Ok(Outcome::Complete(ToolResult {
        content,
        structured: None,
        is_error: false,
        credential_refused: false,
    }))
}

/// Names behind `test_input_required_result_`.
pub(crate) const TOOLS: [&str; 8] = [
    "elicitation",
    "sampling",
    "list_roots",
    "request_state",
    "multiple_inputs",
    "multi_round",
    "tampered_state",
    "capabilities",
];

/// Runs `test_input_required_result_<name>`; `None` when there is no such tool.
pub(crate) fn call(context: &Context, name: &str) -> Option<Result<Outcome<ToolResult>, Error>> {
    let given = |name: &str| context.input.responses.get(name);
    let state = context.input.state.as_deref().and_then(|state| std::str::from_utf8(state).ok());
    Some(match name {
        "elicitation" => match answered(context, "user_name", "name") {
            Some(name) => said(format!("Hello, {name}!")),
            None => required([("user_name", elicit("What is your name?", "name", "string"))], None),
        },
        "sampling" => match given("capital_question").and_then(|given| given.get("content")) {
            Some(answer) => said(answer["text"].as_str().unwrap_or_default()),
            None => {
                required([("capital_question", sample("What is the capital of France?"))], None)
            }
        },
        "list_roots" => {
            match given("client_roots")
                .and_then(|given| given.get("roots"))
                .and_then(Value::as_array)
            {
                Some(roots) => said(format!("Found {} root(s)", roots.len())),
                None => required([("client_roots", roots())], None),
            }
        }
        "request_state" | "tampered_state" => match (state, given("confirm")) {
            (Some("asked"), Some(_)) => said("state-ok"),
            _ => required([("confirm", elicit("Please confirm", "ok", "boolean"))], Some("asked")),
        },
        "multiple_inputs" => {
            match (state, given("user_name"), given("greeting"), given("client_roots")) {
                (Some("asked"), Some(_), Some(_), Some(_)) => said("all inputs are there"),
                _ => required(
                    [
                        ("user_name", elicit("What is your name?", "name", "string")),
                        ("greeting", sample("Generate a greeting")),
                        ("client_roots", roots()),
                    ],
                    Some("asked"),
                ),
            }
        }
        "multi_round" => multi_round(context, state),
        "capabilities" => {
            let requests = [
                (InputKind::Elicitation, "elicit_input", elicit("Input", "value", "string")),
                (InputKind::Sampling, "sample_input", sample("Sample request")),
            ];
            let requests = requests
                .into_iter()
                .filter(|(kind, ..)| context.meta.can_ask_for.contains(kind))
                .map(|(_, name, request)| (name.to_owned(), request));
            let state = Some(b"asked".to_vec());
            Ok(Outcome::InputRequired(InputRequired {
                requests: requests.collect(),
                state,
                life: None,
            }))
        }
        _ => return None,
    })
}

fn multi_round(context: &Context, state: Option<&str>) -> Result<Outcome<ToolResult>, Error> {
    let first = || ("step1", elicit("Step 1: What is your name?", "name", "string"));
    let second = || ("step2", elicit("Step 2: What is your favorite color?", "color", "string"));
    match state.map(|state| state.split_once(' ').unwrap_or((state, ""))) {
        Some(("first", _)) => match answered(context, "step1", "name") {
            Some(name) => required([second()], Some(&format!("second {name}"))),
            None => required([first()], Some("first")),
        },
        Some(("second", name)) => match answered(context, "step2", "color") {
            Some(color) => said(format!("{name} likes {color}")),
            None => required([second()], Some(&format!("second {name}"))),
        },
        _ => required([first()], Some("first")),
    }
}
