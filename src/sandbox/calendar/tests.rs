//! Timestamps read back, dates that do not exist, and the ends of the calendar.
//!
//! Not the place for date math of queries; `wiv_api/opensearch` tests it.

use super::{Moment, Unit};

fn at(text: &str) -> Moment {
    Moment::parse_timestamp(text).unwrap()
}

#[test]
fn a_timestamp_reads_back_as_it_was_written() {
    for text in
        ["2026-11-16 09:00:00.000000", "2024-02-29 23:59:59.999999", "1969-12-31 00:00:01.000020"]
    {
        assert_eq!(at(text).to_string(), text);
    }
    assert_eq!(at("2026-11-16T09:00:00.5Z").to_string(), "2026-11-16 09:00:00.500000");
    assert_eq!(at("2026-11-16 09:00:00").to_rfc3339(), "2026-11-16T09:00:00Z");
}

#[test]
fn dates_that_do_not_exist_are_refused() {
    for text in [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-1-01",
        "26-01-011",
        "2026-11-0x",
        "0000-01-01",
    ] {
        assert_eq!(Moment::parse_date(text), None, "{text}");
    }
    for text in [
        "2026-11-16 24:00:00",
        "2026-11-16 9:00:00",
        "2026-11-16",
        "2026-11-16 09:00:00.1234567",
        "2026-11-1é",
    ] {
        assert_eq!(Moment::parse_timestamp(text), None, "{text}");
    }
}

#[test]
fn units_floor_and_move() {
    let moment = at("2026-11-18 13:14:15.000001");
    let check = |unit, floor: &str, next: &str| {
        assert_eq!(moment.floor(unit), Moment::parse_date(floor).unwrap(), "{unit:?}");
        assert_eq!(moment.floor(unit).plus(1, unit), Moment::parse_date(next).unwrap(), "{unit:?}");
    };
    check(Unit::Year, "2026-01-01", "2027-01-01");
    check(Unit::Quarter, "2026-10-01", "2027-01-01");
    check(Unit::Month, "2026-11-01", "2026-12-01");
    check(Unit::Week, "2026-11-16", "2026-11-23");
    check(Unit::Day, "2026-11-18", "2026-11-19");
    let mut far = moment;
    for _ in 0..40 {
        far = far.plus(-999_999, Unit::Week).plus(-999_999, Unit::Year).floor(Unit::Week);
    }
    assert_eq!(far, Moment::parse_date("0001-01-01").unwrap());
    assert_eq!(Moment::from_millis(i64::MAX).to_string(), "9999-12-31 23:59:00.000000");
    assert_eq!(at("2026-03-31 01:00:00").plus(-1, Unit::Month), at("2026-02-28 01:00:00"));
}
