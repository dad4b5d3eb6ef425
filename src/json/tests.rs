//! Walks find what a parser finds.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// Any JSON value, a few levels deep.
pub(crate) fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\\\\"\u{202e}\u{200d}\u{e0041}|\n a-c]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        let name = prop_oneof![any::<String>(), "[a-cN\\\\\"\u{200b}]{0,4}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn check_walk(value: &Value, text: &str) {
    match value {
        Value::Array(expected) => {
            let found: Vec<&str> = elements(text).collect();
            assert_eq!(found.len(), expected.len(), "{text}");
            found.iter().zip(expected).for_each(|(text, value)| check_walk(value, text));
        }
        Value::Object(expected) => {
            let found: Vec<(&str, &str)> = members(text).collect();
            assert_eq!(found.len(), expected.len(), "{text}");
            for ((name, text), (expected, value)) in found.iter().zip(expected) {
                assert_eq!(said(name), *expected);
                check_walk(value, text);
            }
        }
        Value::String(expected) => assert_eq!(said(text), *expected),
        scalar => assert_eq!(read(text), *scalar),
    }
}

#[test]
fn escapes_say_what_they_mean() {
    for (string, expected) in [
        (r#""""#, ""),
        (r#""a\"\\\/\n\t\r\b\f""#, "a\"\\/\n\t\r\u{8}\u{c}"),
        (r#""\u0041\u00e9\ud83d\ude00""#, "Aé😀"),
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
        (r#""\ud83dx\ud83d\u0041""#, "\u{fffd}x\u{fffd}A"),
        (r#""\\u0041""#, "\\u0041"),
    ] {
        assert_eq!(said(string), expected, "{string}");
    }
}

#[test]
fn white_space_stands_between_values() {
    let text = " [ 1 ,\n{ \"a\" : [ ] , \"b\":\"]\" }\t, null ] ";
    assert_eq!(elements(text).collect::<Vec<_>>(), ["1", "{ \"a\" : [ ] , \"b\":\"]\" }", "null"]);
    let inner = elements(text).nth(1).unwrap();
    assert_eq!(members(inner).collect::<Vec<_>>(), [("\"a\"", "[ ]"), ("\"b\"", "\"]\"")]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_walk_finds_what_a_parser_finds(value in json_value()) {
        check_walk(&value, &value.to_string());
        check_walk(&value, &serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn a_walk_over_anything_ends(text in "[\\[\\]{}\",:\\\\u0-9a\u{e9} ]{0,40}") {
        for (name, value) in members(&text) {
            let _ = (said(name), elements(value).count());
        }
        let _ = (elements(&text).count(), units(&text).count());
    }
}

#[test]
fn a_name_that_stands_twice_is_found_at_every_level() {
    for twice in
        [r#"{"a":1,"a":2}"#, r#"{"a":1,"\u0061":2}"#, r#"[{"b":{"a":[{"c":1,"d":2,"c":1}]}}]"#]
    {
        assert!(repeats_a_name(twice), "{twice}");
    }
    for once in ["null", "[]", r#"{"a":{"a":{"a":["a","a"]}}}"#, r#"[{"a":1},{"a":1}]"#] {
        assert!(!repeats_a_name(once), "{once}");
    }
}
