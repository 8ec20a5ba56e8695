//! `register` and `keys`.

use crate::{
    arguments::{Common, KeysCommand, Output},
    session::Session,
};
use anyhow::Result;
use nocknock_client::{AccountId, Keys};
use nocknock_worker::{
    account::{keystore_path, password},
    chain::Chain,
    doctor,
    register::{self, Registered},
};
use std::process::ExitCode;

pub(crate) async fn register(common: &Common) -> Result<ExitCode> {
    let session = Session::open(common)?;
    let chain = session.connect_once().await?;
    let account = chain.worker();
    let provers = doctor::provers(&session.config)?;
    let training = &session.config.training;
    let registered = register::register(chain.client(), account, provers, training).await?;
    let text = match registered {
        Registered::Before => format!("{account} is registered already"),
        Registered::Now(score) => {
            format!("{account} is registered, with a proved score of {score}")
        }
    };
    match common.output {
        Output::Json => println!(
            "{}",
            serde_json::json!({
                "account": account,
                "registered_before": registered == Registered::Before,
            })
        ),
        Output::Text => println!("{text}"),
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn keys(common: &Common, command: &KeysCommand) -> Result<ExitCode> {
    let session = Session::open(common)?;
    match command {
        KeysCommand::Generate => {
            let path = keystore_path(&session.state);
            let password = password(&session.config.account)?;
            // The folder is made with the rights that a state directory has.
            drop(session.lock()?);
            let keys = Keys::generate();
            keys.write_keystore(&path, password.as_ref())?;
            eprintln!("the keys are in {}: back this file up", path.display());
            tell(common, &keys.account());
        }
        KeysCommand::Show => tell(common, &session.keys()?.account()),
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(common: &Common, account: &AccountId) {
    match common.output {
        Output::Json => println!("{}", serde_json::json!({ "account": account })),
        Output::Text => println!("{account}"),
    }
}
