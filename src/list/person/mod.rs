//! A cell of the address column as people have it: the person, or why it is nobody.
//!
//! What stands around an address and is surely none of it (quotes, bullets, list marks, links,
//! a comma left behind) is taken off. What could be part of it, or make it another one, is
//! refused with its reason: nobody is mailed at an address that was guessed. Settings and
//! headers are read by [`Mailbox::parse`], which is strict.

mod check;
mod recover;
mod scripts;
mod wrapping;

use percent_encoding::percent_decode_str;

use super::cell;
use crate::address::{Address, AddressError, Mailbox, is_bidi_control};
use check::checked;

/// The longest text, in bytes, in which one address is looked for.
const LONGEST: usize = 1024;

/// Reads a cell. Nearly all cells are an address alone, and cost one look at each byte.
pub(super) fn read(cell: &str) -> Result<Mailbox, AddressError> {
    if let Some(address) = Address::plain(cell) {
        return Ok(Mailbox { name: None, address });
    }
    let text = wrapping::outer(cell);
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    let guarded = text.strip_prefix('\'').filter(|rest| rest.starts_with('='));
    if let Some(formula) = guarded.or(Some(text).filter(|text| text.starts_with('='))) {
        return match cell::text_formula(formula) {
            Some(inner) if !wrapping::outer(&inner).starts_with('=') => read_text(&inner),
            Some(_) => Err(AddressError::Formula),
            None => {
                match wrapping::hyperlink(formula).map(|(target, name)| named(&name, &target)) {
                    Some(Ok(person)) => Ok(person),
                    Some(Err(AddressError::Several)) => Err(AddressError::Several),
                    Some(Err(_)) | None => Err(AddressError::Formula),
                }
            }
        };
    }
    read_text(text)
}

/// Everybody whom a cell may mean, however broken it is: for rows of people who have left. Of a
/// cell that is understood, it is the address without the marks around it and, where it could be
/// one, the address with them; of any other, every spelling that might be meant.
pub(super) fn everybody(cell: &str) -> Vec<Address> {
    if let Some(address) = Address::plain(cell) {
        return vec![address];
    }
    let Ok(Mailbox { address, .. }) = read(cell) else { return recover::spellings(cell) };
    let as_it_stands = Mailbox::parse(cell).ok().map(|mailbox| mailbox.address);
    let other = as_it_stands.filter(|other| *other != address);
    std::iter::once(address).chain(other).collect()
}

/// Whether a cell begins with the apostrophe by which spreadsheets mark a text: `'ann@example.org`.
/// Then the row's other cells may have one, too.
pub(super) fn has_text_mark(cell: &str) -> bool {
    let text = wrapping::outer(cell);
    text.starts_with('\'') && !text.ends_with(wrapping::is_quote) && read(text).is_ok()
}

fn read_text(text: &str) -> Result<Mailbox, AddressError> {
    let text = wrapping::outer(text);
    match wrapping::link(text).or_else(|| wrapping::angle(text)) {
        Some((name, target)) => named(name, target),
        None => Ok(Mailbox { name: None, address: bare(text)? }),
    }
}

/// An address with something beside it, which must not be another address.
fn named(name: &str, target: &str) -> Result<Mailbox, AddressError> {
    if name.contains(['<', '>', '＜', '＞']) {
        return Err(AddressError::Several);
    }
    if !target.contains('@') && name.contains('@') {
        return Err(AddressError::Sign('<'));
    }
    let address = bare(target)?;
    let is_address =
        name.contains('@') && bare(name).is_ok_and(|other| other.key() == address.key());
    if !is_address && name.contains('@') && !recover::spellings(name).is_empty() {
        return Err(AddressError::Several);
    }
    let name: String = wrapping::name(name)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !is_bidi_control(*c) && *c != '\\')
        .collect();
    let name =
        Some(cell::trim(name.trim_matches('"'))).filter(|name| !name.is_empty() && !is_address);
    Ok(Mailbox { name: name.map(str::to_owned), address })
}

/// An address with nothing but marks around it.
fn bare(text: &str) -> Result<Address, AddressError> {
    if let Some(address) = Address::plain(text) {
        return Ok(address);
    }
    let text = wrapping::outer(text);
    if text.len() > LONGEST {
        return Err(match text.bytes().filter(|byte| *byte == b'@').count() {
            0 => AddressError::NoAt,
            1 => AddressError::TooLong,
            _ => AddressError::Several,
        });
    }
    let (text, is_link) = wrapping::stripped(text);
    if !is_link {
        return checked(text);
    }
    // `mailto:ann%2Bnews@example.org?subject=…` (RFC 6068).
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    let is_more = |part: &str| {
        let name = part.split('=').next().unwrap_or_default();
        ["to", "cc", "bcc"].iter().any(|more| name.eq_ignore_ascii_case(more))
    };
    if query.split('&').any(is_more) {
        return Err(AddressError::Several);
    }
    checked(&percent_decode_str(text).decode_utf8().map_err(|_| AddressError::Encoded)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(cell: &str) -> String {
        read(cell).map_or_else(|why| format!("{why:?}"), |person| person.address.to_string())
    }

    #[test]
    fn marks_around_an_address_are_none_of_it() {
        for cell in [
            "ann@example.org",
            " ann@EXAMPLE.org\u{a0}\r\n",
            "\u{feff}ann@example.org\u{200b}",
            "ann@example.org\0\0",
            "<ann@example.org>",
            "mailto:ann@example.org",
            "MAILTO:ann@example.org?subject=Hi",
            "mailto://ann@example.org",
            "SMTP:ann@example.org",
            "E-Mail: ann@example.org",
            "[ann@example.org](mailto:ann@example.org)",
            "- [Ann](mailto:ann@example.org)",
            "<A HREF=\"mailto:ann@example.org\">ann@example.org</A>",
            "ann@example.org#mailto:ann@example.org#",
            "=\"ann@example.org\"",
            "'=\"ann@example.org\"",
            "=HYPERLINK(\"mailto:ann@example.org\")",
            "=LIEN_HYPERTEXTE(\"mailto:ann@example.org\"; \"Ann\")",
            "“ann@example.org”",
            "‘ann@example.org’",
            "„ann@example.org“",
            "»ann@example.org«",
            "‹ann@example.org›",
            "「ann@example.org」",
            "\"ann@example.org\"",
            "'ann@example.org'",
            "'ann@example.org",
            "`ann@example.org`",
            "(ann@example.org)",
            "【ann@example.org】",
            "ann@example.org)",
            "> ann@example.org",
            "• ann@example.org",
            "·ann@example.org",
            "§ ann@example.org",
            "\u{f0b7}\tann@example.org",
            "– ann@example.org",
            "- ann@example.org",
            "-ann@example.org",
            "*ann@example.org",
            "**ann@example.org**",
            "_ann@example.org_",
            "| ann@example.org |",
            "12. ann@example.org",
            "3) ann@example.org",
            "ann@example.org,",
            "ann@example.org;",
            "ann@example.org.",
            "ann@example.org.\"",
            "ann@example.org–",
            "ann@example.org،",
            "ann@example.org、",
            "ann@example.org。",
            "ann@example。org",
            "ann@ｅｘａｍｐｌｅ．ｏｒｇ",
        ] {
            assert_eq!(address(cell), "ann@example.org", "{cell:?}");
        }
        for (cell, expected) in [
            ("o'brien@example.org", "o'brien@example.org"),
            ("'o'brien@example.org'", "o'brien@example.org"),
            ("'o'brien@example.org", "o'brien@example.org"),
            ("\"ann lee\"@example.org", "\"ann lee\"@example.org"),
            ("mailto:ann%2Bnews@example.org", "ann+news@example.org"),
            ("+ann@example.org", "+ann@example.org"),
            ("_ann_@example.org", "_ann_@example.org"),
            ("1.ann@example.org", "1.ann@example.org"),
            ("анна+news@example.org", "анна+news@example.org"),
            ("ann@bücher.example", "ann@xn--bcher-kva.example"),
            ("δοκιμή@παράδειγμα.test", "δοκιμή@xn--hxajbheg2az3al.test"),
            ("ann@东京shop.example", "ann@xn--shop-kd5fx3a.example"),
        ] {
            assert_eq!(address(cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn a_name_beside_an_address_is_kept_without_its_quotes() {
        for (cell, name) in [
            ("Ann <ann@example.org>", Some("Ann")),
            ("\"Lee, Ann\" <ann@example.org>,", Some("Lee, Ann")),
            ("'Ann O'Lee' <ann@example.org>", Some("Ann O'Lee")),
            ("“Ann Lee” <ann@example.org>", Some("Ann Lee")),
            ("\"Ann <ann@example.org>\"", Some("Ann")),
            ("• Ann <“ann@example.org”>", Some("Ann")),
            ("Ann ＜ann@example.org＞", Some("Ann")),
            ("Ann [mailto:ann@example.org]", Some("Ann")),
            ("Ann @ Work <ann@example.org>", Some("Ann @ Work")),
            ("ann@example.org <mailto:ann@example.org>", None),
            ("'Ann@example.org' <ann@example.org>", None),
            ("\" <ann@example.org>", None),
        ] {
            let person = read(cell).expect(cell);
            assert_eq!(person.address.as_str(), "ann@example.org", "{cell}");
            assert_eq!(person.name.as_deref(), name, "{cell}");
        }
    }

    #[test]
    fn what_may_be_another_address_is_refused_with_its_reason() {
        use AddressError::*;
        for (cell, why) in [
            ("", Empty),
            ("\u{200b}\u{a0}", Empty),
            ("-", NoAt),
            ("works at Foo", NoAt),
            ("ann@example.org; bo@example.org", Several),
            ("ann@example.org,bo@example.org", Several),
            ("ann@example.org bo@example.org", Several),
            ("ann@example.org\nbo@example.org", Several),
            ("ann@example.org/bo@example.org", Several),
            ("ann@example.org|bo@example.org", Several),
            ("Ann <ann@example.org>, Bo <bo@example.org>", Several),
            ("bo@example.org <ann@example.org>", Several),
            ("[bo@example.org](mailto:ann@example.org)", Several),
            ("mailto:ann@example.org?cc=bo@example.org", Several),
            ("ann@@example.org", ManyAts),
            ("ann (at) example.org", SpelledAt),
            ("ann [at] example [dot] org", SpelledAt),
            ("ann＠example.org", SpelledAt),
            ("ann%40example.org", SpelledAt),
            ("ann@exam\u{ad}ple.org", Invisible('\u{ad}')),
            ("a\u{200d}nn@example.org", Invisible('\u{200d}')),
            ("ann\u{3164}@example.org", Invisible('\u{3164}')),
            ("ann@example.org (work)", WhiteSpace),
            ("ann@exam\u{a0}ple.org", WhiteSpace),
            ("ａｎｎ@example.org", OtherForm('ａ')),
            ("𝐚nn@example.org", OtherForm('𝐚')),
            ("o’brien@example.org", Sign('’')),
            ("“ann”@example.org", Sign('”')),
            ("ann…@example.org", Sign('…')),
            ("a\u{336}nn@example.org", Sign('\u{336}')),
            ("☐ ann@example.org", Sign('☐')),
            ("ann@exam–ple.org", Sign('–')),
            ("ann@example.org<br>", Sign('<')),
            ("ann@exаmple.org", LookAlike('а')),
            ("ann@ΕXAMPLE.org", LookAlike('Ε')),
            ("аnn@example.org", LookAlike('а')),
            ("а.lee@example.org", LookAlike('а')),
            ("'ann'@example.org", Mark('\'')),
            ("#ann@example.org", Mark('#')),
            ("~~ann@example.org~~", Mark('~')),
            ("--ann@example.org", Mark('-')),
            ("{ann}@example.org", Mark('}')),
            ("%20ann@example.org", Encoded),
            ("ann@example.org…", CutOff),
            ("ann@example.or...", CutOff),
            ("=ann@example.org", Formula),
            ("=A1", Formula),
            ("=CONCATENATE(\"ann@example.org\",\"x\")", Formula),
            ("=\"ann@example.org\"&\"x\"", Formula),
            ("=HYPERLINK(\"https://example.org/?e=ann@example.org\")", Formula),
            ("=HYPERLINK(\"mailto:ann@example.org\",\"bo@example.org\")", Several),
            ("ann@example.org*", Domain),
            ("ann@example.org?", Domain),
        ] {
            assert_eq!(read(cell).err(), Some(why), "{cell:?}");
        }
        assert_eq!(read(&"(".repeat(1 << 20)).err(), Some(NoAt));
        assert_eq!(read(&"\"@".repeat(1 << 19)).err(), Some(Several));
    }

    #[test]
    fn whoever_left_is_known_by_the_address_and_by_how_it_was_written() {
        let all = |cell: &str| everybody(cell).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(all("ann@example.org"), ["ann@example.org"]);
        assert_eq!(all("'ann@example.org"), ["ann@example.org", "'ann@example.org"]);
        assert_eq!(all("-ann@example.org"), ["ann@example.org", "-ann@example.org"]);
        assert_eq!(all("o'brien@example.org"), ["o'brien@example.org"]);
        assert_eq!(all("ann@example.org; bo@example.org"), ["ann@example.org", "bo@example.org"]);
        assert_eq!(all("ann (at) example.org"), ["ann@example.org"]);
        assert_eq!(all("nobody"), [""; 0]);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_understood_is_an_address_of_letters_that_somebody_typed(
            cell in "(ann|bo|lee|example|org|test|mailto:|HYPERLINK|[@.,;:'\"<>()\\[\\]=#*_%20at /|\\-+“’…•–аοａ＠。\u{ad}\u{200b}\u{336}\u{0}\n]){0,24}"
        ) {
            if let Ok(Mailbox { address, .. }) = read(&cell) {
                let text = address.as_str();
                proptest::prop_assert_eq!(Address::parse(text), Ok(address.clone()));
                proptest::prop_assert!(everybody(&cell).contains(&address));
                proptest::prop_assert!(!text.chars().any(|c| "“’…•–ａ\u{336}".contains(c)), "{}", text);
                // Nothing is put together that did not stand together.
                let local = address.local().trim_matches('"').to_owned();
                let decoded = percent_decode_str(&cell).decode_utf8_lossy();
                proptest::prop_assert!(cell.contains(&local) || decoded.contains(&local), "{}", text);
            }
            let _ = everybody(&cell);
        }
    }

    #[test]
    fn an_apostrophe_before_an_address_is_a_spreadsheets_mark() {
        assert!(has_text_mark("'ann@example.org") && has_text_mark(" 'o'brien@example.org"));
        for cell in ["ann@example.org", "'ann@example.org'", "o'brien@example.org", "'t Hooft", "'"]
        {
            assert!(!has_text_mark(cell), "{cell}");
        }
    }
}
