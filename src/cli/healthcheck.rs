//! `curio healthcheck`: what a container's HEALTHCHECK calls, so that the image needs neither a
//! shell nor curl.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, bail};
use bytes::Bytes;
use clap::Args;
use http_body_util::Empty;
use hyper::{Request, client::conn::http1, header::HOST};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::config::parse_timeout;

/// The settings of `curio healthcheck`.
#[derive(Debug, Args)]
pub struct Settings {
    /// The address that the service listens on
    #[arg(long, env = "CURIO_BIND", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    bind: SocketAddr,
    /// Check whether it can serve (/readyz, which needs the database), not only whether it is alive
    /// (/livez)
    #[arg(long)]
    ready: bool,
    /// The longest wait for a response
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = parse_timeout)]
    timeout: Duration,
}

pub async fn run(settings: &Settings) -> anyhow::Result<()> {
    let address = reachable(settings.bind);
    let path = if settings.ready { "/readyz" } else { "/livez" };
    let status = tokio::time::timeout(settings.timeout, request(address, path))
        .await
        .map_err(anyhow::Error::from)
        .flatten()
        .with_context(|| format!("no response from http://{address}{path}"))?;
    if !status.is_success() {
        bail!("http://{address}{path} returned {status}");
    }
    Ok(())
}

/// The unspecified address means all interfaces to a listener and nothing to a client.
fn reachable(bind: SocketAddr) -> SocketAddr {
    let ip = match bind.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bind.port())
}

async fn request(address: SocketAddr, path: &str) -> anyhow::Result<hyper::StatusCode> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(path).header(HOST, address.to_string()).body(Empty::<Bytes>::new())?;
    tokio::select! {
        response = sender.send_request(request) => Ok(response?.status()),
        end = connection => bail!("the connection closed early: {end:?}"),
    }
}
