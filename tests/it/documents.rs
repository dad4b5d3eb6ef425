//! Documents that must agree with the code: README, catalogue, stand-in, deployment files.

mod paths;

use std::collections::BTreeSet;

use serde_json::Value;
use wiv_mcp::{
    catalog::{Action, Catalog},
    commands::tools,
    connect,
    marks::MarkKind,
    sandbox, settings,
};

fn file(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The block between two markers of the README.
fn readme_block(name: &str) -> String {
    let readme = file("README.md");
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let from = readme.find(&begin).unwrap_or_else(|| panic!("no {begin}")) + begin.len();
    let to = readme[from..].find(&end).unwrap() + from;
    readme[from..to].trim().to_owned()
}

#[test]
fn the_readmes_tools_are_the_catalogues() {
    let mut table = Vec::new();
    tools::run(&Catalog::built_in(), tools::OutputForm::Markdown, &mut table).unwrap();
    assert_eq!(readme_block("tools"), String::from_utf8(table).unwrap().trim());
}

#[test]
fn the_readmes_settings_are_the_tables() {
    assert_eq!(readme_block("settings"), settings::markdown().trim());
}

#[test]
fn the_readmes_client_settings_are_what_the_demo_prints() {
    let readme = file("README.md");
    for snippet in connect::by_key("https://mcp.wiv.ai", "YOUR_WIV_API_KEY") {
        let block = format!("```{}\n{}\n```", snippet.language, snippet.text);
        assert!(readme.contains(&block), "{}:\n{block}", snippet.client);
    }
}

#[test]
fn the_stand_in_answers_every_operation_of_the_catalogue() {
    let catalog = Catalog::built_in();
    let mut needed = BTreeSet::new();
    for tool in catalog.tools() {
        let operations = match &tool.action {
            Action::Call(operation) => vec![operation],
            Action::Overlay { read, write, .. } => vec![&**read, write],
            Action::Runs(summary) => vec![&summary.all, &summary.one],
            Action::Connection => vec![],
        };
        needed.extend(
            operations.into_iter().map(|operation| {
                (operation.method.to_string(), operation.path_template.to_string())
            }),
        );
    }
    let answered: BTreeSet<_> = sandbox::operations()
        .into_iter()
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .collect();
    assert_eq!(needed, answered);
}

#[test]
fn deployment_files_keep_their_shape() {
    let text = file("apprunner.yaml");
    assert!(text.starts_with('#'), "the first line says when the file is read");
    let apprunner: Value = serde_saphyr::from_str(&text).unwrap();
    assert_eq!(apprunner["version"].to_string().trim_matches('"'), "1.0");
    assert!(["python311", "nodejs22"].contains(&apprunner["runtime"].as_str().unwrap()));
    assert!(apprunner["build"]["commands"]["build"].is_array());
    assert!(apprunner["run"]["command"].is_string());
    assert_eq!(apprunner["run"]["network"]["port"], 8080);
    let variables = apprunner["run"]["env"].as_array().unwrap();
    let value = |name: &str| variables.iter().find(|variable| variable["name"] == name).unwrap();
    assert_eq!(value("WIV_MCP_TRUSTED_PROXY_HOPS")["value"], "1", "its own proxy is one");
    let known = |name: &str| settings::table().iter().any(|setting| setting.variable == name);
    assert!(variables.iter().all(|variable| known(variable["name"].as_str().unwrap())));
    let docker = file("Dockerfile");
    assert!(docker.contains("--no-default-features"), "the image has no sandbox");
    assert!(docker.contains("ENTRYPOINT [\"/usr/local/bin/wiv-mcp\"]"));
    assert!(docker.contains("nonroot"));
}

#[test]
fn every_kind_of_mark_is_in_the_operators_table_with_its_bound_and_life() {
    let operations = file("docs/OPERATIONS.md");
    for kind in MarkKind::ALL {
        let what = match kind {
            MarkKind::UsedCode => "used authorization codes",
            MarkKind::KeyOfCode => "keys of used codes",
            MarkKind::UsedState => "used states of sign-ins",
            MarkKind::UsedOffer => "used offers",
            MarkKind::DeadKey => "dead key ids",
            MarkKind::UsedCursor => "used cursors",
            MarkKind::UsedConfirmation => "used confirmations",
            MarkKind::Started => "started runs and drafts",
            MarkKind::EndedSession => "sessions of the connect page",
        };
        let row = operations.lines().find(|line| line.starts_with(&format!("| {what}")));
        let row = row.unwrap_or_else(|| panic!("no row for {kind:?}"));
        let bound = format!("| {},000 |", kind.capacity() / 1000);
        let life = format!("| {} min |", kind.life_seconds() / 60);
        assert!(row.contains("(mark)") && row.contains(&bound) && row.contains(&life), "{row}");
    }
}
