//! The ledger: the durable record of who got what.
//!
//! An address is *claimed* for a campaign before the first byte of its mail
//! leaves, and its outcome is recorded after. The claim is exclusive: a
//! duplicate in the list, a second run and a second machine all meet the same
//! key. What was claimed by a run that died is *in doubt*: it is shown and
//! asked about, never guessed. Suppressed addresses cannot be claimed.
//!
//! One trait, [`Ledger`], stands before the database: SQLite in a file, or PostgreSQL where
//! several machines send together; [`spawn`] puts it on a
//! thread of its own, where those who wait at the same moment share one
//! commit. Sending, retrying and reporting are left to `deliver` and `cli`.
//! The schema is described in `docs/ledger.md`.

mod book;
mod bounce;
mod entry;
mod handle;
mod health;
mod location;
mod past;
mod postgres;
mod process;
mod scratch;
mod spelling;
mod sqlite;
mod standing;
mod subscription;
mod whole;

pub use book::{Book, Ledger};
pub use bounce::{Bounce, Fate, SoftLimit};
pub use entry::{
    Answer, CampaignRecord, Claim, ClaimRequest, Fingerprint, Holder, MakeToken, NewRun, Outcome,
    Recipient, Record, Reply, RunId, Settlement, State, Step, Suppression, TokenMaker, Totals,
    Waiting,
};
pub use handle::{LedgerHandle, Pending, Refused, spawn};
pub use health::{Health, health};
pub use location::{Location, open, open_whole, read, read_whole, scratch};
pub use past::{RunRecord, Runner, StageTime};
pub use postgres::PASSWORD_VARIABLE;
pub use process::{LEASE, Process};
pub use standing::Standing;
pub use subscription::{Joined, Subscription};
pub use whole::{
    Column, Inspector, LINE_MAX, MADE_ANEW, Reader, Row, Sink, TABLES, Table, Tallied, Value,
    Whole, Writer,
};
