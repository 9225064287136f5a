//! What formulas gave when the workbook was saved.

use super::super::trouble::Trouble;
use crate::finding::Finding;

/// A formula whose result is not in the file: a program wrote it that cannot calculate. Taken as
/// blank, a column that tells who left would let everybody be mailed.
pub(super) fn without_value(row: u64, column: usize) -> Trouble {
    let cell = format!("{}{row}", letters(column));
    let finding = Finding::error(
        "formula-without-value",
        format!("the cell {cell} holds a formula, and the file does not say what it gives"),
        "open the workbook in a spreadsheet program and save it: it calculates then",
    );
    Trouble::Row(row, Box::new(finding))
}

/// What stands for an error in the binary formats (MS-XLS 2.5.10).
pub(super) fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        0x2b => "#GETTING_DATA",
        _ => "#ERROR!",
    }
}

/// A column as programs call it: `AB`.
fn letters(column: usize) -> String {
    let (mut rest, mut letters) = (column.saturating_add(1), Vec::new());
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn a_column_has_letters() {
        for (index, name) in [(0, "A"), (25, "Z"), (26, "AA"), (16_383, "XFD")] {
            assert_eq!(letters(index), name);
        }
    }
}
