//! Opening a list: everything that would make it useless or misleading is
//! found before its first row is used.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use super::columns::Column;
use super::dialect::Dialect;
use super::encoding::{self, Charset, Content, Decoded};
use super::header;
use super::origin::Query;
use super::query::Answer;
use super::records::{Records, Step};
use super::refusal;
use super::rows::{Rows, Unit};
use super::source::Source;
use super::spool::Spool;
use super::status::Says;
use crate::finding::{Checked, Finding};
use crate::place::Place;

/// What the user says about a list.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The column of addresses, by its name or its header.
    pub email_column: Option<String>,
    /// The column that says who has left.
    pub status: StatusColumn,
    /// The encoding, by any of its names.
    pub encoding: Option<String>,
}

/// Which columns say who has left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StatusColumn {
    /// All that are called so.
    #[default]
    Auto,
    /// This one alone.
    Named(String),
    /// None.
    Off,
}

/// A list that can be used, and walked as often as needed.
#[derive(Clone, Debug)]
pub struct List {
    name: String,
    held: Held,
    columns: Vec<Column>,
    email: usize,
    status: Vec<(usize, Says)>,
    notes: Vec<Finding>,
}

/// Where its rows are.
#[derive(Clone, Debug)]
enum Held {
    /// In a file, which is read anew each time.
    File { path: PathBuf, encoding: Charset, dialect: Dialect },
    /// In what a query gave.
    Spool(Spool),
}

/// What the columns say: which holds the address, which say who has left.
type Meaning = (usize, Vec<(usize, Says)>);

impl List {
    /// Reads a list to its end and refuses it if it is no list. `name` is
    /// what messages call it.
    pub fn open(path: &Path, name: &str, options: &Options) -> Checked<Self> {
        let unreadable = |error: io::Error| refusal::unreadable(name, &error);
        let mut file = open_file(path, name)?;
        let (encoding, notes) = text_encoding(&mut file, name, options)?;
        file.rewind().map_err(unreadable)?;
        let dialect = Dialect::sniff(Decoded::new(&file, encoding)).map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        let mut records = records(&file, encoding, dialect).map_err(unreadable)?;
        let columns = header::read(&mut records, name)?;
        let place = |index, width| records.place(name, index, width);
        let meaning = meaning(&columns, name, options, &place);
        let rows = check_rows(&mut records, name);
        let (email, status) = match (meaning, rows) {
            (Ok(meaning), Ok(())) => meaning,
            (meaning, rows) => {
                return Err([meaning.err(), rows.err()].into_iter().flatten().flatten().collect());
            }
        };
        let held = Held::File { path: path.to_owned(), encoding, dialect };
        Ok(Self { name: name.to_owned(), held, columns, email, status, notes })
    }

    /// Asks a database, and refuses its answer if it is no list. It is asked once: whoever
    /// walks the list sees the same rows, whatever becomes of the database.
    pub fn ask(query: &Query, options: &Options) -> Checked<Self> {
        let answer = Answer::to(query)?;
        let columns = answer.columns();
        let place = |_, _| query.sql.whole();
        // Known before a long answer is waited for.
        let (email, status) = meaning(&columns, query.name(), options, &place)?;
        let spool = answer.keep()?;
        if spool.filled == 0 {
            return Err(refusal::answer_without_rows(query).into());
        }
        let (held, name) = (Held::Spool(spool), query.name().to_owned());
        Ok(Self { name, held, columns, email, status, notes: Vec::new() })
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
        &self.columns[self.email]
    }

    /// The columns that say who has left.
    pub fn status_columns(&self) -> impl Iterator<Item = &Column> {
        self.status.iter().map(|(index, _)| &self.columns[*index])
    }

    /// What there is to say about its encoding.
    pub fn notes(&self) -> &[Finding] {
        &self.notes
    }

    /// The encoding, as `windows-1252` or `IBM850`. A database answers in UTF-8.
    pub fn encoding(&self) -> &'static str {
        match &self.held {
            Held::File { encoding, .. } => encoding.name(),
            Held::Spool(_) => Charset::UTF_8.name(),
        }
    }

    /// What separates the cells of a file.
    pub fn delimiter(&self) -> Option<char> {
        match &self.held {
            Held::File { dialect, .. } => Some(char::from(dialect.delimiter)),
            Held::Spool(_) => None,
        }
    }

    /// What rows are counted by.
    pub fn unit(&self) -> Unit {
        match &self.held {
            Held::File { .. } => Unit::Line,
            Held::Spool(_) => Unit::Row,
        }
    }

    /// The rows, from the first.
    pub fn rows(&self) -> Checked<Rows> {
        let source = match &self.held {
            Held::Spool(spool) => Source::Query(Box::new(spool.replay())),
            Held::File { path, encoding, dialect } => {
                let file = open_file(path, &self.name)?;
                let mut records = records(file, *encoding, *dialect)
                    .map_err(|error| refusal::unreadable(&self.name, &error))?;
                if header::read(&mut records, &self.name)? != self.columns {
                    return Err(refusal::changed(&self.name).into());
                }
                Source::File(Box::new(records))
            }
        };
        Ok(Rows::new(self.clone(), source))
    }

    pub(super) fn email_index(&self) -> usize {
        self.email
    }

    pub(super) fn is_gone<'a>(&self, cell: impl Fn(usize) -> &'a str) -> bool {
        self.status.iter().any(|(index, says)| says.is_gone(cell(*index)))
    }
}

/// What the columns say, or everything that is wrong with them.
fn meaning(
    columns: &[Column],
    name: &str,
    options: &Options,
    place: &dyn Fn(usize, usize) -> Place,
) -> Checked<Meaning> {
    let names = header::check_names(columns, place);
    let email = header::email(columns, name, options.email_column.as_deref());
    let status = header::status(columns, name, &options.status);
    match (names, email, status) {
        (Ok(()), Ok(email), Ok(status)) => Ok((email, status)),
        (names, email, status) => {
            Err([names.err(), email.err(), status.err()].into_iter().flatten().flatten().collect())
        }
    }
}

fn open_file(path: &Path, name: &str) -> Checked<File> {
    let kind = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => refusal::not_found(name),
        _ => refusal::unreadable(name, &error),
    })?;
    // A list is read more than once, which a pipe cannot be.
    if !kind.is_file() {
        return Err(refusal::not_a_file(name, kind.is_dir()).into());
    }
    Ok(File::open(path).map_err(|error| refusal::unreadable(name, &error))?)
}

fn text_encoding(
    file: &mut File,
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
        Content::Spreadsheet => Err(refusal::spreadsheet(name).into()),
        Content::Database => Err(refusal::database(name).into()),
        Content::Binary => Err(refusal::binary(name).into()),
    }
}

fn records<R: Read>(source: R, encoding: Charset, dialect: Dialect) -> io::Result<Records<R>> {
    let mut records = Records::new(Decoded::new(source, encoding), dialect.delimiter);
    if dialect.has_sep_line {
        records.skip_line()?;
    }
    Ok(records)
}

/// Goes through all rows: a quote that the last line leaves open must be
/// known before the first mail leaves.
fn check_rows<R: Read>(records: &mut Records<R>, name: &str) -> Checked<()> {
    let mut has_rows = false;
    loop {
        match records.next().map_err(|error| refusal::unreadable(name, &error))? {
            Step::End if has_rows => return Ok(()),
            Step::End => return Err(refusal::without_rows(name).into()),
            Step::OpenQuote { line } => {
                return Err(refusal::open_quote(name, records, line).into());
            }
            Step::TooLong => has_rows = true,
            Step::Record => has_rows = has_rows || !records.is_blank(),
        }
    }
}
