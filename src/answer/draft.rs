//! A table that is tried: written as far as it fits, and measured as a whole.
//!
//! Not for what goes where there is no room; `table` decides.

use super::{
    cells,
    csv::{self, Changed},
    grid::Grid,
    names,
    shorten::{self, Cuts, LAST, ShorteningStep, push_on_one_line},
};
use crate::catalog::RowFormat;

/// Bytes that each reader has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rooms {
    pub(super) text: usize,
    pub(super) json: usize,
}

/// What may go where there is no room.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'r> {
    /// Columns that stay and are never cut: money, and what names a row.
    pub(super) whole: &'r [&'r str],
    /// Rows may go, because there is another way to them.
    pub(super) rows_may_go: bool,
    /// The caller named the columns: they go late.
    pub(super) are_asked_for: bool,
    /// Columns may go before rows do.
    pub(super) columns_may_go: bool,
    /// How rows are written.
    pub(super) format: RowFormat,
}

/// A table that is tried.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) json: String,
    /// Bytes that the whole would take.
    pub(super) text_size: usize,
    pub(super) json_size: usize,
    /// Bytes of each column, in text and JSON.
    pub(super) widths: Vec<(usize, usize)>,
    pub(super) rows: usize,
    /// Bytes of the longest cell.
    pub(super) longest: usize,
    pub(super) cuts: Cuts,
    /// Cells of csv that don't say exactly what came.
    pub(super) changed: Changed,
}

impl Draft {
    /// Whether it fits with these columns alone.
    pub(super) fn would_fit(&self, kept: &[usize], rooms: Rooms) -> bool {
        let mut is_gone = vec![true; self.widths.len()];
        for &column in kept {
            is_gone[column] = false;
        }
        let gone = || self.widths.iter().zip(&is_gone).filter(|(_, gone)| **gone);
        let text: usize = gone().map(|((text, _), _)| text).sum();
        let json: usize = gone().map(|((_, json), _)| json).sum();
        self.text_size - text <= rooms.text && self.json_size - json <= rooms.json
    }

    /// Puts a cell of csv behind the others.
    fn push_csv(&mut self, column: usize, cell: &mut String, ends_row: bool) {
        cell.push(if ends_row { csv::ROW_END } else { csv::SEPARATOR });
        let before = self.json.len();
        self.text.push_str(cell);
        csv::push_escaped(&mut self.json, cell);
        self.widths[column].0 += cell.len();
        self.widths[column].1 += self.json.len() - before;
    }
}

impl Grid<'_> {
    /// Whether a cell names something: a part of it would name nothing, or another. Where there is
    /// least room it is cut all the same, for else whole rows would go.
    fn names_something(&self, column: usize, value: &str, step: ShorteningStep) -> bool {
        let name = &*self.columns[column].name;
        let is_id = name == "id" || name.ends_with("_id");
        is_id && step.chars > LAST.chars && value.len() <= shorten::AMOUNT_CHARS
    }

    /// Whether a column's cells are never cut.
    pub(super) fn is_whole(&self, column: usize, rules: Rules<'_>) -> bool {
        rules.whole.contains(&&*self.columns[column].name)
    }

    /// Writes rows as far as they fit, and measures all of them. Without a step the cells are
    /// whole, and of a table nothing is written as JSON.
    pub(super) fn draft(
        &self,
        kept: &[usize],
        step: Option<ShorteningStep>,
        rooms: Rooms,
        rules: Rules<'_>,
    ) -> Draft {
        if rules.format == RowFormat::Csv {
            return self.draft_csv(kept, step, rooms, rules);
        }
        let mut draft = Draft { widths: vec![(0, 0); self.columns.len()], ..Draft::default() };
        let names = if step.is_some() { self.names(kept) } else { Vec::new() };
        let is_whole: Vec<bool> = kept.iter().map(|&column| self.is_whole(column, rules)).collect();
        for &column in kept {
            let begin = draft.text.len();
            draft.text.push_str("| ");
            draft.text.push_str(&names::column_name(&self.columns[column].name));
            draft.text.push(' ');
            draft.widths[column].0 += draft.text.len() - begin + "|---".len();
        }
        draft.text.push_str("|\n");
        draft.text.extend(kept.iter().map(|_| "|---"));
        draft.text.push_str("|\n");
        draft.text_size = draft.text.len();
        for (position, row) in self.rows().enumerate() {
            let (end_of_text, end_of_json) = (draft.text.len(), draft.json.len());
            let brackets = step.is_some() && row.is_object;
            if position > 0 && step.is_some() {
                draft.json.push(',');
            }
            if brackets {
                draft.json.push('{');
            }
            let mut is_first = true;
            for (place, &column) in kept.iter().enumerate() {
                let (begin, begin_of_json) = (draft.text.len(), draft.json.len());
                draft.text.push_str("| ");
                if let Some(&Some(value)) = row.cells.get(column) {
                    if let Some(step) = step {
                        let value = if is_whole[place] || self.names_something(column, value, step)
                        {
                            shorten::amount(value, &mut draft.cuts)
                        } else {
                            shorten::cell(value, step, rooms.json, &mut draft.cuts)
                        };
                        draft.longest = draft.longest.max(value.len());
                        cells::write(&mut draft.text, &value);
                        if brackets {
                            if !is_first {
                                draft.json.push(',');
                            }
                            draft.json.push_str(&names[place]);
                            draft.json.push(':');
                        }
                        push_on_one_line(&mut draft.json, &value);
                        is_first = false;
                    } else {
                        cells::write(&mut draft.text, value);
                    }
                }
                draft.text.push(' ');
                draft.widths[column].0 += draft.text.len() - begin;
                draft.widths[column].1 += draft.json.len() - begin_of_json;
            }
            draft.text.push_str("|\n");
            if brackets {
                draft.json.push('}');
            }
            draft.text_size += draft.text.len() - end_of_text;
            draft.json_size += draft.json.len() - end_of_json;
            if draft.text_size > rooms.text || draft.json_size > rooms.json {
                draft.text.truncate(end_of_text);
                draft.json.truncate(end_of_json);
            } else {
                draft.rows += 1;
            }
        }
        draft
    }

    /// The same as csv: a line of names, then a line a row; for the structure as a string's inside.
    fn draft_csv(
        &self,
        kept: &[usize],
        step: Option<ShorteningStep>,
        rooms: Rooms,
        rules: Rules<'_>,
    ) -> Draft {
        let mut draft = Draft { widths: vec![(0, 0); self.columns.len()], ..Draft::default() };
        let mut cell = String::new();
        for (place, &column) in kept.iter().enumerate() {
            cell.clear();
            csv::write_name(&mut cell, &self.columns[column].name, place == 0, &mut draft.changed);
            draft.push_csv(column, &mut cell, place + 1 == kept.len());
        }
        (draft.text_size, draft.json_size) = (draft.text.len(), draft.json.len());
        for row in self.rows() {
            let (end_of_text, end_of_json) = (draft.text.len(), draft.json.len());
            for (place, &column) in kept.iter().enumerate() {
                cell.clear();
                if let Some(&Some(value)) = row.cells.get(column) {
                    let value = match step {
                        None => value.into(),
                        Some(step)
                            if self.is_whole(column, rules)
                                || self.names_something(column, value, step) =>
                        {
                            shorten::amount(value, &mut draft.cuts)
                        }
                        Some(step) => shorten::cell(value, step, rooms.json, &mut draft.cuts),
                    };
                    draft.longest = draft.longest.max(value.len());
                    csv::write(&mut cell, &value, place == 0, &mut draft.changed);
                }
                draft.push_csv(column, &mut cell, place + 1 == kept.len());
            }
            draft.text_size += draft.text.len() - end_of_text;
            draft.json_size += draft.json.len() - end_of_json;
            if draft.text_size > rooms.text || draft.json_size > rooms.json {
                draft.text.truncate(end_of_text);
                draft.json.truncate(end_of_json);
            } else {
                draft.rows += 1;
            }
        }
        draft
    }

    /// Names as members have them, with their quotes: as long as the text shows them, so that
    /// none takes the room of its values.
    fn names(&self, kept: &[usize]) -> Vec<String> {
        let step = ShorteningStep { chars: names::MAX_NAME_CHARS, ..LAST };
        let written = kept.iter().map(|&column| self.columns[column].written);
        written
            .map(|name| shorten::cell(name, step, usize::MAX, &mut Cuts::default()).into_owned())
            .collect()
    }
}
