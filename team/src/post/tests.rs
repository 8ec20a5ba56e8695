//! Posts and members that meet on this machine.

use super::{testing::*, *};
use crate::{
    exchange::{Exchange, ExchangeError},
    object::{seal, ObjectId, Sealed, TeamKey},
    order::{Author, Body, Broken, Entry, Log, Pause},
    signed::{MachineKey, Put, Said},
};
use axum::{http::StatusCode, Router};
use nocknock_storage::client::{EndpointUrl, PlainHttp};
use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime};

/// Most bytes of an object.
const LARGEST: usize = 1_000;
/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(300);

/// A team, and the runtime in which its posts answer.
struct Place {
    team: Team,
    runtime: Runtime,
}

/// A post and its folder.
struct Running {
    post: Post,
    folder: TempDir,
}

impl Place {
    fn new(members: u8) -> Self {
        Self { team: Team::new(members), runtime: Runtime::new().unwrap() }
    }

    fn post(&self, role: Role) -> Running {
        let folder = tempfile::tempdir().unwrap();
        let settings = PostSettings {
            run: RUN,
            listen: ([127, 0, 0, 1], 0).into(),
            allow_remote: false,
            folder: folder.path().join("objects"),
            limits: Limits { wait: LONG, at_a_time: 1, ..Limits::of_objects(LARGEST) },
        };
        let post = self.runtime.block_on(Post::serve(settings, role)).unwrap();
        Running { post, folder }
    }

    fn home(&self) -> Running {
        self.post(Role::Home(Box::new(self.team.running())))
    }

    /// Somebody who answers every request with the same bytes.
    fn answering(&self, status: StatusCode, bytes: &'static [u8]) -> String {
        let listener = self.runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(move || async move { (status, bytes) });
        self.runtime.spawn(async { axum::serve(listener, router).await });
        url
    }

    /// A member that asks these posts, of which the first is the home.
    fn member(&self, slot: u8, urls: &[&str]) -> HttpExchange {
        self.stranger(self.team.members[usize::from(slot)].clone(), RUN, slot, urls)
    }

    fn stranger(&self, key: MachineKey, run: [u8; 32], slot: u8, urls: &[&str]) -> HttpExchange {
        let mut urls =
            urls.iter().map(|url| EndpointUrl::parse(url, PlainHttp::LoopbackOnly).unwrap());
        let settings = HttpSettings::new(run, slot, urls.next().unwrap());
        let settings = HttpSettings {
            others: urls.collect(),
            retries: 1,
            first_pause: Duration::ZERO,
            ..settings
        };
        HttpExchange::new(self.runtime.handle().clone(), key, settings).unwrap()
    }

    fn log(&self, home: &Running) -> Log {
        let copied = self.member(0, &[&home.post.url()]).follow(0, Duration::ZERO).unwrap();
        let mut log = self.empty_log();
        take(&mut log, &self.team.home.public(), &copied).unwrap();
        log
    }

    fn empty_log(&self) -> Log {
        Log::new(RUN, self.team.settings().terms)
    }

    /// What a plain client is answered.
    fn ask(&self, method: reqwest::Method, url: &str, headers: &[(&str, &str)]) -> (u16, Vec<u8>) {
        let answer = async {
            let mut request = plain_client().request(method, url);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
        };
        self.runtime.block_on(answer)
    }
}

fn plain_client() -> reqwest::Client {
    let tls = nocknock_storage::client::tls_config(None).unwrap();
    reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls).build().unwrap()
}

fn sealed(content: &[u8]) -> Sealed {
    seal(&TeamKey::new([1; 32]), &RUN, content)
}

fn refused(result: Result<u64, ExchangeError>) -> String {
    match result {
        Err(ExchangeError::Refused(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_one_member_puts_another_gets() {
    let place = Place::new(2);
    let home = place.home();
    let [giver, taker] = [0, 1].map(|slot| place.member(slot, &[&home.post.url()]));
    let object = sealed(b"content");
    assert_eq!(taker.get(&object.id, LARGEST), Err(ExchangeError::Unknown(object.id)));
    giver.put(&object).unwrap();
    giver.put(&object).unwrap();
    taker.put(&object).unwrap();
    assert_eq!(taker.get(&object.id, LARGEST).unwrap(), object.bytes);
    let most = object.bytes.len() - 1;
    let too_long = ExchangeError::TooLong { id: object.id, most };
    assert_eq!(taker.get(&object.id, most), Err(too_long));
}

#[test]
fn a_part_of_an_object_is_given_out() {
    let place = Place::new(1);
    let home = place.home();
    let object = sealed(b"content");
    place.member(0, &[&home.post.url()]).put(&object).unwrap();
    let url = format!("{}/team/1/{}/objects/{}", home.post.url(), hex::encode(RUN), object.id);
    let get = |range| place.ask(reqwest::Method::GET, &url, &[("range", range)]);
    assert_eq!(get("bytes=2-4"), (206, object.bytes[2..5].to_vec()));
    assert_eq!(get("bytes=5000-").0, 416);
    assert_eq!(place.ask(reqwest::Method::HEAD, &url, &[]), (200, Vec::new()));
}

#[test]
fn only_members_put_objects_and_only_here() {
    let place = Place::new(2);
    let home = place.home();
    let url = home.post.url();
    let urls = [url.as_str()];
    let object = sealed(b"content");
    let key = place.team.members[0].clone();
    let strangers = [
        place.stranger(MachineKey::generate(), RUN, 0, &urls),
        place.stranger(key.clone(), RUN, 1, &urls),
        place.stranger(key.clone(), RUN, 9, &urls),
        place.stranger(key, [8; 32], 0, &urls),
    ];
    for stranger in &strangers {
        let refused = stranger.put(&object);
        assert!(matches!(refused, Err(ExchangeError::Refused(_))), "{refused:?}");
    }
    assert_eq!(
        place.member(0, &urls).get(&object.id, LARGEST),
        Err(ExchangeError::Unknown(object.id))
    );
}

#[test]
fn bytes_with_another_name_are_not_kept() {
    let place = Place::new(1);
    let home = place.home();
    let member = place.member(0, &[&home.post.url()]);
    let object = Sealed { id: ObjectId([5; 32]), ..sealed(b"content") };
    assert!(matches!(member.put(&object), Err(ExchangeError::Refused(_))));
    assert_eq!(member.get(&object.id, LARGEST), Err(ExchangeError::Unknown(object.id)));
}

#[test]
fn what_is_too_long_is_refused() {
    let place = Place::new(1);
    let home = place.home();
    let member = place.member(0, &[&home.post.url()]);
    let reason = match member.put(&sealed(&[0; LARGEST])) {
        Err(ExchangeError::Refused(reason)) => reason,
        other => panic!("{other:?}"),
    };
    assert!(reason.contains("at most 1000 bytes"), "{reason}");
    let why = "x".repeat(Limits::of_objects(LARGEST).said_bytes);
    let left = Body::Left { slot: 0, why };
    let said = Said::sign(&place.team.members[0], &RUN, 0, Author::Member(0), left);
    assert!(refused(member.append(&said)).contains("at most"));
}

#[test]
fn a_member_has_room_for_three_objects_in_a_round() {
    let place = Place::new(2);
    let home = place.home();
    let [member, other] = [0, 1].map(|slot| place.member(slot, &[&home.post.url()]));
    let largest = |number: u8| sealed(&[number; LARGEST - crate::object::SEAL_BYTES]);
    (0..3).for_each(|number| member.put(&largest(number)).unwrap());
    assert_eq!(member.put(&largest(3)), Err(ExchangeError::Full));
    other.put(&largest(3)).unwrap();
}

#[test]
fn a_member_that_sends_slowly_holds_up_nobody_else() {
    let place = Place::new(2);
    let home = place.home();
    let object = sealed(b"slow");
    let put = Put { id: object.id, length: object.bytes.len() as u64, round: 0 };
    let signature = hex::encode(put.sign(&place.team.members[0], &RUN));
    let head = format!(
        "PUT /team/1/{}/objects/{}?round=0 HTTP/1.1\r\nHost: post\r\nExpect: 100-continue\r\n\
         Authorization: NockNock 0:{signature}\r\nContent-Length: {}\r\n\r\n",
        hex::encode(RUN),
        object.id,
        put.length,
    );
    let mut slow = TcpStream::connect(home.post.address()).unwrap();
    slow.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100", "the post waits for the object");

    let other = place.member(1, &[&home.post.url()]);
    let next = sealed(b"next");
    other.put(&next).unwrap();
    assert_eq!(other.get(&next.id, LARGEST).unwrap(), next.bytes);
}

#[test]
fn objects_of_old_rounds_are_forgotten_when_this_is_asked_for() {
    let place = Place::new(1);
    let home = place.home();
    let object = sealed(b"content");
    place.member(0, &[&home.post.url()]).put(&object).unwrap();
    let files = || std::fs::read_dir(home.folder.path().join("objects")).unwrap().count();
    assert_eq!(files(), 2, "the object and the lock");
    home.post.forget_before(0).unwrap();
    assert_eq!(files(), 2);
    home.post.forget_before(1).unwrap();
    assert_eq!(files(), 1);
}

#[test]
fn a_post_that_gives_out_other_bytes_is_left_for_the_next_one() {
    let place = Place::new(1);
    let home = place.home();
    let object = sealed(b"content");
    place.member(0, &[&home.post.url()]).put(&object).unwrap();
    let liar = place.answering(StatusCode::OK, b"other bytes");
    let member = place.member(0, &[&liar, &home.post.url()]);
    assert_eq!(member.get(&object.id, LARGEST).unwrap(), object.bytes);
    // The liar would say that it has kept this one.
    let next = sealed(b"next");
    member.put(&next).unwrap();
    assert_eq!(member.get(&next.id, LARGEST).unwrap(), next.bytes);
    let alone = place.member(0, &[&liar]);
    assert_eq!(alone.get(&object.id, LARGEST), Err(ExchangeError::Unknown(object.id)));
    assert!(matches!(alone.put(&object), Err(ExchangeError::Unreachable(_))));
}

#[test]
fn a_post_that_fails_does_not_stand_in_the_way_of_others() {
    let place = Place::new(1);
    let home = place.home();
    let broken = place.answering(StatusCode::INTERNAL_SERVER_ERROR, b"");
    let member = place.member(0, &[&broken, &home.post.url()]);
    let object = sealed(b"content");
    member.put(&object).unwrap();
    assert_eq!(member.get(&object.id, LARGEST).unwrap(), object.bytes);
    assert!(!member.follow(0, Duration::ZERO).unwrap().is_empty());
    let said = place.team.offer(0, &place.log(&home));
    assert!(matches!(member.append(&said), Err(ExchangeError::Unreachable(_))));
}

#[test]
fn the_home_appends_what_members_say_and_closes_the_round() {
    let place = Place::new(2);
    let home = place.home();
    let members = [0, 1].map(|slot| place.member(slot, &[&home.post.url()]));
    let begun = place.log(&home);
    for (slot, member) in (0..).zip(&members) {
        let index = member.append(&place.team.offer(slot, &begun)).unwrap();
        assert_eq!(index, begun.state().length() + u64::from(slot));
    }
    let vouching = place.log(&home);
    for (slot, member) in (0..).zip(&members) {
        member.append(&place.team.vouch(slot, &vouching)).unwrap();
    }
    assert_eq!(place.log(&home).state().round(), 1);
}

#[test]
fn objects_are_put_in_the_round_of_the_post() {
    let place = Place::new(1);
    let home = place.home();
    let member = place.member(0, &[&home.post.url()]);
    for _ in 0..3 {
        member.append(&place.team.offer(0, &place.log(&home))).unwrap();
        member.append(&place.team.vouch(0, &place.log(&home))).unwrap();
    }
    let object = sealed(b"content");
    member.put(&object).unwrap();
    let files = std::fs::read_dir(home.folder.path().join("objects")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let names: Vec<String> = names.filter(|name| name != "lock").collect();
    assert_eq!(names, [format!("3-0-{}", object.id)]);
}

#[test]
fn what_breaks_a_rule_is_refused_with_the_rule() {
    let place = Place::new(2);
    let home = place.home();
    let member = place.member(0, &[&home.post.url()]);
    let early = Body::Evaluated { round: 3, loss_micro: 1, count: 1 };
    let said = Said::sign(&place.team.members[0], &RUN, 0, Author::Member(0), early);
    assert_eq!(refused(member.append(&said)), Broken::RoundNotClosed.to_string());
}

#[test]
fn what_was_said_before_or_elsewhere_is_not_appended() {
    let place = Place::new(2);
    let home = place.home();
    let member = place.member(0, &[&home.post.url()]);
    let offer = place.team.offer(0, &place.log(&home));
    let elsewhere = |run: [u8; 32], epoch| {
        Said::sign(&place.team.members[0], &run, epoch, Author::Member(0), offer.body.clone())
    };
    assert!(refused(member.append(&elsewhere([8; 32], 0))).contains("not signed"));
    let head = place.log(&home).state().length();
    assert_eq!(member.append(&elsewhere(RUN, 1)), Err(ExchangeError::Stale { head }));
    member.append(&offer).unwrap();
    let head = head + 1;
    assert_eq!(member.append(&offer), Err(ExchangeError::Stale { head }));
    assert_eq!(place.log(&home).state().length(), head);
    let other_run = place.stranger(place.team.members[0].clone(), [8; 32], 0, &[&home.post.url()]);
    assert!(refused(other_run.append(&offer)).contains("another run"));
}

#[test]
fn a_reader_that_waits_is_answered_when_an_entry_comes() {
    let place = Place::new(1);
    let home = place.home();
    let next = place.log(&home).state().length();
    let member = place.member(0, &[&home.post.url()]);
    let entries = thread::scope(|scope| {
        let reader = scope.spawn(|| member.follow(next, LONG).unwrap());
        while home.post.waiting() == 0 {
            thread::yield_now();
        }
        home.post.say(Body::Paused { why: Pause::Asked }).unwrap();
        reader.join().unwrap()
    });
    let bodies: Vec<Body> = entries.into_iter().map(|entry| entry.body).collect();
    assert_eq!(bodies, [Body::Paused { why: Pause::Asked }]);
}

#[test]
fn a_reader_that_waits_does_not_hold_up_the_end_of_a_post() {
    let place = Place::new(1);
    let home = place.home();
    let next = place.log(&home).state().length();
    let member = place.member(0, &[&home.post.url()]);
    thread::scope(|scope| {
        let reader = scope.spawn(|| member.follow(next, LONG));
        while home.post.waiting() == 0 {
            thread::yield_now();
        }
        place.runtime.block_on(home.post.shutdown());
        assert_eq!(reader.join().unwrap(), Ok(Vec::new()));
    });
    assert!(matches!(member.follow(next, Duration::ZERO), Err(ExchangeError::Unreachable(_))));
}

#[test]
fn a_post_that_is_not_the_home_hands_on_its_copy_and_appends_nothing() {
    let place = Place::new(1);
    let home = place.home();
    let copy = place.post(Role::Copy(Box::new(place.empty_log())));
    let member = place.member(0, &[&copy.post.url()]);
    assert_eq!(member.follow(0, Duration::ZERO), Ok(Vec::new()));
    let log = place.log(&home);
    copy.post.tell(log.since(0)).unwrap();
    assert_eq!(member.follow(0, Duration::ZERO).unwrap(), log.since(0));
    assert!(refused(member.append(&place.team.offer(0, &log))).contains("not the home"));
    let object = sealed(b"content");
    member.put(&object).unwrap();
    assert_eq!(member.get(&object.id, LARGEST).unwrap(), object.bytes);
}

#[test]
fn a_stale_log_takes_nothing_back() {
    let place = Place::new(1);
    let home = place.home();
    let old = place.log(&home);
    let stale = place.post(Role::Copy(Box::new(old.clone())));
    home.post.say(Body::Paused { why: Pause::Asked }).unwrap();
    let mut log = place.log(&home);
    let before = log.state().clone();
    let from_stale = place.member(0, &[&stale.post.url()]);
    let entries = from_stale.follow(0, Duration::ZERO).unwrap();
    take(&mut log, &place.team.home.public(), &entries).unwrap();
    assert_eq!(log.state(), &before);
    let none = from_stale.follow(before.length(), Duration::ZERO);
    assert_eq!(none, Ok(Vec::new()));
}

#[test]
fn a_forked_log_is_refused_although_the_home_has_signed_both() {
    let place = Place::new(1);
    let home = place.home();
    let mut fork = place.log(&home);
    let state = fork.state();
    let body = Body::Stopped { why: String::new() };
    let said = Said::sign(&place.team.home, &RUN, state.epoch(), Author::Home, body);
    let entry = fork.draft(u64::MAX, said.author, said.body, said.signature);
    fork.append(crate::signed::sign_entry(&place.team.home, &RUN, entry)).unwrap();
    let forked = place.post(Role::Copy(Box::new(fork)));
    home.post.say(Body::Paused { why: Pause::Asked }).unwrap();
    let mut log = place.log(&home);
    let entries = place.member(0, &[&forked.post.url()]).follow(0, Duration::ZERO).unwrap();
    let refused = take(&mut log, &place.team.home.public(), &entries);
    assert_eq!(refused, Err(Broken::Forked.to_string()));
}

#[test]
fn an_entry_that_a_post_has_changed_is_refused() {
    let place = Place::new(1);
    let home = place.home();
    let entries = place.log(&home).since(0).to_vec();
    let changes: [fn(&mut Entry); 3] = [
        |entry| entry.at_ms += 1,
        |entry| entry.author = Author::Home,
        |entry| entry.signature[0] ^= 1,
    ];
    for change in changes {
        let mut entries = entries.clone();
        change(&mut entries[1]);
        let mut log = place.empty_log();
        assert!(take(&mut log, &place.team.home.public(), &entries).is_err());
        assert_eq!(log.state().length(), 1);
    }
}

#[test]
fn what_is_no_log_is_an_error() {
    let place = Place::new(1);
    let liar = place.answering(StatusCode::OK, b"other bytes");
    let followed = place.member(0, &[&liar]).follow(0, Duration::ZERO);
    assert!(matches!(followed, Err(ExchangeError::Unreachable(_))), "{followed:?}");
}

#[test]
fn the_status_is_told_to_people() {
    let place = Place::new(2);
    let home = place.home();
    let url = format!("{}/team/1/{}/status", home.post.url(), hex::encode(RUN));
    let (code, body) = place.ask(reqwest::Method::GET, &url, &[]);
    let status: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(code, 200);
    assert_eq!(status["is_home"], true);
    assert_eq!(status["phase"], "offering");
    assert_eq!(status["members"], 2);
    let other = url.replace(&hex::encode(RUN), &hex::encode([8; 32]));
    assert_eq!(place.ask(reqwest::Method::GET, &other, &[]).0, 404);
}

#[test]
fn a_post_listens_at_this_machine_alone_unless_told_otherwise() {
    let place = Place::new(1);
    let folder = tempfile::tempdir().unwrap();
    let settings = PostSettings {
        run: RUN,
        listen: ([0, 0, 0, 0], 0).into(),
        allow_remote: false,
        folder: folder.path().join("objects"),
        limits: Limits::of_objects(LARGEST),
    };
    let role = Role::Copy(Box::new(place.empty_log()));
    let refused = place.runtime.block_on(Post::serve(settings, role)).unwrap_err();
    assert!(matches!(refused, PostError::NotLoopback(_)), "{refused}");
    assert!(!folder.path().join("objects").exists());
}
