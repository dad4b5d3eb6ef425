//! Values that are too large for a model, made smaller step by step.
//!
//! Rows and names stay; long texts are cut first, long inner lists only when that was not
//! enough.

use serde_json::{Value, value::RawValue};

/// What one step keeps: characters of a text, elements of an inner list.
const STEPS: [(usize, usize); 5] = [(2000, usize::MAX), (500, 500), (200, 100), (80, 25), (40, 5)];

/// Makes the values fit into `limit` bytes together, as far as the steps reach, and says what
/// was done.
pub(super) fn values(values: &[&RawValue], limit: usize) -> (Vec<String>, String) {
    let mut trees: Vec<Value> = values
        .iter()
        .map(|value| serde_json::from_str(value.get()).unwrap_or(Value::Null))
        .collect();
    let mut rendered = Vec::new();
    let mut note = String::new();
    for (chars, elements) in STEPS {
        let mut cut_lists = false;
        trees.iter_mut().for_each(|tree| shorten(tree, chars, elements, &mut cut_lists));
        rendered = trees.iter().map(Value::to_string).collect::<Vec<String>>();
        note = format!("The answer was too large: texts are cut to {chars} characters");
        if cut_lists {
            note.push_str(&format!(", inner lists to {elements} elements"));
        }
        note.push_str(". Ask for less at a time to see them whole.");
        if size(&rendered) <= limit {
            break;
        }
    }
    (rendered, note)
}

/// Bytes of values and the commas between them.
pub(super) fn size(rendered: &[String]) -> usize {
    rendered.iter().map(|value| value.len() + 1).sum()
}

fn shorten(value: &mut Value, chars: usize, elements: usize, cut_lists: &mut bool) {
    match value {
        Value::String(text) => {
            if let Some((end, _)) = text.char_indices().nth(chars) {
                text.truncate(end);
                text.push('…');
            }
        }
        Value::Array(list) => {
            if list.len() > elements {
                list.truncate(elements);
                *cut_lists = true;
            }
            list.iter_mut().for_each(|element| shorten(element, chars, elements, cut_lists));
        }
        Value::Object(members) => {
            members.values_mut().for_each(|member| shorten(member, chars, elements, cut_lists));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
