//! The texts that cells share, in one piece of memory.

use super::super::trouble::Trouble;

/// How much there may be of them.
const BYTES_MAX: usize = 256 << 20;
const COUNT_MAX: usize = 16 << 20;

/// Texts by their numbers.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Adds one.
    pub(super) fn push(&mut self, text: &str) -> Result<(), Trouble> {
        if self.text.len() + text.len() > BYTES_MAX || self.ends.len() == COUNT_MAX {
            return Err(Trouble::TooLarge("its texts are longer than 256 MiB".into()));
        }
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).expect("they are bounded"));
        Ok(())
    }

    /// The text of a number.
    pub(super) fn get(&self, index: usize) -> Result<&str, Trouble> {
        let Some(end) = self.ends.get(index) else {
            return Err(Trouble::broken("a cell names a text that is not there"));
        };
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Ok(&self.text[start as usize..*end as usize])
    }
}
