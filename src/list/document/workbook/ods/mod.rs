//! `.ods`, and `.fods`, which is the same in one piece of XML (`OpenDocument` 1.3 part 3).
//!
//! Sheets are children of the spreadsheet and nothing else: tables also stand in charts, in
//! comments and in the history of changes.

mod cells;

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek};

use quick_xml::events::{BytesStart, Event};

use super::super::trouble::Trouble;
use super::package::Package;
use super::row::Row;
use super::xml::{Xml, attribute, early, prefixed};
use super::{Book, Each, Sheet, add};
use cells::Cell;

/// How deep tables stand: document, body, spreadsheet, table.
const TABLE_DEPTH: usize = 4;
/// The most styles by which sheets are hidden: each of a thousand sheets may have its own.
const STYLES_MAX: usize = 10_000;
/// More rows than any program has.
const ROWS_MAX: u64 = 1 << 24;

/// An open workbook.
pub(super) struct Ods {
    source: Source,
    sheets: Vec<Sheet>,
    filled: Vec<bool>,
}

/// Where the XML is.
enum Source {
    Packed(Package),
    Flat(File),
}

impl Ods {
    /// Opens a package.
    pub(super) fn packed(mut package: Package) -> Result<Self, Trouble> {
        if package.has("encrypted-package") || is_encrypted(&mut package)? {
            return Err(Trouble::Locked);
        }
        Self::open(Source::Packed(package))
    }

    /// Opens a single file.
    pub(super) fn flat(file: File) -> Result<Self, Trouble> {
        Self::open(Source::Flat(file))
    }

    fn open(source: Source) -> Result<Self, Trouble> {
        let mut book = Self { source, sheets: Vec::new(), filled: Vec::new() };
        let (mut sheets, mut filled) = (Vec::new(), Vec::new());
        book.source.read(|xml| survey(xml, &mut sheets, &mut filled))?;
        (book.sheets, book.filled) = (sheets, filled);
        Ok(book)
    }
}

impl Book for Ods {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn filled(&mut self) -> Result<Vec<bool>, Trouble> {
        Ok(self.filled.clone())
    }

    fn walk(&mut self, sheet: usize, each: &mut Each<'_>) -> Result<(), Trouble> {
        self.source.read(|xml| {
            let mut left = sheet;
            loop {
                match next_in_document(xml)? {
                    Part::Table { .. } if left == 0 => return table(xml, each),
                    Part::Table { .. } => {
                        left -= 1;
                        xml.skip()?;
                    }
                    Part::HiddenStyle(_) => {}
                    Part::End => return Ok(()),
                }
            }
        })
    }
}

impl Source {
    fn read<T>(
        &mut self,
        read: impl FnOnce(&mut Xml<&mut dyn BufRead>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        match self {
            Self::Packed(package) => {
                let Some(mut part) = package.part("content.xml")? else {
                    return Err(Trouble::broken("it has no workbook in it"));
                };
                read(&mut Xml::new(&mut part as &mut dyn BufRead))
            }
            Self::Flat(file) => {
                file.rewind()?;
                let mut source = BufReader::with_capacity(64 << 10, file);
                read(&mut Xml::new(&mut source as &mut dyn BufRead))
            }
        }
    }
}

/// What there is in a document.
enum Part {
    /// A style by which tables are hidden.
    HiddenStyle(String),
    /// A table begins.
    Table {
        name: String,
        style: String,
    },
    End,
}

fn next_in_document<R: BufRead>(xml: &mut Xml<R>) -> Result<Part, Trouble> {
    let mut style = String::new();
    loop {
        let (depth, event) = xml.next()?;
        let start = match event {
            Event::Start(start) => start,
            Event::Eof => return Ok(Part::End),
            _ => continue,
        };
        match start.local_name().as_ref() {
            "table" if depth == TABLE_DEPTH => {
                let name = prefixed(&start, "table:name")?.unwrap_or_default().into_owned();
                let style = prefixed(&start, "table:style-name")?.unwrap_or_default().into_owned();
                return Ok(Part::Table { name, style });
            }
            "style" => style = attribute(&start, "name")?.unwrap_or_default().into_owned(),
            "table-properties" if is_not_displayed(&start)? => {
                return Ok(Part::HiddenStyle(style));
            }
            _ => {}
        }
    }
}

/// Lists the tables, and in which of them there is something.
fn survey<R: BufRead>(
    xml: &mut Xml<R>,
    sheets: &mut Vec<Sheet>,
    filled: &mut Vec<bool>,
) -> Result<(), Trouble> {
    let mut hidden_styles = HashSet::new();
    loop {
        match next_in_document(xml)? {
            Part::HiddenStyle(style) => {
                if hidden_styles.len() < STYLES_MAX {
                    hidden_styles.insert(style);
                }
            }
            Part::Table { name, style } => {
                add(sheets, name, hidden_styles.contains(&style))?;
                filled.push(has_text(xml)?);
            }
            Part::End => return Ok(()),
        }
    }
}

/// Passes over the rest of a table, and tells whether one of its cells has something in it.
fn has_text<R: BufRead>(xml: &mut Xml<R>) -> Result<bool, Trouble> {
    let mut is_filled = false;
    loop {
        let (depth, event) = xml.next()?;
        if depth < TABLE_DEPTH {
            return Ok(is_filled);
        }
        let Event::Start(start) = &event else { continue };
        let is_around = matches!(
            start.local_name().as_ref(),
            "table-row-group" | "table-header-rows" | "table-rows" | "table-row"
        );
        if is_around {
            continue;
        }
        is_filled |= Cell::is_start(start) && Cell::read(start)?.has_value();
        drop(event);
        xml.skip()?;
    }
}

/// Gives the rows of a table that say something.
fn table<R: BufRead>(xml: &mut Xml<R>, each: &mut Each<'_>) -> Result<(), Trouble> {
    let mut row = Row::default();
    let (mut number, mut groups_hidden) = (1_u64, Vec::new());
    loop {
        let (depth, event) = xml.next()?;
        let start = match event {
            Event::Start(start) => start,
            Event::End(_) if depth < TABLE_DEPTH => return Ok(()),
            Event::End(_) => {
                groups_hidden.pop();
                continue;
            }
            Event::Eof => return Err(early()),
            _ => continue,
        };
        match start.local_name().as_ref() {
            "table-row-group" => {
                groups_hidden.push(is_not_displayed(&start)?);
            }
            "table-header-rows" | "table-rows" => groups_hidden.push(false),
            "table-row" => {
                let visibility = prefixed(&start, "table:visibility")?;
                let is_hidden = visibility.is_some_and(|it| it != "visible");
                let times = repeated(&start, "table:number-rows-repeated")?;
                row.begin(number, is_hidden || groups_hidden.contains(&true));
                cells::read(xml, &mut row)?;
                if row.is_blank() {
                    number = number.saturating_add(times);
                    continue;
                }
                for _ in 0..times {
                    if number > ROWS_MAX {
                        return Err(Trouble::TooLarge("it has more than 16 million rows".into()));
                    }
                    row.number = number;
                    if each(&row)?.is_break() {
                        return Ok(());
                    }
                    number += 1;
                }
            }
            _ => xml.skip()?,
        }
    }
}

fn is_not_displayed(start: &BytesStart<'_>) -> Result<bool, Trouble> {
    Ok(prefixed(start, "table:display")?.is_some_and(|display| display == "false"))
}

/// How often something is there.
fn repeated(start: &BytesStart<'_>, name: &str) -> Result<u64, Trouble> {
    let times = prefixed(start, name)?.and_then(|times| times.trim().parse().ok());
    Ok(times.unwrap_or(1).max(1))
}

/// Whether the list of parts says that they are encrypted.
fn is_encrypted(package: &mut Package) -> Result<bool, Trouble> {
    let Some(part) = package.part("META-INF/manifest.xml")? else { return Ok(false) };
    let mut xml = Xml::new(part);
    loop {
        match xml.next()?.1 {
            Event::Start(start) if start.local_name().as_ref() == "encryption-data" => {
                return Ok(true);
            }
            Event::Eof => return Ok(false),
            _ => {}
        }
    }
}
