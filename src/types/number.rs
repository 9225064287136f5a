//! Numbers in cells: those that can only mean one thing, and those that may mean another.

/// What a cell is, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `0` or `1`.
    Flag,
    /// `20`, `-3.5`, `007`.
    Plain,
    /// `1.250`: one and a quarter in one country, and twelve hundred and fifty in another.
    Thousand,
    /// `12,50`, `1.250,00`, `£20`, `20 USD`, `15 %`: a number to people.
    Written,
    /// None.
    None,
}

/// Reads `20`, `-3.5`, `007`: digits, with a point between.
pub(super) fn plain(cell: &str) -> Option<f64> {
    let digits = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (is_digits(whole) && is_digits(fraction)).then(|| cell.parse().ok()).flatten()
}

/// What a cell is.
pub(super) fn form(cell: &str) -> Form {
    match cell {
        "0" | "1" => return Form::Flag,
        _ if !cell.chars().any(|c| c.is_ascii_digit()) => return Form::None,
        _ => {}
    }
    if plain(cell).is_some() {
        let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
        let whole = whole.trim_start_matches(['-', '+']);
        let is_thousand = fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with('0');
        return if is_thousand { Form::Thousand } else { Form::Plain };
    }
    let is_number =
        bare(cell).is_some_and(|bare| bare.chars().all(|c| c.is_ascii_digit() || ".,".contains(c)));
    if is_number { Form::Written } else { Form::None }
}

/// Reads a number whose decimal sign is known, with what people put between and around digits.
pub(super) fn told(cell: &str, decimal: char) -> Option<f64> {
    let bare = bare(cell)?;
    let grouping = if decimal == ',' { '.' } else { ',' };
    let (whole, fraction) = bare.split_once(decimal).unwrap_or((&bare, ""));
    let groups: Vec<&str> = whole.split(grouping).collect();
    let (first, others) = groups.split_first()?;
    let is_grouped = others.is_empty()
        || (1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3);
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !is_grouped || !is_digits(fraction) || !groups.iter().all(|group| is_digits(group)) {
        return None;
    }
    let minus = if cell.trim_start().starts_with(['-', '−']) { "-" } else { "" };
    let (whole, fraction) = (groups.concat(), if fraction.is_empty() { "0" } else { fraction });
    format!("{minus}{whole}.{fraction}").parse().ok().filter(|_| !whole.is_empty())
}

/// Digits with their points and commas, without a sign, a currency and the spaces and
/// apostrophes between groups; nothing where something else stands there.
fn bare(cell: &str) -> Option<String> {
    let cell = cell.trim().trim_start_matches(['-', '+', '−']).trim_start();
    let is_digit = |c: char| c.is_ascii_digit();
    let (start, end) = (cell.find(is_digit)?, cell.rfind(is_digit)? + 1);
    let (before, between, after) = (&cell[..start], &cell[start..end], &cell[end..]);
    // A code or a sign, once.
    let words = [before.trim(), after.trim().trim_end_matches(",-").trim_end_matches(".-")];
    let is_currency = |word: &str| {
        let is_code = word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase());
        let is_sign = word.chars().count() <= 3
            && word.chars().all(|c| !c.is_ascii() || c == '$' || c == '%' || c.is_alphabetic())
            && word.chars().any(|c| !c.is_ascii_alphabetic());
        word.is_empty() || is_code || is_sign || matches!(word, "kr" | "Kr" | "Fr" | "Fr." | "R")
    };
    if !words.into_iter().all(is_currency) || words.iter().all(|word| !word.is_empty()) {
        return None;
    }
    let is_space = |c: char| c.is_whitespace() || matches!(c, '\'' | '’');
    Some(between.chars().filter(|c| !is_space(*c)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_only_be_one_number_is_that_one() {
        for (cell, number) in [("20", 20.0), ("-3.5", -3.5), ("007", 7.0), ("+4", 4.0)] {
            assert_eq!(plain(cell), Some(number), "{cell}");
            assert_eq!(form(cell), Form::Plain, "{cell}");
        }
        for cell in ["", "12,50", "1e5", "inf", "nan", "0x10", "1.2.3", ".5", "5.", "- 3", "١٢"] {
            assert_eq!(plain(cell), None, "{cell}");
        }
    }

    #[test]
    fn what_may_be_another_number_is_not_guessed() {
        for cell in ["12,50", "1.250,00", "£20", "20 USD", "USD 20", "15 %", "1 250,00 €", "kr 20"]
        {
            assert_eq!(form(cell), Form::Written, "{cell}");
        }
        for cell in ["1.250", "-12.500", "999.999"] {
            assert_eq!(form(cell), Form::Thousand, "{cell}");
        }
        for cell in ["0.125", "1250.125"] {
            assert_eq!(form(cell), Form::Plain, "{cell}");
        }
        for cell in ["", "abc", "12 High Street", "A12", "2026-05-14", "12:30", "3rd", "1-2"] {
            assert_eq!(form(cell), Form::None, "{cell}");
        }
    }

    #[test]
    fn a_decimal_sign_that_is_told_makes_it_sure() {
        let comma = |cell| told(cell, ',');
        let point = |cell| told(cell, '.');
        for (cell, number) in
            [("12,50", 12.5), ("1.250,00", 1250.0), ("1.250", 1250.0), ("-3", -3.0), ("20 €", 20.0)]
        {
            assert_eq!(comma(cell), Some(number), "{cell}");
        }
        for (cell, number) in
            [("£1,250.50", 1250.5), ("20 USD", 20.0), ("1’250.00", 1250.0), ("$20", 20.0)]
        {
            assert_eq!(point(cell), Some(number), "{cell}");
        }
        for cell in ["12.50", "1.25.00", "abc", "", "1,2,3", "12,5 or so"] {
            assert_eq!(comma(cell), None, "{cell}");
        }
    }
}
