//! The cells of a row (`OpenDocument` 1.3 part 3, 9.1.4 and 19.385).

use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::super::super::trouble::Trouble;
use super::super::format::Format;
use super::super::formula;
use super::super::row::{COLUMNS_MAX, Row};
use super::super::value::{self, Epoch};
use super::super::xml::{TEXT_MAX, Xml, prefixed, push_text};
use super::repeated;

/// What a cell's tag says.
pub(super) struct Cell {
    kind: Kind,
    /// The value that stands in the tag.
    value: Option<String>,
    has_formula: bool,
    times: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nothing,
    Number,
    Date,
    Time,
    Bool,
    Text,
    Error,
}

impl Cell {
    /// Whether a tag is that of a cell.
    pub(super) fn is_start(start: &BytesStart<'_>) -> bool {
        matches!(start.local_name().as_ref(), "table-cell" | "covered-table-cell")
    }

    /// Reads a cell's tag.
    pub(super) fn read(start: &BytesStart<'_>) -> Result<Self, Trouble> {
        let kind = match prefixed(start, "office:value-type")?.as_deref() {
            None | Some("void") => Kind::Nothing,
            Some("float" | "percentage" | "currency") => Kind::Number,
            Some("date") => Kind::Date,
            Some("time") => Kind::Time,
            Some("boolean") => Kind::Bool,
            Some(_) => match prefixed(start, "calcext:value-type")?.as_deref() {
                Some("error") => Kind::Error,
                _ => Kind::Text,
            },
        };
        let name = match kind {
            Kind::Number => Some("office:value"),
            Kind::Date => Some("office:date-value"),
            Kind::Time => Some("office:time-value"),
            Kind::Bool => Some("office:boolean-value"),
            Kind::Text => Some("office:string-value"),
            Kind::Nothing | Kind::Error => None,
        };
        let value = name.map(|name| prefixed(start, name)).transpose()?.flatten();
        Ok(Self {
            kind,
            value: value.map(std::borrow::Cow::into_owned),
            has_formula: prefixed(start, "table:formula")?.is_some(),
            times: repeated(start, "table:number-columns-repeated")?,
        })
    }

    /// Whether there is something in it, as far as its tag tells.
    pub(super) fn has_value(&self) -> bool {
        self.kind != Kind::Nothing
    }

    /// What it says; `shown` is what the program shows.
    fn text(self, shown: String) -> String {
        let Some(value) = self.value else { return shown };
        match self.kind {
            // A format has put zeros before it: a postcode.
            Kind::Number if is_padded(&shown, &value) => shown,
            Kind::Number => value::spelled(&value, Format::Number, Epoch::Y1900),
            Kind::Date => value::iso(&value),
            Kind::Time => value::iso_duration(&value),
            Kind::Bool => value.trim().to_lowercase(),
            Kind::Nothing | Kind::Text | Kind::Error => value,
        }
    }
}

/// Puts what the cells of a row say into it; the row's start was the last event.
pub(super) fn read<R: BufRead>(xml: &mut Xml<R>, row: &mut Row) -> Result<(), Trouble> {
    let outside = xml.outside();
    let mut column = 0;
    let mut shown = String::new();
    loop {
        let (depth, event) = xml.next()?;
        let cell = match &event {
            Event::Start(start) if Cell::is_start(start) => Some(Cell::read(start)?),
            Event::Start(_) => None,
            _ if depth == outside => return Ok(()),
            _ => continue,
        };
        drop(event);
        let Some(cell) = cell else {
            xml.skip()?;
            continue;
        };
        shown.clear();
        paragraphs(xml, &mut shown)?;
        if cell.has_formula && !cell.has_value() && shown.is_empty() {
            return Err(formula::without_value(row.number, column));
        }
        let times = usize::try_from(cell.times).unwrap_or(usize::MAX);
        let text = cell.text(std::mem::take(&mut shown));
        if !text.trim().is_empty() {
            // One more than fit tells that they do not.
            let end = column.saturating_add(times).min(COLUMNS_MAX + 1);
            for next in column..end.max(column.saturating_add(1)) {
                row.set(next, &text)?;
            }
        }
        column = column.saturating_add(times);
    }
}

/// Adds the paragraphs of the cell whose start was the last event, with line breaks between
/// them; not what is drawn or remarked in it.
fn paragraphs<R: BufRead>(xml: &mut Xml<R>, text: &mut String) -> Result<(), Trouble> {
    let outside = xml.outside();
    let mut is_first = true;
    loop {
        let (depth, event) = xml.next()?;
        let is_paragraph = match &event {
            Event::Start(start) => matches!(start.local_name().as_ref(), "p" | "h"),
            _ if depth == outside => return Ok(()),
            _ => continue,
        };
        drop(event);
        if !is_paragraph {
            xml.skip()?;
            continue;
        }
        if !std::mem::replace(&mut is_first, false) {
            text.push('\n');
        }
        paragraph(xml, text)?;
    }
}

/// Adds a paragraph. White space of the XML is one space; others have elements of their own.
fn paragraph<R: BufRead>(xml: &mut Xml<R>, text: &mut String) -> Result<(), Trouble> {
    let outside = xml.outside();
    let from = text.len();
    let mut piece = String::new();
    loop {
        let (depth, event) = xml.next()?;
        let mut is_passed_over = false;
        match &event {
            Event::Start(start) => match start.local_name().as_ref() {
                "s" => {
                    let times = usize::try_from(repeated(start, "text:c")?).unwrap_or(TEXT_MAX);
                    text.extend(std::iter::repeat_n(' ', times.min(TEXT_MAX)));
                }
                "tab" => text.push('\t'),
                "line-break" => text.push('\n'),
                "annotation" | "note" | "ruby-text" | "frame" | "custom-shape" => {
                    is_passed_over = true;
                }
                _ => {}
            },
            Event::End(_) => {
                if depth == outside {
                    return Ok(());
                }
            }
            event => {
                piece.clear();
                push_text(event, &mut piece)?;
                for c in piece.chars() {
                    let is_space = matches!(c, ' ' | '\t' | '\n' | '\r');
                    if !is_space {
                        text.push(c);
                    } else if text.len() > from && !text.ends_with(' ') {
                        text.push(' ');
                    }
                }
            }
        }
        drop(event);
        if is_passed_over {
            xml.skip()?;
        }
        if text.len() > TEXT_MAX {
            return Err(Trouble::TooLarge("a text in it is longer than 1 MiB".into()));
        }
    }
}

fn is_padded(shown: &str, value: &str) -> bool {
    shown.starts_with('0')
        && shown.len() > 1
        && shown.bytes().all(|byte| byte.is_ascii_digit())
        && shown.trim_start_matches('0') == value.trim_start_matches('0')
}
