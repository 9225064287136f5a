//! What people see who sign up: the form, and what comes of it. Pages of the same kind as the
//! one by which readers leave. What somebody typed stands in them only where they typed it.

use html_escape::{encode_double_quoted_attribute, encode_safe};

use super::page::{Sheet, named, spoken};
use crate::subscribe::{EMAIL, TRAP, VALUE_MAX};
use crate::template::subscribing::{self, Subscribing};

/// How the form looks.
pub(super) struct Form {
    /// What stands above it, if the project says so.
    pub(super) heading: Option<String>,
    /// What stands below that.
    pub(super) text: Option<String>,
    /// What is asked for beside the address.
    pub(super) fields: Vec<String>,
    /// The language, if the project says so.
    pub(super) lang: Option<String>,
    /// Whose mails they are.
    pub(super) sender: String,
}

/// What somebody typed that cannot be used: the address, and a value for each field.
pub(super) type Typed = (String, Vec<String>);

impl Form {
    /// The words for a browser.
    pub(super) fn words(&self, accepted: Option<&str>) -> &'static Subscribing {
        spoken(self.lang.as_deref(), accepted, subscribing::words).unwrap_or(subscribing::english())
    }

    /// The form; with what was typed, if that was wrong.
    pub(super) fn empty(&self, words: &Subscribing, wrong: Option<&Typed>) -> String {
        let heading = match &self.heading {
            Some(heading) => encode_safe(heading).into_owned(),
            None => named(words.heading, &self.sender),
        };
        let mut body = String::new();
        if let Some(text) = &self.text {
            body.push_str(&format!("<p dir=\"auto\">{}</p>\n", encode_safe(text)));
        }
        let (said, email) = match wrong {
            Some((email, _)) => {
                let wrong = words.wrong;
                body.push_str(&format!(
                    "<p class=\"wrong\" id=\"wrong\" role=\"alert\">{wrong}</p>\n"
                ));
                (" aria-invalid=\"true\" aria-describedby=\"wrong\" autofocus", email.as_str())
            }
            None => ("", ""),
        };
        body.push_str(&format!(
            "<form method=\"post\">\n<label for=\"email\">{}</label>\n\
             <input id=\"email\" name=\"{EMAIL}\" type=\"email\" required autocomplete=\"email\" \
             maxlength=\"254\" dir=\"ltr\" value=\"{}\"{said}>\n",
            words.email,
            encode_safe(email)
        ));
        for (number, name) in self.fields.iter().enumerate() {
            let typed = wrong.and_then(|(_, values)| values.get(number));
            body.push_str(&format!(
                "<label for=\"f{number}\">{}</label>\n<input id=\"f{number}\" name=\"{}\" \
                 maxlength=\"{VALUE_MAX}\" dir=\"auto\" value=\"{}\">\n",
                encode_safe(&label(name)),
                encode_safe(name),
                encode_safe(typed.map_or("", String::as_str))
            ));
        }
        // No person comes here, by the eye, the keyboard or a screen reader.
        body.push_str(&format!(
            "<div class=\"trap\" aria-hidden=\"true\"><label for=\"trap\">{}</label>\
             <input id=\"trap\" name=\"{TRAP}\" tabindex=\"-1\" autocomplete=\"off\"></div>\n\
             <button>{}</button>\n</form>\n",
            words.trap, words.subscribe
        ));
        sheet(words, words.subscribe, &heading, &body)
    }

    /// It was taken: the same for every address.
    pub(super) fn asked(words: &Subscribing) -> String {
        sheet(words, words.asked, words.asked, &format!("<p>{}</p>\n", words.look))
    }

    /// The page of the link.
    pub(super) fn confirm(&self, words: &Subscribing) -> String {
        let heading = named(words.confirm, &self.sender);
        let body = format!("<form method=\"post\"><button>{}</button></form>\n", words.yes);
        sheet(words, words.yes, &heading, &body)
    }

    /// They are on the list.
    pub(super) fn joined(&self, words: &Subscribing) -> String {
        let welcome = named(words.welcome, &self.sender);
        sheet(words, words.joined, words.joined, &format!("<p>{welcome}</p>\n"))
    }

    /// The link is too old; `path` is the form's.
    pub(super) fn stale(words: &Subscribing, path: &str) -> String {
        let path = encode_double_quoted_attribute(path);
        let link = format!("<p><a href=\"{path}\">{}</a></p>\n", words.again);
        sheet(words, words.stale, words.stale, &link)
    }
}

/// A column's name as people read it: `first_name` is "First name".
fn label(name: &str) -> String {
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return name.to_owned();
    }
    let mut label = name.replace('_', " ");
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    label
}

fn sheet(words: &Subscribing, title: &str, heading: &str, body: &str) -> String {
    Sheet { lang: words.lang, is_rtl: words.is_rtl(), title, heading, body }.html()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_text_whatever_is_in_it() {
        let hostile = "\"><script>alert('1')</script>";
        let form = Form {
            heading: Some(hostile.into()),
            text: Some(hostile.into()),
            fields: vec!["first_name".into(), hostile.into()],
            lang: Some("he".into()),
            sender: hostile.into(),
        };
        let words = form.words(Some("de"));
        let typed = (hostile.to_owned(), vec![hostile.to_owned(), hostile.to_owned()]);
        let empty = form.empty(words, Some(&typed));
        assert!(empty.contains(">First name</label>") && empty.contains("lang=\"he\" dir=\"rtl\""));
        for page in [empty, form.confirm(words), form.joined(words), Form::stale(words, hostile)] {
            assert!(!page.contains("<script") && !page.contains("{}"), "{page}");
        }
    }

    #[test]
    fn a_columns_name_is_a_label_and_a_label_stays_as_it_is() {
        let labels = ["first_name", "First name", "Città", "town2"].map(label);
        assert_eq!(labels, ["First name", "First name", "Città", "Town2"]);
    }
}
