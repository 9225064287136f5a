//! Tables in the text part: aligned columns where they fit, otherwise each
//! row as a few lines `head: value`.

use super::super::marks::Marks;
use super::wrap::{padded, width};

/// The widest table that is drawn in columns.
const COLUMNS: usize = 78;

/// A table being gathered: rows of cells, and block tags between them.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Row>,
}

enum Row {
    Cells(Vec<String>),
    /// Marks of block tags between two rows.
    Between(String),
}

impl Table {
    pub(super) fn begin_row(&mut self) {
        self.rows.push(Row::Cells(Vec::new()));
    }

    pub(super) fn cell(&mut self, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(Row::Cells(cells)) = self.rows.last_mut() {
            cells.push(text);
        }
    }

    pub(super) fn between(&mut self, marks: &str) {
        self.rows.push(Row::Between(marks.trim().to_owned()));
    }

    /// The table as lines, without a last line break.
    pub(super) fn written(&self, marks: &Marks) -> String {
        let shown = |cell: &str| width(&marks.removed(cell)) + 10 * marks.find(cell).len();
        let cells = || {
            self.rows.iter().filter_map(|row| match row {
                Row::Cells(cells) => Some(cells),
                Row::Between(_) => None,
            })
        };
        let count = cells().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..count)
            .map(|at| {
                cells().filter_map(|row| row.get(at)).map(|cell| shown(cell)).max().unwrap_or(0)
            })
            .collect();
        let total = widths.iter().sum::<usize>() + 3 * count.saturating_sub(1);
        let head = cells().next().cloned().unwrap_or_default();
        let has_marks = cells().flatten().any(|cell| !marks.find(cell).is_empty());
        if total <= COLUMNS && !has_marks { self.aligned(&widths) } else { self.listed(&head) }
    }

    fn aligned(&self, widths: &[usize]) -> String {
        let mut lines = Vec::new();
        let mut glue = String::new();
        for row in &self.rows {
            match row {
                Row::Between(marks) => glue.push_str(marks),
                Row::Cells(cells) => {
                    let cells: Vec<String> =
                        cells.iter().zip(widths).map(|(cell, wide)| padded(cell, *wide)).collect();
                    lines.push(format!(
                        "{}{}",
                        std::mem::take(&mut glue),
                        cells.join(" | ").trim_end()
                    ));
                    if lines.len() == 1 {
                        let rule: Vec<String> =
                            widths.iter().map(|wide| "-".repeat(*wide)).collect();
                        lines.push(rule.join("-|-"));
                    }
                }
            }
        }
        format!("{}{glue}", lines.join("\n"))
    }

    /// Each row by itself. The line break belongs to the row, so that a row
    /// that a condition leaves out leaves nothing behind.
    fn listed(&self, head: &[String]) -> String {
        let mut out = String::new();
        for (number, row) in self.rows.iter().enumerate() {
            match row {
                Row::Between(marks) => out.push_str(marks),
                Row::Cells(_) if number == 0 => {}
                Row::Cells(cells) => {
                    for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty())
                    {
                        let lead = if at == 0 { "- " } else { "  " };
                        match head.get(at).filter(|name| !name.is_empty()) {
                            Some(name) => out.push_str(&format!("{lead}{name}: {cell}\n")),
                            None => out.push_str(&format!("{lead}{cell}\n")),
                        }
                    }
                }
            }
        }
        out.truncate(out.trim_end_matches('\n').len());
        out
    }
}
