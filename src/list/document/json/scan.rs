//! Finds the values of a JSON text without holding more of it than one: where a value ends, which
//! arrays of objects there are, and what stands in a row.

use std::io::BufRead;

use super::super::trouble::Trouble;
use super::source::{Position, Source};
use super::wrong;

/// The longest row.
const ROW_MAX: usize = 1 << 20;
/// The longest name of a member.
const NAME_MAX: usize = 4096;
/// The deepest nesting.
const DEPTH_MAX: usize = 100;

/// The most arrays of objects that are told.
const ARRAYS_MAX: usize = 100;

/// Where arrays of objects stand in an object: the names that lead to them.
pub(super) type Path = Vec<String>;

/// What an object holds, seen from above.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outline {
    /// Its arrays of objects.
    pub(super) arrays: Vec<Path>,
    /// Whether one of its own members is a text, a number, yes or no.
    pub(super) has_values: bool,
}

impl<R: BufRead> Source<R> {
    /// Passes over a value, which begins at the next byte that is no white space, and keeps its
    /// text if it is wanted.
    pub(super) fn value(
        &mut self,
        mut kept: Option<&mut Vec<u8>>,
        most: usize,
    ) -> Result<(), Trouble> {
        let start = self.position();
        let (mut depth, mut in_text, mut is_escaped) = (0_usize, false, false);
        self.peek_token()?;
        loop {
            let Some(byte) = self.peek()? else {
                return if depth == 0 && !in_text {
                    Ok(())
                } else {
                    Err(wrong(self.position(), "it ends too early"))
                };
            };
            if in_text {
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' => is_escaped = true,
                    b'"' => in_text = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => in_text = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => {
                        return Ok(());
                    }
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                if depth > DEPTH_MAX {
                    return Err(wrong(self.position(), "it is nested too deeply"));
                }
            }
            self.next()?;
            if let Some(kept) = kept.as_deref_mut() {
                if kept.len() == most {
                    let line = start.line;
                    return Err(Trouble::TooLarge(format!(
                        "the row in line {line} is longer than 1 MiB"
                    )));
                }
                kept.push(byte);
            }
            let is_over = depth == 0 && !in_text && matches!(byte, b'"' | b'}' | b']');
            if is_over {
                return Ok(());
            }
        }
    }

    /// The text of a row.
    pub(super) fn row(&mut self, text: &mut Vec<u8>) -> Result<Position, Trouble> {
        text.clear();
        self.peek_token()?;
        let start = self.position();
        self.value(Some(text), ROW_MAX)?;
        Ok(start)
    }

    /// Goes through an array whose bracket comes next: `each` takes what stands at the next
    /// element.
    pub(super) fn elements(
        &mut self,
        each: &mut dyn FnMut(&mut Self) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        self.expect(b'[', "an array should begin here")?;
        if self.peek_token()? == Some(b']') {
            self.next()?;
            return Ok(());
        }
        loop {
            each(self)?;
            match self.peek_token()? {
                Some(b',') => self.next()?,
                Some(b']') => {
                    self.next()?;
                    return Ok(());
                }
                _ => {
                    return Err(wrong(
                        self.position(),
                        "a comma or the end of the array is missing here",
                    ));
                }
            };
        }
    }

    /// Goes through an object whose brace comes next: `each` is given the name of a member, and
    /// takes its value.
    pub(super) fn members(
        &mut self,
        each: &mut dyn FnMut(&mut Self, String) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        self.expect(b'{', "an object should begin here")?;
        if self.peek_token()? == Some(b'}') {
            self.next()?;
            return Ok(());
        }
        loop {
            self.peek_token()?;
            let at = self.position();
            let mut name = Vec::new();
            self.value(Some(&mut name), NAME_MAX)?;
            let name = serde_json::from_slice::<String>(&name);
            let name = name.map_err(|_| wrong(at, "the name of a member should stand here"))?;
            self.expect(b':', "a colon is missing here")?;
            each(self, name)?;
            match self.peek_token()? {
                Some(b',') => self.next()?,
                Some(b'}') => {
                    self.next()?;
                    return Ok(());
                }
                _ => {
                    return Err(wrong(
                        self.position(),
                        "a comma or the end of the object is missing here",
                    ));
                }
            };
        }
    }

    /// Passes over an object, and notes which arrays of objects are in it, in objects in it too,
    /// but not in other arrays.
    pub(super) fn outline(
        &mut self,
        path: &mut Path,
        outline: &mut Outline,
    ) -> Result<(), Trouble> {
        if path.len() > DEPTH_MAX {
            return Err(wrong(self.position(), "it is nested too deeply"));
        }
        self.members(&mut |source, name| match source.peek_token()? {
            Some(b'{') => {
                path.push(name);
                source.outline(path, outline)?;
                path.pop();
                Ok(())
            }
            Some(b'[') => {
                let mut is_of_objects = false;
                source.elements(&mut |source| {
                    is_of_objects |= source.peek_token()? == Some(b'{');
                    source.value(None, 0)
                })?;
                if is_of_objects && outline.arrays.len() < ARRAYS_MAX {
                    path.push(name);
                    outline.arrays.push(path.clone());
                    path.pop();
                }
                Ok(())
            }
            _ => {
                outline.has_values |= path.is_empty();
                source.value(None, 0)
            }
        })
    }

    /// Goes to the array that a path leads to, and through it. What else there is, is passed over.
    pub(super) fn reach(
        &mut self,
        path: &[String],
        each: &mut dyn FnMut(&mut Self) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let Some((first, rest)) = path.split_first() else { return self.elements(each) };
        self.members(&mut |source, name| {
            if name == *first { source.reach(rest, each) } else { source.value(None, 0) }
        })
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Trouble> {
        if self.peek_token()? != Some(byte) {
            return Err(wrong(self.position(), what));
        }
        self.next()?;
        Ok(())
    }
}
