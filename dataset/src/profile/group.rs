//! Values that are one for people: texts that differ only in their Unicode form.

use super::{tally::Found, Category};
use crate::names;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// Spellings of one text that are kept.
pub(super) const MOST_SPELLINGS: usize = 16;

/// Values with the same key, or with keys that differ only in their Unicode form.
#[derive(Debug)]
pub(super) struct Group {
    /// The composed form, the decomposed form, then what was found.
    texts: Vec<String>,
    /// Values whose spelling is not kept.
    pub(super) not_kept: usize,
    pub(super) rows: usize,
    /// Its first row, from 0.
    pub(super) first: usize,
    /// The places of its values among those that were found.
    pub(super) members: Vec<usize>,
}

impl Group {
    fn new(composed: &str, first: usize) -> Self {
        let (texts, members) = (Vec::new(), Vec::new());
        let mut group = Self { texts, not_kept: 0, rows: 0, first, members };
        group.add_text(composed);
        if !composed.is_ascii() {
            group.add_text(&composed.nfd().collect::<String>());
        }
        group
    }

    fn add_text(&mut self, text: &str) {
        if self.texts.iter().any(|known| known == text) {
            return;
        }
        if self.texts.len() < MOST_SPELLINGS {
            self.texts.push(text.to_owned());
        } else {
            self.not_kept += 1;
        }
    }

    fn add(&mut self, member: usize, key: &str, found: &Found<'_>) {
        self.add_text(key);
        self.rows += found.rows;
        self.members.push(member);
    }

    /// The spellings that can be published.
    pub(super) fn publishable(&self) -> impl Iterator<Item = &str> + '_ {
        self.texts.iter().map(String::as_str).filter(|text| names::check(text).is_ok())
    }

    /// The best spelling, which can be published if one of them can.
    pub(super) fn name(&self) -> &str {
        let first = self.texts.first().map(String::as_str);
        self.publishable().next().or(first).unwrap_or_default()
    }

    /// Whether the column spells it in several ways.
    pub(super) fn has_spellings(&self) -> bool {
        self.members.len() > 1 && !self.name().is_ascii()
    }

    /// Whether one of these texts is a spelling of it.
    pub(super) fn is_one_of(&self, texts: &[String]) -> bool {
        self.texts.iter().any(|text| texts.contains(text))
    }
}

/// The text in the composed form of Unicode.
pub(super) fn composed(text: &str) -> String {
    if text.is_ascii() {
        text.to_owned()
    } else {
        text.nfc().collect()
    }
}

/// Puts values together that are one, in the order in which they appear.
pub(super) fn groups(found: &[Found<'_>]) -> Vec<Group> {
    let mut places = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (member, found) in found.iter().enumerate() {
        let Some(key) = found.value.key() else { continue };
        let place = *places.entry(composed(&key)).or_insert_with_key(|text: &String| {
            let place = groups.len();
            groups.push(Group::new(text, found.first));
            place
        });
        if let Some(group) = groups.get_mut(place) {
            group.add(member, &key, found);
        }
    }
    groups
}

/// The groups that can be published, those with most rows first.
pub(super) fn categories(groups: &[Group]) -> Vec<Category> {
    let category = |group: &Group| Category {
        texts: group.publishable().map(str::to_owned).collect(),
        rows: group.rows,
    };
    let mut categories: Vec<Category> = groups.iter().map(category).collect();
    categories.retain(|category| !category.texts.is_empty());
    categories.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.texts.cmp(&b.texts)));
    categories
}
