//! The records of the stream, each with those that continue it (MS-XLS 2.1.4).

use std::io::{BufRead, Read};

use super::super::super::trouble::Trouble;

const CONTINUE: u16 = 0x003c;
/// The longest record with all that continues it.
const RECORD_MAX: usize = 256 << 20;

/// A record.
#[derive(Default)]
pub(super) struct Record {
    /// Its kind.
    pub(super) kind: u16,
    /// What it holds.
    pub(super) data: Vec<u8>,
    /// Where in the data it was continued: a text that was cut there says anew how it is
    /// written.
    pub(super) seams: Vec<usize>,
}

/// Reads one record after the other.
pub(super) struct Records<R> {
    source: R,
    /// The kind and length of the record that comes next.
    next: Option<(u16, u16)>,
    is_started: bool,
}

impl<R: BufRead> Records<R> {
    /// Starts where the source stands.
    pub(super) fn new(source: R) -> Self {
        Self { source, next: None, is_started: false }
    }

    /// The next record; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Trouble> {
        if !std::mem::replace(&mut self.is_started, true) {
            self.next = self.head()?;
        }
        let Some((kind, length)) = self.next else { return Ok(None) };
        let mut record = Record { kind, ..Record::default() };
        self.append(length, &mut record.data)?;
        loop {
            self.next = self.head()?;
            let Some((CONTINUE, length)) = self.next else { return Ok(Some(record)) };
            if record.data.len() > RECORD_MAX {
                return Err(Trouble::TooLarge("its texts are longer than 256 MiB".into()));
            }
            record.seams.push(record.data.len());
            self.append(length, &mut record.data)?;
        }
    }

    fn append(&mut self, length: u16, data: &mut Vec<u8>) -> Result<(), Trouble> {
        let taken = self.source.by_ref().take(length.into()).read_to_end(data)?;
        if taken < usize::from(length) {
            return Err(Trouble::broken("it ends too early"));
        }
        Ok(())
    }

    /// What stands before a record. Behind the last one, a stream may be filled up.
    fn head(&mut self) -> Result<Option<(u16, u16)>, Trouble> {
        let mut head = Vec::with_capacity(4);
        self.source.by_ref().take(4).read_to_end(&mut head)?;
        let &[a, b, c, d] = head.as_slice() else { return Ok(None) };
        Ok(Some((u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))))
    }
}
