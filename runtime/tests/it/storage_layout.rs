//! The stored types of the protocol's pallets must not change without a new storage version.
//!
//! The layout of all storage items, down to primitive types, is written to `storage_layout.snap`. A
//! changed layout decodes what an older runtime has stored into something else, so it
//! needs a migration, and a migration needs a new storage version.

use codec::{Decode, Encode};
use frame_metadata::{
    v14::{PalletMetadata, StorageEntryMetadata, StorageEntryType},
    RuntimeMetadata,
};
use frame_support::traits::{GetStorageVersion, StorageVersion};
use nocknock_runtime::{
    Allowance, Council, Experiments, Network, Provenance, Rewards, Runtime, Tasks, Verifier, Wtm,
};
use scale_info::{
    form::PortableForm, Field, PortableRegistry, TypeDef, TypeDefPrimitive, TypeDefVariant,
};
use std::{collections::BTreeMap, env, fmt::Write, fs};

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/storage_layout.snap");
const ADVICE: &str =
    "bump the pallet's storage version, write a migration, then set UPDATE_SNAPSHOTS=1";

/// The layout of each pallet by its name: a line with the version, then the items.
type Layouts = BTreeMap<String, String>;

#[test]
fn stored_types_change_only_with_a_new_storage_version() {
    let update = env::var_os("UPDATE_SNAPSHOTS").is_some();
    let old = match fs::read_to_string(SNAPSHOT) {
        Ok(text) => text,
        Err(_) if update => String::new(),
        Err(error) => panic!("{SNAPSHOT} cannot be read: {error}"),
    };
    let new = render(&layouts());
    let old = old.replace("\r\n", "\n");
    match compare(&old, &new) {
        Change::None => {}
        Change::WithNewVersion(_) if update => {
            fs::write(SNAPSHOT, new).expect("the snapshot can be written");
        }
        Change::WithNewVersion(diff) | Change::WithoutNewVersion(diff) => {
            panic!("the storage layout has changed:\n{diff}\n{ADVICE}")
        }
    }
}

/// How a layout differs from an older one.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    /// Not at all.
    None,
    /// Each pallet that changed has a higher storage version, or one is new or gone.
    WithNewVersion(String),
    /// A pallet changed and its storage version did not rise. Never acceptable.
    WithoutNewVersion(String),
}

fn compare(old: &str, new: &str) -> Change {
    if old == new {
        return Change::None;
    }
    let diff = difference(old, new);
    let (old, new) = (sections(old), sections(new));
    let unversioned = old.iter().any(|(name, old)| {
        new.get(name).is_some_and(|new| old != new && version(new) <= version(old))
    });
    if unversioned {
        Change::WithoutNewVersion(diff)
    } else {
        Change::WithNewVersion(diff)
    }
}

/// The parts of a snapshot by the name of their pallet.
fn sections(text: &str) -> Layouts {
    format!("\n{text}")
        .split("\npallet ")
        .filter_map(|section| section.split_once('\n'))
        .map(|(name, body)| (name.to_owned(), body.trim_end().to_owned()))
        .collect()
}

fn version(section: &str) -> Option<u16> {
    section.lines().next()?.strip_prefix("version ")?.parse().ok()
}

/// The lines that are only in one of two texts, after what both begin with and before what both
/// end with.
fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let same = |(one, other): &(&&str, &&str)| one == other;
    let start = old.iter().zip(&new).take_while(same).count();
    let (old, new) = (&old[start..], &new[start..]);
    let end = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
    let removed = old[..old.len() - end].iter().map(|line| ('-', line));
    let added = new[..new.len() - end].iter().map(|line| ('+', line));
    removed.chain(added).fold(format!("from line {}:\n", start + 1), |text, (sign, line)| {
        text + &format!("{sign} {line}\n")
    })
}

fn render(layouts: &Layouts) -> String {
    layouts
        .iter()
        .map(|(name, layout)| format!("pallet {name}\n{layout}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The protocol's pallets and the storage versions that their code names.
fn versions() -> [(&'static str, StorageVersion); 9] {
    [
        ("Allowance", Allowance::in_code_storage_version()),
        ("Council", Council::in_code_storage_version()),
        ("Experiments", Experiments::in_code_storage_version()),
        ("Network", Network::in_code_storage_version()),
        ("Provenance", Provenance::in_code_storage_version()),
        ("Rewards", Rewards::in_code_storage_version()),
        ("Tasks", Tasks::in_code_storage_version()),
        ("Verifier", Verifier::in_code_storage_version()),
        ("Wtm", Wtm::in_code_storage_version()),
    ]
}

fn layouts() -> Layouts {
    // Some constants are facts of the genesis, so the metadata is read from a state.
    let metadata = sp_io::TestExternalities::new_empty().execute_with(Runtime::metadata);
    let RuntimeMetadata::V14(metadata) = metadata.1 else {
        panic!("the runtime's metadata has another version than 14");
    };
    let layout = |(name, version): (&str, StorageVersion)| {
        let pallet = metadata.pallets.iter().find(|pallet| pallet.name == name);
        let pallet = pallet.unwrap_or_else(|| panic!("the runtime has no pallet {name}"));
        let layout = pallet_layout(&metadata.types, pallet, version);
        (name.to_owned(), layout)
    };
    versions().into_iter().map(layout).collect()
}

fn pallet_layout(
    types: &PortableRegistry,
    pallet: &PalletMetadata<PortableForm>,
    version: StorageVersion,
) -> String {
    // A storage version shows its number in its encoding only.
    let number = u16::decode(&mut version.encode().as_slice()).expect("a version is 16 bits");
    let mut text = format!("version {number}\n");
    let Some(storage) = &pallet.storage else {
        return text;
    };
    writeln!(text, "prefix {}", storage.prefix).expect("a string takes all text");
    for entry in &storage.entries {
        text.push_str(&entry_layout(types, entry));
    }
    text
}

fn entry_layout(types: &PortableRegistry, entry: &StorageEntryMetadata<PortableForm>) -> String {
    let mut shape = Expansion::new(types);
    let header = match &entry.ty {
        StorageEntryType::Plain(value) => {
            shape.line("value", value.id);
            String::from("value")
        }
        StorageEntryType::Map { hashers, key, value } => {
            shape.line("key", key.id);
            shape.line("value", value.id);
            format!("map {hashers:?}")
        }
    };
    format!("item {}: {header}, {:?}\n{}", entry.name, entry.modifier, shape.text)
}

/// Writes types with all that they consist of, one line for each part.
struct Expansion<'a> {
    types: &'a PortableRegistry,
    /// The types that are being written, to notice those that contain themselves.
    open: Vec<u32>,
    depth: usize,
    text: String,
}

impl<'a> Expansion<'a> {
    const fn new(types: &'a PortableRegistry) -> Self {
        Self { types, open: Vec::new(), depth: 1, text: String::new() }
    }

    /// Writes a part with its type, and below it the parts of that type.
    fn line(&mut self, label: &str, id: u32) {
        let ty = self.types.resolve(id).expect("metadata names its types");
        let indent = "  ".repeat(self.depth);
        let recursive = self.open.contains(&id);
        let kind = if recursive { "itself".to_owned() } else { kind(&ty.type_def) };
        // Without its module, so that a type may be moved.
        let name = ty.path.segments.last().map_or("", String::as_str);
        let line = format!("{indent}{label}: {kind} {name}");
        self.text.push_str(line.trim_end());
        self.text.push('\n');
        if !recursive {
            self.open.push(id);
            self.depth += 1;
            self.parts(&ty.type_def);
            self.depth -= 1;
            self.open.pop();
        }
    }

    fn parts(&mut self, definition: &TypeDef<PortableForm>) {
        match definition {
            TypeDef::Composite(composite) => self.fields(&composite.fields),
            TypeDef::Variant(variants) => self.variants(variants),
            TypeDef::Sequence(sequence) => self.line("each", sequence.type_param.id),
            TypeDef::Array(array) => self.line("each", array.type_param.id),
            TypeDef::Tuple(tuple) => {
                for (number, field) in tuple.fields.iter().enumerate() {
                    self.line(&number.to_string(), field.id);
                }
            }
            TypeDef::Compact(compact) => self.line("of", compact.type_param.id),
            TypeDef::Primitive(_) => {}
            TypeDef::BitSequence(bits) => {
                self.line("store", bits.bit_store_type.id);
                self.line("order", bits.bit_order_type.id);
            }
        }
    }

    fn fields(&mut self, fields: &[Field<PortableForm>]) {
        for (number, field) in fields.iter().enumerate() {
            let label = field.name.clone().unwrap_or_else(|| number.to_string());
            self.line(&label, field.ty.id);
        }
    }

    fn variants(&mut self, variants: &TypeDefVariant<PortableForm>) {
        for variant in &variants.variants {
            let indent = "  ".repeat(self.depth);
            let line = format!("{indent}variant {} {}\n", variant.index, variant.name);
            self.text.push_str(&line);
            self.depth += 1;
            self.fields(&variant.fields);
            self.depth -= 1;
        }
    }
}

fn kind(definition: &TypeDef<PortableForm>) -> String {
    match definition {
        TypeDef::Composite(_) => "struct".into(),
        TypeDef::Variant(_) => "enum".into(),
        TypeDef::Sequence(_) => "sequence".into(),
        TypeDef::Array(array) => format!("array of {}", array.len),
        TypeDef::Tuple(_) => "tuple".into(),
        TypeDef::Primitive(primitive) => primitive_name(primitive).into(),
        TypeDef::Compact(_) => "compact".into(),
        TypeDef::BitSequence(_) => "bits".into(),
    }
}

const fn primitive_name(primitive: &TypeDefPrimitive) -> &'static str {
    match primitive {
        TypeDefPrimitive::Bool => "bool",
        TypeDefPrimitive::Char => "char",
        TypeDefPrimitive::Str => "str",
        TypeDefPrimitive::U8 => "u8",
        TypeDefPrimitive::U16 => "u16",
        TypeDefPrimitive::U32 => "u32",
        TypeDefPrimitive::U64 => "u64",
        TypeDefPrimitive::U128 => "u128",
        TypeDefPrimitive::U256 => "u256",
        TypeDefPrimitive::I8 => "i8",
        TypeDefPrimitive::I16 => "i16",
        TypeDefPrimitive::I32 => "i32",
        TypeDefPrimitive::I64 => "i64",
        TypeDefPrimitive::I128 => "i128",
        TypeDefPrimitive::I256 => "i256",
    }
}

const OLD: &str = "pallet A\nversion 1\nitem X: u32\n\npallet B\nversion 4\nitem Y: u8\n";

#[test]
fn the_same_layout_is_no_change() {
    assert_eq!(compare(OLD, OLD), Change::None);
}

#[test]
fn a_changed_item_under_the_same_or_a_lower_version_is_never_acceptable() {
    let changed = OLD.replace("u32", "u64");
    let lowered = changed.replace("version 1", "version 0");
    for new in [changed, lowered] {
        let change = compare(OLD, &new);
        assert!(matches!(change, Change::WithoutNewVersion(_)), "{change:?}");
    }
}

#[test]
fn the_version_of_another_pallet_does_not_excuse_a_change() {
    let new = OLD.replace("u32", "u64").replace("version 4", "version 5");
    assert!(matches!(compare(OLD, &new), Change::WithoutNewVersion(_)));
}

#[test]
fn a_change_under_a_higher_version_may_be_written() {
    let new = OLD.replace("u32", "u64").replace("version 1", "version 2");
    let expected = "from line 2:\n- version 1\n- item X: u32\n+ version 2\n+ item X: u64\n";
    assert_eq!(compare(OLD, &new), Change::WithNewVersion(expected.into()));
}

#[test]
fn a_new_pallet_may_be_written() {
    let new = format!("{OLD}\npallet C\nversion 1\nitem Z: bool\n");
    assert!(matches!(compare(OLD, &new), Change::WithNewVersion(_)));
}
