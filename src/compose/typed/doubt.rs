//! What is not sure of a column that a letter asks about, in words.

use crate::finding::Finding;
use crate::place::printable;
use crate::types::{ColumnType, Doubt, Kind, Odd};

/// What a letter wants a column to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// True or false.
    Truth,
    /// Comparable.
    Comparable,
    /// A number, or a day: a filter takes it.
    Taken(Kind),
}

/// Which cells are in the way: how many, and where the first one is.
pub(super) fn cells(odd: &Odd) -> String {
    let are = if odd.cells == 1 { "is" } else { "are" };
    let none = match odd.kind {
        Kind::YesNo => "neither yes nor no".to_owned(),
        kind => format!("no {}", kind.noun()),
    };
    format!(
        "{} of {} cells {are} {none}, the first `{}` in line {}",
        odd.cells,
        odd.filled,
        odd.example.chars().map(printable).collect::<String>(),
        odd.line
    )
}

/// What `[list.types]` says of a column.
fn told(kind: Kind) -> String {
    match kind {
        Kind::YesNo => kind.noun().to_owned(),
        kind => format!("a {}", kind.noun()),
    }
}

/// What there is to say of a column that a letter asks about.
pub(super) fn doubt(
    name: &str,
    column: &ColumnType,
    wanted: Wanted,
    list: &str,
) -> Option<Finding> {
    match column.doubt.as_ref()? {
        Doubt::Unclear(odd) if odd.kind == Kind::Date && wanted == Wanted::Truth => None,
        Doubt::Unclear(odd) => Some(unclear(name, odd, list)),
        Doubt::Misfits(odd) => Some(Finding::error(
            "misfit-cell",
            format!("`{name}` is told to be {}, and {} of {list}", told(odd.kind), cells(odd)),
            "correct these cells, or what `[list.types]` says of the column",
        )),
        Doubt::Mixed(odd) if wanted == Wanted::Truth => Some(Finding::warning(
            "mixed-column",
            format!(
                "`{name}` is true of every filled cell, whatever it says: {} of {list}",
                cells(odd)
            ),
            "correct these cells, or ask for what stands there: `== \"…\"`",
        )),
        Doubt::Mixed(_) => None,
    }
}

fn unclear(name: &str, odd: &Odd, list: &str) -> Finding {
    let example = odd.example.chars().map(printable).collect::<String>();
    let what = match odd.kind {
        Kind::Date => "which day is meant",
        _ => "which number is meant",
    };
    let message = format!(
        "nobody can be sure {what} by `{example}` in `{name}`: {} of {} cells of {list} {} written so, the first in line {}",
        odd.cells,
        odd.filled,
        if odd.cells == 1 { "is" } else { "are" },
        odd.line
    );
    let lines = match odd.kind {
        Kind::Date => {
            let sign = odd.example.chars().find(|c| "./-".contains(*c)).unwrap_or('/');
            format!(
                "{name} = {{ type = \"date\", format = \"dd{sign}mm{sign}yyyy\" }}  # or \"mm{sign}dd{sign}yyyy\""
            )
        }
        _ if odd.example.contains(',') || odd.example.contains('.') => {
            format!("{name} = {{ type = \"number\", decimal = \",\" }}  # or \".\"")
        }
        _ => format!("{name} = \"number\""),
    };
    let help = format!("say it in handbill.toml:\n[list.types]\n{lines}");
    Finding::error("unclear-type", message, help)
}
