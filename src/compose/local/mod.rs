//! Dates, times, numbers, money and plurals as the letter's language writes them
//! (Unicode CLDR, by ICU4X).

mod currency;
mod moment;
mod money;

use self::currency::Currency;
pub(crate) use self::moment::Moment;

use std::cell::RefCell;
use std::collections::HashMap;

use icu_datetime::fieldsets::{MDE, T, YMD, YMDE};
use icu_datetime::input::{Date, Time};
use icu_datetime::{
    DateTimeFormatterPreferences, FixedCalendarDateTimeFormatter, NoCalendarFormatter,
};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_decimal::options::DecimalFormatterOptions;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules, PluralRulesOptions};

/// The language of a letter, with its region.
#[derive(Clone, Debug)]
pub(crate) struct Language {
    locale: Locale,
    /// What stands between the parts of dates and times.
    gap: char,
}

/// Stands between a number and its unit: no line ends there.
const NO_BREAK: char = '\u{a0}';
/// What is said of a language without data.
pub(crate) const NO_DATES: &str = "has no dates here: the names of its months are not known";

/// How a date is written.
pub(super) const STYLES: [&str; 5] = ["full", "long", "medium", "short", "day"];

thread_local! {
    /// What was written before: a letter has few dates and numbers, and many readers.
    static WRITTEN: RefCell<HashMap<String, String>> = RefCell::default();
}
/// How much of it is kept.
const KEPT: usize = 2_000;

impl Language {
    /// The language of a tag; English, if it is none that anybody knows.
    pub(crate) fn new(tag: Option<&str>) -> Self {
        let locale = tag.and_then(|tag| tag.parse().ok());
        Self { locale: locale.unwrap_or(icu_locale_core::locale!("en")), gap: NO_BREAK }
    }

    /// The same, with ordinary spaces in dates and times: for the text part.
    pub(crate) fn plain(&self) -> Self {
        Self { gap: ' ', ..self.clone() }
    }

    fn preferences(&self) -> DateTimeFormatterPreferences {
        (&self.locale).into()
    }

    /// A day: `full` with its week day, `long`, `medium`, `short`, or `day` without the year.
    ///
    /// # Errors
    /// There is no such style, or the language's months are not known.
    pub(crate) fn date(&self, moment: &Moment, style: &str) -> Result<String, String> {
        if !STYLES.contains(&style) {
            return Err(format!("there is no style `{style}` of dates: use {}", STYLES.join(", ")));
        }
        let (year, month, day) = moment.date();
        self.kept(&format!("{style} {year}-{month}-{day}"), self.gap, || {
            let written = self.written_date(year, month, day, style);
            written.ok_or_else(|| format!("the language `{}` {NO_DATES}", self.locale))
        })
    }

    /// A day; nothing if the language's months are not known, of which ICU4X then writes the
    /// number: `2026 M04 3`.
    fn written_date(&self, year: i32, month: u32, day: u32, style: &str) -> Option<String> {
        let date =
            Date::try_new_gregorian(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
                .ok()?;
        let how = self.preferences();
        let ymd = |fields: YMD| {
            let formatter = FixedCalendarDateTimeFormatter::try_new(how, fields).ok()?;
            Some(formatter.format(&date).to_string())
        };
        let long = ymd(YMD::long())?;
        if long.contains(&format!("M{month:02}")) {
            return None;
        }
        match style {
            "full" => {
                let formatter = FixedCalendarDateTimeFormatter::try_new(how, YMDE::long()).ok()?;
                Some(formatter.format(&date).to_string())
            }
            "medium" => ymd(YMD::medium()),
            "short" => ymd(YMD::short()),
            "day" => {
                let formatter = FixedCalendarDateTimeFormatter::try_new(how, MDE::long()).ok()?;
                Some(formatter.format(&date).to_string())
            }
            _ => Some(long),
        }
    }

    /// A time of the day, with as many hours as people there count.
    pub(crate) fn time(&self, hour: u32, minute: u32) -> Option<String> {
        let write = || {
            let time =
                Time::try_new(u8::try_from(hour).ok()?, u8::try_from(minute).ok()?, 0, 0).ok()?;
            let formatter = NoCalendarFormatter::try_new(self.preferences(), T::hm()).ok()?;
            Some(formatter.format(&time).to_string())
        };
        self.kept(&format!("{hour}:{minute}"), self.gap, || write().ok_or_else(String::new)).ok()
    }

    /// A number with the signs between its digits, which no line breaks apart.
    pub(crate) fn number(&self, digits: &str) -> Option<String> {
        let write = || self.written_number(digits).ok_or_else(String::new);
        self.kept(&format!("# {digits}"), NO_BREAK, write).ok()
    }

    fn written_number(&self, digits: &str) -> Option<String> {
        let formatter =
            DecimalFormatter::try_new((&self.locale).into(), DecimalFormatterOptions::default())
                .ok()?;
        let number: Decimal = digits.parse().ok()?;
        Some(formatter.format(&number).to_string())
    }

    /// An amount of money, with as many decimals as its currency has; none, if all are zeros.
    ///
    /// # Errors
    /// There is no such currency.
    pub(crate) fn money(&self, value: f64, currency: &str) -> Result<String, String> {
        self.kept(&format!("¤ {value} {currency}"), NO_BREAK, || {
            let currency = Currency::read(currency)?;
            let decimals = currency.decimals();
            // Half a coin is a whole one: `format!` would round to the even.
            let value = if decimals == 0 { value.round() } else { value };
            let mut digits = format!("{:.*}", decimals, value.abs());
            if let Some((whole, cents)) = digits.split_once('.')
                && cents.bytes().all(|digit| digit == b'0')
            {
                digits = whole.to_owned();
            }
            let is_zero = digits.bytes().all(|digit| matches!(digit, b'0' | b'.'));
            let minus = if value < 0.0 && !is_zero { "-" } else { "" };
            let number =
                self.written_number(&digits).ok_or_else(|| format!("`{value}` is no number"))?;
            let amount = money::with_currency(&number, &currency, &self.locale, NO_BREAK);
            Ok(format!("{minus}{amount}"))
        })
    }

    /// Which form of a word stands with a number: `one`, `few`, `many` …
    pub(crate) fn plural(&self, digits: &str) -> Option<&'static str> {
        let rules =
            PluralRules::try_new((&self.locale).into(), PluralRulesOptions::default()).ok()?;
        let number: Decimal = digits.parse().ok()?;
        Some(match rules.category_for(&number) {
            PluralCategory::Zero => "zero",
            PluralCategory::One => "one",
            PluralCategory::Two => "two",
            PluralCategory::Few => "few",
            PluralCategory::Many => "many",
            PluralCategory::Other => "other",
        })
    }

    /// What was written before, or is written now with one kind of space.
    fn kept(
        &self,
        what: &str,
        gap: char,
        write: impl FnOnce() -> Result<String, String>,
    ) -> Result<String, String> {
        let key = format!("{}{gap}{what}", self.locale);
        WRITTEN.with_borrow_mut(|written| {
            if let Some(text) = written.get(&key) {
                return Ok(text.clone());
            }
            // A narrow space is a box in old mail programs.
            let text = write()?.replace(['\u{202f}', '\u{a0}'], gap.encode_utf8(&mut [0; 4]));
            if written.len() >= KEPT {
                written.clear();
            }
            written.insert(key, text.clone());
            Ok(text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_language(tag: &str) -> Language {
        Language::new(Some(tag))
    }

    #[test]
    fn every_language_writes_dates_its_own_way() {
        let moment = Moment::read("2027-06-15 18:30").expect("a moment");
        for (tag, style, expected) in [
            ("en", "full", "Tuesday, June 15, 2027"),
            ("en-GB", "full", "Tuesday, 15 June 2027"),
            ("de", "full", "Dienstag, 15. Juni 2027"),
            ("fr", "long", "15 juin 2027"),
            ("es", "day", "martes, 15 de junio"),
            ("pt-BR", "long", "15 de junho de 2027"),
            ("pl", "long", "15 czerwca 2027"),
            ("en", "medium", "Jun 15, 2027"),
            ("nonsense-tag-of-no-language", "long", "June 15, 2027"),
        ] {
            assert_eq!(in_language(tag).date(&moment, style).as_deref(), Ok(expected), "{tag}");
        }
        assert_eq!(in_language("en").time(18, 30).as_deref(), Some("6:30\u{a0}PM"));
        assert_eq!(in_language("de").time(18, 30).as_deref(), Some("18:30"));
        assert!(in_language("en").date(&moment, "lng").is_err());
    }

    #[test]
    fn a_language_without_data_has_no_dates_and_says_so() {
        let moment = Moment::read("2026-04-03").expect("a moment");
        for tag in ["ht", "la", "tl-x-old", "xyz"] {
            for style in STYLES {
                let said = in_language(tag).date(&moment, style).expect_err(tag);
                assert!(said.contains(NO_DATES), "{said}");
            }
        }
    }

    #[test]
    fn numbers_money_and_plurals_too() {
        let money = |tag: &str, value: f64, currency: &str| {
            in_language(tag).money(value, currency).expect("an amount").replace('\u{a0}', "_")
        };
        for (tag, value, currency, expected) in [
            ("en", 30000.0, "USD", "$30,000"),
            ("en", 1250.5, "CHF", "CHF_1,250.50"),
            ("en", 1250.0, "AUD", "A$1,250"),
            ("en-AU", 1250.0, "AUD", "$1,250"),
            ("en-AU", 1250.0, "USD", "US$1,250"),
            ("en-CA", 20.0, "CAD", "$20"),
            ("fr-CA", 1250.0, "CAD", "1_250_$"),
            ("en-NZ", 20.0, "NZD", "$20"),
            ("en-GB", 20.0, "gbp", "£20"),
            ("en-ZA", 20.0, "ZAR", "R_20"),
            ("es-MX", 1250.0, "MXN", "$1,250"),
            ("es-MX", 1250.0, "USD", "US$1,250"),
            ("es", 1250.0, "MXN", "1250_MXN"),
            ("ru", 1250.0, "RUB", "1_250_₽"),
            ("zh", 1250.0, "CNY", "¥1,250"),
            ("zh", 1250.0, "JPY", "JP¥1,250"),
            ("zh-TW", 1250.0, "TWD", "$1,250"),
            ("ja", 1250.4, "JPY", "¥1,250"),
            ("en", 1250.5, "JPY", "¥1,251"),
            ("en", 1250.5, "KWD", "KWD_1,250.500"),
            ("sv", 100.0, "SEK", "100_kr"),
            ("sv", 100.0, "NOK", "100_NOK"),
            ("da", 100.0, "DKK", "100_kr."),
            ("de", 12500.5, "EUR", "12.500,50_€"),
            ("de-CH", 12500.5, "CHF", "CHF_12'500.50"),
            ("fr", 12500.0, "€", "12_500_€"),
            ("nl", 1250.0, "EUR", "€_1.250"),
            ("pt-BR", -1250.0, "BRL", "-R$_1.250"),
            ("en", -0.001, "EUR", "€0"),
        ] {
            assert_eq!(money(tag, value, currency), expected, "{tag} {currency}");
        }
        assert!(in_language("en").money(1.0, "EURO").is_err());
        for (tag, digits, expected) in [
            ("en", "1", "one"),
            ("en", "0", "other"),
            ("fr", "0", "one"),
            ("pl", "3", "few"),
            ("pl", "5", "many"),
            ("ar", "2", "two"),
            ("ja", "1", "other"),
            ("en", "1.5", "other"),
        ] {
            assert_eq!(in_language(tag).plural(digits), Some(expected), "{tag} {digits}");
        }
    }
}
