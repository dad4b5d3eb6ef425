//! Files that are no catalogue before anything in them is read.

use std::{fs, process::Command};

const BUILT_IN: &str = include_str!("../../../src/catalog/wiv.openapi.yaml");

#[test]
fn a_file_that_is_no_text_says_so_and_a_byte_order_mark_is_none() {
    let folder = std::env::temp_dir().join(format!("wiv-mcp-files-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let said = |name: &str, bytes: Option<&[u8]>| {
        let path = folder.join(name);
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).unwrap();
        }
        let tools = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
            .arg("tools")
            .env_clear()
            .env("WIV_MCP_CATALOG", &path)
            .output()
            .unwrap();
        (tools.status.code(), String::from_utf8(tools.stderr).unwrap())
    };
    let with_mark = [b"\xef\xbb\xbf", BUILT_IN.as_bytes()].concat();
    assert_eq!(said("mark.yaml", Some(&with_mark)), (Some(0), String::new()));
    let latin = [BUILT_IN.lines().next().unwrap().as_bytes(), b"\n# gr\xfc\xdfe\n"].concat();
    for (name, bytes, words) in [
        ("latin.yaml", Some(&latin[..]), "latin.yaml, line 2: not UTF-8 text"),
        ("utf16.yaml", Some(&b"\xff\xfeo\0"[..]), "line 1: not UTF-8 text"),
        ("absent.yaml", None, "there is no such file"),
        (".", None, "it is a folder"),
    ] {
        let (code, told) = said(name, bytes);
        assert_eq!(code, Some(2), "{name}");
        assert!(told.contains(words) && told.lines().count() == 1, "{name}: {told}");
        assert!(!told.contains("os error") && !told.contains("stream"), "{name}: {told}");
    }
}
