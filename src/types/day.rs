//! Days and moments in cells, as programs write them (ISO 8601), and the clocks of a place.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

/// The clocks of a place: where days begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

impl Zone {
    /// Universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// Its clocks.
    pub(crate) fn clocks(self) -> Tz {
        self.0
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

/// Finds a zone by its name, or says what may have been meant.
///
/// # Errors
/// A phrase: ``unknown time zone `Europe/Berln`: did you mean `Europe/Berlin`?``
pub fn zone(name: &str) -> Result<Zone, String> {
    name.parse().map(Zone).map_err(|_| {
        let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let hint = match crate::finding::closest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write it as `Europe/Berlin` or `America/New_York`".to_owned(),
        };
        format!("unknown time zone `{name}`: {hint}")
    })
}

/// What a cell is, as a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `2026-05-14`
    Day,
    /// `2026-05-14 18:30`
    Moment,
    /// `03/04/2026`, `14.5.27`: nobody knows which is the month.
    Written,
    /// None.
    None,
}

/// What a cell is.
pub(super) fn form(cell: &str) -> Form {
    if !cell.starts_with(|c: char| c.is_ascii_digit()) || !(6..=40).contains(&cell.len()) {
        return Form::None;
    }
    match split(cell) {
        Some((_, None)) => Form::Day,
        Some((_, Some(_))) => Form::Moment,
        None if is_written(cell) => Form::Written,
        None => Form::None,
    }
}

/// Reads `2026-05-14` as itself and `2026-05-14T18:30:00+02:00` as the moment on the clocks of a
/// zone: `2026-05-14T16:30:00` in UTC. A moment without an offset is one of that zone.
pub(super) fn read(cell: &str, zone: Zone) -> Option<String> {
    let (day, time) = split(cell)?;
    let Some((time, offset)) = time else { return Some(day.format("%Y-%m-%d").to_string()) };
    let written = NaiveDateTime::new(day, time);
    let moment = match offset {
        Some(seconds) => {
            let utc = written.checked_sub_signed(Duration::seconds(seconds))?;
            let there: DateTime<Tz> = zone.0.from_utc_datetime(&utc);
            there.naive_local()
        }
        None => written,
    };
    Some(written_moment(moment))
}

/// `2026-05-14T18:30:00`
pub(super) fn written_moment(moment: NaiveDateTime) -> String {
    moment.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// A time of the day, and by how many seconds it is ahead of universal time, if that is said.
type Time = (NaiveTime, Option<i64>);

fn split(cell: &str) -> Option<(NaiveDate, Option<Time>)> {
    let day = cell.get(..10)?;
    let sign = day.as_bytes()[4];
    if !matches!(sign, b'-' | b'/') || day.as_bytes()[7] != sign {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        let digits = &day[range];
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u32>().ok()).flatten()
    };
    let (year, month, date) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, date)?;
    let rest = &cell[10..];
    if rest.is_empty() {
        return Some((day, None));
    }
    let rest = rest.strip_prefix(['T', ' ', 't'])?;
    let (clock, offset) = match rest.find(|c: char| !c.is_ascii_digit() && !":.".contains(c)) {
        Some(at) => (&rest[..at], Some(offset(rest[at..].trim())?)),
        None => (rest, None),
    };
    // Fractions of a second are cut off.
    let clock = clock.split('.').next().unwrap_or(clock);
    let mut parts =
        clock.split(':').map(|part| part.parse::<u32>().ok().filter(|_| part.len() == 2));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().map_or(Some(0), |second| second)?;
    Some((day, Some((NaiveTime::from_hms_opt(hour, minute, second)?, offset))))
}

/// `Z`, `UTC`, `+02:00`, `-0530`, `+02`, in seconds.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.strip_prefix(['+', '-'])?.chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits[..2].parse().ok()?;
    let minutes: i64 = if digits.len() == 4 { digits[2..].parse().ok()? } else { 0 };
    (hours < 15 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Three numbers between the same signs, of which one may be the year.
fn is_written(cell: &str) -> bool {
    let day = cell.split([' ', 'T']).next().unwrap_or(cell);
    let Some(sign) = day.chars().find(|c| "./-".contains(*c)) else { return false };
    let parts: Vec<&str> = day.trim_end_matches('.').split(sign).collect();
    let is_number =
        |part: &&str| matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|b| b.is_ascii_digit());
    let small = parts.iter().filter(|part| part.len() < 3).count();
    parts.len() == 3 && parts.iter().all(is_number) && small >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_on_the_clocks_of_a_place() {
        let berlin = zone("Europe/Berlin").expect("a zone");
        for (cell, there) in [
            ("2026-05-14", "2026-05-14"),
            ("2026/05/14", "2026-05-14"),
            ("2026-05-14 18:30", "2026-05-14T18:30:00"),
            ("2026-05-14T18:30:05.123", "2026-05-14T18:30:05"),
            ("2026-05-14T23:30:00Z", "2026-05-15T01:30:00"),
            ("2026-05-14 18:30:00 UTC", "2026-05-14T20:30:00"),
            ("2026-01-14T18:30:00-05:00", "2026-01-15T00:30:00"),
        ] {
            assert_eq!(read(cell, berlin).as_deref(), Some(there), "{cell}");
        }
        for cell in ["2026-02-30", "2026-13-01", "2026-05-14 25:00", "2026-05-14x", "14.05.2026"] {
            assert_eq!(read(cell, berlin), None, "{cell}");
        }
    }

    #[test]
    fn days_of_which_nobody_knows_the_month_are_not_guessed() {
        for cell in ["03/04/2026", "14.5.27", "3-4-2026", "03/04/2026 18:30", "26.5.14"] {
            assert_eq!(form(cell), Form::Written, "{cell}");
        }
        for cell in ["1.2.3.4", "12.50", "020 7946 0018", "2026", "abc", "1/2", "555-0100"] {
            assert_eq!(form(cell), Form::None, "{cell}");
        }
        assert_eq!(form("2026-05-14"), Form::Day);
        assert_eq!(form("2026-05-14T18:30Z"), Form::Moment);
    }

    #[test]
    fn a_zone_that_is_none_is_told_with_what_was_meant() {
        let wrong = zone("Europe/Berln").expect_err("it is none");
        assert!(wrong.contains("did you mean `Europe/Berlin`?"), "{wrong}");
    }
}
