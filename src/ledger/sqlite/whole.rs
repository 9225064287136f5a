//! The ledger as a whole: its rows out and in, its soundness, its size.

use std::fs;
use std::path::Path;

use rusqlite::types::{ToSql, ToSqlOutput};
use rusqlite::{
    Connection, ErrorCode, Row as Found, Statement, TransactionBehavior, params_from_iter,
};

use crate::finding::Finding;
use crate::ledger::book::Book as _;
use crate::ledger::whole::{
    Column, Kind, Row, Sink, TABLES, Table, Value, Whole, contradiction, merged_astray, miscounted,
    not_empty,
};

use super::Sqlite;
use super::open::beside;
use super::schema;
use super::trouble::Trouble;

/// How many faults of one kind are told.
const TOLD: usize = 10;
/// The pages that are kept while rows are taken in, in kibibytes: addresses come in no order,
/// and each that finds its page here saves a page to write. It does not grow with the ledger.
const PAGES: i64 = 32 << 10;
/// The index that is made at the end, when all rows are there.
const INDEX: &str = "recipients_by_state";

impl Whole for Sqlite {
    fn rows(&self, each: &mut Sink<'_>) -> Result<(), Finding> {
        let say = |trouble: Trouble| trouble.into_finding(&self.name);
        let before = self.stands();
        // One moment of the file, whatever a run writes meanwhile.
        let moment = self.connection.unchecked_transaction().map_err(|error| say(error.into()))?;
        for table in TABLES {
            let Some(mut query) = select(&moment, table).map_err(say)? else { continue };
            let mut rows = query.query([]).map_err(|error| say(error.into()))?;
            while let Some(found) = rows.next().map_err(|error| say(error.into()))? {
                each(row(table, found).map_err(say)?)?;
            }
        }
        if self.has_stirred() || self.stands() != before {
            Err(stirred(&self.name))
        } else {
            Ok(())
        }
    }

    fn take_in(
        &mut self,
        pour: &mut dyn FnMut(&mut Sink<'_>) -> Result<(), Finding>,
    ) -> Result<(), Finding> {
        let name = self.name.clone();
        let say = |trouble: Trouble| trouble.into_finding(&name);
        let sql = |error: rusqlite::Error| say(error.into());
        self.connection.pragma_update(None, "cache_size", -PAGES).map_err(sql)?;
        let taking = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sql)?;
        if TABLES.iter().any(|table| count(&taking, table).is_ok_and(|count| count > 0)) {
            return Err(not_empty(&name));
        }
        let index: Option<String> = taking
            .query_row("SELECT max(sql) FROM sqlite_master WHERE name = ?1", [INDEX], |row| {
                row.get(0)
            })
            .map_err(sql)?;
        taking.execute_batch(&format!("DROP INDEX IF EXISTS {INDEX}")).map_err(sql)?;
        let mut poured = vec![0; TABLES.len()];
        pour(&mut |row| {
            if let Some(place) = TABLES.iter().position(|table| table.name == row.table.name) {
                poured[place] += 1;
            }
            insert(&taking, &row.at_rest()).map_err(|(table, trouble)| match trouble {
                Trouble::Sql(error)
                    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) =>
                {
                    contradiction(table, &error.to_string())
                }
                trouble => say(trouble),
            })
        })?;
        for (table, poured) in TABLES.iter().zip(poured) {
            let found = count(&taking, table).map_err(say)?;
            if found != poured {
                return Err(miscounted(table.name, poured, found));
            }
        }
        if let Some(index) = index {
            taking.execute_batch(&index).map_err(sql)?;
        }
        if let Some(finding) = merged_into_nobody(&taking, &name).map_err(say)? {
            return Err(finding);
        }
        taking.commit().map_err(sql)
    }

    fn faults(&self) -> Result<Vec<Finding>, Finding> {
        self.ask(|connection| {
            let mut faults = damage(connection, &self.name)?;
            // Whatever else is asked of a damaged file says nothing.
            if faults.is_empty() {
                faults.extend(missing(connection, &self.name)?);
                faults.extend(strangers(connection, &self.name)?);
            }
            Ok(faults)
        })
    }

    fn version(&self) -> Result<usize, Finding> {
        self.ask(schema::version)
    }

    fn size(&self) -> Result<u64, Finding> {
        let path = Path::new(self.connection.path().unwrap_or_default());
        let bytes = |path: &Path| fs::metadata(path).map_or(0, |data| data.len());
        Ok(bytes(path) + bytes(&beside(path, "-wal")))
    }

    fn vacuum(&mut self) -> Result<(), Finding> {
        // Without the checkpoint all that was written anew would still lie in the `-wal`.
        self.ask(|connection| {
            connection.execute_batch("VACUUM")?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(connection.execute_batch("PRAGMA optimize")?)
        })
    }
}

impl Sqlite {
    /// How the file stands that is read as one that nobody writes to, which nothing guards: one
    /// in which somebody has written meanwhile may have been read as it never was.
    fn stands(&self) -> Option<(u64, Option<impl PartialEq + use<>>)> {
        self.still_without.as_ref()?;
        let data = fs::metadata(self.connection.path()?).ok()?;
        Some((data.len(), data.modified().ok()))
    }
}

fn stirred(name: &str) -> Finding {
    Finding::error(
        "ledger-in-use",
        format!("somebody wrote to the ledger `{name}` while it was read"),
        "try again",
    )
}

/// A question for all rows of a table; none where the ledger is of a version before it. A
/// column that came later is empty.
fn select<'a>(connection: &'a Connection, table: &Table) -> Result<Option<Statement<'a>>, Trouble> {
    let mut query = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let there: Vec<String> =
        query.query_map([table.name], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if there.is_empty() {
        return Ok(None);
    }
    let cell = |column: &Column| {
        if there.iter().any(|name| name == column.name) { column.name } else { "NULL" }
    };
    let cells: Vec<&str> = table.columns.iter().map(cell).collect();
    let key: Vec<&str> = table.columns[..table.key].iter().map(|column| column.name).collect();
    let (cells, key) = (cells.join(", "), key.join(", "));
    let sql = format!("SELECT {cells} FROM {} ORDER BY {key}", table.name);
    Ok(Some(connection.prepare(&sql)?))
}

fn row(table: &'static Table, found: &Found<'_>) -> Result<Row, Trouble> {
    let cell = |(place, column): (usize, &Column)| {
        Ok::<_, rusqlite::Error>(match column.kind {
            Kind::Flag => found.get::<_, Option<bool>>(place)?.map_or(Value::Null, Value::Flag),
            Kind::Text | Kind::State => {
                found.get::<_, Option<String>>(place)?.map_or(Value::Null, Value::Text)
            }
            _ => found.get::<_, Option<i64>>(place)?.map_or(Value::Null, Value::Integer),
        })
    };
    let values = table.columns.iter().enumerate().map(cell).collect::<Result<_, _>>()?;
    Ok(Row { table, values })
}

fn insert(connection: &Connection, row: &Row) -> Result<(), (&'static str, Trouble)> {
    let table = row.table;
    let mut marks = vec!["?"; table.columns.len()].join(", ");
    let identity = row.identity().map_or(Value::Null, Value::Text);
    let (more, identity) = if table.has_identity() {
        marks.push_str(", ?");
        (", identity", Some(&identity))
    } else {
        ("", None)
    };
    let sql = format!("INSERT INTO {} ({}{more}) VALUES ({marks})", table.name, table.names());
    let values = params_from_iter(row.values.iter().chain(identity));
    let inserted = connection.prepare_cached(&sql).and_then(|mut insert| insert.execute(values));
    inserted.map(drop).map_err(|error| (table.name, error.into()))
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Null => rusqlite::types::Null.to_sql(),
            Self::Integer(number) => number.to_sql(),
            Self::Flag(flag) => flag.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}

fn count(connection: &Connection, table: &Table) -> Result<u64, Trouble> {
    let sql = format!("SELECT count(*) FROM {}", table.name);
    let count: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// What SQLite finds when it reads every page. Where it cannot go on, that is found too.
fn damage(connection: &Connection, name: &str) -> Result<Vec<Finding>, Trouble> {
    let mut query = connection.prepare(&format!("PRAGMA integrity_check({TOLD})"))?;
    let mut rows = query.query([])?;
    let mut findings = Vec::new();
    loop {
        let said: String = match rows.next() {
            Ok(Some(row)) => row.get(0)?,
            Ok(None) => return Ok(findings),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                findings.push(Trouble::Damaged.into_finding(name));
                return Ok(findings);
            }
            Err(error) => return Err(error.into()),
        };
        if said != "ok" {
            findings.push(Finding::error(
                "ledger-corrupt",
                format!("the ledger `{name}` is damaged: {}", said.replace('\n', "; ")),
                "send nothing with it; restore it from a backup: without it nobody knows who has had a campaign",
            ));
        }
    }
}

/// All that a database is made of, by its name.
const PARTS: &str = "
    SELECT m.type || ' `' || m.name || '`' FROM sqlite_master m
    UNION
    SELECT 'column `' || m.name || '.' || c.name || '`'
    FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";

/// Tables, columns, indices and triggers that belong to this version and are not there. Without
/// the key of the recipients nobody would be kept from getting a campaign twice.
fn missing(connection: &Connection, name: &str) -> Result<Vec<Finding>, Trouble> {
    let mut fresh = Connection::open_in_memory()?;
    schema::migrate(&mut fresh)?;
    let version = schema::version(connection)?;
    if version < schema::VERSION {
        return Ok(Vec::new());
    }
    let parts = |of: &Connection| -> Result<Vec<String>, Trouble> {
        let mut query = of.prepare(PARTS)?;
        Ok(query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    };
    let there = parts(connection)?;
    let gone = parts(&fresh)?.into_iter().filter(|part| !there.contains(part));
    let finding = |part: String| {
        Finding::error(
            "ledger-incomplete",
            format!("the ledger `{name}` has no {part}: somebody took it away"),
            "send nothing with it; `handbill ledger copy` to a new ledger makes it whole, where its rows are",
        )
    };
    Ok(gone.map(finding).collect())
}

/// Rows that point at rows which are not there.
fn strangers(connection: &Connection, name: &str) -> Result<Vec<Finding>, Trouble> {
    let mut findings: Vec<Finding> = merged_into_nobody(connection, name)?.into_iter().collect();
    let mut query = connection.prepare(
        "SELECT \"table\", \"parent\", count(*) FROM pragma_foreign_key_check GROUP BY 1, 2",
    )?;
    let found = query.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
    })?;
    for found in found {
        let (table, parent, count) = found?;
        findings.push(Finding::error(
            "ledger-contradiction",
            format!("{count} of `{table}` in `{name}` point at `{parent}` that are not there"),
            "somebody has deleted rows by hand; restore the ledger from a backup",
        ));
    }
    Ok(findings)
}

/// Recipients that another counts for which is not there. No key of the table's says so: that
/// would cost every claim that is given back a look at all others.
fn merged_into_nobody(connection: &Connection, name: &str) -> Result<Option<Finding>, Trouble> {
    if schema::version(connection)? < schema::WITH_IDENTITIES {
        return Ok(None);
    }
    let sql = "SELECT count(*) FROM recipients AS one WHERE merged IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM recipients AS other WHERE other.id = one.merged)";
    let count: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    Ok((count > 0).then(|| merged_astray(name, count.unsigned_abs())))
}
