//! Rows that are odd: told with their number, for both readers.

use serde_json::json;

use crate::reports::answers::told;

const ROWS: &str = r#"{"data":[
    {"case_id":"a","annual_potential_savings":"1,234.50","currency":"USD"},
    {"case_id":"b","annual_potential_savings":null,"currency":"USD"},
    {"case_id":"c","currency":"USD"},
    {"case_id":"d","annual_potential_savings":5,"currency":null},
    {"case_id":"e","annual_potential_savings":7,"currency":"USD"}
],"next_page_key":null}"#;

#[tokio::test]
async fn money_that_cannot_be_read_is_counted_where_totals_do_not_tell() {
    for totals in ["none", "count"] {
        let told = told(ROWS, "wiv_search_cases", json!({ "totals": totals })).await;
        told.both_say("2 rows have no amount; 1 row has an amount that is no plain number");
        told.both_say("1 row has an amount without a currency");
    }
    // With totals it is told once, of everything.
    let told = told(ROWS, "wiv_search_cases", json!({})).await;
    told.neither_says("Odd rows");
    told.both_say("are in no sum: ");
}

#[tokio::test]
async fn an_object_where_rows_were_promised_is_told() {
    for body in [r#"{"data":{"case_id":"a"}}"#, r#"{"cases":[{"case_id":"a"}]}"#] {
        let told = told(body, "wiv_search_cases", json!({ "totals": "none" })).await;
        told.both_say("WIV sent one object and no list of rows");
    }
}
