//! SPF (RFC 7208): which servers may send for the domain of the return path.
//! Whether *our* server may is known only to who receives from it: it may send
//! from another address than the one we connect to.

mod record;

use self::record::{Record, has_macro, is_spf};
use super::dns::Dns;
use super::{Said, shown};
use crate::finding::Finding;

/// A receiver asks DNS no more often (§4.6.4).
const LOOKUPS_MAX: usize = 10;

/// Reads the record, and those that it includes.
pub(super) async fn look(dns: &Dns, domain: &str) -> Vec<Said> {
    match Walk::through(dns, domain).await {
        Ok(walk) => walk.said(domain),
        Err(finding) => vec![finding.into()],
    }
}

/// What all records together come to.
#[derive(Default)]
struct Walk {
    text: String,
    lookups: usize,
    all: Option<char>,
    has_ptr: bool,
}

/// A record that is still to be read.
struct Next {
    domain: String,
    by: Option<String>,
    /// Whether its `all` is the whole's: not so that of an included record (§5.2).
    decides: bool,
}

impl Walk {
    async fn through(dns: &Dns, domain: &str) -> Result<Self, Finding> {
        let mut walk = Self::default();
        let mut open = vec![Next { domain: domain.to_owned(), by: None, decides: true }];
        while let Some(next) = open.pop() {
            let text = fetch(dns, &next).await?;
            let record = Record::read(&text).map_err(|term| syntax(&next.domain, term))?;
            if next.by.is_none() {
                walk.text.clone_from(&text);
            }
            if next.decides {
                walk.all = record.all;
            }
            walk.has_ptr |= record.has_ptr;
            // With `all`, a redirect is ignored (§6.1).
            let redirect = record.redirect.filter(|_| record.all.is_none());
            walk.lookups +=
                record.lookups + record.includes.len() + usize::from(redirect.is_some());
            if walk.lookups > LOOKUPS_MAX {
                return Err(too_many(domain));
            }
            let included = record.includes.into_iter().map(|domain| (domain, false));
            let redirected = redirect.map(|domain| (domain, next.decides));
            for (domain, decides) in included.chain(redirected) {
                // What depends on the mail cannot be followed without one.
                if !has_macro(&domain) {
                    open.push(Next { domain, by: Some(next.domain.clone()), decides });
                }
            }
        }
        Ok(walk)
    }

    fn said(self, domain: &str) -> Vec<Said> {
        let mut said: Vec<Said> = Vec::new();
        if self.has_ptr {
            said.push(Said::Wrong(Finding::warning(
                "spf-ptr",
                format!("the SPF record of `{domain}` uses `ptr`"),
                "name the servers by `ip4`, `ip6`, `a` or `include`: `ptr` is slow and some receivers ignore it (RFC 7208 §5.5)",
            )));
        }
        said.push(match self.all {
            Some('-' | '~') => Said::Well(format!(
                "SPF of `{domain}`: `{}`, {} of {LOOKUPS_MAX} lookups",
                shown(&self.text),
                self.lookups
            )),
            Some('+') => Said::Wrong(Finding::error(
                "spf-open",
                format!("the SPF record of `{domain}` lets everybody send in your name (`+all`)"),
                "end it in `-all`, or `~all` until you are sure of your servers",
            )),
            _ => Said::Wrong(Finding::warning(
                "spf-neutral",
                format!("the SPF record of `{domain}` says nothing about other servers"),
                "end it in `-all`, or `~all` until you are sure of your servers",
            )),
        });
        said
    }
}

async fn fetch(dns: &Dns, next: &Next) -> Result<String, Finding> {
    let domain = shown(&next.domain);
    let mut found: Vec<String> = dns.txt(&next.domain).await?;
    found.retain(|text| is_spf(text));
    match (found.len(), &next.by) {
        (1, _) => Ok(found.remove(0)),
        (0, None) => Err(Finding::error(
            "spf-missing",
            format!(
                "`{domain}` has no SPF record: receivers cannot know that your server may send for it"
            ),
            "add a TXT record such as `v=spf1 include:… -all`; whoever runs your server says what to include",
        )),
        (0, Some(by)) => Err(Finding::error(
            "spf-include",
            format!("the SPF record of `{}` leads to `{domain}`, which has none", shown(by)),
            "look at the name after `include:` or `redirect=`: as it is, the whole record counts for nothing (RFC 7208 §5.2)",
        )),
        (many, _) => Err(Finding::error(
            "spf-several",
            format!("`{domain}` has {many} SPF records, so none of them counts"),
            "make one of them: `v=spf1`, all that you include, `-all` (RFC 7208 §3.2)",
        )),
    }
}

fn syntax(domain: &str, term: &str) -> Finding {
    Finding::error(
        "spf-syntax",
        format!(
            "the SPF record of `{}` has a term that nobody can read: `{}`",
            shown(domain),
            shown(term)
        ),
        "correct it: as it is, the whole record counts for nothing (RFC 7208 §4.6)",
    )
}

fn too_many(domain: &str) -> Finding {
    Finding::error(
        "spf-lookups",
        format!(
            "the SPF record of `{domain}` takes more than {LOOKUPS_MAX} lookups, so it counts for nothing"
        ),
        "take out what you do not send through, or name servers by `ip4` and `ip6` (RFC 7208 §4.6.4)",
    )
}
