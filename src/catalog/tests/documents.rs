//! Documents that are no catalogue are refused with place and reason.

use super::super::*;

/// A small catalogue that is sound: a scrolled list that tries keys, a read and an overlay.
pub(super) const SMALL: &str = r##"openapi: 3.1.0
x-somebody-else: ignored
paths:
  /things:
    get:
      operationId: listThings
      x-mcp-tool: list_things
      x-mcp-title: List things
      x-mcp-description: Lists things.
      x-mcp-hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false }
      x-mcp-toolset: cases
      x-mcp-confidence: assumed
      x-mcp-paging: scroll
      x-mcp-answer: rows
      x-mcp-key-check: true
      parameters:
        - { name: color, in: query, description: Its color., schema: { type: string } }
        - { name: size, in: query, x-mcp-argument: limit, schema: { type: integer } }
        - name: after
          in: query
          x-mcp-argument: cursor
          content: { application/json: { schema: { type: object } } }
  /things/{thing_id}:
    parameters:
      - { name: thing_id, in: path, required: true, description: Its id., schema: { $ref: "#/components/schemas/Id" } }
    get:
      operationId: getThing
      x-mcp-tool: get_thing
      x-mcp-title: Get thing
      x-mcp-description: Reads one thing.
      x-mcp-hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false }
      x-mcp-toolset: cases
      x-mcp-confidence: documented
      x-mcp-answer: object
    put:
      operationId: putThing
      x-mcp-tool: put_thing
      x-mcp-title: Change thing
      x-mcp-description: Changes one thing.
      x-mcp-hints: { readOnly: false, destructive: true, idempotent: true, openWorld: false }
      x-mcp-toolset: cases
      x-mcp-confidence: documented
      x-mcp-answer: object
      x-mcp-overlay: { read: getThing, argument: changes, description: What to change. }
      requestBody: { content: { application/json: { schema: { type: object } } } }
  /health:
    get: { summary: Not a tool }
components:
  schemas:
    Id: { type: string, minLength: 1 }
"##;

/// Replaces a piece of the small catalogue, and expects exactly one mistake, there and so.
#[track_caller]
pub(super) fn check_refused(piece: &str, replacement: &str, place: &str, reason: &str) {
    assert!(SMALL.contains(piece), "{piece} is in the document");
    check_document(&SMALL.replacen(piece, replacement, 1), place, reason);
}

#[track_caller]
pub(super) fn check_document(document: &str, place: &str, reason: &str) {
    let mistakes = Catalog::from_yaml(document).unwrap_err().mistakes;
    let told: Vec<String> = mistakes.iter().map(DocumentMistake::to_string).collect();
    assert_eq!(mistakes.len(), 1, "{told:#?}");
    assert_eq!(mistakes[0].place, place, "{told:#?}");
    assert!(mistakes[0].reason.contains(reason), "{told:#?}");
    assert!(mistakes[0].line.is_some(), "{told:#?}");
}

#[test]
fn the_small_catalogue_is_sound() {
    let catalog = Catalog::from_yaml(SMALL).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(catalog.tools().len(), 3);
    assert_eq!(catalog.key_check().path_and_query, "/things?size=25");
}

#[test]
fn texts_that_are_no_openapi_3_1() {
    for (text, reason) in [
        ("a: [1", "not readable as YAML"),
        ("", "`openapi: 3.1.0` is missing"),
        ("just text", "`openapi: 3.1.0` is missing"),
        ("swagger: '2.0'", "`openapi: 3.1.0` is missing"),
    ] {
        let error = Catalog::from_yaml(text).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
    check_refused("openapi: 3.1.0", "openapi: 3.0.3", "/openapi", "is not OpenAPI 3.1");
}

#[test]
fn keys_that_stand_twice() {
    let document = SMALL.replace("openapi: 3.1.0", "openapi: 3.1.0\nopenapi: 3.1.0");
    let error = Catalog::from_yaml(&document).unwrap_err();
    assert_eq!(error.mistakes[0].line, Some(2));
    assert!(error.to_string().contains("`openapi` is there twice"), "{error}");
}

#[test]
fn references_that_lead_nowhere_or_away() {
    let place = "/paths/~1things~1{thing_id}/parameters/0/schema/$ref";
    let reference = "#/components/schemas/Id\"";
    // Without its target the parameter is no text either, which is told as well.
    for (replacement, reason) in [
        ("#/components/schemas/Ids\"", "does not exist"),
        ("#/paths/~1things\"", "leads out of"),
        ("https://example.com/id.yaml\"", "leads out of"),
    ] {
        let document = SMALL.replacen(reference, replacement, 1);
        let mistakes = Catalog::from_yaml(&document).unwrap_err().mistakes;
        assert_eq!(mistakes[0].place, place);
        assert_eq!(mistakes[0].line, Some(25));
        assert!(mistakes[0].reason.contains(reason), "{}", mistakes[0]);
    }
    check_refused(
        "    Id: { type: string, minLength: 1 }",
        "    Id: { type: string, minLength: 1 }\n    Loop: { $ref: \"#/components/schemas/Loop\" }",
        "/components/schemas/Loop/$ref/$ref",
        "leads back to itself",
    );
    check_refused(
        "schema: { $ref: \"#/components/schemas/Id\" }",
        "schema: { $ref: \"#/components/schemas/Id\", maxLength: 5 }",
        "/paths/~1things~1{thing_id}/parameters/0/schema/maxLength",
        "beside $ref",
    );
}

#[test]
fn names_that_are_taken_or_that_clients_refuse() {
    let tool = "/paths/~1things~1{thing_id}/get/x-mcp-tool";
    check_refused("x-mcp-tool: get_thing", "x-mcp-tool: list_things", tool, "is there twice");
    check_refused("x-mcp-tool: get_thing", "x-mcp-tool: Get-Thing", tool, "1 to 40 characters");
    let long = format!("x-mcp-tool: {}", "a".repeat(41));
    check_refused("x-mcp-tool: get_thing", &long, tool, "1 to 40 characters");
    check_refused(
        "operationId: listThings",
        "operationId: getThing",
        "/paths/~1things~1{thing_id}/get/operationId",
        "is there twice",
    );
}

#[test]
fn path_parameters_without_schema_or_declaration() {
    check_refused(
        ", schema: { $ref: \"#/components/schemas/Id\" }",
        "",
        "/paths/~1things~1{thing_id}/parameters/0",
        "path parameter `thing_id` has no schema",
    );
    check_refused(
        "  /things:",
        "  /things/{color}/list:",
        "/paths/~1things~1{color}~1list",
        "{color} is not declared as a path parameter",
    );
    check_refused(
        "        - { name: color, in: query,",
        "        - { name: color, in: path, required: true,",
        "/paths/~1things",
        "the path has no {color}",
    );
    check_refused("  /things:", "  /things/../x:", "/paths/~1things~1..~1x", "`..` must be");
}

#[test]
fn extensions_that_are_unknown_or_misplaced() {
    let operation = "/paths/~1things/get";
    check_refused(
        "      x-mcp-paging: scroll",
        "      x-mcp-paging: scroll\n      x-mcp-titel: List",
        &format!("{operation}/x-mcp-titel"),
        "did you mean x-mcp-title?",
    );
    check_refused(
        "  /things:\n",
        "  /things:\n    x-mcp-toolset: cases\n",
        "/paths/~1things/x-mcp-toolset",
        "no meaning at this place",
    );
    check_refused(
        "    Id: { type: string",
        "    Id: { x-mcp-argument: id, type: string",
        "/components/schemas/Id/x-mcp-argument",
        "no meaning at this place",
    );
}

#[test]
fn extensions_that_are_missing_or_of_the_wrong_form() {
    let operation = "/paths/~1things~1{thing_id}/get";
    let hints = "      x-mcp-hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false }\n";
    let get_thing = "      x-mcp-description: Reads one thing.\n";
    let with = |hints: &str| format!("{get_thing}{hints}");
    check_refused(&with(hints), get_thing, operation, "`x-mcp-hints` is missing");
    check_refused(
        &with(hints),
        &with(&hints.replace(", openWorld: false", "")),
        &format!("{operation}/x-mcp-hints"),
        "`openWorld` is missing",
    );
    check_refused(
        &with(hints),
        &with(&hints.replace("readOnly: true", "readOnly: false")),
        &format!("{operation}/x-mcp-hints"),
        "does not go with GET",
    );
    check_refused(
        "      x-mcp-description: Reads one thing.\n",
        "",
        operation,
        "`x-mcp-description` is missing",
    );
    check_refused(
        "x-mcp-toolset: cases",
        "x-mcp-toolset: things",
        "/paths/~1things/get/x-mcp-toolset",
        "`things` is unknown here; known are `workflows`",
    );
    check_refused(
        "x-mcp-confidence: assumed",
        "x-mcp-confidence: likely",
        "/paths/~1things/get/x-mcp-confidence",
        "`likely` is unknown here",
    );
}

#[test]
fn key_checks_that_are_none_or_several_or_change_something() {
    let check = "      x-mcp-key-check: true\n";
    check_refused(check, "", "/paths", "no operation has `x-mcp-key-check: true`");
    let marked = |id: &str| {
        let id = format!("      operationId: {id}\n");
        SMALL.replacen(&id, &format!("{id}{check}"), 1)
    };
    check_document(&marked("getThing"), "/paths", "several operations have");
    let only = |id: &str| marked(id).replacen(check, "", 1);
    let operation = "/paths/~1things~1{thing_id}";
    check_document(
        &only("getThing"),
        &format!("{operation}/get/x-mcp-key-check"),
        "without required arguments",
    );
    check_document(
        &only("putThing"),
        &format!("{operation}/put/x-mcp-key-check"),
        "must not change anything",
    );
}

#[test]
fn arguments_that_clash_or_are_missing() {
    let operation = "/paths/~1things/get";
    check_refused(
        "name: color, in: query,",
        "name: color, in: query, x-mcp-argument: limit,",
        &format!("{operation}/parameters/1"),
        "`limit` is the name of two arguments",
    );
    check_refused(
        "          x-mcp-argument: cursor\n",
        "          description: Where to go on.\n",
        &format!("{operation}/x-mcp-paging"),
        "scroll needs a page size and a page key",
    );
    check_refused(
        "name: color, in: query,",
        "name: Authorization, in: header,",
        &format!("{operation}/parameters/0/name"),
        "only the header X-Wiv-Impersonated-Tenant-Id",
    );
}

#[test]
fn all_mistakes_are_told_together() {
    let document = SMALL
        .replace("x-mcp-toolset: cases", "x-mcp-toolset: things")
        .replace("operationId: putThing", "operationId: getThing");
    let error = Catalog::from_yaml(&document).unwrap_err();
    assert_eq!(error.mistakes.len(), 4, "{error}");
    let told = error.to_string();
    assert!(told.starts_with("line 11, /paths/~1things/get/x-mcp-toolset: `things` is unknown"));
    assert_eq!(told.lines().count(), 4, "{told}");
}

#[test]
fn overlays_that_do_not_fit() {
    let overlay = "/paths/~1things~1{thing_id}/put/x-mcp-overlay";
    check_refused("read: getThing", "read: getThings", &format!("{overlay}/read"), "has the id");
    check_refused(
        "read: getThing",
        "read: listThings",
        &format!("{overlay}/read"),
        "must read one object",
    );
    check_refused(
        "argument: changes",
        "argument: thing_id",
        &format!("{overlay}/argument"),
        "is taken",
    );
}

#[test]
fn schemas_that_do_not_compile() {
    check_refused(
        "schema: { type: string } }",
        "schema: { type: sting } }",
        "/paths/~1things/get/parameters/0/schema/type",
        "did you mean `string`?",
    );
}
