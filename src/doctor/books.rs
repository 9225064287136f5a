//! The ledger: whether it opens, as a ledger that this program understands.

use super::Said;
use crate::finding::Checked;
use crate::ledger;
use crate::workshop::Workshop;

/// Opens the ledger to read; nothing is made or changed.
pub(super) fn look(workshop: &Workshop) -> Vec<Said> {
    opens(workshop)
        .map_or_else(|findings| findings.into_iter().map(Said::Wrong).collect(), |said| vec![said])
}

fn opens(workshop: &Workshop) -> Checked<Said> {
    let location = workshop.ledger()?;
    Ok(match ledger::read(&location)? {
        Some(_) => Said::Well("the ledger opens".into()),
        None => Said::Well("there is no ledger yet: the first `send` makes it".into()),
    })
}
