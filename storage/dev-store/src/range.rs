//! Byte ranges of a request (RFC 9110, section 14).

use std::ops::Range;

use axum::http::{header::RANGE, HeaderMap};

/// What part of a body a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Requested {
    /// Everything; also where a range cannot be understood, as the RFC has it.
    Whole,
    Part(Range<u64>),
    Unsatisfiable,
}

/// The part of a body of `len` bytes that `headers` ask for. Several ranges at once are answered
/// with the whole.
pub(super) fn requested(headers: &HeaderMap, len: u64) -> Requested {
    headers
        .get(RANGE)
        .and_then(|value| value.to_str().ok()?.strip_prefix("bytes="))
        .and_then(|text| one_range(text.trim(), len))
        .unwrap_or(Requested::Whole)
}

fn one_range(text: &str, len: u64) -> Option<Requested> {
    let (first, last) = text.split_once('-')?;
    let range = match (first, last) {
        ("", suffix) => len.saturating_sub(number(suffix)?)..len,
        (first, "") => number(first)?..len,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(len)
        }
    };
    Some(if range.is_empty() { Requested::Unsatisfiable } else { Requested::Part(range) })
}

/// A number of digits only, since `u64` would also take a sign.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Requested {
        let headers = HeaderMap::from_iter([(RANGE, text.parse().unwrap())]);
        requested(&headers, 10)
    }

    #[test]
    fn ranges_are_inclusive_and_cut_at_the_end() {
        assert_eq!(of("bytes=0-0"), Requested::Part(0..1));
        assert_eq!(of("bytes=2-5"), Requested::Part(2..6));
        assert_eq!(of("bytes=7-"), Requested::Part(7..10));
        assert_eq!(of("bytes=7-99999999999999999999"), Requested::Part(7..10));
        assert_eq!(of("bytes=-3"), Requested::Part(7..10));
        assert_eq!(of("bytes=-30"), Requested::Part(0..10));
    }

    #[test]
    fn a_range_outside_the_body_is_unsatisfiable() {
        for text in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
            assert_eq!(of(text), Requested::Unsatisfiable, "{text}");
        }
    }

    #[test]
    fn what_is_no_single_byte_range_asks_for_the_whole() {
        for text in
            ["lines=1-2", "bytes=5-2", "bytes=a-b", "bytes=+1-2", "bytes=-", "bytes=0-1,3-4"]
        {
            assert_eq!(of(text), Requested::Whole, "{text}");
        }
        assert_eq!(requested(&HeaderMap::new(), 10), Requested::Whole);
    }
}
