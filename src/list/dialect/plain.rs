//! Fields of text that RFC 4180 does not describe: quotes that are signs like any other, tabs and
//! line breaks behind a backslash, quotes inside quotes that are written once.
//!
//! `PostgreSQL`, `MySQL`, `MariaDB`, Miller and `SQLite`'s shell write such text. A carriage return
//! ends a row only with a line feed behind it: these programs leave it alone inside cells.

use csv_core::ReadFieldResult;

/// Reads one field after the other, as `csv_core` does for what it knows.
pub(in crate::list) struct Plain {
    delimiter: u8,
    form: Form,
    state: State,
}

/// What quotes and backslashes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::list) enum Form {
    /// Signs like any other.
    Bare,
    /// A backslash stands before a delimiter or a line break that belongs to the cell, or before
    /// a letter that means one.
    Backslashes,
    /// A cell may stand in quotes, and a quote ends it only before a delimiter or a line break.
    Quotes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing of the field was read.
    Start,
    Bare,
    /// Behind a backslash.
    Escape,
    /// Behind a carriage return.
    Return,
    Quoted,
    /// Behind a quote that may end the cell.
    Quote,
}

/// What becomes of a byte.
enum Taken {
    Nothing,
    Byte(u8),
    Pair(u8, u8),
    /// This byte belongs to the cell, and the one that was read is still to be taken.
    Again(u8),
    End {
        record_end: bool,
    },
}

impl Plain {
    /// Begins at the first field.
    pub(in crate::list) fn new(delimiter: u8, form: Form) -> Self {
        Self { delimiter, form, state: State::Start }
    }

    /// Reads on in a field: what it came to, how much was read, and how much written.
    pub(in crate::list) fn read_field(
        &mut self,
        input: &[u8],
        output: &mut [u8],
        at_end: bool,
    ) -> (ReadFieldResult, usize, usize) {
        let (mut read, mut written) = (0, 0);
        while read < input.len() {
            if output.len() - written < 2 {
                return (ReadFieldResult::OutputFull, read, written);
            }
            let taken = if at_end { self.end() } else { self.take(input[read]) };
            read += 1;
            match taken {
                Taken::Nothing => {}
                Taken::Byte(byte) => {
                    output[written] = byte;
                    written += 1;
                }
                Taken::Pair(first, second) => {
                    output[written..written + 2].copy_from_slice(&[first, second]);
                    written += 2;
                }
                Taken::Again(byte) => {
                    output[written] = byte;
                    (read, written) = (read - 1, written + 1);
                }
                Taken::End { record_end } => {
                    self.state = State::Start;
                    return (ReadFieldResult::Field { record_end }, read, written);
                }
            }
        }
        (ReadFieldResult::InputEmpty, read, written)
    }

    fn take(&mut self, byte: u8) -> Taken {
        let is_delimiter = byte == self.delimiter;
        match self.state {
            State::Start if byte == b'"' && self.form == Form::Quotes => {
                self.state = State::Quoted;
                Taken::Nothing
            }
            State::Start | State::Bare => {
                self.state = State::Bare;
                match byte {
                    _ if is_delimiter => Taken::End { record_end: false },
                    b'\n' => Taken::End { record_end: true },
                    b'\r' if self.form == Form::Quotes => Taken::End { record_end: true },
                    b'\r' => {
                        self.state = State::Return;
                        Taken::Nothing
                    }
                    b'\\' if self.form == Form::Backslashes => {
                        self.state = State::Escape;
                        Taken::Nothing
                    }
                    _ => Taken::Byte(byte),
                }
            }
            State::Escape => {
                self.state = State::Bare;
                escaped(byte, is_delimiter)
            }
            State::Return if byte == b'\n' => Taken::End { record_end: true },
            State::Return => {
                self.state = State::Bare;
                Taken::Again(b'\r')
            }
            State::Quoted if byte == b'"' => {
                self.state = State::Quote;
                Taken::Nothing
            }
            State::Quoted => Taken::Byte(byte),
            State::Quote if is_delimiter => Taken::End { record_end: false },
            State::Quote if matches!(byte, b'\n' | b'\r') => Taken::End { record_end: true },
            State::Quote => {
                self.state = State::Quoted;
                Taken::Again(b'"')
            }
        }
    }

    /// What the end of the file means; nothing inside quotes.
    fn end(&mut self) -> Taken {
        match self.state {
            State::Quoted => Taken::Nothing,
            State::Escape => {
                self.state = State::Bare;
                Taken::Again(b'\\')
            }
            State::Start | State::Bare | State::Return | State::Quote => {
                Taken::End { record_end: true }
            }
        }
    }
}

/// What a byte behind a backslash means. Letters that no program writes so, and the `\N` for
/// nothing, keep it.
fn escaped(byte: u8, is_delimiter: bool) -> Taken {
    Taken::Byte(match byte {
        _ if is_delimiter => byte,
        b'\\' | b'"' | b'\'' | b'\n' | b'\r' => byte,
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        b'0' => 0,
        _ => return Taken::Pair(b'\\', byte),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of a text, read so many bytes at a time.
    fn records(text: &str, form: Form, piece: usize) -> Vec<Vec<String>> {
        let mut reader = Plain::new(b'|', form);
        let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), Vec::new());
        let mut pieces =
            text.as_bytes().chunks(piece).map(|piece| (piece, false)).collect::<Vec<_>>();
        pieces.push((b"\n", true));
        for (mut input, at_end) in pieces {
            while !input.is_empty() {
                let mut output = [0; 8];
                let (result, read, written) = reader.read_field(input, &mut output, at_end);
                input = &input[read..];
                cell.extend_from_slice(&output[..written]);
                if let ReadFieldResult::Field { record_end } = result {
                    record.push(String::from_utf8(std::mem::take(&mut cell)).expect("UTF-8"));
                    if record_end {
                        records.push(std::mem::take(&mut record));
                    }
                }
            }
        }
        records.retain(|record: &Vec<String>| record != &[""]);
        records
    }

    #[track_caller]
    fn reads(text: &str, form: Form, expected: &[&[&str]]) {
        for piece in 1..=text.len() {
            assert_eq!(records(text, form, piece), expected, "{text:?} by {piece}");
        }
    }

    #[test]
    fn a_backslash_makes_a_delimiter_and_a_line_break_part_of_the_cell() {
        let text =
            "a|J\\|U\\\\|two\\\nlines|\\N\r\nb|x\\ty\\nz|\\\\N|a\r\\\nb\nc|\\\\\\\n|\\s\"|\"\\";
        let rows: [&[&str]; 3] = [
            &["a", "J|U\\", "two\nlines", "\\N"],
            &["b", "x\ty\nz", "\\N", "a\r\nb"],
            &["c", "\\\n", "\\s\"", "\"\\"],
        ];
        reads(text, Form::Backslashes, &rows);
    }

    #[test]
    fn quotes_and_backslashes_are_signs_like_any_other() {
        let rows: [&[&str]; 2] = [&["a", "\"", "x\"\\"], &["b\rc", "\"\"", "d"]];
        reads("a|\"|x\"\\\nb\rc|\"\"|d\r", Form::Bare, &rows);
    }

    #[test]
    fn a_quote_ends_a_cell_before_a_delimiter_or_a_line_break_alone() {
        let text =
            "\"Zoë \"Zed\" O'Neil\"|\"\"\"|\"\"\"\"\r\n\"a|b\nc\"|NULL|\"\\\"\n\"\"|x\"y|\"z\"";
        let rows: [&[&str]; 3] =
            [&["Zoë \"Zed\" O'Neil", "\"", "\"\""], &["a|b\nc", "NULL", "\\"], &["", "x\"y", "z"]];
        reads(text, Form::Quotes, &rows);
    }
}
