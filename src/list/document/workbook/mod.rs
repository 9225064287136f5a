//! Workbooks: every kind is read row by row, and looks alike to whoever walks one.
//!
//! A sheet is walked twice: once to see where its table stands and which rows are hidden, and
//! once for its rows. What a workbook claims (how many rows, how large a part is, how often a
//! row is repeated) is never believed: memory is taken for what is there, and all of it is
//! bounded. The readers are our own, since those that there are take what a file claims, hold all
//! sheets in memory, and do not tell hidden rows.

mod bytes;
mod format;
mod formula;
mod ods;
mod opc;
mod package;
mod row;
mod sheets;
mod strings;
mod table;
mod value;
mod xls;
mod xlsb;
mod xlsx;
mod xml;

use std::fs::File;
use std::ops::ControlFlow;

use super::kind::WorkbookKind;
use super::trouble::Trouble;
use format::Format;
use strings::Strings;
use value::Epoch;

pub(super) use package::Package;
use row::Row;
pub(super) use sheets::choose;
pub(super) use table::{HiddenRows, Table};

/// The most sheets.
const SHEETS_MAX: usize = 1000;

/// A sheet of a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sheet {
    /// What its tab says.
    pub(super) name: String,
    /// Whether the program does not show it.
    pub(super) is_hidden: bool,
}

/// The longest name of a sheet that is kept; programs allow 31 characters, or a few more.
const NAME_MAX: usize = 4096;

/// Adds a sheet.
fn add(sheets: &mut Vec<Sheet>, name: String, is_hidden: bool) -> Result<(), Trouble> {
    if sheets.len() == SHEETS_MAX || name.len() > NAME_MAX {
        return Err(Trouble::TooLarge("it has more than 1,000 sheets, or very long names".into()));
    }
    sheets.push(Sheet { name, is_hidden });
    Ok(())
}

/// Takes rows, until it has enough.
type Each<'a> = dyn FnMut(&Row) -> Result<ControlFlow<()>, Trouble> + 'a;

/// An open workbook.
pub(super) trait Book {
    /// Its sheets, in the order of their tabs.
    fn sheets(&self) -> &[Sheet];

    /// Gives all rows of a sheet that say something, in their order.
    fn walk(&mut self, sheet: usize, each: &mut Each<'_>) -> Result<(), Trouble>;

    /// In which of its sheets there is something.
    fn filled(&mut self) -> Result<Vec<bool>, Trouble> {
        let sheets = self.sheets().len();
        let has_rows = |sheet| {
            let mut is_filled = false;
            self.walk(sheet, &mut |_| {
                is_filled = true;
                Ok(ControlFlow::Break(()))
            })?;
            Ok(is_filled)
        };
        (0..sheets).map(has_rows).collect()
    }
}

/// Opens a workbook.
pub(super) fn open(file: File, kind: WorkbookKind) -> Result<Box<dyn Book>, Trouble> {
    Ok(match kind {
        WorkbookKind::Xlsx => Box::new(xlsx::Xlsx::open(Package::open(file)?)?),
        WorkbookKind::Xlsb => Box::new(xlsb::Xlsb::open(Package::open(file)?)?),
        WorkbookKind::Xls => Box::new(xls::Xls::open(file)?),
        WorkbookKind::Ods => Box::new(ods::Ods::packed(Package::open(file)?)?),
        WorkbookKind::FlatOds => Box::new(ods::Ods::flat(file)?),
    })
}

/// What cells of all sheets refer to.
#[derive(Default)]
struct Context {
    strings: Strings,
    /// What the format of each style means.
    formats: Vec<Format>,
    epoch: Epoch,
}

impl Context {
    /// What the format of a style means.
    fn format(&self, style: usize) -> Format {
        self.formats.get(style).copied().unwrap_or_default()
    }

    /// A number, as its style means it.
    fn number(&self, value: f64, style: usize) -> String {
        value::formatted(value, self.format(style), self.epoch)
    }
}
