//! Blame: whether a refusal at `RCPT` is held against the reader, as a bounce
//! would be. What it means is decided by the same table (`bounces`); here is
//! decided whether the server can be believed.
//!
//! One that has lost its list of users says "no such user" of everybody, and one
//! that takes a domain for its own says so of all who are there. So nothing is
//! held against anybody where the server takes nobody, and nothing of many
//! refusals in a row; and of a domain nothing where many were refused and
//! nobody was taken. Whoever is let off so is refused again by the next
//! campaign, and loses nothing. Pure.

use std::collections::HashMap;

use super::transport::Reply;
use super::wording::held_back;
use crate::bounces::{self, Verdict};
use crate::ledger::Bounce;

/// So many refused, and nobody taken: the server is to blame.
const MANY: usize = 10;
/// How many may wait for the end of the run. More are decided about before.
const WAITING: usize = 1_000;

/// What may be held against readers of a run.
#[derive(Debug, Default)]
pub(super) struct Blame {
    has_taken: bool,
    /// How many were refused since somebody was taken, for whatever reason.
    in_a_row: usize,
    /// Those of them whose addresses are gone or full, as the server says.
    row: Vec<Bounce>,
    /// By domain, what a server said that took mails after it.
    domains: HashMap<String, Vec<Bounce>>,
    waiting: usize,
    held: Vec<Bounce>,
}

impl Blame {
    /// Somebody of a domain was taken.
    pub(super) fn taken(&mut self, domain: &str) {
        self.has_taken = true;
        self.in_a_row = 0;
        for bounce in self.row.drain(..) {
            let of_domain = self.domains.entry(bounce.address.domain().to_owned()).or_default();
            self.waiting += usize::from(of_domain.len() < MANY);
            // One more says all that there is to say.
            if of_domain.len() < MANY {
                of_domain.push(bounce);
            }
        }
        if let Some(own) = self.domains.remove(domain) {
            self.waiting -= own.len();
            if own.len() < MANY {
                self.held.extend(own);
            }
        }
        if self.waiting > WAITING {
            self.decide();
        }
    }

    /// Somebody was refused for good; `bounce` is what that would be as a bounce.
    pub(super) fn refused(&mut self, bounce: Option<Bounce>) {
        self.in_a_row += 1;
        if self.in_a_row < MANY {
            self.row.extend(bounce);
        } else {
            self.row.clear();
        }
    }

    /// What is held against readers by now.
    pub(super) fn held(&mut self) -> Vec<Bounce> {
        std::mem::take(&mut self.held)
    }

    /// How much that is.
    pub(super) fn count(&self) -> usize {
        self.held.len()
    }

    /// The same at the end of a run. Where it was trouble that ended it, nothing
    /// is known of the server since it took somebody.
    pub(super) fn at_the_end(&mut self, is_well: bool) -> Vec<Bounce> {
        let row = std::mem::take(&mut self.row);
        if self.has_taken && is_well {
            for bounce in row {
                let domain = bounce.address.domain().to_owned();
                self.domains.entry(domain).or_default().push(bounce);
            }
        }
        self.decide();
        self.held()
    }

    fn decide(&mut self) {
        self.waiting = 0;
        let few = self.domains.drain().map(|(_, own)| own).filter(|own| own.len() < MANY);
        self.held.extend(few.flatten());
    }
}

/// Whether a refusal at RCPT is about the reader's address, and if so whether
/// for good. Where Postfix keeps its dislike of the sender back until then, it
/// may even say that "the user is unknown": it means us.
pub(super) fn is_final(reply: &Reply) -> Option<bool> {
    if held_back(reply).is_some() {
        return None;
    }
    match bounces::of_reply(reply.code, reply.enhanced, &reply.text)? {
        Verdict::Hard => Some(true),
        Verdict::Soft => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

    /// Plays a run: `+a` is somebody of a.test taken, `-a` refused as unknown, `!`
    /// somebody refused by policy. How many are held against, by domain.
    fn held(run: &str) -> String {
        let mut blame = Blame::default();
        for (number, word) in run.split(' ').filter(|word| !word.is_empty()).enumerate() {
            let domain = format!("{}.test", &word[1..]);
            match &word[..1] {
                "+" => blame.taken(&domain),
                "-" => blame.refused(Some(bounce(&format!("r{number}@{domain}")))),
                _ => blame.refused(None),
            }
        }
        let mut domains: Vec<String> = blame
            .at_the_end(true)
            .iter()
            .map(|bounce| bounce.address.domain().replace(".test", ""))
            .collect();
        domains.sort();
        domains.concat()
    }

    fn bounce(address: &str) -> Bounce {
        Bounce {
            campaign: "may".into(),
            address: Address::parse(address).expect("an address"),
            at_once: true,
            is_final: true,
            reason: "refused 5.1.1".into(),
            enhanced: None,
            reply: None,
            digest: "refused".into(),
            at: 1,
        }
    }

    #[test]
    fn a_server_that_takes_others_is_believed_and_one_that_refuses_everybody_is_not() {
        let many = |word: &str, count: usize| vec![word; count].join(" ");
        let letters: Vec<String> = ('a'..='z').map(|letter| format!("-{letter}")).collect();
        let spread = |count: usize| letters[..count].join(" ");
        for (run, expected) in [
            ("-a".to_owned(), ""),
            ("-a +b".to_owned(), "a"),
            ("+b -a".to_owned(), "a"),
            ("+a -a +b".to_owned(), "a"),
            (many("-a", 9) + " +a", "aaaaaaaaa"),
            (many("-a", 10) + " +a", ""),
            // It took some, and then forgot everybody.
            (many("+a", 50) + " " + &spread(26), ""),
            (many("+a", 50) + " " + &spread(9), "abcdefghi"),
            (many("! -a !", 4) + " +a", ""),
            // It takes a domain for its own, while others are taken.
            (many("-u +b", 40), ""),
            (many("-u +b", 40) + " -u +u", ""),
            (many("-u +b", 9), "uuuuuuuuu"),
            (many("-b +b", 40), &"b".repeat(40)),
        ] {
            assert_eq!(held(&run), expected, "{run}");
        }
    }

    #[test]
    fn where_trouble_ends_a_run_the_last_refusals_may_be_a_part_of_it() {
        for (is_well, count) in [(true, 2), (false, 1)] {
            let mut blame = Blame::default();
            blame.refused(Some(bounce("r@a.test")));
            blame.taken("b.test");
            blame.refused(Some(bounce("r@c.test")));
            assert_eq!(blame.at_the_end(is_well).len(), count);
        }
    }

    #[test]
    fn what_waits_for_the_end_has_a_bound() {
        let mut blame = Blame::default();
        for number in 0..5_000 {
            blame.refused(Some(bounce(&format!("r@d{number}.test"))));
            blame.taken("b.test");
            assert!(blame.waiting <= WAITING + 1);
        }
        assert!(blame.count() >= 5_000 - WAITING - 1);
        assert_eq!(blame.at_the_end(true).len(), 5_000);
    }

    #[test]
    fn a_refusal_means_what_the_same_words_mean_in_a_bounce() {
        for (code, enhanced, text, meaning) in [
            (550, Some((5, 1, 1)), "no such user", Some(true)),
            (550, Some((5, 1, 1)), "", Some(true)),
            (550, None, "user unknown", Some(true)),
            (550, Some((5, 2, 1)), "the account is disabled", Some(true)),
            (552, Some((5, 2, 2)), "quota exceeded", Some(false)),
            (550, Some((5, 7, 1)), "blocked", None),
            (554, Some((5, 7, 1)), "<ann@example.org>: Relay access denied", None),
            (550, None, "no", None),
            (550, Some((5, 1, 0)), "<n@x.test>: Sender address rejected: User unknown", None),
            (553, Some((5, 6, 7)), "not tried: the address needs SMTPUTF8", None),
        ] {
            assert_eq!(is_final(&Reply::new(code, enhanced, text)), meaning, "{code} {text}");
        }
    }
}
