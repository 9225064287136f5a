//! What somebody fills in who signs up. Everything in it may be hostile (P2).

use url::form_urlencoded;

use crate::address::{Address, is_bidi_control};

/// What the address is called in the form.
pub const EMAIL: &str = "email";
/// What nobody fills in who sees the form: programs that fill in everything do.
pub const TRAP: &str = "homepage";
/// The longest value, in characters. All of them travel in a link.
pub const VALUE_MAX: usize = 100;

/// Somebody asks for mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignUp {
    /// Their address.
    pub address: Address,
    /// What they say of themselves: names and values, without those that they left blank.
    pub fields: Vec<(String, String)>,
    /// When, in unix seconds.
    pub asked_at: i64,
}

/// What a form came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filled {
    /// All is as it should be.
    Right(SignUp),
    /// The address is none, or a value is too long. What was typed, to be shown again.
    Wrong {
        /// The address.
        email: String,
        /// The value of each field that was asked for.
        values: Vec<String>,
    },
    /// A program filled in what no person sees.
    Trapped,
}

impl SignUp {
    /// Reads a form as browsers send it (`application/x-www-form-urlencoded`). Only fields that
    /// were asked for are looked at.
    pub fn read(form: &[u8], asked: &[String], now: i64) -> Filled {
        let value = |name: &str| {
            form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value)
        };
        if value(TRAP).is_some_and(|value| !value.trim().is_empty()) {
            return Filled::Trapped;
        }
        let email = value(EMAIL).unwrap_or_default().into_owned();
        let values: Vec<String> =
            asked.iter().map(|name| clean(&value(name).unwrap_or_default())).collect();
        let is_short = |value: &String| value.chars().count() <= VALUE_MAX;
        match Address::parse(&email) {
            Ok(address) if is_plain(&address) && values.iter().all(is_short) => {
                let fields = asked.iter().cloned().zip(values);
                let fields = fields.filter(|(_, value)| !value.is_empty()).collect();
                Filled::Right(Self { address, fields, asked_at: now })
            }
            _ => Filled::Wrong { email, values },
        }
    }
}

/// Nobody's address begins like a formula, and none that a person types is in quotes.
fn is_plain(address: &Address) -> bool {
    !address.local().starts_with(['=', '+', '-', '@', '"'])
}

/// One line without control characters that does not begin a formula: the list is opened in
/// spreadsheets too, which calculate what begins with one of these. An apostrophe before it, as
/// some programs write, would stand in the letter.
/// Source: <https://owasp.org/www-community/attacks/CSV_Injection>.
fn clean(value: &str) -> String {
    let printable: String = value
        .chars()
        .filter(|c| !is_bidi_control(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let line = printable.split_whitespace().collect::<Vec<_>>().join(" ");
    if is_number(&line) {
        return line;
    }
    // `＝`, too: Excel takes the wide forms for the narrow ones.
    let begins = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | ' ');
    line.trim_start_matches(begins).to_owned()
}

/// `+44 20 7946 0000` is a telephone, and `-5` a number.
fn is_number(line: &str) -> bool {
    let digits = line.strip_prefix(['+', '-']).unwrap_or(line);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || " ./()".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Filled {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        SignUp::read(form.as_bytes(), &["First name".into(), "Town".into()], 7)
    }

    fn first_name(value: &str) -> Option<String> {
        match read(&[("email", "ann@example.org"), ("First name", value)]) {
            Filled::Right(mut sign_up) => sign_up.fields.pop().map(|(_, value)| value),
            Filled::Wrong { .. } | Filled::Trapped => panic!("{value:?} is refused"),
        }
    }

    #[test]
    fn a_form_is_an_address_and_the_fields_that_were_asked_for() {
        let filled = read(&[
            ("email", " Ann@Example.org "),
            ("First name", " Ann "),
            ("Town", ""),
            ("x", "y"),
        ]);
        let address = Address::parse("Ann@example.org").expect("valid");
        let fields = vec![("First name".to_owned(), "Ann".to_owned())];
        assert_eq!(filled, Filled::Right(SignUp { address, fields, asked_at: 7 }));
    }

    #[test]
    fn what_is_no_address_or_too_long_is_shown_again() {
        let long = "x".repeat(VALUE_MAX + 1);
        for (email, name) in [
            ("", "Ann"),
            ("ann", "Ann"),
            ("ann@example", "Ann"),
            ("ann@example.org\r\nBcc: bob@example.org", "Ann"),
            ("ann@example.org, bob@example.org", "Ann"),
            ("=cmd|'/c'!a@example.org", "Ann"),
            ("+1@example.org", "Ann"),
            ("\"=1\"@example.org", "Ann"),
            ("ann@example.org", &long),
        ] {
            let wrong = Filled::Wrong {
                email: email.to_owned(),
                values: vec![name.to_owned(), String::new()],
            };
            assert_eq!(read(&[("email", email), ("First name", name)]), wrong);
        }
        assert!(matches!(SignUp::read(&[0xff, b'=', 0], &[], 7), Filled::Wrong { .. }));
    }

    #[test]
    fn who_fills_in_what_nobody_sees_is_a_program() {
        let form = [("email", "ann@example.org"), ("homepage", "https://example.org")];
        assert_eq!(read(&form), Filled::Trapped);
        assert!(matches!(
            read(&[("email", "ann@example.org"), ("homepage", "")]),
            Filled::Right(_)
        ));
    }

    #[test]
    fn a_value_is_one_line_and_no_formula() {
        for (typed, kept) in [
            ("Ann\r\nBcc: x@y.z", "Ann Bcc: x@y.z"),
            ("  An\tn\u{0} \u{202e}", "An n"),
            ("=HYPERLINK(\"https://example.org\")", "HYPERLINK(\"https://example.org\")"),
            ("\t=1+1", "1+1"),
            ("@SUM(A1)", "SUM(A1)"),
            ("-=+cmd", "cmd"),
            ("+1+cmd|' /C calc'!A0", "1+cmd|' /C calc'!A0"),
            ("＝1", "1"),
            ("+44 (0)20 7946-0000", "44 (0)20 7946-0000"),
            ("+44 20 7946 0000", "+44 20 7946 0000"),
            ("Jean-Pierre", "Jean-Pierre"),
            ("<b>{{ x }}</b>", "<b>{{ x }}</b>"),
        ] {
            assert_eq!(first_name(typed).as_deref(), Some(kept));
        }
        assert_eq!(first_name(" \u{a0} ="), None);
    }
}
