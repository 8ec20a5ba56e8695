//! A publisher or aggregator behind HTTP.

use std::{
    error::Error as _,
    path::Path,
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc, OnceLock,
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{stream, Stream, StreamExt, TryStreamExt};
use reqwest::{header, redirect, Body, Client, Method, RequestBuilder, Response, StatusCode};
use rustls::{
    crypto::ring,
    pki_types::{pem::PemObject, CertificateDer},
    ClientConfig as TlsConfig, RootCertStore,
};
use tokio::time::{sleep, timeout};

use super::{
    wire, Backend, ConfigError, Download, EndpointUrl, Fault, Receipt, Stage, Step, Target,
    Timeouts, Token, TokenProvider, TokenRequest, Upload,
};
use crate::{
    blob_id::BlobId,
    speed::{LeastSpeed, SpeedWatch},
    text::line,
};

/// Bytes of an error message or a receipt that are read at most.
const LONGEST_MESSAGE: usize = 1 << 16;

/// One service behind a URL.
#[derive(Debug)]
pub struct HttpBackend {
    name: String,
    url: EndpointUrl,
    client: Client,
    tokens: Option<Arc<dyn TokenProvider>>,
    idle: Duration,
    least_speed: LeastSpeed,
}

impl HttpBackend {
    /// A backend for the service at `url`. `tls` comes from [`tls_config`].
    pub fn new(
        url: EndpointUrl,
        timeouts: &Timeouts,
        tls: &TlsConfig,
    ) -> Result<Self, ConfigError> {
        let mut builder = Client::builder()
            .user_agent(concat!("nocknock-storage/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeouts.connect)
            .redirect(redirect_policy(&url))
            // The client has its own rules about who may be asked again, and a token is good for
            // one try.
            .retry(reqwest::retry::never())
            .tls_backend_preconfigured(tls.clone());
        if url.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| ConfigError::Http(deepest(&error)))?;
        Ok(Self {
            name: url.to_string(),
            url,
            client,
            tokens: None,
            idle: timeouts.idle,
            least_speed: timeouts.least_speed,
        })
    }

    /// The same, with a token for every upload. Tokens are not sent over plain http.
    pub fn with_tokens(self, tokens: Arc<dyn TokenProvider>) -> Self {
        let tokens = Some(tokens);
        Self { tokens, ..self }
    }

    fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        self.client.request(method, self.url.join(path)).header(header::ACCEPT_ENCODING, "identity")
    }

    async fn token(&self, upload: &Upload) -> Result<Option<Token>, Fault> {
        match &self.tokens {
            Some(tokens) if self.url.is_private() => {
                let request = TokenRequest {
                    endpoint: &self.name,
                    size: upload.payload.len(),
                    epochs: upload.epochs.get(),
                };
                Ok(Some(tokens.token(request).await?))
            }
            _ => Ok(None),
        }
    }

    fn put_request(
        &self,
        upload: &Upload,
        token: Option<&Token>,
        sending: &Sending,
    ) -> RequestBuilder {
        let mut query = vec![("epochs", upload.epochs.to_string())];
        if upload.permanent {
            query.push(("permanent", "true".to_owned()));
        }
        let request = self
            .request(Method::PUT, &["v1", "blobs"])
            .query(&query)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_LENGTH, upload.payload.len())
            .body(Body::wrap_stream(reported(upload, sending.clone())));
        match token {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        }
    }

    async fn fault_of(&self, response: Response) -> Fault {
        let status = response.status().as_u16();
        let retry_after = retry_after(&response);
        let body = self.short_body(response).await.unwrap_or_default();
        Fault::Status { status, message: wire::error_message(&body), retry_after }
    }

    /// The beginning of a body that should be short.
    async fn short_body(&self, mut response: Response) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while body.len() < LONGEST_MESSAGE {
            let piece = timeout(self.idle, response.chunk())
                .await
                .map_err(|_| Fault::Silent(self.idle))?
                .map_err(|error| fault(&error))?;
            match piece {
                Some(piece) => body.extend_from_slice(&piece),
                None => break,
            }
        }
        body.truncate(LONGEST_MESSAGE);
        Ok(body)
    }
}

#[async_trait]
impl Backend for HttpBackend {
    fn name(&self) -> &str {
        &self.name
    }

    async fn put(&self, upload: &Upload) -> Result<Receipt, Fault> {
        let token = self.token(upload).await?;
        let sending = Sending::default();
        let request = self.put_request(upload, token.as_ref(), &sending);
        let answer = async {
            let response = request.send().await.map_err(|error| fault(&error))?;
            match response.status() {
                StatusCode::OK => wire::receipt(&self.short_body(response).await?),
                _ => Err(self.fault_of(response).await),
            }
        };
        let answered = tokio::select! {
            answered = answer => answered,
            slow = sending.too_slow(upload.payload.len(), self.least_speed) => Err(slow),
        };
        answered.map_err(|fault| match sending.trouble.get() {
            Some(reason) => Fault::Source(reason.clone()),
            None => without_token(fault, token.as_ref()),
        })
    }

    async fn open(&self, target: &Target, offset: u64) -> Result<Download, Fault> {
        let mut request = match target {
            Target::Blob(id) => self.request(Method::GET, &["v1", "blobs", &id.to_string()]),
            Target::QuiltMember { quilt, identifier } => {
                let quilt = quilt.to_string();
                let path = ["v1", "blobs", "by-quilt-id", &quilt, identifier];
                self.request(Method::GET, &path)
            }
            Target::File(_) => return Err(Fault::Protocol("files are not served".to_owned())),
        };
        if offset > 0 {
            request = request.header(header::RANGE, format!("bytes={offset}-"));
        }
        let response = request.send().await.map_err(|error| fault(&error))?;
        match response.status() {
            StatusCode::OK => Ok(download(response, 0)),
            StatusCode::PARTIAL_CONTENT => continued(response, offset),
            StatusCode::RANGE_NOT_SATISFIABLE if offset > 0 => nothing_left(&response, offset),
            _ => Err(self.fault_of(response).await),
        }
    }

    async fn head(&self, id: &BlobId) -> Result<Option<u64>, Fault> {
        let request = self.request(Method::HEAD, &["v1", "blobs", &id.to_string()]);
        let response = request.send().await.map_err(|error| fault(&error))?;
        match response.status() {
            StatusCode::OK => Ok(content_length(&response)),
            _ => Err(self.fault_of(response).await),
        }
    }
}

/// What happens to an upload's bytes on their way to the HTTP layer. Clones share it.
#[derive(Clone, Debug, Default)]
struct Sending {
    /// Why the bytes could not be read, if so. To the HTTP layer it is one more broken body.
    trouble: Arc<OnceLock<String>>,
    /// How many have left.
    sent: Arc<AtomicU64>,
}

impl Sending {
    /// Ends when the publisher takes bytes more slowly than is put up with. Once it has all of them
    /// it may think for as long as an answer may take.
    async fn too_slow(&self, total: u64, least: LeastSpeed) -> Fault {
        const LOOK: Duration = Duration::from_millis(100);
        let (mut watch, mut before) = (SpeedWatch::new(least), 0);
        loop {
            let sent = self.sent.load(Ordering::Relaxed);
            if sent >= total {
                return std::future::pending().await;
            }
            watch.count(sent.saturating_sub(before));
            before = sent;
            if let Err(slow) = watch.wait(sleep(LOOK)).await {
                return slow.into();
            }
        }
    }
}

/// The upload's bytes, with every piece reported as it leaves.
fn reported(
    upload: &Upload,
    sending: Sending,
) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
    let (progress, target) = (upload.progress.clone(), Target::Blob(upload.id));
    let (mut done, total) = (0, upload.payload.len());
    let (trouble, sent) = (sending.trouble, sending.sent);
    let pieces = upload.payload.stream().inspect_err(move |error| {
        trouble.get_or_init(|| error.to_string());
    });
    pieces.inspect_ok(move |piece| {
        done += piece.len() as u64;
        sent.store(done, Ordering::Relaxed);
        progress.tell(|| Step {
            target: Some(target.clone()),
            stage: Stage::Uploading,
            done,
            total: Some(total),
        });
    })
}

fn download(response: Response, start: u64) -> Download {
    let total = content_length(&response).map(|rest| start.saturating_add(rest));
    let received = Arc::new(AtomicU64::new(0));
    let counted = received.clone();
    let body = response
        .bytes_stream()
        .inspect_ok(move |piece| {
            counted.fetch_add(piece.len() as u64, Ordering::Relaxed);
        })
        .map_err(move |error| match fault(&error) {
            Fault::Broken { reason, .. } => {
                Fault::Broken { received: received.load(Ordering::Relaxed), reason }
            }
            other => other,
        })
        .boxed();
    Download { start, total, body }
}

/// The rest of a blob, which must begin where the range was asked for.
fn continued(response: Response, offset: u64) -> Result<Download, Fault> {
    match content_range(&response) {
        Some((Some(start), total)) if start == offset && offset > 0 => {
            Ok(Download { total, ..download(response, start) })
        }
        _ if offset == 0 => {
            Err(Fault::Protocol("a part of the blob that was not asked for".to_owned()))
        }
        _ => Err(Fault::WrongRange { offset, reason: "another range" }),
    }
}

/// The answer to a range that begins at the blob's end or behind it.
fn nothing_left(response: &Response, offset: u64) -> Result<Download, Fault> {
    match content_range(response) {
        Some((None, Some(total))) if total == offset => {
            Ok(Download { start: offset, total: Some(total), body: stream::empty().boxed() })
        }
        _ => Err(Fault::Range(offset)),
    }
}

fn header_text(response: &Response, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

fn content_range(response: &Response) -> Option<(Option<u64>, Option<u64>)> {
    wire::content_range(header_text(response, header::CONTENT_RANGE)?)
}

/// The header, not the length of the body: an answer to HEAD has none.
fn content_length(response: &Response) -> Option<u64> {
    header_text(response, header::CONTENT_LENGTH)?.parse().ok()
}

/// Only the form in seconds; a date would need a clock that agrees with the server's.
fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = header_text(response, header::RETRY_AFTER)?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn fault(error: &reqwest::Error) -> Fault {
    let reason = deepest(error);
    if error.is_connect() {
        Fault::Connect(reason)
    } else if error.is_redirect() {
        Fault::Protocol(reason)
    } else {
        Fault::broken(0, reason)
    }
}

/// The innermost cause, which says what happened; the outer ones repeat the URL.
fn deepest(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match error.source() {
        Some(_) => line(&cause.to_string()),
        None if error.is_timeout() => "timed out".to_owned(),
        None => "the request failed".to_owned(),
    }
}

/// A publisher may repeat the token in its error message: it goes no further.
fn without_token(fault: Fault, token: Option<&Token>) -> Fault {
    match (fault, token) {
        (Fault::Status { status, message, retry_after }, Some(token)) => {
            Fault::Status { status, message: redact(&message, token), retry_after }
        }
        (Fault::Protocol(message), Some(token)) => Fault::Protocol(redact(&message, token)),
        (fault, _) => fault,
    }
}

/// A message that was cut off may hold the beginning of a token only, so its first part counts
/// as the token.
fn redact(message: &str, token: &Token) -> String {
    let longest_seen = token.expose().get(..16).unwrap_or(token.expose());
    match message.find(longest_seen) {
        Some(start) => format!("{}(token)", message.get(..start).unwrap_or_default()),
        None => message.to_owned(),
    }
}

/// A service on this machine has no business sending the client elsewhere. Others may, to a content
/// delivery network for instance, but not out of https. An upload is a stream, which cannot be sent
/// twice: its redirects end as errors.
fn redirect_policy(url: &EndpointUrl) -> redirect::Policy {
    const LONGEST_CHAIN: usize = 3;
    if url.is_loopback() {
        return redirect::Policy::none();
    }
    redirect::Policy::custom(|attempt| {
        let encrypted = attempt.url().scheme() == "https";
        if encrypted && attempt.previous().len() <= LONGEST_CHAIN {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

/// TLS by rustls, trusting the system's certificate authorities and those in `more`, a PEM file.
pub fn tls_config(more: Option<&Path>) -> Result<TlsConfig, ConfigError> {
    let mut roots = RootCertStore::empty();
    // A machine without certificates can still use plain http on loopback; a https endpoint then
    // says that its issuer is unknown.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = more {
        add_certificates(&mut roots, path)?;
    }
    let config = TlsConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::Http(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn add_certificates(roots: &mut RootCertStore, path: &Path) -> Result<(), ConfigError> {
    let refuse = |reason: String| ConfigError::Certificates { path: path.to_owned(), reason };
    let found = CertificateDer::pem_file_iter(path).map_err(|error| refuse(error.to_string()))?;
    let mut count = 0;
    for certificate in found {
        let certificate = certificate.map_err(|error| refuse(error.to_string()))?;
        roots.add(certificate).map_err(|error| refuse(error.to_string()))?;
        count += 1;
    }
    match count {
        0 => Err(refuse("no certificate found".to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    const LEAST: LeastSpeed = LeastSpeed { bytes: 1000, within: Duration::from_secs(10) };

    /// What becomes of an upload of 100,000 bytes to a publisher that takes `piece` of them each
    /// second until it has `most`, within an hour.
    async fn upload(piece: u64, most: u64) -> Option<(Fault, u64)> {
        let (sending, begun) = (Sending::default(), Instant::now());
        let sent = sending.sent.clone();
        let taking = async move {
            loop {
                sleep(Duration::from_secs(1)).await;
                let taken = sent.load(Ordering::Relaxed).saturating_add(piece);
                sent.store(taken.min(most), Ordering::Relaxed);
            }
        };
        let slow = async {
            tokio::select! {
                slow = sending.too_slow(100_000, LEAST) => slow,
                () = taking => Fault::Unfinished,
            }
        };
        let hour = Duration::from_secs(3600);
        timeout(hour, slow).await.ok().map(|fault| (fault, begun.elapsed().as_secs()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_publisher_that_takes_bytes_slowly_is_left() {
        let within = LEAST.within;
        let slow = upload(90, 100_000).await;
        assert!(matches!(slow, Some((Fault::Slow { .. }, 10))), "{slow:?}");
        assert_eq!(upload(0, 0).await, Some((Fault::Silent(within), 10)));
        let (stuck, after) = upload(10_000, 50_000).await.unwrap();
        assert_eq!(stuck, Fault::Silent(within));
        assert!((14..=15).contains(&after), "{after}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_publisher_that_has_all_bytes_may_take_its_time() {
        assert_eq!(upload(120, 100_000).await, None);
        assert_eq!(upload(100_000, 100_000).await, None);
    }
}
