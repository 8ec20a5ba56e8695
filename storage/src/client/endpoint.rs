//! Addresses of publishers and aggregators.

use std::{fmt, net::IpAddr};

use url::{Host, Url};

/// Where a publisher or an aggregator answers: scheme, host, port and perhaps a path under which
/// the service is mounted.
///
/// `https` is required, except on this machine: bytes are checked whatever the way they came, but
/// over plain http anybody on the way can withhold them, see what is fetched, and take an upload's
/// token.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointUrl(Url);

/// Whether `http://` is accepted for other machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// Only for loopback addresses and `localhost`.
    #[default]
    LoopbackOnly,
    /// For every machine, in a private network for instance. Tokens are still kept back.
    Anywhere,
}

/// Why a text is not an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not a URL at all. The text is not repeated, since it may hold a password.
    #[error("the endpoint is not a URL ({0}): write it like https://aggregator.example.org")]
    Syntax(url::ParseError),
    /// A scheme other than http and https.
    #[error("endpoint {0} is neither https nor http")]
    Scheme(String),
    /// A user name or password in the URL.
    #[error("the endpoint at {0} has a user name or password in its URL, where it would reach logs: use a token provider")]
    Credentials(String),
    /// A query or fragment, which requests would overwrite.
    #[error("endpoint {0} has a query or fragment: give the address of the service alone")]
    Query(String),
    /// Plain http to another machine.
    #[error("endpoint {0} is plain http on another machine: use https, or allow plain http if the network in between is yours")]
    PlainHttp(String),
}

impl EndpointUrl {
    /// Checks an address such as `https://aggregator.example.org` or `http://127.0.0.1:31415`.
    pub fn parse(text: &str, plain_http: PlainHttp) -> Result<Self, EndpointError> {
        let url = Url::parse(text).map_err(EndpointError::Syntax)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EndpointError::Scheme(host));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::Credentials(host));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(EndpointError::Query(host));
        }
        let endpoint = Self(url);
        if endpoint.is_private() || plain_http == PlainHttp::Anywhere {
            Ok(endpoint)
        } else {
            Err(EndpointError::PlainHttp(endpoint.to_string()))
        }
    }

    /// Whether the service runs on this machine.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
            None => false,
        }
    }

    /// Whether nobody on the way can read what is sent: https, or no way at all.
    pub fn is_private(&self) -> bool {
        self.0.scheme() == "https" || self.is_loopback()
    }

    /// The URL of a path below the endpoint, each segment escaped as needed.
    pub(crate) fn join(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        // Only URLs without a host have no path; parsing ruled them out.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EndpointUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<EndpointUrl, EndpointError> {
        EndpointUrl::parse(text, PlainHttp::LoopbackOnly)
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for local in ["http://127.0.0.1:31415", "http://localhost", "http://[::1]:1/"] {
            assert!(parse(local).unwrap().is_loopback(), "{local}");
        }
        for remote in ["http://10.0.0.1", "http://localhost.example.org"] {
            assert!(matches!(parse(remote), Err(EndpointError::PlainHttp(_))));
            let allowed = EndpointUrl::parse(remote, PlainHttp::Anywhere).unwrap();
            assert!(!allowed.is_private(), "{remote}");
        }
        assert!(parse("https://aggregator.example.org").unwrap().is_private());
    }

    #[test]
    fn secrets_in_a_url_are_refused_and_not_repeated() {
        let error = parse("https://me:hunter2@example.org").unwrap_err();
        assert_eq!(error, EndpointError::Credentials("example.org".into()));
        assert!(!parse("https://me:hunter2@").unwrap_err().to_string().contains("hunter2"));
    }

    #[test]
    fn what_is_not_a_service_address_is_refused() {
        assert!(matches!(parse("example.org"), Err(EndpointError::Syntax(_))));
        assert!(matches!(parse("ftp://example.org"), Err(EndpointError::Scheme(_))));
        assert!(matches!(parse("https://e.org/?a=b"), Err(EndpointError::Query(_))));
    }

    #[test]
    fn paths_are_joined_below_the_mount_point_and_escaped() {
        let endpoint = parse("https://e.org/walrus/").unwrap();
        let url = endpoint.join(&["v1", "blobs", "a/b c"]);
        assert_eq!(url.as_str(), "https://e.org/walrus/v1/blobs/a%2Fb%20c");
        assert_eq!(endpoint.to_string(), "https://e.org/walrus");
    }
}
