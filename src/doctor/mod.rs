//! Whether a project is fit to send, found out before anything is sent: the
//! settings, the server, what DNS says of the sender, the way to leave, the
//! clock, the ledger. One file for each; none of them sends a mail.
//!
//! Asked are the resolver, the configured server and the unsubscribe URL, and
//! nobody else. What they answer is hostile until it was read: bounded in time
//! and length, and made printable by whoever shows it.

mod books;
mod configuration;
mod dkim;
mod dmarc;
mod dns;
mod domain;
mod helo;
mod key;
mod leaving;
mod mx;
mod new_key;
mod senders;
mod server;
mod spf;
mod tags;
mod time;

use std::net::SocketAddr;

use crate::address::Address;
use crate::deliver::mailing;
use crate::finding::{Checked, Finding};
use crate::place::{Passage, Place, printable};
use crate::workshop::Workshop;
use dns::Dns;
pub use new_key::{KeyType, NewKey, make, usual_file};

/// The longest piece of somebody else's text that is shown, in characters.
const SHOWN_MAX: usize = 120;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is as it should be.
    Well(String),
    /// It could not, or need not, be looked at.
    Note(String),
    /// It is not.
    Wrong(Finding),
}

impl From<Finding> for Said {
    fn from(finding: Finding) -> Self {
        Self::Wrong(finding)
    }
}

/// Looks at everything, in the order in which a person would mend it.
pub fn examine(workshop: &Workshop, resolver: Option<SocketAddr>) -> Checked<Vec<Said>> {
    let runtime = mailing::runtime()?;
    let mut said = configuration::look(workshop);
    let (server, own_name) = runtime.block_on(server::look(workshop));
    said.extend(server);
    said.extend(runtime.block_on(names(workshop, resolver, own_name.as_deref())));
    let page = leaving::look(&workshop.project);
    let time = time::look(page.date.as_deref());
    said.extend(page.said);
    said.push(time);
    said.extend(books::look(workshop));
    Ok(said)
}

/// What DNS says of the sender, of who else signs campaigns, and of our own server; its answers
/// are waited for at the same time.
async fn names(
    workshop: &Workshop,
    resolver: Option<SocketAddr>,
    own_name: Option<&str>,
) -> Vec<Said> {
    let project = &workshop.project;
    let Some(sender) = &project.sender.mailbox else { return Vec::new() };
    let dns = match Dns::new(resolver) {
        Ok(dns) => dns,
        Err(finding) => return vec![finding.into()],
    };
    let from = sender.address.domain();
    let envelope = project.bounces.address.as_ref().map_or(from, Address::domain);
    let looked = tokio::join!(
        spf::look(&dns, envelope),
        dkim::look(&dns, project),
        dmarc::look(&dns, project, from, envelope, None),
        mx::look(&dns, project),
        senders::look(&dns, workshop, from),
        helo::look(&dns, own_name),
    );
    let said = [looked.0, looked.1, looked.2, looked.3, looked.4, looked.5].concat();
    // A resolver that answers nobody is one mistake.
    let mut unanswered = false;
    let is_news = |said: &Said| match said {
        Said::Wrong(finding) if finding.code == dns::UNANSWERED => {
            !std::mem::replace(&mut unanswered, true)
        }
        _ => true,
    };
    said.into_iter().filter(is_news).collect()
}

/// Somebody else's text, short enough to be shown.
fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN_MAX).map(printable).collect();
    if text.chars().nth(SHOWN_MAX).is_some() {
        short.push('…');
    }
    short
}

/// The place of a whole passage.
fn whole(passage: &Passage) -> Place {
    passage.place(0..passage.text().len())
}

/// A finding at a place, where there is one.
fn at(finding: Finding, place: Option<Place>) -> Said {
    Said::Wrong(match place {
        Some(place) => finding.at(place),
        None => finding,
    })
}
