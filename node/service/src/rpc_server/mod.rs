//! The JSON-RPC server: HTTP and WebSockets on each of the configured ports.
//!
//! It is the SDK's server in all but one respect: [`access`] decides about each request before the
//! server reads it. The SDK's own server looks at the origin of no WebSocket, and answers unsafe
//! methods to everybody who reaches a loopback port.

mod access;

use access::{Origins, Rules};
use forwarded_header_value::ForwardedHeaderValue;
use http::{header::CONTENT_TYPE, HeaderMap, Method, StatusCode};
use hyper::body::Incoming;
use jsonrpsee::{
    core::BoxError,
    server::{
        serve_with_graceful_shutdown, stop_channel, ws, HttpBody, HttpResponse, PingConfig,
        RandomStringIdProvider, RpcServiceBuilder, ServerBuilder, ServerHandle, StopHandle,
        TowerServiceBuilder,
    },
    Methods, RpcModule,
};
use sc_rpc_server::{Metrics, MiddlewareLayer, NodeHealthProxyLayer, RpcEndpoint, RpcMetrics};
use sc_service::{error::Error as ServiceError, Configuration};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tower::{
    layer::util::{Identity, Stack},
    Service, ServiceBuilder,
};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// What is answered over HTTP before the methods are looked at: questions of browsers about
/// origins, and `/health`.
type HttpLayers = Stack<CorsLayer, Stack<NodeHealthProxyLayer, Identity>>;

const BYTES_PER_MEGABYTE: u32 = 1024 * 1024;

/// A client that does not answer three of these in a row is gone.
const PING_INTERVAL: Duration = Duration::from_secs(30);
const SILENCE: Duration = Duration::from_secs(60);
const MISSED_PINGS: usize = 3;

/// How long the server waits when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(100);

const SUBSCRIPTION_ID_LENGTH: usize = 16;

/// Starts to listen on every configured port, and says which those are.
pub(crate) fn start(
    config: &Configuration,
    hosts: &[String],
    methods: RpcModule<()>,
    runtime: &Runtime,
) -> Result<(ServerHandle, Vec<SocketAddr>), ServiceError> {
    let (stop, handle) = stop_channel();
    let methods = with_list_of_methods(methods)?;
    let metrics = RpcMetrics::new(config.prometheus_registry())?;
    let shared = Shared {
        metrics: metrics.map(|metrics| metrics.with_known_methods(methods.method_names())),
        methods: methods.into(),
        stop,
        log_limit: config.rpc.request_logger_limit,
        hosts: hosts.into(),
    };
    let mut addresses = Vec::new();
    for endpoint in config.rpc.addr.iter().flatten() {
        if let Some(address) = listen(endpoint, &shared, runtime)? {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(ServiceError::Other("the JSON-RPC server has no address to listen on".into()));
    }
    log::info!("Running JSON-RPC server: addr={}", listed(&addresses));
    Ok((handle, addresses))
}

/// A single address is followed by a comma, as scripts expect it of every node of this SDK.
fn listed(addresses: &[SocketAddr]) -> String {
    match addresses {
        [address] => format!("{address},"),
        all => all.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    }
}

/// Adds the method that names all others.
fn with_list_of_methods(mut methods: RpcModule<()>) -> Result<RpcModule<()>, ServiceError> {
    const LIST: &str = "rpc_methods";
    let mut names: Vec<_> = methods.method_names().chain([LIST]).collect();
    names.sort_unstable();
    methods
        .register_method(LIST, move |_, _, _| serde_json::json!({ "methods": names }))
        .map_err(|error| ServiceError::Application(error.into()))?;
    Ok(methods)
}

/// What all ports have in common.
#[derive(Clone)]
struct Shared {
    methods: Methods,
    metrics: Option<RpcMetrics>,
    stop: StopHandle,
    log_limit: u32,
    hosts: Arc<[String]>,
}

/// What is known of one port.
struct Port {
    rules: Rules,
    limit: RateLimit,
    builder: TowerServiceBuilder<Identity, HttpLayers>,
    shared: Shared,
}

/// Listens on a port; `None` if the port is optional and cannot be had.
fn listen(
    endpoint: &RpcEndpoint,
    shared: &Shared,
    runtime: &Runtime,
) -> Result<Option<SocketAddr>, ServiceError> {
    let _context = runtime.enter();
    let listener = match bind(endpoint.listen_addr) {
        Err(_) if endpoint.is_optional => return Ok(None),
        listener => listener?,
    };
    let address = listener.local_addr()?;
    let origins = Origins::new(endpoint.cors.as_deref());
    let port = Port {
        builder: service_builder(endpoint, origins.clone(), runtime),
        rules: Rules {
            origins,
            hosts: shared.hosts.clone(),
            methods: endpoint.rpc_methods,
            address,
        },
        limit: RateLimit::of(endpoint),
        shared: shared.clone(),
    };
    runtime.spawn(accept(listener, Arc::new(port)));
    Ok(Some(address))
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

fn service_builder(
    endpoint: &RpcEndpoint,
    origins: Origins,
    runtime: &Runtime,
) -> TowerServiceBuilder<Identity, HttpLayers> {
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| origins.allow(origin)))
        .allow_methods([Method::POST])
        .allow_headers([CONTENT_TYPE]);
    let ping = PingConfig::new()
        .ping_interval(PING_INTERVAL)
        .inactive_limit(SILENCE)
        .max_failures(MISSED_PINGS);
    ServerBuilder::new()
        .max_request_body_size(endpoint.max_payload_in_mb.saturating_mul(BYTES_PER_MEGABYTE))
        .max_response_body_size(endpoint.max_payload_out_mb.saturating_mul(BYTES_PER_MEGABYTE))
        .max_connections(endpoint.max_connections)
        .max_subscriptions_per_connection(endpoint.max_subscriptions_per_connection)
        .set_message_buffer_capacity(endpoint.max_buffer_capacity_per_connection)
        .set_batch_request_config(endpoint.batch_config)
        .enable_ws_ping(ping)
        .set_id_provider(RandomStringIdProvider::new(SUBSCRIPTION_ID_LENGTH))
        .custom_tokio_runtime(runtime.handle().clone())
        .set_http_middleware(ServiceBuilder::new().layer(NodeHealthProxyLayer).layer(cors))
        .to_service_builder()
}

async fn accept(listener: TcpListener, port: Arc<Port>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = port.shared.stop.clone().shutdown() => return,
        };
        match accepted {
            Ok((socket, peer)) => {
                tokio::spawn(serve(socket, peer.ip(), port.clone()));
            }
            Err(error) => {
                log::debug!("a connection to the JSON-RPC server was not accepted: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Answers one connection until it ends or the server does.
async fn serve(socket: TcpStream, peer: IpAddr, port: Arc<Port>) {
    let end = port.shared.stop.clone().shutdown();
    let service = tower::service_fn(move |request| answer(request, peer, port.clone()));
    if let Err(error) = serve_with_graceful_shutdown(socket, service, end).await {
        log::debug!("a connection to the JSON-RPC server ended: {error}");
    }
}

async fn answer(
    mut request: http::Request<Incoming>,
    peer: IpAddr,
    port: Arc<Port>,
) -> Result<HttpResponse, BoxError> {
    match port.rules.judge(request.uri(), request.headers()) {
        Ok(deny_unsafe) => request.extensions_mut().insert(deny_unsafe),
        Err(refusal) => {
            let text = format!("{refusal}\n");
            let response = http::Response::builder().status(StatusCode::FORBIDDEN);
            return Ok(response.body(HttpBody::from(text))?);
        }
    };
    let is_socket = ws::is_upgrade_request(&request);
    let layer = port.middleware(is_socket, port.limit.of_request(peer, request.headers()));
    let rpc = RpcServiceBuilder::new().rpc_logger(port.shared.log_limit).layer(layer.clone());
    let methods = port.shared.methods.clone();
    let builder = port.builder.clone().set_rpc_middleware(rpc);
    let mut service = builder.build(methods, port.shared.stop.clone());
    if is_socket {
        let closed = service.on_session_closed();
        tokio::spawn(async move {
            let start = std::time::Instant::now();
            layer.ws_connect();
            closed.await;
            layer.ws_disconnect(start);
        });
    }
    service.call(request).await
}

impl Port {
    fn middleware(&self, is_socket: bool, limit: Option<NonZeroU32>) -> MiddlewareLayer {
        let transport = if is_socket { "ws" } else { "http" };
        let mut layer = MiddlewareLayer::new();
        if let Some(metrics) = &self.shared.metrics {
            layer = layer.with_metrics(Metrics::new(metrics.clone(), transport));
        }
        match limit {
            Some(per_minute) => layer.with_rate_limit_per_minute(per_minute),
            None => layer,
        }
    }
}

/// How many calls a minute a client may make.
struct RateLimit {
    per_minute: Option<NonZeroU32>,
    exempt: Vec<sc_rpc_server::IpNetwork>,
    believe_proxies: bool,
}

impl RateLimit {
    fn of(endpoint: &RpcEndpoint) -> Self {
        Self {
            per_minute: endpoint.rate_limit,
            exempt: endpoint.rate_limit_whitelisted_ips.clone(),
            believe_proxies: endpoint.rate_limit_trust_proxy_headers,
        }
    }

    fn of_request(&self, peer: IpAddr, headers: &HeaderMap) -> Option<NonZeroU32> {
        let behind_proxy = || client_behind_proxy(headers);
        let client = self.believe_proxies.then(behind_proxy).flatten().unwrap_or(peer);
        let is_exempt = self.exempt.iter().any(|network| network.contains(client));
        self.per_minute.filter(|_| !is_exempt)
    }
}

/// The client that the proxies name.
fn client_behind_proxy(headers: &HeaderMap) -> Option<IpAddr> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let listed = |value: ForwardedHeaderValue| value.remotest_forwarded_for_ip();
    let forwarded = || ForwardedHeaderValue::from_forwarded(text("forwarded")?).ok();
    let x_forwarded = || ForwardedHeaderValue::from_x_forwarded_for(text("x-forwarded-for")?).ok();
    forwarded()
        .and_then(listed)
        .or_else(|| x_forwarded().and_then(listed))
        .or_else(|| text("x-real-ip")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a value"));
        headers
    }

    #[test]
    fn the_client_behind_a_proxy_is_the_one_that_it_names() {
        for (name, value) in [
            ("forwarded", "for=192.0.2.60;proto=http;by=203.0.113.43"),
            ("x-forwarded-for", "192.0.2.60, 203.0.113.43"),
            ("x-real-ip", "192.0.2.60"),
        ] {
            let client = client_behind_proxy(&headers(name, value));
            assert_eq!(client, Some([192, 0, 2, 60].into()), "{name}");
        }
        assert_eq!(client_behind_proxy(&headers("x-real-ip", "somebody")), None);
        assert_eq!(client_behind_proxy(&HeaderMap::new()), None);
    }

    #[test]
    fn proxies_are_believed_only_if_the_operator_says_so() {
        let per_minute = NonZeroU32::new(10);
        let exempt = vec!["192.0.2.0/24".parse().expect("a network")];
        let mut limit = RateLimit { per_minute, exempt, believe_proxies: false };
        let claim = headers("x-real-ip", "192.0.2.60");
        let peer = IpAddr::from([198, 51, 100, 1]);
        assert_eq!(limit.of_request(peer, &claim), per_minute);
        assert_eq!(limit.of_request([192, 0, 2, 1].into(), &HeaderMap::new()), None);
        limit.believe_proxies = true;
        assert_eq!(limit.of_request(peer, &claim), None);
        assert_eq!(limit.of_request(peer, &HeaderMap::new()), per_minute);
    }

    #[test]
    fn a_single_address_ends_in_a_comma() {
        let one = SocketAddr::from(([127, 0, 0, 1], 1));
        let two = SocketAddr::from(([127, 0, 0, 1], 2));
        assert_eq!(listed(&[one]), "127.0.0.1:1,");
        assert_eq!(listed(&[one, two]), "127.0.0.1:1,127.0.0.1:2");
    }
}
