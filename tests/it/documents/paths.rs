//! Files that documents name exist.
//!
//! Not for what is said of them. Decision records are left out: they tell how it was.

use super::file;
use crate::tree::{root, rust_files};

/// Methods of MCP have a slash, too.
const METHODS: [&str; 2] = ["server/discover", "notifications/cancelled"];

/// The documents that say how it is.
fn documents() -> Vec<String> {
    let mut found = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    for folder in ["docs", "docs/checklists"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    found
}

/// The paths between backticks, outside fenced blocks: `src/mcp.rs`, or `mcp/frame` for short.
fn paths(text: &str) -> Vec<String> {
    let prose: String = text.split("```").step_by(2).collect();
    let is_path = |text: &&str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_./-".contains(c);
        // What begins with a slash is a route, with a point a file of somebody's client.
        text.contains('/') && !text.starts_with(['/', '.']) && text.chars().all(plain)
    };
    prose.split('`').skip(1).step_by(2).filter(is_path).map(str::to_owned).collect()
}

#[test]
fn documents_name_files_that_there_are() {
    let sources: Vec<_> =
        rust_files("src").into_iter().map(|path| path.with_extension("")).collect();
    // In prose a file of `src` goes without its ending, and without its room where that is plain.
    let is_short_for = |path: &str| {
        sources.iter().any(|source| source.ends_with(path))
            || root().join("src").join(path).is_dir()
    };
    let mut missing = Vec::new();
    for document in documents() {
        for path in paths(&file(&document)) {
            let is_there = root().join(&path).exists()
                || is_short_for(&path)
                || METHODS.contains(&path.as_str());
            if !is_there {
                missing.push(format!("{document}: {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
