//! Lists of keys that lie: cut, empty in the middle, without an end.
//!
//! No routes: `backend` gives the true page, this twists it as a test ordered.

use serde::Deserialize;
use serde_json::{Value, json};

/// How a list of keys lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListTrick {
    /// The page of this number has no keys and says that more follow.
    EmptyPage(usize),
    /// The page of this number says that it is the last; the total still tells of the rest.
    LastPage(usize),
    /// Every page says that more follow; past the end, the first page comes again.
    Endless,
    /// The page of this number comes for the one after it too.
    SamePage(usize),
}

impl ListTrick {
    /// The page whose keys are given for the one that was asked for.
    pub(crate) fn given_for(self, page_number: usize, pages: usize) -> usize {
        match self {
            Self::Endless => page_number % pages.max(1),
            Self::SamePage(number) if page_number == number + 1 => number,
            _ => page_number,
        }
    }

    /// Twists a page.
    pub(crate) fn twist(self, page_number: usize, page: &mut Value) {
        match self {
            Self::EmptyPage(number) if number == page_number => {
                page["api_keys"] = json!([]);
                page["has_more_results"] = json!(true);
            }
            Self::LastPage(number) if number == page_number => {
                page["has_more_results"] = json!(false);
            }
            Self::Endless => page["has_more_results"] = json!(true),
            _ => {}
        }
    }
}
