//! What the data calls its parts, as it may be shown.

use nocknock_dataset::Encoding;
use nocknock_primitives::text::printable;

/// Characters of a name after which it is cut off.
const LONGEST: usize = 40;

/// What the classes are called.
#[derive(Debug)]
pub(super) struct Names(Vec<String>);

impl Names {
    pub(super) fn of(encoding: Option<&Encoding>) -> Self {
        let classes = encoding.map_or(&[][..], Encoding::classes);
        Self(classes.iter().map(|name| shown(name)).collect())
    }

    /// The name of a class or label, or its number if the name is not known.
    pub(super) fn class(&self, class: usize) -> String {
        self.0.get(class).cloned().unwrap_or_else(|| class.to_string())
    }

    /// Classes whose names are known: the first ones of a model.
    pub(super) fn known(&self) -> usize {
        self.0.len()
    }
}

/// A name of the data that hides nothing and is not too long.
pub(super) fn shown(name: &str) -> String {
    let name = printable(name);
    let mut shown: String = name.chars().take(LONGEST).collect();
    if name.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shortened_and_hides_nothing() {
        assert_eq!(shown("a\u{202e}b\nc"), "a\u{fffd}b c");
        let long = "ä".repeat(LONGEST);
        assert_eq!(shown(&long), long);
        assert_eq!(shown(&(long.clone() + "b")), long + "…");
    }

    #[test]
    fn without_a_name_a_class_has_its_number() {
        assert_eq!(Names(vec!["no".to_owned()]).class(0), "no");
        assert_eq!(Names::of(None).class(3), "3");
    }
}
