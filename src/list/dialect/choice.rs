//! The choice of what quotes and backslashes mean in a list: that by which the fewest rows are odd.
//! Where two are as good and a cell would read otherwise, nobody knows, and nothing is chosen.

use std::io;

use super::look::Look;
use super::stretch::Stretches;
use super::{Dialect, Quoting};

/// What quotes and backslashes mean, or a cell that may be read in two ways.
pub(super) fn quoting(
    stretches: &Stretches,
    dialect: Dialect,
) -> io::Result<Result<Quoting, String>> {
    if stretches.parts.is_empty() {
        return Ok(Ok(Quoting::Doubled));
    }
    let look = |quoting| Look::at(stretches, Dialect { quoting, ..dialect });
    let doubled = look(Quoting::Doubled)?;
    let has_backslashes = stretches.have("\\");
    if !has_backslashes && doubled.misfits == 0 && doubled.odd == 0 {
        return Ok(Ok(Quoting::Doubled));
    }
    let has_escapes = is_escaped_within_quotes(&doubled);
    let mut best = Best { quoting: Quoting::Doubled, misfits: doubled.misfits, odd: doubled.odd };
    if stretches.have("\\\"") || has_escapes {
        let escaped = look(Quoting::Escaped { everywhere: true })?;
        let everywhere = escaped.has_bare_escape;
        let is_likelier =
            escaped.misfits < best.misfits || (has_escapes && escaped.misfits == best.misfits);
        best.take_if(is_likelier, Quoting::Escaped { everywhere }, &escaped);
    }
    if doubled.misfits > 0 && doubled.has_wrapped {
        let single = look(Quoting::Single)?;
        best.take_if(single.misfits < best.misfits, Quoting::Single, &single);
    }
    if stretches.have_old_breaks() {
        return Ok(Ok(best.quoting));
    }
    text(dialect, best, &doubled, &look)
}

/// The best reading so far.
#[derive(Clone, Copy)]
struct Best {
    quoting: Quoting,
    misfits: u64,
    odd: u64,
}

impl Best {
    fn take_if(&mut self, is_likelier: bool, quoting: Quoting, look: &Look) {
        if is_likelier {
            *self = Self { quoting, misfits: look.misfits, odd: look.odd };
        }
    }
}

/// Whether backslashes are escapes where no quote has one: nothing is written as `\N` outside of
/// quotes, or each line break inside has one before it. Once may be by chance.
fn is_escaped_within_quotes(doubled: &Look) -> bool {
    let signs = &doubled.backslashes;
    let are_breaks = signs.escaped_breaks > 0 && signs.other_breaks == 0;
    let is_likely = if signs.has_null {
        signs.are_escapes || are_breaks
    } else {
        are_breaks && signs.escaped_breaks > 1
    };
    doubled.has_wrapped && is_likely && !signs.are_plain
}

/// Whether the list is the text of a database or its shell, which knows no quotes.
fn text(
    dialect: Dialect,
    mut best: Best,
    doubled: &Look,
    look: &dyn Fn(Quoting) -> io::Result<Look>,
) -> io::Result<Result<Quoting, String>> {
    // So databases separate what they write without quotes. Between commas a quote that nothing
    // closes is rather somebody's mistake, and is told.
    let is_usual = matches!(dialect.delimiter, b'\t' | b'|');
    let bare = look(Quoting::Text { has_escapes: false })?;
    let others = best;
    let is_fitter =
        bare.misfits < others.misfits || (bare.misfits == others.misfits && bare.odd < others.odd);
    let is_bare = is_usual && is_fitter;
    let signs = &bare.backslashes;
    if bare.odd * 2 > bare.rows {
        return Ok(Ok(best.quoting));
    }
    best.take_if(is_bare, Quoting::Text { has_escapes: false }, &bare);
    if signs.are_plain {
        return Ok(Ok(best.quoting));
    }
    let escaped = look(Quoting::Text { has_escapes: true })?;
    let chosen = Quoting::Text { has_escapes: true };
    if escaped.misfits < best.misfits && (is_usual || escaped.misfits < bare.misfits) {
        return Ok(Ok(chosen));
    }
    if escaped.misfits != best.misfits {
        return Ok(Ok(best.quoting));
    }
    // Whether the quotes that stand there leave it open that they mean nothing.
    let may_be_text = is_bare || !doubled.has_wrapped || escaped.odd <= others.odd;
    let is_likely = if is_usual {
        may_be_text && (signs.has_null || signs.are_escapes)
    } else {
        !doubled.has_wrapped && signs.has_null
    };
    // As many rows are whole by either reading, and not the same ones.
    if let Some(cell) = signs.last.as_ref().filter(|_| best.misfits > 0 && (is_likely || is_bare)) {
        return Ok(Err(cell.clone()));
    }
    if is_likely {
        return Ok(Ok(chosen));
    }
    let is_open = is_usual && (is_bare || !doubled.has_wrapped);
    Ok(match &signs.unclear {
        Some(cell) if is_open => Err(cell.clone()),
        _ => Ok(best.quoting),
    })
}
