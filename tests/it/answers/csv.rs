//! Lists as comma-separated values: read by another parser, they hold what the rows hold.
//!
//! Not for cells: unit tests of the writer have those.

use serde_json::{Value, json};

use super::paged::{Paged, case};
use super::reading::LIMIT;
use crate::harness::*;
use crate::reports::answers::{Told, call, told};

/// Every list that takes `format`, with its least arguments.
async fn lists(server: &Server) -> Vec<(&'static str, Value)> {
    let workflows = server.data(ACME, "wiv_list_workflows", json!({})).await;
    let workflow_id = &workflows["data"][0]["workflow_id"];
    vec![
        ("wiv_list_cases", json!({})),
        ("wiv_search_cases", json!({ "fields": ["*"] })),
        ("wiv_list_workflows", json!({})),
        ("wiv_list_spaces", json!({})),
        ("wiv_list_folders", json!({})),
        ("wiv_list_all_executions", json!({})),
        ("wiv_list_workflow_executions", json!({ "workflow_id": workflow_id })),
    ]
}

/// Names and lines of a csv.
fn read(csv: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
    let cells = |record: &::csv::StringRecord| record.iter().map(str::to_owned).collect();
    let names = cells(reader.headers().unwrap());
    (names, reader.records().map(|record| cells(&record.unwrap())).collect())
}

/// The csv of an answer, which stands at the text's beginning and is a string of the structure.
#[track_caller]
fn csv_of(told: &Told) -> &str {
    assert!(!told.is_error, "{}", told.text);
    assert!(told.structured.get("data").is_none(), "{}", told.structured);
    let csv = told.structured["csv"].as_str().unwrap();
    let rest = told.text.strip_prefix(csv).expect("the text begins with the csv");
    assert!(rest.starts_with('\n'), "a line parts the csv from the rest: {rest}");
    assert!(told.text.chars().count() <= LIMIT);
    assert!(told.structured.to_string().chars().count() <= LIMIT);
    csv
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn csv_of_every_list_holds_the_cells_of_its_rows() {
    let server = Server::start().await;
    for (tool, mut arguments) in lists(&server).await {
        arguments["limit"] = json!(5);
        let rows = call(&server, tool, arguments.clone()).await;
        arguments["format"] = json!("csv");
        let told = call(&server, tool, arguments).await;
        let (names, lines) = read(csv_of(&told));
        let rows = rows.structured["data"].as_array().unwrap();
        assert_eq!(lines.len(), rows.len(), "{tool}");
        for (line, row) in lines.iter().zip(rows) {
            assert_eq!(names.len(), row.as_object().unwrap().len(), "{tool}");
            for (name, written) in names.iter().zip(line) {
                let value = &row[name.as_str()];
                // Zeros at a number's end are lost to whoever parses it as one.
                let is_same = *written == cell(value)
                    || value.as_f64().is_some_and(|number| written.parse() == Ok(number));
                assert!(is_same, "{tool}: {name}: {written:?} for {value}");
            }
        }
    }
}

#[tokio::test]
async fn a_csv_goes_on_by_cursor_in_any_format() {
    let server = Server::start().await;
    let all = call(&server, "wiv_list_workflows", json!({ "limit": 100, "format": "csv" })).await;
    let (_, all) = read(csv_of(&all));
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    for format in ["csv", "rows"].iter().cycle() {
        let arguments = json!({ "limit": 7, "format": format, "cursor": cursor });
        let page = call(&server, "wiv_list_workflows", arguments).await;
        page.both_say(page.structured["page"]["next_cursor"].as_str().unwrap_or(""));
        if *format == "csv" {
            seen.extend(read(csv_of(&page)).1.into_iter().map(|mut line| line.remove(0)));
        } else {
            let rows = page.structured["data"].as_array().unwrap();
            seen.extend(rows.iter().map(|row| cell(&row["workflow_id"])));
        }
        cursor = page.structured["page"]["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let ids: Vec<String> = all.into_iter().map(|mut line| line.remove(0)).collect();
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn money_in_a_csv_is_whole_where_there_is_no_room_for_the_rest() {
    let row = |number: usize| {
        json!({
            "case_id": format!("c{number}"),
            "resource_id": "\"quoted\", ".repeat(90),
            "annual_potential_savings": format!("{number},234,567.50"),
            "currency": "USD",
        })
    };
    let rows: Vec<Value> = (0..100).map(row).collect();
    let body = json!({ "data": rows, "next_page_key": { "scroll_id": "s" } }).to_string();
    let arguments = json!({ "limit": 100, "format": "csv", "totals": "none", "fields": ["*"] });
    let told = told(&body, "wiv_search_cases", arguments).await;
    let (names, lines) = read(csv_of(&told));
    let place = names.iter().position(|name| name == "annual_potential_savings").unwrap();
    assert_eq!(lines.len(), 100);
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line[place], format!("{number},234,567.50"));
    }
    told.both_say("The answer was too large");
}

#[tokio::test]
async fn a_csv_says_where_a_cell_is_not_exactly_what_came() {
    let row = json!({ "name": "=HYPERLINK(\"http://x\")", "tag": "a\r\nNote: b", "cost": -1.5 });
    let body = json!({ "data": [row] }).to_string();
    let told = told(&body, "wiv_list_spaces", json!({ "format": "csv" })).await;
    let (_, lines) = read(csv_of(&told));
    let mut line = lines[0].clone();
    line.sort();
    assert_eq!(line, ["'=HYPERLINK(\"http://x\")", "-1.5", "a  Note: b"]);
    told.both_say("In 1 cell a text begins");
    told.both_say("line breaks are spaces");
    assert!(!told.text.contains("\nNote: b"));
}

#[tokio::test]
async fn a_csv_without_rows_is_empty_and_says_so() {
    let told = told(r#"{"data":[]}"#, "wiv_list_folders", json!({ "format": "csv" })).await;
    assert_eq!(told.structured["csv"], "");
    told.text.contains("No rows.").then_some(()).expect("no rows are told");
}

#[tokio::test]
async fn columns_of_csv_are_the_same_on_every_page() {
    // Rows without an owner don't have the member, as where nulls are left out.
    let rows: Vec<String> = (0..20)
        .map(|number| {
            let owner = if number < 10 { r#""owner":"Ana","# } else { "" };
            case(number, &format!(r#"{owner}"case_type":"t","status":"To Do","account_name":"a","annual_potential_savings":1,"currency":"USD""#))
        })
        .collect();
    let server = Paged::start(rows, None).await.server().await;
    for fields in [None, Some(json!(["case_id", "owner", "currency", "none"]))] {
        let mut arguments = json!({ "format": "csv", "limit": 10 });
        if let Some(fields) = &fields {
            arguments["fields"] = fields.clone();
        }
        let first = call(&server, "wiv_search_cases", arguments.clone()).await;
        arguments["cursor"] = first.structured["page"]["next_cursor"].clone();
        let second = call(&server, "wiv_search_cases", arguments).await;
        let [first, second] = [&first, &second].map(|told| {
            let csv = told.structured["csv"].as_str().unwrap();
            csv.lines().map(|line| line.split(',').collect::<Vec<_>>()).collect::<Vec<_>>()
        });
        assert_eq!(first[0], second[0]);
        let owner = first[0].iter().position(|name| *name == "owner").unwrap();
        assert!(first[1..].iter().all(|line| line[owner] == "Ana"), "{first:?}");
        assert!(second[1..].iter().all(|line| line[owner].is_empty()), "{second:?}");
    }
}
