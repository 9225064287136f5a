//! XML, an event at a time: none is longer and none is deeper than it may be, and there are no
//! entities but those that XML has by itself.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::errors::Error;
use quick_xml::events::{BytesStart, Event};

use super::super::trouble::{Excess, Trouble};

/// The longest tag or text. A picture in a flat document is one text.
const EVENT_MAX: usize = 64 << 20;
/// The longest text of a cell.
pub(super) const TEXT_MAX: usize = 1 << 20;
/// The deepest nesting.
const DEPTH_MAX: usize = 200;

/// A document of XML.
pub(super) struct Xml<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<R: BufRead> Xml<R> {
    /// Starts at the beginning.
    pub(super) fn new(source: R) -> Self {
        let mut reader = Reader::from_reader(Bounded { source, taken: 0 });
        // An empty element has an end too, so that depths are counted in one way.
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    /// The next event, and how many elements are open behind it.
    pub(super) fn next(&mut self) -> Result<(usize, Event<'_>), Trouble> {
        self.buffer.clear();
        self.reader.get_mut().taken = 0;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(trouble)?;
        match event {
            Event::Start(_) if self.depth >= DEPTH_MAX => {
                return Err(Trouble::broken("its XML is nested too deeply"));
            }
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => return Err(early()),
            _ => {}
        }
        Ok((self.depth, event))
    }

    /// Passes over the rest of the element whose start was the last event.
    pub(super) fn skip(&mut self) -> Result<(), Trouble> {
        let outside = self.outside();
        while self.next()?.0 != outside {}
        Ok(())
    }

    /// How many elements are open outside the one whose start was the last event.
    pub(super) fn outside(&self) -> usize {
        self.depth.saturating_sub(1)
    }

    /// Adds all text of the element whose start was the last event.
    pub(super) fn text(&mut self, text: &mut String) -> Result<(), Trouble> {
        let outside = self.outside();
        loop {
            let (depth, event) = self.next()?;
            if depth == outside {
                return Ok(());
            }
            push_text(&event, text)?;
        }
    }
}

/// Adds what an event says, if it is a piece of text.
pub(super) fn push_text(event: &Event<'_>, text: &mut String) -> Result<(), Trouble> {
    match event {
        Event::Text(piece) => text.push_str(&piece.xml10_content()),
        Event::CData(piece) => text.push_str(&piece.xml10_content()),
        Event::GeneralRef(name) => {
            let known = match &**name {
                "lt" => Some('<'),
                "gt" => Some('>'),
                "amp" => Some('&'),
                "apos" => Some('\''),
                "quot" => Some('"'),
                _ => name.resolve_char_ref().map_err(trouble)?,
            };
            text.push(known.ok_or_else(|| Trouble::broken("its XML has entities of its own"))?);
        }
        _ => {}
    }
    if text.len() > TEXT_MAX {
        return Err(Trouble::TooLarge("a text in it is longer than 1 MiB".into()));
    }
    Ok(())
}

/// Gives each attribute, its name without a prefix.
pub(super) fn each_attribute(
    start: &BytesStart<'_>,
    each: &mut dyn FnMut(&str, &str) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    // To look for two attributes of one name takes time that grows with the square of their number.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| trouble(error.into()))?;
        let name = attribute.key.0;
        each(name.rsplit(':').next().unwrap_or(name), &unescaped(&attribute.value)?)?;
    }
    Ok(())
}

/// An attribute by its name without a prefix.
pub(super) fn attribute<'a>(
    start: &'a BytesStart<'_>,
    name: &str,
) -> Result<Option<Cow<'a, str>>, Trouble> {
    find(start, |key| key.rsplit(':').next() == Some(name))
}

/// An attribute by its whole name.
pub(super) fn prefixed<'a>(
    start: &'a BytesStart<'_>,
    name: &str,
) -> Result<Option<Cow<'a, str>>, Trouble> {
    find(start, |key| key == name)
}

/// Whether an attribute is a yes.
pub(super) fn is_true(value: Option<&str>) -> bool {
    matches!(value.map(str::trim), Some("1" | "true" | "on"))
}

/// XML that ends before its elements do.
pub(super) fn early() -> Trouble {
    Trouble::broken("it ends too early")
}

fn find<'a>(
    start: &'a BytesStart<'_>,
    is_it: impl Fn(&str) -> bool,
) -> Result<Option<Cow<'a, str>>, Trouble> {
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| trouble(error.into()))?;
        if is_it(attribute.key.0) {
            return match attribute.value {
                Cow::Borrowed(value) => unescaped(value).map(Some),
                Cow::Owned(value) => Ok(Some(Cow::Owned(unescaped(&value)?.into_owned()))),
            };
        }
    }
    Ok(None)
}

fn unescaped(value: &str) -> Result<Cow<'_, str>, Trouble> {
    if !value.contains('&') {
        return Ok(Cow::Borrowed(value));
    }
    quick_xml::escape::unescape(value).map_err(|error| trouble(error.into()))
}

fn trouble(error: Error) -> Trouble {
    match error {
        Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(Excess(what)) => Trouble::TooLarge((*what).to_owned()),
            None => io::Error::new(error.kind(), error.to_string()).into(),
        },
        error => Trouble::Broken(format!("its XML is wrong: {error}")),
    }
}

/// Counts what one event takes of a source.
struct Bounded<R> {
    source: R,
    taken: usize,
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > EVENT_MAX {
            return Err(io::Error::other(Excess("a piece of it is larger than 64 MiB")));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.taken += amount;
        self.source.consume(amount);
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer)
    }
}
