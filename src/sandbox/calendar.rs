//! Moments in UTC: WIV's timestamp form, calendar units and date arithmetic.
//!
//! It never asks what time it is (`clock` does) and knows no other time zone.
//! A moment is a whole number of microseconds, because WIV writes six decimals.

use std::fmt;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A point in time, as microseconds since 1970-01-01 00:00 UTC; within `EARLIEST` and
/// `LATEST`, where WIV's format has four digits for a year and no arithmetic overflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

const EARLIEST: Moment = Moment::utc((1, 1, 1), 0, 0);
const LATEST: Moment = Moment::utc((9999, 12, 31), 23, 59);

/// A step of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

impl Moment {
    /// A wall-clock time of a day that the caller knows to exist.
    pub(crate) const fn utc(date: (i64, i64, i64), hour: i64, minute: i64) -> Moment {
        let days = days_from_civil(date.0, date.1, date.2);
        Moment((days * SECONDS_PER_DAY + hour * 3600 + minute * 60) * MICROS_PER_SECOND)
    }

    pub(crate) fn from_millis(millis: i64) -> Moment {
        Moment(0).plus_micros(millis.saturating_mul(1000))
    }

    pub(crate) fn millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    pub(crate) fn micros(self) -> i64 {
        self.0
    }

    /// Stops at the ends of the calendar.
    pub(crate) fn plus_micros(self, micros: i64) -> Moment {
        Moment(self.0.saturating_add(micros)).clamp(EARLIEST, LATEST)
    }

    pub(crate) fn plus_seconds(self, seconds: i64) -> Moment {
        self.plus_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    pub(crate) fn micros_since(self, earlier: Moment) -> i64 {
        self.0 - earlier.0
    }

    /// 0 is Monday.
    pub(crate) fn weekday(self) -> i64 {
        // 1970-01-01 was a Thursday.
        (self.days() + 3).rem_euclid(7)
    }

    pub(crate) fn day_of_month(self) -> i64 {
        civil_from_days(self.days()).2
    }

    /// Moves by whole units; a month keeps the day where the target month has it.
    pub(crate) fn plus(self, count: i64, unit: Unit) -> Moment {
        let seconds = match unit {
            Unit::Year => return self.plus_months(count.saturating_mul(12)),
            Unit::Quarter => return self.plus_months(count.saturating_mul(3)),
            Unit::Month => return self.plus_months(count),
            Unit::Week => 7 * SECONDS_PER_DAY,
            Unit::Day => SECONDS_PER_DAY,
            Unit::Hour => 3600,
            Unit::Minute => 60,
            Unit::Second => 1,
        };
        self.plus_seconds(count.saturating_mul(seconds))
    }

    fn plus_months(self, count: i64) -> Moment {
        let (year, month, day) = civil_from_days(self.days());
        let months = (year * 12 + month - 1).saturating_add(count);
        // From January of year 1 to December of 9999.
        let months = months.clamp(12, 9999 * 12 + 11);
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        let day = day.min(days_in_month(year, month));
        let time_of_day = self.0.rem_euclid(SECONDS_PER_DAY * MICROS_PER_SECOND);
        Moment(
            days_from_civil(year, month, day) * SECONDS_PER_DAY * MICROS_PER_SECOND + time_of_day,
        )
    }

    /// The beginning of the unit that this moment lies in; weeks begin on Monday.
    pub(crate) fn floor(self, unit: Unit) -> Moment {
        let (year, month, _) = civil_from_days(self.days());
        match unit {
            Unit::Year => Moment::utc((year, 1, 1), 0, 0),
            Unit::Quarter => Moment::utc((year, month - (month - 1) % 3, 1), 0, 0),
            Unit::Month => Moment::utc((year, month, 1), 0, 0),
            Unit::Week => self.floor(Unit::Day).plus(-self.weekday(), Unit::Day),
            Unit::Day => self.floor_seconds(SECONDS_PER_DAY),
            Unit::Hour => self.floor_seconds(3600),
            Unit::Minute => self.floor_seconds(60),
            Unit::Second => self.floor_seconds(1),
        }
    }

    fn floor_seconds(self, seconds: i64) -> Moment {
        Moment(self.0 - self.0.rem_euclid(seconds * MICROS_PER_SECOND))
    }

    fn days(self) -> i64 {
        self.0.div_euclid(SECONDS_PER_DAY * MICROS_PER_SECOND)
    }

    /// `YYYY-MM-DD`, the form of dates in WIV's filters.
    pub(crate) fn parse_date(text: &str) -> Option<Moment> {
        let well_formed = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !well_formed {
            return None;
        }
        let year = text[..4].parse().ok()?;
        let month = text[5..7].parse().ok()?;
        let day = text[8..].parse().ok()?;
        let exists = year >= 1
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day);
        exists.then(|| Moment::utc((year, month, day), 0, 0))
    }

    /// `YYYY-MM-DD HH:MM:SS[.f]`, also with `T` between and `Z` behind.
    pub(crate) fn parse_timestamp(text: &str) -> Option<Moment> {
        let date = Moment::parse_date(text.get(..10)?)?;
        let time = text.get(10..)?.strip_prefix([' ', 'T'])?;
        let time = time.strip_suffix('Z').unwrap_or(time);
        let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = clock.split(':').collect();
        let [hour, minute, second] = parts.as_slice() else { return None };
        if !parts.iter().all(|part| part.len() == 2 && digits(part)) || fraction.len() > 6 {
            return None;
        }
        let (hour, minute, second): (i64, i64, i64) =
            (hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?);
        if hour > 23 || minute > 59 || second > 59 || !digits(fraction) {
            return None;
        }
        let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
        Some(date.plus_seconds(hour * 3600 + minute * 60 + second).plus_micros(micros))
    }

    /// The form of the control routes: whole seconds, `T` and `Z`.
    pub(crate) fn to_rfc3339(self) -> String {
        let text = self.to_string();
        format!("{}T{}Z", &text[..10], &text[11..19])
    }
}

/// WIV's own form: `2026-11-16 09:00:00.000000`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.days());
        let micros = self.0.rem_euclid(SECONDS_PER_DAY * MICROS_PER_SECOND);
        let seconds = micros / MICROS_PER_SECOND;
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}.{:06}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            micros % MICROS_PER_SECOND
        )
    }
}

impl serde::Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; years begin in March, so
/// that the leap day is a year's last. After howardhinnant.github.io/date_algorithms.html
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse of `days_from_civil`.
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_from_civil(next_year, next_month, 1) - days_from_civil(year, month, 1)
}

#[cfg(test)]
mod tests;
