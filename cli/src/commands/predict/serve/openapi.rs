//! What the model can be asked, as OpenAPI describes it.

use super::{Classifier, MAX_BYTES, MAX_ROWS};
use serde_json::{json, Map, Value};

/// The description for a model.
pub(super) fn document(of: &Classifier) -> Value {
    let about =
        "Answers for rows, computed as the proofs compute them: integers throughout, and no \
                 class wins a tie. Scores are neither proved nor calibrated.";
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "A model of NockNock",
            "version": env!("CARGO_PKG_VERSION"),
            "description": about,
        },
        "paths": {
            "/predict": { "post": predict() },
            "/model": { "get": read("What the model is: its columns and answers") },
            "/health": { "get": read("Whether it answers") },
            "/openapi.json": { "get": read("This description") },
        },
        "components": {
            "schemas": {
                "Row": row(of),
                "Columns": columns(of),
                "Predictions": predictions(of),
                "Problem": problem(),
            },
        },
    })
}

fn predict() -> Value {
    let rows = json!({
        "oneOf": [
            reference("Row"),
            { "type": "array", "items": reference("Row"), "minItems": 1, "maxItems": MAX_ROWS },
            reference("Columns"),
        ],
    });
    let text = json!({ "schema": { "type": "string" } });
    json!({
        "summary": "The answers for some rows",
        "description": format!(
            "One row, a list of rows, or columns with a list of values each; at most {MAX_ROWS} rows \
             and {MAX_BYTES} bytes. Columns may come in any order, and those that the model does not \
             use are named in a warning."
        ),
        "requestBody": {
            "required": true,
            "content": {
                "application/json": { "schema": rows },
                "text/csv": text,
                "text/tab-separated-values": text,
            },
        },
        "responses": {
            "200": {
                "description": "A prediction for each row, in their order",
                "content": { "application/json": { "schema": reference("Predictions") } },
            },
            "400": refusal("The body is not written as its type says"),
            "408": refusal("The body came too slowly"),
            "413": refusal("The body has too many bytes or rows"),
            "415": refusal("The body has another type"),
            "422": refusal("The rows are none for this model"),
            "503": refusal("Too many requests are being answered"),
        },
    })
}

fn read(summary: &str) -> Value {
    let content = json!({ "application/json": { "schema": { "type": "object" } } });
    json!({
        "summary": summary,
        "responses": { "200": { "description": summary, "content": content } },
    })
}

fn refusal(description: &str) -> Value {
    let content = json!({ "application/problem+json": { "schema": reference("Problem") } });
    json!({ "description": description, "content": content })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// A row: a value for each column, which may be null.
fn row(of: &Classifier) -> Value {
    object(of, value)
}

/// Columns: as many values for each of them.
fn columns(of: &Classifier) -> Value {
    object(
        of,
        |how| json!({ "type": "array", "items": value(how), "minItems": 1, "maxItems": MAX_ROWS }),
    )
}

fn value(how: &str) -> Value {
    json!({ "type": ["number", "string", "boolean", "null"], "description": how })
}

/// An object with the columns of the model. If they are not known, there is one for each input.
fn object(of: &Classifier, property: impl Fn(&str) -> Value) -> Value {
    let Some(encoding) = &of.model().encoding else {
        let inputs = of.model().architecture.inputs;
        let integer = property("an input, as a whole number");
        return json!({
            "type": "object",
            "additionalProperties": integer,
            "minProperties": inputs,
            "maxProperties": inputs,
        });
    };
    let properties: Map<String, Value> = encoding
        .columns()
        .iter()
        .map(|column| (column.name.clone(), property(&column.describe())))
        .collect();
    json!({ "type": "object", "properties": properties, "required": of.columns() })
}

/// What is said about a row.
fn answer(of: &Classifier) -> Value {
    if of.says_numbers() {
        return json!({
            "number": { "type": "number", "description": "In the units of its column" },
        });
    }
    let classes = of.classes().iter().map(|class| json!(class));
    let classes: Vec<Value> = classes.chain([Value::Null]).collect();
    json!({
        "class": { "enum": classes, "description": "The class, or null for a tie" },
        "tie": { "type": "boolean" },
    })
}

fn predictions(of: &Classifier) -> Value {
    let mut properties = answer(of);
    properties["outside"] = json!({
        "type": "array",
        "items": { "type": "string" },
        "description": "Columns whose value is unlike those of the training data",
    });
    if of.has_scores() {
        let number = json!({ "type": "number", "minimum": 0, "maximum": 1 });
        properties["scores"] = json!({
            "type": "object",
            "additionalProperties": number,
            "description": "A score for each class: neither proved nor calibrated",
        });
    }
    json!({
        "type": "object",
        "required": ["predictions", "warnings"],
        "properties": {
            "predictions": {
                "type": "array",
                "items": { "type": "object", "properties": properties },
            },
            "warnings": { "type": "array", "items": { "type": "string" } },
        },
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        commands::predict::classifier::tests::classifier,
        model_card::tests::{encoded, model},
    };

    #[test]
    fn the_columns_and_classes_are_those_of_the_model() {
        let document = document(&classifier(encoded()));
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Row"]["required"], json!(["a", "b"]));
        assert_eq!(schemas["Columns"]["properties"]["a"]["type"], "array");
        let row = &schemas["Predictions"]["properties"]["predictions"]["items"]["properties"];
        assert_eq!(row["class"]["enum"], json!(["no", "yes", null]));
        assert!(row["scores"].is_object(), "{row}");
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let document = document(&classifier(encoded()));
        let text = document.to_string();
        let names: Vec<&str> = text
            .split("#/components/schemas/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(names.len() > 5, "{names:?}");
        for name in names {
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
    }

    #[test]
    fn without_an_encoding_a_row_has_a_number_for_each_input() {
        let document = document(&classifier(model()));
        assert_eq!(document["components"]["schemas"]["Row"]["minProperties"], 4);
    }
}
