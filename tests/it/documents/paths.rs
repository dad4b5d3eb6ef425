//! Files that documents name exist.
//!
//! Not for what is said of them. Decision records are left out: they tell how it was.

use std::path::{Path, PathBuf};

use super::file;

/// Methods of MCP have a slash, too.
const METHODS: [&str; 2] = ["server/discover", "notifications/cancelled"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, without its ending.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path.with_extension(""));
        }
    }
}

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
    let mut sources = Vec::new();
    rust_files(&root().join("src"), &mut sources);
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
