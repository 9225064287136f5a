//! What `check`, `render`, `preview` and `send` have in common: the project, the
//! campaign with its letter, the list and the frame of the message, all read
//! from disk here.

mod condition;
mod constants;
mod findings;
mod key;
mod links;
mod mailbox;
mod parcel;
mod proof;
mod public;
pub mod test_mail;

pub(crate) use self::key::write_private;
pub use self::key::{Keep, new_key};
pub(crate) use self::parcel::read_file;

use std::fs;
use std::path::{Path, PathBuf};

use crate::address::Mailbox;
use crate::campaign::Campaign;
use crate::compose::{Draft, Letter};
use crate::consent::ConsentRule;
use crate::deliver::return_path::ReturnPath;
use crate::deliver::smtp::Smtp;
use crate::files;
use crate::finding::{Checked, Finding};
use crate::ledger::{self, Location, SoftLimit};
use crate::list::{self, List, Origin};
use crate::merge::Links;
use crate::place::{Passage, Place, Source};
use crate::postgres::Role;
use crate::project::{Bounces, Project, Unsubscribe};
use crate::secret;
use crate::template::{self, Template};
use crate::token::Tokens;
use crate::types::{Types, Zone};
use crate::unsubscribe::Leave;
use crate::wire::server::{PASSWORD_VARIABLE, Server};

/// Where the ledger is when nothing else is said.
const LEDGER: &str = "sqlite:.handbill/ledger.db";

/// The password of a ledger that another one is copied to.
const TO_PASSWORD_VARIABLE: &str = "HANDBILL_LEDGER_TO_PASSWORD";

/// A project, opened.
pub struct Workshop {
    /// What stands in `handbill.toml`.
    pub project: Project,
    ledger: Option<String>,
}

/// Which list, where it was told.
#[derive(Clone, Debug, Default)]
pub struct ListChoice {
    /// The file, or a query.
    pub file: Option<PathBuf>,
    /// The column of addresses.
    pub email_column: Option<String>,
    /// Whether the first line is a person, and names no columns.
    pub no_header: bool,
    /// The encoding of a file.
    pub encoding: Option<String>,
}

impl Workshop {
    /// Finds and reads the project. `ledger` is where it is, if that was told.
    pub fn open(config: Option<&Path>, ledger: Option<&str>) -> Checked<Self> {
        let project = files::project(&here()?, config)?;
        Ok(Self { project, ledger: ledger.map(str::to_owned) })
    }

    /// Reads a campaign's file.
    pub fn campaign(path: &Path) -> Checked<Campaign> {
        let shown = path.display().to_string();
        let source = files::text(path, &shown)?;
        let stem =
            path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        Campaign::parse(&source, &stem)
    }

    /// The campaigns of the project, by name; below the present folder, as a
    /// person there would name them.
    pub fn campaigns(&self) -> Vec<PathBuf> {
        let here = std::env::current_dir().unwrap_or_default();
        let mut files: Vec<PathBuf> = fs::read_dir(self.project.root.join("campaigns"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
            .map(|file| file.strip_prefix(&here).map(Path::to_owned).unwrap_or(file))
            .collect();
        files.sort();
        files
    }

    /// The template that a campaign names, or the project's.
    pub fn template(&self, campaign: &Campaign) -> Checked<Template> {
        let named = campaign.template.as_ref().or(self.project.template.name.as_ref());
        let name = named.map_or(template::DEFAULT, Passage::text);
        files::template(&self.project.root, name).map_err(|findings| match named {
            Some(passage) => placed(findings, &whole(passage)),
            None => findings,
        })
    }

    /// The condition on rows: `--where`, the campaign's, or the project's.
    pub fn condition(&self, campaign: &Campaign, typed: Option<&str>) -> Option<Passage> {
        typed
            .map(|text| Passage::whole(&Source::new("--where", text)))
            .or_else(|| campaign.where_.clone())
            .or_else(|| self.project.list.where_.clone())
            .filter(|passage| !passage.text().is_empty())
    }

    /// Compiles the letter, for the readers of a list where there is one: what its columns are
    /// belongs to the letter.
    pub fn letter(
        &self,
        campaign: &Campaign,
        condition: Option<&Passage>,
        list: Option<&List>,
    ) -> Checked<Letter> {
        condition.map_or(Ok(()), condition::bare_expression)?;
        let template = self.template(campaign)?;
        let draft = Draft::read(campaign, &template, condition);
        let zone = self.timezone(campaign);
        let types = match list {
            Some(list) => list.types(&draft.asked(), zone)?,
            None => Types::new("", zone),
        };
        draft.compile(self.constants(campaign), &types).map_err(|findings| match condition {
            Some(condition) => condition::about(condition, findings),
            None => findings,
        })
    }

    /// Where a campaign's days begin: where it says, or where its sender is.
    pub fn timezone(&self, campaign: &Campaign) -> Zone {
        campaign.timezone.or(self.project.sender.timezone).unwrap_or_default()
    }

    /// Who the campaign comes from.
    pub fn from(&self, campaign: &Campaign) -> Checked<Mailbox> {
        campaign.from.clone().map_or_else(|| self.sender(), Ok)
    }

    /// Who the project's mails come from.
    pub fn sender(&self) -> Checked<Mailbox> {
        self.project.sender.mailbox.clone().ok_or_else(|| {
            Finding::error(
                "no-sender",
                "there is no sender",
                "write `[sender]` with `name` and `email` into handbill.toml, or `from:` into the campaign; `handbill init` makes both",
            )
            .into()
        })
    }

    /// Where the list comes from that was named, or the campaign's, or the project's.
    pub fn list_origin(&self, campaign: &Campaign, choice: &ListChoice) -> Checked<Option<Origin>> {
        if let Some(typed) = &choice.file {
            return typed_origin(typed).map(Some);
        }
        let named = campaign.list.as_ref().or(self.project.list.file.as_ref());
        named.map(|named| Origin::parse(named, &self.project.root)).transpose()
    }

    /// The list that was named, or the campaign's, or the project's.
    pub fn list(&self, campaign: &Campaign, choice: &ListChoice) -> Checked<Option<List>> {
        let options = self.list_options(Some(campaign), choice);
        if let Some(typed) = &choice.file {
            return self.typed_list(typed, &options).map(Some);
        }
        let named = campaign.list.as_ref().or(self.project.list.file.as_ref());
        named.map(|named| self.named_list(named, &options)).transpose()
    }

    /// A list that was typed: a file or a query.
    pub fn typed_list(&self, typed: &Path, options: &list::Options) -> Checked<List> {
        self.open_list(typed_origin(typed)?, &typed.display().to_string(), options)
    }

    /// A list that stands in a file of the project's.
    pub fn named_list(&self, named: &Passage, options: &list::Options) -> Checked<List> {
        let origin = Origin::parse(named, &self.project.root)?;
        self.open_list(origin, named.text(), options).map_err(|findings| {
            let is_missing = findings.iter().any(|finding| finding.code == "list-not-found");
            if is_missing { placed(findings, &whole(named)) } else { findings }
        })
    }

    fn open_list(&self, origin: Origin, name: &str, options: &list::Options) -> Checked<List> {
        let origin = if origin.is_on_a_server() {
            let command = self.project.list.password_command.as_deref();
            match secret::password(Role::List.password_variable(), command)? {
                Some(password) => origin.with_password(&password),
                None => origin,
            }
        } else {
            origin
        };
        match origin {
            Origin::File(path) => List::open(&path, name, options),
            Origin::Query(query) => List::ask(&query, options),
        }
    }

    /// How lists are read here; for a campaign by its own rules of consent, too.
    pub fn list_options(&self, campaign: Option<&Campaign>, choice: &ListChoice) -> list::Options {
        let settings = &self.project.list;
        let own = campaign.map_or(&[][..], |campaign| &campaign.consent);
        // A campaign with rules of its own has a list of its own.
        let of_project = settings
            .consent
            .iter()
            .cloned()
            .map(|rule| ConsentRule { is_required: rule.is_required && own.is_empty(), ..rule });
        list::Options {
            email_column: choice.email_column.clone().or_else(|| settings.email.clone()),
            consent: of_project.chain(own.iter().cloned()).collect(),
            header: if choice.no_header { Some(false) } else { settings.header },
            columns: settings.columns.clone(),
            encoding: choice.encoding.clone().or_else(|| settings.encoding.clone()),
            hidden: settings.hidden,
            blank: settings.blank.clone(),
            keep: settings.keep.clone(),
            types: settings.types.clone(),
        }
    }

    /// How readers of a campaign leave.
    pub fn leave(&self, campaign: &Campaign, tokens: &Tokens) -> Leave {
        let Unsubscribe { url, mailto } = self.project.unsubscribe.clone();
        Leave::new(url, mailto, tokens.clone(), &campaign.id)
    }

    /// Where the bounces of a campaign go.
    pub fn return_path(&self, campaign: &Campaign, from: &Mailbox, tokens: &Tokens) -> ReturnPath {
        let settings = &self.project.bounces;
        match &settings.address {
            None => ReturnPath::plain(from.address.clone()),
            Some(address) if settings.verp => {
                ReturnPath::verp(address.clone(), tokens.clone(), &campaign.id)
            }
            Some(address) => ReturnPath::plain(address.clone()),
        }
    }

    /// How many soft bounces are enough.
    pub fn soft_limit(&self) -> SoftLimit {
        let Bounces { soft, days, .. } = self.project.bounces;
        SoftLimit {
            days: usize::try_from(soft).unwrap_or(usize::MAX),
            within: i64::try_from(days).unwrap_or(i64::MAX),
        }
    }

    /// The server or outbox that was typed, or the project's.
    pub fn way(&self, typed: Option<&str>) -> Checked<Option<Way>> {
        let configured = self.project.delivery.via.as_ref();
        let Some(via) = typed.or_else(|| configured.map(Passage::text)) else { return Ok(None) };
        if let Some(dir) = via.strip_prefix("outbox:") {
            let base = if typed.is_some() { Path::new("") } else { &self.project.root };
            return Ok(Some(Way::Outbox(base.join(dir))));
        }
        Server::parse(via).map(|server| Some(Way::Server(server))).map_err(|findings| {
            match configured.filter(|_| typed.is_none()) {
                // The line may hold a password: its place is named, the line is not shown.
                Some(passage) => placed(findings, &whole(passage).without_excerpt()),
                None => findings,
            }
        })
    }

    /// Gets ready to connect: the password is known before anything else happens.
    pub fn smtp(&self, server: &Server) -> Checked<Smtp> {
        let delivery = &self.project.delivery;
        let secret = match server.user {
            Some(_) => secret::password(PASSWORD_VARIABLE, delivery.password_command.as_deref())?,
            None => None,
        };
        let ca = delivery.ca.as_ref().map(|file| self.project.root.join(file));
        Smtp::new(server.clone(), secret, ca.as_deref())
    }

    /// Where the ledger is.
    pub fn ledger(&self) -> Checked<Location> {
        let settings = &self.project.ledger;
        let location = match (&self.ledger, &settings.url) {
            (Some(typed), _) => Location::parse(typed, &here()?)?,
            // The line may hold a password: its place is named, the line is not shown.
            (None, Some(url)) => Location::parse(url.text(), &self.project.root)
                .map_err(|findings| placed(findings, &whole(url).without_excerpt()))?,
            (None, None) => Location::parse(LEDGER, &self.project.root)?,
        };
        if !matches!(location, Location::Postgres(_)) {
            return Ok(location);
        }
        let command = settings.password_command.as_deref();
        let password = secret::password(ledger::PASSWORD_VARIABLE, command)?;
        Ok(location.with_password(password.as_ref()))
    }

    /// Another ledger than the project's, by its URL. A database of its own has a password of
    /// its own: that of the project's goes to no other login.
    pub fn other_ledger(&self, url: &str, own: &Location) -> Checked<Location> {
        let location = Location::parse(url, &here()?)?;
        let Location::Postgres(server) = &location else { return Ok(location) };
        let command = self.project.ledger.password_command.as_deref();
        let password = match secret::password(TO_PASSWORD_VARIABLE, None)? {
            Some(password) => Some(password),
            None if own.may_share_login(server) => {
                secret::password(ledger::PASSWORD_VARIABLE, command)?
            }
            None => None,
        };
        Ok(location.with_password(password.as_ref()))
    }
}

/// Where the mails go.
pub enum Way {
    /// Into a folder.
    Outbox(PathBuf),
    /// Over SMTP.
    Server(Server),
}

/// A reader's own links.
pub fn links(leave: &Leave, reader: &Mailbox) -> Links {
    Links { unsubscribe: leave.link(&reader.address) }
}

/// What `--list` says; it is relative to the present folder.
fn typed_origin(typed: &Path) -> Checked<Origin> {
    match typed.to_str() {
        Some(text) => Origin::parse(&Passage::whole(&Source::new("--list", text)), Path::new("")),
        None => Ok(Origin::File(typed.to_owned())),
    }
}

/// The place of a whole passage.
fn whole(passage: &Passage) -> Place {
    passage.place(0..passage.text().len())
}

/// Findings that have no place yet, at this one.
fn placed(findings: Vec<Finding>, place: &Place) -> Vec<Finding> {
    let at = |finding: Finding| match finding.place {
        None => finding.at(place.clone()),
        Some(_) => finding,
    };
    findings.into_iter().map(at).collect()
}

fn here() -> Checked<PathBuf> {
    std::env::current_dir().map_err(|error| {
        Finding::error(
            "no-directory",
            format!("the present folder cannot be used: {}", files::plain(&error)),
            "go to a folder that exists",
        )
        .into()
    })
}
