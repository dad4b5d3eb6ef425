//! Extensions for runs and names: what they add, and what is refused.

use super::{
    super::*,
    documents::{SMALL, check_document, check_refused},
};

/// The small catalogue with a list of runs, and one that comes whole.
fn with_runs() -> String {
    let runs = "x-mcp-runs: { id: id, workflow: of, status: state, started: from, ended: to, step: at, \
                by: who, active: [ON], succeeded: [OK], failed: [BAD] }";
    let lists = r#"
  /things/kinds:
    get:
      operationId: listKinds
      x-mcp-tool: list_kinds
      x-mcp-title: List kinds
      x-mcp-description: Lists kinds.
      x-mcp-hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false }
      x-mcp-toolset: cases
      x-mcp-confidence: assumed
      x-mcp-paging: whole
      x-mcp-fields: []
      x-mcp-name: title
      x-mcp-answer: rows
  /health:"#;
    SMALL
        .replacen("x-mcp-key-check: true", &format!("x-mcp-key-check: true\n      {runs}"), 1)
        .replacen("name: color", "name: status", 1)
        .replacen("\n  /health:", lists, 1)
}

#[track_caller]
fn check_runs_refused(piece: &str, replacement: &str, place: &str, reason: &str) {
    let document = with_runs();
    assert!(document.contains(piece), "{piece} is in the document");
    check_document(&document.replacen(piece, replacement, 1), place, reason);
}

#[test]
fn lists_of_runs_and_lists_with_names_take_more_arguments() {
    let catalog = Catalog::from_yaml(&with_runs()).unwrap_or_else(|error| panic!("{error}"));
    let takes = |tool: &str, argument: &str| {
        catalog.tool(tool).unwrap().input_schema.get().contains(&format!("\"{argument}\":"))
    };
    assert!(takes("list_things", "run_by") && !takes("list_things", "name"));
    assert!(takes("list_kinds", "name") && takes("list_kinds", "format"));
}

#[test]
fn runs_and_names_that_can_not_be_read() {
    let things = "/paths/~1things/get";
    let runs = &*format!("{things}/x-mcp-runs");
    check_runs_refused("active: [ON]", "active: []", runs, "some are `active`");
    check_runs_refused("failed: [BAD]", "failed: [OK]", runs, "each status stands once");
    check_runs_refused("name: status", "name: color", runs, "needs an argument `status`");
    check_runs_refused("by: who,", "", runs, "`by` is missing");
    let names = "/paths/~1things~1kinds/get/x-mcp-name";
    check_runs_refused(
        "x-mcp-paging: whole\n      x-mcp-fields: []",
        "summary: Kinds",
        names,
        "only a list that WIV sends whole",
    );
    let with = |value: &str| format!("x-mcp-names: {value}\n      x-mcp-key-check: true");
    for (from, reason) in
        [("listThing", "is no list that WIV sends whole"), ("getThing", "is no list")]
    {
        let value = with(&format!("{{ from: {from}, id: of, name: title, as: title }}"));
        let place = format!("{things}/x-mcp-names");
        check_runs_refused("x-mcp-key-check: true", &value, &place, reason);
    }
    let alone = with("{ from: listKinds, id: of, name: title, as: title }");
    check_refused(
        "x-mcp-key-check: true",
        &alone,
        "/paths/~1things/get/x-mcp-names",
        "means nothing without `x-mcp-runs`",
    );
}

#[test]
fn local_tools_are_one_connection_and_summaries_of_lists_of_runs() {
    let local = |summarizes: &str| {
        format!(
            "openapi: 3.1.0\nx-mcp-local-tools:\n  - {{ name: sum, title: Sum, description: Adds., \
             hints: {{ readOnly: true, destructive: false, idempotent: true, openWorld: false }}, \
             toolset: cases{summarizes} }}\n"
        )
    };
    let one = "  - { name: me, title: Me, description: Shows., toolset: cases, hints: \
               { readOnly: true, destructive: false, idempotent: true, openWorld: false } }\n";
    check_refused(
        "openapi: 3.1.0\n",
        &(local("") + one),
        "/x-mcp-local-tools/1",
        "there is one already",
    );
    check_runs_refused(
        "openapi: 3.1.0\n",
        &local(", summarizes: { all: listThings, one: getThing }"),
        "/x-mcp-local-tools/0/summarizes/one",
        "has the id `getThing`",
    );
    check_runs_refused(
        "openapi: 3.1.0\n",
        &local(", summarizes: { all: listThings, one: listThings }"),
        "/x-mcp-local-tools/0/summarizes",
        "`date_range`",
    );
}
