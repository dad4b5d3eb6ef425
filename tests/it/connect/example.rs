//! The front page's example conversation: its figures are the demo's of today.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::*;

/// An amount in hundredths, from its digits: never by way of a float. None where it is none.
fn hundredths(amount: &Value) -> Option<i128> {
    let text = amount.is_number().then(|| amount.to_string())?;
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    assert!(fraction.len() <= 2, "{text}");
    Some(format!("{whole}{fraction:0<2}").parse().unwrap())
}

/// `2542629` as `2,542,629`.
fn grouped(number: i128) -> String {
    let digits = number.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    String::from_utf8(groups.join(&b',')).unwrap()
}

#[tokio::test]
async fn the_example_conversation_tells_what_the_demo_gives_today() {
    let server = Server::start().await;
    let mut arguments = json!({ "limit": 100, "fields": ["*"],
        "filters": { "status": ["To Do", "Acknowledged", "In Progress"] } });
    let (mut count, mut unreadable, mut sums) = (0, 0, BTreeMap::<String, i128>::new());
    let mut of_services = BTreeMap::<String, i128>::new();
    loop {
        let page = server.data(ACME, "wiv_search_cases", arguments.clone()).await;
        for row in page["data"].as_array().unwrap() {
            count += 1;
            let Some(amount) = hundredths(&row["annual_potential_savings"]) else {
                unreadable += 1;
                continue;
            };
            let currency = row["currency"].as_str().unwrap().to_owned();
            if currency == "USD" {
                let service = row["service"].as_str().unwrap().to_owned();
                *of_services.entry(service).or_default() += amount;
            }
            *sums.entry(currency).or_default() += amount;
        }
        match &page["page"]["next_cursor"] {
            Value::Null => break,
            cursor => arguments["cursor"] = cursor.clone(),
        }
    }
    let response = server.http.get(server.url("/connect")).header("accept", "text/html");
    let page = response.send().await.unwrap().text().await.unwrap();
    let talk =
        page.split("<figure class=\"talk\">").nth(1).unwrap().split("</figure>").next().unwrap();
    for (currency, sum) in &sums {
        let said = format!("{currency} {}", grouped((sum + 50) / 100));
        assert!(talk.contains(&said), "{said}: {talk}");
    }
    assert!(talk.contains(&format!("in {count} cases")), "{count}: {talk}");
    assert_eq!(unreadable, 3);
    assert!(talk.contains("three of them have no readable amount"), "{talk}");
    let mut services: Vec<_> = of_services.into_iter().collect();
    services.sort_by_key(|(_, sum)| -sum);
    let leaders: Vec<&str> = services[..2].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(leaders, ["Amazon EC2", "Amazon RDS"]);
    assert!(talk.contains("In USD, Amazon EC2 and RDS lead"), "{talk}");
}
