//! Where a currency's sign stands.

use icu_locale_core::Locale;

use super::currency::Currency;

/// Languages that write the sign behind the number, after a space (CLDR 48, pattern `#,##0.00 ¤`).
const BEHIND: [&str; 46] = [
    "ar", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "en-DE", "es", "et", "eu", "fi",
    "fo", "fr", "gl", "he", "hr", "hu", "hy", "is", "it", "ka", "kk", "ku", "lb", "lt", "lv", "mk",
    "nb", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "uk", "uz", "vi",
];
/// Those that write it before the number, with a space between (`¤ #,##0.00`).
const APART: [&str; 16] = [
    "nl", "de-AT", "de-CH", "de-LI", "pt-BR", "it-CH", "es-PE", "es-PY", "es-UY", "en-AT", "en-CH",
    "en-NL", "fa", "ta", "sw", "ckb",
];
/// Regions of the languages above that write it before the number, as English does.
const BEFORE: [&str; 19] = [
    "es-419", "es-AR", "es-BO", "es-BZ", "es-CL", "es-CO", "es-CR", "es-CU", "es-DO", "es-EC",
    "es-GT", "es-HN", "es-MX", "es-NI", "es-PA", "es-PR", "es-SV", "es-US", "es-VE",
];

/// A number with a currency.
pub(super) fn with_currency(
    number: &str,
    currency: &Currency,
    locale: &Locale,
    space: char,
) -> String {
    let sign = currency.sign(locale);
    let language = locale.id.language.as_str();
    let region = locale.id.region.map_or_else(String::new, |region| format!("{language}-{region}"));
    let is = |list: &[&str]| list.contains(&language) || list.contains(&region.as_str());
    // Letters stand apart from digits everywhere.
    let is_word = sign.chars().last().is_some_and(char::is_alphabetic);
    if is(&APART) || (is_word && (!is(&BEHIND) || is(&BEFORE))) {
        format!("{sign}{space}{number}")
    } else if is(&BEHIND) && !is(&BEFORE) {
        format!("{number}{space}{sign}")
    } else {
        format!("{sign}{number}")
    }
}
