//! How a list writes its days, in the letters of spreadsheets: `dd.mm.yyyy`, `m/d/yy hh:mm`.

use chrono::NaiveDate;

use super::day::written_moment;

/// A way to write days: `d` the day, `m` the month, `yyyy` or `yy` the year; `h` the hour, `m`
/// behind it the minute, `s` the second. Everything else stands as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Day(usize),
    Month(usize),
    Year(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    Sign(char),
}

impl Format {
    /// Reads one; why it is none otherwise.
    ///
    /// # Errors
    /// A phrase that names what is missing or wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let length = rest.find(|c| c != letter).unwrap_or(rest.len());
            let width = length / letter.len_utf8();
            let has_hour = pieces.iter().any(|piece| matches!(piece, Piece::Hour(_)));
            let piece = match (letter.to_ascii_lowercase(), width) {
                ('d', 1 | 2) => Piece::Day(width),
                ('m', 1 | 2) if has_hour => Piece::Minute(width),
                ('m', 1 | 2) => Piece::Month(width),
                ('y', 2 | 4) => Piece::Year(width),
                ('h', 1 | 2) => Piece::Hour(width),
                ('s', 1 | 2) => Piece::Second(width),
                ('t', 1) => Piece::Sign(letter),
                (letter, _) if letter.is_alphanumeric() => {
                    return Err(format!("`{}` stands for nothing", &rest[..length]));
                }
                _ => {
                    pieces.extend((1..width).map(|_| Piece::Sign(letter)));
                    Piece::Sign(letter)
                }
            };
            pieces.push(piece);
            rest = &rest[length..];
        }
        let count = |is: fn(&Piece) -> bool| pieces.iter().filter(|piece| is(piece)).count();
        for (what, found) in [
            ("the day, `d`", count(|piece| matches!(piece, Piece::Day(_)))),
            ("the month, `m`", count(|piece| matches!(piece, Piece::Month(_)))),
            ("the year, `yyyy`", count(|piece| matches!(piece, Piece::Year(_)))),
        ] {
            if found != 1 {
                let how = if found == 0 { "is missing" } else { "stands there twice" };
                return Err(format!("{what}, {how}"));
            }
        }
        Ok(Self { text: text.to_owned(), pieces })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it has a time.
    pub fn has_time(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Hour(_)))
    }

    /// Reads a cell: `2026-05-14`, or `2026-05-14T18:30:00`.
    pub(super) fn read(&self, cell: &str) -> Option<String> {
        let mut rest = cell.trim();
        let (mut year, mut month, mut day) = (0, 0, 0);
        let (mut hour, mut minute, mut second) = (0, 0, 0);
        for piece in &self.pieces {
            let mut take = |most: usize, least: usize| {
                let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                let (number, after) = rest.split_at(digits);
                rest = after;
                number.parse::<u32>().ok().filter(|_| digits >= least)
            };
            match piece {
                Piece::Day(_) => day = take(2, 1)?,
                Piece::Month(_) => month = take(2, 1)?,
                Piece::Year(2) => {
                    let short = take(2, 2)?;
                    // As POSIX reads two digits of a year (`strptime`, `%y`).
                    year = if short < 69 { 2000 + short } else { 1900 + short };
                }
                Piece::Year(width) => year = take(*width, *width)?,
                Piece::Hour(_) => hour = take(2, 1)?,
                Piece::Minute(_) => minute = take(2, 1)?,
                Piece::Second(_) => second = take(2, 1)?,
                Piece::Sign(sign) => rest = rest.strip_prefix(*sign)?,
            }
        }
        if !rest.is_empty() {
            return None;
        }
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        if !self.has_time() {
            return Some(date.format("%Y-%m-%d").to_string());
        }
        Some(written_moment(date.and_hms_opt(hour, minute, second)?))
    }

    /// Writes a day with a time.
    pub(super) fn write(&self, day: (u32, u32, u32), time: (u32, u32, u32)) -> String {
        let ((year, month, date), (hour, minute, second)) = (day, time);
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Day(width) => format!("{date:0width$}"),
            Piece::Month(width) => format!("{month:0width$}"),
            Piece::Year(2) => format!("{:02}", year % 100),
            Piece::Year(width) => format!("{year:0width$}"),
            Piece::Hour(width) => format!("{hour:0width$}"),
            Piece::Minute(width) => format!("{minute:0width$}"),
            Piece::Second(width) => format!("{second:0width$}"),
            Piece::Sign(sign) => sign.to_string(),
        });
        pieces.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_the_list_writes_them() {
        for (format, cell, day) in [
            ("dd.mm.yyyy", "14.05.2027", "2027-05-14"),
            ("d.m.yyyy", "4.5.2027", "2027-05-04"),
            ("dd.mm.yyyy", "4.5.2027", "2027-05-04"),
            ("mm/dd/yyyy", "03/04/2026", "2026-03-04"),
            ("d/m/yy", "3/4/99", "1999-04-03"),
            ("yyyymmdd", "20270514", "2027-05-14"),
            ("m/d/yyyy h:mm", "5/14/2027 9:05", "2027-05-14T09:05:00"),
            ("yyyy-mm-ddThh:mm:ss", "2027-05-14T09:05:07", "2027-05-14T09:05:07"),
        ] {
            let format = Format::parse(format).expect("a format");
            assert_eq!(format.read(cell).as_deref(), Some(day), "{format:?}");
            assert!(format.read(&format.write((2027, 6, 15), (18, 30, 0))).is_some());
        }
        let format = Format::parse("dd.mm.yyyy").expect("a format");
        for cell in ["31.02.2027", "14/05/2027", "14.05.27", "14.05.2027 x", ""] {
            assert_eq!(format.read(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_format_that_says_no_day_is_told_what_it_lacks() {
        let wrong = |text| Format::parse(text).expect_err("it is none");
        assert!(wrong("mm.yyyy").contains("the day"));
        assert!(wrong("dd.mm.yyy").contains("`yyy`"));
        assert!(wrong("dd mon yyyy").contains('`'));
        assert!(wrong("dd.mm.yyyy yy").contains("twice"));
    }
}
