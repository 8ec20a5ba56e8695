//! The program, as a user calls it, without a chain.

#[cfg(target_os = "linux")]
mod interrupts;

use nocknock_worker::state::ModelFact;
use std::{
    fs, io,
    path::Path,
    process::{Command, Output},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_nocknock-worker");

/// Runs the program with a state directory of its own and without the user's settings.
fn worker(state: &Path, arguments: &[&str]) -> Output {
    run(Command::new(PROGRAM), state, arguments)
}

/// The same on a disk that takes no byte: a limit of the process that it does not die of.
#[cfg(unix)]
fn worker_on_a_full_disk(state: &Path, arguments: &[&str]) -> Output {
    let mut shell = Command::new("sh");
    let line = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    shell.args(["-c", line, PROGRAM]);
    run(shell, state, arguments)
}

fn run(command: Command, state: &Path, arguments: &[&str]) -> Output {
    let mut command = prepared(command, state, arguments);
    command.output().expect("the program starts")
}

/// The command with its arguments, without the user's settings.
fn prepared(mut command: Command, state: &Path, arguments: &[&str]) -> Command {
    command.arg("--state").arg(state).args(arguments);
    for variable in [
        "NOCKNOCK_LOG",
        "NOCKNOCK_URL",
        "NOCKNOCK_WORKER_CONFIG",
        "NOCKNOCK_WORKER_STATE",
        "NOCKNOCK_KEYSTORE_PASSWORD",
    ] {
        command.env_remove(variable);
    }
    command
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is a folder for tests")
}

/// A pipe whose reader has gone.
fn closed_pipe() -> io::PipeWriter {
    let (reader, writer) = io::pipe().expect("the system gives a pipe");
    drop(reader);
    writer
}

#[test]
fn a_reader_that_has_gone_changes_no_exit_code() {
    let state = folder();
    for (arguments, expected) in
        [(["config", "default"], 0), (["completions", "bash"], 0), (["keys", "show"], 6)]
    {
        let mut command = prepared(Command::new(PROGRAM), state.path(), &arguments);
        command.stdout(closed_pipe()).stderr(closed_pipe());
        let status = command.status().expect("the program starts");
        assert_eq!(status.code(), Some(expected), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn keys_are_made_once_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let state = folder();
    let made = worker(state.path(), &["keys", "generate"]);
    assert_eq!(code(&made), Some(0), "{}", err(&made));
    let file = state.path().join("account.json");
    let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let shown = worker(state.path(), &["keys", "show"]);
    assert_eq!(out(&shown), out(&made));
    let before = fs::read(&file).unwrap();
    let again = worker(state.path(), &["keys", "generate"]);
    assert_eq!(code(&again), Some(5));
    assert!(err(&again).contains("there are keys already"), "{}", err(&again));
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn nothing_of_a_keystore_is_printed_but_the_account() {
    let state = folder();
    let made = worker(state.path(), &["keys", "generate"]);
    let stored = fs::read_to_string(state.path().join("account.json")).unwrap();
    let printed = out(&made) + &err(&made);
    let secrets = stored
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.len() >= 32 && !out(&made).contains(word));
    let mut count = 0;
    for secret in secrets {
        count += 1;
        assert!(!printed.contains(secret));
    }
    assert!(count > 0, "no secret was found to look for");
}

#[test]
fn missing_keys_have_their_exit_code_and_say_what_to_do() {
    let state = folder();
    let shown = worker(state.path(), &["keys", "show"]);
    assert_eq!(code(&shown), Some(6));
    assert!(err(&shown).contains("keys generate"), "{}", err(&shown));
}

#[test]
fn a_wrong_configuration_is_refused_by_name() {
    let state = folder();
    fs::write(state.path().join("worker.toml"), "limits.tasks = 0\n").unwrap();
    let shown = worker(state.path(), &["config", "show"]);
    assert_eq!(code(&shown), Some(2));
    assert!(err(&shown).contains("limits.tasks: must be 1 or more"), "{}", err(&shown));
}

#[test]
fn a_wrong_address_of_a_node_is_a_matter_of_usage() {
    let state = folder();
    let shown = worker(state.path(), &["--url", "http://127.0.0.1:9944", "config", "show"]);
    assert_eq!(code(&shown), Some(2), "{}", err(&shown));
    assert!(err(&shown).contains("ws://"), "{}", err(&shown));
}

#[test]
fn the_printed_defaults_are_a_usable_configuration() {
    let state = folder();
    let defaults = worker(state.path(), &["config", "default"]);
    fs::write(state.path().join("worker.toml"), out(&defaults)).unwrap();
    let shown = worker(state.path(), &["config", "show"]);
    assert_eq!(out(&shown), out(&defaults), "{}", err(&shown));
}

#[test]
fn a_node_that_does_not_answer_has_its_exit_code() {
    let state = folder();
    worker(state.path(), &["keys", "generate"]);
    for command in ["register", "unregister"] {
        let refused = worker(state.path(), &["--url", "ws://127.0.0.1:9", command]);
        assert_eq!(code(&refused), Some(4), "{}", err(&refused));
        assert!(err(&refused).contains("no node answers"), "{}", err(&refused));
    }
}

#[test]
fn the_doctor_names_what_is_wrong_and_fails() {
    let state = folder();
    fs::write(
        state.path().join("worker.toml"),
        "[storage]\naggregators = [\"http://127.0.0.1:9\"]\npublishers = [\"http://127.0.0.1:9\"]\n\
         [limits]\nfree_memory_mib = 1000000000\nfree_disk_mib = 1000000000000\n",
    )
    .unwrap();
    let arguments = ["--url", "ws://127.0.0.1:9", "--output", "json", "doctor", "--quick"];
    let examined = worker(state.path(), &arguments);
    assert_eq!(code(&examined), Some(3));
    let findings: serde_json::Value = serde_json::from_str(&out(&examined)).unwrap();
    let level = |check: &str| {
        let all = findings.as_array().unwrap();
        let found = all.iter().find(|finding| finding["check"] == check);
        found.map(|finding| finding["level"].clone())
    };
    for check in ["node", "keys", "storage", "memory", "disk"] {
        assert_eq!(level(check), Some("bad".into()), "{check}: {findings:#}");
    }
    assert_eq!(level("state directory"), Some("good".into()));
}

#[cfg(unix)]
#[test]
fn a_full_disk_has_its_exit_code_and_names_the_file() {
    let state = folder();
    let table = table_of_two_kinds(state.path());
    let model = state.path().join("model");
    let train = ["train", "--no-search", "--shape", "tiny-4x3x2", "--data", &table, "--out"];
    let train: Vec<&str> = train.into_iter().chain(model.to_str()).collect();
    let full = worker_on_a_full_disk(state.path(), &train);
    assert_eq!(code(&full), Some(5), "{}", err(&full));
    for words in ["settings.json", "ulimit -f", "nothing that was saved is lost"] {
        assert!(err(&full).contains(words), "{}", err(&full));
    }
    let mended = worker(state.path(), &train);
    assert_eq!(code(&mended), Some(0), "{}", err(&mended));
}

#[cfg(unix)]
#[test]
fn keys_that_cannot_be_written_leave_no_half_of_a_file() {
    let state = folder();
    let refused = worker_on_a_full_disk(state.path(), &["keys", "generate"]);
    assert_eq!(code(&refused), Some(5), "{}", err(&refused));
    assert!(err(&refused).contains("ulimit -f"), "{}", err(&refused));
    let file = state.path().join("account.json");
    assert!(!file.exists(), "{}", err(&refused));
    let made = worker(state.path(), &["keys", "generate"]);
    assert_eq!(code(&made), Some(0), "{}", err(&made));
}

#[cfg(unix)]
#[test]
fn the_doctor_finds_a_disk_that_takes_nothing() {
    let state = folder();
    let doctor = ["--url", "ws://127.0.0.1:9", "doctor", "--quick"];
    let examined = worker_on_a_full_disk(state.path(), &doctor);
    assert_eq!(code(&examined), Some(3), "{}", err(&examined));
    let found = out(&examined);
    let line = found.lines().find(|line| line.contains("state directory:"));
    assert!(line.is_some_and(|line| line.contains("ulimit -f")), "{found}");
}

#[test]
fn a_state_directory_in_use_has_its_exit_code() {
    let state = folder();
    worker(state.path(), &["keys", "generate"]);
    let held = nocknock_worker::state::StateDir::open(state.path()).unwrap();
    let refused = worker(state.path(), &["run"]);
    assert_eq!(code(&refused), Some(5), "{}", err(&refused));
    assert!(err(&refused).contains("in use"), "{}", err(&refused));
    drop(held);
}

/// A file with four columns and two classes that follow from them.
fn table_of_two_kinds(folder: &Path) -> String {
    let table = folder.join("table.csv");
    let line = |n: u32| format!("{},{},{},{},{}\n", n % 4, n / 4 % 4, n % 3, 3, n % 4 / 2);
    let lines: String = (0..120).map(line).collect();
    fs::write(&table, format!("a,b,c,d,kind\n{lines}")).unwrap();
    let name = table.to_str().expect("the folder has a name in UTF-8");
    name.to_owned()
}

#[test]
fn a_model_is_trained_from_a_table_and_kept_for_its_owner() {
    let state = folder();
    let table = table_of_two_kinds(state.path());
    fs::write(
        state.path().join("worker.toml"),
        "[training]\ndevice = \"cpu\"\nsearch = \"off\"\n[training.settings]\nepochs = 5\n",
    )
    .unwrap();
    let folder = state.path().join("model");
    let model = folder.to_str().unwrap();
    let trained =
        worker(state.path(), &["train", "--data", &table, "--shape", "tiny-4x3x2", "--out", model]);
    assert_eq!(code(&trained), Some(0), "{}", err(&trained));
    let kept = ModelFact::read(&folder.join("model.json")).unwrap();
    let shape = nocknock_primitives::model::names::named("tiny-4x3x2").unwrap();
    assert_eq!(kept.weights.is_safe(&shape), Ok(()));
}

/// Trains for a few epochs on the CPU.
fn train_quickly(state: &Path, table: &str, out: &Path) -> Output {
    fs::write(
        state.join("worker.toml"),
        "[training]\ndevice = \"cpu\"\nsearch = \"off\"\n[training.settings]\nepochs = 5\n",
    )
    .unwrap();
    let out = out.to_str().expect("the folder has a name in UTF-8");
    worker(state, &["train", "--data", table, "--shape", "tiny-4x3x2", "--out", out])
}

#[test]
fn without_validation_samples_the_result_is_told_as_that_of_the_training() {
    let state = folder();
    let table = state.path().join("three.csv");
    fs::write(&table, "a,label\n1,x\n2,y\n3,x\n").unwrap();
    let model = state.path().join("model");
    let trained = train_quickly(state.path(), table.to_str().unwrap(), &model);
    assert_eq!(code(&trained), Some(0), "{}", err(&trained));
    let told = out(&trained);
    assert!(told.contains("of the samples that it was trained on"), "{told}");
    assert!(!told.contains("validation samples"), "{told}");
    let kept = ModelFact::read(&model.join("model.json")).unwrap();
    assert_eq!(kept.validation_accuracy, None);
    assert!((0.0..=1.0).contains(&kept.training_accuracy));
}

#[test]
fn a_training_whose_checkpoint_is_damaged_begins_anew_and_says_so() {
    let state = folder();
    let table = table_of_two_kinds(state.path());
    let folder = state.path().join("model");
    let first = train_quickly(state.path(), &table, &folder);
    assert_eq!(code(&first), Some(0), "{}", err(&first));
    let model = fs::read(folder.join("model.json")).unwrap();
    let mut entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let settings = entries.find(|path| path.is_dir()).expect("a folder of settings");
    let checkpoint = settings.join(nocknock_training::CHECKPOINT_FILE);
    let mut bytes = fs::read(&checkpoint).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&checkpoint, bytes).unwrap();

    let again = train_quickly(state.path(), &table, &folder);
    assert_eq!(code(&again), Some(0), "{}", err(&again));
    let told = err(&again);
    assert!(told.contains("is damaged") && told.contains("begins anew"), "{told}");
    assert_eq!(fs::read(folder.join("model.json")).unwrap(), model);
    assert!(settings.join("checkpoint.damaged").is_file());
}

/// A model that was damaged after it was trained is not committed to.
#[test]
fn a_model_file_with_a_flipped_bit_is_no_model() {
    let state = folder();
    let table = table_of_two_kinds(state.path());
    let folder = state.path().join("model");
    train_quickly(state.path(), &table, &folder);
    let path = folder.join("model.json");
    let mut bytes = fs::read(&path).unwrap();
    let digit = bytes.iter().rposition(u8::is_ascii_digit).expect("a number");
    bytes[digit] ^= 1;
    fs::write(&path, bytes).unwrap();
    let refused = ModelFact::read(&path).unwrap_err().to_string();
    assert!(refused.contains("not the one of its checksum"), "{refused}");
}

#[test]
fn tasks_of_an_older_version_are_refused_with_what_to_do() {
    let state = folder();
    let task = state.path().join("tasks").join("00000000000000000005");
    fs::create_dir_all(&task).unwrap();
    fs::write(task.join("chosen.json"), "{}").unwrap();
    let refused = worker(state.path(), &["status"]);
    assert_eq!(code(&refused), Some(5), "{}", err(&refused));
    assert!(err(&refused).contains("another version"), "{}", err(&refused));
}

#[cfg(unix)]
#[test]
fn an_account_that_polkadot_js_exported_is_used() {
    use std::os::unix::fs::PermissionsExt;
    let state = folder();
    let write = |name: &str, text: &str| {
        let path = state.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    };
    let exported = include_str!("../../../../client/src/keys/exported/sr25519.json");
    let keystore = write("exported.json", exported);
    let configure = |password: &str| {
        let password = write("password", password);
        let text = format!("[account]\nkeystore = {keystore:?}\npassword_file = {password:?}\n");
        fs::write(state.path().join("worker.toml"), text).unwrap();
        worker(state.path(), &["keys", "show"])
    };
    let shown = configure("correct horse\n");
    assert_eq!(code(&shown), Some(0), "{}", err(&shown));
    assert_eq!(out(&shown).trim_end(), "5D1xTkS6ULYHL9CE3ghbdPUTWRQALMP8G9WXzeDSDiHFvrkF");
    let refused = configure("another horse\n");
    assert_eq!(code(&refused), Some(6), "{}", err(&refused));
    assert!(err(&refused).contains("the password does not open"), "{}", err(&refused));
}

#[test]
fn a_folder_that_another_training_uses_is_refused() {
    let state = folder();
    let table = table_of_two_kinds(state.path());
    let model = state.path().join("model");
    fs::create_dir(&model).unwrap();
    let held = nocknock_worker::state::FolderLock::take(&model).unwrap();
    assert!(held.is_some());
    let train = ["train", "--no-search", "--shape", "tiny-4x3x2", "--data", &table, "--out"];
    let train: Vec<&str> = train.into_iter().chain(model.to_str()).collect();
    let refused = worker(state.path(), &train);
    assert_eq!(code(&refused), Some(5), "{}", err(&refused));
    assert!(err(&refused).contains("another --out"), "{}", err(&refused));
    assert!(!model.join("model.json").exists());
}

#[test]
fn status_tells_of_an_empty_state_directory() {
    let state = folder();
    let told = worker(state.path(), &["status"]);
    assert_eq!(code(&told), Some(0));
    assert!(out(&told).contains("no task"));
}

#[test]
fn completions_are_printed_for_shells() {
    let state = folder();
    for shell in ["bash", "zsh", "fish"] {
        let printed = worker(state.path(), &["completions", shell]);
        assert_eq!(code(&printed), Some(0));
        assert!(out(&printed).contains("nocknock-worker"), "{shell}");
    }
}
