//! What a pooler of connections in transaction mode does, as far as the service can tell.

use std::{net::SocketAddr, sync::Arc};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{self, AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::Mutex,
};

use super::database::TestDatabase;

const SSL_REQUEST: u32 = 80_877_103;
/// A statement of another client, without a name, and `Sync`.
const OTHER: &[u8] = b"P\0\0\0\x10\0SELECT 1\0\0\0S\0\0\0\x04";

/// Accepts clients until the runtime ends, and ignores their startup options. Whenever a client is in
/// no transaction, another one parses a statement without a name in the server's process.
pub async fn pooler(database: &TestDatabase) -> PgConnectOptions {
    let target = database.connect_options();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let server = format!("{}:{}", target.get_host(), target.get_port());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(pass(client, server));
        }
    });
    target.host("127.0.0.1").port(address.port())
}

async fn pass(mut client: TcpStream, server: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_server, mut to_server) = server.into_split();
    to_server.write_all(&startup(&mut client).await?).await?;
    let (mut from_client, to_client) = client.into_split();
    let to_server = Arc::new(Mutex::new(to_server));
    let requests = async {
        let mut buffer = vec![0; 16 * 1024];
        while let read @ 1.. = from_client.read(&mut buffer).await? {
            to_server.lock().await.write_all(&buffer[..read]).await?;
        }
        Ok(())
    };
    tokio::select! {
        result = requests => result,
        result = respond(from_server, to_client, &to_server) => result,
    }
}

/// The first message of a client, without its parameter `options`.
async fn startup(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    loop {
        let length = client.read_u32().await?;
        let mut message = vec![0; length as usize - 4];
        client.read_exact(&mut message).await?;
        if message == SSL_REQUEST.to_be_bytes() {
            client.write_all(b"N").await?;
            continue;
        }
        let (version, parameters) = message.split_at(4);
        let texts: Vec<&[u8]> = parameters.split(|byte| *byte == 0).collect();
        let mut message = version.to_vec();
        for pair in texts.chunks_exact(2).filter(|pair| !matches!(pair[0], b"options" | b"")) {
            message.extend(pair.iter().flat_map(|text| text.iter().chain(b"\0")));
        }
        message.push(0);
        let length = u32::try_from(message.len() + 4).unwrap();
        return Ok([length.to_be_bytes().to_vec(), message].concat());
    }
}

async fn respond(
    mut server: OwnedReadHalf,
    mut client: OwnedWriteHalf,
    to_server: &Mutex<OwnedWriteHalf>,
) -> io::Result<()> {
    loop {
        let message = next(&mut server).await?;
        if is_idle(&message) {
            to_server.lock().await.write_all(OTHER).await?;
            while !is_idle(&next(&mut server).await?) {}
        }
        client.write_all(&message).await?;
    }
}

/// `ReadyForQuery` outside of a transaction.
fn is_idle(message: &[u8]) -> bool {
    message == b"Z\0\0\0\x05I"
}

async fn next(server: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    let mut message = vec![0; 5];
    server.read_exact(&mut message).await?;
    let length = u32::from_be_bytes([message[1], message[2], message[3], message[4]]) as usize;
    message.resize(1 + length, 0);
    server.read_exact(&mut message[5..]).await?;
    Ok(message)
}
