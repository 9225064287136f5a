//! The ledger as a whole: its rows out and in, its soundness, its size. Nothing here is begun
//! again when the connection is lost: whoever asked is told, and nothing was changed.

use std::io::Cursor;
use std::pin::Pin;

use futures_util::SinkExt as _;
use tokio::runtime::Runtime;
use tokio_postgres::{CopyInSink, Row as Found};

use crate::finding::Finding;
use crate::ledger::whole::{
    Column, Kind, MADE_ANEW, Row, Sink, TABLES, Table, Value, Whole, contradiction, merged_astray,
    miscounted, not_empty,
};
use crate::postgres::Server;

use super::Postgres;
use super::link::Link;
use super::outcomes::text;
use super::queries::count;
use super::schema;
use super::trouble::Trouble;

/// How many rows come at a time.
const PIECE: usize = 2000;
/// How many bytes leave at a time.
const LOAD: usize = 64 << 10;

impl Whole for Postgres {
    fn rows(&self, each: &mut Sink<'_>) -> Result<(), Finding> {
        // One moment of the database, whatever runs write meanwhile.
        self.ask(&async |link| {
            link.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
        })?;
        let told = TABLES.iter().try_for_each(|table| self.rows_of(table, each));
        let ended = self.ask(&async |link| link.batch("ROLLBACK").await);
        told.and(ended)
    }

    fn take_in(
        &mut self,
        pour: &mut dyn FnMut(&mut Sink<'_>) -> Result<(), Finding>,
    ) -> Result<(), Finding> {
        // Makes the connection anew if it was lost.
        self.ask(&async |link| link.batch("BEGIN").await)?;
        let link = self.link.borrow();
        let Some(link) = link.as_ref() else {
            return Err(Trouble::Late.into_finding(&self.server));
        };
        let mut filler = Filler {
            runtime: &self.runtime,
            link,
            server: &self.server,
            poured: vec![0; TABLES.len()],
            copying: None,
            load: Vec::with_capacity(2 * LOAD),
        };
        let taken = filler.fill(pour);
        // A copy that is under way ends with it, and with that the transaction can.
        drop(filler);
        let end = if taken.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.runtime.block_on(link.batch(end));
        taken?;
        ended.map_err(|trouble| trouble.into_finding(&self.server))
    }

    fn faults(&self) -> Result<Vec<Finding>, Finding> {
        self.ask(&async |link| {
            let mut faults = missing(link, &self.server).await?;
            // Whatever else is asked of tables that are not there says nothing.
            if faults.is_empty() {
                faults.extend(doubles(link, &self.server).await?);
                faults.extend(strangers(link, &self.server).await?);
            }
            Ok(faults)
        })
    }

    fn version(&self) -> Result<usize, Finding> {
        self.ask(&async |link| Ok(schema::version(link).await?.unwrap_or(0)))
    }

    fn size(&self) -> Result<u64, Finding> {
        self.ask(&async |link| {
            let sql = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
                       WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace";
            count(&link.one(sql, &[]).await?, 0)
        })
    }

    fn vacuum(&mut self) -> Result<(), Finding> {
        let tables: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        let sql = format!("VACUUM (ANALYZE) {}, tokens, token_index", tables.join(", "));
        self.ask(&async |link| link.batch(&sql).await)
    }
}

impl Postgres {
    /// All rows of a table, inside of a transaction. They leave between two pieces: whoever
    /// takes them may have a database of its own to wait for.
    fn rows_of(&self, table: &'static Table, each: &mut Sink<'_>) -> Result<(), Finding> {
        let there = self.ask(&async |link| columns(link, table).await)?;
        // None where the ledger is of a version before it. A column that came later is empty.
        if there.is_empty() {
            return Ok(());
        }
        let cell = |column: &Column| {
            let is_there = there.iter().any(|name| name == column.name);
            if is_there { column.name.to_owned() } else { empty(column) }
        };
        let cells: Vec<String> = table.columns.iter().map(cell).collect();
        let key: Vec<String> = table.columns[..table.key].iter().map(ordered).collect();
        let declare = format!(
            "DECLARE whole_{0} NO SCROLL CURSOR FOR SELECT {1} FROM {0} ORDER BY {2}",
            table.name,
            cells.join(", "),
            key.join(", ")
        );
        let fetch = format!("FETCH {PIECE} FROM whole_{}", table.name);
        self.ask(&async |link| link.batch(&declare).await)?;
        loop {
            let piece = self.ask(&async |link| link.rows(&fetch, &[]).await)?;
            let is_last = piece.len() < PIECE;
            for found in piece {
                let row =
                    row(table, &found).map_err(|trouble| trouble.into_finding(&self.server))?;
                each(row)?;
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

/// The columns of a table that are there.
async fn columns(link: &Link, table: &Table) -> Result<Vec<String>, Trouble> {
    let sql = "SELECT attname::text FROM pg_attribute
               WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped";
    let rows = link.rows(sql, &[&table.name]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, tokio_postgres::Error>>()?)
}

/// Nothing, of a column's type.
fn empty(column: &Column) -> String {
    let kind = match column.kind {
        Kind::Flag => "boolean",
        Kind::Text | Kind::State => "text",
        _ => "bigint",
    };
    format!("NULL::{kind}")
}

/// A column in the order of its bytes, which is SQLite's too.
fn ordered(column: &Column) -> String {
    let collation = if column.kind == Kind::Text { " COLLATE \"C\"" } else { "" };
    format!("{}{collation}", column.name)
}

fn row(table: &'static Table, found: &Found) -> Result<Row, Trouble> {
    let cell = |(place, column): (usize, &Column)| {
        Ok::<_, tokio_postgres::Error>(match column.kind {
            Kind::Flag => found.try_get::<_, Option<bool>>(place)?.map_or(Value::Null, Value::Flag),
            Kind::Text | Kind::State => {
                found.try_get::<_, Option<String>>(place)?.map_or(Value::Null, Value::Text)
            }
            _ => found.try_get::<_, Option<i64>>(place)?.map_or(Value::Null, Value::Integer),
        })
    };
    let values = table.columns.iter().enumerate().map(cell).collect::<Result<_, _>>()?;
    Ok(Row { table, values })
}

/// A table that is being copied into.
type Copying = (&'static Table, Pin<Box<CopyInSink<Cursor<Vec<u8>>>>>);

/// Copies rows into the tables, inside of a transaction.
struct Filler<'a> {
    runtime: &'a Runtime,
    link: &'a Link,
    server: &'a Server,
    poured: Vec<u64>,
    copying: Option<Copying>,
    load: Vec<u8>,
}

impl Filler<'_> {
    fn fill(
        &mut self,
        pour: &mut dyn FnMut(&mut Sink<'_>) -> Result<(), Finding>,
    ) -> Result<(), Finding> {
        let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        // Nobody opens a run or claims anybody meanwhile.
        let lock = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", names.join(", "));
        self.wait("", self.link.batch(&lock))?;
        for table in TABLES {
            if self.count(table)? > 0 {
                return Err(not_empty(&self.server.to_string()));
            }
        }
        pour(&mut |row| self.take(&row.at_rest()))?;
        self.end_copy()?;
        for (place, table) in TABLES.iter().enumerate() {
            let (poured, found) = (self.poured[place], self.count(table)?);
            if found != poured {
                return Err(miscounted(table.name, poured, found));
            }
            if table.columns[0].name == "id" && found > 0 {
                let sql = format!(
                    "SELECT setval(pg_get_serial_sequence('{0}', 'id'), max(id)) FROM {0}",
                    table.name
                );
                self.wait(table.name, self.link.one(&sql, &[]))?;
            }
        }
        let strangers = self.wait("bounces", strangers(self.link, self.server))?;
        strangers.into_iter().next().map_or(Ok(()), Err)
    }

    fn take(&mut self, row: &Row) -> Result<(), Finding> {
        if self.copying.as_ref().is_none_or(|(table, _)| table.name != row.table.name) {
            self.end_copy()?;
            let mut names = row.table.names();
            for (name, _) in more(row) {
                names.push_str(&format!(", {name}"));
            }
            let sql = format!("COPY {} ({names}) FROM STDIN", row.table.name);
            let sink = self.wait(row.table.name, self.link.copy_in(&sql))?;
            self.copying = Some((row.table, Box::pin(sink)));
        }
        if let Some(place) = TABLES.iter().position(|table| table.name == row.table.name) {
            self.poured[place] += 1;
        }
        write(row, &mut self.load);
        if self.load.len() >= LOAD { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<(), Finding> {
        let Some((table, sink)) = &mut self.copying else { return Ok(()) };
        let load = std::mem::take(&mut self.load);
        let sent = self.runtime.block_on(sink.send(Cursor::new(load)));
        sent.map_err(|error| said(table.name, error.into(), self.server))
    }

    fn end_copy(&mut self) -> Result<(), Finding> {
        self.send()?;
        let Some((table, mut sink)) = self.copying.take() else { return Ok(()) };
        let ended = self.runtime.block_on(sink.as_mut().finish());
        ended.map(drop).map_err(|error| said(table.name, error.into(), self.server))
    }

    fn count(&self, table: &Table) -> Result<u64, Finding> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        let counted = async { count(&self.link.one(&sql, &[]).await?, 0) };
        self.wait(table.name, counted)
    }

    fn wait<T>(
        &self,
        table: &str,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Finding> {
        self.runtime.block_on(work).map_err(|trouble| said(table, trouble, self.server))
    }
}

/// What a table has here beside the columns that are carried: a run's `token` is told apart
/// from those of runs to come, which are positive; nobody asks again for a `batch` of old. The
/// identity is made of the key.
fn more(row: &Row) -> Vec<(&'static str, Value)> {
    let mut more = match row.table.name {
        "runs" => {
            let id = if let Value::Integer(id) = row.value("id") { *id } else { 0 };
            vec![("token", Value::Integer(-id))]
        }
        "recipients" => vec![("batch", Value::Integer(0))],
        _ => Vec::new(),
    };
    if row.table.has_identity() {
        more.push(("identity", row.identity().map_or(Value::Null, Value::Text)));
    }
    more
}

/// A line as `COPY` reads it.
fn write(row: &Row, load: &mut Vec<u8>) {
    let more = more(row);
    let values = row.values.iter().chain(more.iter().map(|(_, value)| value));
    for (place, value) in values.enumerate() {
        if place > 0 {
            load.push(b'\t');
        }
        match value {
            Value::Null => load.extend(b"\\N"),
            Value::Integer(number) => load.extend(number.to_string().into_bytes()),
            Value::Flag(flag) => load.push(if *flag { b't' } else { b'f' }),
            Value::Text(cell) => {
                for byte in text(cell).into_bytes() {
                    match byte {
                        b'\\' => load.extend(b"\\\\"),
                        b'\t' => load.extend(b"\\t"),
                        b'\n' => load.extend(b"\\n"),
                        b'\r' => load.extend(b"\\r"),
                        byte => load.push(byte),
                    }
                }
            }
        }
    }
    load.push(b'\n');
}

fn said(table: &str, trouble: Trouble, server: &Server) -> Finding {
    if let Trouble::Sql(error) = &trouble
        && let Some(told) = error.as_db_error().filter(|told| told.code().code().starts_with("23"))
    {
        return contradiction(table, told.detail().unwrap_or(told.message()));
    }
    trouble.into_finding(server)
}

/// Columns and keys that belong to this version and are not there.
async fn missing(link: &Link, server: &Server) -> Result<Vec<Finding>, Trouble> {
    let mut gone = Vec::new();
    // One of an older program lacks what came later, and this one adds it.
    if schema::version(link).await?.is_some_and(|version| version < schema::VERSION) {
        return Ok(Vec::new());
    }
    for table in TABLES {
        let there = columns(link, table).await?;
        let own = MADE_ANEW.iter().filter(|name| match **name {
            "identifies" => table.name == "runs",
            _ => table.has_identity(),
        });
        let wanted = table.columns.iter().map(|column| column.name).chain(own.copied());
        for name in wanted.filter(|name| !there.iter().any(|one| one == name)) {
            gone.push(format!("column `{}.{name}`", table.name));
        }
    }
    for (table, key) in [
        ("recipients", "campaign, address"),
        ("campaigns", "name"),
        ("suppressions", "address"),
        ("bounces", "digest, recipient"),
    ] {
        // An index that was left half built, or whose key is another, keeps nobody out.
        let sql = "SELECT EXISTS (SELECT 1 FROM pg_index
                   WHERE indrelid = to_regclass($1) AND indisunique AND indisvalid
                     AND indpred IS NULL
                     AND (SELECT string_agg(attname, ', ' ORDER BY place)
                          FROM unnest(indkey) WITH ORDINALITY AS part (number, place)
                          JOIN pg_attribute ON attrelid = indrelid AND attnum = part.number) = $2)";
        if !link.one(sql, &[&table, &key]).await?.try_get::<_, bool>(0)? {
            gone.push(format!("key ({key}) of `{table}`"));
        }
    }
    let finding = |part| {
        Finding::error(
            "ledger-incomplete",
            format!("the ledger `{server}` has no {part}: somebody took it away"),
            "send nothing with it; `handbill ledger copy` to a new ledger makes it whole, where its rows are",
        )
    };
    Ok(gone.into_iter().map(finding).collect())
}

/// Recipients that are there twice although the key forbids it: an index of texts goes wrong
/// where a new system library puts letters into another order.
async fn doubles(link: &Link, server: &Server) -> Result<Vec<Finding>, Trouble> {
    let mut findings = Vec::new();
    for (table, key) in [("recipients", "campaign, address"), ("suppressions", "address")] {
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {table} GROUP BY {key} HAVING count(*) > 1) AS twice"
        );
        let twice = count(&link.one(&sql, &[]).await?, 0)?;
        if twice > 0 {
            findings.push(Finding::error(
                "ledger-corrupt",
                format!("{twice} of `{table}` in `{server}` are there twice"),
                "send nothing with it; an index is damaged (a new collation?): restore a backup, then `REINDEX DATABASE`",
            ));
        }
    }
    Ok(findings)
}

/// Bounces of recipients that are not there; this database does not look at that itself.
async fn strangers(link: &Link, server: &Server) -> Result<Vec<Finding>, Trouble> {
    let sql = "SELECT count(*) FROM bounces
               WHERE NOT EXISTS (SELECT 1 FROM recipients WHERE recipients.id = bounces.recipient)";
    let found = count(&link.one(sql, &[]).await?, 0)?;
    let finding = || {
        Finding::error(
            "ledger-contradiction",
            format!("{found} of `bounces` in `{server}` point at `recipients` that are not there"),
            "somebody has deleted rows by hand; restore the ledger from a backup",
        )
    };
    let mut findings: Vec<Finding> = (found > 0).then(finding).into_iter().collect();
    if link.holds().await?.identities {
        let sql = "SELECT count(*) FROM recipients AS one WHERE merged IS NOT NULL
                   AND NOT EXISTS (SELECT 1 FROM recipients AS other WHERE other.id = one.merged)";
        let found = count(&link.one(sql, &[]).await?, 0)?;
        findings.extend((found > 0).then(|| merged_astray(&server.to_string(), found)));
    }
    Ok(findings)
}
