//! A model of which nothing but its answers is wanted: files of earlier releases serve as well.
//!
//! What they say beside that is not compared with any chain, so they are not read for anything
//! else. Their linear ranges become an [`Encoding`] that gives the very same inputs.
//!
//! | version | architecture | tensors |
//! | --- | --- | --- |
//! | 1 | a name, `shape`; one hidden layer | `hidden`, `hidden_bias`, `output`, `output_bias` |
//! | 2 | its description, `architecture` | as now |
//!
//! Both have `classes`, and in `quantiser` the range of each column. Version 2 has the hash of the
//! two in `encoding`.

use crate::model_file::{
    check_classes, check_encoding, class_name, metadata, read_bytes, read_weights, tensor_names,
    version, ModelFile, ModelFileError,
};
use nocknock_dataset::{names::shown, Encoding, EncodingError};
use nocknock_primitives::{
    ids::ContentHash,
    model::{names::named, Architecture, Description, Weights},
};
use serde::{Deserialize, Serialize};
use sha3::{Digest, Keccak256};
use std::path::Path;

/// What is hashed in front of classes and ranges of version 2.
const TAG: &[u8; 16] = b"nn/encoding/v1\0\0";

/// A model that answers.
#[derive(Clone, Debug, PartialEq)]
pub struct UsableModel {
    /// Its architecture.
    pub architecture: Architecture,
    /// Its weights.
    pub weights: Weights,
    /// How values become inputs, and what the classes are called. None if that was not at hand when
    /// the file was written.
    pub encoding: Option<Encoding>,
    /// Version of the file.
    pub version: u32,
}

/// What an earlier file says about inputs and classes.
#[derive(Deserialize, Serialize)]
struct Meaning {
    classes: Vec<String>,
    quantiser: Option<Ranges>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Ranges {
    inputs: u16,
    input_bits: u8,
    named: bool,
    columns: Vec<ColumnRange>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ColumnRange {
    name: String,
    low: String,
    high: String,
}

/// Version 1, beside its meaning.
#[derive(Deserialize)]
struct First {
    shape: String,
}

/// Version 2, beside its meaning.
#[derive(Deserialize)]
struct Second {
    architecture: Description,
    encoding: ContentHash,
}

impl UsableModel {
    /// Reads a file of this or an earlier release.
    ///
    /// # Errors
    ///
    /// It is no model, or its parts do not fit its architecture.
    pub fn read(path: &Path) -> Result<Self, ModelFileError> {
        Self::decode(&read_bytes(path)?)
    }

    /// Reads the bytes of a file of this or an earlier release.
    ///
    /// # Errors
    ///
    /// They are no model, or its parts do not fit its architecture.
    pub fn decode(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let metadata = metadata(bytes)?;
        match version(&metadata)? {
            1 => first(bytes, &metadata),
            2 => second(bytes, &metadata),
            _ => ModelFile::decode(bytes).map(Self::from),
        }
    }

    /// What a class is called: its name, or its number if the names are not known.
    pub fn class_name(&self, class: usize) -> String {
        class_name(self.encoding.as_ref(), class)
    }
}

impl From<ModelFile> for UsableModel {
    fn from(file: ModelFile) -> Self {
        let ModelFile { architecture, weights, about } = file;
        Self { architecture, weights, encoding: about.encoding, version: about.version }
    }
}

fn first(bytes: &[u8], metadata: &str) -> Result<UsableModel, ModelFileError> {
    let First { shape } = serde_json::from_str(metadata)?;
    let architecture = named(&shape).ok_or(ModelFileError::Shape(shape))?;
    let weights = read_weights(bytes, &architecture, first_tensor_names)?;
    let meaning: Meaning = serde_json::from_str(metadata)?;
    let encoding = meaning.encoding(&architecture)?;
    Ok(UsableModel { architecture, weights, encoding, version: 1 })
}

fn second(bytes: &[u8], metadata: &str) -> Result<UsableModel, ModelFileError> {
    let second: Second = serde_json::from_str(metadata)?;
    let architecture = Architecture::new(second.architecture)?;
    let weights = read_weights(bytes, &architecture, tensor_names)?;
    let meaning: Meaning = serde_json::from_str(metadata)?;
    meaning.check(second.encoding)?;
    let encoding = meaning.encoding(&architecture)?;
    Ok(UsableModel { architecture, weights, encoding, version: 2 })
}

/// The tensors of a layer of version 1, which had two.
fn first_tensor_names(layer: usize) -> [String; 2] {
    let name = if layer == 0 { "hidden" } else { "output" };
    [name.to_owned(), format!("{name}_bias")]
}

impl Meaning {
    /// Names and ranges have the hash that the model is bound to.
    fn check(&self, expected: ContentHash) -> Result<(), ModelFileError> {
        let is_known = !self.classes.is_empty() && self.quantiser.is_some();
        if is_known && self.hash()? != expected {
            return Err(ModelFileError::Encoding);
        }
        Ok(())
    }

    fn hash(&self) -> Result<ContentHash, ModelFileError> {
        let hash = Keccak256::new_with_prefix(TAG).chain_update(serde_json::to_vec(self)?);
        Ok(ContentHash(hash.finalize().into()))
    }

    /// The encoding that gives the same inputs, if the ranges were at hand.
    fn encoding(self, architecture: &Architecture) -> Result<Option<Encoding>, ModelFileError> {
        check_classes(&self.classes, architecture)?;
        let Some(ranges) = self.quantiser else {
            return Ok(None);
        };
        let classes = match self.classes {
            none if none.is_empty() => (0..architecture.outputs()).map(|n| n.to_string()).collect(),
            some => some,
        };
        let encoding = ranges.encoding(classes).map_err(ModelFileError::Scaling)?;
        check_encoding(&encoding, architecture)?;
        Ok(Some(encoding))
    }
}

impl Ranges {
    fn encoding(&self, classes: Vec<String>) -> Result<Encoding, EncodingError> {
        let columns = self.columns.iter().map(ColumnRange::numbers);
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        Encoding::from_ranges(self.inputs, self.input_bits, self.named, &columns, classes)
    }
}

impl ColumnRange {
    fn numbers(&self) -> Result<(String, f64, f64), EncodingError> {
        let number = |text: &str| text.parse::<f64>().ok();
        let ends = number(&self.low).zip(number(&self.high));
        let (low, high) = ends.ok_or_else(|| EncodingError::Range { column: shown(&self.name) })?;
        Ok((self.name.clone(), low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_file::tests::{model, tiny};
    use nocknock_dataset::{ReadOptions, Table};
    use nocknock_primitives::text::is_deceptive;
    use safetensors::{tensor::TensorView, Dtype};
    use serde_json::{json, Value};
    use std::collections::HashMap;

    /// What a file of version 1 says beside its weights.
    fn about_first() -> Value {
        let column = |name| json!({ "name": name, "low": "0", "high": "1.5" });
        json!({
            "version": 1,
            "shape": "tiny-4x3x2",
            "commitment": format!("0x{}", "00".repeat(32)),
            "salt": "00".repeat(32),
            "classes": ["cat", "dog"],
            "quantiser": {
                "inputs": 4, "inputBits": 2, "named": true,
                "columns": [column("a"), column("b")],
            },
            "origin": { "experiment": 0, "task": 0 },
        })
    }

    /// The same of version 2.
    fn about_second() -> Value {
        let mut about = about_first();
        about["version"] = json!(2);
        about["architecture"] = serde_json::to_value(tiny()).unwrap();
        about["encoding"] = json!(hash_of(&about));
        about
    }

    fn hash_of(about: &Value) -> ContentHash {
        serde_json::from_value::<Meaning>(about.clone()).unwrap().hash().unwrap()
    }

    /// A file with this metadata, and the weights of [`model`] under the names of its version.
    fn file(about: &Value) -> Vec<u8> {
        let names: fn(usize) -> [String; 2] =
            if about["version"] == json!(1) { first_tensor_names } else { tensor_names };
        let bytes = |values: &[i32]| values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut parts: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        for (number, (layer, values)) in tiny().layers().zip(&model().weights.layers).enumerate() {
            let [weights, biases] = names(number);
            parts.push((weights, vec![layer.units, layer.inputs], bytes(&values.weights)));
            parts.push((biases, vec![layer.units], bytes(&values.biases)));
        }
        let views = parts.iter().map(|(name, shape, bytes)| {
            (name.as_str(), TensorView::new(Dtype::I32, shape.clone(), bytes).unwrap())
        });
        let metadata = HashMap::from([("nocknock".to_owned(), about.to_string())]);
        safetensors::serialize(views, Some(metadata)).unwrap()
    }

    /// Why a changed file is refused.
    fn refusal(mut about: Value, change: impl FnOnce(&mut Value)) -> ModelFileError {
        change(&mut about);
        UsableModel::decode(&file(&about)).unwrap_err()
    }

    #[test]
    fn earlier_model_files_are_read_for_predictions_and_checked() {
        for (version, about) in [(1, about_first()), (2, about_second())] {
            let read = UsableModel::decode(&file(&about)).unwrap();
            assert_eq!((read.version, &read.architecture), (version, &tiny()));
            assert_eq!(read.weights, model().weights);
            assert_eq!((read.class_name(0), read.class_name(2)), ("cat".into(), "2".into()));
            let rows = b"a,b\n0,0.25\n0.2,1.5\n0.75,9\n";
            let table = Table::read_csv(rows, Path::new("t.csv"), &ReadOptions::default());
            let inputs = read.encoding.unwrap().rows(&table.unwrap()).unwrap();
            // Rounded halves go up, as they did.
            assert_eq!(inputs, [[0, 1, 0, 0], [0, 3, 0, 0], [2, 3, 0, 0]]);
            let of_this_release = ModelFile::decode(&file(&about)).unwrap_err();
            assert!(matches!(of_this_release, ModelFileError::Version(v) if v == version));
        }
    }

    #[test]
    fn a_file_of_this_release_is_read_as_well() {
        let read = UsableModel::decode(&model().encode().unwrap()).unwrap();
        assert_eq!(read, UsableModel::from(model()));
        assert_eq!((read.version, read.class_name(1)), (3, "yes".to_owned()));
    }

    #[test]
    fn earlier_files_without_names_or_ranges_have_numbers_or_integers() {
        let mut about = about_first();
        about["classes"] = json!([]);
        let unnamed = UsableModel::decode(&file(&about)).unwrap();
        assert!(unnamed.encoding.is_some());
        assert_eq!(unnamed.class_name(1), "1");
        about["quantiser"] = Value::Null;
        assert_eq!(UsableModel::decode(&file(&about)).unwrap().encoding, None);
    }

    #[test]
    fn a_scaling_that_is_not_of_the_shape_is_refused() {
        let changes: [fn(&mut Value); 4] = [
            |about| about["quantiser"]["inputs"] = json!(100),
            |about| about["quantiser"]["inputBits"] = json!(16),
            |about| about["quantiser"]["columns"][0]["low"] = json!("zero"),
            |about| about["quantiser"]["columns"][0]["low"] = json!("2"),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let error = refusal(about_first(), change);
            assert!(matches!(error, ModelFileError::Scaling(_)), "{number}: {error:?}");
        }
    }

    #[test]
    fn names_of_classes_fit_the_shape_and_are_shown_without_harm() {
        for names in [&["one"][..], &["one", "two", "three"]] {
            let error = refusal(about_first(), |about| about["classes"] = json!(names));
            assert!(matches!(error, ModelFileError::ClassCount { .. }), "{error:?}");
        }
        let long = "x".repeat(65);
        let steering = [["\u{1b}[31mA\u{1b}[2J", "b"], ["a\u{202e}", "a\u{202d}"]];
        for names in steering.into_iter().chain([["same", "same"], ["", "b"], ["a", &long]]) {
            let error = refusal(about_first(), |about| about["classes"] = json!(names));
            assert!(matches!(error, ModelFileError::ClassName { .. }), "{error:?}");
            assert!(!error.to_string().chars().any(is_deceptive), "{error}");
        }
    }

    #[test]
    fn a_shape_that_is_not_known_any_more_is_named() {
        let error = refusal(about_first(), |about| about["shape"] = json!("old\u{1b}-1x2x3"));
        let text = error.to_string();
        assert!(text.contains("`old\u{fffd}-1x2x3`") && text.contains("release"), "{text}");
        let other = refusal(about_first(), |about| about["shape"] = json!("digits-64x32x10"));
        assert!(matches!(other, ModelFileError::Tensor(_)), "{other:?}");
        let flat = refusal(about_first(), |about| about["shape"] = json!("tiny-6x3"));
        assert!(matches!(flat, ModelFileError::TensorCount { .. }), "{flat:?}");
    }

    #[test]
    fn names_and_ranges_of_version_2_are_those_of_the_hash() {
        let error = refusal(about_second(), |about| about["classes"] = json!(["dog", "cat"]));
        assert!(matches!(error, ModelFileError::Encoding), "{error:?}");
        let high = |about: &mut Value| about["quantiser"]["columns"][1]["high"] = json!("2");
        let error = refusal(about_second(), high);
        assert!(matches!(error, ModelFileError::Encoding), "{error:?}");
    }

    /// The figure comes from a separate program.
    #[test]
    fn the_hash_of_version_2_is_that_of_its_time() {
        let about = json!({
            "classes": ["no", "yes"],
            "quantiser": {
                "inputs": 4, "inputBits": 2, "named": true,
                "columns": [
                    { "name": "größe", "low": "0.1", "high": "1.5" },
                    { "name": "b", "low": "-3", "high": "300000" },
                ],
            },
        });
        let expected = "0x03fa113c9e12b1421abe25cfb5ef466c03b11e5f9afcbc415fa20ef3c1ea70a6";
        assert_eq!(hash_of(&about).to_string(), expected);
    }
}
