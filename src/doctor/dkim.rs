//! DKIM records (RFC 6376 §3.6.1): whether who receives a mail finds the key
//! that belongs to the one it is signed with.

use super::dns::Dns;
use super::key::{Published, kind};
use super::tags::Tags;
use super::{Said, shown, whole};
use crate::files;
use crate::finding::Finding;
use crate::message::PublicKey;
use crate::project::{Dkim, Project};

/// Shorter RSA keys are not to be used, and receivers ignore them (RFC 8301 §3.2).
const RSA_MIN: usize = 1024;
/// Keys should have this length (RFC 8301 §3.2).
const RSA_GOOD: usize = 2048;

/// Looks at the record of every key.
pub(super) async fn look(dns: &Dns, project: &Project) -> Vec<Said> {
    if project.dkim.is_empty() {
        return vec![none(project)];
    }
    let mut said = Vec::new();
    for dkim in &project.dkim {
        let place = whole(&dkim.selector);
        let found = one(dns, project, dkim).await.unwrap_or_else(|finding| vec![finding.into()]);
        said.extend(found.into_iter().map(|said| match said {
            Said::Wrong(finding) if finding.place.is_none() => {
                Said::Wrong(finding.at(place.clone()))
            }
            said => said,
        }));
    }
    said
}

async fn one(dns: &Dns, project: &Project, dkim: &Dkim) -> Result<Vec<Said>, Finding> {
    let own = files::signer(&project.root, dkim)?.public_key();
    let name = format!("{}._domainkey.{}", dkim.selector.text(), dkim.domain.text());
    let mut found = dns.txt(&name).await?;
    if found.len() > 1 {
        return Err(several(&name, found.len()));
    }
    let Some(text) = found.pop() else { return Err(missing(&name)) };
    Ok(judged(&name, &text, &own))
}

/// What there is to say about a record, held against our key.
fn judged(name: &str, text: &str, own: &PublicKey) -> Vec<Said> {
    let tags = Tags::read(text).filter(|tags| match tags.get("v") {
        Some(version) => version == "DKIM1" && tags.first() == Some("v"),
        None => true,
    });
    let Some((tags, key)) = tags.as_ref().and_then(|tags| Some((tags, tags.get("p")?))) else {
        return vec![syntax(name, text).into()];
    };
    if key.is_empty() {
        return vec![revoked(name).into()];
    }
    let theirs = tags.get("k").unwrap_or("rsa");
    let Some(published) = Published::read(theirs, key) else {
        return vec![syntax(name, text).into()];
    };
    let mut findings: Vec<Finding> = Vec::new();
    if Published::of(own).as_ref() != Some(&published) {
        findings.push(mismatch(name, theirs, kind(own)));
    }
    findings.extend(published.rsa_bits().and_then(|bits| weak(name, bits)));
    if tags.get("h").is_some() && !tags.lists("h", "sha256") {
        findings.push(limited(name, "h", "it does not allow SHA-256, with which we sign"));
    }
    if tags.get("s").is_some() && !tags.lists("s", "*") && !tags.lists("s", "email") {
        findings.push(limited(name, "s", "it is not for mail"));
    }
    if tags.lists("t", "y") {
        findings.push(testing(name));
    }
    if findings.is_empty() {
        let length = published.rsa_bits().map_or_else(String::new, |bits| format!(", {bits} bits"));
        return vec![Said::Well(format!("DKIM: `{name}` has our key ({theirs}{length})"))];
    }
    findings.into_iter().map(Said::Wrong).collect()
}

fn weak(name: &str, bits: usize) -> Option<Finding> {
    let message = format!("the key at `{name}` has {bits} bits");
    let help = "make a longer one with `handbill doctor --new-key`, under another selector";
    match bits {
        0..RSA_MIN => {
            Some(Finding::error("dkim-weak", format!("{message}: nobody trusts it"), help))
        }
        RSA_MIN..RSA_GOOD => Some(Finding::warning("dkim-weak", message, help)),
        _ => None,
    }
}

fn none(project: &Project) -> Said {
    super::at(
        Finding::warning(
            "dkim-none",
            "mails are not signed here (DKIM), and it cannot be seen whether your server signs them",
            "if it does, look for `dkim=pass` in the headers of a test mail; if not, make a key with `handbill doctor --new-key DOMAIN SELECTOR`",
        ),
        project.place(),
    )
}

fn missing(name: &str) -> Finding {
    Finding::error(
        "dkim-missing",
        format!("there is no DKIM record at `{name}`, so our signatures cannot be verified"),
        "put the public key there as a TXT record, or correct `selector` and `domain`; a new record may take hours to be seen",
    )
}

fn several(name: &str, many: usize) -> Finding {
    Finding::error(
        "dkim-several",
        format!("there are {many} TXT records at `{name}`, and nobody knows which one counts"),
        "leave only the one with our key (RFC 6376 §3.6.2.2)",
    )
}

fn syntax(name: &str, text: &str) -> Finding {
    Finding::error(
        "dkim-syntax",
        format!("what stands at `{name}` is no DKIM record: `{}`", shown(text)),
        "it should read `v=DKIM1; k=rsa; p=…` with the public key in base64, on one line",
    )
}

fn revoked(name: &str) -> Finding {
    Finding::error(
        "dkim-revoked",
        format!("the key at `{name}` was revoked (`p=` is empty)"),
        "make a new key with `handbill doctor --new-key`, under another selector",
    )
}

fn mismatch(name: &str, theirs: &str, ours: &str) -> Finding {
    let what = if theirs == ours {
        "another key than the one that we sign with".to_owned()
    } else {
        format!("a key of another kind ({}) than ours ({ours})", shown(theirs))
    };
    Finding::error(
        "dkim-mismatch",
        format!("at `{name}` stands {what}: our signatures fail"),
        "put the public key of `key` there, or correct `selector`",
    )
}

fn limited(name: &str, tag: &str, why: &str) -> Finding {
    Finding::error(
        "dkim-limited",
        format!("the record at `{name}` is not for our signatures: {why}"),
        format!("take `{tag}=` out of the record"),
    )
}

fn testing(name: &str) -> Finding {
    Finding::warning(
        "dkim-testing",
        format!("the record at `{name}` says that you only test DKIM (`t=y`)"),
        "take `t=y` out when mails pass: until then they may be treated as unsigned",
    )
}
