//! What is known about a request before anybody looks at what it wants: its number, host, scheme and machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::cms::Cms;
use crate::error::Error;
use crate::sites::{Site, Sites};

use super::Failure;
use super::hosts::Host;
use super::number::Number;
use super::proxies::Proxies;

/// A request, as [`super::frame`] found it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its number, which answers carry and the log knows.
    pub number: Number,
    /// The machine that asks.
    pub address: IpAddr,
    /// Whether people see `https`.
    pub is_secure: bool,
    /// The host name that was asked, without a port.
    pub host: String,
    /// The port that people see.
    pub port: u16,
}

impl Asked {
    /// The machine that asks; this one where no frame stands around the request.
    pub(super) fn address_of(asked: Option<&Self>) -> IpAddr {
        asked.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |asked| asked.address)
    }

    /// The machine at the other end of the connection.
    pub(super) fn peer(parts: &Parts) -> IpAddr {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// Finds out host and scheme; forwarded headers count only if a trusted proxy sent them.
    pub(super) fn read(
        parts: &Parts,
        (peer, address, number): (IpAddr, IpAddr, Number),
        proxies: &Proxies,
        cms: &Cms,
    ) -> Result<Self, Error> {
        let trusted = proxies.contain(peer);
        let forwarded = |name: &str| trusted.then(|| text(&parts.headers, name)).flatten();
        let is_secure = match forwarded("x-forwarded-proto") {
            Some(scheme) => scheme.eq_ignore_ascii_case("https"),
            None => trusted && cms.config.base_url.scheme() == "https",
        };
        let written = forwarded("x-forwarded-host").or_else(|| host_of(parts));
        let host = written
            .and_then(Host::read)
            .ok_or_else(|| Error::Bad("The request names no host that could be one.".to_owned()))?;
        if parts.headers.get_all(header::HOST).iter().count() > 1
            || !host.is_answered(&cms.config, &cms.sites())
        {
            let words = "No site here is called that. If it should be, add the name to server.allowed_hosts in \
                         config.toml or make a site for it.";
            return Err(Error::Bad(words.to_owned()));
        }
        let port = host.port.unwrap_or(if is_secure { 443 } else { 80 });
        Ok(Self { number, address, is_secure, host: host.name, port })
    }

    /// Origins whose pages may post here: the host that was asked, and the base URL.
    pub(super) fn origins(&self, cms: &Cms) -> Vec<String> {
        let scheme = if self.is_secure { "https" } else { "http" };
        let port = if self.port == if self.is_secure { 443 } else { 80 } {
            String::new()
        } else {
            format!(":{}", self.port)
        };
        vec![format!("{scheme}://{}{port}", self.host), cms.config.base_url.origin().ascii_serialization()]
    }
}

fn host_of(parts: &Parts) -> Option<&str> {
    parts.uri.authority().map(axum::http::uri::Authority::as_str).or_else(|| text(&parts.headers, "host"))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let asked = parts.extensions.get::<Self>().cloned();
        asked.ok_or_else(|| Error::internal("a door stands outside the frame").into())
    }
}

/// The site that the request's host means, with all others.
#[derive(Debug, Clone)]
pub struct Here {
    /// The site.
    pub site: Site,
    /// Every site, at one moment.
    pub sites: Arc<Sites>,
}

impl Here {
    /// The site that a host and port mean.
    pub fn of(sites: Arc<Sites>, asked: &Asked) -> Result<Self, Error> {
        let site = sites.for_host(&asked.host, asked.port).cloned();
        let site = site.ok_or_else(|| Error::not_found("a site"))?;
        Ok(Self { site, sites })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Here
where
    Arc<Cms>: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let asked = Asked::from_request_parts(parts, state).await?;
        Ok(Self::of(Arc::<Cms>::from_ref(state).sites(), &asked)?)
    }
}
