//! `handbill serve`: the page by which readers leave, and the form by which they come.

use std::net::SocketAddr;

use super::{Exit, Global, workshop};
use crate::deliver::outbox::Outbox;
use crate::finding::{Checked, Finding};
use crate::ledger;
use crate::list;
use crate::place::Passage;
use crate::serve::{About, Post, Prefix, Server, Settings, SignUps, Via};
use crate::subscribe::TRAP;
use crate::ui::Ui;
use crate::workshop::{Keep, Way, Workshop};

/// Answer readers who want to leave, and who want to come
///
/// The links of `[unsubscribe] url` lead to a page with one button; `[subscribe] url` is a form. Who fills it in gets
/// a mail and is on the list when they have confirmed it: `handbill list export` writes that list.
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
    let (leave, join) = (&workshop.project.unsubscribe.url, &workshop.project.subscribe.url);
    if leave.is_none() && join.is_none() {
        return Err(without_url().into());
    }
    let prefix = leave.as_deref().map(Prefix::of).transpose()?;
    let sign_ups = sign_ups(&workshop)?;
    let places: Vec<(String, String)> = [
        prefix
            .as_ref()
            .zip(leave.as_ref())
            .map(|(prefix, url)| (prefix.as_str().to_owned(), format!("for the links of {url}"))),
        sign_ups.as_ref().map(|form| {
            (form.prefix.as_str().to_owned(), format!("for the form of {}", form.post.url))
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let [(one, _), (other, _)] = places.as_slice()
        && one == other
    {
        return Err(one_path().into());
    }
    let server = Server::open(Settings {
        listen: args.listen,
        prefix,
        sign_ups,
        tokens: workshop.tokens(Keep::Must)?.0,
        ledger: ledger::open(&workshop.ledger()?)?,
        describe: Box::new(move |campaign| about(&workshop, campaign)),
    })?;
    let address = server.address();
    let ready = || {
        for (path, what) in places {
            ui.status(&format!("listening on http://{address}{path} {what}"));
        }
    };
    server.run(ready, |finding| ui.finding(finding))?;
    Ok(Exit::Done)
}

/// How people sign up, if the project has a form.
fn sign_ups(workshop: &Workshop) -> Checked<Option<SignUps>> {
    let settings = &workshop.project.subscribe;
    let Some(url) = &settings.url else { return Ok(None) };
    let whole = |passage: &Passage| passage.place(0..passage.text().len());
    let mut findings = Vec::new();
    let mut names: Vec<String> = ["email", "subscribed_at", TRAP].map(str::to_owned).to_vec();
    for field in &settings.fields {
        match list::field_name(field.text()).filter(|name| !names.contains(name)) {
            Some(name) => names.push(name),
            None => findings.push(unusable_field(field.text()).at(whole(field))),
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    // Tokens are added to it.
    let address = format!("{}/", url.text().trim_end_matches('/'));
    let prefix = Prefix::of(&address).map_err(|finding| {
        let help = "write it as `https://news.example.org/join/`";
        Finding::error("subscribe-url", finding.message, help).at(whole(url))
    })?;
    let via = match workshop.way(None)? {
        Some(Way::Server(server)) => Via::Smtp(workshop.smtp(&server)?.into()),
        Some(Way::Outbox(folder)) => Via::Outbox(Outbox::new(folder)),
        None => return Err(without_server().at(whole(url)).into()),
    };
    let from = workshop.sender()?;
    let bounces = workshop.project.bounces.address.clone();
    let post = Post {
        via,
        return_path: bounces.unwrap_or_else(|| from.address.clone()),
        from,
        tokens: workshop.tokens(Keep::Must)?.0,
        reply_to: workshop.project.sender.reply_to.clone(),
        signers: workshop.signers()?.into(),
        url: address,
        seal: workshop.seal()?,
    };
    Ok(Some(SignUps {
        prefix,
        heading: settings.heading.clone(),
        text: settings.text.clone(),
        fields: settings.fields.iter().map(|field| field.text().to_owned()).collect(),
        lang: settings.lang.clone(),
        post,
    }))
}

fn without_url() -> Finding {
    Finding::error(
        "no-unsubscribe-url",
        "there is no `[unsubscribe] url`: no letter has a link that could be answered",
        "write `url = \"https://news.example.org/u/\"` under `[unsubscribe]` into handbill.toml: the address by which readers will reach this",
    )
}

fn without_server() -> Finding {
    Finding::error(
        "no-server",
        "who signs up confirms it by a mail, and there is no server to send it through",
        "write `via = \"smtp://user@host:587\"` under `[delivery]`; `outbox:outbox` tries it out",
    )
}

fn one_path() -> Finding {
    Finding::error(
        "subscribe-url",
        "the form would stand where the links of unsubscribing are",
        "give `url` under `[subscribe]` another path than under `[unsubscribe]`",
    )
}

fn unusable_field(name: &str) -> Finding {
    Finding::error(
        "subscribe-field",
        format!("the form cannot ask for `{name}`"),
        "each field needs a name of its own; the address is there already, and a column of this name might say who has left",
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
