//! The `Date` header's value (RFC 5322 §3.3), always in UTC.

use crate::calendar::{Civil, civil};

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// The last second that a four-digit year can tell.
const LAST: i64 = 253_402_300_799;

/// Seconds since 1970 as `Tue, 10 Mar 2026 09:00:00 +0000`. A moment before
/// 1970 or after 9999 is drawn in.
pub(super) fn rfc5322(unix: i64) -> String {
    let Civil { year, month, day, second, weekday } = civil(unix.clamp(0, LAST));
    format!(
        "{}, {day} {} {year} {:02}:{:02}:{:02} +0000",
        DAYS[weekday % 7],
        MONTHS[(month as usize + 11) % 12],
        second / 3600,
        second / 60 % 60,
        second % 60,
    )
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
