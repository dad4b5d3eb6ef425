//! The suite's prompts.

use serde_json::Value;
use wiv_mcp::mcp::{
    Code, Content, Context, Error, Outcome, Prompt, PromptArgument, PromptMessage, PromptRequest,
    PromptResult, ResourceBody, ResourceContents, Role,
};

use crate::{
    input::{answered, elicit, required},
    resources::PNG,
};

/// Each prompt with its arguments, all of them needed.
const PROMPTS: [(&str, &[&str]); 5] = [
    ("test_simple_prompt", &[]),
    ("test_prompt_with_arguments", &["arg1", "arg2"]),
    ("test_prompt_with_embedded_resource", &["resourceUri"]),
    ("test_prompt_with_image", &[]),
    ("test_input_required_result_prompt", &[]),
];

pub(crate) fn list() -> Vec<Prompt> {
    let prompt = |(name, arguments): (&str, &[&str])| Prompt {
        name: name.into(),
        title: name.replace('_', " "),
        description: format!("A prompt for tests: {name}"),
        arguments: arguments
            .iter()
            .map(|argument| PromptArgument {
                name: (*argument).into(),
                description: "An argument for tests".into(),
                required: true,
            })
            .collect(),
    };
    PROMPTS.into_iter().map(prompt).collect()
}

pub(crate) fn get(
    context: &Context,
    request: &PromptRequest,
) -> Result<Outcome<PromptResult>, Error> {
    let argument =
        |name: &str| request.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    let text = |text: &str| Content::Text(text.into());
    let contents = match request.name.as_str() {
        "test_simple_prompt" => vec![text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            let (first, second) = (argument("arg1"), argument("arg2"));
            vec![Content::Text(format!("Prompt with arguments: arg1='{first}', arg2='{second}'"))]
        }
        "test_prompt_with_embedded_resource" => vec![
            Content::Resource(ResourceContents {
                uri: argument("resourceUri").into(),
                mime_type: "text/plain".into(),
                body: ResourceBody::Text("Embedded resource content for testing.".into()),
            }),
            text("Please process the embedded resource above."),
        ],
        "test_prompt_with_image" => vec![
            Content::Image { data: PNG.into(), mime_type: "image/png".into() },
            text("Please analyze the image above."),
        ],
        "test_input_required_result_prompt" => match answered(context, "user_context", "context") {
            Some(given) => vec![Content::Text(format!("Prompt with context: {given}"))],
            None => {
                let ask = elicit("What context should the prompt use?", "context", "string");
                return required([("user_context", ask)], None);
            }
        },
        _ => return Err(Error::new(Code::InvalidParams, "there is no such prompt")),
    };
    let messages =
        contents.into_iter().map(|content| PromptMessage { role: Role::User, content }).collect();
    let description = format!("A prompt for tests: {}", request.name);
    Ok(Outcome::Complete(PromptResult { description, messages }))
}
