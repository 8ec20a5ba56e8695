//! Secrets as people write them: a seed or a seed phrase, with a path behind it if they like.

use sp_core::{crypto::SecretStringError, sr25519, Pair};
use subxt_signer::bip39::{Error as PhraseError, Language, Mnemonic};
use zeroize::Zeroizing;

/// Hexadecimal digits of a seed.
const SEED_DIGITS: usize = 64;

/// Letters of the longest word of a phrase. One that is longer, and stands alone, is meant as a
/// seed.
const LONGEST_WORD: usize = 8;

/// What is wrong with a text that should be a secret. It tells counts and places, and never a part
/// of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretFault {
    /// There is nothing.
    #[error(
        "it is empty; expected a seed phrase of 12 to 24 English words, or a seed of {digits} \
         hexadecimal digits",
        digits = SEED_DIGITS
    )]
    Empty,
    /// There is a path alone, which would mean keys that everybody has.
    #[error(
        "it is a path with no secret before it, and so would mean keys that everybody has; on a \
         development chain give the path to --dev-account instead"
    )]
    BarePath,
    /// A seed is too short or too long.
    #[error("a seed has {digits} hexadecimal digits, and this one has {0}", digits = SEED_DIGITS)]
    SeedLength(usize),
    /// A seed has other characters than digits.
    #[error("a seed has no other characters than 0 to 9 and a to f, after its 0x if it has one")]
    SeedDigits,
    /// A phrase has too few or too many words.
    #[error("a seed phrase has 12, 15, 18, 21 or 24 words, and this one has {0}")]
    WordCount(usize),
    /// A word of the phrase is none of the list. The first word has number 1.
    #[error(
        "word {0} of the seed phrase is not one of the 2048 English words that there are (BIP 39): \
         perhaps it is misspelt"
    )]
    Word(usize),
    /// All words are of the list, but they are no phrase.
    #[error(
        "each word of the seed phrase is right, but not all together: their checksum is wrong, so \
         one is another word of the list, or two have changed places"
    )]
    Checksum,
    /// The phrase has characters that no phrase has.
    #[error(
        "a seed phrase has English words in letters from a to z, with spaces between them, and \
         nothing else"
    )]
    Characters,
    /// What stands behind the secret is no path.
    #[error(
        "what stands behind the secret is no path; a path is /name or //name, and a password of the \
         phrase comes after ///"
    )]
    Path,
}

/// Reads a seed, with or without `0x`, or a seed phrase; with a path and a password behind it if
/// there are any.
pub(super) fn parse(text: &str) -> Result<sr25519::Pair, SecretFault> {
    let text = text.trim();
    let (secret, path) = text.split_at(text.find('/').unwrap_or(text.len()));
    let secret = match (secret.trim(), path) {
        ("", "") => return Err(SecretFault::Empty),
        ("", _) => return Err(SecretFault::BarePath),
        (secret, _) => in_one_form(secret)?,
    };
    let whole = Zeroizing::new(format!("{}{path}", *secret));
    sr25519::Pair::from_string(&whole, None).map_err(|error| fault(error, &secret))
}

/// A seed with `0x`, or a phrase with a space between two words.
fn in_one_form(secret: &str) -> Result<Zeroizing<String>, SecretFault> {
    let digits = secret.strip_prefix("0x").or_else(|| secret.strip_prefix("0X"));
    match digits {
        Some(digits) => seed(digits),
        None if is_long_word(secret) => seed(secret),
        None => phrase(secret),
    }
}

fn seed(digits: &str) -> Result<Zeroizing<String>, SecretFault> {
    if !is_hexadecimal(digits) {
        return Err(SecretFault::SeedDigits);
    }
    match digits.len() {
        SEED_DIGITS => Ok(Zeroizing::new(format!("0x{digits}"))),
        other => Err(SecretFault::SeedLength(other)),
    }
}

fn is_long_word(text: &str) -> bool {
    text.len() > LONGEST_WORD && !text.contains(char::is_whitespace)
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn phrase(text: &str) -> Result<Zeroizing<String>, SecretFault> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let are_letters = |word: &&str| word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if words.iter().all(are_letters) {
        Ok(Zeroizing::new(words.join(" ")))
    } else {
        Err(SecretFault::Characters)
    }
}

fn fault(error: SecretStringError, secret: &str) -> SecretFault {
    match error {
        SecretStringError::InvalidPhrase => phrase_fault(secret),
        SecretStringError::InvalidSeed | SecretStringError::InvalidSeedLength => {
            SecretFault::SeedDigits
        }
        // The secret itself was looked at before.
        SecretStringError::InvalidFormat(_)
        | SecretStringError::InvalidPassword
        | SecretStringError::InvalidPath => SecretFault::Path,
    }
}

fn phrase_fault(phrase: &str) -> SecretFault {
    match Mnemonic::parse_in_normalized(Language::English, phrase) {
        Err(PhraseError::BadWordCount(words)) => SecretFault::WordCount(words),
        Err(PhraseError::UnknownWord(place)) => SecretFault::Word(place.saturating_add(1)),
        _ => SecretFault::Checksum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

    fn account(text: &str) -> [u8; 32] {
        parse(text).expect(text).public().0
    }

    #[test]
    fn a_seed_is_the_same_with_and_without_its_prefix() {
        let digits = "9D61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let expected = account(&format!("0x{digits}"));
        for text in [digits.to_owned(), format!("0X{digits}"), format!(" {digits}\n")] {
            assert_eq!(account(&text), expected, "{text}");
        }
        let derived = [format!("{digits}//worker"), format!("0x{digits}//worker")];
        let [bare, prefixed] = derived.map(|text| account(&text));
        assert_eq!(bare, prefixed);
        assert_ne!(bare, expected, "the path counts");
    }

    #[test]
    fn a_phrase_may_stand_in_several_lines_and_have_a_path_and_a_password() {
        let expected = account(WORDS);
        let in_lines = WORDS.replace("curtain ", "\r\n curtain\n\t");
        assert_eq!(account(&in_lines), expected);
        let derived = account(&format!("{WORDS}//worker"));
        assert_eq!(account(&format!("{in_lines} //worker")), derived);
        let with_password = account(&format!("{WORDS}//worker///two words"));
        let all = [expected, derived, with_password, account(&format!("{WORDS}/worker"))];
        for (place, one) in all.iter().enumerate() {
            assert!(!all[..place].contains(one), "number {place} is like one before it");
        }
    }

    #[test]
    fn each_fault_has_a_sentence_of_its_own_which_shows_nothing_of_the_text() {
        let misspelt = WORDS.replace("obey", "obeyy");
        let changed = WORDS.replace("bottom drive", "drive bottom");
        let comma = WORDS.replace("drive ", "drive, ");
        let (short, long) = ("07".repeat(31), "07".repeat(33));
        let letters = format!("0x{}", "zz".repeat(32));
        let mistyped = format!("{}O7", "07".repeat(31));
        let path = format!("{WORDS}//");
        let cases = [
            (" \n", SecretFault::Empty),
            ("//Alice", SecretFault::BarePath),
            ("/soft///password", SecretFault::BarePath),
            ("0x1234", SecretFault::SeedLength(4)),
            (short.as_str(), SecretFault::SeedLength(62)),
            (long.as_str(), SecretFault::SeedLength(66)),
            (letters.as_str(), SecretFault::SeedDigits),
            (mistyped.as_str(), SecretFault::SeedDigits),
            ("three plain terms", SecretFault::WordCount(3)),
            ("abcdef", SecretFault::WordCount(1)),
            (misspelt.as_str(), SecretFault::Word(3)),
            (changed.as_str(), SecretFault::Checksum),
            (comma.as_str(), SecretFault::Characters),
            (path.as_str(), SecretFault::Path),
        ];
        let mut sentences = Vec::new();
        for (text, expected) in cases {
            let fault = parse(text).err();
            assert_eq!(fault, Some(expected), "{text}");
            let sentence = expected.to_string();
            for word in text.split_whitespace().filter(|word| word.len() > 4) {
                assert!(!sentence.contains(word), "{sentence} shows {word}");
            }
            sentences.push(sentence);
        }
        sentences.sort_unstable();
        sentences.dedup();
        // Only the two paths are told alike, and the two seeds with letters.
        assert_eq!(sentences.len(), cases.len() - 2, "{sentences:?}");
    }
}
