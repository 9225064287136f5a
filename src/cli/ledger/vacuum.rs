//! `handbill ledger vacuum`.

use super::{nobody_at_work, size, there};
use crate::cli::Exit;
use crate::finding::Checked;
use crate::ledger::{Location, open_whole};
use crate::ui::Ui;

/// Gives room back, while nobody sends.
pub(super) fn run(ui: &Ui, location: &Location) -> Checked<Exit> {
    // Nothing is made where there is no ledger.
    drop(there(location)?);
    let mut book = open_whole(location)?;
    nobody_at_work(book.as_ref(), "it needs the ledger all the time")?;
    let before = book.size()?;
    book.vacuum()?;
    let after = book.size()?;
    ui.status(&match before.saturating_sub(after) {
        0 => format!("there was no room to give back: the ledger takes {}", size(after)),
        given => {
            format!("{} given back: {} before, {} now", size(given), size(before), size(after))
        }
    });
    Ok(Exit::Done)
}
