//! Who may ask the JSON-RPC server what.
//!
//! A page in a browser reaches every port of the browser's machine, so that a request comes from
//! this machine says nothing about who asks. Three headers do, and no page can change them:
//!
//! - `Origin`: the page that asks. The browser sends it with every WebSocket and every POST.
//! - `Host`: the name by which the page knows this server. A page can have its own name lead to
//!   this machine, and is then of the same origin.
//! - `Forwarded` and its kin: the request came through a proxy, whoever sent it.
//!
//! Requests of pages that `--rpc-cors` does not name, and requests to names that do not stand for
//! this machine, are refused. Unsafe methods are for programs of this machine: whatever comes from
//! a page or through a proxy gets the safe ones, unless `--rpc-methods unsafe` opens them to all.

use http::{
    header::{HOST, ORIGIN},
    HeaderMap, HeaderValue, Uri,
};
use sc_rpc_api::DenyUnsafe;
use sc_rpc_server::RpcMethods;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// Headers that a proxy adds, beside all that begin with [`FORWARDED_PREFIX`].
const PROXY_HEADERS: [&str; 7] = [
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "cf-connecting-ip",
    "true-client-ip",
];
const FORWARDED_PREFIX: &str = "x-forwarded-";

/// Headers that only a browser sends; it adds the latter to every request.
const FETCH_PREFIX: &str = "sec-fetch-";

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error(
        "This node does not answer pages of this origin. If it shall, its operator starts it with \
         the origin in --rpc-cors."
    )]
    Origin,
    #[error(
        "This node answers requests to localhost or to an IP address, and not to this host name. \
         If it shall, its operator starts it with the name in --rpc-host."
    )]
    Host,
}

/// The pages that may ask.
#[derive(Clone, Debug)]
pub(super) struct Origins(Option<Arc<[String]>>);

impl Origins {
    /// The origins in the list, or all if there is no list.
    pub(super) fn new(list: Option<&[String]>) -> Self {
        let all = list.is_none_or(|list| list.iter().any(|origin| origin == "*"));
        Self(if all { None } else { list.map(Into::into) })
    }

    pub(super) fn allow(&self, origin: &HeaderValue) -> bool {
        let Some(list) = &self.0 else {
            return true;
        };
        origin.to_str().is_ok_and(|origin| list.iter().any(|listed| is_origin(listed, origin)))
    }
}

/// Whether a listed origin, which may end in `:*` for any port, stands for this one.
fn is_origin(listed: &str, origin: &str) -> bool {
    let Some(listed) = listed.strip_suffix(":*") else {
        return listed.eq_ignore_ascii_case(origin);
    };
    match origin.split_at_checked(listed.len()) {
        Some((start, port)) => {
            let digits = port.strip_prefix(':');
            let any_port = digits.is_some_and(is_port) || port.is_empty();
            any_port && start.eq_ignore_ascii_case(listed)
        }
        None => false,
    }
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The rules of one listening port.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) origins: Origins,
    /// Host names beside `localhost` that stand for this machine.
    pub(super) hosts: Arc<[String]>,
    pub(super) methods: RpcMethods,
    pub(super) address: SocketAddr,
}

impl Rules {
    /// Whether a request is answered, and if so, whether unsafe methods are denied.
    pub(super) fn judge(&self, uri: &Uri, headers: &HeaderMap) -> Result<DenyUnsafe, Refusal> {
        if !self.allow_hosts(uri, headers) {
            return Err(Refusal::Host);
        }
        if !headers.get_all(ORIGIN).iter().all(|origin| self.origins.allow(origin)) {
            return Err(Refusal::Origin);
        }
        let of_this_machine = self.address.ip().is_loopback() && is_direct(headers);
        Ok(match self.methods {
            RpcMethods::Unsafe => DenyUnsafe::No,
            RpcMethods::Auto if of_this_machine => DenyUnsafe::No,
            RpcMethods::Auto | RpcMethods::Safe => DenyUnsafe::Yes,
        })
    }

    /// Whoever opens a port to other machines opens it to their names for this one.
    fn allow_hosts(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        if !self.address.ip().is_loopback() {
            return true;
        }
        let named = uri.authority().map(|authority| authority.as_str().as_bytes());
        let mut hosts = named.into_iter().chain(headers.get_all(HOST).iter().map(|h| h.as_bytes()));
        match hosts.next() {
            Some(first) => std::iter::once(first).chain(hosts).all(|host| self.allow_host(host)),
            None => false,
        }
    }

    /// No page can have an address lead elsewhere, so addresses are as good as `localhost`.
    fn allow_host(&self, host: &[u8]) -> bool {
        let Some(name) = std::str::from_utf8(host).ok().and_then(without_port) else {
            return false;
        };
        let is_name = |listed: &str| listed.eq_ignore_ascii_case(name);
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        address.unwrap_or(name).parse::<IpAddr>().is_ok()
            || is_name("localhost")
            || self.hosts.iter().any(|listed| is_name(listed))
    }
}

/// The name in `name`, `name:port`, `[address]` or `[address]:port`.
fn without_port(host: &str) -> Option<&str> {
    match host.rsplit_once(':') {
        Some((_, end)) if end.ends_with(']') => Some(host),
        Some((name, port)) => is_port(port).then_some(name),
        None => Some(host),
    }
}

/// Whether neither a browser nor a proxy has sent the request.
fn is_direct(headers: &HeaderMap) -> bool {
    headers.keys().all(|name| {
        let told = name == ORIGIN || PROXY_HEADERS.contains(&name.as_str());
        let prefixes = [FORWARDED_PREFIX, FETCH_PREFIX];
        !told && !prefixes.iter().any(|prefix| name.as_str().starts_with(prefix))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPS: &str = "https://polkadot.js.org";

    fn rules(methods: RpcMethods) -> Rules {
        let listed = ["http://localhost:*".to_string(), APPS.to_string()];
        Rules {
            origins: Origins::new(Some(&listed)),
            hosts: Arc::new(["node.example".to_string()]),
            methods,
            address: ([127, 0, 0, 1], 9944).into(),
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a value"));
        }
        headers
    }

    /// Whether unsafe methods are answered to a request with these headers and the usual host.
    fn judge(rules: &Rules, pairs: &[(&'static str, &str)]) -> Result<bool, Refusal> {
        let mut headers = headers(pairs);
        headers.entry(HOST).or_insert(HeaderValue::from_static("127.0.0.1:9944"));
        let denied = rules.judge(&Uri::from_static("/"), &headers)?;
        Ok(matches!(denied, DenyUnsafe::No))
    }

    #[test]
    fn programs_of_this_machine_may_call_unsafe_methods() {
        let judged = judge(&rules(RpcMethods::Auto), &[("content-type", "application/json")]);
        assert_eq!(judged, Ok(true));
        assert_eq!(judge(&rules(RpcMethods::Safe), &[]), Ok(false));
    }

    #[test]
    fn pages_get_safe_methods_if_their_origin_is_listed_and_nothing_if_it_is_not() {
        let rules = rules(RpcMethods::Auto);
        for origin in [APPS, "http://localhost", "http://localhost:3000", "HTTP://LOCALHOST:1"] {
            assert_eq!(judge(&rules, &[("origin", origin)]), Ok(false), "{origin}");
        }
        let others = [
            "https://evil.example",
            "https://polkadot.js.org.evil.example",
            "http://polkadot.js.org",
            "http://localhost.evil.example",
            "http://localhost:80.evil.example",
            "http://localhost:",
            "https://localhost:3000",
            "null",
            "",
            "http",
        ];
        for origin in others {
            assert_eq!(judge(&rules, &[("origin", origin)]), Err(Refusal::Origin), "{origin}");
        }
        let both = [("origin", APPS), ("origin", "https://evil.example")];
        assert_eq!(judge(&rules, &both), Err(Refusal::Origin));
    }

    #[test]
    fn no_page_and_no_proxy_gets_unsafe_methods_unless_everybody_does() {
        let marks = [
            ("origin", APPS),
            ("sec-fetch-site", "same-origin"),
            ("forwarded", "for=192.0.2.1"),
            ("via", "1.1 proxy"),
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-proto", "https"),
            ("x-real-ip", "192.0.2.1"),
            ("cf-connecting-ip", "192.0.2.1"),
        ];
        for mark in marks {
            assert_eq!(judge(&rules(RpcMethods::Auto), &[mark]), Ok(false), "{mark:?}");
            assert_eq!(judge(&rules(RpcMethods::Safe), &[mark]), Ok(false), "{mark:?}");
            assert_eq!(judge(&rules(RpcMethods::Unsafe), &[mark]), Ok(true), "{mark:?}");
        }
        let foreign = [("origin", "https://evil.example")];
        assert_eq!(judge(&rules(RpcMethods::Unsafe), &foreign), Err(Refusal::Origin));
    }

    #[test]
    fn without_a_list_every_page_gets_the_safe_methods() {
        for all in [None, Some(["*".to_string()])] {
            let origins = Origins::new(all.as_ref().map(|list| list.as_slice()));
            let rules = Rules { origins, ..rules(RpcMethods::Auto) };
            assert_eq!(judge(&rules, &[("origin", "https://evil.example")]), Ok(false));
        }
    }

    #[test]
    fn a_name_that_does_not_stand_for_this_machine_is_refused() {
        let rules = rules(RpcMethods::Auto);
        let own = [
            "localhost",
            "localhost:9944",
            "LOCALHOST:1",
            "127.0.0.1",
            "127.0.0.1:1",
            "[::1]",
            "[::1]:9944",
            "192.0.2.1:9944",
            "node.example",
            "node.example:9944",
        ];
        for host in own {
            assert_eq!(judge(&rules, &[("host", host)]), Ok(true), "{host}");
        }
        let others = [
            "evil.example",
            "evil.example:9944",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "localhost:",
            "localhost:x",
            "",
            ":9944",
            "[evil.example]:9944",
            "user@localhost",
        ];
        for host in others {
            assert_eq!(judge(&rules, &[("host", host)]), Err(Refusal::Host), "{host}");
        }
        let both = [("host", "localhost"), ("host", "evil.example")];
        assert_eq!(judge(&rules, &both), Err(Refusal::Host));
    }

    #[test]
    fn the_name_in_the_request_line_counts_as_well() {
        let rules = rules(RpcMethods::Auto);
        let uri = Uri::from_static("http://evil.example:9944/");
        let own = headers(&[("host", "localhost:9944")]);
        assert_eq!(rules.judge(&uri, &own).err(), Some(Refusal::Host));
        assert_eq!(
            rules.judge(&Uri::from_static("/"), &HeaderMap::new()).err(),
            Some(Refusal::Host)
        );
        let uri = Uri::from_static("http://localhost:9944/");
        assert!(rules.judge(&uri, &HeaderMap::new()).is_ok());
    }

    #[test]
    fn a_port_that_is_open_to_other_machines_has_their_names_and_no_unsafe_methods() {
        let address = ([0, 0, 0, 0], 9944).into();
        let open = Rules { address, ..rules(RpcMethods::Auto) };
        assert_eq!(judge(&open, &[("host", "any.example")]), Ok(false));
        assert_eq!(judge(&open, &[("origin", "http://any.example")]), Err(Refusal::Origin));
        let open = Rules { address, ..rules(RpcMethods::Unsafe) };
        assert_eq!(judge(&open, &[]), Ok(true));
    }
}
