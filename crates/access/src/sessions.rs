//! Sessions at one manager, kept on disk so that they outlive its process.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use swarmmanager_api::{SessionInfo, Settings};

use crate::secret::{Digest, Secret, SecretError};

/// When a session was last used is written down once in this time, so that looking at a live page writes nothing.
const SEEN_EVERY_MS: i64 = 60_000;
/// Sessions of one user; the one that was not used for longest ends when there are more.
const MOST_OF_A_USER: i64 = 50;
/// Browsers say a lot about themselves.
const LONGEST_AGENT: usize = 200;

/// What went wrong with the sessions.
#[derive(Debug, thiserror::Error)]
pub enum SessionsError {
    /// The file could not be opened.
    #[error("the sessions in {path} cannot be opened")]
    Open {
        /// The file.
        path: String,
        /// SQLite's word.
        source: rusqlite::Error,
    },
    /// One could not be written.
    #[error("sessions cannot be written")]
    Write(#[source] rusqlite::Error),
    /// They could not be read.
    #[error("sessions cannot be read")]
    Read(#[source] rusqlite::Error),
    /// No secret can be made.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// What a new session is known by.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Whose it is.
    pub user: String,
    /// Where it begins.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
}

/// A session that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Names it; opens nothing.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// When it began.
    pub created_unix_ms: i64,
    /// When it was last used, to the minute.
    pub seen_unix_ms: i64,
    /// Where it began.
    pub address: String,
    /// What the browser said it is.
    pub agent: String,
}

/// The sessions. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sessions {
    connection: Arc<Mutex<Connection>>,
}

impl Sessions {
    /// Opens the sessions in that file; makes it where it is missing.
    ///
    /// # Errors
    /// [`SessionsError::Open`].
    pub fn open(path: &Path) -> Result<Self, SessionsError> {
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.execute_batch(
                "CREATE TABLE IF NOT EXISTS sessions (
                     digest BLOB PRIMARY KEY,
                     id TEXT NOT NULL UNIQUE,
                     user TEXT NOT NULL,
                     created_unix_ms INTEGER NOT NULL,
                     seen_unix_ms INTEGER NOT NULL,
                     address TEXT NOT NULL,
                     agent TEXT NOT NULL
                 ) STRICT;
                 CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (user, seen_unix_ms);",
            )?;
            Ok(connection)
        };
        let connection =
            open().map_err(|source| SessionsError::Open { path: path.display().to_string(), source })?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Begins a session; the secret goes into the browser's cookie.
    ///
    /// # Errors
    /// [`SessionsError::Secret`] and [`SessionsError::Write`].
    pub fn begin(&self, new: &NewSession, now_unix_ms: i64) -> Result<(Secret, OpenSession), SessionsError> {
        let secret = Secret::generate()?;
        let digest = secret.digest();
        let session = OpenSession {
            id: digest.id(),
            user: new.user.clone(),
            created_unix_ms: now_unix_ms,
            seen_unix_ms: now_unix_ms,
            address: new.address.clone(),
            agent: new.agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect(),
        };
        let insert = |connection: &Connection| {
            connection.execute(
                "INSERT INTO sessions (digest, id, user, created_unix_ms, seen_unix_ms, address, agent)
                 VALUES (:digest, :id, :user, :now, :now, :address, :agent)",
                named_params! {
                    ":digest": digest.as_bytes(), ":id": session.id, ":user": session.user, ":now": now_unix_ms,
                    ":address": session.address, ":agent": session.agent,
                },
            )?;
            connection.execute(
                "DELETE FROM sessions WHERE user = ?1 AND digest NOT IN
                     (SELECT digest FROM sessions WHERE user = ?1 ORDER BY seen_unix_ms DESC, created_unix_ms DESC LIMIT ?2)",
                (&session.user, MOST_OF_A_USER),
            )
        };
        insert(&self.lock()).map_err(SessionsError::Write)?;
        Ok((secret, session))
    }

    /// The session that this is the secret of, unless it ended. Notes that it was used.
    ///
    /// # Errors
    /// [`SessionsError::Read`] and [`SessionsError::Write`].
    pub fn find(
        &self,
        digest: &Digest,
        settings: Settings,
        now_unix_ms: i64,
    ) -> Result<Option<OpenSession>, SessionsError> {
        let connection = self.lock();
        let found = connection
            .prepare_cached("SELECT * FROM sessions WHERE digest = ?1")
            .and_then(|mut select| select.query_row([digest.as_bytes()], session).optional())
            .map_err(SessionsError::Read)?;
        let Some(found) = found.filter(|found| found.is_open(settings, now_unix_ms)) else { return Ok(None) };
        if now_unix_ms - found.seen_unix_ms >= SEEN_EVERY_MS {
            connection
                .execute(
                    "UPDATE sessions SET seen_unix_ms = ?1 WHERE digest = ?2",
                    (now_unix_ms, digest.as_bytes()),
                )
                .map_err(SessionsError::Write)?;
        }
        Ok(Some(found))
    }

    /// Open sessions, of one user or of all, the latest used first.
    ///
    /// # Errors
    /// [`SessionsError::Read`].
    pub fn list(
        &self,
        of: Option<&str>,
        settings: Settings,
        now_unix_ms: i64,
    ) -> Result<Vec<OpenSession>, SessionsError> {
        let connection = self.lock();
        let read = || -> rusqlite::Result<Vec<OpenSession>> {
            let mut select = connection.prepare_cached(
                "SELECT * FROM sessions WHERE ?1 IS NULL OR user = ?1 ORDER BY seen_unix_ms DESC, id",
            )?;
            select.query_map([of], session)?.collect()
        };
        let mut sessions = read().map_err(SessionsError::Read)?;
        sessions.retain(|session| session.is_open(settings, now_unix_ms));
        Ok(sessions)
    }

    /// Ends a session: of anybody, or of that user only. Says whether there was one.
    ///
    /// # Errors
    /// [`SessionsError::Write`].
    pub fn end(&self, id: &str, of: Option<&str>) -> Result<bool, SessionsError> {
        self.lock()
            .execute("DELETE FROM sessions WHERE id = ?1 AND (?2 IS NULL OR user = ?2)", (id, of))
            .map(|ended| ended > 0)
            .map_err(SessionsError::Write)
    }

    /// Ends all sessions of a user but that one.
    ///
    /// # Errors
    /// [`SessionsError::Write`].
    pub fn end_all_of(&self, user: &str, but: Option<&str>) -> Result<(), SessionsError> {
        self.lock()
            .execute("DELETE FROM sessions WHERE user = ?1 AND (?2 IS NULL OR id <> ?2)", (user, but))
            .map(drop)
            .map_err(SessionsError::Write)
    }

    /// Forgets what ended by itself.
    ///
    /// # Errors
    /// [`SessionsError::Write`].
    pub fn forget_ended(&self, settings: Settings, now_unix_ms: i64) -> Result<(), SessionsError> {
        let idle = now_unix_ms.saturating_sub(ms(settings.session_idle_s)).saturating_sub(SEEN_EVERY_MS);
        let old = now_unix_ms.saturating_sub(ms(settings.session_lifetime_s));
        self.lock()
            .execute("DELETE FROM sessions WHERE seen_unix_ms <= ?1 OR created_unix_ms <= ?2", (idle, old))
            .map(drop)
            .map_err(SessionsError::Write)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenSession {
    /// When it ends at the latest.
    pub fn expires_unix_ms(&self, settings: Settings) -> i64 {
        let idle =
            self.seen_unix_ms.saturating_add(ms(settings.session_idle_s)).saturating_add(SEEN_EVERY_MS);
        idle.min(self.created_unix_ms.saturating_add(ms(settings.session_lifetime_s)))
    }

    /// What may be shown of it.
    pub fn info(self, settings: Settings, is_current: bool) -> SessionInfo {
        SessionInfo {
            expires_unix_ms: self.expires_unix_ms(settings),
            id: self.id,
            user: self.user,
            created_unix_ms: self.created_unix_ms,
            seen_unix_ms: self.seen_unix_ms,
            address: self.address,
            agent: self.agent,
            current: is_current,
        }
    }

    fn is_open(&self, settings: Settings, now_unix_ms: i64) -> bool {
        now_unix_ms < self.expires_unix_ms(settings)
    }
}

fn ms(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX)
}

fn session(row: &Row<'_>) -> rusqlite::Result<OpenSession> {
    Ok(OpenSession {
        id: row.get("id")?,
        user: row.get("user")?,
        created_unix_ms: row.get("created_unix_ms")?,
        seen_unix_ms: row.get("seen_unix_ms")?,
        address: row.get("address")?,
        agent: row.get("agent")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings { session_idle_s: 600, session_lifetime_s: 3600 };

    fn sessions() -> (Sessions, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        (Sessions::open(&folder.path().join("sessions.db")).unwrap(), folder)
    }

    fn new(user: &str) -> NewSession {
        NewSession { user: user.into(), address: "10.0.0.9".into(), agent: "Firefox".into() }
    }

    fn is_open(sessions: &Sessions, secret: &Secret, now: i64) -> bool {
        sessions.find(&secret.digest(), SETTINGS, now).unwrap().is_some()
    }

    #[test]
    fn a_session_outlives_the_process_and_not_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let (secret, begun) = Sessions::open(&path).unwrap().begin(&new("alice"), 0).unwrap();
        let sessions = Sessions::open(&path).unwrap();
        assert_eq!(sessions.find(&secret.digest(), SETTINGS, 1).unwrap(), Some(begun));
        assert!(!is_open(&sessions, &secret, 3_600_000));
    }

    #[test]
    fn use_keeps_a_session_open_and_idleness_ends_it() {
        let (sessions, _folder) = sessions();
        let (secret, _) = sessions.begin(&new("alice"), 0).unwrap();
        for minute in [9, 18, 27] {
            assert!(is_open(&sessions, &secret, minute * 60_000));
        }
        assert!(!is_open(&sessions, &secret, 39 * 60_000));
    }

    #[test]
    fn only_the_secret_opens_and_the_file_does_not_hold_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let sessions = Sessions::open(&path).unwrap();
        let (secret, begun) = sessions.begin(&new("alice"), 0).unwrap();
        assert_eq!(sessions.find(&Digest::of(&begun.id), SETTINGS, 1).unwrap(), None);
        drop(sessions);
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(secret.reveal()));
        }
    }

    #[test]
    fn sessions_are_ended_by_their_user_or_by_anybody_who_may() {
        let (sessions, _folder) = sessions();
        let (secret, begun) = sessions.begin(&new("alice"), 0).unwrap();
        assert!(!sessions.end(&begun.id, Some("bob")).unwrap());
        assert!(is_open(&sessions, &secret, 1));
        assert!(sessions.end(&begun.id, Some("alice")).unwrap());
        assert!(!is_open(&sessions, &secret, 1));
        assert!(!sessions.end(&begun.id, None).unwrap());
    }

    #[test]
    fn all_others_of_a_user_end_and_nobody_else_s() {
        let (sessions, _folder) = sessions();
        let (kept, own) = sessions.begin(&new("alice"), 0).unwrap();
        let (ended, _) = sessions.begin(&new("alice"), 0).unwrap();
        let (bobs, _) = sessions.begin(&new("bob"), 0).unwrap();
        sessions.end_all_of("alice", Some(&own.id)).unwrap();
        let open = [&kept, &ended, &bobs].map(|secret| is_open(&sessions, secret, 1));
        assert_eq!(open, [true, false, true]);
        assert_eq!(sessions.list(Some("alice"), SETTINGS, 1).unwrap().len(), 1);
        assert_eq!(sessions.list(None, SETTINGS, 1).unwrap().len(), 2);
    }

    #[test]
    fn what_ended_is_forgotten_and_a_user_has_only_so_many() {
        let (sessions, _folder) = sessions();
        for at in 0..MOST_OF_A_USER + 5 {
            sessions.begin(&new("alice"), at).unwrap();
        }
        let all = sessions.list(None, SETTINGS, 100).unwrap();
        assert_eq!(all.len(), usize::try_from(MOST_OF_A_USER).unwrap());
        assert_eq!(all.iter().map(|session| session.created_unix_ms).min(), Some(5));
        sessions.forget_ended(SETTINGS, 3_600_000).unwrap();
        let generous = Settings { session_idle_s: 31_536_000, session_lifetime_s: 31_536_000 };
        assert_eq!(sessions.list(None, generous, 3_600_000).unwrap(), []);
    }
}
