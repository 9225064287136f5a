//! Where a list comes from: a file, or a query of a database, as a person writes it.
//!
//! `members.db?query=SELECT …`, `sqlite:members.db?query=…`, `postgres://user@host/db?query=…`;
//! anything else is a file. With white space in it, a query was typed and is taken as it stands,
//! to its end: `&`, `?` and a `LIKE '%20%'` are its own. Without any, it was made for a URL:
//! its percent-escapes are decoded, and other parameters may follow. `@FILE.sql` names a file
//! that holds it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::files;
use crate::finding::{Checked, Finding};
use crate::place::{Passage, Place};
use crate::postgres::{Role, Server};
use crate::secret::Secret;

/// Where a list comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// What a database answers.
    Query(Box<Query>),
}

/// A question to a database.
#[derive(Clone, Debug)]
pub struct Query {
    pub(super) database: Database,
    pub(super) sql: Sql,
    /// The file that holds the query, if one does.
    file: Option<PathBuf>,
    /// What messages call the list.
    name: String,
}

#[derive(Clone, Debug)]
pub(super) enum Database {
    Sqlite(PathBuf),
    Postgres(Box<Server>),
}

/// The text of a query, which knows where it was written.
#[derive(Clone, Debug)]
pub(super) struct Sql {
    text: String,
    passage: Passage,
    /// Where it stands in the passage; nowhere if it was decoded.
    at: Option<usize>,
}

impl Origin {
    /// Reads what was told; paths are relative to `base`.
    pub fn parse(told: &Passage, base: &Path) -> Checked<Self> {
        let text = told.text();
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|it| text.starts_with(it));
        let cut = query_in(text, is_postgres);
        let before = cut.as_ref().map_or(text, |cut| &text[..cut.start]);
        let is_sqlite = before.starts_with("sqlite:");
        if let Some(scheme) = scheme(before).filter(|_| !is_postgres && !is_sqlite) {
            return Err(at_start(told, unknown_scheme(scheme)).into());
        }
        let Some(cut) = cut else {
            let is_database = is_postgres || is_sqlite;
            return if is_database {
                Err(at_start(told, without_query()).into())
            } else {
                Ok(Self::File(base.join(text)))
            };
        };
        let rest = &text[cut.end..];
        let is_url = is_postgres && !rest.trim().contains(char::is_whitespace);
        let length = rest.find('&').filter(|_| is_url).unwrap_or(rest.len());
        let database = if is_postgres {
            let mark = if before.contains('?') { '&' } else { '?' };
            let url = match rest[length..].strip_prefix('&') {
                Some(more) => format!("{before}{mark}{more}"),
                None => before.to_owned(),
            };
            let server = Server::parse(&url, base, Role::List).map_err(|findings| {
                // The line may hold a password: its place is named, the line is not shown.
                let at = |finding: Finding| finding.at(told.place(0..cut.start).without_excerpt());
                findings.into_iter().map(at).collect::<Vec<_>>()
            })?;
            Database::Postgres(Box::new(server))
        } else {
            let path = before.strip_prefix("sqlite:").unwrap_or(before);
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(at_start(told, without_file()).into());
            }
            Database::Sqlite(base.join(path))
        };
        let name = match &database {
            Database::Postgres(server) => server.to_string(),
            Database::Sqlite(_) => before.to_owned(),
        };
        let (sql, file) = Sql::read(told, cut.end..cut.end + length, base)?;
        Ok(Self::Query(Box::new(Query { database, sql, file, name })))
    }

    /// The same with the password of a database that asks for one.
    #[must_use]
    pub fn with_password(mut self, password: &Secret) -> Self {
        if let Self::Query(query) = &mut self
            && let Database::Postgres(server) = &mut query.database
        {
            **server = (**server).clone().with_password(password);
        }
        self
    }

    /// Whether a password may be asked for.
    pub fn is_on_a_server(&self) -> bool {
        matches!(self, Self::Query(query) if matches!(query.database, Database::Postgres(_)))
    }

    /// The file whose change makes it another list. A database is not watched.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Query(query) => query.file.as_deref(),
        }
    }
}

impl Query {
    /// What messages call the list: the database, without anything that is secret.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Sql {
    /// Reads what stands behind `query=`.
    fn read(told: &Passage, range: Range<usize>, base: &Path) -> Checked<(Self, Option<PathBuf>)> {
        let (from, written) = (range.start, &told.text()[range]);
        let raw = written.trim();
        if let Some(name) = raw.strip_prefix('@').filter(|name| !name.is_empty()) {
            let name = decoded(told, from, name)?;
            let path = base.join(&name);
            let passage = Passage::whole(&files::text(&path, &name)?);
            let sql = Self { text: passage.text().to_owned(), passage, at: Some(0) };
            return sql.that_asks().map(|sql| (sql, Some(path)));
        }
        let at = from + written.find(raw).unwrap_or(0);
        let text = decoded(told, at, raw)?;
        let at = (text == raw).then_some(at);
        Self { text, passage: told.clone(), at }.that_asks().map(|sql| (sql, None))
    }

    fn that_asks(self) -> Checked<Self> {
        if self.text.trim().is_empty() {
            return Err(without_query().at(self.place(0..0)).into());
        }
        Ok(self)
    }

    /// The query.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The place of a range of it.
    pub(super) fn place(&self, range: Range<usize>) -> Place {
        match self.at {
            Some(at) => self.passage.place(at + range.start..at + range.end),
            None => self.passage.place(0..self.passage.text().len()),
        }
    }

    /// The place of the word that begins at a byte.
    pub(super) fn word(&self, at: usize) -> Place {
        let at = self.text.floor_char_boundary(at);
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"');
        let rest = &self.text[at..];
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        self.place(at..at + length.max(1))
    }

    /// The place of all of it.
    pub(super) fn whole(&self) -> Place {
        self.place(0..self.text.len())
    }
}

/// Where `?query=` stands, or `&query=` among the parameters of a URL.
fn query_in(text: &str, is_url: bool) -> Option<Range<usize>> {
    const FIRST: &str = "?query=";
    const LATER: &str = "&query=";
    let first = text.find(FIRST);
    let later = text.find('?').and_then(|from| Some(from + text[from..].find(LATER)?));
    let at = if is_url { first.into_iter().chain(later).min() } else { first }?;
    Some(at..at + FIRST.len())
}

fn decoded(told: &Passage, at: usize, raw: &str) -> Checked<String> {
    if raw.contains(char::is_whitespace) {
        return Ok(raw.to_owned());
    }
    match percent_encoding::percent_decode_str(raw).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Finding::error(
            "list-url",
            "the percent-escapes of the query are no UTF-8 text",
            "write the query as it is, with its spaces, between quotes",
        )
        .at(told.place(at..at + raw.len()))
        .into()),
    }
}

/// `mysql` of `mysql://…`; a file's name has no such beginning.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once("://")?;
    let is_name = scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then_some(scheme)
}

fn at_start(told: &Passage, finding: Finding) -> Finding {
    // What follows may be a login.
    finding.at(told.place(0..told.text().len()).without_excerpt())
}

fn unknown_scheme(scheme: &str) -> Finding {
    Finding::error(
        "list-url",
        format!("a list cannot come from `{scheme}://`"),
        "name a CSV file, or a query: `postgres://user@host/database?query=SELECT …`, `members.db?query=SELECT …` (SQLite)",
    )
}

fn without_query() -> Finding {
    Finding::error(
        "list-url",
        "a database is named for the list, and no query",
        "add one at the end: `?query=SELECT email, first_name FROM members`, or `?query=@members.sql`",
    )
}

fn without_file() -> Finding {
    Finding::error(
        "list-url",
        "the list's URL names no file",
        "write `sqlite:members.db?query=SELECT …`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Source;

    fn parsed(text: &str) -> Result<(String, String), &'static str> {
        match Origin::parse(&Passage::whole(&Source::new("--list", text)), Path::new("/p")) {
            Ok(Origin::File(path)) => Ok((path.display().to_string(), String::new())),
            Ok(Origin::Query(query)) => Ok((query.name.clone(), query.sql.text.clone())),
            Err(findings) => Err(findings[0].code),
        }
    }

    #[test]
    fn a_query_is_read_as_a_person_writes_it_and_as_a_program_does() {
        for (told, name, sql) in [
            ("members.csv", "/p/members.csv", ""),
            ("what?.csv", "/p/what?.csv", ""),
            ("m.db?query=SELECT email FROM m", "m.db", "SELECT email FROM m"),
            ("sqlite:m.db?query=SELECT%20a%2Bb%20FROM%20m", "sqlite:m.db", "SELECT a+b FROM m"),
            (
                "m.db?query=SELECT a FROM m WHERE b LIKE '%20%'",
                "m.db",
                "SELECT a FROM m WHERE b LIKE '%20%'",
            ),
            ("m.db?query= TABLE m WHERE a & b?query=", "m.db", "TABLE m WHERE a & b?query="),
            ("postgres://a@db.test/n?query=TABLE m", "postgres://db.test/n", "TABLE m"),
            (
                "postgres://a@db.test/n?sslmode=disable&query=SELECT 1 & 2",
                "postgres://db.test/n",
                "SELECT 1 & 2",
            ),
            (
                "postgres://a@db.test/n?query=TABLE%20m&sslmode=disable",
                "postgres://db.test/n",
                "TABLE m",
            ),
            (
                "postgresql://localhost/n?query=SELECT a&query=b FROM m",
                "postgres://localhost/n",
                "SELECT a&query=b FROM m",
            ),
        ] {
            assert_eq!(parsed(told), Ok((name.to_owned(), sql.to_owned())), "{told}");
        }
    }

    #[test]
    fn what_is_no_list_is_refused_and_a_password_is_not_repeated() {
        for (told, code) in [
            ("sqlite:m.db", "list-url"),
            ("sqlite:?query=TABLE m", "list-url"),
            ("m.db?query= ", "list-url"),
            ("m.db?query=%ff", "list-url"),
            ("postgres://ann@db.test/n", "list-url"),
            ("mysql://ann:secret@db.test/n?query=SELECT 1", "list-url"),
            ("mysql://ann:secret@db.test/n", "list-url"),
            ("postgres://ann:secret@db.test/n?query=TABLE m", "password-in-config"),
            ("postgres://ann@db.test/n?password=secret&query=TABLE m", "password-in-config"),
            ("postgres://ann@db.test/n?sslmode=require&query=TABLE m", "list-url"),
            ("postgres://ann@db.test/n?query=TABLE%20m&sslmode=require", "list-url"),
            ("postgres://ann@db.test/n?query=TABLE%20m&password=secret", "password-in-config"),
            ("m.db?query=@nowhere.sql", "unreadable-file"),
        ] {
            assert_eq!(parsed(told), Err(code), "{told}");
            let told = Passage::whole(&Source::new("--list", told));
            let findings = Origin::parse(&told, Path::new("/p")).expect_err("refused");
            assert!(!format!("{findings:?}").contains("secret"), "{findings:?}");
        }
    }

    #[test]
    fn a_place_in_a_query_is_one_in_what_was_written() {
        let told = "[list]\nfile = \"m.db?query=SELECT emial FROM m\"\n";
        let source = Source::new("handbill.toml", told);
        let from = told.find("m.db").expect("there");
        let passage = Passage::slice(&source, from..told.len() - 2);
        let Ok(Origin::Query(query)) = Origin::parse(&passage, Path::new("/p")) else {
            panic!("it is a query");
        };
        assert_eq!(
            query.sql.word(7).excerpt().expect("text"),
            "  2 | file = \"m.db?query=SELECT emial FROM m\"\n    |                           ^^^^^"
        );
    }
}
