//! What commands have in common: configuration, state, keys, connection, notices.

use crate::{
    arguments::{Common, Output},
    exit::UsageError,
};
use anyhow::{Context, Result};
use backon::Retryable;
use nocknock_client::Keys;
use nocknock_primitives::text::printable_lines;
use nocknock_worker::{
    account,
    attest::Origin,
    blobs::Walrus,
    chain::{asking, Chain, ChainError, NodeChain},
    config::Config,
    doctor,
    notice::{Bars, JsonLines, Log, Notice, NoticeSink, Notices, PlainLines},
    stages::{trainer_for, Permits, Services, StepError},
    state::{Owner, StateDir},
};
use std::{
    fs::OpenOptions,
    io::{self, stderr, IsTerminal, Write},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// How long one try to connect lasts.
const PATIENCE: Duration = Duration::from_secs(10);

/// The variable that says how much is logged.
const LOG_VARIABLE: &str = "NOCKNOCK_LOG";

/// A command that works with the configuration.
pub(crate) struct Session {
    pub(crate) config: Config,
    pub(crate) state: PathBuf,
    pub(crate) common: Common,
}

impl Session {
    /// Reads the configuration. What the command line says goes before it.
    pub(crate) fn open(common: &Common) -> Result<Self> {
        let state = match &common.state {
            Some(state) => state.clone(),
            None => StateDir::default_folder()?,
        };
        let beside = state.join("worker.toml");
        let mut config = match &common.config {
            Some(path) => Config::load(path)?,
            None if beside.exists() => Config::load(&beside)?,
            None => Config::default(),
        };
        if !common.urls.is_empty() {
            config.chain.urls = common.urls.clone();
            config.check().context("--url")?;
        }
        Ok(Self { config, state, common: common.clone() })
    }

    pub(crate) fn keys(&self) -> Result<Keys> {
        let name = self.common.dev_account.as_deref();
        Ok(account::load(&self.config.account, &self.state, name)?)
    }

    /// Locks the state directory.
    pub(crate) fn lock(&self) -> Result<StateDir> {
        Ok(StateDir::open(&self.state)?)
    }

    /// Connects, for as long as it takes. An end on request comes as [`StepError::Stopped`].
    pub(crate) async fn connect(
        &self,
        notices: &Notices,
        stop: &CancellationToken,
    ) -> Result<NodeChain> {
        let tell = |error: &anyhow::Error, _| {
            let error = error.to_string();
            notices.tell(Notice::NodeLost { error });
        };
        let connecting = (|| self.connect_once())
            .retry(self.config.retry.pauses())
            .when(no_node_answers)
            .notify(tell);
        tokio::select! {
            connected = connecting => connected,
            () = stop.cancelled() => Err(StepError::Stopped.into()),
        }
    }

    /// Connects once.
    pub(crate) async fn connect_once(&self) -> Result<NodeChain> {
        let urls = &self.config.chain.urls;
        let connected = NodeChain::connect(urls, self.keys()?, PATIENCE).await?;
        self.accept(connected).await
    }

    /// A development account works on development chains alone.
    async fn accept(&self, chain: NodeChain) -> Result<NodeChain> {
        if self.common.dev_account.is_some() {
            let snapshot = chain.client().best().await.map_err(asking)?;
            let development = doctor::is_development(&snapshot).await?;
            anyhow::ensure!(
                development,
                "--dev-account is for development chains alone, because everybody has its keys; \
                 this is not a development chain"
            );
        }
        Ok(chain)
    }

    /// Everything that steps need, with the state directory claimed for this account and chain.
    pub(crate) fn services(
        &self,
        chain: NodeChain,
        state: &StateDir,
        notices: Notices,
    ) -> Result<Services> {
        state.claim(&Owner { account: chain.worker(), genesis: chain.genesis() })?;
        let config = self.config.clone();
        Ok(Services {
            chain: Arc::new(chain),
            blobs: Arc::new(Walrus::new(&config.storage, self.state.join("blobs"))?),
            trainer: trainer_for(&config.training),
            provers: doctor::provers(&config)?,
            origin: Origin::of_this_process()?,
            permits: Permits::of(&config),
            notices,
            config,
        })
    }

    /// Where notices go, with further places.
    pub(crate) fn notices(&self, more: Vec<Arc<dyn NoticeSink>>) -> Notices {
        let mut sinks: Vec<Arc<dyn NoticeSink>> = vec![Arc::new(Log)];
        sinks.extend(more);
        match self.common.output {
            Output::Json => sinks.push(Arc::new(JsonLines)),
            Output::Text if self.common.quiet => {}
            Output::Text if stderr().is_terminal() => sinks.push(Arc::new(Bars::default())),
            Output::Text => sinks.push(Arc::new(PlainLines)),
        }
        Notices::to(sinks)
    }
}

fn no_node_answers(error: &anyhow::Error) -> bool {
    let of_chain = error.downcast_ref::<ChainError>();
    of_chain.is_some_and(ChainError::is_unreachable)
}

/// Asks to stop on the first Ctrl-C or request of the system, and ends on the second.
pub(crate) fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let asked = stop.clone();
    // Listened for from now on and all the time, so that none is lost.
    let mut signals = Signals::listen();
    tokio::spawn(async move {
        signals.next().await;
        asked.cancel();
        signals.next().await;
        std::process::exit(i32::from(crate::exit::INTERRUPTED));
    });
    stop
}

/// What asks the program to end. A listener is missing if the system gives none.
#[cfg(unix)]
#[derive(Debug)]
struct Signals {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{signal, SignalKind};
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    async fn next(&mut self) {
        tokio::select! {
            () = received(&mut self.interrupt) => {}
            () = received(&mut self.terminate) => {}
        }
    }
}

#[cfg(unix)]
async fn received(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

#[cfg(not(unix))]
#[derive(Debug)]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// The log goes to its file, or to standard error if NOCKNOCK_LOG asks for one.
pub(crate) fn start_log(common: &Common) -> Result<()> {
    let filter = match std::env::var(LOG_VARIABLE) {
        Ok(text) => log_filter(&text)?,
        Err(_) => EnvFilter::new("info"),
    };
    // The library would report a line that cannot be written with a macro that panics if nobody
    // reads standard error.
    let builder = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    // Colours are what the filter for foreign text takes out.
    let builder = builder.with_ansi(false);
    match &common.log_file {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let file = file.with_context(|| format!("cannot open the log {}", path.display()))?;
            builder.with_writer(Mutex::new(Printable(file))).init();
        }
        None if std::env::var_os(LOG_VARIABLE).is_some() => {
            builder.with_writer(|| Printable(stderr())).init();
        }
        None => {}
    }
    Ok(())
}

/// Writes a log without what steers a terminal: what is logged holds names and reasons that come
/// from the chain, from other programs and from files.
struct Printable<W>(W);

impl<W: Write> Write for Printable<W> {
    /// The library writes a whole line at a time.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.write_all(printable_lines(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn log_filter(text: &str) -> Result<EnvFilter, UsageError> {
    EnvFilter::try_new(text).map_err(|error| {
        UsageError(format!(
            "{LOG_VARIABLE} is {text:?}: {error}; use off, error, warn, info, debug or trace, or \
             one of them for a part of the program, such as nocknock_worker=debug"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_log_steers_a_terminal() {
        let mut log = Printable(Vec::new());
        log.write_all("one \u{1b}[31mred\u{202e}\ntwo\n".as_bytes()).unwrap();
        assert_eq!(log.0, "one \u{fffd}[31mred\u{fffd}\ntwo\n".as_bytes());
    }

    #[test]
    fn a_setting_of_the_log_that_cannot_be_read_is_refused_with_what_is_allowed() {
        assert!(log_filter("debug").is_ok());
        assert!(log_filter("warn,nocknock_worker=trace").is_ok());
        let refused = log_filter("nocknock_worker=loud").unwrap_err().to_string();
        assert!(refused.starts_with("NOCKNOCK_LOG is \"nocknock_worker=loud\""));
        assert!(refused.contains("off, error, warn, info, debug or trace"));
    }
}
