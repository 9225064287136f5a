//! `handbill list`: what a list holds, and what is wrong with it; and the list of those who
//! signed up.

mod export;

use std::path::PathBuf;

use serde::Serialize;

use super::report::Format;
use super::understood::{self, Understood, shown};
use super::workshop;
use super::{Exit, Global, print, print_json};
use crate::deliver::roll::{Counts, Entry, Roll};
use crate::finding::Checked;
use crate::list::List;
use crate::list::stats::Stats;
use crate::types::{ColumnType, Kind, Zone};
use crate::ui::{Ui, counted, grouped};
use crate::workshop::ListChoice;

/// Look at a list, or make one of those who signed up
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Count who can be mailed and show every row that cannot
    Check(FileArgs),
    /// Show how full the columns are and where the addresses are
    Stats(FileArgs),
    /// Write who signed up by the form of `[subscribe]` and confirmed it, as a CSV to send to
    Export(export::Args),
}

#[derive(Debug, clap::Args)]
struct FileArgs {
    /// The list: a CSV file, or a query: `members.db?query=SELECT …`, `postgres://…?query=…`
    file: PathBuf,
    /// The column that holds the addresses
    #[arg(long, value_name = "NAME")]
    email_column: Option<String>,
    /// The first line is a person and names no columns
    #[arg(long)]
    no_header: bool,
    /// The encoding of the file: `windows-1250`, `cp850`, `utf-8`, …
    #[arg(long, value_name = "LABEL")]
    encoding: Option<String>,
    /// How to answer
    #[arg(long, default_value = "human")]
    format: Format,
}

impl FileArgs {
    fn choice(&self) -> ListChoice {
        ListChoice {
            file: Some(self.file.clone()),
            email_column: self.email_column.clone(),
            no_header: self.no_header,
            encoding: self.encoding.clone(),
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    rows: u64,
    deliverable: u64,
    duplicates: u64,
    left: u64,
    invalid: Vec<Invalid>,
    columns: Vec<ColumnReport<'a>>,
    encoding: &'a str,
    /// None where a database answered.
    delimiter: Option<char>,
    /// None where no line names the columns.
    header_line: Option<u64>,
    #[serde(flatten)]
    understood: Understood,
}

#[derive(Serialize)]
struct Invalid {
    line: u64,
    value: String,
    reason: String,
}

#[derive(Serialize)]
struct ColumnReport<'a> {
    name: &'a str,
    header: &'a str,
    blank: u64,
}

/// Walks a list once.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let opened = |file: &FileArgs| -> Checked<(List, Zone)> {
        let workshop = workshop::open(global)?;
        let options = workshop.list_options(None, &file.choice());
        let zone = workshop.project.sender.timezone.unwrap_or_default();
        Ok((workshop.typed_list(&file.file, &options)?, zone))
    };
    match &args.command {
        Command::Check(file) => opened(file).and_then(|(list, _)| check(ui, &list, file.format)),
        Command::Stats(file) => {
            opened(file).and_then(|(list, zone)| stats(ui, &list, zone, file.format))
        }
        Command::Export(args) => export::run(ui, global, args),
    }
}

fn check(ui: &Ui, list: &List, format: Format) -> Checked<Exit> {
    let mut invalid = Vec::new();
    let mut blank = vec![0_u64; list.columns().len()];
    let mut roll = Roll::call(list, None)?;
    let mut progress = ui.progress(None);
    while let Some(entry) = roll.next_entry()? {
        progress.advance("rows");
        match entry {
            Entry::Invalid(row) if format == Format::Human => {
                progress.suspended(|| ui.finding(&row.finding()));
            }
            Entry::Invalid(row) => {
                invalid.push(Invalid { line: row.line, value: row.value, reason: row.reason });
            }
            Entry::Open(subscriber) => {
                for (count, cell) in blank.iter_mut().zip(&subscriber.cells) {
                    *count += u64::from(cell.is_empty());
                }
                if let (Some(finding), Format::Human) = (subscriber.finding(list.name()), format) {
                    progress.suspended(|| ui.finding(&finding));
                }
            }
            _ => {}
        }
    }
    progress.finish();
    let counts = roll.counts();
    // What one row has to say was said with it.
    let notes = list.notes().iter().filter(|note| note.code != "surplus-cells");
    notes.chain(list.refusals()).for_each(|finding| ui.finding(finding));
    let exit = if list.refusals().is_empty() { Exit::Done } else { Exit::Refused };
    if format == Format::Json {
        let columns = list.columns().iter().zip(&blank);
        print_json(
            ui,
            &Report {
                rows: counts.rows(),
                deliverable: counts.open,
                duplicates: counts.duplicates,
                left: counts.kept_out(),
                invalid,
                columns: columns
                    .map(|(column, blank)| ColumnReport {
                        name: &column.name,
                        header: &column.header,
                        blank: *blank,
                    })
                    .collect(),
                encoding: list.encoding(),
                delimiter: list.delimiter(),
                header_line: list.header_line(),
                understood: Understood::of(list),
            },
        )?;
        return Ok(exit);
    }
    print(ui, in_words(list, &counts, &blank).as_bytes())?;
    Ok(exit)
}

/// What a list holds, for people. `blank` counts the blank cells of each column.
fn in_words(list: &List, counts: &Counts, blank: &[u64]) -> String {
    let mut text = format!(
        "{}: {}, {}\n",
        list.name(),
        counted(counts.rows(), "row", "rows"),
        understood::form(list)
    );
    for (count, what) in [
        (counts.open, "can be mailed"),
        (
            counts.duplicates,
            if counts.duplicates == 1 {
                "is there a second time"
            } else {
                "are there a second time"
            },
        ),
        (counts.left, if counts.left == 1 { "has left" } else { "have left" }),
        (
            counts.not_yet,
            if counts.not_yet == 1 { "has not confirmed yet" } else { "have not confirmed yet" },
        ),
        (counts.unclear, "may be mailed or not: nobody knows"),
        (counts.invalid, "cannot be used"),
    ] {
        if count > 0 || what == "can be mailed" {
            text.push_str(&format!("{:>10} {what}\n", grouped(count)));
        }
    }
    text.push_str("understood:\n");
    for (label, line) in understood::lines(list) {
        text.push_str(&format!("  {label:<9}  {line}\n"));
    }
    text.push_str("fields:\n");
    for (column, blank) in list.columns().iter().zip(blank.iter().copied()) {
        let note = if blank == 0 {
            String::new()
        } else {
            format!("  blank in {}", counted(blank, "row", "rows"))
        };
        text.push_str(&format!(
            "  {{{{ {} }}}}  from `{}`{note}\n",
            column.name,
            shown(&column.header)
        ));
    }
    text
}

#[derive(Serialize)]
struct StatsReport<'a> {
    rows: u64,
    deliverable: u64,
    columns: Vec<ColumnStats<'a>>,
    domains: Vec<Domain<'a>>,
}

#[derive(Serialize)]
struct ColumnStats<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    blank: u64,
    longest: u64,
    example: &'a str,
}

#[derive(Serialize)]
struct Domain<'a> {
    domain: &'a str,
    subscribers: u64,
}

fn stats(ui: &Ui, list: &List, zone: Zone, format: Format) -> Checked<Exit> {
    let names: Vec<String> = list.columns().iter().map(|column| column.name.clone()).collect();
    let types = list.types(&names, zone)?;
    let mut stats = Stats::new(list.columns());
    let mut roll = Roll::call(list, None)?;
    while let Some(entry) = roll.next_entry()? {
        if let Entry::Open(subscriber) = entry {
            stats.add(&subscriber);
        }
    }
    let counts = roll.counts();
    let domains = stats.domains(10);
    if format == Format::Json {
        let columns = stats.columns().iter();
        return print_json(
            ui,
            &StatsReport {
                rows: counts.rows(),
                deliverable: counts.open,
                columns: columns
                    .map(|column| ColumnStats {
                        name: &column.column.name,
                        kind: types.get(&column.column.name).map_or("text", |of| of.kind.name()),
                        blank: column.blank,
                        longest: column.longest as u64,
                        example: &column.example,
                    })
                    .collect(),
                domains: domains
                    .iter()
                    .map(|(domain, subscribers)| Domain { domain, subscribers: *subscribers })
                    .collect(),
            },
        );
    }
    let mut text = format!(
        "{}: {} can be mailed\n",
        list.name(),
        counted(counts.open, "subscriber", "subscribers")
    );
    for column in stats.columns() {
        let of = types.get(&column.column.name);
        let is_more = |of: &&ColumnType| of.kind != Kind::Text || of.doubt.is_some();
        text.push_str(&format!(
            "  {:<24} blank {:>8}  longest {:>5}",
            column.column.name,
            grouped(column.blank),
            column.longest
        ));
        match of.filter(is_more) {
            Some(of) => text.push_str(&format!("  {}", understood::in_short(of))),
            None if column.example.is_empty() => {}
            None => text.push_str(&format!("  e.g. {}", shown(&column.example))),
        }
        text.push('\n');
    }
    text.push_str("domains:\n");
    for (domain, count) in domains {
        text.push_str(&format!("  {:>10} {domain}\n", grouped(count)));
    }
    print(ui, text.as_bytes())
}
