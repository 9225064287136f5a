//! Reasons: why servers refused, those that are alike counted together.

use crate::deliver::tally::{nameless, words};
use crate::ledger::Reply;
use crate::ui::grouped;

/// How many kinds of reasons are told, and how many are kept apart.
const TOLD: usize = 3;
const KEPT: usize = 64;
/// How much of a reason is told, in characters.
const LENGTH: usize = 60;

/// Why servers refused.
#[derive(Default)]
pub(super) struct Reasons {
    kinds: Vec<Kind>,
    /// Those for which there was no room.
    others: u64,
}

/// Refusals with one code, and the words of the first.
struct Kind {
    code: Option<u16>,
    enhanced: Option<String>,
    words: String,
    count: u64,
}

impl Reasons {
    /// One more refusal. Where there is an enhanced code it tells kinds
    /// apart: the words often have a number of their own in each reply.
    pub(super) fn add(&mut self, reply: &Reply) {
        let said = nameless(&words(reply));
        let is_alike = |kind: &&mut Kind| {
            kind.code == reply.code
                && kind.enhanced == reply.enhanced
                && (reply.enhanced.is_some() || kind.words == said)
        };
        if let Some(kind) = self.kinds.iter_mut().find(is_alike) {
            kind.count += 1;
        } else if self.kinds.len() < KEPT {
            let (code, enhanced) = (reply.code, reply.enhanced.clone());
            self.kinds.push(Kind { code, enhanced, words: said, count: 1 });
        } else {
            self.others += 1;
        }
    }

    /// The most frequent ones, each on a line: `12 × 550 5.1.1 no such user`.
    pub(super) fn lines(mut self) -> Vec<String> {
        self.kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
        let told = self.kinds.iter().take(TOLD);
        let mut lines: Vec<String> = told
            .map(|kind| format!("{} × {}", grouped(kind.count), beginning(&kind.words)))
            .collect();
        let rest: u64 = self.kinds.iter().skip(TOLD).map(|kind| kind.count).sum();
        if rest + self.others > 0 {
            lines.push(format!("{} for other reasons", grouped(rest + self.others)));
        }
        lines
    }
}

fn beginning(words: &str) -> String {
    let mut beginning: String = words.chars().take(LENGTH).collect();
    if beginning.len() < words.len() {
        beginning.push('…');
    }
    beginning
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(reasons: &mut Reasons, code: u16, enhanced: Option<&str>, text: &str) {
        let enhanced = enhanced.map(str::to_owned);
        reasons.add(&Reply { code: Some(code), enhanced, text: Some(text.to_owned()) });
    }

    #[test]
    fn what_is_said_alike_is_told_once_with_the_most_frequent_first() {
        let mut reasons = Reasons::default();
        said(&mut reasons, 554, None, "<ann@example.org>: Relay access denied");
        for number in 0..12 {
            said(&mut reasons, 550, Some("5.1.1"), &format!("no such user, session {number}"));
        }
        said(&mut reasons, 554, None, "<bob@example.org>: Relay access denied");
        assert_eq!(
            reasons.lines(),
            ["12 × 550 5.1.1 no such user, session 0", "2 × 554 … Relay access denied"]
        );
    }

    #[test]
    fn a_server_with_a_thousand_words_is_told_in_four_lines() {
        let mut reasons = Reasons::default();
        for number in 0..1000 {
            said(&mut reasons, 550, None, &format!("{number} {}", "word ".repeat(100)));
        }
        let lines = reasons.lines();
        assert_eq!((lines.len(), &*lines[3]), (4, "997 for other reasons"));
        assert!(lines[0].chars().count() < 70, "{}", lines[0]);
    }
}
