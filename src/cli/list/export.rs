//! `handbill list export`: who signed up by the form, as a list to send to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};

use crate::calendar::rfc3339;
use crate::cli::output::Table;
use crate::cli::{Exit, Global, workshop};
use crate::clock;
use crate::finding::{Checked, Finding};
use crate::ledger;
use crate::ui::{Ui, counted};
use crate::workshop::Workshop;

/// The last column. By it an earlier list of ours is known, which may be replaced.
const LAST: &str = "subscribed_at";
/// More of a line is not looked at.
const LINE: u64 = 64 << 10;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Writes the list.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let workshop = workshop::open(global)?;
    let Some(path) = &args.output else {
        write(&workshop, Table::new(ui, &header(&workshop)))?;
        return Ok(Exit::Done);
    };
    let unwritable = |error: &io::Error| -> Vec<Finding> {
        Finding::error(
            "output",
            format!("cannot write `{}`: {}", path.display(), crate::files::plain(error)),
            "check the folder and its permissions",
        )
        .into()
    };
    if !is_free(path).map_err(|error| unwritable(&error))? {
        return Err(not_ours(path).into());
    }
    // A list that was cut off would be sent to as if it were whole.
    let draft = path.with_extension(format!("{:016x}", clock::random_u64()));
    let written = create(&draft)
        .map_err(|error| unwritable(&error))
        .and_then(|file| {
            let table = Table::to(BufWriter::new(file), &header(&workshop));
            write(&workshop, table)
        })
        .and_then(|count| {
            let kept = File::open(&draft).and_then(|file| file.sync_all());
            kept.and_then(|()| fs::rename(&draft, path)).map_err(|error| unwritable(&error))?;
            Ok(count)
        });
    let count = written.inspect_err(|_| drop(fs::remove_file(&draft)))?;
    ui.status(&format!("{} in {}", counted(count, "subscriber", "subscribers"), path.display()));
    Ok(Exit::Done)
}

fn header(workshop: &Workshop) -> Vec<&str> {
    let fields = workshop.project.subscribe.fields.iter().map(crate::place::Passage::text);
    ["email"].into_iter().chain(fields).chain([LAST]).collect()
}

/// Writes whoever is subscribed, and says how many that are.
fn write<W: io::Write>(workshop: &Workshop, mut table: Table<W>) -> Checked<u64> {
    let mut count = 0;
    if let Some(book) = ledger::read(&workshop.ledger()?)? {
        let fields = &workshop.project.subscribe.fields;
        book.subscriptions(&mut |one| {
            let value = |name: &str| {
                one.fields.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
            };
            let at = rfc3339(one.confirmed_at);
            let cells = [one.address.as_str()].into_iter();
            let cells = cells.chain(fields.iter().map(|field| value(field.text()))).chain([&*at]);
            count += 1;
            table.add(&cells.collect::<Vec<_>>())
        })?;
    }
    table.finish()?;
    Ok(count)
}

/// Whether there is no such file, or one that this command wrote.
fn is_free(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        opened => opened?,
    };
    let mut line = Vec::new();
    BufReader::new(file.take(LINE)).read_until(b'\n', &mut line)?;
    let header = String::from_utf8_lossy(&line);
    let header = header.trim_end();
    Ok(header.is_empty() || header.starts_with("email,") && header.ends_with(&format!(",{LAST}")))
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn not_ours(path: &Path) -> Finding {
    Finding::error(
        "output",
        format!("`{}` is another list, and would be lost", path.display()),
        "name a new file; `handbill send` can send to one list after the other, and nobody gets it twice",
    )
}
