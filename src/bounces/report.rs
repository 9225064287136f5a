//! Reports by their fields: delivery status notifications (RFC 3464) and
//! feedback reports (RFC 5965), Hotmail's complaints among them.

use super::parts::{Fields, Parts, field};
use super::reply::{Said, enhanced_in, shortened};
use super::{Entry, Verdict, prose, verdict};

/// What a complaint says, if the mail is one.
pub(super) fn complaint(parts: &Parts) -> Option<Vec<Entry>> {
    let entry = |verdict, recipient| Entry {
        verdict,
        recipient,
        aliases: parts.returned_to.clone(),
        said: Said::default(),
    };
    if let Some(fields) = &parts.feedback {
        let kind = field(fields, "Feedback-Type").unwrap_or("abuse").to_lowercase();
        let verdict = if kind == "not-spam" { Verdict::None } else { Verdict::Complaint };
        let named: Vec<String> = fields
            .iter()
            .filter(|(name, _)| {
                ["Original-Rcpt-To", "Removal-Recipient"]
                    .iter()
                    .any(|known| name.eq_ignore_ascii_case(known))
            })
            .filter_map(|(_, value)| prose::addresses(value).next())
            .collect();
        if named.is_empty() {
            return Some(vec![entry(verdict, parts.returned_to.first().cloned())]);
        }
        let mut entries: Vec<Entry> = Vec::new();
        for address in named {
            if entries.iter().all(|known| known.recipient.as_ref() != Some(&address)) {
                entries.push(entry(verdict, Some(address)));
            }
        }
        return Some(entries);
    }
    // Hotmail and Outlook.com (JMRP) return the mail without a report.
    let subject = parts.subject.trim().to_lowercase();
    let is_complaint = parts.has_returned && subject.starts_with("complaint about message from");
    (is_complaint || parts.complained.is_some()).then(|| {
        let recipient = parts.complained.clone().or_else(|| parts.returned_to.first().cloned());
        vec![entry(Verdict::Complaint, recipient)]
    })
}

/// Whether a feedback report is about the sender's own set-up (RFC 6591).
pub(super) fn is_about_the_sender(parts: &Parts) -> bool {
    let kind = parts.feedback.as_ref().and_then(|fields| field(fields, "Feedback-Type"));
    kind.is_some_and(|kind| {
        ["auth-failure", "dmarc", "virus"].iter().any(|known| kind.eq_ignore_ascii_case(known))
    })
}

/// What a delivery status notification says of each recipient, if it is one.
pub(super) fn entries(parts: &Parts) -> Option<Vec<Entry>> {
    let is_about_somebody = |fields: &&Fields| {
        ["Final-Recipient", "Original-Recipient", "Action"]
            .iter()
            .any(|name| field(fields, name).is_some())
    };
    let entries: Vec<Entry> =
        parts.status.iter().filter(is_about_somebody).map(|fields| entry(parts, fields)).collect();
    (!entries.is_empty()).then_some(entries)
}

fn entry(parts: &Parts, fields: &Fields) -> Entry {
    let mut names: Vec<String> = ["Final-Recipient", "X-Actual-Recipient", "Original-Recipient"]
        .iter()
        .filter_map(|name| address(field(fields, name)?))
        .collect();
    if names.is_empty() {
        names.extend(prose::recipients(parts).into_iter().take(1));
    }
    if names.is_empty() {
        names.extend(parts.returned_to.first().cloned());
    }
    let recipient = (!names.is_empty()).then(|| names.remove(0));
    let said = said(parts, fields, recipient.as_deref());
    let action = field(fields, "Action").unwrap_or("failed").to_lowercase();
    let verdict = match action.split_whitespace().next().unwrap_or("") {
        "delivered" | "relayed" | "expanded" => Verdict::None,
        // Somebody is still trying.
        "delayed" => match verdict::of(&said) {
            Some(Verdict::Sender) => Verdict::Sender,
            _ => Verdict::Soft,
        },
        _ => verdict::of(&said).unwrap_or(Verdict::Soft),
    };
    Entry { verdict, recipient, aliases: names, said }
}

/// What the server said: the diagnostic, and where that is silent the text.
fn said(parts: &Parts, fields: &Fields, recipient: Option<&str>) -> Said {
    let diagnostic = field(fields, "Diagnostic-Code").unwrap_or("");
    // `smtp; 550 5.1.1 …`
    let words = match diagnostic.split_once(';') {
        Some((kind, words)) if !kind.trim().contains(' ') => words,
        _ => diagnostic,
    };
    let status = field(fields, "Status").unwrap_or("");
    let mut said = Said::read(words);
    let of_status = status.split_whitespace().next().and_then(enhanced_in);
    if said.text.is_empty() {
        // `Status: 5.4.4 (Illegal host/domain name found)`
        said.text = shortened(status.split_once(' ').map_or("", |(_, words)| words));
    }
    if !said.is_specific() {
        said.enhanced = of_status.or(said.enhanced);
    }
    if !verdict::is_clear(&said) {
        let told = if said.is_specific() {
            prose::quoted(parts, recipient).unwrap_or_default()
        } else {
            prose::about(parts, recipient)
        };
        let is_better = verdict::has_words(&told)
            || (!said.is_specific() && (told.is_specific() || said.code.is_none()));
        if is_better && !told.text.is_empty() {
            if !said.is_specific() {
                said.enhanced = told.enhanced.filter(|_| told.is_specific()).or(said.enhanced);
            }
            said.code = said.code.or(told.code);
            said.text = told.text;
        }
    }
    said
}

/// `rfc822; <ann@example.org>`
fn address(value: &str) -> Option<String> {
    let value = value.split_once(';').map_or(value, |(_, address)| address).trim();
    let value = value.trim_start_matches('<').trim_end_matches('>').trim();
    let (local, domain) = value.rsplit_once('@')?;
    let is_one = !local.is_empty()
        && !domain.is_empty()
        && value.len() < 500
        && !value.starts_with(['@', '/'])
        && (!value.contains(char::is_whitespace) || value.starts_with('"'));
    is_one.then(|| value.to_owned())
}
