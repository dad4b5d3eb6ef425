//! Groups and what they leave out are the whole; news since a day.
//!
//! Not for money's digits; `figures` has those.

use serde_json::{Value, json};

use super::paged::{Paged, case};
use super::reading::hold_the_same;
use crate::harness::*;
use crate::reports::answers::{Told, call};

fn cents(amount: &Value) -> i64 {
    amount.as_str().map_or(0, |amount| amount.replace('.', "").parse().unwrap())
}

/// Groups and what is left of them are the totals, in rows and in every currency.
#[track_caller]
fn hold_all(told: &Told) {
    let totals = &told.structured["totals"];
    for grouping in told.structured["groups"].as_array().unwrap() {
        let rows = grouping["rows"].as_array().unwrap();
        let left_out = &grouping["left_out"];
        let count: u64 = rows.iter().map(|row| row["cases"].as_u64().unwrap()).sum();
        assert_eq!(
            count + left_out["count"].as_u64().unwrap_or(0),
            totals["count"].as_u64().unwrap()
        );
        for total in totals["by_currency"].as_array().unwrap() {
            let currency = total["currency"].as_str().unwrap();
            let of_rows: i64 = rows.iter().map(|row| cents(&row[currency])).sum();
            let left = left_out["by_currency"].as_array().into_iter().flatten();
            let left: i64 = left
                .filter(|entry| entry["currency"] == currency)
                .map(|entry| cents(&entry["yearly"]))
                .sum();
            assert_eq!(of_rows + left, cents(&total["yearly"]), "{currency}: {grouping}");
        }
        // Two tables may begin alike: this grouping's own stands under its line.
        let by: Vec<&str> =
            grouping["by"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let line = format!("\nBy {}", by.join(" and "));
        let texts: Vec<&str> = told.text.split(&line).collect();
        let own = texts[1..]
            .iter()
            .find(|text| text.starts_with([' ', ':']) && !text.starts_with(" and"));
        let own = Told {
            is_error: false,
            text: (*own.unwrap()).to_owned(),
            structured: told.structured.clone(),
            raw: String::new(),
        };
        hold_the_same(&own, &grouping["rows"]);
    }
}

#[tokio::test]
async fn groups_and_what_is_left_out_are_the_whole() {
    let server = Server::start().await;
    let groups = [
        "status",
        "provider",
        "service",
        "service_group",
        "case_type",
        "board",
        "account_id",
        "account_name",
        "region",
        "owner",
        "effort",
        "currency",
        "age",
        "untouched",
        "month",
    ];
    for (number, group) in groups.iter().enumerate() {
        for top in [1, 3, 100] {
            let other = groups[(number + 5) % groups.len()];
            for by in [json!([group]), json!([group, other])] {
                let arguments =
                    json!({ "group_by": by, "top": top, "filters": { "status": ["open"] } });
                let told = call(&server, "wiv_get_cases_summary", arguments).await;
                assert!(!told.is_error, "{}", told.text);
                hold_all(&told);
            }
        }
    }
}

#[tokio::test]
async fn groups_stand_in_the_declared_order_or_by_money() {
    let server = Server::start().await;
    let values = async |group: &str| -> Vec<String> {
        let arguments = json!({ "group_by": [group], "top": 100 });
        let told = call(&server, "wiv_get_cases_summary", arguments).await;
        let rows = told.structured["groups"][0]["rows"].as_array().unwrap().clone();
        rows.iter().map(|row| row[group].as_str().unwrap().to_owned()).collect()
    };
    let statuses =
        ["To Do", "Acknowledged", "In Progress", "Exclude", "Completed", "Verified", "Expired"];
    assert_eq!(values("status").await, statuses);
    assert_eq!(values("effort").await, ["Low", "Medium", "High"]);
    let ages = values("age").await;
    let parts = ["0-7 days", "8-30 days", "31-90 days", "over 90 days"];
    assert!(
        ages.len() > 2 && ages.is_sorted_by_key(|age| parts.iter().position(|part| part == age))
    );
    let months = values("month").await;
    assert!(months.is_sorted() && months.len() > 6, "{months:?}");
    let told = call(&server, "wiv_get_cases_summary", json!({ "group_by": ["provider"] })).await;
    let rows = told.structured["groups"][0]["rows"].as_array().unwrap();
    assert!(rows.is_sorted_by_key(|row| -cents(&row["USD"])), "{rows:?}");
}

#[tokio::test]
async fn a_group_has_its_label_its_span_and_those_without_owner() {
    let server = Server::start().await;
    let arguments =
        json!({ "group_by": ["account_id"], "top": 100, "filters": { "status": ["open"] } });
    let told = call(&server, "wiv_get_cases_summary", arguments).await;
    let rows = told.structured["groups"][0]["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["account_id"] == "123456789012").unwrap();
    assert_eq!(row["account_name"], "acme-production");
    assert!(row["oldest"].as_str() < row["newest"].as_str(), "{row}");
    let without: u64 = rows.iter().map(|row| row["without_owner"].as_u64().unwrap()).sum();
    assert_eq!(told.structured["data"]["without_owner"], without);
    let of_msp = json!({ "group_by": ["customer_id", "status"] });
    let of_msp = server.data(MSP, "wiv_get_msp_cases_summary", of_msp).await;
    let groups = &of_msp["groups"];
    assert_eq!(groups[0]["rows"].as_array().unwrap().len(), 3);
    assert!(groups[0]["rows"][0]["customer_name"].is_string());
    assert_eq!(groups[1]["by"], json!(["customer_id", "status"]));
}

#[tokio::test]
async fn news_since_a_day_are_told_with_their_money_though_they_are_not_open() {
    let row = |number: usize, status: &str, created: &str, updated: &str| {
        format!(
            r#"{{"case_id":"c{number}","status":"{status}","annual_potential_savings":{number}.00,"currency":"USD","created_at":"{created} 01:00:00.000000","updated_at":"{updated} 01:00:00.000000"}}"#
        )
    };
    let rows = vec![
        row(1, "To Do", "2026-11-09", "2026-11-09"),
        row(2, "To Do", "2026-11-08", "2026-11-09"),
        row(4, "To Do", "2026-11-08", "2026-11-08"),
        row(8, "Completed", "2026-01-01", "2026-11-10"),
        row(16, "Completed", "2026-01-01", "2026-11-08"),
        row(32, "Exclude", "2026-11-12", "2026-11-12"),
        row(64, "Verified", "2026-11-10", "2026-11-12"),
    ];
    let server = Paged::start(rows, None).await.server().await;
    let arguments =
        json!({ "filters": { "status": ["open"] }, "since": "2026-11-09", "group_by": ["status"] });
    let told = call(&server, "wiv_get_cases_summary", arguments).await;
    assert_eq!(told.structured["totals"]["by_currency"][0]["yearly"], "7.00");
    let since = &told.structured["data"]["since"];
    for (kind, count, yearly) in
        [("new", 1, "1.00"), ("changed", 1, "2.00"), ("closed", 2, "72.00")]
    {
        assert_eq!(since[kind]["count"], count, "{since}");
        assert_eq!(since[kind]["by_currency"][0]["yearly"], yearly, "{since}");
        told.both_say(yearly);
    }
    told.both_say("WIV keeps no history");
    told.both_say("32.00");
    let future = call(&server, "wiv_get_cases_summary", json!({ "since": "2036-01-01" })).await;
    future.both_say("`since` is in the future");
}

#[tokio::test]
async fn a_value_is_one_group_however_long_it_is_and_none_has_a_name() {
    let long = |last: &str| format!("{}{last}", "x".repeat(5_000));
    let row = |number: usize, board: &str| {
        case(
            number,
            &format!(r#""board":{board},"annual_potential_savings":1.00,"currency":"USD""#),
        )
    };
    let rows = vec![
        row(1, &json!(long("a")).to_string()),
        row(2, &json!(long("b")).to_string()),
        row(3, "null"),
        row(4, "\"\""),
        row(5, "\"two\\nlines\""),
        case(6, r#""annual_potential_savings":1.00,"currency":"USD""#),
    ];
    let server = Paged::start(rows, None).await.server().await;
    let told = call(&server, "wiv_get_cases_summary", json!({ "group_by": ["board"] })).await;
    let rows = told.structured["groups"][0]["rows"].as_array().unwrap();
    let mut counts: Vec<u64> = rows.iter().map(|row| row["cases"].as_u64().unwrap()).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 1, 1, 3]);
    assert!(rows.iter().any(|row| row["board"] == "(none)" && row["cases"] == 3));
    hold_all(&told);
    let told =
        call(&server, "wiv_get_cases_summary", json!({ "group_by": ["owner", "region"] })).await;
    told.both_say("No row that matches has a value for region.");
    assert_eq!(told.structured["groups"][0]["rows"][0]["owner"], "(nobody)");
}

#[tokio::test]
async fn many_groups_and_currencies_are_bounded_and_nothing_is_lost() {
    let row = |number: usize| {
        case(
            number,
            &format!(
                r#""region":"r{number}","annual_potential_savings":0.01,"currency":"C{}""#,
                number % 20
            ),
        )
    };
    let server = Paged::start((0..9_000).map(row).collect(), None).await.server().await;
    let told =
        call(&server, "wiv_get_cases_summary", json!({ "group_by": ["region"], "top": 100 })).await;
    assert_eq!(told.structured["totals"]["by_currency"].as_array().unwrap().len(), 20);
    hold_all(&told);
    assert!(told.structured.to_string().len() <= 32_000 && told.text.len() <= 32_000);
}
