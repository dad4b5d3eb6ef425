//! Which slips are mended, and which are left to be told.

use serde_json::{Map, Value, json};

use super::super::{Arguments, Catalog};
use super::{day_of, number};

fn check(tool: &str, arguments: Value) -> Result<Arguments, String> {
    let Value::Object(arguments) = arguments else { panic!("an object") };
    let catalog = Catalog::built_in();
    let checked = catalog.tool(tool).unwrap().check(arguments);
    checked
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

fn values(arguments: &Arguments) -> Value {
    arguments
        .iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

#[test]
fn each_slip_is_mended_with_a_note_of_its_own() {
    for (given, meant, note) in [
        (
            json!({ "filters": { "provider": "AWS" } }),
            json!({ "filters": { "provider": ["AWS"] } }),
            "`filters.provider` was given as one text and taken as a list of one.",
        ),
        (
            json!({ "filters": { "account_id": [123456789012u64] } }),
            json!({ "filters": { "account_id": ["123456789012"] } }),
            "`filters.account_id[0]` was taken as a text.",
        ),
        (
            json!({ "filters": { "is_new": true } }),
            json!({ "filters": { "is_new": ["true"] } }),
            "`filters.is_new` was given as one value and taken as a list of one text.",
        ),
        (
            json!({ "date_range": { "start": "2026-11-01T10:00:00Z", "end": "2026-11-16" } }),
            json!({ "date_range": { "start": "2026-11-01", "end": "2026-11-16" } }),
            "`date_range.start` was given as a time and taken as its day, 2026-11-01.",
        ),
        (
            json!({ "limit": "5" }),
            json!({ "limit": 5 }),
            "`limit` was given as a text and taken as the number 5.",
        ),
        (
            json!({ "limit": 1_000_000_000 }),
            json!({ "limit": 100 }),
            "`limit` is at most 100, so that was taken.",
        ),
        (
            json!({ "fields": "owner" }),
            json!({ "fields": ["owner"] }),
            "`fields` was given as one text and taken as a list of one.",
        ),
        (
            json!({ "fields": r#"["case_id", "owner"]"# }),
            json!({ "fields": ["case_id", "owner"] }),
            "`fields` was given as JSON in a text and taken as the list in it.",
        ),
        (
            json!({ "filters": r#"{"provider":["AWS"]}"# }),
            json!({ "filters": { "provider": ["AWS"] } }),
            "`filters` was given as JSON in a text and taken as the object in it.",
        ),
        (json!({ "filters": {} }), json!({}), "`filters` was empty and taken as none."),
        (
            json!({ "sort": ["-owner"] }),
            json!({ "sort": "-owner" }),
            "`sort` was given as a list of one and taken as its text.",
        ),
        (json!({ "format": "CSV" }), json!({ "format": "csv" }), "`format` was taken as \"csv\"."),
    ] {
        let arguments = check("wiv_search_cases", given.clone()).expect("a harmless slip");
        assert_eq!(values(&arguments), meant, "{given}");
        assert_eq!(arguments.notes(), [note], "{given}");
    }
    let open = check("wiv_search_cases", json!({ "filters": { "status": "open" } })).unwrap();
    assert_eq!(open.get("filters").unwrap()["status"].as_array().unwrap().len(), 3);
    let both = check("wiv_search_cases", json!({ "limit": "900" })).unwrap();
    assert_eq!((both.limit(), both.notes().len()), (100, 2));
}

#[test]
fn days_from_a_start_on_end_today() {
    let today = crate::clock::day(crate::clock::unix_seconds());
    for (given, place) in [
        (json!({ "date_range": { "start": "2026-11-01" } }), "date_range"),
        (json!({ "where": { "updated": { "start": "2026-11-01" } } }), "where.updated"),
    ] {
        let arguments = check("wiv_search_cases", given).expect("a harmless slip");
        let days = values(&arguments);
        let days = days.pointer(&format!("/{}", place.replace('.', "/"))).unwrap();
        assert_eq!(*days, json!({ "start": "2026-11-01", "end": today }));
        assert_eq!(
            arguments.notes(),
            [format!("`{place}` has no `end`; today, {today}, was taken.")]
        );
    }
    let both = check("wiv_search_cases", json!({ "date_range": { "start": "2026-11-01T10:00Z" } }));
    assert_eq!(both.unwrap().notes().len(), 2);
    for given in [
        json!({ "date_range": { "end": "2026-11-01" } }),
        json!({ "date_range": { "start": "2999-11-01" } }),
        json!({ "date_range": { "start": "lately" } }),
        json!({ "date_range": { "start": "2026-11-01", "until": "2026-11-02" } }),
        json!({ "date_range": {} }),
        json!({ "date_range": { "start": 5 } }),
    ] {
        assert!(check("wiv_search_cases", given.clone()).is_err(), "{given}");
    }
}

#[test]
fn what_has_two_meanings_is_told_and_not_mended() {
    for given in [
        json!({ "limit": 0 }),
        json!({ "limit": -1 }),
        json!({ "limit": "0" }),
        json!({ "limit": "many" }),
        json!({ "where": { "savings_from": "1.000" } }),
        json!({ "filters": r#"{"provider":["AWS"],"provider":["GCP"]}"# }),
        json!({ "filters": r#"["provider"]"# }),
        json!({ "sort": ["-owner", "status"] }),
        json!({ "fields": true }),
        json!({ "limit": 2.5 }),
        json!({ "date_range": { "start": "2026-11-01T23:00:00-05:00", "end": "2026-11-16" } }),
        json!({ "date_range": { "start": "01.11.2026", "end": "2026-11-16" } }),
        json!({ "filters": { "account_id": [1.5] } }),
        json!({ "filters": { "provider": { "is": "AWS" } } }),
        json!({ "filters": { "provider": "x".repeat(300) } }),
    ] {
        assert!(check("wiv_search_cases", given.clone()).is_err(), "{given}");
    }
    let list = check("wiv_search_cases", json!({ "filters": { "provider": "AWS,GCP" } })).unwrap();
    assert_eq!(list.get("filters").unwrap()["provider"], json!(["AWS,GCP"]));
}

#[test]
fn what_a_write_carries_is_never_mended() {
    let id = "wf-1";
    let carried = json!({ "workflow_id": id, "changes": { "name": 5 } });
    if let Ok(arguments) = check("wiv_update_workflow", carried) {
        assert_eq!(arguments.get("changes").unwrap()["name"], 5);
        assert!(arguments.notes().is_empty());
    }
    let event = json!({ "limit": "5", "account_id": 7, "tags": "one" });
    let started =
        check("wiv_start_execution", json!({ "workflow_id": id, "trigger_event": event })).unwrap();
    assert_eq!(started.get("trigger_event"), Some(&event));
    assert!(started.notes().is_empty());
}

#[test]
fn many_slips_make_a_bounded_note_and_hostile_sizes_are_not_looked_at() {
    let ids: Vec<u32> = (0..100).collect();
    let many = check("wiv_search_cases", json!({ "filters": { "account_id": ids } })).unwrap();
    assert_eq!(many.notes().len(), 9);
    assert_eq!(many.notes()[8], "92 more values were mended in the same way.");
    let ids: Vec<u32> = (0..5_000).collect();
    assert!(check("wiv_search_cases", json!({ "filters": { "account_id": ids } })).is_err());
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_day_or_number_only_in_its_own_form(text in "\\PC{0,40}") {
        if let Some(day) = day_of(&text) {
            assert!(text.starts_with(day) && day.len() == 10);
        }
        if let Some(value) = number(&text) {
            assert!(value.is_number());
        }
    }
}
