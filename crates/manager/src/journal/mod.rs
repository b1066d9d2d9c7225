//! The journal of decisions: what was done and why, with the numbers that it was done by. Kept on disk.

mod feed;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use swarmmanager_api::{Action, Decision, Outcome};
use tokio::sync::broadcast;

pub(crate) use feed::Feed;

/// Entries kept; the oldest go first.
const MOST_ENTRIES: i64 = 100_000;
/// Entries that a slow follower may lag behind before it has to read them.
const FOLLOWERS_LAG: usize = 256;

/// What went wrong with the journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file could not be opened, or is no journal.
    #[error("the journal {path} cannot be opened")]
    Open {
        /// The file.
        path: String,
        /// SQLite's word.
        source: rusqlite::Error,
    },
    /// An entry could not be written.
    #[error("the journal cannot be written")]
    Write(#[source] rusqlite::Error),
    /// Entries could not be read.
    #[error("the journal cannot be read")]
    Read(#[source] rusqlite::Error),
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub(crate) service: Option<String>,
    pub(crate) instance: Option<u32>,
    /// Only those that chose this node.
    pub(crate) node: Option<String>,
    pub(crate) action: Option<Action>,
    pub(crate) outcome: Option<Outcome>,
    /// Only entries with a greater id.
    pub(crate) after: Option<i64>,
    /// Only entries with a smaller id.
    pub(crate) before: Option<i64>,
    pub(crate) limit: u32,
    /// With the numbers that each was made from.
    pub(crate) explained: bool,
}

/// All columns, the explanation left empty.
const SHORT: &str =
    "id, unix_ms, action, outcome, service, instance, node, hostname, summary, by, NULL AS explanation";
/// What a query narrows by.
const MATCHING: &str = "(:service IS NULL OR service = :service)
     AND (:instance IS NULL OR instance = :instance) AND (:node IS NULL OR node = :node)
     AND (:action IS NULL OR action = :action) AND (:outcome IS NULL OR outcome = :outcome)
     AND (:after IS NULL OR id > :after) AND (:before IS NULL OR id < :before)";

/// The journal. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Journal {
    connection: Arc<Mutex<Connection>>,
    followers: broadcast::Sender<Arc<Decision>>,
}

impl Journal {
    /// Opens the journal in that file; makes it where it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, JournalError> {
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS decisions (
                     id INTEGER PRIMARY KEY AUTOINCREMENT,
                     unix_ms INTEGER NOT NULL,
                     action TEXT NOT NULL,
                     outcome TEXT NOT NULL,
                     service TEXT NOT NULL,
                     instance INTEGER,
                     node TEXT,
                     hostname TEXT,
                     summary TEXT NOT NULL,
                     explanation TEXT,
                     by TEXT
                 ) STRICT;
                 CREATE INDEX IF NOT EXISTS decisions_by_service ON decisions (service, id);
                 CREATE INDEX IF NOT EXISTS decisions_by_instance ON decisions (service, instance, id);
                 CREATE INDEX IF NOT EXISTS decisions_by_node ON decisions (node, id);",
            )?;
            // A journal that was begun before it said who asked.
            if !connection.column_exists(None, "decisions", "by")? {
                connection.execute_batch("ALTER TABLE decisions ADD COLUMN by TEXT")?;
            }
            Ok(connection)
        };
        let connection =
            open().map_err(|source| JournalError::Open { path: path.display().to_string(), source })?;
        let (followers, _) = broadcast::channel(FOLLOWERS_LAG);
        Ok(Self { connection: Arc::new(Mutex::new(connection)), followers })
    }

    /// Writes an entry and gives it back with its id. Followers hear of it at once, or, while it is only planned, when
    /// it is concluded.
    pub(crate) fn record(&self, mut decision: Decision) -> Result<Decision, JournalError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let explanation = decision.explanation.as_ref().map(ToString::to_string);
        connection
            .prepare_cached(
                "INSERT INTO decisions (unix_ms, action, outcome, service, instance, node, hostname, summary, explanation,
                     by)
                 VALUES (:unix_ms, :action, :outcome, :service, :instance, :node, :hostname, :summary, :explanation,
                     :by)",
            )
            .and_then(|mut insert| {
                insert.execute(named_params! {
                    ":unix_ms": decision.unix_ms,
                    ":action": word(&decision.action),
                    ":outcome": word(&decision.outcome),
                    ":service": decision.service,
                    ":instance": decision.instance,
                    ":node": decision.node,
                    ":hostname": decision.hostname,
                    ":summary": decision.summary,
                    ":explanation": explanation,
                    ":by": decision.by,
                })
            })
            .map_err(JournalError::Write)?;
        decision.id = connection.last_insert_rowid();
        connection
            .prepare_cached("DELETE FROM decisions WHERE id <= ?1")
            .and_then(|mut delete| delete.execute([decision.id - MOST_ENTRIES]))
            .map_err(JournalError::Write)?;
        drop(connection);
        if decision.outcome != Outcome::Planned {
            self.announce(&decision);
        }
        Ok(decision)
    }

    /// Writes how a planned entry ended.
    pub(crate) fn conclude(&self, mut decision: Decision, outcome: Outcome) -> Result<(), JournalError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection
            .prepare_cached("UPDATE decisions SET outcome = ?1 WHERE id = ?2")
            .and_then(|mut update| update.execute((word(&outcome), decision.id)))
            .map_err(JournalError::Write)?;
        drop(connection);
        decision.outcome = outcome;
        self.announce(&decision);
        Ok(())
    }

    fn announce(&self, decision: &Decision) {
        // An error means that nobody follows.
        let _ = self.followers.send(Arc::new(decision.clone()));
    }

    /// Entries that the query names, newest first.
    pub(crate) fn read(&self, query: &Query) -> Result<Vec<Decision>, JournalError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let columns = if query.explained { "*" } else { SHORT };
        let sql = format!("SELECT {columns} FROM decisions WHERE {MATCHING} ORDER BY id DESC LIMIT :limit");
        let mut select = connection.prepare_cached(&sql).map_err(JournalError::Read)?;
        let parameters = named_params! {
            ":service": query.service, ":instance": query.instance, ":node": query.node,
            ":action": query.action.as_ref().map(word), ":outcome": query.outcome.as_ref().map(word),
            ":after": query.after, ":before": query.before, ":limit": query.limit,
        };
        let rows = select.query_map(parameters, decision).map_err(JournalError::Read)?;
        rows.collect::<Result<_, _>>().map_err(JournalError::Read)
    }

    /// One entry.
    pub(crate) fn entry(&self, id: i64) -> Result<Option<Decision>, JournalError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        connection
            .query_row("SELECT * FROM decisions WHERE id = ?1", [id], decision)
            .optional()
            .map_err(JournalError::Read)
    }

    /// The greatest id; 0 where there is no entry.
    fn newest(&self) -> Result<i64, JournalError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = connection
            .prepare_cached("SELECT coalesce(max(id), 0) FROM decisions")
            .and_then(|mut select| select.query_row([], |row| row.get(0)));
        newest.map_err(JournalError::Read)
    }

    /// At most so many of the entries after that one, oldest first, without their explanations.
    fn read_after(&self, id: i64, limit: u32) -> Result<Vec<Decision>, JournalError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let sql = format!("SELECT {SHORT} FROM decisions WHERE id > ?1 ORDER BY id LIMIT ?2");
        let mut select = connection.prepare_cached(&sql).map_err(JournalError::Read)?;
        let rows = select.query_map((id, limit), decision).map_err(JournalError::Read)?;
        rows.collect::<Result<_, _>>().map_err(JournalError::Read)
    }

    /// The newest entry about an instance.
    pub(crate) fn latest_about(&self, service: &str, instance: u32) -> Result<Option<i64>, JournalError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = connection
            .prepare_cached("SELECT max(id) FROM decisions WHERE service = ?1 AND instance = ?2")
            .and_then(|mut select| select.query_row((service, instance), |row| row.get(0)));
        latest.map_err(JournalError::Read)
    }

    /// Every entry from now on.
    fn follow(&self) -> broadcast::Receiver<Arc<Decision>> {
        self.followers.subscribe()
    }
}

/// An enum's word, as serde writes it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn decision(row: &Row<'_>) -> rusqlite::Result<Decision> {
    fn read<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
        let word: String = row.get(column)?;
        serde_json::from_value(serde_json::Value::String(word)).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
        })
    }
    let explanation: Option<String> = row.get("explanation")?;
    Ok(Decision {
        id: row.get("id")?,
        unix_ms: row.get("unix_ms")?,
        action: read::<Action>(row, "action")?,
        outcome: read::<Outcome>(row, "outcome")?,
        service: row.get("service")?,
        instance: row.get("instance")?,
        node: row.get("node")?,
        hostname: row.get("hostname")?,
        summary: row.get("summary")?,
        by: row.get("by")?,
        explanation: explanation.and_then(|json| serde_json::from_str(&json).ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    pub(super) fn entry(service: &str, instance: u32) -> Decision {
        Decision {
            id: 0,
            unix_ms: 1_700_000_000_000,
            action: Action::Place,
            outcome: Outcome::NoNode,
            service: service.into(),
            instance: Some(instance),
            node: None,
            hostname: None,
            summary: "no suitable node".into(),
            by: None,
            explanation: Some(json!({"policy": "availability"})),
        }
    }

    #[test]
    fn entries_outlive_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let written = Journal::open(&path).unwrap().record(entry("web", 1)).unwrap();
        assert_eq!(Journal::open(&path).unwrap().entry(written.id).unwrap(), Some(written));
    }

    #[test]
    fn a_query_narrows_by_service_instance_and_id() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("journal.db")).unwrap();
        for (service, instance) in [("web", 0), ("web", 1), ("db", 0)] {
            journal.record(entry(service, instance)).unwrap();
        }
        let ids = |query: Query| -> Vec<i64> {
            journal.read(&query).unwrap().iter().map(|entry| entry.id).collect()
        };
        assert_eq!(ids(Query { limit: 2, ..Query::default() }), [3, 2]);
        assert_eq!(ids(Query { service: Some("web".into()), limit: 9, ..Query::default() }), [2, 1]);
        assert_eq!(
            ids(Query { service: Some("web".into()), instance: Some(0), limit: 9, ..Query::default() }),
            [1]
        );
        assert_eq!(ids(Query { after: Some(2), limit: 9, ..Query::default() }), [3]);
        assert_eq!(ids(Query { before: Some(2), limit: 9, ..Query::default() }), [1]);
        assert_eq!(ids(Query { node: Some("n1".into()), limit: 9, ..Query::default() }), [0; 0]);
        assert_eq!(ids(Query { outcome: Some(Outcome::NoNode), limit: 1, ..Query::default() }), [3]);
        assert_eq!(ids(Query { action: Some(Action::Scale), limit: 1, ..Query::default() }), [0; 0]);
        assert_eq!(journal.latest_about("web", 1).unwrap(), Some(2));
        assert_eq!(journal.latest_about("web", 2).unwrap(), None);
    }

    #[test]
    fn explanations_are_given_where_they_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("journal.db")).unwrap();
        journal.record(Decision { by: Some("ann".into()), ..entry("web", 0) }).unwrap();
        let read =
            |explained| journal.read(&Query { limit: 1, explained, ..Query::default() }).unwrap().remove(0);
        assert_eq!((read(false).explanation, read(false).by.as_deref()), (None, Some("ann")));
        assert_eq!(read(true).explanation, entry("web", 0).explanation);
    }

    #[test]
    fn a_journal_from_before_it_said_who_asked_is_read_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let journal = Journal::open(&path).unwrap();
        let written = journal.record(entry("web", 1)).unwrap();
        let sql = "ALTER TABLE decisions DROP COLUMN by";
        journal.connection.lock().unwrap().execute_batch(sql).unwrap();
        drop(journal);
        assert_eq!(Journal::open(&path).unwrap().entry(written.id).unwrap(), Some(written));
    }

    #[test]
    fn what_is_no_journal_is_named_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        std::fs::write(&path, "precious ".repeat(1000)).unwrap();
        let error = Journal::open(&path).err().unwrap();
        assert!(error.to_string().contains("journal.db"));
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("precious"));
    }
}
