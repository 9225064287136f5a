//! An event as a file that calendars take: iCalendar (RFC 5545), without METHOD, so
//! that it is a date to keep and no invitation to answer.

use icalendar::{Calendar, Component, Event, EventLike};

use super::Attachment;
use super::id::{event_id, slug};

/// The longest line, in bytes, without its end (RFC 5545 §3.1).
const LINE_MAX: usize = 75;

/// An event that goes with a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invite<'a> {
    /// What it is called.
    pub title: &'a str,
    /// When it begins, in seconds since 1970.
    pub start: i64,
    /// When it ends.
    pub end: i64,
    /// Where it is.
    pub place: &'a str,
    /// Where there is more to read.
    pub url: Option<&'a str>,
}

impl Invite<'_> {
    /// The file. Times are in UTC, which every calendar shows in its reader's zone. The same
    /// event of the same campaign has the same UID, so that it is kept once.
    pub fn attachment(&self, campaign_id: &str, domain: &str) -> Attachment {
        let moment = |unix: i64| chrono::DateTime::from_timestamp(unix, 0).unwrap_or_default();
        let mut event = Event::new();
        event
            .uid(&event_id(campaign_id, self.title, self.start, domain))
            // No clock here: the same letter has the same bytes.
            .timestamp(moment(self.start))
            .summary(self.title)
            .starts(moment(self.start))
            .ends(moment(self.end));
        if !self.place.is_empty() {
            event.location(self.place);
        }
        if let Some(url) = self.url {
            // As an address they would be escaped, as text they must not be.
            event.url(&url.replace(',', "%2C").replace(';', "%3B"));
        }
        let mut calendar = Calendar::empty();
        calendar.append_property(("VERSION", "2.0"));
        calendar.append_property(("PRODID", "-//Handbill//Handbill//EN"));
        calendar.append_property(("CALSCALE", "GREGORIAN"));
        calendar.push(event.done());
        let name = match slug(self.title) {
            slug if slug.is_empty() => "event.ics".to_owned(),
            slug => format!("{slug}.ics"),
        };
        Attachment { name, bytes: folded(&calendar.to_string()).into_bytes() }
    }
}

/// Folds lines anew: the library counts a continued line without the space it begins with.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for line in text.replace("\r\n ", "").lines() {
        let mut length = 0;
        for c in line.chars() {
            if length + c.len_utf8() > LINE_MAX {
                out.push_str("\r\n ");
                length = 1;
            }
            out.push(c);
            length += c.len_utf8();
        }
        out.push_str("\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_short_lines_and_no_method_and_is_always_the_same() {
        let invite = Invite {
            title: "A night of stories, at the mill; bring a chair \\ and a name: Straßenfest für alle Nachbarinnen und Nachbarn",
            start: 1_813_077_000,
            end: 1_813_082_400,
            place: "Mill\nLane",
            url: Some("https://example.org/a,b"),
        };
        let file = invite.attachment("spring", "example.org");
        assert_eq!(file.bytes, invite.attachment("spring", "example.org").bytes);
        let text = String::from_utf8(file.bytes).expect("UTF-8");
        assert!(
            text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"),
            "{text}"
        );
        assert!(text.replace("\r\n", "").chars().all(|c| c != '\r' && c != '\n'), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(!text.contains("METHOD") && text.contains("DTSTART:20270615T163000Z"), "{text}");
        assert!(
            text.contains("LOCATION:Mill\\nLane") && text.contains("URL:https://example.org/a%2Cb"),
            "{text}"
        );
        assert_eq!(file.name, "a-night-of-stories-at-the-mill-bring-a-c.ics");
    }
}
