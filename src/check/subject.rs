//! What an inbox shows of a mail.

use super::exhibit::Exhibit;
use super::rule::{Rule, warning};
use crate::finding::Finding;
use crate::place::{Passage, Place};

/// The longest subject that desktop inboxes show whole, in characters.
const LONGEST: usize = 70;
/// How many emoji a subject bears.
const EMOJI: usize = 2;

/// A subject that is cut.
pub(super) const LONG_SUBJECT: Rule = warning(
    "long-subject",
    "subjects that inboxes cut: more than 70 characters",
    "say the most important thing in the first 40 characters: a phone shows no more",
    "Gmail shows about 70 characters on a desktop, iPhones about 40: https://www.litmus.com/blog/subject-line-length",
);
/// A subject that shouts.
pub(super) const SHOUTING_SUBJECT: Rule = warning(
    "shouting-subject",
    "subjects in capitals or with `!!`",
    "write it as you would write to one person",
    "SpamAssassin SUBJ_ALL_CAPS, PLING_QUERY: https://spamassassin.apache.org/tests.html",
);
/// A subject of pictures.
pub(super) const SUBJECT_EMOJI: Rule = warning(
    "subject-emoji",
    "subjects with more than two emoji",
    "keep one, where it says something; screen readers read out each",
    "rspamd and SpamAssassin weigh subjects of many symbols; WCAG 2.2, 1.1.1",
);
/// An answer that is none.
pub(super) const FAKE_REPLY: Rule = warning(
    "fake-reply",
    "subjects that pretend to be an answer: `RE:`, `FWD:`",
    "begin with what the letter is about",
    "CAN-SPAM Act, 15 U.S.C. §7704(a)(2): no deceptive subject headings; RFC 5322 §3.6.5",
);
/// Nothing after the subject.
pub(super) const NO_PREHEADER: Rule = warning(
    "no-preheader",
    "campaigns without a preheader",
    "add a line `preheader: …` to the front matter: inboxes show it after the subject",
    "Gmail, Apple Mail and Outlook show the beginning of the letter instead: https://www.litmus.com/blog/the-ultimate-guide-to-preview-text-support",
);
/// The same thing twice.
pub(super) const REPEATED_SUBJECT: Rule = warning(
    "repeated-subject",
    "preheaders that only say the subject again",
    "say the next most important thing",
    "inboxes show both in one row",
);

/// All that there is to say about subject and preheader.
pub(super) fn subject(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let campaign = exhibit.campaign;
    let place = whole(&campaign.subject);
    let mut findings = Vec::new();
    let (subject, preheader) = match exhibit.mail {
        Some((mail, preheader)) => (mail.subject.as_str(), preheader),
        None => return findings,
    };
    let mut say = |finding: Finding| findings.push(finding.at(place.clone()));
    let length = subject.chars().count();
    if length > LONGEST {
        say(LONG_SUBJECT.says(format!("the subject has {length} characters")));
    }
    if is_shouting(subject) {
        say(SHOUTING_SUBJECT.says("the subject shouts"));
    }
    let emoji = subject.chars().filter(|c| is_emoji(*c)).count();
    if emoji > EMOJI {
        say(SUBJECT_EMOJI.says(format!("the subject has {emoji} emoji")));
    }
    if let Some(prefix) = reply_prefix(subject) {
        say(FAKE_REPLY.says(format!("`{prefix}` pretends that this is an answer")));
    }
    match (preheader, &campaign.preheader) {
        (Some(preheader), Some(passage)) if letters(preheader) == letters(subject) => {
            let finding = REPEATED_SUBJECT.says("the preheader says what the subject says");
            findings.push(finding.at(whole(passage)));
        }
        (None, None) => say(NO_PREHEADER.says("the campaign has no preheader")),
        _ => {}
    }
    findings
}

fn whole(passage: &Passage) -> Place {
    passage.place(0..passage.text().len())
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Words in capitals, more than an acronym or two; or `!!`.
fn is_shouting(subject: &str) -> bool {
    let cased = subject.chars().filter(|c| c.is_uppercase() || c.is_lowercase());
    let (upper, all) =
        cased.fold((0, 0), |(upper, all), c| (upper + usize::from(c.is_uppercase()), all + 1));
    let is_loud = all >= 10 && upper * 10 >= all * 7;
    is_loud || ["!!", "??", "$$", "?!", "!?"].iter().any(|signs| subject.contains(signs))
}

/// Symbols that are shown as pictures, each counted once.
fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{1F000}'..='\u{1F1E5}' | '\u{1F200}'..='\u{1F3FA}' | '\u{1F400}'..='\u{1FAFF}'
        | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{231A}'..='\u{23FF}')
}

/// `Re:`, `AW:` and what other languages write.
fn reply_prefix(subject: &str) -> Option<&str> {
    const PREFIXES: [&str; 12] =
        ["re", "fw", "fwd", "aw", "wg", "sv", "vs", "tr", "rv", "rif", "antw", "odp"];
    let (prefix, _) = subject.split_once(':')?;
    let word = prefix.trim().trim_end_matches(|c: char| "[]()0123456789".contains(c));
    PREFIXES.contains(&word.to_lowercase().as_str()).then(|| &subject[..=prefix.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_may_have_an_acronym_but_not_shout() {
        assert!(is_shouting("LAST CHANCE TO GIVE"));
        assert!(is_shouting("Give now!!"));
        assert!(!is_shouting("The NHS and the BBC in June"));
        assert!(!is_shouting("AGM 2027"));
    }

    #[test]
    fn an_answer_is_recognised_in_many_languages() {
        for subject in ["Re: your gift", "FWD: news", "AW: Spende", "Re[2]: x", "re : x"] {
            assert!(reply_prefix(subject).is_some(), "{subject}");
        }
        for subject in ["Result: 300 m", "The path: reopened", "Remember", "Trip: June"] {
            assert!(reply_prefix(subject).is_none(), "{subject}");
        }
    }

    #[test]
    fn emoji_are_counted_and_letters_are_not() {
        let count = |text: &str| text.chars().filter(|c| is_emoji(*c)).count();
        assert_eq!(count("🎉 Ünïcödé — “quotes” 日本 ☀️ ✨"), 3);
    }
}
