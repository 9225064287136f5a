//! Whether answers and bounces can arrive: the mail exchangers of the sender's
//! domain, and of the domains where answers and bounces go (RFC 5321 §5, RFC 7505).

use super::dns::Dns;
use super::{Said, at, shown};
use crate::address::Address;
use crate::finding::Finding;
use crate::place::Place;
use crate::project::Project;

/// Looks where mail to us would go.
pub(super) async fn look(dns: &Dns, project: &Project) -> Vec<Said> {
    let sender = &project.sender;
    let ours = [&sender.mailbox, &sender.reply_to].into_iter().flatten();
    let addresses = ours.map(|mailbox| &mailbox.address).chain(&project.bounces.address);
    let mut domains: Vec<&str> = Vec::new();
    for domain in addresses.map(Address::domain) {
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    let mut said = Vec::new();
    for domain in domains {
        said.push(look_at(dns, domain, project.place()).await);
    }
    said
}

/// Looks where mail to a domain would go.
pub(super) async fn look_at(dns: &Dns, domain: &str, place: Option<Place>) -> Said {
    one(dns, domain).await.unwrap_or_else(|finding| at(finding, place))
}

async fn one(dns: &Dns, domain: &str) -> Result<Said, Finding> {
    let hosts = dns.mx(domain).await?;
    let Some(first) = hosts.first() else {
        if dns.has_address(domain).await? {
            return Err(Finding::warning(
                "mx-missing",
                format!(
                    "`{domain}` has no MX record: answers go to the host itself, if it takes mail"
                ),
                "add an MX record that names the server where your mail arrives",
            ));
        }
        return Err(Finding::error(
            "mx-missing",
            format!("`{domain}` takes no mail: it has neither an MX record nor an address"),
            "add an MX record that names the server where your mail arrives; many servers refuse mail that cannot be answered",
        ));
    };
    if first.is_empty() {
        return Err(Finding::error(
            "mx-null",
            format!("`{domain}` says that it takes no mail (a null MX)"),
            "send from a domain where answers and bounces can arrive, or name its server in the MX record",
        ));
    }
    for host in hosts.iter().take(3) {
        if dns.has_address(host).await? {
            let text = format!("mail to `{domain}` arrives at `{}`", shown(host));
            return Ok(Said::Well(text));
        }
    }
    Err(Finding::error(
        "mx-no-address",
        format!("mail to `{domain}` should go to `{}`, which has no address", shown(first)),
        "name a host in the MX record that has an A or AAAA record",
    ))
}
