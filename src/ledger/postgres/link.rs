//! One connection to the database, with the statements that it has learned.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::Cursor;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, CopyInSink, Row, Statement};

use crate::clock;
use crate::postgres::{self, Server};

use super::schema::{self, Holds};
use super::trouble::Trouble;

/// How long connecting may take, encryption and login included.
const CONNECT: Duration = Duration::from_secs(15);
/// A clock that differs from the database's by less is taken to be right, in seconds.
const CLOCKS_AGREE: i64 = 2;

/// What a statement is given.
pub(super) type Given<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection.
pub(super) struct Link {
    client: Client,
    driver: JoinHandle<()>,
    statements: RefCell<HashMap<String, Statement>>,
    /// The schema that holds the tables, quoted.
    pub(super) schema: String,
    /// How far the database's clock is ahead of this machine's, in seconds. Runs are alive by
    /// the database's clock: machines need not agree on the time.
    ahead: i64,
    /// Whether it was told to look up rows by their keys.
    by_key: Cell<bool>,
    /// What the tables hold, once that is all.
    holds: Cell<Option<Holds>>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Link").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    /// Connects, encrypts and logs in.
    pub(super) async fn open(server: &Server) -> Result<Self, Trouble> {
        timeout(CONNECT, Self::connect(server)).await.unwrap_or(Err(Trouble::Late))
    }

    async fn connect(server: &Server) -> Result<Self, Trouble> {
        let (client, driver) = postgres::connect(server).await?;
        let schema = format!("\"{}\"", server.schema());
        // What was answered has to be on the disk, whatever the database does for others.
        // Everything has its own name: a path of the user's must not lead elsewhere.
        let prepare = format!(
            "SELECT set_config('synchronous_commit', 'on', false)
             WHERE current_setting('synchronous_commit') IN ('off', 'local');
             SET search_path = {schema}"
        );
        client.batch_execute(&prepare).await?;
        let now: i64 = client
            .query_one("SELECT floor(extract(epoch FROM now()))::bigint", &[])
            .await?
            .try_get(0)?;
        let ahead = now - clock::unix_now();
        let ahead = if ahead.abs() <= CLOCKS_AGREE { 0 } else { ahead };
        let (statements, by_key, holds) = Default::default();
        Ok(Self { client, driver, statements, schema, ahead, by_key, holds })
    }

    /// What the tables hold. Those of an older program may become this one's at any time.
    pub(super) async fn holds(&self) -> Result<Holds, Trouble> {
        if let Some(known) = self.holds.get() {
            return Ok(known);
        }
        let holds = Holds::of(schema::version(self).await?.unwrap_or_default());
        if holds == Holds::of(schema::VERSION) {
            self.holds.set(Some(holds));
        }
        Ok(holds)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// From here on, rows are looked up by their keys, however few there are. The plan of a
    /// statement is kept: one that was made for a small table, which is read whole, would go on
    /// to read it whole when millions stand in it. What is switched off counts as very dear, at
    /// which the server would compile a plan to machine code, each time anew (`jit`).
    pub(super) async fn by_key(&self) -> Result<(), Trouble> {
        if self.by_key.get() {
            return Ok(());
        }
        // Only where there is such a setting: others speak PostgreSQL's protocol too.
        let sql = "SELECT set_config(name, 'off', false) FROM pg_settings
                   WHERE name IN ('enable_seqscan', 'enable_hashjoin', 'enable_mergejoin',
                                  'enable_material', 'jit')";
        self.batch(sql).await?;
        self.by_key.set(true);
        Ok(())
    }

    /// A moment of this machine's, by the database's clock.
    pub(super) fn there(&self, now: i64) -> i64 {
        now.saturating_add(self.ahead)
    }

    /// A moment of the database's clock, by this machine's.
    pub(super) fn here(&self, there: i64) -> i64 {
        there.saturating_sub(self.ahead)
    }

    /// A statement, learned the first time.
    async fn statement(&self, sql: &str) -> Result<Statement, Trouble> {
        if let Some(known) = self.statements.borrow().get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// All rows of an answer.
    pub(super) async fn rows(&self, sql: &str, given: Given<'_>) -> Result<Vec<Row>, Trouble> {
        let statement = self.statement(sql).await?;
        Ok(self.client.query(&statement, given).await?)
    }

    /// The one row of an answer, if there is one.
    pub(super) async fn row(&self, sql: &str, given: Given<'_>) -> Result<Option<Row>, Trouble> {
        let statement = self.statement(sql).await?;
        Ok(self.client.query_opt(&statement, given).await?)
    }

    /// A row that is always there.
    pub(super) async fn one(&self, sql: &str, given: Given<'_>) -> Result<Row, Trouble> {
        let statement = self.statement(sql).await?;
        Ok(self.client.query_one(&statement, given).await?)
    }

    /// Changes rows, and says how many.
    pub(super) async fn execute(&self, sql: &str, given: Given<'_>) -> Result<u64, Trouble> {
        let statement = self.statement(sql).await?;
        Ok(self.client.execute(&statement, given).await?)
    }

    /// Begins to copy rows into a table, as lines of text.
    pub(super) async fn copy_in(&self, sql: &str) -> Result<CopyInSink<Cursor<Vec<u8>>>, Trouble> {
        Ok(self.client.copy_in(sql).await?)
    }

    /// Statements without values, as they stand.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), Trouble> {
        Ok(self.client.batch_execute(sql).await?)
    }
}
