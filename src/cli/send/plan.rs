//! Everything that a mailing needs, read and proven usable before anything
//! is sent; every mistake is said at once.

use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::Args;
use crate::address::Mailbox;
use crate::campaign::Campaign;
use crate::cli::Global;
use crate::cli::workshop;
use crate::clock;
use crate::compose::Letter;
use crate::deliver::allowance::{Allowance, Daily, allowance};
use crate::deliver::chooser::DomainLimit;
use crate::deliver::crew::Speed;
use crate::deliver::return_path::ReturnPath;
use crate::deliver::smtp::Smtp;
use crate::finding::{Checked, Finding, tidy};
use crate::ledger::{self, Fingerprint, Location, SoftLimit};
use crate::list::List;
use crate::message::{Frame, Mail};
use crate::project::Delivery;
use crate::token::{self, Tokens};
use crate::ui::{Ui, counted};
use crate::unsubscribe::Leave;
use crate::wire::server::Server;
use crate::workshop::{Keep, Way, Workshop, new_key};

/// What will happen.
pub(super) struct Plan {
    workshop: Workshop,
    pub(super) campaign: Campaign,
    pub(super) letter: Letter,
    pub(super) list: List,
    pub(super) frame: Frame,
    pub(super) leave: Leave,
    pub(super) from: Mailbox,
    pub(super) return_path: ReturnPath,
    /// Which key makes the tokens.
    mark: String,
    pub(super) ledger: Location,
    pub(super) to: To,
}

/// Where the mails go.
pub(super) enum To {
    /// A dry run, and where a real one would go.
    Nowhere(Option<Way>),
    Outbox(PathBuf),
    Server(Server),
}

impl Plan {
    pub(super) fn make(ui: &Ui, global: &Global, args: &Args) -> Checked<Self> {
        let workshop = workshop::open(global)?;
        let campaign = Workshop::campaign(&args.campaign)?;
        let condition = workshop.condition(&campaign, args.condition.as_deref());
        let mut findings = Vec::new();
        let list = keep(workshop.list(&campaign, &args.list.choice()), &mut findings).flatten();
        if list.is_none() && findings.is_empty() {
            findings.push(no_list());
        }
        let letter =
            keep(workshop.letter(&campaign, condition.as_ref(), list.as_ref()), &mut findings);
        findings.extend(workshop.findings(&campaign, letter.as_ref(), list.as_ref()));
        let from = keep(workshop.from(&campaign), &mut findings);
        let to = keep(to(&workshop, args), &mut findings);
        let tokens = keep(workshop.tokens(Keep::Not), &mut findings).map(|(tokens, _)| tokens);
        let frame = letter.as_ref().zip(tokens.as_ref()).filter(|_| from.is_some()).and_then(
            |(letter, tokens)| keep(workshop.frame(&campaign, letter, tokens), &mut findings),
        );
        let ledger = keep(workshop.ledger(), &mut findings);
        findings.extend(list.iter().flat_map(|list| list.notes().iter().cloned()));
        let (errors, warnings): (Vec<_>, Vec<_>) =
            tidy(findings).into_iter().partition(Finding::is_error);
        for warning in &warnings {
            ui.finding(warning);
        }
        let (Some(letter), Some(from), Some(to), Some(frame), Some(list), Some(ledger), true) =
            (letter, from, to, frame, list, ledger, errors.is_empty())
        else {
            return Err(errors);
        };
        let (said, _) = workshop.said(&campaign, Some(&letter), Some(&list));
        let more = tidy(said).iter().filter(|finding| !warnings.contains(finding)).count();
        if more > 0 {
            let things = counted(more as u64, "more thing", "more things");
            ui.status(&format!("`handbill check` has {things} to say of this letter"));
        }
        // Only now that nothing else is in the way a new key may be kept.
        let had_key = workshop.has_key();
        let (tokens, unkept) = workshop.tokens(match to {
            To::Nowhere(_) => Keep::Not,
            To::Outbox(_) => Keep::May,
            To::Server(_) => Keep::Must,
        })?;
        if let Some(warning) = &unkept {
            ui.finding(warning);
        }
        if !had_key && workshop.has_key() && has_sent(&ledger)? {
            ui.finding(&new_key());
        }
        let (frame, leave) = (frame.keyed_by(tokens.clone()), workshop.leave(&campaign, &tokens));
        let return_path = workshop.return_path(&campaign, &from, &tokens);
        let mark = token::hexadecimal(&tokens.mark());
        Ok(Self {
            workshop,
            campaign,
            letter,
            list,
            frame,
            leave,
            from,
            return_path,
            mark,
            ledger,
            to,
        })
    }

    /// Gets ready to connect.
    pub(super) fn smtp(&self, server: &Server) -> Checked<Smtp> {
        self.workshop.smtp(server)
    }

    /// How many soft bounces are enough.
    pub(super) fn soft_limit(&self) -> SoftLimit {
        self.workshop.soft_limit()
    }

    /// How fast, and with how many connections.
    pub(super) fn speed(&self) -> Speed {
        let delivery = &self.workshop.project.delivery;
        let usual = Speed::default();
        let small = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let domains = delivery.domains.iter().map(|(name, settings)| {
            let limit =
                DomainLimit { connections: settings.connections.map(small), rate: settings.rate };
            (name.clone(), limit)
        });
        Speed {
            connections: delivery.connections.map_or(usual.connections, small),
            rate: delivery.rate,
            messages_per_connection: delivery
                .messages_per_connection
                .map_or(usual.messages_per_connection, |most| u32::try_from(most).ok()),
            domains: domains.collect(),
            retry_wait: delivery.retry_wait.map_or(usual.retry_wait, Duration::from_secs),
        }
    }

    /// How many of those who want one may still get a mail today, if there is
    /// a limit.
    pub(super) fn allowance(&self, wanted: u64) -> Checked<Option<Allowance>> {
        let daily = self.daily();
        let book = ledger::read(&self.ledger)?;
        let now = clock::unix_now();
        let promised = book.as_ref().map_or(Ok(0), |book| book.promised(now))?;
        Ok(allowance(&daily, book.as_deref(), (wanted, promised), now)?)
    }

    /// What the settings say about days.
    pub(super) fn daily(&self) -> Daily {
        daily(&self.workshop.project.delivery)
    }

    /// What is sent under this campaign's id: the letter, everything that
    /// stands around it in a message, and which key its tokens are made with.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        let nobody = Mailbox { name: None, address: self.from.address.clone() };
        let mail =
            Mail { to: &nobody, subject: "", html: "", text: "", headers: &[], invites: &[] };
        let mut around = Vec::new();
        // The key has a word of its own.
        let frame = self.frame.clone().keyed_by(Tokens::new(&[]));
        frame.write_unsigned(&mail, 0, &mut around);
        let around = Sha256::digest(&around);
        let around = around.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        Fingerprint {
            subject: self.campaign.subject.text().to_owned(),
            content_hash: format!(
                "{} {around} {} {}",
                self.letter.fingerprint(),
                self.mark,
                self.types()
            ),
        }
    }

    /// What the columns are that the letter asks about, in one word: `donated:number,vip:yes/no`.
    fn types(&self) -> String {
        let types: Vec<String> = (self.letter.types.iter())
            // Nothing is known of a column without a cell.
            .filter(|(_, column)| !column.example.is_empty())
            .map(|(name, column)| format!("{name}:{}", column.signature()))
            .collect();
        if types.is_empty() { "-".to_owned() } else { types.join(";") }
    }

    /// A campaign that has changed after its first mail left is two campaigns.
    pub(super) fn change(&self) -> Checked<Option<Finding>> {
        let Some(book) = ledger::read(&self.ledger)? else { return Ok(None) };
        let Some(before) = book.campaign(&self.campaign.id)? else { return Ok(None) };
        let (before, now) = (before.fingerprint, self.fingerprint());
        let totals = book.totals(&self.campaign.id, clock::unix_now())?;
        if before == now || totals.sent + totals.in_doubt == 0 {
            return Ok(None);
        }
        let word = |print: &Fingerprint, nth| {
            print.content_hash.split(' ').nth(nth).map(str::to_owned).unwrap_or_default()
        };
        let is_other = |nth| word(&before, nth) != word(&now, nth);
        // What columns are changes the compiled letter, too.
        let types = changed_types(&self.campaign.id, &word(&before, TYPES), &word(&now, TYPES));
        if types.is_some() && before.subject == now.subject {
            return Ok(types);
        }
        let what = if before.subject != now.subject {
            format!("its subject was `{}`", before.subject)
        } else if is_other(0) {
            "its text or its template".to_owned()
        } else if is_other(1) {
            "its sender, its attachments or its images".to_owned()
        } else if is_other(2) {
            return Ok(Some(other_key(&self.campaign.id)));
        } else {
            return Ok(None);
        };
        Ok(Some(Finding::error(
            "changed-campaign",
            format!("`{}` has changed since its first mail left: {what}", self.campaign.id),
            "send the rest as it is now with `--changed`, or give the new letter an `id` of its own",
        )))
    }
}

/// Which word of a content hash tells what the columns are.
const TYPES: usize = 3;

/// The same condition asks something else where a column is something else.
fn changed_types(campaign: &str, before: &str, now: &str) -> Option<Finding> {
    let pairs = |types: &str| -> Vec<(String, String)> {
        let pairs = types.split(';').filter_map(|pair| pair.split_once(':'));
        pairs.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
    };
    let now = pairs(now);
    let (name, was, is) = pairs(before).into_iter().find_map(|(name, was)| {
        let (_, is) = now.iter().find(|(own, kind)| *own == name && *kind != was)?;
        Some((name, was, is.clone()))
    })?;
    Some(Finding::error(
        "changed-types",
        format!(
            "the column `{name}` was of the type `{was}` when the first mails of `{campaign}` left, and is `{is}` now: conditions mean something else"
        ),
        "correct the cells, or say under `[list.types]` what it is; or send the rest as it is now with `--changed`",
    ))
}

/// Links of mails that left hang on the key; so do bounces.
fn other_key(campaign: &str) -> Finding {
    Finding::error(
        "other-key",
        format!("the first mails of `{campaign}` were made with another key than the one here"),
        "copy `.handbill/unsubscribe.key` from the machine that began, or from a backup; if it is lost, send the rest with `--changed`: links in the first mails do not work any more",
    )
}

/// What the settings say about days.
pub(in crate::cli) fn daily(delivery: &Delivery) -> Daily {
    Daily { most: delivery.per_day, ramp: delivery.ramp.clone() }
}

/// Whether anything was sent by this ledger.
fn has_sent(ledger: &Location) -> Checked<bool> {
    let book = ledger::read(ledger)?;
    Ok(!book.map_or(Ok(Vec::new()), |book| book.campaigns())?.is_empty())
}

fn to(workshop: &Workshop, args: &Args) -> Checked<To> {
    if let Some(dir) = &args.outbox {
        return Ok(To::Outbox(dir.clone()));
    }
    match workshop.way(args.via.as_deref())? {
        way if args.dry_run => Ok(To::Nowhere(way)),
        Some(Way::Server(server)) => Ok(To::Server(server)),
        Some(Way::Outbox(dir)) => Ok(To::Outbox(dir)),
        None => Err(no_server("there is no server to send through").into()),
    }
}

pub(super) fn no_server(message: &str) -> Finding {
    Finding::error(
        "no-server",
        message,
        "write `via = \"smtp://user@host:587\"` under `[delivery]` in handbill.toml, or try `--outbox outbox` or `--dry-run`",
    )
}

fn no_list() -> Finding {
    Finding::error(
        "no-list",
        "there is no list to send to",
        "name one with `--list FILE`, or write `file = \"subscribers.csv\"` under `[list]` in handbill.toml",
    )
}

/// What was made, or its mistakes with the others.
fn keep<T>(made: Checked<T>, findings: &mut Vec<Finding>) -> Option<T> {
    made.map_err(|mut slips| findings.append(&mut slips)).ok()
}
