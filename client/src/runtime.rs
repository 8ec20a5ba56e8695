//! What the client knows about the runtime that a node executes.

use crate::{
    calls::Call,
    errors::{Incompatible, QueryError, Rejection},
    events::{
        record::{ChainEvent, Place, Reading},
        PALLETS,
    },
    expected::{self, Agreement, EventForm},
    keys::Keys,
    rpc::{Node, Version},
    submit::Life,
    types::{Balance, Hash},
};
use codec::{Decode, Encode};
use nocknock_primitives::text::printable;
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

/// Blocks for which a transaction stays valid, if nothing else is asked for.
pub(crate) const MORTALITY: u32 = 64;

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
        warn_of_other_events(&metadata);
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

    /// A signed transaction.
    pub(crate) fn signed(
        &self,
        call: &Call,
        keys: &Keys,
        nonce: u64,
        life: Life,
        tip: Balance,
    ) -> Result<Vec<u8>, Incompatible> {
        let payload = self.payload(call)?;
        let Life { anchor, period } = life;
        let params = DefaultExtrinsicParamsBuilder::new()
            .nonce(nonce)
            .mortal_from_unchecked(period.into(), anchor.number.into(), anchor.hash)
            .tip(tip)
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

    /// The bytes of a call, if the node's runtime takes it as it is meant.
    pub(crate) fn call_data(&self, call: &Call) -> Result<Vec<u8>, Incompatible> {
        let agreement = self.agreement()?;
        let changed =
            call.all_names().into_iter().find(|(pallet, name)| !agreement.has_call(pallet, name));
        if let Some((pallet, name)) = changed {
            return Err(Incompatible::new(format!("{pallet}.{name}")));
        }
        let bytes = call.encoded();
        self.ensure_is_call(&bytes)
            .map_err(|reason| Incompatible::new(format!("{call}: {reason}")))?;
        Ok(bytes)
    }

    /// The input of the runtime function that executes a view function.
    pub(crate) fn view_input(
        &self,
        pallet: &str,
        name: &str,
        arguments: Vec<u8>,
    ) -> Result<Vec<u8>, Incompatible> {
        let find = |metadata: &'static Metadata| {
            metadata.pallet_by_name(pallet)?.view_function_by_name(name)
        };
        let theirs = self.metadata.pallet_by_name(pallet);
        let theirs = theirs.and_then(|theirs| theirs.view_function_by_name(name));
        let agreement = self.agreement()?;
        match (expected::metadata().and_then(find), theirs) {
            (Some(ours), Some(theirs)) if agreement.has_view(&ours, &theirs) => {
                Ok((*theirs.query_id(), arguments).encode())
            }
            _ => Err(Incompatible::new(format!("the view function {pallet}.{name}"))),
        }
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
        let agreement = self.agreement()?;
        let events = self.at_block()?.events().from_bytes(bytes);
        let read = |event: Result<subxt::events::Event<'_, SubstrateConfig>, _>| {
            let event = event.map_err(|error: subxt::error::EventsError| {
                QueryError::undecodable("an event", error)
            })?;
            let (pallet, name) = (event.pallet_name(), event.event_name());
            Ok(ChainEvent {
                place: place(event.phase()),
                index: event.index(),
                pallet: pallet.to_owned(),
                name: name.to_owned(),
                reading: reading(&agreement, pallet, name, event.field_bytes())?,
            })
        };
        events.iter().map(read).collect()
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

    fn agreement(&self) -> Result<Agreement<'_>, Incompatible> {
        Agreement::with(&self.metadata)
            .ok_or_else(|| Incompatible::new("the metadata that this program was built with"))
    }

    fn payload(&self, call: &Call) -> Result<StaticPayload<Arguments>, Incompatible> {
        let bytes = self.call_data(call)?;
        let arguments = bytes.get(INDICES..).unwrap_or_default().to_vec();
        Ok(StaticPayload::new(call.pallet(), call.name(), Arguments(arguments)))
    }

    /// The bytes are one call of the node's runtime and nothing else. Types of the project's crates
    /// stand in the calls in place of generated ones; this is the last check that they agree.
    fn ensure_is_call(&self, bytes: &[u8]) -> Result<(), String> {
        let (mut input, types) = (bytes, self.metadata.types());
        let call = self.metadata.outer_enums().call_enum_ty();
        decode_with_visitor(&mut input, call, types, IgnoreVisitor::new())
            .map_err(|error| error.to_string())?;
        match input.len() {
            0 => Ok(()),
            left => Err(format!("{left} bytes more than the runtime takes")),
        }
    }
}

/// Bytes of a call before its arguments: the indices of the pallet and the call.
const INDICES: usize = 2;

/// What this client makes of an event with these fields.
fn reading(
    agreement: &Agreement<'_>,
    pallet: &str,
    name: &str,
    fields: &[u8],
) -> Result<Reading, QueryError> {
    match agreement.event(pallet, name) {
        EventForm::Same(indices) => {
            let what = format!("the event {pallet}.{name}");
            decode_all(&what, &[indices.as_slice(), fields].concat()).map(Reading::Known)
        }
        EventForm::Changed => Ok(Reading::Changed),
        EventForm::Unknown => Ok(Reading::Unknown),
    }
}

/// Tells whoever reads the log that a node has events which this program cannot show.
fn warn_of_other_events(metadata: &Metadata) {
    let Some(agreement) = Agreement::with(metadata) else {
        return;
    };
    for pallet in PALLETS {
        let events = agreement.differing_events(pallet);
        if !events.is_empty() {
            let events = events.join(", ");
            tracing::warn!(
                pallet,
                events = &*printable(&events),
                "the node's runtime has events that this program does not know: use programs of \
                 the same release as the node"
            );
        }
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

/// The arguments of a call, encoded already.
struct Arguments(Vec<u8>);

impl EncodeAsFields for Arguments {
    fn encode_as_fields_to<R: TypeResolver>(
        &self,
        _fields: &mut dyn FieldIter<'_, R::TypeId>,
        _types: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), scale_encode::Error> {
        out.extend_from_slice(&self.0);
        Ok(())
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
