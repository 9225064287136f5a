//! UTF-8 that was read as something else and saved again: each letter is two characters or more,
//! the first of them one of a few: `Ã©` for `é`, `â€™` for an apostrophe, `Å‚` for `ł`.
//!
//! It is recognised by taking it back: a run of such characters in the wrong encoding is UTF-8.

use std::sync::OnceLock;

use super::super::encoding::Charset;

/// What UTF-8 is read as by mistake, the most common first.
const WRONG: [&str; 7] =
    ["windows-1252", "windows-1250", "windows-1251", "macintosh", "IBM437", "IBM850", "IBM866"];
/// How often a cell may have been through it.
const ROUNDS: usize = 3;

/// An encoding, from its characters back to bytes.
struct Table {
    /// Characters and their bytes, in the order of the characters.
    bytes: Vec<(char, u8)>,
}

/// A cell as it was meant, if it was garbled so.
pub(super) fn repaired(cell: &str) -> Option<String> {
    let mut repaired = once(cell)?;
    for _ in 1..ROUNDS {
        match once(&repaired) {
            Some(again) => repaired = again,
            None => break,
        }
    }
    Some(repaired)
}

fn once(cell: &str) -> Option<String> {
    let mut repaired = String::with_capacity(cell.len());
    let mut is_garbled = false;
    let mut rest = cell;
    while !rest.is_empty() {
        let ascii = rest.find(|c: char| !c.is_ascii()).unwrap_or(rest.len());
        repaired.push_str(&rest[..ascii]);
        rest = &rest[ascii..];
        let end = rest.find(|c: char| c.is_ascii()).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        match meant(run, repaired.chars().last(), behind.chars().next()) {
            Some(text) => {
                is_garbled = true;
                repaired.push_str(&text);
            }
            None => repaired.push_str(run),
        }
        rest = behind;
    }
    is_garbled.then_some(repaired)
}

/// What a run of characters beyond ASCII was meant to be, if it is garbled.
fn meant(run: &str, before: Option<char>, behind: Option<char>) -> Option<String> {
    let mut chars = run.chars();
    let (first, second) = (chars.next()?, chars.next());
    if second.is_none() {
        // The second half of an `à` is a no-break space, which programs trim away.
        let is_end = behind.is_none_or(|c| c == ' ') && before.is_some_and(char::is_lowercase);
        return (first == 'Ã' && is_end).then(|| "à".to_owned());
    }
    tables().iter().find_map(|table| {
        let lead = table.byte(first).filter(|byte| matches!(byte, 0xc2..=0xf4))?;
        let bytes: Option<Vec<u8>> = run.chars().map(|c| table.byte(c)).collect();
        let text = String::from_utf8(bytes?).ok()?;
        is_likely(&text, lead, behind).then_some(text)
    })
}

/// Whether somebody would have written that. A pair may be two letters that were meant: one letter
/// is believed where it is Latin, or a common sign.
fn is_likely(text: &str, lead: u8, behind: Option<char>) -> bool {
    let is_latin = |c: char| matches!(c, '\u{c0}'..='\u{17f}' | '\u{218}'..='\u{21b}' | '\u{1e00}'..='\u{1eff}');
    let is_sign = |c: char| matches!(c, '\u{a0}'..='\u{bf}' | '\u{2010}'..='\u{203a}' | '€' | '™' | '\u{300}'..='\u{323}');
    let is_schwa = |c: char| c == 'ə' && behind.is_some_and(|c| c.is_ascii_lowercase());
    let is_one = |c: char| is_latin(c) || is_sign(c) || is_schwa(c);
    let is_other = |c: char| {
        matches!(c, '\u{386}'..='\u{4ff}' | '\u{5d0}'..='\u{5f4}' | '\u{620}'..='\u{6ff}')
            || (lead >= 0xe0 && c.is_alphabetic())
            || lead >= 0xf0
    };
    let many = text.chars().count() > 1 || lead >= 0xe0;
    text.chars().all(|c| is_one(c) || (many && is_other(c)))
}

impl Table {
    fn new(label: &str) -> Option<Self> {
        let charset = Charset::parse(label).ok()?;
        let mut bytes: Vec<(char, u8)> = (0x80..=0xff)
            .filter_map(|byte| Some((charset.decode(&[byte]).chars().next()?, byte)))
            .collect();
        if charset == Charset::WESTERN {
            // Latin-1 has control characters where Windows has signs.
            bytes.extend((0x80..=0x9f).map(|byte| (char::from(byte), byte)));
        }
        bytes.sort_unstable();
        bytes.dedup_by_key(|(c, _)| *c);
        Some(Self { bytes })
    }

    fn byte(&self, c: char) -> Option<u8> {
        let at = self.bytes.binary_search_by_key(&c, |(known, _)| *known).ok()?;
        Some(self.bytes[at].1)
    }
}

fn tables() -> &'static [Table] {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    TABLES.get_or_init(|| WRONG.iter().filter_map(|label| Table::new(label)).collect())
}
