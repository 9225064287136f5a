//! The first bytes of binary files.

use super::OtherKind;

/// What a file is that begins with these bytes.
pub(super) fn of(sample: &[u8]) -> Option<OtherKind> {
    let begins = |with: &(&[u8], OtherKind)| sample.starts_with(with.0);
    let found = SIGNATURES.iter().find(|with| begins(with)).map(|(_, kind)| *kind);
    found.or_else(|| within(sample))
}

const SIGNATURES: [(&[u8], OtherKind); 25] = [
    (b"SQLite format 3\0", OtherKind::Sqlite),
    (b"\x1f\x8b", OtherKind::Gzip),
    (b"7z\xbc\xaf\x27\x1c", OtherKind::SevenZip),
    (b"\x28\xb5\x2f\xfd", OtherKind::Zstd),
    (b"\xfd7zXZ\0", OtherKind::Xz),
    (b"BZh91AY&SY", OtherKind::Bzip2),
    (b"Rar!\x1a\x07", OtherKind::Rar),
    // A header may begin with the letters; what follows them is no text.
    (b"PAR1\x15", OtherKind::Parquet),
    (b"ARROW1\0\0", OtherKind::Arrow),
    (b"FEA1\0\0", OtherKind::Arrow),
    (b"Obj\x01", OtherKind::Avro),
    (b"%PDF-", OtherKind::Pdf),
    (b"{\\rtf", OtherKind::Rtf),
    (b"!BDN", OtherKind::OutlookStore),
    (b"\0\x01\0\0Standard Jet DB", OtherKind::Access),
    (b"\0\x01\0\0Standard ACE DB", OtherKind::Access),
    // Workbooks of Excel 2 to 4, and of 5 without a wrapping.
    (b"\x09\x00\x04\x00", OtherKind::OldExcel),
    (b"\x09\x02\x06\x00", OtherKind::OldExcel),
    (b"\x09\x04\x06\x00", OtherKind::OldExcel),
    (b"\x09\x08\x08\x00", OtherKind::OldExcel),
    (b"\x09\x08\x10\x00", OtherKind::OldExcel),
    (b"\x89PNG\r\n\x1a\n", OtherKind::Picture),
    (b"\xff\xd8\xff", OtherKind::Picture),
    (b"GIF89a", OtherKind::Picture),
    (b"\xef\xbb\xbf{\\rtf", OtherKind::Rtf),
];

/// What has its signature elsewhere.
fn within(sample: &[u8]) -> Option<OtherKind> {
    let at = |at: usize, signature: &[u8]| {
        sample.get(at..).is_some_and(|rest| rest.starts_with(signature))
    };
    if at(257, b"ustar") {
        return Some(OtherKind::Tar);
    }
    if at(4, b"ftypheic") || at(4, b"ftypmif1") || at(8, b"WEBPVP8") {
        return Some(OtherKind::Picture);
    }
    // Some programs put white space or a comment's junk before it.
    let head = &sample[..sample.len().min(1024)];
    let is_pdf = head.trim_ascii_start().starts_with(b"%PDF-");
    is_pdf.then_some(OtherKind::Pdf)
}
