//! Bare addresses in a text: `https://…`, `www.…`, `ann@example.org`. Where they begin and end
//! follows GitHub Flavored Markdown (§6.9, autolinks), but for signs that no address holds: a
//! typographic quotation mark, and the full stops of Chinese and Japanese.

use std::ops::Range;

const MAILTO: &str = "mailto:";
/// The longest name of a host, in bytes (RFC 1035 §2.3.4).
const LONGEST: usize = 255;

/// An address that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bare {
    pub(super) range: Range<usize>,
    /// What stands before it in a link, if it is not there already.
    pub(super) scheme: &'static str,
}

impl Bare {
    /// The address as readers see it. Markdown's escapes are not part of any address.
    pub(super) fn shown(&self, text: &str) -> String {
        let written = html_escape::decode_html_entities(&text[self.range.clone()]);
        let mut out = String::with_capacity(written.len());
        let mut rest = written.chars().peekable();
        while let Some(c) = rest.next() {
            if c != '\\' || !rest.peek().is_some_and(char::is_ascii_punctuation) {
                out.push(c);
            }
        }
        out
    }
}

/// All addresses of a text, in order; whether Markdown reads text where they stand, it does not
/// know. `prefix` begins the words that stand for tags, which are good for any host.
pub(super) fn find(text: &str, prefix: &str) -> Vec<Bare> {
    let bytes = text.as_bytes();
    let mut found: Vec<Bare> = Vec::new();
    let mut at = 0;
    while let Some(next) = memchr::memchr3(b':', b'.', b'@', &bytes[at..]).map(|next| at + next) {
        let from = found.last().map_or(0, |last| last.range.end);
        let bare = match bytes[next] {
            b':' => web(text, from, next, prefix),
            b'.' => host(text, from, next, prefix),
            _ => mail(text, from, next),
        };
        at = bare.as_ref().map_or(next + 1, |bare| bare.range.end.max(next + 1));
        found.extend(bare);
    }
    found
}

/// `https://…`, at its colon.
fn web(text: &str, from: usize, colon: usize, prefix: &str) -> Option<Bare> {
    if !text[colon..].starts_with("://") {
        return None;
    }
    let start = ["https", "http"].iter().find_map(|scheme| {
        let start = colon.checked_sub(scheme.len()).filter(|start| *start >= from)?;
        let written = text.as_bytes().get(start..colon)?;
        written.eq_ignore_ascii_case(scheme.as_bytes()).then_some(start)
    })?;
    if text[from..start].ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let end = address(text, start, colon + 3, prefix)?;
    Some(Bare { range: start..end, scheme: "" })
}

/// `www.…`, at its first full stop.
fn host(text: &str, from: usize, stop: usize, prefix: &str) -> Option<Bare> {
    let start = stop.checked_sub(3).filter(|start| *start >= from)?;
    if !text.as_bytes()[start..stop].eq_ignore_ascii_case(b"www") {
        return None;
    }
    let joins = |c: char| c.is_alphanumeric() || "/.-@_:=&?%#+".contains(c);
    if text[from..start].ends_with(joins) {
        return None;
    }
    let end = address(text, start, start, prefix)?;
    Some(Bare { range: start..end, scheme: "https://" })
}

/// `ann@example.org`, at its `@`.
fn mail(text: &str, from: usize, at: usize) -> Option<Bare> {
    let local = text[from..at]
        .bytes()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || b"._-+".contains(b))
        .count();
    let start = at - local;
    let is_joined = text[from..start].ends_with(['/', '@', ':', '=', '%', '&']);
    let is_named = start
        .checked_sub(MAILTO.len())
        .filter(|before| *before >= from)
        .and_then(|before| text.as_bytes().get(before..start))
        .is_some_and(|before| before.eq_ignore_ascii_case(MAILTO.as_bytes()));
    let host = text[at + 1..]
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
        .count();
    let host = text[at + 1..at + 1 + host].trim_end_matches('.');
    let is_right = local > 0
        && host.contains('.')
        && !host.contains("..")
        && !host.starts_with(['.', '-'])
        && !host.ends_with(['-', '_']);
    if !is_right || (is_joined && !is_named) {
        return None;
    }
    let end = at + 1 + host.len();
    Some(if is_named {
        Bare { range: start - MAILTO.len()..end, scheme: "" }
    } else {
        Bare { range: start..end, scheme: MAILTO }
    })
}

/// Where an address that begins at `start` ends whose host begins here. The host is looked at first: what fails is
/// not read again and again.
fn address(text: &str, start: usize, from: usize, prefix: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let length = text[from..].char_indices().find(|(at, c)| !is_part(*c) || *at > LONGEST);
    let length = length.map_or(text.len() - from, |(at, _)| at);
    let host = text[from..from + length].trim_end_matches(['.', '-', '_']);
    if length > LONGEST || !is_host(host, prefix) {
        return None;
    }
    let has_more = text[from + length..].starts_with(['/', '?', '#', ':']);
    Some(if has_more { end(text, start, from) } else { from + host.len() })
}

/// Where an address ends that begins at `start` and goes on from here.
fn end(text: &str, start: usize, from: usize) -> usize {
    // In `"https://…"` the next mark closes.
    let mark = text[..start].chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let mut brackets = 0_i32;
    let length = text[from..]
        .char_indices()
        .find(|(_, c)| match c {
            '[' => {
                brackets += 1;
                false
            }
            ']' => {
                brackets -= 1;
                brackets < 0
            }
            c => is_outside(*c) || Some(*c) == mark,
        })
        .map_or(text.len() - from, |(at, _)| at);
    let mut address = &text[from..from + length];
    let count = |sign: u8| memchr::memchr_iter(sign, address.as_bytes()).count();
    let mut too_many = count(b')').saturating_sub(count(b'('));
    while let Some(last) = address.chars().next_back() {
        let shorter = match last {
            '?' | '!' | '.' | ',' | ':' | '*' | '_' | '~' | '\'' | '"' | '\\' => 1,
            ';' => entity(address),
            ')' if too_many > 0 => {
                too_many -= 1;
                1
            }
            c if !c.is_ascii() && !c.is_alphanumeric() => c.len_utf8(),
            _ => break,
        };
        address = &address[..address.len() - shorter];
    }
    from + address.len()
}

/// The length of `&amp;` at the end of an address, or of its semicolon alone.
fn entity(address: &str) -> usize {
    let before = &address[..address.len() - 1];
    let name = before.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
    if name > 0 && before[..before.len() - name].ends_with('&') { name + 2 } else { 1 }
}

/// Whether a character is part of no address.
fn is_outside(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '`' | '|')
        || matches!(c, '“' | '”' | '„' | '‟' | '«' | '»' | '‹' | '›')
        || matches!(c, '\u{3001}'..='\u{3002}' | '\u{3008}'..='\u{3011}' | '\u{ff01}' | '\u{ff08}'..='\u{ff09}')
        || matches!(c, '\u{ff0c}' | '\u{ff1a}'..='\u{ff1b}' | '\u{ff1f}')
}

/// Whether a host is one that somebody may have registered: names between full stops, and no
/// underscore in the last two.
fn is_host(host: &str, prefix: &str) -> bool {
    if host.contains(prefix) {
        return true;
    }
    let names = host.split('.').count();
    names > 1
        && host.split('.').all(|name| !name.is_empty() && !name.starts_with('-'))
        && host.split('.').skip(names - 2).all(|name| !name.contains('_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        find(text, "hbq0x").into_iter().map(|bare| bare.shown(text)).collect()
    }

    #[test]
    fn an_address_begins_and_ends_where_people_mean_it() {
        for (text, wanted) in [
            ("see https://example.org/a--b.", "https://example.org/a--b"),
            ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
            ("(see www.example.org/it's)", "www.example.org/it's"),
            ("https://example.org/?q=(a))+b x", "https://example.org/?q=(a))+b"),
            ("https://example.org/?a=1&b=2&amp;", "https://example.org/?a=1&b=2"),
            ("https://example.org/?a=1&amp;b=2; then", "https://example.org/?a=1&b=2"),
            ("\"https://example.org\"", "https://example.org"),
            ("\"https://example.org/a\", b\"", "https://example.org/a"),
            ("'https://example.org/a', b", "https://example.org/a"),
            ("https://example.org/?q=\"a\"&b=1.", "https://example.org/?q=\"a\"&b=1"),
            ("„https://example.org/ü“", "https://example.org/ü"),
            ("[https://example.org/?a[]=1]", "https://example.org/?a[]=1"),
            ("见https://example.org。请", "https://example.org"),
            ("**HTTP://EXAMPLE.org/x**", "HTTP://EXAMPLE.org/x"),
            ("https://example.org/a\\_b", "https://example.org/a_b"),
            ("https://example.org…", "https://example.org"),
            ("https://hbq0x000001p/x", "https://hbq0x000001p/x"),
            ("https://example.org/hbq0x000001p, x", "https://example.org/hbq0x000001p"),
            ("ann--lee+x@example.org.", "ann--lee+x@example.org"),
            ("<ann@example.co.uk>", "ann@example.co.uk"),
            ("mailto:ann@example.org", "mailto:ann@example.org"),
            ("https://example.org:8080/x:", "https://example.org:8080/x"),
        ] {
            assert_eq!(found(text), [wanted], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_an_address_is_none() {
        for text in [
            "https://",
            "https:// example.org",
            "https://localhost/x",
            "xhttps://example.org",
            "awww.example.org",
            "www.",
            "www..x",
            "ann@localhost",
            "ann@example.",
            "@example.org",
            "a@b@",
            "http:/example.org",
            "ftp://example.org",
            "https://a_b.c_d",
            "5:30 and 3.50",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
        assert_eq!(found("https://a.test,https://b.test www.c.test d@e.test").len(), 4);
    }
}
