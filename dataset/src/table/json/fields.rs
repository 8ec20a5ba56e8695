//! The fields of one flat object.

use crate::names::shown;
use std::borrow::Cow;

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    /// A text in quotation marks.
    Text(Cow<'a, str>),
    /// Anything that is written without them.
    Word(&'a str),
}

/// What ends a word.
const ENDS: [char; 7] = [',', '}', ']', ' ', '\t', '\n', '\r'];

/// Blanks between the parts of an object.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Names and cells of the object that a text is, or what is wrong with it and what to do.
pub(super) fn fields(object: &str) -> Result<Vec<(Cow<'_, str>, Cell<'_>)>, String> {
    let mut rest = Rest(object);
    let mut fields = Vec::new();
    rest.expect('{')?;
    if rest.take('}') {
        return Ok(fields);
    }
    loop {
        fields.push(rest.field()?);
        if rest.take('}') {
            return Ok(fields);
        }
        rest.expect(',')?;
    }
}

/// What was not read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn skip_blanks(&mut self) {
        self.0 = self.0.trim_start_matches(BLANKS);
    }

    /// Takes so many bytes off.
    fn cut(&mut self, bytes: usize) -> &'a str {
        let (cut, rest) = self.0.split_at_checked(bytes).unwrap_or((self.0, ""));
        self.0 = rest;
        cut
    }

    /// Whether this mark comes next. Then it is taken off.
    fn take(&mut self, mark: char) -> bool {
        self.skip_blanks();
        let rest = self.0.strip_prefix(mark);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, mark: char) -> Result<(), String> {
        if self.take(mark) {
            Ok(())
        } else {
            Err(format!("a `{mark}` is missing in front of {}: put it there", shown(self.0)))
        }
    }

    fn field(&mut self) -> Result<(Cow<'a, str>, Cell<'a>), String> {
        self.skip_blanks();
        let name = self.text()?;
        self.expect(':')?;
        self.skip_blanks();
        let cell = self.cell(&name)?;
        Ok((name, cell))
    }

    fn cell(&mut self, name: &str) -> Result<Cell<'a>, String> {
        match self.0.chars().next() {
            Some('"') => self.text().map(Cell::Text),
            Some('{' | '[') => Err(format!(
                "the field \"{}\" holds a list or an object: give each of its values a field of \
                 its own, one object for each row",
                shown(name)
            )),
            _ => {
                let end = self.0.find(ENDS).unwrap_or(self.0.len());
                Ok(Cell::Word(self.cut(end)))
            }
        }
    }

    fn text(&mut self) -> Result<Cow<'a, str>, String> {
        let length = quoted_length(self.0);
        let length = length.ok_or_else(|| {
            format!("a text in quotation marks is missing in front of {}: write one", shown(self.0))
        })?;
        unquoted(self.cut(length))
    }
}

/// Bytes of the text in quotation marks that comes first.
fn quoted_length(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().zip(1usize..);
    bytes.next().filter(|(byte, _)| *byte == b'"')?;
    while let Some((byte, length)) = bytes.next() {
        match byte {
            b'"' => return Some(length),
            b'\\' => {
                bytes.next();
            }
            _ => (),
        }
    }
    None
}

fn unquoted(text: &str) -> Result<Cow<'_, str>, String> {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let is_plain = |text: &&str| text.bytes().all(|byte| byte != b'\\' && byte >= b' ');
    if let Some(plain) = inner.filter(is_plain) {
        return Ok(Cow::Borrowed(plain));
    }
    let unquoted = serde_json::from_str::<String>(text).map(Cow::Owned);
    unquoted.map_err(|_| {
        format!(
            "{} has characters that JSON writes in another way: write it with a program for JSON",
            shown(text)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_cells_are_taken_apart() {
        let read = fields("{ \"a\" : 1.50,\t\"b\":\"x, \\\"}y\\u00e9\",\n\"c\":null}").unwrap();
        let text = |text: &str| Cell::Text(Cow::Owned(text.to_owned()));
        let (a, c) = (Cell::Word("1.50"), Cell::Word("null"));
        let expected = [("a", a), ("b", text("x, \"}yé")), ("c", c)];
        assert_eq!(read.len(), expected.len());
        for ((name, cell), expected) in read.iter().zip(&expected) {
            assert_eq!((&**name, cell), (expected.0, &expected.1));
        }
        assert_eq!(fields("{}"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_flat_object_is_refused_with_what_to_do() {
        for (text, expected) in [
            ("{\"a\" 1}", "a `:` is missing in front of 1}: put it there"),
            ("{\"a\":1 \"b\":2}", "a `,` is missing in front of \"b\":2}"),
            ("{a:1}", "a text in quotation marks is missing in front of a:1}"),
            ("{\"a\":1,}", "a text in quotation marks is missing in front of }"),
            ("{\"a\":[1]}", "the field \"a\" holds a list or an object"),
            ("{\"a\":{}}", "the field \"a\" holds a list or an object"),
            ("{\"a\":\"\\x\"}", "JSON writes in another way"),
            ("{\"a\":\"\t\"}", "JSON writes in another way"),
            ("{\"a\":\"\\ud800\"}", "JSON writes in another way"),
            ("{\"a\":\"", "a text in quotation marks is missing"),
        ] {
            let error = fields(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
