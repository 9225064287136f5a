//! A TCP connection, encrypted or not.

use std::io::{self, IoSlice};
use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// Bytes in and out.
#[derive(Debug)]
pub(crate) enum Stream {
    /// In clear.
    Plain(TcpStream),
    /// Encrypted, the other end verified.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// Our end and theirs.
    pub(crate) fn ends(&self) -> io::Result<(SocketAddr, SocketAddr)> {
        let tcp = match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => tls.get_ref().0,
        };
        Ok((tcp.local_addr()?, tcp.peer_addr()?))
    }

    /// The TCP connection below, to be encrypted: one that is encrypted is not
    /// encrypted twice.
    pub(crate) fn into_plain(self) -> Option<TcpStream> {
        match self {
            Self::Plain(tcp) => Some(tcp),
            Self::Tls(_) => None,
        }
    }

    /// Whether a password may go over it.
    pub(crate) fn may_log_in(&self) -> io::Result<bool> {
        Ok(may_log_in(self.is_encrypted(), self.ends()?.1.ip()))
    }

    pub(crate) async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.read(buffer).await,
            Self::Tls(tls) => tls.read(buffer).await,
        }
    }

    pub(crate) async fn write(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Plain(tcp) => tcp.write_vectored(slices).await,
            Self::Tls(tls) => tls.write_vectored(slices).await,
        }
    }

    pub(crate) async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.write_all(bytes).await,
            Self::Tls(tls) => tls.write_all(bytes).await,
        }
    }

    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.flush().await,
            Self::Tls(tls) => tls.flush().await,
        }
    }

    pub(crate) async fn shutdown(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(tcp) => tcp.shutdown().await,
            Self::Tls(tls) => tls.shutdown().await,
        }
    }
}

/// The address counts, not the name: `localhost` may be anybody's.
fn may_log_in(is_encrypted: bool, peer: IpAddr) -> bool {
    is_encrypted || peer.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::may_log_in;

    #[test]
    fn a_password_goes_in_clear_to_this_machine_only() {
        let ip = |text: &str| text.parse().expect("the table has addresses");
        for own in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
            assert!(may_log_in(false, ip(own)), "{own}");
        }
        for other in ["192.0.2.1", "10.0.0.1", "2001:db8::1", "fe80::1", "::ffff:192.0.2.1"] {
            assert!(!may_log_in(false, ip(other)), "{other}");
            assert!(may_log_in(true, ip(other)), "{other}");
        }
    }
}
