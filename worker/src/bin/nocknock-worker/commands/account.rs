//! `register`, `unregister` and `keys`.

use crate::{
    arguments::{Common, KeysCommand, Output},
    print,
    session::{stop_on_signal, Session},
};
use anyhow::Result;
use nocknock_client::{AccountId, KeyError, Keys};
use nocknock_worker::{
    account::{keystore_path, password, AccountError},
    chain::Chain,
    doctor,
    notice::{Log, Notices},
    register::{NodeRegistry, RegisterError, Registered, Registrar},
    stages::StepError,
    state::{RegistrationFile, StateError},
    unregister,
};
use serde_json::Value;
use std::{io::ErrorKind, process::ExitCode, sync::Arc};

pub(crate) async fn register(common: &Common) -> Result<ExitCode> {
    let session = Session::open(common)?;
    let chain = session.connect_once().await?;
    let account = chain.worker();
    let (file, stop) = (RegistrationFile::open(&session.state)?, stop_on_signal());
    let registry = NodeRegistry { client: chain.client(), account };
    let registrar = Registrar {
        registry: &registry,
        provers: doctor::provers(&session.config)?,
        training: &session.config.training,
        file: &file,
        notices: notices(&session),
        stop: &stop,
    };
    let registered = match registrar.register().await {
        Err(RegisterError::Prove(stopped @ StepError::Stopped)) => return Err(stopped.into()),
        registered => registered?,
    };
    let text = match registered {
        Registered::Before => format!("{account} is registered already"),
        Registered::Now(score) => {
            format!("{account} is registered, with a proved score of {score}")
        }
    };
    match common.output {
        Output::Json => print::json(&registration(&account, registered))?,
        Output::Text => print::result(&text)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The result is one value, so programs are not told how far the registration is.
fn notices(session: &Session) -> Notices {
    match session.common.output {
        Output::Json => Notices::to(vec![Arc::new(Log)]),
        Output::Text => session.notices(Vec::new()),
    }
}

/// How a registration went, for programs. The score is that of the proof that was sent now.
fn registration(account: &AccountId, registered: Registered) -> Value {
    let score = match registered {
        Registered::Before => None,
        Registered::Now(score) => Some(score),
    };
    serde_json::json!({
        "account": account,
        "registered_before": score.is_none(),
        "score": score,
    })
}

pub(crate) async fn unregister(common: &Common) -> Result<ExitCode> {
    let session = Session::open(common)?;
    let state = session.lock()?;
    let chain = session.connect_once().await?;
    let account = chain.worker();
    unregister::unregister(&chain, &state).await?;
    match common.output {
        Output::Json => {
            let value = serde_json::json!({ "account": account, "registered": false });
            print::json(&value)?;
        }
        Output::Text => print::result(&format!("{account} is not registered any more"))?,
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
            let stored = keys.write_keystore(&path, password.as_ref());
            stored.map_err(not_stored)?;
            print::message(&format!("the keys are in {}: back this file up", path.display()));
            tell(common, &keys.account())?;
        }
        KeysCommand::Show => tell(common, &session.keys()?.account())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A disk that is full is not the keys' fault, nor are keys that were made before.
fn not_stored(error: KeyError) -> anyhow::Error {
    let (path, reason) = match error {
        KeyError::File { path, error, .. } => (path, error),
        other => return AccountError::Keys(other).into(),
    };
    let there_already = reason.kind() == ErrorKind::AlreadyExists;
    let doing = "write";
    let not_written = anyhow::Error::from(StateError::Io { doing, path, reason });
    if there_already {
        not_written.context(
            "there are keys already, and they stay: `nocknock-worker keys show` tells whose they \
             are, and --state names another folder for new ones",
        )
    } else {
        not_written
    }
}

fn tell(common: &Common, account: &AccountId) -> Result<()> {
    match common.output {
        Output::Json => print::json(&serde_json::json!({ "account": account })),
        Output::Text => print::result(&account.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::score::Score;

    #[test]
    fn a_registration_tells_the_proved_score_in_rows() {
        let account = AccountId::from([7; 32]);
        let now = registration(&account, Registered::Now(Score::new(180, 195)));
        assert_eq!(now["registered_before"], false);
        assert_eq!(now["score"]["correct"], 180);
        assert_eq!(now["score"]["total"], 195);
        let before = registration(&account, Registered::Before);
        assert_eq!(before["registered_before"], true);
        assert!(before["score"].is_null());
    }
}
