//! Files that go with a letter: attached, or shown inside of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::header::{clean, quoted};
use super::hex::escaped;
use super::quoted_printable;

/// A file that every reader gets beside the letter.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The file's name, in any script, as readers will see it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// An image that the letter shows, by `<img src="cid:…">`.
#[derive(Clone, Debug)]
pub struct InlineImage {
    name: String,
    bytes: Vec<u8>,
    content_id: String,
}

impl InlineImage {
    /// Takes an image, and the id by which the HTML shows it.
    pub fn new(name: impl Into<String>, bytes: Vec<u8>, content_id: impl Into<String>) -> Self {
        Self { name: name.into(), bytes, content_id: content_id.into() }
    }

    /// What stands behind `cid:` in the HTML.
    pub fn content_id(&self) -> &str {
        &self.content_id
    }

    /// Adds the image as a MIME part, without the boundary before it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        content_headers(out, "inline", &self.name, &self.bytes, "base64");
        out.extend_from_slice(format!("Content-ID: <{}>\r\n\r\n", self.content_id).as_bytes());
        base64_lines(out, &self.bytes);
    }
}

impl Attachment {
    /// Adds the file as a MIME part, without the boundary before it.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        content_headers(out, "attachment", &self.name, &self.bytes, "base64");
        out.extend_from_slice(b"\r\n");
        base64_lines(out, &self.bytes);
    }

    /// The same for a text of our own, whose lines end as those of a mail do: filters look
    /// askance at text in base64 (rspamd's `MIME_BASE64_TEXT`).
    pub(super) fn write_text(&self, out: &mut Vec<u8>) {
        content_headers(out, "attachment", &self.name, &self.bytes, "quoted-printable");
        out.extend_from_slice(b"\r\n");
        quoted_printable::encode(&String::from_utf8_lossy(&self.bytes), out);
    }
}

/// The media type of a file, by the ending of its name.
pub fn media_type(file_name: &str) -> &'static str {
    let ending = file_name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "pdf" => "application/pdf",
        "ics" => "text/calendar",
        "vcf" => "text/vcard",
        "txt" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "ppt" => "application/vnd.ms-powerpoint",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odp" => "application/vnd.oasis.opendocument.presentation",
        "rtf" => "application/rtf",
        "epub" => "application/epub+zip",
        "zip" => "application/zip",
        "json" => "application/json",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

fn content_headers(out: &mut Vec<u8>, disposition: &str, name: &str, bytes: &[u8], encoding: &str) {
    let media_type = media_type(name);
    // Without a charset, text is taken for ASCII (RFC 2046 §4.1.2).
    let is_utf8_text = media_type.starts_with("text/") && std::str::from_utf8(bytes).is_ok();
    let charset = if is_utf8_text { "; charset=utf-8" } else { "" };
    let file_name = file_name_parameters(&clean(name)).join(";\r\n ");
    out.extend_from_slice(
        format!(
            "Content-Type: {media_type}{charset}\r\n\
             Content-Transfer-Encoding: {encoding}\r\n\
             Content-Disposition: {disposition};\r\n {file_name}\r\n"
        )
        .as_bytes(),
    );
}

/// Longest piece of a file name in one parameter.
const PIECE_MAX: usize = 55;

/// The parameters that carry a file's name: as it is where that does, else
/// percent-encoded (RFC 2231), in numbered pieces if it is long. A single
/// piece has an ASCII likeness beside it for readers who know no better; it
/// comes last, for those who take the first of two.
fn file_name_parameters(name: &str) -> Vec<String> {
    let travels = !name.contains("=?") && !name.contains("  ");
    if name.is_ascii() && travels && name.len() <= PIECE_MAX {
        return vec![format!("filename={}", quoted(name))];
    }
    match percent_encoded(name).as_slice() {
        [piece] => {
            let likeness = name.replace(|c: char| !c.is_ascii() || c == '?', "_");
            vec![format!("filename*=utf-8''{piece}"), format!("filename={}", quoted(&likeness))]
        }
        pieces => (0..)
            .zip(pieces)
            .map(|(number, piece)| match number {
                0 => format!("filename*0*=utf-8''{piece}"),
                _ => format!("filename*{number}*={piece}"),
            })
            .collect(),
    }
}

/// A text percent-encoded, in pieces that end between characters.
fn percent_encoded(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for c in text.chars() {
        let encoded: String = if c.is_ascii_alphanumeric() || "-._~".contains(c) {
            c.into()
        } else {
            let mut utf8 = [0; 4];
            let bytes = c.encode_utf8(&mut utf8).bytes();
            bytes.flat_map(|byte| escaped(b'%', byte)).map(char::from).collect()
        };
        match pieces.last_mut() {
            Some(last) if last.len() + encoded.len() <= PIECE_MAX => last.push_str(&encoded),
            _ => pieces.push(encoded),
        }
    }
    pieces
}

fn base64_lines(out: &mut Vec<u8>, bytes: &[u8]) {
    let encoded = STANDARD.encode(bytes);
    for (number, line) in encoded.as_bytes().chunks(76).enumerate() {
        if number > 0 {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_takes_the_plainest_form_that_carries_it() {
        assert_eq!(file_name_parameters("a \"b\".pdf"), ["filename=\"a \\\"b\\\".pdf\""]);
        assert_eq!(
            file_name_parameters("März.pdf"),
            ["filename*=utf-8''M%C3%A4rz.pdf", "filename=\"M_rz.pdf\""]
        );
        let long = file_name_parameters(&"報告書".repeat(30));
        assert!(long.len() > 10 && long[0].starts_with("filename*0*=utf-8''%E5"), "{long:?}");
        assert!(long.iter().all(|parameter| parameter.len() <= 76), "{long:?}");
    }

    #[test]
    fn the_media_type_goes_by_the_ending() {
        assert_eq!(media_type("Programme.PDF"), "application/pdf");
        assert_eq!(media_type("archive.tar.xyz"), "application/octet-stream");
        assert_eq!(media_type("pdf"), "application/octet-stream");
    }
}
