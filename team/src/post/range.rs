//! The part of an object that a request asks for (RFC 9110, section 14).

use axum::http::{header::RANGE, HeaderMap};
use std::ops::Range;

/// What part of an object a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Requested {
    /// Everything; also where a range cannot be understood, or several are asked for.
    Whole,
    /// These bytes, at least one.
    Part(Range<usize>),
    /// Bytes that it does not have.
    Nothing,
}

/// The part of an object of so many bytes that the headers ask for.
pub(super) fn requested(headers: &HeaderMap, length: usize) -> Requested {
    let text = headers.get(RANGE).and_then(|value| value.to_str().ok());
    let range = text.and_then(|text| text.strip_prefix("bytes=")?.split_once('-'));
    range.and_then(|(first, last)| one_range(first, last, length)).unwrap_or(Requested::Whole)
}

fn one_range(first: &str, last: &str, length: usize) -> Option<Requested> {
    let range = match (first, last) {
        ("", suffix) => length.saturating_sub(number(suffix)?)..length,
        (first, "") => number(first)?..length,
        (first, last) => {
            let [first, last] = [number(first)?, number(last)?];
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(length)
        }
    };
    Some(if range.is_empty() { Requested::Nothing } else { Requested::Part(range) })
}

/// Digits alone, since `usize` would also take a sign.
fn number(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Requested {
        requested(&HeaderMap::from_iter([(RANGE, text.parse().unwrap())]), 10)
    }

    #[test]
    fn a_range_is_cut_at_the_end_of_the_object() {
        assert_eq!(of("bytes=0-0"), Requested::Part(0..1));
        assert_eq!(of("bytes=7-"), Requested::Part(7..10));
        assert_eq!(of("bytes=7-99999999999999999999"), Requested::Part(7..10));
        assert_eq!(of("bytes=-3"), Requested::Part(7..10));
        assert_eq!(of("bytes=-30"), Requested::Part(0..10));
    }

    #[test]
    fn what_the_object_does_not_have_is_told_and_what_is_no_range_is_passed_over() {
        for text in ["bytes=10-", "bytes=10-12", "bytes=-0"] {
            assert_eq!(of(text), Requested::Nothing, "{text}");
        }
        for text in ["lines=1-2", "bytes=5-2", "bytes=+1-2", "bytes=-", "bytes=0-1,3-4"] {
            assert_eq!(of(text), Requested::Whole, "{text}");
        }
        assert_eq!(requested(&HeaderMap::new(), 10), Requested::Whole);
    }
}
