//! `handbill serve`: the page by which readers leave.

use std::net::SocketAddr;

use super::{Exit, Global, workshop};
use crate::finding::{Checked, Finding};
use crate::ledger;
use crate::serve::{About, Prefix, Server, Settings};
use crate::ui::Ui;
use crate::workshop::{Keep, Workshop};

/// Answer readers who want to leave: the links of `[unsubscribe] url`
///
/// It speaks plain HTTP; a proxy in front of it does TLS, and leaves the path as it is. Ctrl-C or
/// SIGTERM ends it when it has answered what is under way.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen; with port 0, on any free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Serves until Ctrl-C or SIGTERM.
pub(super) fn run(ui: &Ui, global: &Global, args: &Args) -> Checked<Exit> {
    let workshop = workshop::open(global)?;
    let Some(url) = workshop.project.unsubscribe.url.clone() else {
        return Err(without_url().into());
    };
    let prefix = Prefix::of(&url)?;
    let path = prefix.as_str().to_owned();
    let server = Server::open(Settings {
        listen: args.listen,
        prefix,
        tokens: workshop.tokens(Keep::Must)?.0,
        ledger: ledger::open(&workshop.ledger()?)?,
        describe: Box::new(move |campaign| about(&workshop, campaign)),
    })?;
    let address = server.address();
    server.run(
        || ui.status(&format!("listening on http://{address}{path} for the links of {url}")),
        |finding| ui.finding(finding),
    )?;
    Ok(Exit::Done)
}

fn without_url() -> Finding {
    Finding::error(
        "no-unsubscribe-url",
        "there is no `[unsubscribe] url`: no letter has a link that could be answered",
        "write `url = \"https://news.example.org/u/\"` under `[unsubscribe]` into handbill.toml: the address by which readers will reach this",
    )
}

/// What the files say of a campaign, as far as it is still among them.
fn about(workshop: &Workshop, campaign: Option<&str>) -> About {
    let project = &workshop.project;
    let campaign = campaign.and_then(|id| {
        let mut campaigns = workshop.campaigns().into_iter();
        campaigns.find_map(|path| Workshop::campaign(&path).ok().filter(|found| found.id == id))
    });
    let from = campaign.as_ref().and_then(|campaign| campaign.from.as_ref());
    let sender = from.or(project.sender.mailbox.as_ref());
    let named = sender
        .map(|sender| sender.name.clone().unwrap_or_else(|| sender.address.as_str().to_owned()));
    let host = || {
        let url = project.unsubscribe.url.as_deref().unwrap_or_default();
        url.split('/').nth(2).unwrap_or_default().to_owned()
    };
    About { lang: campaign.and_then(|campaign| campaign.lang), sender: named.unwrap_or_else(host) }
}
