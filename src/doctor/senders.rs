//! Who else signs campaigns: a `from:` under another domain than the project's sender needs
//! that domain's SPF and DMARC, and a place where answers arrive.

use super::dns::Dns;
use super::{Said, at, dmarc, mx, spf};
use crate::campaign::Campaign;
use crate::place::Place;
use crate::workshop::Workshop;

/// No more domains are asked about.
const DOMAINS_MAX: usize = 10;

/// Looks at every other domain once, at the first campaign that names it.
pub(super) async fn look(dns: &Dns, workshop: &Workshop, own: &str) -> Vec<Said> {
    let project = &workshop.project;
    let mut said = Vec::new();
    let (others, unread) = others(workshop, own);
    for (domain, place) in &others {
        // The return path of such a campaign is the address that signs it.
        let looked = tokio::join!(
            spf::look(dns, domain),
            dmarc::look(dns, project, domain, domain, Some(place)),
            mx::look_at(dns, domain, Some(place.clone())),
        );
        said.extend([looked.0, looked.1, vec![looked.2]].concat().into_iter().map(
            |said| match said {
                Said::Wrong(finding) if finding.place.is_none() => at(finding, Some(place.clone())),
                said => said,
            },
        ));
    }
    if unread > 0 {
        said.push(Said::Note(
            "who signs them was not looked at in campaigns that cannot be read: `handbill check` says why"
                .into(),
        ));
    }
    said
}

/// The domains, with their places; and how many campaigns cannot be read.
fn others(workshop: &Workshop, own: &str) -> (Vec<(String, Place)>, usize) {
    let (mut domains, mut unread) = (Vec::<(String, Place)>::new(), 0);
    for path in workshop.campaigns() {
        let Ok(campaign) = Workshop::campaign(&path) else {
            unread += 1;
            continue;
        };
        let Some(from) = &campaign.from else { continue };
        let domain = from.address.domain();
        if domain != own
            && domains.len() < DOMAINS_MAX
            && !domains.iter().any(|(known, _)| known == domain)
        {
            domains.push((domain.to_owned(), place(&campaign)));
        }
    }
    (domains, unread)
}

/// The line of `from` in the front matter.
fn place(campaign: &Campaign) -> Place {
    let text = campaign.source.text();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let rest = line.strip_prefix("from").map(str::trim_start);
        if rest.is_some_and(|rest| rest.starts_with([':', '='])) {
            return campaign.source.place(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    campaign.source.place(0..0)
}
