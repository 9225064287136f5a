//! A moment as an author writes it: `2027-06-15 18:30 Europe/Berlin`.

use chrono::{LocalResult, NaiveDate, TimeZone};

use crate::calendar;
use crate::types;

/// A day, perhaps with a time, perhaps somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    day: NaiveDate,
    /// In minutes of the day.
    time: Option<u32>,
    zone: Option<String>,
}

impl Moment {
    /// Reads one; why it is none otherwise.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no moment: write it as `2027-06-15 18:30 Europe/Berlin`, or a part of it"
            )
        };
        let text = text.trim();
        let end = text.find(['T', ' ']).unwrap_or(text.len());
        let day = calendar::read(&text[..end]).map(calendar::civil).ok_or_else(wrong)?;
        let rest = text[end..].trim_start_matches(['T', ' ']);
        let (time, zone) = match rest.split_once(' ') {
            Some((time, zone)) => (time, Some(zone.trim())),
            None => (rest, None),
        };
        let time = if time.is_empty() { None } else { Some(minutes(time).ok_or_else(wrong)?) };
        let zone = zone.filter(|zone| !zone.is_empty()).map(str::to_owned);
        let year = i32::try_from(day.year).map_err(|_| wrong())?;
        let day = NaiveDate::from_ymd_opt(year, day.month, day.day).ok_or_else(wrong)?;
        Ok(Self { day, time, zone })
    }

    /// Year, month from 1, day from 1.
    pub(crate) fn date(&self) -> (i32, u32, u32) {
        use chrono::Datelike;
        (self.day.year(), self.day.month(), self.day.day())
    }

    /// Hour and minute.
    pub(crate) fn time(&self) -> Option<(u32, u32)> {
        self.time.map(|minutes| (minutes / 60, minutes % 60))
    }

    /// The moment some minutes later, where it is: over changes of the clock, and over days.
    ///
    /// # Errors
    /// Its time zone is not known, or skips the time.
    pub(crate) fn later(self, minutes: u32) -> Result<Self, String> {
        use chrono::{Duration, Timelike};
        if minutes == 0 {
            return Ok(self);
        }
        let length = Duration::minutes(i64::from(minutes));
        let end = match &self.zone {
            Some(name) if self.time.is_some() => {
                let zone = types::zone(name)?.clocks();
                let start = zone.timestamp_opt(self.unix()?, 0).single();
                start
                    .and_then(|start| start.checked_add_signed(length))
                    .map(|end| end.naive_local())
            }
            _ => {
                let minute = self.time.unwrap_or(0);
                let start = self.day.and_hms_opt(minute / 60, minute % 60, 0);
                start.and_then(|start| start.checked_add_signed(length))
            }
        };
        let end = end.ok_or("there is no such time")?;
        let time = self.time.map(|_| end.hour() * 60 + end.minute());
        Ok(Self { day: end.date(), time, zone: self.zone })
    }

    /// The zone as it was written, with spaces.
    pub(crate) fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// Seconds since 1970, which needs a time and a zone that exist.
    pub(crate) fn unix(&self) -> Result<i64, String> {
        let time = self
            .time
            .ok_or("the moment has no time: write it as `2027-06-15 18:30 Europe/Berlin`")?;
        let name = self
            .zone
            .as_deref()
            .ok_or("the moment has no time zone: write it as `2027-06-15 18:30 Europe/Berlin`")?;
        let zone = types::zone(name)?.clocks();
        let local = self.day.and_hms_opt(time / 60, time % 60, 0).ok_or("there is no such time")?;
        match zone.from_local_datetime(&local) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => {
                Ok(moment.timestamp())
            }
            LocalResult::None => {
                Err(format!("the clocks of {name} skip that time: they are put forward then"))
            }
        }
    }
}

/// `18:30`, `18:30:00`
fn minutes(time: &str) -> Option<u32> {
    let mut parts =
        time.split(':').map(|part| part.parse::<u32>().ok().filter(|_| part.len() <= 2));
    let (hour, minute) = (parts.next()??, parts.next()??);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_moment_is_what_it_is_where_it_is() {
        let unix = |text: &str| Moment::read(text).and_then(|moment| moment.unix());
        assert_eq!(unix("2027-06-15 18:30 Europe/Berlin"), Ok(1_813_077_000));
        assert_eq!(unix("2027-06-15T18:30 Europe/Berlin"), Ok(1_813_077_000));
        assert_eq!(unix("2027-01-15 18:30 America/New_York"), Ok(1_800_055_800));
        assert_eq!(unix("2027-06-15 18:30 UTC"), Ok(1_813_084_200));
        let wrong = |text: &str| unix(text).expect_err("it is wrong");
        assert!(
            wrong("2027-06-15 18:30 Europe/Berln")
                .contains("unknown time zone `Europe/Berln`: did you mean `Europe/Berlin`?")
        );
        assert!(wrong("2027-03-28 02:30 Europe/Berlin").contains("skip"));
        assert!(wrong("2027-06-15 18:30").contains("no time zone"));
        assert!(wrong("2027-06-15").contains("no time"));
        assert!(wrong("2027-06-31 18:30 UTC").contains("is no moment"));
        assert!(wrong("15 June, half past six").contains("is no moment"));
        assert!(unix("2027-10-31 02:30 Europe/Berlin").is_ok(), "the first of the two");
    }
}
