//! A board on a terminal: lines that are drawn again and again at the same place.

use unicode_width::UnicodeWidthChar;

use super::{Ui, safe};

/// Lines on standard output, drawn anew in place.
#[derive(Debug, Default)]
pub struct Board {
    height: usize,
}

impl Board {
    /// Draws the lines where the ones before stood. A line that is longer than the terminal is
    /// wide is cut: wrapped, it would be two, and the next drawing begin too low.
    pub fn draw(&mut self, ui: &Ui, lines: &[String]) {
        let width = ui.columns();
        let mut text = String::new();
        if self.height > 0 {
            text.push_str(&format!("\x1b[{}A", self.height));
        }
        text.push_str("\r\x1b[J");
        for line in lines {
            text.push_str(&cut(&safe(line), width));
            text.push('\n');
        }
        self.height = lines.len();
        // A terminal that has gone away is noticed by its signal.
        let _ = ui.data(text.as_bytes());
    }
}

/// As much of a line as fits; a terminal that says nothing of its size is not believed.
fn cut(line: &str, width: usize) -> String {
    if width == 0 {
        return line.to_owned();
    }
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    line.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_line_never_takes_more_than_the_terminal_has() {
        assert_eq!(cut("12 sent", 4), "12 s");
        assert_eq!(cut("路路路", 5), "路路");
        assert_eq!(cut("12 sent", usize::MAX), "12 sent");
        assert_eq!(cut("12 sent", 0), "12 sent");
    }
}
