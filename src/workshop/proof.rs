//! A campaign's proof: everything that its mails are made of, with all there is
//! to say about it. `check` tells what is said, `preview` shows the rest too.

use super::Workshop;
use crate::address::{Address, Mailbox};
use crate::campaign::Campaign;
use crate::check::{LEAVE, WebLink};
use crate::compose::Letter;
use crate::finding::{Finding, tidy};
use crate::list::List;
use crate::merge::{Gap, Links, Mail, Merger, made_up};
use crate::message::Frame;
use crate::token::Tokens;
use crate::types::Kind;

/// What could be made of a campaign, and what there is to say about it.
pub struct Proof {
    /// The compiled letter.
    pub letter: Option<Letter>,
    /// What its messages have in common.
    pub frame: Option<Frame>,
    /// Whom it comes from.
    pub from: Option<Mailbox>,
    /// Its links to the web, which could be asked.
    pub links: Vec<WebLink>,
    /// All there is to say, in the order of places.
    pub findings: Vec<Finding>,
}

impl Workshop {
    /// Makes all that can be made of a campaign without reading a row of its list.
    pub fn proof(&self, campaign: &Campaign, list: Option<&List>, tokens: &Tokens) -> Proof {
        let mut findings = Vec::new();
        let condition = self.condition(campaign, None);
        let letter = self
            .letter(campaign, condition.as_ref(), list)
            .map_err(|mut slips| findings.append(&mut slips))
            .ok();
        let (mut said, links) = self.said(campaign, letter.as_ref(), list);
        findings.append(&mut said);
        let from = self.from(campaign).map_err(|mut slips| findings.append(&mut slips)).ok();
        let mut frame = None;
        if let Some(letter) = &letter {
            match self.frame(campaign, letter, tokens) {
                Ok(made) => frame = Some(made),
                Err(mut slips) => {
                    slips.retain(|slip| slip.code != "no-sender");
                    findings.append(&mut slips);
                }
            }
        }
        Proof { letter, frame, from, links, findings: tidy(findings) }
    }
}

impl Workshop {
    /// All that the rules say of a campaign and the letter that was made of it, and the
    /// links that could be asked.
    pub fn said(
        &self,
        campaign: &Campaign,
        letter: Option<&Letter>,
        list: Option<&List>,
    ) -> (Vec<Finding>, Vec<WebLink>) {
        let (sample, preheader, mut gaps) = letter.map(rehearsed).unwrap_or_default();
        let sample = sample.as_ref().map(|mail| (mail, preheader.as_deref()));
        let (mut said, links) = self.all_findings(campaign, letter, list, sample);
        said.append(&mut gaps);
        (said, links)
    }
}

/// Merges the letter for a made-up reader: what fails for somebody who has
/// every value fails for everybody.
fn rehearsed(letter: &Letter) -> (Option<Mail>, Option<String>, Vec<Finding>) {
    let address = Address::parse("reader@example.org").expect("it is an address");
    let (columns, mut subscriber) = made_up(letter, &address);
    let links = Links { unsubscribe: Some(LEAVE.to_owned()) };
    // As often as a field may turn out to be a number, a moment or a link.
    for _ in 0..=columns.len() {
        let mut merger = Merger::new(letter, &columns);
        let gaps = match merger.merge(&subscriber, &links) {
            Ok(mail) => return (Some(mail), merger.preheader().map(str::to_owned), Vec::new()),
            Err(gaps) => gaps,
        };
        let better = gaps.iter().find_map(|gap| Some((stand_in(gap)?, fields_of(letter, gap))));
        let Some((value, fields)) = better.filter(|(value, fields)| {
            let cells = columns.iter().zip(&subscriber.cells);
            let mut own = cells.filter(|(column, _)| fields.contains(&column.name.as_str()));
            own.any(|(_, cell)| cell != value)
        }) else {
            let told = gaps.into_iter().filter_map(|mut gap| {
                of_column(letter, &mut gap);
                as_finding(gap)
            });
            return (None, None, told.collect());
        };
        for (column, cell) in columns.iter().zip(&mut subscriber.cells) {
            if fields.contains(&column.name.as_str()) {
                value.clone_into(cell);
            }
        }
    }
    (None, None, Vec::new())
}

/// What a made-up reader should have had where a value was of the wrong kind.
fn stand_in(gap: &Gap) -> Option<&'static str> {
    match gap.code {
        "unusable-link" => Some("https://example.org/"),
        "unknown-moment" => Some("2027-06-15 18:30 Europe/Berlin"),
        _ if gap.message.ends_with("is no number") => Some("42"),
        _ => None,
    }
}

/// The fields in the line of a gap whose made-up values are guesses.
fn fields_of<'a>(letter: &'a Letter, gap: &Gap) -> Vec<&'a str> {
    let is_guess = |name: &&str| column_of(letter, name).is_none();
    fields_beside(letter, gap).into_iter().filter(is_guess).collect()
}

/// The type of a field's column, if it is known to be more than text.
fn column_of(letter: &Letter, name: &str) -> Option<Kind> {
    letter.types.get(name).map(|column| column.kind).filter(|kind| *kind != Kind::Text)
}

fn fields_beside<'a>(letter: &'a Letter, gap: &Gap) -> Vec<&'a str> {
    let Some(place) = &gap.place else { return Vec::new() };
    let here = letter
        .fields
        .iter()
        .filter(|field| (&field.place.file, field.place.line) == (&place.file, place.line));
    here.map(|field| field.name.as_str()).collect()
}

/// A column of which no cell is what is wanted: the made-up one is not worth telling.
fn of_column(letter: &Letter, gap: &mut Gap) {
    let wanted = match stand_in(gap) {
        Some("42") => "a number",
        Some(text) if text.starts_with("https") => "an address",
        Some(_) => "a date",
        None => return,
    };
    let fields = fields_beside(letter, gap);
    let mut typed = fields.iter().filter_map(|name| Some((name, column_of(letter, name)?)));
    if let (Some((name, kind)), None) = (typed.next(), typed.next()) {
        gap.message = format!("`{name}` is a {kind} column, and {wanted} is wanted here");
        "use another column, or say in `[list.types]` what this one is".clone_into(&mut gap.help);
    }
}

fn as_finding(gap: Gap) -> Option<Finding> {
    if gap.field.is_some() {
        return None;
    }
    // A made-up reader has no row to correct.
    let help = if gap.help.starts_with("correct the cell") || gap.help.starts_with("the cell") {
        "check the tag; `handbill render` shows what it makes of one row".to_owned()
    } else {
        gap.help
    };
    let finding = Finding::error(gap.code, gap.message, help);
    Some(match gap.place {
        Some(place) => finding.at(place),
        None => finding,
    })
}
