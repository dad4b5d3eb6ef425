//! Which numbers a call may hold.

use proptest::prelude::*;
use serde_json::Value;

use super::super::inexact_number;

fn check(text: &str, path: Option<&str>) {
    assert_eq!(inexact_number(text).as_deref(), path, "{text}");
}

#[test]
fn numbers_that_survive_may_pass() {
    for number in [
        "0",
        "-0",
        "-0.0",
        "0e999999999999999999999",
        "0.000",
        "1",
        "1.0",
        "1.10",
        "1e2",
        "1E+2",
        "100",
        "18446744073709551615",
        "-9223372036854775808",
        "9007199254740993",
        "0.1",
        "-12.5",
        "1e300",
        "5e-324",
        "1.7976931348623157e308",
        "1e23",
        "100000000000000000000000",
        "0.30000000000000004",
        "123456789012345678",
        "1200.00000000000000000000000000",
        "0.00000000000000000000000000000000000000001",
        "19.99",
    ] {
        check(number, None);
        check(&format!("{{\"a\":[{number}, {number}],\"b\":{{\"c\":{number}}}}}"), None);
    }
}

#[test]
fn the_first_number_that_does_not_is_named() {
    for number in [
        "12345678901234567890123",
        "1.2345678901234567890",
        "1e400",
        "-1e400",
        "1e-400",
        "18446744073709551616",
        "-9223372036854775809",
        "0.1000000000000000000000000000001",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "36893488147419103233",
        "9007199254740993.0",
    ] {
        check(number, Some("arguments"));
        let text = format!(
            "{{\"id\":\"{number}\",\"changes\":{{\"{number}\":1,\"steps\":[{{}},[1,\"]\\\"\"],\
             {{\"x\":0,\"limit\" : {number}}}]}}}}"
        );
        check(&text, Some("changes.steps[2].limit"));
        check(&format!("{{\"a\":{{}},\"b\":[[0,[]],[{number}]]}}"), Some("b[1][0]"));
    }
    check(r#"{"a\u202e\n":1e400}"#, Some("a "));
}

#[test]
fn a_crowd_of_numbers_is_looked_at_in_no_time() {
    let begun = std::time::Instant::now();
    for number in ["1", "0.1", "0.30000000000000004", "1e300"] {
        let text = format!("[{}]", vec![number; 50_000].join(","));
        check(&text, None);
    }
    check(&format!("[{}]", "1".repeat(400_000)), Some("[0]"));
    check(&format!("[0.{}1]", "0".repeat(400_000)), Some("[0]"));
    check(&"[".repeat(1_000_000), None);
    assert!(begun.elapsed() < std::time::Duration::from_secs(8), "{:?}", begun.elapsed());
}

/// A number's value as digits without zeros at the ends, and the power of ten of the last.
fn normal(number: &str) -> (bool, String, i64) {
    let (number, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let mut exponent: i64 = exponent.trim_start_matches('+').parse().unwrap();
    let is_negative = number.starts_with('-');
    let number = number.trim_start_matches('-');
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    exponent -= i64::try_from(fraction.len()).unwrap();
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let trimmed = digits.trim_end_matches('0');
    if trimmed.is_empty() {
        return (false, String::new(), 0);
    }
    exponent += i64::try_from(digits.len() - trimmed.len()).unwrap();
    (is_negative, trimmed.to_owned(), exponent)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None, cases: 2_000, ..ProptestConfig::default()
    })]

    #[test]
    fn a_number_passes_exactly_if_it_comes_back(
        number in prop_oneof![
            "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?",
            any::<f64>().prop_filter("numbers", |number| number.is_finite())
                .prop_map(|number| serde_json::to_string(&number).unwrap()),
            any::<i64>().prop_map(|number| number.to_string()),
        ],
    ) {
        let read: Result<Value, _> = serde_json::from_str(&number);
        let comes_back = read.is_ok_and(|value| normal(&value.to_string()) == normal(&number));
        prop_assert_eq!(inexact_number(&number).is_none(), comes_back);
    }
}
