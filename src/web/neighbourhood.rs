//! Addresses that are one for every limit: whoever has an IPv6 address has a whole network of them.

use std::net::{IpAddr, Ipv6Addr};

use crate::config;

/// How many first bits of an IPv6 address tell one asker from another.
#[derive(Debug, Clone, Copy)]
pub struct Neighbourhood {
    bits: u32,
}

impl Neighbourhood {
    /// As configured.
    pub fn of(config: &config::Server) -> Self {
        Self { bits: u32::from(config.ipv6_prefix.clamp(1, 128)) }
    }

    /// The address that all of a neighbourhood go by.
    pub fn name(self, address: IpAddr) -> IpAddr {
        match address.to_canonical() {
            IpAddr::V6(own) => {
                let mask = u128::MAX << (128 - self.bits);
                IpAddr::V6(Ipv6Addr::from_bits(own.to_bits() & mask))
            }
            address @ IpAddr::V4(_) => address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_shares_a_network_shares_a_name() {
        let named = |bits, address: &str| {
            let config = config::Server { ipv6_prefix: bits, ..config::Server::default() };
            Neighbourhood::of(&config).name(address.parse().unwrap()).to_string()
        };
        for (bits, address, expected) in [
            (64, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            (56, "2001:db8:1:2ff:3:4:5:6", "2001:db8:1:200::"),
            (128, "2001:db8::1", "2001:db8::1"),
            (0, "ffff::1", "8000::"),
            (64, "192.0.2.7", "192.0.2.7"),
            (64, "::ffff:192.0.2.7", "192.0.2.7"),
        ] {
            assert_eq!(named(bits, address), expected, "{bits} {address}");
        }
    }
}
