//! A document that is written once and shown in two forms.
//!
//! Texts and names are given as they are. Each form replaces what is hidden and escapes what would
//! be markup, in one place.

use nocknock_primitives::text::printable;
use std::fmt::Write;

/// How the page looks. There is nothing to load.
const STYLE: &str = "\
body{font:16px/1.5 sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#222}\
table{border-collapse:collapse;margin:1rem 0}\
th,td{border:1px solid #ccc;padding:.2rem .6rem;text-align:left;unicode-bidi:isolate;\
overflow-wrap:anywhere}\
figure{margin:1rem 0}\
svg{max-width:100%;height:auto}";

/// What a browser may load for the page: nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// What follows another part.
#[derive(Debug)]
pub(super) enum Part {
    Heading(String),
    Text(String),
    Table { head: Vec<&'static str>, lines: Vec<Vec<String>> },
    Plot(Plot),
}

impl Part {
    pub(super) fn heading(text: &str) -> Self {
        Self::Heading(text.to_owned())
    }
}

/// A picture, which is a file of its own beside the Markdown.
#[derive(Debug)]
pub(super) struct Plot {
    pub(super) file: &'static str,
    pub(super) title: &'static str,
    /// Whoever has drawn it has escaped what it shows.
    pub(super) svg: String,
}

/// The document as Markdown.
pub(super) fn markdown(title: &str, parts: &[Part]) -> String {
    let mut out = format!("# {}\n", in_markdown(title));
    for part in parts {
        // Writing to a string cannot fail.
        let _ = write_markdown(&mut out, part);
    }
    out
}

/// The document as a page that needs no other file.
pub(super) fn html(title: &str, parts: &[Part]) -> String {
    let title = in_html(title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    for part in parts {
        let _ = write_html(&mut out, part);
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn write_markdown(out: &mut String, part: &Part) -> std::fmt::Result {
    match part {
        Part::Heading(text) => writeln!(out, "\n## {}", in_markdown(text)),
        Part::Text(text) => writeln!(out, "\n{}", in_markdown(text)),
        Part::Plot(Plot { file, title, .. }) => writeln!(out, "\n![{title}]({file})"),
        Part::Table { head, lines } => {
            writeln!(out, "\n| {} |\n|{}", head.join(" | "), " --- |".repeat(head.len()))?;
            for line in lines {
                let cells: Vec<String> = line.iter().map(|cell| in_markdown(cell)).collect();
                writeln!(out, "| {} |", cells.join(" | "))?;
            }
            Ok(())
        }
    }
}

fn write_html(out: &mut String, part: &Part) -> std::fmt::Result {
    match part {
        Part::Heading(text) => writeln!(out, "<h2>{}</h2>", in_html(text)),
        Part::Text(text) => writeln!(out, "<p>{}</p>", in_html(text)),
        Part::Plot(Plot { svg, .. }) => writeln!(out, "<figure>\n{}\n</figure>", svg.trim_end()),
        Part::Table { head, lines } => {
            writeln!(out, "<table>\n<tr>{}</tr>", cells("th", head.iter().copied()))?;
            for line in lines {
                let line = cells("td", line.iter().map(String::as_str));
                writeln!(out, "<tr>{line}</tr>")?;
            }
            writeln!(out, "</table>")
        }
    }
}

fn cells<'a>(name: &str, cells: impl Iterator<Item = &'a str>) -> String {
    cells.map(|cell| format!("<{name}>{}</{name}>", in_html(cell))).collect()
}

fn in_markdown(text: &str) -> String {
    let mut escaped = String::new();
    for c in printable(text).chars() {
        if "\\`*_{}[]<>#|~&!".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn in_html(text: &str) -> String {
    let mut escaped = String::new();
    for c in printable(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "<script>\"a\" & 'b'</script>|[c](d)`e`*f*\u{202e}g\nh";

    fn parts() -> Vec<Part> {
        let svg = "<svg></svg>\n".to_owned();
        vec![
            Part::heading("One"),
            Part::heading(HOSTILE),
            Part::Text(HOSTILE.to_owned()),
            Part::Plot(Plot { file: "plot.svg", title: "A plot", svg }),
            Part::Table { head: vec!["a", "b"], lines: vec![vec![HOSTILE.to_owned(), "1".into()]] },
        ]
    }

    #[test]
    fn a_page_escapes_whatever_it_is_given() {
        let page = html("A & B", &parts());
        assert!(page.contains("<title>A &amp; B</title>"), "{page}");
        let escaped = "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;";
        assert_eq!(page.matches(escaped).count(), 3, "{page}");
        assert!(!page.contains("<script") && !page.contains('\u{202e}'), "{page}");
        assert!(page.contains("\u{fffd}g h</td><td>1</td></tr>"), "{page}");
        assert!(page.contains("<figure>\n<svg></svg>\n</figure>"), "{page}");
    }

    #[test]
    fn markdown_escapes_whatever_it_is_given() {
        let text = markdown("A & B", &parts());
        let escaped =
            "\\<script\\>\"a\" \\& 'b'\\</script\\>\\|\\[c\\](d)\\`e\\`\\*f\\*\u{fffd}g h";
        assert_eq!(text.matches(escaped).count(), 3, "{text}");
        assert!(text.contains("\n| a | b |\n| --- | --- |\n| \\<script"), "{text}");
        assert!(text.contains("\n![A plot](plot.svg)\n"), "{text}");
    }
}
