//! What a reply means for a newsletter: the one place that decides it.
//!
//! The words decide where they are clear, and the numbers elsewhere: servers
//! write `5.0.0` before `user unknown`, and `5.1.1` before `blocked`. A hard
//! verdict loses a reader, so in doubt it is the sender's problem, or soft.

use super::Verdict;
use super::phrases::{Meaning, meaning};
use super::reply::Said;

/// Decides about a reply.
#[allow(clippy::match_same_arms, reason = "a table, most careful first")]
pub(super) fn of(said: &Said) -> Option<Verdict> {
    let class = said.enhanced.map(|(class, ..)| class);
    let subject = said.enhanced.map(|(_, subject, _)| subject);
    let (code, enhanced) = (said.code, said.enhanced);
    let is_policy = matches!(subject, Some(6 | 7)) || matches!(enhanced, Some((5, 3, 4)));
    Some(match meaning(&said.text) {
        Some(Meaning::Sender) => Verdict::Sender,
        Some(Meaning::Busy | Meaning::Full) => Verdict::Soft,
        Some(Meaning::Nobody) if matches!(enhanced, Some((_, 2, 2))) => Verdict::Soft,
        Some(Meaning::Nobody) => Verdict::Hard,
        Some(Meaning::PerhapsNobody) if class == Some(4) || code.is_some_and(|c| c < 500) => {
            Verdict::Soft
        }
        // Vague words: a number that says more counts more.
        Some(Meaning::PerhapsNobody) if !is_about_a_name(said) => return by_number(said),
        Some(Meaning::PerhapsNobody) => Verdict::Hard,
        Some(Meaning::Late) if is_policy && class == Some(5) => Verdict::Sender,
        Some(Meaning::Late) => Verdict::Soft,
        None => return by_number(said),
    })
}

/// Whether the words alone say what it means.
pub(super) fn has_words(said: &Said) -> bool {
    meaning(&said.text).is_some()
}

/// Whether words or codes say more than that it failed.
pub(super) fn is_clear(said: &Said) -> bool {
    has_words(said) || (said.is_specific() && !said.text.is_empty())
}

/// Whether no number denies that it is about the name of the reader.
fn is_about_a_name(said: &Said) -> bool {
    let subject = said.enhanced.map(|(_, subject, _)| subject);
    !said.is_specific() || matches!(subject, Some(1 | 5)) || said.enhanced == Some((5, 2, 1))
}

/// What the codes alone say (RFC 3463, RFC 5321 §4.2.3).
#[allow(clippy::match_same_arms, reason = "a table, from what is special to what is not")]
fn by_number(said: &Said) -> Option<Verdict> {
    Some(match (said.enhanced, said.code) {
        (Some((4, ..)), _) => Verdict::Soft,
        // The sender's address, not the reader's.
        (Some((5, 1, 7 | 8)), _) => Verdict::Sender,
        (Some((5, 1, _) | (5, 2, 1)), _) => Verdict::Hard,
        (Some((5, 2, 3) | (5, 3, 4) | (5, 6 | 7, _)), _) => Verdict::Sender,
        (Some((5, 2..=4, _)), _) => Verdict::Soft,
        (_, Some(400..=499)) => Verdict::Soft,
        // Refused, and nobody says that the reader is not there.
        (_, Some(500..=599)) | (Some((5, 5, _)), _) => Verdict::Sender,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_say_what_a_reply_means() {
        for (text, verdict) in [
            ("550 5.1.1 <ann@example.org>... User Unknown", Verdict::Hard),
            ("550 5.0.0 user unknown", Verdict::Hard),
            ("550 5.2.1 The email account that you tried to reach is disabled", Verdict::Hard),
            ("554 delivery error: dd This user doesn't have a yahoo.com account", Verdict::Hard),
            ("550 5.4.1 Recipient address rejected: Access denied", Verdict::Hard),
            ("552 5.2.2 over quota", Verdict::Soft),
            ("451 4.7.1 Greylisted, please try again later", Verdict::Soft),
            ("421 4.4.2 Connection timed out", Verdict::Soft),
            ("550 5.1.1 blocked using zen.spamhaus.org", Verdict::Sender),
            (
                "550 5.7.1 Unauthenticated email is not accepted due to DMARC policy",
                Verdict::Sender,
            ),
            ("552 5.3.4 message too big", Verdict::Sender),
            ("553 5.1.8 Domain of sender address does not exist", Verdict::Sender),
            ("550 5.7.1 Requested action not taken: mailbox unavailable", Verdict::Sender),
            ("550 Requested action not taken: mailbox unavailable", Verdict::Hard),
            ("550 5.2.1 receiving mail at a rate that prevents additional messages", Verdict::Soft),
            ("550 no thanks", Verdict::Sender),
        ] {
            assert_eq!(of(&Said::read(text)), Some(verdict), "{text}");
        }
        assert_eq!(of(&Said::read("it went wrong")), None);
    }
}
