//! `handbill ledger import`: reads what `export` wrote. All of it, or nothing; whatever is
//! wrong with the file is told with its line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::carried;
use crate::cli::Exit;
use crate::files;
use crate::finding::{Checked, Finding};
use crate::ledger::{LINE_MAX, Location, Reader, Row, open_whole};
use crate::place::Place;
use crate::ui::Ui;

/// How many mistakes of a file are told.
const TOLD: usize = 20;

/// Takes a file into the ledger, which must be empty.
pub(super) fn run(ui: &Ui, location: &Location, file: &Path) -> Checked<Exit> {
    let shown = file.display().to_string();
    let opened = File::open(file).map_err(|error| unreadable(&shown, &files::plain(&error)))?;
    let mut export = Export::new(&shown, BufReader::new(opened));
    // Nothing is made of a file that is something else.
    export.next()?;
    if !export.mistakes.is_empty() {
        return Err(export.mistakes);
    }
    let mut ledger = open_whole(location)?;
    let mut progress = ui.progress(None);
    let taken = ledger.take_in(&mut |sink| {
        while let Some(row) = export.next()? {
            // Behind a mistake the others are still looked for.
            if export.mistakes.is_empty() {
                sink(row).map_err(|finding| export.placed(finding))?;
                progress.advance("rows");
            }
        }
        export.mistakes.first().cloned().map_or(Ok(()), Err)
    });
    progress.finish();
    match taken {
        Err(finding) if export.mistakes.is_empty() => return Err(finding.into()),
        Err(_) => return Err(export.mistakes),
        Ok(()) => carried(ui, "read", export.reader.tallied()),
    }
    Ok(Exit::Done)
}

/// A file under way.
struct Export<R> {
    shown: String,
    lines: R,
    number: usize,
    reader: Reader,
    mistakes: Vec<Finding>,
}

impl<R: BufRead> Export<R> {
    fn new(shown: &str, lines: R) -> Self {
        let (reader, mistakes) = (Reader::default(), Vec::new());
        Self { shown: shown.to_owned(), lines, number: 0, reader, mistakes }
    }

    /// The next row, past lines that hold none and lines that are wrong; only what cannot be
    /// read ends it at once. The first line is a piece of its own.
    fn next(&mut self) -> Result<Option<Row>, Finding> {
        while self.mistakes.len() < TOLD {
            let mut line = Vec::new();
            self.number += 1;
            let read = (&mut self.lines).take(LINE_MAX as u64 + 1).read_until(b'\n', &mut line);
            read.map_err(|error| unreadable(&self.shown, &files::plain(&error)))?;
            if line.is_empty() {
                if !self.reader.is_whole() {
                    self.mistake("the file ends before its last line: it was cut off");
                }
                return Ok(None);
            }
            let is_whole_line = line.len() <= LINE_MAX;
            let row = match std::str::from_utf8(&line) {
                _ if !is_whole_line => Err("the line is longer than 1 MiB".to_owned()),
                Err(_) => Err("the line is no UTF-8".to_owned()),
                Ok(text) => self.reader.line(text.trim_end_matches(['\r', '\n'])),
            };
            match row {
                Ok(Some(row)) => return Ok(Some(row)),
                Ok(None) => {}
                Err(why) => self.mistake(&why),
            }
            // Where a line has no end there is nothing behind it that could be understood.
            if self.number == 1 || !is_whole_line {
                return Ok(None);
            }
        }
        Ok(None)
    }

    fn mistake(&mut self, why: &str) {
        let finding = Finding::error(
            "ledger-import",
            why,
            "nothing was taken over; take the file as `handbill ledger export` wrote it",
        );
        let finding = self.placed(finding);
        self.mistakes.push(finding);
    }

    /// The finding at the line that was read last.
    fn placed(&self, finding: Finding) -> Finding {
        finding.at(Place::new(&self.shown, self.number, 1))
    }
}

fn unreadable(shown: &str, why: &str) -> Finding {
    Finding::error(
        "unreadable-file",
        format!("cannot read `{shown}`: {why}"),
        "check the name, and that you may read the file",
    )
}
