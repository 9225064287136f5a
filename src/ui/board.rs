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
        let drawing = self.drawing(lines, Ui::columns());
        // A terminal that has gone away is noticed by its signal.
        let _ = ui.data(drawing.as_bytes());
    }

    /// The cursor goes up to where the lines before began; all below is wiped.
    fn drawing(&mut self, lines: &[String], width: usize) -> String {
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
        text
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
    use super::{Board, cut};

    #[test]
    fn lines_are_drawn_where_those_before_them_stood() {
        let mut board = Board::default();
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(board.drawing(&lines("1 sent\n4 to go"), 80), "\r\x1b[J1 sent\n4 to go\n");
        assert_eq!(board.drawing(&lines("5 sent"), 80), "\x1b[2A\r\x1b[J5 sent\n");
        assert_eq!(board.drawing(&lines("\x1b[H"), 80), "\x1b[1A\r\x1b[J·[H\n");
    }

    #[test]
    fn a_line_never_takes_more_than_the_terminal_has() {
        assert_eq!(cut("12 sent", 4), "12 s");
        assert_eq!(cut("路路路", 5), "路路");
        assert_eq!(cut("12 sent", usize::MAX), "12 sent");
        assert_eq!(cut("12 sent", 0), "12 sent");
    }
}
