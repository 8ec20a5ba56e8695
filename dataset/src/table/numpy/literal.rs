//! The Python literal in front of an array: no more of the language than NumPy writes there, so
//! that no nesting, however deep, costs time or memory.

/// A literal that is being read.
#[derive(Debug)]
pub(super) struct Literal<'a> {
    rest: &'a str,
}

impl<'a> Literal<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Passes blanks and this text, if it is there.
    pub(super) fn eats(&mut self, text: &str) -> bool {
        match self.rest.trim_start().strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Passes this text, which must be there.
    pub(super) fn expect(&mut self, text: &str) -> Option<()> {
        self.eats(text).then_some(())
    }

    /// What stands between this text and that one, item by item. A comma may stand behind an item.
    pub(super) fn list<T>(
        &mut self,
        start: &str,
        end: &str,
        item: impl Fn(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.expect(start)?;
        let mut items = Vec::new();
        while !self.eats(end) {
            items.push(item(self)?);
            self.eats(",");
        }
        Some(items)
    }

    pub(super) fn truth(&mut self) -> Option<bool> {
        let truth = self.eats("True");
        (truth || self.eats("False")).then_some(truth)
    }

    /// A whole number. Old files have an `L` behind it.
    pub(super) fn number(&mut self) -> Option<u64> {
        let text = self.rest.trim_start();
        let end = text.find(|character: char| !character.is_ascii_digit());
        let (digits, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
        self.rest = rest.strip_prefix('L').unwrap_or(rest);
        digits.parse().ok()
    }

    /// A text in quotes.
    pub(super) fn string(&mut self) -> Option<String> {
        let text = self.rest.trim_start();
        let mut characters = text.char_indices();
        let (_, quote) = characters.next().filter(|(_, quote)| matches!(quote, '\'' | '"'))?;
        let mut string = String::new();
        loop {
            match characters.next()? {
                (_, '\\') => string.push(escaped(characters.next()?.1)?),
                (_, end) if end == quote => break,
                (_, other) => string.push(other),
            }
        }
        self.rest = characters.as_str();
        Some(string)
    }
}

fn escaped(character: char) -> Option<char> {
    matches!(character, '\\' | '\'' | '"').then_some(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_at_their_own_quote() {
        let mut literal = Literal::new(r#" 'a"b' "c'd" 'e\'f\\' 'é' 'open"#);
        let strings: Vec<String> = std::iter::from_fn(|| literal.string()).collect();
        assert_eq!(strings, ["a\"b", "c'd", "e'f\\", "é"]);
        assert_eq!(Literal::new(r"'\n'").string(), None);
    }

    #[test]
    fn lists_of_numbers_are_read_with_and_without_a_last_comma() {
        for text in ["(3, 4)", "( 3,4, )", "(3L, 4L)"] {
            let numbers = Literal::new(text).list("(", ")", Literal::number);
            assert_eq!(numbers, Some(vec![3, 4]), "{text}");
        }
        assert_eq!(Literal::new("()").list("(", ")", Literal::number), Some(Vec::new()));
        for text in ["(3", "(-1,)", "((3,),)", "(18446744073709551616,)", "3"] {
            assert_eq!(Literal::new(text).list("(", ")", Literal::number), None, "{text}");
        }
    }
}
