//! Laws of the two readers: same rows, same cells, all money, no row lost.

use super::*;

/// Rows of the text's first table, by name of column.
fn rows_of(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let lines = text.lines().skip_while(|line| !line.starts_with('|'));
    let mut lines = lines.take_while(|line| line.starts_with('|')).map(|line| {
        let line = line.strip_prefix("| ").unwrap().strip_suffix(" |").unwrap();
        line.split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    });
    let names = lines.next().unwrap_or_default();
    (names, text.lines().filter(|line| line.starts_with("| ")).skip(1).map(cells).collect())
}

fn cells(line: &str) -> Vec<String> {
    let line = line.strip_prefix("| ").unwrap().strip_suffix(" |").unwrap();
    line.split(" | ").map(|cell| cell.trim().to_owned()).collect()
}

/// A value as a cell shows it.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    one_line.replace('|', "\\|").trim().to_owned()
}

fn check(text: &str, rows: &[Value]) {
    let (names, table) = rows_of(text);
    assert_eq!(table.len(), rows.len(), "{text}");
    for (cells, row) in table.iter().zip(rows) {
        let row = row.as_object().unwrap();
        assert!(row.keys().all(|name| names.contains(name)), "{row:?}: {text}");
        for (name, cell) in names.iter().zip(cells) {
            assert_eq!(*cell, row.get(name).map(shown).unwrap_or_default(), "{name}: {text}");
        }
    }
}

/// A row with an amount, its currency, and texts of any length.
fn row() -> impl Strategy<Value = Value> {
    let any_text = prop_oneof!["[a-z |\n]{0,30}", "[a-zé]{100,400}", "x{3000}"];
    let list = prop::collection::vec(0..100_u32, 0..60);
    (any_text, list, -1_000_000..1_000_000_i64, prop::option::of("[A-Z]{3}"), any::<bool>())
        .prop_map(|(text, list, cents, currency, is_text)| {
            let amount = format!("{}.{:02}", cents / 100, cents.abs() % 100);
            let amount =
                if is_text { json!(amount) } else { json!(amount.parse::<f64>().unwrap()) };
            json!({ "id": "i", "why": text, "on": list, "amount": amount, "currency": currency })
        })
}

fn money() -> &'static crate::catalog::Money {
    static MONEY: std::sync::OnceLock<crate::catalog::Money> = std::sync::OnceLock::new();
    MONEY.get_or_init(|| crate::catalog::Money {
        amount: "amount".into(),
        currency: "currency".into(),
        period: crate::catalog::Period::Year,
    })
}

/// A bucket of currencies in each bucket of statuses, with sums.
fn groups() -> impl Strategy<Value = Vec<(String, Vec<(String, i64)>)>> {
    let currencies = prop::collection::vec(("[A-Z]{3}|[A-Z]{300}", 0..9_999_999_i64), 0..6);
    prop::collection::vec(("[a-z \"|]{1,20}", currencies), 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_and_structure_hold_the_same_cells_and_all_money(
        rows in prop::collection::vec(row(), 1..60),
        text_chars in 7_000_usize..40_000,
        scrolls: bool,
        limit in prop::option::of(1_usize..60),
    ) {
        let layout = Layout {
            scrolls,
            limit: if scrolls { Some(100) } else { limit },
            limits: Limits { text_chars },
            money: Some(money()),
            ..LAYOUT
        };
        let key = if scrolls { json!({ "scroll_id": "s" }) } else { Value::Null };
        let body = json!({ "data": rows, "next_page_key": key });
        let mut position = Position::default();
        let mut seen = 0;
        loop {
            let (structured, text) = show(&body, layout, &position);
            prop_assert!(text.chars().count() <= text_chars);
            prop_assert!(structured.to_string().chars().count() <= text_chars);
            let data = structured["data"].as_array().unwrap();
            check(&text, data);
            for (row, sent) in data.iter().zip(&rows[seen..]) {
                prop_assert_eq!(&row["amount"], &sent["amount"]);
                prop_assert_eq!(&row["currency"], &sent["currency"]);
            }
            seen += data.len();
            match structured["page"]["next_cursor"].as_str().and_then(|cursor| cursor.strip_prefix('+')) {
                Some(offset) => position.offset = offset.parse().unwrap(),
                None => break,
            }
            prop_assert_eq!(position.offset, seen);
        }
        // A page that scrolls comes once: all of it. A list without pages tells what is missing.
        if scrolls || limit.is_some() || seen == rows.len() {
            prop_assert_eq!(seen, rows.len());
        } else {
            let (structured, _) = show(&body, layout, &Position::default());
            let notes = structured["notes"].to_string();
            let told = format!("first {seen} of {}", rows.len());
            prop_assert!(notes.contains(&told), "{}", notes);
        }
    }

    #[test]
    fn csv_is_the_same_for_both_readers_with_all_money_and_no_row_lost(
        rows in prop::collection::vec(row(), 1..60),
        text_chars in 7_000_usize..40_000,
        scrolls: bool,
    ) {
        let layout = Layout {
            scrolls,
            format: crate::catalog::RowFormat::Csv,
            limit: Some(if scrolls { 100 } else { 17 }),
            limits: Limits { text_chars },
            money: Some(money()),
            ..LAYOUT
        };
        let key = if scrolls { json!({ "scroll_id": "s" }) } else { Value::Null };
        let body = json!({ "data": rows, "next_page_key": key });
        let mut position = Position::default();
        let mut seen = 0;
        loop {
            let (structured, text) = show(&body, layout, &position);
            prop_assert!(text.chars().count() <= text_chars);
            prop_assert!(structured.to_string().chars().count() <= text_chars);
            let written = structured["csv"].as_str().unwrap();
            prop_assert!(text.starts_with(&format!("{written}\n")), "{}", text);
            let mut reader = ::csv::Reader::from_reader(written.as_bytes());
            let names = reader.headers().unwrap().clone();
            let place = |name: &str| names.iter().position(|known| known == name).unwrap();
            let (amount, currency) = (place("amount"), place("currency"));
            let mut count = 0;
            for (record, sent) in reader.records().map(Result::unwrap).zip(&rows[seen..]) {
                prop_assert_eq!(&record[amount], shown(&sent["amount"]));
                prop_assert_eq!(&record[currency], shown(&sent["currency"]));
                count += 1;
            }
            prop_assert_eq!(&structured["page"]["shown"], count);
            seen += count;
            match structured["page"]["next_cursor"].as_str().and_then(|cursor| cursor.strip_prefix('+')) {
                Some(offset) => position.offset = offset.parse().unwrap(),
                None => break,
            }
            prop_assert_eq!(position.offset, seen);
        }
        prop_assert_eq!(seen, rows.len());
    }

    #[test]
    fn groups_are_told_alike_and_no_key_or_sum_is_cut(
        statuses in groups(),
        text_chars in 5_000_usize..60_000,
    ) {
        let buckets: Vec<Value> = statuses
            .iter()
            .map(|(status, currencies)| {
                let inner: Vec<Value> = currencies
                    .iter()
                    .map(|(currency, cents)| json!({
                        "key": currency, "doc_count": 1, "yearly": { "value": *cents as f64 / 100.0 },
                    }))
                    .collect();
                json!({ "key": status, "doc_count": currencies.len(), "currency": { "buckets": inner } })
            })
            .collect();
        let body = json!({ "data": {
            "hits": { "total": { "value": 7, "relation": "eq" }, "hits": [] },
            "aggregations": { "status": { "buckets": buckets } },
        }});
        let layout =
            Layout { shape: AnswerShape::Query, limits: Limits { text_chars }, ..LAYOUT };
        let (structured, text) = show(&body, layout, &Position::default());
        let rows = structured["data"]["aggregations"].as_array().unwrap();
        check(&text, rows);
        prop_assert!(text.chars().count() <= text_chars);
        prop_assert!(structured.to_string().chars().count() <= text_chars);
        prop_assert!(!text.contains('…'), "{}", text);
        let mut expected = Vec::new();
        for (status, currencies) in &statuses {
            expected.push(json!({ "status": status, "doc_count": currencies.len() }));
            for (currency, cents) in currencies {
                expected.push(json!({
                    "status": status, "currency": currency, "doc_count": 1,
                    "yearly": *cents as f64 / 100.0,
                }));
            }
        }
        prop_assert_eq!(rows.as_slice(), &expected[..rows.len()]);
        if rows.len() < expected.len() {
            let told = format!("first {} of {} rows of groups", rows.len(), expected.len());
            prop_assert!(text.contains(&told) && structured["notes"].to_string().contains(&told));
        }
    }
}
