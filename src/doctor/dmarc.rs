//! DMARC (RFC 7489): what receivers are asked to do with mail that is not
//! from us, and whether ours would pass: a signature or a return path that is
//! aligned with the domain of `From` (§3.1).

use super::dns::Dns;
use super::domain::{aligned, organisation};
use super::tags::Tags;
use super::{Said, shown, whole};
use crate::finding::Finding;
use crate::place::Place;
use crate::project::Project;

/// Looks for the record of a domain that stands in `From`, and at who signs and returns for it.
/// `place` is where it stands, if that is in a campaign.
pub(super) async fn look(
    dns: &Dns,
    project: &Project,
    from: &str,
    envelope: &str,
    place: Option<&Place>,
) -> Vec<Said> {
    match record(dns, from).await {
        Ok((at, tags)) => judged(project, &at, &tags, from, envelope, place),
        Err(finding) => vec![super::at(finding, place.cloned().or_else(|| project.place()))],
    }
}

/// The record of the domain, or else that of its organisation (§6.6.3).
async fn record(dns: &Dns, from: &str) -> Result<(String, Tags), Finding> {
    let mut domains = vec![from];
    if organisation(from) != from {
        domains.push(organisation(from));
    }
    for domain in domains {
        let name = format!("_dmarc.{domain}");
        let mut found = dns.txt(&name).await?;
        found.retain(|text| text.trim_start().starts_with("v=DMARC1"));
        match (found.len(), found.pop()) {
            (1, Some(text)) => return Ok((name.clone(), read(&name, &text)?)),
            (0, _) => {}
            (many, _) => return Err(several(&name, many)),
        }
    }
    Err(missing(from))
}

fn read(name: &str, text: &str) -> Result<Tags, Finding> {
    let is_policy = |policy: &str| matches!(policy, "none" | "quarantine" | "reject");
    let is_mode = |mode: &str| matches!(mode, "r" | "s");
    let tags = Tags::read(text).filter(|tags| {
        tags.first() == Some("v")
            && tags.get("v") == Some("DMARC1")
            && tags.get("p").is_some_and(is_policy)
            && ["adkim", "aspf"].iter().all(|tag| tags.get(tag).is_none_or(is_mode))
            && tags.get("sp").is_none_or(is_policy)
    });
    tags.ok_or_else(|| {
        Finding::error(
            "dmarc-syntax",
            format!("the DMARC record at `{name}` cannot be read: `{}`", shown(text)),
            "it should read `v=DMARC1; p=none` (or `quarantine`, or `reject`), perhaps with `rua=mailto:…`",
        )
    })
}

fn judged(
    project: &Project,
    at: &str,
    tags: &Tags,
    from: &str,
    envelope: &str,
    place: Option<&Place>,
) -> Vec<Said> {
    let is_inherited = at != format!("_dmarc.{from}");
    let policy = tags.get("sp").filter(|_| is_inherited).or_else(|| tags.get("p"));
    let policy = policy.unwrap_or("none");
    let strictly = |tag: &str| tags.get(tag) == Some("s");
    let mut said = vec![Said::Well(format!("DMARC: `{at}` asks for `p={policy}`"))];
    for dkim in &project.dkim {
        let domain = dkim.domain.text();
        said.push(if aligned(domain, from, strictly("adkim")) {
            Said::Well(format!("DMARC: the signature's domain `{domain}` is aligned with `{from}`"))
        } else {
            let finding = unaligned("signature's", domain, from, strictly("adkim"));
            Said::Wrong(finding.at(place.cloned().unwrap_or_else(|| whole(&dkim.domain))))
        });
    }
    said.push(if aligned(envelope, from, strictly("aspf")) {
        Said::Well(format!("DMARC: the return path's domain `{envelope}` is aligned with `{from}`"))
    } else {
        let finding = unaligned("return path's", envelope, from, strictly("aspf"));
        super::at(finding, project.bounces.written.as_ref().map(whole))
    });
    said
}

fn unaligned(whose: &str, domain: &str, from: &str, strictly: bool) -> Finding {
    let (how, help) = if strictly {
        (
            "not the same as",
            "use the sender's own domain there, or take `adkim=s` and `aspf=s` out of the record",
        )
    } else {
        (
            "of another organisation than",
            "use the sender's domain there, or send from the other one: as it is, it counts for nothing with DMARC",
        )
    };
    Finding::warning(
        "dmarc-unaligned",
        format!("the {whose} domain `{domain}` is {how} the sender's, `{from}`"),
        help,
    )
}

fn missing(from: &str) -> Finding {
    Finding::warning(
        "dmarc-missing",
        format!("`{from}` has no DMARC record: large providers want one of who sends newsletters"),
        format!("add a TXT record at `_dmarc.{from}`; `v=DMARC1; p=none` is a beginning"),
    )
}

fn several(name: &str, many: usize) -> Finding {
    Finding::error(
        "dmarc-several",
        format!("there are {many} DMARC records at `{name}`, so none of them counts"),
        "leave only one (RFC 7489 §6.6.3)",
    )
}
