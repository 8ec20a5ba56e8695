//! The HTTP interface: Walrus's publisher and aggregator under `/v1`, the store's own under `/dev`.

use std::{ops::Range, sync::Arc};

use axum::{
    body::Body,
    extract::{
        multipart::{MultipartError, MultipartRejection},
        rejection::{JsonRejection, QueryRejection},
        DefaultBodyLimit, Multipart, Path, Query, State,
    },
    http::{
        header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG},
        HeaderMap, StatusCode,
    },
    middleware,
    response::{IntoResponse, Response},
    routing::{delete, get, put},
    Json, Router,
};
use serde::Deserialize;
use serde_json::{json, Value};

use super::{
    faults::FaultPlan,
    folder::Deletion,
    inject::inject,
    range::{requested, Requested},
    reply::{ErrorReply, QuiltMember, QuiltReply, StoreReply},
    service::{locate_member, pack, Service, StoreOptions},
    stored::StoredBlob,
    NOTICE,
};
use nocknock_storage::BlobId;

type Shared = State<Arc<Service>>;

/// All routes. Those under `/dev` change what the store does and stay on this machine.
pub(super) fn router(service: Arc<Service>, with_controls: bool) -> Router {
    let walrus = Router::new()
        .route("/v1/blobs", put(put_blob))
        .route("/v1/blobs/{id}", get(get_blob))
        .route("/v1/quilts", put(put_quilt))
        .route("/v1/blobs/by-quilt-id/{quilt}/{identifier}", get(get_member))
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(service.clone(), inject));
    let controls = Router::new()
        .route("/dev/faults", get(get_faults).put(put_faults))
        .route("/dev/blobs/{id}", delete(delete_blob));
    let status = Router::new().route("/dev/status", get(get_status));
    let public = walrus.merge(status);
    let routes = if with_controls { public.merge(controls) } else { public };
    routes.fallback(unknown_path).with_state(service)
}

/// The query of a PUT. Walrus's other parameters are ignored.
#[derive(Debug, Deserialize)]
struct StoreQuery {
    #[serde(default = "one")]
    epochs: u64,
    #[serde(default)]
    permanent: bool,
    #[serde(default)]
    deletable: bool,
}

fn one() -> u64 {
    1
}

impl StoreQuery {
    fn options(&self, max_epochs: u64) -> Result<StoreOptions, ErrorReply> {
        if !(1..=max_epochs).contains(&self.epochs) {
            let message = format!("epochs is {}: ask for 1 to {max_epochs}", self.epochs);
            return Err(ErrorReply::invalid("INVALID_EPOCHS", message));
        }
        if self.permanent && self.deletable {
            let message = "a blob is permanent or deletable, not both";
            return Err(ErrorReply::invalid("INVALID_QUERY", message));
        }
        Ok(StoreOptions { epochs: self.epochs, permanent: self.permanent })
    }
}

type Stored = Result<Query<StoreQuery>, QueryRejection>;

/// What a request to store something asks for, once its token is accepted.
fn admit(
    service: &Service,
    headers: &HeaderMap,
    query: Stored,
) -> Result<StoreOptions, ErrorReply> {
    let Query(query) = query.map_err(|e| ErrorReply::invalid("INVALID_QUERY", e.body_text()))?;
    let options = query.options(service.config.max_epochs)?;
    service.admit(headers)?;
    Ok(options)
}

async fn put_blob(
    State(service): Shared,
    query: Stored,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<StoreReply>, ErrorReply> {
    let options = admit(&service, &headers, query)?;
    service.store_body(body, options).await.map(Json)
}

async fn put_quilt(
    State(service): Shared,
    query: Stored,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<QuiltReply>, ErrorReply> {
    let options = admit(&service, &headers, query)?;
    let form = form.map_err(|e| ErrorReply::invalid("INVALID_FORM", e.body_text()))?;
    let files = read_form(form, &service).await?;
    let container = pack(&files)?;
    let blob_store_result = service.store_bytes(container, options).await?;
    let identifiers = files.into_iter().map(|(identifier, _)| identifier);
    Ok(Json(QuiltReply {
        blob_store_result,
        stored_quilt_blobs: identifiers.map(|identifier| QuiltMember { identifier }).collect(),
    }))
}

/// The files of a form with their fields' names. Walrus's `_metadata` field, which carries tags,
/// is not kept.
async fn read_form(
    mut form: Multipart,
    service: &Service,
) -> Result<Vec<(String, bytes::Bytes)>, ErrorReply> {
    let invalid = |e: MultipartError| ErrorReply::invalid("INVALID_FORM", e.body_text());
    let slow = ErrorReply::too_slow;
    let (limit, mut watch) = (service.limit(), service.watch());
    let mut files = Vec::new();
    let mut total = 0;
    while let Some(mut field) =
        watch.wait(form.next_field()).await.map_err(slow)?.map_err(invalid)?
    {
        let name = field.name().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        while let Some(part) = watch.wait(field.chunk()).await.map_err(slow)?.map_err(invalid)? {
            watch.count(part.len() as u64);
            total += part.len() as u64;
            if total > limit {
                return Err(ErrorReply::too_large(limit));
            }
            bytes.extend_from_slice(&part);
        }
        if name != "_metadata" {
            files.push((name, bytes.into()));
        }
    }
    Ok(files)
}

async fn get_blob(
    State(service): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ErrorReply> {
    let choose = move |blob: &StoredBlob| {
        let requested = requested(&headers, blob.len());
        let range = match &requested {
            Requested::Part(range) => range.clone(),
            Requested::Whole => 0..blob.len(),
            Requested::Unsatisfiable => 0..0,
        };
        Ok((range, requested))
    };
    let (blob, requested) = service.open(parse_id(&id)?, choose).await?;
    let len = blob.len();
    Ok(match requested {
        Requested::Whole => content(blob, 0..len),
        Requested::Part(range) => partial(blob, range),
        Requested::Unsatisfiable => unsatisfiable(len),
    })
}

async fn get_member(
    State(service): Shared,
    Path((quilt, identifier)): Path<(String, String)>,
) -> Result<Response, ErrorReply> {
    let choose = move |quilt: &StoredBlob| {
        let range = locate_member(quilt, &identifier)?;
        Ok((range.clone(), range))
    };
    let (quilt, range) = service.open(parse_id(&quilt)?, choose).await?;
    Ok(content(quilt, range))
}

fn parse_id(text: &str) -> Result<BlobId, ErrorReply> {
    text.parse().map_err(|error| ErrorReply::invalid("INVALID_BLOB_ID", error))
}

fn content(blob: Arc<StoredBlob>, range: Range<u64>) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_LENGTH, (range.end - range.start).to_string()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (ETAG, format!("\"{}\"", blob.id)),
    ];
    (headers, blob.body(range)).into_response()
}

fn partial(blob: Arc<StoredBlob>, range: Range<u64>) -> Response {
    let part = format!("bytes {}-{}/{}", range.start, range.end - 1, blob.len());
    let part = [(CONTENT_RANGE, part)];
    (StatusCode::PARTIAL_CONTENT, part, content(blob, range)).into_response()
}

fn unsatisfiable(len: u64) -> Response {
    let message = format!("the blob has {len} bytes, none of them in the requested range");
    let status = StatusCode::RANGE_NOT_SATISFIABLE;
    let whole = [(CONTENT_RANGE, format!("bytes */{len}"))];
    (whole, ErrorReply::new(status, "INVALID_RANGE", message)).into_response()
}

async fn get_status(State(service): Shared) -> Json<Value> {
    Json(json!({
        "service": "nocknock-walrus-dev",
        "notice": NOTICE,
        "shards": service.shards().get(),
        "epoch": service.epoch(),
        "maxEpochs": service.config.max_epochs,
        "maxBlobLen": service.limit(),
    }))
}

async fn get_faults(State(service): Shared) -> Json<Value> {
    Json(json!({
        "plan": service.faults.plan(),
        "injected": service.faults.injected(),
    }))
}

async fn put_faults(
    State(service): Shared,
    plan: Result<Json<FaultPlan>, JsonRejection>,
) -> Result<StatusCode, ErrorReply> {
    let invalid = |message: String| ErrorReply::invalid("INVALID_FAULTS", message);
    let Json(plan) = plan.map_err(|rejection| invalid(rejection.body_text()))?;
    let set = service.faults.set(plan);
    set.map_err(|error| invalid(error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn delete_blob(
    State(service): Shared,
    Path(id): Path<String>,
) -> Result<StatusCode, ErrorReply> {
    let id = parse_id(&id)?;
    match service.delete(id).await? {
        Deletion::Done => Ok(StatusCode::NO_CONTENT),
        Deletion::Unknown => Err(ErrorReply::not_found(&id)),
        Deletion::Refused(end) => Err(ErrorReply::new(
            StatusCode::CONFLICT,
            "BLOB_PERMANENT",
            format!("blob {id} is permanent until epoch {end}"),
        )),
    }
}

async fn unknown_path() -> ErrorReply {
    let message = "there is nothing at this path";
    ErrorReply::new(StatusCode::NOT_FOUND, "UNKNOWN_PATH", message)
}
