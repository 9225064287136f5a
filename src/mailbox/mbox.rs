//! Mails in one file, one behind the other.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::{Mail, base};

/// How much of a line is read at once.
const LINE: u64 = 64 << 10;

/// The mails of an mbox. One begins behind an empty line; `>From ` in a mail
/// was `From ` (RFC 4155, mboxrd).
pub(super) fn each<E>(
    path: &Path,
    max: usize,
    bytes: &mut Vec<u8>,
    hand_over: &mut dyn FnMut(Mail<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = match File::open(path) {
        Ok(file) => BufReader::with_capacity(256 << 10, file),
        Err(error) => return hand_over(Mail { name: base(path), bytes: Err(error) }),
    };
    let (mut number, mut line) = (0_u64, Vec::new());
    let (mut is_new_line, mut is_behind_empty) = (true, true);
    bytes.clear();
    loop {
        line.clear();
        let read = match reader.by_ref().take(LINE).read_until(b'\n', &mut line) {
            Ok(read) => read,
            Err(error) => return hand_over(Mail { name: base(path), bytes: Err(error) }),
        };
        let begins = is_new_line && is_behind_empty && line.starts_with(b"From ");
        if (begins || read == 0) && number > 0 {
            let name = format!("{}#{number}", base(path));
            hand_over(Mail { name, bytes: Ok(bytes) })?;
            bytes.clear();
        }
        if read == 0 {
            return Ok(());
        }
        if begins {
            number += 1;
        } else {
            let bare = line.iter().position(|byte| *byte != b'>').unwrap_or(0);
            let is_quoted = is_new_line && bare > 0 && line[bare..].starts_with(b"From ");
            let line = &line[usize::from(is_quoted)..];
            bytes.extend_from_slice(&line[..line.len().min(max.saturating_sub(bytes.len()))]);
        }
        is_behind_empty = is_new_line && line.trim_ascii().is_empty();
        is_new_line = line.ends_with(b"\n");
    }
}
