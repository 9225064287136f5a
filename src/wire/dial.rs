//! From a server's name to a TCP connection.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::Fault;
use super::server::Server;

/// Connects to the first address that answers, in the resolver's order.
pub(crate) async fn dial(server: &Server, limit: Duration) -> Result<TcpStream, Fault> {
    let mut fault = Fault::Unreachable("its name has no address".into());
    for address in addresses(server, limit).await? {
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // A message is one write, or the kernel's own splitting of it: nothing is
                // gained by waiting, and Nagle's algorithm costs 43 ms a message (DESIGN §8).
                stream.set_nodelay(true).map_err(|why| Fault::Network(why.to_string()))?;
                return Ok(stream);
            }
            Ok(Err(why)) => fault = Fault::Unreachable(format!("{address}: {why}")),
            Err(_) => fault = Fault::Unreachable(format!("{address}: no answer in time")),
        }
    }
    Err(fault)
}

async fn addresses(server: &Server, limit: Duration) -> Result<Vec<SocketAddr>, Fault> {
    let address = match &server.host {
        url::Host::Ipv4(address) => IpAddr::V4(*address),
        url::Host::Ipv6(address) => IpAddr::V6(*address),
        url::Host::Domain(name) => {
            return match timeout(limit, lookup_host((name.as_str(), server.port))).await {
                Ok(Ok(found)) => Ok(found.collect()),
                Ok(Err(why)) => Err(Fault::Unreachable(why.to_string())),
                Err(_) => Err(Fault::Unreachable("its name was not resolved in time".into())),
            };
        }
    };
    Ok(vec![SocketAddr::new(address, server.port)])
}
