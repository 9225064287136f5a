//! The clock of this machine, held against the `Date` of an HTTP answer (RFC
//! 9110 §6.6.1): signatures and dates that lie in the future are distrusted.

use chrono::DateTime;

use super::Said;
use crate::clock;
use crate::finding::Finding;

/// How far two clocks may be apart, in seconds.
pub(super) const APART_MAX: u64 = 5 * 60;

/// Compares the clocks, if an answer had a date.
pub(super) fn look(date: Option<&str>) -> Said {
    compared(date, clock::unix_now())
}

fn compared(date: Option<&str>, now: i64) -> Said {
    let theirs = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let Some(theirs) = theirs.map(|theirs| theirs.timestamp()) else {
        return Said::Note("the clock was not looked at: nobody answered with a date".into());
    };
    let apart = now.abs_diff(theirs);
    if apart <= APART_MAX {
        return Said::Well("the clock of this machine goes right".into());
    }
    let way = if now < theirs { "behind" } else { "ahead of" };
    Said::Wrong(Finding::warning(
        "clock",
        format!(
            "the clock of this machine is {} minutes {way} that of the unsubscribe page",
            apart / 60
        ),
        "set the clock, best by NTP: mails and signatures carry its time, and one that is wrong is distrusted",
    ))
}

#[cfg(test)]
mod tests {
    use super::{Said, compared};

    #[test]
    fn clocks_may_be_five_minutes_apart() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert!(matches!(compared(date, 784_111_777 + 300), Said::Well(_)));
        let told = |now| match compared(date, now) {
            Said::Wrong(finding) => finding.message,
            other => format!("{other:?}"),
        };
        assert!(told(784_111_777 + 3600).contains("60 minutes ahead of"));
        assert!(told(784_111_777 - 3600).contains("60 minutes behind"));
        assert!(matches!(compared(Some("yesterday"), 0), Said::Note(_)));
        assert!(matches!(compared(None, 0), Said::Note(_)));
    }
}
