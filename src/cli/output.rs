//! Standard output for what is long: rows leave while they are made, so that
//! memory does not grow with the list.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

use super::{Exit, unwritten};
use crate::finding::Checked;
use crate::ui::Ui;

/// Standard output, some kilobytes at a time.
pub(super) struct Output<'a>(&'a Ui);

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.data(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lines under way.
pub(super) struct Lines<'a> {
    out: BufWriter<Output<'a>>,
    written: io::Result<()>,
}

impl<'a> Lines<'a> {
    /// None yet.
    pub(super) fn new(ui: &'a Ui) -> Self {
        Self { out: BufWriter::new(Output(ui)), written: Ok(()) }
    }

    /// More text; whether any more is of use.
    pub(super) fn add(&mut self, text: &str) -> ControlFlow<()> {
        if self.written.is_ok() {
            self.written = self.out.write_all(text.as_bytes());
        }
        on(self.written.is_ok())
    }

    /// The last ones, and whether all could be written.
    pub(super) fn finish(mut self) -> Checked<Exit> {
        self.written.and_then(|()| self.out.flush()).map_err(|error| unwritten(&error))?;
        Ok(Exit::Done)
    }
}

/// A CSV under way.
pub(super) struct Table<W: Write> {
    out: csv::Writer<W>,
    written: csv::Result<()>,
}

impl<'a> Table<Output<'a>> {
    /// On standard output; begins with the names of its columns.
    pub(super) fn new(ui: &'a Ui, header: &[&str]) -> Self {
        Self::to(Output(ui), header)
    }
}

impl<W: Write> Table<W> {
    /// The same elsewhere.
    pub(super) fn to(out: W, header: &[&str]) -> Self {
        let mut out = csv::Writer::from_writer(out);
        let written = out.write_record(header);
        Self { out, written }
    }

    /// One more row; whether any more is of use.
    pub(super) fn add(&mut self, cells: &[&str]) -> ControlFlow<()> {
        if self.written.is_ok() {
            self.written = self.out.write_record(cells);
        }
        on(self.written.is_ok())
    }

    /// The last rows, and whether all could be written.
    pub(super) fn finish(mut self) -> Checked<Exit> {
        let written = self.written.map_err(io::Error::from);
        written.and_then(|()| self.out.flush()).map_err(|error| unwritten(&error))?;
        Ok(Exit::Done)
    }
}

fn on(is_well: bool) -> ControlFlow<()> {
    if is_well { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}
