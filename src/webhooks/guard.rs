//! Which machines may be called. Private, local and reserved addresses are not, in whatever spelling, unless the
//! operator named them: whoever may name a receiver must not reach what stands behind the firewall.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::base::Network;
use crate::error::{Error, Result};

/// The longest address of a receiver.
const LONGEST: usize = 2_000;
/// Ports beneath this belong to other services than HTTP, save 80 and 443.
const FIRST_FREE_PORT: u16 = 1_024;
/// Endings of names that never are a public host's.
const LOCAL_NAMES: [&str; 8] =
    ["localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "onion"];
/// IPv4 networks that are not the public Internet: this network, private, shared (CGNAT), loopback, link-local (with the
/// metadata services of clouds), protocol assignments, documentation, 6to4 relays, benchmarks, multicast, reserved.
const CLOSED_V4: [&str; 16] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];
/// The one part of IPv6 that is handed out for the public Internet.
const OPEN_V6: &str = "2000::/3";
/// Parts of it that are not: Teredo and other protocols, documentation, 6to4.
const CLOSED_V6: [&str; 4] = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];
/// Addresses that carry an IPv4 address in their last bits: translated (NAT64).
const NAT64: &str = "64:ff9b::/96";

/// Knows which receivers may be called.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    networks: Vec<Network>,
    names: Vec<String>,
}

impl Guard {
    /// With what the operator allows besides the public Internet: networks, addresses, host names.
    ///
    /// # Errors
    /// `Setup` for an entry that is none of them.
    pub fn new(allowed: &[String]) -> Result<Self> {
        let mut guard = Self::default();
        for text in allowed {
            match (Network::parse(text), Host::parse(text)) {
                (Some(network), _) => guard.networks.push(network),
                (None, Ok(Host::Domain(name))) => guard.names.push(plain(&name)),
                _ => {
                    return Err(Error::Setup(format!(
                        "webhooks.allow_private: “{text}” is neither a network (10.0.0.0/8), an address nor a host name"
                    )));
                }
            }
        }
        Ok(guard)
    }

    /// Reads the address of a receiver; the problem is told to whoever typed it.
    pub fn url(&self, text: &str) -> Result<Url, String> {
        if text.len() > LONGEST {
            return Err(format!("has at most {LONGEST} characters"));
        }
        let url =
            Url::parse(text.trim()).map_err(|_| "is a whole address such as https://example.org/hook")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("begins with https:// or http://".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("names no user and no password; the signature tells who calls".to_owned());
        }
        if url.fragment().is_some() {
            return Err("has no part behind a #".to_owned());
        }
        match url.port() {
            Some(port) if port < FIRST_FREE_PORT && !matches!(port, 80 | 443) => {
                return Err(format!("has port 80, 443 or one from {FIRST_FREE_PORT} on"));
            }
            _ => {}
        }
        self.host(&url).then_some(url).ok_or_else(|| {
            "names a private or local machine; the operator may allow it in webhooks.allow_private".to_owned()
        })
    }

    fn host(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(address)) => self.address(address.into()),
            Some(Host::Ipv6(address)) => self.address(address.into()),
            Some(Host::Domain(name)) => {
                let name = plain(name);
                let is_local = !name.contains('.')
                    || LOCAL_NAMES.iter().any(|end| name == *end || name.ends_with(&format!(".{end}")));
                !is_local || self.is_named(&name)
            }
            None => false,
        }
    }

    /// Whether this address may be called.
    pub fn address(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address)) || is_public(address)
    }

    /// Whether the operator named this host, so that it may stand anywhere.
    pub fn is_named(&self, name: &str) -> bool {
        let name = plain(name);
        self.names.contains(&name)
    }
}

/// A name as it is compared: in lower case, without the dot at its end.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !is_in(&CLOSED_V4, address.into())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if is_in(&[NAT64], address.into()) {
        let [.., a, b, c, d] = address.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    is_in(&[OPEN_V6], address.into()) && !is_in(&CLOSED_V6, address.into())
}

fn is_in(networks: &[&str], address: IpAddr) -> bool {
    networks.iter().filter_map(|text| Network::parse(text)).any(|network| network.contains(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spellings of machines that must not be called.
    const CLOSED: [&str; 59] = [
        "http://127.0.0.1:6379/",
        "http://localhost/",
        "http://LOCALHOST:8000/",
        "http://localhost./",
        "http://sub.localhost/",
        "http://[::1]/",
        "http://[::]/",
        "http://0.0.0.0/",
        "http://0/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://0177.0.0.01/",
        "http://127.1/",
        "http://127.0.1/",
        "http://127.255.255.254/",
        "http://127.0.0.1./",
        "http://１２７.0.0.1/",
        "http://①②⑦.0.0.1/",
        "http://127。0。0。1/",
        "http://%31%32%37.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0xa9fea9fe/",
        "http://2852039166/",
        "http://168.63.129.16/",
        "http://[fd00:ec2::254]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[64:ff9b::10.0.0.1]/",
        "http://[64:ff9b:1::1]/",
        "http://[2002:7f00:1::]/",
        "http://[2002:a00:1::]/",
        "http://[2001:0:7f00:1::]/",
        "http://[2001:db8::1]/",
        "http://[100::1]/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://198.18.0.1/",
        "http://192.0.0.1/",
        "http://203.0.113.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://metadata.google.internal/",
        "http://metadata.google.internal./",
        "http://printer/",
        "http://nas.local/",
        "http://router.lan/",
        "http://box.home.arpa/",
    ];

    #[test]
    fn private_machines_are_refused_in_every_spelling() {
        let guard = Guard::new(&[]).unwrap();
        for url in CLOSED {
            let refused = guard.url(url).expect_err(url);
            assert!(refused.starts_with("names a private or local machine"), "{url}: {refused}");
        }
    }

    #[test]
    fn only_plain_addresses_of_the_public_web_are_taken() {
        let guard = Guard::new(&[]).unwrap();
        for url in [
            "https://example.org/hook?site=1",
            "http://example.org:8080/",
            "https://93.184.216.34/",
            "https://[2606:2800:220:1::1]/",
            "https://[64:ff9b::93.184.216.34]/",
            "https://172.32.0.1/",
            "https://100.128.0.1/",
            "https://hooks.bücher.example/",
        ] {
            assert!(guard.url(url).is_ok(), "{url}: {:?}", guard.url(url));
        }
        for (url, told) in [
            ("", "is a whole address"),
            ("example.org", "is a whole address"),
            ("http://[fe80::1%eth0]/", "is a whole address"),
            ("http://256.0.0.1/", "is a whole address"),
            ("ftp://example.org/", "begins with"),
            ("file:///etc/passwd", "begins with"),
            ("gopher://example.org/", "begins with"),
            ("javascript:alert(1)", "begins with"),
            ("https://ada@example.org/", "names no user"),
            ("https://ada:secret@example.org/", "names no user"),
            ("https://example.org/#top", "has no part"),
            ("https://example.org:22/", "has port"),
            ("https://example.org:25/", "has port"),
        ] {
            let refused = guard.url(url).expect_err(url);
            assert!(refused.starts_with(told), "{url}: {refused}");
        }
        assert!(guard.url(&format!("https://example.org/{}", "a".repeat(LONGEST))).is_err());
    }

    #[test]
    fn an_operator_opens_networks_and_names() {
        let guard = Guard::new(&["10.0.0.0/8".into(), "Hooks.Internal".into(), "fd00::1".into()]).unwrap();
        for (url, is_open) in [
            ("http://10.9.9.9/", true),
            ("http://[::ffff:10.0.0.1]/", true),
            ("http://[fd00::1]/", true),
            ("http://[fd00::2]/", false),
            ("http://hooks.internal./", true),
            ("http://other.internal/", false),
            ("http://192.168.0.1/", false),
        ] {
            assert_eq!(guard.url(url).is_ok(), is_open, "{url}");
        }
        for wrong in ["", "10.0.0.0/99", "http://intern/", "a b"] {
            assert!(Guard::new(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
