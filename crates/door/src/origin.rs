//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Where a request comes from, as far as it can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The address of whoever asks; behind a trusted proxy what the proxy says it is.
    pub address: IpAddr,
    /// Whether the way to the browser is TLS, ours or a trusted proxy's.
    pub is_secure: bool,
}

/// Reverse proxies whose word is taken for where a request comes from.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Those in these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether any was declared.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether that address is a proxy's.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The origin of a request that came over a connection from `peer`.
    pub(crate) fn origin(&self, peer: SocketAddr, is_tls: bool, headers: &HeaderMap) -> Origin {
        let address = peer.ip().to_canonical();
        if !self.contains(address) {
            return Origin { address, is_secure: is_tls };
        }
        let forwarded = forwarded_for(headers);
        // Each proxy appends whom it heard from: the last that is no proxy of ours is as far as can be believed.
        let client = forwarded.iter().rev().find(|address| !self.contains(**address));
        let scheme = headers.get_all("x-forwarded-proto").iter().next_back();
        let is_https = scheme.and_then(|value| value.to_str().ok()?.rsplit(',').next()).map(str::trim);
        Origin {
            address: client.copied().unwrap_or(address),
            is_secure: is_https.map_or(is_tls, |scheme| scheme.eq_ignore_ascii_case("https")),
        }
    }
}

/// The addresses in `X-Forwarded-For`, after the last that is none.
fn forwarded_for(headers: &HeaderMap) -> Vec<IpAddr> {
    let values = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let mut addresses = Vec::new();
    for text in values.flat_map(|value| value.split(',')).map(str::trim) {
        match text.parse::<IpAddr>() {
            Ok(address) => addresses.push(address.to_canonical()),
            Err(_) => addresses.clear(),
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(trusted: &[&str], peer: &str, headers: &[(&'static str, &str)], address: &str, is_secure: bool) {
        let trusted = TrustedProxies::new(trusted.iter().map(|text| text.parse().unwrap()).collect());
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let origin = trusted.origin(SocketAddr::new(peer.parse().unwrap(), 1), false, &headers);
        assert_eq!(origin, Origin { address: address.parse().unwrap(), is_secure }, "{headers:?}");
    }

    #[test]
    fn without_a_trusted_proxy_headers_are_not_believed() {
        let headers = [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https")];
        check(&[], "10.0.0.1", &headers, "10.0.0.1", false);
        check(&["10.0.0.2/32"], "10.0.0.1", &headers, "10.0.0.1", false);
    }

    #[test]
    fn a_trusted_proxy_says_who_asks_and_how() {
        let headers = [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https")];
        check(&["10.0.0.0/24"], "10.0.0.1", &headers, "1.2.3.4", true);
        check(&["10.0.0.0/24"], "::ffff:10.0.0.1", &headers, "1.2.3.4", true);
        check(&["10.0.0.0/24"], "10.0.0.1", &[], "10.0.0.1", false);
    }

    #[test]
    fn what_a_client_wrote_in_front_of_the_proxy_s_word_counts_for_nothing() {
        check(&["10.0.0.1/32"], "10.0.0.1", &[("x-forwarded-for", "9.9.9.9, 1.2.3.4")], "1.2.3.4", false);
        check(
            &["10.0.0.0/24"],
            "10.0.0.1",
            &[("x-forwarded-for", "9.9.9.9, 1.2.3.4, 10.0.0.2")],
            "1.2.3.4",
            false,
        );
        check(&["10.0.0.1/32"], "10.0.0.1", &[("x-forwarded-for", "9.9.9.9, nonsense")], "10.0.0.1", false);
    }
}
