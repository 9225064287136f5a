//! `handbill ledger export`: the ledger as text. `docs/ledger.md` describes the format.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{at_work, carried, inspected, there};
use crate::cli::Exit;
use crate::cli::output::Lines;
use crate::files;
use crate::finding::{Checked, Finding};
use crate::ledger::{Inspector, Location, Runner, Whole, Writer};
use crate::ui::Ui;

/// Writes everything down.
pub(super) fn run(ui: &Ui, location: &Location, output: Option<&Path>) -> Checked<Exit> {
    let book = there(location)?;
    for Runner { campaign, .. } in at_work(book.as_ref())? {
        ui.warn(&format!(
            "a run of `{campaign}` is at work: whom it mails from now on is not in the export"
        ));
    }
    let Some(path) = output.filter(|path| *path != Path::new("-")) else {
        let mut lines = Lines::new(ui);
        let said = write(ui, book.as_ref(), &mut |line| {
            // What went wrong is said at the end.
            if lines.add(line).is_break() { Err(unwritten("standard output", "")) } else { Ok(()) }
        });
        lines.finish()?;
        return said;
    };
    let shown = path.display().to_string();
    let mut file = Part::create(path).map_err(|error| unwritten(&shown, &files::plain(&error)))?;
    let said = write(ui, book.as_ref(), &mut |line| {
        let written = file.out.write_all(line.as_bytes());
        written.map_err(|error| unwritten(&shown, &files::plain(&error)))
    })?;
    file.keep(path).map_err(|error| unwritten(&shown, &files::plain(&error)))?;
    Ok(said)
}

fn write(
    ui: &Ui,
    book: &dyn Whole,
    put: &mut dyn FnMut(&str) -> Result<(), Finding>,
) -> Checked<Exit> {
    let (mut writer, mut inspector) = (Writer::default(), Inspector::default());
    let mut progress = ui.progress(None);
    let mut line = String::new();
    put(&Writer::first())?;
    book.rows(&mut |row| {
        inspected(&mut inspector, &row)?;
        line.clear();
        writer.line(&row, &mut line);
        progress.advance("rows");
        put(&line)
    })?;
    put(&writer.last())?;
    progress.finish();
    carried(ui, "written", inspector.tallied());
    Ok(Exit::Done)
}

fn unwritten(shown: &str, why: &str) -> Finding {
    Finding::error(
        "output",
        format!("cannot write `{shown}`: {why}"),
        "name a file in a folder that can be written to, on a disk with room",
    )
}

/// A file that is written beside its place: a cut off export never takes the place of a whole
/// one. It is readable by its owner only, since readers' addresses are in it.
struct Part {
    path: PathBuf,
    out: BufWriter<File>,
    kept: bool,
}

impl Part {
    fn create(path: &Path) -> io::Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".part-{}", std::process::id()));
        let path = PathBuf::from(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { out: BufWriter::new(options.open(&path)?), path, kept: false })
    }

    fn keep(mut self, place: &Path) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        fs::rename(&self.path, place)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}
