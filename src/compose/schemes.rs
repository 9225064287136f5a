//! What a value becomes further on in a URL, by the URL's scheme: a mail address keeps its `@`
//! (RFC 6068 §2), a phone number its `+` and no spaces (RFC 3966 §3), everything else is encoded.

#![allow(clippy::needless_pass_by_value, reason = "Tera hands values and arguments over")]

use tera::{Kwargs, State, TeraResult, Value};

use super::filters::{encoded, is_encoded, shown};

/// The filter for the address behind `mailto:`.
pub(super) const MAIL_PART: &str = "__mail_part";
/// The filter for the number behind `tel:`.
pub(super) const PHONE_PART: &str = "__phone_part";

/// What a URL goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Address,
    Number,
    Other,
}

impl Rest {
    /// What a URL that begins so goes on with.
    pub(super) fn behind(before: &str) -> Self {
        let before = before.trim_start();
        let begins = |scheme: &str| {
            before.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        if begins("mailto:") && !before.contains('?') {
            Self::Address
        } else if (begins("tel:") || begins("sms:")) && !before.contains('?') {
            Self::Number
        } else {
            Self::Other
        }
    }
}

/// Percent-encodes a value as an address, or a piece of one.
pub(super) fn mail_part(value: Value, _: Kwargs, state: &State) -> TeraResult<String> {
    let text = shown(&value, state)?;
    Ok(if is_encoded(&value, &text) { text } else { encoded(&text, b"@") })
}

/// Percent-encodes a value as a number that can be called.
pub(super) fn phone_part(value: Value, _: Kwargs, state: &State) -> TeraResult<String> {
    let text = shown(&value, state)?;
    if is_encoded(&value, &text) {
        return Ok(text);
    }
    let number: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    Ok(encoded(&number, b"+()*"))
}
