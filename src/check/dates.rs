//! Dates in the text: a week day that does not fit, a deadline that is over.

use std::ops::Range;

use super::date_words::{ABBREVIATED, HOURS, MONTHS, PAST, TO_COME, WEEKDAYS};
use super::exhibit::Exhibit;
use super::rule::{Rule, warning};
use crate::calendar::{Civil, civil, day_of};
use crate::compose::tag_ranges;
use crate::finding::Finding;
use crate::place::Source;

/// A Tuesday that is a Friday.
pub(super) const WRONG_WEEKDAY: Rule = warning(
    "wrong-weekday",
    "week days that do not belong to their date: “Tuesday 14 May”",
    "look it up, and correct the day or the date; add the year if another one is meant",
    "the Gregorian calendar; without a year, the next such day after the campaign's `date` or today is meant",
);
/// Something to come that has been.
pub(super) const DATE_PASSED: Rule = warning(
    "date-passed",
    "deadlines and meetings that are over",
    "correct the date; or the campaign's own `date`, if it is an old letter",
    "measured against the campaign's `date`, or today",
);

/// A day, in seconds.
const DAY: i64 = 86_400;
/// A letter that reports of last month names days that have been.
const REPORTED: i64 = 45 * DAY;

/// All that there is to say about dates. The whole file is read: variables hold dates, too.
pub(super) fn dates(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let source = &exhibit.campaign.source;
    let own = exhibit.campaign.date.as_deref().and_then(crate::calendar::read);
    let reference = own.unwrap_or(exhibit.now).div_euclid(DAY) * DAY;
    let text = without_tags(source);
    let words = words(&text);
    let mut findings = Vec::new();
    for at in 0..words.len() {
        let Some(date) = date_at(&words, at) else { continue };
        let place = source.place(date.range.clone());
        let shown = &source.text()[date.range.clone()];
        if let Some(weekday) = date.weekday
            && let Some(right) = right_weekday(&date, weekday, reference)
        {
            findings.push(WRONG_WEEKDAY.says(format!("`{shown}` is a {right}")).at(place.clone()));
        }
        let day = date.year.and_then(|year| day_of(year, date.month, date.day));
        let behind = words.iter().position(|word| word.range.start >= date.range.end);
        let behind = &words[behind.unwrap_or(words.len())..];
        let is_coming = is_to_come(&words[..at]) || has_time(behind) && !is_told(&words[..at]);
        if day.is_some_and(|day| day < reference) && is_coming {
            findings.push(DATE_PASSED.says(format!("`{shown}` is over")).at(place));
        }
    }
    findings
}

/// The file with spaces in place of tags and addresses, as long as it was.
fn without_tags(source: &Source) -> String {
    let mut text = source.text().to_owned();
    for range in tag_ranges(source.text()) {
        // Arguments of components hold dates, too: only the braces go.
        for end in [range.start..range.start + 2, range.end - 2..range.end] {
            if text.is_char_boundary(end.start) && text.is_char_boundary(end.end) {
                text.replace_range(end, "  ");
            }
        }
    }
    text
}

struct Word<'t> {
    text: &'t str,
    /// What stands between the word before and this one.
    gap: &'t str,
    range: Range<usize>,
    /// Whether a sentence or a paragraph ends right before it.
    begins: bool,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut at = 0;
    let mut gap_start = 0;
    while at < text.len() {
        let Some(start) = text[at..].find(char::is_alphanumeric).map(|found| at + found) else {
            break;
        };
        let end = text[start..]
            .find(|c: char| !c.is_alphanumeric())
            .map_or(text.len(), |found| start + found);
        let gap = &text[gap_start..start];
        // `14. Mai` is one date.
        // … and so are `14 Oct. 2027` and `14. Okt. 2027`.
        let before = words.last().map_or("", |word: &Word<'_>| word.text).to_lowercase();
        let is_ordinal = text[..gap_start].ends_with(|c: char| c.is_ascii_digit())
            || is_number(&text[start..end]) && ABBREVIATED.contains(&before.as_str());
        let begins = gap.contains("\n\n")
            || gap.contains(['?', '!', ';'])
            || (gap.contains(". ") && !is_ordinal);
        // `https://example.org/2024/may/14` is no date, `14/05/2024` is one.
        let is_slashed = gap == "/"
            && words.last().is_some_and(|word: &Word<'_>| is_number(word.text))
            && is_number(&text[start..end]);
        let is_address = gap.ends_with(['/', '=', '&', '@', '_']);
        let word = if is_address && !is_slashed { "" } else { &text[start..end] };
        words.push(Word { text: word, gap, range: start..end, begins });
        at = end;
        gap_start = end;
    }
    words
}

/// A date as somebody wrote it.
#[derive(Debug, PartialEq, Eq)]
struct Date {
    weekday: Option<usize>,
    day: u32,
    month: u32,
    year: Option<i64>,
    range: Range<usize>,
}

/// The date that begins with a word: `Tuesday, 14 May 2027`, `Tuesday, May 14th`,
/// `Dienstag, den 14. Mai`, `14 May 2027`.
fn date_at(words: &[Word<'_>], at: usize) -> Option<Date> {
    if let Some(date) = in_numbers(words, at) {
        return Some(date);
    }
    let weekday = named(&WEEKDAYS, words[at].text);
    let mut next = at + usize::from(weekday.is_some());
    if weekday.is_some() && words.get(next).is_some_and(|word| is_filler(word.text)) {
        next += 1;
    }
    // Its middle is not another one.
    if weekday.is_none() && at > 0 {
        let before = at - 1 - usize::from(is_filler(words[at - 1].text) && at > 1);
        if named(&WEEKDAYS, words[before].text).is_some() {
            return None;
        }
    }
    let word =
        |at: usize| words.get(at).filter(|word| !word.begins || at == next).map(|word| word.text);
    let first = word(next)?;
    let (day, month, mut last) = if let Some(day) = day(first) {
        let filler = usize::from(word(next + 1).is_some_and(is_filler));
        (day, named(&MONTHS, word(next + 1 + filler)?)?, next + 1 + filler)
    } else {
        let month = named(&MONTHS, first)?;
        (day(word(next + 1)?)?, month, next + 1)
    };
    let filler = usize::from(word(last + 1).is_some_and(|word| word == "de"));
    let year = word(last + 1 + filler)
        .filter(|word| word.len() == 4)
        .and_then(|word| word.parse().ok())
        .filter(|year| (1900..2200).contains(year));
    if year.is_some() {
        last += 1 + filler;
    }
    let range = words[at].range.start..words[last].range.end;
    let month = u32::try_from(month + 1).ok()?;
    Some(Date { weekday, day, month, year, range })
}

/// `2027-05-14`, `14.05.2027`, `14/05/2027`: where day and month cannot be told apart, it is
/// none.
fn in_numbers(words: &[Word<'_>], at: usize) -> Option<Date> {
    let [first, second, third] = words.get(at..at + 3)? else { return None };
    let sign = second.gap.trim_end();
    // `10.30` is a time, and the middle of a longer number no date.
    let is_one = ["-", ".", "/"].contains(&sign)
        && third.gap.trim_end() == sign
        && [first, second, third].iter().all(|word| is_number(word.text))
        && (at == 0 || !words[at].gap.ends_with(['-', '/', '.']) || words[at].gap.len() > 1);
    let written = format!("{}{sign}{}{sign}{}", first.text, second.text, third.text);
    let meant = if is_one { crate::calendar::meant(&written) } else { Vec::new() };
    let [day] = meant.as_slice() else { return None };
    let mut parts = day.split('-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    day_of(i64::from(year), month, day)?;
    let range = first.range.start..third.range.end;
    Some(Date { weekday: None, day, month, year: Some(i64::from(year)), range })
}

fn is_number(word: &str) -> bool {
    (1..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_filler(word: &str) -> bool {
    ["the", "of", "den", "dem", "der", "le", "el", "il", "de", "di", "dia", "op"]
        .contains(&word.to_lowercase().as_str())
}

/// `14`, `14th`, `1er`
fn day(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
    let suffix = word[digits.len()..].to_lowercase();
    let is_day = ["", "st", "nd", "rd", "th", "er", "º", "ª"].contains(&suffix.as_str());
    digits.parse().ok().filter(|day| is_day && (1..=31).contains(day))
}

/// The number of a name, from 0, in any of the languages.
fn named(names: &[&[&str]], word: &str) -> Option<usize> {
    let is_name = word.chars().count() >= 3 && word.chars().all(char::is_alphabetic);
    // A `may` in the middle of a sentence is none, and a `sun` shines.
    let first = word.chars().next().filter(|_| is_name)?;
    let folded = word.to_lowercase();
    let found = names.iter().position(|names| names.contains(&folded.as_str()))?;
    let is_english = names[found][0] == folded || names[found][0].get(..3) == Some(&folded);
    (first.is_uppercase() || !is_english).then_some(found)
}

/// The week day that the date has, if it is not the one that stands there.
fn right_weekday(date: &Date, weekday: usize, reference: i64) -> Option<&'static str> {
    let at = |year: i64| day_of(year, date.month, date.day);
    let days: Vec<i64> = if let Some(year) = date.year {
        at(year).into_iter().collect()
    } else {
        let Civil { year, .. } = civil(reference);
        let around = [year - 1, year, year + 1].into_iter().filter_map(at);
        let (past, coming): (Vec<i64>, Vec<i64>) = around.partition(|day| *day < reference);
        let reported = past.into_iter().max().filter(|day| *day >= reference - REPORTED);
        // A 29 February may be years away.
        coming.into_iter().min().into_iter().chain(reported).collect()
    };
    let weekday_of = |day: &i64| civil(*day).weekday;
    let right = days.first().map(weekday_of)?;
    let fits = days.iter().any(|day| weekday_of(day) == weekday);
    (!fits).then(|| SHOWN[right])
}

const SHOWN: [&str; 7] =
    ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

/// Whether the words before a date, in its sentence, speak of something to come.
fn is_to_come(before: &[Word<'_>]) -> bool {
    for (at, word) in before.iter().enumerate().rev().take(8) {
        // `join(sep=…)` is a filter.
        let next = before.get(at + 1).map_or("", |next| next.gap);
        if TO_COME.contains(&word.text.to_lowercase().as_str()) && !next.starts_with('(') {
            return true;
        }
        if word.begins {
            return false;
        }
    }
    false
}

/// Whether a time of the day stands behind a date: nobody reports of last year by the hour.
fn has_time(behind: &[Word<'_>]) -> bool {
    let end = behind.iter().position(|word| word.begins).unwrap_or(behind.len()).min(4);
    behind[..end].windows(2).any(|pair| {
        let [hour, next] = pair else { return false };
        let is_hour = hour.text.parse::<u32>().is_ok_and(|hour| hour < 25);
        is_hour
            && (next.gap == ":"
                || next.gap == "."
                || HOURS.contains(&next.text.to_lowercase().as_str()))
    }) || behind[..end].iter().any(|word| {
        let word = word.text.to_lowercase();
        let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
        !digits.is_empty()
            && is_number(digits)
            && ["am", "pm", "h"].contains(&&word[digits.len()..])
    })
}

/// Whether the words before a date, in its sentence, tell of something that was.
fn is_told(before: &[Word<'_>]) -> bool {
    for word in before.iter().rev().take(12) {
        if PAST.contains(&word.text.to_lowercase().as_str()) {
            return true;
        }
        if word.begins {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, reference: &str) -> Vec<String> {
        let reference = crate::calendar::read(reference).expect("a date");
        let words = words(text);
        let dates = (0..words.len()).filter_map(|at| Some((at, date_at(&words, at)?)));
        dates
            .filter_map(|(at, date)| {
                let shown = &text[date.range.clone()];
                let wrong = date.weekday.and_then(|day| right_weekday(&date, day, reference));
                let day = date.year.and_then(|year| day_of(year, date.month, date.day));
                let behind = words.iter().position(|word| word.range.start >= date.range.end);
                let behind = &words[behind.unwrap_or(words.len())..];
                let is_coming =
                    is_to_come(&words[..at]) || has_time(behind) && !is_told(&words[..at]);
                let is_over = day.is_some_and(|day| day < reference) && is_coming;
                match wrong {
                    Some(right) => Some(format!("{shown} is a {right}")),
                    None => is_over.then(|| format!("{shown} is over")),
                }
            })
            .collect()
    }

    #[test]
    fn a_week_day_is_held_against_its_date() {
        let on = |text: &str| said(text, "2027-05-01");
        assert_eq!(on("Come on Tuesday 14 May at noon."), ["Tuesday 14 May is a Friday"]);
        assert_eq!(on("Come on Tuesday, May 14th, 2024."), [""; 0]);
        assert_eq!(
            on("am Dienstag, den 14. Mai, um 18 Uhr"),
            ["Dienstag, den 14. Mai is a Friday"]
        );
        assert_eq!(on("le mardi 14 mai 2027"), ["mardi 14 mai 2027 is a Friday"]);
        assert_eq!(on("martes 14 de mayo de 2024"), [""; 0]);
        assert_eq!(on("Friday 14 May; Friday, the 14th of May"), [""; 0]);
        assert_eq!(on("On Monday 12 April we met"), [""; 0], "three weeks ago");
        assert_eq!(on("Tuesday 14 people came. May I ask 14 of you? Sunday"), [""; 0]);
        assert_eq!(on("https://example.org/tuesday/14/may"), [""; 0]);
        assert_eq!(on("Sunday 30 February"), [""; 0]);
    }

    #[test]
    fn only_what_was_to_come_is_over() {
        let on = |text: &str| said(text, "2027-05-01");
        assert_eq!(on("Please give by 30 April 2027."), ["30 April 2027 is over"]);
        assert_eq!(on("We opened on 30 April 2027."), [""; 0]);
        assert_eq!(on("By now we know. On 3 March 2020 it was closed"), [""; 0]);
        assert_eq!(on("Registration until May 2, 2027"), [""; 0]);
        assert_eq!(
            on("Give by 30/04/2027 or 2027-04-30"),
            ["30/04/2027 is over", "2027-04-30 is over"]
        );
        assert_eq!(on("Anmeldung bis 30. 4. 2027"), ["30. 4. 2027 is over"]);
        assert_eq!(on("by 15 Oct. 2025"), ["15 Oct. 2025 is over"]);
        assert_eq!(on("bis 15. Okt. 2025"), ["15. Okt. 2025 is over"]);
        assert_eq!(on("avant le 12 févr. 2025"), ["12 févr. 2025 is over"]);
        assert_eq!(on("до 3 сентября 2025"), ["3 сентября 2025 is over"]);
        assert_eq!(on("senast den 3 maj 2025"), ["3 maj 2025 is over"]);
        assert_eq!(on("until 3 Oct. We met 2025 people"), [""; 0]);
        assert_eq!(on("start=\"2027-04-30 18:30 Europe/Berlin\""), ["2027-04-30 is over"]);
        assert_eq!(on("Saturday 24 April 2027, 10:30"), ["Saturday 24 April 2027 is over"]);
        assert_eq!(on("Samstag, 24. April 2027 um 18 Uhr"), ["Samstag, 24. April 2027 is over"]);
        assert_eq!(on("We met on 24 April 2027 at 10am."), [""; 0]);
        assert_eq!(on("by 03/04/2027, until 10.30.11, tel 1-2-2020-3"), [""; 0]);
        assert_eq!(
            on("See https://example.org/by/2026/04/30 and https://example.org/2026-04-30"),
            [""; 0]
        );
    }
}
