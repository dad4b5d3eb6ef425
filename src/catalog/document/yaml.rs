//! From YAML text to a JSON value.
//!
//! Knows nothing of OpenAPI, and finds no places: `lines` does.

use serde_json::Value;
use serde_saphyr::UserMessageFormatter;

use super::{lines::options, mistakes::DocumentMistake, words::in_our_words};

/// Parses a document; a key that stands twice in a mapping is refused.
pub(super) fn parse(text: &str) -> Result<Value, DocumentMistake> {
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let said = error.without_snippet().render_with_formatter(&UserMessageFormatter);
        DocumentMistake {
            place: String::new(),
            line: error.location().map(|location| location.line()),
            reason: format!("not readable as YAML: {}", in_our_words(&said)),
        }
    })
}
