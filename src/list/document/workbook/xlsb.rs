//! `.xlsb`: a package like `.xlsx`, with binary records in place of XML (MS-XLSB).

use std::io::{self, BufRead, Read};

use super::super::trouble::Trouble;
use super::bytes::Bytes;
use super::format::Format;
use super::formula;
use super::opc::Relations;
use super::package::Package;
use super::row::Row;
use super::value::Epoch;
use super::{Book, Context, Each, Sheet, add};

/// The longest record that is looked into.
const RECORD_MAX: u64 = 1 << 20;
/// The most styles; Excel has 65,490.
const STYLES_MAX: usize = 1 << 20;

/// `fDyZero` among the flags of a row (MS-XLSB 2.4.722).
const IS_HIDDEN: u16 = 0x1000;

/// How far the kinds of short cells are from those of others.
const SHORT_TO_LONG: u16 = kind::SHORT_FIRST - kind::CELL_BLANK;

/// The kinds of records, by MS-XLSB 2.3.2.
mod kind {
    pub(super) const ROW: u16 = 0;
    pub(super) const CELL_BLANK: u16 = 1;
    pub(super) const CELL_RK: u16 = 2;
    pub(super) const CELL_ERROR: u16 = 3;
    pub(super) const CELL_BOOL: u16 = 4;
    pub(super) const CELL_REAL: u16 = 5;
    pub(super) const CELL_TEXT: u16 = 6;
    pub(super) const CELL_SHARED: u16 = 7;
    pub(super) const FORMULA_TEXT: u16 = 8;
    pub(super) const FORMULA_NUMBER: u16 = 9;
    pub(super) const FORMULA_BOOL: u16 = 10;
    pub(super) const FORMULA_ERROR: u16 = 11;
    pub(super) const SHORT_FIRST: u16 = 12;
    pub(super) const SHORT_LAST: u16 = 18;
    pub(super) const SHARED_TEXT: u16 = 19;
    pub(super) const FORMAT: u16 = 44;
    pub(super) const STYLE: u16 = 47;
    pub(super) const CELL_RICH: u16 = 62;
    pub(super) const SHEET_DATA_END: u16 = 146;
    pub(super) const WORKBOOK: u16 = 153;
    pub(super) const SHEET: u16 = 156;
    pub(super) const STYLES: u16 = 617;
    pub(super) const STYLES_END: u16 = 618;
}

/// An open workbook.
pub(super) struct Xlsb {
    package: Package,
    sheets: Vec<Sheet>,
    /// The part of each sheet.
    parts: Vec<String>,
    context: Context,
}

impl Xlsb {
    /// Reads all that is not a sheet.
    pub(super) fn open(mut package: Package) -> Result<Self, Trouble> {
        let root = Relations::of(&mut package, "")?;
        let main = root.one("officeDocument").unwrap_or("xl/workbook.bin").to_owned();
        let relations = Relations::of(&mut package, &main)?;
        let mut book =
            Self { package, sheets: Vec::new(), parts: Vec::new(), context: Context::default() };
        book.read_main(&main, &relations)?;
        if let Some(part) = relations.one("styles") {
            book.read_styles(part)?;
        }
        if let Some(part) = relations.one("sharedStrings") {
            book.read_strings(part)?;
        }
        Ok(book)
    }

    fn read_main(&mut self, part: &str, relations: &Relations) -> Result<(), Trouble> {
        let source = self.package.part(part)?;
        let source = source.ok_or_else(|| Trouble::broken("it has no workbook in it"))?;
        let mut records = Records::new(source);
        while let Some((kind, mut record)) = records.next()? {
            match kind {
                kind::WORKBOOK if record.u32()? & 1 != 0 => self.context.epoch = Epoch::Y1904,
                kind::SHEET => {
                    let is_hidden = record.u32()? != 0;
                    record.take(4)?;
                    let (id, name) = (record.wide()?, record.wide()?);
                    if let Some(part) = relations.part(&id, "worksheet") {
                        add(&mut self.sheets, name, is_hidden)?;
                        self.parts.push(part.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_styles(&mut self, part: &str) -> Result<(), Trouble> {
        let Some(source) = self.package.part(part)? else { return Ok(()) };
        let mut records = Records::new(source);
        let (mut own, mut is_in_styles) = (std::collections::HashMap::new(), false);
        while let Some((kind, mut record)) = records.next()? {
            match kind {
                kind::FORMAT => {
                    let id = record.u16()?;
                    own.entry(id).or_insert(Format::of(&record.wide()?));
                }
                kind::STYLES => is_in_styles = true,
                kind::STYLES_END => is_in_styles = false,
                kind::STYLE if is_in_styles => {
                    if self.context.formats.len() == STYLES_MAX {
                        return Err(Trouble::TooLarge("it has more than a million styles".into()));
                    }
                    record.take(2)?;
                    let id = record.u16()?;
                    let format = own.get(&id).copied().unwrap_or_else(|| Format::built_in(id));
                    self.context.formats.push(format);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn read_strings(&mut self, part: &str) -> Result<(), Trouble> {
        let Some(source) = self.package.part(part)? else { return Ok(()) };
        let mut records = Records::new(source);
        while let Some((kind, mut record)) = records.next()? {
            if kind == kind::SHARED_TEXT {
                record.take(1)?;
                self.context.strings.push(&record.wide()?)?;
            }
        }
        Ok(())
    }
}

/// Puts what a cell says into a row. A short one has no column: it stands behind the one before.
fn cell(kind: u16, mut record: Bytes<'_>, context: &Context, row: &mut Row) -> Result<(), Trouble> {
    let (kind, column) = match kind {
        kind::SHORT_FIRST..=kind::SHORT_LAST => (kind - SHORT_TO_LONG, row.next()),
        kind => (kind, usize::try_from(record.u32()?).unwrap_or(usize::MAX)),
    };
    let style = usize::try_from(record.u32()? & 0x00ff_ffff).unwrap_or(usize::MAX);
    let text = match kind {
        kind::CELL_RK => context.number(record.rk()?, style),
        kind::CELL_REAL | kind::FORMULA_NUMBER => context.number(record.f64()?, style),
        kind::CELL_ERROR | kind::FORMULA_ERROR => formula::error(record.u8()?).to_owned(),
        kind::CELL_BOOL | kind::FORMULA_BOOL => (record.u8()? != 0).to_string(),
        kind::CELL_TEXT | kind::FORMULA_TEXT => record.wide()?,
        kind::CELL_RICH => {
            record.take(1)?;
            record.wide()?
        }
        kind::CELL_SHARED => {
            let index = usize::try_from(record.u32()?).unwrap_or(usize::MAX);
            return row.set(column, context.strings.get(index)?);
        }
        _ => String::new(),
    };
    row.set(column, &text)
}

/// The records of a part, one after the other.
struct Records<R> {
    source: R,
    record: Vec<u8>,
}

impl<R: BufRead> Records<R> {
    fn new(source: R) -> Self {
        Self { source, record: Vec::new() }
    }

    /// The next record's kind and content; nothing at the end. A longer one than any that is
    /// looked into is passed over.
    fn next(&mut self) -> Result<Option<(u16, Bytes<'_>)>, Trouble> {
        if self.source.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let kind = u16::try_from(self.number(2)?).unwrap_or(u16::MAX);
        let length = self.number(4)?;
        self.record.clear();
        if length > RECORD_MAX {
            if io::copy(&mut self.source.by_ref().take(length), &mut io::sink())? < length {
                return Err(Trouble::broken("it ends too early"));
            }
            return Ok(Some((u16::MAX, Bytes(&[]))));
        }
        let taken = self.source.by_ref().take(length).read_to_end(&mut self.record)?;
        if (taken as u64) < length {
            return Err(Trouble::broken("it ends too early"));
        }
        Ok(Some((kind, Bytes(&self.record))))
    }

    /// A number of up to so many bytes, seven bits in each.
    fn number(&mut self, most: u32) -> Result<u64, Trouble> {
        let mut number = 0;
        for index in 0..most {
            let mut byte = [0];
            self.source.read_exact(&mut byte)?;
            number |= u64::from(byte[0] & 0x7f) << (7 * index);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        Ok(number)
    }
}

impl Book for Xlsb {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn walk(&mut self, sheet: usize, each: &mut Each<'_>) -> Result<(), Trouble> {
        let Some(source) = self.package.part(&self.parts[sheet])? else {
            let name = &self.sheets[sheet].name;
            return Err(Trouble::broken(format!("its sheet `{name}` is missing")));
        };
        let mut records = Records::new(source);
        let mut row = Row::default();
        while let Some((kind, mut record)) = records.next()? {
            match kind {
                kind::ROW | kind::SHEET_DATA_END => {
                    let is_enough = !row.is_blank() && each(&row)?.is_break();
                    if is_enough || kind == kind::SHEET_DATA_END {
                        return Ok(());
                    }
                    let number = u64::from(record.u32()?) + 1;
                    record.take(4)?;
                    let height = record.u16()?;
                    let flags = record.u16()?;
                    row.begin(number, height == 0 || flags & IS_HIDDEN != 0);
                }
                kind::CELL_BLANK..=kind::SHORT_LAST | kind::CELL_RICH => {
                    cell(kind, record, &self.context, &mut row)?;
                }
                _ => {}
            }
        }
        Err(Trouble::broken("a sheet of it ends too early"))
    }
}
