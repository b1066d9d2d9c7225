//! What was asked to be changed, by whom, when and from where; also what was refused. Kept on disk.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Row, named_params};
use swarmmanager_api::{AuditEntry, UserRole, Via};

use crate::journal::JournalError;

/// Entries kept; the oldest go first.
const MOST_ENTRIES: i64 = 100_000;

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuditQuery {
    /// Only entries with a smaller id.
    pub(crate) before: Option<i64>,
    pub(crate) user: Option<String>,
    pub(crate) limit: u32,
}

/// How a change ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ending {
    pub(crate) status: u16,
    /// Why it was refused.
    pub(crate) message: Option<String>,
    /// What it was about, where only its handler knew.
    pub(crate) target: Option<String>,
    /// Who asked, where only its handler found out.
    pub(crate) user: Option<String>,
}

/// The record. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Audit {
    connection: Arc<Mutex<Connection>>,
}

impl Audit {
    /// Opens the record in the journal's file; makes it where it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, JournalError> {
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            connection.busy_timeout(std::time::Duration::from_secs(5))?;
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS audit (
                     id INTEGER PRIMARY KEY AUTOINCREMENT,
                     unix_ms INTEGER NOT NULL,
                     user TEXT,
                     role TEXT,
                     via TEXT,
                     address TEXT,
                     operation TEXT NOT NULL,
                     target TEXT,
                     status INTEGER,
                     message TEXT
                 ) STRICT;",
            )?;
            Ok(connection)
        };
        let connection =
            open().map_err(|source| JournalError::Open { path: path.display().to_string(), source })?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Notes that somebody asks for a change; gives the entry's id.
    pub(crate) fn begin(&self, entry: &AuditEntry) -> Result<i64, JournalError> {
        let connection = self.lock();
        connection
            .prepare_cached(
                "INSERT INTO audit (unix_ms, user, role, via, address, operation, target)
                 VALUES (:unix_ms, :user, :role, :via, :address, :operation, :target)",
            )
            .and_then(|mut insert| {
                insert.execute(named_params! {
                    ":unix_ms": entry.unix_ms,
                    ":user": entry.user,
                    ":role": entry.role.map(UserRole::as_str),
                    ":via": entry.via.map(Via::as_str),
                    ":address": entry.address,
                    ":operation": entry.operation,
                    ":target": entry.target,
                })
            })
            .map_err(JournalError::Write)?;
        let id = connection.last_insert_rowid();
        connection
            .prepare_cached("DELETE FROM audit WHERE id <= ?1")
            .and_then(|mut delete| delete.execute([id - MOST_ENTRIES]))
            .map_err(JournalError::Write)?;
        Ok(id)
    }

    /// Notes how it ended.
    pub(crate) fn end(&self, id: i64, ending: &Ending) -> Result<(), JournalError> {
        self.lock()
            .prepare_cached(
                "UPDATE audit SET status = :status, message = :message, target = coalesce(target, :target),
                     user = coalesce(user, :user) WHERE id = :id",
            )
            .and_then(|mut update| {
                update.execute(named_params! {
                    ":status": ending.status, ":message": ending.message, ":target": ending.target,
                    ":user": ending.user, ":id": id,
                })
            })
            .map(drop)
            .map_err(JournalError::Write)
    }

    /// Removes an entry that is not worth its place.
    pub(crate) fn forget(&self, id: i64) -> Result<(), JournalError> {
        self.lock().execute("DELETE FROM audit WHERE id = ?1", [id]).map(drop).map_err(JournalError::Write)
    }

    /// Entries that the query names, newest first.
    pub(crate) fn read(&self, query: &AuditQuery) -> Result<Vec<AuditEntry>, JournalError> {
        let connection = self.lock();
        let read = || -> rusqlite::Result<Vec<AuditEntry>> {
            let mut select = connection.prepare_cached(
                "SELECT * FROM audit WHERE (:before IS NULL OR id < :before) AND (:user IS NULL OR user = :user)
                 ORDER BY id DESC LIMIT :limit",
            )?;
            let parameters =
                named_params! { ":before": query.before, ":user": query.user, ":limit": query.limit };
            select.query_map(parameters, entry)?.collect()
        };
        read().map_err(JournalError::Read)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    /// A word that a later version wrote is left out rather than everything after it.
    fn word<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
        let word: Option<String> = row.get(column)?;
        Ok(word.and_then(|word| serde_json::from_value(serde_json::Value::String(word)).ok()))
    }
    Ok(AuditEntry {
        id: row.get("id")?,
        unix_ms: row.get("unix_ms")?,
        user: row.get("user")?,
        role: word(row, "role")?,
        via: word(row, "via")?,
        address: row.get("address")?,
        operation: row.get("operation")?,
        target: row.get("target")?,
        status: row.get("status")?,
        message: row.get("message")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(user: Option<&str>, operation: &str) -> AuditEntry {
        AuditEntry {
            id: 0,
            unix_ms: 7,
            user: user.map(str::to_owned),
            role: user.map(|_| UserRole::Operator),
            via: user.map(|_| Via::Session),
            address: Some("10.0.0.9".into()),
            operation: operation.into(),
            target: None,
            status: None,
            message: None,
        }
    }

    #[test]
    fn what_was_begun_is_there_also_if_nobody_saw_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let id = Audit::open(&path).unwrap().begin(&asked(Some("alice"), "createService")).unwrap();
        let entries = Audit::open(&path).unwrap().read(&AuditQuery { limit: 9, ..AuditQuery::default() });
        assert_eq!(entries.unwrap(), [AuditEntry { id, ..asked(Some("alice"), "createService") }]);
    }

    #[test]
    fn an_ending_adds_what_only_the_handler_knew() {
        let folder = tempfile::tempdir().unwrap();
        let audit = Audit::open(&folder.path().join("journal.db")).unwrap();
        let id = audit.begin(&asked(None, "signIn")).unwrap();
        let ending = Ending {
            status: 401,
            message: Some("wrong".into()),
            target: Some("bob".into()),
            user: Some("bob".into()),
        };
        audit.end(id, &ending).unwrap();
        let bobs = AuditQuery { user: Some("bob".into()), limit: 9, ..AuditQuery::default() };
        let entry = audit.read(&bobs).unwrap().remove(0);
        assert_eq!((entry.status, entry.message.as_deref()), (Some(401), Some("wrong")));
        assert_eq!(audit.read(&AuditQuery { before: Some(id), ..bobs }).unwrap(), []);
    }

    #[test]
    fn the_journal_and_the_record_share_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let _journal = crate::journal::Journal::open(&path).unwrap();
        let audit = Audit::open(&path).unwrap();
        assert!(audit.begin(&asked(Some("alice"), "removeService")).is_ok());
    }
}
