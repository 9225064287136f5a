//! Replies as they come over the wire (RFC 5321 §4.2.1): lines in, a
//! [`Reply`] out.

use crate::deliver::transport::Reply;

/// The most lines of one reply; EHLO replies of real servers have a dozen.
const LINES_MAX: usize = 64;

/// A whole reply, its lines without the code before them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    /// The code, the same on every line.
    pub(crate) code: u16,
    /// The text of each line.
    pub(crate) text: Vec<String>,
}

impl Lines {
    #[cfg(test)]
    pub(crate) fn new(code: u16, text: Vec<String>) -> Self {
        Self { code, text }
    }

    /// What is kept of it: the lines joined, the enhanced code told once.
    pub(crate) fn reply(&self) -> Reply {
        let first = self.text.first().map_or("", String::as_str);
        let Some((enhanced, word)) = enhanced(self.code, first) else {
            return Reply::new(self.code, None, &self.text.join(" "));
        };
        let without = |line: &String| match line.strip_prefix(word) {
            Some(rest) if rest.is_empty() || rest.starts_with(' ') => rest.trim_start().to_owned(),
            _ => line.clone(),
        };
        let text: Vec<String> = self.text.iter().map(without).collect();
        Reply::new(self.code, Some(enhanced), &text.join(" "))
    }
}

/// A reply whose last line has not come yet.
#[derive(Default)]
pub(super) struct Unfinished {
    code: Option<u16>,
    text: Vec<String>,
}

impl Unfinished {
    /// Takes one line, without its line end; gives the reply when it was the last.
    pub(super) fn take(&mut self, line: &[u8]) -> Result<Option<Lines>, &'static str> {
        let (code, last, text) = split(line).ok_or("a reply has no code")?;
        if *self.code.get_or_insert(code) != code {
            return Err("a reply has two codes");
        }
        if self.text.len() == LINES_MAX {
            return Err("a reply has too many lines");
        }
        self.text.push(String::from_utf8_lossy(text).into_owned());
        Ok(last.then(|| Lines { code, text: std::mem::take(&mut self.text) }))
    }
}

/// Code, whether it is the last line, text. A code alone is a last line too.
fn split(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (code, rest) = line.split_at_checked(3)?;
    if !matches!(code[0], b'2'..=b'5') || !code.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = code.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    match rest {
        [] => Some((code, true, rest)),
        [b' ', text @ ..] => Some((code, true, text)),
        [b'-', text @ ..] => Some((code, false, text)),
        _ => None,
    }
}

/// The enhanced status code that a reply begins with, and how it is written.
/// Its class must agree with the code (RFC 2034 §4).
fn enhanced(code: u16, line: &str) -> Option<((u8, u16, u16), &str)> {
    let word = line.split(' ').next()?;
    let mut parts = word.split('.');
    let mut number = |longest: usize| {
        let part = parts.next()?;
        let short = (1..=longest).contains(&part.len());
        (short && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok())?
    };
    let (class, subject, detail) = (number(1)?, number(3)?, number(3)?);
    let agrees = class == code / 100 && matches!(class, 2 | 4 | 5) && parts.next().is_none();
    Some(((u8::try_from(class).ok().filter(|_| agrees)?, subject, detail), word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Result<String, &'static str> {
        let mut unfinished = Unfinished::default();
        for (at, line) in lines.iter().enumerate() {
            if let Some(reply) = unfinished.take(line.as_bytes())? {
                assert_eq!(at + 1, lines.len(), "the last line ends it");
                return Ok(reply.reply().to_string());
            }
        }
        Ok("unfinished".into())
    }

    #[test]
    fn replies_are_read_by_the_grammar_and_not_beyond() {
        let table: [(&[&str], Result<&str, &str>); 12] = [
            (&["250 2.0.0 queued as 7"], Ok("250 2.0.0 queued as 7")),
            (&["250"], Ok("250")),
            (&["250-one", "250 two"], Ok("250 one two")),
            (&["550-5.7.1 go", "550 5.7.1 away"], Ok("550 5.7.1 go away")),
            (&["250 4.2.0 not its class"], Ok("250 4.2.0 not its class")),
            (&["550 5.1.1.1 no"], Ok("550 5.1.1.1 no")),
            (&["550-no"], Ok("unfinished")),
            (&["250-one", "550 two"], Err("a reply has two codes")),
            (&["250x"], Err("a reply has no code")),
            (&["25"], Err("a reply has no code")),
            (&["150 soon"], Err("a reply has no code")),
            (&["HTTP/1.1 200 OK"], Err("a reply has no code")),
        ];
        for (lines, found) in table {
            assert_eq!(read(lines), found.map(str::to_owned), "{lines:?}");
        }
        assert_eq!(read(&["250-x"; 65]), Err("a reply has too many lines"));
    }
}
