//! The host that a request names, and which hosts are answered.

use crate::config::Config;
use crate::sites::Sites;

/// The longest Host header that is looked at.
const LONGEST: usize = 260;

/// A host name and, if it was named, a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// In lower case, without a dot at the end; IPv6 in brackets.
    pub name: String,
    /// The port behind the colon.
    pub port: Option<u16>,
}

impl Host {
    /// Reads a Host header; `None` for what can be no host.
    pub fn read(text: &str) -> Option<Self> {
        let (name, port) = match text.rfind(':') {
            Some(colon) if !text[colon..].contains(']') => {
                (&text[..colon], Some(text[colon + 1..].parse().ok()?))
            }
            _ => (text, None),
        };
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let sound = match bare {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')),
        };
        (sound && !name.is_empty() && text.len() <= LONGEST).then_some(Self { name, port })
    }

    /// Whether this host is answered: it is a site's, the base URL's, or the operator named it.
    pub fn is_answered(&self, config: &Config, sites: &Sites) -> bool {
        let base = config.base_url.host_str().unwrap_or_default();
        let named = |allowed: &String| match allowed.strip_prefix('.') {
            Some(domain) => self.name == domain || self.name.ends_with(allowed),
            None => allowed == "*" || allowed.eq_ignore_ascii_case(&self.name),
        };
        // Whoever tries the program at home types any of the names of this machine.
        let at_home = is_loopback(base) && is_loopback(&self.name);
        at_home
            || self.name == base
            || sites.named(&self.name).next().is_some()
            || config.server.allowed_hosts.iter().any(named)
    }
}

fn is_loopback(name: &str) -> bool {
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_or_refused() {
        for (text, expected) in [
            ("Example.COM", Some(("example.com", None))),
            ("example.com.", Some(("example.com", None))),
            ("example.com:8000", Some(("example.com", Some(8000)))),
            ("[::1]:8000", Some(("[::1]", Some(8000)))),
            ("[::1]", Some(("[::1]", None))),
            ("my_host", Some(("my_host", None))),
            ("", None),
            (":80", None),
            ("a b", None),
            ("evil.test/path", None),
            ("example.com:port", None),
            ("example.com:99999", None),
            ("user@example.com", None),
        ] {
            let host = Host::read(text);
            assert_eq!(host.as_ref().map(|host| (host.name.as_str(), host.port)), expected, "{text}");
        }
        assert_eq!(Host::read(&"a".repeat(300)), None);
    }

    #[test]
    fn only_known_hosts_are_answered() {
        let mut config = Config::defaults(std::path::Path::new("."));
        let sites = Sites::of(Vec::new(), Vec::new(), Vec::new(), &config.site);
        let answered = |config: &Config, name: &str| Host::read(name).unwrap().is_answered(config, &sites);
        assert!(answered(&config, "127.0.0.1:8000") && !answered(&config, "evil.test"));
        config.base_url = "https://example.com".parse().unwrap();
        config.server.allowed_hosts = vec![".example.org".into(), "Other.example".into()];
        for (name, expected) in [
            ("example.com", true),
            ("localhost", false),
            ("www.example.org", true),
            ("example.org", true),
            ("notexample.org", false),
            ("other.example", true),
        ] {
            assert_eq!(answered(&config, name), expected, "{name}");
        }
    }
}
