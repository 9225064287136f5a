//! Reads CSS, with the parser of the inliner: a sheet's rules, a block's
//! declarations, a value's words. What does not parse is passed over, as mail
//! programs do.

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState,
    QualifiedRuleParser, RuleBodyItemParser, RuleBodyParser, StyleSheetParser, Token,
};

/// A rule of a style sheet that counts.
#[derive(Debug)]
pub(super) enum Rule {
    /// `selector { … }`, with what follows colons in the selector: `hover`, `before`.
    Style { pseudos: Vec<String>, declarations: Vec<Declaration> },
    /// `@font-face`, with the family that it loads.
    FontFace { family: Option<String> },
    /// `@import` with its address.
    Import { address: String },
    /// `@media`, `@supports`, `@keyframes` and their like: what stands in them is for the
    /// programs that know them, over a base that all others see.
    Other,
}

/// A declaration of a block.
#[derive(Debug)]
pub(super) struct Declaration {
    /// The property, in small letters.
    pub(super) name: String,
    pub(super) words: Vec<Word>,
    /// Whether this is no declaration but a rule within a rule.
    pub(super) is_nested: bool,
}

/// A word of a value; what stands in a function follows it.
#[derive(Debug)]
pub(super) enum Word {
    /// In small letters.
    Ident(String),
    /// In small letters; how many words stand in it, and whether commas are among them.
    Function {
        name: String,
        has_commas: bool,
    },
    Text(String),
    Url(String),
    /// A number with its unit as written, or none; not zero.
    Number {
        unit: String,
        is_negative: bool,
        text: String,
    },
    Comma,
}

/// How many functions may stand in each other.
const DEPTH: usize = 16;

/// The rules of a style sheet.
pub(super) fn rules(sheet: &str) -> Vec<Rule> {
    let mut input = Parser::new(sheet);
    StyleSheetParser::new(&mut input, &mut Sheet).flatten().collect()
}

/// The declarations of a `style` attribute.
pub(super) fn declarations(style: &str) -> Vec<Declaration> {
    declarations_of(&mut Parser::new(style))
}

fn declarations_of(input: &mut Parser<'_>) -> Vec<Declaration> {
    let nested = Declaration { name: "&".to_owned(), words: Vec::new(), is_nested: true };
    let mut nested = Some(nested);
    RuleBodyParser::new(input, &mut Block)
        .filter_map(|item| match item {
            Ok(declaration) => Some(declaration),
            Err((_, text, _)) if text.starts_with(['&', '.', '>']) => nested.take(),
            Err(_) => None,
        })
        .collect()
}

struct Sheet;

impl<'i> QualifiedRuleParser<'i> for Sheet {
    type Prelude = Vec<String>;
    type QualifiedRule = Rule;
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<Vec<String>, ParseError<()>> {
        let mut pseudos = Vec::new();
        let mut after_colon = false;
        while let Ok(token) = input.next_including_whitespace() {
            if let (true, Token::Ident(name) | Token::Function(name)) = (after_colon, token) {
                pseudos.push(name.to_ascii_lowercase());
            }
            after_colon = matches!(token, Token::Colon);
        }
        Ok(pseudos)
    }

    fn parse_block(
        &mut self,
        pseudos: Vec<String>,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<Rule, ParseError<()>> {
        Ok(Rule::Style { pseudos, declarations: declarations_of(input) })
    }
}

/// An at-rule: its name, and the address in it.
struct AtRule {
    name: String,
    address: Option<String>,
}

impl<'i> AtRuleParser<'i> for Sheet {
    type Prelude = AtRule;
    type AtRule = Rule;
    type Error = ();

    fn parse_prelude(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
    ) -> Result<AtRule, ParseError<()>> {
        let mut words = Vec::new();
        read_words(input, &mut words, 0);
        let address = words.into_iter().find_map(|word| match word {
            Word::Url(text) | Word::Text(text) => Some(text),
            _ => None,
        });
        Ok(AtRule { name: name.to_ascii_lowercase(), address })
    }

    fn rule_without_block(&mut self, rule: AtRule, _: &ParserState) -> Result<Rule, ()> {
        match rule {
            AtRule { name, address: Some(address) } if name == "import" => {
                Ok(Rule::Import { address })
            }
            _ => Err(()),
        }
    }

    fn parse_block(
        &mut self,
        rule: AtRule,
        _: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<Rule, ParseError<()>> {
        if rule.name != "font-face" {
            // Nothing may be left.
            while input.next().is_ok() {}
            return Ok(Rule::Other);
        }
        let declarations = declarations_of(input);
        let family = declarations.iter().find(|it| it.name == "font-family");
        Ok(Rule::FontFace { family: family.and_then(|family| last_family(&family.words)) })
    }
}

/// The last family of a `font` or `font-family`, in small letters.
pub(super) fn last_family(words: &[Word]) -> Option<String> {
    let last = words.rsplit(|word| matches!(word, Word::Comma)).next()?;
    match last.last()? {
        Word::Text(text) => Some(text.to_lowercase()),
        Word::Ident(_) => {
            let is_word = |word: &&Word| matches!(word, Word::Ident(_));
            let count = last.iter().rev().take_while(is_word).count();
            let names = last[last.len() - count..].iter().filter_map(|word| match word {
                Word::Ident(name) => Some(name.as_str()),
                _ => None,
            });
            Some(names.collect::<Vec<_>>().join(" "))
        }
        _ => None,
    }
}

struct Block;

impl<'i> DeclarationParser<'i> for Block {
    type Declaration = Declaration;
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        _: &ParserState,
    ) -> Result<Declaration, ParseError<()>> {
        let mut words = Vec::new();
        read_words(input, &mut words, 0);
        Ok(Declaration { name: name.to_ascii_lowercase(), words, is_nested: false })
    }
}

impl QualifiedRuleParser<'_> for Block {
    type Prelude = ();
    type QualifiedRule = Declaration;
    type Error = ();
}

impl AtRuleParser<'_> for Block {
    type Prelude = ();
    type AtRule = Declaration;
    type Error = ();
}

impl RuleBodyItemParser<'_, Declaration, ()> for Block {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        false
    }
}

/// Reads all that is left.
fn read_words(input: &mut Parser<'_>, words: &mut Vec<Word>, depth: usize) {
    loop {
        let start = input.position();
        let Ok(token) = input.next() else { return };
        let (word, opens) = match token {
            Token::Ident(name) => (Some(Word::Ident(name.to_ascii_lowercase())), false),
            Token::QuotedString(text) => (Some(Word::Text(text.to_string())), false),
            Token::UnquotedUrl(url) => (Some(Word::Url(url.to_string())), false),
            Token::Comma => (Some(Word::Comma), false),
            Token::Number { value, .. } if *value != 0.0 => (Some(number("", *value)), false),
            Token::Percentage { unit_value, .. } if *unit_value != 0.0 => {
                (Some(number("%", *unit_value)), false)
            }
            Token::Dimension { value, unit, .. } if *value != 0.0 => {
                (Some(number(unit, *value)), false)
            }
            Token::Function(name) => {
                let name = name.to_ascii_lowercase();
                (Some(Word::Function { name, has_commas: false }), true)
            }
            Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock => {
                (None, true)
            }
            // `!important` is no part of the value.
            Token::Delim('!') => {
                while input.next().is_ok() {}
                return;
            }
            _ => continue,
        };
        let at = words.len();
        if let Some(mut word) = word {
            if let Word::Number { text, .. } = &mut word {
                input.slice_from(start).trim().clone_into(text);
            }
            words.push(word);
        }
        if opens && depth < DEPTH {
            _ = input.parse_nested_block(|input| {
                read_words(input, words, depth + 1);
                Ok::<(), ParseError<()>>(())
            });
            close(words, at);
        }
    }
}

fn number(unit: &str, value: f32) -> Word {
    Word::Number { unit: unit.to_ascii_lowercase(), is_negative: value < 0.0, text: String::new() }
}

/// Finishes the function at that place, after all of its words have been read.
fn close(words: &mut Vec<Word>, at: usize) {
    let Some((first, rest)) = words.get_mut(at..).and_then(<[Word]>::split_first_mut) else {
        return;
    };
    let Word::Function { name, has_commas } = first else { return };
    *has_commas = rest.iter().any(|word| matches!(word, Word::Comma));
    if name == "url" {
        let address = match rest.first() {
            Some(Word::Text(address)) => address.clone(),
            _ => String::new(),
        };
        words.truncate(at);
        words.push(Word::Url(address));
    } else {
        // Commas of a function do not divide the value.
        let inside = words.split_off(at + 1);
        words.extend(inside.into_iter().filter(|word| !matches!(word, Word::Comma)));
    }
}
