//! Fields against the columns of the list.

use std::collections::HashSet;

use super::rule::{Rule, promise, warning};
use crate::compose::{ALWAYS, FieldUse};
use crate::finding::{Finding, closest};
use crate::list::Column;

/// A field that nobody's row has.
pub(super) const UNKNOWN_FIELD: Rule = promise(
    "unknown-field",
    "fields that no column of the list supplies",
    "name a column of the list",
    "promise: no unresolved field leaves",
);
/// A column whose name is taken.
pub(super) const SHADOWED_COLUMN: Rule = warning(
    "shadowed-column",
    "columns that cannot be used, since their name is always something else",
    "give the column another name if a letter needs it",
    "`sender`, `campaign`, `vars` and others are always there",
);

/// How many unknown fields are compared with every column: who has more of them has another list.
const SUGGESTED: usize = 100;

/// Every field that no column supplies: `unknown-field`, once per place. A
/// column that can never be reached since the program uses its name: `shadowed-column`.
pub fn fields(uses: &[FieldUse], columns: &[Column], list: &str) -> Vec<Finding> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let known: HashSet<&str> = names.iter().copied().collect();
    let unknown = uses.iter().filter(|field| !known.contains(field.name.as_str()));
    let unknown = unknown.enumerate().map(|(number, field)| {
        let said = UNKNOWN_FIELD.says(format!("no column `{}` in {list}", field.name));
        let said = match number {
            0..SUGGESTED => {
                let help = format!("{}{}", suggestion(&field.name, &names), renamed(columns));
                Finding { help, ..said }
            }
            _ => said,
        };
        said.at(field.place.clone())
    });
    let shadowed = columns
        .iter()
        .filter(|column| column.name != "email" && ALWAYS.contains(&column.name.as_str()))
        .map(|column| {
            SHADOWED_COLUMN.says(format!(
                "the column `{}` of {list} cannot be used: the name is taken",
                column.header
            ))
        });
    unknown.chain(shadowed).collect()
}

/// Which headers the names stand for that nobody would guess: `` ; `imya` is `имя` ``.
fn renamed(columns: &[Column]) -> String {
    const MOST: usize = 10;
    let renamed = columns.iter().filter_map(|column| {
        Some(format!("; `{}` is the column `{}`", column.name, column.unlike_name()?))
    });
    renamed.take(MOST).collect()
}

/// `did you mean …`, with the ways in which other tools call a first name.
pub(super) fn suggestion(name: &str, columns: &[&str]) -> String {
    let near = closest(name, columns.iter().copied()).or_else(|| same_meaning(name, columns));
    match near {
        Some(near) => format!("did you mean `{near}`? The columns are {}", columns.join(", ")),
        None => format!("the columns are {}; `email` is always there", columns.join(", ")),
    }
}

/// Words for the same thing, in the languages of exports.
const SAME: [&[&str]; 4] = [
    &[
        "firstname",
        "fname",
        "first",
        "forename",
        "givenname",
        "vorname",
        "prenom",
        "nombre",
        "nome",
        "voornaam",
    ],
    &[
        "lastname",
        "lname",
        "last",
        "surname",
        "familyname",
        "nachname",
        "nom",
        "apellido",
        "cognome",
        "achternaam",
    ],
    &["email", "emailaddress", "mail"],
    &["city", "town", "ort", "stadt", "ville", "ciudad"],
];

fn same_meaning<'a>(name: &str, columns: &[&'a str]) -> Option<&'a str> {
    let squash = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let wanted = squash(name);
    let group = SAME.iter().find(|group| group.contains(&wanted.as_str()))?;
    columns.iter().copied().find(|column| group.contains(&squash(column).as_str()))
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn a_field_of_another_tool_finds_its_column() {
        let columns = ["email", "first_name", "city"];
        assert!(suggestion("FNAME", &columns).starts_with("did you mean `first_name`?"));
        assert!(suggestion("frist_name", &columns).starts_with("did you mean `first_name`?"));
        assert!(suggestion("donated", &columns).starts_with("the columns are"));
    }
}
