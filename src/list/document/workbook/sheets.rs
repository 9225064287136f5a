//! Which sheet is the list: the one that is told, or the only one that shows something.

use super::super::trouble::Trouble;
use super::{Book, Sheet};
use crate::finding::{Finding, closest};
use crate::place::printable;

/// How many sheets are told by their names.
const TOLD: usize = 20;

/// Finds the sheet by its name or its number, or the only one with something in it.
pub(in super::super) fn choose(
    book: &mut dyn Book,
    told: Option<&str>,
    list: &str,
) -> Result<usize, Trouble> {
    if let Some(told) = told {
        return named(book.sheets(), told, list).map_err(Trouble::from);
    }
    let filled = book.filled()?;
    let sheets = book.sheets();
    let filled = (0..sheets.len()).filter(|index| filled.get(*index) == Some(&true));
    let (hidden, shown): (Vec<usize>, Vec<usize>) =
        filled.partition(|index| sheets[*index].is_hidden);
    match (shown.as_slice(), hidden.as_slice()) {
        ([one], _) => Ok(*one),
        ([], []) => Err(Finding::error(
            "empty-list",
            format!("the list `{list}` is empty"),
            "a list has a row of column names, such as `email` and `first_name`, and a row per subscriber",
        )
        .into()),
        ([], hidden) => Err(Finding::error(
            "unclear-sheet",
            format!("in the list `{list}` only hidden sheets have something in them"),
            format!("say which one is the list: {}", ways(sheets, hidden, list)),
        )
        .into()),
        (shown, _) => Err(Finding::error(
            "unclear-sheet",
            format!("the list `{list}` has {} sheets with something in them", shown.len()),
            format!("say which one is the list: {}", ways(sheets, shown, list)),
        )
        .into()),
    }
}

fn named(sheets: &[Sheet], told: &str, list: &str) -> Result<usize, Finding> {
    let told = told.trim();
    let position =
        |is_it: &dyn Fn(&str) -> bool| sheets.iter().position(|sheet| is_it(&sheet.name));
    let number = || {
        let number: usize = told.parse().ok()?;
        number.checked_sub(1).filter(|index| *index < sheets.len())
    };
    position(&|name| name == told)
        .or_else(|| position(&|name| name.trim().to_lowercase() == told.to_lowercase()))
        .or_else(number)
        .ok_or_else(|| {
            let all: Vec<usize> = (0..sheets.len()).collect();
            let near = closest(told, sheets.iter().map(|sheet| sheet.name.as_str()));
            let near = near.map(|near| format!("did you mean `{}`? ", shown(near)));
            Finding::error(
                "no-sheet",
                format!("the list `{list}` has no sheet `{}`", shown(told)),
                format!("{}write {}", near.unwrap_or_default(), ways(sheets, &all, list)),
            )
        })
}

/// What to write for each of some sheets.
fn ways(sheets: &[Sheet], which: &[usize], list: &str) -> String {
    let way = |index: &usize| match sheets.get(*index) {
        Some(sheet) if !sheet.name.trim().is_empty() && sheet.name.chars().count() <= 31 => {
            format!("`{list}#{}`", shown(&sheet.name))
        }
        _ => format!("`{list}#{}`", index + 1),
    };
    let told: Vec<String> = which.iter().take(TOLD).map(way).collect();
    let told = told.join(" or ");
    match which.len().saturating_sub(TOLD) {
        0 => told,
        more => format!("{told}, or one of {more} more"),
    }
}

fn shown(name: &str) -> String {
    name.chars().map(printable).take(80).collect()
}
