//! How bytes are read from a socket.

use std::io::{self, ErrorKind};

use tokio::{
    io::{Interest, ReadBuf},
    net::TcpStream,
};

/// Reads what has arrived. If that does not fill the buffer, it was all, and the next read waits for
/// more instead of calling the kernel in vain, as tokio does for a stream that is not shared.
pub fn try_drain(stream: &TcpStream, buffer: &mut ReadBuf<'_>) -> io::Result<usize> {
    let mut result = Err(ErrorKind::WouldBlock.into());
    let _ = stream.try_io(Interest::READABLE, || {
        result = stream.try_read_buf(buffer);
        let is_partial = result.as_ref().is_ok_and(|read| *read > 0) && buffer.remaining() > 0;
        if is_partial { Err(ErrorKind::WouldBlock.into()) } else { Ok(()) }
    });
    result
}
