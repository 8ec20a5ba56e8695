//! The calls and events of the chain, generated from the committed metadata.
//!
//! The macro makes a Rust type of every type that `metadata/nocknock.scale` describes. Those that
//! the project's own crates define already are put in place of what it would make: the bytes are
//! the same, since the runtime is built of them too. Values are encoded by `codec` alone, so what
//! a node says about itself never changes the bytes of a call; [`crate::runtime`] compares its
//! description with this one before anything is signed or read.

#[allow(unreachable_pub, reason = "the macro cannot know what the crate gives on")]
#[allow(clippy::all, reason = "nobody reads or edits what the macro writes")]
#[allow(rustdoc::all, reason = "the docs of the metadata link to what is in the pallets' crates")]
#[subxt::subxt(
    runtime_metadata_path = "metadata/nocknock.scale",
    runtime_types_only,
    generate_docs,
    no_default_derives,
    derive_for_all_types = "Clone, Debug, PartialEq, Eq, ::codec::Encode, ::codec::Decode",
    substitute_type(
        path = "bounded_collections::bounded_vec::BoundedVec",
        with = "::std::vec::Vec"
    ),
    substitute_type(
        path = "nocknock_primitives::circuit::CircuitInfo",
        with = "::nocknock_primitives::circuit::CircuitInfo"
    ),
    substitute_type(
        path = "nocknock_primitives::circuit::CircuitKind",
        with = "::nocknock_primitives::circuit::CircuitKind"
    ),
    substitute_type(
        path = "nocknock_primitives::circuit::KeyOrigin",
        with = "::nocknock_primitives::circuit::KeyOrigin"
    ),
    substitute_type(
        path = "nocknock_primitives::circuit::ProofBytes",
        with = "::nocknock_primitives::circuit::ProofBytes"
    ),
    substitute_type(
        path = "nocknock_primitives::experiment::Champion",
        with = "::nocknock_primitives::experiment::Champion"
    ),
    substitute_type(
        path = "nocknock_primitives::experiment::Description",
        with = "::nocknock_primitives::experiment::Description"
    ),
    substitute_type(
        path = "nocknock_primitives::experiment::Stage",
        with = "::nocknock_primitives::experiment::Stage"
    ),
    substitute_type(
        path = "nocknock_primitives::fact::FactStatus",
        with = "::nocknock_primitives::fact::FactStatus"
    ),
    substitute_type(
        path = "nocknock_primitives::fact::Source",
        with = "::nocknock_primitives::fact::Source"
    ),
    substitute_type(
        path = "nocknock_primitives::fact::Statement",
        with = "::nocknock_primitives::fact::Statement"
    ),
    substitute_type(
        path = "nocknock_primitives::finality::FinalityVote",
        with = "::nocknock_primitives::finality::FinalityVote"
    ),
    substitute_type(
        path = "nocknock_primitives::ids::BlobId",
        with = "::nocknock_primitives::ids::BlobId"
    ),
    substitute_type(
        path = "nocknock_primitives::ids::BlockRoot",
        with = "::nocknock_primitives::ids::BlockRoot"
    ),
    substitute_type(
        path = "nocknock_primitives::ids::CiphertextHash",
        with = "::nocknock_primitives::ids::CiphertextHash"
    ),
    substitute_type(
        path = "nocknock_primitives::ids::CircuitId",
        with = "::nocknock_primitives::ids::CircuitId"
    ),
    substitute_type(
        path = "nocknock_primitives::ids::ContentHash",
        with = "::nocknock_primitives::ids::ContentHash"
    ),
    substitute_type(
        path = "nocknock_primitives::ids::KeyCommitment",
        with = "::nocknock_primitives::ids::KeyCommitment"
    ),
    substitute_type(
        path = "nocknock_primitives::ids::ModelCommitment",
        with = "::nocknock_primitives::ids::ModelCommitment"
    ),
    substitute_type(
        path = "nocknock_primitives::reward::CurriculumRules",
        with = "::nocknock_primitives::reward::CurriculumRules"
    ),
    substitute_type(
        path = "nocknock_primitives::reward::PracticeSpec",
        with = "::nocknock_primitives::reward::PracticeSpec"
    ),
    substitute_type(
        path = "nocknock_primitives::score::Score",
        with = "::nocknock_primitives::score::Score"
    ),
    substitute_type(
        path = "nocknock_primitives::task::Attestation",
        with = "::nocknock_primitives::task::Attestation"
    ),
    substitute_type(
        path = "nocknock_primitives::task::BlockScore",
        with = "::nocknock_primitives::task::BlockScore"
    ),
    substitute_type(
        path = "nocknock_primitives::task::EqualRows",
        with = "::nocknock_primitives::task::EqualRows"
    ),
    substitute_type(
        path = "nocknock_primitives::task::Fate",
        with = "::nocknock_primitives::task::Fate"
    ),
    substitute_type(
        path = "nocknock_primitives::task::Funding",
        with = "::nocknock_primitives::task::Funding"
    ),
    substitute_type(
        path = "nocknock_primitives::task::LastChunk",
        with = "::nocknock_primitives::task::LastChunk"
    ),
    substitute_type(
        path = "nocknock_primitives::task::Outcome",
        with = "::nocknock_primitives::task::Outcome"
    ),
    substitute_type(
        path = "nocknock_primitives::task::ProvedScore",
        with = "::nocknock_primitives::task::ProvedScore"
    ),
    substitute_type(
        path = "nocknock_primitives::task::SealedKeyBytes",
        with = "::nocknock_primitives::task::SealedKeyBytes"
    ),
    substitute_type(
        path = "nocknock_primitives::task::TaskSpec",
        with = "::nocknock_primitives::task::TaskSpec"
    ),
    substitute_type(path = "sp_arithmetic::per_things::Permill", with = "::sp_runtime::Permill"),
    substitute_type(path = "sp_runtime::DispatchError", with = "::sp_runtime::DispatchError"),
    substitute_type(path = "sp_runtime::generic::era::Era", with = "::sp_runtime::generic::Era"),
    substitute_type(path = "sp_weights::weight_v2::Weight", with = "::sp_runtime::Weight")
)]
mod chain {}

pub(crate) use chain::runtime_types as types;
pub(crate) use types::nocknock_runtime::{RuntimeCall, RuntimeEvent};

#[cfg(test)]
mod tests {
    use scale_info::{form::PortableForm, TypeDef};
    use std::collections::BTreeSet;

    const SOURCE: &str = include_str!("generated.rs");

    fn parts(form: &TypeDef<PortableForm>) -> Vec<u32> {
        match form {
            TypeDef::Composite(composite) => {
                composite.fields.iter().map(|field| field.ty.id).collect()
            }
            TypeDef::Variant(variants) => {
                let fields = variants.variants.iter().flat_map(|variant| &variant.fields);
                fields.map(|field| field.ty.id).collect()
            }
            TypeDef::Sequence(sequence) => vec![sequence.type_param.id],
            TypeDef::Array(array) => vec![array.type_param.id],
            TypeDef::Tuple(tuple) => tuple.fields.iter().map(|field| field.id).collect(),
            TypeDef::Compact(compact) => vec![compact.type_param.id],
            TypeDef::Primitive(_) | TypeDef::BitSequence(_) => Vec::new(),
        }
    }

    /// One that the macro made again would be another type with the same name.
    #[test]
    fn calls_and_events_hold_the_types_of_the_primitives() {
        let metadata = crate::expected::metadata().expect("the committed metadata");
        let enums = metadata.outer_enums();
        let mut open = vec![enums.call_enum_ty(), enums.event_enum_ty()];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let ty = metadata.types().resolve(id).expect("a type of the metadata");
            let path = ty.path.segments.join("::");
            if path.starts_with("nocknock_primitives::") {
                let put_in_place = SOURCE.contains(&format!("path = \"{path}\""));
                assert!(put_in_place, "the macro has to be told about {path}");
            } else {
                open.extend(parts(&ty.type_def));
            }
        }
    }
}
