//! `handbill ledger copy`: from one database to another, so that nobody gets a campaign twice
//! over there either (P3), and whoever is suppressed stays so (P4).

use std::ops::ControlFlow;

use super::{carried, inspected, nobody_at_work, there};
use crate::cli::Exit;
use crate::finding::{Checked, Finding};
use crate::ledger::{Inspector, Location, Tallied, open_whole};
use crate::ui::Ui;
use crate::workshop::Workshop;

/// Copies everything. While that goes on, nobody may send or leave by the old one.
pub(super) fn run(ui: &Ui, workshop: &Workshop, from: &Location, to: &str) -> Checked<Exit> {
    let target = workshop.other_ledger(to, from)?;
    if target == *from {
        return Err(Finding::error(
            "ledger-not-empty",
            format!("`{from}` is the ledger itself"),
            "name another one",
        )
        .into());
    }
    let book = there(from)?;
    let still = "what it does meanwhile would be missing in the copy";
    nobody_at_work(book.as_ref(), still)?;
    let mut other = open_whole(&target)?;
    let mut inspector = Inspector::default();
    let mut progress = ui.progress(None);
    let taken = other.take_in(&mut |sink| {
        book.rows(&mut |row| {
            inspected(&mut inspector, &row)?;
            progress.advance("rows");
            sink(row)
        })?;
        unchanged(from, inspector.tallied())
    });
    progress.finish();
    taken?;
    carried(ui, "copied", inspector.tallied());
    ui.status(&format!(
        "now set `[ledger] url = \"{}\"` in handbill.toml, wherever you send from; the old one stays as it is, and nothing may be sent with it any more",
        as_setting(workshop, &target, to)
    ));
    Ok(Exit::Done)
}

/// The URL as it is to stand in `handbill.toml`, where a path is relative to that file.
fn as_setting(workshop: &Workshop, target: &Location, typed: &str) -> String {
    match target {
        Location::Sqlite(path)
            if Location::parse(typed, &workshop.project.root).ok().as_ref() != Some(target) =>
        {
            format!("sqlite:{}", path.display())
        }
        _ => typed.trim().to_owned(),
    }
}

/// Whether the old ledger, looked at anew, still says what was copied, as far as somebody
/// would be mailed twice or against their wish: nobody has opened a run, nobody was suppressed.
fn unchanged(from: &Location, copied: &Tallied) -> Result<(), Finding> {
    let Some(now) = crate::ledger::read_whole(from)? else { return Err(moved()) };
    let moment = crate::clock::unix_now();
    let mut runs = 0;
    for campaign in now.campaigns()? {
        runs += now.runs(&campaign.id, moment)?.len() as u64;
    }
    let mut suppressions = 0;
    now.suppressions(&mut |_| {
        suppressions += 1;
        ControlFlow::Continue(())
    })?;
    let same = runs == copied.of("runs") && suppressions == copied.of("suppressions");
    if same { Ok(()) } else { Err(moved()) }
}

fn moved() -> Finding {
    Finding::error(
        "ledger-in-use",
        "a run was begun, or somebody has left, while the ledger was copied; nothing was taken over",
        "end `handbill serve` and whatever sends, then try again",
    )
}
