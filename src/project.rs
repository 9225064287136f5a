//! A project: the folder with `handbill.toml`, and its settings, validated.
//! Every key is optional but the sender; an unknown key is a finding. Pure:
//! `files` finds and reads the file.

mod bounces;
mod form;
mod looks;

use std::path::PathBuf;

use crate::address::Mailbox;
use crate::campaign::mailbox;
use crate::consent::{self, ConsentRule, Hidden, Told};
use crate::finding::{Checked, Finding};
use crate::place::{Passage, Place, Source};
use crate::rate::Rate;
use crate::settings::{self, Key, Kind, Reader, Value};
use crate::types::{self, TypeRule, Zone};

pub use bounces::Bounces;

/// The name of the file that makes a folder a project.
pub const FILE: &str = "handbill.toml";

/// The settings of a project.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The folder; paths in the settings are relative to it.
    pub root: PathBuf,
    /// `[sender]`
    pub sender: Sender,
    /// `[list]`
    pub list: ListSettings,
    /// `[delivery]`
    pub delivery: Delivery,
    /// `[template]`
    pub template: TemplateSettings,
    /// `[unsubscribe]`
    pub unsubscribe: Unsubscribe,
    /// `[bounces]`
    pub bounces: Bounces,
    /// `[subscribe]`
    pub subscribe: Subscribe,
    /// `[archive]`
    pub archive: ArchiveSettings,
    /// `[check]`
    pub check: CheckSettings,
    /// `[preview]`
    pub preview: PreviewSettings,
    /// `[ledger]`
    pub ledger: LedgerSettings,
    /// `[dkim]`, or several of `[[dkim]]`
    pub dkim: Vec<Dkim>,
    source: Option<Source>,
}

/// Who writes.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    /// Name and address.
    pub mailbox: Option<Mailbox>,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// The postal address, for the footer.
    pub postal_address: Option<String>,
    /// The website, for the footer.
    pub website: Option<String>,
    /// A picture's URL, for templates that show one.
    pub logo: Option<String>,
    /// Where days begin and end.
    pub timezone: Option<Zone>,
}

/// Which list, and how it is read.
#[derive(Clone, Debug, Default)]
pub struct ListSettings {
    /// The file.
    pub file: Option<Passage>,
    /// A condition on rows.
    pub where_: Option<Passage>,
    /// What columns say of consent: `[list.consent]`, and `status`.
    pub consent: Vec<ConsentRule>,
    /// Whether the first line holds the names of the columns; looked at if it is not said.
    pub header: Option<bool>,
    /// The names of the columns of a list without such a line.
    pub columns: Vec<String>,
    /// What becomes of the rows that a workbook hides.
    pub hidden: Option<Hidden>,
    /// The e-mail column's name.
    pub email: Option<String>,
    /// The file's encoding, by any of its names.
    pub encoding: Option<String>,
    /// What cells say that say nothing, beside what programs write.
    pub blank: Vec<String>,
    /// What is data although programs write it for nothing.
    pub keep: Vec<String>,
    /// What columns are: `[list.types]`.
    pub types: Vec<TypeRule>,
    /// A command that prints the password of the database that the list is asked from.
    pub password_command: Option<String>,
}

/// How mail leaves.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// `outbox:DIR`, `smtp://…` or `smtps://…`.
    pub via: Option<Passage>,
    /// A command that prints the password.
    pub password_command: Option<String>,
    /// A file of further certificate authorities, PEM.
    pub ca: Option<String>,
    /// How many connections work at the same time.
    pub connections: Option<u64>,
    /// How fast, over all connections.
    pub rate: Option<Rate>,
    /// No more mails than this in 24 hours.
    pub per_day: Option<u64>,
    /// For a new sender: a limit for each day since the first mail.
    pub ramp: Vec<u64>,
    /// Mails over one connection before it is renewed.
    pub messages_per_connection: Option<u64>,
    /// How many seconds a run waits at its end for deferred mails.
    pub retry_wait: Option<u64>,
    /// What single domains may take, by their names.
    pub domains: Vec<(String, DomainSettings)>,
}

/// What a domain may take at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DomainSettings {
    /// How many connections may mail it at the same time.
    pub connections: Option<u64>,
    /// How fast.
    pub rate: Option<Rate>,
}

/// The template and its variables.
#[derive(Clone, Debug, Default)]
pub struct TemplateSettings {
    /// Its name.
    pub name: Option<Passage>,
    /// What templates read as `{{ template.accent }}`.
    pub variables: Vec<(String, Value)>,
}

/// How a reader leaves.
#[derive(Clone, Debug, Default)]
pub struct Unsubscribe {
    /// The prefix to which a reader's token is added.
    pub url: Option<String>,
    /// An address that takes requests by mail.
    pub mailto: Option<Mailbox>,
}

/// How a reader comes.
#[derive(Clone, Debug, Default)]
pub struct Subscribe {
    /// Where the form is; links of confirmation begin with it.
    pub url: Option<Passage>,
    /// What is asked for beside the address, by the names of columns.
    pub fields: Vec<Passage>,
    /// What stands above the form.
    pub heading: Option<String>,
    /// What stands below that.
    pub text: Option<String>,
    /// The language; without it, the browser's.
    pub lang: Option<String>,
}

/// Past campaigns on the web.
#[derive(Clone, Debug, Default)]
pub struct ArchiveSettings {
    /// Where the archive will stand; it ends in a slash.
    pub url: Option<String>,
    /// What it is called; the sender's name if it is not set.
    pub title: Option<String>,
    /// What the letters of the archive say in place of a reader's values.
    pub persona: Vec<(String, String)>,
}

/// Where the ledger is.
#[derive(Clone, Debug, Default)]
pub struct LedgerSettings {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: Option<Passage>,
    /// A command that prints the database's password.
    pub password_command: Option<String>,
}

/// What `check` says, and how gravely.
#[derive(Clone, Debug, Default)]
pub struct CheckSettings {
    /// Rules by their codes, as written: `[check.rules]`.
    pub rules: Vec<(Passage, Switch)>,
    /// What mail programs readers have, in per cent, by their names: `[check.clients]`.
    pub clients: Vec<(Passage, f64)>,
    /// How many readers of a hundred may lack a feature before it is said.
    pub unsupported: Option<f64>,
}

/// How grave a rule is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It is not said.
    Off,
    /// It is said.
    Warning,
    /// It fails the check.
    Error,
}

/// The live preview.
#[derive(Clone, Debug, Default)]
pub struct PreviewSettings {
    /// A URL that opens an editor at a finding, with `{file}`, `{line}` and `{column}` in it.
    pub editor: Option<String>,
}

/// A key with which mails are signed.
#[derive(Clone, Debug)]
pub struct Dkim {
    /// The domain that signs.
    pub domain: Passage,
    /// Under which name its public key stands in DNS: `SELECTOR._domainkey.DOMAIN`.
    pub selector: Passage,
    /// The file with the private key.
    pub key: Passage,
}

impl Project {
    /// A folder without settings.
    pub fn bare(root: PathBuf) -> Self {
        Self { root, ..Self::default() }
    }

    /// Reads the settings.
    pub fn parse(source: &Source, root: PathBuf) -> Checked<Self> {
        let table = settings::parse_toml(source, 0..source.text().len())?;
        let mut reader = Reader::new(source, format!("`{}`", source.name()), table);
        let mut findings = Vec::new();
        let project = Self {
            root,
            sender: sender(reader.table("sender"), &mut findings),
            list: list(reader.table("list"), &mut findings),
            delivery: delivery(reader.table("delivery"), &mut findings),
            template: template_settings(reader.table("template"), &mut findings),
            unsubscribe: unsubscribe(reader.table("unsubscribe"), &mut findings),
            bounces: bounces::read(source, reader.table("bounces"), &mut findings),
            subscribe: form::read(reader.table("subscribe"), &mut findings),
            archive: archive(reader.table("archive"), &mut findings),
            check: check(source, reader.table("check"), &mut findings),
            preview: preview(reader.table("preview"), &mut findings),
            ledger: ledger(reader.table("ledger"), &mut findings),
            dkim: dkim(&mut reader, &mut findings),
            source: Some(source.clone()),
        };
        findings.append(&mut reader.finish());
        if findings.iter().any(Finding::is_error) { Err(findings) } else { Ok(project) }
    }

    /// The file that they were read from.
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// Where the settings begin, for findings about what is missing.
    pub fn place(&self) -> Option<Place> {
        self.source.as_ref().map(|source| {
            let at = source.text().find("[sender]").unwrap_or(0);
            source.place(at..at)
        })
    }
}

fn owned(reader: &mut Reader<'_>, key: &'static str) -> Option<String> {
    reader.text(key).map(|text| text.text().to_owned()).filter(|text| !text.is_empty())
}

fn sender(mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> Sender {
    let name = owned(&mut reader, "name");
    let mut own = mailbox(&mut reader, "email");
    if let (Some(mailbox), Some(name)) = (&mut own, name) {
        mailbox.name = Some(name);
    }
    let sender = Sender {
        mailbox: own,
        reply_to: mailbox(&mut reader, "reply_to"),
        postal_address: owned(&mut reader, "postal_address"),
        website: owned(&mut reader, "website"),
        logo: owned(&mut reader, "logo"),
        timezone: types::timezone(&mut reader, "timezone"),
    };
    findings.append(&mut reader.finish());
    sender
}

fn list(mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> ListSettings {
    let mut rules = status(&mut reader);
    rules.extend(consent::rules(&mut reader, "consent"));
    let settings = ListSettings {
        file: reader.text("file"),
        where_: reader.text("where"),
        consent: rules,
        header: flag(&mut reader, "header"),
        columns: texts(&mut reader, "columns", "a list of names: [\"email\", \"first_name\"]"),
        hidden: consent::hidden(&mut reader, "hidden"),
        email: owned(&mut reader, "email_column"),
        encoding: owned(&mut reader, "encoding"),
        blank: texts(&mut reader, "blank", "a list of words: [\"-\", \"unknown\"]"),
        keep: texts(&mut reader, "keep", "a list of words: [\"NA\"]"),
        types: types::rules(&mut reader, "types"),
        password_command: owned(&mut reader, "password_command"),
    };
    findings.append(&mut reader.finish());
    settings
}

/// `[list] status`: one more column that tells who left. It switches no other off.
fn status(reader: &mut Reader<'_>) -> Vec<ConsentRule> {
    let Some(value) = reader.take("status") else { return Vec::new() };
    let text = value.as_text().unwrap_or_default();
    if matches!(value.kind, Kind::Bool(_)) || matches!(text.trim(), "none" | "off" | "") {
        let column = reader.passage(&value, text);
        reader.findings.push(
            Finding::error(
                "status-off",
                "`status` cannot switch off what a list says of who left",
                "take the line out; if a column of the list is not about consent, say so by its name:\n[list.consent]\n\"VIP status\" = \"ignore\"",
            )
            .at(column.place(0..column.text().len())),
        );
        return Vec::new();
    }
    let column = reader.passage(&value, text.trim());
    vec![ConsentRule { column, told: Told::Status, is_required: true }]
}

fn flag(reader: &mut Reader<'_>, key: &'static str) -> Option<bool> {
    let value = reader.take(key)?;
    if let Kind::Bool(flag) = value.kind {
        return Some(flag);
    }
    reader.wrong_type(key, &value, "`true` or `false`");
    None
}

fn texts(reader: &mut Reader<'_>, key: &'static str, wanted: &str) -> Vec<String> {
    let Some(value) = reader.take(key) else { return Vec::new() };
    let texts = match &value.kind {
        Kind::List(items) => items.iter().map(Value::as_text).collect::<Option<_>>(),
        _ => None,
    };
    texts.unwrap_or_else(|| {
        reader.wrong_type(key, &value, wanted);
        Vec::new()
    })
}

fn delivery(mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> Delivery {
    let delivery = Delivery {
        via: reader.text("via"),
        password_command: owned(&mut reader, "password_command"),
        ca: owned(&mut reader, "ca"),
        connections: at_least_one(&mut reader, "connections"),
        rate: rate(&mut reader),
        per_day: at_least_one(&mut reader, "per_day"),
        ramp: ramp(&mut reader),
        messages_per_connection: at_least_one(&mut reader, "messages_per_connection"),
        retry_wait: reader.count("retry_wait"),
        domains: domains(&mut reader, findings),
    };
    if let Some(place) = reader.forbidden("password") {
        let help = "take it out, change it, and use `password_command = \"…\"` or the environment's `HANDBILL_SMTP_PASSWORD`";
        findings.push(
            Finding::error("password-in-config", "a password does not belong in this file", help)
                .at(place),
        );
    }
    findings.append(&mut reader.finish());
    delivery
}

fn at_least_one(reader: &mut Reader<'_>, key: &'static str) -> Option<u64> {
    let value = reader.take(key)?;
    match value.kind {
        Kind::Integer(number) if number > 0 => u64::try_from(number).ok(),
        _ => {
            reader.wrong_type(key, &value, "a whole number from 1");
            None
        }
    }
}

fn rate(reader: &mut Reader<'_>) -> Option<Rate> {
    let value = reader.take("rate")?;
    let rate = value.as_text().and_then(|text| Rate::parse(&text));
    if rate.is_none() {
        reader.wrong_type("rate", &value, "a rate such as \"20/s\", \"100/min\" or \"2000/hour\"");
    }
    rate
}

fn ramp(reader: &mut Reader<'_>) -> Vec<u64> {
    let Some(value) = reader.take("ramp") else { return Vec::new() };
    let days = match &value.kind {
        Kind::List(days) => days
            .iter()
            .map(|day| match day.kind {
                Kind::Integer(number) => u64::try_from(number).ok(),
                _ => None,
            })
            .collect(),
        _ => None,
    };
    days.unwrap_or_else(|| {
        reader.wrong_type("ramp", &value, "a list of numbers, one for each day: [50, 100, 500]");
        Vec::new()
    })
}

fn domains(reader: &mut Reader<'_>, findings: &mut Vec<Finding>) -> Vec<(String, DomainSettings)> {
    let mut tables = reader.table("domains");
    let mut domains = Vec::new();
    for (key, value) in tables.rest() {
        let mut table = tables.under(&key, value);
        let settings = DomainSettings {
            connections: at_least_one(&mut table, "connections"),
            rate: rate(&mut table),
        };
        findings.append(&mut table.finish());
        domains.push((key.name.to_ascii_lowercase(), settings));
    }
    findings.append(&mut tables.finish());
    domains
}

fn template_settings(mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> TemplateSettings {
    let name = reader.text("name");
    let variables: Vec<(String, Value)> =
        reader.rest().into_iter().map(|(key, value)| (key.name, value)).collect();
    for (name, value) in &variables {
        looks::check(&mut reader, name, value);
    }
    findings.append(&mut reader.finish());
    TemplateSettings { name, variables }
}

fn archive(mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> ArchiveSettings {
    let url = reader.text("url").filter(|url| !url.text().is_empty());
    if let Some(url) = &url
        && !["https://", "http://"].iter().any(|scheme| url.text().starts_with(scheme))
    {
        let help = "write it as `https://news.example.org/archive/`";
        findings.push(
            Finding::error("archive-url", "the archive's `url` is no address", help)
                .at(url.place(0..url.text().len())),
        );
    }
    let url = url.map(|url| format!("{}/", url.text().trim_end_matches('/')));
    let title = owned(&mut reader, "title");
    let mut table = reader.table("persona");
    let mut persona = Vec::new();
    for (key, value) in table.rest() {
        match value.as_text() {
            Some(text) => persona.push((key.name, text)),
            None => table.wrong_type(&key.name, &value, "one line of text"),
        }
    }
    findings.append(&mut table.finish());
    findings.append(&mut reader.finish());
    ArchiveSettings { url, title, persona }
}

fn check(source: &Source, mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> CheckSettings {
    let name = |key: &Key| Passage::value(source, key.range.clone(), key.name.as_str());
    let mut table = reader.table("rules");
    let mut rules = Vec::new();
    for (key, value) in table.rest() {
        match value.as_text().as_deref() {
            Some("off" | "false") => rules.push((name(&key), Switch::Off)),
            Some("warning") => rules.push((name(&key), Switch::Warning)),
            Some("error") => rules.push((name(&key), Switch::Error)),
            _ => table.wrong_type(&key.name, &value, "`\"off\"`, `\"warning\"` or `\"error\"`"),
        }
    }
    findings.append(&mut table.finish());
    let mut table = reader.table("clients");
    let mut clients = Vec::new();
    for (key, value) in table.rest() {
        match percent(&value) {
            Some(share) => clients.push((name(&key), share)),
            None => table.wrong_type(&key.name, &value, "a number from 0 to 100"),
        }
    }
    findings.append(&mut table.finish());
    let unsupported = reader.take("unsupported").and_then(|value| {
        let share = percent(&value);
        if share.is_none() {
            reader.wrong_type("unsupported", &value, "a number from 0 to 100");
        }
        share
    });
    findings.append(&mut reader.finish());
    CheckSettings { rules, clients, unsupported }
}

/// A number from 0 to 100.
fn percent(value: &Value) -> Option<f64> {
    let number = match value.kind {
        Kind::Integer(number) => f64::from(i32::try_from(number).ok()?),
        Kind::Float(number) => number,
        _ => return None,
    };
    (0.0..=100.0).contains(&number).then_some(number)
}

fn preview(mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> PreviewSettings {
    let settings = PreviewSettings { editor: owned(&mut reader, "editor") };
    findings.append(&mut reader.finish());
    settings
}

fn unsubscribe(mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> Unsubscribe {
    let url = owned(&mut reader, "url").map(|mut url| {
        // A token follows: `/u` and `2e09` would be `/u2e09`.
        if url.ends_with(char::is_alphanumeric) && !url.contains(['?', '#']) {
            url.push('/');
        }
        url
    });
    let settings = Unsubscribe { url, mailto: mailbox(&mut reader, "mailto") };
    findings.append(&mut reader.finish());
    settings
}

fn dkim(reader: &mut Reader<'_>, findings: &mut Vec<Finding>) -> Vec<Dkim> {
    let tables = match reader.take("dkim") {
        None => Vec::new(),
        Some(Value { kind: Kind::List(tables), .. }) => tables,
        Some(table) => vec![table],
    };
    tables.into_iter().filter_map(|table| one_dkim(reader, table, findings)).collect()
}

fn one_dkim(reader: &Reader<'_>, table: Value, findings: &mut Vec<Finding>) -> Option<Dkim> {
    let range = table.range.clone();
    let key = Key { name: "[dkim]".into(), range };
    let mut table = reader.under(&key, table);
    let mut needed = |name| {
        let value = table.text(name);
        if value.is_none() {
            let message = format!("`[dkim]` has no `{name}`");
            table.findings.push(
                Finding::error("missing-key", message, "it needs `domain`, `selector` and `key`")
                    .at(reader.place(&key)),
            );
        }
        value
    };
    let (domain, selector, file) = (needed("domain"), needed("selector"), needed("key"));
    for name in [&domain, &selector].into_iter().flatten() {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !name.text().chars().all(is_name) {
            table.findings.push(
                Finding::error(
                    "wrong-name",
                    format!("`{}` cannot stand in DNS", name.text()),
                    "use letters, digits and hyphens; an international domain as `xn--…`",
                )
                .at(name.place(0..name.text().len())),
            );
        }
    }
    findings.append(&mut table.finish());
    Some(Dkim { domain: domain?, selector: selector?, key: file? })
}

fn ledger(mut reader: Reader<'_>, findings: &mut Vec<Finding>) -> LedgerSettings {
    let ledger = LedgerSettings {
        url: reader.text("url"),
        password_command: owned(&mut reader, "password_command"),
    };
    findings.append(&mut reader.finish());
    ledger
}
