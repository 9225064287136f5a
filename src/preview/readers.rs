//! Who is on the list, so that any of them is at hand at once: the rows that
//! can be mailed, in a nameless temporary database of mode 600, since a list
//! may be longer than the memory (P5).

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Mutex;

use rusqlite::{Connection, OptionalExtension, Row as Record, params};

use super::worst::Worst;
use crate::address::{Address, Mailbox};
use crate::finding::{Checked, Finding};
use crate::list::{List, Origin, Row, Subscriber, Unit};

/// How many readers a search shows.
const FOUND: i64 = 20;

/// The rows of a list that can be mailed.
pub(super) struct Readers {
    pub(super) list: List,
    origin: Origin,
    /// Which file it was, as long and as old as it was; none for a query, which may have
    /// another answer every time.
    stamp: Option<Stamp>,
    pub(super) count: u64,
    pub(super) worst: Vec<Worst>,
    rows: Mutex<Connection>,
}

/// A reader as a search shows one.
pub(super) struct Hit {
    pub(super) index: u64,
    pub(super) email: String,
    pub(super) name: String,
}

impl Readers {
    /// Goes through a list once.
    pub(super) fn read(list: List, origin: Origin) -> Checked<Self> {
        let stamp = stamp(&origin);
        let mut connection = Connection::open("").map_err(|error| trouble(&error))?;
        let mut worst = super::worst::Search::new(list.columns());
        let count = fill(&mut connection, &list, &mut worst)?;
        Ok(Self { list, origin, stamp, count, worst: worst.found(), rows: Mutex::new(connection) })
    }

    /// Whether the file is still the one that was read.
    pub(super) fn is_of(&self, origin: &Origin) -> bool {
        self.stamp.is_some() && self.stamp == stamp(origin)
    }

    /// The file whose change makes it another list.
    pub(super) fn file(&self) -> Option<&Path> {
        self.origin.file()
    }

    /// A reader by number; the last one where there are fewer.
    pub(super) fn get(&self, index: u64) -> Checked<Option<(u64, Subscriber)>> {
        let Some(last) = self.count.checked_sub(1) else { return Ok(None) };
        let index = index.min(last);
        let rows = self.rows.lock().expect("no reader panics");
        let found = rows
            .prepare_cached("SELECT email, name, line, cells FROM readers WHERE at = ?1")
            .and_then(|mut query| {
                let read = |record: &Record<'_>| subscriber(record, self.list.unit());
                query.query_row([index.cast_signed()], read).optional()
            })
            .map_err(|error| trouble(&error))?;
        Ok(found.flatten().map(|subscriber| (index, subscriber)))
    }

    /// Those with some letters in their address or name, exact matches first.
    pub(super) fn find(&self, wanted: &str) -> Checked<(Vec<Hit>, bool)> {
        let wanted = wanted.trim().to_lowercase();
        let reader = Address::parse(&wanted).map_or_else(|_| wanted.clone(), |one| one.identity());
        let rows = self.rows.lock().expect("no reader panics");
        let search = || -> rusqlite::Result<Vec<Hit>> {
            let exact = "SELECT at, email, shown FROM readers WHERE key = ?1";
            let like = "SELECT at, email, shown FROM readers
                        WHERE instr(sought, ?1) > 0 AND key <> ?3 ORDER BY at LIMIT ?2";
            let mut hits: Vec<Hit> =
                rows.prepare_cached(exact)?.query_map([&reader], hit)?.collect::<Result<_, _>>()?;
            let mut query = rows.prepare_cached(like)?;
            let more = query.query_map(params![wanted, FOUND + 1, reader], hit)?;
            hits.extend(more.collect::<Result<Vec<_>, _>>()?);
            Ok(hits)
        };
        let mut hits = search().map_err(|error| trouble(&error))?;
        let most = usize::try_from(FOUND).expect("it is small");
        let has_more = hits.len() > most;
        hits.truncate(most);
        Ok((hits, has_more))
    }
}

fn fill(
    connection: &mut Connection,
    list: &List,
    worst: &mut super::worst::Search,
) -> Checked<u64> {
    connection
        .execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096;
             CREATE TABLE readers (
                 at INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, email TEXT NOT NULL, name TEXT,
                 shown TEXT NOT NULL, sought TEXT NOT NULL, line INTEGER NOT NULL, cells TEXT NOT NULL
             ) STRICT; BEGIN",
        )
        .map_err(|error| trouble(&error))?;
    let mut count = 0_u64;
    {
        let mut insert = connection
            .prepare("INSERT OR IGNORE INTO readers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .map_err(|error| trouble(&error))?;
        for row in list.rows()? {
            let Row::Subscriber(subscriber) = row? else { continue };
            let Subscriber { mailbox, line, cells, .. } = &subscriber;
            let shown = worst.name(&subscriber);
            let key = mailbox.address.identity();
            let sought = format!("{} {}", mailbox.address.key(), shown.to_lowercase());
            let cells = serde_json::to_string(cells).expect("texts are JSON");
            let email = mailbox.address.as_str();
            let made = insert
                .execute(params![
                    count.cast_signed(),
                    key,
                    email,
                    mailbox.name,
                    shown,
                    sought,
                    line.cast_signed(),
                    cells
                ])
                .map_err(|error| trouble(&error))?;
            // Who stands there twice gets the mail of the first row.
            if made == 1 {
                worst.look(count, &subscriber);
                count += 1;
            }
        }
    }
    connection.execute_batch("COMMIT").map_err(|error| trouble(&error))?;
    Ok(count)
}

/// A row that was kept; it was an address when it was put there.
fn subscriber(record: &Record<'_>, unit: Unit) -> rusqlite::Result<Option<Subscriber>> {
    let (email, cells): (String, String) = (record.get(0)?, record.get(3)?);
    let Ok(Mailbox { address, .. }) = Mailbox::parse(&email) else { return Ok(None) };
    let mailbox = Mailbox { name: record.get(1)?, address };
    let line = record.get::<_, i64>(2)?.cast_unsigned();
    let cells = serde_json::from_str(&cells).unwrap_or_default();
    Ok(Some(Subscriber { mailbox, line, unit, cells, surplus: 0 }))
}

fn hit(record: &Record<'_>) -> rusqlite::Result<Hit> {
    let index = record.get::<_, i64>(0)?.cast_unsigned();
    Ok(Hit { index, email: record.get(1)?, name: record.get(2)? })
}

/// Number, length and time of a file.
type Stamp = (u64, u64, i64, i64);

fn stamp(origin: &Origin) -> Option<Stamp> {
    let Origin::File(path) = origin else { return None };
    let data = std::fs::metadata(path).ok()?;
    Some((data.ino(), data.len(), data.mtime(), data.mtime_nsec()))
}

fn trouble(error: &rusqlite::Error) -> Finding {
    Finding::error(
        "preview-list",
        format!("the preview cannot keep the list at hand: {error}"),
        "make room in the folder for temporary files",
    )
}
