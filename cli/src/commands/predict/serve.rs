//! A model that answers over HTTP.
//!
//! Nobody is asked who they are, so it listens at this machine alone unless the user says
//! otherwise. What a request can take is bounded: its bytes and rows, how long its body may take to
//! come, and how many are answered at a time. Answers name no path of this machine, and nothing
//! that went wrong inside.

mod body;
mod openapi;
mod problem;

use super::{
    classifier::{Classifier, Prediction},
    results::by_name,
    tally::Tally,
};
use crate::{
    failure::{other, usage, Failure},
    output::Output,
    stop::Stop,
};
use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Request, State},
    http::{header::CONTENT_LENGTH, HeaderMap, StatusCode},
    routing::{get, post},
    Json, Router,
};
use body::Kind;
use nocknock_dataset::{shape_name, Encoding, Header, ReadOptions};
use problem::Problem;
use serde_json::{json, Value};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{oneshot, Semaphore},
    task::{spawn_blocking, JoinHandle},
    time::timeout,
};

/// Most bytes of a request.
const MAX_BYTES: usize = 1 << 20;

/// Most rows of a request.
const MAX_ROWS: usize = 4_096;

/// Requests that are answered at a time. Others are told to come again.
const AT_A_TIME: usize = 16;

/// How long a body may take to come, and requests under way to end when the program is to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where to answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listen {
    pub(super) address: SocketAddr,
    /// Whether other machines may ask.
    pub(super) allow_remote: bool,
}

/// Whether a text has a header. Columns that have names are found by these, so that the first line
/// looks like a row does not make it one.
fn header(of: &Classifier, told: Header) -> Header {
    let is_named = of.model().encoding.as_ref().is_some_and(Encoding::is_named);
    match told {
        Header::Detect if is_named => Header::Present,
        Header::Detect | Header::Present | Header::Absent => told,
    }
}

/// What answers.
#[derive(Debug)]
struct Service {
    classifier: Classifier,
    /// How texts are read.
    options: ReadOptions,
    places: Arc<Semaphore>,
}

/// Answers until somebody wants the program to end.
pub(super) async fn serve(
    classifier: Classifier,
    options: ReadOptions,
    listen: Listen,
    output: Output,
) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    let listener = listen.bind().await?;
    let address = listener.local_addr().map_err(other)?;
    let (end, ended) = oneshot::channel::<()>();
    let server = axum::serve(listener, router(Service::new(classifier, options)));
    let server = server.with_graceful_shutdown(async {
        // A sender that is gone means the same as a message.
        ended.await.unwrap_or_default();
    });
    let server = tokio::spawn(async { server.await });
    output.show(&json!({ "url": format!("http://{address}") }), || {
        format!(
            "The model answers at http://{address} until Ctrl-C; /openapi.json says what it can be \
             asked."
        )
    })?;
    stop.wait().await;
    drop(end);
    finish(server).await
}

/// Lets requests under way end.
async fn finish(server: JoinHandle<io::Result<()>>) -> Result<(), Failure> {
    match timeout(PATIENCE, server).await {
        Ok(ended) => ended.map_err(other)?.map_err(other),
        Err(_) => Ok(()),
    }
}

impl Listen {
    async fn bind(self) -> Result<TcpListener, Failure> {
        let Self { address, allow_remote } = self;
        if !address.ip().is_loopback() && !allow_remote {
            return Err(usage(format!(
                "{address} can be reached from other machines, and everybody there could ask the \
                 model: give an address such as 127.0.0.1:8080, or --allow-remote"
            )));
        }
        TcpListener::bind(address).await.map_err(|error| {
            usage(format!("cannot answer at {address}: {error}; port 0 takes a free port"))
        })
    }
}

type Shared = State<Arc<Service>>;

fn router(service: Service) -> Router {
    Router::new()
        .route("/predict", post(predict))
        .route("/model", get(model))
        .route("/health", get(health))
        .route("/openapi.json", get(describe))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(Arc::new(service))
}

async fn predict(State(service): Shared, request: Request) -> Result<Json<Value>, Problem> {
    let place = Arc::clone(&service.places).try_acquire_owned().map_err(|_| Problem::busy())?;
    let kind = Kind::of(request.headers())?;
    let bytes = read(request).await?;
    let work = move || {
        let answer = service.answer(kind, &bytes);
        // It is taken until here, also if nobody waits for the answer any more.
        drop(place);
        answer
    };
    spawn_blocking(work).await.map_err(|_| Problem::failed())?.map(Json)
}

async fn model(State(service): Shared) -> Json<Value> {
    Json(service.about())
}

async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

async fn describe(State(service): Shared) -> Json<Value> {
    Json(openapi::document(&service.classifier))
}

async fn unknown_path() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is nothing at this path: see /openapi.json")
}

async fn wrong_method() -> Problem {
    let detail = "this path takes another method: POST /predict, GET for all else";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}

/// The body of a request. One that says that it is too long is not read.
async fn read(request: Request) -> Result<Bytes, Problem> {
    if stated_length(request.headers()).is_some_and(|length| length > MAX_BYTES as u64) {
        return Err(Problem::too_long());
    }
    match timeout(PATIENCE, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Problem::too_long())
        }
        Ok(Err(_)) => Err(Problem::new(StatusCode::BAD_REQUEST, "the body ended too early")),
        Err(_) => Err(Problem::too_slow()),
    }
}

fn stated_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl Service {
    fn new(classifier: Classifier, options: ReadOptions) -> Self {
        let options = ReadOptions { header: header(&classifier, options.header), ..options };
        Self { classifier, options, places: Arc::new(Semaphore::new(AT_A_TIME)) }
    }

    /// Answers for the rows of a body.
    fn answer(&self, kind: Kind, bytes: &[u8]) -> Result<Value, Problem> {
        let table = body::table(kind, bytes, &self.options)?;
        if table.len() > MAX_ROWS {
            return Err(Problem::too_many_rows());
        }
        let piece = self.classifier.read(&table).map_err(Problem::unusable)?;
        let mut tally = Tally::new(&self.classifier);
        table.notes().iter().chain(&piece.notes).for_each(|note| tally.note(note));
        let predictions: Vec<Value> = self
            .classifier
            .predictions(&piece)
            .map(|prediction| {
                tally.add(&prediction);
                self.row(&prediction)
            })
            .collect();
        Ok(json!({ "predictions": predictions, "warnings": tally.warnings() }))
    }

    fn row(&self, prediction: &Prediction) -> Value {
        let said: Value = self.classifier.word(prediction.said).into();
        let outside = self.classifier.names_of(&prediction.strange);
        let mut row = if self.classifier.says_numbers() {
            json!({ "number": said, "outside": outside })
        } else {
            json!({ "class": said, "tie": said.is_null(), "outside": outside })
        };
        if self.classifier.has_scores() {
            row["scores"] = by_name(self.classifier.classes(), &prediction.scores).into();
        }
        row
    }

    /// What the model is, as far as whoever asks it has to know.
    fn about(&self) -> Value {
        let model = self.classifier.model();
        let encoding = model.encoding.as_ref();
        let columns = encoding.map(|encoding| {
            let columns = encoding.columns().iter().map(|column| {
                json!({ "name": column.name, "how": column.describe(), "inputs": column.inputs() })
            });
            columns.collect::<Vec<Value>>()
        });
        let answers = if self.classifier.says_numbers() { "numbers" } else { "classes" };
        json!({
            "shape": shape_name(&model.architecture),
            "inputs": model.architecture.inputs,
            "input_bits": model.architecture.input_bits,
            "answers": answers,
            "classes": self.classifier.classes(),
            "tolerance": self.classifier.tolerance(),
            "columns": columns,
            "label": encoding.map(|encoding| encoding.label()),
            "encoding_hash": encoding.map(|encoding| encoding.hash().to_string()),
            "scores": self.classifier.has_scores(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        commands::predict::classifier::tests::classifier,
        model_card::tests::{encoded, model},
    };

    fn service() -> Service {
        Service::new(classifier(encoded()), ReadOptions::default())
    }

    fn answer(kind: Kind, body: &str) -> Result<Value, Problem> {
        service().answer(kind, body.as_bytes())
    }

    #[test]
    fn one_object_a_list_columns_and_csv_have_the_same_answer() {
        let list = answer(Kind::Json, r#"[{"b": 1, "a": 2.5}, {"a": "0", "b": null}]"#).unwrap();
        let rows = list["predictions"].as_array().unwrap();
        assert_eq!((rows.len(), &rows[0]["class"]), (2, &json!("yes")));
        assert_eq!(rows[1]["outside"], json!(["b"]));
        let columns = answer(Kind::Json, r#"{"b": [1, null], "a": [2.5, "0"]}"#).unwrap();
        assert_eq!(columns, list);
        assert_eq!(answer(Kind::Csv, "b,a\n1,2.5\n,0\n").unwrap(), list);
        assert_eq!(answer(Kind::Tsv, "a\tb\n2.5\t1\n0\t\n").unwrap(), list);
        let one = answer(Kind::Json, r#"{"a": 2.5, "b": 1}"#).unwrap();
        assert_eq!(one["predictions"], json!([rows[0]]));
    }

    #[test]
    fn scores_are_told_if_they_are_wanted() {
        let row = |service: &Service| {
            let answer = service.answer(Kind::Json, br#"{"a": 1, "b": 1}"#).unwrap();
            answer["predictions"][0].clone()
        };
        let told = row(&service());
        assert!(told["scores"]["yes"].as_f64() > told["scores"]["no"].as_f64(), "{told}");
        let truth = crate::commands::predict::classifier::Truth::Nowhere;
        let silent = Classifier::new(encoded().into(), truth, false).unwrap();
        let told = row(&Service::new(silent, ReadOptions::default()));
        assert!(told.get("scores").is_none(), "{told}");
    }

    #[test]
    fn columns_that_are_missing_are_told_by_name() {
        let problem = answer(Kind::Json, r#"{"a": 1}"#).unwrap_err();
        assert_eq!(problem.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(problem.detail().contains("columns b"), "{problem:?}");
    }

    #[test]
    fn the_first_line_of_a_text_is_the_header_where_columns_have_names() {
        let problem = answer(Kind::Csv, "1,2\n0,0\n").unwrap_err();
        assert!(problem.detail().contains("columns a, b"), "{problem:?}");
        let options = ReadOptions { header: Header::Absent, ..ReadOptions::default() };
        let rows = |service: Service, body: &[u8]| {
            service.answer(Kind::Csv, body).unwrap()["predictions"].as_array().unwrap().len()
        };
        assert_eq!(rows(Service::new(classifier(encoded()), options), b"1,2\n0,0\n"), 2);
        let nameless = Service::new(classifier(model()), ReadOptions::default());
        assert_eq!(rows(nameless, b"1,2,3,0\n0,1,0,0\n"), 2);
    }

    #[test]
    fn columns_that_are_not_used_are_told() {
        let told = answer(Kind::Json, r#"{"a": 1, "b": 1, "more": "x"}"#).unwrap();
        let warnings = told["warnings"].to_string();
        assert!(warnings.contains("more"), "{warnings}");
    }

    #[test]
    fn more_rows_than_are_taken_are_refused() {
        let rows = |count: usize| format!("a,b\n{}", "1,1\n".repeat(count));
        assert!(answer(Kind::Csv, &rows(MAX_ROWS)).is_ok());
        let problem = answer(Kind::Csv, &rows(MAX_ROWS + 1)).unwrap_err();
        assert_eq!(problem.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[test]
    fn the_model_tells_its_columns_and_classes() {
        let about = service().about();
        assert_eq!(about["classes"], json!(["no", "yes"]));
        assert_eq!(about["columns"][1]["name"], "b");
        assert_eq!((&about["label"], &about["scores"]), (&json!("class"), &json!(true)));
        let unknown = Service::new(classifier(model()), ReadOptions::default()).about();
        assert_eq!((&unknown["columns"], &unknown["label"]), (&Value::Null, &Value::Null));
    }
}
