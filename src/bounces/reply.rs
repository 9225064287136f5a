//! The codes in what a server said: `550-5.1.1 …`, `#5.7.1`, `(5.2.2)`.

/// An enhanced status code (RFC 3463): class, subject, detail.
pub(super) type Enhanced = (u8, u16, u16);

/// The longest text that is kept, in bytes.
const TEXT_MAX: usize = 1000;

/// What a server said, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The reply code (RFC 5321 §4.2).
    pub code: Option<u16>,
    /// The enhanced status code (RFC 3463).
    pub enhanced: Option<(u8, u16, u16)>,
    /// The words.
    pub text: String,
}

impl Said {
    /// Reads the codes in a text, and keeps the text.
    pub(super) fn read(text: &str) -> Self {
        let tokens: Vec<&str> = tokens(text).collect();
        let at = tokens.iter().position(|token| code(token).is_some());
        let beside = at.and_then(|at| {
            enhanced_in(tokens[at])
                .or_else(|| tokens.get(at + 1).and_then(|next| enhanced_in(next)))
        });
        let first = || tokens.iter().find_map(|token| enhanced_in(token));
        Self {
            code: at.and_then(|at| code(tokens[at])),
            enhanced: beside.or_else(first),
            text: shortened(text),
        }
    }

    /// The enhanced code as it is written.
    pub fn enhanced_text(&self) -> Option<String> {
        self.enhanced.map(|(class, subject, detail)| format!("{class}.{subject}.{detail}"))
    }

    /// Whether it has a code that says more than success or failure.
    pub(super) fn is_specific(&self) -> bool {
        self.enhanced.is_some_and(|(_, subject, detail)| (subject, detail) != (0, 0))
    }
}

/// The text on one line, and not longer than is of use.
pub(super) fn shortened(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() + word.len() >= TEXT_MAX {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// The words that may hold a code.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "()<>#'\",;:".contains(c)).filter(|t| !t.is_empty())
}

/// `550`, `550-5.1.1`, `550-'5.7.1`.
fn code(token: &str) -> Option<u16> {
    let digits = token.get(..3)?;
    let is_alone = token.len() == 3 || token.as_bytes()[3] == b'-';
    let is_reply = is_alone
        && matches!(digits.as_bytes()[0], b'4' | b'5')
        && matches!(digits.as_bytes()[1], b'0'..=b'7');
    digits.parse().ok().filter(|code: &u16| is_reply && (400..600).contains(code))
}

/// `5.1.1`, also behind a reply code; an IP address is none.
pub(super) fn enhanced_in(token: &str) -> Option<Enhanced> {
    let token = token.rsplit_once('-').map_or(token, |(_, behind)| behind);
    let mut numbers = token.trim_matches(|c: char| ".[]{}!?".contains(c)).split('.');
    let class: u8 = numbers.next()?.parse().ok().filter(|class| [2, 4, 5].contains(class))?;
    let mut number = || numbers.next().filter(|text| text.len() <= 3)?.parse::<u16>().ok();
    let (subject, detail) = (number()?, number()?);
    (subject <= 9 && numbers.next().is_none()).then_some((class, subject, detail))
}

/// Whether a word is only a code.
pub(super) fn is_code(token: &str) -> bool {
    let bare = token.trim_matches(|c: char| "()<>#'\",;:-".contains(c));
    code(bare).is_some_and(|_| bare.len() == 3 || enhanced_in(bare).is_some())
        || enhanced_in(bare).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_as_servers_write_them() {
        let found = |text| {
            let said = Said::read(text);
            (said.code, said.enhanced)
        };
        assert_eq!(found("550 5.1.1 User unknown"), (Some(550), Some((5, 1, 1))));
        assert_eq!(found("550-5.7.26 not accepted"), (Some(550), Some((5, 7, 26))));
        assert_eq!(
            found("5.1.0 - Unknown address error 550-'5.2.2 <a>"),
            (Some(550), Some((5, 2, 2)))
        );
        assert_eq!(found("#550 5.1.1 RESOLVER.ADR"), (Some(550), Some((5, 1, 1))));
        assert_eq!(found("no mailbox (#5.1.1 - chkusr)"), (None, Some((5, 1, 1))));
        assert_eq!(found("connect to 4.31.198.44 failed"), (None, None));
        assert_eq!(found("id 15.0.1178.4"), (None, None));
        assert_eq!(found("552 Too many recipients"), (Some(552), None));
    }
}
