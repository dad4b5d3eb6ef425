//! Bodies of the largest size, made to cost as much as they can.

use std::time::{Duration, Instant};

use super::{hostile::keys_of, *};
use crate::json::tests::json_value;

/// The largest body that is taken, by default.
const LARGEST_BYTES: usize = 8 * 1024 * 1024;

/// A debug build on a busy machine needs a second. What is not linear needs minutes.
const PATIENCE: Duration = Duration::from_secs(8);

const OBJECT: Layout<'static> = Layout { shape: AnswerShape::Object, ..WHOLE };
const QUERY: Layout<'static> = Layout { shape: AnswerShape::Query, ..WHOLE };
const WHOLE: Layout<'static> = Layout { limit: None, ..LAYOUT };
const PAGED: Layout<'static> = Layout { limit: Some(100), ..LAYOUT };
const SCROLLED: Layout<'static> = Layout { scrolls: true, ..PAGED };

/// `data` of so many pieces, each made of its number.
fn list(count: usize, piece: impl Fn(usize) -> String) -> String {
    format!("[{}]", (0..count).map(piece).collect::<Vec<_>>().join(","))
}

fn check(name: &str, data: &str, key: &str) {
    check_laid_out(name, data, key, &[OBJECT, QUERY, WHOLE, PAGED, SCROLLED]);
}

fn check_laid_out(name: &str, data: &str, key: &str, layouts: &[Layout<'_>]) {
    let body = format!("{{\"data\":{data},\"next_page_key\":{key}}}");
    assert!(body.len() <= LARGEST_BYTES, "{name}: {}", body.len());
    for &layout in layouts {
        let begun = Instant::now();
        let keys = Keys::none();
        let seal = |_: Position| "sealed".to_owned();
        let position = Position::default();
        let rendered = render(body.as_bytes(), layout, &position, &keys, vec![], seal);
        let took = begun.elapsed();
        assert!(took < PATIENCE, "{name}, {layout:?}: {took:?}");
        let rendered = match rendered {
            Ok(rendered) => rendered,
            Err(MalformedAnswer::TooManyRows) if layout.scrolls => continue,
            Err(error) => panic!("{name}, {layout:?}: {error}"),
        };
        let chars = rendered.text.chars().count();
        assert!(chars <= layout.limits.text_chars, "{name}, {layout:?}: {chars}");
        let chars = rendered.structured.chars().count();
        assert!(chars <= layout.limits.text_chars, "{name}, {layout:?}: {chars}");
        assert!(!rendered.structured.contains(['\n', '\r']));
        serde_json::from_str::<serde::de::IgnoredAny>(&rendered.structured).unwrap();
    }
}

#[test]
fn eighty_thousand_names_in_as_many_rows() {
    check("names", &list(80_000, |name| format!("{{\"n{name}\":0}}")), "null");
}

#[test]
fn eighty_thousand_members_of_one_object() {
    let members = list(80_000, |name| format!("\"n{name}\":{{\"a\":[{{\"b{name}\":[]}}]}}"));
    let object = format!("{{{}}}", &members[1..members.len() - 1]);
    check("members", &object, "null");
    check("members in a row", &format!("[{object},{object}]"), "null");
    let empty = list(1_000_000, |_| "\"\":0".to_owned());
    check("empty names", &format!("[{{{}}}]", &empty[1..empty.len() - 1]), "null");
}

#[test]
fn two_million_rows_of_nothing() {
    for row in ["{}", "0"] {
        check(row, &list(2_000_000, |_| row.to_owned()), "null");
        check(row, &list(400_000, |_| row.to_owned()), "{\"scroll_id\":\"s\"}");
    }
}

#[test]
fn members_beside_the_data() {
    let members = list(300_000, |name| format!("\"n{name}\":{{\"a\":[\"{name}\"]}}"));
    let beside = &members[1..members.len() - 1];
    check("beside", &format!("[{{\"a\":1}}],{beside}"), "null");
    check("beside an object", &format!("{{\"a\":1}},{beside}"), "{}");
    let long = "x".repeat(7_000_000);
    check("one long", &format!("null,\"message\":\"{long}\""), "null");
    check("one long name", &format!("null,\"{long}\":1"), "null");
    let empty = format!("{}{}", "[".repeat(60), "]".repeat(60));
    check("empty all through", &list(60_000, |_| empty.clone()), &list(1_000, |_| empty.clone()));
}

#[test]
fn numbers_that_become_texts() {
    check("exponents", &list(1_000_000, |_| "1e999".to_owned()), "null");
    check("digits", &list(20_000, |_| "9".repeat(400)), "null");
    check("one number", &format!("[{}]", "9".repeat(8_000_000)), "null");
}

#[test]
fn numbers_in_inner_lists() {
    check("one list", &format!("[{{\"a\":{}}}]", list(2_000_000, |_| "1".to_owned())), "null");
    let inner = list(100_000, |number| number.to_string());
    check("lists", &list(10, |_| format!("{{\"a\":{inner}}}")), "null");
    check("objects", &format!("{{\"a\":{}}}", list(1_000_000, |_| "{}".to_owned())), "null");
}

#[test]
fn tables_of_many_empty_cells() {
    let names = list(200, |name| format!("\"n{name}\":0"));
    let table = format!("[{{{}}}{}]", &names[1..names.len() - 1], ",{}".repeat(400));
    let tables = list(2_000, |name| format!("\"t{name}\":{table}"));
    check("tables", &format!("{{{}}}", &tables[1..tables.len() - 1]), "null");
    check("one table", &table, "null");
}

#[test]
fn a_page_key_of_megabytes_is_no_cursor() {
    let key = format!("{{\"s\":\"{}\"}}", "k".repeat(4_000_000));
    check("page key", "[{\"a\":1}]", &key);
}

#[test]
fn one_text_of_megabytes() {
    // A quarter of the largest: twenty-three renderings of it take a debug build long enough.
    let size = LARGEST_BYTES / 4;
    for (piece, name) in [
        ("a", "letters"),
        ("\\u0041", "escapes"),
        ("\\\"", "quotes"),
        ("\\ud83d\\ude00", "pairs"),
        ("\\u202e", "hidden, escaped"),
        ("\u{202e}", "hidden"),
        ("é\u{200d}\u{200d}", "joiners"),
    ] {
        let text = piece.repeat(size / piece.len());
        check_laid_out(name, &format!("\"{text}\""), "null", &[OBJECT]);
        check_laid_out(name, &format!("[{{\"{text}\":0}}]"), "null", &[SCROLLED]);
        check_laid_out(name, &format!("[{{\"a\":\"{text}\"}}]"), "null", &[WHOLE]);
    }
    check("digits", &"1".repeat(size), "null");
    check("digits in a row", &format!("[{{\"a\":{}}}]", "1".repeat(size - 20)), "null");
}

#[test]
fn depth_costs_no_more_than_length() {
    let deep = format!("{}{}", "[".repeat(60), "]".repeat(60));
    check("deep lists", &list(60_000, |_| deep.clone()), "null");
    let deep = format!("{}0{}", "{\"a\":".repeat(60), "}".repeat(60));
    check("deep objects", &list(20_000, |_| deep.clone()), "null");
    let long = list(1_000_000, |_| "{\"a\":0}".to_owned());
    let nested = format!("{}{long}{}", "{\"a\":".repeat(60), "}".repeat(60));
    check("long and deep", &nested, "null");
}

#[test]
fn a_key_that_is_almost_there_costs_no_more_than_another() {
    let key = "a".repeat(2_000) + "b";
    let keys = keys_of(&key);
    for piece in ["a", "\\u0061"] {
        let text = piece.repeat(1_000_000);
        let body = format!("{{\"data\":\"{text}\"}}");
        let begun = Instant::now();
        let position = Position::default();
        render(body.as_bytes(), OBJECT, &position, &keys, vec![], |_| String::new()).unwrap();
        assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    }
}

#[test]
fn what_is_made_smaller_keeps_digits_names_and_rows() {
    let row = r#"{"n":1,"m":12345678901234567890123.10,"n":1e400,"t":"TEXT","l":[1,{"x":[]} , 3]}"#;
    let row = row.replace("TEXT", &"é\\u0041".repeat(3_000));
    let body = format!("{{\"data\":{}}}", list(40, |_| row.clone()));
    let position = Position::default();
    let keys = Keys::none();
    let seal = |_: Position| String::new();
    let rendered = render(body.as_bytes(), PAGED, &position, &keys, vec![], seal).unwrap();
    // Of members with one name every reader takes the last.
    let kept = r#"{"n":"1e400","m":12345678901234567890123.10,"t":"é\u0041é"#;
    assert_eq!(rendered.structured.matches(kept).count(), 40, "{:.500}", rendered.structured);
    assert_eq!(rendered.structured.matches(r#"…","l":[1,{"x":[]} , 3]}"#).count(), 40);
    assert_eq!(rendered.text.matches("… | [1,{\"x\":[]} , 3] |").count(), 40, "{}", rendered.text);
    assert!(rendered.structured.contains("texts are cut to 160 characters"));
}

#[test]
fn names_of_columns_that_are_left_out_are_bounded() {
    let row = list(200, |name| format!("\"{}{name}\":\"{}\"", "n".repeat(50), "x".repeat(50)));
    let row = format!("{{{}}}", &row[1..row.len() - 1]);
    let body = format!("{{\"data\":{}}}", list(100, |_| row.clone()));
    let layout = Layout { limits: Limits { text_chars: 4_000 }, ..PAGED };
    let (position, keys) = (Position::default(), Keys::none());
    let seal = |_: Position| String::new();
    let rendered = render(body.as_bytes(), layout, &position, &keys, vec![], seal).unwrap();
    assert!(rendered.text.chars().count() <= 4_000, "{}", rendered.text.len());
    assert!(rendered.text.contains(" more. A smaller `limit` makes room."), "{}", rendered.text);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_fits_and_is_json_on_one_line(
        data in json_value(),
        pretty: bool,
        text_chars in 3_000_usize..6_000,
        layout in prop::sample::select(vec![OBJECT, QUERY, WHOLE, PAGED, SCROLLED]),
        repeat in 1_usize..40,
    ) {
        let body = json!({ "data": vec![data; repeat], "next_page_key": null });
        let body = if pretty { serde_json::to_string_pretty(&body) } else { Ok(body.to_string()) };
        let layout = Layout { limits: Limits { text_chars }, ..layout };
        let (position, keys) = (Position::default(), Keys::none());
        let seal = |_: Position| String::new();
        let rendered =
            render(body.unwrap().as_bytes(), layout, &position, &keys, vec![], seal).unwrap();
        prop_assert!(rendered.text.chars().count() <= text_chars);
        prop_assert!(rendered.structured.chars().count() <= text_chars);
        prop_assert!(!rendered.structured.contains(['\n', '\r']));
        let structured: Value = serde_json::from_str(&rendered.structured).unwrap();
        if layout.shape == AnswerShape::Rows {
            let shown = structured["data"].as_array().unwrap().len();
            prop_assert_eq!(structured["page"]["shown"].as_u64(), Some(shown as u64));
            prop_assert!(shown > 0);
        }
    }
}
