//! Dates, times, numbers, money and plurals as the letter's language writes them
//! (Unicode CLDR, by ICU4X).

mod moment;
mod money;

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
    /// What stands between a number and its unit, where they must not part.
    gap: char,
}

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
        Self { locale: locale.unwrap_or(icu_locale_core::locale!("en")), gap: '\u{a0}' }
    }

    /// The same, with ordinary spaces: for the text part.
    pub(crate) fn plain(&self) -> Self {
        Self { gap: ' ', ..self.clone() }
    }

    fn preferences(&self) -> DateTimeFormatterPreferences {
        (&self.locale).into()
    }

    /// A day: `full` with its week day, `long`, `medium`, `short`, or `day` without the year.
    pub(crate) fn date(&self, moment: &Moment, style: &str) -> Option<String> {
        let (year, month, day) = moment.date();
        self.kept(&format!("{style} {year}-{month}-{day}"), || {
            let date =
                Date::try_new_gregorian(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
                    .ok()?;
            let how = self.preferences();
            Some(match style {
                "full" => FixedCalendarDateTimeFormatter::try_new(how, YMDE::long())
                    .ok()?
                    .format(&date)
                    .to_string(),
                "long" => FixedCalendarDateTimeFormatter::try_new(how, YMD::long())
                    .ok()?
                    .format(&date)
                    .to_string(),
                "medium" => FixedCalendarDateTimeFormatter::try_new(how, YMD::medium())
                    .ok()?
                    .format(&date)
                    .to_string(),
                "short" => FixedCalendarDateTimeFormatter::try_new(how, YMD::short())
                    .ok()?
                    .format(&date)
                    .to_string(),
                "day" => FixedCalendarDateTimeFormatter::try_new(how, MDE::long())
                    .ok()?
                    .format(&date)
                    .to_string(),
                _ => return None,
            })
        })
    }

    /// A time of the day, with as many hours as people there count.
    pub(crate) fn time(&self, hour: u32, minute: u32) -> Option<String> {
        self.kept(&format!("{hour}:{minute}"), || {
            let time =
                Time::try_new(u8::try_from(hour).ok()?, u8::try_from(minute).ok()?, 0, 0).ok()?;
            let formatter = NoCalendarFormatter::try_new(self.preferences(), T::hm()).ok()?;
            Some(formatter.format(&time).to_string())
        })
    }

    /// A number with the signs between its digits.
    pub(crate) fn number(&self, digits: &str) -> Option<String> {
        self.kept(&format!("# {digits}"), || {
            let formatter = DecimalFormatter::try_new(
                (&self.locale).into(),
                DecimalFormatterOptions::default(),
            )
            .ok()?;
            let number: Decimal = digits.parse().ok()?;
            Some(formatter.format(&number).to_string())
        })
    }

    /// An amount of money.
    pub(crate) fn money(&self, digits: &str, currency: &str) -> Option<String> {
        let number = self.number(digits.trim_start_matches('-'))?;
        let minus = if digits.starts_with('-') { "-" } else { "" };
        let amount = money::with_currency(&number, currency, &self.locale, self.gap);
        Some(format!("{minus}{amount}"))
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

    fn kept(&self, what: &str, write: impl FnOnce() -> Option<String>) -> Option<String> {
        let key = format!("{}{}{what}", self.locale, self.gap);
        WRITTEN.with_borrow_mut(|written| {
            if let Some(text) = written.get(&key) {
                return Some(text.clone());
            }
            // A narrow space is a box in old mail programs.
            let text = write()?.replace(['\u{202f}', '\u{a0}'], &self.gap.to_string());
            if written.len() >= KEPT {
                written.clear();
            }
            written.insert(key, text.clone());
            Some(text)
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
            assert_eq!(in_language(tag).date(&moment, style).as_deref(), Some(expected), "{tag}");
        }
        assert_eq!(in_language("en").time(18, 30).as_deref(), Some("6:30\u{a0}PM"));
        assert_eq!(in_language("de").time(18, 30).as_deref(), Some("18:30"));
        assert_eq!(in_language("en").date(&moment, "lng"), None);
    }

    #[test]
    fn numbers_money_and_plurals_too() {
        let money = |tag: &str, digits: &str, currency: &str| {
            in_language(tag).money(digits, currency).expect("an amount")
        };
        assert_eq!(money("en", "30000", "USD"), "$30,000");
        assert_eq!(money("en", "1250.50", "CHF"), "CHF\u{a0}1,250.50");
        assert_eq!(money("de", "12500.50", "EUR"), "12.500,50\u{a0}€");
        assert_eq!(money("fr", "12500", "€"), "12\u{a0}500\u{a0}€");
        assert_eq!(money("nl", "1250", "EUR"), "€\u{a0}1.250");
        assert_eq!(money("pt-BR", "-1250", "BRL"), "-R$\u{a0}1.250");
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
