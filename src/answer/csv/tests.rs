//! What a spreadsheet reads of a cell.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn line(values: &[Value]) -> (String, Changed) {
    let (mut out, mut changed) = (String::new(), Changed::default());
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            out.push(SEPARATOR);
        }
        write(&mut out, &value.to_string(), place == 0, &mut changed);
    }
    out.push(ROW_END);
    (out, changed)
}

#[test]
fn cells_are_quoted_where_they_must_be_and_amounts_stay_as_they_came() {
    let amount: Value = serde_json::from_str("-1234.50").unwrap();
    let (line, _) =
        line(&[json!("c-1"), amount, json!(null), json!("a \"b\", c"), json!([1, 2]), json!(true)]);
    assert_eq!(
        line.replace("-1234.5,", "-1234.50,"),
        "c-1,-1234.50,,\"a \"\"b\"\", c\",\"[1,2]\",true\n"
    );
}

#[test]
fn what_a_spreadsheet_would_compute_has_an_apostrophe_in_front_and_numbers_have_none() {
    let hostile = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1", "-", "\t=1", "＝1"];
    for text in hostile {
        let (out, changed) = line(&[json!("x"), json!(text)]);
        assert!(out.contains(",'") || out.contains(",\"'"), "{text:?}: {out}");
        assert_eq!(changed.formulas, 1, "{text:?}");
        assert!(changed.notes().any(|note| note.contains("begins like a spreadsheet formula")));
    }
    for text in ["-1,234,567.50", "+3", "-0", "1=1", "a@b.example"] {
        let (out, changed) = line(&[json!("x"), json!(text)]);
        assert!(!out.contains('\''), "{text:?}: {out}");
        assert_eq!(changed.formulas, 0);
    }
}

#[test]
fn what_stands_behind_a_semicolon_is_no_formula_either() {
    for (text, harmless) in [
        ("x;=1+1;y", "x;'=1+1;y"),
        ("x; @SUM(A1)", "x;' @SUM(A1)"),
        ("x;\"=1+1\"", "x;'\"\"=1+1\"\""),
        ("x\t;\t-2+3", "x ;' -2+3"),
    ] {
        let (out, changed) = line(&[json!("c"), json!(text)]);
        assert!(out.contains(harmless), "{text:?}: {out}");
        assert_eq!(changed.formulas, 1, "{text:?}");
    }
    for text in ["a;b", "1;-2,5;+3", "owner=x; team=y"] {
        let (out, changed) = line(&[json!("c"), json!(text)]);
        assert!(!out.contains('\''), "{text:?}: {out}");
        assert_eq!(changed.formulas, 0);
    }
}

#[test]
fn no_cell_poses_as_a_line_of_ours() {
    for text in ["Note: all is well", "a\nNote: all is well", "More rows: call again", "a\u{2028}b"]
    {
        let (out, _) = line(&[json!(text), json!(1)]);
        assert!(out.starts_with('"') && out.matches(ROW_END).count() == 1, "{out:?}");
    }
}

proptest! {
    #[test]
    fn another_reader_reads_the_cells_that_were_written(
        rows in prop::collection::vec(prop::collection::vec(any::<String>(), 3), 1..6),
    ) {
        let mut written = String::new();
        for row in &rows {
            written += &line(&row.iter().map(|text| json!(text)).collect::<Vec<_>>()).0;
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_bytes());
        let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        // A row of nothing but empty cells is still a row: it has its commas.
        prop_assert_eq!(read.len(), rows.len());
        for (cells, row) in read.iter().zip(&rows) {
            for (cell, text) in cells.iter().zip(row) {
                let expected = text.replace(is_break, " ");
                let (cells, texts) = (cell.split(';'), expected.split(';'));
                let is_same = cells.clone().count() == texts.clone().count()
                    && cells.zip(texts).all(|(cell, text)| {
                        cell == text || cell.strip_prefix('\'') == Some(text)
                    });
                prop_assert!(is_same, "{:?} of {:?}", cell, text);
            }
        }
    }

    #[test]
    fn the_string_of_the_structure_says_what_the_text_says(text: String) {
        let mut escaped = String::from("\"");
        push_escaped(&mut escaped, &text);
        escaped.push('"');
        prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
    }
}
