//! What can only be laid out when the values are there: between signs
//! that no value can hold, until the merge is done.
//!
//! | sign | |
//! |---|---|
//! | `SOFT gap FIELD first FIELD rest FIELD text END` | a paragraph, still to be wrapped |
//! | `QUOTE first FIELD rest FIELD … QUOTE_END` | lines that get a prefix; they nest |
//! | `LIST number FIELD … LIST_END` | a list whose items are counted as they come, by `NUMBER` |

use super::wrap::{underline, wrap};

const SOFT: char = '\u{1}';
const FIELD: char = '\u{2}';
const END: char = '\u{3}';
const QUOTE: char = '\u{4}';
const QUOTE_END: char = '\u{5}';
const LIST: char = '\u{6}';
const LIST_END: char = '\u{7}';
const NUMBER: char = '\u{8}';

/// How deep quotations are drawn.
const DEPTH: usize = 20;

/// Whether a character is one of the signs, which no text may hold.
pub(super) fn is_sign(c: char) -> bool {
    ('\u{1}'..='\u{8}').contains(&c)
}

/// The number of an item that is counted after the merge.
pub(super) fn number() -> String {
    NUMBER.to_string()
}

/// Begins a list that is counted after the merge.
pub(super) fn list(first: u64) -> String {
    format!("{LIST}{first}{FIELD}")
}

/// Ends such a list.
pub(super) fn list_end() -> String {
    LIST_END.to_string()
}

/// Writes a paragraph that can only be wrapped when its values are there. If the merge
/// leaves nothing of it, the gap before it is not written either.
pub(super) fn soft(text: &str, gap: &str, first: &str, rest: &str, out: &mut String) {
    out.push_str(&format!("{SOFT}{gap}{FIELD}{first}{FIELD}{rest}{FIELD}{text}{END}"));
}

/// A heading that is underlined when its values are there.
pub(super) fn underlined(text: &str, rule: &str) -> String {
    if rule.is_empty() { text.to_owned() } else { format!("{text}{NUMBER}{rule}") }
}

/// Begins a piece of text whose every line gets a prefix, after wrapping.
pub(super) fn prefixed(first: &str, rest: &str) -> String {
    format!("{QUOTE}{first}{FIELD}{rest}{FIELD}")
}

/// Ends such a piece.
pub(super) fn prefixed_end() -> String {
    QUOTE_END.to_string()
}

/// A text as a quotation.
pub(crate) fn quoted(text: &str, prefix: &str) -> String {
    format!("{}{}{QUOTE_END}", prefixed(prefix, prefix), text.trim_matches('\n'))
}

/// Lays out a merged text: wraps, prefixes, counts. Of empty lines, one is
/// left between two paragraphs.
pub(crate) fn reflow(merged: &str) -> String {
    let mut flow = Flow { out: String::with_capacity(merged.len() + 64), ..Flow::default() };
    let mut rest = merged;
    while let Some(at) = next_sign(rest.as_bytes()) {
        flow.lines(&rest[..at]);
        rest = flow.sign(&rest[at..]);
    }
    flow.lines(rest);
    squeezed(&flow.out)
}

/// Where the next sign stands. Looked for in large pieces: most of a text has none.
fn next_sign(bytes: &[u8]) -> Option<usize> {
    const PIECE: usize = 64;
    let is_sign = |byte: &u8| (1..=8).contains(byte);
    let holds_one = |piece: &[u8]| piece.iter().fold(false, |any, byte| any | is_sign(byte));
    let piece = bytes.chunks(PIECE).position(holds_one)? * PIECE;
    Some(piece + bytes[piece..].iter().position(is_sign)?)
}

#[derive(Default)]
struct Flow {
    out: String,
    prefixes: Vec<Prefix>,
    numbers: Vec<u64>,
}

struct Prefix {
    first: String,
    rest: String,
    used: bool,
}

impl Flow {
    /// Reads what a sign begins; what is left after it.
    fn sign<'t>(&mut self, text: &'t str) -> &'t str {
        let inside = &text[1..];
        match text.as_bytes()[0] as char {
            SOFT => self.soft(inside),
            QUOTE => {
                let mut fields = inside.splitn(3, FIELD);
                let (first, rest) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
                let is_deep = self.prefixes.len() >= DEPTH;
                let (first, rest) = if is_deep { ("", "") } else { (first, rest) };
                let first = self.numbered(first);
                self.prefixes.push(Prefix { first, rest: rest.to_owned(), used: false });
                fields.next().unwrap_or("")
            }
            QUOTE_END => {
                if !self.out.is_empty() && !self.out.ends_with('\n') {
                    self.out.push('\n');
                }
                self.prefixes.pop();
                inside
            }
            LIST => {
                let (number, rest) = inside.split_once(FIELD).unwrap_or(("1", inside));
                self.numbers.push(number.parse().unwrap_or(1));
                rest
            }
            LIST_END => {
                self.numbers.pop();
                inside
            }
            // What stands where it belongs is read with what it belongs to.
            _ => inside,
        }
    }

    fn soft<'t>(&mut self, inside: &'t str) -> &'t str {
        let (paragraph, rest) = inside.split_once(END).unwrap_or((inside, ""));
        let mut fields = paragraph.splitn(4, FIELD);
        let mut next = || fields.next().unwrap_or("");
        let (gap, first, others, text) = (next(), next(), next(), next());
        let (text, rule) = text.rsplit_once(NUMBER).unwrap_or((text, ""));
        let text = text.trim();
        if !text.is_empty() {
            self.lines(gap);
            let first = self.numbered(first);
            let first = format!("{}{first}", self.prefix());
            let others = format!("{}{others}", self.prefix());
            // A component in a sentence has no lines of its own.
            let text: String = text.chars().filter(|c| !is_sign(*c)).collect();
            let start = self.out.len();
            wrap(&text, &first, &others, &mut self.out);
            underline(start, &others, rule, &mut self.out);
        }
        rest
    }

    /// Lines as they are, each after its prefix.
    fn lines(&mut self, text: &str) {
        if self.prefixes.is_empty() {
            return self.out.push_str(text);
        }
        for piece in text.split_inclusive('\n') {
            if self.out.is_empty() || self.out.ends_with('\n') {
                if piece != "\n" {
                    let prefix = self.prefix();
                    self.out.push_str(&prefix);
                } else if self.prefixes.last().is_some_and(|prefix| prefix.used) {
                    let prefix = self.prefix();
                    self.out.push_str(prefix.trim_end());
                } else {
                    // A bullet waits for a word.
                    continue;
                }
            }
            self.out.push_str(piece);
        }
    }

    fn prefix(&mut self) -> String {
        self.prefixes
            .iter_mut()
            .map(|prefix| {
                let was_used = std::mem::replace(&mut prefix.used, true);
                if was_used { prefix.rest.as_str() } else { prefix.first.as_str() }
            })
            .collect()
    }

    fn numbered(&mut self, first: &str) -> String {
        if !first.contains(NUMBER) {
            return first.to_owned();
        }
        let Some(number) = self.numbers.last_mut() else { return String::new() };
        *number += 1;
        first.replace(NUMBER, &(*number - 1).to_string())
    }
}

/// No more than one blank line in a row, none at the beginning or end.
fn squeezed(text: &str) -> String {
    let text = text.trim_matches('\n');
    let mut out = String::with_capacity(text.len());
    let mut written = 0;
    for (at, _) in text.match_indices('\n') {
        if text[..at].ends_with("\n\n") {
            out.push_str(&text[written..at]);
            written = at + 1;
        }
    }
    out.push_str(&text[written..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_soft_paragraph_is_wrapped_when_its_values_are_there() {
        let mut out = String::new();
        soft("Dear NAME, welcome", "", "> ", "> ", &mut out);
        let merged = out.replace("NAME", "Ann\nof Leeds");
        assert_eq!(reflow(&merged), "> Dear Ann\n> of Leeds, welcome\n".trim_end());
    }

    #[test]
    fn a_quotation_has_its_prefix_on_every_line_also_after_wrapping() {
        let mut inside = String::new();
        soft(&"NAME ".repeat(20), "", "", "", &mut inside);
        inside.push_str("\nEnd\n");
        let text = reflow(&format!("Before\n\n{}after", quoted(&inside, "> ")));
        assert!(text.starts_with("Before\n\n> NAME"), "{text}");
        assert!(text.contains("\n> NAME") && text.contains("\n>\n> End\nafter"), "{text}");
    }

    #[test]
    fn an_empty_soft_paragraph_leaves_no_gap() {
        let mut out = String::from("one\n");
        soft("X", "\n", "", "", &mut out);
        out.push_str("\ntwo\n");
        assert_eq!(reflow(&out.replace('X', "")), "one\n\ntwo");
    }

    #[test]
    fn items_are_counted_as_they_come() {
        let mut item = String::new();
        soft("X", "", &format!("{}. ", number()), "   ", &mut item);
        let empty = item.replace('X', "");
        let text = format!("{}{item}{empty}{item}{}", list(3), list_end());
        assert_eq!(reflow(&text), "3. X\n4. X");
    }
}
