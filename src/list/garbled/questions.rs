//! Question marks that stand for letters. A program that writes an encoding without them puts one
//! in the place of each: `?ukasz`, `Jos? P?rez`, `????`.

/// The longest cell that is a name rather than prose, in bytes.
const LONGEST: usize = 120;
/// What no word holds, but an address of the web or a pattern.
const SIGNS: &str = "/=&%:.#*\\_+";

/// What a cell's question marks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Questions {
    /// There are none, or they ask something.
    None,
    /// They stand for letters.
    Lost,
    /// They may: one behind a word is as likely a doubt.
    Doubtful,
}

/// Whether nothing is left of a cell: question marks alone, more than one, or `�`.
pub(in crate::list) fn is_lost(cell: &str) -> bool {
    // Asked of every cell of every row.
    if cell.bytes().fold(0, |odd, byte| odd | byte & 0x80 | u8::from(byte == b'?')) == 0 {
        return false;
    }
    let marks = cell.chars().filter(|c| *c == '?').count();
    let lost = cell.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let is_rest = |c: char| c.is_whitespace() || matches!(c, '?' | '-' | '.' | '\u{fffd}');
    (marks > 1 || lost > 0) && cell.chars().all(is_rest)
}

/// Looks at the question marks of a cell.
pub(super) fn of(cell: &str) -> Questions {
    if !cell.contains('?') {
        return Questions::None;
    }
    if is_lost(cell) {
        return Questions::Lost;
    }
    if cell.len() > LONGEST {
        return Questions::None;
    }
    let words = cell.split_whitespace().filter(|word| word.contains('?'));
    let kinds: Vec<Questions> = words.map(of_word).collect();
    if kinds.contains(&Questions::Lost) {
        Questions::Lost
    } else if kinds.contains(&Questions::Doubtful) {
        Questions::Doubtful
    } else {
        Questions::None
    }
}

fn of_word(word: &str) -> Questions {
    // An address may hold a question mark before its `@`, and then it is no sentence's.
    let (local, is_address) =
        word.split_once('@').map_or((word, false), |(local, _)| (local, true));
    if !is_address && word.contains(|c| SIGNS.contains(c)) {
        return Questions::None;
    }
    let word = local.trim_start_matches(['(', '"', '\'', '[', '“', '„', '«']);
    let is_beheaded = |part: &str| part.starts_with('?') && part.chars().any(char::is_alphabetic);
    if word.split(['-', '’', '\'']).any(is_beheaded) {
        return Questions::Lost;
    }
    let parts: Vec<&str> = word.split('?').collect();
    let is_lost = |pair: &[&str]| {
        let (before, behind) = (pair[0].chars().last(), pair[1].chars().next());
        match (before, behind) {
            // `Really?Yes`, but `d?Arc`.
            (Some(before), Some(behind)) if before.is_lowercase() && behind.is_uppercase() => {
                pair[0].chars().count() == 1
            }
            (Some(before), Some(behind)) => before.is_alphabetic() && behind.is_alphabetic(),
            (before, None) if is_address => before.is_some(),
            _ => false,
        }
    };
    if parts.windows(2).any(is_lost) || has_run_inside(word) {
        return Questions::Lost;
    }
    let is_name = word.strip_suffix('?').is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '’' | '\''))
    });
    if is_name { Questions::Doubtful } else { Questions::None }
}

/// `M??ller`: a letter was two bytes.
fn has_run_inside(word: &str) -> bool {
    let inner = word.trim_matches('?');
    inner.contains("??")
        && inner.split('?').all(|part| part.chars().all(|c| c.is_alphabetic() || c == '-'))
}
