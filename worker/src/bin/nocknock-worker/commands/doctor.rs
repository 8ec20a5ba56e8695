//! `doctor`.

use crate::{
    arguments::{Common, Doctor, Output},
    exit, print,
    session::Session,
};
use anyhow::Result;
use nocknock_worker::doctor::{examine, DoctorInput, Level};
use std::process::ExitCode;

pub(crate) async fn doctor(common: &Common, options: &Doctor) -> Result<ExitCode> {
    let session = Session::open(common)?;
    let input = DoctorInput {
        config: &session.config,
        state: &session.state,
        development: common.dev_account.as_deref(),
        quick: options.quick,
    };
    let findings = examine(&input).await;
    match common.output {
        Output::Json => print::pretty_json(&findings)?,
        Output::Text => findings
            .iter()
            .filter(|finding| !common.quiet || finding.level != Level::Good)
            .try_for_each(|finding| print::result(&finding.to_string()))?,
    }
    let bad = findings.iter().any(|finding| finding.level == Level::Bad);
    Ok(ExitCode::from(if bad { exit::REFUSED } else { 0 }))
}
