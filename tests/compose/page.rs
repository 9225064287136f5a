//! Reads a page with a browser's tokenizer, which knows nothing of ours.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// What a reader's program sees.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Every tag with the names of its attributes, in order.
    pub(crate) structure: Vec<String>,
    /// Every URL that may be followed or fetched.
    pub(crate) links: Vec<String>,
    /// All text between the tags.
    pub(crate) text: String,
    /// Comments, whole.
    pub(crate) comments: Vec<String>,
}

impl Seen {
    /// The schemes of the links, in order.
    pub(crate) fn schemes(&self) -> Vec<String> {
        self.links
            .iter()
            .map(|link| link.split_once(':').map_or("", |(scheme, _)| scheme).to_lowercase())
            .collect()
    }
}

/// Reads a page.
pub(crate) fn seen(html: &str) -> Seen {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

#[derive(Default)]
struct Sink(RefCell<Seen>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut seen = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                seen.structure.push(described(&tag));
                let urls = tag.attrs.iter().filter(|attribute| {
                    ["href", "src", "action", "background"].contains(&&*attribute.name.local)
                });
                seen.links.extend(urls.map(|attribute| attribute.value.to_string()));
                match (&*tag.name, tag.kind) {
                    ("style", TagKind::StartTag) => {
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                    ("title", TagKind::StartTag) => {
                        return TokenSinkResult::RawData(RawKind::Rcdata);
                    }
                    _ => {}
                }
            }
            Token::CharacterTokens(text) => seen.text.push_str(&text),
            Token::CommentToken(text) => seen.comments.push(text.to_string()),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn described(tag: &Tag) -> String {
    let names: Vec<&str> = tag.attrs.iter().map(|attribute| &*attribute.name.local).collect();
    format!("{:?} {} [{}]", tag.kind, tag.name, names.join(" "))
}
