//! Moments: microseconds since the beginning of 1970 in UTC, in the proleptic Gregorian calendar.
//!
//! A date in ISO form is `YYYY-MM-DD` or `YYYY/MM/DD`; in the other forms it is
//! `D{1,2}[./-]M{1,2}[./-]YYYY`, with day and month in the order of the form. A time may follow:
//! `[T ]HH:MM[:SS[.f{1,9}]]`, and behind it `Z` or `±HH:MM`. Years are 0000 to 9999, seconds 00 to
//! 59, and a day that the month does not have is no date. What is below microseconds is cut off.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

const MICROS: i64 = 1_000_000;
const MICROS_A_DAY: i64 = 86_400 * MICROS;
/// Days from the first of March of the year 0 to the beginning of 1970.
const DAYS_TO_1970: i64 = 719_468;
/// Days of 400 years.
const DAYS_AN_ERA: i64 = 146_097;

/// In which order a text names day, month and year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateForm {
    /// `2024-01-31` or `2024/01/31`.
    #[default]
    Iso,
    /// `31.1.2024`, `31/01/2024` or `31-01-2024`.
    DayFirst,
    /// `1/31/2024`, `01.31.2024` or `01-31-2024`.
    MonthFirst,
}

/// What a calendar and a clock say about a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields {
    /// The year.
    pub year: i64,
    /// The month, January is 0.
    pub month: u8,
    /// The day of the month, the first is 0.
    pub day: u8,
    /// The day of the week, Monday is 0.
    pub weekday: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// Whole days since the beginning of 1970.
    pub days: i64,
}

/// The moment that a text names, blanks around it aside.
pub fn parse(text: &str, form: DateForm) -> Option<i64> {
    let text = super::trim(text);
    let (date, micros) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, read_time(time)?),
        None => (text, 0),
    };
    Some(read_date(date, form)? * MICROS_A_DAY + micros)
}

/// The moment as `2024-01-31`, or with its time if that is not midnight: `2024-01-31T12:00:00`, and
/// six more digits behind a point if it is not a whole second.
pub fn text(moment: i64) -> String {
    let Fields { year, month, day, hour, minute, .. } = fields(moment);
    let date = format!("{year:04}-{:02}-{:02}", month + 1, day + 1);
    let seconds = moment.rem_euclid(60 * MICROS) / MICROS;
    match (moment.rem_euclid(MICROS_A_DAY), moment.rem_euclid(MICROS)) {
        (0, _) => date,
        (_, 0) => format!("{date}T{hour:02}:{minute:02}:{seconds:02}"),
        (_, micros) => format!("{date}T{hour:02}:{minute:02}:{seconds:02}.{micros:06}"),
    }
}

/// Year, month, day, weekday and time of a moment.
pub fn fields(moment: i64) -> Fields {
    let days = moment.div_euclid(MICROS_A_DAY);
    let minutes = moment.rem_euclid(MICROS_A_DAY) / (60 * MICROS);
    let (year, month, day) = civil(days);
    Fields {
        year,
        month: small(month - 1),
        day: small(day - 1),
        // The beginning of 1970 was a Thursday.
        weekday: small((days + 3).rem_euclid(7)),
        hour: small(minutes / 60),
        minute: small(minutes % 60),
        days,
    }
}

/// Year, month and day, both from 1, of a number of days since the beginning of 1970: Howard
/// Hinnant's `civil_from_days`. Years begin in March, so that the day that leaps is the last one.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let era = days.div_euclid(DAYS_AN_ERA);
    let of_era = days.rem_euclid(DAYS_AN_ERA);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days since the beginning of 1970, or nothing if there is no such day: Hinnant's
/// `days_from_civil`.
fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let from_march = (month + 9) % 12;
    let march_year = year - i64::from(month <= 2);
    let year_of_era = march_year.rem_euclid(400);
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = march_year.div_euclid(400) * DAYS_AN_ERA + of_era - DAYS_TO_1970;
    (civil(days) == (year, month, day)).then_some(days)
}

/// A number below 256.
fn small(number: i64) -> u8 {
    u8::try_from(number).unwrap_or_default()
}

fn read_date(date: &str, form: DateForm) -> Option<i64> {
    if form == DateForm::Iso {
        let separator = if date.contains('/') { '/' } else { '-' };
        let [year, month, day] = three(date.split(separator))?;
        return days_of(digits(year, 4..=4)?, digits(month, 2..=2)?, digits(day, 2..=2)?);
    }
    let [first, second, year] = three(date.split(['.', '/', '-']))?;
    let (first, second) = (digits(first, 1..=2)?, digits(second, 1..=2)?);
    let (month, day) = match form {
        DateForm::MonthFirst => (first, second),
        DateForm::Iso | DateForm::DayFirst => (second, first),
    };
    days_of(digits(year, 4..=4)?, month, day)
}

fn three<'a>(mut parts: impl Iterator<Item = &'a str>) -> Option<[&'a str; 3]> {
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

/// A number of so many digits.
fn digits(text: &str, lengths: RangeInclusive<usize>) -> Option<i64> {
    let fits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// A number of two digits up to this one.
fn up_to(limit: i64, text: &str) -> Option<i64> {
    digits(text, 2..=2).filter(|number| *number <= limit)
}

/// Microseconds from midnight in UTC. A zone can make it less than none or more than a day.
fn read_time(time: &str) -> Option<i64> {
    let (clock, zone) = split_zone(time)?;
    let mut parts = clock.split(':');
    let minutes = up_to(23, parts.next()?)? * 60 + up_to(59, parts.next()?)?;
    let micros = parts.next().map_or(Some(0), read_seconds)?;
    parts.next().is_none().then_some((minutes - zone) * 60 * MICROS + micros)
}

/// The time of the clock, and by how many minutes it is ahead of UTC.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let (sign, parts) = match time.split_once('-') {
        Some(parts) => (-1, Some(parts)),
        None => (1, time.split_once('+')),
    };
    let Some((clock, zone)) = parts else {
        return Some((time, 0));
    };
    let (hours, minutes) = zone.split_once(':')?;
    Some((clock, sign * (up_to(23, hours)? * 60 + up_to(59, minutes)?)))
}

/// Microseconds of a second's text.
fn read_seconds(text: &str) -> Option<i64> {
    let Some((seconds, fraction)) = text.split_once('.') else {
        return Some(up_to(59, text)? * MICROS);
    };
    digits(fraction, 1..=9)?;
    let nanos = digits(&format!("{fraction:0<9}"), 9..=9)?;
    Some(up_to(59, seconds)? * MICROS + nanos / 1_000)
}
