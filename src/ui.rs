//! The only printer. Data goes to standard output; everything that is said
//! about it goes to standard error: status, findings, progress, questions.

use std::fmt;
use std::io::{self, BufRead, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::clock::Stopwatch;
use crate::finding::{Finding, Severity};
use crate::place::printable;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Everything that the program says.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "facts about the terminal, gathered once")]
pub struct Ui {
    color: bool,
    quiet: bool,
    verbose: bool,
    is_terminal: bool,
    can_ask: bool,
}

impl Ui {
    /// Looks at the terminal once.
    pub fn new(color: Color, quiet: bool, verbose: bool) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let wants = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        Self { color: wants, quiet, verbose, is_terminal, can_ask: io::stdin().is_terminal() }
    }

    /// Writes what was asked for to standard output, as it is. A reader that
    /// has gone away (`| head`) is no error.
    pub fn data(&self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Says what is happening, unless told to be quiet.
    pub fn status(&self, text: &str) {
        if !self.quiet {
            say(&safe(text));
        }
    }

    /// Says what only the curious want to know.
    pub fn detail(&self, text: &str) {
        if self.verbose && !self.quiet {
            say(&safe(text));
        }
    }

    /// Says what went wrong for somebody, also when told to be quiet.
    pub fn warn(&self, text: &str) {
        say(&self.painted("1;33", text));
    }

    /// Whether more is to be said.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Says a finding: the place, the line with a caret, and what to do.
    pub fn finding(&self, finding: &Finding) {
        if self.quiet && finding.severity == Severity::Warning {
            return;
        }
        let (word, paint) = match finding.severity {
            Severity::Error => ("error", "1;31"),
            Severity::Warning => ("warning", "1;33"),
        };
        let place = finding.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
        let mut text = format!(
            "{}{}{}",
            safe(&place),
            self.painted(paint, &format!("{word}[{}]", finding.code)),
            self.painted("1", &format!(": {}", finding.message))
        );
        if let Some(excerpt) = finding.place.as_ref().and_then(crate::place::Place::excerpt) {
            text.push('\n');
            text.push_str(&excerpt);
        }
        text.push_str(&format!("\n{} {}", self.painted("1;36", "help:"), safe(&finding.help)));
        say(&text);
    }

    /// Asks for the number of mails, to be sure that somebody read what is
    /// about to happen. Without a terminal there is nobody to ask.
    pub fn confirms(&self, count: u64, what: &str) -> Confirmation {
        if !self.can_ask {
            return Confirmation::NobodyThere;
        }
        let mut err = io::stderr().lock();
        let _ = write!(err, "Type {count} to {}, anything else to stop: ", safe(what));
        let _ = err.flush();
        let mut answer = String::new();
        if io::stdin().lock().read_line(&mut answer).is_err() {
            return Confirmation::No;
        }
        if !answer.ends_with('\n') {
            let _ = writeln!(err);
        }
        let typed = answer.trim();
        let is_it = typed == count.to_string() || typed == grouped(count);
        if is_it { Confirmation::Yes } else { Confirmation::No }
    }

    /// Progress over a number of things, if the number is known.
    pub fn progress(&self, total: Option<u64>, what: &'static str) -> Progress {
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let template = if total.is_some() {
            "{bar:30} {human_pos}/{human_len} {msg} · {rate}/s · {eta} left"
        } else {
            "{spinner} {human_pos} {msg} · {rate}/s"
        };
        bar.set_style(
            ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
                    let _ = write!(out, "{:.0}", state.per_sec());
                }),
        );
        bar.set_message(what);
        let draws = self.is_terminal && !self.quiet;
        bar.set_draw_target(if draws {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        });
        let plain = (!self.is_terminal && !self.quiet)
            .then(|| Plain { said: Stopwatch::start(), every: FIRST_LINE });
        Progress { bar, plain, total, done: 0, what }
    }

    fn painted(&self, code: &str, text: &str) -> String {
        let text = safe(text);
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text }
    }
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The number was typed.
    Yes,
    /// Something else was.
    No,
    /// Standard input is no terminal.
    NobodyThere,
}

/// After how long the first plain line of progress comes; the next ones
/// come ever later.
const FIRST_LINE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Progress on a terminal, or as plain lines every so often.
pub struct Progress {
    bar: ProgressBar,
    plain: Option<Plain>,
    total: Option<u64>,
    done: u64,
    what: &'static str,
}

struct Plain {
    said: Stopwatch,
    every: Duration,
}

impl Progress {
    /// One more is done.
    pub fn advance(&mut self) {
        self.done += 1;
        self.bar.inc(1);
        // The clock is not asked for every one of a million rows.
        if let Some(plain) = self.plain.as_mut().filter(|_| self.done.is_multiple_of(64))
            && plain.said.elapsed() >= plain.every
        {
            plain.said = Stopwatch::start();
            plain.every = (plain.every * 2).min(LONGEST_PAUSE);
            match self.total {
                Some(total) => say(&format!("{} of {total} {}", self.done, self.what)),
                None => say(&format!("{} {}", self.done, self.what)),
            }
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

/// Writes a line to standard error.
fn say(text: &str) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{text}");
}

/// Text with nothing in it that could paint on a terminal: only our own
/// colours do, and they are added later.
fn safe(text: &str) -> String {
    text.chars().map(printable).collect()
}

/// `1 mail`, `2 mails`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// `12,345`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
