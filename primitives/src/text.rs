//! Text from somebody else: what may be stored, and how it is shown.
//!
//! A terminal obeys control characters, and Unicode has characters that turn the direction of the
//! text around them, or that nobody sees. With either, a name can pass for another one. The chain
//! refuses such characters in names; programs replace them in everything that they print and did
//! not write themselves, whether it came from the chain, from the network or from a file.

use alloc::{borrow::Cow, string::String};

/// Whether a character steers the terminal, turns the direction of the text around it, breaks the
/// line, or is invisible on purpose.
///
/// Letters of every script pass, with the joiners that some scripts and emoji need.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text as it may be shown on a terminal, in one line: line breaks and tabs become spaces, all
/// other [deceptive](is_deceptive) characters become `U+FFFD`.
pub fn printable(text: &str) -> Cow<'_, str> {
    replace(text, |c| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        _ => char::REPLACEMENT_CHARACTER,
    })
}

/// The same for a text of several lines, which keeps its line breaks.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    replace(text, |c| match c {
        '\n' => c,
        '\r' | '\t' => ' ',
        _ => char::REPLACEMENT_CHARACTER,
    })
}

fn replace(text: &str, substitute: impl Fn(char) -> char) -> Cow<'_, str> {
    if !text.chars().any(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let replaced = text.chars().map(|c| if is_deceptive(c) { substitute(c) } else { c });
    Cow::Owned(replaced.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_any_language_is_shown_as_it_is() {
        for text in ["", "größe", "数字", "שלום", "می\u{200c}خواهم", "👩\u{200d}🔬", "e\u{301}"]
        {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn what_steers_a_terminal_or_turns_text_is_replaced() {
        let deceptive = [
            '\0',
            '\u{7}',
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{206f}',
            '\u{feff}',
            '\u{fff9}',
            '\u{e0001}',
            '\u{e007f}',
        ];
        for c in deceptive {
            assert!(is_deceptive(c), "{c:?}");
            assert_eq!(printable(&format!("a{c}b")), "a\u{fffd}b", "{c:?}");
            assert_eq!(printable_lines(&format!("a{c}b")), "a\u{fffd}b", "{c:?}");
        }
    }

    #[test]
    fn line_breaks_stay_where_lines_may_break() {
        let text = "one\ntwo\r\nthree\u{2028}four\tfive";
        assert_eq!(printable(text), "one two  three four five");
        assert_eq!(printable_lines(text), "one\ntwo \nthree\u{fffd}four five");
    }
}
