//! The ledger as text: one JSON object a line (NDJSON). The first line says what it is, the
//! last one how many rows there were, so that a file that was cut off is told from a whole one.
//!
//! ```text
//! {"format":"handbill-ledger","version":1}
//! {"campaigns":{"id":1,"name":"spring","subject":"…","content_hash":"…","since":1750000000}}
//! …
//! {"end":{"campaigns":1,"runs":1,…}}
//! ```
//!
//! Empty cells are left out. Pure: bytes are read and written by others.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::inspector::{Inspector, Tallied};
use super::tables::{Kind, Table};
use super::{Row, Value};

/// What the first line says.
const FORMAT: &str = "handbill-ledger";
/// The version of the format: another one where an older program would misread it. A table or
/// a column that is new needs none: an older program refuses what it does not know.
const VERSION: u64 = 1;
/// The longest line, in bytes: a reply is bounded, and a subject is no book.
pub const LINE_MAX: usize = 1 << 20;

/// Makes lines of rows.
#[derive(Debug, Default)]
pub struct Writer {
    counts: BTreeMap<&'static str, u64>,
}

impl Writer {
    /// The first line.
    pub fn first() -> String {
        format!("{{\"format\":\"{FORMAT}\",\"version\":{VERSION}}}\n")
    }

    /// The line of a row.
    pub fn line(&mut self, row: &Row, line: &mut String) {
        *self.counts.entry(row.table.name).or_default() += 1;
        line.push_str(&format!("{{\"{}\":{{", row.table.name));
        let mut comma = "";
        for (column, value) in row.table.columns.iter().zip(&row.values) {
            let value = match value {
                Value::Null => continue,
                Value::Integer(number) => number.to_string(),
                Value::Flag(flag) => flag.to_string(),
                Value::Text(text) => Json::from(text.as_str()).to_string(),
            };
            line.push_str(&format!("{comma}\"{}\":{value}", column.name));
            comma = ",";
        }
        line.push_str("}}\n");
    }

    /// The last line.
    pub fn last(&self) -> String {
        format!("{}\n", json!({ "end": self.counts }))
    }
}

/// Makes rows of lines, and looks at each.
#[derive(Debug, Default)]
pub struct Reader {
    inspector: Inspector,
    begun: bool,
    ended: bool,
}

impl Reader {
    /// The row of the next line, if it holds one. What is wrong is said in a phrase.
    pub fn line(&mut self, line: &str) -> Result<Option<Row>, String> {
        if self.ended {
            return Err("there is more behind the last line".into());
        }
        let Ok(Json::Object(told)) = serde_json::from_str(line) else {
            return Err(if self.begun { "is no JSON object" } else { NO_EXPORT }.into());
        };
        if !self.begun {
            self.begun = true;
            return first(&told).map(|()| None);
        }
        let mut told = told.into_iter();
        match (told.next(), told.next()) {
            (Some((name, Json::Object(counts))), None) if name == "end" => {
                self.ended = true;
                self.compare(&counts).map(|()| None)
            }
            (Some((name, Json::Object(cells))), None) => {
                let unknown = || format!("there is no table `{}`{NEWER}", short(&name));
                let row = row(Table::of(&name).ok_or_else(unknown)?, cells)?;
                self.inspector.look(&row)?;
                Ok(Some(row))
            }
            _ => Err("is no row of a table".into()),
        }
    }

    /// Whether the last line has come.
    pub fn is_whole(&self) -> bool {
        self.ended
    }

    /// What was counted.
    pub fn tallied(&self) -> &Tallied {
        self.inspector.tallied()
    }

    fn compare(&self, counts: &Map<String, Json>) -> Result<(), String> {
        let read = &self.tallied().rows;
        let is_known = |name: &String| read.contains_key(name.as_str());
        let same = read.iter().all(|(table, count)| counts.get(*table) == Some(&json!(count)));
        if same && counts.iter().all(|(name, count)| is_known(name) || *count == json!(0)) {
            Ok(())
        } else {
            Err("the counts of the last line are not those of the rows: some are missing".into())
        }
    }
}

const NO_EXPORT: &str = "this is no export of a ledger";
const NEWER: &str = "; a newer handbill may know it";

fn first(told: &Map<String, Json>) -> Result<(), String> {
    if told.get("format") != Some(&json!(FORMAT)) {
        return Err(NO_EXPORT.into());
    }
    if told.get("version") != Some(&json!(VERSION)) {
        return Err(format!("this export has another version than {VERSION}{NEWER}"));
    }
    Ok(())
}

fn row(table: &'static Table, mut cells: Map<String, Json>) -> Result<Row, String> {
    let mut values = Vec::with_capacity(table.columns.len());
    for column in table.columns {
        let value = match (cells.remove(column.name), column.kind) {
            (None | Some(Json::Null), _) => Value::Null,
            (Some(Json::String(text)), Kind::Text | Kind::State) => Value::Text(text),
            (Some(Json::Bool(flag)), Kind::Flag) => Value::Flag(flag),
            (Some(Json::Number(number)), Kind::Id | Kind::Count | Kind::Integer)
                if number.is_i64() =>
            {
                Value::Integer(number.as_i64().unwrap_or(0))
            }
            _ => {
                return Err(format!(
                    "`{}` is not what stands there in `{}`",
                    column.name, table.name
                ));
            }
        };
        values.push(value);
    }
    match cells.keys().next() {
        Some(name) => Err(format!("`{}` has no column `{}`{NEWER}", table.name, short(name))),
        None => Ok(Row { table, values }),
    }
}

/// A name of a stranger's, as far as it is worth repeating.
fn short(name: &str) -> String {
    name.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAMPAIGN: &str = r#"{"campaigns":{"id":1,"name":"a","subject":"\u0000\n\"é","content_hash":"h","since":-5}}"#;

    fn read(lines: &[&str]) -> Result<Vec<Row>, String> {
        let mut reader = Reader::default();
        let mut rows = Vec::new();
        for line in lines {
            rows.extend(reader.line(line)?);
        }
        if reader.is_whole() { Ok(rows) } else { Err("cut off".into()) }
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        let first = Writer::first();
        let rows = read(&[&first, CAMPAIGN, r#"{"end":{"campaigns":1}}"#]).expect("a ledger");
        let (mut writer, mut line) = (Writer::default(), String::new());
        writer.line(&rows[0], &mut line);
        assert_eq!(line.trim_end(), CAMPAIGN);
        assert_eq!(read(&[&first, &line, &writer.last()]).expect("the same"), rows);
    }

    #[test]
    fn what_is_no_whole_export_is_told() {
        let first = Writer::first();
        let end = r#"{"end":{"campaigns":1}}"#;
        for (lines, why) in [
            (vec!["email,first_name"], "no export"),
            (vec!["{}"], "no export"),
            (vec![r#"{"format":"handbill-ledger","version":2}"#], "another version"),
            (vec![&*first, CAMPAIGN], "cut off"),
            (vec![&*first, end], "are missing"),
            (vec![&*first, CAMPAIGN, r#"{"end":{"campaigns":1,"runs":1}}"#], "are missing"),
            (vec![&*first, CAMPAIGN, end, CAMPAIGN], "behind the last line"),
            (vec![&*first, r#"{"bookmarks":{"url":"x"}}"#], "no table `bookmarks`"),
            (
                vec![&*first, r#"{"paces":{"name":"","next_us":1,"colour":2}}"#],
                "no column `colour`",
            ),
            (vec![&*first, r#"{"paces":{"name":"","next_us":1e300}}"#], "`next_us` is not"),
            (vec![&*first, r#"{"paces":{"name":""}}"#], "is missing"),
            (vec![&*first, r#"{"paces":[]}"#], "no row"),
            (vec![&*first, "{"], "no JSON"),
        ] {
            let told = read(&lines).expect_err(why);
            assert!(told.contains(why), "{told} is not {why}");
        }
    }
}
