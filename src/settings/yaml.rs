//! YAML, by the events of `saphyr-parser`: the YAML of front matter, without
//! anchors and aliases, which a letter needs as little as it needs what they can
//! grow into.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{Key, Kind, Value};
use crate::finding::{Checked, Finding};
use crate::place::Source;

/// How deep tables and lists may nest.
const DEPTH: usize = 32;

/// Reads a range of a file as YAML.
pub fn parse(source: &Source, range: Range<usize>) -> Checked<Value> {
    let text = &source.text()[range.clone()];
    let mut offsets: Vec<usize> = text.char_indices().map(|(at, _)| range.start + at).collect();
    offsets.push(range.end);
    let mut builder = Builder { parser: Parser::new_from_str(text), offsets, source };
    let value = builder.document()?;
    Ok(value.unwrap_or(Value { range, kind: Kind::Null }))
}

struct Builder<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    /// The parser counts characters; places count bytes.
    offsets: Vec<usize>,
    source: &'a Source,
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
            let (event, range) = self.next()?;
            entries.push((key, self.value(event, range, depth + 1)?));
        }
    }

    /// `subject: {{ first_name }}`: to YAML, a table in a table.
    fn unquoted(&self, start: usize) -> Vec<Finding> {
        let text = self.source.text();
        let end = text[start..].find('\n').map_or(text.len(), |end| start + end);
        let value = text[start..end].trim_end();
        Finding::error(
            "yaml",
            "a value that begins with `{{` needs quotes around it",
            format!("write it as `\"{}\"`", value.replace('"', "\\\"")),
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
    if let Ok(number) = text.parse() {
        return Some(Kind::Integer(number));
    }
    let is_float = digits.chars().all(|c| c.is_ascii_digit() || ".eE+-".contains(c));
    is_float.then(|| text.parse().ok().map(Kind::Float)).flatten()
}
