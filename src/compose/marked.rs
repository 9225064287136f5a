//! The body with a mark for every tag, each in the form that Markdown will
//! leave where it stands: a word in text, a comment on a line of its own.

use std::collections::HashSet;
use std::ops::Range;

use super::behind::{Behind, behind};
use super::marks::Marks;
use super::offsets::Offsets;
use super::part::{Part, component_name};
use super::statement::Statement;
use super::tags::Kind;
use super::text::Prints;

/// What a tag of a part writes.
pub(crate) fn prints(part: &Part, tag: usize) -> Prints {
    match part.statements.get(tag) {
        Some(Some(Statement::Print(node))) if component_name(node).is_none() => Prints::Value,
        Some(Some(Statement::Print(_))) => Prints::Component,
        Some(Some(Statement::Open(_))) => Prints::Opens,
        Some(Some(Statement::Close(_))) => Prints::Closes,
        Some(Some(Statement::For { .. })) => Prints::Repeats,
        Some(Some(Statement::If(_))) => Prints::Branches,
        Some(Some(Statement::Elif(_))) => Prints::Divides,
        // A loop may have an `else`, too, but that is no branch of a condition.
        Some(Some(Statement::Else)) if in_condition(part, tag) => Prints::Divides,
        Some(Some(Statement::EndIf)) => Prints::Ends,
        _ if part.tags.get(tag).is_some_and(|tag| tag.kind == Kind::Literal) => Prints::Value,
        _ => Prints::Nothing,
    }
}

fn in_condition(part: &Part, tag: usize) -> bool {
    part.opens[tag].is_some_and(|open| matches!(part.statements[open], Some(Statement::If(_))))
}

/// A body with marks for its tags.
#[derive(Debug)]
pub(super) struct Marked {
    pub(super) text: String,
    /// Where its pieces come from.
    pub(super) offsets: Offsets,
    /// Blocks of Markdown that stand behind a tag.
    pub(super) behind: Vec<Behind>,
}

/// Replaces every tag of a body by its mark. `first` is the number of its first tag.
pub(super) fn marked(part: &Part, first: usize, marks: &Marks) -> Marked {
    let text = part.passage.text();
    let outline = Outline::of(part);
    let mut out = String::with_capacity(text.len());
    let (mut offsets, mut blocks) = (Offsets::default(), Vec::new());
    // Conditions whose tags are part of an address, all of them.
    let mut in_address = HashSet::new();
    let mut at = 0;
    for (number, tag) in part.tags.iter().enumerate() {
        let from = at.min(tag.range.start);
        offsets.push(out.len(), from);
        out.push_str(&text[from..tag.range.start]);
        offsets.push(out.len(), tag.range.start);
        at = at.max(tag.range.end);
        if matches!(tag.kind, Kind::Comment | Kind::Raw) {
            // A comment that has its line for itself takes the line with it.
            if is_alone(text, tag.range.clone()) {
                out.truncate(out.rfind('\n').map_or(0, |end| end + 1));
                at = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
            }
            continue;
        }
        let opener = part.opens[number].unwrap_or(number);
        if opener == number && outline.is_in_address(&out, part, number) {
            in_address.insert(number);
        }
        let is_word = prints(part, number) == Prints::Value
            || out.ends_with('\\')
            || outline.inside_html[number]
            || is_link_target(&out)
            || in_address.contains(&opener);
        if is_word {
            out.push_str(&marks.word(first + number));
            continue;
        }
        let comment = marks.comment(first + number);
        blocks.extend(behind(part, number, &outline.bytes, TAG, out.len()));
        match outline.line(&tag.range) {
            Line::OnlyTags if outline.is_row(part, number) => out.push_str(&format!("|{comment}|")),
            Line::OnlyTags => {
                if let Some(indent) = outline.indent_of_items(&part.tags[opener].range) {
                    out.truncate(out.trim_end_matches([' ', '\t']).len());
                    out.push_str(&" ".repeat(indent));
                }
                out.push_str(&comment);
            }
            // A line that starts with a comment is a block of HTML to Markdown: right for a
            // line of tags only, wrong for `{% if a %}Please **give**{% endif %}`.
            Line::StartsWithTag => out.push_str(&(marks.nothing() + &comment)),
            Line::Other => out.push_str(&comment),
        }
    }
    offsets.push(out.len(), at);
    out.push_str(&text[at..]);
    Marked { text: out, offsets, behind: blocks }
}

fn is_alone(text: &str, range: Range<usize>) -> bool {
    let blank = [' ', '\t', '\r'];
    let before = text[..range.start].trim_end_matches(blank);
    let after = text[range.end..].trim_start_matches(blank);
    (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with('\n'))
}

/// Whether what follows is part of a link's URL, where a comment could not
/// stand: `](…` or `[name]: …`.
fn is_link_target(out: &str) -> bool {
    /// How long a URL may be.
    const LONGEST: usize = 2000;
    let from = (out.len().saturating_sub(LONGEST)..=out.len()).find(|at| out.is_char_boundary(*at));
    let out = &out[from.unwrap_or(0)..];
    let word = out.rfind([' ', '\t', '\n']).map_or(0, |at| at + 1);
    if out[word..].rfind("](").is_some_and(|at| !out[word + at..].contains(')')) {
        return true;
    }
    let line = out[..word].rsplit('\n').next().unwrap_or("");
    let label = line.trim_start_matches([' ', '>']).strip_prefix('[');
    label
        .and_then(|label| label.trim_end().strip_suffix("]:"))
        .is_some_and(|label| !label.contains(']'))
}

/// What a line is, seen from one of its block tags.
enum Line {
    OnlyTags,
    StartsWithTag,
    Other,
}

/// The body, byte for byte, with its tags painted over: what writes a value as `v`, other
/// tags as `TAG`, comments as spaces. Lines are those that Markdown will see.
struct Outline {
    bytes: Vec<u8>,
    /// Whether each tag stands between `<a` and its `>`, or in a comment.
    inside_html: Vec<bool>,
    /// Lines of tags within a table: their ranges, and the number of the table.
    rows: Vec<(Range<usize>, usize)>,
}

const TAG: u8 = 1;

impl Outline {
    fn of(part: &Part) -> Self {
        let mut bytes = part.passage.text().as_bytes().to_vec();
        for (number, tag) in part.tags.iter().enumerate() {
            let paint = match tag.kind {
                Kind::Comment | Kind::Raw => b' ',
                _ if prints(part, number) == Prints::Value => b'v',
                _ => TAG,
            };
            bytes[tag.range.clone()].fill(paint);
        }
        let mut outline = Self { bytes, inside_html: Vec::new(), rows: Vec::new() };
        outline.inside_html = outline.find_inside_html(part);
        outline.rows = outline.find_rows();
        outline
    }

    fn find_comments(&self) -> Vec<Range<usize>> {
        let find = |from: usize, what: &[u8]| {
            let at = self.bytes[from..].windows(what.len()).position(|window| window == what);
            at.map(|at| from + at)
        };
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(start) = find(at, b"<!--") {
            let Some(end) = find(start + 4, b"-->") else { break };
            found.push(start..end);
            at = end;
        }
        found
    }

    /// `{% for %}` between the rows of a table. A table begins with a row of dashes.
    fn find_rows(&self) -> Vec<(Range<usize>, usize)> {
        let mut found = Vec::new();
        let (mut table, mut in_table, mut after_bar) = (0, false, false);
        let mut at = 0;
        for line in self.bytes.split_inclusive(|byte| *byte == b'\n') {
            let has_bar = line.contains(&b'|');
            if !in_table && after_bar && has_bar && is_rule(line) {
                in_table = true;
                table += 1;
            } else if in_table && is_only_tags(line) {
                found.push((at..at + line.len(), table));
            } else {
                in_table &= has_bar;
            }
            after_bar = has_bar;
            at += line.len();
        }
        found
    }

    /// Whether a tag stands between rows, and so do all that belong to it.
    fn is_row(&self, part: &Part, tag: usize) -> bool {
        let table = |tag: usize| {
            let at = part.tags[tag].range.start;
            let next = self.rows.partition_point(|(line, _)| line.end <= at);
            self.rows.get(next).filter(|(line, _)| line.contains(&at)).map(|(_, table)| *table)
        };
        let opener = part.opens[tag].unwrap_or(tag);
        let here = table(tag);
        here.is_some()
            && table(opener) == here
            && part.ends[opener].is_none_or(|end| table(end) == here)
    }

    fn line(&self, tag: &Range<usize>) -> Line {
        let leads = |b: &u8| b.is_ascii_digit() || b" \t>-*+.)".contains(b);
        let before = &self.bytes[..tag.start];
        let start = before.iter().rposition(|b| !leads(b)).map_or(0, |at| at + 1);
        if start > 0 && before[start - 1] != b'\n' {
            return Line::Other;
        }
        let end = self.bytes[tag.end..].iter().position(|b| *b == b'\n');
        let end = end.map_or(self.bytes.len(), |at| tag.end + at);
        if is_only_tags(&self.bytes[start..end]) { Line::OnlyTags } else { Line::StartsWithTag }
    }

    /// Whether a block tag and its end belong to a bare address: `https://x.org/{% if a %}b{% endif %}`
    /// is one, with no space in it. `out` is what stands before.
    fn is_in_address(&self, out: &str, part: &Part, opener: usize) -> bool {
        /// How long an address may be.
        const LONGEST: usize = 2000;
        let Some(end) = part.ends[opener] else { return false };
        let block = part.tags[opener].range.start..part.tags[end].range.end;
        let is_one =
            block.len() <= LONGEST && !self.bytes[block].iter().any(u8::is_ascii_whitespace);
        let from = out.len().saturating_sub(2 * LONGEST);
        let from = (from..=out.len()).find(|at| out.is_char_boundary(*at)).unwrap_or(0);
        let begins = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"');
        is_one
            && out[from..]
                .rsplit(begins)
                .next()
                .is_some_and(|word| word.contains("://") || word.contains("www."))
    }

    /// A tag before the items of a nested list belongs into the item around them, wherever
    /// in its line it was written.
    fn indent_of_items(&self, tag: &Range<usize>) -> Option<usize> {
        /// How many lines of tags may follow each other.
        const LINES: usize = 20;
        let indent = |line: &[u8]| line.iter().take_while(|b| **b == b' ').count();
        let start =
            self.bytes[..tag.start].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let mut lines = self.bytes[start..].split(|b| *b == b'\n');
        let own = indent(lines.next()?);
        let next =
            lines.take(LINES).find(|line| !is_only_tags(line) && !line.trim_ascii().is_empty())?;
        let is_item = content_of_item(next).is_some();
        let is_deeper = indent(next) > own;
        if !is_deeper || is_item {
            return (is_item && is_deeper).then(|| indent(next));
        }
        // `   More of one.` belongs to the item `1. One` above, and so does the tag between.
        let above = self.bytes[..start].rsplit(|b| *b == b'\n').skip(1).take(LINES);
        let mut above = above.filter(|line| !is_only_tags(line) && !line.trim_ascii().is_empty());
        let item = above.find(|line| indent(line) != indent(next))?;
        (content_of_item(item) == Some(indent(next))).then(|| indent(next))
    }

    fn find_inside_html(&self, part: &Part) -> Vec<bool> {
        let comments = self.find_comments();
        let mut found = Vec::with_capacity(part.tags.len());
        let (mut at, mut inside) = (0, false);
        for tag in &part.tags {
            for (byte, next) in (at..tag.range.start).map(|at| (self.bytes[at], at + 1)) {
                let after = self.bytes[next];
                inside = match byte {
                    b'<' => after.is_ascii_alphabetic(),
                    b'>' => false,
                    b'\n' => inside && !matches!(after, b'\n' | b'\r'),
                    _ => inside,
                };
            }
            at = at.max(tag.range.start);
            let next = comments.partition_point(|comment| comment.end <= at);
            let in_comment = comments.get(next).is_some_and(|comment| comment.start < at);
            found.push(inside || in_comment);
        }
        found
    }
}

/// Where the text of a list's item begins in its line.
fn content_of_item(line: &[u8]) -> Option<usize> {
    let spaces = |line: &[u8]| line.iter().take_while(|b| **b == b' ').count();
    let indent = spaces(line);
    let digits = line[indent..].iter().take_while(|b| b.is_ascii_digit()).count();
    let marker = indent + digits;
    match &line[marker..] {
        [b'-' | b'*' | b'+', b' ', ..] if digits == 0 => {}
        [b'.' | b')', b' ', ..] if digits > 0 => {}
        _ => return None,
    }
    Some(marker + 1 + spaces(&line[marker + 1..]))
}

fn is_only_tags(line: &[u8]) -> bool {
    line.contains(&TAG)
        && line.iter().all(|b| *b == TAG || b.is_ascii_whitespace() || b">-*+".contains(b))
}

/// `|---|:-:|`
fn is_rule(line: &[u8]) -> bool {
    line.contains(&b'-') && line.iter().all(|b| b.is_ascii_whitespace() || b"|:->".contains(b))
}
