//! What `check`, `render` and `send` have in common: the project, the
//! campaign with its letter, the list and the frame of the message, all read from disk here.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tera::{Context, Value};

use super::Global;
use crate::address::Mailbox;
use crate::campaign::Campaign;
use crate::check;
use crate::clock;
use crate::compose::{self, Letter};
use crate::deliver::server::Server;
use crate::files;
use crate::finding::{Checked, Finding};
use crate::ledger::Location;
use crate::list::{self, List, StatusColumn};
use crate::merge::Links;
use crate::message::{Attachment, Frame, FrameParts, InlineImage};
use crate::place::{Passage, Place, Source};
use crate::project::Project;
use crate::settings::Value as Setting;
use crate::template::{self, Template};
use crate::unsubscribe::Leave;

/// Where the ledger is when nothing else is said.
const LEDGER: &str = "sqlite:.handbill/ledger.db";
/// The key behind unsubscribe tokens, in the project's own folder.
const KEY_FILE: &str = ".handbill/unsubscribe.key";
/// The shortest key that is one, in bytes.
const KEY_MIN: usize = 16;
/// The largest file that goes with a mail; Gmail takes 25 MB in all.
const MAX_FILE: u64 = 25 << 20;

/// What helps where a condition is broken.
const CONDITION_HELP: &str = "write a condition such as `city == \"Leeds\" and not donated`";

/// A project, opened.
pub(super) struct Workshop {
    pub(super) project: Project,
    ledger: Option<String>,
}

/// What the list options of several commands are.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct ListArgs {
    /// The list: a CSV file
    #[arg(long, value_name = "FILE")]
    pub(super) list: Option<PathBuf>,
    /// The column that holds the addresses
    #[arg(long, value_name = "NAME")]
    pub(super) email_column: Option<String>,
}

impl Workshop {
    /// Finds and reads the project.
    pub(super) fn open(global: &Global) -> Checked<Self> {
        let project = files::project(&here()?, global.config.as_deref())?;
        Ok(Self { project, ledger: global.ledger.clone() })
    }

    /// Reads a campaign's file.
    pub(super) fn campaign(path: &Path) -> Checked<Campaign> {
        let shown = path.display().to_string();
        let source = files::text(path, &shown)?;
        let stem =
            path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        Campaign::parse(&source, &stem)
    }

    /// The template that a campaign names, or the project's.
    pub(super) fn template(&self, campaign: &Campaign) -> Checked<Template> {
        let named = campaign.template.as_ref().or(self.project.template.name.as_ref());
        let name = named.map_or(template::DEFAULT, Passage::text);
        files::template(&self.project.root, name).map_err(|findings| match named {
            Some(passage) => placed(findings, &whole(passage)),
            None => findings,
        })
    }

    /// The condition on rows: `--where`, the campaign's, or the project's.
    pub(super) fn condition(&self, campaign: &Campaign, typed: Option<&str>) -> Option<Passage> {
        typed
            .map(|text| Passage::whole(&Source::new("--where", text)))
            .or_else(|| campaign.where_.clone())
            .or_else(|| self.project.list.where_.clone())
            .filter(|passage| !passage.text().is_empty())
    }

    /// Compiles the letter.
    pub(super) fn letter(
        &self,
        campaign: &Campaign,
        condition: Option<&Passage>,
    ) -> Checked<Letter> {
        condition.map_or(Ok(()), bare_expression)?;
        let template = self.template(campaign)?;
        compose::compile(campaign, &template, self.constants(campaign), condition).map_err(
            |findings| match condition {
                Some(condition) => about(condition, findings),
                None => findings,
            },
        )
    }

    /// Who the campaign comes from.
    pub(super) fn from(&self, campaign: &Campaign) -> Checked<Mailbox> {
        campaign.from.clone().or_else(|| self.project.sender.mailbox.clone()).ok_or_else(|| {
            Finding::error(
                "no-sender",
                "there is no sender",
                "write `[sender]` with `name` and `email` into handbill.toml, or `from:` into the campaign; `handbill init` makes both",
            )
            .into()
        })
    }

    /// Values that are the same for every reader.
    fn constants(&self, campaign: &Campaign) -> Context {
        let sender = &self.project.sender;
        let from = campaign.from.clone().or_else(|| sender.mailbox.clone());
        let reply_to = campaign.reply_to.as_ref().or(sender.reply_to.as_ref());
        let mut context = Context::new();
        let text = |text: &str| Value::from(text);
        context.insert_value(
            "sender",
            table([
                (
                    "name",
                    from.as_ref()
                        .map(|from| text(from.name.as_deref().unwrap_or(from.address.as_str()))),
                ),
                ("email", from.as_ref().map(|from| text(from.address.as_str()))),
                ("reply_to", reply_to.map(|reply_to| text(reply_to.address.as_str()))),
                ("postal_address", sender.postal_address.as_deref().map(text)),
                ("website", sender.website.as_deref().map(text)),
                ("logo", sender.logo.as_deref().map(text)),
            ]),
        );
        context.insert_value(
            "campaign",
            table([
                ("id", Some(text(&campaign.id))),
                ("lang", campaign.lang.as_deref().map(text)),
                ("dir", Some(text(campaign.direction()))),
                ("date", campaign.date.as_deref().map(text)),
            ]),
        );
        let variables = self.project.template.variables.iter();
        let variables =
            variables.filter_map(|(name, value)| Some((name.clone().into(), value.to_tera()?)));
        context.insert_value("template", Value::from(variables.collect::<tera::Map>()));
        let vars = campaign.vars.as_ref().and_then(Setting::to_tera);
        context.insert_value("vars", vars.unwrap_or_else(|| Value::from(tera::Map::new())));
        context
    }

    /// The list that was named, or the campaign's, or the project's.
    pub(super) fn list(&self, campaign: &Campaign, args: &ListArgs) -> Checked<Option<List>> {
        let options = self.list_options(args.email_column.as_deref());
        if let Some(path) = &args.list {
            return List::open(path, &path.display().to_string(), &options).map(Some);
        }
        let named = campaign.list.as_ref().or(self.project.list.file.as_ref());
        let Some(named) = named else { return Ok(None) };
        List::open(&self.project.root.join(named.text()), named.text(), &options).map(Some).map_err(
            |findings| {
                let is_missing = findings.iter().any(|finding| finding.code == "list-not-found");
                if is_missing { placed(findings, &whole(named)) } else { findings }
            },
        )
    }

    /// How lists are read here.
    pub(super) fn list_options(&self, email_column: Option<&str>) -> list::Options {
        list::Options {
            email_column: email_column
                .map(str::to_owned)
                .or_else(|| self.project.list.email.clone()),
            status: match self.project.list.status.as_deref() {
                None => StatusColumn::Auto,
                Some("none" | "off" | "") => StatusColumn::Off,
                Some(name) => StatusColumn::Named(name.to_owned()),
            },
        }
    }

    /// Everything there is to say about a campaign, without reading any row.
    pub(super) fn findings(
        &self,
        campaign: &Campaign,
        letter: Option<&Letter>,
        list: Option<&List>,
    ) -> Vec<Finding> {
        let columns: Vec<&str> = list.map_or_else(Vec::new, |list| {
            list.columns().iter().map(|column| column.name.as_str()).collect()
        });
        let mut findings = check::foreign_tags(&campaign.subject, false, &columns);
        if let Some(preheader) = &campaign.preheader {
            findings.extend(check::foreign_tags(preheader, false, &columns));
        }
        findings.extend(check::foreign_tags(&campaign.body, true, &columns));
        if let Ok(template) = self.template(campaign) {
            for source in [&template.page, &template.text_page] {
                findings.extend(check::foreign_tags(&Passage::whole(source), false, &columns));
            }
        }
        if let Some(list) = list {
            let fields = match (letter, self.template(campaign)) {
                (Some(letter), _) => letter.fields.clone(),
                (None, Ok(template)) => {
                    let condition = self.condition(campaign, None);
                    compose::fields(campaign, &template, condition.as_ref())
                }
                (None, Err(_)) => Vec::new(),
            };
            findings.extend(check::fields(&fields, list.columns(), list.name()));
        }
        findings.extend(check::sender(&self.project));
        findings
    }

    /// The frame of the message: headers, attachments, images, read from disk.
    pub(super) fn frame(&self, campaign: &Campaign, letter: &Letter) -> Checked<Frame> {
        let from = self.from(campaign)?;
        let reply_to = campaign.reply_to.as_ref().or(self.project.sender.reply_to.as_ref());
        let folder = Path::new(campaign.source.name()).parent().unwrap_or(Path::new("")).to_owned();
        let mut findings = Vec::new();
        let mut attachments = Vec::new();
        for file in &campaign.attachments {
            match read_file(&folder, file.text()) {
                Ok(bytes) => attachments.push(Attachment { name: file_name(file.text()), bytes }),
                Err(finding) => findings.push(finding.at(file.place(0..file.text().len()))),
            }
        }
        let mut images = Vec::new();
        for image in &letter.images {
            match read_file(&folder, &image.path) {
                Ok(bytes) => {
                    images.push(InlineImage::new(file_name(&image.path), bytes, image.cid.clone()));
                }
                Err(finding) => findings.push(finding.at(image.place.clone())),
            }
        }
        let mut signers = Vec::new();
        for dkim in &self.project.dkim {
            match files::signer(&self.project.root, dkim) {
                Ok(signer) => signers.push(signer),
                Err(finding) => findings.push(finding),
            }
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let list_name =
            self.project.sender.mailbox.as_ref().and_then(|mailbox| mailbox.name.clone());
        let frame = Frame::new(&FrameParts {
            from: &from,
            reply_to,
            campaign_id: &campaign.id,
            list_name: Some(list_name.or_else(|| from.name.clone()).as_deref().unwrap_or("list")),
            language: campaign.lang.as_deref(),
            attachments,
            inline_images: images,
            headers: Vec::new(),
        })?;
        Ok(frame.signed_by(signers))
    }

    /// How readers of a campaign leave. `keeps` says whether a new key may be
    /// written; a dry run leaves nothing behind.
    pub(super) fn leave(&self, campaign: &Campaign, keeps: bool) -> Checked<Leave> {
        let settings = &self.project.unsubscribe;
        let key = if settings.url.is_some() || settings.mailto.is_some() {
            self.key(keeps)?
        } else {
            Vec::new()
        };
        Ok(Leave::new(settings.url.clone(), settings.mailto.clone(), key, &campaign.id))
    }

    fn key(&self, keeps: bool) -> Checked<Vec<u8>> {
        let path = self.project.root.join(KEY_FILE);
        let unusable = |error: std::io::Error| unusable_key(&files::plain(&error));
        if !path.exists() {
            let key = clock::random_secret();
            if !keeps {
                return Ok(key.to_vec());
            }
            keep_key(&path, &key).map_err(unusable)?;
        }
        let key = fs::read(&path).map_err(unusable)?;
        // With a key that others can guess, they could make links for anybody.
        if key.len() < KEY_MIN { Err(unusable_key("it is too short").into()) } else { Ok(key) }
    }

    /// The server or outbox that was typed, or the project's.
    pub(super) fn way(&self, typed: Option<&str>) -> Checked<Option<Way>> {
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

    /// Where the ledger is.
    pub(super) fn ledger(&self) -> Checked<Location> {
        let configured = self.project.ledger.as_ref().map(Passage::text);
        match &self.ledger {
            Some(typed) => Ok(Location::parse(typed, &here()?)?),
            None => Ok(Location::parse(configured.unwrap_or(LEDGER), &self.project.root)?),
        }
    }
}

/// Where the mails go.
pub(super) enum Way {
    Outbox(PathBuf),
    Server(Server),
}

/// A reader's own links.
pub(super) fn links(leave: &Leave, reader: &Mailbox) -> Links {
    Links { unsubscribe: leave.link(&reader.address), web: None }
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

/// A condition is compiled into a tag, and so has none of its own.
fn bare_expression(condition: &Passage) -> Checked<()> {
    let text = condition.text();
    let found = ["{{", "}}", "{%", "%}", "{#"]
        .into_iter()
        .filter_map(|sign| Some((text.find(sign)?, sign)))
        .min();
    let Some((at, sign)) = found else { return Ok(()) };
    let message = format!("a condition has no `{sign}` in it");
    let place = condition.place(at..at + sign.len());
    Err(Finding::error("tag-syntax", message, CONDITION_HELP).at(place).into())
}

/// A condition is compiled as a tag around it. What is said about that tag's
/// end when the condition itself is broken helps nobody.
fn about(condition: &Passage, mut findings: Vec<Finding>) -> Vec<Finding> {
    let place = whole(condition);
    let lines = place.line..=condition.place(condition.text().len()..condition.text().len()).line;
    let is_here = |finding: &Finding| {
        let at = finding.place.as_ref();
        at.is_some_and(|at| at.file == place.file && lines.contains(&at.line))
    };
    let is_broken = |finding: &Finding| finding.code == "tag-syntax" && is_here(finding);
    if findings.iter().any(is_broken) {
        findings.retain(|finding| finding.code == "tag-syntax" || !is_here(finding));
    }
    for finding in findings.iter_mut().filter(|finding| is_broken(finding)) {
        CONDITION_HELP.clone_into(&mut finding.help);
    }
    findings
}

fn unusable_key(why: &str) -> Finding {
    Finding::error(
        "unusable-key",
        format!("the key for unsubscribe links, `{KEY_FILE}`, cannot be used: {why}"),
        "make it readable, or restore it from a backup: links that were sent hang on it",
    )
}

fn table<const N: usize>(entries: [(&'static str, Option<Value>); N]) -> Value {
    let entries = entries.into_iter().filter_map(|(name, value)| Some((name.into(), value?)));
    Value::from(entries.collect::<tera::Map>())
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

fn read_file(folder: &Path, name: &str) -> Result<Vec<u8>, Finding> {
    let path = folder.join(name);
    let unusable = |why: String| {
        Finding::error(
            "unreadable-file",
            format!("cannot read `{name}`: {why}"),
            "paths are relative to the campaign's file",
        )
    };
    let size = fs::metadata(&path).map_err(|error| unusable(files::plain(&error)))?.len();
    if size > MAX_FILE {
        return Err(unusable(format!("{size} bytes are too many for a mail")));
    }
    fs::read(&path).map_err(|error| unusable(files::plain(&error)))
}

fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

/// Keeps a new key, whole from its first moment on. Of two programs that do
/// so at once, the first one's key is kept.
fn keep_key(path: &Path, key: &[u8]) -> std::io::Result<()> {
    let draft = path.with_extension(format!("{:016x}", clock::random_u64()));
    write_private(&draft, key)?;
    let kept = match fs::hard_link(&draft, path) {
        // Some file systems know no links.
        Err(error) if error.kind() != ErrorKind::AlreadyExists => fs::rename(&draft, path),
        _ => Ok(()),
    };
    let _ = fs::remove_file(&draft);
    kept
}

/// Writes a file that only its owner may read, in a folder of the same kind.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}
