//! What an assistant does on its first day, as `scenario.py` and `scenario.mjs` tell it.

use std::collections::HashSet;
use std::env;

use rmcp::model::ErrorCode;
use serde_json::{Value, json};

use crate::client::Client;
use crate::{Failure, text};

// The stand-in's executions end within minutes of its own clock, which the scenario turns.
const CLOCK_STEP_S: u32 = 30;
const CLOCK_STEPS: u32 = 40;

const HINTS: [&str; 4] = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];

/// Counts what held; the first that does not hold ends the scenario.
#[derive(Default)]
pub(crate) struct Checks {
    count: usize,
}

impl Checks {
    pub(crate) fn that(
        &mut self,
        holds: bool,
        otherwise: impl Into<String>,
    ) -> Result<(), Failure> {
        if !holds {
            return Err(otherwise.into().into());
        }
        self.count += 1;
        Ok(())
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }
}

pub(crate) async fn first_day(
    client: &Client,
    demo: &Value,
    checks: &mut Checks,
) -> Result<(), Failure> {
    let server = client.server()?;
    checks.that(server["serverInfo"]["name"].is_string(), "the server names itself nowhere")?;
    checks.that(server["capabilities"]["tools"].is_object(), "the server declares no tools")?;
    the_tools(&client.list_tools().await?, checks)?;

    let first = succeed(client, checks, "wiv_search_cases", json!({"limit": 5})).await?;
    let cursor = &first["page"]["next_cursor"];
    checks.that(cursor.is_string(), "the first page has no next_cursor")?;
    let next = json!({"limit": 5, "cursor": cursor});
    let second = succeed(client, checks, "wiv_search_cases", next).await?;
    let ids: HashSet<&str> =
        rows(&first).chain(rows(&second)).map(|case| text(&case["case_id"])).collect();
    checks.that(ids.len() == 10, format!("two pages of 5 hold {} different cases", ids.len()))?;

    let workflows = succeed(client, checks, "wiv_list_workflows", json!({"limit": 100})).await?;
    let found: Vec<&Value> =
        rows(&workflows).filter(|row| row["name"] == "Tag untagged volumes").collect();
    checks.that(
        found.len() == 1,
        format!("{} workflows are called 'Tag untagged volumes'", found.len()),
    )?;
    let workflow_id = &found[0]["workflow_id"];

    let order = json!({
        "workflow_id": workflow_id,
        "trigger_event": {"account_id": "123456789012"},
    });
    let started = succeed(client, checks, "wiv_start_execution", order).await?;
    let execution_id = &started["data"]["execution_id"];
    checks.that(execution_id.is_string(), "the started execution has no id")?;
    let execution = json!({"workflow_id": workflow_id, "execution_id": execution_id});
    let status = follow(client, demo, checks, execution).await?;
    checks.that(status == "SUCCEEDED", format!("the execution ended as {status}"))?;

    odd_answer(client, demo, checks).await?;

    for arguments in [json!({"limit": "five"}), json!({"no_such_argument": 1})] {
        let refused = client.call_tool("wiv_search_cases", arguments.clone()).await?;
        let kind = &refused["structuredContent"]["error"]["kind"];
        checks.that(
            refused["isError"] == true && kind == "invalid_arguments",
            format!("{arguments}: isError {}, kind {kind}", refused["isError"]),
        )?;
    }

    // The answer repeats the name: its line breaks must not end a line of the event.
    let code = client.refusal("wiv_no\u{2028}such\u{85}tool").await;
    checks.that(
        code == Some(ErrorCode::INVALID_PARAMS),
        format!("an unknown tool is answered with {code:?}"),
    )
}

/// That every tool says what an assistant needs to know of it.
pub(crate) fn the_tools(tools: &[Value], checks: &mut Checks) -> Result<(), Failure> {
    let names: HashSet<&str> = tools.iter().map(|tool| text(&tool["name"])).collect();
    let promised = env::var("WIV_TOOLS")?;
    checks.that(tools.len().to_string() == promised, format!("{} tools", tools.len()))?;
    checks.that(names.len() == tools.len(), "a tool name is listed twice")?;
    for member in ["title", "description"] {
        let all = tools.iter().all(|tool| !text(&tool[member]).is_empty());
        checks.that(all, format!("a tool has no {member}"))?;
    }
    let objects = tools.iter().all(|tool| tool["inputSchema"]["type"] == "object");
    checks.that(objects, "an inputSchema is no object")?;
    for hint in HINTS {
        let missing: Vec<&str> = tools
            .iter()
            .filter(|tool| !tool["annotations"][hint].is_boolean())
            .map(|tool| text(&tool["name"]))
            .collect();
        checks.that(missing.is_empty(), format!("{hint} is missing on {missing:?}"))?;
    }
    Ok(())
}

/// Calls a tool that must succeed; returns what it answers for programs.
pub(crate) async fn succeed(
    client: &Client,
    checks: &mut Checks,
    name: &str,
    arguments: Value,
) -> Result<Value, Failure> {
    let mut result = client.call_tool(name, arguments).await?;
    let said = text(&result["content"][0]["text"]);
    checks.that(result["isError"] != true, format!("{name} failed: {said}"))?;
    checks.that(
        !said.is_empty() && result["structuredContent"].is_object(),
        format!("{name} lacks text or structuredContent"),
    )?;
    Ok(result["structuredContent"].take())
}

fn rows(structured: &Value) -> impl Iterator<Item = &Value> {
    structured["data"].as_array().into_iter().flatten()
}

// A text that was cut inside an emoji, a number beyond a float, and digits beyond 64 bits.
const ODD: &str = r#"{"data":[{"a":"x\ud800y","\udfff":1e400,"n":18446744073709551617}]}"#;

/// That an answer which no strict reader takes reaches this client readable.
async fn odd_answer(client: &Client, demo: &Value, checks: &mut Checks) -> Result<(), Failure> {
    let faults = format!("{}/_control/faults", text(&demo["wiv_api_url"]).trim_end_matches('/'));
    let fault = json!({
        "match": {"path": "/v2/cases/search"}, "fault": "answer", "answer": {"body": ODD},
    });
    reqwest::Client::new().put(&faults).json(&fault).send().await?.error_for_status()?;
    let answer = succeed(client, checks, "wiv_search_cases", json!({})).await?;
    let row = &answer["data"][0];
    checks.that(row["a"] == "x\u{fffd}y", format!("half of a character became {}", row["a"]))?;
    checks.that(row["\u{fffd}"] == "1e400", format!("1e400 became {row}"))
}

/// Asks for the execution until it ended, turning the stand-in's clock instead of sleeping.
async fn follow(
    client: &Client,
    demo: &Value,
    checks: &mut Checks,
    execution: Value,
) -> Result<String, Failure> {
    let clock = format!("{}/_control/clock", text(&demo["wiv_api_url"]).trim_end_matches('/'));
    let http = reqwest::Client::new();
    for _ in 0..CLOCK_STEPS {
        let answer = succeed(client, checks, "wiv_get_execution_status", execution.clone()).await?;
        if answer["data"]["ended_at"].is_string() {
            return Ok(text(&answer["data"]["status"]).to_owned());
        }
        let step = json!({"advance_s": CLOCK_STEP_S});
        http.post(&clock).json(&step).send().await?.error_for_status()?;
    }
    Err(format!("still running after {} s", CLOCK_STEPS * CLOCK_STEP_S).into())
}
