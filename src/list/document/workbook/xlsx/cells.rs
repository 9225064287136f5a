//! The cells of a sheet (ECMA-376 part 1, 18.3.1.4).

use std::borrow::Cow;
use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::super::super::trouble::Trouble;
use super::super::Context;
use super::super::formula;
use super::super::row::Row;
use super::super::value;
use super::super::xml::{Xml, each_attribute};

/// What a cell's tag says.
pub(super) struct Start {
    /// Its column from 0, where it is told.
    pub(super) column: Option<usize>,
    style: usize,
    kind: Kind,
}

/// What a cell holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    /// The number of a shared text.
    Shared,
    /// A text that stands in the cell.
    Inline,
    /// The text that a formula gave.
    Text,
    Bool,
    Error,
    Date,
}

impl Kind {
    fn of(name: &str) -> Result<Self, Trouble> {
        Ok(match name {
            "n" | "" => Self::Number,
            "s" => Self::Shared,
            "inlineStr" => Self::Inline,
            "str" => Self::Text,
            "b" => Self::Bool,
            "e" => Self::Error,
            "d" => Self::Date,
            other => {
                return Err(Trouble::broken(format!("it has cells of an unknown type `{other}`")));
            }
        })
    }
}

impl Start {
    /// Reads a cell's tag.
    pub(super) fn read(start: &BytesStart<'_>) -> Result<Self, Trouble> {
        let (mut column, mut style, mut kind) = (None, 0, Kind::Number);
        each_attribute(start, &mut |name, value| {
            match name {
                "r" => column = Some(self::column(value)?),
                "s" => style = value.parse().unwrap_or(0),
                "t" => kind = Kind::of(value)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(Self { column, style, kind })
    }
}

/// Reads the rest of a cell, and puts what it says into a row. `text` is room to work in.
pub(super) fn read<R: BufRead>(
    xml: &mut Xml<R>,
    start: &Start,
    context: &Context,
    row: &mut Row,
    text: &mut String,
) -> Result<(), Trouble> {
    let (column, mut has_formula, mut has_value) =
        (start.column.unwrap_or(row.next()), false, false);
    text.clear();
    let outside = xml.outside();
    loop {
        let (depth, event) = xml.next()?;
        let child = match &event {
            Event::Start(start) => match start.local_name().as_ref() {
                "v" => Child::Value,
                "is" => Child::Inline,
                "f" => Child::Formula,
                _ => Child::Other,
            },
            _ if depth == outside => break,
            _ => continue,
        };
        drop(event);
        match child {
            Child::Value if start.kind != Kind::Inline => {
                xml.text(text)?;
                has_value = !text.is_empty() || start.kind == Kind::Text;
            }
            Child::Inline => {
                rich_text(xml, text)?;
                has_value = true;
            }
            child => {
                has_formula |= child == Child::Formula;
                xml.skip()?;
            }
        }
    }
    if has_formula && !has_value {
        return Err(formula::without_value(row.number, column));
    }
    if !has_value {
        return row.set(column, "");
    }
    let said = match start.kind {
        Kind::Number => {
            Cow::Owned(value::spelled(text, context.format(start.style), context.epoch))
        }
        Kind::Shared => {
            let index = text.trim().parse().map_err(|_| Trouble::broken("a text has no number"))?;
            Cow::Borrowed(context.strings.get(index)?)
        }
        Kind::Text => unescaped(text),
        Kind::Bool => Cow::Borrowed(match text.trim() {
            "1" | "true" | "TRUE" => "true",
            _ => "false",
        }),
        Kind::Inline | Kind::Error => Cow::Borrowed(text.as_str()),
        Kind::Date => Cow::Owned(value::iso(text)),
    };
    row.set(column, &said)
}

/// An element in a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Child {
    Value,
    Inline,
    Formula,
    Other,
}

/// Adds the text of the element whose start was the last event: in one piece, or in runs of
/// different looks. How Japanese is pronounced is not said.
pub(super) fn rich_text<R: BufRead>(xml: &mut Xml<R>, text: &mut String) -> Result<(), Trouble> {
    let outside = xml.outside();
    let from = text.len();
    loop {
        let (depth, event) = xml.next()?;
        let (is_text, is_reading) = match &event {
            Event::Start(start) => {
                (start.local_name().as_ref() == "t", start.local_name().as_ref() == "rPh")
            }
            _ if depth == outside => break,
            _ => continue,
        };
        drop(event);
        if is_text {
            xml.text(text)?;
        } else if is_reading {
            xml.skip()?;
        }
    }
    if let Cow::Owned(plain) = unescaped(&text[from..]) {
        text.truncate(from);
        text.push_str(&plain);
    }
    Ok(())
}

/// Characters that XML cannot hold stand as `_x000D_` (ECMA-376 part 1, 22.9.2.19).
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        let digits = rest.get(at + 2..at + 6).filter(|_| rest[at + 2..].get(4..5) == Some("_"));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        if let Some(c) = code.and_then(char::from_u32) {
            plain.push(c);
            rest = &rest[at + 7..];
        } else {
            plain.push_str("_x");
            rest = &rest[at + 2..];
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The column of a place such as `AB12`.
fn column(place: &str) -> Result<usize, Trouble> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters.take(4).fold(0, |number, letter| {
        number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    number.checked_sub(1).ok_or_else(|| Trouble::broken("a cell has no column"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_letters() {
        for (place, index) in [("A1", 0), ("Z9", 25), ("AA1", 26), ("XFD1048576", 16_383)] {
            assert_eq!(column(place).expect("a column"), index);
        }
        assert!(column("12").is_err() && column("").is_err());
        assert!(column("AAAAAAAAAAAAAAAAAAAAAAAA1").is_ok_and(|index| index > 16_384));
    }

    #[test]
    fn escaped_characters_are_read() {
        let cases = [
            ("a_x000D_\nb", "a\r\nb"),
            ("_x005F_x0041_", "_x0041_"),
            ("snake_x_case", "snake_x_case"),
            ("_xZZZZ_ _x41", "_xZZZZ_ _x41"),
            ("é_xé", "é_xé"),
        ];
        for (text, plain) in cases {
            assert_eq!(unescaped(text), plain);
        }
    }
}
