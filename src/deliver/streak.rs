//! Refusals in a row. What a server says to everybody is about us, not about
//! them: a forgotten login must not mark a whole list as failed. Pure.

use super::tally::nameless;
use super::transport::{Reply, Verdict};
use crate::finding::Finding;

/// So many refused alike, and nobody accepted: nobody will be.
const ALIKE: u32 = 10;

/// What the last verdicts of a run had in common.
#[derive(Debug, Default)]
pub(super) struct Streak {
    has_sent: bool,
    refusal: Option<Reply>,
    alike: u32,
}

impl Streak {
    /// Whether somebody was accepted.
    pub(super) fn has_sent(&self) -> bool {
        self.has_sent
    }

    /// Takes note of a verdict; says if the run should end with it.
    pub(super) fn note(&mut self, verdict: &Verdict) -> Option<Finding> {
        match verdict {
            Verdict::Sent(_) => *self = Self { has_sent: true, ..Self::default() },
            Verdict::Failed(reply) | Verdict::Refused(reply) => return self.refused(reply),
            _ => {}
        }
        None
    }

    fn refused(&mut self, reply: &Reply) -> Option<Finding> {
        let reply = without_names(reply);
        self.alike = if self.refusal.as_ref() == Some(&reply) { self.alike + 1 } else { 1 };
        let ends = self.alike >= ALIKE && !self.has_sent;
        let finding = ends.then(|| all_refused(&reply));
        self.refusal = Some(reply);
        finding
    }
}

/// A reply without the words that name its recipient.
fn without_names(reply: &Reply) -> Reply {
    Reply { text: nameless(&reply.text), ..reply.clone() }
}

fn all_refused(reply: &Reply) -> Finding {
    Finding::error(
        "all-refused",
        format!("the server refused the first {ALIKE} recipients alike, and took nobody: {reply}"),
        "if it wants a login or another sender, correct that in `[delivery] via`, then send with `--retry-failed`; if those addresses are bad, send again to go on with the others",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(who: &str) -> Verdict {
        let text = format!("<{who}@example.org>: Relay access denied");
        Verdict::Failed(Reply::new(554, Some((5, 7, 1)), &text))
    }

    fn sent() -> Verdict {
        Verdict::Sent(Reply::new(250, None, "ok"))
    }

    /// After how many of these verdicts the run ends, if it does.
    fn end(verdicts: impl IntoIterator<Item = Verdict>) -> Option<(usize, &'static str)> {
        let mut streak = Streak::default();
        verdicts
            .into_iter()
            .enumerate()
            .find_map(|(at, verdict)| Some((at + 1, streak.note(&verdict)?.code)))
    }

    #[test]
    fn ten_refused_alike_end_a_run_that_sent_nothing() {
        let all = || (0..30).map(|number| refused(&number.to_string()));
        assert_eq!(end(all()), Some((10, "all-refused")));
        assert_eq!(end([sent()].into_iter().chain(all())), None);
        let other = Verdict::Failed(Reply::new(550, Some((5, 1, 1)), "no such user"));
        let mixed = (0..30).map(|n| if n % 5 == 0 { other.clone() } else { refused("ann") });
        assert_eq!(end(mixed), None);
    }
}
