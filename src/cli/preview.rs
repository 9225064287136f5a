//! `handbill preview`: a page in the browser that shows what every reader
//! will get, while the author types.

use std::path::PathBuf;

use super::workshop::ListArgs;
use super::{Exit, Global, workshop};
use crate::finding::Checked;
use crate::preview::{Preview, Settings};
use crate::ui::Ui;
use crate::workshop::Workshop;

/// See in the browser what each reader will get, while you write
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The campaign's file; all campaigns of the project if none is named
    campaign: Option<PathBuf>,
    #[command(flatten)]
    list: ListArgs,
    /// The port on 127.0.0.1; a free one if none is named
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Print the address and open no browser
    #[arg(long)]
    no_open: bool,
}

/// Serves the preview until Ctrl-C.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    workshop::open(global)?;
    if let Some(path) = args.campaign.as_deref().filter(|path| !path.is_file()) {
        // What is broken in it is shown in the page; what is not there never will be.
        Workshop::campaign(path)?;
    }
    let preview = Preview::open(
        Settings {
            config: global.config.clone(),
            ledger: global.ledger.clone(),
            campaign: args.campaign.clone(),
            list: args.list.choice(),
        },
        args.port,
    )?;
    let url = preview.url().to_owned();
    preview.run(|| {
        ui.tell(&url);
        ui.status("the preview is there until Ctrl-C");
        if !args.no_open && open::that_detached(&url).is_err() {
            ui.status("no browser could be opened; go to the address above");
        }
    })?;
    Ok(Exit::Done)
}
