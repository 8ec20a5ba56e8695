use super::*;

fn level_of(findings: &[Finding], check: &str) -> Option<Level> {
    let found = findings.iter().find(|finding| finding.check == check);
    found.map(|finding| finding.level)
}

/// A configuration of services that are not there.
fn lonely() -> Config {
    let mut config = Config::default();
    config.chain.urls = vec!["ws://127.0.0.1:9".into()];
    config.storage.aggregators = vec!["http://127.0.0.1:9".into()];
    config.storage.publishers = Vec::new();
    config.training.device = nocknock_training::DeviceChoice::Cpu;
    config
}

/// An examination that leaves out what takes long.
fn quickly<'a>(config: &'a Config, state: &'a Path) -> DoctorInput<'a> {
    DoctorInput { config, state, development: None, quick: true }
}

async fn findings(config: &Config, state: &Path) -> Vec<Finding> {
    examine(&quickly(config, state)).await
}

#[tokio::test]
async fn what_is_missing_is_found_and_what_is_there_is_not_blamed() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = lonely();
    config.limits.free_disk_mib = u64::MAX;
    config.limits.free_memory_mib = u64::MAX;
    config.proving.keys = Some(folder.path().join("keys"));
    let found = findings(&config, folder.path()).await;
    for (check, level) in [
        ("disk", Level::Bad),
        ("memory", Level::Bad),
        ("keys", Level::Bad),
        ("node", Level::Bad),
        ("device", Level::Good),
        ("state directory", Level::Good),
        ("storage", Level::Bad),
        ("metrics", Level::Good),
    ] {
        assert_eq!(level_of(&found, check), Some(level), "{check}: {found:?}");
    }
}

#[test]
fn the_device_has_the_name_that_the_configuration_uses() {
    let config = lonely();
    let found = machine::device(&quickly(&config, Path::new(".")));
    assert_eq!(found.text, "models are trained on cpu");
}

#[test]
fn a_running_worker_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let config = lonely();
    let input = quickly(&config, folder.path());
    let running = StateDir::open(folder.path()).unwrap();
    assert_eq!(state(&input).level, Level::Warning);
    drop(running);
    assert_eq!(state(&input).level, Level::Good);
}

#[tokio::test]
async fn a_port_in_use_is_noticed() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = lonely();
    config.monitor.listen = taken.local_addr().ok();
    let input = quickly(&config, Path::new("."));
    assert_eq!(machine::port(&input).await.level, Level::Warning);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_bad_and_one_that_does_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let served = nocknock_dev_store::Config {
        listen: ([127, 0, 0, 1], 0).into(),
        ..nocknock_dev_store::Config::new(folder.path().join("store"))
    };
    let store = nocknock_dev_store::DevStore::serve(served).await.unwrap();
    let mut config = lonely();
    config.storage.aggregators = vec![store.url()];
    config.storage.publishers = vec![store.url()];
    let input = quickly(&config, folder.path());
    let found = machine::store(&input).await;
    assert_eq!(found.level, Level::Good, "{found}");
    config.storage.publishers = Vec::new();
    let input = quickly(&config, folder.path());
    let found = machine::store(&input).await;
    assert_eq!(found.level, Level::Good, "{found}");
    assert!(found.text.contains("no publisher"), "{found}");
    store.shutdown().await.unwrap();
}

#[test]
fn a_proving_key_of_another_circuit_is_found() {
    use crate::{chain::fake, stages::test_services};
    use nocknock_circuits::{fold::FoldedScore, seal::SealKey, FoldProver, SealProver};
    use nocknock_primitives::{circuit::KeyOrigin, ids::ContentHash};

    let folder = tempfile::tempdir().unwrap();
    let keys = KeyStore::at(folder.path());
    let (tiny, proving) = (fake::tiny(), Config::default().proving);
    let score = FoldProver::development(&tiny, &keys).unwrap();
    let delivery = SealProver::development(&(), &keys).unwrap();
    let mut record = fake::record(test_services::circuits().score.info());
    record.origin = KeyOrigin::Ceremony(ContentHash([7; 32]));
    let found = chain::circuit(&Provers::new(keys.clone()), &record, true, &proving);
    assert_eq!(found.level, Level::Good, "{found}");

    let foreign = keys.path::<SealKey>(&(), &delivery.info().id());
    let right = keys.path::<FoldedScore>(&tiny, &score.info().id());
    std::fs::copy(foreign, right).unwrap();
    let found = chain::circuit(&Provers::new(keys), &record, true, &proving);
    assert_eq!(found.level, Level::Bad, "{found}");
    assert!(found.text.contains("holds the key of circuit"), "{found}");
}

/// An active circuit, a retired and a disabled one, and whether their keys are needed.
#[test]
fn a_retired_circuit_is_needed_while_it_is_in_use_and_a_disabled_one_never() {
    use crate::{chain::fake, stages::test_services};
    use nocknock_primitives::{circuit::CircuitStatus, ids::CircuitId};
    use std::collections::BTreeSet;

    let with_shapes = |shapes: &[&str]| {
        let mut config = Config::default();
        config.policy.shapes = shapes.iter().map(|shape| (*shape).to_owned()).collect();
        config
    };
    let (any, same, other) =
        (with_shapes(&[]), with_shapes(&["tiny-4x3x2"]), with_shapes(&["digits-64x32x10"]));
    let (score, delivery) = (test_services::circuits().score, test_services::circuits().delivery);
    let used = || BTreeSet::from([score.info().id(), delivery.info().id()]);
    let idle = chain::InUse::default();
    let by_tasks = chain::InUse { tasks: used(), ..Default::default() };
    let by_champion = chain::InUse { champions: used(), ..Default::default() };
    let retired = CircuitStatus::Retired { successor: CircuitId([9; 32]) };
    let statuses = [CircuitStatus::Active, retired, CircuitStatus::Disabled];
    for (info, config, in_use, expected) in [
        (score.info(), &any, &idle, [false, false, false]),
        (score.info(), &any, &by_tasks, [true, true, false]),
        (score.info(), &any, &by_champion, [true, true, false]),
        (score.info(), &same, &idle, [true, false, false]),
        (score.info(), &same, &by_tasks, [true, true, false]),
        (score.info(), &other, &by_tasks, [false, false, false]),
        (score.info(), &other, &by_champion, [true, true, false]),
        (delivery.info(), &any, &idle, [true, false, false]),
        (delivery.info(), &other, &by_tasks, [true, true, false]),
    ] {
        let needed = statuses.map(|status| {
            let mut record = fake::record(info);
            record.status = status;
            chain::is_needed(config, in_use, &info.id(), &record)
        });
        assert_eq!(needed, expected, "{:?} {:?} {in_use:?}", info.kind, config.policy.shapes);
    }
}

#[test]
fn a_trial_proof_is_made_and_its_time_told() {
    use crate::{chain::fake, stages::test_services};

    let proving = Config::default().proving;
    let record = fake::record(test_services::circuits().score.info());
    let found = chain::circuit(&test_services::provers(), &record, false, &proving);
    assert_eq!(found.level, Level::Good, "{found}");
    assert!(found.text.starts_with("tiny-4x3x2.s3: fits the chain, a proof takes"), "{found}");
}

#[test]
fn a_circuit_that_the_memory_is_too_small_for_is_told_of() {
    use crate::{chain::fake, stages::test_services};
    use nocknock_primitives::circuit::CircuitInfo;

    let proving = Config::default().proving;
    let info = test_services::circuits().score.info().clone();
    let huge = fake::record(&CircuitInfo { constraints: u32::MAX, ..info });
    let found = chain::circuit(&test_services::provers(), &huge, true, &proving);
    assert_eq!(found.level, Level::Warning, "{found}");
    assert!(found.text.contains("MiB of memory"), "{found}");
}

#[test]
fn trial_blocks_and_models_belong_to_each_architecture() {
    use nocknock_primitives::model::names::{for_tests, offered};

    for (name, architecture) in offered().into_iter().chain(for_tests()) {
        let (block, model) = chain::samples(&architecture).unwrap();
        assert_eq!(block.len(), usize::from(architecture.samples), "{name}");
        assert_eq!(model.is_safe(&architecture), Ok(()), "{name}");
        assert!(model.layers.iter().all(|layer| layer.weights[0] == 1), "{name}");
    }
}

#[test]
fn a_state_directory_that_cannot_be_written_is_found() {
    let folder = tempfile::tempdir().unwrap();
    drop(StateDir::open(folder.path()).unwrap());
    // A folder where the trial file would be: it cannot be replaced, whoever asks.
    std::fs::create_dir(folder.path().join("trial")).unwrap();
    let config = lonely();
    let input = quickly(&config, folder.path());
    let found = state(&input);
    assert_eq!(found.level, Level::Bad, "{found}");
    assert!(found.text.contains("trial"), "{found}");
}
