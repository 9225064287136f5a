//! What the settings tell of columns: `[list.types]`.

use super::{ColumnType, Format, Kind, Zone, zone};
use crate::finding::Finding;
use crate::place::Passage;
use crate::settings::{self, Key, Reader, Value};

/// What a column is.
#[derive(Clone, Debug)]
pub struct TypeRule {
    /// The column's name, or its header.
    pub column: Passage,
    told: ColumnType,
}

impl TypeRule {
    /// The type that it tells.
    pub fn column_type(&self) -> ColumnType {
        self.told.clone()
    }
}

/// What may stand there, for messages.
const WANTED: &str = "\"number\", \"yes/no\", \"date\", \"date-time\", \"text\", or a table such as { type = \"date\", format = \"dd.mm.yyyy\" }";

/// Reads `[list.types]`. Mistakes become findings of the reader: `wrong-type`, `invalid-type`,
/// `unknown-key`.
pub fn rules(reader: &mut Reader<'_>, key: &'static str) -> Vec<TypeRule> {
    let Some(value) = reader.take(key) else { return Vec::new() };
    let settings::Kind::Table(columns) = &value.kind else {
        reader.wrong_type(key, &value, "a table such as `donated = \"number\"`");
        return Vec::new();
    };
    let mut rules = Vec::new();
    for (column, value) in columns {
        if let Some(told) = told(reader, column, value) {
            let place = Value { range: column.range.clone(), kind: settings::Kind::Null };
            let column = reader.passage(&place, column.name.clone());
            rules.push(TypeRule { column, told });
        }
    }
    rules
}

/// Reads a time zone by its name: `Europe/Berlin`. A mistake becomes a finding of the reader:
/// `unknown-time-zone`.
pub fn timezone(reader: &mut Reader<'_>, key: &'static str) -> Option<Zone> {
    let name = reader.text(key)?;
    match zone(name.text()) {
        Ok(zone) => Some(zone),
        Err(why) => {
            let help = "write the zone as `Europe/Berlin`, a name of the IANA time zone database";
            let place = name.place(0..name.text().len());
            reader.findings.push(Finding::error("unknown-time-zone", why, help).at(place));
            None
        }
    }
}

fn told(reader: &mut Reader<'_>, key: &Key, value: &Value) -> Option<ColumnType> {
    let settings::Kind::Table(_) = value.kind else {
        let kind = value.as_text().as_deref().and_then(kind);
        if kind.is_none() {
            reader.findings.push(invalid(reader, value, "this is no type of a column".to_owned()));
        }
        return kind.map(|kind| ColumnType { is_told: true, ..ColumnType::of(kind) });
    };
    let mut table = reader.under(key, value.clone());
    let (name, decimal, format) = (table.text("type"), table.text("decimal"), table.text("format"));
    let mut findings = table.finish();
    let at = |passage: &Passage, message: String| {
        Finding::error("invalid-type", message, format!("write {WANTED}"))
            .at(passage.place(0..passage.text().len()))
    };
    let named = name.as_ref().and_then(|name| kind(name.text()));
    match (&name, named) {
        (Some(name), None) => findings.push(at(name, "this is no type of a column".to_owned())),
        (None, _) => {
            findings.push(invalid(
                reader,
                value,
                format!("the type of `{}` is not told", key.name),
            ));
        }
        _ => {}
    }
    let mut told = ColumnType { is_told: true, ..ColumnType::of(named.unwrap_or(Kind::Text)) };
    if let Some(sign) = decimal.as_ref().filter(|_| named.is_some()) {
        match sign.text() {
            "," | "." if named == Some(Kind::Number) => {
                told.decimal = if sign.text() == "," { ',' } else { '.' };
            }
            "," | "." => findings.push(at(sign, "`decimal` is for numbers".to_owned())),
            _ => findings.push(at(sign, "`decimal` is \",\" or \".\"".to_owned())),
        }
    }
    if let Some(text) = format.as_ref().filter(|_| named.is_some()) {
        match Format::parse(text.text()) {
            Ok(format) if matches!(named, Some(Kind::Date | Kind::DateTime)) => {
                told.kind = if format.has_time() { Kind::DateTime } else { Kind::Date };
                told.format = Some(format);
            }
            Ok(_) => findings.push(at(text, "`format` is for dates".to_owned())),
            Err(why) => findings.push(at(text, format!("no day can be read by this: {why}"))),
        }
    }
    let is_right = findings.is_empty();
    reader.findings.append(&mut findings);
    is_right.then_some(told)
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "text" | "string" => Kind::Text,
        "number" => Kind::Number,
        "yes/no" | "yes-no" | "boolean" | "bool" => Kind::YesNo,
        "date" => Kind::Date,
        "date-time" | "datetime" => Kind::DateTime,
        _ => return None,
    })
}

fn invalid(reader: &Reader<'_>, value: &Value, message: String) -> Finding {
    Finding::error("invalid-type", message, format!("write {WANTED}"))
        .at(reader.passage(value, "").place(0..0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Source;

    fn read(text: &str) -> (Vec<TypeRule>, Vec<Finding>) {
        let source = Source::new("handbill.toml", text);
        let table = settings::parse_toml(&source, 0..text.len()).expect("it is TOML");
        let mut reader = Reader::new(&source, "`handbill.toml`".to_owned(), table);
        let rules = rules(&mut reader, "types");
        (rules, reader.finish())
    }

    #[test]
    fn types_are_told_by_a_word_or_a_table() {
        let (rules, findings) = read(
            "[types]\ndonated = { type = \"number\", decimal = \",\" }\nvip = \"yes/no\"\njoined = { type = \"date\", format = \"dd.mm.yyyy\" }\n",
        );
        assert_eq!(findings, vec![]);
        let signatures: Vec<String> =
            rules.iter().map(|rule| rule.column_type().signature()).collect();
        assert_eq!(signatures, ["number,", "date(dd.mm.yyyy)", "yes/no"]);
    }

    #[test]
    fn what_is_no_type_is_told_at_its_place() {
        for (text, message) in [
            ("donated = \"numbre\"", "no type"),
            ("donated = 3", "no type"),
            ("donated = { decimal = \",\" }", "not told"),
            ("donated = { type = \"number\", decimal = \";\" }", "`decimal`"),
            ("donated = { type = \"text\", decimal = \",\" }", "for numbers"),
            ("joined = { type = \"date\", format = \"mm.yyyy\" }", "the day"),
            ("joined = { type = \"number\", format = \"d.m.yy\" }", "for dates"),
            ("joined = { type = \"date\", fromat = \"d.m.yy\" }", "fromat"),
        ] {
            let (rules, findings) = read(&format!("[types]\n{text}\n"));
            assert!(rules.is_empty(), "{text}");
            assert_eq!(findings.len(), 1, "{text}: {findings:?}");
            assert!(findings[0].message.contains(message), "{text}: {}", findings[0].message);
            assert!(findings[0].place.is_some(), "{text}");
        }
    }
}
