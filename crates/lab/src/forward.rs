//! A port of a node that this machine reaches: nodes have networks of their own, into which nothing else leads.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd as _;
use std::thread::{self, JoinHandle};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener as AsyncListener, TcpStream};
use tokio::sync::oneshot;

use crate::LabError;
use crate::node::Node;

/// A forwarded port; dropped, it is closed.
#[derive(Debug)]
pub struct Forwarding {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Node {
    /// Passes what comes to an address of this machine on to a port of the node, also after the node was off. Port 0
    /// is any that is free.
    ///
    /// # Errors
    /// Where the address is taken.
    pub fn forward(&self, listen: SocketAddr, port: u16) -> Result<Forwarding, LabError> {
        let open = || -> io::Result<(TcpListener, SocketAddr)> {
            let listener = TcpListener::bind(listen)?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        let (listener, address) = open().map_err(|source| LabError::Listen { address: listen, source })?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(LabError::Runtime)?;
        let (stop, stopped) = oneshot::channel();
        let node = self.clone();
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = pass_on(node, listener, port) => {}
                    _ = stopped => {}
                }
            });
        });
        Ok(Forwarding { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Forwarding {
    /// The address on this machine.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Forwarding {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // There is nobody to tell.
            let _ = thread.join();
        }
    }
}

/// The listener stays in the network that it was opened in; what connects is opened in the node's, which this thread
/// stands in.
async fn pass_on(node: Node, listener: TcpListener, port: u16) -> io::Result<()> {
    let listener = AsyncListener::from_std(listener)?;
    let mut inside = None;
    loop {
        let (mut client, _) = listener.accept().await?;
        if enter(&node, &mut inside).is_none() {
            continue;
        }
        let server = (node.address(), port);
        tokio::spawn(async move {
            // Whoever is not answered, or only half, sees that by itself.
            let mut server = TcpStream::connect(server).await?;
            copy_bidirectional(&mut client, &mut server).await
        });
    }
}

/// Moves this thread into the node's network, unless it is in it already.
fn enter(node: &Node, inside: &mut Option<i32>) -> Option<()> {
    let holder = node.holder().ok()?;
    if inside.replace(holder) == Some(holder) {
        return Some(());
    }
    let network = File::open(format!("/proc/{holder}/ns/net")).ok()?;
    move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network)).ok()
}
