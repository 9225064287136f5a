//! Opening a list: everything that would make it useless or misleading is
//! found before its first row is used.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::blank::Blanks;
use super::columns::Column;
use super::consent::{self, ColumnConsent, ConsentColumn, Count, Gone, Judge, Leavers, Survey};
use super::dialect::{Dialect, Sniffed};
use super::document::{self, Document};
use super::encoding::{self, Charset, Content, Decoded};
use super::garbled;
use super::header::{self, Header};
use super::notes::{Notes, Shape};
use super::origin::Query;
use super::query::Answer;
use super::records::{Records, Step};
use super::refusal;
use super::rows::{Rows, Unit};
use super::snapshot::{Position, Snapshot};
use super::source::Source;
use super::spool::{Spool, Writer};
use super::types::Known;
use crate::address::Address;
use crate::consent::{ConsentRule, Hidden, Told};
use crate::finding::{Checked, Finding};
use crate::place::Place;
use crate::types::TypeRule;

/// What the user says about a list.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The column of addresses, by its name or its header.
    pub email_column: Option<String>,
    /// What columns say of consent.
    pub consent: Vec<ConsentRule>,
    /// Whether the first line names the columns; looked at if it is not said.
    pub header: Option<bool>,
    /// The names of the columns, where no line has them.
    pub columns: Vec<String>,
    /// The encoding of a file, by any of its names.
    pub encoding: Option<String>,
    /// What becomes of the rows that a workbook hides.
    pub hidden: Option<Hidden>,
    /// What cells say that say nothing, beside what programs write: `unknown`.
    pub blank: Vec<String>,
    /// What is data although programs write it for nothing: `NA`.
    pub keep: Vec<String>,
    /// What columns are.
    pub types: Vec<TypeRule>,
}

/// A list that can be read, and walked as often as needed: every walk sees the same rows.
#[derive(Clone, Debug)]
pub struct List {
    name: Arc<str>,
    held: Held,
    columns: Arc<[Column]>,
    /// The columns that may hold addresses; the first one does.
    emails: Vec<usize>,
    /// How its rows fit its columns.
    pub(super) shape: Shape,
    /// Whether a column's name is one of consent, or no column has a name.
    may_tell_consent: bool,
    pub(super) judge: Judge,
    consent: Arc<[ColumnConsent]>,
    gone: Vec<Gone>,
    blanks: Arc<Blanks>,
    types: Known,
    refusals: Vec<Finding>,
    notes: Vec<Finding>,
}

/// Where its rows are.
#[derive(Clone, Debug)]
enum Held {
    /// In a copy of a file.
    Text(Text),
    /// In what a query gave, or a document held.
    Kept(Kept),
}

/// Rows that were kept.
#[derive(Clone, Debug)]
struct Kept {
    spool: Spool,
    unit: Unit,
    /// The file, if they come from one.
    snapshot: Option<Snapshot>,
    /// The row that names the columns, if one does.
    header_row: Option<u64>,
}

/// A file's text.
#[derive(Clone, Debug)]
struct Text {
    snapshot: Snapshot,
    encoding: Charset,
    dialect: Dialect,
    /// The line that names the columns, if there is one.
    header_line: Option<u64>,
}

impl Text {
    /// Its records, from the first line.
    fn records(&self) -> io::Result<Records<Position>> {
        let source = Decoded::new(self.snapshot.reader(), self.encoding);
        let mut records = Records::new(source, self.dialect);
        if self.dialect.has_sep_line {
            records.skip_line()?;
        }
        Ok(records)
    }

    /// Its rows, behind the names of the columns.
    fn rows(&self) -> io::Result<Source> {
        let mut records = self.records()?;
        if self.header_line.is_some() {
            records.next()?;
        }
        Ok(Source::File(Box::new(records)))
    }
}

impl List {
    /// Reads a list to its end and refuses it if it is no list. `name` is
    /// what messages call it.
    ///
    /// # Errors
    /// `list-not-found`, `list-not-a-file`, `list-unreadable`, `list-not-text`, `list-changed`,
    /// `empty-list`, `open-quote`, `second-header`, `header-below`, `duplicate-column`,
    /// `no-email-column`, `no-consent-column`.
    pub fn open(path: &Path, name: &str, options: &Options) -> Checked<Self> {
        let unreadable = |error: io::Error| refusal::unreadable(name, &error);
        let (path, sheet) = match path.to_str() {
            Some(text) => document::find(Path::new(""), text),
            None => (path.to_owned(), None),
        };
        check_file(&path, name)?;
        let snapshot = Snapshot::take(&path).map_err(unreadable)?;
        let snapshot = snapshot.ok_or_else(|| refusal::unsteady(name))?;
        let kind = document::kind(&mut snapshot.file().map_err(unreadable)?).map_err(unreadable)?;
        if kind != document::Kind::Delimited || sheet.is_some() {
            return Self::of_document(snapshot, name, sheet, options);
        }
        let (encoding, said) = text_encoding(&mut snapshot.reader(), name, options)?;
        let sniffed = Dialect::sniff(&|| Decoded::new(snapshot.reader(), encoding));
        let dialect = match sniffed.map_err(unreadable)? {
            Sniffed::Dialect(dialect) => dialect,
            Sniffed::Unclear(cell) => return Err(refusal::unclear_backslashes(name, &cell).into()),
        };
        let mut text = Text { snapshot, encoding, dialect, header_line: None };
        let header = Header::read(&mut text.records().map_err(unreadable)?, name, options)?;
        text.header_line = header.line;
        let held = Held::Text(text);
        let place = |index: usize| {
            header.places.get(index).cloned().unwrap_or_else(|| Place::new(name, 1, 1))
        };
        let list = Self::read(held, name, header.columns.clone(), options, &place)?;
        let mut list = said.into_iter().rev().fold(list, Self::noting);
        if header.line.is_none() && !header.is_told {
            list = list.noting(refusal::without_header(name));
        }
        Ok(list)
    }

    /// Reads a workbook, or JSON.
    fn of_document(
        snapshot: Snapshot,
        name: &str,
        sheet: Option<&str>,
        options: &Options,
    ) -> Checked<Self> {
        let unreadable =
            |error: io::Error| -> Vec<Finding> { refusal::unreadable(name, &error).into() };
        let file = snapshot.file().map_err(unreadable)?;
        let document = Document::of(file, name, sheet, options.hidden)?;
        let headers: Vec<&str> = document.headers.iter().map(String::as_str).collect();
        let (columns, unit) = (header::named(&headers), document.unit);
        let header_row = (document.header_row > 0).then_some(document.header_row);
        let left_out = refusal::hidden_left_out(name, document.left_out);
        let mut writer = Writer::new().map_err(unreadable)?;
        // What is wrong with the columns is told below.
        let emails = header::email(&columns, name, options.email_column.as_deref());
        let emails = emails.unwrap_or_default();
        let mut leavers = Leavers::new().map_err(unreadable)?;
        document.pour(&mut |number, is_left_out, cells| {
            if is_left_out {
                let addresses = emails.iter().filter_map(|index| cells.get(*index));
                let added = leavers.add(number, addresses.map(String::as_str));
                return added.map(|_| ()).map_err(unreadable);
            }
            for cell in cells {
                writer.push(cell);
                writer.end_cell();
            }
            writer.end_row_at(number).map_err(unreadable)
        })?;
        let spool = writer.finish().map_err(unreadable)?;
        let held = Held::Kept(Kept { spool, unit, snapshot: Some(snapshot), header_row });
        let row = usize::try_from(header_row.unwrap_or(1)).unwrap_or(usize::MAX);
        let place = |_| Place::row(name, row);
        let mut list = Self::read(held, name, columns, options, &place)?;
        let leavers = leavers.finish().map_err(unreadable)?;
        list.notes.extend(refusal::nameless(name, leavers.nameless));
        list.gone.push(leavers);
        Ok(match left_out {
            Some(note) => list.noting(note),
            None => list,
        })
    }

    /// Asks a database, and refuses its answer if it is no list. It is asked once: whoever
    /// walks the list sees the same rows, whatever becomes of the database.
    pub fn ask(query: &Query, options: &Options) -> Checked<Self> {
        let answer = Answer::to(query)?;
        let columns = answer.columns();
        let place = |_| query.sql.whole();
        // Known before a long answer is waited for.
        header::check_names(&columns, &place)?;
        header::email(&columns, query.name(), options.email_column.as_deref())?;
        let spool = answer.keep()?;
        if spool.filled == 0 {
            return Err(refusal::answer_without_rows(query).into());
        }
        let held = Held::Kept(Kept { spool, unit: Unit::Row, snapshot: None, header_row: None });
        Self::read(held, query.name(), columns, options, &place)
    }

    /// Looks at all rows, to know what they say of consent and what is wrong with them.
    fn read(
        held: Held,
        name: &str,
        columns: Vec<Column>,
        options: &Options,
        place: &dyn Fn(usize) -> Place,
    ) -> Checked<Self> {
        let meaning = meaning(&columns, name, options, place);
        let (types, unused) = Known::new(&columns, &options.types, name);
        let mut list = Self {
            name: name.into(),
            held,
            columns: columns.into(),
            emails: Vec::new(),
            shape: Shape::default(),
            may_tell_consent: false,
            judge: Judge::default(),
            consent: Arc::new([]),
            gone: Vec::new(),
            blanks: Arc::new(Blanks::new(&options.blank, &options.keep)),
            types,
            refusals: Vec::new(),
            notes: Vec::new(),
        };
        let told = match meaning {
            Ok((emails, told)) => {
                list.emails = emails;
                told
            }
            Err(mut findings) => {
                findings.extend(list.open_quote()?);
                return Err(findings);
            }
        };
        let is_named = !list.is_unnamed(options);
        list.may_tell_consent =
            !is_named || list.columns.iter().any(|c| consent::is_about_consent(&c.header));
        let (survey, notes) = list.survey(&told, is_named)?;
        list.refusals.extend(notes.unclear_address(&list, place));
        list.notes = notes.findings(&list);
        list.notes.extend(unused);
        list.shape = notes.shape();
        list.count(&survey.decide(), place)?;
        Ok(list)
    }

    /// A quote that the last line leaves open.
    fn open_quote(&self) -> Checked<Option<Finding>> {
        let mut rows = self.source()?;
        loop {
            match rows.next().map_err(|error| refusal::unreadable(&self.name, &error))? {
                Step::End => return Ok(None),
                Step::OpenQuote { line } => {
                    let Source::File(records) = &rows else { return Ok(None) };
                    return Ok(Some(refusal::open_quote(&self.name, records, line)));
                }
                Step::TooLong | Step::Record => {}
            }
        }
    }

    fn noting(mut self, note: Finding) -> Self {
        self.notes.insert(0, note);
        self
    }

    /// The first look at all rows.
    fn survey(&self, told: &HashMap<usize, Told>, are_named: bool) -> Checked<(Survey, Notes)> {
        let unreadable = |error: io::Error| refusal::unreadable(&self.name, &error);
        let mut survey = Survey::new(&self.columns, told, self.emails[0], are_named);
        let mut notes = Notes::new(&self.columns, &self.emails, self.unit());
        let mut rows = self.source()?;
        let mut has_rows = false;
        loop {
            match rows.next().map_err(unreadable)? {
                Step::End if has_rows => return Ok((survey, notes)),
                Step::End => return Err(refusal::without_rows(&self.name).into()),
                Step::OpenQuote { line } => {
                    let Source::File(records) = &rows else { continue };
                    return Err(refusal::open_quote(&self.name, records, line).into());
                }
                Step::TooLong => has_rows = true,
                Step::Record if rows.is_none() => notes.none(&rows),
                Step::Record => {
                    has_rows = true;
                    let cell = |index| rows.cell(index);
                    match header::repeated(&self.columns, self.emails[0], rows.len(), cell) {
                        Some(header::Repeated::Same) => notes.repeated_header(rows.line()),
                        Some(header::Repeated::Other) => {
                            let place = rows.place(&self.name, 0, 1);
                            return Err(refusal::second_header(place).into());
                        }
                        None => {
                            survey.row(cell);
                            notes.row(&rows);
                        }
                    }
                }
            }
        }
    }

    /// The second look, by what the first one found: whom the columns of consent let in.
    fn count(&mut self, columns: &[ConsentColumn], place: &dyn Fn(usize) -> Place) -> Checked<()> {
        if columns.is_empty() {
            return Ok(());
        }
        let unreadable = |error: io::Error| refusal::unreadable(&self.name, &error);
        let mut count = Count::new(columns).map_err(unreadable)?;
        let mut rows = self.source()?;
        loop {
            match rows.next().map_err(unreadable)? {
                Step::End | Step::OpenQuote { .. } => break,
                Step::TooLong => {}
                Step::Record if rows.is_none() => {}
                Step::Record => {
                    let cell = |index| rows.cell(index);
                    let is_usable = || self.is_readable(&rows);
                    let is_whole = || self.is_whole(&rows);
                    if header::repeated(&self.columns, self.emails[0], rows.len(), cell).is_none() {
                        count
                            .row(rows.line(), &self.emails, is_whole, is_usable, cell)
                            .map_err(unreadable)?;
                    }
                }
            }
        }
        self.judge = Judge::new(columns);
        let header = |index: usize| self.columns[index].header.clone();
        let (told, gone) = count.finish(header).map_err(unreadable)?;
        let unclear =
            told.iter().filter_map(|column| consent::unclear(column, Some(place(column.index))));
        self.refusals.extend(unclear);
        self.notes.extend(refusal::nameless(&self.name, gone.nameless));
        self.notes.extend(refusal::doubtful(&self.name, gone.doubtful));
        self.consent = told.into();
        self.gone.push(gone);
        Ok(())
    }

    /// What messages call the list.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The columns, from left to right.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of addresses.
    pub fn email_column(&self) -> &Column {
        &self.columns[self.emails[0]]
    }

    /// The columns that say who may be mailed, with what they say of everybody.
    pub fn consent(&self) -> &[ColumnConsent] {
        &self.consent
    }

    /// Why nobody on the list may be mailed until somebody has said more: what looks like
    /// consent and is not understood, addresses of which nobody knows which one counts.
    pub fn refusals(&self) -> &[Finding] {
        &self.refusals
    }

    /// What else there is to say of the list as a whole.
    pub fn notes(&self) -> &[Finding] {
        &self.notes
    }

    /// Whether the file holds something else by now than was read from it.
    pub fn is_outdated(&self) -> bool {
        match &self.held {
            Held::Text(text) => text.snapshot.is_outdated(),
            Held::Kept(kept) => kept.snapshot.as_ref().is_some_and(Snapshot::is_outdated),
        }
    }

    /// The addresses of those who left: no other row brings them back.
    pub fn gone(&self) -> impl Iterator<Item = Checked<Address>> + '_ {
        let addresses = self.gone.iter().flat_map(Gone::addresses);
        addresses
            .map(|address| address.map_err(|error| refusal::unreadable(&self.name, &error).into()))
    }

    /// The encoding, as `windows-1252` or `IBM850`. A database answers in UTF-8.
    pub fn encoding(&self) -> &'static str {
        match &self.held {
            Held::Text(text) => text.encoding.name(),
            Held::Kept(_) => Charset::UTF_8.name(),
        }
    }

    /// What separates the cells of a file.
    pub fn delimiter(&self) -> Option<char> {
        match &self.held {
            Held::Text(text) => Some(char::from(text.dialect.delimiter)),
            Held::Kept(_) => None,
        }
    }

    /// The line of a file that names the columns, if there is one.
    pub fn header_line(&self) -> Option<u64> {
        match &self.held {
            Held::Text(text) => text.header_line,
            Held::Kept(kept) => kept.header_row,
        }
    }

    /// What rows are counted by.
    pub fn unit(&self) -> Unit {
        match &self.held {
            Held::Text(_) => Unit::Line,
            Held::Kept(kept) => kept.unit,
        }
    }

    /// The rows, from the first.
    pub fn rows(&self) -> Checked<Rows> {
        Ok(Rows::new(self.clone(), self.source()?))
    }

    pub(super) fn known(&self) -> &Known {
        &self.types
    }

    pub(super) fn source(&self) -> Checked<Source> {
        match &self.held {
            Held::Kept(kept) => Ok(Source::Kept(Box::new(kept.spool.replay()), kept.unit)),
            Held::Text(text) => {
                Ok(text.rows().map_err(|error| refusal::unreadable(&self.name, &error))?)
            }
        }
    }

    /// Whether no line of the file and nothing in the settings names the columns.
    fn is_unnamed(&self, options: &Options) -> bool {
        matches!(&self.held, Held::Text(text) if text.header_line.is_none())
            && options.columns.is_empty()
    }

    /// Whether a cell is none, by the words that programs write where there is nothing. Columns
    /// of consent have their own.
    pub(super) fn says_nothing(&self, index: usize, column: &Column, cell: &str) -> bool {
        !self.consent.iter().any(|consent| consent.index == index)
            && (self.blanks.is_blank(column, cell) || garbled::is_lost(cell))
    }

    pub(super) fn email_index(&self) -> usize {
        self.emails[0]
    }

    pub(super) fn email_indexes(&self) -> &[usize] {
        &self.emails
    }

    /// Whether a column says who may be mailed, or would if its rows were whole: all that it says
    /// may stand elsewhere.
    pub(super) fn tells_consent(&self) -> bool {
        !self.consent.is_empty() || self.may_tell_consent
    }
}

/// The columns that may hold addresses, and those of which the settings say what they mean; or
/// everything that is wrong with them.
fn meaning(
    columns: &[Column],
    name: &str,
    options: &Options,
    place: &dyn Fn(usize) -> Place,
) -> Checked<(Vec<usize>, HashMap<usize, Told>)> {
    let names = header::check_names(columns, place);
    let emails = header::email(columns, name, options.email_column.as_deref());
    let told = consent::resolve(columns, name, &options.consent);
    match (names, emails, told) {
        (Ok(()), Ok(emails), Ok(told)) => Ok((emails, told)),
        (names, emails, told) => {
            Err([names.err(), emails.err(), told.err()].into_iter().flatten().flatten().collect())
        }
    }
}

/// Refuses what is no regular file: a list is read more than once, which a pipe cannot be.
fn check_file(path: &Path, name: &str) -> Checked<()> {
    let kind = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => refusal::not_found(name),
        _ => refusal::unreadable(name, &error),
    })?;
    if !kind.is_file() {
        return Err(refusal::not_a_file(name, kind.is_dir()).into());
    }
    File::open(path).map_err(|error| refusal::unreadable(name, &error))?;
    Ok(())
}

fn text_encoding(
    file: &mut impl Read,
    name: &str,
    options: &Options,
) -> Checked<(Charset, Vec<Finding>)> {
    let told = options.encoding.as_deref().map(Charset::parse).transpose()?;
    match encoding::detect(file, told).map_err(|error| refusal::unreadable(name, &error))? {
        Content::Text(encoding, notes) => {
            Ok((encoding, notes.iter().map(|note| note.finding(name)).collect()))
        }
        Content::Unclear(why) => Err(why.finding(name).into()),
        Content::Empty => Err(refusal::empty(name).into()),
        Content::Spreadsheet | Content::Database | Content::Binary => {
            Err(refusal::binary(name).into())
        }
    }
}
