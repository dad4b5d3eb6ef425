//! Reads tables out of texts, and holds them against rows of the structure.
//!
//! Not for what a tool answers.

use serde_json::Value;

use crate::reports::answers::Told;

pub(super) const LIMIT: usize = 32_000;

/// The text's first table with this first column, or its first at all: names, then rows.
pub(super) fn table(text: &str, first: Option<&str>) -> (Vec<String>, Vec<Vec<String>>) {
    let head = first.map_or("| ".to_owned(), |first| format!("| {first} |"));
    let lines = text.lines().skip_while(|line| !line.starts_with(&head));
    let mut lines = lines.take_while(|line| line.starts_with('|'));
    let cells = |line: &str| -> Vec<String> {
        let line = line.strip_prefix("| ").unwrap().strip_suffix(" |").unwrap();
        line.split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    let names = cells(lines.next().unwrap_or_else(|| panic!("no table of {first:?}: {text}")));
    (names, lines.skip(1).map(cells).collect())
}

/// Both hold the same rows with the same cells, within the limit, and neither leads to the other.
#[track_caller]
pub(super) fn hold_the_same(told: &Told, rows: &Value) {
    let rows = rows.as_array().unwrap();
    let names = rows.first().and_then(Value::as_object).into_iter().flat_map(|row| row.keys());
    let names: Vec<&str> = names.map(String::as_str).collect();
    // Of several tables the one with all these columns; a first row may lack some.
    let whole = names.join(" | ");
    let is_there = told.text.contains(&format!("| {whole} |\n"));
    let first = if is_there { Some(&*whole) } else { names.first().copied() };
    let (names, table) = table(&told.text, first);
    assert_eq!(table.len(), rows.len(), "{}", told.text);
    for (cells, row) in table.iter().zip(rows) {
        for (name, cell) in names.iter().zip(cells) {
            let value = &row[name];
            assert!(is_same(cell, value), "{name}: {cell:?} in the text, {value} in the structure");
        }
        for name in row.as_object().unwrap().keys() {
            assert!(names.contains(name), "{name} is not in the text: {names:?}");
        }
    }
    assert!(told.text.chars().count() <= LIMIT, "{}", told.text.chars().count());
    let structured = told.structured.to_string().chars().count();
    assert!(structured <= LIMIT, "{structured}");
    told.neither_says("`data`");
    told.neither_says("The table");
}

fn is_same(cell: &str, value: &Value) -> bool {
    match value {
        Value::Null => cell.is_empty(),
        Value::String(text) => cell == text.trim(),
        // Zeros at a number's end are lost to whoever parses it.
        Value::Number(number) => {
            cell == number.to_string() || cell.parse() == Ok(number.as_f64().unwrap())
        }
        other => *cell == *other.to_string(),
    }
}
