//! The encodings that a list may be in which does not say so, each with the languages that it
//! was made for.

use std::sync::OnceLock;

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, IBM866, ISO_8859_2, ISO_8859_4, ISO_8859_5, ISO_8859_6,
    ISO_8859_7, ISO_8859_8, ISO_8859_13, ISO_8859_15, KOI8_U, MACINTOSH, SHIFT_JIS, WINDOWS_874,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255,
    WINDOWS_1256, WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};

use super::charset::Charset;
use super::letters::{Language, languages};
use super::script::Script;

/// An encoding that a list may be in.
pub(super) struct Candidate {
    pub(super) charset: Charset,
    pub(super) script: Script,
    /// How rare it is, in bits.
    pub(super) rarity: i32,
    /// For Latin letters.
    pub(super) languages: Vec<&'static Language>,
}

/// Estonian, Icelandic and Irish were seldom written in DOS or on the Mac, or on other pages.
const OLD_WEST: &str = "da nb sv fi de nl fr es pt it ca";
/// With the neighbours whose letters it has in part, and who then may write it too.
const WEST: &str = "da nb sv fi is de nl fr es pt it ca et ga cs sk sl sh hu tr";
const CENTRE: &str = "cs sk pl hu ro sh sl de";
const BALTIC: &str = "lt lv et";
const TURKISH: &str = "tr da nb sv fi de nl fr es pt it";

/// With Latin letters; Windows-1252 is the first.
const LATIN: [(&Encoding, i32, &str); 10] = [
    (WINDOWS_1252, 0, WEST),
    (WINDOWS_1250, 0, CENTRE),
    (ISO_8859_2, 1, CENTRE),
    (WINDOWS_1254, 0, TURKISH),
    (WINDOWS_1257, 3, BALTIC),
    (ISO_8859_13, 5, BALTIC),
    (ISO_8859_4, 4, BALTIC),
    (WINDOWS_1258, 1, "vi"),
    (ISO_8859_15, 1, WEST),
    (MACINTOSH, 1, OLD_WEST),
];

/// Pages of DOS with Latin letters. What 437 has in common with 850 stands at the same bytes.
const PAGES: [(u32, i32, &str); 5] = [
    (850, 1, OLD_WEST),
    (852, 3, CENTRE),
    (857, 4, TURKISH),
    (775, 5, "lt lv"),
    (437, 2, OLD_WEST),
];

/// With other letters.
const OTHERS: [(&Encoding, Script); 17] = [
    (WINDOWS_1251, Script::Cyrillic),
    (KOI8_U, Script::Cyrillic),
    (IBM866, Script::Cyrillic),
    (ISO_8859_5, Script::Cyrillic),
    (X_MAC_CYRILLIC, Script::Cyrillic),
    (WINDOWS_1253, Script::Greek),
    (ISO_8859_7, Script::Greek),
    (WINDOWS_1255, Script::Hebrew),
    (WINDOWS_1256, Script::Arabic),
    (ISO_8859_6, Script::Arabic),
    (WINDOWS_874, Script::Thai),
    (SHIFT_JIS, Script::Asian),
    (EUC_JP, Script::Asian),
    (GBK, Script::Asian),
    (BIG5, Script::Asian),
    (EUC_KR, Script::Asian),
    (ISO_8859_8, Script::Hebrew),
];

/// Pages of DOS with other letters.
const OTHER_PAGES: [(u32, Script); 3] =
    [(737, Script::Greek), (862, Script::Hebrew), (855, Script::Cyrillic)];

/// All of them, Windows-1252 first.
pub(super) fn all() -> &'static [Candidate] {
    static ALL: OnceLock<Vec<Candidate>> = OnceLock::new();
    ALL.get_or_init(|| {
        let latin = LATIN
            .iter()
            .map(|(encoding, rarity, names)| (Some(Charset::Standard(encoding)), *rarity, *names));
        let pages =
            PAGES.iter().map(|(number, rarity, names)| (Charset::page(*number), *rarity, *names));
        let others =
            OTHERS.iter().map(|(encoding, script)| (Some(Charset::Standard(encoding)), *script));
        let other_pages =
            OTHER_PAGES.iter().map(|(number, script)| (Charset::page(*number), *script));
        let latin = latin.chain(pages).filter_map(|(charset, rarity, names)| {
            let languages = named(names);
            Some(Candidate { charset: charset?, script: Script::Latin, rarity, languages })
        });
        let others = others.chain(other_pages).filter_map(|(charset, script)| {
            Some(Candidate { charset: charset?, script, rarity: 1, languages: Vec::new() })
        });
        latin.chain(others).collect()
    })
}

fn named(names: &str) -> Vec<&'static Language> {
    languages()
        .iter()
        .filter(|language| names.split(' ').any(|name| name == language.name))
        .collect()
}
