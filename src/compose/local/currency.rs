//! Currencies: their codes, how many decimals they have, and the sign that people of a
//! country know them by.

use icu_locale_core::Locale;

use crate::finding::closest;

/// Codes of currencies that people pay with (ISO 4217, list one, 2026).
const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN \
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF \
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR \
    LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK \
    PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT \
    TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";
/// Those without cents (ISO 4217, minor unit 0).
const NO_DECIMALS: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF",
];
/// The franc of the Pacific has none either.
const PACIFIC: &str = "XPF";
/// Those whose small coin is a thousandth (ISO 4217, minor unit 3).
const THREE_DECIMALS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// What people write for a code, or wrote before.
const CALLED: [(&str, &str); 44] = [
    ("EURO", "EUR"),
    ("EUROS", "EUR"),
    ("EURS", "EUR"),
    ("DOLLAR", "USD"),
    ("DOLLARS", "USD"),
    ("US", "USD"),
    ("US DOLLAR", "USD"),
    ("US DOLLARS", "USD"),
    ("BUCKS", "USD"),
    ("POUND", "GBP"),
    ("POUNDS", "GBP"),
    ("STERLING", "GBP"),
    ("QUID", "GBP"),
    ("UKP", "GBP"),
    ("STG", "GBP"),
    ("FRANC", "CHF"),
    ("FRANCS", "CHF"),
    ("FRANKEN", "CHF"),
    ("SFR", "CHF"),
    ("YEN", "JPY"),
    ("RMB", "CNY"),
    ("YUAN", "CNY"),
    ("CNH", "CNY"),
    ("WON", "KRW"),
    ("NTD", "TWD"),
    ("RUPEE", "INR"),
    ("RUPEES", "INR"),
    ("NIS", "ILS"),
    ("SHEKEL", "ILS"),
    ("SHEKELS", "ILS"),
    ("LIRA", "TRY"),
    ("TL", "TRY"),
    ("TRL", "TRY"),
    ("HRYVNIA", "UAH"),
    ("RUBLE", "RUB"),
    ("RUBLES", "RUB"),
    ("RUR", "RUB"),
    ("ZLOTY", "PLN"),
    ("PESO", "MXN"),
    ("PESOS", "MXN"),
    ("REAL", "BRL"),
    ("REAIS", "BRL"),
    ("RAND", "ZAR"),
    ("CORUNA", "CZK"),
];

/// Letters that are the sign of a currency where it is used, in any case.
const WORDS: [&str; 33] = [
    "kr", "kr.", "zł", "kč", "ft", "lei", "leu", "rs", "rs.", "rp", "rm", "fr", "fr.", "sfr.",
    "din", "din.", "den", "lek", "ден", "дин.", "лв", "лв.", "руб", "руб.", "грн", "r", "ksh",
    "sh", "bs", "s/", "km", "q", "gs.",
];

/// What an amount is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Currency {
    /// A code of ISO 4217, in capitals.
    Code(String),
    /// A sign of the author's own, written as it is.
    Sign(String),
}

impl Currency {
    /// Reads a code in any case, or a sign; what to write, if it is neither.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let upper = text.to_uppercase();
        if is_code(&upper) {
            return Ok(Self::Code(upper));
        }
        let is_sign =
            text.chars().any(|c| !c.is_alphabetic() && !c.is_whitespace() && !c.is_ascii_digit());
        if WORDS.contains(&text.to_lowercase().as_str()) || is_sign && text.chars().count() <= 5 {
            return Ok(Self::Sign(text.to_owned()));
        }
        let called = CALLED.iter().find(|(name, _)| *name == upper).map(|(_, code)| *code);
        let near = || (upper.len() <= 4).then(|| closest(&upper, CODES.split(' '))).flatten();
        let hint = match called.or_else(near) {
            Some(code) => format!("did you mean `{code}`?"),
            None => "write its code (ISO 4217), as `EUR`, or its sign, as `€`".to_owned(),
        };
        Err(format!("`{text}` is no currency: {hint}"))
    }

    /// How many digits stand behind the point.
    pub(super) fn decimals(&self) -> usize {
        match self {
            Self::Code(code) if code == PACIFIC || NO_DECIMALS.contains(&code.as_str()) => 0,
            Self::Code(code) if THREE_DECIMALS.contains(&code.as_str()) => 3,
            Self::Sign(sign) if sign == "¥" || sign == "￥" || sign == "₩" => 0,
            _ => 2,
        }
    }

    /// The sign by which readers of a language know it: their own currency's is short, and a
    /// dollar of somewhere else says of where.
    pub(super) fn sign(&self, locale: &Locale) -> &str {
        let code = match self {
            Self::Sign(sign) => return sign,
            Self::Code(code) => code.as_str(),
        };
        let own = own(locale);
        if own == code
            && let Some((_, sign)) = OWN.iter().find(|(known, _)| *known == code)
        {
            return sign;
        }
        match code {
            "USD" if is_dollar(own) => "US$",
            "JPY" if own == "CNY" => "JP¥",
            "CNY" if matches!(own, "TWD" | "HKD" | "MOP") => "CN¥",
            _ => {
                let is_english = locale.id.language.as_str() == "en";
                let abroad = ABROAD.iter().find(|(known, _)| *known == code).filter(|_| is_english);
                let anywhere = || ANYWHERE.iter().find(|(known, _)| *known == code);
                abroad.or_else(anywhere).map_or(code, |(_, sign)| sign)
            }
        }
    }
}

fn is_code(text: &str) -> bool {
    text.len() == 3 && CODES.split(' ').any(|code| code == text)
}

/// Whether a currency's own sign is `$`.
fn is_dollar(code: &str) -> bool {
    code != "USD" && OWN.iter().any(|(known, sign)| *known == code && *sign == "$")
}

/// Signs that everybody takes for one currency (Unicode CLDR 48, `symbol`).
const ANYWHERE: [(&str, &str); 16] = [
    ("USD", "$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("JPY", "¥"),
    ("BRL", "R$"),
    ("INR", "₹"),
    ("ILS", "₪"),
    ("TRY", "₺"),
    ("UAH", "₴"),
    ("RUB", "₽"),
    ("KRW", "₩"),
    ("VND", "₫"),
    ("NGN", "₦"),
    ("PHP", "₱"),
    ("PLN", "zł"),
    ("CZK", "Kč"),
];

/// Signs of foreign currencies in English (CLDR 48, `en`).
const ABROAD: [(&str, &str); 8] = [
    ("AUD", "A$"),
    ("CAD", "CA$"),
    ("CNY", "CN¥"),
    ("HKD", "HK$"),
    ("MXN", "MX$"),
    ("NZD", "NZ$"),
    ("TWD", "NT$"),
    ("XCD", "EC$"),
];

/// Signs of currencies where they are at home (CLDR 48, `symbol` of the country's language).
const OWN: [(&str, &str); 47] = [
    ("AMD", "֏"),
    ("ARS", "$"),
    ("AUD", "$"),
    ("AZN", "₼"),
    ("BBD", "$"),
    ("BMD", "$"),
    ("BND", "$"),
    ("BOB", "Bs"),
    ("BSD", "$"),
    ("BZD", "$"),
    ("CAD", "$"),
    ("CLP", "$"),
    ("CNY", "¥"),
    ("COP", "$"),
    ("CRC", "₡"),
    ("DKK", "kr."),
    ("DOP", "RD$"),
    ("FJD", "$"),
    ("GEL", "₾"),
    ("GHS", "GH₵"),
    ("GTQ", "Q"),
    ("GYD", "$"),
    ("HKD", "HK$"),
    ("HNL", "L"),
    ("HUF", "Ft"),
    ("IDR", "Rp"),
    ("ISK", "kr."),
    ("JMD", "$"),
    ("KES", "Ksh"),
    ("KZT", "₸"),
    ("LKR", "Rs."),
    ("MXN", "$"),
    ("MYR", "RM"),
    ("NAD", "$"),
    ("NIO", "C$"),
    ("NOK", "kr"),
    ("NZD", "$"),
    ("PEN", "S/"),
    ("PKR", "Rs"),
    ("PYG", "Gs."),
    ("SEK", "kr"),
    ("SGD", "$"),
    ("THB", "฿"),
    ("TTD", "$"),
    ("TWD", "$"),
    ("UYU", "$"),
    ("ZAR", "R"),
];

/// The currency that people pay with where a language is at home.
fn own(locale: &Locale) -> &'static str {
    let region = locale.id.region.as_ref().map_or("", |region| region.as_str());
    let of_region = OF_REGIONS.iter().find(|(known, _)| *known == region);
    if let Some((_, code)) = of_region {
        return code;
    }
    if !region.is_empty() {
        return "";
    }
    let language = locale.id.language.as_str();
    let script = locale.id.script.as_ref().map_or("", |script| script.as_str());
    match language {
        "zh" if script == "Hant" => "TWD",
        _ => OF_LANGUAGES.iter().find(|(known, _)| *known == language).map_or("", |(_, code)| code),
    }
}

/// By region, where the sign at home is another than elsewhere.
const OF_REGIONS: [(&str, &str); 48] = [
    ("AR", "ARS"),
    ("AU", "AUD"),
    ("BB", "BBD"),
    ("BM", "BMD"),
    ("BN", "BND"),
    ("BO", "BOB"),
    ("BS", "BSD"),
    ("BZ", "BZD"),
    ("CA", "CAD"),
    ("CL", "CLP"),
    ("CN", "CNY"),
    ("CO", "COP"),
    ("CR", "CRC"),
    ("DK", "DKK"),
    ("DO", "DOP"),
    ("FJ", "FJD"),
    ("FO", "DKK"),
    ("GH", "GHS"),
    ("GL", "DKK"),
    ("GT", "GTQ"),
    ("GY", "GYD"),
    ("HK", "HKD"),
    ("HN", "HNL"),
    ("HU", "HUF"),
    ("ID", "IDR"),
    ("IS", "ISK"),
    ("JM", "JMD"),
    ("KE", "KES"),
    ("KZ", "KZT"),
    ("LK", "LKR"),
    ("MX", "MXN"),
    ("MY", "MYR"),
    ("NA", "NAD"),
    ("NI", "NIO"),
    ("NO", "NOK"),
    ("NZ", "NZD"),
    ("PE", "PEN"),
    ("PK", "PKR"),
    ("PY", "PYG"),
    ("SE", "SEK"),
    ("SG", "SGD"),
    ("TH", "THB"),
    ("TT", "TTD"),
    ("TW", "TWD"),
    ("US", "USD"),
    ("UY", "UYU"),
    ("ZA", "ZAR"),
    ("419", ""),
];

/// By language, where no region is named.
const OF_LANGUAGES: [(&str, &str); 21] = [
    ("af", "ZAR"),
    ("az", "AZN"),
    ("da", "DKK"),
    ("en", "USD"),
    ("fo", "DKK"),
    ("hu", "HUF"),
    ("hy", "AMD"),
    ("id", "IDR"),
    ("is", "ISK"),
    ("ja", "JPY"),
    ("ka", "GEL"),
    ("kk", "KZT"),
    ("ko", "KRW"),
    ("ms", "MYR"),
    ("nb", "NOK"),
    ("nn", "NOK"),
    ("no", "NOK"),
    ("sv", "SEK"),
    ("th", "THB"),
    ("ur", "PKR"),
    ("zh", "CNY"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_read_in_any_case_or_refused_with_its_code() {
        let code = |text: &str| Currency::read(text);
        assert_eq!(code("EUR"), Ok(Currency::Code("EUR".into())));
        assert_eq!(code("gbp"), Ok(Currency::Code("GBP".into())));
        for sign in ["€", "$", "£", "zł", "Kč", "kr", "Kr.", "R$", "A$", "C$", "Fr.", "د.إ"]
        {
            assert_eq!(code(sign), Ok(Currency::Sign(sign.into())), "{sign}");
        }
        for (text, hint) in [
            ("EURO", "did you mean `EUR`?"),
            ("euros", "did you mean `EUR`?"),
            ("pounds", "did you mean `GBP`?"),
            ("UKP", "did you mean `GBP`?"),
            ("USS", "did you mean `USD`?"),
            ("points", "write its code"),
            ("", "write its code"),
        ] {
            let said = code(text).expect_err(text);
            assert!(said.contains(hint), "{said}");
        }
    }

    #[test]
    fn every_code_of_the_tables_is_one() {
        let tables = [&ANYWHERE[..], &ABROAD[..], &OWN[..]];
        for (code, _) in tables.into_iter().flatten() {
            assert!(is_code(code), "{code}");
        }
        for (_, code) in OF_REGIONS.iter().chain(&OF_LANGUAGES).chain(&CALLED) {
            assert!(code.is_empty() || is_code(code), "{code}");
        }
        for code in NO_DECIMALS.iter().chain(&THREE_DECIMALS) {
            assert!(is_code(code), "{code}");
        }
    }
}
