//! The command line as a person meets it: help, mistakes, pipes, terminals.

use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::harness::*;

const COMMANDS: [&[&str]; 9] = [
    &["serve"],
    &["demo"],
    &["sandbox"],
    &["tools"],
    &["call"],
    &["stdio"],
    &["config"],
    &["keys", "revoke-all"],
    &["keys", "sweep"],
];

pub(super) fn wiv_mcp(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"));
    command.args(arguments).env_clear().envs(environment.iter().copied()).stdin(Stdio::null());
    command
}

pub(super) fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    wiv_mcp(arguments, environment).output().unwrap()
}

pub(super) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn help(command: &[&str]) -> String {
    let output = run(&[command, &["--help"]].concat(), &[]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{command:?}");
    text(&output.stdout).to_owned()
}

/// What a failing command says, with its exit code in front.
fn said(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = run(arguments, environment);
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    format!("exit {}: {}", output.status.code().unwrap(), text(&output.stderr))
}

#[test]
fn help_is_in_groups_and_wraps_at_a_hundred_columns() {
    for command in [&[&[][..]][..], &COMMANDS].concat() {
        for line in help(command).lines() {
            assert!(line.chars().count() <= 100, "{command:?}: {line}");
        }
    }
    let serve = help(&["serve"]);
    for group in ["Address:", "WIV API:", "Tools:", "Sign-in:", "Limits:", "Streams:", "Log:"] {
        assert!(serve.lines().any(|line| line == group), "{group}\n{serve}");
    }
    let narrow = run(&["serve", "--help"], &[("COLUMNS", "60")]);
    assert!(text(&narrow.stdout).lines().filter(|line| line.len() > 60).count() < 20);
    insta::assert_snapshot!("help_of_call", help(&["call"]));
    insta::assert_snapshot!("help_of_tools", help(&["tools"]));
    insta::assert_snapshot!("help_of_serve", serve);
}

#[test]
fn help_lists_every_secret_that_the_command_reads_and_its_file() {
    let secrets = wiv_mcp::settings::table().iter().filter(|setting| setting.is_secret());
    let all: Vec<&str> = secrets.map(|setting| setting.variable).collect();
    let config = help(&["config"]);
    for secret in &all {
        assert!(config.contains(&format!("{secret}, {secret}_FILE")), "{secret}: {config}");
    }
    let listed = |command: &[&str]| -> Vec<&str> {
        let text = help(command);
        all.iter().copied().filter(|secret| text.contains(&format!("{secret}_FILE"))).collect()
    };
    assert_eq!(listed(&["call"]), ["WIV_API_KEY", "WIV_MCP_SEALING_KEYS"]);
    assert_eq!(listed(&["stdio"]), ["WIV_API_KEY", "WIV_MCP_SEALING_KEYS"]);
    let propelauth = ["PROPELAUTH_CLIENT_SECRET", "PROPELAUTH_API_KEY"];
    assert_eq!(listed(&["keys", "sweep"]), propelauth);
    for none in [&["tools"][..], &["demo"], &["sandbox"]] {
        assert_eq!(listed(none), [""; 0], "{none:?}");
    }
    // The key of one user is nothing to a server.
    assert!(!listed(&["serve"]).contains(&"WIV_API_KEY"));
}

#[test]
fn help_of_a_command_names_only_what_it_reads() {
    let flags = |command: &[&str]| -> Vec<String> {
        let own = ["--help", "--json", "--markdown", "--tokens", "--port", "--org", "--yes"];
        let text = help(command);
        let words = text.split_whitespace().filter(|word| word.starts_with("--"));
        words.map(str::to_owned).filter(|flag| !own.contains(&flag.as_str())).collect()
    };
    assert_eq!(flags(&["tools"]), ["--catalog", "--read-only[=<true|false>]", "--toolsets"]);
    assert_eq!(flags(&["sandbox"]), ["--log", "--log-format"]);
    let demo = [
        "--catalog",
        "--read-only[=<true|false>]",
        "--toolsets",
        "--confirm",
        "--log",
        "--log-format",
    ];
    assert_eq!(flags(&["demo"]), demo);
    for command in [&["call"][..], &["stdio"], &["keys", "sweep"], &["keys", "revoke-all"]] {
        for foreign in ["--listen", "--streams", "--redirects", "--keep-alive", "--support-url"] {
            assert!(!flags(command).contains(&foreign.to_owned()), "{command:?} {foreign}");
        }
    }
    let call = flags(&["call"]);
    assert!(call.contains(&"--wiv-api-url".to_owned()) && !call.contains(&"--port".to_owned()));
    // Who passes one set of flags to every command is not refused.
    assert_eq!(run(&["tools", "--keep-alive", "20s"], &[]).status.code(), Some(0));
}

#[test]
fn a_mistake_is_one_line_told_once() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let listen = format!("127.0.0.1:{port}");
    let local = ("WIV_MCP_LISTEN", "127.0.0.1:0");
    let folder = std::env::temp_dir().join("wiv-mcp-reports-one-line");
    std::fs::create_dir_all(&folder).unwrap();
    let broken = folder.join("tools.yaml");
    std::fs::write(&broken, "openapi: 3.1.0\npaths: [\n").unwrap();
    let broken = broken.to_str().unwrap();
    let cases = [
        said(&["serve"], &[("WIV_MCP_LISTEN", &listen)]),
        said(&["demo", "--port", &port], &[]),
        said(&["sandbox", "--port", &port], &[]),
        said(&["serve"], &[local, ("WIV_MCP_CATALOG", "/no/such/file.yaml")]),
        said(&["serve"], &[local, ("WIV_MCP_CATALOG", broken)]),
        said(&["tools"], &[("WIV_MCP_CATALOG", "/no/such/file.yaml")]),
        said(&["tools"], &[("WIV_MCP_CATALOG", broken)]),
        said(&["serve"], &[local, ("WIV_MCP_TOOLSETS", "casess")]),
        said(&["tools", "--toolsets", "casess"], &[]),
        said(&["serve"], &[local, ("WIV_MCP_KEEP_ALIVE", "15")]),
        said(&["call", "wiv_list_spaces"], &[]),
        said(&["stdio"], &[]),
        said(&["call"], &[("WIV_API_KEY", ACME)]),
        said(&["call", "wiv_list_spaces", "limit"], &[("WIV_API_KEY", ACME)]),
        said(&["call", "wiv_list_spaces", "--arguments", "[]"], &[("WIV_API_KEY", ACME)]),
        said(&["dance"], &[]),
        said(&["serve", "--keep-alife", "3s"], &[]),
        said(&["demo", "--port", "many"], &[]),
        said(&["tools", "--json", "--markdown"], &[]),
        said(&["keys"], &[]),
        said(&["keys", "sweep"], &[]),
    ];
    for case in &cases {
        assert_eq!(case.trim_end().lines().count(), 1, "{case}");
        assert!(case.contains(": wiv-mcp: "), "{case}");
        for half in ["os error", "can't be read", "not readable", "Address already"] {
            assert!(case.matches(half).count() <= 1, "{case}");
        }
    }
    let told = cases.concat().replace(&port, "PORT").replace(folder.to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!("mistakes", told);
}

#[test]
fn several_mistakes_are_a_line_each_with_those_of_the_catalogue() {
    let local = ("WIV_MCP_LISTEN", "127.0.0.1:0");
    let told = said(
        &["serve"],
        &[
            local,
            ("WIV_MCP_TOOLSETS", "nope"),
            ("WIV_MCP_CATALOG", "/nope"),
            ("WIV_MCP_STREAMZ", "1"),
        ],
    );
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 4, "{told}");
    assert!(lines[0].starts_with("exit 2: wiv-mcp: 3 mistakes in the settings:"), "{told}");
    for name in ["WIV_MCP_TOOLSETS", "WIV_MCP_CATALOG", "WIV_MCP_STREAMZ"] {
        assert_eq!(lines.iter().filter(|line| line.contains(name)).count(), 1, "{told}");
    }
}

#[test]
fn config_refuses_whatever_serve_refuses() {
    let local = ("WIV_MCP_LISTEN", "127.0.0.1:0");
    let cases: [&[(&str, &str)]; 8] = [
        &[local, ("WIV_MCP_TOOLSETS", "nope")],
        &[local, ("WIV_MCP_CATALOG", "/nope")],
        &[local, ("WIV_MCP_LOG", "wiv_mcp=loud")],
        &[local, ("WIV_MCP_MEMORY", "1MiB")],
        &[local, ("PROPELAUTH_AUTH_URL", "https://auth.example.com")],
        &[("WIV_MCP_LISTEN", "0.0.0.0:80")],
        &[("PORT", "80")],
        &[local, ("WIV_MCP_STREAMZ", "1")],
    ];
    for environment in cases {
        let (serve, config) = (said(&["serve"], environment), said(&["config"], environment));
        assert_eq!(config, serve);
        assert!(config.starts_with("exit 2"), "{config}");
    }
    // Where nothing is said about the address, nobody runs a server: it is told, and no failure.
    let output = run(&["config"], &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("WIV_MCP_LISTEN"));
    assert!(text(&output.stderr).contains("WIV_MCP_PUBLIC_URL"), "{}", text(&output.stderr));
    assert_eq!(text(&run(&["config"], &[local]).stderr), "");
}

/// Runs a command whose reader is gone before anything is written.
fn unread(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = wiv_mcp(arguments, environment);
    command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn output_that_nobody_reads_any_more_ends_silently() {
    let server = Server::start().await;
    let environment = [("WIV_API_KEY", ACME), ("WIV_API_URL", server.sandbox.wiv_api_url())];
    let commands: [&[&str]; 12] = [
        &["tools"],
        &["tools", "--json"],
        &["tools", "--markdown"],
        &["tools", "--tokens"],
        &["tools", "wiv_search_cases"],
        &["config", "--listen", "127.0.0.1:0"],
        &["config", "--markdown"],
        &["serve", "--help"],
        &["--version"],
        &["call", "wiv_search_cases"],
        &["call", "wiv_search_cases", "--json"],
        &["sandbox", "--port", "0"],
    ];
    for arguments in commands {
        let output = unread(arguments, &environment);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{arguments:?}");
    }
    // A call that failed has failed, whoever reads it.
    let output = unread(&["call", "wiv_search_cases", "limit=many"], &environment);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_that_could_not_tell_is_not_silent() {
    let server = Server::start_with_sign_in(&[]).await;
    let given = server.sandbox.oauth_environment();
    let environment: Vec<_> = given.iter().map(|(name, value)| (&**name, &**value)).collect();
    let output = unread(&["keys", "revoke-all", "--yes"], &environment);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("wiv-mcp: "), "{}", text(&output.stderr));
}

#[test]
fn tools_with_a_name_shows_that_tools_arguments() {
    let shown = run(&["tools", "wiv_search_cases"], &[]);
    assert_eq!(shown.status.code(), Some(0));
    let shown = text(&shown.stdout);
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    insta::assert_snapshot!("tools_wiv_search_cases", shown);
    insta::assert_snapshot!(
        "tools_wiv_get_connection",
        text(&run(&["tools", "wiv_get_connection"], &[]).stdout)
    );
    let one = run(&["tools", "wiv_get_workflow", "--json"], &[]);
    let one: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(one["name"], "wiv_get_workflow");
    assert_eq!(one["input_schema"]["required"], json!(["workflow_id"]));
    let unknown = said(&["tools", "wiv_serch_cases"], &[]);
    assert!(unknown.contains("did you mean wiv_search_cases"), "{unknown}");
    let off = said(&["tools", "wiv_start_execution", "--read-only"], &[]);
    assert!(off.contains("switched off by WIV_MCP_READ_ONLY"), "{off}");
    let off = said(&["tools", "wiv_start_execution"], &[("WIV_MCP_TOOLSETS", "cases")]);
    assert!(off.contains("switched off by WIV_MCP_TOOLSETS"), "{off}");
}

#[test]
fn tools_lists_what_a_server_with_these_settings_offers() {
    let count = |arguments: &[&str], environment: &[(&str, &str)]| {
        let output = run(&[&["tools"], arguments].concat(), environment);
        text(&output.stdout).lines().count()
    };
    assert_eq!(count(&[], &[]), tool_count());
    assert_eq!(count(&["--read-only"], &[]), reading_tool_count());
    assert_eq!(count(&[], &[("WIV_MCP_READ_ONLY", "true")]), reading_tool_count());
    let cases = tools_that(|tool| is_of(tool, &[wiv_mcp::catalog::Toolset::Cases]));
    assert_eq!(count(&["--toolsets", "cases"], &[]), cases);
    let json = run(&["tools", "--json", "--read-only"], &[]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json.as_array().unwrap().len(), reading_tool_count());
}

#[test]
fn without_a_key_the_command_says_where_one_comes_from() {
    for command in [&["call", "wiv_list_spaces"][..], &["stdio"]] {
        let told = said(command, &[]);
        assert!(told.contains("WIV_API_KEY") && told.contains("avatar menu, API Keys"), "{told}");
        assert!(!told.contains("://"), "{told}");
        let told = said(command, &[("WIV_MCP_PUBLIC_URL", "https://mcp.example.com")]);
        assert!(told.contains("https://mcp.example.com/connect"), "{told}");
    }
}
