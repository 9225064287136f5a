//! What a page leads to: its links, and images from the web.

use super::html::{self, Attribute, Token};

/// A link of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What readers see of it: its text, or the alternative text of its image.
    pub text: String,
    /// Where it leads.
    pub url: String,
}

/// The links of a page, in their order.
pub fn links(page: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut open: Option<Link> = None;
    for token in html::tokens(page) {
        match token {
            Token::Start { name, attributes, .. } if name == "a" => {
                open =
                    value(page, &attributes, "href").map(|url| Link { text: String::new(), url });
            }
            Token::Start { name, attributes, .. } if name == "img" => {
                if let (Some(link), Some(alt)) = (&mut open, value(page, &attributes, "alt")) {
                    link.text.push_str(&alt);
                }
            }
            Token::Text(range) => {
                if let Some(link) = &mut open {
                    link.text.push_str(&html_escape::decode_html_entities(&page[range]));
                }
            }
            Token::End { name, .. } if name == "a" => {
                if let Some(Link { text, url }) = open.take() {
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    links.push(Link { text, url });
                }
            }
            _ => {}
        }
    }
    links
}

/// Whether a page shows images from the web.
pub fn has_remote_images(page: &str) -> bool {
    html::tokens(page).iter().any(|token| match token {
        Token::Start { name, attributes, .. } if name == "img" => value(page, attributes, "src")
            .is_some_and(|src| {
                let src = src.to_ascii_lowercase();
                ["http:", "https:", "//"].iter().any(|scheme| src.starts_with(scheme))
            }),
        _ => false,
    })
}

/// What an attribute says, decoded; nothing if it is not there.
pub(crate) fn value(page: &str, attributes: &[Attribute], wanted: &str) -> Option<String> {
    let attribute = attributes
        .iter()
        .find(|attribute| page[attribute.name.clone()].eq_ignore_ascii_case(wanted))?;
    let value = attribute.value.clone().map_or("", |range| &page[range]);
    Some(html_escape::decode_html_entities(value).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_have_what_readers_see_of_them() {
        let page = "<a href=\"https://example.org/?a=1&amp;b=2\">Read <b>more</b></a>\
                    <a name=x>no link</a><A HREF='mailto:a@b.test'><img alt=\"Write\" src=cid:1></A>";
        let link = |text: &str, url: &str| Link { text: text.into(), url: url.into() };
        let expected =
            [link("Read more", "https://example.org/?a=1&b=2"), link("Write", "mailto:a@b.test")];
        assert_eq!(links(page), expected);
        assert!(!has_remote_images(page));
        assert!(has_remote_images("<img SRC='HTTPS://example.org/a.png'>"));
    }
}
