//! An SPF record, read by the grammar (RFC 7208 §12). Pure.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// What stands before `all`: `+`, `-`, `~` or `?`.
    pub(super) all: Option<char>,
    /// The domain whose record goes on where this one ends (§6.1).
    pub(super) redirect: Option<String>,
    /// The domains whose records it includes.
    pub(super) includes: Vec<String>,
    /// How many other terms make a receiver ask DNS (§4.6.4).
    pub(super) lookups: usize,
    /// Whether it has `ptr`, which should not be used (§5.5).
    pub(super) has_ptr: bool,
}

/// Whether a TXT record is one of SPF (§4.5).
pub(super) fn is_spf(text: &str) -> bool {
    rest(text).is_some()
}

fn rest(text: &str) -> Option<&str> {
    let (version, rest) = text.split_at_checked(6)?;
    let ends = rest.is_empty() || rest.starts_with(' ');
    (version.eq_ignore_ascii_case("v=spf1") && ends).then_some(rest)
}

impl Record {
    /// Reads a record; the error is the term that cannot be read.
    pub(super) fn read(text: &str) -> Result<Self, &str> {
        let mut record = Self::default();
        let mut has_exp = false;
        for term in rest(text).unwrap_or_default().split(' ').filter(|term| !term.is_empty()) {
            let known = match modifier(term) {
                Some((name, value)) if name.eq_ignore_ascii_case("redirect") => {
                    is_domain(value) && record.redirect.replace(value.to_owned()).is_none()
                }
                Some((name, value)) if name.eq_ignore_ascii_case("exp") => {
                    is_domain(value) && !std::mem::replace(&mut has_exp, true)
                }
                Some((_, value)) => are_macros(value),
                None => record.mechanism(term),
            };
            if !known {
                return Err(term);
            }
        }
        Ok(record)
    }

    /// Takes a mechanism (§5); whether it is one. What stands behind `all` is
    /// never reached, and counts for nothing.
    fn mechanism(&mut self, term: &str) -> bool {
        let qualifier = term.chars().next().filter(|c| "+-~?".contains(*c));
        let term = if qualifier.is_some() { &term[1..] } else { term };
        let end = term.find([':', '/']).unwrap_or(term.len());
        let (name, rest) = term.split_at(end);
        let (argument, cidr) = match rest.strip_prefix(':') {
            Some(_) if name.to_ascii_lowercase().starts_with("ip") => (Some(&rest[1..]), ""),
            Some(behind) => {
                let at = behind.find('/').unwrap_or(behind.len());
                (Some(&behind[..at]), &behind[at..])
            }
            None => (None, rest),
        };
        let is_reached = self.all.is_none();
        let count = usize::from(is_reached);
        match &*name.to_ascii_lowercase() {
            "all" if argument.is_none() && cidr.is_empty() => {
                self.all.get_or_insert(qualifier.unwrap_or('+'));
                true
            }
            "include" if cidr.is_empty() => {
                let Some(domain) = argument.filter(|domain| is_domain(domain)) else {
                    return false;
                };
                if is_reached {
                    self.includes.push(domain.to_owned());
                }
                true
            }
            "a" | "mx" => {
                self.lookups += count;
                argument.is_none_or(is_domain) && is_dual_cidr(cidr)
            }
            "ptr" => {
                self.lookups += count;
                self.has_ptr |= is_reached;
                argument.is_none_or(is_domain) && cidr.is_empty()
            }
            "exists" => {
                self.lookups += count;
                argument.is_some_and(is_domain) && cidr.is_empty()
            }
            "ip4" => argument.is_some_and(|text| is_network::<Ipv4Addr>(text, 32)),
            "ip6" => argument.is_some_and(|text| is_network::<Ipv6Addr>(text, 128)),
            _ => false,
        }
    }
}

/// `name=value`, where the name is one.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    is_name.then_some((name, value))
}

/// A domain, in which macros may stand (§7.1).
fn is_domain(text: &str) -> bool {
    if !are_macros(text) || text.contains('/') && !text.contains('%') {
        return false;
    }
    if has_macro(text) {
        return true;
    }
    let text = text.strip_suffix('.').unwrap_or(text);
    text.contains('.')
        && text.len() <= 253
        && text.split('.').all(|label| (1..=63).contains(&label.len()))
        && !text.rsplit('.').next().is_some_and(|top| top.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a domain depends on the mail.
pub(super) fn has_macro(text: &str) -> bool {
    text.contains('%')
}

/// Visible ASCII, with percent signs only where a macro begins.
fn are_macros(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let behind = &rest[at + 1..];
        rest = match behind.chars().next() {
            Some('%' | '_' | '-') => &behind[1..],
            Some('{') => match behind.find('}') {
                Some(end) if is_macro(&behind[1..end]) => &behind[end + 1..],
                _ => return false,
            },
            _ => return false,
        };
    }
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A letter, digits, `r`, delimiters.
fn is_macro(text: &str) -> bool {
    let mut chars = text.chars();
    let is_letter = chars.next().is_some_and(|c| "slodiphcrtv".contains(c.to_ascii_lowercase()));
    let rest = chars.as_str().trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = rest.strip_prefix(['r', 'R']).unwrap_or(rest);
    is_letter && rest.chars().all(|c| ".-+,/_=".contains(c))
}

/// `/24`, `//64` or `/24//64`.
fn is_dual_cidr(text: &str) -> bool {
    let (four, six) = match text.find("//") {
        Some(at) => (&text[..at], Some(&text[at + 2..])),
        None => (text, None),
    };
    let is_four = four.is_empty() || four.strip_prefix('/').is_some_and(|text| is_length(text, 32));
    is_four && six.is_none_or(|text| is_length(text, 128))
}

fn is_length(text: &str, most: u8) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<u8>().is_ok_and(|length| length <= most)
}

fn is_network<Ip: std::str::FromStr>(text: &str, most: u8) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    address.parse::<Ip>().is_ok() && length.is_none_or(|length| is_length(length, most))
}

#[cfg(test)]
mod tests {
    use super::{Record, is_spf};

    #[test]
    fn records_are_read_by_the_grammar() {
        let text = "V=SPF1 a mx:mail.example.org/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 \
                    include:_spf.example.net exists:%{ir}.spf.example.org ?ptr exp=why.example.org \
                    new=thing ~all a:behind.example.org";
        let record = Record::read(text).expect("a record");
        assert_eq!((record.all, record.lookups), (Some('~'), 4));
        assert_eq!(record.includes, ["_spf.example.net"]);
        assert!(record.has_ptr && record.redirect.is_none());
        let record = Record::read("v=spf1 redirect=_spf.example.net").expect("a record");
        assert_eq!(record.redirect.as_deref(), Some("_spf.example.net"));
        assert_eq!(Record::read("v=spf1 all").expect("a record").all, Some('+'));
    }

    #[test]
    fn slips_are_found_where_they_stand() {
        for term in [
            "inculde:a.example",
            "include",
            "include:",
            "include:nodot",
            "ip4:1.2.3",
            "ip4:1.2.3.4/33",
            "ip6:1.2.3.4",
            "ip4",
            "all:x.example",
            "a/33",
            "a//129",
            "a:",
            "mx:a..b",
            "exists",
            "redirect=",
            "exists:%x.example",
            "exists:%{z}.example",
            "ip4:ü",
            "ptr/24",
            "-",
            "a/+4",
        ] {
            assert_eq!(Record::read(&format!("v=spf1 {term} -all")), Err(term));
        }
        assert_eq!(Record::read("v=spf1 redirect=a.b redirect=a.c"), Err("redirect=a.c"));
        assert!(
            is_spf("v=spf1") && !is_spf("v=spf10 -all") && !is_spf("spf1") && !is_spf("v=spfü")
        );
    }
}
