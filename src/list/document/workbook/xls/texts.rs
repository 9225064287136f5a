//! The texts of a `.xls`: UTF-16 in one or two bytes since Excel 97, before that in the code page of
//! the machine.

use encoding_rs::{Encoding, WINDOWS_1252};

use super::super::super::trouble::Trouble;
use super::super::bytes::{Bytes, utf16};
use super::super::strings::Strings;
use super::records::Record;

/// How texts are written.
pub(super) struct Texts {
    is_unicode: bool,
    code_page: &'static Encoding,
}

impl Default for Texts {
    fn default() -> Self {
        Self { is_unicode: true, code_page: WINDOWS_1252 }
    }
}

impl Texts {
    /// By the version that the stream begins with (MS-XLS 2.4.21).
    pub(super) fn set_version(&mut self, version: u16) -> Result<(), Trouble> {
        self.is_unicode = match version {
            0x0600 => true,
            0x0500 => false,
            _ => return Err(Trouble::broken("it is of an unknown version of Excel")),
        };
        Ok(())
    }

    /// By the number of a code page.
    pub(super) fn set_code_page(&mut self, number: u16) {
        let label = match number {
            10_000 | 0x8000 => "macintosh".to_owned(),
            874 | 1250..=1258 => format!("windows-{number}"),
            932 => "shift_jis".to_owned(),
            936 => "gbk".to_owned(),
            949 => "euc-kr".to_owned(),
            950 => "big5".to_owned(),
            _ => return,
        };
        self.code_page = Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252);
    }

    /// A text behind its length in one byte: the name of a sheet.
    pub(super) fn short(&self, mut bytes: Bytes<'_>) -> Result<String, Trouble> {
        let count = usize::from(bytes.u8()?);
        if !self.is_unicode {
            return self.bytes(&mut bytes, count);
        }
        let is_wide = bytes.u8()? & 1 != 0;
        characters(&mut bytes, count, is_wide)
    }

    /// The code of a number format.
    pub(super) fn format(&self, mut bytes: Bytes<'_>) -> Result<String, Trouble> {
        if !self.is_unicode {
            return self.short(bytes);
        }
        let count = usize::from(bytes.u16()?);
        let is_wide = bytes.u8()? & 1 != 0;
        characters(&mut bytes, count, is_wide)
    }

    /// A text behind its length in two bytes, so many bytes from a record's beginning.
    pub(super) fn long(&self, record: &Record, from: usize) -> Result<String, Trouble> {
        if self.is_unicode {
            return Reader { record, at: from }.text();
        }
        let mut bytes = Bytes(&record.data);
        bytes.take(from)?;
        let count = usize::from(bytes.u16()?);
        self.bytes(&mut bytes, count)
    }

    fn bytes(&self, bytes: &mut Bytes<'_>, count: usize) -> Result<String, Trouble> {
        Ok(self.code_page.decode_without_bom_handling(bytes.take(count)?).0.into_owned())
    }
}

/// All texts that cells share (MS-XLS 2.4.265). How many there are is not believed.
pub(super) fn shared(record: &Record) -> Result<Strings, Trouble> {
    let mut strings = Strings::default();
    let mut reader = Reader { record, at: 8 };
    while reader.at < record.data.len() {
        strings.push(&reader.text()?)?;
    }
    Ok(strings)
}

fn characters(bytes: &mut Bytes<'_>, count: usize, is_wide: bool) -> Result<String, Trouble> {
    if is_wide {
        return Ok(utf16(bytes.take(2 * count)?));
    }
    Ok(bytes.take(count)?.iter().map(|byte| char::from(*byte)).collect())
}

/// Reads texts that go on over the seams of a record.
struct Reader<'a> {
    record: &'a Record,
    at: usize,
}

impl Reader<'_> {
    /// A text with all that may hang on it: how it looks, how it is pronounced
    /// (MS-XLS 2.5.293).
    fn text(&mut self) -> Result<String, Trouble> {
        let mut head = self.rest()?;
        let count = usize::from(head.u16()?);
        let flags = head.u8()?;
        let runs = if flags & 8 == 0 { 0 } else { usize::from(head.u16()?) };
        let extra = if flags & 4 == 0 { 0 } else { head.u32()? as usize };
        self.at = self.record.data.len() - head.0.len();
        let text = self.characters(count, flags & 1 != 0)?;
        self.at = self.at.saturating_add(4 * runs).saturating_add(extra);
        Ok(text)
    }

    /// So many characters. Where a record was continued among them, a byte tells anew how many
    /// bytes each has.
    fn characters(&mut self, count: usize, mut is_wide: bool) -> Result<String, Trouble> {
        let record = self.record;
        let (mut left, mut units) = (count, Vec::new());
        while left > 0 {
            if record.seams.binary_search(&self.at).is_ok() {
                is_wide = self.rest()?.u8()? & 1 != 0;
                self.at += 1;
            }
            let later = record.seams.partition_point(|seam| *seam <= self.at);
            let end = record.seams.get(later).copied().unwrap_or(record.data.len());
            let width = if is_wide { 2 } else { 1 };
            let here = left.min(end.saturating_sub(self.at) / width);
            let taken = self.rest()?.take(here * width)?;
            if is_wide {
                units.extend_from_slice(taken);
            } else {
                units.extend(taken.iter().flat_map(|byte| [*byte, 0]));
            }
            left -= here;
            if left > 0 && end == record.data.len() {
                return Err(Trouble::broken("a text in it is too short"));
            }
            self.at = if left == 0 { self.at + here * width } else { end };
        }
        Ok(utf16(&units))
    }

    fn rest(&self) -> Result<Bytes<'_>, Trouble> {
        let rest = self.record.data.get(self.at..);
        rest.map(Bytes).ok_or_else(|| Trouble::broken("a text in it is too short"))
    }
}
