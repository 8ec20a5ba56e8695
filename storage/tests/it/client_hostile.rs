//! The client against services that break the rules on purpose.

use std::{
    fs,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use nocknock_dev_store::testing::{
    answer, few_shards, id_of, pattern, served, whole, Answer, Request, Scripted,
};
use nocknock_storage::client::{
    Client, ClientConfig, ClientError, Fault, FetchOptions, GaveUp, Role, Token, TokenError,
    TokenProvider, TokenRequest,
};

use crate::support::{client, config, failures, keep};

fn once(url: &str) -> Client {
    let mut config = config(&[url]);
    config.retry.rounds = 1;
    Client::new(config).unwrap()
}

async fn fault_of(service: &Scripted, content: &[u8], options: &FetchOptions) -> Fault {
    let id = id_of(content);
    let client = once(&service.url);
    let error = client.get(&id, options).await.unwrap_err();
    assert_eq!(client.cache().usage().unwrap().blobs, 0);
    failures(&error, &id)[0].fault.clone()
}

#[tokio::test]
async fn a_change_of_any_byte_is_detected() {
    let content = pattern(97);
    let options = FetchOptions::default();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let source = sent.clone();
    let service = Scripted::serve(move |_, _| whole("200 OK", &source.lock().unwrap())).await;
    for place in 0..content.len() {
        let mut changed = content.clone();
        changed[place] ^= 1 << (place % 8);
        *sent.lock().unwrap() = changed.clone();
        let found = id_of(&changed);
        assert_eq!(
            fault_of(&service, &content, &options).await,
            Fault::WrongBytes { found },
            "byte {place}"
        );
    }
    let longer = [&content[..], &[0]].concat();
    let others: [&[u8]; 4] = [&content[1..], &content[..96], &longer, &[]];
    for other in others {
        *sent.lock().unwrap() = other.to_vec();
        let fault = fault_of(&service, &content, &options).await;
        assert_eq!(fault, Fault::WrongBytes { found: id_of(other) });
    }
}

#[tokio::test]
async fn wrong_bytes_are_never_handed_out_however_often_they_come() {
    let content = pattern(5000);
    let id = id_of(&content);
    let service = Scripted::serve(|_, before| whole("200 OK", &[before as u8; 5000])).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blob");
    let client = client(&[&service.url]);
    let error = client.get_to_file(&id, &path, &FetchOptions::default()).await.unwrap_err();
    assert_eq!(failures(&error, &id)[0].tries, 3);
    assert!(!path.exists());
    assert_eq!(client.cache().usage().unwrap().blob_bytes, 0);
    assert!(service.seen().iter().all(|seen| seen.range_start().is_none()));
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_stopped() {
    let content = pattern(10_000);
    let blob = content.clone();
    let service = Scripted::serve(move |request, before| {
        let mut bytes = served(request, &blob);
        if before < 2 {
            bytes.truncate(bytes.len() - 4000);
        }
        bytes
    })
    .await;
    let client = client(&[&service.url]);
    let bytes = client.get(&id_of(&content), &FetchOptions::default()).await;
    assert!(bytes.unwrap() == content);
    let starts: Vec<_> = service.seen().iter().map(|seen| seen.range_start()).collect();
    assert_eq!(starts, [None, Some(6000), Some(6000)]);
}

#[tokio::test]
async fn a_download_begun_by_a_liar_is_completed_by_an_honest_service() {
    let content = pattern(10_000);
    let lies = Scripted::serve(|_, _| {
        let size = [("content-length", "10000".to_owned())];
        answer("200 OK", &size, &[9; 6000])
    })
    .await;
    let blob = content.clone();
    let honest = Scripted::serve(move |request, _| served(request, &blob)).await;
    let mut config = config(&[&lies.url, &honest.url]);
    config.retry.rounds = 1;
    let client = Client::new(config).unwrap();
    let bytes = client.get(&id_of(&content), &FetchOptions::default()).await;
    assert!(bytes.unwrap() == content);
    let starts: Vec<_> = honest.seen().iter().map(|seen| seen.range_start()).collect();
    assert_eq!(starts, [Some(6000), None], "resumed, found wrong, begun anew");
    let health = client.health();
    assert_eq!((health[1].1.successes, health[1].1.failures), (1, 0));
}

#[tokio::test]
async fn a_finished_download_that_was_not_checked_is_not_fetched_again() {
    let content = pattern(10_000);
    let blob = content.clone();
    let service = Scripted::serve(move |request, _| served(request, &blob)).await;
    let folder = tempfile::tempdir().unwrap();
    let config = ClientConfig { cache: Some(folder.path().to_owned()), ..config(&[&service.url]) };
    let client = Client::new(config).unwrap();
    let id = id_of(&content);
    let part = folder.path().join("partial").join(format!("{id}.{}", few_shards()));
    fs::write(&part, &content).unwrap();
    let bytes = client.get(&id, &FetchOptions::default()).await;
    assert!(bytes.unwrap() == content);
    let starts: Vec<_> = service.seen().iter().map(|seen| seen.range_start()).collect();
    assert_eq!(starts, [Some(10_000)]);
}

#[tokio::test]
async fn more_bytes_than_the_blob_has_are_dropped_and_the_blob_fetched_anew() {
    let content = pattern(10_000);
    let blob = content.clone();
    let service = Scripted::serve(move |request, _| served(request, &blob)).await;
    let folder = tempfile::tempdir().unwrap();
    let config = ClientConfig { cache: Some(folder.path().to_owned()), ..config(&[&service.url]) };
    let client = Client::new(config).unwrap();
    let id = id_of(&content);
    let part = folder.path().join("partial").join(format!("{id}.{}", few_shards()));
    fs::write(&part, [9; 12_000]).unwrap();
    let bytes = client.get(&id, &FetchOptions::default()).await;
    assert!(bytes.unwrap() == content);
}

#[tokio::test]
async fn a_size_that_is_announced_is_checked_before_any_byte_is_read() {
    let announced = [("content-length", "100000".to_owned())];
    let head = answer("200 OK", &announced, b"");
    let service = Scripted::serve(move |_, _| Answer::AndHold(head.clone())).await;
    let content = pattern(10);
    let limited = FetchOptions { largest: Some(99_999), ..FetchOptions::default() };
    assert_eq!(
        fault_of(&service, &content, &limited).await,
        Fault::TooLarge { size: 100_000, limit: 99_999 }
    );
    let known = FetchOptions { size: Some(10), ..FetchOptions::default() };
    assert_eq!(
        fault_of(&service, &content, &known).await,
        Fault::WrongSize { size: 100_000, expected: 10 }
    );
}

#[tokio::test]
async fn a_body_without_end_is_cut_at_the_limit() {
    let service = Scripted::serve(|_, _| answer("200 OK", &[], &vec![0; 3 << 20])).await;
    let content = pattern(10);
    let limited = FetchOptions { largest: Some(1 << 20), ..FetchOptions::default() };
    let fault = fault_of(&service, &content, &limited).await;
    assert!(matches!(fault, Fault::TooLarge { limit: 0x10_0000, .. }), "{fault}");
    let known = FetchOptions { size: Some(10), ..FetchOptions::default() };
    let fault = fault_of(&service, &content, &known).await;
    assert!(matches!(fault, Fault::WrongSize { expected: 10, .. }), "{fault}");
}

#[tokio::test]
async fn silence_ends_with_the_patience_for_it() {
    let patience = Duration::from_millis(80);
    let content = pattern(10);
    let id = id_of(&content);
    for begun in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"] {
        let service = Scripted::serve(move |_, _| Answer::AndHold(begun.to_vec())).await;
        let mut config = config(&[&service.url]);
        config.retry.rounds = 2;
        (config.timeouts.answer, config.timeouts.idle) = (patience, patience);
        let client = Client::new(config).unwrap();
        let error = client.get(&id, &FetchOptions::default()).await.unwrap_err();
        let failure = &failures(&error, &id)[0];
        assert_eq!((&failure.fault, failure.tries), (&Fault::Silent(patience), 2));
    }
}

#[tokio::test]
async fn the_time_for_everything_is_kept() {
    let service = Scripted::serve(|_, _| Answer::AndHold(Vec::new())).await;
    let mut config = config(&[&service.url]);
    config.timeouts.total = Duration::from_millis(100);
    let client = Client::new(config).unwrap();
    let id = id_of(b"hello");
    let error = client.get(&id, &FetchOptions::default()).await.unwrap_err();
    assert_eq!(failures(&error, &id)[0].fault, Fault::Unfinished);
    assert!(
        matches!(error, ClientError::Endpoints { gave_up: GaveUp::Deadline(_), .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_service_that_is_not_there_is_named_and_asked_last_afterwards() {
    // Held to the end, so that nobody else comes to listen on the port.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = format!("http://{}", held.local_addr().unwrap());
    let id = id_of(b"hello");
    let error = client(&[&closed]).get(&id, &FetchOptions::default()).await.unwrap_err();
    let failure = &failures(&error, &id)[0];
    assert!(matches!(failure.fault, Fault::Connect(_)), "{error}");
    assert_eq!(failure.tries, 3);

    let there = Scripted::serve(|request: &_, _| served(request, b"hello")).await;
    // A service that failed once is left alone for two seconds. A run that took longer shows
    // nothing.
    let health = loop {
        let (client, begun) = (client(&[&closed, &there.url]), Instant::now());
        for _ in 0..3 {
            assert_eq!(client.get(&id, &FetchOptions::default()).await.unwrap(), "hello");
            client
                .cache()
                .remove(&nocknock_storage::cache::CacheKey::new(id, client.config().shards))
                .unwrap();
        }
        if begun.elapsed() < Duration::from_secs(2) {
            break client.health();
        }
    };
    assert_eq!((health[0].0, health[0].1.failures), (Role::Aggregator, 1));
    assert_eq!(health[1].1.successes, 3);
    drop(held);
}

#[tokio::test]
async fn answers_out_of_order_are_refused() {
    let content = pattern(10);
    let options = FetchOptions::default();
    let sideways = |location: &str| {
        answer(
            "302 Found",
            &[("location", location.to_owned()), ("content-length", "0".into())],
            b"",
        )
    };
    let elsewhere = sideways("http://127.0.0.1:1/");
    let service = Scripted::serve(move |_, _| elsewhere.clone()).await;
    let fault = fault_of(&service, &content, &options).await;
    assert!(matches!(fault, Fault::Status { status: 302, .. }), "{fault}");
    assert_eq!(service.seen().len(), 1);

    let range = ("content-range", "bytes 5-9/10".to_owned());
    let unasked = answer("206 Partial Content", &[range], &content[5..]);
    let service = Scripted::serve(move |_, _| unasked.clone()).await;
    let fault = fault_of(&service, &content, &options).await;
    assert!(matches!(fault, Fault::Protocol(_)), "{fault}");

    let service = Scripted::serve(|_, _| b"I am not HTTP\r\n\r\n".to_vec()).await;
    let fault = fault_of(&service, &content, &options).await;
    assert!(matches!(fault, Fault::Broken { .. }), "{fault}");
}

#[tokio::test]
async fn an_error_text_is_shortened_and_made_harmless() {
    let service =
        Scripted::serve(|_, _| whole("418 Teapot", &[b"\x1b[2J\n".repeat(20_000)].concat())).await;
    let fault = fault_of(&service, &pattern(10), &FetchOptions::default()).await;
    let text = fault.to_string();
    assert!(text.len() < 400 && !text.contains('\x1b') && !text.contains('\n'), "{text}");
}

#[tokio::test]
async fn a_publisher_that_names_another_id_or_keeps_the_blob_deletable_is_refused() {
    let receipt = |id: &str, deletable: bool| {
        format!(
            r#"{{"newlyCreated":{{"blobObject":{{"blobId":"{id}","deletable":{deletable}}},"cost":1}}}}"#
        )
    };
    let (right, wrong) = (id_of(b"hello"), id_of(b"other"));
    let lie = receipt(&wrong.to_string(), false);
    let service = Scripted::serve(move |_, _| whole("200 OK", lie.as_bytes())).await;
    let error = client(&[&service.url]).put(b"hello".to_vec(), &keep()).await.unwrap_err();
    let failure = &failures(&error, &right)[0];
    assert_eq!((&failure.fault, failure.tries), (&Fault::WrongId { reported: wrong }, 1));

    let weak = receipt(&right.to_string(), true);
    let service = Scripted::serve(move |_, _| whole("200 OK", weak.as_bytes())).await;
    let error = client(&[&service.url]).put(b"hello".to_vec(), &keep()).await.unwrap_err();
    assert_eq!(failures(&error, &right)[0].fault, Fault::Deletable);
    let request = &service.seen()[0];
    assert!(request.head.starts_with("PUT /v1/blobs?epochs=2&permanent=true HTTP"));
    assert_eq!(request.body, b"hello");
    assert_eq!(request.header("authorization"), None);
}

/// Gives `token-0-SECRET`, `token-1-SECRET` and so on.
#[derive(Debug, Default)]
struct Counting(Mutex<u32>);

#[async_trait]
impl TokenProvider for Counting {
    async fn token(&self, request: TokenRequest<'_>) -> Result<Token, TokenError> {
        assert_eq!((request.size, request.epochs), (5, 2));
        let mut count = self.0.lock().unwrap();
        *count += 1;
        Ok(Token::new(format!("token-{}-SECRET", *count - 1)))
    }
}

#[tokio::test]
async fn an_expired_token_is_replaced_and_none_is_ever_shown() {
    let echo = |request: &Request, _| {
        let token = request.header("authorization").unwrap_or_default();
        whole("504 Gateway Timeout", format!("cannot use {token}").as_bytes())
    };
    let service = Scripted::serve(echo).await;
    let client = Client::new(ClientConfig {
        tokens: Some(Arc::new(Counting::default())),
        ..config(&[&service.url])
    })
    .unwrap();
    let error = client.put(b"hello".to_vec(), &keep()).await.unwrap_err();
    let failure = &failures(&error, &id_of(b"hello"))[0];
    assert_eq!(failure.tries, 3);
    for text in [error.to_string(), format!("{error:?}"), format!("{client:?}")] {
        assert!(!text.contains("SECRET"), "{text}");
    }
    let tokens: Vec<_> = service
        .seen()
        .iter()
        .map(|seen| seen.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(tokens, [0, 1, 2].map(|number| format!("Bearer token-{number}-SECRET")));
}

#[derive(Debug)]
struct NoTokens;

#[async_trait]
impl TokenProvider for NoTokens {
    async fn token(&self, _: TokenRequest<'_>) -> Result<Token, TokenError> {
        Err(TokenError("the login has expired".into()))
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let service = Scripted::serve(|_, _| whole("200 OK", b"{}")).await;
    let client =
        Client::new(ClientConfig { tokens: Some(Arc::new(NoTokens)), ..config(&[&service.url]) })
            .unwrap();
    let error = client.put(b"hello".to_vec(), &keep()).await.unwrap_err();
    assert!(error.to_string().contains("the login has expired"), "{error}");
    assert!(service.seen().is_empty());
}
