//! A line for every recipient, for programs and spreadsheets.

use super::words;
use crate::calendar::rfc3339;
use crate::cli::Exit;
use crate::cli::output::Table;
use crate::clock;
use crate::finding::Checked;
use crate::ledger::{Book, CampaignRecord, State};
use crate::ui::Ui;

/// Prints all recipients, or those in one state.
pub(super) fn print(
    ui: &Ui,
    book: &dyn Book,
    campaigns: &[CampaignRecord],
    only: Option<State>,
) -> Checked<Exit> {
    let mut table = Table::new(ui, &["email", "outcome", "code", "reply", "at"]);
    for campaign in campaigns {
        book.recipients(&campaign.id, only, clock::unix_now(), &mut |recipient| {
            let code = recipient.reply.code.map_or_else(String::new, |code| code.to_string());
            let (outcome, at) = (recipient.state.as_str(), rfc3339(recipient.at));
            table.add(&[&recipient.email, outcome, &code, &words(&recipient), &at])
        })?;
    }
    table.finish()
}
