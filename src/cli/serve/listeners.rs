//! The sockets of the service.

use std::{
    future::pending,
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
};

use anyhow::Context;
use axum::Router;
use socket2::SockRef;
use tokio::{
    runtime::{Builder, Handle},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::descriptors::fit_connections;
use crate::{
    app::App,
    config::{ServeSettings, http::ConnectionOptions},
    http::{
        admin_router,
        listener::{self, Listener},
        router,
    },
};

/// The most connections to the admin address, besides those of one request each.
const ADMIN_CONNECTIONS: usize = 16;
/// The most connections that wait to be accepted; the kernel may allow fewer.
const BACKLOG: i32 = 4096;

/// The listening sockets and the tasks that serve them.
#[derive(Debug)]
pub struct Listeners {
    pub address: SocketAddr,
    public: Served,
    admin: Option<Served>,
}

/// A task that serves a socket until `stop` is cancelled.
#[derive(Debug)]
struct Served {
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl Listeners {
    pub fn bind(settings: &ServeSettings, app: &Arc<App>) -> anyhow::Result<Self> {
        let wanted = app.options.connections;
        let to_admin = settings.admin_bind.map(|_| ADMIN_CONNECTIONS);
        let fitting = fit_connections(wanted, settings.database_connections.into(), to_admin)?;
        let public = bind(settings.bind, "--bind")?;
        let admin = settings.admin_bind.map(|address| bind(address, "--admin-bind")).transpose()?;
        let address = public.local_addr()?;
        let admin_address = admin.as_ref().and_then(|admin| admin.local_addr().ok());
        let admin_address = admin_address.map(tracing::field::display);
        tracing::info!(%address, admin_address, "serve.starting");
        let of_admin = ConnectionOptions { max: ADMIN_CONNECTIONS, ..fitting };
        let admin = admin.map(|socket| Served::new(socket, admin_router(app), app, of_admin, None));
        Ok(Self {
            address,
            public: Served::new(public, router(app), app, fitting, Some(Handle::current()))?,
            admin: admin.transpose()?,
        })
    }

    /// Stops the admin address last, so that probes and metrics stay available until then.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.public.stop().await?;
        match self.admin {
            Some(admin) => admin.stop().await,
            None => Ok(()),
        }
    }
}

impl Served {
    /// Serves connections by `runtime`, and those above the limit by the thread that accepts
    /// them; without a runtime, all by that thread.
    fn new(
        socket: TcpListener,
        router: Router,
        app: &Arc<App>,
        options: ConnectionOptions,
        runtime: Option<Handle>,
    ) -> anyhow::Result<Self> {
        let accepting = start_thread().context("cannot start a thread")?;
        let listener = Listener { socket, runtime: runtime.unwrap_or_else(|| accepting.clone()) };
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = listener::serve(listener, router, Arc::clone(app), options, stopped);
        Ok(Self { stop, task: accepting.spawn(serving) })
    }

    async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        Ok(self.task.await??)
    }
}

/// The runtime of a thread that accepts connections. The kernel lets it run next to those that
/// are busy with requests. It ends with the process.
fn start_thread() -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name("listener".into()).spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(handle)
}

fn bind(address: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address)
        .with_context(|| format!("cannot listen on {address}; another address can be given by {flag}"))?;
    // std has a backlog of 128.
    SockRef::from(&listener).listen(BACKLOG)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
