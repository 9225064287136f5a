//! A server of our own: whether the name with which it greets others, and the address that it
//! has in DNS, lead to each other. Receivers look at that before they look at a mail (RFC 5321
//! §4.1.1.1, RFC 1912 §2.1; the large providers want it of everybody who sends).

use super::dns::Dns;
use super::{Said, shown};
use crate::finding::Finding;

/// A machine has few addresses; more are not asked about.
const ADDRESSES_MAX: usize = 8;
/// Where the name is another server's affair.
const RELAY: &str =
    "where this server hands all mails on to another one (a relay), that one's name is what counts";

/// Looks at the name of the server on this machine, if it is there.
pub(super) async fn look(dns: &Dns, name: Option<&str>) -> Vec<Said> {
    let Some(name) = name else { return Vec::new() };
    confirmed(dns, name).await.unwrap_or_else(|finding| vec![finding.into()])
}

async fn confirmed(dns: &Dns, name: &str) -> Result<Vec<Said>, Finding> {
    if !is_full(name) {
        return Err(not_full(name));
    }
    let addresses = dns.addresses(name).await?;
    if addresses.is_empty() {
        return Err(unknown(name));
    }
    let mut said = Vec::new();
    for address in addresses.into_iter().take(ADDRESSES_MAX) {
        let names = dns.names_of(address).await?;
        let (at, shown_name) = (address.to_string(), shown(name));
        if names.is_empty() {
            said.push(Said::Wrong(without_name(&at, name)));
        } else if names.iter().any(|one| one.eq_ignore_ascii_case(name)) {
            said.push(Said::Well(format!(
                "the server on this machine, `{shown_name}`, and its address {at} name each other"
            )));
        } else {
            let mut leads_back = None;
            for one in names.iter().take(ADDRESSES_MAX) {
                if dns.addresses(one).await?.contains(&address) {
                    leads_back = Some(one);
                    break;
                }
            }
            said.push(match leads_back {
                Some(one) => Said::Note(format!(
                    "the server on this machine calls itself `{shown_name}`, and its address {at} \
                     `{}`: one name for both is better",
                    shown(one)
                )),
                None => Said::Wrong(other_name(&at, name, &names[0])),
            });
        }
    }
    Ok(said)
}

/// A name that others can look up.
fn is_full(name: &str) -> bool {
    let (_, last) = name.trim_end_matches('.').rsplit_once('.').unwrap_or_default();
    let is_domain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !last.is_empty()
        && last.chars().all(is_domain)
        && !last.chars().all(|c| c.is_ascii_digit())
        && !["local", "localdomain", "localhost", "internal", "lan"].contains(&last)
}

fn not_full(name: &str) -> Finding {
    Finding::warning(
        "helo-name",
        format!(
            "the server on this machine calls itself `{}`, a name that others cannot look up",
            shown(name)
        ),
        format!(
            "give it a full name that stands in DNS (`myhostname` in Postfix), such as `mail.example.org`; {RELAY}"
        ),
    )
}

fn unknown(name: &str) -> Finding {
    Finding::warning(
        "helo-unknown",
        format!("the server on this machine calls itself `{}`, which has no address", shown(name)),
        format!("add an A or AAAA record with the address from which it sends; {RELAY}"),
    )
}

fn without_name(address: &str, name: &str) -> Finding {
    Finding::warning(
        "ptr-missing",
        format!("the address {address} of `{}` has no name of its own (PTR)", shown(name)),
        format!(
            "ask who gave you the address to name it `{}`: large providers refuse mail from addresses without; {RELAY}",
            shown(name)
        ),
    )
}

fn other_name(address: &str, name: &str, other: &str) -> Finding {
    Finding::warning(
        "ptr-unconfirmed",
        format!(
            "the address {address} of `{}` is named `{}` (PTR), and that does not lead back to it",
            shown(name),
            shown(other)
        ),
        format!("ask who gave you the address to name it `{}`; {RELAY}", shown(name)),
    )
}

#[cfg(test)]
mod tests {
    use super::is_full;

    #[test]
    fn a_full_name_is_one_that_others_can_look_up() {
        for name in ["mail.example.org", "mail.example.org.", "mx1.xn--p1ai"] {
            assert!(is_full(name), "{name}");
        }
        for name in
            ["", "localhost", "mail", "mail.local", "ann.localdomain", "[192.0.2.1]", "192.0.2.1"]
        {
            assert!(!is_full(name), "{name}");
        }
    }
}
