//! Settings that are weak: refused, or told.

use super::*;

const PUBLIC: &[&str] = &["WIV_MCP_PUBLIC_URL=https://mcp.example.com"];

/// What a public server is warned of, besides what every one is.
fn told(environment: &[&str]) -> Vec<&'static str> {
    let hops = ["WIV_MCP_TRUSTED_PROXY_HOPS=1"];
    let sealing = format!("WIV_MCP_SEALING_KEYS={}", SealingKeys::new_key_line());
    let all = [PUBLIC, &hops, &[&sealing], environment].concat();
    names(&load(RunAs::Server, &all).unwrap().0)
}

fn names(settings: &Settings) -> Vec<&'static str> {
    settings.warnings().iter().map(|warning| warning.setting).collect()
}

#[test]
fn sound_settings_are_not_commented() {
    assert_eq!(told(&[]), [""; 0]);
    assert_eq!(names(&load(RunAs::Server, ON_LOOPBACK).unwrap().0), [""; 0]);
}

#[test]
fn each_weak_setting_is_told_once() {
    let bare = load(RunAs::Server, PUBLIC).unwrap().0;
    assert_eq!(names(&bare), ["WIV_MCP_SEALING_KEYS", "WIV_MCP_TRUSTED_PROXY_HOPS"]);
    for weak in [
        "WIV_MCP_KEY_POLICY=member",
        "WIV_MCP_REDIRECTS=any",
        "WIV_MCP_ALLOWED_ORIGINS=https://a.example,http://b.example",
        "WIV_MCP_TRUSTED_PROXY_HOPS=0",
        "WIV_MCP_TRUSTED_PROXY_HOPS=3",
        "WIV_MCP_LOG=trace",
        "WIV_MCP_LOG=debug",
        "WIV_MCP_LOG=info,hyper=debug",
        "WIV_MCP_LOG=info,h2=trace",
        "WIV_MCP_LOG=info,reqwest=debug,wiv_mcp=info",
        "WIV_MCP_LOG=wiv_mcp=trace",
        "WIV_MCP_LOG=info,wiv_mcp[page]=trace",
    ] {
        assert_eq!(told(&[weak]), [weak.split_once('=').unwrap().0], "{weak}");
    }
    for sound in [
        "WIV_MCP_KEY_POLICY=permission",
        "WIV_MCP_ALLOWED_ORIGINS=https://a.example",
        "WIV_MCP_TRUSTED_PROXY_HOPS=2",
        "WIV_MCP_LOG=warn,wiv_mcp=debug",
        "WIV_MCP_LOG=off",
    ] {
        assert_eq!(told(&[sound]), [""; 0], "{sound}");
    }
}

fn sign_in() -> Vec<String> {
    vec![
        "PROPELAUTH_AUTH_URL=https://auth.example.com".into(),
        "PROPELAUTH_CLIENT_ID=abc".into(),
        "PROPELAUTH_CLIENT_SECRET=def".into(),
        "PROPELAUTH_API_KEY=ghi".into(),
        "WIV_MCP_KEY_POLICY=permission".into(),
        format!("WIV_MCP_CLIENT_ID_KEY={}", SealingKeys::new_key_line()),
    ]
}

#[test]
fn long_lives_are_told_where_people_sign_in() {
    let sign_in = sign_in();
    let with = |life| {
        let mut all: Vec<&str> = sign_in.iter().map(String::as_str).collect();
        all.push(life);
        told(&all)
    };
    assert_eq!(with("WIV_MCP_ACCESS_TOKEN_LIFE=4h"), [""; 0]);
    assert_eq!(with("WIV_MCP_ACCESS_TOKEN_LIFE=5h"), ["WIV_MCP_ACCESS_TOKEN_LIFE"]);
    assert_eq!(with("WIV_MCP_KEY_LIFE=8700h"), ["WIV_MCP_KEY_LIFE"]);
    assert_eq!(told(&["WIV_MCP_ACCESS_TOKEN_LIFE=5h"]), [""; 0]);
}

#[test]
fn the_keys_of_the_sandbox_are_told_on_a_public_address() {
    let line = SealingKeys::new_key_line();
    let (_, key) = line.split_once(':').unwrap();
    let demo = format!("WIV_MCP_CLIENT_ID_KEY=demo:{key}");
    let mut sign_in = sign_in();
    sign_in.pop();
    let all: Vec<&str> = sign_in.iter().map(String::as_str).chain([demo.as_str()]).collect();
    assert_eq!(told(&all), ["WIV_MCP_SEALING_KEYS"]);
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let path = std::env::temp_dir().join(format!("wiv-mcp-exposed-{}", std::process::id()));
    std::fs::write(&path, "some-secret\n").unwrap();
    let file = format!("WIV_API_KEY_FILE={}", path.display());
    for (mode, is_told) in [
        (0o400, false),
        (0o600, false),
        (0o640, false),
        (0o644, true),
        (0o660, true),
        (0o602, true),
        (0o604, true),
    ] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(!told(&[&file]).is_empty(), is_told, "{mode:o}");
    }
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn lives_and_hops_that_can_only_be_slips_are_refused() {
    for (setting, bound) in [
        ("WIV_MCP_ACCESS_TOKEN_LIFE=25h", "at most 24h"),
        ("WIV_MCP_KEY_LIFE=59m", "at least 1h"),
        ("WIV_MCP_DRAIN=61m", "at most 1h"),
        ("WIV_MCP_UPSTREAM_TIMEOUT=2h", "at most 1h"),
        ("WIV_MCP_TRUSTED_PROXY_HOPS=9", "at most 8"),
        ("WIV_MCP_TRUSTED_PROXY_HOPS=200", "at most 8"),
    ] {
        let mistakes = load(RunAs::Server, &[ON_LOOPBACK, &[setting]].concat()).unwrap_err();
        let said = mistakes.to_string();
        assert!(mistakes.iter().len() == 1 && said.contains(bound), "{setting}: {said}");
        assert!(said.contains(setting.split_once('=').unwrap().0), "{said}");
    }
    let both = ["WIV_MCP_ACCESS_TOKEN_LIFE=20h", "WIV_MCP_KEY_LIFE=10h"];
    assert!(load(RunAs::Server, &[ON_LOOPBACK, &both].concat()).is_err());
    for most in [
        "WIV_MCP_ACCESS_TOKEN_LIFE=24h",
        "WIV_MCP_KEY_LIFE=1h",
        "WIV_MCP_KEY_LIFE=8784h",
        "WIV_MCP_DRAIN=1h",
        "WIV_MCP_TRUSTED_PROXY_HOPS=8",
    ] {
        check(&[most], &[]);
    }
}

#[test]
fn one_key_for_two_things_is_refused() {
    let line = SealingKeys::new_key_line();
    let (_, key) = line.split_once(':').unwrap();
    let mut all = sign_in();
    all.pop();
    let sealing = format!("WIV_MCP_SEALING_KEYS={},{line}", SealingKeys::new_key_line());
    all.extend([sealing, format!("WIV_MCP_CLIENT_ID_KEY=ids:{key}")]);
    all[3] = "PROPELAUTH_API_KEY=def".into();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    check(
        &all,
        &[
            "WIV_MCP_SEALING_KEYS and WIV_MCP_CLIENT_ID_KEY are the same key, expected one of its \
             own for each",
            "PROPELAUTH_CLIENT_SECRET and PROPELAUTH_API_KEY are the same key, expected one of its \
             own for each",
        ],
    );
}

#[test]
fn a_weak_key_is_refused_without_its_text() {
    let zeros = "A".repeat(43);
    let twice = format!("WIV_MCP_SEALING_KEYS=a:{zeros}");
    let mistakes = load(RunAs::Server, &[ON_LOOPBACK[0], &twice]).unwrap_err().to_string();
    assert!(mistakes.contains("can be guessed") && !mistakes.contains(&zeros), "{mistakes}");
    assert!(mistakes.contains("--new-sealing-key"), "{mistakes}");
}
