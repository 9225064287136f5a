//! The one judge of rows: whether each is what a ledger's rows are, and points at what came
//! before it. Memory grows with runs and campaigns, not with recipients. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::address::Address;
use crate::ledger::entry::State;

use super::tables::{Kind, TABLES};
use super::{Row, Value};

/// The largest number of a row that is believed: whoever counts on from there has room.
const ID_MAX: i64 = 1 << 52;

/// Looks at the rows of one ledger, in their order.
#[derive(Debug, Default)]
pub struct Inspector {
    campaigns: HashSet<i64>,
    runs: HashMap<i64, i64>,
    table: usize,
    last: Option<i64>,
    tallied: Tallied,
}

/// What was counted on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallied {
    /// Rows by table, the tables in their order.
    pub rows: BTreeMap<&'static str, u64>,
    /// Recipients by what is stored of them.
    pub states: BTreeMap<&'static str, u64>,
}

impl Tallied {
    /// How many rows of a table there were.
    pub fn of(&self, table: &str) -> u64 {
        self.rows.get(table).copied().unwrap_or(0)
    }

    /// Whether there was anything.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Inspector {
    /// Looks at the next row. What is wrong with it is said in a phrase.
    pub fn look(&mut self, row: &Row) -> Result<(), String> {
        let place = row.table.place();
        if place < self.table {
            return Err(format!("`{}` comes after `{}`", row.table.name, TABLES[self.table].name));
        }
        if place > self.table {
            (self.table, self.last) = (place, None);
        }
        *self.tallied.rows.entry(row.table.name).or_default() += 1;
        for (column, value) in row.table.columns.iter().zip(&row.values) {
            fits(column.kind, column.optional, value).map_err(|why| {
                format!("`{}` of a row of `{}` {why}", column.name, row.table.name)
            })?;
        }
        self.number(row)?;
        match row.table.name {
            "campaigns" => _ = self.campaigns.insert(row.integer("id").unwrap_or(0)),
            "runs" => self.run(row)?,
            "stages" => _ = self.run_of(row)?,
            "recipients" => self.recipient(row)?,
            "suppressions" | "subscriptions" => _ = address(row)?,
            _ => {}
        }
        Ok(())
    }

    /// What was counted.
    pub fn tallied(&self) -> &Tallied {
        &self.tallied
    }

    /// Rows with a number of their own come in its order, so none of them has it twice.
    fn number(&mut self, row: &Row) -> Result<(), String> {
        if row.table.columns.first().is_none_or(|column| column.name != "id") {
            return Ok(());
        }
        let id = row.integer("id");
        if id <= self.last {
            return Err(format!(
                "the `id` {} of `{}` is not larger than the one before",
                id.unwrap_or(0),
                row.table.name
            ));
        }
        self.last = id;
        Ok(())
    }

    fn run(&mut self, row: &Row) -> Result<(), String> {
        let campaign = self.campaign_of(row)?;
        self.runs.insert(row.integer("id").unwrap_or(0), campaign);
        Ok(())
    }

    fn campaign_of(&self, row: &Row) -> Result<i64, String> {
        let campaign = row.integer("campaign").unwrap_or(0);
        let missing =
            || format!("a row of `{}` is of a campaign that is not there", row.table.name);
        self.campaigns.contains(&campaign).then_some(campaign).ok_or_else(missing)
    }

    fn run_of(&self, row: &Row) -> Result<i64, String> {
        let run = self.runs.get(&row.integer("run").unwrap_or(0)).copied();
        run.ok_or_else(|| format!("a row of `{}` is of a run that is not there", row.table.name))
    }

    fn recipient(&mut self, row: &Row) -> Result<(), String> {
        let read = address(row)?;
        if row.text("domain") != read.domain() {
            return Err(format!("the `domain` of {read} is another"));
        }
        let campaign = self.campaign_of(row)?;
        if self.run_of(row)? != campaign {
            return Err(format!("{read} was claimed by a run of another campaign"));
        }
        let state = state(row.text("state")).unwrap_or(State::InDoubt);
        if state == State::Deferred && *row.value("retry_at") == Value::Null {
            return Err(format!("{read} is deferred, and nothing says until when"));
        }
        *self.tallied.states.entry(state.as_str()).or_default() += 1;
        Ok(())
    }
}

fn fits(kind: Kind, optional: bool, value: &Value) -> Result<(), &'static str> {
    match (kind, value) {
        (_, Value::Null) if optional => Ok(()),
        (_, Value::Null) => Err("is missing"),
        (Kind::Id, Value::Integer(1..=ID_MAX))
        | (Kind::Count, Value::Integer(0..))
        | (Kind::Integer, Value::Integer(_))
        | (Kind::Flag, Value::Flag(_))
        | (Kind::Text, Value::Text(_)) => Ok(()),
        (Kind::State, Value::Text(text)) if state(text).is_some() => Ok(()),
        (Kind::Id, _) => Err("is no number of a row"),
        (Kind::Count, _) => Err("is no count"),
        (Kind::Integer, _) => Err("is no number"),
        (Kind::Flag, _) => Err("is neither yes nor no"),
        (Kind::Text, _) => Err("is no text"),
        (Kind::State, _) => Err("is no state that this program knows"),
    }
}

fn state(text: &str) -> Option<State> {
    State::ALL.into_iter().find(|state| state.as_str() == text)
}

/// The address of a row, whose key must be the one by which it is found.
fn address(row: &Row) -> Result<Address, String> {
    let email = row.text("email");
    let table = row.table.name;
    let read =
        Address::parse(email).map_err(|_| format!("an `email` of `{table}` is no address"))?;
    if read.as_str() != email || read.key() != row.text("address") {
        return Err(format!("{read} stands in `{table}` under an `address` that is not its own"));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::whole::tables::Table;

    fn row(table: &str, set: &[(&str, Value)]) -> Row {
        let table = Table::of(table).expect("a table");
        let cell = |name: &str| set.iter().find(|(known, _)| *known == name);
        let values = table.columns.iter().map(|column| match (cell(column.name), column.kind) {
            (Some((_, value)), _) => value.clone(),
            (None, _) if column.optional => Value::Null,
            (None, Kind::Text) => Value::Text("x".into()),
            (None, Kind::State) => Value::Text("sent".into()),
            (None, Kind::Flag) => Value::Flag(true),
            (None, _) => Value::Integer(1),
        });
        Row { table, values: values.collect() }
    }

    fn reader(name: &str, more: &[(&str, Value)]) -> Row {
        let text = |text: &str| Value::Text(text.into());
        let email = format!("{name}@example.org");
        let mut set = more.to_vec();
        set.extend([
            ("email", text(&email)),
            ("address", text(&email.to_lowercase())),
            ("domain", text("example.org")),
        ]);
        row("recipients", &set)
    }

    fn after_a_run() -> Inspector {
        let mut inspector = Inspector::default();
        inspector.look(&row("campaigns", &[])).expect("sound");
        inspector.look(&row("runs", &[])).expect("sound");
        inspector
    }

    #[test]
    fn rows_as_this_program_writes_them_are_sound_and_counted() {
        let mut inspector = after_a_run();
        inspector.look(&reader("Ann", &[])).expect("sound");
        let claimed = [("id", Value::Integer(7)), ("state", Value::Text("claimed".into()))];
        inspector.look(&reader("bob", &claimed)).expect("sound");
        assert_eq!(inspector.tallied().of("recipients"), 2);
        assert_eq!(inspector.tallied().states, BTreeMap::from([("claimed", 1), ("sent", 1)]));
    }

    #[test]
    fn whatever_would_break_a_promise_is_told() {
        let state = |state: &str| ("state", Value::Text(state.into()));
        let cases = [
            (reader("ann", &[("run", Value::Integer(2))]), "a run that is not there"),
            (reader("ann", &[("campaign", Value::Integer(2))]), "a campaign that is not there"),
            (reader("ann", &[state("deferred")]), "nothing says until when"),
            (reader("ann", &[state("postponed")]), "no state that this program knows"),
            (reader("ann", &[("id", Value::Integer(0))]), "no number of a row"),
            (reader("ann", &[("id", Value::Integer(i64::MAX))]), "no number of a row"),
            (reader("ann", &[("attempts", Value::Integer(-1))]), "no count"),
            (reader("ann", &[("at", Value::Null)]), "is missing"),
            (reader("a\r\nnn", &[]), "no address"),
            (row("recipients", &[("email", Value::Text("Ann@x.test".into()))]), "not its own"),
            (row("suppressions", &[]), "no address"),
            (row("campaigns", &[]), "comes after"),
        ];
        for (row, why) in cases {
            let told = after_a_run().look(&row).expect_err(why);
            assert!(told.contains(why), "{told} is not {why}");
        }
        let mut inspector = after_a_run();
        inspector.look(&reader("ann", &[])).expect("sound");
        let told = inspector.look(&reader("bob", &[])).expect_err("the same number");
        assert!(told.contains("not larger"), "{told}");
    }
}
