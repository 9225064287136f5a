//! The stretches of a list by which it is told what quotes and backslashes mean: from the first
//! line on that has one of them, for a bounded length each. The lines before are the same in every
//! dialect, and a list with neither is gone through once, at the speed of memory.

use std::io::{self, Read};

use memchr::memmem::Finder;

use crate::list::encoding::Decoded;

/// What is looked for: nothing else is read differently by different dialects.
const SIGNS: [&str; 3] = ["\"", "\\", "\\\""];
/// How long a stretch is.
const LENGTH: usize = 1024 * 1024;
/// How much of a line is kept until it is known whether it has a sign.
const LINE_MAX: usize = 64 * 1024;

/// Some stretches of a list.
pub(super) struct Stretches {
    /// The list's first line.
    pub(super) header: String,
    /// Where signs stand: at most one stretch for each of them.
    pub(super) parts: Vec<Stretch>,
}

/// Some lines, from the beginning of one.
#[derive(Default)]
pub(super) struct Stretch {
    /// The lines.
    pub(super) text: String,
    /// Whether the list goes on behind them.
    pub(super) is_cut: bool,
    /// Whether the list begins with them.
    pub(super) has_header: bool,
}

impl Stretches {
    /// Goes through a list, until each of the signs was seen once.
    pub(super) fn of<R: Read>(mut source: Decoded<R>, has_sep_line: bool) -> io::Result<Self> {
        let mut seeker = Seeker::new();
        let (mut piece, mut is_first) = (String::new(), true);
        loop {
            source.next(&mut piece)?;
            if piece.is_empty() || seeker.signs.is_empty() {
                return Ok(seeker.finish());
            }
            let mut rest = piece.as_str();
            if std::mem::take(&mut is_first) {
                if has_sep_line {
                    rest = rest.find(is_break).map_or("", |end| &rest[end..]);
                }
                rest = rest.trim_start_matches(is_break);
                seeker.header(rest);
            }
            seeker.take(rest);
        }
    }

    /// Whether lines end as the old Mac ended them.
    pub(super) fn have_old_breaks(&self) -> bool {
        self.parts.iter().any(|part| part.text.contains('\r') && !part.text.contains('\n'))
    }

    /// Whether a sign stands in any of them.
    pub(super) fn have(&self, sign: &str) -> bool {
        self.parts.iter().any(|part| part.text.contains(sign))
    }
}

/// Looks for signs, and keeps what stands around them.
struct Seeker {
    found: Stretches,
    signs: Vec<Finder<'static>>,
    /// The stretch that is being read.
    current: Option<Stretch>,
    /// The line up to here, and whether it is the first.
    line: String,
    is_first_line: bool,
}

impl Seeker {
    fn new() -> Self {
        Self {
            found: Stretches { header: String::new(), parts: Vec::new() },
            signs: SIGNS.map(Finder::new).to_vec(),
            current: None,
            line: String::new(),
            is_first_line: true,
        }
    }

    fn header(&mut self, text: &str) {
        let line = text.split(is_break).next().unwrap_or_default();
        head(line).clone_into(&mut self.found.header);
    }

    fn take(&mut self, mut rest: &str) {
        while !rest.is_empty() && !self.signs.is_empty() {
            if let Some(stretch) = &mut self.current {
                let end = rest.floor_char_boundary(LENGTH.saturating_sub(stretch.text.len()));
                stretch.text.push_str(&rest[..end]);
                rest = &rest[end..];
                if !rest.is_empty() {
                    stretch.is_cut = true;
                    self.close();
                }
                continue;
            }
            let at = self.signs.iter().filter_map(|sign| sign.find(rest.as_bytes())).min();
            // A backslash may be the last byte of a piece, and its quote the first of the next.
            let is_torn = self.line.ends_with('\\') && rest.starts_with('"');
            let at = if is_torn { Some(0) } else { at };
            self.keep_line(&rest[..at.unwrap_or(rest.len())]);
            let Some(at) = at else { return };
            self.current = Some(Stretch {
                text: std::mem::take(&mut self.line),
                is_cut: false,
                has_header: self.is_first_line,
            });
            rest = &rest[at..];
        }
    }

    fn keep_line(&mut self, text: &str) {
        match text.rfind(is_break) {
            Some(end) => {
                self.is_first_line = false;
                head(&text[end + 1..]).clone_into(&mut self.line);
            }
            None if self.line.len() < LINE_MAX => self.line.push_str(head(text)),
            None => {}
        }
    }

    fn close(&mut self) {
        let Some(stretch) = self.current.take() else { return };
        self.signs.retain(|sign| sign.find(stretch.text.as_bytes()).is_none());
        self.line.clear();
        self.keep_line(&stretch.text);
        self.found.parts.push(stretch);
    }

    fn finish(mut self) -> Stretches {
        self.close();
        self.found
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(LINE_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::encoding::Charset;

    fn stretches(text: &str) -> Stretches {
        let source = Decoded::new(text.as_bytes(), Charset::UTF_8);
        Stretches::of(source, text.starts_with("sep=")).expect("readable")
    }

    #[test]
    fn a_stretch_begins_with_the_line_of_a_sign() {
        let plain = "ann@example.org,Ann\n".repeat(10_000);
        assert!(stretches(&format!("email,name\n{plain}")).parts.is_empty());
        let found = stretches(&format!(
            "sep=,\r\nemail,name\n{plain}bo@example.org,B\"o\ncy@example.org,C\\\n"
        ));
        assert_eq!(found.header, "email,name");
        let [part] = &found.parts[..] else { panic!("{}", found.parts.len()) };
        assert_eq!(part.text, "bo@example.org,B\"o\ncy@example.org,C\\\n");
        assert!(!part.has_header && !part.is_cut);
        assert!(stretches("\nemail,\"name\"\n").parts[0].has_header);
    }

    #[test]
    fn what_stands_far_below_is_seen_and_memory_stays_bounded() {
        let quoted = "ann@example.org,\"Ann\"\n".repeat(100_000);
        let found = stretches(&format!("email,name\n{quoted}bo@example.org,\"B\\\"o\"\n{quoted}"));
        assert_eq!(found.parts.len(), 2);
        assert!(found.parts[1].text.starts_with("bo@example.org,\"B\\\"o\"\n"));
        assert!(found.parts.iter().all(|part| part.is_cut && part.text.len() <= LENGTH));
        let line = "x".repeat(3 * LENGTH);
        let found = stretches(&format!("email\n{line}\"{line}"));
        assert!(found.parts[0].text.len() <= LENGTH + LINE_MAX);
    }
}
