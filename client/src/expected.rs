//! The runtime that this client was written for, and how far a node's runtime agrees with it.
//!
//! Calls and events are encoded and decoded as the committed metadata says. A node describes its
//! own runtime; what is compared here is all that decides about the bytes: indices, the order of
//! fields and variants, and every type down to its primitives, together with the names.

use scale_info::{form::PortableForm, Field, PortableRegistry, TypeDef, Variant};
use std::{collections::BTreeSet, sync::LazyLock};
use subxt::{metadata::ViewFunctionMetadata, Metadata};

static EXPECTED: LazyLock<Option<Metadata>> =
    LazyLock::new(|| Metadata::decode_from(include_bytes!("../metadata/nocknock.scale")).ok());

/// The committed metadata. It can be decoded: the calls and events of this crate are made of it.
pub(crate) fn metadata() -> Option<&'static Metadata> {
    EXPECTED.as_ref()
}

/// The names of the pallet and the call with these indices.
pub(crate) fn call_name(pallet: u8, call: u8) -> Option<(&'static str, &'static str)> {
    let pallet = metadata()?.pallet_by_call_index(pallet)?;
    Some((pallet.name(), pallet.call_variant_by_index(call)?.name.as_str()))
}

/// How an event of a node's runtime compares with the expected one of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventForm {
    /// It is the same and has these indices of pallet and event in the committed metadata.
    Same([u8; 2]),
    /// Its fields are others.
    Changed,
    /// There is none of that name.
    Unknown,
}

/// The committed metadata beside that of a node.
pub(crate) struct Agreement<'a> {
    ours: &'a Metadata,
    theirs: &'a Metadata,
}

impl<'a> Agreement<'a> {
    /// None if the committed metadata cannot be decoded.
    pub(crate) fn with(theirs: &'a Metadata) -> Option<Self> {
        Some(Self { ours: metadata()?, theirs })
    }

    /// The call has the same bytes and means the same. Calls inside of it are left out: they are
    /// compared one by one.
    pub(crate) fn has_call(&self, pallet: &str, name: &str) -> bool {
        let find = |metadata: &'a Metadata| {
            let pallet = metadata.pallet_by_name(pallet)?;
            Some((pallet.call_index(), pallet.call_variant_by_name(name)?))
        };
        let both = find(self.ours).zip(find(self.theirs));
        both.is_some_and(|((our_pallet, ours), (their_pallet, theirs))| {
            our_pallet == their_pallet && self.types().same_variant(ours, theirs)
        })
    }

    /// How the node's event of this name compares. Indices may differ: events are told apart by
    /// their names.
    pub(crate) fn event(&self, pallet: &str, name: &str) -> EventForm {
        let find = |metadata: &'a Metadata| {
            let pallet = metadata.pallet_by_name(pallet)?;
            let event = pallet.event_variants()?.iter().find(|event| event.name == name)?;
            Some((pallet.event_index(), event))
        };
        let Some((index, ours)) = find(self.ours) else {
            return EventForm::Unknown;
        };
        let theirs = find(self.theirs);
        let is_same = theirs
            .is_some_and(|(_, theirs)| self.types().same_fields(&ours.fields, &theirs.fields));
        if is_same {
            EventForm::Same([index, ours.index])
        } else {
            EventForm::Changed
        }
    }

    /// Names of the node's events that the committed metadata does not have in this form, of a
    /// pallet.
    pub(crate) fn differing_events(&self, pallet: &str) -> Vec<&'a str> {
        let theirs = self.theirs.pallet_by_name(pallet);
        let events = theirs.and_then(|theirs| theirs.event_variants()).unwrap_or_default();
        let names = events.iter().map(|event| event.name.as_str());
        names.filter(|name| !matches!(self.event(pallet, name), EventForm::Same(_))).collect()
    }

    /// A view function takes and gives the same.
    pub(crate) fn has_view(
        &self,
        ours: &ViewFunctionMetadata<'_>,
        theirs: &ViewFunctionMetadata<'_>,
    ) -> bool {
        let mut types = self.types();
        let mut inputs = ours.inputs().zip(theirs.inputs());
        ours.inputs().len() == theirs.inputs().len()
            && inputs
                .all(|(ours, theirs)| ours.name == theirs.name && types.same(ours.id, theirs.id))
            && types.same(ours.output_ty(), theirs.output_ty())
    }

    fn types(&self) -> Types<'a> {
        let calls = [self.ours, self.theirs].map(|metadata| metadata.outer_enums().call_enum_ty());
        Types {
            ours: self.ours.types(),
            theirs: self.theirs.types(),
            seen: BTreeSet::from([(calls[0], calls[1])]),
        }
    }
}

/// The types of two runtimes.
struct Types<'a> {
    ours: &'a PortableRegistry,
    theirs: &'a PortableRegistry,
    /// Pairs that were compared, or are being compared: a type may hold itself. Nothing goes on
    /// after the first difference, so all others count as the same.
    seen: BTreeSet<(u32, u32)>,
}

impl Types<'_> {
    fn same(&mut self, ours: u32, theirs: u32) -> bool {
        if !self.seen.insert((ours, theirs)) {
            return true;
        }
        let both = self.ours.resolve(ours).zip(self.theirs.resolve(theirs));
        both.is_some_and(|(ours, theirs)| self.same_form(&ours.type_def, &theirs.type_def))
    }

    fn same_form(&mut self, ours: &TypeDef<PortableForm>, theirs: &TypeDef<PortableForm>) -> bool {
        match (ours, theirs) {
            (TypeDef::Composite(ours), TypeDef::Composite(theirs)) => {
                self.same_fields(&ours.fields, &theirs.fields)
            }
            (TypeDef::Variant(ours), TypeDef::Variant(theirs)) => {
                all_same(&ours.variants, &theirs.variants, |ours, theirs| {
                    self.same_variant(ours, theirs)
                })
            }
            (TypeDef::Sequence(ours), TypeDef::Sequence(theirs)) => {
                self.same(ours.type_param.id, theirs.type_param.id)
            }
            (TypeDef::Array(ours), TypeDef::Array(theirs)) => {
                ours.len == theirs.len && self.same(ours.type_param.id, theirs.type_param.id)
            }
            (TypeDef::Tuple(ours), TypeDef::Tuple(theirs)) => {
                all_same(&ours.fields, &theirs.fields, |ours, theirs| self.same(ours.id, theirs.id))
            }
            (TypeDef::Primitive(ours), TypeDef::Primitive(theirs)) => ours == theirs,
            (TypeDef::Compact(ours), TypeDef::Compact(theirs)) => {
                self.same(ours.type_param.id, theirs.type_param.id)
            }
            (TypeDef::BitSequence(ours), TypeDef::BitSequence(theirs)) => {
                self.same(ours.bit_store_type.id, theirs.bit_store_type.id)
                    && self.same(ours.bit_order_type.id, theirs.bit_order_type.id)
            }
            _ => false,
        }
    }

    fn same_variant(
        &mut self,
        ours: &Variant<PortableForm>,
        theirs: &Variant<PortableForm>,
    ) -> bool {
        ours.name == theirs.name
            && ours.index == theirs.index
            && self.same_fields(&ours.fields, &theirs.fields)
    }

    fn same_fields(
        &mut self,
        ours: &[Field<PortableForm>],
        theirs: &[Field<PortableForm>],
    ) -> bool {
        all_same(ours, theirs, |ours, theirs| {
            ours.name == theirs.name && self.same(ours.ty.id, theirs.ty.id)
        })
    }
}

fn all_same<T>(ours: &[T], theirs: &[T], mut same: impl FnMut(&T, &T) -> bool) -> bool {
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
}
