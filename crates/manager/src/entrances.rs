//! The ways in: the Unix socket and the TCP port. Both are open as long as the process runs; what they lead to changes
//! when the host's engine enters or leaves a Swarm.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::extract::Request;
use axum::{Extension, Router};
use tokio::net::{UnixListener, UnixStream};
use tower::ServiceExt as _;

use crate::front_door::OpenDoor;
use crate::http::Entrance;
use crate::serve::ServeError;

/// What the entrances lead to, changed from one request to the next. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Switch(Arc<ArcSwap<Router>>);

impl Switch {
    /// Leads there at first.
    pub(crate) fn new(router: Router) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(router)))
    }

    /// From now on requests go there; those under way are answered by what they came to.
    pub(crate) fn lead_to(&self, router: Router) {
        self.0.store(Arc::new(router));
    }

    fn router(&self) -> Router {
        let switch = self.clone();
        Router::new().fallback(move |request: Request| {
            let router = Router::clone(&switch.0.load());
            router.oneshot(request)
        })
    }
}

/// Serves both until one of them fails.
pub(crate) async fn serve(
    socket: UnixListener,
    door: Option<OpenDoor>,
    switch: Switch,
) -> Result<(), ServeError> {
    let for_root = switch.router().layer(Extension(Entrance::Socket));
    let through_door = async {
        match door {
            Some(door) => door.serve(switch.router()).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        ended = axum::serve(socket, for_root).into_future() => ended.map_err(ServeError::Api),
        () = through_door => Ok(()),
    }
}

/// Listens on a socket that only root can use; takes the place of one that nobody serves any more.
pub(crate) async fn listen(path: &Path) -> Result<UnixListener, ServeError> {
    let failed = |source| ServeError::Socket { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    if UnixStream::connect(path).await.is_ok() {
        return Err(ServeError::SocketInUse { path: path.to_owned() });
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    // Bound under a name that nobody knows, made private, and only then put where clients look.
    let hidden = path.with_extension(format!("{}.new", std::process::id()));
    let listener = UnixListener::bind(&hidden).map_err(failed)?;
    fs::set_permissions(&hidden, Permissions::from_mode(0o600)).map_err(failed)?;
    fs::rename(&hidden, path).map_err(failed)?;
    Ok(listener)
}
