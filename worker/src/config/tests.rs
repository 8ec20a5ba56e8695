use super::*;

fn parse(text: &str) -> Config {
    toml::from_str(text).unwrap()
}

fn refusal(text: &str) -> String {
    parse(text).check().unwrap_err().to_string()
}

#[test]
fn an_empty_file_gives_the_defaults_and_they_can_be_used() {
    assert_eq!(parse(""), Config::default());
    assert_eq!(Config::default().check(), Ok(()));
}

#[test]
fn what_is_printed_is_read_back() {
    let config = Config {
        policy: Policy {
            experiments: Experiments::Only(vec![1, 7]),
            least: "0.5".parse().unwrap(),
            ..Policy::default()
        },
        account: Account { environment: Some("SEED".into()), ..Account::default() },
        ..Config::default()
    };
    for config in [config, Config::default()] {
        assert_eq!(parse(&config.to_toml().unwrap()), config);
    }
}

#[test]
fn training_searches_within_the_limits_unless_it_is_told_otherwise() {
    let training = Config::default().training;
    assert_eq!((training.search, training.time), (Search::Halving, TrainingTime::Limits));
    assert!(training.command.is_empty());
    let text =
        "[training]\nsearch = \"off\"\ntime = \"commit-period\"\ncommand = [\"python3\", \"a\"]";
    let config = parse(text);
    assert_eq!(config.check(), Ok(()));
    let Training { search, time, command, .. } = config.training;
    assert_eq!((search, time), (Search::Off, TrainingTime::CommitPeriod));
    assert_eq!(command, ["python3", "a"]);
    assert_eq!(parse("training.command = [\"/opt/mine\"]").check(), Ok(()));
    assert!(toml::from_str::<Config>("training.search = \"on\"").is_err());
}

#[test]
fn experiments_are_all_or_a_list() {
    let experiments = |text: &str| parse(&format!("[policy]\nexperiments = {text}"));
    let all = experiments("\"all\"").policy.experiments;
    assert_eq!(all, Experiments::All);
    let some = experiments("[3]").policy.experiments;
    assert_eq!(some, Experiments::Only(vec![3]));
    assert!(toml::from_str::<Config>("[policy]\nexperiments = \"none\"").is_err());
}

#[test]
fn a_misspelt_setting_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("worker.toml");
    fs::write(&path, "[policy]\nleasts = \"1\"\n").unwrap();
    let error = Config::load(&path).unwrap_err().to_string();
    assert!(error.contains("worker.toml"), "{error}");
    assert!(error.contains("leasts"), "{error}");
}

#[test]
fn a_missing_file_is_named() {
    let error = Config::load(Path::new("/nowhere/worker.toml")).unwrap_err();
    assert!(error.to_string().contains("/nowhere/worker.toml"));
}

#[test]
fn values_that_cannot_be_meant_are_named() {
    for (text, part) in [
        ("chain.urls = []", "chain.urls: name at least one"),
        ("chain.urls = [\"http://x\"]", "ws://127.0.0.1:9944"),
        ("limits.tasks = 0", "limits.tasks: must be 1 or more"),
        ("limits.least_training_seconds = 9999", "limits.least_training_seconds"),
        ("proving.batch = 33", "proving.batch: must be 1 to 32"),
        ("storage.aggregators = []", "storage.aggregators"),
        ("storage.publishers = [\"http://10.1.2.3\"]", "plain http"),
        ("retry.longest_seconds = 1", "at least retry.first_seconds"),
        ("monitor.listen = \"0.0.0.0:9616\"", "loopback"),
        ("policy.shapes = [\"huge\"]", "digits-64x32x10"),
        ("training.settings.epochs = 0", "training.settings: epochs"),
        ("training.settings.teacher_share = 0.5", "training.settings.teacher_share: must be 0"),
        ("training.settings.synthetic_share = 0.5", "training.settings.synthetic_share"),
        ("training.command = [\"\"]", "training.command: must be a program by its full path"),
        ("training.command = [\"./mine\"]", "training.command"),
        ("training.command = [\"tools/mine\", \"1\"]", "training.command"),
        ("account = { seed_file = \"a\", environment = \"B\" }", "one source"),
        ("account = { password_file = \"a\", seed_file = \"b\" }", "belongs to a keystore"),
        ("account = { password_file = \"a\", environment = \"B\" }", "belongs to a keystore"),
    ] {
        let refused = refusal(text);
        assert!(refused.contains(part), "{text} gave: {refused}");
    }
}

#[test]
fn pauses_double_up_to_the_longest() {
    let retry = Retry { first_seconds: 2, longest_seconds: 9, attempts: 1 };
    let pauses = [1, 2, 3, 4, 70].map(|failures| retry.pause(failures).as_secs());
    assert_eq!(pauses, [2, 4, 8, 9, 9]);
}
