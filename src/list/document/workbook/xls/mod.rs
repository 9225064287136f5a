//! `.xls`: a stream of records in an OLE file (MS-XLS), as Excel 97 to 2003 and, with other texts,
//! Excel 5 and 95 wrote it.
//!
//! Cells need not stand in the order of rows, so a sheet's are gathered first; a sheet of this kind
//! has 65,536 rows at most.

mod records;
mod texts;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::ops::ControlFlow;

use cfb::CompoundFile;

use super::super::trouble::Trouble;
use super::bytes::Bytes;
use super::format::Format;
use super::formula;
use super::row::Row;
use super::value::Epoch;
use super::{Book, Context, Each, Sheet, add};
use records::{Record, Records};
use texts::Texts;

/// The most cells of a sheet: 65,536 rows of 64.
const CELLS_MAX: usize = 4 << 20;

/// The kinds of records, by MS-XLS 2.3.2.
mod kind {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const END: u16 = 0x000a;
    pub(super) const EPOCH: u16 = 0x0022;
    pub(super) const PASSWORD: u16 = 0x002f;
    pub(super) const CODE_PAGE: u16 = 0x0042;
    pub(super) const SHEET: u16 = 0x0085;
    pub(super) const MANY_RK: u16 = 0x00bd;
    pub(super) const RICH_TEXT: u16 = 0x00d6;
    pub(super) const STYLE: u16 = 0x00e0;
    pub(super) const SHARED_TEXTS: u16 = 0x00fc;
    pub(super) const SHARED_TEXT: u16 = 0x00fd;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const TEXT: u16 = 0x0204;
    pub(super) const BOOL_OR_ERROR: u16 = 0x0205;
    pub(super) const FORMULA_TEXT: u16 = 0x0207;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const RK: u16 = 0x027e;
    pub(super) const FORMAT: u16 = 0x041e;
    pub(super) const BEGIN: u16 = 0x0809;
}

/// An open workbook.
pub(in super::super) struct Xls {
    file: CompoundFile<BufReader<File>>,
    stream: &'static str,
    texts: Texts,
    sheets: Vec<Sheet>,
    /// Where each sheet begins in the stream.
    starts: Vec<u64>,
    context: Context,
}

/// Takes records, until it has enough.
type EachRecord<'a> = dyn FnMut(&Texts, &Record) -> Result<ControlFlow<()>, Trouble> + 'a;

/// What a cell says, until its row's turn has come.
enum Said {
    Number(f64, u16),
    Shared(u32),
    Text(String),
}

impl Xls {
    /// Reads all that is not a sheet.
    pub(super) fn open(file: File) -> Result<Self, Trouble> {
        let file = CompoundFile::open(BufReader::new(file))?;
        let streams = ["/Workbook", "/Book"];
        let Some(stream) = streams.into_iter().find(|stream| file.is_stream(stream)) else {
            return Err(Trouble::broken("it has no workbook in it"));
        };
        let mut book = Self {
            file,
            stream,
            texts: Texts::default(),
            sheets: Vec::new(),
            starts: Vec::new(),
            context: Context::default(),
        };
        book.read_globals()?;
        Ok(book)
    }

    fn read_globals(&mut self) -> Result<(), Trouble> {
        let mut records = Records::new(BufReader::new(self.file.open_stream(self.stream)?));
        let mut own = HashMap::new();
        let mut styles: Vec<u16> = Vec::new();
        while let Some(record) = records.next()? {
            let mut bytes = Bytes(&record.data);
            match record.kind {
                kind::BEGIN => self.texts.set_version(bytes.u16()?)?,
                kind::PASSWORD => return Err(Trouble::Locked),
                kind::CODE_PAGE => self.texts.set_code_page(bytes.u16()?),
                kind::EPOCH if bytes.u16()? == 1 => self.context.epoch = Epoch::Y1904,
                kind::FORMAT => {
                    let id = bytes.u16()?;
                    own.insert(id, Format::of(&self.texts.format(bytes)?));
                }
                kind::STYLE if styles.len() < usize::from(u16::MAX) => {
                    bytes.take(2)?;
                    styles.push(bytes.u16()?);
                }
                kind::SHEET => self.read_sheet(bytes)?,
                kind::SHARED_TEXTS => self.context.strings = texts::shared(&record)?,
                kind::END => break,
                _ => {}
            }
        }
        let format = |id: &u16| own.get(id).copied().unwrap_or_else(|| Format::built_in(*id));
        self.context.formats = styles.iter().map(format).collect();
        Ok(())
    }

    fn read_sheet(&mut self, mut bytes: Bytes<'_>) -> Result<(), Trouble> {
        let start = u64::from(bytes.u32()?);
        let (state, what) = (bytes.u8()?, bytes.u8()?);
        let name = self.texts.short(bytes)?;
        // Others are charts and macros.
        if what == 0 {
            add(&mut self.sheets, name, state & 3 != 0)?;
            self.starts.push(start);
        }
        Ok(())
    }

    /// Goes through the records of a sheet, but not of what is embedded in it.
    fn records(&mut self, sheet: usize, each: &mut EachRecord<'_>) -> Result<(), Trouble> {
        let mut stream = BufReader::new(self.file.open_stream(self.stream)?);
        stream.seek(SeekFrom::Start(self.starts[sheet]))?;
        let mut records = Records::new(stream);
        let mut depth = 0_u32;
        while let Some(record) = records.next()? {
            match record.kind {
                kind::BEGIN => depth += 1,
                kind::END if depth <= 1 => return Ok(()),
                kind::END => depth -= 1,
                _ if depth == 0 => break,
                _ if depth > 1 => {}
                _ if each(&self.texts, &record)?.is_break() => return Ok(()),
                _ => {}
            }
        }
        Err(Trouble::broken(format!("its sheet `{}` is damaged", self.sheets[sheet].name)))
    }
}

impl Book for Xls {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn walk(&mut self, sheet: usize, each: &mut Each<'_>) -> Result<(), Trouble> {
        let mut cells: Vec<(u32, Said)> = Vec::new();
        let mut hidden = vec![false; 1 << 16];
        let mut formula_at = 0;
        self.records(sheet, &mut |texts, record| {
            if record.kind == kind::ROW {
                let mut bytes = Bytes(&record.data);
                let row = bytes.u16()?;
                bytes.take(4)?;
                let height = bytes.u16()? & 0x7fff;
                bytes.take(4)?;
                hidden[usize::from(row)] = height == 0 || bytes.u16()? & IS_HIDDEN != 0;
            } else {
                gather(texts, record, &mut formula_at, &mut cells)?;
            }
            if cells.len() > CELLS_MAX {
                return Err(Trouble::TooLarge(
                    "a sheet of it has more than 4 million cells".into(),
                ));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        // A cell that is there twice says what it said last.
        cells.sort_by_key(|(place, _)| *place);
        let mut row = Row::default();
        for (place, said) in cells {
            let number = place >> 16;
            if u64::from(number) + 1 != row.number {
                if !row.is_blank() && each(&row)?.is_break() {
                    return Ok(());
                }
                row.begin(u64::from(number) + 1, hidden[number as usize]);
            }
            let column = (place & 0xffff) as usize;
            match said {
                Said::Number(value, style) => {
                    row.set(column, &self.context.number(value, style.into()))?;
                }
                Said::Shared(index) => {
                    row.set(column, self.context.strings.get(index as usize)?)?;
                }
                Said::Text(text) => row.set(column, &text)?,
            }
        }
        if !row.is_blank() {
            // It was the last one, whether it is enough or not.
            let _ = each(&row)?;
        }
        Ok(())
    }
}

/// `fDyZero` among the flags of a row (MS-XLS 2.4.221).
const IS_HIDDEN: u16 = 0x20;

/// Adds the cells of a record, if it is one of cells.
fn gather(
    texts: &Texts,
    record: &Record,
    formula_at: &mut u32,
    cells: &mut Vec<(u32, Said)>,
) -> Result<(), Trouble> {
    let mut bytes = Bytes(&record.data);
    if record.kind == kind::FORMULA_TEXT {
        cells.push((*formula_at, Said::Text(texts.long(record, 0)?)));
        return Ok(());
    }
    let is_cell = matches!(
        record.kind,
        kind::FORMULA
            | kind::MANY_RK
            | kind::RICH_TEXT
            | kind::SHARED_TEXT
            | kind::NUMBER
            | kind::TEXT
            | kind::BOOL_OR_ERROR
            | kind::RK
    );
    if !is_cell {
        return Ok(());
    }
    let place = u32::from(bytes.u16()?) << 16 | u32::from(bytes.u16()?);
    if record.kind == kind::MANY_RK {
        for next in 0..bytes.0.len().saturating_sub(2) / 6 {
            let style = bytes.u16()?;
            let place = place.saturating_add(u32::try_from(next).unwrap_or(u32::MAX));
            cells.push((place, Said::Number(bytes.rk()?, style)));
        }
        return Ok(());
    }
    let style = bytes.u16()?;
    let said = match record.kind {
        kind::RK => Said::Number(bytes.rk()?, style),
        kind::NUMBER => Said::Number(bytes.f64()?, style),
        kind::SHARED_TEXT => Said::Shared(bytes.u32()?),
        kind::TEXT | kind::RICH_TEXT => Said::Text(texts.long(record, 6)?),
        kind::BOOL_OR_ERROR => {
            let (value, is_error) = (bytes.u8()?, bytes.u8()?);
            Said::Text(bool_or_error(value, is_error != 0))
        }
        _ => {
            *formula_at = place;
            match result(bytes)? {
                Some(Said::Number(value, _)) => Said::Number(value, style),
                Some(said) => said,
                None => return Ok(()),
            }
        }
    };
    cells.push((place, said));
    Ok(())
}

/// What a formula gave (MS-XLS 2.5.133); a text is in a record of its own, which follows.
fn result(mut bytes: Bytes<'_>) -> Result<Option<Said>, Trouble> {
    let value = bytes.take(8)?;
    if value[6..] != [0xff, 0xff] {
        return Ok(Some(Said::Number(Bytes(value).f64()?, 0)));
    }
    Ok(match value[0] {
        1 => Some(Said::Text(bool_or_error(value[2], false))),
        2 => Some(Said::Text(bool_or_error(value[2], true))),
        _ => None,
    })
}

fn bool_or_error(value: u8, is_error: bool) -> String {
    if is_error { formula::error(value).to_owned() } else { (value != 0).to_string() }
}
