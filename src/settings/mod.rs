//! Settings as people write them, in YAML or TOML, with the place of every
//! key and value: front matter and `handbill.toml` are read by the same hand.
//!
//! [`Reader`] takes a table apart key by key, collects every mistake, and
//! at the end finds the keys that nobody asked for. What a key means is the caller's business.

mod quotes;
mod toml;
mod yaml;

use std::ops::Range;

use crate::finding::{Finding, closest};
use crate::place::{Passage, Place, Source};

pub use self::toml::parse as parse_toml;
pub use self::yaml::parse as parse_yaml;

/// A value with the range of the file in which it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Its range in the file.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Nothing: `key:`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Anything else that is one value; dates too, as they were written.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A table.
    Table(Vec<(Key, Value)>),
}

/// A key with its range.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The key.
    pub name: String,
    /// Its range in the file.
    pub range: Range<usize>,
}

impl Value {
    /// The value as one line of text, if it is a single value.
    pub fn as_text(&self) -> Option<String> {
        match &self.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Integer(number) => Some(number.to_string()),
            Kind::Float(number) => Some(number.to_string()),
            Kind::Bool(value) => Some(value.to_string()),
            Kind::Null | Kind::List(_) | Kind::Table(_) => None,
        }
    }

    /// The value for a template. What is null or empty is left out, as blank
    /// cells are.
    pub fn to_tera(&self) -> Option<tera::Value> {
        Some(match &self.kind {
            Kind::Null => return None,
            Kind::Bool(value) => tera::Value::from(*value),
            Kind::Integer(number) => tera::Value::from(*number),
            Kind::Float(number) => tera::Value::from(*number),
            Kind::Text(text) if text.is_empty() => return None,
            Kind::Text(text) => tera::Value::from(text.as_str()),
            Kind::List(values) => {
                tera::Value::from(values.iter().filter_map(Self::to_tera).collect::<Vec<_>>())
            }
            Kind::Table(entries) => {
                let entries = entries.iter().filter_map(|(key, value)| {
                    Some((tera::value::Key::from(key.name.clone()), value.to_tera()?))
                });
                tera::Value::from(entries.collect::<tera::Map>())
            }
        })
    }
}

/// What most values are.
const TEXT: &str = "one line of text";

/// Takes a table apart, key by key.
#[derive(Debug)]
pub struct Reader<'a> {
    source: &'a Source,
    /// How messages call the table: `front matter`, `[sender]`.
    name: String,
    entries: Vec<(Key, Value)>,
    asked: Vec<&'static str>,
    /// Every mistake so far.
    pub findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    /// Begins with a table; anything else is a finding and an empty table.
    pub fn new(source: &'a Source, name: impl Into<String>, value: Value) -> Self {
        let name = name.into();
        let mut findings = Vec::new();
        let range = value.range.clone();
        let entries = match value.kind {
            Kind::Table(entries) => entries,
            Kind::Null => Vec::new(),
            _ => {
                findings.push(
                    Finding::error(
                        "wrong-type",
                        format!("{name} must be a table of `key: value`"),
                        "write one setting a line",
                    )
                    .at(source.place(range)),
                );
                Vec::new()
            }
        };
        let mut reader = Self { source, name, entries, asked: Vec::new(), findings };
        reader.refuse_doubles();
        reader
    }

    /// The value of a key, taken out.
    pub fn take(&mut self, key: &'static str) -> Option<Value> {
        self.asked.push(key);
        let at = self.entries.iter().position(|(entry, _)| entry.name == key)?;
        let value = self.entries.remove(at).1;
        (value.kind != Kind::Null).then_some(value)
    }

    /// Takes out a key that must not be there; its value is not shown.
    pub fn forbidden(&mut self, key: &str) -> Option<Place> {
        let at = self.entries.iter().position(|(entry, _)| entry.name == key)?;
        let (key, _) = self.entries.remove(at);
        Some(self.source.place(key.range).without_excerpt())
    }

    /// A single value as text.
    pub fn text(&mut self, key: &'static str) -> Option<Passage> {
        let value = self.take(key)?;
        let text = match value.kind {
            // What YAML takes for a number or a truth is text here: `1.10` stays what it is.
            Kind::Integer(_) | Kind::Float(_) | Kind::Bool(_) => {
                Some(self.source.text()[value.range.clone()].to_owned())
            }
            _ => value.as_text(),
        };
        if text.is_none() {
            self.wrong_type(key, &value, TEXT);
        }
        Some(Passage::value(self.source, value.range, text?.trim()))
    }

    /// A whole number that is not negative.
    pub fn count(&mut self, key: &'static str) -> Option<u64> {
        let value = self.take(key)?;
        match value.kind {
            Kind::Integer(number) if number >= 0 => u64::try_from(number).ok(),
            _ => {
                self.wrong_type(key, &value, "a whole number");
                None
            }
        }
    }

    /// A table under this one.
    #[must_use]
    pub fn table(&mut self, key: &'static str) -> Reader<'a> {
        let value = self.take(key).unwrap_or(Value { range: 0..0, kind: Kind::Null });
        Reader::new(self.source, format!("`[{key}]`"), value)
    }

    /// One of this table's own tables, which was taken with [`rest`](Self::rest).
    #[must_use]
    pub fn under(&self, key: &Key, value: Value) -> Reader<'a> {
        Reader::new(self.source, format!("`{}`", key.name), value)
    }

    /// Where a key stands.
    pub fn place(&self, key: &Key) -> Place {
        self.source.place(key.range.clone())
    }

    /// A text in this file, made of a value.
    pub fn passage(&self, value: &Value, text: impl Into<String>) -> Passage {
        Passage::value(self.source, value.range.clone(), text)
    }

    /// What is left, as it is: for tables whose keys are the user's own.
    pub fn rest(&mut self) -> Vec<(Key, Value)> {
        std::mem::take(&mut self.entries)
    }

    /// Says that a value has the wrong type.
    pub fn wrong_type(&mut self, key: &str, value: &Value, wanted: &str) {
        // `subject: {{ first_name }}, hello` is a table to YAML.
        let written = &self.source.text()[value.range.clone()];
        let help = if written.starts_with('{') {
            format!("put the value into quotes: `{key}: \"{{{{ … }}}}\"`")
        } else if written.starts_with('[') && wanted == TEXT {
            format!("write `{key}` as {wanted}, in quotes: `{}`", quotes::quoted(written))
        } else {
            format!("write `{key}` as {wanted}")
        };
        self.findings.push(
            Finding::error("wrong-type", format!("`{key}` must be {wanted}"), help)
                .at(self.source.place(value.range.clone())),
        );
    }

    /// All mistakes, unknown keys included.
    pub fn finish(mut self) -> Vec<Finding> {
        for (key, _) in &self.entries {
            let help = match closest(&key.name, self.asked.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("{} may have: {}", self.name, self.asked.join(", ")),
            };
            self.findings.push(
                Finding::error(
                    "unknown-key",
                    format!("{} has no key `{}`", self.name, key.name),
                    help,
                )
                .at(self.source.place(key.range.clone())),
            );
        }
        self.findings
    }

    /// A key that stands twice is said once, and the first one counts.
    fn refuse_doubles(&mut self) {
        let mut seen: Vec<String> = Vec::new();
        let source = self.source;
        let findings = &mut self.findings;
        self.entries.retain(|(key, _)| {
            if seen.contains(&key.name) {
                let message = format!("`{}` stands here a second time", key.name);
                let place = source.place(key.range.clone());
                findings
                    .push(Finding::error("key-twice", message, "keep one of the two").at(place));
                return false;
            }
            seen.push(key.name.clone());
            true
        });
    }
}
