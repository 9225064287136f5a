//! Names of folders: as people write them, as the protocol does (modified
//! UTF-7, RFC 3501 §5.1.3), and as names of mails (RFC 5092).

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a mail's name as it is (RFC 5092 §11, `bchar`); `;` may not.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/')
    .remove(b'@')
    .remove(b':')
    .remove(b'+')
    .remove(b'=')
    .remove(b'&');

/// A folder's name between quotes, in ASCII: `Zurück` is `"Zur&APw-ck"`.
pub(super) fn quoted(folder: &str) -> String {
    let base64 = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);
    let mut name = String::from("\"");
    let mut shifted: Vec<u8> = Vec::new();
    let unshift = |shifted: &mut Vec<u8>, name: &mut String| {
        if !shifted.is_empty() {
            name.push('&');
            base64.encode_string(&shifted, name);
            name.push('-');
            shifted.clear();
        }
    };
    for c in folder.chars() {
        if matches!(c, ' '..='~') {
            unshift(&mut shifted, &mut name);
            match c {
                '&' => name.push_str("&-"),
                '"' | '\\' => name.extend(['\\', c]),
                _ => name.push(c),
            }
        } else {
            let mut units = [0; 2];
            shifted.extend(c.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    unshift(&mut shifted, &mut name);
    name.push('"');
    name
}

/// The name of a mail, which it keeps as long as the folder keeps its numbers.
pub(super) fn mail(folder: &str, generation: u32, uid: u32) -> String {
    let folder = utf8_percent_encode(folder, PLAIN);
    format!("{folder};UIDVALIDITY={generation}/;UID={uid}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_as_the_protocol_wants_it() {
        for (folder, name) in [
            ("INBOX", r#""INBOX""#),
            ("Zurück", r#""Zur&APw-ck""#),
            ("Zurück gekommen/2026", r#""Zur&APw-ck gekommen/2026""#),
            ("Q&A", r#""Q&-A""#),
            (r#"a "b" \c"#, r#""a \"b\" \\c""#),
            // The examples of RFC 3501 §5.1.3 and RFC 2152.
            ("~peter/mail/台北/日本語", r#""~peter/mail/&U,BTFw-/&ZeVnLIqe-""#),
            ("Hi Mom -☺-!", r#""Hi Mom -&Jjo--!""#),
            ("\u{1f4ec}", r#""&2D3c7A-""#),
        ] {
            assert_eq!(quoted(folder), name, "{folder}");
        }
    }

    #[test]
    fn a_mail_has_a_name_that_can_stand_in_a_url() {
        assert_eq!(mail("INBOX", 7, 20), "INBOX;UIDVALIDITY=7/;UID=20");
        assert_eq!(mail("a b;/ü?", 7, 20), "a%20b%3B/%C3%BC%3F;UIDVALIDITY=7/;UID=20");
    }
}
