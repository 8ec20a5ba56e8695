//! What stands in front of an array's values: their type, their order and how many they are.

use super::{cut, kind::Kind, literal::Literal, unusable};
use crate::table::TableFault;
use std::io::Read;

/// Most bytes of a header that is read. Names of 65,536 fields fit in them.
const MOST_BYTES: u64 = 1 << 23;

/// What is known of an array before its values are read.
#[derive(Debug)]
pub(super) struct Header {
    /// One field without a name, unless the array has fields.
    fields: Vec<Field>,
    rows: u64,
    /// How often the fields are repeated in a row.
    repeats: u64,
    /// Whether rows lie one after the other, not columns.
    by_rows: bool,
}

#[derive(Debug)]
struct Field {
    name: String,
    kind: Kind,
}

/// Where a value of each row is.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) kind: Kind,
    /// Bytes in front of the first row's value.
    start: usize,
}

impl Cell {
    /// The bytes of the value, in the row that begins at this place.
    pub(super) fn bytes<'a>(&self, held: &'a [u8], row: usize) -> Option<&'a [u8]> {
        let start = row.checked_add(self.start)?;
        held.get(start..start.checked_add(self.kind.size())?)
    }
}

impl Header {
    /// Reads the header. The source stands at the first value then.
    pub(super) fn read(source: &mut impl Read) -> Result<Self, TableFault> {
        let text = read_text(source)?;
        let written = Written::parse(&text).ok_or_else(|| {
            unusable(
                "its header is not one of NumPy, or a field holds more than one value; save plain \
                 columns",
            )
        })?;
        let (rows, repeats) = dimensions(&written.shape)?;
        let fields = written.fields()?;
        if written.is_structured && written.shape.len() != 1 {
            return Err(unusable("it has fields in two dimensions; save it as one list of rows"));
        }
        Ok(Self { fields, rows, repeats, by_rows: !written.by_columns || repeats == 1 })
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Number of columns.
    pub(super) fn columns(&self) -> u64 {
        let fields = self.fields.iter().filter(|field| !field.kind.is_padding()).count();
        self.repeats.saturating_mul(u64::try_from(fields).unwrap_or(u64::MAX))
    }

    /// The names of the array's fields, if it has some.
    pub(super) fn field_names(&self) -> Option<Vec<String>> {
        let named = self.fields.iter().any(|field| !field.name.is_empty());
        let fields = self.fields.iter().filter(|field| !field.kind.is_padding());
        named.then(|| fields.map(|field| field.name.clone()).collect())
    }

    /// Whether rows lie one after the other. Else the array's columns do.
    pub(super) fn by_rows(&self) -> bool {
        self.by_rows
    }

    /// Bytes of the fields, once.
    pub(super) fn item_bytes(&self) -> usize {
        self.fields.iter().fold(0, |sum, field| sum.saturating_add(field.kind.size()))
    }

    /// Bytes of a row, or of all values if the array's columns lie one after the other.
    pub(super) fn held_bytes(&self) -> Option<u64> {
        let row = u64::try_from(self.item_bytes()).ok()?.checked_mul(self.repeats)?;
        row.checked_mul(if self.by_rows { 1 } else { self.rows })
    }

    /// Where a row's values are, unless that is beyond all memory.
    pub(super) fn cells(&self) -> Option<Vec<Cell>> {
        let rows = if self.by_rows { 1 } else { usize::try_from(self.rows).ok()? };
        let column = self.item_bytes().checked_mul(rows)?;
        let mut cells = Vec::new();
        for repeat in 0..usize::try_from(self.repeats).ok()? {
            let mut start = column.checked_mul(repeat)?;
            for Field { kind, .. } in &self.fields {
                if !kind.is_padding() {
                    cells.push(Cell { kind: *kind, start });
                }
                start = start.checked_add(kind.size())?;
            }
        }
        Some(cells)
    }
}

fn read_text(source: &mut impl Read) -> Result<String, TableFault> {
    let mut start = [0; 8];
    source.read_exact(&mut start).map_err(cut)?;
    let version = start.strip_prefix(b"\x93NUMPY").and_then(|version| version.first());
    let length: u64 = match version {
        Some(1) => u16::from_le_bytes(bytes(source)?).into(),
        Some(2 | 3) => u32::from_le_bytes(bytes(source)?).into(),
        Some(_) => return Err(unusable("it is of an unknown version; save it with np.save")),
        None => return Err(unusable("it does not begin as one; save it with np.save")),
    };
    if length > MOST_BYTES {
        return Err(unusable("its header is too long; save it with fewer fields"));
    }
    let mut text = Vec::new();
    source.take(length).read_to_end(&mut text)?;
    match version {
        Some(3) => String::from_utf8(text)
            .map_err(|_| unusable("its header is not text in UTF-8; save it with np.save")),
        _ => Ok(text.into_iter().map(char::from).collect()),
    }
}

fn bytes<const N: usize>(source: &mut impl Read) -> Result<[u8; N], TableFault> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes).map_err(cut)?;
    Ok(bytes)
}

/// Rows, and columns if there is one field.
fn dimensions(shape: &[u64]) -> Result<(u64, u64), TableFault> {
    match shape {
        [rows] => Ok((*rows, 1)),
        [rows, columns] => Ok((*rows, *columns)),
        _ => Err(unusable(&format!(
            "it has {} dimensions, but a table has two; bring it into rows and columns with reshape",
            shape.len()
        ))),
    }
}

/// A header as it was written.
struct Written {
    /// Names and types.
    fields: Vec<(String, String)>,
    is_structured: bool,
    by_columns: bool,
    shape: Vec<u64>,
}

impl Written {
    fn parse(text: &str) -> Option<Self> {
        let mut literal = Literal::new(text);
        let (mut fields, mut by_columns, mut shape) = (None, None, None);
        literal.expect("{")?;
        while !literal.eats("}") {
            let key = literal.string()?;
            literal.expect(":")?;
            match key.as_str() {
                "descr" => fields = Some(parse_fields(&mut literal)?),
                "fortran_order" => by_columns = Some(literal.truth()?),
                "shape" => shape = Some(literal.list("(", ")", Literal::number)?),
                _ => return None,
            }
            literal.eats(",");
        }
        let (fields, is_structured) = fields?;
        Some(Self { fields, is_structured, by_columns: by_columns?, shape: shape? })
    }

    fn fields(&self) -> Result<Vec<Field>, TableFault> {
        let fields = self.fields.iter().map(|(name, kind)| {
            let kind = Kind::parse(kind)?;
            let is_named = self.is_structured && !name.is_empty();
            if kind.is_padding() && (is_named || !self.is_structured) {
                return Err(unusable("it holds raw bytes; convert them to numbers or texts"));
            }
            Ok(Field { name: name.clone(), kind })
        });
        fields.collect()
    }
}

/// Names and types of the fields, and whether there are fields at all.
fn parse_fields(literal: &mut Literal<'_>) -> Option<(Vec<(String, String)>, bool)> {
    match literal.string() {
        Some(kind) => Some((vec![(String::new(), kind)], false)),
        None => Some((literal.list("[", "]", parse_field)?, true)),
    }
}

fn parse_field(literal: &mut Literal<'_>) -> Option<(String, String)> {
    literal.expect("(")?;
    let name = literal.string()?;
    literal.expect(",")?;
    let kind = literal.string()?;
    literal.expect(")")?;
    Some((name, kind))
}
