//! Proving keys that are not those of the chain's circuits. What happens to wrong keys of a
//! ceremony, which nobody can make anew, is tested beside `Provers`: no development chain registers
//! such circuits.

use super::{
    hand::{goes_on_and_commits, hear_failure, nothing_is_at_stake, start, Diagnosis, Settings},
    world::{shared, Offer},
};
use crate::workers::{proving_keys, DELIVERY_KEY, SCORE_KEY};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The file of a key, which begins like this.
fn key(start: &str) -> PathBuf {
    let entries = proving_keys().read_dir().expect("there are keys");
    let is_key = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(start) && name.ends_with(".pkey"))
    };
    let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    files.find(is_key).expect("the key of the circuit is there")
}

/// Where a key lies in another folder.
fn place(folder: &Path, key: &Path) -> PathBuf {
    folder.join(key.file_name().expect("a key has a name"))
}

#[test]
fn a_key_of_another_circuit_is_never_used_and_a_folder_that_cannot_be_used_is_told() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let offered = world.offer(Offer::default());
    let folder = home.path().join("keys");
    let settings = Settings { keys: folder.clone(), ..Settings::new(world.services()) };
    let worker = settings.worker(home.path(), "eve");

    fs::write(&folder, "no folder").unwrap();
    let diagnosis = Diagnosis::of(&worker);
    diagnosis.finds("proving key", "bad", "cannot read or write the proving key");
    diagnosis.is_ill();
    let mut running = start(&worker, &offered);
    hear_failure(&mut running, "fetch", "cannot read or write the proving key");
    nothing_is_at_stake(&worker, &world, &offered);

    // The folder comes at once, with a key of scores where the one of deliveries should be.
    let (score, delivery) = (key(SCORE_KEY), key(DELIVERY_KEY));
    let ready = home.path().join("ready");
    fs::create_dir(&ready).unwrap();
    fs::copy(&score, place(&ready, &score)).unwrap();
    fs::copy(&score, place(&ready, &delivery)).unwrap();
    let link = home.path().join("link");
    std::os::unix::fs::symlink(&ready, &link).unwrap();
    fs::rename(&link, &folder).unwrap();
    goes_on_and_commits(&worker, running, &world, &offered);
    let used = fs::read(place(&folder, &delivery)).unwrap();
    assert!(used == fs::read(&delivery).unwrap(), "the key in use is another one");
    Diagnosis::of(&worker).is_well();
}
