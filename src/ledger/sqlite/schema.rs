//! The tables, and the way from an older version of them to this one.
//!
//! The rule for a migration: it only adds, so that the program one version
//! older still works with what it finds. What cannot be done by adding counts
//! as two versions, so that the older program refuses. See `docs/ledger.md`.

use rusqlite::{Connection, TransactionBehavior};

use super::trouble::Trouble;

/// The version of the tables that this program writes.
pub(super) const VERSION: usize = MIGRATIONS.len();

/// What makes version 1 of nothing, 2 of 1, and so on.
const MIGRATIONS: &[&str] = &[V1, V2, TOKENS, BOUNCES, PACES, SUBSCRIPTIONS, IDENTITIES];

/// The version since which runs have a plan and stages.
pub(super) const WITH_PLANS: usize = 2;
/// The version since which there are those who signed up.
pub(super) const WITH_SUBSCRIPTIONS: usize = 6;
/// The version since which a reader is known under every spelling.
pub(super) const WITH_IDENTITIES: usize = 7;

/// A key that others could spell otherwise: SQL's word for what `Address::identity_of_key` says.
pub(super) const NOT_PLAIN: &str = r#"(address GLOB '*[^ -~]*' OR address GLOB '"*')"#;

/// Says in the file's header that it is a ledger: "HBLL".
const APPLICATION_ID: i64 = 0x4842_4c4c;

const V1: &str = "
    CREATE TABLE campaigns (
        id           INTEGER PRIMARY KEY,
        name         TEXT NOT NULL UNIQUE,
        subject      TEXT NOT NULL,
        content_hash TEXT NOT NULL,
        since        INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE runs (
        id            INTEGER PRIMARY KEY,
        campaign      INTEGER NOT NULL REFERENCES campaigns (id),
        machine       TEXT,
        pid           INTEGER NOT NULL,
        process_start INTEGER,
        started_at    INTEGER NOT NULL,
        heartbeat_at  INTEGER NOT NULL,
        finished_at   INTEGER
    ) STRICT;

    CREATE TABLE recipients (
        id          INTEGER PRIMARY KEY,
        campaign    INTEGER NOT NULL REFERENCES campaigns (id),
        address     TEXT NOT NULL,
        email       TEXT NOT NULL,
        domain      TEXT NOT NULL,
        state       TEXT NOT NULL,
        run         INTEGER NOT NULL REFERENCES runs (id),
        attempts    INTEGER NOT NULL,
        at          INTEGER NOT NULL,
        code        INTEGER,
        enhanced    TEXT,
        reply       TEXT,
        retry_at    INTEGER,
        prior_state TEXT,
        UNIQUE (campaign, address)
    ) STRICT;

    CREATE INDEX recipients_by_state ON recipients (campaign, state, run);

    CREATE TABLE suppressions (
        address TEXT PRIMARY KEY,
        email   TEXT NOT NULL,
        reason  TEXT NOT NULL,
        at      INTEGER NOT NULL
    ) STRICT;
";

/// What a run set out to do, and how long it waited for its server.
const V2: &str = "
    ALTER TABLE runs ADD COLUMN planned INTEGER;
    ALTER TABLE runs ADD COLUMN beyond INTEGER;

    CREATE TABLE stages (
        run        INTEGER NOT NULL REFERENCES runs (id),
        stage      TEXT NOT NULL,
        count      INTEGER NOT NULL,
        total_us   INTEGER NOT NULL,
        longest_us INTEGER NOT NULL,
        PRIMARY KEY (run, stage)
    ) STRICT;
";

/// Whose token is whose. A claim that is given back takes its recipient's row
/// with it, and the next recipient may get the same id: the trigger makes the
/// index look at it again, also where an older program gives back.
const TOKENS: &str = "
    CREATE TABLE tokens (
        token     BLOB PRIMARY KEY,
        recipient INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE token_index (
        id      INTEGER PRIMARY KEY CHECK (id = 1),
        mark    BLOB NOT NULL,
        through INTEGER NOT NULL
    ) STRICT;

    CREATE TRIGGER recipient_given_back AFTER DELETE ON recipients BEGIN
        UPDATE token_index SET through = OLD.id - 1 WHERE through >= OLD.id;
    END;
";

/// What came back, once each.
const BOUNCES: &str = "
    CREATE TABLE bounces (
        digest    TEXT NOT NULL,
        recipient INTEGER NOT NULL REFERENCES recipients (id),
        address   TEXT NOT NULL,
        is_final  INTEGER NOT NULL,
        at        INTEGER NOT NULL,
        enhanced  TEXT,
        reply     TEXT,
        PRIMARY KEY (digest, recipient)
    ) STRICT;

    CREATE INDEX bounces_by_address ON bounces (address, at);
";

/// When the next mail may leave by a pace that all runs keep together: `name` is empty for
/// all mails, or a domain.
const PACES: &str = "
    CREATE TABLE paces (
        name    TEXT PRIMARY KEY,
        next_us INTEGER NOT NULL
    ) STRICT;
";

/// Who signed up by the form and confirmed it. `fields` is an object of JSON.
const SUBSCRIPTIONS: &str = "
    CREATE TABLE subscriptions (
        address      TEXT PRIMARY KEY,
        email        TEXT NOT NULL,
        fields       TEXT NOT NULL,
        asked_at     INTEGER NOT NULL,
        confirmed_at INTEGER NOT NULL
    ) STRICT;
";

/// What all spellings of a reader share. It is empty where the key is plain, so that all but a
/// few cost nothing; what an older program has written is filled in by `identities`, for which
/// a run says that it fills in itself (`identifies`). No key forbids two spellings of
/// one reader: they may stand there from before, and whoever writes is alone with the file.
/// Then one counts, and the others are `merged` into it.
const IDENTITIES: &str = r#"
    ALTER TABLE recipients ADD COLUMN identity TEXT;
    ALTER TABLE recipients ADD COLUMN merged INTEGER;
    CREATE INDEX recipients_by_identity ON recipients (identity, campaign) WHERE identity IS NOT NULL;
    CREATE INDEX recipients_merged ON recipients (campaign, state, run) WHERE merged IS NOT NULL;

    ALTER TABLE suppressions ADD COLUMN identity TEXT;
    CREATE INDEX suppressions_by_identity ON suppressions (identity) WHERE identity IS NOT NULL;
    CREATE INDEX suppressions_unidentified ON suppressions (address)
    WHERE identity IS NULL AND (address GLOB '*[^ -~]*' OR address GLOB '"*');

    ALTER TABLE subscriptions ADD COLUMN identity TEXT;
    CREATE INDEX subscriptions_by_identity ON subscriptions (identity) WHERE identity IS NOT NULL;
    CREATE INDEX subscriptions_unidentified ON subscriptions (address)
    WHERE identity IS NULL AND (address GLOB '*[^ -~]*' OR address GLOB '"*');

    ALTER TABLE runs ADD COLUMN identifies INTEGER;
"#;

/// Whether a file holds anything yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// An empty database.
    Nothing,
    /// A ledger that this program can work with.
    Ledger,
}

/// Looks whether a database is a ledger that this program can work with.
pub(super) fn inspect(connection: &Connection) -> Result<Contents, Trouble> {
    // One moment of the file: another process may be making it just now.
    let moment = connection.unchecked_transaction()?;
    let tables: i64 =
        moment.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    let version = version(&moment)?;
    let application = pragma(&moment, "application_id")?;
    drop(moment);
    match (application, tables) {
        (0, 0) => Ok(Contents::Nothing),
        (APPLICATION_ID, _) if version > VERSION + 1 => Err(Trouble::Newer(version)),
        (APPLICATION_ID, _) => Ok(Contents::Ledger),
        _ => Err(Trouble::Foreign),
    }
}

/// Brings the tables to this version, and proves by a commit of its own that
/// the file can be written.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Trouble> {
    run(connection, MIGRATIONS)
}

fn run(connection: &mut Connection, migrations: &[&str]) -> Result<(), Trouble> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = version(&transaction)?;
    for migration in migrations.iter().skip(done) {
        transaction.execute_batch(migration)?;
    }
    // A version that is newer by one stays: its tables are still there.
    let version = done.max(migrations.len());
    // A pragma takes no parameters. Setting the version again is a write too.
    transaction.execute_batch(&format!(
        "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}"
    ))?;
    transaction.commit()?;
    Ok(())
}

/// The version of the tables in a file, which may be older where nobody wrote
/// to it since.
pub(super) fn version(connection: &Connection) -> Result<usize, Trouble> {
    let version = pragma(connection, "user_version")?;
    usize::try_from(version).map_err(|_| Trouble::Foreign)
}

fn pragma(connection: &Connection, name: &str) -> Result<i64, Trouble> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEXT: &str = "ALTER TABLE suppressions ADD COLUMN source TEXT";

    fn ledger(migrations: &[&str]) -> Connection {
        let mut connection = Connection::open_in_memory().expect("memory");
        run(&mut connection, migrations).expect("migrations run");
        connection
    }

    #[test]
    fn a_ledger_keeps_its_rows_when_it_becomes_the_next_version() {
        let mut connection = ledger(&[V1, V2]);
        connection
            .execute("INSERT INTO suppressions VALUES ('a@b.test', 'A@b.test', 'asked', 1)", [])
            .expect("a row");
        run(&mut connection, &[V1, V2, TOKENS, BOUNCES, PACES, SUBSCRIPTIONS, IDENTITIES, NEXT])
            .expect("migrates");
        assert_eq!(version(&connection).expect("a version"), VERSION + 1);
        let kept: (String, Option<String>) = connection
            .query_row("SELECT email, source FROM suppressions", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("the row");
        assert_eq!(kept, ("A@b.test".into(), None));
    }

    #[test]
    fn a_ledger_newer_by_one_is_used_as_it_is() {
        let mut connection =
            ledger(&[V1, V2, TOKENS, BOUNCES, PACES, SUBSCRIPTIONS, IDENTITIES, NEXT]);
        assert_eq!(inspect(&connection).expect("usable"), Contents::Ledger);
        migrate(&mut connection).expect("nothing to do");
        assert_eq!(version(&connection).expect("a version"), VERSION + 1);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_version_before_it() {
        let mut connection = ledger(&[V1]);
        assert!(run(&mut connection, &[V1, V2, "nonsense"]).is_err());
        assert_eq!(version(&connection).expect("a version"), 1);
        run(&mut connection, &[V1, V2]).expect("version 2 was not half done");
    }
}
