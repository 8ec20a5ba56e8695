//! `run`: the loop.

use crate::{
    arguments::{Common, Output, Run},
    print,
    session::{stop_on_signal, Session},
};
use anyhow::Result;
use nocknock_worker::{
    chain::{Chain, NodeChain},
    config::Tokens,
    doctor::clock_fault,
    monitor::{Metrics, Monitor},
    notice::{Notice, Notices},
    run::{Scope, Summary, TaskLoop},
};
use std::{process::ExitCode, sync::Arc, time::Duration};

pub(crate) async fn run(common: &Common, options: &Run) -> Result<ExitCode> {
    let session = Session::open(common)?;
    let state = session.lock()?;
    let metrics = Arc::new(Metrics::new()?);
    start_monitor(&session, metrics.clone()).await?;
    let notices = session.notices(vec![metrics]);
    let stop = stop_on_signal();
    let chain = session.connect(&notices, &stop).await?;
    notices.tell(Notice::Started { account: chain.worker(), genesis: chain.genesis() });
    warn_of_clock(&chain, &notices).await;
    let services = Arc::new(session.services(chain, &state, notices)?);
    let scope = if options.tasks.is_empty() {
        Scope::Everything
    } else {
        Scope::Only(options.tasks.iter().copied().collect())
    };
    let summary = TaskLoop::new(services, state, scope, stop)?.run().await?;
    print_summary(common, &summary)?;
    Ok(ExitCode::SUCCESS)
}

/// The worker goes by blocks, so a clock that is off does not keep it from working.
async fn warn_of_clock(chain: &NodeChain, notices: &Notices) {
    if let Ok(Some(fault)) = clock_fault(chain.client()).await {
        let text = fault.to_string();
        notices.tell(Notice::Warning { text });
    }
}

async fn start_monitor(session: &Session, metrics: Arc<Metrics>) -> Result<()> {
    let Some(address) = session.config.monitor.listen else {
        return Ok(());
    };
    let stale = Duration::from_secs(session.config.chain.stale_seconds);
    let monitor = Monitor::bind(address, metrics, stale).await?;
    tokio::spawn(async move {
        if let Err(error) = monitor.serve().await {
            tracing::warn!("metrics are no longer served: {error}");
        }
    });
    Ok(())
}

fn print_summary(common: &Common, summary: &Summary) -> Result<()> {
    let Summary { paid, earned, unpaid, stakes_lost, open } = summary;
    let earned = Tokens(*earned);
    match common.output {
        Output::Json => print::json(&serde_json::json!({
            "event": "summary",
            "paid": paid,
            "earned": earned,
            "unpaid": unpaid,
            "stakes_lost": stakes_lost,
            "open": open,
        })),
        Output::Text => print::result(&format!(
            "{paid} tasks paid, {earned} NNK earned, {unpaid} ended otherwise, {stakes_lost} \
             stakes lost, {open} go on with the next start"
        )),
    }
}
