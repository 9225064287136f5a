//! Dates, numbers, plurals and events, as the letter's language writes them.

use handbill::address::{Address, Mailbox};
use handbill::campaign::Campaign;
use handbill::compose;
use handbill::list::{Column, Subscriber, Unit};
use handbill::merge::{Links, Mail, Merger};
use handbill::place::Source;

use crate::desk::{bare, constants};

/// A body merged for one reader, in a language.
fn merged(lang: &str, body: &str, row: &[(&str, &str)]) -> Result<Mail, String> {
    let text = format!("---\nsubject: News\nlang: {lang}\n---\n{body}");
    let campaign = Campaign::parse(&Source::new("c.md", text), "c").expect("a campaign");
    let letter =
        compose::compile(&campaign, &bare(), constants(), None, &handbill::types::Types::default())
            .map_err(|findings| format!("{findings:?}"))?;
    let columns: Vec<Column> = row
        .iter()
        .map(|(name, _)| Column { header: (*name).to_owned(), name: (*name).to_owned() })
        .collect();
    let address = Address::parse("ann@example.org").expect("an address");
    let reader = Subscriber {
        mailbox: Mailbox { name: None, address },
        line: 2,
        cells: row.iter().map(|(_, cell)| (*cell).to_owned()).collect(),
        unit: Unit::Line,
        surplus: 0,
    };
    Merger::new(&letter, &columns).merge(&reader, &Links::default()).map_err(|gaps| {
        let gaps = gaps.iter().map(|gap| {
            let place = gap.place.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{place} {} {}", gap.code, gap.message)
        });
        gaps.collect::<Vec<_>>().join("; ")
    })
}

fn text(lang: &str, body: &str) -> String {
    merged(lang, body, &[("n", "3"), ("day", "2027-06-15")]).expect("a mail").text
}

#[test]
fn dates_are_written_as_the_letter_s_language_does() {
    let body =
        "{{ \"2027-06-15\" | date }} / {{ day | date(style=\"full\") }} / {{ \"18:30\" | time }}";
    assert_eq!(text("en", body), "June 15, 2027 / Tuesday, June 15, 2027 / 6:30 PM");
    assert_eq!(text("de", body), "15. Juni 2027 / Dienstag, 15. Juni 2027 / 18:30");
    assert_eq!(text("fr", body), "15 juin 2027 / mardi 15 juin 2027 / 18:30");
}

#[test]
fn plurals_and_money_too_also_of_a_cell() {
    let body = "{{ n | plural(one=\"# Nachbarin\", other=\"# Nachbarinnen\") }}, {{ 12500 | money(currency=\"EUR\") }}, {{ 12500 | number }}";
    assert_eq!(text("de", body), "3 Nachbarinnen, 12.500\u{a0}€, 12.500");
    let polish =
        "{{ n | plural(one=\"# osoba\", few=\"# osoby\", many=\"# osób\", other=\"# osoby\") }}";
    assert_eq!(text("pl", polish), "3 osoby");
    assert_eq!(
        text(
            "en",
            "{{ 1 | plural(one=\"one\", other=\"#\") }} of {{ 2000 | plural(one=\"one\", other=\"#\") }}"
        ),
        "one of 2,000"
    );
}

#[test]
fn what_is_no_date_and_no_number_is_told_at_the_author_s_line() {
    let wrong =
        |body: &str, row: &[(&str, &str)]| merged("en", body, row).expect_err("it is wrong");
    assert_eq!(
        wrong("a\n\n{{ day | date }}", &[("day", "soon")]),
        "c.md:7:10 unknown-moment `soon` is no moment: write it as `2027-06-15 18:30 Europe/Berlin`, or a part of it"
    );
    assert!(
        wrong("{{ n | money(currency=\"EUR\") }}", &[("n", "a lot")])
            .contains("`a lot` is no number")
    );
    assert!(
        wrong("{{ \"2027-06-15\" | date(style=\"lng\") }}", &[])
            .contains("there is no style `lng`")
    );
}

const EVENT: &str = "{{<event title=\"A night of stories\" start=\"2027-06-15 18:30 Europe/Berlin\" length={90} where=\"Reading room\" url=\"https://example.org/s\"/>}}";

#[test]
fn an_event_is_a_card_in_both_parts_and_comes_along() {
    let mail = merged("en-GB", EVENT, &[]).expect("a mail");
    assert_eq!(
        mail.text,
        "A night of stories\nTuesday, 15 June 2027, 18:30-20:00 (Europe/Berlin)\nReading room\n\
         https://example.org/s\nThe attached file adds it to your calendar."
    );
    assert!(
        mail.html
            .contains("Tuesday, 15 June 2027, <bdi dir=\"ltr\">18:30–20:00</bdi> (Europe/Berlin)"),
        "{}",
        mail.html
    );
    assert!(mail.html.contains("dates=20270615T163000Z/20270615T180000Z"), "{}", mail.html);
    assert!(mail.html.contains("https://outlook.live.com/calendar/"), "{}", mail.html);
    let [event] = mail.events.as_slice() else { panic!("{:?}", mail.events) };
    assert_eq!((event.start, event.end - event.start), (1_813_077_000, 90 * 60));
    assert_eq!(
        (event.title.as_str(), event.place.as_str()),
        ("A night of stories", "Reading room")
    );
}

#[test]
fn an_event_that_is_the_same_for_everybody_comes_along_too() {
    let body =
        "Come!{{ \"2027-06-15 18:30 UTC\" | calendar(title=\"Talk\", length=60, where=\"Mill\") }}";
    let mail = merged("en", body, &[]).expect("a mail");
    assert_eq!((mail.text.as_str(), mail.events.len()), ("Come!", 1));
}

#[test]
fn who_does_not_see_an_event_does_not_get_its_file() {
    let body = format!("{{% if member %}}\n{EVENT}\n{{% else %}}\nHello\n{{% endif %}}\n\n{EVENT}");
    let events = |body: &str, member: &str| {
        merged("en", body, &[("member", member)]).expect("a mail").events.len()
    };
    assert_eq!(events(&body, "yes"), 1, "the same event twice is one");
    let only = body.replacen(&format!("\n\n{EVENT}"), "", 1);
    assert_eq!((events(&only, "yes"), events(&only, "")), (1, 0));
}

#[test]
fn an_event_that_cannot_be_is_told_where_it_was_called() {
    for (from, to, said) in [
        (
            "Europe/Berlin",
            "Europe/Berln",
            "c.md:5:3 unknown-time-zone unknown time zone `Europe/Berln`: did you mean `Europe/Berlin`?",
        ),
        (" Europe/Berlin", "", "c.md:5:3 unknown-time-zone the moment has no time zone"),
        (
            "2027-06-15",
            "2027-06-31",
            "c.md:5:3 unknown-moment `2027-06-31 18:30 Europe/Berlin` is no moment",
        ),
        ("{90}", "{0}", "c.md:5:3 merge an event of 0 minutes is none"),
    ] {
        let wrong = merged("en", &EVENT.replace(from, to), &[]).expect_err("it is wrong");
        assert!(wrong.starts_with(said), "{wrong}");
    }
}

#[test]
fn what_a_row_says_stays_one_line_of_an_event() {
    let body = EVENT.replace("\"Reading room\"", "{city}");
    let mail = merged("en", &body, &[("city", "Leeds\r\nATTACH:file\u{7}")]).expect("a mail");
    assert_eq!(mail.events[0].place, "Leeds  ATTACH:file ");
}

/// The card of an event in the text part, and the hours that its file lasts.
fn card(lang: &str, start: &str, length: u32) -> (String, i64) {
    let call = format!(
        "{{{{<event title=\"Talk\" start=\"{start}\" length={{{length}}} where=\"Mill\"/>}}}}"
    );
    let mail = merged(lang, &call, &[]).expect("a mail");
    let line = mail.text.lines().nth(1).expect("a line").to_owned();
    let plain = html(&mail);
    let ends = line.rsplit(['-', ',']).next().expect("an end").trim();
    assert!(plain.contains(ends.split(" (").next().expect("a time")), "{plain}: {line}");
    (line, (mail.events[0].end - mail.events[0].start) / 60)
}

fn html(mail: &Mail) -> String {
    mail.html.replace("<bdi dir=\"ltr\">", "").replace("</bdi>", "").replace('\u{a0}', " ")
}

#[test]
fn a_card_shows_the_end_that_its_file_has_over_clock_changes_and_days() {
    for (start, length, line) in [
        (
            "2027-03-28 01:00 Europe/Berlin",
            120,
            "Sunday, 28 March 2027, 01:00-04:00 (Europe/Berlin)",
        ),
        (
            "2027-10-31 01:00 Europe/Berlin",
            120,
            "Sunday, 31 October 2027, 01:00-02:00 (Europe/Berlin)",
        ),
        (
            "2027-06-15 22:00 Europe/Berlin",
            180,
            "Tuesday, 15 June 2027, 22:00 - Wednesday, 16 June 2027, 01:00 (Europe/Berlin)",
        ),
        (
            "2027-06-18 18:00 Europe/Berlin",
            2_640,
            "Friday, 18 June 2027, 18:00 - Sunday, 20 June 2027, 14:00 (Europe/Berlin)",
        ),
        (
            "2027-12-31 23:30 America/New_York",
            60,
            "Friday, 31 December 2027, 23:30 - Saturday, 1 January 2028, 00:30 (America/New York)",
        ),
    ] {
        let (shown, lasts) = card("en-GB", start, length);
        assert_eq!(shown, line);
        assert_eq!(lasts, i64::from(length));
    }
}

#[test]
fn amounts_are_those_of_the_country_and_hold_together_in_both_parts() {
    let amount = |lang: &str, body: &str| {
        let mail = merged(lang, body, &[("n", "1250.5")]).expect("a mail");
        assert!(mail.html.contains(&mail.text), "{}: {}", mail.text, mail.html);
        mail.text.replace('\u{a0}', "_")
    };
    for (lang, body, expected) in [
        ("en-AU", "{{ 1250 | money(currency=\"AUD\") }}", "$1,250"),
        ("en-AU", "{{ 1250 | money(currency=\"USD\") }}", "US$1,250"),
        ("ja", "{{ n | money(currency=\"JPY\") }}", "¥1,251"),
        ("ru", "{{ n | money(currency=\"rub\") }}", "1_250,50_₽"),
        ("fr", "{{ n | money(currency=\"EUR\") }}", "1_250,50_€"),
        ("fr", "{{ 12500 | number }}", "12_500"),
    ] {
        assert_eq!(amount(lang, body), expected, "{lang} {body}");
    }
    let wrong = |currency: &str, row: &[(&str, &str)]| {
        let body = format!("{{{{ n | money(currency=\"{currency}\") }}}}");
        merged("en", &body, row).expect_err("it is wrong")
    };
    for (currency, hint) in [("EURO", "did you mean `EUR`?"), ("points", "write its code")] {
        let said = wrong(currency, &[("n", "20")]);
        assert!(said.contains("unknown-currency") && said.contains(hint), "{said}");
    }
}

#[test]
fn a_language_is_today_s_or_refused_and_never_writes_m04() {
    let day = "{{ \"2026-04-03\" | date }}";
    assert_eq!(text("iw", day), text("he", day));
    assert_eq!(text("tl", day), "Abril 3, 2026");
    assert_eq!(text("en-UK", day), "3 April 2026");
    for lang in ["ht", "la", "xyz"] {
        let said = merged(lang, day, &[]).expect_err("it is wrong");
        assert!(said.contains("unknown-language") && said.contains("has no dates"), "{said}");
        assert!(merged(lang, "Bonjou", &[]).is_ok(), "{lang}");
    }
}

#[test]
fn what_the_author_has_encoded_is_not_encoded_again() {
    let link = |body: &str| {
        let mail = merged("en", body, &[("town", "Bath & Wells"), ("half", "50%20")]);
        let html = mail.expect("a mail").html;
        let start = html.find("href=\"").expect("a link") + 6;
        html[start..].split('"').next().expect("an end").to_owned()
    };
    let right = "https://example.org/?t=Bath%20%26%20Wells";
    assert_eq!(link("[x](https://example.org/?t={{ town | urlencode }})"), right);
    assert_eq!(link("[x](https://example.org/?t={{ town }})"), right);
    assert_eq!(link("{% set t = town | urlencode %}[x](https://example.org/?t={{ t }})"), right);
    assert_eq!(
        link("{{<button label=\"x\" url=\"https://example.org/?t={{ town | urlencode }}\"/>}}"),
        right
    );
    assert_eq!(
        link("{{<button label=\"x\" url={\"https://example.org/?t=\" ~ (town | urlencode)}/>}}"),
        right
    );
    assert_eq!(
        link("[x](mailto:?subject={{ town | urlencode }})"),
        "mailto:?subject=Bath%20%26%20Wells"
    );
    assert_eq!(
        link("[x](mailto:{{ town | urlencode }}@example.org)"),
        "mailto:Bath%20%26%20Wells@example.org"
    );
    assert_eq!(link("[x](https://example.org/?t={{ half }})"), "https://example.org/?t=50%2520");
}
