//! Wrapping at words, for terminals that are narrower than a line. Pure.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Narrower than this nothing can be laid out.
const NARROWEST: usize = 40;

/// Wraps a line that is longer than `width` columns; its later lines begin
/// at the column `indent`. A word that is longer than a line is torn.
pub(super) fn fold(line: &str, width: usize, indent: usize) -> String {
    if width < NARROWEST.max(2 * indent) || line.width() <= width {
        return line.to_owned();
    }
    let mut folded = String::with_capacity(line.len() + 16);
    let mut column = 0;
    for word in line.split_inclusive(' ') {
        // The space behind the last word of a line is not seen.
        let is_new_line = column > indent && column + word.trim_end().width() > width;
        if is_new_line {
            break_line(&mut folded, &mut column, indent);
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            if column + wide > width && c != ' ' {
                break_line(&mut folded, &mut column, indent);
            }
            folded.push(c);
            column += wide;
        }
    }
    folded
}

fn break_line(folded: &mut String, column: &mut usize, indent: usize) {
    folded.truncate(folded.trim_end().len());
    folded.push('\n');
    folded.extend(std::iter::repeat_n(' ', indent));
    *column = indent;
}

#[cfg(test)]
mod tests {
    use super::fold;

    const LINE: &str = "failed      bob@example.org: 550 5.1.1 no such user here";

    #[test]
    fn a_line_is_wrapped_at_a_word_and_goes_on_under_its_text() {
        assert_eq!(
            fold(LINE, 40, 12),
            "failed      bob@example.org: 550 5.1.1\n            no such user here"
        );
        assert_eq!(fold(LINE, 56, 12), LINE);
        assert_eq!(fold(LINE, usize::MAX, 12), LINE);
    }

    #[test]
    fn a_word_that_is_longer_than_a_line_is_torn_and_nothing_is_lost() {
        let line = format!("failed      {}: no", "x".repeat(70));
        let folded = fold(&line, 40, 12);
        let lines: Vec<&str> = folded.lines().collect();
        assert!(lines.iter().all(|line| line.len() <= 40), "{folded}");
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(letters(&folded), letters(&line));
    }

    #[test]
    fn a_terminal_that_says_nothing_of_its_size_is_not_believed() {
        assert_eq!(fold(LINE, 0, 12), LINE);
    }

    #[test]
    fn wide_letters_take_two_columns() {
        let folded = fold(&"路".repeat(30), 40, 2);
        assert_eq!(folded, format!("{}\n  {}", "路".repeat(20), "路".repeat(10)));
    }
}
