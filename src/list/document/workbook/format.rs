//! What a number format makes of a number: a date, a time, a duration, or a number after all.
//! A workbook holds days as numbers, and only the format of a cell tells.

/// What a format means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// A number.
    #[default]
    Number,
    /// A date, a time of day, or both.
    Moment {
        /// Whether days, months or years are shown.
        has_date: bool,
    },
    /// Hours that go on past a day: `[h]:mm`.
    Duration,
    /// A whole number with so many digits at least, as postcodes have: `00000`.
    Padded(usize),
}

impl Format {
    /// The formats that every workbook has without listing them (ECMA-376 part 1, 18.8.30).
    /// Those of Chinese, Japanese, Korean and Thai are dates or times by language.
    pub(super) fn built_in(id: u16) -> Self {
        match id {
            14..=17 | 22 => Self::Moment { has_date: true },
            18..=21 | 27..=36 | 45 | 47 | 50..=58 | 71..=79 | 81 => {
                Self::Moment { has_date: false }
            }
            46 | 80 => Self::Duration,
            _ => Self::Number,
        }
    }

    /// What a format's code means: `dd/mm/yyyy;@`. Of several sections the first counts.
    pub(super) fn of(code: &str) -> Self {
        let mut rest = code.chars().peekable();
        let (mut has_date, mut has_time, mut has_month, mut zeros) = (false, false, false, 0);
        let mut is_padded = true;
        while let Some(c) = rest.next() {
            match c {
                ';' => break,
                '"' => {
                    rest.by_ref().find(|c| *c == '"');
                }
                '\\' | '_' | '*' => {
                    rest.next();
                }
                '[' => {
                    let name: String = rest.by_ref().take_while(|c| *c != ']').collect();
                    if is_elapsed(&name) {
                        return Self::Duration;
                    }
                }
                'G' | 'g' if is_next(&rest, "eneral") => {
                    rest.nth("eneral".len() - 1);
                }
                'E' | 'e' if matches!(rest.peek(), Some('+' | '-')) => {}
                'A' | 'a' if is_next(&rest, "m/p") || is_next(&rest, "/p") => has_time = true,
                'd' | 'D' | 'y' | 'Y' | 'e' | 'E' | 'g' | 'G' | 'b' | 'B' => has_date = true,
                'h' | 'H' | 's' | 'S' => has_time = true,
                'm' | 'M' => has_month = true,
                '0' => {
                    zeros += 1;
                    continue;
                }
                _ => {}
            }
            is_padded = false;
        }
        if has_date || (has_month && !has_time) {
            Self::Moment { has_date: true }
        } else if has_time {
            Self::Moment { has_date: false }
        } else if is_padded && (2..=32).contains(&zeros) {
            Self::Padded(zeros)
        } else {
            Self::Number
        }
    }
}

/// Whether what stands between brackets counts hours, minutes or seconds.
fn is_elapsed(name: &str) -> bool {
    let mut letters = name.chars().map(|c| c.to_ascii_lowercase());
    let first = letters.next();
    matches!(first, Some('h' | 'm' | 's')) && letters.all(|c| Some(c) == first)
}

fn is_next(rest: &std::iter::Peekable<std::str::Chars<'_>>, word: &str) -> bool {
    let mut rest = rest.clone();
    word.chars().all(|c| rest.next().is_some_and(|next| next.eq_ignore_ascii_case(&c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_tells_dates_from_numbers() {
        let date = Format::Moment { has_date: true };
        let time = Format::Moment { has_date: false };
        let cases = [
            ("General", Format::Number),
            ("GENERAL", Format::Number),
            ("0.00", Format::Number),
            ("0", Format::Number),
            ("#,##0.00\\ \"Mitglieder\"", Format::Number),
            ("0.00E+00", Format::Number),
            ("0%", Format::Number),
            ("@", Format::Number),
            ("[Red]#,##0", Format::Number),
            ("_(\"$\"* #,##0.00_);[Red]-d", Format::Number),
            ("[$€-407]\\ #,##0.00", Format::Number),
            ("[$-407]dd/mm/yyyy;@", date),
            ("yyyy\\-mm\\-dd", date),
            ("mmm-yy", date),
            ("mmmm", date),
            ("d/m/yy h:mm", date),
            ("[$-411]ggge\"年\"m\"月\"d\"日\"", date),
            ("h:mm AM/PM", time),
            ("mm:ss.0", time),
            ("[h]:mm:ss", Format::Duration),
            ("[mm]:ss", Format::Duration),
            ("00000", Format::Padded(5)),
            ("\"M\"0000", Format::Number),
        ];
        for (code, format) in cases {
            assert_eq!(Format::of(code), format, "{code}");
        }
        assert_eq!(Format::built_in(14), date);
        assert_eq!(Format::built_in(9), Format::Number);
        assert_eq!(Format::built_in(46), Format::Duration);
    }
}
