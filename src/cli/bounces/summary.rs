//! What is said of a mailbox: counts by verdict, and the sender's problems
//! with what to do about them.

use std::collections::BTreeMap;

use super::effect::Done;
use crate::bounces::{Entry, Reading, Verdict};
use crate::ui::{Ui, counted, grouped};

/// How many kinds of problems are kept apart.
const PROBLEMS: usize = 200;
/// How many of them are shown.
const SHOWN: usize = 10;
/// The longest reply that is shown, in bytes.
const REPLY: usize = 160;

/// Counts of what was read.
#[derive(Default)]
pub(super) struct Summary {
    mails: u64,
    verdicts: BTreeMap<Verdict, u64>,
    leaving: u64,
    failure_reports: u64,
    /// By what is the same for all of a kind: how many, and one of them.
    problems: BTreeMap<String, (u64, String)>,
    /// Mails that could not be read.
    pub(super) unreadable: u64,
}

impl Summary {
    /// Counts a mail.
    pub(super) fn add(&mut self, reading: &Reading) {
        self.mails += 1;
        self.leaving += u64::from(reading.leaving.is_some());
        self.failure_reports += u64::from(reading.is_failure_report);
        for Entry { verdict, said, .. } in &reading.entries {
            *self.verdicts.entry(*verdict).or_default() += 1;
            if *verdict != Verdict::Sender {
                continue;
            }
            let key = kind(&said.text);
            if let Some((count, _)) = self.problems.get_mut(&key) {
                *count += 1;
            } else if self.problems.len() < PROBLEMS {
                let shown = &said.text[..said.text.floor_char_boundary(REPLY)];
                self.problems.insert(key, (1, shown.to_owned()));
            }
        }
    }

    /// Says what was read and what was done.
    pub(super) fn tell(&self, ui: &Ui, done: Option<&Done>, is_dry_run: bool) {
        ui.status(&format!("{} read", counted(self.mails, "mail", "mails")));
        for (verdict, words) in [
            (Verdict::Hard, "the address is gone"),
            (Verdict::Soft, "not this time: a full mailbox, a server that was busy or away"),
            (Verdict::Complaint, "a reader called it spam"),
            (Verdict::Sender, "somebody objects to the mail or to where it comes from"),
            (Verdict::Autoreply, "a machine answered; left alone"),
            (Verdict::None, "something else; left alone"),
        ] {
            if let Some(count) = self.verdicts.get(&verdict) {
                ui.entry(verdict.as_str(), &format!("{:>7}  {words}", grouped(*count)));
            }
        }
        if self.leaving > 0 {
            ui.entry("leaving", &format!("{:>7}  asked to be unsubscribed", grouped(self.leaving)));
        }
        self.tell_problems(ui);
        if self.failure_reports > 0 {
            ui.warn(&format!(
                "{} about your own set-up (SPF, DKIM, DMARC): no reader complained, nobody is suppressed for it",
                counted(self.failure_reports, "report is", "reports are")
            ));
        }
        match done {
            Some(done) => ui.status(&told(done)),
            None if is_dry_run => ui.status("nothing was changed (--dry-run)"),
            None => ui.status("nothing was changed"),
        }
        if self.unreadable > 0 {
            let unreadable = counted(self.unreadable, "mail", "mails");
            ui.warn(&format!("{unreadable} could not be read"));
        }
    }

    fn tell_problems(&self, ui: &Ui) {
        let mut problems: Vec<&(u64, String)> = self.problems.values().collect();
        problems.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        for (count, reply) in problems.iter().take(SHOWN) {
            let reply = if reply.is_empty() { "(no words)" } else { reply };
            ui.warn(&format!("{:>7} × {reply}", grouped(*count)));
            ui.status(&format!("          help: {}", help(reply)));
        }
        if problems.len() > SHOWN {
            let more = (problems.len() - SHOWN) as u64;
            ui.status(&format!("… and {} more", counted(more, "kind", "kinds")));
        }
    }
}

fn told(done: &Done) -> String {
    let mut text =
        format!("{} suppressed", counted(done.suppressed + done.left, "address", "addresses"));
    for (count, words) in [
        (done.left, "of them by their own wish"),
        (done.counted, "counted"),
        (done.known, "known from before"),
        (done.strangers, "not about a mail of yours"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {} {words}", grouped(count)));
        }
    }
    text
}

/// A reply without what differs from reader to reader.
fn kind(reply: &str) -> String {
    let is_common =
        |word: &&str| !word.contains(['@', '[', '/']) && !word.contains(char::is_numeric);
    let words: Vec<&str> = reply.split_whitespace().filter(is_common).take(12).collect();
    words.join(" ").to_lowercase()
}

/// What to do about a reply.
fn help(reply: &str) -> &'static str {
    let reply = reply.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| reply.contains(word));
    if has(&["dmarc", "spf", "dkim", "authenticat", "5.7.26", "5.7.509", "5.7.515"]) {
        "publish SPF and DMARC for the sender's domain and sign with DKIM: `[dkim]` in handbill.toml"
    } else if has(&["rdns", "ptr", "reverse dns"]) {
        "ask whoever runs your mail server for a reverse DNS entry of its address"
    } else if has(&["too large", "too big", "size", "5.3.4", "5.2.3"]) {
        "make images and attachments smaller, or link to them"
    } else if has(&["block", "listed", "blacklist", "reputation", "banned", "spamhaus"]) {
        "your mail server's address is on a block list: look at the link in the reply, ask to be taken off, send slower"
    } else if has(&["spam", "content", "virus", "attachment", "header", "policy"]) {
        "they do not like what is in the mail: `handbill check` says what filters look at"
    } else if has(&["relay", "sender", "from"]) {
        "they do not take the sender's address: look at `[sender] email` and at who may send for its domain"
    } else {
        "read the reply: it is about the sender, so no reader was suppressed"
    }
}
