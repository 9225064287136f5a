//! A query of a PostgreSQL database: by a cursor in a transaction that only reads and sees one
//! state of the database, so many rows at a time as fit a small piece of memory.

use std::pin::pin;
use std::thread;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::error::{DbError, ErrorPosition, SqlState};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, SimpleQueryMessage, SimpleQueryRow};

use super::super::origin::Query;
use super::super::spool::Writer;
use super::trouble::{ONLY_READS, disliked, no_reading, parameters, unkept};
use crate::finding::{Checked, Finding};
use crate::postgres::{self, Fault, Passing, Role, Server, connect, patiently, plain};

/// How long connecting may take, encryption and login included.
const CONNECT: Duration = Duration::from_secs(15);
/// How long a piece of the answer may take: the first one, where the database has to sort.
const ANSWER: Duration = Duration::from_mins(15);
/// How much is asked for at a time, in bytes, as far as the last rows tell.
const PIECE: usize = 256 << 10;
/// The first number of rows that is asked for, and the most.
const ROWS: (usize, usize) = (64, 4096);
/// What the query stands behind.
const DECLARE: &str = "DECLARE handbill_list NO SCROLL CURSOR FOR ";

/// A database that has understood a query.
pub(in crate::list) struct Answer<'a> {
    query: &'a Query,
    server: &'a Server,
    headers: Vec<String>,
    /// Which columns are true or false.
    booleans: Vec<bool>,
    link: Link,
}

/// A connection, in the middle of its transaction; there until it is dropped.
struct Link(Option<(Runtime, Client, JoinHandle<()>)>);

impl<'a> Answer<'a> {
    /// Connects, and asks.
    pub(super) fn to(query: &'a Query, server: &'a Server) -> Checked<Self> {
        alone(|| Self::ask(query, server))
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// All rows.
    pub(super) fn pour(&self, writer: &mut Writer) -> Checked<()> {
        alone(|| {
            let Some((runtime, client, _)) = &self.link.0 else { return Ok(()) };
            runtime
                .block_on(fetch_all(client, &self.booleans, writer))
                .map_err(|trouble| trouble.into_finding(self.query, self.server).into())
        })
    }

    fn ask(query: &'a Query, server: &'a Server) -> Checked<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| unreachable(server, &error.to_string()))?;
        // A database that is restarted at this moment is waited for; nothing was read yet.
        let attempt = async || {
            let (client, driver) = timeout(CONNECT, connect(server)).await.map_err(late)??;
            let columns = timeout(ANSWER, begin(&client, query, server)).await.map_err(late)??;
            Ok((client, driver, columns))
        };
        let asked = runtime.block_on(patiently(server, attempt, Trouble::passing));
        let (client, driver, columns) =
            asked.map_err(|trouble: Trouble| trouble.into_finding(query, server))?;
        let (headers, booleans) = columns.into_iter().unzip();
        let link = Link(Some((runtime, client, driver)));
        Ok(Self { query, server, headers, booleans, link })
    }
}

/// Says goodbye, which spares the database's log a complaint.
impl Drop for Link {
    fn drop(&mut self) {
        let Some((runtime, client, driver)) = self.0.take() else { return };
        alone(move || {
            drop(client);
            runtime.block_on(async { drop(timeout(Duration::from_secs(1), driver).await) });
        });
    }
}

/// Works on a thread of its own: whoever opens a list may be in an event loop already, and
/// one cannot wait in another.
fn alone<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(work).join())
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Begins the transaction, which is never committed, and declares the cursor; gives the name of every column, and whether it
/// is true or false.
async fn begin(
    client: &Client,
    query: &Query,
    server: &Server,
) -> Result<Vec<(String, bool)>, Trouble> {
    // A limit on statements is there for those that nobody waits for; `pg_dump` lifts it too.
    // A cursor's plan is made for its first rows, unless it is said that all are wanted.
    client
        .batch_execute(
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
             SET LOCAL statement_timeout = 0;
             SET LOCAL datestyle = 'ISO, YMD';
             SET LOCAL bytea_output = 'hex';
             SELECT set_config(name, CASE name WHEN 'cursor_tuple_fraction' THEN '1' ELSE '0' END, true)
             FROM pg_settings WHERE name IN ('transaction_timeout',
                 'idle_in_transaction_session_timeout', 'cursor_tuple_fraction')",
        )
        .await?;
    let schema = server.schema();
    if !schema.is_empty() {
        client.batch_execute(&format!("SET LOCAL search_path = \"{schema}\"")).await?;
    }
    // By itself the query is parsed as one statement, and says which columns it has.
    let statement = client.prepare(query.sql.text()).await.map_err(|e| Trouble::Query(e, 0))?;
    if !statement.params().is_empty() {
        return Err(Trouble::Finding(parameters(query)));
    }
    if statement.columns().is_empty() {
        return Err(Trouble::Finding(no_reading(query, "does not only read")));
    }
    let before = DECLARE.chars().count();
    let text = format!("{DECLARE}{}", query.sql.text());
    client.execute(&text, &[]).await.map_err(|error| Trouble::Query(error, before))?;
    let columns = statement.columns().iter();
    Ok(columns.map(|column| (column.name().to_owned(), *column.type_() == Type::BOOL)).collect())
}

async fn fetch_all(client: &Client, booleans: &[bool], writer: &mut Writer) -> Result<(), Trouble> {
    let (mut most, mut rows) = (ROWS.0, 0_u64);
    loop {
        let fetched = timeout(ANSWER, fetch(client, most, booleans, writer)).await;
        let (count, bytes) =
            fetched.unwrap_or(Err(Trouble::Late)).map_err(|trouble| match trouble {
                Trouble::Sql(error) => Trouble::Broken(error, rows),
                other => other,
            })?;
        rows += count as u64;
        if count < most {
            return Ok(());
        }
        most = (PIECE / (bytes / count).max(1)).clamp(1, ROWS.1);
    }
}

/// So many rows, or those that are left: how many, and how large they were. As text, in the
/// form that the database gives it: it knows all its types.
async fn fetch(
    client: &Client,
    most: usize,
    booleans: &[bool],
    writer: &mut Writer,
) -> Result<(usize, usize), Trouble> {
    let mut stream =
        pin!(client.simple_query_raw(&format!("FETCH {most} FROM handbill_list")).await?);
    let (mut count, mut bytes) = (0, 0);
    while let Some(message) = stream.try_next().await? {
        let SimpleQueryMessage::Row(row) = message else { continue };
        bytes += keep(&row, booleans, writer)?;
        count += 1;
    }
    Ok((count, bytes))
}

fn keep(row: &SimpleQueryRow, booleans: &[bool], writer: &mut Writer) -> Result<usize, Trouble> {
    let mut bytes = 0;
    for (index, is_boolean) in booleans.iter().enumerate() {
        let text = match row.try_get(index)? {
            Some("t") if *is_boolean => "true",
            Some("f") if *is_boolean => "false",
            text => text.unwrap_or_default(),
        };
        bytes += text.len();
        writer.push(text);
        writer.end_cell();
    }
    writer.end_row().map_err(|error| Trouble::Finding(unkept(&error)))?;
    Ok(bytes)
}

/// Why there is no answer.
enum Trouble {
    /// The server or the connection says so.
    Sql(Error),
    /// It is about the query, which stood behind so many characters.
    Query(Error, usize),
    /// The answer broke off behind so many rows.
    Broken(Error, u64),
    /// No answer came in time.
    Late,
    /// It is said already.
    Finding(Finding),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

fn late(_: tokio::time::error::Elapsed) -> Trouble {
    Trouble::Late
}

impl Trouble {
    /// Whether asking anew may help.
    fn passing(&self) -> Option<Passing> {
        match self {
            Self::Sql(error) | Self::Query(error, _) => postgres::passing(error),
            Self::Broken(..) | Self::Late | Self::Finding(_) => None,
        }
    }

    fn into_finding(self, query: &Query, server: &Server) -> Finding {
        let (error, behind, rows) = match self {
            Self::Finding(finding) => return finding,
            Self::Late => return unreachable(server, "it does not answer in time"),
            Self::Sql(error) => (error, None, None),
            Self::Query(error, behind) => (error, Some(behind), None),
            Self::Broken(error, rows) => (error, None, Some(rows)),
        };
        match Fault::of(&error) {
            Fault::Login(said) => Finding::error(
                "list-login",
                format!("the list `{server}` refuses the login: {said}"),
                Role::List.login_help(),
            ),
            Fault::NoPassword => Finding::error(
                "list-login",
                format!("the list `{server}` asks for a password"),
                format!(
                    "set `password_command` under `[list]`, or `{}`",
                    Role::List.password_variable()
                ),
            ),
            Fault::NoDatabase(said) => Finding::error(
                "list-not-found",
                format!("there is no such database: {said}"),
                "correct the list's URL",
            ),
            Fault::Tls(why) => Finding::error(
                "list-tls",
                format!("the connection to the list `{server}` cannot be encrypted: {why}"),
                "name its certificate authority with `?sslrootcert=FILE`; the name in the URL must be that of its certificate",
            ),
            Fault::Away(why) => match rows {
                Some(rows) => broken_off(server, rows, &why),
                None => unreachable(server, &why),
            },
            Fault::Told(told) => refused(query, told, behind.unwrap_or_default()),
        }
    }
}

/// What the database says of a query, at its place where it tells one.
fn refused(query: &Query, told: &DbError, behind: usize) -> Finding {
    let said = plain(told.message());
    let sql = &query.sql;
    let at = |position: u32| {
        let character = (position as usize).checked_sub(1 + behind)?;
        let (at, _) = sql.text().char_indices().nth(character)?;
        Some(at)
    };
    let place = match told.position() {
        Some(ErrorPosition::Original(position)) => {
            at(*position).map_or_else(|| sql.whole(), |at| sql.word(at))
        }
        _ => sql.whole(),
    };
    if said.contains("multiple commands") {
        return no_reading(query, "is more than one statement");
    }
    let is_declared = behind > 0 && *told.code() == SqlState::SYNTAX_ERROR;
    let is_writing = *told.code() == SqlState::READ_ONLY_SQL_TRANSACTION;
    // Alone it was a statement: what is wrong is that it is not one that reads.
    let only_reads = (is_declared || is_writing).then_some(ONLY_READS);
    let hint = told.hint().map(plain);
    disliked(query, place, &said, only_reads.or(hint.as_deref()))
}

fn broken_off(server: &Server, rows: u64, why: &str) -> Finding {
    Finding::error(
        "list-broken-off",
        format!("the list `{server}` broke off after {rows} rows: {why}"),
        "nothing was done with them: run the command again when the database is back",
    )
}

fn unreachable(server: &Server, why: &str) -> Finding {
    Finding::error(
        "list-unreachable",
        format!("the list `{server}` cannot be reached: {why}"),
        "check that the database runs and that this machine may reach it",
    )
}
