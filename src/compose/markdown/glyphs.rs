//! Which signs of a line become which typographic ones.

use std::ops::Range;

use super::quotes::Quotes;

/// A piece of a line, and what stands there instead.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) new: String,
}

/// Words that begin with an apostrophe, in English, Dutch and Afrikaans.
const CUT: [&str; 14] = [
    "tis", "twas", "twere", "twill", "em", "til", "till", "cause", "bout", "round", "n", "t", "s",
    "k",
];

const APOSTROPHE: &str = "\u{2019}";

/// What is to be changed in a line, in order. `is_fixed` says what is left alone.
pub(super) fn edits(line: &str, is_fixed: &dyn Fn(usize) -> bool, quotes: &Quotes) -> Vec<Edit> {
    let bytes = line.as_bytes();
    let is_sign = |byte: &u8| matches!(byte, b'"' | b'\'' | b'-' | b'.');
    if !bytes.iter().any(is_sign) {
        return Vec::new();
    }
    let kept = addresses(line);
    let is_kept = |at: usize| {
        let next = kept.partition_point(|range| range.end <= at);
        kept.get(next).is_some_and(|range| range.contains(&at)) || is_fixed(at)
    };
    let mut glyphs = Vec::new();
    let mut edits = Vec::new();
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(is_sign).map(|next| at + next) {
        let sign = bytes[next];
        let length = match sign {
            b'-' | b'.' => bytes[next..].iter().take_while(|byte| **byte == sign).count(),
            _ => 1,
        };
        at = next + length;
        if (next..at).any(&is_kept) {
            continue;
        }
        match sign {
            b'-' | b'.' => edits.extend(joined(line, next..at)),
            _ => glyphs.push(Glyph::new(line, next)),
        }
    }
    Reader { line, glyphs: &glyphs, quotes, edits: &mut edits }.read();
    edits.sort_by_key(|edit| edit.range.start);
    edits
}

/// `--`, `---` and `...`, where they are no option (`--help`), arrow or row.
fn joined(line: &str, range: Range<usize>) -> Option<Edit> {
    let before = line[..range.start].chars().next_back();
    let after = line[range.end..].chars().next();
    let new = match (&line[range.clone()], before, after) {
        ("--" | "---", Some('<' | '!'), _) | ("--" | "---", _, Some('>')) => return None,
        ("--", before, Some(c))
            if before.is_none_or(char::is_whitespace) && c.is_alphanumeric() =>
        {
            return None;
        }
        ("--", ..) => "–",
        ("---", ..) => "—",
        ("...", ..) => "…",
        _ => return None,
    };
    Some(Edit { range, new: new.to_owned() })
}

/// Words that are addresses, of any kind: nothing in them is punctuation.
fn addresses(line: &str) -> Vec<Range<usize>> {
    if !line.contains(['@', '/', ':']) && !line.contains("www.") {
        return Vec::new();
    }
    let is_edge = |c: char| !c.is_alphanumeric() && c != '/';
    let mut found = Vec::new();
    let mut end = 0;
    for word in line.split_inclusive(char::is_whitespace) {
        end += word.len();
        let inner = word.trim_start_matches(is_edge);
        let start = end - inner.len();
        let inner = inner.trim_end_matches(is_edge);
        if is_address(inner) {
            found.push(start..start + inner.len());
        }
    }
    found
}

fn is_address(word: &str) -> bool {
    let names = |host: &str| {
        host.contains('.')
            && host.split('.').all(|name| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            })
    };
    word.contains("://")
        || word.starts_with("www.")
        || word.starts_with("mailto:")
        || word.starts_with("tel:")
        || word.split_once('@').is_some_and(|(_, host)| host.contains('.'))
        || word.split_once('/').is_some_and(|(host, _)| names(host))
}

/// A straight quotation mark or apostrophe, and what stands beside it.
struct Glyph {
    at: usize,
    is_double: bool,
    before: Beside,
    after: Beside,
    opens: bool,
    closes: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Space,
    Sign,
    Digit,
    Letter,
}

impl Beside {
    fn of(c: Option<char>) -> Self {
        match c {
            None => Self::Space,
            Some(c) if c.is_whitespace() => Self::Space,
            Some(c) if c.is_numeric() => Self::Digit,
            Some(c) if c.is_alphabetic() => Self::Letter,
            // What is put on a letter.
            Some('\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}') => Self::Letter,
            Some(_) => Self::Sign,
        }
    }

    fn is_word(self) -> bool {
        matches!(self, Self::Digit | Self::Letter)
    }
}

impl Glyph {
    fn new(line: &str, at: usize) -> Self {
        let before = line[..at].chars().next_back();
        let after = line[at + 1..].chars().next();
        let (left, right) = (Beside::of(before), Beside::of(after));
        let begins = before.is_none_or(|c| c.is_whitespace() || "([{<-–—/«‹„‚“‘¿¡=+".contains(c));
        Self {
            at,
            is_double: line.as_bytes()[at] == b'"',
            before: left,
            after: right,
            opens: right != Beside::Space && !left.is_word() && (begins || right.is_word()),
            closes: left != Beside::Space && !right.is_word(),
        }
    }
}

/// Reads the signs of a line from left to right.
struct Reader<'a> {
    line: &'a str,
    glyphs: &'a [Glyph],
    quotes: &'a Quotes,
    edits: &'a mut Vec<Edit>,
}

impl Reader<'_> {
    fn read(mut self) {
        let later = self.closers();
        let (mut doubles, mut singles) = (0_usize, 0_usize);
        for (number, glyph) in self.glyphs.iter().enumerate() {
            let has_closer = later[number];
            if glyph.is_double {
                self.double(glyph, has_closer, &mut doubles);
            } else {
                self.single(glyph, has_closer, &mut singles);
            }
        }
    }

    /// For each sign, whether one of its kind closes later on, before another one only opens
    /// (double signs), or at all (single ones).
    fn closers(&self) -> Vec<bool> {
        let mut later = vec![false; self.glyphs.len()];
        let (mut double, mut single) = (false, false);
        for (number, glyph) in self.glyphs.iter().enumerate().rev() {
            if glyph.is_double {
                later[number] = double;
                double = glyph.closes;
            } else {
                later[number] = single;
                single |= glyph.closes;
            }
        }
        later
    }

    fn double(&mut self, glyph: &Glyph, has_closer: bool, open: &mut usize) {
        let is_prime = glyph.before == Beside::Digit && (*open == 0 || has_closer);
        let opens = glyph.opens && !(glyph.closes && *open > 0);
        if opens {
            *open += 1;
            self.put(glyph, self.quotes.outer.0.clone());
        } else if glyph.closes && !is_prime {
            *open = open.saturating_sub(1);
            self.put(glyph, self.quotes.outer.1.clone());
        }
    }

    fn single(&mut self, glyph: &Glyph, has_closer: bool, open: &mut usize) {
        let is_hebrew = |c: char| ('\u{590}'..='\u{5ff}').contains(&c);
        if self.line[..glyph.at].ends_with(is_hebrew) {
            // A geresh.
            return;
        }
        let (before, after) = (glyph.before, glyph.after);
        if before == after && matches!(before, Beside::Space | Beside::Digit) {
            return;
        }
        let is_inside = before.is_word() && after.is_word();
        let opens = glyph.opens && !(glyph.closes && *open > 0);
        if opens && has_closer && !self.is_cut(glyph) {
            *open += 1;
            return self.put(glyph, self.quotes.inner.0.clone());
        }
        if !opens && !is_inside && *open > 0 {
            *open -= 1;
            return self.put(glyph, self.quotes.inner.1.clone());
        }
        if !opens && !is_inside && before == Beside::Digit {
            return;
        }
        self.put(glyph, APOSTROPHE.to_owned());
    }

    /// `'90s`, `'tis`, `'n'`: what is left of a longer word.
    fn is_cut(&self, glyph: &Glyph) -> bool {
        let rest = &self.line[glyph.at + 1..];
        let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let word = &rest[..length];
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        (digits == 2 && matches!(&word[2..], "" | "s" | "er"))
            || CUT.iter().any(|cut| word.eq_ignore_ascii_case(cut))
    }

    fn put(&mut self, glyph: &Glyph, new: String) {
        self.edits.push(Edit { range: glyph.at..glyph.at + 1, new });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(line: &str, language: &str) -> String {
        let edits = edits(line, &|_| false, &Quotes::of(Some(language)));
        let (mut out, mut at) = (String::new(), 0);
        for edit in edits {
            out.push_str(&line[at..edit.range.start]);
            out.push_str(&edit.new);
            at = edit.range.end;
        }
        out + &line[at..]
    }

    #[test]
    fn signs_become_those_of_the_language() {
        for (language, line, wanted) in [
            ("en", "\"Hi,\" she said -- 'no'...", "“Hi,” she said – ‘no’…"),
            ("en", "it's the dogs' bowl --- O'Neill's", "it’s the dogs’ bowl — O’Neill’s"),
            ("en", "\"'Tis 'here', he said\"", "“’Tis ‘here’, he said”"),
            ("en", "rock 'n' roll of the '90s", "rock ’n’ roll of the ’90s"),
            ("en", "(\"a\") [\"b\"] \"c\".", "(“a”) [“b”] “c”."),
            ("en", "\"It was 1945\" and \"now\"", "“It was 1945” and “now”"),
            ("en", "\"'a' and 'b'\"", "“‘a’ and ‘b’”"),
            ("en", "\"Open, and \"inner\" too\"", "“Open, and “inner” too”"),
            ("de", "Sie sagte: \"Hallo.\" 'Na ja'", "Sie sagte: „Hallo.“ ‚Na ja‘"),
            ("fr", "Il dit \"bonjour\" à l'ami", "Il dit «\u{a0}bonjour\u{a0}» à l’ami"),
            ("sv", "\"Hej\"", "”Hej”"),
            ("nl", "\"Dag\", 's avonds", "“Dag”, ’s avonds"),
            ("he", "צה\"ל ג'ירפה", "צה\"ל ג'ירפה"),
        ] {
            assert_eq!(set(line, language), wanted, "{line}");
        }
    }

    #[test]
    fn what_is_no_punctuation_stays() {
        for line in [
            "5' 6\" tall, 5'6\", 12\" records",
            "5′ 6″, “typed”, „so“",
            "--help and <-- or -->",
            "ftp://example.org/a--b it@example.org/x'y example.org/a--b...c",
            "....  ----",
            "a \" b ' c",
        ] {
            assert_eq!(set(line, "en"), line);
        }
        assert_eq!(set("a \"6' 2\" man\" x", "en"), "a “6' 2\" man” x");
    }
}
