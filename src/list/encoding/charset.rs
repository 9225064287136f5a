//! A charset is one of the WHATWG's encodings, which cover Windows, Unix, the Mac and Asia,
//! or a code page of DOS, which they leave out and old databases still write.
//!
//! People name them in many ways: `cp1250`, `Win-1250`, `latin-2`, `dos 850`, `MacRoman`.

use std::fmt;

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, IBM866, MACINTOSH, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE,
    WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
    WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC, X_USER_DEFINED,
};
use oem_cp::code_table as tables;
use oem_cp::code_table_type::TableType;

use crate::finding::{Finding, closest};
use crate::place::printable;

/// What bytes stand for.
#[derive(Clone, Copy)]
pub(in crate::list) enum Charset {
    /// An encoding of the WHATWG's.
    Standard(&'static Encoding),
    /// A code page of DOS.
    Oem(&'static Page),
}

/// A code page of DOS: ASCII, and 128 characters of its own.
pub(in crate::list) struct Page {
    number: u32,
    name: &'static str,
    upper: TableType,
}

macro_rules! pages {
    ($($number:literal $kind:ident $table:ident $name:literal,)*) => {
        [$(Page { number: $number, name: $name, upper: TableType::$kind(&tables::$table) },)*]
    };
}

/// Without 866 and 874, which the WHATWG has.
static PAGES: [Page; 16] = pages![
    437 Complete DECODING_TABLE_CP437 "IBM437",
    720 Complete DECODING_TABLE_CP720 "IBM720",
    737 Complete DECODING_TABLE_CP737 "IBM737",
    775 Complete DECODING_TABLE_CP775 "IBM775",
    850 Complete DECODING_TABLE_CP850 "IBM850",
    852 Complete DECODING_TABLE_CP852 "IBM852",
    855 Complete DECODING_TABLE_CP855 "IBM855",
    857 Incomplete DECODING_TABLE_CP857 "IBM857",
    858 Complete DECODING_TABLE_CP858 "IBM858",
    860 Complete DECODING_TABLE_CP860 "IBM860",
    861 Complete DECODING_TABLE_CP861 "IBM861",
    862 Complete DECODING_TABLE_CP862 "IBM862",
    863 Complete DECODING_TABLE_CP863 "IBM863",
    864 Incomplete DECODING_TABLE_CP864 "IBM864",
    865 Complete DECODING_TABLE_CP865 "IBM865",
    869 Complete DECODING_TABLE_CP869 "IBM869",
];

/// Microsoft's numbers for what the WHATWG has.
const NUMBERS: [(u32, &Encoding); 23] = [
    (866, IBM866),
    (874, WINDOWS_874),
    (932, SHIFT_JIS),
    (936, GBK),
    (949, EUC_KR),
    (950, BIG5),
    (1200, UTF_16LE),
    (1201, UTF_16BE),
    (1250, WINDOWS_1250),
    (1251, WINDOWS_1251),
    (1252, WINDOWS_1252),
    (1253, WINDOWS_1253),
    (1254, WINDOWS_1254),
    (1255, WINDOWS_1255),
    (1256, WINDOWS_1256),
    (1257, WINDOWS_1257),
    (1258, WINDOWS_1258),
    (10_000, MACINTOSH),
    (10_007, X_MAC_CYRILLIC),
    (65_001, UTF_8),
    // What ISO 8859-1, -9 and -11 are to the WHATWG.
    (28_591, WINDOWS_1252),
    (28_599, WINDOWS_1254),
    (28_601, WINDOWS_874),
];

/// What people put before a number.
const PREFIXES: &str = " cp win windows ibm dos oem ms mswin codepage page pc csibm xcp ansi";

/// Other spellings, in letters and digits alone, and the WHATWG's label.
const SPELLINGS: [(&str, &str); 28] = [
    ("utf8bom", "utf-8"),
    ("utf8sig", "utf-8"),
    ("utf8withbom", "utf-8"),
    ("utf8mb4", "utf-8"),
    ("ucs2", "utf-16"),
    ("utf16le", "utf-16le"),
    ("utf16be", "utf-16be"),
    ("utf16", "utf-16"),
    ("latin7", "iso-8859-13"),
    ("latin8", "iso-8859-14"),
    ("latin9", "iso-8859-15"),
    ("latin10", "iso-8859-16"),
    ("macroman", "macintosh"),
    ("macosroman", "macintosh"),
    ("mac", "macintosh"),
    ("apple", "macintosh"),
    ("maccyrillic", "x-mac-cyrillic"),
    ("sjis", "shift_jis"),
    ("windows31j", "shift_jis"),
    ("eucjp", "euc-jp"),
    ("euckr", "euc-kr"),
    ("gb2312", "gbk"),
    ("uhc", "euc-kr"),
    ("koi8", "koi8-r"),
    ("koi8r", "koi8-r"),
    ("koi8u", "koi8-u"),
    ("koi8ru", "koi8-u"),
    ("ascii", "windows-1252"),
];

/// What a slip of the finger is compared with.
const KNOWN: &str = "\
    utf-8 utf-16 utf-16le utf-16be windows-1250 windows-1251 windows-1252 windows-1253 \
    windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 windows-874 cp1250 cp1251 \
    cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp437 cp737 cp775 cp850 cp852 cp857 cp862 \
    cp866 ibm437 ibm850 ibm852 iso-8859-1 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 \
    iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-9 iso-8859-10 iso-8859-13 iso-8859-14 \
    iso-8859-15 iso-8859-16 latin1 latin2 macintosh koi8-r koi8-u shift_jis euc-jp iso-2022-jp \
    gbk gb18030 big5 euc-kr";

impl Charset {
    /// UTF-8.
    pub(in crate::list) const UTF_8: Self = Self::Standard(UTF_8);
    /// What Windows wrote in the west of Europe and in America.
    pub(in crate::list) const WESTERN: Self = Self::Standard(WINDOWS_1252);

    /// Finds the charset that a person calls so.
    ///
    /// # Errors
    ///
    /// `unknown-encoding` where there is none.
    pub(in crate::list) fn parse(label: &str) -> Result<Self, Finding> {
        Self::named(label).ok_or_else(|| unknown(label))
    }

    /// What messages call it; [`Self::parse`] knows it.
    pub(in crate::list) fn name(self) -> &'static str {
        match self {
            Self::Standard(encoding) => encoding.name(),
            Self::Oem(page) => page.name,
        }
    }

    /// The code page of DOS with a number.
    pub(super) fn page(number: u32) -> Option<Self> {
        PAGES.iter().find(|page| page.number == number).map(Self::Oem)
    }

    /// Whether it has two bytes or more for each character.
    pub(super) fn is_utf_16(self) -> bool {
        [UTF_16LE, UTF_16BE].into_iter().any(|encoding| self == Self::Standard(encoding))
    }

    /// Whether a byte is a character, whatever stands beside it.
    pub(super) fn is_single_byte(self) -> bool {
        match self {
            Self::Standard(encoding) => encoding.is_single_byte(),
            Self::Oem(_) => true,
        }
    }

    /// A short piece as it reads; U+FFFD where a byte is no character.
    pub(in crate::list) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Standard(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Self::Oem(page) => bytes.iter().map(|byte| page.char(*byte)).collect(),
        }
    }

    fn named(label: &str) -> Option<Self> {
        if let Some(encoding) = standard(label.trim()) {
            return Some(Self::Standard(encoding));
        }
        let key: String =
            label.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        if let Some((_, label)) = SPELLINGS.iter().find(|(spelling, _)| *spelling == key) {
            return standard(label).map(Self::Standard);
        }
        let digits = key.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let prefix = &key[..key.len() - digits.len()];
        if let Some(part) = key.strip_prefix("iso8859").or_else(|| key.strip_prefix("8859")) {
            return standard(&format!("iso-8859-{part}")).map(Self::Standard);
        }
        let is_prefix = PREFIXES.split(' ').any(|known| known == prefix);
        let number = digits.parse().ok().filter(|_| is_prefix);
        match number.and_then(Self::numbered) {
            Some(charset) => Some(charset),
            // `latin-2`, `shift-jis`, `euc jp`: the WHATWG writes them without, or otherwise.
            None => standard(&key).map(Self::Standard),
        }
    }

    fn numbered(number: u32) -> Option<Self> {
        if let Some((_, encoding)) = NUMBERS.iter().find(|(known, _)| *known == number) {
            return Some(Self::Standard(encoding));
        }
        let iso = number.checked_sub(28_590).filter(|part| (1..=16).contains(part));
        match iso {
            Some(part) => standard(&format!("iso-8859-{part}")).map(Self::Standard),
            None => Self::page(number),
        }
    }
}

impl PartialEq for Charset {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Charset {}

impl fmt::Debug for Charset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl Page {
    /// What a byte stands for; U+FFFD where it is nothing.
    pub(super) fn char(&self, byte: u8) -> char {
        let Some(upper) = byte.checked_sub(0x80) else { return char::from(byte) };
        let upper = usize::from(upper);
        match &self.upper {
            TableType::Complete(table) => table[upper],
            TableType::Incomplete(table) => table[upper].unwrap_or(char::REPLACEMENT_CHARACTER),
        }
    }
}

/// By the WHATWG's labels, without those that decode nothing.
fn standard(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes())
        .filter(|encoding| *encoding != X_USER_DEFINED)
}

fn unknown(label: &str) -> Finding {
    let shown: String = label.chars().take(40).map(printable).collect();
    let names = "such names are `utf-8`, `windows-1250`, `iso-8859-2`, `cp850`, `macintosh`, \
                 `shift_jis`";
    let help = match closest(label, KNOWN.split_whitespace()) {
        Some(close) => format!("did you mean `{close}`? {names}"),
        None if label.to_lowercase().contains("ansi") => {
            format!("ANSI is another one in each country, as `windows-1252` in the west; {names}")
        }
        None => names.to_owned(),
    };
    Finding::error("unknown-encoding", format!("no encoding is called `{shown}`"), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charset_is_found_by_the_names_that_people_use() {
        let cases = [
            (
                "windows-1250 win-1250 Windows1250 cp1250 CP-1250 cp_1250 1250 x-cp1250 ansi1250",
                "windows-1250",
            ),
            ("cp437 ibm437 437 dos-437 OEM437 csIBM437", "IBM437"),
            ("cp850 IBM850 ibm-850 850 dos850 oem-850", "IBM850"),
            ("858 cp858", "IBM858"),
            ("dos-866 cp866 ibm866 866", "IBM866"),
            ("utf-8 UTF8 utf-8-sig utf8mb4 65001 cp65001", "UTF-8"),
            ("utf-16 UTF16LE ucs-2 1200", "UTF-16LE"),
            ("utf-16be UTF16BE", "UTF-16BE"),
            ("latin1 latin-1 iso-8859-1 ISO8859-1 8859-1 iso_8859_1 28591 ascii", "windows-1252"),
            ("latin2 Latin-2 iso8859_2 28592 ISO-8859-2", "ISO-8859-2"),
            ("latin9 Latin-9 ISO-8859-15 28605", "ISO-8859-15"),
            ("latin5 iso-8859-9 28599", "windows-1254"),
            ("mac macroman MacRoman mac-roman macintosh x-mac-roman 10000", "macintosh"),
            ("sjis shift-jis Shift_JIS cp932 932 ms932 windows-31j", "Shift_JIS"),
            ("euc-jp EUCJP", "EUC-JP"),
            ("gb2312 gbk cp936", "GBK"),
            ("gb18030", "gb18030"),
            ("big5 Big-5 cp950", "Big5"),
            ("euc-kr euckr cp949 949 uhc", "EUC-KR"),
            ("koi8-r KOI8R koi8", "KOI8-R"),
            ("874 tis-620 dos-874", "windows-874"),
        ];
        for (labels, name) in cases {
            for label in labels.split(' ') {
                let charset = Charset::parse(label).map(Charset::name);
                assert_eq!(charset, Ok(name), "{label}");
            }
            assert_eq!(Charset::parse(name).map(Charset::name), Ok(name));
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_what_it_may_have_been() {
        for (label, close) in
            [("windows-125", "windows-1250"), ("uft-8", "utf-8"), ("cp85", "cp850")]
        {
            let slip = Charset::parse(label).expect_err(label);
            assert_eq!(slip.code, "unknown-encoding");
            assert!(slip.help.contains(&format!("did you mean `{close}`?")), "{}", slip.help);
        }
        for label in ["", "ANSI", "excel", "hz-gb-2312", "x-user-defined", "9999"] {
            assert!(Charset::parse(label).is_err(), "{label}");
        }
    }

    #[test]
    fn every_page_of_dos_decodes_all_bytes_and_is_ascii_below() {
        for page in &PAGES {
            assert!((0..=0x7f).all(|byte| page.char(byte) == char::from(byte)));
            assert!((0x80..=0xff).filter(|b| page.char(*b) != '\u{fffd}').count() > 120);
            assert_eq!(Charset::numbered(page.number), Charset::named(page.name));
        }
        let page = Charset::page(850).expect("a page");
        assert_eq!(page.decode(b"Zo\x89 M\x81ller"), "Zoë Müller");
    }
}
