//! What readers see: one small page without scripts, pictures or anything
//! from elsewhere. It names the sender, and never the reader: whoever has a
//! link need not be the one to whom it was sent.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use html_escape::encode_safe;
use sha2::{Digest, Sha256};

use crate::template::leaving::{self, Leaving};

/// What a page says of where the mail came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The campaign's language, if it is known.
    pub lang: Option<String>,
    /// The sender's name.
    pub sender: String,
}

/// What a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// It asks whether the reader wants to leave.
    Ask,
    /// It says that they have.
    Left,
    /// It says that the link is none.
    Broken,
    /// It says that nothing could be done now.
    Later,
}

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0;padding:12vh 1.25rem;background:#f6f5f2;color:#222;font:1.0625rem/1.6 system-ui,sans-serif}\
main{max-width:30rem;margin:auto}\
h1{font-size:1.5rem;line-height:1.3;margin:0 0 1rem;overflow-wrap:anywhere}\
p{margin:0 0 1rem;overflow-wrap:anywhere}\
a{color:inherit}\
label{display:block;font-weight:600;margin:0 0 .25rem}\
input{font:inherit;box-sizing:border-box;width:100%;min-height:3rem;padding:.5rem .75rem;margin:0 0 1.25rem;\
border:1px solid #6b6b6b;border-radius:.5rem;background:#fff;color:#222}\
.wrong{color:#a1260d;font-weight:600}\
.trap{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\
button{font:inherit;font-weight:600;min-height:3rem;padding:.5rem 1.5rem;border:0;border-radius:.5rem;\
background:#1f5f8b;color:#fff;cursor:pointer}\
button:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid #e08a00;outline-offset:3px}\
@media(prefers-color-scheme:dark){body{background:#18191b;color:#eee}button{background:#8cc4ec;color:#10202c}\
input{background:#232527;color:#eee;border-color:#909499}.wrong{color:#ffb4a2}}";

/// The page's style and nothing else may be used, and its form leads to itself.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
});

/// Writes a page, in the campaign's language if its words are known, else in
/// one that the browser asks for.
pub(super) fn html(page: Page, about: &About, accepted: Option<&str>) -> String {
    let words = spoken(about.lang.as_deref(), accepted, leaving::words);
    write(page, words.unwrap_or(leaving::english()), &about.sender)
}

fn write(page: Page, words: &Leaving, sender: &str) -> String {
    let (title, heading, more) = match page {
        Page::Ask => (words.leave, words.ask, ""),
        Page::Left => (words.left, words.left, words.no_more),
        Page::Broken => (words.broken, words.broken, words.copy_it),
        Page::Later => (words.later, words.later, words.unchanged),
    };
    let Leaving { lang, leave, .. } = words;
    let mut body = String::new();
    if !more.is_empty() {
        let _ = writeln!(body, "<p>{}</p>", named(more, sender));
    }
    if page == Page::Ask {
        let _ = writeln!(
            body,
            "<form method=\"post\"><input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">\
             <button>{leave}</button></form>"
        );
    }
    let heading = named(heading, sender);
    Sheet { lang, is_rtl: words.is_rtl(), title, heading: &heading, body: &body }.html()
}

/// A page: its language, its title in plain words, its heading and what stands below, as HTML.
pub(super) struct Sheet<'a> {
    pub(super) lang: &'a str,
    pub(super) is_rtl: bool,
    pub(super) title: &'a str,
    pub(super) heading: &'a str,
    pub(super) body: &'a str,
}

impl Sheet<'_> {
    pub(super) fn html(&self) -> String {
        let Self { lang, title, heading, body, .. } = self;
        let (dir, title) = (if self.is_rtl { "rtl" } else { "ltr" }, encode_safe(title));
        format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\" dir=\"{dir}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{heading}</h1>\n{body}\
         </main>\n</body>\n</html>\n"
        )
    }
}

/// Words with the sender's name in them, as HTML.
pub(super) fn named(text: &str, sender: &str) -> String {
    match text.split_once("{}") {
        Some((before, after)) => format!("{before}<bdi>{}</bdi>{after}", encode_safe(sender)),
        None => text.to_owned(),
    }
}

/// The words of a language that was decided, if they are known, else of one that the browser
/// asks for.
pub(super) fn spoken<W>(
    decided: Option<&str>,
    accepted: Option<&str>,
    words: fn(&str) -> Option<&'static W>,
) -> Option<&'static W> {
    decided.and_then(words).or_else(|| accepts(accepted?, words))
}

/// The language of an `Accept-Language` that the browser likes best of those
/// whose words are known (RFC 9110 §12.5.4).
fn accepts<W>(header: &str, words: fn(&str) -> Option<&'static W>) -> Option<&'static W> {
    let mut best: Option<(f32, &'static W)> = None;
    for range in header.split(',') {
        let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
        let weight = match weight.trim().strip_prefix("q=") {
            Some(weight) => weight.trim().parse().unwrap_or(0.0),
            None => 1.0,
        };
        let is_better = weight > best.map_or(0.0, |(best, _)| best);
        if let Some(words) = words(tag.trim()).filter(|_| is_better) {
            best = Some((weight, words));
        }
    }
    best.map(|(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lang(campaign: Option<&str>, accepted: Option<&str>) -> String {
        let about = About { lang: campaign.map(str::to_owned), sender: "Ann".into() };
        let page = html(Page::Ask, &about, accepted);
        page.split("lang=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .expect("one")
            .to_owned()
    }

    #[test]
    fn a_page_speaks_the_campaigns_language_else_the_browsers_else_english() {
        assert_eq!(lang(Some("de-AT"), Some("fr")), "de");
        assert_eq!(lang(Some("sv"), Some("sv, fr;q=0.5, it;q=0.8")), "it");
        assert_eq!(lang(None, Some("*, en;q=0, pt-BR;q=0.1")), "pt");
        assert_eq!(lang(None, Some("sv, ;;q=x,,nl;q=many")), "en");
        assert_eq!(lang(None, None), "en");
    }

    #[test]
    fn a_name_is_text_whatever_is_in_it() {
        let about = About { lang: Some("he".into()), sender: "<script>alert('1')</script>".into() };
        for page in [Page::Ask, Page::Left, Page::Broken, Page::Later] {
            let html = html(page, &about, None);
            assert!(!html.contains("<script") && html.contains("dir=\"rtl\""), "{html}");
            assert!(!html.contains("{}"), "{html}");
            assert_eq!(html.contains("<button"), page == Page::Ask);
        }
    }

    #[test]
    fn only_the_pages_own_style_is_allowed() {
        let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
        assert!(POLICY.contains(&hash) && !POLICY.contains("unsafe") && !STYLE.contains('\n'));
    }
}
