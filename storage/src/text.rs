//! Text that was not written here, made fit to be shown.

use std::path::Path;

use nocknock_primitives::text::printable;

/// One line of text from a service or a file, cut to what a log can bear.
pub(crate) fn line(text: &str) -> String {
    const LONGEST: usize = 200;
    let text = printable(text.trim());
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

/// A path. Names of files may come from anywhere.
pub(crate) fn path(path: &Path) -> String {
    printable(&path.display().to_string()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_short_and_steers_no_terminal() {
        assert_eq!(line(" two\nlines\t"), "two lines");
        assert_eq!(line("\u{1b}[31mred\u{7} \u{202e}evil"), "\u{fffd}[31mred\u{fffd} \u{fffd}evil");
        assert_eq!(line(&"ä".repeat(200)), "ä".repeat(200));
        assert_eq!(line(&"ä".repeat(201)), format!("{}…", "ä".repeat(200)));
    }

    #[test]
    fn a_path_keeps_its_length_and_its_letters() {
        assert_eq!(path(Path::new("größe/\u{202e}txt.exe")), "größe/\u{fffd}txt.exe");
    }
}
