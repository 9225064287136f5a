//! TOML, by the `toml` crate, with spans.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Key, Kind, Value, quotes};
use crate::finding::{Checked, Finding};
use crate::place::Source;

/// Reads a range of a file as TOML.
pub fn parse(source: &Source, range: Range<usize>) -> Checked<Value> {
    let text = &source.text()[range.clone()];
    let table = DeTable::parse(text).map_err(|error| {
        if let Some(finding) = quotes::ended_early(source, &range, '=') {
            return finding;
        }
        let span = error.span().unwrap_or(0..0);
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        Finding::error("toml", message, "write settings as `key = \"value\"`, one a line")
            .at(source.place(range.start + span.start..range.start + span.end))
    })?;
    Ok(Value { range: range.clone(), kind: Kind::Table(entries(table.into_inner(), range.start)) })
}

fn entries(table: DeTable<'_>, offset: usize) -> Vec<(Key, Value)> {
    table
        .into_iter()
        .map(|(key, value)| {
            let span = key.span();
            let key = Key {
                name: key.into_inner().into_owned(),
                range: offset + span.start..offset + span.end,
            };
            (key, spanned(value, offset))
        })
        .collect()
}

fn spanned(value: Spanned<DeValue<'_>>, offset: usize) -> Value {
    let span = value.span();
    let kind = match value.into_inner() {
        DeValue::String(text) => Kind::Text(text.into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Kind::Text(number.to_string()), Kind::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| Kind::Text(number.to_string()), Kind::Float)
        }
        DeValue::Boolean(value) => Kind::Bool(value),
        DeValue::Datetime(date) => Kind::Text(date.to_string()),
        DeValue::Array(values) => {
            Kind::List(values.into_iter().map(|value| spanned(value, offset)).collect())
        }
        DeValue::Table(table) => Kind::Table(entries(table, offset)),
    };
    Value { range: offset + span.start..offset + span.end, kind }
}
