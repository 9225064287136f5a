//! `.xlsx` and `.xlsm`: Office Open XML (ECMA-376 part 1, 18).

mod cells;
mod parts;

use quick_xml::events::Event;

use super::super::trouble::Trouble;
use super::opc::Relations;
use super::package::Package;
use super::row::Row;
use super::value::Epoch;
use super::xml::{Xml, attribute, each_attribute, is_true};
use super::{Book, Context, Each, Sheet, add};

/// An open workbook.
pub(super) struct Xlsx {
    package: Package,
    sheets: Vec<Sheet>,
    /// The part of each sheet.
    parts: Vec<String>,
    context: Context,
}

impl Xlsx {
    /// Reads all that is not a sheet.
    pub(super) fn open(mut package: Package) -> Result<Self, Trouble> {
        let root = Relations::of(&mut package, "")?;
        let main = root.one("officeDocument").unwrap_or("xl/workbook.xml").to_owned();
        let relations = Relations::of(&mut package, &main)?;
        let mut book =
            Self { package, sheets: Vec::new(), parts: Vec::new(), context: Context::default() };
        book.read_main(&main, &relations)?;
        if let Some(part) = relations.one("styles")
            && let Some(source) = book.package.part(part)?
        {
            book.context.formats = parts::formats(source)?;
        }
        if let Some(part) = relations.one("sharedStrings")
            && let Some(source) = book.package.part(part)?
        {
            book.context.strings = parts::strings(source)?;
        }
        Ok(book)
    }

    fn read_main(&mut self, part: &str, relations: &Relations) -> Result<(), Trouble> {
        let source = self.package.part(part)?;
        let mut xml = Xml::new(source.ok_or_else(|| Trouble::broken("it has no workbook in it"))?);
        loop {
            match xml.next()?.1 {
                Event::Start(start) => match start.local_name().as_ref() {
                    "workbookPr" if is_true(attribute(&start, "date1904")?.as_deref()) => {
                        self.context.epoch = Epoch::Y1904;
                    }
                    "sheet" => {
                        let state = attribute(&start, "state")?;
                        let is_hidden = state.is_some_and(|state| state.contains("idden"));
                        let name = attribute(&start, "name")?.unwrap_or_default().into_owned();
                        let id = attribute(&start, "id")?.unwrap_or_default();
                        // Others are charts, dialogs and macros.
                        if let Some(part) = relations.part(&id, "worksheet") {
                            add(&mut self.sheets, name, is_hidden)?;
                            self.parts.push(part.to_owned());
                        }
                    }
                    _ => {}
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }
}

impl Book for Xlsx {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn walk(&mut self, sheet: usize, each: &mut Each<'_>) -> Result<(), Trouble> {
        let Some(source) = self.package.part(&self.parts[sheet])? else {
            return Err(Trouble::broken(format!(
                "its sheet `{}` is missing",
                self.sheets[sheet].name
            )));
        };
        let mut xml = Xml::new(source);
        let mut row = Row::default();
        let mut text = String::new();
        loop {
            match step(&mut xml, row.number)? {
                Step::Row { number, is_hidden } => row.begin(number, is_hidden),
                Step::Cell(cell) => {
                    cells::read(&mut xml, &cell, &self.context, &mut row, &mut text)?;
                }
                Step::RowEnd if row.is_blank() => {}
                Step::RowEnd => {
                    if each(&row)?.is_break() {
                        return Ok(());
                    }
                }
                Step::End => return Ok(()),
            }
        }
    }
}

/// What comes next in a sheet.
enum Step {
    Row { number: u64, is_hidden: bool },
    Cell(cells::Start),
    RowEnd,
    End,
}

/// The next row, cell, or end. Whether a row is shown stands in the row: `zeroHeight` is about the rows that are
/// not written down, as the way in which programs hide all rows below a table.
fn step<R: std::io::BufRead>(xml: &mut Xml<R>, last: u64) -> Result<Step, Trouble> {
    loop {
        match xml.next()?.1 {
            Event::Start(start) => match start.local_name().as_ref() {
                "row" => {
                    let (mut number, mut is_hidden) = (None, false);
                    each_attribute(&start, &mut |name, value| {
                        match name {
                            "r" => number = value.parse().ok(),
                            "hidden" => is_hidden |= is_true(Some(value)),
                            "ht" => {
                                is_hidden |= value.parse().is_ok_and(|height: f64| height <= 0.0);
                            }
                            _ => {}
                        }
                        Ok(())
                    })?;
                    return Ok(Step::Row {
                        number: number.unwrap_or(last.saturating_add(1)),
                        is_hidden,
                    });
                }
                "c" => return Ok(Step::Cell(cells::Start::read(&start)?)),
                _ => {}
            },
            Event::End(end) => match end.local_name().as_ref() {
                "row" => return Ok(Step::RowEnd),
                "sheetData" => return Ok(Step::End),
                _ => {}
            },
            Event::Eof => return Ok(Step::End),
            _ => {}
        }
    }
}
