//! What settings and campaigns say of columns that tell whom not to mail: `[list.consent]`,
//! `consent:` in a campaign's front matter, and `[list] status`; and of rows that a workbook hides:
//! `[list] hidden`. Pure; `list` asks the rules.

use crate::finding::Finding;
use crate::place::Passage;
use crate::settings::{Key, Kind, Reader, Value};

/// What was said of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Which values let a person be mailed, which mean that they left. With one of the two, all
    /// other values, a blank too, mean the other; with both, the rest is unclear.
    Values {
        /// Who may be mailed.
        mail: Option<Vec<String>>,
        /// Who left.
        left: Option<Vec<String>>,
    },
    /// Whoever has anything in this column left.
    LeftIfFilled,
    /// It decides nothing.
    Ignore,
    /// It says who left, in words that the program knows: `[list] status`.
    Status,
}

/// A rule for one column.
#[derive(Clone, Debug)]
pub struct ConsentRule {
    /// The column, by its name or its header.
    pub column: Passage,
    /// What was said of it.
    pub told: Told,
    /// Whether a list that lacks the column is refused.
    pub is_required: bool,
}

/// What becomes of the rows of a workbook that it does not show: whoever filters a sheet for those
/// who left, and saves it, leaves them in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// They are left out.
    Leave,
    /// They are mailed like all others.
    Mail,
}

/// Reads what becomes of hidden rows: `hidden = "leave"`.
///
/// # Errors
/// A mistake becomes a finding of the reader: `wrong-type`.
pub fn hidden(reader: &mut Reader<'_>, key: &'static str) -> Option<Hidden> {
    let value = reader.take(key)?;
    match value.as_text().as_deref().map(str::trim) {
        Some("leave") => Some(Hidden::Leave),
        Some("mail") => Some(Hidden::Mail),
        _ => {
            let wanted = "`\"leave\"` (hidden rows are left out) or `\"mail\"` (they are mailed)";
            reader.wrong_type(key, &value, wanted);
            None
        }
    }
}

/// Reads the rules under a key: `"On Hold" = { left = ["1", "2"] }`.
///
/// # Errors
/// Mistakes become findings of the reader: `wrong-type`, `invalid-consent`, `unknown-key`.
pub fn rules(reader: &mut Reader<'_>, key: &'static str) -> Vec<ConsentRule> {
    let Some(value) = reader.take(key) else { return Vec::new() };
    let Kind::Table(entries) = &value.kind else {
        reader.wrong_type(key, &value, "a table such as `\"Newsletter\" = { mail = [\"yes\"] }`");
        return Vec::new();
    };
    let mut rules = Vec::new();
    for (column, told) in entries {
        if let Some(said) = told_of(reader, column, told) {
            let place = Value { range: column.range.clone(), kind: Kind::Null };
            let column = reader.passage(&place, column.name.clone());
            rules.push(ConsentRule { column, told: said, is_required: true });
        }
    }
    rules
}

fn told_of(reader: &mut Reader<'_>, key: &Key, value: &Value) -> Option<Told> {
    if let Kind::Table(_) = value.kind {
        let mut table = reader.under(key, value.clone());
        let (mail, left) = (values(&mut table, "mail"), values(&mut table, "left"));
        let is_empty = table.findings.is_empty() && mail.is_none() && left.is_none();
        let mut findings = table.finish();
        if is_empty && findings.is_empty() {
            findings.push(invalid(reader, key, value));
        }
        let is_right = findings.is_empty();
        reader.findings.append(&mut findings);
        return is_right.then_some(Told::Values { mail, left });
    }
    match value.as_text().as_deref() {
        Some("left-if-filled") => Some(Told::LeftIfFilled),
        Some("ignore") => Some(Told::Ignore),
        _ => {
            let finding = invalid(reader, key, value);
            reader.findings.push(finding);
            None
        }
    }
}

fn invalid(reader: &Reader<'_>, key: &Key, value: &Value) -> Finding {
    Finding::error(
        "invalid-consent",
        format!("this does not say what `{}` means", key.name),
        "write `{ mail = [\"yes\"] }` (everybody else is left out), `{ left = [\"no\"] }` (everybody else may be mailed), \"left-if-filled\" or \"ignore\"",
    )
    .at(reader.passage(value, "").place(0..0))
}

/// Values of a column; a single one may stand without brackets.
fn values(table: &mut Reader<'_>, key: &'static str) -> Option<Vec<String>> {
    let value = table.take(key)?;
    let one = |value: &Value| match &value.kind {
        Kind::Null => Some(String::new()),
        _ => value.as_text(),
    };
    let read = match &value.kind {
        Kind::List(values) => values.iter().map(one).collect::<Option<Vec<String>>>(),
        _ => one(&value).map(|value| vec![value]),
    };
    if read.as_ref().is_none_or(Vec::is_empty) {
        table.wrong_type(key, &value, "a list of values such as [\"yes\", \"1\"]");
        return None;
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Source;
    use crate::settings;

    fn read(text: &str) -> (Option<Hidden>, Vec<Finding>) {
        let source = Source::new("handbill.toml", text);
        let table = settings::parse_toml(&source, 0..text.len()).expect("it is TOML");
        let mut reader = Reader::new(&source, "`handbill.toml`".to_owned(), table);
        let hidden = hidden(&mut reader, "hidden");
        (hidden, reader.finish())
    }

    #[test]
    fn hidden_rows_leave_or_are_mailed_and_nothing_else() {
        assert_eq!(read("hidden = \"leave\""), (Some(Hidden::Leave), vec![]));
        assert_eq!(read("hidden = \"mail\""), (Some(Hidden::Mail), vec![]));
        assert_eq!(read(""), (None, vec![]));
        for text in ["hidden = \"left\"", "hidden = true", "hidden = \"\"", "hidden = 3"] {
            let (hidden, findings) = read(text);
            assert_eq!((hidden, findings[0].code), (None, "wrong-type"), "{text}");
            assert!(findings[0].message.contains("`\"leave\"`"), "{}", findings[0].message);
        }
    }
}
