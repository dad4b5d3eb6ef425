//! Weak settings are refused before anything listens, or told once at the start.

use serde_json::json;
use wiv_mcp::{
    catalog::{Catalog, Toolset},
    sandbox::Sandbox,
    seal::SealingKeys,
};

use crate::{
    harness::{is_of, tools_that},
    process::{Process, lines_with},
};

#[tokio::test]
async fn keys_of_no_entropy_equal_keys_and_absurd_lives_are_refused_all_at_once() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let zeros = format!("zero:{}", "A".repeat(43));
    let line = SealingKeys::new_key_line();
    let (_, key) = line.split_once(':').unwrap();
    let same = [format!("{line},again:{key}"), format!("ids:{key}")];
    let said = Process::refused(
        &sandbox,
        &[
            ("WIV_MCP_SEALING_KEYS", &zeros),
            ("WIV_MCP_ACCESS_TOKEN_LIFE", "8000h"),
            ("WIV_MCP_KEY_LIFE", "1s"),
            ("WIV_MCP_TRUSTED_PROXY_HOPS", "200"),
            ("WIV_MCP_DRAIN", "24h"),
        ],
    )
    .await;
    assert!(said.contains("5 mistakes"), "{said}");
    for word in ["can be guessed", "ACCESS_TOKEN_LIFE", "KEY_LIFE", "PROXY_HOPS", "DRAIN"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let said = Process::refused(&sandbox, &[("WIV_MCP_SEALING_KEYS", &same[0])]).await;
    assert!(said.contains("entry 2 has the key of an earlier entry"), "{said}");
    let equal = [("WIV_MCP_SEALING_KEYS", line.as_str()), ("WIV_MCP_CLIENT_ID_KEY", &same[1])];
    let said = Process::refused(&sandbox, &equal).await;
    assert!(said.contains("are the same key"), "{said}");
    assert!(!said.contains(key), "{said}");
}

/// The warnings of a start, by the setting that each is about.
async fn warned(variables: &[(&str, &str)]) -> Vec<String> {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let log = Process::start(&sandbox, variables).await.stop().await;
    let lines = lines_with(&log, "a weak setting");
    assert!(lines.iter().all(|line| line["level"] == "WARN"), "{log}");
    lines.iter().map(|line| line["setting"].as_str().unwrap().to_owned()).collect()
}

#[cfg(unix)]
#[tokio::test]
async fn each_weak_setting_is_one_warning_at_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let file = std::env::temp_dir().join(format!("wiv-mcp-secret-{}", std::process::id()));
    std::fs::write(&file, "demo-only-client-secret").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let weak = [
        ("WIV_MCP_KEY_POLICY", "member"),
        ("WIV_MCP_REDIRECTS", "any"),
        ("WIV_MCP_TRUSTED_PROXY_HOPS", "3"),
        ("WIV_MCP_ACCESS_TOKEN_LIFE", "12h"),
        ("WIV_MCP_ALLOWED_ORIGINS", "http://pages.example"),
        ("WIV_MCP_LOG", "info,hyper=debug"),
        ("PROPELAUTH_CLIENT_SECRET", ""),
        ("PROPELAUTH_CLIENT_SECRET_FILE", file.to_str().unwrap()),
    ];
    assert_eq!(
        warned(&weak).await,
        [
            "WIV_MCP_KEY_POLICY",
            "WIV_MCP_ACCESS_TOKEN_LIFE",
            "WIV_MCP_REDIRECTS",
            "WIV_MCP_ALLOWED_ORIGINS",
            "WIV_MCP_TRUSTED_PROXY_HOPS",
            "WIV_MCP_LOG",
            "PROPELAUTH_CLIENT_SECRET",
        ]
    );
    std::fs::remove_file(&file).unwrap();
    assert_eq!(warned(&[("WIV_MCP_KEY_POLICY", "permission")]).await, [""; 0]);
}

#[tokio::test]
async fn the_start_line_tells_what_runs_and_no_key() {
    let sandbox = Sandbox::start(0, 0).await.unwrap();
    let sealing = format!("{},{}", SealingKeys::new_key_line(), SealingKeys::new_key_line());
    let server = Process::start(
        &sandbox,
        &[
            ("WIV_MCP_SEALING_KEYS", sealing.as_str()),
            ("WIV_MCP_READ_ONLY", "true"),
            ("WIV_MCP_TOOLSETS", "cases"),
        ],
    )
    .await;
    let url = server.url.clone();
    let log = server.stop().await;
    let lines = lines_with(&log, "\"serving\"");
    assert_eq!(lines.len(), 1, "{log}");
    let line = &lines[0];
    let text = |name: &str| line[name].as_str().unwrap_or_else(|| panic!("{name}: {line}"));
    assert_eq!(text("level"), "INFO");
    assert_eq!(text("version"), env!("CARGO_PKG_VERSION"));
    assert_eq!((text("origin"), text("address")), (&*url, &url["http://".len()..]));
    assert!(sandbox.wiv_api_url().starts_with(text("api")), "{line}");
    assert_eq!(text("catalogue"), Catalog::built_in().digest());
    assert_eq!((&line["sign_in"], &line["read_only"]), (&json!(true), &json!(true)));
    assert_eq!((text("toolsets"), text("client_id_key")), ("cases", "demo"));
    let offered = tools_that(|tool| is_of(tool, &[Toolset::Cases]) && tool.hints.read_only);
    assert_eq!(line["tools"], offered, "{line}");
    let ids: Vec<_> = sealing.split(',').map(|entry| entry.split_once(':').unwrap()).collect();
    assert_eq!(text("sealing_keys"), format!("{},{}", ids[0].0, ids[1].0));
    assert!(ids.iter().all(|(_, key)| !log.contains(key)), "{log}");
}
