//! The texts that cells share, and what the number formats of their styles mean.

use std::collections::HashMap;
use std::io::BufRead;

use quick_xml::events::Event;

use super::super::super::trouble::Trouble;
use super::super::format::Format;
use super::super::strings::Strings;
use super::super::xml::{Xml, attribute};
use super::cells::rich_text;

/// The most styles; Excel has 65,490.
const STYLES_MAX: usize = 1 << 20;

/// Reads the texts.
pub(super) fn strings<R: BufRead>(source: R) -> Result<Strings, Trouble> {
    let mut xml = Xml::new(source);
    let mut strings = Strings::default();
    let mut text = String::new();
    loop {
        let is_string = match xml.next()?.1 {
            Event::Start(start) => start.local_name().as_ref() == "si",
            Event::Eof => return Ok(strings),
            _ => false,
        };
        if is_string {
            text.clear();
            rich_text(&mut xml, &mut text)?;
            strings.push(&text)?;
        }
    }
}

/// Reads what the format of each style means.
pub(super) fn formats<R: BufRead>(source: R) -> Result<Vec<Format>, Trouble> {
    let mut xml = Xml::new(source);
    let (mut own, mut formats, mut is_in_styles) = (HashMap::new(), Vec::new(), false);
    loop {
        match xml.next()?.1 {
            Event::Start(start) => match start.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&start, "numFmtId")?.and_then(|id| id.parse::<u16>().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&start, "formatCode")?) {
                        // Those of conditional formats have no ids of their own, and come later.
                        own.entry(id).or_insert_with(|| Format::of(&code));
                    }
                }
                "cellXfs" => is_in_styles = true,
                "xf" if is_in_styles => {
                    if formats.len() == STYLES_MAX {
                        return Err(Trouble::TooLarge("it has more than a million styles".into()));
                    }
                    let id = attribute(&start, "numFmtId")?.and_then(|id| id.parse().ok());
                    let id = id.unwrap_or(0);
                    formats.push(own.get(&id).copied().unwrap_or_else(|| Format::built_in(id)));
                }
                _ => {}
            },
            Event::End(end) if end.local_name().as_ref() == "cellXfs" => is_in_styles = false,
            Event::Eof => return Ok(formats),
            _ => {}
        }
    }
}
