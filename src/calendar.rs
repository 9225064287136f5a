//! Moments as people and other programs write them. Pure: always UTC, from
//! seconds since 1970.

/// A moment's parts in the Gregorian calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// From 1.
    pub month: u32,
    /// From 1.
    pub day: u32,
    /// From 0, of the day.
    pub second: u32,
    /// From 0: Thursday, as 1970 began.
    pub weekday: usize,
}

/// The parts of a moment (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days`).
pub fn civil(unix: i64) -> Civil {
    let days = unix.div_euclid(86_400);
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let small = |number: i64| u32::try_from(number).unwrap_or(0);
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month: small(month),
        day: small(day),
        second: small(unix.rem_euclid(86_400)),
        weekday: usize::try_from(days.rem_euclid(7)).unwrap_or(0),
    }
}

/// `2026-11-21T10:13:00Z` (RFC 3339).
pub fn rfc3339(unix: i64) -> String {
    let Civil { year, month, day, second, .. } = civil(unix);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `2026-11-21 10:13 UTC`, for people.
pub fn minute(unix: i64) -> String {
    let Civil { year, month, day, second, .. } = civil(unix);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", second / 3600, second / 60 % 60)
}

/// The same for a moment to come: the first full minute that is not before it.
pub fn from_minute(unix: i64) -> String {
    minute(unix.saturating_add(59))
}

/// Reads a moment as programs write it: `2026-11-21T10:13:00Z`,
/// `2026-11-21 10:13:00`, `2026-11-21`. Without a zone it is UTC.
pub fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "0:0"));
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let mut part = || date.next().flatten();
    let (year, month, day) = (part()?, part()?, part()?);
    // Fractions of a second are cut off.
    let time = time.split('.').next().unwrap_or(time);
    let mut second = 0;
    for (part, unit) in time.split(':').zip([3600, 60, 1]) {
        second += part.parse::<i64>().ok().filter(|part| (0..60).contains(part))? * unit;
    }
    if !(0..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let unix = days(year, month, day) * 86_400 + second;
    // A thirtieth of February would be a day of March.
    (i64::from(civil(unix).day) == day).then_some(unix)
}

/// How a day that was written in another order would be written here: `14.05.2027` is
/// `2027-05-14`, and `03/04/2027` may be either of two.
pub fn meant(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.trim().trim_end_matches('.').split(['.', '/', '-']).collect();
    let number = |part: &str| {
        let part = part.trim();
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| is_number)
    };
    let [a, b, c] = parts.as_slice() else { return Vec::new() };
    let (Some(first), Some(second), Some(third)) = (number(a), number(b), number(c)) else {
        return Vec::new();
    };
    let orders = if a.trim().len() == 4 {
        vec![(first, second, third)]
    } else if c.trim().len() == 4 && text.contains('.') {
        vec![(third, second, first)]
    } else if c.trim().len() == 4 {
        vec![(third, second, first), (third, first, second)]
    } else {
        Vec::new()
    };
    let mut days: Vec<String> = orders
        .into_iter()
        .filter(|(year, month, day)| day_of(i64::from(*year), *month, *day).is_some())
        .map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
        .collect();
    days.dedup();
    days
}

/// The beginning of a day, in seconds since 1970; nothing if there is no such day.
pub fn day_of(year: i64, month: u32, day: u32) -> Option<i64> {
    read(&format!("{year}-{month}-{day}"))
}

/// The days since 1970 (Hinnant, `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted_month = (month + 9) % 12;
    let of_year = (153 * shifted_month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{from_minute, meant, minute, read, rfc3339};

    #[test]
    fn moments_are_written_in_utc() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_795_256_000), "2026-11-21T10:13:20Z");
        assert_eq!(minute(1_795_256_000), "2026-11-21 10:13 UTC");
    }

    #[test]
    fn whoever_comes_at_the_minute_that_was_told_does_not_come_too_early() {
        assert_eq!(from_minute(1_795_256_000), "2026-11-21 10:14 UTC");
        assert_eq!(from_minute(1_795_255_980), "2026-11-21 10:13 UTC");
        assert_eq!(from_minute(1_795_305_599), "2026-11-22 00:00 UTC");
    }

    #[test]
    fn a_moment_is_read_as_it_was_written() {
        for unix in [0, 951_782_400, 1_795_256_000, -86_400, 4_102_444_799] {
            assert_eq!(read(&rfc3339(unix)), Some(unix), "{unix}");
        }
        assert_eq!(read("2026-11-21 10:13"), Some(1_795_255_980));
        assert_eq!(read("2026-11-21"), Some(1_795_219_200));
        assert_eq!(read(" 2026-11-21T10:13:20.123456Z "), Some(1_795_256_000));
        let wrong = ["", "soon", "2026-02-30", "2026-13-01", "2026-11-21 10:61", "21/11/2026"];
        for text in wrong.into_iter().chain(["2026-11-21T10:13:20+02:00", "99999999999999-1-1"]) {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_in_another_order_is_known_by_what_can_be_meant() {
        assert_eq!(meant("14.05.2027"), ["2027-05-14"]);
        assert_eq!(meant("3.4.2027"), ["2027-04-03"], "points stand behind days");
        assert_eq!(meant("14/05/2027"), ["2027-05-14"]);
        assert_eq!(meant("05/14/2027"), ["2027-05-14"]);
        assert_eq!(meant("03/04/2027"), ["2027-04-03", "2027-03-04"]);
        assert_eq!(meant("04-04-2027"), ["2027-04-04"]);
        assert_eq!(meant("2027/5/4"), ["2027-05-04"]);
        for text in ["", "soon", "14 May 2027", "30.02.2027", "1.2.27", "1.2", "2027-02-30"] {
            assert_eq!(meant(text), [""; 0], "{text}");
        }
    }
}
