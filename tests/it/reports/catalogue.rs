//! Documents that a developer mistypes, and what the program says of them.

use std::{fs, path::PathBuf, process::Command};

const BUILT_IN: &str = include_str!("../../../src/catalog/wiv.openapi.yaml");

/// What `wiv-mcp tools` says of a document, a line for each mistake, without the file's name.
#[track_caller]
fn refused(name: &str, document: &str) -> Vec<String> {
    let folder = std::env::temp_dir().join(format!("wiv-mcp-catalogue-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path: PathBuf = folder.join(format!("{name}.yaml"));
    fs::write(&path, document).unwrap();
    let said = |command: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_wiv-mcp"))
            .arg(command)
            .env_clear()
            .envs([("WIV_MCP_LISTEN", "127.0.0.1:0")])
            .env("WIV_MCP_CATALOG", &path)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{command}");
        String::from_utf8(output.stderr).unwrap()
    };
    let (tools, serve) = (said("tools"), said("serve"));
    let file = path.to_str().unwrap();
    let lines = |said: &str| -> Vec<String> {
        let lines = said.lines().filter(|line| line.contains(file));
        let own = lines.map(|line| line.split_once(file).unwrap().1.to_owned());
        own.map(|line| line.trim_start_matches(", ").to_owned()).collect()
    };
    assert_eq!(lines(&tools), lines(&serve), "{tools}\n{serve}");
    // A heading stands above several, and nothing else.
    let count = lines(&tools).len();
    assert_eq!(tools.lines().count(), if count == 1 { 1 } else { count + 1 }, "{tools}");
    lines(&tools)
}

fn changed(piece: &str, replacement: &str) -> String {
    assert!(BUILT_IN.contains(piece), "{piece}");
    BUILT_IN.replacen(piece, replacement, 1)
}

/// The number of the line that holds a text first.
fn line_of(document: &str, text: &str) -> usize {
    document.lines().position(|line| line.contains(text)).unwrap() + 1
}

/// One mistake, at the line that holds `at`, in these words.
#[track_caller]
fn check(name: &str, document: &str, at: &str, words: &str) {
    let told = refused(name, document);
    assert_eq!(told.len(), 1, "{told:#?}");
    let line = format!("line {}, ", line_of(document, at));
    assert!(told[0].starts_with(&line) && told[0].contains(words), "{line}{told:#?}");
}

/// Operations that a document may have besides the built-in ones.
fn with_operation(path: &str, operation: &str) -> String {
    let at = "\npaths:\n";
    changed(at, &format!("{at}  {path}:\n{operation}"))
}

const WRITES: &str = "      operationId: tryOut
      x-mcp-tool: try_out
      x-mcp-title: Try out
      x-mcp-description: Tries it out.
      x-mcp-hints: { readOnly: false, destructive: false, idempotent: false, openWorld: false }
      x-mcp-toolset: cases
      x-mcp-confidence: assumed
      x-mcp-answer: object
";

#[test]
fn a_required_that_names_no_property_is_refused() {
    let body = |required: &str, color: &str| {
        let body = format!(
            "      requestBody: {{ content: {{ application/json: {{ schema: {{ type: object,\n\
             \x20       required: {required},\n\
             \x20       properties: {{ space_id: {{ type: string, description: An id. }}, color: {color} }} }} }} }} }}\n"
        );
        with_operation("/try", &format!("    post:\n{WRITES}{body}"))
    };
    let text = "{ type: string, description: A color. }";
    let document = body("[spaceid]", text);
    let did = "names no property: `spaceid` is unknown here; did you mean `space_id`?";
    check("required", &document, "required: [spaceid]", did);
    check(
        "required-far",
        &body("[zzzzz]", text),
        "required: [zzzzz]",
        "known are `space_id`, `color`",
    );
    // Within an argument, and where it is no list.
    let deep = "{ type: object, description: A color., required: [hu], properties: { hue: { type: string } } }";
    check("required-deep", &body("[space_id]", deep), "required: [hu]", "did you mean `hue`?");
    check("required-form", &body("yes", text), "required: yes", "must be a list");
    let twice = refused("required-twice", &body("[spaceid, colour]", text));
    assert_eq!(twice.len(), 2, "{twice:#?}");
}

#[test]
fn a_writing_tool_with_customer_id_is_refused() {
    let document = |parameter: &str| {
        let parameters = format!("      parameters:\n        - {parameter}\n");
        with_operation("/try", &format!("    post:\n{WRITES}{parameters}"))
    };
    let tenant = r##"{ $ref: "#/components/parameters/ImpersonatedTenant" }"##;
    let words = "a tool that writes can't take `customer_id`";
    for (name, parameter) in [
        ("customer-header", tenant),
        ("customer-query", r##"{ $ref: "#/components/parameters/MspCustomer" }"##),
        (
            "customer-renamed",
            "{ name: X-Wiv-Impersonated-Tenant-Id, in: header, x-mcp-argument: tenant, \
             description: A tenant., schema: { type: string } }",
        ),
    ] {
        let told = refused(name, &document(parameter));
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].contains("a tool that writes can't take"), "{told:#?}");
    }
    // In the body, and shared by a path's reading operation.
    let body = "      requestBody: { content: { application/json: { schema: { type: object, properties: {\n\
                \x20       customer_id: { type: string, description: An id. } } } } } }\n";
    let in_body = with_operation("/try", &format!("    post:\n{WRITES}{body}"));
    check(
        "customer-body",
        &in_body,
        "        customer_id: { type: string, description: An id.",
        words,
    );
    let shared =
        with_operation("/try", &format!("    parameters: [ {tenant} ]\n    put:\n{WRITES}"));
    assert!(refused("customer-shared", &shared)[0].contains(words));
}

#[test]
fn an_argument_without_description_is_refused() {
    let body = |property: &str| {
        let body = format!(
            "      requestBody: {{ content: {{ application/json: {{ schema: {{ type: object, properties: {{\n\
             \x20       color: {property} }} }} }} }} }}\n"
        );
        with_operation("/try", &format!("    post:\n{WRITES}{body}"))
    };
    let words = "has no description";
    check("property", &body("{ type: string }"), "        color: {", words);
    check(
        "property-empty",
        &body("{ type: string, description: \" \" }"),
        "        color: {",
        words,
    );
    let query =
        "      parameters:\n        - { name: color, in: query, schema: { type: string } }\n";
    let document = with_operation("/try", &format!("    post:\n{WRITES}{query}"));
    check("parameter", &document, "name: color, in: query", words);
}

#[test]
fn a_delete_that_is_not_destructive_is_refused() {
    let document = with_operation("/try", &format!("    delete:\n{WRITES}"));
    check(
        "delete",
        &document,
        "x-mcp-hints: { readOnly: false, destructive: false, idempotent: false, openWorld: false }",
        "`destructive` must be true",
    );
    let reads = document.replacen(
        "readOnly: false, destructive: false",
        "readOnly: true, destructive: false",
        1,
    );
    assert!(refused("delete-reads", &reads).iter().any(|line| line.contains("DELETE")));
}

#[test]
fn mistakes_are_told_in_our_words_with_a_suggestion() {
    let toolset = changed("x-mcp-toolset: workflows", "x-mcp-toolset: workflow");
    check("toolset", &toolset, "x-mcp-toolset: workflow", "did you mean `workflows`?");
    let hints = changed("openWorld: false }", "openwrld: false }");
    let told = refused("hints", &hints).join("\n");
    assert!(told.contains("`openwrld` is unknown here; did you mean `openWorld`?"), "{told}");
    let answer = changed("x-mcp-answer: rows", "x-mcp-answer: row");
    check("answer", &answer, "x-mcp-answer: row\n".trim_end(), "did you mean `rows`?");
    let flag = changed("readOnly: true", "readOnly: \"yes\"");
    let told = refused("flag", &flag).join("\n");
    assert!(told.contains("must be a boolean, not string \"yes\""), "{told}");
    for told in [refused("a", &toolset), refused("b", &hints), refused("c", &flag)].concat() {
        for foreign in ["variant", "expected one of", "anyOf", "invalid type"] {
            assert!(!told.contains(foreign), "{told}");
        }
    }
}

#[test]
fn a_mistake_has_its_own_line_also_in_a_shared_part() {
    let body = "      requestBody: { content: { application/json: { schema: { type: object, properties: {\n\
                \x20       colors: { description: Colors., type: arry },\n\
                \x20       sizes: { description: Sizes., type: [string, nul] },\n\
                \x20       weight: { description: Weight., type: number, minimum: heavy } } } } } }\n";
    let document = with_operation("/try", &format!("    post:\n{WRITES}{body}"));
    let told = refused("types", &document);
    let line = |text: &str| format!("line {}, ", line_of(&document, text));
    assert!(told[0].starts_with(&line("type: arry")), "{told:#?}");
    assert!(told[0].contains("did you mean `array`?"), "{told:#?}");
    assert!(told[1].starts_with(&line("type: [string, nul]")), "{told:#?}");
    assert!(told[1].contains("did you mean `null`?"), "{told:#?}");
    assert_eq!(told.len(), 2, "{told:#?}");
    let weight = document.replace("arry", "array").replace(", nul]", ", \"null\"]");
    check("minimum", &weight, "minimum: heavy", "not a JSON Schema");
    let shared = "\n  schemas:\n";
    let document =
        changed(shared, &format!("{shared}    Color: {{ description: A color., type: strng }}\n"));
    let body = "      requestBody: { content: { application/json: { schema: { type: object, properties: {\n\
                \x20       color: { $ref: \"#/components/schemas/Color\" } } } } } }\n";
    let at = "\npaths:\n";
    let document = document.replacen(at, &format!("{at}  /try:\n    post:\n{WRITES}{body}"), 1);
    check("shared", &document, "type: strng", "did you mean `string`?");
}

#[test]
fn a_writing_tool_that_takes_a_customer_by_reference_has_the_line_of_its_reference() {
    let parameter = |reference: &str| {
        let parameters = format!("      parameters:\n        # Whose.\n        - {reference}\n");
        with_operation("/try", &format!("    post:\n{WRITES}{parameters}"))
    };
    let is_at = |name: &str, document: &str, line: usize| {
        let told = refused(name, document);
        assert_eq!(told.len(), 1, "{told:#?}");
        let start = format!("line {line}, ");
        assert!(told[0].starts_with(&start) && told[0].contains("can't take"), "{start} {told:#?}");
    };
    for (name, part) in [("use-tenant", "ImpersonatedTenant"), ("use-customer", "MspCustomer")] {
        let document = parameter(&format!(r##"{{ $ref: "#/components/parameters/{part}" }}"##));
        is_at(name, &document, line_of(&document, "# Whose.") + 1);
    }
    // A whole body that is shared.
    let bodies = "\n  schemas:\n";
    let document = changed(
        bodies,
        &format!(
            "{bodies}    Whole:\n      type: object\n      properties:\n\
             \x20       customer_id: {{ type: string, description: An id. }}\n"
        ),
    );
    let body = "      requestBody: { content: { application/json: {\n        schema: \
                { $ref: \"#/components/schemas/Whole\" } } } }\n";
    let at = "\npaths:\n";
    let document = document.replacen(at, &format!("{at}  /try:\n    post:\n{WRITES}{body}"), 1);
    is_at("use-body", &document, line_of(&document, "components/schemas/Whole"));
}

#[test]
fn a_misspelt_member_is_told_where_it_stands_and_once() {
    for (name, right, wrong, words) in [
        ("root-paths", "\npaths:\n", "\npath:\n", "`path` is unknown here; did you mean `paths`?"),
        ("root-components", "\ncomponents:\n", "\ncomponent:\n", "did you mean `components`?"),
    ] {
        let document = changed(right, wrong);
        check(name, &document, wrong.trim(), words);
    }
    let missing = changed("\npaths:\n", "\nx-paths:\n");
    assert!(refused("no-paths", &missing)[0].contains("`paths` is missing"));
    let with = |operation: &str| with_operation("/try", &format!("    post:\n{WRITES}{operation}"));
    for (name, operation, at, words) in [
        ("parameter", "      parameter: []\n", "parameter: []", "did you mean `parameters`?"),
        ("body", "      requestbody: {}\n", "requestbody: {}", "did you mean `requestBody`?"),
        (
            "requird",
            "      parameters:\n        - { name: color, in: query, requird: true, description: A.,\n\
             \x20           schema: { type: string } }\n",
            "requird: true",
            "`requird` is unknown here; did you mean `required`?",
        ),
        (
            "requird-schema",
            "      requestBody: { content: { application/json: { schema: { type: object, requird: [a],\n\
             \x20         properties: { a: { type: string, description: A. } } } } } }\n",
            "requird: [a]",
            "did you mean `required`?",
        ),
        (
            "enumm",
            "      parameters:\n        - { name: color, in: query, description: A.,\n\
             \x20           schema: { type: string, minLenght: 3 } }\n",
            "minLenght: 3",
            "did you mean `minLength`?",
        ),
        (
            "shema",
            "      requestBody: { content: { application/json: { schema: { type: object },\n\
             \x20       exampel: 1 } } }\n",
            "exampel: 1",
            "did you mean `example`?",
        ),
    ] {
        check(name, &with(operation), at, words);
    }
    let method = with_operation("/try", &format!("    pst:\n{WRITES}"));
    check("method", &method, "    pst:", "did you mean `post`?");
}

#[test]
fn what_readers_say_is_told_in_our_words_and_a_line_once() {
    let twice = changed(
        "      x-mcp-toolset: workflows",
        "      x-mcp-toolset: workflows\n      x-mcp-toolset: cases",
    );
    check("twice", &twice, "      x-mcp-toolset: cases", "`x-mcp-toolset` is there twice");
    let quote = changed("openapi: 3.1.0", "openapi: \"3.1.0");
    for told in [refused("twice-2", &twice), refused("quote", &quote)].concat() {
        assert_eq!(told.matches("line ").count(), 1, "{told}");
        assert!(!told.contains("column"), "{told}");
    }
    // Which member has the wrong form.
    let flag = changed("readOnly: true", "readOnly: \"yes\"");
    let told = refused("which", &flag).join("\n");
    assert!(told.contains("/x-mcp-hints/readOnly: must be a boolean"), "{told}");
}
