//! Walrus's HTTP messages.

use serde::Deserialize;
use serde_json::Value;

use super::{Fault, Receipt};
use crate::{blob_id::BlobId, text::line};

/// The body of a successful `PUT /v1/blobs`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum PutAnswer {
    NewlyCreated(NewlyCreated),
    AlreadyCertified(AlreadyCertified),
    MarkedInvalid {},
    Error(ErrorDetail),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewlyCreated {
    blob_object: BlobObject,
    cost: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlobObject {
    blob_id: BlobId,
    storage: Option<Storage>,
    deletable: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Storage {
    end_epoch: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AlreadyCertified {
    blob_id: BlobId,
    end_epoch: Option<u64>,
}

/// The body of an error answer.
#[derive(Debug, Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorDetail {
    status: Option<Value>,
    message: Option<String>,
    details: Vec<ErrorInfo>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorInfo {
    reason: Option<String>,
}

impl ErrorDetail {
    fn text(&self) -> String {
        let status = self.status.as_ref().and_then(Value::as_str);
        let reasons = self.details.iter().filter_map(|info| info.reason.as_deref());
        let parts = status.into_iter().chain(reasons).chain(self.message.as_deref());
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// Reads the answer to an upload.
pub(super) fn receipt(body: &[u8]) -> Result<Receipt, Fault> {
    let answer =
        serde_json::from_slice(body).map_err(|error| Fault::Protocol(line(&error.to_string())))?;
    match answer {
        PutAnswer::NewlyCreated(new) => Ok(Receipt {
            id: new.blob_object.blob_id,
            already_certified: false,
            end_epoch: new.blob_object.storage.and_then(|storage| storage.end_epoch),
            deletable: new.blob_object.deletable,
            cost: new.cost,
        }),
        PutAnswer::AlreadyCertified(known) => Ok(Receipt {
            id: known.blob_id,
            already_certified: true,
            end_epoch: known.end_epoch,
            deletable: None,
            cost: None,
        }),
        PutAnswer::MarkedInvalid {} => Err(Fault::MarkedInvalid),
        PutAnswer::Error(detail) => {
            let text = line(&detail.text());
            Err(Fault::Protocol(format!("an error in place of a receipt: {text}")))
        }
    }
}

/// What an error answer says: the JSON's texts, or the body where it is plain text.
pub(super) fn error_message(body: &[u8]) -> String {
    let message = match serde_json::from_slice::<ErrorBody>(body) {
        Ok(body) => body.error.text(),
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    let message = line(&message);
    if message.is_empty() {
        return "(no message)".to_owned();
    }
    message
}

/// The range that a `Content-Range` header names: its first byte, unless nothing could be sent, and
/// the length of the whole.
pub(super) fn content_range(header: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (range, total) = header.strip_prefix("bytes ")?.split_once('/')?;
    let total = match total {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    let start = match range {
        "*" => None,
        range => Some(range.split_once('-')?.0.parse().ok()?),
    };
    Some((start, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "MLmg-XjRbksCtNo63_AoaVrlezO27Rb9Zns8EUOn3E8";

    #[test]
    fn a_new_blob_is_understood() {
        let body = format!(
            r#"{{"newlyCreated":{{"blobObject":{{"id":"0x1","registeredEpoch":1,"blobId":"{ID}","size":5,
            "encodingType":"RS2","certifiedEpoch":null,"storage":{{"id":"0x2","startEpoch":1,"endEpoch":4,
            "storageSize":9}},"deletable":true}},"resourceOperation":{{}},"cost":231850}}}}"#
        );
        let receipt = receipt(body.as_bytes()).unwrap();
        assert_eq!(receipt.id.to_string(), ID);
        assert_eq!((receipt.end_epoch, receipt.deletable), (Some(4), Some(true)));
        assert_eq!((receipt.cost, receipt.already_certified), (Some(231_850), false));
    }

    #[test]
    fn a_known_blob_is_understood() {
        let body = format!(
            r#"{{"alreadyCertified":{{"blobId":"{ID}","event":{{"txDigest":"x","eventSeq":"0"}},"endEpoch":3}}}}"#
        );
        let receipt = receipt(body.as_bytes()).unwrap();
        assert_eq!((receipt.already_certified, receipt.end_epoch), (true, Some(3)));
    }

    #[test]
    fn failures_in_a_successful_answer_are_failures() {
        let invalid = format!(r#"{{"markedInvalid":{{"blobId":"{ID}","event":{{}}}}}}"#);
        assert_eq!(receipt(invalid.as_bytes()), Err(Fault::MarkedInvalid));
        for body in [
            r#"{"error":{"blobId":"x","message":"out of funds"}}"#,
            r#"{"somethingElse":{}}"#,
            "<html>",
            "",
        ] {
            assert!(matches!(receipt(body.as_bytes()), Err(Fault::Protocol(_))), "{body}");
        }
    }

    #[test]
    fn error_texts_are_found_in_json_and_plain_text() {
        let json = br#"{"error":{"code":503,"status":"UNAVAILABLE","message":"try later",
            "details":[{"reason":"BLOB_UNAVAILABLE","domain":"daemon.walrus.space"}]}}"#;
        assert_eq!(error_message(json), "UNAVAILABLE, BLOB_UNAVAILABLE, try later");
        assert_eq!(error_message(b"Too Many\nRequests\x1b[2J"), "Too Many Requests\u{fffd}[2J");
        assert_eq!(error_message(b""), "(no message)");
        assert!(error_message(&[b'x'; 9999]).chars().count() <= 201);
    }

    #[test]
    fn nothing_that_steers_a_terminal_or_turns_text_gets_through() {
        let escaped = br#"{"error":{"message":"\u001b[31mred\u0007 \u202e evil"}}"#;
        let expected = "\u{fffd}[31mred\u{fffd} \u{fffd} evil";
        assert_eq!(error_message(escaped), expected);
        assert_eq!(error_message("\u{1b}[31mred\u{7} \u{202e} evil".as_bytes()), expected);
        for body in [&escaped[..], br#"{"\u202e":{}}"#, "{\"\u{202e}\":{}}".as_bytes()] {
            let text = receipt(body).unwrap_err().to_string();
            assert!(!text.contains(nocknock_primitives::text::is_deceptive), "{text:?}");
        }
    }

    #[test]
    fn content_ranges_are_read() {
        assert_eq!(content_range("bytes 5-9/10"), Some((Some(5), Some(10))));
        assert_eq!(content_range("bytes 5-9/*"), Some((Some(5), None)));
        assert_eq!(content_range("bytes */10"), Some((None, Some(10))));
        for wrong in ["", "bytes 5-9", "bytes x-9/10", "bytes 5-9/x", "lines 1-2/3"] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }
}
