//! What a file is, by what is in it: its name tells nothing that is sure.
//!
//! Binary files begin with a signature. Text is looked at more closely, since the first header of a
//! CSV may be `BEGIN`, `[First Name]`, `{name}` or `<email>`: only what nobody would write as a
//! header is taken for another kind.

mod other;
mod packed;
mod signature;
mod text;

use std::fs::File;
use std::io::{self, Read, Seek};

pub(in super::super) use other::OtherKind;

/// How much of a file is looked at.
const SAMPLE: u64 = 64 << 10;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// Text with a delimiter, or none of those that are known.
    Delimited,
    /// A workbook.
    Workbook(WorkbookKind),
    /// JSON: an array, or one object.
    Json,
    /// JSON objects, one behind the other.
    NdJson,
    /// Something that is no list, and known.
    Other(OtherKind),
}

/// Which kind of workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum WorkbookKind {
    /// `.xlsx`, `.xlsm`
    Xlsx,
    /// `.xlsb`
    Xlsb,
    /// `.xls`
    Xls,
    /// `.ods`
    Ods,
    /// `.fods`
    FlatOds,
}

/// Tells what a file is, and leaves it at its beginning.
pub(in super::super) fn kind(file: &mut File) -> io::Result<Kind> {
    file.rewind()?;
    let mut sample = Vec::new();
    file.by_ref().take(SAMPLE).read_to_end(&mut sample)?;
    file.rewind()?;
    let kind = if sample.starts_with(b"PK\x03\x04") || sample.starts_with(b"PK\x05\x06") {
        packed::archive(file.try_clone()?)
    } else if sample.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        packed::compound(file.try_clone()?)
    } else if let Some(other) = signature::of(&sample) {
        Kind::Other(other)
    } else {
        let is_whole = (sample.len() as u64) < SAMPLE;
        text::of(&text::decoded(&sample), is_whole)
    };
    file.rewind()?;
    Ok(kind)
}
