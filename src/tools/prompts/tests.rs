//! Tests of the prompts' table against the catalogue's names.
//!
//! What a prompt says over a socket is in `it::prompts`.

use std::collections::BTreeSet;

use serde_json::json;

use super::{table::Prompts, *};

#[test]
fn every_argument_that_a_read_names_is_one_of_its_prompt() {
    for row in table::rows() {
        let known: BTreeSet<&str> = row.arguments.iter().map(|one| &*one.name).collect();
        let mut named = BTreeSet::new();
        for read in &row.reads {
            let text = format!("{} {}", read.title, Value::from(read.arguments.clone()));
            for part in text.split("\"{").skip(1).chain(read.title.split(" {").skip(1)) {
                let inside = part.split(['}', '|']).next().unwrap();
                named.insert(inside.to_owned());
            }
        }
        let named: BTreeSet<&str> = named.iter().map(|name| &**name).collect();
        assert_eq!(named, known, "{}", row.name);
    }
}

#[test]
fn a_title_holds_nothing_of_the_callers_but_days() {
    for row in table::rows() {
        for argument in row.arguments.iter().filter(|argument| !argument.is_day) {
            let name = format!("{{{}", argument.name);
            assert!(!row.reads.iter().any(|read| read.title.contains(&name)), "{}", row.name);
        }
    }
}

#[test]
fn a_prompt_is_there_only_with_all_its_tools() {
    let all = Prompts::new(|_| true);
    assert_eq!(all.list(|_| true).len(), 4);
    let without = Prompts::new(|tool| tool != "wiv_list_msp_customers");
    assert_eq!(without.list(|_| true).len(), 3);
    assert!(without.find("msp_quarterly_review", |_| true).is_err());
    assert!(all.find("msp_quarterly_review", |tool| tool != "wiv_list_msp_customers").is_err());
}

#[test]
fn a_completion_begins_with_what_begins_so() {
    let completion = CompletionRow {
        tool: String::new(),
        arguments: Map::new(),
        value: Some("id".into()),
        by: Some("name".into()),
    };
    let rows = json!({"data": [
        {"id": "w1", "name": "Nightly cleanup"}, {"id": "w2", "name": "Cleanup"},
        {"id": "w3", "name": "Report"}, {"id": null, "name": "Cleanup"}
    ]});
    assert_eq!(values(&completion, &rows, "CLEAN"), ["w2", "w1"]);
    assert_eq!(values(&completion, &rows, "w3"), ["w3"]);
    assert_eq!(values(&completion, &rows, "").len(), 3);
    assert!(values(&completion, &Value::Null, "").is_empty());
}
