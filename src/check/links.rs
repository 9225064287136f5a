//! Where links lead, and what readers see of them.

use std::collections::HashSet;

use url::{Host, Url};

use super::elements::{Kind, is_known};
use super::exhibit::Exhibit;
use super::known::{PARAMETERS, SHORTENERS, TRACKERS, VAGUE};
use super::rule::{Rule, error, warning};
use super::shown::misleading;
use crate::compose::html::{self, Token};
use crate::finding::{Finding, closest};

/// A scheme that mail programs drop, or that runs something.
pub(super) const UNSAFE_LINK: Rule = error(
    "unsafe-link",
    "links with `javascript:`, `data:`, `vbscript:` or `file:`",
    "link to a page with `https://`",
    "mail programs drop such links, and filters count them as an attack: https://support.google.com/mail/answer/81126",
);
/// A link that only means something on a website.
pub(super) const RELATIVE_LINK: Rule = error(
    "relative-link",
    "links and images without `https://` and a host",
    "write the whole address: `https://example.org/page`",
    "RFC 3986 §4.2: a relative reference needs a base, and a mail has none",
);
/// A link that works on one machine only.
pub(super) const LOCAL_LINK: Rule = error(
    "local-link",
    "links to this machine or a private network",
    "link to an address that every reader can reach",
    "RFC 1918, RFC 6761 §6.3, RFC 6762: such names and addresses mean something else elsewhere",
);
/// Unencrypted.
pub(super) const INSECURE_LINK: Rule = warning(
    "insecure-link",
    "links and images with `http:`",
    "write `https://`, if the site has it",
    "RFC 2818; Gmail and Apple Mail warn of such pages or do not load such images",
);
/// A link whose target nobody sees.
pub(super) const SHORTENED_LINK: Rule = warning(
    "shortened-link",
    "links through public URL shorteners",
    "link to the page itself: spammers use the same shorteners",
    "Spamhaus and SURBL list shorteners: https://www.surbl.org/redirectors",
);
/// A link that tells on its reader.
pub(super) const TRACKING_LINK: Rule = warning(
    "tracking-link",
    "links that follow readers: click trackers, `utm_…`, `fbclid`, `mc_eid` and the like",
    "take out what stands for somebody's campaign or person; copy the address from the page itself",
    "Mozilla's and Apple's lists of tracking parameters: https://support.mozilla.org/kb/query-parameter-stripping",
);
/// An image that nobody is meant to see.
pub(super) const TRACKING_PIXEL: Rule = warning(
    "tracking-pixel",
    "images of one pixel from the web",
    "take it out: it tells who reads, and mail programs load it themselves",
    "Apple Mail Privacy Protection: https://support.apple.com/guide/mail/mlhl03be2866/mac",
);
/// Nothing to click on.
pub(super) const EMPTY_LINK: Rule = warning(
    "empty-link",
    "links without a text or without a target",
    "give the link a text, or its image an alternative text; or take it out",
    "WCAG 2.2, 2.4.4 Link Purpose",
);
/// A text that says nothing.
pub(super) const VAGUE_LINK: Rule = warning(
    "vague-link",
    "link texts such as “click here”",
    "let the link say where it leads: `[Read the report](…)`",
    "WCAG 2.2, 2.4.4 Link Purpose; SpamAssassin's CLICK_BELOW family",
);
/// What a forger would do.
pub(super) const MISLEADING_LINK: Rule = warning(
    "misleading-link",
    "links that show one address, of a page or of mail, and lead to another",
    "show the address that it leads to, or use words",
    "Gmail and Outlook warn of it as phishing (https://support.google.com/mail/answer/8253), as does rspamd (PHISHING)",
);
/// A place in the letter that is not there.
pub(super) const BROKEN_ANCHOR: Rule = warning(
    "broken-anchor",
    "links to a place in the letter that is not there",
    "link to a page, or give the place an `id`",
    "https://www.caniemail.com/features/html-anchor-links/",
);
/// A slip of the keyboard.
pub(super) const MISSPELT_LINK: Rule = warning(
    "misspelt-link",
    "links whose beginning is misspelt (`htps://`), or that write to no address (`mailto:ann`)",
    "write `https://example.org`, `mailto:ann@example.org`",
    "RFC 3986 §3.1, RFC 6068 §2: no program knows where such a link leads",
);

/// Found by asking, with `--links`.
pub const BROKEN_LINK: Rule = error(
    "broken-link",
    "links that do not answer (only with `--links`)",
    "correct the address, or take the link out",
    "RFC 9110 §15.5: the server itself says so",
);

/// All that there is to say about links and where images come from.
pub(super) fn links(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let page = exhibit.mail().map(|mail| mail.html.as_str());
    let ids = page.map(ids).unwrap_or_default();
    for element in exhibit.elements() {
        let said = match &element.kind {
            Kind::Link { url, text } => link(url, text, page.map(|_| &ids)),
            Kind::Image { src, size, .. } => image(src, *size),
            _ => Vec::new(),
        };
        findings.extend(said.into_iter().map(|finding| finding.at(element.place.clone())));
    }
    findings
}

/// What is wrong with a link; `ids` are the places of the finished page, if there is one.
fn link(url: &str, text: &str, ids: Option<&HashSet<String>>) -> Vec<Finding> {
    let url = url.trim();
    let mut findings = Vec::new();
    if is_known(url) {
        if ["", "#", "mailto:", "tel:", "sms:"].contains(&url) {
            findings.push(EMPTY_LINK.says("the link leads nowhere"));
        } else if let Some(id) = url.strip_prefix('#') {
            if ids.is_some_and(|ids| !ids.contains(id)) {
                findings
                    .push(BROKEN_ANCHOR.says(format!("no place in the letter is called `{id}`")));
            }
        } else {
            findings.extend(target(url, "link"));
            findings.extend(trackers(url));
        }
    }
    if is_known(text) {
        let words = bare(text);
        if words.is_empty() && text.trim().is_empty() {
            findings.push(EMPTY_LINK.says("the link has no text"));
        } else if VAGUE.contains(&words.as_str()) {
            findings
                .push(VAGUE_LINK.says(format!("`{}` does not say where it leads", text.trim())));
        }
        if is_known(url) {
            let misled = misleading(url, text);
            findings.extend(misled.map(|(shown, target)| {
                MISLEADING_LINK.says(format!("the link shows `{shown}` and leads to `{target}`"))
            }));
        }
    }
    findings
}

fn image(src: &str, size: Option<(u32, u32)>) -> Vec<Finding> {
    // A file goes with the mail.
    if !is_known(src) || !(src.starts_with("//") || src.contains(':')) {
        return Vec::new();
    }
    if src.starts_with("cid:") {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = target(src, "image").into_iter().collect();
    if size.is_some_and(|(width, height)| width <= 1 && height <= 1) {
        findings.push(TRACKING_PIXEL.says("an image of one pixel is there to follow readers"));
    }
    findings
}

/// What is wrong with an address by itself.
fn target(url: &str, what: &str) -> Option<Finding> {
    let shown: String = url.chars().take(80).collect();
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    let Some(scheme) = scheme.filter(|scheme| is_scheme(scheme)) else {
        return Some(RELATIVE_LINK.says(format!("`{shown}` leads nowhere from a mail")));
    };
    match scheme.as_str() {
        "javascript" | "vbscript" | "data" | "file" | "blob" => {
            Some(UNSAFE_LINK.says(format!("`{scheme}:` does not belong in a mail")))
        }
        "http" | "https" => web(url, &shown, what),
        // `example.org:8080/page` looks like a scheme.
        _ if scheme.contains('.') => {
            Some(RELATIVE_LINK.says(format!("`{shown}` leads nowhere from a mail")))
        }
        "mailto" if !url.contains('@') && !url.contains("mailto:?") => {
            Some(MISSPELT_LINK.says(format!("`{shown}` writes to no address")))
        }
        _ => misspelt(&scheme)
            .map(|meant| MISSPELT_LINK.says(format!("`{scheme}:` is not `{meant}:`"))),
    }
}

/// The scheme that somebody meant who wrote this one.
pub(super) fn misspelt(scheme: &str) -> Option<&'static str> {
    let meant = ["https", "http", "mailto"];
    let is_right = meant.iter().any(|meant| scheme.eq_ignore_ascii_case(meant));
    if is_right { None } else { closest(scheme, meant) }
}

fn web(url: &str, shown: &str, what: &str) -> Option<Finding> {
    let Ok(parsed) = Url::parse(url) else {
        return Some(RELATIVE_LINK.says(format!("`{shown}` is no address of a page")));
    };
    if parsed.host().is_some_and(|host| is_local(&host)) {
        return Some(LOCAL_LINK.says(format!("`{shown}` can only be reached from here")));
    }
    let host = parsed.host_str().unwrap_or_default();
    if is_below(host, &SHORTENERS) {
        return Some(SHORTENED_LINK.says(format!("`{host}` hides where the link leads")));
    }
    (parsed.scheme() == "http")
        .then(|| INSECURE_LINK.says(format!("the {what} `{shown}` is not encrypted")))
}

fn is_local(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            // The URL parser has made its letters small.
            let last = name.trim_end_matches('.').rsplit_once('.').map(|(_, last)| last);
            last.is_none_or(|last| ["localhost", "local", "internal"].contains(&last))
        }
        Host::Ipv4(address) => {
            address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
        }
        Host::Ipv6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

fn trackers(url: &str) -> Option<Finding> {
    let parsed = Url::parse(url).ok().filter(|url| url.scheme().starts_with("http"))?;
    let host = parsed.host_str()?;
    let counts =
        |(tracker, path): &(&str, &str)| is_below(host, &[tracker]) && parsed.path().contains(path);
    if TRACKERS.iter().any(counts) {
        return Some(TRACKING_LINK.says(format!("`{host}` counts who clicks")));
    }
    let (name, _) = parsed.query_pairs().find(|(name, _)| {
        let name = name.to_ascii_lowercase();
        name.starts_with("utm_") || PARAMETERS.contains(&name.as_str())
    })?;
    Some(TRACKING_LINK.says(format!("`{name}` in the link is there to follow readers")))
}

/// Whether a host is one of some domains, or below one.
pub(super) fn is_below(host: &str, domains: &[&str]) -> bool {
    let host = host.trim_start_matches("www.");
    domains.iter().any(|domain| {
        host == *domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    })
}

/// A text in small letters, without what surrounds its words.
fn bare(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    words.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

/// The places of a page that a link may lead to.
fn ids(page: &str) -> HashSet<String> {
    let attributes = html::tokens(page).into_iter().flat_map(|token| match token {
        Token::Start { attributes, .. } => attributes,
        _ => Vec::new(),
    });
    let named =
        attributes.filter(|attribute| matches!(&page[attribute.name.clone()], "id" | "name"));
    named.filter_map(|attribute| Some(page[attribute.value?].to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(url: &str) -> Option<&'static str> {
        target(url, "link").or_else(|| trackers(url)).map(|finding| finding.code)
    }

    #[test]
    fn every_kind_of_bad_address_is_told_from_the_others() {
        for (url, expected) in [
            ("javascript:alert(1)", Some("unsafe-link")),
            ("JavaScript:alert(1)", Some("unsafe-link")),
            ("data:text/html,x", Some("unsafe-link")),
            ("file:///etc/hosts", Some("unsafe-link")),
            ("/about", Some("relative-link")),
            ("about.html", Some("relative-link")),
            ("//example.org/x", Some("relative-link")),
            ("www.example.org", Some("relative-link")),
            ("example.org:8080/x", Some("relative-link")),
            ("https://", Some("relative-link")),
            ("http://localhost:3000/", Some("local-link")),
            ("https://192.168.1.4/x", Some("local-link")),
            ("https://[::1]/", Some("local-link")),
            ("https://intranet/news", Some("local-link")),
            ("http://example.org/", Some("insecure-link")),
            ("https://bit.ly/3abc", Some("shortened-link")),
            ("https://us1.list-manage.com/track/click?u=1", Some("tracking-link")),
            ("https://example.org/?utm_source=news", Some("tracking-link")),
            ("https://example.org/?a=1&fbclid=x", Some("tracking-link")),
            ("https://example.org/", None),
            ("https://habit.ly/", None),
            ("mailto:ann@example.org", None),
            ("tel:+441234", None),
            ("htps://example.org", Some("misspelt-link")),
            ("httsp://example.org", Some("misspelt-link")),
            ("htttp://example.org", Some("misspelt-link")),
            ("malito:ann@example.org", Some("misspelt-link")),
            ("mailto:ann.example.org", Some("misspelt-link")),
            ("mailto:?subject=x", None),
            ("webcal://example.org/x.ics", None),
            ("ftp://example.org/x", None),
            ("sms:+441234", None),
        ] {
            assert_eq!(code(url), expected, "{url}");
        }
    }
}
