//! What the client knows about the runtime that a node executes.

use crate::{
    calls::{Argument, Call},
    errors::{Incompatible, QueryError, Rejection},
    events::record::{ChainEvent, Place},
    keys::Keys,
    rpc::{Node, Version},
    types::{BlockRef, Hash},
};
use codec::{Compact, Decode, Encode};
use std::sync::LazyLock;
use subxt::{
    client::OfflineClientAtBlock,
    config::{
        substrate::{SpecVersionForRange, SubstrateConfig},
        DefaultExtrinsicParamsBuilder,
    },
    ext::{
        scale_decode::visitor::{decode_with_visitor, IgnoreVisitor},
        scale_encode::{self, EncodeAsFields, FieldIter, TypeResolver},
    },
    transactions::{Signer, StaticPayload},
    utils::{AccountId32, MultiSignature},
    ArcMetadata, Metadata, OfflineClient,
};

/// The newest version of metadata that both sides know; the first with view functions.
const METADATA_VERSION: u32 = 16;

/// Blocks for which a transaction stays valid.
pub(crate) const MORTALITY: u32 = 64;

/// The runtime that this client was written for.
static EXPECTED: LazyLock<Option<Metadata>> =
    LazyLock::new(|| Metadata::decode_from(include_bytes!("../metadata/nocknock.scale")).ok());

/// A runtime, by its own description.
#[derive(Debug)]
pub(crate) struct Runtime {
    pub(crate) version: Version,
    metadata: ArcMetadata,
    offline: OfflineClient<SubstrateConfig>,
}

impl Runtime {
    /// Reads the description of the runtime of a block.
    pub(crate) async fn of_block(
        node: &dyn Node,
        genesis: Hash,
        version: Version,
        block: Hash,
    ) -> Result<Self, QueryError> {
        let input = METADATA_VERSION.encode();
        let answer = node.call("Metadata_metadata_at_version", &input, block).await?;
        let opaque: Option<Vec<u8>> = decode_all("the metadata", &answer)?;
        let bytes = opaque.ok_or_else(|| Incompatible::new("metadata of version 16"))?;
        Self::new(genesis, version, &bytes)
    }

    /// A runtime with this metadata.
    pub(crate) fn new(genesis: Hash, version: Version, bytes: &[u8]) -> Result<Self, QueryError> {
        let metadata = Metadata::decode_from(bytes)
            .map_err(|error| QueryError::undecodable("the metadata", error))?
            .arc();
        let everywhere = SpecVersionForRange {
            block_range: 0..u64::MAX,
            spec_version: version.spec_version,
            transaction_version: version.transaction_version,
        };
        let config = SubstrateConfig::builder()
            .set_genesis_hash(genesis)
            .set_spec_version_for_block_ranges([everywhere])
            .set_metadata_for_spec_versions([(version.spec_version, metadata.clone())])
            .build();
        Ok(Self { version, metadata, offline: OfflineClient::new_with_config(config) })
    }

    /// A signed transaction, valid for [`MORTALITY`] blocks from `anchor`.
    pub(crate) fn signed(
        &self,
        call: &Call,
        keys: &Keys,
        nonce: u64,
        anchor: BlockRef,
    ) -> Result<Vec<u8>, Incompatible> {
        let payload = self.payload(call)?;
        let params = DefaultExtrinsicParamsBuilder::new()
            .nonce(nonce)
            .mortal_from_unchecked(MORTALITY.into(), anchor.number.into(), anchor.hash)
            .build();
        let transaction = self
            .at_block()?
            .transactions()
            .create_v4_signable_offline(&payload, params)
            .and_then(|mut signable| signable.sign(&AsSigner(keys)))
            .map_err(|error| Incompatible::new(format!("{call}: {error}")))?;
        Ok(transaction.into_encoded())
    }

    /// A transaction without a signature.
    pub(crate) fn unsigned(&self, call: &Call) -> Result<Vec<u8>, Incompatible> {
        let payload = self.payload(call)?;
        let transactions = self.at_block()?.transactions();
        let transaction = transactions
            .create_v4_unsigned(&payload)
            .map_err(|error| Incompatible::new(format!("{call}: {error}")))?;
        Ok(transaction.into_encoded())
    }

    /// The bytes of a call.
    pub(crate) fn call_data(&self, call: &Call) -> Result<Vec<u8>, Incompatible> {
        let payload = self.payload(call)?;
        let transactions = self.at_block()?.transactions();
        transactions
            .call_data(&payload)
            .map_err(|error| Incompatible::new(format!("{call}: {error}")))
    }

    /// The input of the runtime function that executes a view function.
    pub(crate) fn view_input(
        &self,
        pallet: &str,
        name: &str,
        arguments: Vec<u8>,
    ) -> Result<Vec<u8>, Incompatible> {
        let what = || format!("the view function {pallet}.{name}");
        let find = |metadata: &Metadata| {
            let function = metadata.pallet_by_name(pallet)?.view_function_by_name(name)?;
            Some((*function.query_id(), function.hash()))
        };
        let (id, hash) = find(&self.metadata).ok_or_else(|| Incompatible::new(what()))?;
        let expected = EXPECTED.as_ref().and_then(find);
        if expected.is_some_and(|(_, expected)| expected != hash) {
            return Err(Incompatible::new(what()));
        }
        Ok((id, arguments).encode())
    }

    /// A constant of a pallet.
    pub(crate) fn constant<T: Decode>(&self, pallet: &str, name: &str) -> Result<T, QueryError> {
        let what = format!("the constant {pallet}.{name}");
        let constant = self
            .metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.constant_by_name(name))
            .ok_or_else(|| Incompatible::new(&what))?;
        decode_all(&what, constant.value())
    }

    /// The events of a block, from the value that the state holds of them.
    pub(crate) fn events(&self, bytes: Vec<u8>) -> Result<Vec<ChainEvent>, QueryError> {
        let events = self.at_block()?.events().from_bytes(bytes);
        let decode = |event: Result<subxt::events::Event<'_, SubstrateConfig>, _>| {
            let event = event.map_err(|error: subxt::error::EventsError| {
                QueryError::undecodable("an event", error)
            })?;
            Ok(ChainEvent {
                place: place(event.phase()),
                index: event.index(),
                pallet: event.pallet_name().to_owned(),
                name: event.event_name().to_owned(),
                fields: event.field_bytes().to_vec(),
            })
        };
        events.iter().map(decode).collect()
    }

    /// What an error of the runtime means.
    pub(crate) fn rejection(&self, error: &sp_runtime::DispatchError) -> Rejection {
        let sp_runtime::DispatchError::Module(module) = error else {
            return Rejection::outside_pallets(error);
        };
        let pallet = self.metadata.pallet_by_error_index(module.index);
        let [code, ..] = module.error;
        let found = pallet.and_then(|pallet| {
            let variant = pallet.error_variant_by_index(code)?;
            let rejection = Rejection::new(pallet.name(), &variant.name, &variant.docs);
            Some(rejection.with_minimum(|name| self.constant(pallet.name(), name).ok()))
        });
        found.unwrap_or_else(|| Rejection::unknown(module.index, code))
    }

    fn at_block(&self) -> Result<OfflineClientAtBlock<SubstrateConfig>, Incompatible> {
        self.offline.at_block(0_u64).map_err(|error| Incompatible::new(error.to_string()))
    }

    fn payload(&self, call: &Call) -> Result<StaticPayload<Arguments>, Incompatible> {
        self.ensure_expected(call)?;
        let encode = |(name, argument): &(&'static str, Argument)| {
            Ok((*name, self.encode_argument(argument)?))
        };
        let arguments = call.arguments().iter().map(encode).collect::<Result<_, Incompatible>>()?;
        Ok(StaticPayload::new(call.pallet(), call.name(), Arguments(arguments)))
    }

    fn encode_argument(&self, argument: &Argument) -> Result<Vec<u8>, Incompatible> {
        let calls = match argument {
            Argument::Value(bytes) => return Ok(bytes.clone()),
            Argument::Calls(calls) => calls,
        };
        let count = u32::try_from(calls.len())
            .map_err(|_| Incompatible::new("a batch of more than 2^32 calls"))?;
        calls.iter().try_fold(Compact(count).encode(), |mut bytes, call| {
            bytes.extend(self.call_data(call)?);
            Ok(bytes)
        })
    }

    /// The call is the one that this client was written for, and is encoded alike.
    fn ensure_expected(&self, call: &Call) -> Result<(), Incompatible> {
        let expected = EXPECTED.as_ref().and_then(|metadata| CallForm::of(metadata, call));
        let found = CallForm::of(&self.metadata, call);
        match found.is_some() && found == expected {
            true => Ok(()),
            false => Err(Incompatible::new(format!("{call}"))),
        }
    }
}

/// All that metadata decides about the bytes of a call. The hash that subxt makes leaves out both
/// indices and the order of the arguments, by which a node could turn one call into another that
/// has arguments of the same types.
#[derive(PartialEq, Eq)]
struct CallForm {
    hash: [u8; 32],
    pallet_index: u8,
    call_index: u8,
    arguments: Vec<Option<String>>,
}

impl CallForm {
    fn of(metadata: &Metadata, call: &Call) -> Option<Self> {
        let pallet = metadata.pallet_by_name(call.pallet())?;
        let variant = pallet.call_variant_by_name(call.name())?;
        let arguments = variant.fields.iter().map(|field| field.name.clone());
        Some(Self {
            hash: pallet.call_hash(call.name())?,
            pallet_index: pallet.call_index(),
            call_index: variant.index,
            arguments: arguments.collect(),
        })
    }
}

/// Decodes bytes that hold one value and nothing else.
pub(crate) fn decode_all<T: Decode>(what: &str, bytes: &[u8]) -> Result<T, QueryError> {
    let mut input = bytes;
    let value = T::decode(&mut input).map_err(|error| QueryError::undecodable(what, error))?;
    if input.is_empty() {
        return Ok(value);
    }
    let reason = format!("{} bytes are left over", input.len());
    Err(QueryError::undecodable(what, reason))
}

fn place(phase: subxt::events::Phase) -> Place {
    match phase {
        subxt::events::Phase::ApplyExtrinsic(index) => Place::Extrinsic(index),
        subxt::events::Phase::Initialization | subxt::events::Phase::Finalization => Place::Block,
    }
}

/// Encoded arguments that are put in the runtime's order by their names, each checked against the
/// type that the runtime declares for it.
struct Arguments(Vec<(&'static str, Vec<u8>)>);

impl EncodeAsFields for Arguments {
    fn encode_as_fields_to<R: TypeResolver>(
        &self,
        fields: &mut dyn FieldIter<'_, R::TypeId>,
        types: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), scale_encode::Error> {
        if fields.len() != self.0.len() {
            let counts = format!("{} arguments, not {}", self.0.len(), fields.len());
            return Err(scale_encode::Error::custom_string(counts));
        }
        for field in fields {
            let name = field.name.unwrap_or_default();
            let given = self.0.iter().find(|(given, _)| *given == name);
            let missing = || scale_encode::Error::custom_string(format!("{name} is missing"));
            let (_, bytes) = given.ok_or_else(missing)?;
            check_type(bytes, field.id, types).map_err(|reason| {
                scale_encode::Error::custom_string(format!("{name}: {reason}"))
            })?;
            out.extend_from_slice(bytes);
        }
        Ok(())
    }
}

fn check_type<R: TypeResolver>(bytes: &[u8], id: R::TypeId, types: &R) -> Result<(), String> {
    let mut input = bytes;
    decode_with_visitor(&mut input, id, types, IgnoreVisitor::new())
        .map_err(|error| error.to_string())?;
    match input.len() {
        0 => Ok(()),
        left => Err(format!("{left} bytes more than the runtime takes")),
    }
}

/// Keys, as subxt asks them.
struct AsSigner<'a>(&'a Keys);

impl Signer<SubstrateConfig> for AsSigner<'_> {
    fn account_id(&self) -> AccountId32 {
        self.0.account()
    }

    fn sign(&self, payload: &[u8]) -> MultiSignature {
        MultiSignature::Sr25519(self.0.sign(payload))
    }
}

#[cfg(test)]
mod tests;
