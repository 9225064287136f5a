//! The `Date` header's value (RFC 5322 §3.3), always in UTC.

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY: i64 = 86_400;
/// The last second that a four-digit year can tell.
const LAST: i64 = 253_402_300_799;

/// Seconds since 1970 as `Tue, 10 Mar 2026 09:00:00 +0000`. A moment before
/// 1970 or after 9999 is drawn in.
pub(super) fn rfc5322(unix: i64) -> String {
    let unix = unix.clamp(0, LAST);
    let (days, second) = (unix / DAY, unix % DAY);
    let (year, month, day) = civil(days);
    format!(
        "{}, {day} {} {year} {:02}:{:02}:{:02} +0000",
        name(&DAYS, days % 7),
        name(&MONTHS, month),
        second / 3600,
        second / 60 % 60,
        second % 60,
    )
}

/// Year, month (from 0) and day of a day since 1970, counted in years that
/// begin in March, so that the leap day is a year's last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = (march_month + 2) % 12;
    let year = era * 400 + year_of_era + i64::from(month < 2);
    (year, month, day)
}

fn name(names: &[&'static str], at: i64) -> &'static str {
    usize::try_from(at)
        .ok()
        .and_then(|at| names.get(at))
        .expect("a remainder is smaller than its divisor")
}

#[cfg(test)]
mod tests {
    use super::rfc5322;

    #[test]
    fn a_moment_is_told_in_the_words_of_mail() {
        let cases = [
            (0, "Thu, 1 Jan 1970 00:00:00 +0000"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_709_164_799, "Wed, 28 Feb 2024 23:59:59 +0000"),
            (1_773_133_200, "Tue, 10 Mar 2026 09:00:00 +0000"),
            (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 +0000"),
            (4_107_542_400, "Mon, 1 Mar 2100 00:00:00 +0000"),
        ];
        for (unix, told) in cases {
            assert_eq!(rfc5322(unix), told);
        }
    }

    #[test]
    fn a_moment_that_no_header_can_tell_is_drawn_in() {
        assert_eq!(rfc5322(-5), "Thu, 1 Jan 1970 00:00:00 +0000");
        assert_eq!(rfc5322(i64::MAX), "Fri, 31 Dec 9999 23:59:59 +0000");
    }
}
