//! Tests of settings: what comes out, and every mistake that is found.

mod weak;

use std::time::Duration;

use clap::Command;

use super::*;
use crate::{catalog::Toolset, origin::Origin, seal::SealingKeys, telemetry::LogFormat};

const ON_LOOPBACK: &[&str] = &["WIV_MCP_LISTEN=127.0.0.1:8080"];

fn load(run_as: RunAs, environment: &[&str]) -> Result<(Settings, Vec<ShownSetting>), Mistakes> {
    let pair = |line: &&str| {
        let (name, value) = line.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    };
    Settings::load(run_as, &BTreeMap::new(), environment.iter().map(pair))
}

fn loaded(environment: &[&str]) -> Settings {
    load(RunAs::Command, environment).unwrap().0
}

/// The mistakes of a server on loopback, in their order.
fn check(environment: &[&str], expected: &[&str]) {
    check_server(&[ON_LOOPBACK, environment].concat(), expected);
}

fn check_server(environment: &[&str], expected: &[&str]) {
    let mistakes = match load(RunAs::Server, environment) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(mistakes, expected, "{environment:?}");
}

#[test]
fn every_default_reads_as_its_kind() {
    let settings = loaded(&[]);
    assert_eq!(settings.listen, "0.0.0.0:8080".parse().unwrap());
    assert_eq!(settings.wiv_api_url.as_str(), "https://api.wiv.ai");
    assert_eq!(settings.max_stream_age, None);
    assert_eq!(settings.request_limit.bytes(), 4 * 1024 * 1024);
    assert_eq!(settings.allowed_origins, []);
}

#[test]
fn every_row_is_reachable_by_flag_or_file() {
    for setting in table() {
        match setting.flag() {
            Some(flag) => {
                let name = flag.replace('-', "_").to_uppercase();
                assert!(
                    [name.clone(), format!("WIV_MCP_{name}")].contains(&setting.variable.into())
                );
            }
            None => assert!(setting.is_secret()),
        }
    }
    let secrets = table().iter().filter(|setting| setting.is_secret());
    let secrets: Vec<_> = secrets.map(|setting| setting.variable).collect();
    assert_eq!(
        secrets,
        [
            "WIV_API_KEY",
            "WIV_MCP_SEALING_KEYS",
            "PROPELAUTH_CLIENT_SECRET",
            "PROPELAUTH_API_KEY",
            "WIV_MCP_CLIENT_ID_KEY",
        ]
    );
}

#[test]
fn values_are_read_with_their_units() {
    let settings = loaded(&[
        "WIV_MCP_MAX_STREAM_AGE=15m",
        "WIV_MCP_DRAIN=500ms",
        "WIV_MCP_UPSTREAM_TIMEOUT= 100s ",
        "WIV_MCP_REQUEST_LIMIT=512KiB",
        "WIV_MCP_UPSTREAM_BODY_LIMIT=1000B",
        "WIV_MCP_STREAMS=7",
        "WIV_MCP_READ_ONLY=true",
        "WIV_MCP_TOOLSETS=cases, workflows",
        "WIV_MCP_ALLOWED_ORIGINS=https://A.example,http://localhost:3000/",
        "WIV_MCP_LOG=warn,wiv_mcp=debug",
        "WIV_MCP_LOG_FORMAT=json",
        "WIV_API_URL=http://127.0.0.1:9000/base/",
    ]);
    assert_eq!(settings.max_stream_age, Some(Duration::from_mins(15)));
    assert_eq!(settings.drain, Duration::from_millis(500));
    assert_eq!(settings.upstream_timeout, Duration::from_secs(100));
    assert_eq!(settings.request_limit.bytes(), 512 * 1024);
    assert_eq!(settings.upstream_body_limit.bytes(), 1000);
    assert_eq!(settings.streams, 7);
    assert!(settings.read_only);
    assert_eq!(settings.toolsets, [Toolset::Cases, Toolset::Workflows]);
    let origins: Vec<_> = settings.allowed_origins.iter().map(Origin::as_str).collect();
    assert_eq!(origins, ["https://a.example", "http://localhost:3000"]);
    assert_eq!(settings.log.as_str(), "warn,wiv_mcp=debug");
    assert_eq!(settings.log_format, Some(LogFormat::Json));
    assert_eq!(settings.wiv_api_url.as_str(), "http://127.0.0.1:9000/base");
}

#[test]
fn what_is_empty_counts_as_unset() {
    let settings = loaded(&["WIV_MCP_DRAIN=", "WIV_MCP_LOG= ", "WIV_API_KEY=", "PORT="]);
    assert_eq!(settings.drain, Duration::from_secs(10));
    assert!(settings.wiv_api_key.is_none());
}

#[test]
fn a_wrong_value_says_what_was_expected() {
    let time = "expected a time above zero with its unit, such as 500ms, 100s, 15m or 2h";
    for text in ["10", "0s", "s", "10 s", "-1s", "1d", "99999999999999999999h", "400000h"] {
        let mistake = format!("WIV_MCP_DRAIN is {text:?}, {time}");
        check(&[&format!("WIV_MCP_DRAIN={text}")], &[&mistake]);
    }
    let size =
        "expected a size above zero, at most 1GiB, with its unit: B, KiB, MiB or GiB, such as 4MiB";
    for text in ["4096", "0B", "4mb", "4.5MiB", "99999999999999999999GiB"] {
        let mistake = format!("WIV_MCP_REQUEST_LIMIT is {text:?}, {size}");
        check(&[&format!("WIV_MCP_REQUEST_LIMIT={text}")], &[&mistake]);
    }
    check(
        &["WIV_MCP_CALLS=0", "WIV_MCP_TRUSTED_PROXY_HOPS=-1", "WIV_MCP_READ_ONLY=yes"],
        &[
            r#"WIV_MCP_TRUSTED_PROXY_HOPS is "-1", expected a whole number from 0 to 255"#,
            r#"WIV_MCP_READ_ONLY is "yes", expected true or false"#,
            r#"WIV_MCP_CALLS is "0", expected a whole number from 1 to 10000000"#,
        ],
    );
    check(
        &["WIV_MCP_TOOLSETS=cases,,x", "WIV_MCP_LOG=wiv=loud", "WIV_MCP_LOG_FORMAT=xml"],
        &[
            "WIV_MCP_TOOLSETS is \"cases,,x\", expected a comma-separated list, each entry one \
             of workflows, spaces, folders, executions, cases, msp, ai, connection",
            "WIV_MCP_LOG is \"wiv=loud\", expected a log filter, such as info or \
             warn,wiv_mcp=debug",
            r#"WIV_MCP_LOG_FORMAT is "xml", expected text or json"#,
        ],
    );
}

#[test]
fn a_base_url_has_no_credentials() {
    let expected = "expected an http or https URL without user, query and fragment";
    let mistake = format!("WIV_MCP_UPSTREAM_PROXY can't be used, {expected}");
    check(&["WIV_MCP_UPSTREAM_PROXY=http://user:word@proxy"], &[&mistake]);
}

#[test]
fn an_unknown_variable_is_answered_with_the_nearest() {
    check(
        &["WIV_MCP_LISTN=x", "WIV_MCP_TELEPORTATION_QUEUE=x", "WIV_MCP_LISTEN_FILE=x"],
        &[
            "WIV_MCP_LISTEN_FILE is no setting, did you mean WIV_MCP_LISTEN?",
            "WIV_MCP_LISTN is no setting, did you mean WIV_MCP_LISTEN?",
            "WIV_MCP_TELEPORTATION_QUEUE is no setting: unset it; `wiv-mcp config` lists all \
             settings",
        ],
    );
}

#[test]
fn kubernetes_service_links_are_no_mistake() {
    check(
        &[
            "WIV_MCP_SERVICE_HOST=10.0.0.1",
            "WIV_MCP_SERVICE_PORT=80",
            "WIV_MCP_SERVICE_PORT_HTTP=80",
            "WIV_MCP_PORT=tcp://10.0.0.1:80",
            "WIV_MCP_PORT_80_TCP=tcp://10.0.0.1:80",
            "WIV_MCP_PORT_80_TCP_ADDR=10.0.0.1",
            "PATH=/bin",
        ],
        &[],
    );
}

#[test]
fn a_public_server_needs_an_https_origin() {
    let unset = "WIV_MCP_PUBLIC_URL is unset, but 0.0.0.0:8080 is not loopback: set the https \
                 origin that clients use, or listen on 127.0.0.1";
    check_server(&[], &[unset]);
    check_server(&["WIV_MCP_PUBLIC_URL=https://mcp.example.com"], &[]);
    check_server(&["WIV_MCP_PUBLIC_URL=http://localhost:8080"], &[]);
    let clear = "WIV_MCP_PUBLIC_URL is http://mcp.example.com, expected https unless its host is \
                 loopback";
    check_server(&["WIV_MCP_PUBLIC_URL=http://mcp.example.com"], &[clear]);
    let path = "WIV_MCP_PUBLIC_URL is \"https://mcp.example.com/mcp\", expected an http or https \
                URL without path, such as https://mcp.example.com";
    check_server(&["WIV_MCP_PUBLIC_URL=https://mcp.example.com/mcp"], &[path]);
    assert!(load(RunAs::Command, &[]).is_ok());
}

#[test]
fn a_stream_outlives_a_call() {
    check(&["WIV_MCP_MAX_STREAM_AGE=55s"], &[]);
    let short = "WIV_MCP_MAX_STREAM_AGE is 54s, expected at least WIV_MCP_UPSTREAM_TIMEOUT (50s) \
                 and 5s";
    check(&["WIV_MCP_MAX_STREAM_AGE=54s"], &[short]);
}

#[test]
fn all_mistakes_are_listed_at_once() {
    let environment = ["WIV_MCP_X=1", "WIV_MCP_DRAIN=soon", "WIV_MCP_MAX_STREAM_AGE=1s"];
    let mistakes = load(RunAs::Server, &environment).unwrap_err();
    assert_eq!(mistakes.iter().len(), 4);
    let text = mistakes.to_string();
    assert!(text.starts_with("4 mistakes in the settings:\n  - WIV_MCP_X is"), "{text}");
}

#[test]
fn a_secret_comes_from_variable_or_file_and_is_never_shown() {
    let line = SealingKeys::new_key_line();
    let path = std::env::temp_dir().join(format!("wiv-mcp-settings-{}", std::process::id()));
    // As an editor of Windows writes it.
    std::fs::write(&path, format!("\u{feff}{line}\r\n")).unwrap();
    let by_file = format!("WIV_MCP_SEALING_KEYS_FILE={}", path.display());
    let by_variable = format!("WIV_MCP_SEALING_KEYS={line}");

    let (settings, shown) = load(RunAs::Command, &[&by_file, "WIV_API_KEY=tell-nobody"]).unwrap();
    assert!(settings.sealing_keys.is_some());
    let printed = format!("{settings:?} {shown:?}");
    assert!(!printed.contains(line.split_once(':').unwrap().1) && !printed.contains("tell-nobody"));
    let shown_as = |variable: &str| {
        let shown = shown.iter().find(|shown| shown.variable == variable).unwrap();
        (shown.value.clone(), shown.source)
    };
    assert_eq!(shown_as("WIV_MCP_SEALING_KEYS"), ("set".into(), SettingSource::File));
    assert_eq!(shown_as("WIV_API_KEY"), ("set".into(), SettingSource::Environment));

    let twice = "WIV_MCP_SEALING_KEYS and WIV_MCP_SEALING_KEYS_FILE are both set, expected one of \
                 them";
    check(&[&by_file, &by_variable], &[twice]);
    std::fs::remove_file(&path).unwrap();
    let gone = format!(
        "WIV_MCP_SEALING_KEYS_FILE names {:?}, which can't be read: entity not found",
        path.display().to_string()
    );
    check(&[&by_file], &[&gone]);
}

#[test]
fn a_wrong_secret_is_not_repeated() {
    check(
        &["WIV_MCP_SEALING_KEYS=tell-nobody", "WIV_API_KEY=tell nobody"],
        &[
            "WIV_API_KEY can't be used, expected a WIV API key: the API key has characters outside \
             visible ASCII",
            "WIV_MCP_SEALING_KEYS can't be used, expected id:key pairs, as `wiv-mcp config \
             --new-sealing-key` makes them: entry 1 is not an id, a colon and a key",
        ],
    );
}

#[test]
fn a_flag_wins_over_the_environment_and_port_over_the_default() {
    let flags = BTreeMap::from([("listen", "127.0.0.1:1".to_owned())]);
    let environment = || ["WIV_MCP_LISTEN=127.0.0.1:2", "PORT=3"];
    let pairs = environment().map(|line| line.split_once('=').unwrap());
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (settings, shown) = Settings::load(RunAs::Server, &flags, pairs).unwrap();
    assert_eq!(settings.listen.port(), 1);
    assert_eq!((&*shown[0].value, shown[0].source), ("127.0.0.1:1", SettingSource::Flag));

    assert_eq!(loaded(&environment()).listen.port(), 2);
    assert_eq!(loaded(&["PORT=3"]).listen, "0.0.0.0:3".parse().unwrap());
    check_server(&["PORT=http"], &[r#"PORT is "http", expected a port number"#]);
}

#[test]
fn the_command_line_takes_every_flag() {
    let flags = |line: &[&str]| {
        let command = Command::new("wiv-mcp").args(clap_args(SettingReader::Serve));
        let matches = command.try_get_matches_from([&["wiv-mcp"], line].concat()).unwrap();
        given_flags(&matches)
    };
    assert_eq!(flags(&[]), BTreeMap::new());
    let given = flags(&["--read-only", "--wiv-api-url", "http://localhost:1", "--drain=1s"]);
    let expected = [("read-only", "true"), ("wiv-api-url", "http://localhost:1"), ("drain", "1s")];
    assert_eq!(given, expected.map(|(flag, text)| (flag, text.to_owned())).into());
    assert_eq!(flags(&["--read-only=false"])["read-only"], "false");
    assert_eq!(given_flags(&Command::new("other").get_matches_from(["other"])), BTreeMap::new());
    Command::new("wiv-mcp").args(clap_args(SettingReader::Serve)).debug_assert();
}

#[test]
fn the_readme_table_has_every_row() {
    let text = markdown();
    assert_eq!(text.lines().count(), 2 + table().len());
    assert!(text.lines().all(|line| line.matches('|').count() == 4), "{text}");
}

#[test]
fn sign_in_is_whole_or_off() {
    let line = format!("WIV_MCP_SEALING_KEYS={}", SealingKeys::new_key_line());
    let id_key = format!("WIV_MCP_CLIENT_ID_KEY={}", SealingKeys::new_key_line());
    let all = [
        ON_LOOPBACK[0],
        "PROPELAUTH_AUTH_URL=https://auth.example.com",
        "PROPELAUTH_CLIENT_ID=abc",
        "PROPELAUTH_CLIENT_SECRET=def",
        "PROPELAUTH_API_KEY=ghi",
        "WIV_MCP_KEY_POLICY=member",
        &line,
        &id_key,
    ];
    assert!(load(RunAs::Server, &all).is_ok());
    let half = load(RunAs::Server, &all[..4]).unwrap_err().to_string();
    for missing in ["PROPELAUTH_API_KEY", "WIV_MCP_KEY_POLICY", "WIV_MCP_CLIENT_ID_KEY"] {
        assert!(half.contains(missing), "{half}");
    }
    assert!(load(RunAs::Server, &[ON_LOOPBACK[0], &line]).is_ok());
    let clear = load(RunAs::Server, &["PROPELAUTH_AUTH_URL=http://auth.example.com"]);
    assert!(clear.unwrap_err().to_string().contains("must be https"));
}
