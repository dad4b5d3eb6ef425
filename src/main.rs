//! The command line: words in, exit codes out.
//!
//! Exit 0: fine. 1: failed while running. 2: bad usage or settings.

mod command_line;

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context as _;
use clap::ArgMatches;
use wiv_mcp::{
    app::{self, App, Audience},
    auth::{Auth, Challenges},
    caller::Caller,
    commands::{
        self,
        keys::{Confirm, RevokeError},
    },
    limits::{Descriptors, Memory},
    mcp::ToolCall,
    origin::Origin,
    seal::SealingKeys,
    settings::{self, Mistakes, RunAs, Settings, Shown, Source},
    signin::Sweep,
    telemetry::{self, LogFormat},
    tools::Tools,
    transport,
};

#[cfg(feature = "sandbox")]
use wiv_mcp::sandbox::Sandbox;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What ended a command early.
enum Failure {
    /// Exit 2.
    Usage(anyhow::Error),
    /// Exit 1.
    Running(anyhow::Error),
    /// Exit 1, and everything was said already.
    Told,
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Running(error.into())
    }
}

fn main() -> ExitCode {
    let matches = command_line::command_line().get_matches();
    let (name, matches) = matches.subcommand().unwrap_or(("serve", &matches));
    match run(name, matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Told) => ExitCode::from(1),
        Err(Failure::Running(error)) => say(&error, 1),
        Err(Failure::Usage(error)) => say(&error, 2),
    }
}

fn say(error: &anyhow::Error, code: u8) -> ExitCode {
    // Nobody is left to tell when standard error is gone.
    let _unheard = writeln!(io::stderr(), "wiv-mcp: {error:#}");
    ExitCode::from(code)
}

fn run(name: &str, matches: &ArgMatches) -> Result<(), Failure> {
    match name {
        "serve" => serve(matches),
        "call" => call(matches),
        "stdio" => stdio(matches),
        "tools" => tools(matches),
        "config" => config(matches),
        "keys" => keys(matches),
        #[cfg(feature = "sandbox")]
        "demo" => demo(matches),
        #[cfg(feature = "sandbox")]
        "sandbox" => sandbox(matches),
        _ => Err(Failure::Usage(anyhow::anyhow!("no such command: {name}"))),
    }
}

fn load(run_as: RunAs, matches: &ArgMatches) -> Result<(Settings, Vec<Shown>), Failure> {
    let flags = settings::given_flags(matches);
    Settings::load(run_as, &flags, settings::environment())
        .map_err(|mistakes: Mistakes| Failure::Usage(mistakes.into()))
}

fn log(settings: &Settings) -> Result<(), Failure> {
    let by_place = if io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json };
    telemetry::init(settings.log.as_str(), settings.log_format.unwrap_or(by_place))
        .context("WIV_MCP_LOG")
        .map_err(Failure::Usage)
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn serve(matches: &ArgMatches) -> Result<(), Failure> {
    let (settings, _) = load(RunAs::Server, matches)?;
    log(&settings)?;
    runtime()?.block_on(async {
        // Before binding: the first process of a container gets no default action for signals.
        let stop = stop_signal()?;
        for warning in settings.warnings() {
            tracing::warn!(setting = warning.setting, "a weak setting: {}", warning.message);
        }
        let app = App::start(&settings, Audience::Public).await.map_err(of_start)?;
        stop.await;
        tracing::info!("stopping");
        app.stop().await;
        Ok(())
    })
}

/// What the operator can mend in the settings is bad usage; the rest failed while running.
fn of_start(error: app::StartError) -> Failure {
    match error {
        app::StartError::Listen { .. } | app::StartError::Client(_) => {
            Failure::Running(error.into())
        }
        error => Failure::Usage(error.into()),
    }
}

/// Waits for SIGTERM or Ctrl-C. Registered when called, not when awaited.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn call(matches: &ArgMatches) -> Result<(), Failure> {
    let (settings, shown) = load(RunAs::Command, matches)?;
    // A person at a terminal wants the answer, not a server's log, unless they ask for it.
    let asked = |shown: &Shown| shown.variable == "WIV_MCP_LOG" && shown.source != Source::Default;
    if shown.iter().any(asked) {
        log(&settings)?;
    }
    let local = Local::from(&settings)?;
    let tool = matches.get_one::<String>("tool").cloned().unwrap_or_default();
    let pairs: Vec<String> =
        matches.get_many::<String>("pairs").into_iter().flatten().cloned().collect();
    let json = matches.get_one::<String>("arguments").map(String::as_str);
    let arguments = commands::call::arguments(local.tools.catalog(), &tool, &pairs, json)
        .map_err(|error| Failure::Usage(error.into()))?;
    let text = serde_json::Value::Object(arguments.clone()).to_string().into();
    let call = ToolCall { name: tool, arguments, text };
    let as_json = matches.get_flag("json");
    let mut output = io::stdout().lock();
    let run = commands::call::run(&local.tools, &local.caller, call, as_json, &mut output);
    if runtime()?.block_on(run)? { Ok(()) } else { Err(Failure::Told) }
}

fn stdio(matches: &ArgMatches) -> Result<(), Failure> {
    let (settings, _) = load(RunAs::Command, matches)?;
    log(&settings)?;
    let Local { tools, caller } = Local::from(&settings)?;
    let limit = settings.request_limit.bytes();
    let runtime = runtime()?;
    let (input, output) = (tokio::io::stdin(), tokio::io::stdout());
    let served =
        runtime.block_on(transport::stdio::serve(Arc::new(tools), caller, limit, input, output));
    // Standard input may still be waited for by a thread that nothing can wake.
    runtime.shutdown_background();
    Ok(served?)
}

/// The tools for one user of this machine, whose key is in the environment.
struct Local {
    tools: Tools,
    caller: Caller,
}

impl Local {
    fn from(settings: &Settings) -> Result<Self, Failure> {
        let Some(key) = settings.wiv_api_key.clone() else {
            let missing = anyhow::anyhow!("set WIV_API_KEY to the key to call with");
            return Err(Failure::Usage(missing));
        };
        let keys = settings
            .sealing_keys
            .clone()
            .unwrap_or_else(|| SealingKeys::derived_from(key.secret_for_derivation()));
        let origin =
            settings.public_url.clone().unwrap_or_else(|| Origin::of_listener(settings.listen));
        let catalog = app::catalog(settings.catalog.as_deref()).map_err(of_start)?;
        let memory = Memory::new(settings.memory.bytes());
        let client = Arc::new(app::client(settings, Descriptors::raised(), &memory)?);
        let tools = app::tools(settings, catalog, client, &keys, &origin).map_err(of_start)?;
        let challenges = Challenges::new(origin.as_str(), None);
        let caller = Auth::new(keys.hash_key("caller"), challenges, None).caller(key);
        Ok(Self { tools, caller })
    }
}

fn tools(matches: &ArgMatches) -> Result<(), Failure> {
    use commands::tools::Form;
    let (settings, _) = load(RunAs::Command, matches)?;
    let catalog = app::catalog(settings.catalog.as_deref()).map_err(of_start)?;
    let form = match ["json", "markdown", "tokens"].map(|form| matches.get_flag(form)) {
        [true, ..] => Form::Json,
        [_, true, _] => Form::Markdown,
        [.., true] => Form::Tokens,
        _ => Form::Text,
    };
    Ok(commands::tools::run(&catalog, form, &mut io::stdout().lock())?)
}

fn config(matches: &ArgMatches) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    if matches.get_flag("new-sealing-key") {
        return Ok(commands::config::new_sealing_key(&mut output)?);
    }
    if matches.get_flag("markdown") {
        return Ok(output.write_all(settings::markdown().as_bytes())?);
    }
    let (_, shown) = load(RunAs::Command, matches)?;
    Ok(commands::config::run(&shown, &mut output)?)
}

fn keys(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((command @ ("revoke-all" | "sweep"), matches)) = matches.subcommand() else {
        return Err(Failure::Usage(anyhow::anyhow!("keys has the commands revoke-all and sweep")));
    };
    let (settings, _) = load(RunAs::Command, matches)?;
    let Some(propelauth) = app::propelauth(&settings).map_err(of_start)? else {
        let missing = "set PROPELAUTH_AUTH_URL, PROPELAUTH_CLIENT_ID, PROPELAUTH_CLIENT_SECRET and \
                       PROPELAUTH_API_KEY, as for `serve`";
        return Err(Failure::Usage(anyhow::anyhow!(missing)));
    };
    let mut output = io::stdout().lock();
    if command == "sweep" {
        let Some(policy) = settings.key_policy else {
            return Err(Failure::Usage(anyhow::anyhow!("set WIV_MCP_KEY_POLICY, as for `serve`")));
        };
        let sweep = Sweep::new(Arc::new(propelauth), policy);
        return Ok(runtime()?.block_on(commands::keys::sweep(&sweep, &mut output))?);
    }
    let org = matches.get_one::<String>("org").map(String::as_str);
    let mut ask = ask_person;
    let confirm = match (matches.get_flag("yes"), io::stdin().is_terminal()) {
        (true, _) => Confirm::Given,
        (false, true) => Confirm::Ask(&mut ask),
        (false, false) => Confirm::Nobody,
    };
    let revoke = commands::keys::revoke_all(&propelauth, org, confirm, &mut output);
    runtime()?.block_on(revoke).map_err(|error| match error {
        RevokeError::Unconfirmed => Failure::Usage(error.into()),
        error => Failure::Running(error.into()),
    })
}

/// Asks at the terminal. The question goes where the person looks, whatever standard output is.
fn ask_person(question: &str) -> io::Result<bool> {
    write!(io::stderr(), "{question}")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

#[cfg(feature = "sandbox")]
fn demo(matches: &ArgMatches) -> Result<(), Failure> {
    demo_log()?;
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    runtime()?.block_on(async {
        let stop = stop_signal()?;
        let sandbox = Sandbox::start(0, 0).await.context("the stand-ins")?;
        let settings = commands::demo::settings(&sandbox, port)?;
        let app = App::start(&settings, Audience::ThisMachine).await.map_err(|error| {
            let taken = matches!(error, app::StartError::Listen { .. });
            let error = anyhow::Error::from(error);
            if taken { error.context(format!("port {port} {OTHER_PORT}")) } else { error }
        })?;
        let mut output = io::stdout().lock();
        if matches.get_flag("json") {
            writeln!(output, "{}", commands::demo::to_json(app.origin(), &sandbox))?;
        } else {
            commands::demo::print(app.origin(), &sandbox, &mut output)?;
        }
        drop(output);
        stop.await;
        app.stop().await;
        Ok(())
    })
}

#[cfg(feature = "sandbox")]
const OTHER_PORT: &str = "can't be used; choose another with --port, or --port 0 for any";

#[cfg(feature = "sandbox")]
fn sandbox(matches: &ArgMatches) -> Result<(), Failure> {
    demo_log()?;
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    runtime()?.block_on(async {
        let stop = stop_signal()?;
        // The identity provider stands on the next port.
        let identity_port = if port == 0 { 0 } else { port.saturating_add(1) };
        let sandbox = Sandbox::start(port, identity_port)
            .await
            .with_context(|| format!("port {port} {OTHER_PORT}"))?;
        if matches.get_flag("json") {
            writeln!(io::stdout().lock(), "{}", commands::sandbox::to_json(&sandbox))?;
        } else {
            commands::sandbox::print(&sandbox, &mut io::stdout().lock())?;
        }
        stop.await;
        Ok(())
    })
}

/// The stand-ins' only settings are those of their log.
#[cfg(feature = "sandbox")]
fn demo_log() -> Result<(), Failure> {
    let own = settings::environment().filter(|(name, _)| name.starts_with("WIV_MCP_LOG"));
    let (settings, _) = Settings::load(RunAs::Command, &Default::default(), own)
        .map_err(|mistakes| Failure::Usage(mistakes.into()))?;
    log(&settings)
}
