//! A TCP proxy in front of PostgreSQL that can hold back responses, and cut or swallow connections.

use std::{
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::database::TestDatabase;

/// What the proxy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Passes everything on.
    Open,
    /// Holds back the server's responses.
    Hold,
    /// Cuts new connections.
    Full,
    /// Accepts new connections, and sends nothing.
    Slow,
    /// Cuts existing and new connections.
    Cut,
}

/// When a connection is cut, relative to a statement on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutAt {
    /// It does not reach the server.
    Arrival,
    /// It reaches the server, which gets no client to respond to.
    Execution,
    /// The server has responded, and the response does not reach the client.
    Response,
    /// Never: it does not reach the server, and nothing passes any more.
    Never,
}

type Cut = Arc<Mutex<Option<(&'static str, CutAt)>>>;

/// The proxy, which ends with the runtime.
#[derive(Debug)]
pub struct Proxy {
    pub address: SocketAddr,
    mode: watch::Sender<Mode>,
    cut: Cut,
    /// Changes when the connections that are open then become silent.
    silenced: watch::Sender<()>,
    traffic: Arc<Traffic>,
}

/// What has passed.
#[derive(Debug, Default)]
struct Traffic {
    connections: AtomicUsize,
    bytes_from_server: AtomicUsize,
    reads_from_client: AtomicUsize,
}

impl Proxy {
    pub async fn to(host: &str, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (mode, watched) = watch::channel(Mode::Open);
        let cut = Cut::default();
        let cuts = Arc::clone(&cut);
        let traffic = Arc::<Traffic>::default();
        let counted = Arc::clone(&traffic);
        let (silenced, silence) = watch::channel(());
        let target = format!("{host}:{port}");
        tokio::spawn(async move {
            let mut slow = Vec::new();
            while let Ok((client, _)) = listener.accept().await {
                counted.connections.fetch_add(1, Ordering::Relaxed);
                match *watched.borrow() {
                    Mode::Full => continue,
                    Mode::Slow => {
                        slow.push(client);
                        continue;
                    }
                    Mode::Open | Mode::Hold | Mode::Cut => {}
                }
                if let Ok(server) = TcpStream::connect(&target).await {
                    let mut silence = silence.clone();
                    silence.mark_unchanged();
                    let (cuts, counted) = (Arc::clone(&cuts), Arc::clone(&counted));
                    tokio::spawn(pass([client, server], watched.clone(), silence, cuts, counted));
                }
            }
        });
        Self { address, mode, cut, silenced, traffic }
    }

    /// A proxy in front of the server of this database, and options to connect through it.
    pub async fn of(database: &TestDatabase) -> (Self, PgConnectOptions) {
        let target = database.connect_options();
        let proxy = Self::to(target.get_host(), target.get_port()).await;
        let connect = target.host("127.0.0.1").port(proxy.address.port());
        (proxy, connect)
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.traffic.connections.load(Ordering::Relaxed)
    }

    /// How many bytes the server has sent.
    pub fn bytes_from_server(&self) -> usize {
        self.traffic.bytes_from_server.load(Ordering::Relaxed)
    }

    /// How many round trips there were, if each client waits for its responses and sends no more
    /// than 16 KiB at once.
    pub fn round_trips(&self) -> usize {
        self.traffic.reads_from_client.load(Ordering::Relaxed)
    }

    /// From now on nothing passes over the open connections, which stay open; new ones are not
    /// affected.
    pub fn silence(&self) {
        self.silenced.send_replace(());
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Cuts the next connection on which the text of a statement is sent, once.
    pub fn cut_at(&self, statement: &'static str, at: CutAt) {
        *self.cut.lock().unwrap() = Some((statement, at));
    }

    /// Whether the statement was sent.
    pub fn has_cut(&self) -> bool {
        self.cut.lock().unwrap().is_none()
    }
}

async fn pass(
    [client, server]: [TcpStream; 2],
    mode: watch::Receiver<Mode>,
    mut silence: watch::Receiver<()>,
    cut: Cut,
    traffic: Arc<Traffic>,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let mut closed = mode.clone();
    let is_last_response = AtomicBool::new(false);
    let up = async {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
            traffic.reads_from_client.fetch_add(1, Ordering::Relaxed);
            let text = String::from_utf8_lossy(&buffer[..read]);
            let cut = cut.lock().unwrap().take_if(|(statement, _)| text.contains(*statement));
            let at = cut.map(|(_, at)| at);
            is_last_response.store(at == Some(CutAt::Response), Ordering::Relaxed);
            if at == Some(CutAt::Never) {
                std::future::pending::<()>().await;
            }
            if at == Some(CutAt::Arrival)
                || to_server.write_all(&buffer[..read]).await.is_err()
                || at == Some(CutAt::Execution)
            {
                break;
            }
        }
    };
    let down = async {
        let mut mode = mode;
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            traffic.bytes_from_server.fetch_add(read, Ordering::Relaxed);
            let _ = mode.wait_for(|mode| *mode != Mode::Hold).await;
            if is_last_response.load(Ordering::Relaxed) || to_client.write_all(&buffer[..read]).await.is_err()
            {
                break;
            }
        }
    };
    let mut is_cut = pin!(async {
        let _ = closed.wait_for(|mode| *mode == Mode::Cut).await;
    });
    tokio::select! {
        () = up => {}
        () = down => {}
        () = &mut is_cut => {}
        // Both ends, which this future owns, stay open.
        Ok(()) = silence.changed() => is_cut.await,
    }
}
