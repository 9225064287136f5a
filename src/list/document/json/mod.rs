//! JSON as a list: an array of objects, by itself or in an object, or objects one behind the other.
//!
//! The columns are the names of all objects in the order in which they first appear, so a file is
//! read twice. Of the whole of it, no more is held than one object.

mod row;
mod scan;
mod source;

use std::collections::HashMap;
use std::fs::File;
use std::io::BufRead;

use super::EachRow;
use super::trouble::Trouble;
use crate::finding::{Finding, closest};
use crate::place::{Place, printable};
use row::{STEP, Wrong};
use scan::{Outline, Path};
use source::{Position, Source};

/// The most columns: as in a workbook.
const COLUMNS_MAX: usize = 16_384;
/// How long their names may be in all.
const NAMES_MAX: usize = 16 << 20;

/// A list in JSON.
pub(super) struct Json {
    file: File,
    shape: Shape,
    columns: HashMap<String, usize>,
    /// The columns' names, from left to right.
    pub(super) headers: Vec<String>,
    /// How many rows there are.
    pub(super) rows: u64,
}

/// Where the objects stand.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    /// One behind the other.
    Lines,
    /// In an array; the names that lead to it.
    Array(Path),
}

impl Json {
    /// Finds the objects and their columns. `told` names the array where there are several.
    pub(super) fn open(file: File, name: &str, told: Option<&str>) -> Result<Self, Trouble> {
        let shape = shape(&mut Source::open(&file)?, name, told)?;
        let mut json = Self { file, shape, columns: HashMap::new(), headers: Vec::new(), rows: 0 };
        let (mut columns, mut headers, mut rows) = (HashMap::new(), Vec::new(), 0);
        let mut names = 0;
        json.each(&mut |_, text, at| {
            rows += 1;
            let result = row::read(text, &mut |path, _| {
                if names <= NAMES_MAX && !columns.contains_key(path) {
                    names += path.len();
                    columns.insert(path.to_owned(), headers.len());
                    headers.push(path.replace(STEP, " "));
                }
            });
            result.map_err(|wrong| said(wrong, at))?;
            if headers.len() > COLUMNS_MAX || names > NAMES_MAX {
                let most = "its objects have more than 16,384 names, or very long ones";
                return Err(Trouble::TooLarge(most.into()));
            }
            Ok(())
        })?;
        (json.columns, json.headers, json.rows) = (columns, headers, rows);
        Ok(json)
    }

    /// Whether rows are counted by lines.
    pub(super) fn is_by_lines(&self) -> bool {
        self.shape == Shape::Lines
    }

    /// Gives all rows.
    pub(super) fn pour(self, each: &mut EachRow<'_>) -> Result<(), Trouble> {
        let mut cells = vec![String::new(); self.headers.len()];
        let mut rows = 0;
        self.each(&mut |number, text, at| {
            cells.iter_mut().for_each(String::clear);
            rows += 1;
            let mut is_known = true;
            row::read(text, &mut |path, value| {
                let Some(value) = value else { return };
                match self.columns.get(path) {
                    Some(index) if cells[*index].is_empty() => value.clone_into(&mut cells[*index]),
                    Some(index) => {
                        cells[*index].push_str(", ");
                        cells[*index].push_str(value);
                    }
                    None => is_known = false,
                }
            })
            .map_err(|wrong| said(wrong, at))?;
            if !is_known {
                return Err(Trouble::Changed);
            }
            each(number, false, &cells)
        })?;
        if rows == self.rows { Ok(()) } else { Err(Trouble::Changed) }
    }

    /// Gives the text of each object, with its number and place.
    fn each(
        &self,
        each: &mut dyn FnMut(u64, &str, Position) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let mut source = Source::open(&self.file)?;
        let (mut buffer, mut number) = (Vec::new(), 0);
        let is_by_lines = self.is_by_lines();
        let mut one = |source: &mut Source<Box<dyn BufRead>>| {
            if source.peek_token()? != Some(b'{') {
                let what = "an object should begin here: a list in JSON is of objects, such as `{\"email\": \"ann@example.org\"}`";
                return Err(wrong(source.position(), what));
            }
            let at = source.row(&mut buffer)?;
            let Ok(text) = std::str::from_utf8(&buffer) else {
                return Err(wrong(at, "this object is not in UTF-8"));
            };
            number = if is_by_lines { at.line } else { number + 1 };
            each(number, text, at)
        };
        match &self.shape {
            Shape::Lines => {
                while source.peek_token()?.is_some() {
                    one(&mut source)?;
                }
            }
            Shape::Array(path) => {
                // Pages that were glued together are arrays one behind the other.
                while source.peek_token()?.is_some() {
                    source.reach(path, &mut one)?;
                }
            }
        }
        Ok(())
    }
}

/// Finds out where the objects stand.
fn shape<R: BufRead>(
    source: &mut Source<R>,
    name: &str,
    told: Option<&str>,
) -> Result<Shape, Trouble> {
    let first = source.peek_token()?;
    if first != Some(b'{') {
        return match told {
            Some(told) => Err(no_array(name, told, &[]).into()),
            None => Ok(Shape::Array(Path::new())),
        };
    }
    let mut outline = Outline::default();
    source.outline(&mut Path::new(), &mut outline)?;
    let is_alone = source.peek_token()?.is_none();
    let Outline { arrays, has_values } = outline;
    if let Some(told) = told {
        let found = arrays.iter().find(|path| is_alone && path.join(".") == told.trim());
        return match found {
            Some(path) => Ok(Shape::Array(path.clone())),
            None => Err(no_array(name, told, &arrays).into()),
        };
    }
    match arrays.as_slice() {
        _ if !is_alone => Ok(Shape::Lines),
        [path] => Ok(Shape::Array(path.clone())),
        // An object by itself is a list of one; one that has only others in it is something else.
        [] if has_values => Ok(Shape::Lines),
        [] => Err(Finding::error(
            "unclear-json",
            format!("the list `{name}` is one object, and there is no array of objects in it"),
            "write it as an array with an object per subscriber: `[{\"email\": \"ann@example.org\"}]`",
        )
        .into()),
        several => Err(Finding::error(
            "unclear-json",
            format!("in the list `{name}` there are {} arrays of objects", several.len()),
            format!("say which one is the list: {}", ways(several, name)),
        )
        .into()),
    }
}

fn no_array(name: &str, told: &str, arrays: &[Path]) -> Finding {
    let names: Vec<String> = arrays.iter().map(|path| path.join(".")).collect();
    let near = closest(told, names.iter().map(String::as_str));
    let near = near.map(|near| format!("did you mean `{}`? ", shown(near))).unwrap_or_default();
    let help = match arrays {
        [] => "leave out what stands behind `#`".to_owned(),
        arrays => format!("{near}write {}", ways(arrays, name)),
    };
    let told = shown(told);
    Finding::error("no-sheet", format!("the list `{name}` has no array of objects `{told}`"), help)
}

fn ways(arrays: &[Path], name: &str) -> String {
    let way = |path: &Path| format!("`{name}#{}`", shown(&path.join(".")));
    arrays.iter().take(20).map(way).collect::<Vec<_>>().join(" or ")
}

fn shown(name: &str) -> String {
    name.chars().map(printable).take(80).collect()
}

/// Something is wrong at a place.
fn wrong(at: Position, what: impl Into<String>) -> Trouble {
    Trouble::Json { line: at.line, column: at.column, what: what.into() }
}

/// Why an object that begins at a place is no row.
fn said(why: Wrong, start: Position) -> Trouble {
    let what = match why {
        Wrong::Json(error) => {
            let (line, column) = (error.line() as u64, error.column() as u64);
            let at = match line {
                0 | 1 => {
                    Position { line: start.line, column: start.column + column.saturating_sub(1) }
                }
                _ => Position { line: start.line + line - 1, column: column.max(1) },
            };
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            return wrong(at, format!("it is no JSON: {said}"));
        }
        Wrong::Twice(name) => format!("this object has two values for `{}`", shown(&name)),
        Wrong::Deep => "this object is nested too deeply for a row".to_owned(),
    };
    wrong(start, what)
}

/// The finding of something that is wrong at a place.
pub(super) fn finding(name: &str, line: u64, column: u64, what: String) -> Finding {
    let number = |number| usize::try_from(number).unwrap_or(usize::MAX);
    Finding::error("broken-json", what, "correct the file, or have it exported anew")
        .at(Place::new(name, number(line), number(column)))
}
