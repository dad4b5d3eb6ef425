//! The table of docs/SECURITY-MODEL.md names tests that exist.

use std::collections::BTreeSet;

use crate::tree::{root, rust_files};

/// A test function: the path of its module, as `cargo test` names it, and its name.
type Test = (String, String);

/// Every test of the library and of this program.
fn tests() -> BTreeSet<Test> {
    let mut found = BTreeSet::new();
    for (folder, prefix) in [("src", ""), ("tests/it", "it::")] {
        for file in rust_files(folder) {
            let below = file.strip_prefix(root().join(folder)).unwrap().with_extension("");
            let module = below.to_str().unwrap().replace('/', "::");
            let text = std::fs::read_to_string(&file).unwrap();
            found.extend(tests_of(&format!("{prefix}{module}"), &text));
        }
    }
    found
}

/// The tests in a file's text. Those of a module within the file are in that module.
fn tests_of(module: &str, text: &str) -> Vec<Test> {
    let (mut module, mut follows) = (module.to_owned(), false);
    let mut found = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if line == "mod tests {" {
            module.push_str("::tests");
        }
        follows |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        if let (true, Some(function)) = (follows, function) {
            let name = function.split(['(', '<']).next().unwrap();
            found.push((module.clone(), name.to_owned()));
            follows = false;
        }
    }
    found
}

/// The rows of the table of attacks: what stands in its last column.
fn rows(text: &str) -> Vec<(String, String)> {
    let section = text.split("## Attacks, defences, tests").nth(1).expect("the table's section");
    let section = section.split("\n## ").next().unwrap();
    let lines = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = lines.map(|line| line.trim_matches('|').split(" | ").collect::<Vec<_>>());
    cells
        .map(|cells| {
            assert_eq!(cells.len(), 3, "{cells:?}");
            (cells[0].trim().to_owned(), cells[2].to_owned())
        })
        .collect()
}

/// The names in a cell.
fn names(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Whether a name is a test, a part of a test's name between dots, or a module with tests.
///
/// `…a_name` is the one test of that name, wherever it is; `…a_beginning…` the one that begins so.
fn exists(name: &str, tests: &BTreeSet<Test>) -> bool {
    if let Some(short) = name.strip_prefix('…') {
        let is_it = |test: &&Test| match short.strip_suffix('…') {
            Some(beginning) => test.1.starts_with(beginning),
            None => test.1 == short,
        };
        return tests.iter().filter(is_it).count() == 1;
    }
    let is_below = |module: &str| module == name || module.starts_with(&format!("{name}::"));
    let is_test = |test: &Test| format!("{}::{}", test.0, test.1) == name;
    tests.iter().any(|test| is_below(&test.0) || is_test(test))
}

#[test]
fn every_defence_names_tests_that_exist() {
    let text = std::fs::read_to_string(root().join("docs/SECURITY-MODEL.md")).unwrap();
    let (tests, rows) = (tests(), rows(&text));
    assert!(rows.len() > 30, "{} rows", rows.len());
    let mut wrong = Vec::new();
    for (attack, cell) in &rows {
        let names = names(cell);
        if names.is_empty() {
            wrong.push(format!("{attack}: names no test"));
        }
        let missing = names.into_iter().filter(|name| !exists(name, &tests));
        wrong.extend(missing.map(|name| format!("{attack}: there is no `{name}`")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_name_that_is_no_test_is_found_out() {
    let tests = tests();
    for name in [
        "it::security::model::every_defence_names_tests_that_exist",
        "…every_defence_names_tests_that_exist",
        "…every_defence_names…",
        "it::security",
        "it::isolation",
        "seal::tests",
        "telemetry::seldom::tests",
    ] {
        assert!(exists(name, &tests), "{name}");
    }
    for name in [
        "it::security::model::every_defence",
        "it::security::model::tests_of",
        "every_defence_names_tests_that_exist",
        "…nobody_wrote_this",
        "…a_…",
        "it::secur",
        "seal::strength",
        "",
    ] {
        assert!(!exists(name, &tests), "{name}");
    }
    let table =
        "## Attacks, defences, tests\n| a | d | t |\n| - | - | - |\n| x | y | `it::z`, w |\n";
    let [(attack, cell)] = &rows(table)[..] else { panic!() };
    assert_eq!((attack.as_str(), names(cell)), ("x", vec!["it::z"]));
}
