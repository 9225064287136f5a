//! What the page is told about a reader's mail, as JSON.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::picture::{Picture, Reader, Shown, Standing};
use super::said::Said;
use crate::address::Mailbox;
use crate::clock;
use crate::compose::outline::{has_remote_images, links};
use crate::finding::{Finding, tidy};
use crate::ledger::{self, Book, Totals};
use crate::types::Types;
use crate::workshop::{Way, Workshop};

/// Gmail cuts what is longer, in bytes of the HTML part ("[Message clipped]").
const CLIP: usize = 102 * 1024;
/// How much of a letter stands in for a preheader, in characters.
const SNIPPET: usize = 200;

/// All that the page shows beside the letter.
#[derive(Serialize)]
pub(super) struct State {
    key: String,
    file: String,
    name: String,
    version: u64,
    inbox: Inbox,
    reader: Who,
    view: Standing,
    findings: Vec<Said>,
    size: Size,
    links: Vec<Link>,
    has_remote_images: bool,
    test: Test,
    sent: Option<Progress>,
}

#[derive(Default, Serialize)]
struct Inbox {
    from_name: String,
    from_email: String,
    subject: String,
    preheader: String,
}

#[derive(Default, Serialize)]
struct Who {
    index: u64,
    count: u64,
    email: String,
    name: String,
    line: Option<u64>,
    made_up: bool,
    fields: Vec<(String, Option<String>)>,
    /// What the columns are that the letter asks about.
    types: BTreeMap<String, &'static str>,
}

#[derive(Serialize)]
struct Size {
    html: usize,
    message: usize,
    clip: usize,
}

#[derive(Serialize)]
struct Link {
    text: String,
    url: String,
}

#[derive(Serialize)]
struct Test {
    to: Option<String>,
    why_not: Option<String>,
}

/// How far a campaign has gone out.
#[derive(Serialize)]
pub(super) struct Progress {
    pub(super) sent: u64,
    pub(super) of: u64,
    pub(super) failed: u64,
    pub(super) deferred: u64,
    pub(super) in_doubt: u64,
}

impl State {
    /// What there is to say of a campaign's picture, for one reader.
    pub(super) fn of(key: &str, path: &Path, picture: &Picture, wanted: u64) -> Self {
        let mut findings = picture.findings.clone();
        let reader = picture.reader(wanted).unwrap_or_else(|mut slips| {
            findings.append(&mut slips);
            None
        });
        let types = picture.made().map(|made| &made.letter.types);
        let mut state = Self {
            key: key.to_owned(),
            file: path.display().to_string(),
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            version: picture.version,
            inbox: Inbox::default(),
            reader: reader.as_ref().map(|reader| Who::is(reader, types)).unwrap_or_default(),
            view: Standing::None,
            findings: Vec::new(),
            size: Size { html: 0, message: 0, clip: CLIP },
            links: Vec::new(),
            has_remote_images: false,
            test: test(picture),
            sent: None,
        };
        if let Some(made) = picture.made() {
            state.inbox = Inbox::from(&made.from, made.campaign.subject.text());
        }
        match reader.as_ref().map(|reader| (reader, picture.mail(reader))) {
            Some((reader, Ok(shown))) => {
                findings.extend(left_out(&shown, reader));
                let html = &shown.mail.html;
                state.view = shown.standing;
                state.size.html = html.len();
                state.size.message = shown.message().len();
                state.has_remote_images = has_remote_images(html);
                state.links = links(html)
                    .into_iter()
                    .map(|link| Link { text: link.text, url: link.url })
                    .collect();
                state.inbox.subject.clone_from(&shown.mail.subject);
                state.inbox.preheader =
                    shown.preheader.clone().unwrap_or_else(|| snippet(&shown.mail.text));
            }
            Some((_, Err(missing))) => {
                state.view = missing.standing;
                findings.extend(missing.findings);
            }
            None => {}
        }
        if let (Some(workshop), Some(made)) = (&picture.workshop, picture.made()) {
            let reader = reader.as_ref().filter(|reader| !reader.is_made_up);
            let (sent, notes) = so_far(workshop, &made.campaign.id, reader);
            state.sent = sent;
            findings.extend(notes);
        }
        let editor =
            picture.workshop.as_ref().and_then(|workshop| workshop.project.preview.editor.clone());
        state.findings =
            tidy(findings).into_iter().map(|one| Said::of(one, editor.as_deref())).collect();
        state
    }
}

impl Inbox {
    fn from(mailbox: &Mailbox, subject: &str) -> Self {
        Self {
            from_name: mailbox.name.clone().unwrap_or_default(),
            from_email: mailbox.address.to_string(),
            subject: subject.to_owned(),
            preheader: String::new(),
        }
    }
}

impl Who {
    fn is(reader: &Reader, types: Option<&Types>) -> Self {
        let subscriber = &reader.subscriber;
        let fields = reader.columns.iter().zip(&subscriber.cells);
        let value = |cell: &String| (!cell.is_empty()).then(|| cell.clone());
        let name = super::worst::Search::new(&reader.columns).name(subscriber);
        Self {
            index: reader.index,
            count: reader.count,
            email: subscriber.mailbox.address.to_string(),
            name,
            line: (subscriber.line > 0).then_some(subscriber.line),
            made_up: reader.is_made_up,
            fields: fields.map(|(column, cell)| (column.name.clone(), value(cell))).collect(),
            types: types
                .into_iter()
                .flat_map(Types::iter)
                .map(|(name, column)| (name.to_owned(), column.kind.name()))
                .collect(),
        }
    }
}

/// The beginning of a letter, which programs show where there is no preheader.
fn snippet(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(SNIPPET).collect()
}

fn test(picture: &Picture) -> Test {
    let not = |why: &str| Test { to: None, why_not: Some(why.to_owned()) };
    let Some(workshop) = &picture.workshop else {
        return not("the settings cannot be read");
    };
    let Some(own) = &workshop.project.sender.mailbox else {
        return not("`[sender] email` in handbill.toml says where tests go");
    };
    match workshop.way(None) {
        Ok(Some(Way::Server(_))) => Test { to: Some(own.address.to_string()), why_not: None },
        _ => not("no server is configured: `via` under `[delivery]` in handbill.toml"),
    }
}

/// A reader whom the condition leaves out has a mail to look at, and gets none.
fn left_out(shown: &Shown, reader: &Reader) -> Vec<Finding> {
    match shown.chooses(reader) {
        Ok(false) if !reader.is_made_up => Finding::warning(
            "left-out",
            format!("`where` leaves `{}` out: no mail", reader.subscriber.mailbox.address),
            "change the condition if that is wrong",
        )
        .into(),
        Ok(_) => Vec::new(),
        Err(findings) => findings,
    }
}

/// What the ledger knows of a campaign and of this reader.
fn so_far(
    workshop: &Workshop,
    id: &str,
    reader: Option<&Reader>,
) -> (Option<Progress>, Vec<Finding>) {
    let read = || -> Result<(Option<Progress>, Vec<Finding>), Vec<Finding>> {
        let Some(book) = ledger::read(&workshop.ledger()?)? else { return Ok((None, Vec::new())) };
        let mut notes = Vec::new();
        if let Some(reader) = reader
            && book.is_suppressed(&reader.subscriber.mailbox.address)?
        {
            notes.push(Finding::warning(
                "suppressed",
                format!("`{}` is suppressed and gets no mail", reader.subscriber.mailbox.address),
                "`handbill suppress remove` takes an address off",
            ));
        }
        Ok((sent(book.as_ref(), id)?, notes))
    };
    read().unwrap_or_else(|findings| (None, findings))
}

/// How far a campaign has gone out, if it has begun to.
pub(super) fn sent(book: &dyn Book, id: &str) -> Result<Option<Progress>, Finding> {
    if book.campaign(id)?.is_none() {
        return Ok(None);
    }
    let totals = book.totals(id, clock::unix_now())?;
    let Totals { sent, failed, deferred, in_doubt, skipped, remaining, .. } = totals;
    let left = book.left_to_go(id, clock::unix_now())?.unwrap_or(0);
    let of = sent + failed + deferred + in_doubt + skipped + left.max(remaining);
    Ok(Some(Progress { sent, of, failed, deferred, in_doubt }))
}
