//! How the database is: reachable (or nobody comes this far), durable, its clock.

use super::super::health::Health;
use super::{Postgres, schema};
use crate::clock;
use crate::finding::Finding;

/// What a database that is no PostgreSQL of its own does not know is taken to be right.
const SQL: &str = "
    SELECT current_setting('server_version'),
           coalesce(current_setting('fsync', true), 'on') = 'on'
             AND coalesce(current_setting('full_page_writes', true), 'on') = 'on',
           current_setting('transaction_read_only') = 'off',
           floor(extract(epoch FROM clock_timestamp()))::bigint";

impl Postgres {
    /// Asks the server about itself.
    pub(in super::super) fn health(&self) -> Result<Health, Finding> {
        self.ask(&async |link| {
            let row = link.one(SQL, &[]).await?;
            let now = clock::unix_now();
            Ok(Health {
                engine: format!("PostgreSQL {}", row.try_get::<_, String>(0)?),
                version: schema::version(link).await?.unwrap_or(schema::VERSION),
                newest: schema::VERSION,
                damage: Vec::new(),
                is_durable: row.try_get(1)?,
                is_writable: row.try_get(2)?,
                room: None,
                ahead: Some(row.try_get::<_, i64>(3)? - now),
            })
        })
    }
}
