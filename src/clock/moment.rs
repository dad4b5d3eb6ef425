//! Reads times as APIs write them, without a calendar library.
//!
//! Not for local times: what names no zone is UTC, as WIV documents it.

/// Microseconds in a second.
pub(crate) const MICROS: i64 = 1_000_000;

/// Seconds in a day.
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// Microseconds since 1970 of a time: `2026-11-16 09:00:00.123456`, RFC 3339, or a day alone.
/// `None` for what is no time of the years 0 to 9999.
pub(crate) fn unix_micros(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let midnight = day_number(date)? * DAY_SECONDS;
    if rest.is_empty() {
        return Some(midnight * MICROS);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (hours, rest) = two_digits(rest, 23)?;
    let (minutes, rest) = two_digits(rest.strip_prefix(':')?, 59)?;
    // A leap second is the last one of its minute.
    let (seconds, rest) = match rest.strip_prefix(':') {
        Some(rest) => two_digits(rest, 60)?,
        None => (0, rest),
    };
    let (micros, rest) = match rest.strip_prefix('.') {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    let ahead = offset_seconds(rest)?;
    let of_day = hours * 3_600 + minutes * 60 + seconds.min(59);
    Some((midnight + of_day - ahead) * MICROS + micros)
}

/// Days since 1970 of `YYYY-MM-DD`; `None` for a day that there is not.
pub(crate) fn day_number(date: &str) -> Option<i64> {
    let bytes = date.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |digits: &str| -> Option<i64> {
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let (year, month, day) =
        (number(date.get(..4)?)?, number(date.get(5..7)?)?, number(date.get(8..)?)?);
    if !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    // Years begin in March here, so that leap days come last (as in `day`).
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

const fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Two digits up to `most`, and what follows.
fn two_digits(text: &str, most: i64) -> Option<(i64, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| digits.parse().ok())??;
    (number <= most).then_some((number, rest))
}

/// Microseconds of a fraction; what is finer is left out.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(length);
    let known = digits.get(..digits.len().min(6)).filter(|digits| !digits.is_empty())?;
    let number: i64 = known.parse().ok()?;
    Some((number * 10_i64.pow(6 - known.len() as u32), rest))
}

/// What a zone is ahead of UTC.
fn offset_seconds(zone: &str) -> Option<i64> {
    let sign = match zone.as_bytes().first() {
        None => return Some(0),
        Some(b'Z' | b'z') => return (zone.len() == 1).then_some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let (hours, rest) = two_digits(&zone[1..], 23)?;
    let (minutes, rest) = two_digits(rest.strip_prefix(':').unwrap_or(rest), 59)?;
    rest.is_empty().then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read_as_apis_write_them() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("1970-01-01 00:00:01.000000", 1),
            ("2026-11-16 09:00:00.123456", 1_794_819_600),
            ("2026-11-16T09:00:00Z", 1_794_819_600),
            ("2026-11-16T10:00:00+01:00", 1_794_819_600),
            ("2026-11-16T04:30:00-0430", 1_794_819_600),
            ("2024-02-29T23:59:60Z", 1_709_251_199),
            ("2026-11-16T09:00", 1_794_819_600),
        ] {
            assert_eq!(
                unix_micros(text).map(|micros| micros.div_euclid(MICROS)),
                Some(seconds),
                "{text}"
            );
        }
        assert_eq!(unix_micros("2026-11-16 09:00:00.123456789"), Some(1_794_819_600_123_456));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "2025-02-29",
            "2026-11-16x",
            "2026-11-16 25:00:00",
            "2026-11-16 09:61:00",
            "2026-11-16 09:00:00.",
            "2026-11-16T09:00:00+",
            "2026-11-16T09:00:00ZZ",
            "٢٠٢٦-11-16",
            "+026-11-16",
            "2026-11-16 +9:00:00",
        ] {
            assert_eq!(unix_micros(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_day_is_the_one_that_is_written(days in 0_u64..2_900_000) {
            let text = crate::clock::day(days * 86_400);
            prop_assert_eq!(day_number(&text), Some(days as i64));
        }

        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,40}|[0-9TZ :.+-]{0,40}") {
            let _read = unix_micros(&text);
        }
    }
}
