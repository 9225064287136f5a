//! A campaign's proof: everything that its mails are made of, with all there is
//! to say about it. `check` tells what is said, `preview` shows the rest too.

use super::Workshop;
use crate::address::{Address, Mailbox};
use crate::campaign::Campaign;
use crate::check::{LEAVE, WebLink};
use crate::compose::Letter;
use crate::finding::{Finding, tidy};
use crate::list::List;
use crate::merge::{Links, Mail, Merger, made_up};
use crate::message::Frame;

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
    pub fn proof(&self, campaign: &Campaign, list: Option<&List>) -> Proof {
        let mut findings = Vec::new();
        let condition = self.condition(campaign, None);
        let letter = self
            .letter(campaign, condition.as_ref())
            .map_err(|mut slips| findings.append(&mut slips))
            .ok();
        let (sample, preheader, gaps) = letter.as_ref().map(rehearsed).unwrap_or_default();
        let sample = sample.as_ref().map(|mail| (mail, preheader.as_deref()));
        let (said, links) = self.all_findings(campaign, letter.as_ref(), list, sample);
        findings.extend(said);
        findings.extend(gaps);
        let from = self.from(campaign).map_err(|mut slips| findings.append(&mut slips)).ok();
        let mut frame = None;
        if let Some(letter) = &letter {
            match self.frame(campaign, letter) {
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

/// Merges the letter for a made-up reader: what fails for somebody who has
/// every value fails for everybody.
fn rehearsed(letter: &Letter) -> (Option<Mail>, Option<String>, Vec<Finding>) {
    let address = Address::parse("reader@example.org").expect("it is an address");
    let (columns, subscriber) = made_up(letter, &address);
    let mut merger = Merger::new(letter, &columns);
    let links = Links { unsubscribe: Some(LEAVE.to_owned()), web: None };
    match merger.merge(&subscriber, &links) {
        Ok(mail) => {
            let preheader = merger.preheader().map(str::to_owned);
            (Some(mail), preheader, Vec::new())
        }
        Err(gaps) => {
            let gaps = gaps.into_iter().filter(|gap| gap.code == "merge").map(|gap| {
                let finding = Finding::error(
                    gap.code,
                    gap.message,
                    "check the tag; `handbill render` shows what it makes of one row",
                );
                match gap.place {
                    Some(place) => finding.at(place),
                    None => finding,
                }
            });
            (None, None, gaps.collect())
        }
    }
}
