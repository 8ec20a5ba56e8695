//! Structures in Thrift's compact protocol, written field by field.

pub(super) const WHOLE: u8 = 5;
pub(super) const BYTES: u8 = 8;
pub(super) const LIST: u8 = 9;
pub(super) const STRUCTURE: u8 = 12;

/// A structure that is being written.
#[derive(Clone, Debug, Default)]
pub(super) struct Thrift {
    bytes: Vec<u8>,
    last: u8,
}

impl Thrift {
    /// A field of this type, whose value follows.
    pub(super) fn field(mut self, number: u8, wire: u8) -> Self {
        self.bytes.push(((number - self.last) << 4) | wire);
        self.last = number;
        self
    }

    /// Bytes as they are.
    pub(super) fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self
    }

    pub(super) fn whole(self, number: u8, value: i64) -> Self {
        self.field(number, WHOLE).raw(&whole(value))
    }

    pub(super) fn truth(self, number: u8, value: bool) -> Self {
        self.field(number, if value { 1 } else { 2 })
    }

    pub(super) fn text(self, number: u8, text: &[u8]) -> Self {
        self.field(number, BYTES).raw(&bytes(text))
    }

    pub(super) fn structure(self, number: u8, structure: &[u8]) -> Self {
        self.field(number, STRUCTURE).raw(structure)
    }

    pub(super) fn list(self, number: u8, wire: u8, items: &[Vec<u8>]) -> Self {
        let count = items.len().try_into().unwrap();
        self.promise(number, wire, count).raw(&items.concat())
    }

    /// A list that says that it has so many items.
    pub(super) fn promise(self, number: u8, wire: u8, count: u64) -> Self {
        self.field(number, LIST).raw(&[0xf0 | wire]).raw(&natural(count))
    }

    pub(super) fn end(self) -> Vec<u8> {
        self.raw(&[0]).bytes
    }
}

pub(super) fn natural(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

pub(super) fn whole(value: i64) -> Vec<u8> {
    natural(((value << 1) ^ (value >> 63)).cast_unsigned())
}

pub(super) fn bytes(bytes: &[u8]) -> Vec<u8> {
    [natural(bytes.len().try_into().unwrap()), bytes.to_vec()].concat()
}
