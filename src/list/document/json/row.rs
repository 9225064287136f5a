//! An object as a row: members that are objects or arrays become columns of their own.
//!
//! `{"email": "…", "attributes": {"city": "Leeds"}, "tags": ["a", "b"]}` has the columns `email`,
//! `attributes city` and `tags`, which is `a, b`. An array of objects has a column for each of their
//! members, with the values one behind the other: none of them is out of sight, since one of
//! them may tell that somebody has left.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// How deep objects and arrays may stand in a row.
const DEPTH_MAX: usize = 12;
/// Between the names that lead to a value; no name has it.
pub(super) const STEP: char = '\u{1f}';

/// Why an object is no row.
#[derive(Debug)]
pub(super) enum Wrong {
    /// It is no JSON.
    Json(serde_json::Error),
    /// Two members have one name.
    Twice(String),
    /// It is nested more deeply than a row may be.
    Deep,
}

impl From<serde_json::Error> for Wrong {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

/// Gives the values of a row, with the names that lead to them; nothing where there is a name
/// and no value, by which a column that is blank everywhere is known.
pub(super) fn read(text: &str, each: &mut dyn FnMut(&str, Option<&str>)) -> Result<(), Wrong> {
    object(text, &mut String::new(), 0, each)
}

fn object(
    text: &str,
    path: &mut String,
    depth: usize,
    each: &mut dyn FnMut(&str, Option<&str>),
) -> Result<(), Wrong> {
    if depth > DEPTH_MAX {
        return Err(Wrong::Deep);
    }
    let Members(members) = serde_json::from_str(text)?;
    let mut names = HashSet::new();
    for (name, value) in members {
        if !names.insert(name.clone()) {
            return Err(Wrong::Twice(name));
        }
        let length = path.len();
        if depth > 0 {
            path.push(STEP);
        }
        path.extend(name.chars().filter(|c| *c != STEP));
        value_at(value.get(), path, depth + 1, each)?;
        path.truncate(length);
    }
    Ok(())
}

fn value_at(
    text: &str,
    path: &mut String,
    depth: usize,
    each: &mut dyn FnMut(&str, Option<&str>),
) -> Result<(), Wrong> {
    match text.as_bytes().first() {
        Some(b'{') => object(text, path, depth, each),
        Some(b'[') if depth > DEPTH_MAX => Err(Wrong::Deep),
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            if elements.is_empty() {
                each(path, None);
            }
            elements.iter().try_for_each(|element| value_at(element.get(), path, depth + 1, each))
        }
        Some(b'"') => {
            each(path, Some(&serde_json::from_str::<String>(text)?));
            Ok(())
        }
        Some(b'n') => {
            each(path, None);
            Ok(())
        }
        _ => {
            each(path, Some(text));
            Ok(())
        }
    }
}

/// The members of an object in their order, two of one name too.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Members<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}
