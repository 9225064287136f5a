//! Where a currency's sign stands.

use icu_locale_core::Locale;

/// Languages that write the sign behind the number, after a space (CLDR 48, pattern `#,##0.00 ¤`).
const BEHIND: [&str; 36] = [
    "af", "ar", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "gl",
    "he", "hr", "hu", "is", "it", "lt", "lv", "nb", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sr",
    "sv", "uk", "vi", "hy",
];
/// Those that write it before the number, with a space between (`¤ #,##0.00`).
const APART: [&str; 4] = ["nl", "de-AT", "de-CH", "pt-BR"];
/// Regions of the languages above that write it before the number, as English does.
const BEFORE: [&str; 8] = ["es-MX", "es-US", "es-GT", "es-PE", "es-PR", "es-SV", "es-NI", "es-HN"];
/// A number with a currency, which is a code (ISO 4217) or a sign.
pub(super) fn with_currency(number: &str, currency: &str, locale: &Locale, space: char) -> String {
    let sign = sign(currency);
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

/// The sign that people know a currency by.
fn sign(currency: &str) -> &str {
    match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        "BRL" => "R$",
        "INR" => "₹",
        "ILS" => "₪",
        "TRY" => "₺",
        "UAH" => "₴",
        "PLN" => "zł",
        "CZK" => "Kč",
        "SEK" | "NOK" | "DKK" => "kr",
        other => other,
    }
}
