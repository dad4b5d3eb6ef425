//! An upstream with any rows, which gives them page by page and can fail on one.
//!
//! Not for what is asked of it: it knows a page's size, a page's key and filters by equality.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use serde_json::{Value, json};

use crate::harness::*;

/// What a page is instead of itself; counted from 1, over all that were asked for.
#[derive(Clone, Debug)]
pub(super) enum Instead {
    Status(u16),
    Body(String),
    /// The page without the member that names the next one.
    Silent,
}

/// Rows as upstream has them.
pub(super) struct Paged {
    pub(super) far_end: FarEnd,
}

impl Paged {
    /// Gives these rows; `instead` replaces a page.
    pub(super) async fn start(rows: Vec<String>, instead: Option<(usize, Instead)>) -> Self {
        Self::start_with(rows, usize::MAX, instead).await
    }

    /// The same with at most so many rows in a page.
    pub(super) async fn start_with(
        rows: Vec<String>,
        most: usize,
        instead: Option<(usize, Instead)>,
    ) -> Self {
        let (rows, asked) = (Arc::new(rows), AtomicUsize::new(0));
        let far_end = FarEnd::start_with(move |seen| {
            let number = asked.fetch_add(1, SeqCst) + 1;
            let body: Value = serde_json::from_str(&seen.body).unwrap_or_default();
            let size = body["max_returned_items"].as_u64().unwrap_or(250) as usize;
            let begin = body["start_page_key"]["at"].as_u64().unwrap_or(0) as usize;
            let matching: Vec<&String> =
                rows.iter().filter(|row| matches(row, &body["filters"])).collect();
            let end = matching.len().min(begin + size.min(most));
            let page: Vec<&str> = matching[begin..end].iter().map(|row| row.as_str()).collect();
            let next = if end < matching.len() { json!({ "at": end }) } else { Value::Null };
            let whole =
                |tail: &str| Answer::new(200, format!("{{\"data\":[{}]{tail}}}", page.join(",")));
            let answer = match instead.as_ref().filter(|(at, _)| *at == number) {
                Some((_, Instead::Status(status))) => Answer::new(*status, r#"{"error":"no"}"#),
                Some((_, Instead::Body(body))) => Answer::new(200, body.clone()),
                Some((_, Instead::Silent)) => whole(""),
                None => whole(&format!(",\"next_page_key\":{next}")),
            };
            answer.with("date", "Mon, 16 Nov 2026 09:00:00 GMT")
        })
        .await;
        Self { far_end }
    }

    pub(super) async fn server(&self) -> Server {
        self.far_end.server().await
    }
}

fn matches(row: &str, filters: &Value) -> bool {
    let row: Value = serde_json::from_str(row).unwrap_or_default();
    filters.as_object().into_iter().flatten().all(|(field, wanted)| {
        wanted
            .as_array()
            .unwrap()
            .iter()
            .any(|wanted| *wanted == row[field] || (*wanted == json!("") && row[field].is_null()))
    })
}

/// A case with these members, and usual ones beside them.
pub(super) fn case(number: usize, members: &str) -> String {
    let comma = if members.is_empty() { "" } else { "," };
    format!(
        r#"{{"case_id":"c{number}"{comma}{members},"created_at":"2026-10-0{} 10:00:00.000001","updated_at":"2026-11-0{} 10:00:00.000001"}}"#,
        number % 9 + 1,
        number % 9 + 1
    )
}

/// So many open cases of one currency, of 0.01, 0.02 and so on.
pub(super) fn cents(count: usize) -> Vec<String> {
    let row = |number: usize| {
        let amount = format!("{}.{:02}", number / 100, number % 100);
        case(
            number,
            &format!(
                r#""status":"To Do","owner":"o{}","annual_potential_savings":{amount},"currency":"USD""#,
                number % 7
            ),
        )
    };
    (1..=count).map(row).collect()
}

/// Their sum, in words.
pub(super) fn sum_of_cents(count: usize) -> String {
    let cents = count * (count + 1) / 2;
    format!("{}.{:02}", cents / 100, cents % 100)
}
