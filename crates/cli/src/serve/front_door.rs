//! What `serve` is told about the console and the API over TCP.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use ipnet::IpNet;
use swarmmanager_manager::{FrontDoor, Shown, TrustedProxies};

/// Where the console is, unless told otherwise.
const LISTEN: &str = "0.0.0.0:6602";

/// The flags.
#[derive(Debug, clap::Args)]
#[group(id = "front-door")]
#[command(next_help_heading = "Console and API over TCP")]
pub(super) struct Args {
    /// Serve the console and the API at this address, or "none"
    #[arg(long, value_name = "ADDRESS:PORT", default_value = LISTEN)]
    listen: Listen,
    /// The certificate's chain in PEM; without it one is made, whose fingerprint is printed
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Serve plain HTTP: on a loopback address, or to the trusted proxies only
    #[arg(long, conflicts_with = "tls_cert")]
    plain_http: bool,
    /// Believe this reverse proxy's X-Forwarded-For and X-Forwarded-Proto; it has to pass Host on. May be given several
    /// times
    #[arg(long, value_name = "ADDRESS[/BITS]")]
    trusted_proxy: Vec<Network>,
}

/// An address to listen on, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Listen(Option<SocketAddr>);

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        let address = text.parse().map_err(|_| {
            "write an address and a port, such as 0.0.0.0:6602, [::]:6602 or 127.0.0.1:6602, or none"
                .to_owned()
        });
        address.map(|address| Self(Some(address)))
    }
}

/// An address, or a network of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network(IpNet);

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = || text.parse::<IpAddr>().map(IpNet::from).ok();
        text.parse()
            .ok()
            .or_else(address)
            .map(Self)
            .ok_or_else(|| "write an address or a network, such as 10.0.0.1 or 10.0.0.0/24".to_owned())
    }
}

impl From<Args> for Option<FrontDoor> {
    fn from(args: Args) -> Self {
        let Listen(listen) = args.listen;
        let shown = match (args.tls_cert, args.tls_key) {
            (Some(certificate), Some(key)) => Shown::Certificate { certificate, key },
            _ if args.plain_http => Shown::Nothing,
            _ => Shown::SelfSigned,
        };
        let proxies = TrustedProxies::new(args.trusted_proxy.iter().map(|network| network.0).collect());
        Some(FrontDoor { listen: listen?, shown, proxies, announce: print })
    }
}

/// To standard output, which is not the log: a set-up link is for whoever started the manager.
fn print(text: &str) {
    // That nobody reads it is no reason to stop.
    let _ = crate::output::print(&format!("{text}\n\n"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Flags {
        #[command(flatten)]
        args: Args,
    }

    fn read(flags: &[&str]) -> Result<Option<FrontDoor>, String> {
        let all = ["serve"].iter().chain(flags);
        Flags::try_parse_from(all).map(|flags| flags.args.into()).map_err(|error| error.to_string())
    }

    #[test]
    fn everybody_is_served_over_tls_unless_told_otherwise() {
        let door = read(&[]).unwrap().unwrap();
        assert_eq!(door.listen.to_string(), LISTEN);
        assert!(matches!(door.shown, Shown::SelfSigned));
        assert!(read(&["--listen=none"]).unwrap().is_none());
    }

    #[test]
    fn a_certificate_wants_its_key() {
        let door = read(&["--tls-cert=c.pem", "--tls-key=k.pem"]).unwrap().unwrap();
        assert!(matches!(door.shown, Shown::Certificate { .. }));
        assert!(read(&["--tls-cert=c.pem"]).unwrap_err().contains("--tls-key"));
        assert!(read(&["--tls-cert=c.pem", "--tls-key=k.pem", "--plain-http"]).is_err());
    }

    #[test]
    fn proxies_are_addresses_or_networks() {
        let door = read(&["--plain-http", "--trusted-proxy=10.0.0.1", "--trusted-proxy=fd00::/64"]);
        let proxies = door.unwrap().unwrap().proxies;
        assert!(proxies.contains("10.0.0.1".parse().unwrap()));
        assert!(proxies.contains("fd00::9".parse().unwrap()));
        assert!(!proxies.contains("10.0.0.2".parse().unwrap()));
        assert!(read(&["--trusted-proxy=everybody"]).unwrap_err().contains("10.0.0.0/24"));
        assert!(read(&["--listen=6602"]).unwrap_err().contains("0.0.0.0:6602"));
    }
}
