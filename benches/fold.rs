//! What figures cost over reading the rows they are made of: `cargo bench --bench fold`.
//!
//! Prints nanoseconds a row and the most memory that figures take; fails above what is promised.

#![expect(clippy::print_stdout, reason = "a benchmark's figures are its output")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use wiv_mcp::{
    answer::{
        self, Figures, Keys, Layout, Limits, PagesBefore, Position, Question, Reading, RowSink,
        WantedFields,
    },
    catalog::{Action, AnswerShape, Catalog, RowFormat},
};

/// Most time that a row may take over reading it.
const MAX_PER_ROW: Duration = Duration::from_micros(2);

/// Most memory that figures of ten thousand rows may take beside a page.
const MAX_MEMORY_BYTES: usize = 3 * 1024 * 1024;

/// Most time that a page of a megabyte takes to text and structure.
const MAX_PER_MEGABYTE: Duration = Duration::from_millis(5);

/// Rows of a page.
const ROWS: usize = 500;

const STATUSES: [&str; 4] = ["To Do", "Acknowledged", "In Progress", "Exclude"];
const CURRENCIES: [&str; 2] = ["USD", "EUR"];

/// Takes rows and does nothing with them.
struct Nothing(usize);

impl RowSink for Nothing {
    fn begin(&mut self, _at: u64) {}

    fn row(&mut self, row: &str) {
        self.0 += black_box(row).len();
    }

    fn kept_bytes(&self) -> usize {
        0
    }
}

fn read(page: &str, sink: &mut impl RowSink) {
    let body = page.as_bytes();
    let read = answer::read_page(
        body,
        ROWS,
        &PagesBefore::default(),
        Default::default(),
        &Keys::none(),
        sink,
    );
    assert_eq!(read.expect("a page of rows").rows, ROWS);
}

/// What this process has in memory, as Linux tells it.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok());
    kibibytes.unwrap_or_default() * 1024
}

fn page(first: usize) -> String {
    let row = |number: usize| {
        let owner = format!("owner{}@acme.example", number % 3_000);
        let amount = format!("{}.{:02}", number * 7 % 90_000, number % 100);
        let amount: f64 = amount.parse().expect("digits make a number");
        json!({
            "case_id": format!("case_{number:012}"),
            "recommendation_id": format!("rec_{number:016}"),
            "case_type": "EC2 Stopped Instances",
            "status": STATUSES[number % STATUSES.len()],
            "provider": "AWS",
            "service": format!("Amazon Service {}", number % 25),
            "service_group": "Compute",
            "account_id": format!("{:012}", number % 60),
            "account_name": format!("acme-{}", number % 60),
            "region": "eu-west-1",
            "resource_id": format!("arn:aws:ec2:eu-west-1:123456789012:instance/i-{number:017x}"),
            "owner": if number.is_multiple_of(9) { Value::Null } else { owner.into() },
            "board": "platform",
            "effort": "Low",
            "criteria": "No CPU above 2 % over 30 days, no network traffic",
            "annual_potential_savings": amount,
            "currency": CURRENCIES[number % CURRENCIES.len()],
            "created_at": "2026-05-22 20:59:07.014093",
            "updated_at": "2026-11-12 20:59:07.014093",
            "is_new": false,
            "remediation_workflow_id": null,
        })
    };
    let rows: Vec<Value> = (first..first + ROWS).map(row).collect();
    json!({ "data": rows, "next_page_key": null }).to_string()
}

/// The shortest of several runs, a row.
fn per_row(pages: &[String], mut sink: impl FnMut() -> Box<dyn FnMut(&str)>) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..30 {
        let mut read = sink();
        let begun = Instant::now();
        pages.iter().for_each(|page| read(page));
        best = best.min(begun.elapsed());
    }
    best / u32::try_from(pages.len() * ROWS).expect("the benchmark's own data")
}

fn main() {
    let catalog = Catalog::built_in();
    let Action::Call(operation) =
        &catalog.tool("wiv_search_cases").expect("the benchmark's own data").action
    else {
        unreachable!("a search is one operation")
    };
    let fold = operation.fold.clone().expect("the benchmark's own data");
    let figures = |group_by: &[&str], since: Option<&str>| {
        Figures::new(Question {
            fold: fold.clone(),
            conditions: Default::default(),
            filters: Box::new([(
                "status".into(),
                ["To Do", "Acknowledged", "In Progress"].map(Into::into).into(),
            )]),
            about_open: true,
            subject: None,
            group_by: group_by.iter().map(|name| (*name).into()).collect(),
            since: since.map(Into::into),
        })
    };
    let pages: Vec<String> = (0..20).map(|number| page(number * ROWS)).collect();
    let reading = per_row(&pages, || {
        Box::new(|page: &str| {
            let mut rows = Nothing(0);
            read(page, &mut rows);
        })
    });
    println!("reading alone            {:>6} ns a row", reading.as_nanos());
    for (name, group_by, since) in [
        ("totals", &[][..], None),
        ("by owner", &["owner"][..], None),
        ("by service and owner", &["service", "owner"][..], Some("2026-11-01")),
    ] {
        let whole = per_row(&pages, || {
            let mut sink = figures(group_by, since);
            Box::new(move |page: &str| {
                read(page, &mut sink);
            })
        });
        let over = whole.saturating_sub(reading);
        println!("{name:24} {:>6} ns a row, {} over reading", whole.as_nanos(), over.as_nanos());
        assert!(over < MAX_PER_ROW, "{name}: {over:?}");
    }

    let mut sink = figures(&["owner", "account_id"], Some("2026-11-01"));
    let before = resident_bytes();
    for page in &pages {
        read(page, &mut sink);
    }
    let more = resident_bytes().saturating_sub(before);
    println!("10,000 rows, by two      {:>6} KiB held", more / 1024);
    assert!(more < MAX_MEMORY_BYTES, "{more} bytes");

    let layout = Layout {
        shape: AnswerShape::Summary,
        money: None,
        fields: &WantedFields::All,
        format: RowFormat::Rows,
        scrolls: false,
        limit: None,
        limits: Limits { text_chars: 32_000 },
        status: http::StatusCode::OK,
        extent: Default::default(),
        at: 1_794_819_600,
        writes: false,
        only: None,
        narrowing: None,
        fitting: None,
        names: None,
        whole: None,
        ordered: None,
        around: None,
    };
    let begun = Instant::now();
    let told = answer::summary(&sink, &Reading::default(), 20, layout, None, Vec::new());
    println!("told to both readers     {:>6} µs", begun.elapsed().as_micros());
    black_box(told);

    let megabyte = format!("{{\"data\":[{}]}}", [&pages[0][9..pages[0].len() - 23]; 3].join(","));
    let fields =
        WantedFields::new(None, operation.fields.as_deref().expect("the benchmark's own data"));
    let layout = Layout {
        shape: AnswerShape::Rows,
        money: operation.money.as_ref(),
        fields: &fields,
        limit: Some(100),
        ..layout
    };
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let begun = Instant::now();
        let told = answer::render(
            megabyte.as_bytes(),
            layout,
            &Position::default(),
            &Keys::none(),
            vec![],
            |_| String::new(),
        );
        best = best.min(begun.elapsed());
        black_box(told.expect("the benchmark's own data"));
    }
    let best = best * 1_000_000 / u32::try_from(megabyte.len()).expect("the benchmark's own data");
    println!("a megabyte of rows       {:>6} µs", best.as_micros());
    assert!(best < MAX_PER_MEGABYTE, "{best:?}");
}
