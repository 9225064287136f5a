//! How fast: so many mails in a span of time.

use std::fmt;
use std::time::Duration;

/// So many mails in a span of time: `20/s`, `100/min`, `2000/hour`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    mails: u32,
    per: Duration,
}

impl Rate {
    /// Reads a rate as people write it.
    pub fn parse(text: &str) -> Option<Self> {
        let (mails, unit) = text.split_once('/')?;
        let per = match unit.trim() {
            "s" | "sec" | "second" => 1,
            "m" | "min" | "minute" => 60,
            "h" | "hour" => 3600,
            "d" | "day" => 86400,
            _ => return None,
        };
        let mails = mails.trim().parse().ok().filter(|mails| *mails > 0)?;
        Some(Self { mails, per: Duration::from_secs(per) })
    }

    /// The time between two mails.
    pub fn interval(self) -> Duration {
        self.per / self.mails
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.per.as_secs() {
            1 => "s",
            60 => "min",
            3600 => "hour",
            _ => "day",
        };
        write!(f, "{}/{unit}", self.mails)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_people_write_them() {
        let interval = |text: &str| Rate::parse(text).map(|rate| rate.interval().as_millis());
        assert_eq!(interval("20/s"), Some(50));
        assert_eq!(interval("100 / min"), Some(600));
        assert_eq!(interval("3600/hour"), Some(1000));
        assert_eq!(interval("0/s"), None);
        assert_eq!(interval("fast"), None);
    }
}
