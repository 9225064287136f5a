//! How far something is: a bar on a terminal, plain lines every so often
//! elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{grouped, say};
use crate::clock::Stopwatch;

/// After how long the first plain line of progress comes; the next ones
/// come ever later.
const FIRST_LINE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How often the text beside a bar is made anew.
const REDRAWN: Duration = Duration::from_millis(150);

/// Progress on a terminal, or as plain lines every so often.
pub struct Progress {
    bar: ProgressBar,
    done: u64,
    is_plain: bool,
    is_mute: bool,
    shown: Stopwatch,
    every: Duration,
}

impl Progress {
    /// Of so many things, or of nobody knows how many.
    pub(super) fn new(total: Option<u64>, draws: bool, is_mute: bool) -> Self {
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let template = if total.is_some() { "{bar:10} {msg}" } else { "{spinner} {msg}" };
        bar.set_style(
            ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("━━╌"),
        );
        bar.set_draw_target(if draws && !is_mute {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        });
        let every = if draws { REDRAWN } else { FIRST_LINE };
        Self { bar, done: 0, is_plain: !draws, is_mute, shown: Stopwatch::start(), every }
    }

    /// Shows how far it is, if the time for that has come. On a terminal the
    /// bar stands before the text, which may have a second line.
    pub fn show(&mut self, done: u64, text: impl FnOnce() -> String) {
        if self.is_mute || self.shown.elapsed() < self.every {
            return;
        }
        self.shown = Stopwatch::start();
        let text = text();
        if self.is_plain {
            self.every = (self.every * 2).min(LONGEST_PAUSE);
            say(&text.replace('\n', " "));
        } else {
            self.bar.set_position(done);
            self.bar.set_message(text);
        }
    }

    /// One more, of nobody knows how many: `12,345 rows`.
    pub fn advance(&mut self, what: &str) {
        self.done += 1;
        // The clock is not asked for every one of a million rows.
        if self.done.is_multiple_of(64) {
            let done = self.done;
            self.show(done, || format!("{} {what}", grouped(done)));
        }
    }

    /// Says something without tearing the bar.
    pub fn suspended(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}
