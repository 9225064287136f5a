//! Why a text is no address, in words.

use std::fmt;

/// Why a text is not an address that mail can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// Nothing there.
    Empty,
    /// No `@`.
    NoAt,
    /// More than one address in one cell.
    Several,
    /// A line break, NUL, direction override or other control character.
    ControlCharacter,
    /// White space inside.
    WhiteSpace,
    /// More than one `@`.
    ManyAts,
    /// The part before the `@` is empty, has a misplaced dot or a forbidden character.
    Local,
    /// The part before the `@` is longer than 64 octets.
    LocalTooLong,
    /// The domain is not a host name: an empty or overlong label, a leading or
    /// trailing hyphen, a forbidden character.
    Domain,
    /// The domain has no dot: mail from elsewhere never reaches it.
    DomainWithoutDot,
    /// Longer than 254 octets in all.
    TooLong,
    /// The `@` is written as a word or as another sign: `ann (at) example.org`.
    SpelledAt,
    /// A character inside that nobody sees: with it, it is another address that looks the same.
    Invisible(char),
    /// A quotation mark, bullet or other sign that stands in no address.
    Sign(char),
    /// A mark at one end of the part before the `@`, where it may be somebody's remark: `#ann`.
    Mark(char),
    /// A letter in another form than keyboards write it, such as a full-width one.
    OtherForm(char),
    /// A letter of one script among those of another whose letters look alike.
    LookAlike(char),
    /// `%20` and the like: the address went through a link.
    Encoded,
    /// Dots at the end, as where a text was too long for its place.
    CutOff,
    /// A formula of a spreadsheet that is not plainly one address.
    Formula,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phrase = match self {
            Self::Invisible(c) => {
                return write!(
                    f,
                    "an invisible character (U+{:04X}) in the address",
                    u32::from(*c)
                );
            }
            Self::Sign(c) => return write!(f, "`{c}` in the address, which no address has"),
            Self::Mark(c) => {
                return write!(f, "the part before the `@` begins or ends with the mark `{c}`");
            }
            Self::OtherForm(c) => {
                return write!(f, "`{c}` in the address is a letter in another form");
            }
            Self::LookAlike(c) => {
                let code = u32::from(*c);
                return write!(
                    f,
                    "`{c}` (U+{code:04X}) in the address only looks like another letter"
                );
            }
            Self::Empty => "no address",
            Self::NoAt => "no `@` in the address",
            Self::Several => "more than one address",
            Self::ControlCharacter => "a line break or control character in the address",
            Self::WhiteSpace => "a space in the address",
            Self::ManyAts => "more than one `@` in the address",
            Self::Local => "the part before the `@` is not valid",
            Self::LocalTooLong => "the part before the `@` is longer than 64 characters",
            Self::Domain => "the domain is not valid",
            Self::DomainWithoutDot => "the domain has no dot",
            Self::TooLong => "the address is longer than 254 characters",
            Self::SpelledAt => "the `@` is not written as `@`",
            Self::Encoded => "a character of the address is written as `%` and its number",
            Self::CutOff => "the address ends in dots, as if it were cut off",
            Self::Formula => "a formula that is not plainly one address",
        };
        f.write_str(phrase)
    }
}

impl std::error::Error for AddressError {}
