//! Language tags (BCP 47) as people write them: the names of languages, codes of countries
//! and tags that were replaced become the tag of today, or are refused with it.

/// Two-letter codes of languages (ISO 639-1).
const CODES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy \
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie \
    ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi \
    mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc \
    sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tn to tr ts tt tw ty ug uk ur uz ve vi vo \
    wa wo xh yi yo za zh zu";

/// Tags that were replaced (IANA Language Subtag Registry, `Preferred-Value`; Unicode CLDR,
/// `languageAlias`), and codes of three letters for languages that have one of two.
const REPLACED: [(&str, &str); 42] = [
    ("iw", "he"),
    ("in", "id"),
    ("ji", "yi"),
    ("jw", "jv"),
    ("mo", "ro"),
    ("sh", "sr-Latn"),
    ("tl", "fil"),
    ("tgl", "fil"),
    ("ara", "ar"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cze", "cs"),
    ("chi", "zh"),
    ("zho", "zh"),
    ("cmn", "zh"),
    ("dan", "da"),
    ("deu", "de"),
    ("ger", "de"),
    ("dut", "nl"),
    ("nld", "nl"),
    ("ell", "el"),
    ("gre", "el"),
    ("eng", "en"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("nor", "no"),
    ("pol", "pl"),
    ("por", "pt"),
    ("rus", "ru"),
    ("spa", "es"),
    ("swe", "sv"),
    ("tur", "tr"),
    ("ukr", "uk"),
];

/// Languages by their names, in English and their own, and by countries' codes that are no
/// language's.
const NAMES: [(&str, &str); 96] = [
    ("afrikaans", "af"),
    ("albanian", "sq"),
    ("shqip", "sq"),
    ("arabic", "ar"),
    ("العربية", "ar"),
    ("basque", "eu"),
    ("euskara", "eu"),
    ("bengali", "bn"),
    ("bosnian", "bs"),
    ("bulgarian", "bg"),
    ("български", "bg"),
    ("catalan", "ca"),
    ("català", "ca"),
    ("chinese", "zh"),
    ("中文", "zh"),
    ("croatian", "hr"),
    ("hrvatski", "hr"),
    ("czech", "cs"),
    ("čeština", "cs"),
    ("danish", "da"),
    ("dansk", "da"),
    ("dutch", "nl"),
    ("nederlands", "nl"),
    ("english", "en"),
    ("estonian", "et"),
    ("farsi", "fa"),
    ("persian", "fa"),
    ("filipino", "fil"),
    ("tagalog", "fil"),
    ("finnish", "fi"),
    ("suomi", "fi"),
    ("flemish", "nl-BE"),
    ("french", "fr"),
    ("français", "fr"),
    ("francais", "fr"),
    ("galician", "gl"),
    ("german", "de"),
    ("deutsch", "de"),
    ("greek", "el"),
    ("ελληνικά", "el"),
    ("hebrew", "he"),
    ("עברית", "he"),
    ("hindi", "hi"),
    ("hungarian", "hu"),
    ("magyar", "hu"),
    ("icelandic", "is"),
    ("indonesian", "id"),
    ("irish", "ga"),
    ("italian", "it"),
    ("italiano", "it"),
    ("japanese", "ja"),
    ("日本語", "ja"),
    ("korean", "ko"),
    ("한국어", "ko"),
    ("latin", "la"),
    ("latvian", "lv"),
    ("lithuanian", "lt"),
    ("norwegian", "nb"),
    ("norsk", "nb"),
    ("polish", "pl"),
    ("polski", "pl"),
    ("portuguese", "pt"),
    ("português", "pt"),
    ("portugues", "pt"),
    ("romanian", "ro"),
    ("română", "ro"),
    ("russian", "ru"),
    ("русский", "ru"),
    ("serbian", "sr"),
    ("slovak", "sk"),
    ("slovenian", "sl"),
    ("spanish", "es"),
    ("español", "es"),
    ("espanol", "es"),
    ("castellano", "es"),
    ("swedish", "sv"),
    ("svenska", "sv"),
    ("thai", "th"),
    ("turkish", "tr"),
    ("türkçe", "tr"),
    ("ukrainian", "uk"),
    ("українська", "uk"),
    ("urdu", "ur"),
    ("vietnamese", "vi"),
    ("welsh", "cy"),
    ("cymraeg", "cy"),
    ("at", "de-AT"),
    ("cn", "zh-CN"),
    ("cz", "cs"),
    ("dk", "da"),
    ("gb", "en-GB"),
    ("gr", "el"),
    ("jp", "ja"),
    ("ua", "uk"),
    ("us", "en-US"),
    ("vn", "vi"),
];

/// The tag of today; what to write, if it is none.
pub(super) fn modern(text: &str) -> Result<String, String> {
    let folded = text.trim().to_lowercase();
    if let Some((_, tag)) = NAMES.iter().find(|(name, _)| *name == folded) {
        return Err(format!("write `lang: {tag}`"));
    }
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let with_hyphens = text.split(['.', '@']).next().unwrap_or("").replace('_', "-");
    if with_hyphens != text && with_hyphens.split('-').all(is_part) {
        let tag = modern(&with_hyphens).unwrap_or(with_hyphens);
        return Err(format!("write `lang: {tag}`, with hyphens (BCP 47)"));
    }
    let (primary, rest) = text.split_once('-').unwrap_or((text, ""));
    let primary = primary.to_ascii_lowercase();
    let is_tag = text.len() <= 35 && text.split('-').all(is_part);
    let is_language = match primary.len() {
        2 | 3 if REPLACED.iter().any(|(old, _)| *old == primary) => true,
        2 => CODES.split(' ').any(|code| code == primary),
        // There are some eight thousand of three letters (ISO 639-3).
        3 => primary.bytes().all(|byte| byte.is_ascii_alphabetic()),
        _ => false,
    };
    if !is_tag || !is_language {
        let named = NAMES.iter().find(|(name, _)| *name == primary).map(|(_, tag)| *tag);
        return Err(match named {
            Some(tag) => format!("write `lang: {tag}`"),
            None => "write `lang` as `en`, `de` or `pt-BR` (BCP 47)".to_owned(),
        });
    }
    let rest: Vec<&str> = rest.split('-').filter(|part| !part.is_empty()).map(region).collect();
    let replaced = REPLACED.iter().find(|(old, _)| *old == primary).map(|(_, tag)| *tag);
    // Nothing changes where nothing is old.
    let first = match replaced {
        Some(tag) => tag,
        None => &text[..primary.len()],
    };
    Ok(std::iter::once(first).chain(rest).collect::<Vec<_>>().join("-"))
}

/// Parts that people write for a region or script which is called otherwise.
fn region(part: &str) -> &str {
    match part.to_ascii_lowercase().as_str() {
        "uk" => "GB",
        "chs" => "Hans",
        "cht" => "Hant",
        _ => part,
    }
}

/// Whether a language is written from right to left: by its script, if the tag has one.
pub(super) fn is_rtl(tag: &str) -> bool {
    const LANGUAGES: [&str; 13] =
        ["ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "syr", "ug", "ur", "yi"];
    const SCRIPTS: [&str; 7] = ["arab", "aran", "hebr", "nkoo", "rohg", "syrc", "thaa"];
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or("");
    match parts.find(|part| part.len() == 4 && !part.starts_with(|c: char| c.is_ascii_digit())) {
        Some(script) => SCRIPTS.contains(&script),
        None => LANGUAGES.contains(&language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_stays_as_it_was_written_or_becomes_the_one_of_today() {
        for (written, tag) in [
            ("en", "en"),
            ("pt-BR", "pt-BR"),
            ("pt-br", "pt-br"),
            ("DE", "DE"),
            ("zh-Hant-TW", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("ckb", "ckb"),
            ("la", "la"),
            ("de-CH-1996", "de-CH-1996"),
            ("iw", "he"),
            ("iw-IL", "he-IL"),
            ("tl", "fil"),
            ("sh", "sr-Latn"),
            ("ger", "de"),
            ("en-UK", "en-GB"),
            ("zh-CHT", "zh-Hant"),
        ] {
            assert_eq!(modern(written).as_deref(), Ok(tag), "{written}");
        }
    }

    #[test]
    fn what_is_no_tag_is_told_with_the_one_to_write() {
        for (written, tag) in [
            ("german", "`lang: de`"),
            ("Deutsch", "`lang: de`"),
            ("english", "`lang: en`"),
            ("jp", "`lang: ja`"),
            ("dk", "`lang: da`"),
            ("de_DE", "`lang: de-DE`"),
            ("en_US.UTF-8", "`lang: en-US`"),
            ("xx", "`pt-BR`"),
            ("esperanto", "`pt-BR`"),
            ("e", "`pt-BR`"),
            ("", "`pt-BR`"),
            ("en--GB", "`pt-BR`"),
        ] {
            let help = modern(written).expect_err(written);
            assert!(help.contains(tag), "{written}: {help}");
        }
    }

    #[test]
    fn a_script_tells_the_direction_before_the_language_does() {
        for tag in ["ar", "he-IL", "fa", "ckb", "pa-Arab", "ur-PK"] {
            assert!(is_rtl(tag), "{tag}");
        }
        for tag in ["", "en", "ku-Latn", "uz-Latn-UZ", "sr-Cyrl", "de-1996"] {
            assert!(!is_rtl(tag), "{tag}");
        }
    }
}
