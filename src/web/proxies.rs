//! Which machines may speak for others: forwarded headers are believed from these alone.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::base::Network;
use crate::error::{Error, Result};

/// Machines that the operator named: proxies in front, or whoever may read figures.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// Reads `192.0.2.1` and `10.0.0.0/8`, as written under a key of the configuration.
    pub fn read(key: &str, written: &[String]) -> Result<Self> {
        written.iter().map(|text| network(key, text)).collect::<Result<_>>().map(Self)
    }

    /// Whether none is named.
    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this machine is one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// The machine that asks: the peer, or whom a chain of our own proxies says they ask for. Read from the right,
    /// because everything further left was written by whoever asks.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let steps: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
        for step in steps.iter().rev() {
            if !self.contain(client) {
                break;
            }
            let Ok(address) = step.parse::<IpAddr>() else { break };
            client = address.to_canonical();
        }
        client
    }
}

fn network(key: &str, text: &str) -> Result<Network> {
    Network::parse(text).ok_or_else(|| {
        Error::Setup(format!("{key}: “{text}” is neither an address (192.0.2.1) nor a network (10.0.0.0/8)"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarded_addresses_are_believed_from_proxies_alone() {
        let proxies =
            Proxies::read("server.trusted_proxies", &["10.0.0.0/8".into(), "2001:db8::1".into()]).unwrap();
        for (peer, header, expected) in [
            ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
            ("10.1.2.3", "198.51.100.7", "198.51.100.7"),
            ("::ffff:10.1.2.3", "198.51.100.7", "198.51.100.7"),
            ("10.1.2.3", "1.1.1.1, 198.51.100.7, 10.9.9.9", "198.51.100.7"),
            ("10.1.2.3", "1.1.1.1, rubbish", "10.1.2.3"),
            ("10.1.2.3", "", "10.1.2.3"),
            ("2001:db8::1", "198.51.100.7", "198.51.100.7"),
            ("2001:db8::2", "198.51.100.7", "2001:db8::2"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", header.parse().unwrap());
            let client = proxies.client(peer.parse().unwrap(), &headers);
            assert_eq!(client, expected.parse::<IpAddr>().unwrap(), "{peer} {header}");
        }
        assert!(
            Proxies::read("server.trusted_proxies", &["10.0.0.0/33".into()]).is_err()
                && Proxies::read("server.trusted_proxies", &["proxy".into()]).is_err()
        );
        assert!(
            Proxies::read("server.trusted_proxies", &["0.0.0.0/0".into()])
                .unwrap()
                .contain("9.9.9.9".parse().unwrap())
        );
    }
}
