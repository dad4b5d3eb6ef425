//! The Rust SDK's client as a user: by key, or with `sign-in` by OAuth.
//!
//! Reads the object that `wiv-mcp demo --json` printed from the variable WIV_DEMO, or from
//! WIV_SIGN_IN where to sign in, which the program WIV_BROWSER does. Prints one line a way; exits 1
//! when one failed.

mod client;
mod scenario;
mod sign_in;

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use rmcp::model::ProtocolVersion;
use rmcp::service::ClientLifecycleMode;
use serde_json::Value;

use client::Client;
use scenario::Checks;
use sign_in::Registration;

/// Whatever went wrong: it is printed, and nobody asks which it was.
type Failure = Box<dyn Error + Send + Sync>;

/// A scenario takes about a second; a server that never answers must not hang it.
const SCENARIO_WITHIN: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Failure> {
    let held = match env::args().nth(1).as_deref() {
        None => by_key().await?,
        Some("sign-in") => by_oauth().await?,
        Some(other) => return Err(format!("usage: [sign-in], not {other}").into()),
    };
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn by_key() -> Result<bool, Failure> {
    let demo = json_variable("WIV_DEMO")?;
    let mut held = true;
    for (name, address, lifecycle) in [
        ("http", "mcp_url", ClientLifecycleMode::Initialize),
        ("http on /sse", "sse_url", ClientLifecycleMode::Initialize),
        ("http with discovery", "mcp_url", discovery()),
    ] {
        let mut checks = Checks::default();
        let story = first_day(&demo, text(&demo[address]), lifecycle, &mut checks);
        let outcome = within_time(story).await;
        held &= tell(&format!("{name} · key"), &checks, outcome);
    }
    Ok(held)
}

async fn by_oauth() -> Result<bool, Failure> {
    let places = json_variable("WIV_SIGN_IN")?;
    let mut held = true;
    for (name, place, registration) in
        [("dcr", "served", Registration::Dynamic), ("cimd", "demo", Registration::MetadataDocument)]
    {
        let mut checks = Checks::default();
        let story = sign_in::story(&places[place], registration, &mut checks);
        let outcome = within_time(story).await;
        held &= tell(&format!("http · oauth {name}"), &checks, outcome);
    }
    Ok(held)
}

async fn first_day(
    demo: &Value,
    url: &str,
    lifecycle: ClientLifecycleMode,
    checks: &mut Checks,
) -> Result<String, Failure> {
    let client = Client::with_key(url, text(&demo["api_keys"]["acme"]), lifecycle).await?;
    scenario::first_day(&client, demo, checks).await?;
    let revision = client.revision();
    client.close().await;
    Ok(revision)
}

/// Asks with `server/discover` first, as the SDK does only when it is told to.
fn discovery() -> ClientLifecycleMode {
    ClientLifecycleMode::Auto {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        legacy_version: None,
    }
}

async fn within_time(
    story: impl Future<Output = Result<String, Failure>>,
) -> Result<String, Failure> {
    match tokio::time::timeout(SCENARIO_WITHIN, story).await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("not done after {} s", SCENARIO_WITHIN.as_secs()).into()),
    }
}

/// Prints a row's line; says whether it held.
fn tell(row: &str, checks: &Checks, outcome: Result<String, Failure>) -> bool {
    let line = format!("interop rmcp {} · {row}", client::VERSION);
    match outcome {
        Ok(revision) => {
            println!("ok   {line} · {revision} · {} checks", checks.count());
            true
        }
        Err(failure) => {
            let words: Vec<String> =
                failure.to_string().split_whitespace().map(str::to_owned).collect();
            println!("FAIL {line} · {}", words.join(" "));
            false
        }
    }
}

fn json_variable(name: &str) -> Result<Value, Failure> {
    Ok(serde_json::from_str(&env::var(name).map_err(|_| format!("{name} is not set"))?)?)
}

/// The string in a value that is one wherever the server keeps its contract.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
