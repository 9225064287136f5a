//! What the cells of a column are, counted one by one in constant memory, and the type that they
//! all fit.

use super::day;
use super::number;
use super::rules::TypeRule;
use super::yes_no;
use super::{ColumnType, Doubt, Kind, Odd, Zone};

/// How much of a cell is kept as an example, in characters.
const EXAMPLE: usize = 40;

/// Cells of one form.
#[derive(Clone, Debug, Default)]
struct Form {
    count: u64,
    line: u64,
    example: String,
}

impl Form {
    fn add(&mut self, line: u64, cell: &str) {
        if self.count == 0 {
            self.line = line;
            self.example = cell.chars().take(EXAMPLE).collect();
        }
        self.count += 1;
    }
}

/// The cells of a column, by their forms.
#[derive(Clone, Debug)]
pub struct Tally {
    told: Option<ColumnType>,
    is_name: bool,
    zone: Zone,
    filled: u64,
    example: String,
    flags: Form,
    plain: Form,
    /// Plain numbers with a fraction of other than three digits: points are decimal here.
    fractions: u64,
    thousands: Form,
    written_numbers: Form,
    words: Form,
    days: Form,
    moments: Form,
    written_days: Form,
    text: Form,
    misfits: Form,
}

impl Tally {
    /// No cells yet of a column that a letter calls so; `rule` is what the settings tell of it.
    pub fn new(name: &str, rule: Option<&TypeRule>, zone: Zone) -> Self {
        Self {
            told: rule.map(TypeRule::column_type),
            is_name: is_name(name),
            zone,
            filled: 0,
            example: String::new(),
            flags: Form::default(),
            plain: Form::default(),
            fractions: 0,
            thousands: Form::default(),
            written_numbers: Form::default(),
            words: Form::default(),
            days: Form::default(),
            moments: Form::default(),
            written_days: Form::default(),
            text: Form::default(),
            misfits: Form::default(),
        }
    }

    /// Counts a cell; a blank one is none. `counts` says whether its row does, and is only asked
    /// of a cell that is not like most before it.
    pub fn add(&mut self, line: u64, cell: &str, counts: impl FnOnce() -> bool) {
        if cell.is_empty() {
            return;
        }
        if let Some(told) = &self.told {
            if told.read(cell, self.zone).is_none() {
                if !counts() {
                    return;
                }
                self.misfits.add(line, cell);
            }
            return self.fill(cell);
        }
        let most = self.most();
        let number = number::form(cell);
        let is_fraction = number == number::Form::Plain && cell.contains('.');
        let form = match number {
            number::Form::Flag => &mut self.flags,
            number::Form::Plain => &mut self.plain,
            number::Form::Thousand => &mut self.thousands,
            number::Form::Written => &mut self.written_numbers,
            number::Form::None => match day::form(cell) {
                day::Form::Day => &mut self.days,
                day::Form::Moment => &mut self.moments,
                day::Form::Written => &mut self.written_days,
                day::Form::None if yes_no::read(cell).is_some() => &mut self.words,
                day::Form::None => &mut self.text,
            },
        };
        if form.count >= most || counts() {
            form.add(line, cell);
            self.fill(cell);
            self.fractions += u64::from(is_fraction);
        }
    }

    fn fill(&mut self, cell: &str) {
        self.filled += 1;
        if self.filled == 1 {
            self.example = cell.chars().take(EXAMPLE).collect();
        }
    }

    /// How many cells have the commonest form; one at least, since the first cell may be wrong.
    fn most(&self) -> u64 {
        let Self { flags, plain, thousands, written_numbers, words, .. } = self;
        let forms = [flags, plain, thousands, written_numbers, words, &self.days, &self.moments];
        let most = forms.into_iter().chain([&self.written_days, &self.text]).map(|form| form.count);
        most.max().unwrap_or(0).max(1)
    }

    /// The type that all cells fit, or what is in the way of it.
    pub fn column_type(&self) -> ColumnType {
        let found = match &self.told {
            Some(told) => {
                let doubt = (self.misfits.count > 0)
                    .then(|| Doubt::Misfits(self.odd(told.kind, &[&self.misfits])));
                ColumnType { doubt, ..told.clone() }
            }
            None if self.is_name => ColumnType::of(Kind::Text),
            None => self.fitting(),
        };
        ColumnType { example: self.example.clone(), ..found }
    }

    fn fitting(&self) -> ColumnType {
        let Self { flags, plain, thousands, written_numbers, words, days, moments, .. } = self;
        let is_all = |forms: &[&Form]| {
            self.filled > 0 && forms.iter().map(|form| form.count).sum::<u64>() == self.filled
        };
        let sure = |kind| ColumnType::of(kind);
        let unclear = |kind, odd: &[&Form]| ColumnType {
            doubt: Some(Doubt::Unclear(self.odd(kind, odd))),
            ..ColumnType::of(Kind::Text)
        };
        match () {
            () if is_all(&[flags]) => ColumnType { is_flag: true, ..sure(Kind::Number) },
            () if is_all(&[flags, words]) => sure(Kind::YesNo),
            () if is_all(&[flags, plain, thousands]) => {
                if thousands.count > 0 && self.fractions == 0 {
                    unclear(Kind::Number, &[thousands])
                } else {
                    sure(Kind::Number)
                }
            }
            () if is_all(&[flags, plain, thousands, written_numbers]) => {
                unclear(Kind::Number, &[written_numbers])
            }
            () if is_all(&[days]) => sure(Kind::Date),
            () if is_all(&[days, moments]) => sure(Kind::DateTime),
            () if is_all(&[days, moments, &self.written_days]) => {
                unclear(Kind::Date, &[&self.written_days])
            }
            () => self.mixed(),
        }
    }

    /// Text; with what most of its cells are otherwise.
    fn mixed(&self) -> ColumnType {
        let Self { flags, plain, thousands, words, days, moments, text, .. } = self;
        let (numbers, dates) =
            (flags.count + plain.count + thousands.count, days.count + moments.count);
        let (written, written_days) = (&self.written_numbers, &self.written_days);
        let others: [(Kind, u64, [&Form; 5]); 3] = [
            (Kind::Number, numbers, [text, words, days, moments, written_days]),
            (Kind::YesNo, words.count + flags.count, [text, plain, thousands, written, days]),
            (Kind::Date, dates, [text, words, flags, plain, written]),
        ];
        let most =
            others.into_iter().filter(|(_, count, _)| *count > 0 && count * 2 >= self.filled);
        let doubt = most.max_by_key(|(_, count, _)| *count).map(|(kind, count, odd)| {
            let found = self.odd(kind, &odd);
            Doubt::Mixed(Odd { cells: self.filled - count, ..found })
        });
        ColumnType { doubt, ..ColumnType::of(Kind::Text) }
    }

    /// The first of some cells.
    fn odd(&self, kind: Kind, forms: &[&Form]) -> Odd {
        let first = forms.iter().filter(|form| form.count > 0).min_by_key(|form| form.line);
        Odd {
            kind,
            cells: forms.iter().map(|form| form.count).sum(),
            filled: self.filled,
            example: first.map(|form| form.example.clone()).unwrap_or_default(),
            line: first.map_or(0, |form| form.line),
        }
    }
}

/// Whether a column holds names: there are people who are called No, Vera and Salah.
fn is_name(column: &str) -> bool {
    const NAMES: [&str; 16] = [
        "name",
        "nom",
        "nome",
        "nombre",
        "vorname",
        "nachname",
        "prenom",
        "surname",
        "forename",
        "apellido",
        "apellidos",
        "cognome",
        "voornaam",
        "achternaam",
        "fname",
        "lname",
    ];
    column.split('_').any(|word| NAMES.contains(&word)) || column.ends_with("name")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_of(name: &str, cells: &[&str]) -> ColumnType {
        let mut tally = Tally::new(name, None, Zone::UTC);
        for (line, cell) in (2..).zip(cells) {
            tally.add(line, cell, || true);
        }
        tally.column_type()
    }

    #[test]
    fn a_column_is_what_all_its_cells_are() {
        for (cells, kind) in [
            (vec!["20", "", "0.00", "-3"], Kind::Number),
            (vec!["0", "1", ""], Kind::Number),
            (vec!["1.250", "12.5"], Kind::Number),
            (vec!["yes", "No", "ja"], Kind::YesNo),
            (vec!["1", "yes", "0"], Kind::YesNo),
            (vec!["x", ""], Kind::YesNo),
            (vec!["2026-05-14", "2026-01-01"], Kind::Date),
            (vec!["2026-05-14", "2026-01-01T10:00:00Z"], Kind::DateTime),
            (vec!["Leeds", "York"], Kind::Text),
            (vec!["", ""], Kind::Text),
            (vec!["yes", "maybe"], Kind::Text),
        ] {
            let found = type_of("donated", &cells);
            assert_eq!(found.kind, kind, "{cells:?}");
            assert!(!matches!(found.doubt, Some(Doubt::Unclear(_))), "{cells:?}");
        }
        assert!(type_of("vip", &["0", "1"]).is_flag);
        assert!(!type_of("vip", &["0", "2"]).is_flag);
    }

    #[test]
    fn what_may_mean_two_things_is_in_doubt_with_its_place_and_count() {
        let unclear = |cells: &[&str]| match type_of("gift", cells).doubt {
            Some(Doubt::Unclear(odd)) => (odd.kind, odd.cells, odd.example, odd.line),
            other => panic!("{other:?}"),
        };
        assert_eq!(unclear(&["20", "12,50", "3,00"]), (Kind::Number, 2, "12,50".into(), 3));
        assert_eq!(unclear(&["1.250", "20"]), (Kind::Number, 1, "1.250".into(), 2));
        assert_eq!(unclear(&["£20"]), (Kind::Number, 1, "£20".into(), 2));
        assert_eq!(unclear(&["03/04/2026"]), (Kind::Date, 1, "03/04/2026".into(), 2));
        let Some(Doubt::Mixed(odd)) = type_of("gift", &["20", "30", "none yet"]).doubt else {
            panic!("it is mixed")
        };
        assert_eq!((odd.kind, odd.cells, odd.filled, odd.line), (Kind::Number, 1, 3, 4));
    }

    #[test]
    fn names_are_text_whatever_they_mean_elsewhere() {
        assert_eq!(type_of("first_name", &["Vera", "No"]).kind, Kind::Text);
        assert_eq!(type_of("vorname", &["Ja"]).kind, Kind::Text);
    }
}
