//! What is said while mails leave.

use super::SHOWN;
use super::course::Course;
use super::reasons::Reasons;
use crate::address::Address;
use crate::deliver::tally::{Moment, Witness, words};
use crate::ledger::{Outcome, Reply};
use crate::ui::{Progress, Ui, grouped};

/// Says how far a run is, and what became of those who did not get their
/// mail; of the others only to the curious.
pub(super) struct Reporter<'a> {
    ui: &'a Ui,
    progress: Progress,
    course: Course,
    reasons: Reasons,
    trouble: u64,
}

impl<'a> Reporter<'a> {
    /// For a run of this course.
    pub(super) fn new(ui: &'a Ui, course: Course) -> Self {
        let progress = ui.progress(Some(course.to_send()));
        Self { ui, progress, course, reasons: Reasons::default(), trouble: 0 }
    }

    /// Says how many were not shown, and gives the reasons of those who failed.
    pub(super) fn finish(self) -> Reasons {
        self.progress.finish();
        if self.trouble > SHOWN && !self.ui.is_verbose() {
            let more = grouped(self.trouble - SHOWN);
            self.ui.warn(&format!("… and {more} more, which `--verbose` would have shown"));
        }
        self.reasons
    }
}

impl Witness for Reporter<'_> {
    fn settled(&mut self, recipient: &Address, outcome: Outcome, reply: &Reply, again: bool) {
        let what = match outcome {
            Outcome::Sent => {
                // Saying something takes the bar away and draws it anew: not for every mail.
                if self.ui.is_verbose() {
                    let text = said(recipient, reply);
                    self.progress.suspended(|| self.ui.entry("sent", &text));
                }
                return;
            }
            Outcome::Failed => {
                self.reasons.add(reply);
                "failed"
            }
            // Once is enough to say that the server wants patience.
            Outcome::Deferred { .. } if again && !self.ui.is_verbose() => return,
            Outcome::Deferred { .. } => "deferred",
            Outcome::InDoubt => "in doubt",
            Outcome::Skipped => "skipped",
        };
        self.trouble += 1;
        if self.trouble <= SHOWN || self.ui.is_verbose() {
            let text = said(recipient, reply);
            self.progress.suspended(|| self.ui.warn_entry(what, &text));
        }
    }

    fn moment(&mut self, moment: &Moment) {
        let Self { progress, course, ui, .. } = self;
        progress.show(moment.tally.settled(), || {
            if ui.draws() { course.at(moment) } else { course.line(moment) }
        });
    }

    fn stopping(&mut self) {
        let text = "stopping after the mail under way; Ctrl-C again leaves it in doubt";
        self.progress.suspended(|| self.ui.warn(text));
    }
}

fn said(recipient: &Address, reply: &Reply) -> String {
    let words = words(reply);
    if words.is_empty() { recipient.to_string() } else { format!("{recipient}: {words}") }
}
