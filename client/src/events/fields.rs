//! The fields of events, as the chain's metadata describes them.

use super::DomainEvent;
use crate::{
    errors::{Incompatible, QueryError},
    expected,
    types::{AccountId, Balance},
};
use nocknock_primitives::{ids::BlobId, score::Score};
use scale_info::{form::PortableForm, PortableRegistry, Type, TypeDef, TypeDefPrimitive};
use subxt::ext::scale_value::{
    scale::decode_as_type, Composite, Primitive, Value, ValueDef, Variant,
};

/// What a field holds, for programs that show events of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// Nothing, where there might be something.
    Absent,
    /// Yes or no.
    Truth(bool),
    /// A number that names or counts something.
    Number(u64),
    /// An amount of tokens or work points, in the smallest unit. On this chain all numbers of 128
    /// bits are such amounts.
    Amount(Balance),
    /// An account.
    Account(AccountId),
    /// The address of data outside the chain.
    Blob(BlobId),
    /// A score.
    Score(Score),
    /// A hash, an id, or other bytes.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
    /// One of several cases, and what belongs to it.
    Case(String, Vec<(String, FieldValue)>),
    /// Several values.
    List(Vec<FieldValue>),
    /// Several values with names.
    Record(Vec<(String, FieldValue)>),
}

impl DomainEvent {
    /// The fields of the event, in order and under the names that they have on the chain. One
    /// without a name is called by its place.
    ///
    /// # Errors
    ///
    /// None, as long as the committed metadata can be read: the event is made of it.
    pub fn fields(&self) -> Result<Vec<(String, FieldValue)>, QueryError> {
        let what = || format!("the event {}.{}", self.pallet(), self.name());
        let metadata = expected::metadata().ok_or_else(|| Incompatible::new(what()))?;
        let pallet = metadata.pallet_by_name(self.pallet());
        let ty = pallet.and_then(|pallet| pallet.event_ty_id());
        let ty = ty.ok_or_else(|| Incompatible::new(what()))?;
        let decoded = decode_as_type(&mut &self.encoded()[..], ty, metadata.types());
        let decoded = decoded.map_err(|error| QueryError::undecodable(&what(), error))?;
        let ValueDef::Variant(event) = decoded.value else {
            return Err(QueryError::undecodable(&what(), "it is no event"));
        };
        Ok(Reader(metadata.types()).parts(event.values))
    }
}

/// Reads values by their types.
struct Reader<'a>(&'a PortableRegistry);

impl Reader<'_> {
    fn parts(&self, values: Composite<u32>) -> Vec<(String, FieldValue)> {
        match values {
            Composite::Named(values) => {
                values.into_iter().map(|(name, value)| (name, self.read(value))).collect()
            }
            Composite::Unnamed(values) => {
                let places = (0..).map(|place: u32| place.to_string());
                places.zip(values.into_iter().map(|value| self.read(value))).collect()
            }
        }
    }

    fn read(&self, value: Value<u32>) -> FieldValue {
        let ty = self.0.resolve(value.context);
        if let Some(known) = ty.and_then(|ty| known(ty, &value)) {
            return known;
        }
        match value.value {
            ValueDef::Primitive(primitive) => primitive_value(primitive, ty),
            ValueDef::Composite(composite) => self.composite(composite, ty),
            ValueDef::Variant(variant) => self.variant(variant, ty),
            ValueDef::BitSequence(bits) => {
                FieldValue::List(bits.iter().map(FieldValue::Truth).collect())
            }
        }
    }

    fn composite(&self, composite: Composite<u32>, ty: Option<&Type<PortableForm>>) -> FieldValue {
        if ty.is_some_and(|ty| self.holds_bytes(ty)) {
            let bytes = composite.values().map(|value| number(value).and_then(to_byte));
            if let Some(bytes) = bytes.collect() {
                return FieldValue::Bytes(bytes);
            }
        }
        match composite {
            Composite::Named(_) => FieldValue::Record(self.parts(composite)),
            Composite::Unnamed(mut values) => {
                let is_wrapper = ty.is_some_and(|ty| matches!(ty.type_def, TypeDef::Composite(_)));
                match (values.pop(), values.is_empty() && is_wrapper) {
                    (Some(inner), true) => self.read(inner),
                    (last, _) => {
                        values.extend(last);
                        FieldValue::List(values.into_iter().map(|one| self.read(one)).collect())
                    }
                }
            }
        }
    }

    fn variant(&self, variant: Variant<u32>, ty: Option<&Type<PortableForm>>) -> FieldValue {
        let mut parts = self.parts(variant.values);
        if ty.is_some_and(|ty| path(ty) == "Option") {
            return parts.pop().map_or(FieldValue::Absent, |(_, value)| value);
        }
        FieldValue::Case(variant.name, parts)
    }

    fn holds_bytes(&self, ty: &Type<PortableForm>) -> bool {
        let element = match &ty.type_def {
            TypeDef::Array(array) => array.type_param.id,
            TypeDef::Sequence(sequence) => sequence.type_param.id,
            _ => return false,
        };
        let element = self.0.resolve(element);
        element.is_some_and(|ty| ty.type_def == TypeDef::Primitive(TypeDefPrimitive::U8))
    }
}

fn path(ty: &Type<PortableForm>) -> String {
    ty.path.segments.join("::")
}

/// A value of a type that means more than its parts say.
fn known(ty: &Type<PortableForm>, value: &Value<u32>) -> Option<FieldValue> {
    match path(ty).as_str() {
        "sp_core::crypto::AccountId32" => Some(FieldValue::Account(bytes32(value)?.into())),
        "nocknock_primitives::ids::BlobId" => Some(FieldValue::Blob(bytes32(value)?.into())),
        "nocknock_primitives::score::Score" => {
            let [correct, total] = numbers(value)[..] else {
                return None;
            };
            let (correct, total) = (correct.try_into().ok()?, total.try_into().ok()?);
            Some(FieldValue::Score(Score { correct, total }))
        }
        _ => None,
    }
}

fn primitive_value(primitive: Primitive, ty: Option<&Type<PortableForm>>) -> FieldValue {
    let amount = TypeDef::Primitive(TypeDefPrimitive::U128);
    match primitive {
        Primitive::Bool(truth) => FieldValue::Truth(truth),
        Primitive::U128(number) if ty.is_some_and(|ty| ty.type_def == amount) => {
            FieldValue::Amount(number)
        }
        Primitive::U128(number) => match u64::try_from(number) {
            Ok(number) => FieldValue::Number(number),
            Err(_) => FieldValue::Text(number.to_string()),
        },
        Primitive::I128(number) => FieldValue::Text(number.to_string()),
        Primitive::Char(character) => FieldValue::Text(character.to_string()),
        Primitive::String(text) => FieldValue::Text(text),
        Primitive::U256(bytes) | Primitive::I256(bytes) => FieldValue::Bytes(bytes.to_vec()),
    }
}

/// The numbers that a value is made of, however deep, in order.
fn numbers(value: &Value<u32>) -> Vec<u128> {
    match &value.value {
        ValueDef::Composite(composite) => composite.values().flat_map(numbers).collect(),
        _ => number(value).into_iter().collect(),
    }
}

fn number(value: &Value<u32>) -> Option<u128> {
    match &value.value {
        ValueDef::Primitive(Primitive::U128(number)) => Some(*number),
        _ => None,
    }
}

fn bytes32(value: &Value<u32>) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> = numbers(value).into_iter().map(to_byte).collect();
    bytes?.try_into().ok()
}

fn to_byte(number: u128) -> Option<u8> {
    number.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{ExperimentsEvent, RewardsEvent, TasksEvent, WtmEvent};
    use nocknock_primitives::{experiment::Champion, ids::ModelCommitment, task::Fate};

    const WORKER: AccountId = subxt::utils::AccountId32([7; 32]);

    fn fields(event: &DomainEvent) -> Vec<(String, FieldValue)> {
        event.fields().expect("fields of a known event")
    }

    fn named<const N: usize>(parts: [(&str, FieldValue); N]) -> Vec<(String, FieldValue)> {
        parts.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    #[test]
    fn accounts_amounts_and_hashes_are_told_apart_by_their_types() {
        let model = ModelCommitment([3; 32]);
        let event = TasksEvent::ModelCommitted { task: 5, worker: WORKER, model, sequence: 2 };
        let expected = named([
            ("task", FieldValue::Number(5)),
            ("worker", FieldValue::Account(WORKER)),
            ("model", FieldValue::Bytes(vec![3; 32])),
            ("sequence", FieldValue::Number(2)),
        ]);
        assert_eq!(fields(&DomainEvent::Tasks(event)), expected);
        let points = 1 << 70;
        let event = RewardsEvent::CandidateAdded { who: WORKER, points };
        let expected =
            named([("who", FieldValue::Account(WORKER)), ("points", FieldValue::Amount(points))]);
        assert_eq!(fields(&DomainEvent::Rewards(event)), expected);
    }

    #[test]
    fn blobs_lists_and_cases_keep_what_they_mean() {
        let train_data = BlobId([9; 32]);
        let event = TasksEvent::TaskOpened { task: 1, train_data, commit_end: 8 };
        let expected = named([
            ("task", FieldValue::Number(1)),
            ("train_data", FieldValue::Blob(train_data)),
            ("commit_end", FieldValue::Number(8)),
        ]);
        assert_eq!(fields(&DomainEvent::Tasks(event)), expected);
        let event = TasksEvent::SplitDrawn { task: 1, test_blocks: vec![2, 4] };
        let blocks = FieldValue::List(vec![FieldValue::Number(2), FieldValue::Number(4)]);
        assert_eq!(fields(&DomainEvent::Tasks(event))[1].1, blocks);
        let event = TasksEvent::CommitmentClosed { task: 1, worker: WORKER, fate: Fate::NotProved };
        let fate = FieldValue::Case("NotProved".to_owned(), Vec::new());
        assert_eq!(fields(&DomainEvent::Tasks(event))[2].1, fate);
        let workers = vec![WORKER; 2];
        let event = TasksEvent::Asked { task: 1, round: 3, workers, until: 90 };
        let expected = named([
            ("task", FieldValue::Number(1)),
            ("round", FieldValue::Number(3)),
            ("workers", FieldValue::List(vec![FieldValue::Account(WORKER); 2])),
            ("until", FieldValue::Number(90)),
        ]);
        assert_eq!(fields(&DomainEvent::Tasks(event)), expected);
    }

    #[test]
    fn what_may_be_missing_is_there_or_absent() {
        let event = |supersedes| {
            let event = WtmEvent::FactProposed { fact: 1, proposer: WORKER, supersedes };
            fields(&DomainEvent::Wtm(event))[2].1.clone()
        };
        assert_eq!(event(Some(3)), FieldValue::Number(3));
        assert_eq!(event(None), FieldValue::Absent);
    }

    #[test]
    fn records_are_read_whole() {
        let champion = Champion { version: 2, score: Score { correct: 3, total: 4 } };
        let event = ExperimentsEvent::ChampionChanged { experiment: 1, champion };
        let record = named([
            ("version", FieldValue::Number(2)),
            ("score", FieldValue::Score(Score { correct: 3, total: 4 })),
        ]);
        let found = fields(&DomainEvent::Experiments(event));
        assert_eq!(found[1], ("champion".to_owned(), FieldValue::Record(record)));
    }
}
