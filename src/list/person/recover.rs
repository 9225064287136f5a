//! Addresses out of a broken cell, in every spelling that may be meant.
//!
//! It serves the rows of people who have left: whoever might be one of them is not mailed. So it
//! would rather find an address that nobody has than miss one. The time is linear in the length
//! of the cell, which may be a whole row.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::scripts;
use crate::address::{Address, is_invisible};

/// How far from an `@` an address may reach, in characters.
const REACH: usize = 256;
/// How many spaces may stand beside an `@`.
const GAP: usize = 8;
/// The longest cell, in bytes, that may be one address with spaces in it.
const ONE: usize = 512;

/// All addresses that a text may mean.
pub(super) fn spellings(text: &str) -> Vec<Address> {
    let mut found = Found::default();
    // Overlays strike out: who struck somebody out of a list meant that.
    let is_overlay = |c: char| matches!(c, '\u{334}'..='\u{338}');
    if text.contains(|c| is_invisible(c) || is_overlay(c)) {
        // A soft hyphen stands in a word, a space of no width between two.
        let seen = |c: &char| !is_invisible(*c) && !is_overlay(*c);
        found.look(&plainly(&text.chars().filter(seen).collect::<String>()));
        let text = text.chars().filter(|c| !is_overlay(*c));
        let spaced = |c| if is_invisible(c) { ' ' } else { c };
        found.look(&plainly(&text.map(spaced).collect::<String>()));
    } else {
        found.look(&plainly(text));
    }
    found.addresses
}

/// Whether an `@` is written as a word or as another sign.
pub(super) fn has_spelled_at(text: &str) -> bool {
    !text.contains('@') && !spellings(text).is_empty()
}

#[derive(Default)]
struct Found {
    addresses: Vec<Address>,
    known: HashSet<Address>,
}

impl Found {
    fn look(&mut self, text: &str) {
        for (at, _) in text.match_indices('@') {
            let (left, right) = (&text[..at], &text[at + 1..]);
            let locals = locals(left);
            if locals.is_empty() {
                continue;
            }
            for domain in domains(right) {
                for local in &locals {
                    self.add(&format!("{local}@{domain}"));
                }
            }
        }
        if text.len() <= ONE && text.matches('@').count() == 1 {
            let whole: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            self.add(&whole);
        }
    }

    fn add(&mut self, spelling: &str) {
        if let Ok(address) = Address::parse(spelling)
            && self.known.insert(address.clone())
        {
            self.addresses.push(address);
        }
    }
}

/// What may stand before an `@` that ends this text.
fn locals(left: &str) -> Vec<String> {
    let mut locals = Vec::new();
    let left = &left[..left.len() - behind(left, GAP, char::is_whitespace)];
    if let Some(inside) = left.strip_suffix('"') {
        let from = inside.floor_char_boundary(inside.len().saturating_sub(REACH));
        if let Some(open) = inside[from..].rfind('"') {
            let inside = &inside[from + open + 1..];
            return vec![format!("\"{inside}\""), inside.to_owned()];
        }
    }
    let left = &left[..left.len() - behind(left, GAP, |c| !is_part(c) && c != '@')];
    let whole = &left[left.len() - behind(left, REACH, is_part)..];
    let decoded = percent_decode_str(whole).decode_utf8_lossy();
    let is_usual = |c: char| c.is_alphanumeric() || is_combining_mark(c) || "._+-'".contains(c);
    // The last of what other signs separate: `ann@example.org/bo@example.org`.
    let last = decoded.trim_end_matches(|c| !is_usual(c));
    let last = &last[last.len() - behind(last, REACH, is_usual)..];
    for local in [whole, &decoded, last] {
        let core = local.trim_matches(|c: char| !c.is_alphanumeric() && !is_combining_mark(c));
        for local in [local, local.trim_matches('.'), core] {
            locals.push(single_dots(local));
            if !local.is_ascii() {
                locals.extend([single_dots(&local.nfkc().collect::<String>()), in_latin(local)]);
            }
        }
    }
    locals.retain(|local| !local.is_empty());
    locals.sort_unstable();
    locals.dedup();
    locals
}

/// What may stand behind an `@` before this text.
fn domains(right: &str) -> Vec<String> {
    let right = &right[before(right, GAP, |c| !is_part(c) && c != '@')..];
    let (whole, behind) = right.split_at(before(right, REACH, is_in_domain));
    let name = single_dots(whole.trim_matches(['.', '-']));
    let mut domains = Vec::new();
    if behind.starts_with('@') {
        // `ann@example.org.bo@example.org`: where the one ends is not to be seen.
        domains.extend(name.rsplit_once('.').map(|(name, _)| name.to_owned()));
    }
    if let Some(more) = behind.strip_prefix(',').filter(|_| !name.contains('.')) {
        domains.push(format!("{name}.{}", &more[..before(more, REACH, is_in_domain)]));
    }
    if !name.is_ascii() {
        domains.push(in_latin(&name));
    }
    domains.push(name);
    domains
}

fn is_in_domain(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || "-.".contains(c)
}

/// Whether a character may be part of what stands before an `@` without quotes.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~.".contains(c)
        || (!c.is_ascii() && (c.is_alphanumeric() || is_combining_mark(c)))
}

/// How many bytes so many characters at the end of a text have that are of a kind.
fn behind(text: &str, most: usize, is: impl Fn(char) -> bool) -> usize {
    text.chars().rev().take(most).take_while(|c| is(*c)).map(char::len_utf8).sum()
}

/// How many bytes so many characters at the beginning of a text have that are of a kind.
fn before(text: &str, most: usize, is: impl Fn(char) -> bool) -> usize {
    text.chars().take(most).take_while(|c| is(*c)).map(char::len_utf8).sum()
}

fn single_dots(text: &str) -> String {
    let mut single = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '.' || !single.ends_with('.') {
            single.push(c);
        }
    }
    single
}

fn in_latin(text: &str) -> String {
    text.chars().map(|c| scripts::looks_like(c).unwrap_or(c)).collect()
}

/// The text with `@` and `.` where they are written as words or as other signs, and with
/// apostrophes for curly ones.
fn plainly(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (sign, length) = match c {
            '＠' | '﹫' => ('@', c.len_utf8()),
            '。' | '．' | '｡' => ('.', c.len_utf8()),
            '\u{2018}'..='\u{201b}' | '\u{2bb}'..='\u{2bd}' | '´' | '′' | '＇' => {
                ('\'', c.len_utf8())
            }
            _ => word_for_a_sign(rest).unwrap_or((c, c.len_utf8())),
        };
        // `ann@@example.org`
        if sign != '@' || !plain.ends_with('@') {
            plain.push(sign);
        }
        rest = &rest[length..];
    }
    plain
}

/// How an `@` is written in links and pages.
const CODES: [&str; 4] = ["%40", "&#64;", "&#x40;", "&commat;"];
/// How it is said, in brackets or between spaces, …
const AT: [&str; 7] = ["at", "ät", "arroba", "arobase", "chiocciola", "kukac", "собака"];
/// … and in brackets alone.
const AT_IN_BRACKETS: [&str; 4] = ["a", "ad", "@", "à"];
/// How a dot is said.
const DOT: [&str; 7] = ["dot", "punkt", "punto", "ponto", "point", "punt", "точка"];

/// A sign that is written as a word at the beginning of a text, and how long the word is.
fn word_for_a_sign(text: &str) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    if matches!(first, '%' | '&') {
        let code = CODES.iter().find(|code| starts_with(text, code))?;
        return Some(('@', code.len()));
    }
    let close = match first {
        '(' => Some(')'),
        '[' => Some(']'),
        '{' => Some('}'),
        '<' => Some('>'),
        _ if first.is_whitespace() => None,
        _ => return None,
    };
    let after = without_gap(&text[first.len_utf8()..]);
    let (word, behind) = after.split_at(before(after, 16, |c| c.is_alphabetic() || c == '@'));
    let word = word.to_lowercase();
    let rest = match close {
        Some(close) => without_gap(behind).strip_prefix(close)?,
        None => behind.strip_prefix(char::is_whitespace)?,
    };
    let sign = match word.as_str() {
        word if AT.contains(&word) => '@',
        word if close.is_some() && AT_IN_BRACKETS.contains(&word) => '@',
        word if DOT.contains(&word) => '.',
        _ => return None,
    };
    Some((sign, text.len() - rest.len()))
}

fn without_gap(text: &str) -> &str {
    &text[before(text, GAP, char::is_whitespace)..]
}

fn starts_with(text: &str, beginning: &str) -> bool {
    text.get(..beginning.len()).is_some_and(|head| head.eq_ignore_ascii_case(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(cell: &str) -> Vec<String> {
        let mut all: Vec<String> = spellings(cell).iter().map(ToString::to_string).collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn everybody_in_a_cell_is_found_whatever_separates_them() {
        let two = ["ann@example.org", "bo@example.com"];
        for between in [
            "; ", ",", " ", "\n", "\r\n", "\t", " / ", "/", "|", " | ", " and ", " ::: ", "，",
            "、", "\u{200b}", "<br>", "\0",
        ] {
            let found = all(&format!("{}{between}{}", two[0], two[1]));
            assert!(two.iter().all(|one| found.iter().any(|found| found == one)), "{between:?}");
        }
        let links = "[Ann](mailto:ann@example.org), Bo <bo@example.com> (office)";
        assert_eq!(all(links), two);
    }

    #[test]
    fn an_address_that_is_spelled_out_or_broken_is_put_together() {
        for cell in [
            "ann (at) example.org",
            "ann [AT] example [dot] org",
            "ann at example dot org",
            "ann＠example。org",
            "ann%40example.org",
            "ann&#64;example.org",
            "ann @ example.org",
            "ann@exam ple.org",
            "an\u{ad}n@exam\u{ad}ple.org",
            "ann@@example.org",
            "ann@example..org",
            "ann@example,org",
            "ann@example.org…",
            "“ann”@example.org",
            "ａｎｎ@example.org",
            "аnn@exаmple.org",
            "a\u{336}n\u{336}n@example.org",
            "%20ann@example.org",
            "--ann@example.org",
            "\"ann@example.org",
            "was ann@example.org, has left",
        ] {
            assert!(all(cell).contains(&"ann@example.org".to_owned()), "{cell}: {:?}", all(cell));
        }
        assert_eq!(all("o’brien@example.org"), ["o'brien@example.org"]);
        assert_eq!(all("\"ann lee\"@example.org;"), ["\"ann lee\"@example.org"]);
        assert!(all("works at Foo").is_empty() && all("@").is_empty() && all("").is_empty());
    }

    #[test]
    fn a_cell_as_long_as_a_row_may_be_is_read_to_its_end() {
        let long = "x; ".repeat(30_000);
        assert_eq!(all(&format!("{long}ann@example.org")), ["ann@example.org"]);
        for hostile in ["@", "a@", "(at", " at ", "\"@", "'", "a.", "\u{ad}", "%40", "ａ"] {
            let _ = all(&hostile.repeat(50_000 / hostile.len()));
        }
    }
}
