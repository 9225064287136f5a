//! The language that a letter says it is in, and the one it is in.

use super::elements::text_of_markdown;
use super::exhibit::Exhibit;
use super::rule::{Rule, warning};
use crate::finding::Finding;

/// The letter says nothing, and is taken for English.
pub(super) const NO_LANGUAGE: Rule = warning(
    "no-language",
    "letters in another language than English without `lang`",
    "add `lang: de` (or `fr`, `pt-BR` …) to the front matter: screen readers speak it, mail programs offer no translation",
    "WCAG 2.2, 3.1.1 Language of Page; BCP 47",
);
/// It says the wrong thing.
pub(super) const WRONG_LANGUAGE: Rule = warning(
    "wrong-language",
    "letters whose `lang` is not the language of their text",
    "correct `lang` in the front matter",
    "WCAG 2.2, 3.1.1 Language of Page; SpamAssassin's and Gmail's filters compare both",
);
/// The lines run the wrong way.
pub(super) const WRONG_DIRECTION: Rule = warning(
    "wrong-direction",
    "letters whose direction is not that of their script",
    "set `lang`, or `dir: rtl` or `dir: ltr`, in the front matter",
    "WHATWG HTML §3.2.6.4 The dir attribute; https://www.w3.org/International/questions/qa-html-dir",
);

/// Letters of a script that a text needs to be judged by it, where others stand beside them.
const ENOUGH: usize = 40;
/// And where there are no others.
const FEW: usize = 8;

/// All that there is to say about language and direction.
pub(super) fn language(exhibit: &Exhibit<'_>) -> Vec<Finding> {
    // The footer speaks the sender's language, whatever the letter speaks.
    let text = text_of_markdown(&exhibit.campaign.body);
    let campaign = exhibit.campaign;
    let mut findings = Vec::new();
    let Some(script) = script_of(&text) else { return findings };
    let direction = if script.is_rtl() { "rtl" } else { "ltr" };
    if campaign.direction() != direction {
        let message = format!(
            "the text runs {}, the letter {}",
            words(direction),
            words(campaign.direction())
        );
        findings.push(WRONG_DIRECTION.says(message));
    }
    let said = campaign.lang.as_deref();
    let primary = said.unwrap_or("en").split('-').next().unwrap_or("en").to_ascii_lowercase();
    if !script.writes(&primary, said.unwrap_or_default()) {
        let name = script.name();
        findings.push(match said {
            Some(said) => WRONG_LANGUAGE
                .says(format!("the letter says that it is `{said}`, and is in {name} letters")),
            None => {
                NO_LANGUAGE.says(format!("the letter is in {name} letters and names no language"))
            }
        });
    } else if script == Script::Latin
        && let Some(spoken) = spoken(&text, &primary)
    {
        findings.push(match said {
            Some(said) => WRONG_LANGUAGE
                .says(format!("the letter says that it is `{said}`, and reads like `{spoken}`")),
            None => {
                NO_LANGUAGE.says(format!("the letter reads like `{spoken}` and names no language"))
            }
        });
    }
    findings.into_iter().map(|finding| exhibit.about(finding)).collect()
}

fn words(direction: &str) -> &'static str {
    if direction == "rtl" { "from right to left" } else { "from left to right" }
}

/// The scripts that are told apart (Unicode blocks of their letters).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Devanagari,
    Thai,
    Hangul,
    Japanese,
    Han,
}

const SCRIPTS: [Script; 10] = [
    Script::Latin,
    Script::Greek,
    Script::Cyrillic,
    Script::Hebrew,
    Script::Arabic,
    Script::Devanagari,
    Script::Thai,
    Script::Hangul,
    Script::Japanese,
    Script::Han,
];

impl Script {
    fn of(c: char) -> Option<Self> {
        Some(match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Self::Latin,
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Self::Greek,
            '\u{400}'..='\u{52f}' => Self::Cyrillic,
            '\u{590}'..='\u{5ff}' => Self::Hebrew,
            '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fdff}' => Self::Arabic,
            '\u{900}'..='\u{97f}' => Self::Devanagari,
            '\u{e00}'..='\u{e7f}' => Self::Thai,
            '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}' => Self::Hangul,
            '\u{3040}'..='\u{30ff}' => Self::Japanese,
            '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' => Self::Han,
            _ => return None,
        })
    }

    fn is_rtl(self) -> bool {
        matches!(self, Self::Hebrew | Self::Arabic)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Latin => "Latin",
            Self::Greek => "Greek",
            Self::Cyrillic => "Cyrillic",
            Self::Hebrew => "Hebrew",
            Self::Arabic => "Arabic",
            Self::Devanagari => "Devanagari",
            Self::Thai => "Thai",
            Self::Hangul => "Korean",
            Self::Japanese => "Japanese",
            Self::Han => "Chinese",
        }
    }

    /// Whether a language is written in it; a tag may name another script (`sr-Latn`).
    fn writes(self, language: &str, tag: &str) -> bool {
        // `sr-Latn` says it by itself.
        let script = tag
            .split('-')
            .skip(1)
            .find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
        if let Some(script) = script {
            return match script.to_ascii_lowercase().as_str() {
                "latn" => self == Self::Latin,
                "cyrl" => self == Self::Cyrillic,
                "grek" => self == Self::Greek,
                "hebr" => self == Self::Hebrew,
                "arab" | "aran" => self == Self::Arabic,
                "deva" => self == Self::Devanagari,
                "hans" | "hant" | "hani" => self == Self::Han,
                _ => true,
            };
        }
        let usual: &[Self] = match language {
            "el" => &[Self::Greek],
            "ru" | "uk" | "bg" | "be" | "mk" | "ky" | "mn" | "tt" | "ba" | "cv" | "os" | "ce" => {
                &[Self::Cyrillic]
            }
            "sr" | "kk" | "tg" | "uz" | "az" | "bs" | "tk" | "mo" | "ro" => {
                &[Self::Cyrillic, Self::Latin]
            }
            "he" | "yi" => &[Self::Hebrew],
            "ar" | "fa" | "ur" | "ps" | "sd" | "ug" | "ckb" => &[Self::Arabic],
            "ku" | "ms" | "ha" | "ks" => &[Self::Arabic, Self::Latin],
            "hi" | "mr" | "ne" | "sa" => &[Self::Devanagari],
            "th" => &[Self::Thai],
            "ko" => &[Self::Hangul, Self::Han],
            "ja" => &[Self::Japanese, Self::Han],
            "zh" | "yue" => &[Self::Han],
            // Languages of further scripts are not judged.
            "bn" | "gu" | "pa" | "ta" | "te" | "kn" | "ml" | "si" | "lo" | "my" | "km" | "ka"
            | "hy" | "am" | "ti" | "bo" | "dv" | "or" | "as" | "dz" | "ii" | "iu" | "syr"
            | "arc" => {
                return true;
            }
            _ => &[Self::Latin],
        };
        usual.contains(&self)
    }
}

/// The script of most letters of a text.
fn script_of(text: &str) -> Option<Script> {
    let mut counts = [0_usize; SCRIPTS.len()];
    for script in text.chars().filter_map(Script::of) {
        if let Some(at) = SCRIPTS.iter().position(|known| *known == script) {
            counts[at] += 1;
        }
    }
    let all: usize = counts.iter().sum();
    let (at, most) = counts.iter().enumerate().max_by_key(|(_, count)| **count)?;
    // Names and addresses are Latin everywhere; kana among Han letters are Japanese.
    let is_japanese = SCRIPTS[at] == Script::Han
        && counts[SCRIPTS.iter().position(|script| *script == Script::Japanese)?] * 10 > *most;
    let script = if is_japanese { Script::Japanese } else { SCRIPTS[at] };
    // A word or two may be a name, also in a language that is written in other letters.
    let is_alone = script != Script::Latin && *most >= FEW && most * 10 >= all * 9;
    (is_alone || *most >= ENOUGH && most * 10 >= all * 6).then_some(script)
}

/// Short words that stand in every text of a language, and in few of the others.
const COMMON: [(&str, &[&str]); 9] = [
    (
        "en",
        &[
            "the", "and", "of", "to", "is", "that", "for", "with", "we", "you", "are", "was",
            "this", "have", "our", "your",
        ],
    ),
    (
        "de",
        &[
            "der", "die", "das", "und", "ist", "nicht", "wir", "sie", "mit", "für", "auf", "ein",
            "eine", "den", "dem", "zu", "haben", "auch",
        ],
    ),
    (
        "fr",
        &[
            "le", "la", "les", "des", "et", "est", "nous", "vous", "pour", "dans", "une", "du",
            "que", "pas", "avec", "sur", "votre", "notre",
        ],
    ),
    (
        "es",
        &[
            "el", "los", "las", "y", "es", "para", "con", "una", "del", "que", "por", "su", "más",
            "nuestro", "usted", "como",
        ],
    ),
    (
        "it",
        &[
            "il", "gli", "che", "di", "e", "per", "con", "una", "della", "non", "sono", "è", "del",
            "nostro", "più", "anche",
        ],
    ),
    (
        "nl",
        &[
            "de", "het", "een", "en", "van", "is", "wij", "voor", "met", "niet", "zijn", "op",
            "ook", "onze", "u", "dat",
        ],
    ),
    (
        "pt",
        &[
            "o", "os", "as", "e", "é", "para", "com", "uma", "não", "que", "do", "da", "dos",
            "nosso", "mais", "você", "em",
        ],
    ),
    (
        "sv",
        &[
            "och", "att", "det", "som", "är", "för", "på", "med", "inte", "vi", "en", "ett", "av",
            "till", "har", "den",
        ],
    ),
    (
        "pl",
        &[
            "i", "w", "na", "z", "się", "nie", "to", "jest", "do", "że", "dla", "oraz", "przez",
            "nas", "jak",
        ],
    ),
];

/// The language that a text reads like, if that is clearly not the one it should be.
fn spoken(text: &str, said: &str) -> Option<&'static str> {
    let mut hits = [0_usize; COMMON.len()];
    let mut all = 0;
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        all += 1;
        for (at, (_, words)) in COMMON.iter().enumerate() {
            hits[at] += usize::from(words.contains(&word.as_str()));
        }
    }
    let own = COMMON.iter().position(|(language, _)| *language == said)?;
    let (at, most) = hits.iter().enumerate().max_by_key(|(_, count)| **count)?;
    let is_clear = at != own && *most >= 12 && *most > hits[own] * 3 && most * 100 >= all * 15;
    is_clear.then(|| COMMON[at].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "Dear friend, the path along the river is open again and we thank you for \
        all the help that you have given to the people of our town. This was a long winter, and \
        with your gift we have laid the last stones. You are welcome to walk with us on Sunday.";
    const GERMAN: &str = "Liebe Nachbarin, der Weg am Fluss ist wieder offen und wir danken Ihnen \
        für die Hilfe. Das war ein langer Winter, und mit Ihrer Gabe haben wir die letzten Steine \
        gelegt. Sie sind eingeladen, mit uns zu gehen; die Kinder haben auch eine Bank auf dem Weg.";

    #[test]
    fn a_language_is_told_only_where_it_is_clear() {
        assert_eq!(spoken(GERMAN, "en"), Some("de"));
        assert_eq!(spoken(ENGLISH, "de"), Some("en"));
        assert_eq!(spoken(ENGLISH, "en"), None);
        assert_eq!(spoken("Der Titel", "en"), None);
        assert_eq!(spoken(GERMAN, "eo"), None, "a language without words of ours is not judged");
    }

    #[test]
    fn a_script_is_told_by_most_of_its_letters() {
        let hebrew = "שלום לכם חברים יקרים השביל לאורך הנהר פתוח שוב ואנחנו מודים לכם";
        assert_eq!(script_of(hebrew), Some(Script::Hebrew));
        assert_eq!(script_of(&format!("{hebrew} https://example.org")), Some(Script::Hebrew));
        assert_eq!(script_of("שלום"), None);
        assert_eq!(script_of("שלום לכם חברים"), Some(Script::Hebrew));
        assert_eq!(script_of("Дорогие друзья"), Some(Script::Cyrillic));
        assert_eq!(script_of("Dear Дорогие друзья"), None);
        assert!(Script::Latin.writes("sr", "sr-Latn"));
        assert!(!Script::Cyrillic.writes("en", "en"));
        assert!(Script::Han.writes("ja", "ja"));
    }
}
