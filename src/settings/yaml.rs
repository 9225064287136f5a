//! YAML, by the events of `saphyr-parser`: the YAML of front matter, without
//! anchors and aliases, which a letter needs as little as it needs what they can
//! grow into.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{Key, Kind, Value, quotes};
use crate::finding::{Checked, Finding};
use crate::place::Source;

/// How deep tables and lists may nest.
const DEPTH: usize = 32;

/// Reads a range of a file as YAML.
pub fn parse(source: &Source, range: Range<usize>) -> Checked<Value> {
    let text = &source.text()[range.clone()];
    let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| range.start + at).collect();
    offsets.push(range.end);
    let mut builder = Builder {
        parser: Parser::new_from_str(text),
        offsets,
        source,
        key: String::new(),
        cuts: Vec::new(),
    };
    match builder.document() {
        Ok(value) if builder.cuts.is_empty() => {
            Ok(value.unwrap_or(Value { range, kind: Kind::Null }))
        }
        Ok(_) => Err(builder.cuts),
        // The parser tells what it cannot go on with; the slip is mostly a quote.
        Err(findings) => {
            let line = findings[0].place.as_ref().map(|place| place.line);
            let slip = quotes::ended_early(source, &range, ':')
                .or_else(|| quotes::needed(source, &range, line?));
            Err(slip.map_or(findings, Into::into))
        }
    }
}

struct Builder<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    /// The parser counts characters; places count bytes.
    offsets: Vec<usize>,
    source: &'a Source,
    /// The key of the whole table whose value is being read.
    key: String,
    /// Values of which YAML would drop the end.
    cuts: Vec<Finding>,
}

impl<'a> Builder<'a> {
    fn document(&mut self) -> Checked<Option<Value>> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(None),
                (Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd, _) => {}
                (event, span) => {
                    let value = self.value(event, span, 0)?;
                    while !matches!(self.next()?.0, Event::StreamEnd) {}
                    return Ok(Some(value));
                }
            }
        }
    }

    fn next(&mut self) -> Checked<(Event<'a>, Range<usize>)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let range = self.range(&span);
                Ok((event, range))
            }
            Some(Err(error)) => {
                let at = self.offset(error.marker().index());
                Err(Finding::error(
                    "yaml",
                    plainly(error.info()),
                    "write `key: value`, one a line; put a value that holds `: ` or begins with a sign into quotes",
                )
                .at(self.source.place(at..at + 1))
                .into())
            }
            None => Ok((Event::StreamEnd, 0..0)),
        }
    }

    fn offset(&self, index: usize) -> usize {
        self.offsets[index.min(self.offsets.len() - 1)]
    }

    fn range(&self, span: &Span) -> Range<usize> {
        self.offset(span.start.index())..self.offset(span.end.index())
    }

    fn value(&mut self, event: Event<'a>, range: Range<usize>, depth: usize) -> Checked<Value> {
        if depth > DEPTH {
            return Err(self.refuse(range, "the settings are nested too deeply"));
        }
        match event {
            Event::Scalar(text, style, 0, None) => {
                let kind = match style {
                    ScalarStyle::Plain => plain(&text),
                    _ => Kind::Text(text.into_owned()),
                };
                if style == ScalarStyle::Plain {
                    self.find_cut(&range);
                }
                Ok(Value { range, kind })
            }
            Event::SequenceStart(0, None) => self.list(range.start, depth),
            Event::MappingStart(0, None) => self.table(range.start, depth),
            _ => Err(self.refuse(range, "anchors, aliases and tags of YAML are not used here")),
        }
    }

    fn list(&mut self, start: usize, depth: usize) -> Checked<Value> {
        let mut values = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, range) => {
                    return Ok(Value { range: start..range.end, kind: Kind::List(values) });
                }
                (event, range) => values.push(self.value(event, range, depth + 1)?),
            }
        }
    }

    fn table(&mut self, start: usize, depth: usize) -> Checked<Value> {
        let mut entries = Vec::new();
        loop {
            let (event, range) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Value { range: start..range.end, kind: Kind::Table(entries) });
            }
            let Event::Scalar(name, _, 0, None) = event else {
                if self.source.text()[..range.start].ends_with('{') {
                    return Err(self.unquoted(range.start - 1));
                }
                return Err(self.refuse(range, "a key must be a word"));
            };
            let key = Key { name: name.into_owned(), range };
            if depth == 0 {
                self.key.clone_from(&key.name);
            }
            let (event, mut range) = self.next()?;
            if range.is_empty() {
                // A value that is not there stands behind its colon.
                let colon = self.source.text()[key.range.end..].find(':');
                range = colon.map_or(range, |at| key.range.end + at + 1..key.range.end + at + 1);
            }
            entries.push((key, self.value(event, range, depth + 1)?));
        }
    }

    /// `subject: Spring news #3, out now`: to YAML, all behind ` #` is a comment.
    fn find_cut(&mut self, range: &Range<usize>) {
        let text = self.source.text();
        let line = text[range.end..].split('\n').next().unwrap_or("").trim_end();
        let rest = line.trim_start();
        let is_word = CHOICES.contains(&self.key.as_str());
        // Behind a word that is chosen from a few, `# a note` is what it looks like.
        if !rest.starts_with('#') || is_word && rest.starts_with("# ") {
            return;
        }
        let start =
            range.start + text[range.clone()].len() - text[range.clone()].trim_start().len();
        let cut = range.end + line.len() - rest.len();
        let whole = text[start..cut + rest.len()].trim();
        let finding = Finding::error(
            "yaml",
            format!("`{}` would be lost: to YAML, what follows ` #` is a comment", shortened(rest)),
            format!(
                "put the value into quotes: `{}`; a comment stands on a line of its own",
                quotes::quoted(whole)
            ),
        );
        self.cuts.push(finding.at(self.source.place(cut..cut + rest.len())));
    }

    /// `subject: {{ first_name }}`: to YAML, a table in a table.
    fn unquoted(&self, start: usize) -> Vec<Finding> {
        let text = self.source.text();
        let end = text[start..].find('\n').map_or(text.len(), |end| start + end);
        let value = text[start..end].trim_end();
        Finding::error(
            "yaml",
            "a value that begins with `{{` needs quotes around it",
            format!("write it as `{}`", quotes::quoted(value)),
        )
        .at(self.source.place(start..start + value.len()))
        .into()
    }

    fn refuse(&self, range: Range<usize>, message: &str) -> Vec<Finding> {
        Finding::error("yaml", message, "write it out as `key: value`")
            .at(self.source.place(range))
            .into()
    }
}

/// Keys whose values are words of our own, with nothing to say behind `#`.
const CHOICES: [&str; 6] = ["date", "dir", "lang", "list", "template", "where"];

/// The beginning of a text that may be long.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// The parser's words, in plainer ones where people meet them most.
fn plainly(info: &str) -> String {
    if info.contains("quoted scalar") && info.contains("unexpected end") {
        return "a quote is opened and never closed".to_owned();
    }
    match info {
        "mapping values are not allowed in this context" => {
            "a value with `: ` in it needs quotes around it".to_owned()
        }
        other => other.to_owned(),
    }
}

/// A plain scalar by the core schema (YAML 1.2.2 §10.3.2). `no` and `yes`
/// stay words, as they should.
fn plain(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        _ => number(text).unwrap_or_else(|| Kind::Text(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Kind> {
    let digits = text.trim_start_matches(['-', '+']);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // `007` and `01.10` are a code and a date, not numbers.
    if digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.") {
        return None;
    }
    // What would be written in another way than it stands here is text: `+49`, `12.50`.
    if let Ok(number) = text.parse::<i64>() {
        return (number.to_string() == text).then_some(Kind::Integer(number));
    }
    let is_float = digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let number: f64 = text.parse().ok().filter(|_| is_float)?;
    (number.to_string() == text).then_some(Kind::Float(number))
}
