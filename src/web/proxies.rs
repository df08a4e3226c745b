//! Which machines may speak for others: forwarded headers are believed from these alone.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::error::{Error, Result};

/// Machines that the operator named: proxies in front, or whoever may read figures.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<Network>);

/// A network: an address and how many of its first bits count.
#[derive(Debug, Clone, Copy)]
struct Network {
    address: IpAddr,
    bits: u32,
}

impl Proxies {
    /// Reads `192.0.2.1` and `10.0.0.0/8`, as written under a key of the configuration.
    pub fn read(key: &str, written: &[String]) -> Result<Self> {
        written.iter().map(|text| Network::read(key, text)).collect::<Result<_>>().map(Self)
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

impl Network {
    fn read(key: &str, text: &str) -> Result<Self> {
        let told = || {
            Error::Setup(format!(
                "{key}: “{text}” is neither an address (192.0.2.1) nor a network (10.0.0.0/8)"
            ))
        };
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().map_err(|_| told())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), str::parse).map_err(|_| told())?;
        if bits > width { Err(told()) } else { Ok(Self { address, bits }) }
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - self.bits;
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - self.bits;
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
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
