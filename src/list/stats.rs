//! What a list is made of, gathered row by row in constant memory.

use std::collections::HashMap;

use super::{Column, Subscriber};

/// How many domains are counted at a time.
const DOMAINS: usize = 4096;
/// How much of a column's longest value is kept, in characters.
const EXAMPLE: usize = 60;

/// The figures of a list so far.
#[derive(Clone, Debug)]
pub struct Stats {
    columns: Vec<ColumnStats>,
    domains: HashMap<String, u64>,
    uncounted: u64,
}

/// The figures of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnStats {
    /// The column.
    pub column: Column,
    /// In how many rows it is blank.
    pub blank: u64,
    /// The length of its longest value, in characters.
    pub longest: usize,
    /// That value, or its beginning.
    pub example: String,
}

impl Stats {
    /// Starts with no rows.
    pub fn new(columns: &[Column]) -> Self {
        let start = |column: &Column| ColumnStats {
            column: column.clone(),
            blank: 0,
            longest: 0,
            example: String::new(),
        };
        Self { columns: columns.iter().map(start).collect(), domains: HashMap::new(), uncounted: 0 }
    }

    /// Counts one subscriber.
    pub fn add(&mut self, subscriber: &Subscriber) {
        for (column, cell) in self.columns.iter_mut().zip(&subscriber.cells) {
            column.add(cell);
        }
        self.add_domain(subscriber.mailbox.address.domain());
    }

    /// The columns, from left to right.
    pub fn columns(&self) -> &[ColumnStats] {
        &self.columns
    }

    /// The most common domains, most common first.
    pub fn domains(&self, most: usize) -> Vec<(&str, u64)> {
        let mut domains: Vec<_> =
            self.domains.iter().map(|(domain, count)| (domain.as_str(), *count)).collect();
        domains.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        domains.truncate(most);
        domains
    }

    /// By how much the count of a domain may be too low: nothing for a list
    /// of up to 4,096 domains.
    pub fn uncounted(&self) -> u64 {
        self.uncounted
    }

    /// Misra and Gries (1982): when the map is full, all counts go down by
    /// one, and whoever is common stays.
    fn add_domain(&mut self, domain: &str) {
        if let Some(count) = self.domains.get_mut(domain) {
            *count += 1;
        } else if self.domains.len() < DOMAINS {
            self.domains.insert(domain.to_owned(), 1);
        } else {
            self.uncounted += 1;
            self.domains.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
    }
}

impl ColumnStats {
    fn add(&mut self, cell: &str) {
        self.blank += u64::from(cell.is_empty());
        // A text has no more characters than bytes.
        if cell.len() <= self.longest {
            return;
        }
        let length = cell.chars().count();
        if length > self.longest {
            self.longest = length;
            self.example = cell.chars().take(EXAMPLE).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Mailbox;
    use crate::list::Unit;

    fn subscriber(email: &str, city: &str) -> Subscriber {
        let mailbox = Mailbox::parse(email).expect("an address");
        Subscriber {
            mailbox,
            line: 2,
            unit: Unit::Line,
            cells: vec![email.to_owned(), city.to_owned()],
            surplus: 0,
        }
    }

    fn stats() -> Stats {
        Stats::new(&[Column::new("email", 0), Column::new("City", 1)])
    }

    #[test]
    fn blanks_and_the_longest_value_of_each_column_are_kept() {
        let mut stats = stats();
        for city in ["Leeds", "", "東京", ""] {
            stats.add(&subscriber("a@example.org", city));
        }
        let city = &stats.columns()[1];
        assert_eq!((city.blank, city.longest, city.example.as_str()), (2, 5, "Leeds"));
    }

    #[test]
    fn common_domains_are_found_among_a_hundred_thousand_rare_ones() {
        let mut stats = stats();
        for number in 0..100_000 {
            stats.add(&subscriber(&format!("a@host{number}.example"), ""));
            stats.add(&subscriber("a@example.org", ""));
        }
        assert!(stats.domains.len() <= DOMAINS);
        let (domain, count) = stats.domains(10)[0];
        assert_eq!(domain, "example.org");
        assert!(count <= 100_000 && count + stats.uncounted() >= 100_000);
    }
}
