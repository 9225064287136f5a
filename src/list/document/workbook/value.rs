//! Cells as text: numbers as people write them, dates as ISO 8601.

use chrono::{Days, NaiveDate};

use super::format::Format;

/// The last day that spreadsheet programs know, 31 December 9999.
const DAYS_MAX: f64 = 2_958_466.0;
const DAY: i64 = 86_400;

/// From which day a workbook counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Epoch {
    /// Windows: day 1 is 1 January 1900, and 29 February 1900 exists.
    #[default]
    Y1900,
    /// The old Macintosh: day 0 is 1 January 1904.
    Y1904,
}

/// A number, as its format means it.
pub(super) fn formatted(value: f64, format: Format, epoch: Epoch) -> String {
    let is_moment = (0.0..DAYS_MAX).contains(&value);
    match format {
        Format::Moment { has_date } if is_moment => moment(value, has_date, epoch),
        Format::Duration if value.abs() < DAYS_MAX => duration(seconds(value)),
        Format::Padded(width) if value >= 0.0 => format!("{:0>width$}", number(value)),
        _ => number(value),
    }
}

/// A number with the 15 digits that spreadsheet programs show: 0.1 + 0.2 is 0.3. There is no
/// exponent in it, and no point where it is whole.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let scientific = format!("{value:.14e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let Ok(before) = usize::try_from(exponent + 1) else {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("{sign}0.{}{digits}", "0".repeat(zeros));
    };
    match digits.split_at_checked(before) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some(("", part)) => format!("{sign}0.{part}"),
        Some((whole, part)) => format!("{sign}{whole}.{part}"),
        None => format!("{sign}{digits:0<before$}"),
    }
}

/// A number as a file spells it. A whole one is taken as it stands: 15 digits are fewer than
/// the membership numbers that some programs write.
pub(super) fn spelled(text: &str, format: Format, epoch: Epoch) -> String {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_whole = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !digits.starts_with('0'));
    match text.parse::<f64>() {
        Ok(_) if is_whole && format == Format::Number => text.to_owned(),
        Ok(value) => formatted(value, format, epoch),
        Err(_) => text.to_owned(),
    }
}

/// A date as ISO 8601 spells it, without a midnight that nobody meant, and without fractions
/// of a second.
pub(super) fn iso(text: &str) -> String {
    let text = text.trim();
    let Some((day, time)) = text.split_once('T') else { return text.to_owned() };
    let (clock, zone) = time.split_at(time.find(['Z', '+', '-']).unwrap_or(time.len()));
    let clock = clock.split_once(['.', ',']).map_or(clock, |(whole, _)| whole);
    let is_midnight = clock.bytes().all(|byte| matches!(byte, b'0' | b':'));
    if is_midnight && zone.is_empty() { day.to_owned() } else { format!("{day}T{clock}{zone}") }
}

/// A time or a duration as ISO 8601 spells it: `PT14H30M00S` is `14:30`.
pub(super) fn iso_duration(text: &str) -> String {
    read_duration(text.trim()).map_or_else(|| text.to_owned(), duration)
}

fn read_duration(text: &str) -> Option<i64> {
    let (sign, rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut rest = rest.strip_prefix('P')?;
    let (mut total, mut is_time) = (0.0, false);
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T') {
            (rest, is_time) = (time, true);
            continue;
        }
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let amount: f64 = rest[..end].replace(',', ".").parse().ok()?;
        total += amount
            * match (rest.as_bytes()[end], is_time) {
                (b'D', false) => 86_400.0,
                (b'H', true) => 3600.0,
                (b'M', true) => 60.0,
                (b'S', true) => 1.0,
                _ => return None,
            };
        rest = &rest[end + 1..];
    }
    (total < DAYS_MAX * 86_400.0).then(|| sign * seconds(total / 86_400.0))
}

fn moment(value: f64, has_date: bool, epoch: Epoch) -> String {
    let total = seconds(value);
    let (days, time) = (total.div_euclid(DAY), total.rem_euclid(DAY));
    if days == 0 && !has_date {
        return duration_of_day(time);
    }
    let first = match epoch {
        Epoch::Y1904 => NaiveDate::from_ymd_opt(1904, 1, 1),
        // Before the day that never was, 29 February 1900, Excel counts one more.
        Epoch::Y1900 if (1..60).contains(&days) => NaiveDate::from_ymd_opt(1899, 12, 31),
        Epoch::Y1900 => NaiveDate::from_ymd_opt(1899, 12, 30),
    };
    let days = Days::new(days.unsigned_abs());
    let Some(date) = first.and_then(|first| first.checked_add_days(days)) else {
        return number(value);
    };
    if time == 0 {
        return date.to_string();
    }
    format!("{date}T{:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60)
}

/// `09:30`, with seconds where there are some.
fn duration_of_day(seconds: i64) -> String {
    let text = duration(seconds);
    if text.find(':') == Some(1) { format!("0{text}") } else { text }
}

/// `36:30`, with seconds where there are some.
fn duration(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match seconds % 60 {
        0 => format!("{sign}{hours:02}:{minutes:02}"),
        rest => format!("{sign}{hours:02}:{minutes:02}:{rest:02}"),
    }
}

/// So many days in seconds. What a binary fraction lacks of a second is rounded away.
#[expect(clippy::cast_possible_truncation, reason = "callers bound it by a million days")]
fn seconds(days: f64) -> i64 {
    (days * 86_400.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (20.0, "20"),
            (12.5, "12.5"),
            (12.500_000_000_000_001, "12.5"),
            (0.1 + 0.2, "0.3"),
            (1234.56, "1234.56"),
            (-3.75, "-3.75"),
            (0.000_001_5, "0.0000015"),
            (447_911_123_456.0, "447911123456"),
            (1e15, "1000000000000000"),
            (1e21, "1000000000000000000000"),
            (0.999_999_999_999_999_9, "1"),
            (99.95, "99.95"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(number(f64::MAX).len(), 309);
        assert_eq!(number(5e-324).len(), 2 + 323 + 15);
    }

    #[test]
    fn what_a_file_spells_is_kept_where_it_is_whole() {
        let read = |text: &str| spelled(text, Format::Number, Epoch::Y1900);
        assert_eq!(read("12345678901234567890"), "12345678901234567890");
        assert_eq!(read("4.4791112345600002E11"), "447911123456");
        assert_eq!(read("2.9999999999999999E-2"), "0.03");
        assert_eq!(read("-0"), "-0".replace('-', ""));
        assert_eq!(read("no number"), "no number");
        assert_eq!(spelled("1234", Format::Padded(5), Epoch::Y1900), "01234");
    }

    #[test]
    fn days_are_dates_in_both_systems() {
        let date = Format::Moment { has_date: true };
        let time = Format::Moment { has_date: false };
        let cases = [
            (46143.0, date, Epoch::Y1900, "2026-05-01"),
            (46_143.604_166_666_664, date, Epoch::Y1900, "2026-05-01T14:30:00"),
            (44681.0, date, Epoch::Y1904, "2026-05-01"),
            (1.0, date, Epoch::Y1900, "1900-01-01"),
            (59.0, date, Epoch::Y1900, "1900-02-28"),
            (61.0, date, Epoch::Y1900, "1900-03-01"),
            (0.0, date, Epoch::Y1900, "1899-12-30"),
            (0.0, date, Epoch::Y1904, "1904-01-01"),
            (0.395_833_333_333_333_3, time, Epoch::Y1900, "09:30"),
            (0.395_844_907_407_407_4, time, Epoch::Y1900, "09:30:01"),
            (46143.5, time, Epoch::Y1900, "2026-05-01T12:00:00"),
            (1.520_833_333_333_333_3, Format::Duration, Epoch::Y1900, "36:30"),
            (-0.5, Format::Duration, Epoch::Y1900, "-12:00"),
            (-1.0, date, Epoch::Y1900, "-1"),
            (1e9, date, Epoch::Y1900, "1000000000"),
            (2_958_465.0, date, Epoch::Y1900, "9999-12-31"),
        ];
        for (value, format, epoch, text) in cases {
            assert_eq!(formatted(value, format, epoch), text, "{value}");
        }
    }

    #[test]
    fn iso_dates_lose_only_what_says_nothing() {
        assert_eq!(iso("2026-05-01"), "2026-05-01");
        assert_eq!(iso("2026-05-01T00:00:00.000000000"), "2026-05-01");
        assert_eq!(iso("2026-05-01T14:30:15.123"), "2026-05-01T14:30:15");
        assert_eq!(iso("2026-05-01T00:00:00Z"), "2026-05-01T00:00:00Z");
        assert_eq!(iso_duration("PT14H30M00S"), "14:30");
        assert_eq!(iso_duration("PT09H05M07.4S"), "09:05:07");
        assert_eq!(iso_duration("-P1DT12H"), "-36:00");
        assert_eq!(iso_duration("PT99999999999999999999H"), "PT99999999999999999999H");
        assert_eq!(iso_duration("P1Y"), "P1Y");
    }
}
