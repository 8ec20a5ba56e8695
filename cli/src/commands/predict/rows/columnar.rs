//! Rows as a Parquet file, in row groups that fit into memory.

use super::{
    text::{joined, score_name},
    Columns, Line, Sink, Word,
};
use arrow_array::{
    builder::{Float64Builder, Int64Builder, StringBuilder},
    ArrayRef, RecordBatch,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};
use std::{
    io::{self, BufWriter},
    sync::Arc,
};

/// Rows that are encoded at a time.
const BATCH: usize = 4_096;

/// Bytes of a row group, about.
const GROUP: usize = 32 << 20;

/// A Parquet file that grows.
#[derive(Debug)]
pub(super) struct Parquet {
    writer: ArrowWriter<BufWriter<Sink>>,
    schema: SchemaRef,
    batch: Batch,
}

/// Rows that were not encoded yet, column by column.
#[derive(Debug)]
struct Batch {
    len: usize,
    rows: Int64Builder,
    answers: Words,
    known: Words,
    outside: Option<StringBuilder>,
    scores: Vec<Float64Builder>,
}

/// A column of answers.
#[derive(Debug)]
enum Words {
    Classes(StringBuilder),
    Numbers(Float64Builder),
}

impl Words {
    fn new(columns: &Columns) -> Self {
        if columns.numbers {
            Self::Numbers(Float64Builder::new())
        } else {
            Self::Classes(StringBuilder::new())
        }
    }

    fn add(&mut self, word: Option<Word<'_>>) {
        match (self, word) {
            (Self::Classes(classes), Some(Word::Class(name))) => classes.append_value(name),
            (Self::Numbers(numbers), Some(Word::Number(number))) => numbers.append_value(number),
            (Self::Classes(classes), None | Some(Word::Number(_))) => classes.append_null(),
            (Self::Numbers(numbers), None | Some(Word::Class(_))) => numbers.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Classes(classes) => Arc::new(classes.finish()),
            Self::Numbers(numbers) => Arc::new(numbers.finish()),
        }
    }
}

impl Parquet {
    pub(super) fn create(out: BufWriter<Sink>, columns: &Columns) -> io::Result<Self> {
        let schema = schema(columns);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_bytes(Some(GROUP))
            .build();
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties));
        let writer = writer.map_err(io::Error::other)?;
        Ok(Self { writer, schema, batch: Batch::new(columns) })
    }

    pub(super) fn add(&mut self, row: usize, line: &Line<'_>) -> io::Result<()> {
        self.batch.add(row, line);
        if self.batch.len < BATCH {
            return Ok(());
        }
        self.encode()
    }

    /// Ends the file. What is left is to be flushed.
    pub(super) fn finish(mut self) -> io::Result<BufWriter<Sink>> {
        self.encode()?;
        self.writer.into_inner().map_err(io::Error::other)
    }

    fn encode(&mut self) -> io::Result<()> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), self.batch.take());
        let written = self.writer.write(&batch.map_err(io::Error::other)?);
        written.map_err(io::Error::other)
    }
}

impl Batch {
    fn new(columns: &Columns) -> Self {
        Self {
            len: 0,
            rows: Int64Builder::new(),
            answers: Words::new(columns),
            known: Words::new(columns),
            outside: columns.outside.then(StringBuilder::new),
            scores: columns.scores.iter().map(|_| Float64Builder::new()).collect(),
        }
    }

    fn add(&mut self, row: usize, line: &Line<'_>) {
        self.len += 1;
        self.rows.append_value(i64::try_from(row).unwrap_or(i64::MAX));
        self.answers.add(line.answer);
        self.known.add(line.known);
        if let Some(outside) = &mut self.outside {
            outside.append_option((!line.outside.is_empty()).then(|| joined(line.outside)));
        }
        for (column, score) in self.scores.iter_mut().zip(line.scores) {
            column.append_value(*score);
        }
    }

    /// The columns so far, in the order of the schema. There are no rows afterwards.
    fn take(&mut self) -> Vec<ArrayRef> {
        self.len = 0;
        let rows: ArrayRef = Arc::new(self.rows.finish());
        let mut columns = vec![rows, self.answers.finish(), self.known.finish()];
        if let Some(outside) = &mut self.outside {
            columns.push(Arc::new(outside.finish()));
        }
        for scores in &mut self.scores {
            columns.push(Arc::new(scores.finish()));
        }
        columns
    }
}

fn schema(columns: &Columns) -> SchemaRef {
    let kind = if columns.numbers { DataType::Float64 } else { DataType::Utf8 };
    let answer = columns.answer();
    let first = [
        Field::new("row", DataType::Int64, false),
        Field::new(answer, kind.clone(), true),
        Field::new(format!("true_{answer}"), kind, true),
    ];
    let outside = columns.outside.then(|| Field::new("outside", DataType::Utf8, true));
    let score = |class: &String| Field::new(score_name(class), DataType::Float64, false);
    let scores = columns.scores.iter().map(score);
    let fields: Vec<Field> = first.into_iter().chain(outside).chain(scores).collect();
    Arc::new(Schema::new(fields))
}
