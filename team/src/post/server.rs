//! A post as a server.

use super::{
    home::{Home, Refused},
    limits::Limits,
    range::{requested, Requested},
    reply::Reply,
    store::{Kept, Store, Taken},
    NEAR_ROUNDS, PAGE_BYTES,
};
use crate::{
    object::ObjectId,
    order::{Body as Statement, Broken, Entry, Hash, Log, Phase},
    signed::{Put, Said},
};
use axum::{
    body::{to_bytes, Body, Bytes},
    extract::{rejection::QueryRejection, Path, Query, State},
    http::{
        header::{ACCEPT_RANGES, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE},
        HeaderMap, StatusCode,
    },
    response::{IntoResponse, Response},
    routing::get,
    Json, Router,
};
use codec::{DecodeAll, Encode};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{json, Value};
use std::{
    fs, io,
    net::SocketAddr,
    ops::Range,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{oneshot, watch, Semaphore},
    task::{spawn_blocking, JoinHandle},
    time::{interval, timeout, MissedTickBehavior},
};

/// How often the home looks at its clock.
const TICK: Duration = Duration::from_millis(100);

/// How long requests under way may take when a post ends.
const FAREWELL: Duration = Duration::from_secs(10);

/// How many objects of a member arrive at a time. Others of it wait, and nobody waits for another
/// member, which may send as slowly as it likes.
const ARRIVING: usize = 2;

const OCTETS: &str = "application/octet-stream";

/// Where a post answers, and what it takes.
#[derive(Clone, Debug)]
pub struct PostSettings {
    /// Id of the run.
    pub run: Hash,
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// If other machines may reach it.
    pub allow_remote: bool,
    /// Folder of the objects; made if it is not there.
    pub folder: PathBuf,
    /// What it takes.
    pub limits: Limits,
}

/// What a post knows of the log.
#[derive(Debug)]
pub enum Role {
    /// It appends to the log.
    Home(Box<Home>),
    /// It has a copy of the log, which [`Post::tell`] keeps up.
    Copy(Box<Log>),
}

/// Why a post does not answer.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The address can be reached from other machines.
    #[error(
        "{0} can be reached from other machines: listen at 127.0.0.1, or allow that others reach \
         the post"
    )]
    NotLoopback(SocketAddr),
    /// The address is not free, or not this machine's.
    #[error("a post cannot listen at {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
    /// The folder of the objects.
    #[error("cannot use the objects in {folder}: {}", nocknock_durable::explain(.error))]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
}

/// A post that answers until it is dropped.
#[derive(Debug)]
pub struct Post {
    address: SocketAddr,
    service: Arc<Service>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<io::Result<()>>,
    clock: JoinHandle<()>,
}

/// How long the log is, and if the post is about to end.
#[derive(Clone, Copy, Debug)]
struct News {
    length: u64,
    is_closing: bool,
}

#[derive(Debug)]
struct Service {
    run: Hash,
    limits: Limits,
    store: Mutex<Store>,
    role: Mutex<Role>,
    news: watch::Sender<News>,
    /// For objects that are read.
    places: Semaphore,
    /// For objects that arrive, by slot.
    arriving: Vec<Semaphore>,
}

type Shared = State<Arc<Service>>;

impl Post {
    /// Begins to answer, in the present tokio runtime. The clock of a home begins to run.
    ///
    /// # Errors
    ///
    /// If the folder or the address cannot be used, or if other machines could reach the address
    /// and nobody has allowed it.
    pub async fn serve(settings: PostSettings, role: Role) -> Result<Self, PostError> {
        let wanted = settings.listen;
        if !wanted.ip().is_loopback() && !settings.allow_remote {
            return Err(PostError::NotLoopback(wanted));
        }
        let service = Arc::new(Service::open(settings, role)?);
        let failed = |error| PostError::Listen { address: wanted, error };
        let listener = TcpListener::bind(wanted).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let router = router(Arc::clone(&service));
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            // A sender that is gone means the same as a message.
            stopped.await.unwrap_or_default();
        });
        let server = tokio::spawn(async { server.await });
        let clock = tokio::spawn(keep_time(Arc::clone(&service)));
        Ok(Self { address, service, stop: Some(stop), server, clock })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Says something as the home, and gives the index of the entry. Blocks.
    ///
    /// # Errors
    ///
    /// If this is not the home, if it breaks a rule, or if it cannot be saved.
    pub fn say(&self, body: Statement) -> Result<u64, Refused> {
        self.service.as_home(|home| {
            let now = home.now_ms();
            home.say(body, now)
        })
    }

    /// Takes entries that were checked into the copy of the log, as [`Log::follow`] does. A home
    /// takes none.
    ///
    /// # Errors
    ///
    /// The rule that an entry breaks.
    pub fn tell(&self, entries: &[Entry]) -> Result<(), Broken> {
        self.service.tell(entries)
    }

    /// Removes objects that were put before a round. Blocks.
    ///
    /// # Errors
    ///
    /// If a file cannot be removed.
    pub fn forget_before(&self, round: u32) -> io::Result<()> {
        self.service.store().forget_before(round)
    }

    /// Takes no more connections, and lets requests under way end for up to ten seconds.
    pub async fn shutdown(mut self) {
        self.close();
        // Whatever is not done by then is asked for again elsewhere.
        let _ended = timeout(FAREWELL, &mut self.server).await;
    }

    /// How many readers of the log wait for its next entry.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.service.news.receiver_count()
    }

    fn close(&mut self) {
        self.clock.abort();
        self.service.news.send_modify(|news| news.is_closing = true);
        self.stop.take();
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.close();
    }
}

/// Says what is due. What could not be saved is due at the next tick, too.
async fn keep_time(service: Arc<Service>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let service = Arc::clone(&service);
        let said = spawn_blocking(move || service.as_home(|_| Ok(()))).await;
        if matches!(said, Err(_) | Ok(Err(Refused::NoHome))) {
            return;
        }
    }
}

fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/team/1/{run}/objects/{id}", get(get_object).put(put_object))
        .route("/team/1/{run}/log", get(follow).post(append))
        .route("/team/1/{run}/status", get(status))
        .fallback(unknown_path)
        .with_state(service)
}

async fn unknown_path() -> Reply {
    Reply::not_found("there is nothing at this path")
}

/// What an object is put with.
#[derive(Clone, Copy, Debug, Deserialize)]
struct PutQuery {
    round: u32,
}

/// Which entries are asked for, and for how many seconds the first one is waited for.
#[derive(Clone, Copy, Debug, Deserialize)]
struct LogQuery {
    #[serde(default)]
    from: u64,
    #[serde(default)]
    wait: f64,
}

async fn put_object(
    State(service): Shared,
    Path((run, id)): Path<(String, String)>,
    query: Result<Query<PutQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Reply> {
    let asked = Arc::clone(&service);
    let admit = move || asked.admit(&run, &id, query, &headers);
    match work(admit).await? {
        Ok(Admitted::ThereAlready) => {
            drain(body, service.limits).await;
            Ok(StatusCode::OK)
        }
        Ok(Admitted::Awaited { id, from }) => service.take(id, from, body).await,
        Err(reply) => {
            drain(body, service.limits).await;
            Err(reply)
        }
    }
}

async fn get_object(
    State(service): Shared,
    Path((run, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Reply> {
    service.check_run(&run)?;
    let id = parse_id(&id)?;
    let _place = service.places.acquire().await.map_err(|_| Reply::failed())?;
    let reader = Arc::clone(&service);
    let bytes = work(move || reader.read(&id)).await??;
    Ok(match requested(&headers, bytes.len()) {
        Requested::Whole => content(bytes),
        Requested::Part(range) => part(&bytes, range),
        Requested::Nothing => nothing(bytes.len()),
    })
}

async fn append(
    State(service): Shared,
    Path(run): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Reply> {
    let most = service.limits.said_bytes;
    let stated = service.check_run(&run).and_then(|()| stated_length(&headers, most));
    let length = match stated {
        Ok(length) => length,
        Err(reply) => {
            drain(body, service.limits).await;
            return Err(reply);
        }
    };
    let bytes = receive(body, length, service.limits.patience).await?;
    let said = Said::decode_all(&mut bytes.as_ref());
    let said = said.map_err(|_| Reply::invalid("this is nothing that a member says"))?;
    let index = work(move || service.hear(said)).await??;
    Ok(Json(json!({ "index": index })))
}

async fn follow(
    State(service): Shared,
    Path(run): Path<String>,
    query: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Response, Reply> {
    service.check_run(&run)?;
    let Query(LogQuery { from, wait }) = query.map_err(|_| Reply::invalid("ask with from=N"))?;
    let wait = Duration::try_from_secs_f64(wait);
    let wait = wait.map_err(|_| Reply::invalid("wait is a number of seconds"))?;
    service.wait(from, wait).await;
    let entries = work(move || service.page(from)).await?;
    Ok(content(entries))
}

async fn status(State(service): Shared, Path(run): Path<String>) -> Result<Json<Value>, Reply> {
    service.check_run(&run)?;
    work(move || service.status()).await.map(Json)
}

/// What becomes of an object that somebody may put.
#[derive(Clone, Copy, Debug)]
enum Admitted {
    ThereAlready,
    Awaited { id: ObjectId, from: Kept },
}

impl Service {
    fn open(settings: PostSettings, role: Role) -> Result<Self, PostError> {
        let PostSettings { run, folder, limits, .. } = settings;
        let store = Store::open(&folder);
        let store = store.map_err(|error| PostError::Folder { folder, error })?;
        let length = role.log().state().length();
        let (news, _) = watch::channel(News { length, is_closing: false });
        Ok(Self {
            run,
            limits,
            store: Mutex::new(store),
            role: Mutex::new(role),
            news,
            places: Semaphore::new(limits.at_a_time.max(1)),
            arriving: (0..32).map(|_| Semaphore::new(ARRIVING)).collect(),
        })
    }

    /// Whoever fails while it holds a lock has changed nothing yet.
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn role(&self) -> MutexGuard<'_, Role> {
        self.role.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_run(&self, run: &str) -> Result<(), Reply> {
        let is_this = hex::encode(self.run) == run;
        is_this.then_some(()).ok_or_else(|| Reply::not_found("this post is of another run"))
    }

    /// Does something as the home, and then says what is due.
    fn as_home<T>(&self, act: impl FnOnce(&mut Home) -> Result<T, Refused>) -> Result<T, Refused> {
        let mut role = self.role();
        let Role::Home(home) = &mut *role else { return Err(Refused::NoHome) };
        let done = act(home);
        let now = home.now_ms();
        // What was done is done; the clock tries again.
        let _said = home.say_what_is_due(now);
        let length = home.log().state().length();
        drop(role);
        self.announce(length);
        done
    }

    fn hear(&self, said: Said) -> Result<u64, Refused> {
        self.as_home(|home| {
            let now = home.now_ms();
            home.hear(said, now)
        })
    }

    fn tell(&self, entries: &[Entry]) -> Result<(), Broken> {
        let mut role = self.role();
        let Role::Copy(log) = &mut *role else { return Ok(()) };
        let told = log.follow(entries);
        let length = log.state().length();
        drop(role);
        self.announce(length);
        told
    }

    fn announce(&self, length: u64) {
        self.news.send_if_modified(|news| {
            let is_new = news.length != length;
            news.length = length;
            is_new
        });
    }

    /// Waits until the log has an entry of this index, for as long as the limits allow.
    async fn wait(&self, index: u64, wait: Duration) {
        let mut news = self.news.subscribe();
        let is_there = |news: &News| news.is_closing || news.length > index;
        // After that time the answer is what there is.
        let _in_time = timeout(wait.min(self.limits.wait), news.wait_for(is_there)).await.is_ok();
    }

    /// Entries from an index on, as many as an answer holds.
    fn page(&self, from: u64) -> Vec<u8> {
        let role = self.role();
        let entries = role.log().since(from);
        let mut bytes = 0_usize;
        let fits = |entry: &&Entry| {
            let has_room = bytes < PAGE_BYTES;
            bytes = bytes.saturating_add(entry.encoded_size());
            has_room
        };
        let count = entries.iter().take_while(fits).count();
        entries.get(..count).unwrap_or_default().encode()
    }

    /// Checks all of a request to put an object that can be checked before its body is there.
    fn admit(
        &self,
        run: &str,
        id: &str,
        query: Result<Query<PutQuery>, QueryRejection>,
        headers: &HeaderMap,
    ) -> Result<Admitted, Reply> {
        self.check_run(run)?;
        let id = parse_id(id)?;
        let Query(PutQuery { round }) = query.map_err(|_| Reply::invalid("put with round=N"))?;
        let length = stated_length(headers, self.limits.object_bytes)? as u64;
        let slot = self.check_author(Put { id, length, round }, headers)?;
        let from = Kept { slot, round, length };
        let store = self.store();
        if store.has(&id) {
            return Ok(Admitted::ThereAlready);
        }
        let has_room = store.has_room(from, self.limits.member_bytes);
        has_room.then_some(Admitted::Awaited { id, from }).ok_or_else(Reply::no_room)
    }

    /// The slot of the member that puts the object.
    fn check_author(&self, put: Put, headers: &HeaderMap) -> Result<u8, Reply> {
        let (slot, signature) = authorization(headers)
            .ok_or_else(|| Reply::forbidden("sign with Authorization: NockNock SLOT:SIGNATURE"))?;
        let role = self.role();
        let state = role.log().state();
        let key = state.machines().get(&slot).copied();
        let key = key.filter(|_| state.members().contains(slot));
        let key = key.ok_or_else(|| Reply::forbidden("nobody in the run has this slot"))?;
        let round = state.round();
        drop(role);
        if !put.is_by(&key, &self.run, &signature) {
            return Err(Reply::forbidden("the member has not signed this"));
        }
        if put.round.abs_diff(round) > NEAR_ROUNDS {
            return Err(Reply::other_round(round));
        }
        Ok(slot)
    }

    async fn take(
        self: Arc<Self>,
        id: ObjectId,
        from: Kept,
        body: Body,
    ) -> Result<StatusCode, Reply> {
        let places = self.arriving.get(usize::from(from.slot)).ok_or_else(Reply::failed)?;
        let _place = places.acquire().await.map_err(|_| Reply::failed())?;
        // It fits: it was compared with the limit, which is a number of this kind.
        let length = usize::try_from(from.length).unwrap_or(self.limits.object_bytes);
        let bytes = receive(body, length, self.limits.patience).await?;
        if ObjectId::of(&bytes) != id {
            return Err(Reply::invalid("these bytes have another hash"));
        }
        let keeper = Arc::clone(&self);
        let most = self.limits.member_bytes;
        let keep = move || keeper.store().keep(id, from, &bytes, most);
        match work(keep).await?.map_err(|error| full_or_failed(&error))? {
            Taken::New => Ok(StatusCode::CREATED),
            Taken::ThereAlready => Ok(StatusCode::OK),
            Taken::NoRoom => Err(Reply::no_room()),
        }
    }

    /// The bytes of an object. Damaged ones are removed, so that somebody may put it again.
    fn read(&self, id: &ObjectId) -> Result<Vec<u8>, Reply> {
        let unknown = || Reply::not_found("this post does not have the object");
        let path = self.store().find(id).ok_or_else(unknown)?;
        match fs::read(path) {
            Ok(bytes) if ObjectId::of(&bytes) == *id => Ok(bytes),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Reply::failed()),
            _ => {
                self.store().remove(id).map_err(|_| Reply::failed())?;
                Err(unknown())
            }
        }
    }

    fn status(&self) -> Value {
        let (objects, bytes) = self.store().size();
        let role = self.role();
        let state = role.log().state();
        json!({
            "run": hex::encode(self.run),
            "is_home": matches!(*role, Role::Home(_)),
            "epoch": state.epoch(),
            "entries": state.length(),
            "head": hex::encode(state.head()),
            "phase": phase_name(state.phase()),
            "round": state.round(),
            "members": state.members().count(),
            "expected": state.expected().count(),
            "offers": state.offers().len(),
            "vouches": state.vouches().len(),
            "objects": objects,
            "object_bytes": bytes,
        })
    }
}

impl Role {
    fn log(&self) -> &Log {
        match self {
            Self::Home(home) => home.log(),
            Self::Copy(log) => log,
        }
    }
}

/// Does what may wait for the disk or a lock on a thread for that.
async fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Reply> {
    spawn_blocking(work).await.map_err(|_| Reply::failed())
}

fn parse_id(text: &str) -> Result<ObjectId, Reply> {
    text.parse().map_err(|_| Reply::invalid("an object has a name of 64 hexadecimal digits"))
}

/// The length that a body says to have.
fn stated_length(headers: &HeaderMap, most: usize) -> Result<usize, Reply> {
    let text = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length = text.and_then(|text| text.parse::<u64>().ok());
    let length = length.ok_or_else(|| Reply::invalid("send the body's length with it"))?;
    let length = usize::try_from(length).ok().filter(|length| *length <= most);
    length.ok_or_else(|| Reply::too_long(most))
}

/// Slot and signature of a member.
fn authorization(headers: &HeaderMap) -> Option<(u8, Vec<u8>)> {
    let text = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("NockNock ")?;
    let (slot, signature) = text.split_once(':')?;
    Some((slot.parse().ok()?, hex::decode(signature).ok()?))
}

/// A body of exactly so many bytes.
async fn receive(body: Body, length: usize, patience: Duration) -> Result<Bytes, Reply> {
    let too_slow = || Reply::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time");
    let bytes = timeout(patience, to_bytes(body, length)).await.map_err(|_| too_slow())?;
    let whole = bytes.ok().filter(|bytes| bytes.len() == length);
    whole.ok_or_else(|| Reply::invalid("the body has not the length that was stated"))
}

/// Reads what is refused, so that its sender sees the refusal rather than a closed connection. Who
/// sends far too much sees that.
async fn drain(body: Body, limits: Limits) {
    let most = limits.object_bytes.max(limits.said_bytes).saturating_mul(2);
    let read = async {
        let (mut parts, mut left) = (body.into_data_stream(), most);
        while let Some(Ok(part)) = parts.next().await {
            left = left.saturating_sub(part.len());
            if left == 0 {
                return;
            }
        }
    };
    // Whoever takes longer sees a closed connection.
    let _read = timeout(limits.patience, read).await;
}

fn full_or_failed(error: &io::Error) -> Reply {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Reply::new(StatusCode::INSUFFICIENT_STORAGE, "the disk of this post is full")
        }
        _ => Reply::failed(),
    }
}

fn content(bytes: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, OCTETS), (ACCEPT_RANGES, "bytes")], bytes).into_response()
}

fn part(bytes: &[u8], range: Range<usize>) -> Response {
    let last = range.end.saturating_sub(1);
    let place = format!("bytes {}-{last}/{}", range.start, bytes.len());
    let bytes = bytes.get(range).unwrap_or_default().to_vec();
    (StatusCode::PARTIAL_CONTENT, [(CONTENT_RANGE, place)], content(bytes)).into_response()
}

fn nothing(length: usize) -> Response {
    let reply = Reply::new(StatusCode::RANGE_NOT_SATISFIABLE, "the object ends before that");
    ([(CONTENT_RANGE, format!("bytes */{length}"))], reply).into_response()
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Gathering => "gathering",
        Phase::Offering => "offering",
        Phase::Vouching { .. } => "vouching",
        Phase::Paused => "paused",
        Phase::Ended => "ended",
    }
}
