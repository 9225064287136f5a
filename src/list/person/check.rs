//! What makes another address of one, or several: signs of word processors, characters that
//! nobody sees, letters that look like others, marks at its ends.
//!
//! RFC 6531 allows most of it, and no mailbox has it: where it stands, something went wrong on
//! the way into the list, and only a person can say what was meant.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{recover, scripts, wrapping};
use crate::address::{Address, AddressError, is_bidi_control, is_invisible};

/// Refuses what makes another address of one, or several.
pub(super) fn checked(text: &str) -> Result<Address, AddressError> {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return Err(if recover::has_spelled_at(text) {
            AddressError::SpelledAt
        } else {
            AddressError::NoAt
        });
    };
    let is_quoted = wrapping::has_quoted_local(text);
    if !is_quoted && local.contains('@') {
        let is_between = |c: char| c.is_whitespace() || ",;/|:&<>()[]，；、،；".contains(c);
        let is_several = text.contains(is_between);
        return Err(if is_several { AddressError::Several } else { AddressError::ManyAts });
    }
    let first = |is: fn(char) -> bool| text.chars().find(|c| is(*c));
    if first(|c| c.is_control() || is_bidi_control(c)).is_some() {
        return Err(AddressError::ControlCharacter);
    }
    if let Some(c) = local.chars().find(|c| is_sign(*c)) {
        return Err(AddressError::Sign(c));
    }
    if !is_quoted && first(char::is_whitespace).is_some() {
        return Err(AddressError::WhiteSpace);
    }
    if let Some(c) = first(is_invisible) {
        return Err(AddressError::Invisible(c));
    }
    if domain.ends_with("..") || domain.trim_end_matches('.').ends_with('…') {
        return Err(AddressError::CutOff);
    }
    if !is_quoted {
        check_local(local)?;
    }
    check_domain(domain)?;
    Address::parse(text)
}

fn check_local(local: &str) -> Result<(), AddressError> {
    let bytes = local.as_bytes();
    if bytes
        .windows(3)
        .any(|three| three[0] == b'%' && three[1..].iter().all(u8::is_ascii_hexdigit))
    {
        return Err(AddressError::Encoded);
    }
    // RFC 5322 allows these; nobody's address begins so, and lists have remarks that do.
    let before = |c: &char| "#=~/!|?&^%$*-'`{}".contains(*c);
    let behind = |c: &char| "#=~/!|?&^%$*'`{}".contains(*c);
    if let Some(c) = local.chars().next().filter(before).or(local.chars().last().filter(behind)) {
        return Err(AddressError::Mark(c));
    }
    if local.is_ascii() {
        return Ok(());
    }
    if local.nfkc().ne(local.nfc()) {
        let other =
            local.chars().find(|c| std::iter::once(*c).nfkc().ne(std::iter::once(*c).nfc()));
        return Err(AddressError::OtherForm(other.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
    // `анна+news` is two words of two alphabets; a single `а` in `а.lee` is a slip.
    let has_latin = local.chars().any(scripts::is_latin);
    for word in local.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)) {
        if let Some(c) = scripts::stranger(word) {
            return Err(AddressError::LookAlike(c));
        }
        if has_latin && scripts::only_looks_latin(word) {
            return Err(word.chars().next().map_or(AddressError::Local, AddressError::LookAlike));
        }
    }
    Ok(())
}

fn check_domain(domain: &str) -> Result<(), AddressError> {
    if domain.is_ascii() {
        return Ok(());
    }
    // Full-width letters are letters to IDNA (UTS #46), and the ideographic full stop is a dot.
    let domain: String = domain.nfkc().map(|c| if c == '。' { '.' } else { c }).collect();
    if let Some(c) = domain.chars().find(|c| is_sign(*c)) {
        return Err(AddressError::Sign(c));
    }
    match domain.split('.').find_map(scripts::stranger) {
        Some(c) => Err(AddressError::LookAlike(c)),
        None => Ok(()),
    }
}

/// Whether a character outside ASCII is no letter and no digit: the curly quote, the bullet, the
/// dash that a word processor made. Overlays strike a letter out.
fn is_sign(c: char) -> bool {
    let is_modifier = matches!(c, '\u{2b0}'..='\u{2ff}' | '\u{a78b}' | '\u{a78c}');
    let is_overlay = matches!(c, '\u{334}'..='\u{338}');
    !c.is_ascii()
        && (is_modifier || is_overlay || !(c.is_alphanumeric() || is_combining_mark(c)))
        && !c.is_whitespace()
        && !is_invisible(c)
}
