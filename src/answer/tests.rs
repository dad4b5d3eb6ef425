//! What a model reads for what WIV sent.

mod both_readers;
mod heavy;
mod hostile;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::catalog::AnswerShape;
use crate::json;
use crate::json::tests::json_value;
use crate::text::{CharacterReader, ShownAs};

const LAYOUT: Layout<'static> = Layout {
    shape: AnswerShape::Rows,
    money: None,
    fields: &WantedFields::All,
    format: crate::catalog::RowFormat::Rows,
    scrolls: false,
    limit: Some(2),
    limits: Limits { text_chars: 32_000 },
    status: http::StatusCode::OK,
    extent: crate::wiv::Extent { total: None, has_more: false },
    at: 1_794_819_600,
    writes: false,
    only: None,
    narrowing: None,
    fitting: None,
    names: None,
    whole: None,
    ordered: None,
    around: None,
};

fn show(body: &Value, layout: Layout<'_>, position: &Position) -> (Value, String) {
    let seal = |next: Position| {
        format!("{}+{}", next.page_key.map_or("".into(), |key| key.get().to_owned()), next.offset)
    };
    let rendered =
        render(body.to_string().as_bytes(), layout, position, &Keys::none(), vec![], seal).unwrap();
    assert!(!rendered.structured.contains('\n'));
    (serde_json::from_str(&rendered.structured).unwrap(), rendered.text)
}

#[test]
fn a_whole_list_is_cut_into_pages_by_offset() {
    let body = json!({ "data": [{ "id": 1 }, { "id": 2 }, { "id": 3 }], "next_page_key": null });
    let (first, text) = show(&body, LAYOUT, &Position::default());
    assert_eq!(first["data"], json!([{ "id": 1 }, { "id": 2 }]));
    assert_eq!(first["page"], json!({ "shown": 2, "total": 3, "next_cursor": "+2" }));
    assert!(text.starts_with("Rows 1 to 2 of 3.") && text.contains("`cursor` set to +2"), "{text}");
    let (last, text) = show(&body, LAYOUT, &Position { offset: 2, ..Position::default() });
    assert_eq!(last["data"], json!([{ "id": 3 }]));
    assert_eq!(last["page"], json!({ "shown": 1, "total": 3, "next_cursor": null }));
    assert!(text.starts_with("Row 3 of 3."), "{text}");
    let (beyond, _) = show(&body, LAYOUT, &Position { offset: 9, ..Position::default() });
    assert_eq!(beyond["data"], json!([]));
}

#[test]
fn a_scrolled_page_is_never_cut() {
    let layout = Layout { scrolls: true, ..LAYOUT };
    let key = json!({ "scroll_id": "s" });
    let body = json!({ "data": [{ "id": 1 }, { "id": 2 }, { "id": 3 }], "next_page_key": key });
    let (page, _) = show(&body, layout, &Position::default());
    assert_eq!(page["page"]["shown"], 3);
    assert_eq!(page["page"]["total"], Value::Null);
    assert_eq!(page["page"]["next_cursor"], r#"{"scroll_id":"s"}+0"#);
    let body = json!({ "data": [{ "id": 4 }, { "id": 5 }, { "id": 6 }], "next_page_key": null });
    let scrolled =
        Position { page_key: Some(serde_json::from_str("{}").unwrap()), ..Position::default() };
    let (last, _) = show(&body, layout, &scrolled);
    assert_eq!(last["page"], json!({ "shown": 3, "total": null, "next_cursor": null }));
}

#[test]
fn more_rows_that_nobody_can_ask_for_are_told() {
    let body = json!({ "data": [{ "id": 1 }], "next_page_key": { "scroll_id": "s" } });
    let (page, _) = show(&body, LAYOUT, &Position::default());
    assert!(page["notes"][0].as_str().unwrap().contains("more rows"));
    assert_eq!(page["page"]["next_cursor"], Value::Null);
}

#[test]
fn texts_from_upstream_can_not_break_a_table() {
    let row = json!({ "name": "a|b\nc\u{7}\"d\"", "none": null, "deep": { "x": [1] } });
    let (_, text) = show(&json!({ "data": [row] }), LAYOUT, &Position::default());
    assert!(text.contains("| a\\|b c \"d\" |  | {\"x\":[1]} |"), "{text}");
}

#[test]
fn rows_with_different_members_share_their_columns() {
    let body = json!({ "data": [{ "a": 1, "b": 2 }, { "b": 3, "c": 4 }] });
    let (_, text) = show(&body, LAYOUT, &Position::default());
    assert!(text.contains("| a | b | c |\n|---|---|---|\n| 1 | 2 |"), "{text}");
    assert!(text.contains("|  | 3 | 4 |"), "{text}");
}

#[test]
fn a_table_that_is_too_large_leaves_out_columns_and_says_so() {
    let rows: Vec<Value> = (0..100)
        .map(|id| json!({ "id": id, "why": "long text ".repeat(40), "amount": 10.5 }))
        .collect();
    let layout = Layout { limit: Some(100), limits: Limits { text_chars: 6_000 }, ..LAYOUT };
    let (structured, text) = show(&json!({ "data": rows }), layout, &Position::default());
    assert!(text.len() < 6_000, "{}", text.len());
    assert!(text.contains("| id | amount |") && text.contains("| 99 | 10.5 |"), "{text}");
    let notes = structured["notes"].to_string();
    assert!(notes.contains("leaves out why"), "{notes}");
}

#[test]
fn data_that_is_too_large_has_its_texts_cut_and_keeps_its_rows() {
    let rows: Vec<Value> =
        (0..50).map(|id| json!({ "id": id, "log": "x".repeat(50_000) })).collect();
    let layout = Layout { limit: Some(50), ..LAYOUT };
    let (structured, _) = show(&json!({ "data": rows }), layout, &Position::default());
    assert_eq!(structured["data"].as_array().unwrap().len(), 50);
    assert!(structured.to_string().len() <= 32_000);
    assert!(structured["notes"].to_string().contains("cut to 500 characters"));
}

#[test]
fn an_object_becomes_lines_and_its_lists_tables() {
    let body = json!({ "data": {
        "name": "Stop idle instances",
        "active": true,
        "owner": { "team": "platform" },
        "steps": [{ "name": "Start", "type": "TRIGGER" }, { "name": "End", "type": "EXIT" }],
    }});
    let (structured, text) =
        show(&body, Layout { shape: AnswerShape::Object, ..LAYOUT }, &Position::default());
    assert_eq!(structured["data"], body["data"]);
    assert_eq!(
        text,
        "name: Stop idle instances\nactive: true\nowner:\n  team: platform\nsteps: 2 rows\n\n\
         | name | type |\n|---|---|\n| Start | TRIGGER |\n| End | EXIT |\n\n\nAs of 2026-11-16T09:00:00Z.\n"
    );
}

#[test]
fn a_list_without_pages_that_is_too_large_is_cut_and_says_so() {
    let rows: Vec<Value> =
        (0..5000).map(|id| json!({ "value": format!("service {id}"), "count": id })).collect();
    let layout = Layout { limit: None, ..LAYOUT };
    let (structured, text) = show(&json!({ "data": rows }), layout, &Position::default());
    assert!(text.chars().count() <= 32_000, "{}", text.chars().count());
    assert!(structured.to_string().len() <= 32_000, "{}", structured.to_string().len());
    let notes = structured["notes"].to_string();
    assert!(notes.contains("Only the first") && notes.contains("has no pages"), "{notes}");
    let shown = structured["data"].as_array().unwrap().len();
    assert_eq!(structured["page"]["shown"], shown);
}

#[test]
fn an_empty_body_is_no_data_and_no_failure() {
    let position = Position::default();
    let rendered =
        render(b"", LAYOUT, &position, &Keys::none(), vec![], |_| String::new()).unwrap();
    assert!(rendered.structured.starts_with(r#"{"data":null,"#), "{}", rendered.structured);
    let (structured, text) = show(&json!({ "data": null }), LAYOUT, &position);
    assert_eq!(structured["data"], json!(null));
    assert!(text.starts_with("No data."), "{text}");
}

#[test]
fn an_answer_without_the_envelope_is_taken_whole() {
    let (structured, _) = show(&json!({ "ok": true }), LAYOUT, &Position::default());
    assert_eq!(structured["data"], json!({ "ok": true }));
}

#[test]
fn answers_that_can_not_be_read_are_told_apart() {
    let position = Position::default();
    let refused = |body: &[u8]| {
        render(body, LAYOUT, &position, &Keys::none(), vec![], |_| String::new()).unwrap_err()
    };
    assert!(matches!(refused(b"<html>"), MalformedAnswer::NotJson(_)));
    assert!(matches!(refused(b"{\"data\":[1,2"), MalformedAnswer::NotJson(_)));
    assert!(matches!(refused(b"{\"data\":\"\xff\"}"), MalformedAnswer::NotUtf8(_)));
    let deep = format!("{{\"data\":{}{}}}", "[".repeat(100), "]".repeat(100));
    assert!(matches!(refused(deep.as_bytes()), MalformedAnswer::TooDeep));
}

#[test]
fn depth_counts_brackets_outside_of_strings() {
    for (text, expected) in
        [("1", 0), ("[]", 1), (r#"{"a":["[[[\"[",{}]}"#, 3), (r#"["\\"]"#, 1), ("[\"", 1)]
    {
        assert_eq!(json::depth(text), expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_body_makes_rendering_panic(body: Vec<u8>) {
        let _either = render(&body, LAYOUT, &Position::default(), &Keys::none(), vec![], |_| String::new());
    }

    #[test]
    fn numbers_that_are_held_stay_as_they_are_written(value in json_value()) {
        prop_assert_eq!(numbers::quoted(&value.to_string()), None);
    }

    #[test]
    fn no_number_is_more_than_a_float_holds(digits in "[1-9][0-9]{0,400}", exponent in -500_i32..500) {
        let text = format!("{{\"a\":[{digits}e{exponent} , \"{digits}e{exponent}\"]}}");
        let quoted = numbers::quoted(&text).unwrap_or(text);
        let read: Value = serde_json::from_str(&quoted).unwrap();
        let number = &read["a"][0];
        prop_assert!(number.is_string() || number.as_f64().unwrap() != 0.0, "{}", number);
    }

    #[test]
    fn no_body_of_a_refusal_makes_reading_it_panic(body: Vec<u8>, value in json_value(), name in "(error|errors|detail|message|loc)") {
        let _any = reason::of(&body, &Keys::none());
        let nested = json!({ &name: value, "errors": [{ &name: value }] }).to_string();
        let reason = reason::of(nested.as_bytes(), &Keys::none());
        let chars = reason.text.map_or(0, |text| text.chars().count());
        prop_assert!(chars <= 500, "{}", chars);
    }

    #[test]
    fn whatever_stands_beside_the_data_what_is_told_is_json(value in json_value(), name: String) {
        let body = json!({ "data": [{ "id": 1 }], &name: value });
        let position = Position::default();
        let body = body.to_string();
        let seal = |_: Position| String::new();
        if let Ok(rendered) = render(body.as_bytes(), LAYOUT, &position, &Keys::none(), vec![], seal) {
            serde_json::from_str::<Value>(&rendered.structured).unwrap();
        }
    }

    #[test]
    fn a_row_with_any_texts_stays_one_line_of_the_table(name: String, text: String) {
        let body = json!({ "data": [{ "id": 1, &name: text }] });
        let (structured, shown) = show(&body, LAYOUT, &Position::default());
        // But for what nobody sees, the row is as it came.
        prop_assert_eq!(&structured["data"], &json!([{ "id": 1, seen(&name): seen(&text) }]));
        let notes = if seen(&name) == name && seen(&text) == text { 0 } else { 2 };
        prop_assert_eq!(shown.trim_end().lines().skip(2).count(), 5 + notes, "{}", shown);
    }
}

fn seen(text: &str) -> String {
    let mut reader = CharacterReader::default();
    let seen = text.chars().filter_map(|character| match reader.next(character) {
        ShownAs::AsIs => Some(character),
        ShownAs::AsSpace => Some(' '),
        ShownAs::Gone => None,
    });
    seen.collect()
}
