//! The archive: past campaigns as a static site with a feed (Atom, RFC 4287), merged for a
//! public persona who is nobody of the list. Pure: letters come in, pages go out.

use sha2::{Digest, Sha256};

use crate::calendar::rfc3339;

/// A past campaign, merged for the public.
#[derive(Clone, Debug)]
pub struct Issue {
    /// The name of its page, without ending.
    pub name: String,
    /// The subject.
    pub title: String,
    /// What inboxes showed after the subject.
    pub summary: Option<String>,
    /// The day that it bears, in words.
    pub day: String,
    /// When it was sent, in seconds since 1970.
    pub at: i64,
    /// Its language, as a BCP 47 tag.
    pub language: Option<String>,
}

/// What all pages have in common.
#[derive(Clone, Debug)]
pub struct Site {
    /// Whose archive it is.
    pub title: String,
    /// Its address, which ends in a slash.
    pub url: Option<String>,
    /// The language of its own words.
    pub language: String,
}

/// The file of the page that lists all others.
pub const INDEX: &str = "index.html";
/// The file of the feed.
pub const FEED: &str = "feed.xml";

impl Site {
    /// Where a campaign's page is, from the index on.
    pub fn file(name: &str) -> String {
        format!("{name}.html")
    }

    /// A campaign's page: its mail, with files where it had parts of the mail, and a way to
    /// the others. It goes by the same mail as everybody's; only around it something is added.
    pub fn page(&self, name: &str, html: &str, images: &[(String, String)]) -> String {
        let page = images.iter().fold(html.to_owned(), |html, (cid, file)| {
            html.replace(&format!("\"cid:{cid}\""), &format!("\"{}\"", attribute(file)))
        });
        let title = attribute(&self.title);
        let mut links = format!(
            "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"{title}\" href=\"{FEED}\">"
        );
        if let Some(url) = &self.url {
            let own = attribute(&format!("{url}{}", Self::file(name)));
            links.push_str(&format!("<link rel=\"canonical\" href=\"{own}\">"));
        }
        let way_back = format!(
            "<nav style=\"{NAV_STYLE}\"><a href=\"{INDEX}\" style=\"color:inherit\">{}</a></nav>",
            text(&self.title)
        );
        before(&before(&page, "</head>", &links, false), "</body>", &way_back, true)
    }

    /// The page that lists all others, the latest first.
    pub fn index(&self, issues: &[Issue]) -> String {
        let title = text(&self.title);
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <link rel=\"alternate\" type=\"application/atom+xml\" title=\"{title}\" href=\"{FEED}\">\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<ul>\n",
            attribute(&self.language)
        );
        for issue in issues {
            page.push_str(&format!(
                "<li{}><a href=\"{}\">{}</a><br><small>{}{}</small></li>\n",
                language("lang", issue),
                attribute(&Self::file(&issue.name)),
                text(&issue.title),
                text(&issue.day),
                issue
                    .summary
                    .as_ref()
                    .map_or_else(String::new, |summary| format!(" · {}", text(summary))),
            ));
        }
        page.push_str(&format!(
            "</ul>\n<p><a href=\"{FEED}\">Atom</a></p>\n</main>\n</body>\n</html>\n"
        ));
        page
    }

    /// The feed. Its identifiers do not change when it is written anew.
    pub fn feed(&self, issues: &[Issue]) -> String {
        let latest = issues.iter().map(|issue| issue.at).max().unwrap_or(0);
        let mut feed = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
             <title>{1}</title>\n<id>{2}</id>\n<updated>{3}</updated>\n<author><name>{1}</name></author>\n",
            attribute(&self.language),
            text(&self.title),
            text(&self.id("")),
            rfc3339(latest),
        );
        // Where it is not known where the feed will stand, it cannot say so (§4.1.1).
        if let Some(base) = self.url.as_deref().map(attribute) {
            feed.push_str(&format!(
                "<link rel=\"self\" type=\"application/atom+xml\" href=\"{base}{FEED}\"/>\n<link href=\"{base}\"/>\n"
            ));
        }
        for issue in issues {
            feed.push_str(&self.entry(issue));
        }
        feed.push_str("</feed>\n");
        feed
    }

    /// A campaign in the feed. What was sent does not change.
    fn entry(&self, issue: &Issue) -> String {
        let page = Self::file(&issue.name);
        let at = rfc3339(issue.at);
        let summary = issue
            .summary
            .as_ref()
            .map_or_else(String::new, |summary| format!("<summary>{}</summary>\n", text(summary)));
        format!(
            "<entry{}>\n<title>{}</title>\n<id>{}</id>\n<published>{at}</published>\n<updated>{at}</updated>\n\
             <link href=\"{}{}\"/>\n{summary}</entry>\n",
            language("xml:lang", issue),
            text(&issue.title),
            text(&self.id(&page)),
            attribute(self.url.as_deref().unwrap_or_default()),
            attribute(&page),
        )
    }

    /// An identifier (RFC 4287 §4.2.6): the address, or a name that stands for it.
    fn id(&self, file: &str) -> String {
        match &self.url {
            Some(url) => format!("{url}{file}"),
            None => format!("urn:handbill:{}:{file}", page_name(&self.title)),
        }
    }
}

/// The name of a campaign's page: its id where that can be a file's and stand in an address,
/// else what is left of it, with a hash that tells it from others that are alike.
pub fn page_name(id: &str) -> String {
    let mut name = String::new();
    for c in id.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    // The index has its own page.
    if name == id && name != "index" && !name.ends_with('-') {
        return name;
    }
    let hash = Sha256::digest(id);
    let hash = hash[..4].iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("{}-{hash}", name.trim_matches('-')).trim_start_matches('-').to_owned()
}

/// A page with something before its first or last tag of that kind, if it has one.
fn before(page: &str, tag: &str, what: &str, is_last: bool) -> String {
    let at = if is_last { page.rfind(tag) } else { page.find(tag) };
    at.map_or_else(|| page.to_owned(), |at| [&page[..at], what, &page[at..]].concat())
}

fn language(name: &str, issue: &Issue) -> String {
    let tag = issue.language.as_deref();
    tag.map_or_else(String::new, |tag| format!(" {name}=\"{}\"", attribute(tag)))
}

fn text(text: &str) -> String {
    html_escape::encode_text(&plain(text)).into_owned()
}

fn attribute(text: &str) -> String {
    html_escape::encode_double_quoted_attribute(&plain(text)).into_owned()
}

/// A text without what no XML can hold, not even escaped (XML 1.0 §2.2).
fn plain(text: &str) -> String {
    let is_char = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(is_char).collect()
}

/// In whatever colour the page has for its text, light or dark.
const NAV_STYLE: &str =
    "margin:0;padding:8px 12px 40px;font:15px/1.6 Georgia,serif;text-align:center";

const STYLE: &str = "body{margin:0;font:18px/1.6 Georgia,serif;color:#1f2328;background:#f5f4f1}\
main{max-width:620px;margin:0 auto;padding:48px 20px}h1{font-size:32px;line-height:1.2}\
ul{list-style:none;margin:0;padding:0}li{margin:0 0 24px}a{color:#0b5c8a}small{font-size:15px;color:#5b616a}\
@media(prefers-color-scheme:dark){body{color:#e6e6e3;background:#16181c}a{color:#8ccaf0}small{color:#a9afb8}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_subject_stays_text() {
        let site = Site {
            title: "A & B".into(),
            url: Some("https://example.org/a/".into()),
            language: "en".into(),
        };
        let issue = Issue {
            name: page_name("spring-2027"),
            title: "<b>News</b>\u{8}".into(),
            summary: Some("\"all\" & more".into()),
            day: "May 14, 2027".into(),
            at: 1_795_256_000,
            language: Some("en-GB".into()),
        };
        let index = site.index(std::slice::from_ref(&issue));
        assert!(
            index.contains(
                "<li lang=\"en-GB\"><a href=\"spring-2027.html\">&lt;b&gt;News&lt;/b&gt;</a>"
            ),
            "{index}"
        );
        let feed = site.feed(&[issue]);
        assert!(feed.contains("<id>https://example.org/a/spring-2027.html</id>"), "{feed}");
        assert!(feed.contains("<updated>2026-11-21T10:13:20Z</updated>"), "{feed}");
        assert!(!feed.contains("<b>") && !feed.contains('\u{8}'), "{feed}");
    }

    #[test]
    fn images_of_a_mail_become_files_beside_the_page() {
        let images = [("image1@a.handbill".to_owned(), "a-1.png".to_owned())];
        let site = Site { title: "A & B".into(), url: None, language: "en".into() };
        let page = |html| site.page("a", html, &images);
        assert_eq!(page("<img src=\"cid:image1@a.handbill\">"), "<img src=\"a-1.png\">");
    }

    #[test]
    fn a_page_leads_to_the_others_and_says_where_it_belongs() {
        let url = Some("https://example.org/a/".to_owned());
        let site = Site { title: "A & B".into(), url, language: "en".into() };
        let page = site.page("may", "<head></head><body><p>x</p></body>", &[]);
        let (head, body) = page.split_once("</head>").expect("a head");
        assert!(head.contains("<link rel=\"canonical\" href=\"https://example.org/a/may.html\">"));
        assert!(head.contains("title=\"A &amp; B\" href=\"feed.xml\""), "{head}");
        assert!(
            body.starts_with("<body><p>x</p><nav") && body.ends_with("A &amp; B</a></nav></body>")
        );
    }

    #[test]
    fn no_two_campaigns_have_one_page() {
        let ids = [
            "spring-2027",
            "Spring 2027",
            "spring--2027",
            "spring-2027-",
            "春",
            "夏",
            "index",
            "..",
        ];
        let names: std::collections::BTreeSet<String> =
            ids.iter().map(|id| page_name(id)).collect();
        assert_eq!(names.len(), ids.len(), "{names:?}");
        assert!(names.contains("spring-2027") && !names.contains("index"), "{names:?}");
        assert!(
            names.iter().all(|name| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        );
    }
}
