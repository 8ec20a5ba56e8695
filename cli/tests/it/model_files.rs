//! Model files as `fetch-model` of this and of earlier releases writes them.

use nocknock_dataset::Encoding;
use nocknock_primitives::{ids::ContentHash, model::names::named};
use safetensors::{tensor::TensorView, Dtype};
use serde_json::{json, Value};
use std::{collections::HashMap, fs, path::Path};

/// Names of the tensors of a model with one hidden layer.
const TENSORS: [&str; 4] = ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"];

/// The same in the first version of the file.
const FIRST_TENSORS: [&str; 4] = ["hidden", "hidden_bias", "output", "output_bias"];

/// Writes a model of the shape for tests, which always answers its second class, `yes`. What stands
/// beside its weights may be changed.
pub(crate) fn write(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut about = about();
    change(&mut about);
    if about["encoding_hash"].is_null() {
        about["encoding_hash"] = json!(hash_of(&about["encoding"]));
    }
    write_file(path, &about, TENSORS);
}

/// Writes the same model as the first release did.
pub(crate) fn write_first(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut about = first_about();
    change(&mut about);
    write_file(path, &about, FIRST_TENSORS);
}

/// The hash of an encoding. Any will do where it cannot be read.
pub(crate) fn hash_of(encoding: &Value) -> ContentHash {
    let encoding = serde_json::from_value::<Encoding>(encoding.clone());
    encoding.map_or(ContentHash([0; 32]), |encoding| encoding.hash())
}

fn about() -> Value {
    let column = |name: &str, place: u16| {
        let at = ["0.5", "1.5", "2.5"];
        let how = json!({
            "kind": "steps", "at": at, "missing": { "level": 0, "flag": false },
        });
        json!({ "name": name, "place": place, "how": how })
    };
    json!({
        "version": 3,
        "architecture": named("tiny-4x3x2"),
        "commitment": zeros_of_hash(),
        "key": zeros(),
        "encoding": {
            "version": 1, "inputs": 4, "inputBits": 2, "named": true, "width": 3,
            "columns": [column("a", 0), column("b", 1)],
            "target": { "kind": "classes", "column": "class", "place": 2, "names": ["no", "yes"] },
        },
        "origin": origin(),
    })
}

fn first_about() -> Value {
    let column = |name: &str| json!({ "name": name, "low": "0", "high": "3" });
    json!({
        "version": 1,
        "shape": "tiny-4x3x2",
        "commitment": zeros_of_hash(),
        "salt": zeros(),
        "classes": ["no", "yes"],
        "quantiser": {
            "inputs": 4, "inputBits": 2, "named": true, "columns": [column("a"), column("b")],
        },
        "origin": origin(),
    })
}

fn origin() -> Value {
    json!({
        "genesis": zeros_of_hash(), "experiment": 0, "task": 0, "version": 1,
        "worker": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
        "score": { "correct": 1, "total": 2 },
    })
}

fn zeros() -> String {
    "0".repeat(64)
}

fn zeros_of_hash() -> String {
    format!("0x{}", zeros())
}

fn write_file(path: &Path, about: &Value, [hidden, hidden_bias, output, output_bias]: [&str; 4]) {
    let bytes = |values: &[i32]| -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    };
    let parts = [
        (hidden, vec![3, 4], bytes(&[0; 12])),
        (hidden_bias, vec![3], bytes(&[0; 3])),
        (output, vec![2, 3], bytes(&[0; 6])),
        (output_bias, vec![2], bytes(&[0, 7])),
    ];
    let views = parts.iter().map(|(name, shape, data)| {
        let view = TensorView::new(Dtype::I32, shape.clone(), data).unwrap();
        (*name, view)
    });
    let metadata = HashMap::from([("nocknock".to_owned(), about.to_string())]);
    fs::write(path, safetensors::serialize(views, Some(metadata)).unwrap()).unwrap();
}
