//! Text for a person at a terminal: tables in columns, wrapped lines.
//!
//! Not for pipes, which get what a model reads. Knows no tool; a table is told by its form.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal},
};

/// How wide the terminal at standard output is, if it is one; without a bound where it doesn't say.
pub(super) fn columns() -> Option<usize> {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(&stdout);
    let columns = size.map(|size| usize::from(size.ws_col)).unwrap_or_default();
    Some(if columns == 0 { usize::MAX } else { columns })
}

/// The text with its Markdown tables as aligned columns of at most so many characters together.
pub(super) fn aligned(text: &str, columns: usize) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if !(is_row(line) && lines.peek().is_some_and(|next| is_rule(next))) {
            shown.push_str(line);
            shown.push('\n');
            continue;
        }
        lines.next();
        let mut rows = vec![cells(line)];
        while let Some(row) = lines.next_if(|line| is_row(line)) {
            rows.push(cells(row));
        }
        table(&rows, columns, &mut shown);
    }
    shown.truncate(shown.trim_end().len());
    shown
}

/// Words in lines of at most so many columns.
pub(super) fn wrapped(words: &str, columns: usize, indent: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in words.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width <= columns {
            text.push(' ');
            column += 1 + width;
        } else {
            if column > 0 {
                text.push('\n');
            }
            text.push_str(indent);
            column = indent.chars().count() + width;
        }
        text.push_str(word);
    }
    text
}

/// Longest cell: an id and most names are whole.
const MAX_CELL_CHARS: usize = 40;

/// Between two columns.
const GAP: &str = "  ";

fn is_row(line: &str) -> bool {
    line.len() > 1 && line.starts_with('|') && line.ends_with('|')
}

/// The line below the names of the columns.
fn is_rule(line: &str) -> bool {
    is_row(line) && line.contains("---") && line.chars().all(|char| "|-: ".contains(char))
}

/// The cells of a row; a bar that belongs to a cell has a backslash in front.
fn cells(row: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut chars = row[1..].chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '|' => cells.push(cut(std::mem::take(&mut cell).trim())),
            '\\' if chars.next_if_eq(&'|').is_some() => cell.push('|'),
            char => cell.push(char),
        }
    }
    cells
}

fn cut(cell: &str) -> String {
    match cell.char_indices().nth(MAX_CELL_CHARS) {
        None => cell.to_owned(),
        Some(_) => cell.chars().take(MAX_CELL_CHARS - 1).chain(['…']).collect(),
    }
}

/// As many columns from the left as there is room for, and the names of the rest.
fn table(rows: &[Vec<String>], columns: usize, shown: &mut String) {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut taken = 0;
    let fits = |width: &&usize| {
        taken += **width + GAP.len();
        taken - GAP.len() <= columns
    };
    let fitting = widths.iter().take_while(fits).count().max(1);
    for row in rows {
        let cells = row.iter().zip(&widths).take(fitting);
        let cells: Vec<String> = cells.map(|(cell, width)| format!("{cell:width$}")).collect();
        shown.push_str(cells.join(GAP).trim_end());
        shown.push('\n');
    }
    if let Some(rest @ [_, ..]) = rows.first().and_then(|names| names.get(fitting..)) {
        let words = format!("not shown for want of room: {}", rest.join(", "));
        let _infallible = writeln!(shown, "\n{}", wrapped(&words, columns, ""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_become_columns_and_the_rest_stays() {
        let text =
            "2 rows.\n\n| id | name |\n| --- | --- |\n| a | x \\| y |\n| bcd |  |\n\nEnd | of |\n";
        assert_eq!(aligned(text, 80), "2 rows.\n\nid   name\na    x | y\nbcd\n\nEnd | of |");
        // No table: a bar alone, a row without a rule below, a rule alone.
        for text in ["|", "| a |\n| b |", "| --- |", "", "||"] {
            assert_eq!(aligned(text, 80), text);
        }
    }

    #[test]
    fn columns_without_room_are_named_and_long_cells_cut() {
        let long = "é".repeat(60);
        let text = format!(
            "| id | text | more | last |\n| --- | --- | --- | --- |\n| 1 | {long} | 2 | 3 |"
        );
        let cut = format!("{}…", "é".repeat(39));
        let wide = aligned(&text, usize::MAX);
        assert!(wide.ends_with(&format!("1   {cut}  2     3")), "{wide}");
        let narrow = aligned(&text, 46);
        assert!(
            narrow.ends_with(&format!("1   {cut}\n\nnot shown for want of room: more, last")),
            "{narrow}"
        );
        // The first column is there even where it doesn't fit.
        assert!(aligned(&text, 1).starts_with("id\n1\n"));
        assert_eq!(aligned("| a | b |\n| --- | --- |\n| 1 |", 80), "a  b\n1");
    }
}
