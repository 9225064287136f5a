//! The only printer. Data goes to standard output; everything that is said
//! about it goes to standard error: status, findings, progress, questions.

mod board;
mod fold;
mod progress;

use std::io::{self, BufRead, IsTerminal, Write};

use terminal_size::terminal_size_of;

use crate::finding::{Finding, Severity};
use crate::place::printable;
pub use board::Board;
use fold::fold;
pub use progress::Progress;

/// The column at which the text of an entry begins, behind its label.
const LABEL: usize = 12;
/// Where the later lines of anything else begin.
const INDENT: usize = 6;

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
            say(&self.fold(&safe(text), INDENT));
        }
    }

    /// Says what somebody waits for, also when told to be quiet.
    pub fn tell(&self, text: &str) {
        say(&safe(text));
    }

    /// Says something under a label, so that a narrow terminal does not tear
    /// its words: `from        Ann <ann@example.org>`.
    pub fn entry(&self, label: &str, text: &str) {
        if !self.quiet {
            say(&self.labelled(label, text));
        }
    }

    /// The same of something that went wrong for somebody, also when told to
    /// be quiet.
    pub fn warn_entry(&self, label: &str, text: &str) {
        say(&self.in_colour("1;33", self.labelled(label, text)));
    }

    /// Text for standard output, wrapped where that is a narrow terminal;
    /// what is wrapped begins at a column.
    pub fn folded(&self, text: &str, indent: usize) -> String {
        fold(&safe(text), Self::columns(), indent)
    }

    /// The columns of standard output; no end of them where it is no terminal.
    fn columns() -> usize {
        columns(terminal_size_of(io::stdout()))
    }

    /// Says what only the curious want to know.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.status(text);
        }
    }

    /// Says what went wrong for somebody, also when told to be quiet.
    pub fn warn(&self, text: &str) {
        say(&self.in_colour("1;33", self.fold(&safe(text), INDENT)));
    }

    /// Whether somebody is there to answer.
    pub fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// Whether progress is drawn, not told line by line.
    pub fn draws(&self) -> bool {
        self.is_terminal
    }

    /// Whether standard output is a terminal, where lines can be drawn anew in place.
    pub fn redraws(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Lines that are drawn anew in place.
    pub fn board(&self) -> Board {
        Board::default()
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
        let (place, code) = (safe(&place), format!("{word}[{}]", finding.code));
        let line = self.fold(&safe(&format!("{place}{code}: {}", finding.message)), INDENT);
        // Colour takes no room; where a line is so short that it ends before the
        // message there is none.
        let mut text = match line.strip_prefix(&format!("{place}{code}")) {
            Some(message) => {
                place + &self.in_colour(paint, code) + &self.in_colour("1", message.to_owned())
            }
            None => line,
        };
        if let Some(excerpt) = finding.place.as_ref().and_then(crate::place::Place::excerpt) {
            text.push('\n');
            text.push_str(&excerpt);
        }
        // Lines behind the first are to be copied: they stand for themselves.
        let mut lines = finding.help.lines();
        let first = format!("help: {}", lines.next().unwrap_or_default());
        let help = self.fold(&safe(&first), INDENT);
        let help = help.strip_prefix("help:").unwrap_or(&help);
        text.push_str(&format!("\n{}{help}", self.painted("1;36", "help:")));
        lines.for_each(|line| text.push_str(&format!("\n{:INDENT$}{}", "", safe(line))));
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

    /// Progress, with a bar if the number of things is known.
    pub fn progress(&self, total: Option<u64>) -> Progress {
        Progress::new(total, self.is_terminal, self.quiet)
    }

    fn painted(&self, code: &str, text: &str) -> String {
        self.in_colour(code, safe(text))
    }

    fn in_colour(&self, code: &str, text: String) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text }
    }

    fn labelled(&self, label: &str, text: &str) -> String {
        self.fold(&safe(&format!("{label:<LABEL$}{text}")), LABEL)
    }

    /// What goes to standard error, wrapped where that is a narrow terminal.
    fn fold(&self, text: &str, indent: usize) -> String {
        let size = if self.is_terminal { terminal_size_of(io::stderr()) } else { None };
        fold(text, columns(size), indent)
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

/// The columns of a terminal; no end of them where there is none.
fn columns(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    size.map_or(usize::MAX, |(terminal_size::Width(width), _)| usize::from(width))
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
