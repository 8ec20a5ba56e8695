//! Decimals in one form: equal numbers are equal texts.
//!
//! The canonical decimal has no superfluous digits. With `x` the exponent of `d.ddd·10^x`, it is
//! plain (`-0.5`, `1200`) for −7 ≤ x ≤ 20 and has an exponent (`1.5e-8`, `1e21`) else. Zero is `0`,
//! whatever its sign.

use std::{fmt::LowerExp, ops::RangeInclusive, str::FromStr};

/// Longest text of a number in bytes.
const MAX_BYTES: usize = 400;

/// Most digits of an exponent.
const MAX_EXPONENT_DIGITS: usize = 5;

/// Exponents whose decimals are plain.
const PLAIN: RangeInclusive<i32> = -7..=20;

/// The canonical decimal of a number's text, or nothing if it is not the text of a number.
///
/// A number is `[+-]?(0|[1-9][0-9]*)(\.[0-9]*)?(E)?` or `[+-]?\.[0-9]+(E)?` with `E` =
/// `[eE][+-]?[0-9]{1,5}`, in at most 400 bytes. So `007` is none. Infinities have no decimal.
pub fn canonical(text: &str) -> Option<String> {
    read(text, '.')
}

/// The canonical decimal of a float's shortest decimal. Infinities are `inf` and `-inf`.
pub fn of_f64(number: f64) -> String {
    let text = shortest(number);
    canonical(&text).unwrap_or(text)
}

/// The shortest decimal that is nearer to this float than to any other: of equally short ones the
/// nearest, and of two that are equally near the even one. Python and NumPy take the same.
///
/// Rust's own shortest decimal takes the larger one of two that are equally near.
pub(super) fn shortest<F: Copy + PartialEq + LowerExp + FromStr>(number: F) -> String {
    let text = format!("{number:e}");
    let mantissa = text.bytes().take_while(|byte| *byte != b'e');
    let digits = mantissa.filter(u8::is_ascii_digit).count();
    let even = format!("{number:.precision$e}", precision = digits.saturating_sub(1));
    match even.parse::<F>() {
        Ok(same) if same == number => even,
        _ => text,
    }
}

/// The canonical decimal of a text with this character in front of the fraction.
pub(super) fn read(text: &str, point: char) -> Option<String> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let (negative, rest) = split_sign(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
        None => (rest, 0),
    };
    let (whole, fraction) = split_mantissa(mantissa, point)?;
    Some(write(negative, whole, fraction, exponent))
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn read_exponent(text: &str) -> Option<i32> {
    let (_, digits) = split_sign(text);
    let fits = (1..=MAX_EXPONENT_DIGITS).contains(&digits.len()) && are_digits(digits);
    fits.then(|| text.parse().ok()).flatten()
}

/// The digits in front of the point and behind it.
fn split_mantissa(mantissa: &str, point: char) -> Option<(&str, &str)> {
    let (whole, fraction) = match mantissa.split_once(point) {
        Some(("", "")) => return None,
        Some(parts) => parts,
        None if mantissa.is_empty() => return None,
        None => (mantissa, ""),
    };
    let superfluous = whole.len() > 1 && whole.starts_with('0');
    (are_digits(whole) && are_digits(fraction) && !superfluous).then_some((whole, fraction))
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn write(negative: bool, whole: &str, fraction: &str, exponent: i32) -> String {
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let zeros = places(all.len() - significant.len());
    let digits = significant.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    let exponent = places(whole.len()) - zeros - 1 + exponent;
    let sign = if negative { "-" } else { "" };
    format!("{sign}{}", layout(digits, exponent))
}

/// Digits without zeros at their ends, as the number `d.ddd·10^exponent`.
fn layout(digits: &str, exponent: i32) -> String {
    if !PLAIN.contains(&exponent) {
        return format!("{}e{exponent}", with_point(digits, 1));
    }
    let Ok(whole) = usize::try_from(exponent + 1) else {
        let zeros = usize::try_from(-exponent - 1).unwrap_or_default();
        return format!("0.{}{digits}", "0".repeat(zeros));
    };
    match whole {
        0 => format!("0.{digits}"),
        _ => with_point(&format!("{digits:0<whole$}"), whole),
    }
}

/// The digits with a point behind so many of them, if any are left.
fn with_point(digits: &str, whole: usize) -> String {
    match digits.split_at_checked(whole) {
        Some((whole, fraction)) if !fraction.is_empty() => format!("{whole}.{fraction}"),
        _ => digits.to_owned(),
    }
}

/// A count of characters, which is at most [`MAX_BYTES`].
fn places(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
