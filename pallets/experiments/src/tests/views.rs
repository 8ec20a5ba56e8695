use crate::mock::*;
use nocknock_primitives::traits::TaskExperiments;

#[test]
fn pages_of_experiments_are_bounded_and_complete() {
    build_and_execute(|| {
        (0..70).for_each(|_| {
            Experiments::create_experiment(by(ALICE), short(), None).unwrap();
        });
        let numbers = |start, limit| -> Vec<u32> {
            let page = Experiments::experiments(start, limit);
            page.into_iter().map(|(id, _)| id).collect()
        };
        assert_eq!(numbers(0, u32::MAX), (0..64).collect::<Vec<_>>());
        assert_eq!(numbers(64, 64), (64..70).collect::<Vec<_>>());
        assert_eq!(numbers(3, 2), [3, 4]);
        assert!(numbers(70, 64).is_empty());
    });
}

#[test]
fn pages_of_an_owners_experiments_cover_each_once() {
    build_and_execute(|| {
        let ids: Vec<_> = (0..5).map(|_| created(ALICE)).collect();
        created(BOB);
        let mut seen = Experiments::experiments_of(ALICE, None, 2);
        while let [.., last] = seen[..] {
            let page = Experiments::experiments_of(ALICE, Some(last), 2);
            if page.is_empty() {
                break;
            }
            seen.extend(page);
        }
        seen.sort_unstable();
        assert_eq!(seen, ids);
    });
}

#[test]
fn leaderboards_are_read_in_pages() {
    build_and_execute(|| {
        let id = created(ALICE);
        for worker in 0..5 {
            Experiments::record_score(id, entry(worker, 1, 50));
        }
        let workers = |start, limit| -> Vec<AccountId> {
            let page = Experiments::leaderboard(id, start, limit);
            page.into_iter().map(|entry| entry.worker).collect()
        };
        assert_eq!(workers(0, 2), [0, 1]);
        assert_eq!(workers(2, u32::MAX), [2, 3, 4]);
        assert!(workers(u32::MAX, 2).is_empty());
        assert!(Experiments::leaderboard(id + 1, 0, 64).is_empty());
    });
}

#[test]
fn models_are_read_in_pages_from_the_first_version() {
    build_and_execute(|| {
        let id = created(ALICE);
        (0..70).for_each(|_| {
            registered(id, 50);
        });
        let versions = |start, limit| -> Vec<u32> {
            let page = Experiments::models(id, start, limit);
            page.into_iter().map(|(version, _)| version).collect()
        };
        assert_eq!(versions(0, u32::MAX), (1..=64).collect::<Vec<_>>());
        assert_eq!(versions(65, 64), (65..=70).collect::<Vec<_>>());
        assert_eq!(versions(2, 1), [2]);
        assert!(versions(71, 64).is_empty());
        assert!(Experiments::models(id + 1, 0, 64).is_empty());
    });
}

#[test]
fn what_does_not_exist_is_not_found() {
    build_and_execute(|| {
        assert_eq!(Experiments::experiment(0), None);
        assert_eq!(Experiments::model(0, 1), None);
        assert_eq!(Experiments::champion(0), None);
        assert_eq!(Experiments::deposit(0), None);
        assert_eq!(Experiments::pending_transfer(0), None);
    });
}
