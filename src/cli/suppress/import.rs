//! `handbill suppress import`: whatever file there is, our own export or
//! another program's, a CSV or an address a line. It is read row by row.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::BATCH;
use crate::address::Mailbox;
use crate::calendar::read;
use crate::files::plain;
use crate::finding::{Checked, Finding};
use crate::ledger::{Ledger, Suppression};
use crate::list::{Column, List, Options, Row, StatusColumn, Subscriber};
use crate::place::Place;
use crate::ui::{Ui, counted, grouped};

/// How many unusable rows are shown one by one.
const SHOWN: u64 = 20;
/// The longest line that is read whole.
const LINE: u64 = 64 << 10;

/// What there is to do about an unusable row.
const LEFT_OUT: &str = "correct it and import the file again; it is left out";

/// What other programs, and we, call the columns of reasons and of moments.
const REASONS: [&str; 3] = ["reason", "unsub_reason", "unsubscribe_reason"];
const MOMENTS: [&str; 7] = [
    "at",
    "unsub_time",
    "unsubscribed_at",
    "clean_time",
    "bounced_at",
    "suppressed_at",
    "blocklisted_at",
];

/// Whom a file is about that says of some that they have left, and of others
/// that they have not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Who {
    /// Everybody in it
    All,
    /// Only those who have left
    Left,
}

/// A file, and what is said about it.
pub(super) struct Source<'a> {
    pub(super) file: &'a Path,
    pub(super) email_column: Option<String>,
    pub(super) encoding: Option<String>,
    /// Why, if not as the file says.
    pub(super) reason: Option<String>,
    pub(super) who: Option<Who>,
    /// The moment of those of whom the file does not say when.
    pub(super) now: i64,
}

/// Suppressions on their way into the ledger.
pub(super) struct Import<'a> {
    ui: &'a Ui,
    ledger: Box<dyn Ledger>,
    batch: Vec<Suppression>,
    added: u64,
    known: u64,
    unusable: u64,
    stayed: u64,
}

impl<'a> Import<'a> {
    /// Into a ledger.
    pub(super) fn new(ui: &'a Ui, ledger: Box<dyn Ledger>) -> Self {
        let batch = Vec::with_capacity(BATCH);
        Self { ui, ledger, batch, added: 0, known: 0, unusable: 0, stayed: 0 }
    }

    /// Reads a file, and says what was done.
    pub(super) fn run(mut self, source: &Source<'_>) -> Checked<()> {
        let name = source.file.display().to_string();
        if begins_with_an_address(open(source.file, &name)?) {
            self.lines(source, &name)?;
        } else {
            self.rows(source, &name)?;
        }
        self.flush()?;
        self.told();
        Ok(())
    }

    fn told(&self) {
        if self.unusable > SHOWN {
            let more = counted(self.unusable - SHOWN, "row", "rows");
            self.ui.status(&format!("… and {more} more without a usable address"));
        }
        let mut text = format!(
            "{} suppressed, {} stood there already",
            counted(self.added, "address", "addresses"),
            grouped(self.known)
        );
        if self.unusable > 0 {
            let unusable = counted(self.unusable, "row has", "rows have");
            text.push_str(&format!(", {unusable} no usable address"));
        }
        if self.stayed > 0 {
            let stayed = counted(self.stayed, "has not left", "have not left");
            text.push_str(&format!(", {stayed}"));
        }
        self.ui.status(&text);
    }

    /// An address a line, and perhaps more behind it.
    fn lines(&mut self, source: &Source<'_>, name: &str) -> Checked<()> {
        let mut reader = BufReader::new(open(source.file, name)?);
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            let read = reader.by_ref().take(LINE).read_until(b'\n', &mut bytes);
            if read.map_err(|error| unreadable(name, &error))? == 0 {
                break;
            }
            // Addresses are ASCII nearly always, whatever stands behind them.
            let line = String::from_utf8_lossy(&bytes);
            let text = first_cell(&line);
            match Mailbox::parse(text) {
                Ok(mailbox) => {
                    let reason = source.reason.clone().unwrap_or_else(imported);
                    let address = mailbox.address;
                    self.add(Suppression { address, reason, at: source.now })?;
                }
                Err(_) if text.is_empty() => {}
                Err(why) => {
                    let column = line.find(text).map_or(1, |at| line[..at].chars().count() + 1);
                    let place = Place::new(name, number, column)
                        .with_excerpt(line.trim_end(), text.chars().count());
                    let message = format!("{why}: `{text}`");
                    self.unusable(&Finding::warning("invalid-row", message, LEFT_OUT).at(place));
                }
            }
        }
        Ok(())
    }

    /// The rows of a CSV with a line of column names.
    fn rows(&mut self, source: &Source<'_>, name: &str) -> Checked<()> {
        let list = |status| {
            let (email_column, encoding) = (source.email_column.clone(), source.encoding.clone());
            List::open(source.file, name, &Options { email_column, status, encoding })
        };
        let (list, by_status) = match (list(StatusColumn::Off), list(StatusColumn::Auto)) {
            (Ok(list), Ok(by_status)) => (list, by_status),
            // An export of nobody is no mistake.
            (Err(findings), _) if findings.iter().all(|slip| slip.code == "empty-list") => {
                return Ok(());
            }
            (Err(findings), _) | (_, Err(findings)) => return Err(findings),
        };
        let only_left = match source.who {
            Some(who) => who == Who::Left,
            None => refuse_mixed(&by_status).map(|()| false)?,
        };
        let says = Says::of(list.columns(), source);
        for (row, status) in list.rows()?.zip(by_status.rows()?) {
            match (row?, status?) {
                (_, Row::Subscriber(_)) if only_left => self.stayed += 1,
                (Row::Subscriber(subscriber), _) => self.add(says.suppression(subscriber))?,
                (Row::Invalid(row), _) => {
                    let help = LEFT_OUT.to_owned();
                    self.unusable(&Finding { help, ..row.finding() });
                }
                (Row::Gone(_), _) => {}
            }
        }
        Ok(())
    }

    fn unusable(&mut self, finding: &Finding) {
        self.unusable += 1;
        if self.unusable <= SHOWN {
            self.ui.finding(finding);
        }
    }

    fn add(&mut self, suppression: Suppression) -> Checked<()> {
        self.batch.push(suppression);
        if self.batch.len() == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Checked<()> {
        let added = self.ledger.suppress(&self.batch)?;
        self.added += added;
        self.known += self.batch.len() as u64 - added;
        self.batch.clear();
        Ok(())
    }
}

/// What a CSV says of why and when.
struct Says<'a> {
    source: &'a Source<'a>,
    reason: Option<usize>,
    at: Option<usize>,
}

impl<'a> Says<'a> {
    fn of(columns: &[Column], source: &'a Source<'a>) -> Self {
        let find = |names: &[&str]| {
            names.iter().find_map(|name| columns.iter().position(|column| column.name == *name))
        };
        Self { source, reason: find(&REASONS), at: find(&MOMENTS) }
    }

    fn suppression(&self, subscriber: Subscriber) -> Suppression {
        let cell = |index: Option<usize>| {
            let cell = index.and_then(|index| subscriber.cells.get(index));
            cell.filter(|cell| !cell.is_empty())
        };
        let told = || cell(self.reason).cloned().unwrap_or_else(imported);
        Suppression {
            reason: self.source.reason.clone().unwrap_or_else(told),
            at: cell(self.at).and_then(|at| read(at)).unwrap_or(self.source.now),
            address: subscriber.mailbox.address,
        }
    }
}

fn imported() -> String {
    "imported".to_owned()
}

/// A file that tells those who left from those who did not is mostly a whole
/// list: nobody wants to suppress that by a slip.
fn refuse_mixed(list: &List) -> Checked<()> {
    let (mut left, mut stayed) = (0_u64, 0_u64);
    for row in list.rows()? {
        match row? {
            Row::Gone(_) => left += 1,
            Row::Subscriber(_) => stayed += 1,
            Row::Invalid(_) => {}
        }
    }
    if left == 0 || stayed == 0 {
        return Ok(());
    }
    let columns: Vec<String> =
        list.status_columns().map(|column| format!("`{}`", column.header)).collect();
    Err(Finding::error(
        "mixed-file",
        format!(
            "`{}` has {} who left by {}, and {} who did not; nobody was suppressed",
            list.name(),
            grouped(left),
            columns.join(", "),
            grouped(stayed)
        ),
        "`--who left` suppresses those who have left, `--who all` everybody in the file",
    )
    .into())
}

fn open(file: &Path, name: &str) -> Checked<File> {
    Ok(File::open(file).map_err(|error| unreadable(name, &error))?)
}

fn unreadable(name: &str, error: &std::io::Error) -> Finding {
    Finding::error(
        "unreadable-file",
        format!("cannot read `{name}`: {}", plain(error)),
        "check the name, and that you may read the file",
    )
}

/// Whether a file has no line of column names.
fn begins_with_an_address(file: File) -> bool {
    let mut bytes = Vec::new();
    let first = BufReader::new(file).take(LINE).read_until(b'\n', &mut bytes);
    first.is_ok() && Mailbox::parse(first_cell(&String::from_utf8_lossy(&bytes))).is_ok()
}

fn first_cell(line: &str) -> &str {
    let line = line.trim_start_matches('\u{feff}');
    let cell = line.split([',', ';', '\t']).next().unwrap_or("").trim();
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}
