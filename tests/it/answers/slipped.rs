//! Slips among good words, and names: what an answer says besides its figures.
//!
//! Not for answers without rows; `empty` has those.

use serde_json::{Value, json};

use super::paged::{Paged, case};
use crate::harness::*;
use crate::reports::answers::{Told, call};

const SUMMARY: &str = "wiv_get_cases_summary";

fn row(number: usize, members: &str) -> String {
    case(number, &format!(r#""status":"To Do"{members}"#))
}

async fn of(rows: &[String]) -> Server {
    Paged::start(rows.to_vec(), None).await.server().await
}

fn merged(mut one: Value, other: &Value) -> Value {
    one.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    one
}

#[tokio::test]
async fn a_value_that_no_case_has_is_named_although_others_have_rows() {
    let server = Server::start().await;
    for (filters, said) in [
        (json!({ "provider": ["AWS", "azure"] }), "No case has provider \"azure\". Its values are"),
        (
            json!({ "provider": ["AWS"], "status": ["To Do", "in progres"] }),
            "No case has status \"in progres\".",
        ),
    ] {
        for (tool, more) in [
            (SUMMARY, json!({})),
            ("wiv_search_cases", json!({})),
            ("wiv_search_cases", json!({ "limit": 100 })),
            ("wiv_search_cases", json!({ "sort": "owner" })),
        ] {
            let told = call(&server, tool, merged(json!({ "filters": filters }), &more)).await;
            assert!(told.structured["totals"]["count"].as_u64().unwrap() > 0);
            told.both_say(said);
        }
    }
    let good =
        json!({ "filters": { "provider": ["AWS", "GCP"], "status": ["open"], "owner": [""] } });
    call(&server, SUMMARY, good).await.neither_says("No case has");
}

#[tokio::test]
async fn an_answer_about_one_customer_names_it_where_rows_do() {
    let server = Server::start().await;
    let customers = server.data(MSP, "wiv_list_msp_customers", json!({})).await;
    let customer = &customers["data"][0];
    let name = customer["customer_name"].as_str().unwrap();
    let note = format!("All of this is of customer_name \"{name}\".");
    for (tool, more) in [
        ("wiv_get_msp_cases_summary", json!({})),
        ("wiv_search_msp_cases", json!({ "fields": ["case_id"] })),
        ("wiv_search_msp_cases", json!({ "sort": "owner", "fields": ["case_id"] })),
    ] {
        let one = merged(json!({ "customer_id": customer["customer_id"] }), &more);
        let result = server.call(MSP, tool, one).await;
        assert!(result["content"][0]["text"].as_str().unwrap().contains(&note), "{result}");
        let notes = result["structuredContent"]["notes"].as_array().unwrap();
        assert!(notes.iter().any(|said| said == note.as_str()), "{result}");
        let all = server.call(MSP, tool, more).await;
        assert!(!all.to_string().contains("All of this is of"), "{all}");
    }
}

#[tokio::test]
async fn a_currency_is_a_text_without_its_spaces_and_spellings_are_told() {
    let money = |number, currency: &str| {
        row(number, &format!(r#","annual_potential_savings":1,"currency":{currency}"#))
    };
    let rows = [
        money(1, r#""USD""#),
        money(2, r#"" USD ""#),
        money(3, r#"{"a":1}"#),
        money(4, "5"),
        money(5, r#""EUR""#),
    ];
    let told = call(&of(&rows).await, SUMMARY, json!({})).await;
    let currencies = &told.structured["totals"]["by_currency"];
    assert_eq!(currencies[0]["currency"], "USD");
    assert_eq!((&currencies[0]["count"], &currencies[1]["count"]), (&json!(2), &json!(1)));
    told.both_say("2 rows that match are in no sum: 2 without a currency.");
    told.neither_says("spelt differently");
    let rows = [money(1, r#""USD""#), money(2, r#""usd""#)];
    let told = call(&of(&rows).await, SUMMARY, json!({})).await;
    told.both_say("USD and usd are spelt differently, and summed apart.");
}

#[tokio::test]
async fn bounds_over_several_currencies_are_said_to_be_of_plain_numbers() {
    let money = |number, currency: &str| {
        row(number, &format!(r#","annual_potential_savings":5,"currency":"{currency}""#))
    };
    let said = "tried against `where` as plain numbers";
    let both = of(&[money(1, "USD"), money(2, "EUR")]).await;
    let is_told = async |server: &Server, conditions: Value| -> bool {
        let told: Told = call(server, SUMMARY, json!({ "where": conditions })).await;
        let is_told = told.text.contains(said);
        if is_told {
            told.both_say(said);
        }
        is_told
    };
    assert!(is_told(&both, json!({ "savings_from": 1 })).await);
    assert!(is_told(&both, json!({ "savings_to": 100 })).await);
    assert!(!is_told(&both, json!({ "savings_from": 1, "currency": "EUR" })).await);
    assert!(!is_told(&both, json!({ "untouched_days": 1 })).await);
    let one = of(&[money(1, "USD"), money(2, "USD")]).await;
    assert!(!is_told(&one, json!({ "savings_from": 1 })).await);
}

#[tokio::test]
async fn a_name_with_hidden_characters_is_said_not_to_be_found_by_what_is_shown() {
    let server = |value: &'static str| async move {
        let far_end = FarEnd::start(move |seen| match seen.target.contains("/values") {
            true => (200, format!(r#"{{"data":[{{"value":"{value}"}}],"next_page_key":null}}"#)),
            false => (200, r#"{"data":[],"next_page_key":null}"#.to_owned()),
        });
        far_end.await.server().await
    };
    let asked = json!({ "filters": { "owner": ["x@y"] } });
    let told = call(&server("x\\u200b@y").await, SUMMARY, asked.clone()).await;
    told.both_say("Some values of owner hold invisible characters in WIV");
    let told = call(&server("x@y").await, SUMMARY, asked).await;
    told.neither_says("hold invisible characters");
}

#[tokio::test]
async fn a_page_of_too_many_rows_is_in_no_figure() {
    let many = format!("{{\"data\":[{}]}}", vec!["{}"; 100_001].join(","));
    let rows: Vec<String> = (0..600).map(|number| row(number, "")).collect();
    let paged = Paged::start(rows, Some((2, super::paged::Instead::Body(many)))).await;
    let told = call(&paged.server().await, SUMMARY, json!({})).await;
    assert_eq!(told.structured["totals"]["count"], 500, "{}", told.text);
    assert_eq!(told.structured["totals"]["rows_read"], 500);
    assert_eq!(told.structured["totals"]["complete"], false);
}

#[tokio::test]
async fn a_value_where_rows_were_promised_is_told() {
    for (body, said) in
        [(r#"{"data":"x"}"#, "one value and no list"), (r#"{"data":7}"#, "one value and no list")]
    {
        let server = FarEnd::saying(body).await.server().await;
        let told = call(&server, "wiv_search_cases", json!({ "totals": "none" })).await;
        told.both_say(said);
    }
}

#[tokio::test]
async fn monthly_amounts_are_yearly_in_every_figure() {
    let money = |number, amount: &str| {
        row(
            number,
            &format!(r#","owner":"o","annual_potential_savings":{amount},"currency":"USD""#),
        )
    };
    let built_in = include_str!("../../../src/catalog/wiv.openapi.yaml");
    let monthly =
        built_in.replace("currency: currency, period: year", "currency: currency, period: month");
    assert_ne!(monthly, built_in);
    let name = format!("wiv-mcp-monthly-{}.yaml", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, monthly).unwrap();
    let paged = Paged::start(vec![money(1, "100.01"), money(2, "1.00")], None).await;
    let server = paged.far_end.server_with(&[("WIV_MCP_CATALOG", path.to_str().unwrap())]).await;
    let told = call(&server, SUMMARY, json!({ "group_by": ["owner"] })).await;
    let total = &told.structured["totals"]["by_currency"][0];
    assert_eq!((&total["yearly"], &total["monthly"]), (&json!("1212.12"), &json!("101.01")));
    assert_eq!(told.structured["groups"][0]["rows"][0]["USD"], "1212.12");
    let told = call(&server, SUMMARY, json!({ "where": { "savings_from": 1000 } })).await;
    assert_eq!(told.structured["totals"]["by_currency"][0]["yearly"], "1200.12");
}
